"""The Sphinx extension's own work: figures, formulas, notebooks, repairs."""

import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from gdbook import figures, mathematics, node, notebooks, pages, source_hash  # noqa: E402

DRAWING = """<?xml version="1.0"?><!DOCTYPE svg>
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="432pt" height="288pt"
 viewBox="0 0 432 288" xmlns="http://www.w3.org/2000/svg" version="1.1">
 <metadata>when</metadata>
 <defs><clipPath id="p1"><rect x="0" y="0"/></clipPath></defs>
 <g id="patch_1"><path d="M 0 0 L 1.23456 2" style="fill: #ffffff"/></g>
 <path d="M 1.23456 -0.00001" style="stroke: #000000; fill: none"
  clip-path="url(#p1)"/>
 <path d="M 0 0" style="stroke: #d55e00"/><path d="" style="stroke: #b3b3b3"/>
 <use xlink:href="#p1"/>
</svg>"""


def test_a_figure_is_named_and_as_wide_as_drawn():
    svg = figures.inline(DRAWING, 'A "bowl" & a path')
    head = svg[: svg.index(">") + 1]
    assert svg.startswith("<svg") and 'role="img"' in head
    assert 'aria-label="A &quot;bowl&quot; &amp; a path"' in head
    assert "max-width:576px" in head and 'viewBox="0 0 432 288"' in head
    assert "metadata" not in svg and "DOCTYPE" not in svg


def test_a_wide_figure_scrolls_on_a_phone_and_by_keyboard():
    wide = figures.inline(DRAWING.replace("432pt", "620pt"), "Three bowls")
    assert wide.startswith('<div class="gd-wide" tabindex="0"><svg')
    assert wide.endswith("</svg></div>")


def test_a_figure_takes_the_colors_of_the_page():
    svg = figures.inline(DRAWING, "A bowl")
    assert "fill:none" in svg and "#ffffff" not in svg
    assert "stroke:currentColor" in svg
    assert "stroke:var(--gd-vermilion)" in svg
    assert "color-mix(in srgb, currentColor 30%, var(--gd-paper))" in svg


def test_ids_of_two_figures_never_meet():
    one, two = (figures.inline(DRAWING, alt) for alt in ("A bowl", "A valley"))
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (one, two)]
    assert ids[0] and not ids[0] & ids[1]
    for name in re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', one):
        assert "".join(name) in ids[0]


def test_paths_keep_two_decimals():
    assert 'd="M 1.23 0"' in figures.inline(DRAWING, "A bowl").replace("-0", "0")


def test_palette_and_stylesheet_agree():
    css = (ROOT / "book" / "_static" / "book.css").read_text("utf-8")
    for name in figures.PALETTE.values():
        assert css.count(f"--gd-{name}: ") == 2, f"{name} needs two shades"


def site(folder, *formulas):
    body = "".join(mathematics.placeholder(tex, display=d) for tex, d in formulas)
    (folder / "_static").mkdir(exist_ok=True)
    page = folder / "page.html"
    page.write_text(f"<html>{body}</html>", "utf-8")
    return page


def test_formulas_are_typeset_with_the_books_macros(tmp_path):
    page = site(tmp_path, (r"x \in \R^d", False), (r"\norm{x} < 1", True))
    mathematics.typeset(tmp_path)
    text = page.read_text("utf-8")
    assert text.count("<mjx-container") == 2 and "gd-tex" not in text
    assert text.count('tabindex="0"') == 1, "only a display formula takes focus"
    assert "&lt; 1" in text and "mjx-assistive-mml" in text
    assert (tmp_path / "_static" / "math.css").read_text("utf-8").count(".mjx-c")


def test_a_later_build_keeps_the_glyphs_of_pages_it_did_not_write(tmp_path):
    site(tmp_path, (r"\aleph", False))
    mathematics.typeset(tmp_path)
    glyph = "mjx-c2135"
    assert glyph in (tmp_path / "_static" / "math.css").read_text("utf-8")
    mathematics.typeset(tmp_path)
    assert glyph in (tmp_path / "_static" / "math.css").read_text("utf-8")


@pytest.mark.parametrize("tex", [r"\frac{1}{", r"\nosuchmacro x", r"x^2^3"])
def test_a_formula_that_fails_is_named_with_its_page(tmp_path, tex):
    site(tmp_path, ("x", False), (tex, False))
    with pytest.raises(mathematics.ExtensionError) as caught:
        mathematics.typeset(tmp_path)
    assert "page: " in str(caught.value) and tex in str(caught.value)


def test_node_packages_are_locked_without_a_host():
    lock = (ROOT / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock and '"integrity"' in lock
    assert node.packages_are_current()


def test_directives_become_plain_markdown(tmp_path):
    (tmp_path / "f.py").write_text("def f(x):\n    return x\n\n\ny = 1\n")
    text = (
        "(label)=\n# Title\n\n"
        "```{literalinclude} f.py\n:pyobject: f\n```\n\n"
        "```{prf:theorem} Descent\n:label: t\nIt falls.\n```\n\n"
        "See {prf:ref}`t` and {doc}`the page <other>`.\n\n$$\nx\n$$ (eq-x)\n"
    )
    plain = notebooks.plain(text, tmp_path / "page.md")
    assert "```python\ndef f(x):\n    return x\n```" in plain
    assert "> **Theorem (Descent).**\n>\n> It falls." in plain
    assert "{" not in plain and "label" not in plain and "the page" in plain
    assert "eq-x" not in plain


def test_a_misspelled_function_leaves_the_directive_as_it_is(tmp_path):
    (tmp_path / "f.py").write_text("def f(x):\n    return x\n")
    for name in ("g", "f.g", "g.f"):
        text = f"```{{literalinclude}} f.py\n:pyobject: {name}\n```\n"
        assert notebooks.plain(text, tmp_path / "page.md") == text


def test_a_formula_inside_a_quotation_stays_on_one_line(tmp_path):
    text = "```{prf:proof}\nSo\n\n$$\na \\\\\n= b\n$$\n\nit is.\n```\n"
    assert "> $$a \\\\ = b$$" in notebooks.plain(text, tmp_path / "page.md")


def test_an_answer_becomes_a_fold(tmp_path):
    text = "```{admonition} Answer\n:class: dropdown tip\n**(b)**, by C2.\n```\n"
    plain = notebooks.plain(text, tmp_path / "page.md")
    assert plain.startswith("<details><summary>Answer</summary>\n\n**(b)**")


def test_a_citation_becomes_authors_and_year(tmp_path):
    page = tmp_path / "page.md"
    assert notebooks.plain("{cite:t}`cauchy1847methode`", page) == "Cauchy (1847)"
    said = notebooks.plain("{cite}`kingma2015adam,efron2004least`", page)
    assert said == "(Kingma and Ba, 2015; Efron et al., 2004)"


def test_a_claim_about_a_changed_number_does_not_stop_the_notebook():
    chapter = json.loads(notebooks.as_notebook(ROOT / "book" / "definition.md"))
    code = [cell for cell in chapter["cells"] if cell["cell_type"] == "code"]
    for cell in code:
        claims = "assert " in "".join(cell["source"])
        assert claims == ("raises-exception" in cell["metadata"].get("tags", []))
    assert any("mystnb" not in cell["metadata"] for cell in code)


def test_the_caption_of_a_figure_stands_below_its_cell():
    chapter = json.loads(notebooks.as_notebook(ROOT / "book" / "definition.md"))
    text = "".join("".join(cell["source"]) for cell in chapter["cells"])
    assert "The length of a petal is the slope along it." in text


def test_a_notebook_defines_the_macros_it_uses_and_no_others():
    used = notebooks.definitions(r"$\R^d$, $\norm{x}$, $\Re$")
    assert used.count("newcommand") == 2
    assert r"\newcommand{\norm}[1]{\lVert #1 \rVert}" in used
    assert notebooks.definitions("$x$") == ""


def test_a_changed_notebook_is_never_overwritten(tmp_path):
    assert notebooks.write_unless_changed({"a": "1", "b": "1"}, tmp_path) == []
    (tmp_path / "a").write_text("mine")
    assert notebooks.write_unless_changed({"a": "2", "b": "2"}, tmp_path) == ["a"]
    assert (tmp_path / "a").read_text() == "mine"
    assert (tmp_path / "b").read_text() == "2"
    (tmp_path / "c").write_text("older than the record")
    assert notebooks.write_unless_changed({"c": "1"}, tmp_path) == ["c"]


def test_the_cache_knows_a_changed_function(tmp_path):
    (tmp_path / "a.py").write_text("x = 1")
    before = source_hash(tmp_path)
    (tmp_path / "a.py").write_text("x = 2")
    assert source_hash(tmp_path) != before


def test_every_repair_says_why():
    rows = [*pages.REPAIRS, *pages.PAGE_REPAIRS]
    assert len({row.why for row in rows}) == len(rows)
    assert all(re.compile(row.pattern) and len(row.why) > 20 for row in rows)
