r"""Mathematics, typeset once while the book is built.

A formula leaves Sphinx as a placeholder that holds its TeX:

    <gd-tex data-display="false">\nabla f</gd-tex>

When all pages are written, one run of MathJax turns every placeholder into HTML and
CSS. The typeset formula keeps its TeX in `data-tex`, so that a later build that writes
only some pages still knows every formula whose glyphs the stylesheet must carry.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.math import get_node_equation_number

from gdbook import node
from gdbook.paths import EXTENSION, built_pages

if TYPE_CHECKING:
    from sphinx.application import Sphinx

MACROS: dict[str, str | list[str | int]] = {
    "R": r"\mathbb{R}",
    "E": r"\mathbb{E}",
    "Var": r"\operatorname{Var}",
    "tr": r"\operatorname{tr}",
    "diag": r"\operatorname{diag}",
    "sign": r"\operatorname{sign}",
    "argmin": r"\operatorname*{arg\,min}",
    "argmax": r"\operatorname*{arg\,max}",
    "T": r"^{\mathsf{T}}",
    "norm": [r"\lVert #1 \rVert", 1],
    "abs": [r"\lvert #1 \rvert", 1],
    "inner": [r"\langle #1,\, #2 \rangle", 2],
}
"""The book's TeX macros, in their one place; a list holds the body and its arity."""

PLACEHOLDER = re.compile(r'<gd-tex data-display="(true|false)">(.*?)</gd-tex>', re.S)
PUNCTUATED = re.compile(
    r'(<span class="math notranslate nohighlight"><gd-tex data-display="false">'
    r"(?:(?!</gd-tex>).)*</gd-tex></span>)([.,;:!?)’”]+)",
    re.S,
)
TYPESET = re.compile(r'<mjx-container data-tex="([^"]*)"[^>]*?( display="true")?[ >]')
REFERENCE = re.compile(r"\\(?:eq)?ref\{([^}]*)\}")


def placeholder(tex: str, *, display: bool) -> str:
    """Return the element that marks where a formula goes."""
    flag = "true" if display else "false"
    return f'<gd-tex data-display="{flag}">{html.escape(tex, quote=False)}</gd-tex>'


def visit_inline(translator: Any, element: nodes.math) -> None:
    """Write an inline formula."""
    translator.body.append(
        '<span class="math notranslate nohighlight">'
        + placeholder(element.astext(), display=False)
        + "</span>"
    )
    raise nodes.SkipNode


def display_tex(tex: str) -> str:
    """Return `tex` fit for display: paragraphs and broken lines are aligned."""
    if tex.lstrip().startswith(r"\begin{"):
        return tex
    parts = [part.strip() for part in tex.split("\n\n") if part.strip()]
    if len(parts) > 1:
        return r"\begin{aligned}" + r" \\ ".join(parts) + r"\end{aligned}"
    return rf"\begin{{split}}{tex}\end{{split}}" if r"\\" in tex else tex


def visit_block(translator: Any, element: nodes.math_block) -> None:
    """Write a display formula, with its number when it has one."""
    tex = element.astext()
    if not element.get("nowrap"):
        tex = display_tex(tex)
    numbered = bool(element.get("number"))
    kind = "math notranslate nohighlight" + (" gd-numbered" if numbered else "")
    translator.body.append(translator.starttag(element, "div", CLASS=kind))
    if numbered:
        number = get_node_equation_number(translator, element)
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(element, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append(placeholder(tex, display=True) + "</div>\n")
    raise nodes.SkipNode


def equation_number(app: Sphinx, docname: str, label: str, plain: int) -> str:
    """Return an equation's number as its page shows it."""
    figures = app.env.toc_fignumbers.get(docname, {}).get("displaymath", {})
    number = figures.get(nodes.make_id(f"equation-{label}"))
    if app.config.math_numfig and app.config.numfig and number:
        return ".".join(map(str, number))
    return str(plain)


def resolve_references(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    r"""Turn \eqref and \ref inside a formula into a link with the equation's number."""
    equations = app.env.get_domain("math").equations  # type: ignore[attr-defined]

    def link(match: re.Match[str]) -> str:
        label = match[1]
        if label not in equations:
            raise ExtensionError(
                f"{docname}: {match[0]} refers to no equation; "
                f"known labels: {', '.join(sorted(equations)) or 'none'}."
            )
        target, plain = equations[label]
        number = equation_number(app, target, label, plain)
        page = (
            "" if target == docname else app.builder.get_relative_uri(docname, target)
        )
        text = f"({number})" if match[0].startswith(r"\eq") else number
        anchor = nodes.make_id(f"equation-{label}")
        return rf"\href{{{page}#{anchor}}}{{\text{{{text}}}}}"

    for kind in (nodes.math, nodes.math_block):
        for element in doctree.findall(kind):
            tex = element.astext()
            if REFERENCE.search(tex):
                element.children = [nodes.Text(REFERENCE.sub(link, tex))]


def unnumber(tex: str) -> str:
    """Drop the automatic numbers of amsmath: the page numbers its equations itself."""
    star = r"\\(begin|end)\{(equation|align|gather|multline|alignat|flalign|eqnarray)\}"
    return re.sub(star, r"\\\1{\2*}", tex)


def typeset(outdir: Path) -> None:
    """Replace every placeholder of the site, and write the formulas' stylesheet.

    Parameters
    ----------
    outdir : Path
        The built site.

    Raises
    ------
    ExtensionError
        If a formula does not parse; it names each page and formula.
    """
    formulas: dict[tuple[str, bool], int] = {}
    first_page: dict[tuple[str, bool], Path] = {}
    waiting: dict[Path, str] = {}
    for path in built_pages(outdir):
        text = path.read_text("utf-8")
        fresh = [(html.unescape(t), d == "true") for d, t in PLACEHOLDER.findall(text)]
        known = [(html.unescape(t), bool(d)) for t, d in TYPESET.findall(text)]
        if fresh:
            waiting[path] = text
        for formula in [*fresh, *known]:
            formulas.setdefault(formula, len(formulas))
            first_page.setdefault(formula, path.relative_to(outdir))
    result = _mathjax(list(formulas))
    if result["errors"]:
        keys = list(formulas)
        lines = []
        for index, message in result["errors"]:
            page = first_page[keys[index]].with_suffix("").as_posix()
            lines.append(f"{page}: {message}\n    {keys[index][0]}")
        raise ExtensionError("formulas that cannot be typeset:\n" + "\n".join(lines))

    def replace(match: re.Match[str]) -> str:
        formula = html.unescape(match[2]), match[1] == "true"
        body: str = result["html"][formulas[formula]]
        source = html.escape(formula[0])
        return body.replace(
            "<mjx-container ", f'<mjx-container data-tex="{source}" ', 1
        )

    for path, text in waiting.items():
        # A line must not begin with the comma that follows a formula.
        text = PUNCTUATED.sub(r'<span class="gd-keep">\1\2</span>', text)
        path.write_text(PLACEHOLDER.sub(replace, text), "utf-8")
    css = result["css"].replace('.woff") format("woff")', '.woff2") format("woff2")')
    (outdir / "_static/math.css").write_text(css, "utf-8")


def _mathjax(formulas: list[tuple[str, bool]]) -> dict[str, Any]:
    """Typeset the formulas in one run of Node.js."""
    job = {
        "macros": MACROS,
        "fonts": "math",
        "formulas": [(unnumber(tex), display) for tex, display in formulas],
    }
    done = node.run(EXTENSION / "typeset.mjs", json.dumps(job))
    if done.returncode:
        raise ExtensionError(f"the typesetter stopped:\n{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def finish(app: Sphinx, error: Exception | None) -> None:
    """Typeset the site once its pages are written."""
    if error is None and app.builder.format == "html":
        typeset(Path(app.outdir))


def prepare(app: Sphinx) -> None:
    """Install the typesetter before anything long starts."""
    if app.builder.format == "html":
        try:
            node.install()
        except RuntimeError as error:
            raise ExtensionError(str(error)) from error


def connect(app: Sphinx) -> None:
    """Register the renderer and the step that replaces its placeholders."""
    app.add_html_math_renderer("typeset", (visit_inline, None), (visit_block, None))
    app.connect("builder-inited", prepare, priority=100)
    app.connect("doctree-resolved", resolve_references)
    app.connect("build-finished", finish, priority=400)
