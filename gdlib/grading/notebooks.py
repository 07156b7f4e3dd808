"""Exercise notebooks: one source, two notebooks.

``exercises/source/<chapter>.md`` is a notebook in MyST Markdown. In its code cells, an
answer stands between two markers::

    def one_step(x, g, learning_rate):
        # BEGIN SOLUTION
        # canary-<chapter>-<question>
        return x - learning_rate * g
        # END SOLUTION

The student's notebook has three dots in its place; the solved one has the answer
without the markers. The canary is a word that must never be found in the built book.
Neither has outputs, and the same source always gives the same bytes.
"""

from __future__ import annotations

import json
from pathlib import Path

BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"
BLANK = "...  # your code here"

_METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}


class NotebookError(ValueError):
    """A file that cannot be used; the message says why, and what to do."""


# ------------------------------------------------------------------------- reading
def read_notebook(path: Path) -> dict:
    """Read an .ipynb file.

    Parameters
    ----------
    path : Path
        The file, in any Unicode encoding.

    Returns
    -------
    dict
        With a list of ``"cells"``; every cell has a ``"cell_type"`` and a ``"source"``
        that is one string.

    Raises
    ------
    NotebookError
        If the file is missing, or not a notebook; the message is for its owner.
    """
    path = Path(path)
    if path.is_dir():
        raise NotebookError(f"{path} is a folder. Name one notebook in it.")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise NotebookError(f"There is no file {path}.{_neighbours(path)}") from None
    except OSError as error:
        raise NotebookError(f"{path} cannot be read: {error.strerror}.") from None
    if not data.strip():
        raise NotebookError(
            f"{path} is empty. Save the notebook in Jupyter, and try again."
        )
    try:
        notebook = json.loads(data)  # finds UTF-8, -16 and -32 by itself
    except (ValueError, RecursionError):
        raise NotebookError(_not_json(path)) from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        old = isinstance(notebook, dict) and "worksheets" in notebook
        raise NotebookError(
            f"{path} is a notebook of an old format. Open it in Jupyter and save it."
            if old
            else f"{path} is JSON, but no notebook: it has no list of cells. Save your "
            "work in Jupyter as .ipynb."
        )
    return {**notebook, "cells": [_cell(cell, path) for cell in notebook["cells"]]}


def _cell(cell, path: Path) -> dict:
    source = cell.get("source") if isinstance(cell, dict) else None
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise NotebookError(
            f"{path} has a cell without text: the file is damaged. Open it in Jupyter "
            "and save it again."
        )
    return {**cell, "source": source}


def _neighbours(path: Path) -> str:
    folder = path.parent if path.parent.is_dir() else Path()
    names = sorted(other.name for other in folder.glob("*.ipynb"))
    if names:
        return f" In that folder there are: {', '.join(names)}."
    return " `make lab` puts yours into work/, as work/exercises/definition.ipynb."


def _not_json(path: Path) -> str:
    if path.suffix in (".py", ".md"):
        kind = {".py": "a Python file", ".md": "a text"}[path.suffix]
        return f"{path} is {kind}, and a notebook (.ipynb) is needed."
    return (
        f"{path} is not a notebook: its text is not JSON, or it ends too early. Save "
        "it in Jupyter again; if you copied it, copy it once more."
    )


# ------------------------------------------------------------------------- writing
def student_notebook(source: Path) -> str:
    """Return the notebook a student opens, as the text of an .ipynb file."""
    return _convert(Path(source), solved=False)


def solution_notebook(source: Path) -> str:
    """Return the solved notebook, as the text of an .ipynb file."""
    return _convert(Path(source), solved=True)


def release(sources, out: Path, *, solved: bool = False):
    """Write the notebooks of several sources, and yield each path when it is done.

    Parameters
    ----------
    sources : iterable of Path
        Files such as ``exercises/source/definition.md``.
    out : Path
        A folder; it is made if need be.
    solved : bool
        Write the solutions. Never do so into a folder that students see.

    Raises
    ------
    NotebookError
        If a source is missing or its markers do not match. Nothing is written then,
        not even for the sources before it.
    """
    convert = solution_notebook if solved else student_notebook
    texts = {Path(source).stem + ".ipynb": convert(source) for source in sources}
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (out / name).write_bytes(text.encode())
        yield out / name


def _convert(source: Path, *, solved: bool) -> str:
    try:
        import jupytext
    except ImportError:
        raise NotebookError(
            "Writing notebooks needs jupytext: pip install 'gdlib[grade]'."
        ) from None
    try:
        text = source.read_text("utf-8")
    except OSError as error:
        raise NotebookError(f"{source} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise NotebookError(f"{source} is not UTF-8 text.") from None
    try:
        cells = jupytext.reads(text, fmt="md:myst").cells
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        raise NotebookError(f"{source} is not a MyST notebook: {said}.") from None
    if not any(cell.cell_type == "code" for cell in cells):
        raise NotebookError(
            f"{source} has no code cell. Code stands between ```{{code-cell}} and ```."
        )
    chapter = source.stem
    return _dump([_write(cell, k, chapter, solved) for k, cell in enumerate(cells)])


def _write(cell, k: int, chapter: str, solved: bool) -> dict:
    written = {
        "cell_type": cell.cell_type,
        "id": f"{chapter}-{k:02d}",
        "metadata": dict(sorted(cell.metadata.items())),
        "source": cell.source,
    }
    marked = BEGIN in cell.source or END in cell.source
    if marked and cell.cell_type != "code":
        raise NotebookError(
            f"{chapter}: cell {k} is text, and has a solution marker. Solutions stand "
            "in code cells."
        )
    if cell.cell_type == "code":
        written["source"] = _answered(cell.source, f"{chapter}: cell {k}", solved)
        if marked and f"# canary-{chapter}-" not in cell.source:
            raise NotebookError(
                f"{chapter}: cell {k} has a solution without a canary. Add the line "
                f"`# canary-{chapter}-<question>` below {BEGIN}."
            )
        written |= {"execution_count": None, "outputs": []}
    return written


def _answered(source: str, where: str, solved: bool) -> str:
    """Return a code cell with its solutions kept or blanked."""
    lines: list[str] = []
    begun, inside = 0, 0  # line of the open marker, lines of answer since
    for number, line in enumerate(source.splitlines(), start=1):
        bare = line.strip()
        if bare == BEGIN:
            if begun:
                raise NotebookError(
                    f"{where}, line {number}: {BEGIN} while the one in line {begun} is "
                    f"still open. Add {END} before it."
                )
            begun, inside = number, 0
            if not solved:
                lines.append(line.replace(BEGIN, BLANK))
        elif bare == END:
            if not begun:
                raise NotebookError(
                    f"{where}, line {number}: {END} without {BEGIN} before it."
                )
            if not inside:
                raise NotebookError(
                    f"{where}, line {begun}: there is no answer between the markers."
                )
            begun = 0
        elif BEGIN in line or END in line:
            raise NotebookError(
                f"{where}, line {number}: a marker needs a line of its own."
            )
        else:
            inside += bool(begun and bare and not bare.startswith("#"))
            if solved or not begun:
                lines.append(line)
    if begun:
        raise NotebookError(f"{where}, line {begun}: {BEGIN} without {END} after it.")
    return "\n".join(lines)


def _dump(cells: list[dict]) -> str:
    for cell in cells:
        cell["source"] = cell["source"].splitlines(keepends=True)
    notebook = {
        "cells": cells,
        "metadata": _METADATA,
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
