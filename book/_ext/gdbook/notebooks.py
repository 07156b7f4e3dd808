"""Chapters as notebooks: to download from a page, and to work on in JupyterLab.

Plain Jupyter shows MyST's directives as raw text. So each one is rewritten as the
Markdown that every notebook program shows: an included function becomes a block of
code, a theorem a quotation with its name in bold, an answer a fold to open, a question
its options and such a fold, a citation its authors and year.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from copy import deepcopy
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes

from gdbook import quiz
from gdbook.mathematics import MACROS
from gdbook.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

FENCE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{(?P<name>[\w:-]+)\}[ \t]*(?P<title>[^\n]*)\n"
    r"(?P<body>.*?)^(?P=fence)[ \t]*$",
    re.M | re.S,
)
OPTIONS = re.compile(r"\A(?:---\n.*?^---\n|(?:[ \t]*:[\w-]+:[^\n]*\n)+)", re.M | re.S)
TARGET = re.compile(r"^\([\w:-]+\)=\n", re.M)
DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.S)
LABEL = re.compile(r"^(.*\$\$)[ \t]*\([\w:-]+\)[ \t]*$", re.M)
ROLE = re.compile(r"\{([\w:]+)\}`([^`]*)`")
HIDDEN = {"bibliography", "contents", "tableofcontents", "index", "raw", "toctree"}
RECORD = ".written.json"


def included(directive: re.Match[str], page: Path) -> str:
    """Return the function that a literalinclude shows, as a block of code."""
    path = (page.parent / directive["title"].strip()).resolve()
    text = path.read_text("utf-8")
    wanted = re.search(r":pyobject:\s*(\S+)", directive["body"])
    if wanted:
        names = wanted[1].split(".")
        scope: Any = ast.parse(text)
        for name in names:
            body = getattr(scope, "body", [])
            scope = next((n for n in body if getattr(n, "name", "") == name), None)
        if scope is None:  # a misspelled name, of which Sphinx has warned already
            return directive[0]
        first = min([scope.lineno, *(d.lineno for d in scope.decorator_list)])
        text = "\n".join(text.splitlines()[first - 1 : scope.end_lineno])
    return f"```python\n{text.rstrip()}\n```"


def plain_role(match: re.Match[str]) -> str:
    """Return a role's text as plain Markdown can show it."""
    name, text = match.groups()
    label = re.fullmatch(r"(.*?)\s*<([^>]*)>", text, re.S)
    if name == "doc":
        words, target = label.groups() if label else (text.split("/")[-1], text)
        return f"[{words}]({target}.ipynb)"
    if label:
        return label[1]
    if name.startswith("cite"):
        cited = [authors_and_year(key.strip()) for key in text.split(",")]
        if name.startswith("cite:t"):
            return "; ".join(f"{who} ({year})" for who, year in cited)
        return "(" + "; ".join(f"{who}, {year}" for who, year in cited) + ")"
    if name in {"eq", "ref", "numref", "prf:ref", "term"}:
        return text.split("/")[-1]
    return f"`{text}`"


@cache
def bibliography() -> Any:
    """Return the entries of the book's bibliography, by key."""
    from pybtex.database import parse_file

    return parse_file(str(ROOT / "book" / "references.bib")).entries


def authors_and_year(key: str) -> tuple[str, str]:
    """Return a citation as one says it: "Kingma and Ba", "2015"."""
    entry = bibliography()[key]
    people = entry.persons["author"]
    names = [" ".join(p.prelast_names + p.last_names).strip("{}") for p in people]
    who = names[0] + " et al." if len(names) > 2 else " and ".join(names)
    return who, entry.fields["year"]


def plain(markdown: str, page: Path, numbers: Iterator[int] | None = None) -> str:
    """Return MyST text as Markdown that plain Jupyter shows well.

    Parameters
    ----------
    markdown : str
        The text of a page, or of a part of it.
    page : Path
        Where it stands.
    numbers : iterator of int, optional
        What the next questions are numbered; from 1, if not given.

    Returns
    -------
    str
    """
    numbers = numbers or count(1)

    def directive(match: re.Match[str]) -> str:
        name, title = match["name"], match["title"].strip()
        if name == "literalinclude":
            return included(match, page)
        if name in HIDDEN:
            return ""
        if name == "question":
            asked = quiz.read(f"{title}\n{match['body']}")
            return FENCE.sub(directive, quiz.as_markdown(asked, next(numbers)))
        body = OPTIONS.sub("", match["body"]).strip()
        if name == "math":
            return f"$$\n{body}\n$$"
        kind = name.split(":")[-1].capitalize()
        heading = title if name == "admonition" else kind + (title and f" ({title})")
        inner = FENCE.sub(directive, body)
        if re.search(r"^[ \t]*:class:.*\bdropdown\b", match["body"], re.M):
            return f"<details><summary>{heading}</summary>\n\n{inner}\n\n</details>\n"
        # Jupyter finds $$ before it finds >, so a formula stays on one line of it.
        quoted = DISPLAY.sub(lambda m: f"$${' '.join(m[1].split())}$$", inner)
        lines = [f"> {line}".rstrip() for line in quoted.splitlines()]
        return "\n".join([f"> **{heading}.**", ">", *lines])

    text = FENCE.sub(directive, LABEL.sub(r"\1", TARGET.sub("", markdown)))
    return ROLE.sub(plain_role, text)


def definitions(markdown: str) -> str:
    """Return the TeX that defines those of the book's macros that a text uses."""
    lines = []
    for name, macro in MACROS.items():
        if re.search(rf"\\{name}(?![A-Za-z])", markdown):
            body, count = (macro, 0) if isinstance(macro, str) else macro
            arity = f"[{count}]" if count else ""
            lines.append(rf"\newcommand{{\{name}}}{arity}{{{body}}}")
    return "$" + "".join(lines) + "$\n\n" if lines else ""


def for_reader(cell: Any) -> list[Any]:
    """Return a cell as a reader works on it, and its figure's caption below it.

    A reader who changes a number makes claims fail that were about the old one. So a
    cell with a claim may fail, and the cells after it run all the same.
    """
    from nbformat.v4 import new_markdown_cell

    if cell.cell_type != "code":
        return [cell]
    if re.search(r"^\s*assert\b", cell.source, re.M):
        cell.metadata.setdefault("tags", []).append("raises-exception")
    caption = cell.metadata.pop("mystnb", {}).get("figure", {}).get("caption")
    return [cell, new_markdown_cell(caption.strip())] if caption else [cell]


def as_notebook(page: Path) -> str:
    """Return a chapter as the text of a notebook without outputs.

    Parameters
    ----------
    page : Path
        A MyST page with code cells.

    Returns
    -------
    str
        The notebook, the same for the same page.
    """
    import jupytext
    import nbformat

    notebook = jupytext.reads(page.read_text("utf-8"), fmt="md:myst")
    notebook.cells = [kept for cell in notebook.cells for kept in for_reader(cell)]
    numbers = count(1)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        if cell.cell_type == "markdown":
            cell.source = plain(cell.source, page, numbers)
    words = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    if words:
        used = definitions("".join(cell.source for cell in words))
        words[0].source = used + words[0].source
    notebook.metadata = {
        "kernelspec": {
            "display_name": "Python 3",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
    }
    text: str = nbformat.writes(notebook)
    return text + "\n"


def is_notebook(page: Path) -> bool:
    """Tell whether a page has cells to run."""
    return page.suffix == ".md" and "{code-cell}" in page.read_text("utf-8")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def write_unless_changed(files: dict[str, str], folder: Path) -> list[str]:
    """Write files, but never over one that the reader has changed.

    Parameters
    ----------
    files : dict of str to str
        Text by path below `folder`.
    folder : Path
        Where to write; a record of what was written is kept there.

    Returns
    -------
    list of str
        The files that were kept because the reader had changed them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    record_path = folder / RECORD
    record = json.loads(record_path.read_text("utf-8")) if record_path.exists() else {}
    kept = []
    for name, text in files.items():
        path = folder / name
        ours = not path.exists() or _hash(path.read_text("utf-8")) == record.get(name)
        if not ours:
            kept.append(name)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        record[name] = _hash(text)
    record_path.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    return kept


def working_copies() -> dict[str, str]:
    """Return every chapter and exercise as a notebook, by path in the work folder."""
    book, exercises = ROOT / "book", ROOT / "exercises"
    files = {
        path.relative_to(ROOT).with_suffix(".ipynb").as_posix(): as_notebook(path)
        for path in sorted(book.rglob("*.md"))
        if is_notebook(path) or path.stem == "notation"
    }
    for path in sorted(exercises.glob("*.ipynb")):
        files[path.relative_to(ROOT).as_posix()] = path.read_text("utf-8")
    return files


def offer_download(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Offer a text page's notebook: the theme shows the button when there is one."""
    source = Path(app.srcdir) / context.get("sourcename", "")
    if doctree is None or not source.is_file() or not is_notebook(source):
        return
    target = Path(app.outdir) / "_sources" / f"{page}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(as_notebook(source), "utf-8")
    context["ipynb_source"] = f"{page}.ipynb"


WHERE = (
    "Here you can read the exercises. To write in them, take this page as a notebook, "
    "by the arrow above, to wherever gdlib is installed; or run make lab."
)


def say_where_to_write(app: Sphinx, doctree: nodes.document) -> None:
    """Tell the reader of an exercise page how to work on it."""
    title = next(doctree.findall(nodes.title), None)
    if title is None or not app.env.docname.startswith("exercises/"):
        return
    note = nodes.note("", nodes.paragraph(WHERE, WHERE))
    title.parent.insert(title.parent.index(title) + 1, note)


def merge_copies_only() -> None:
    """Let MyST-NB merge what a cell printed on a copy of its outputs.

    It adds the later pieces to the first one in place, and so a cell that prints slowly
    would say things twice in the executed notebook that the tests compare with.
    """
    from myst_nb.core import render

    merge = render.coalesce_streams
    render.coalesce_streams = lambda outputs: merge(deepcopy(outputs))


def connect(app: Sphinx) -> None:
    """Write the notebooks while the pages are rendered."""
    merge_copies_only()
    app.connect("doctree-read", say_where_to_write)
    app.connect("html-page-context", offer_download, priority=400)
