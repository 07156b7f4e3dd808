"""The Sphinx extension's own work: figures, formulas, notebooks, quiz, repairs."""

import io
import json
import re
import sys
from pathlib import Path

import imagesize
import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from gdbook import (  # noqa: E402
    card,
    figures,
    fonts,
    mathematics,
    node,
    notebooks,
    pages,
    quiz,
    scripts,
    source_hash,
    styles,
    tables,
)

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


def test_a_path_keeps_tenths_of_a_point_and_no_point_twice():
    long = DRAWING.replace("-0.00001", "-0.01 L 2.04 3 L 2.01 3 L 2 31")
    svg = figures.inline(long, "A bowl")
    assert 'd="M 1.2 0 L 2 3 L 2 31"' in svg


def test_a_letter_is_drawn_once_a_page_and_every_figure_points_to_it():
    scale = 'transform="scale(0.015625)"'
    letter = '<path id="f{0}-a" d="M 1 {1}" ' + scale + "/>"
    figure = "<svg>" + letter + '<use href="#f{0}-a"/></svg>'
    page = figure.format(1, 5) + figure.format(2, 5) + figure.format(3, 6)
    page = figures.share_letters(page + '<a href="#f1">f1</a></body>')
    assert page.count('d="M 1 5"') == page.count('d="M 1 6"') == 1
    used = re.findall(r'<use href="#([\w-]+)"', page)
    assert used[0] == used[1] != used[2]
    assert all(page.count(f'id="{name}"') == 1 for name in used)
    assert '<a href="#f1">' in page
    assert figures.share_letters("<p></p></body>") == "<p></p></body>"


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


QUESTION = """\
:::{question}
At $x$ the gradient is $(3, -4)$.

Where does `step` lead?

- [ ] $x + g$, *uphill*

  That is uphill, see {ref}`the end <end>`.

- [x] $x - g$,
  downhill

  It is down.

  $$
  -g
  $$

- [ ] `step` stays

  It moves.
:::
"""


def test_a_question_becomes_its_number_its_options_and_a_fold(tmp_path):
    page = tmp_path / "page.md"
    plain = notebooks.plain(QUESTION + "\n" + QUESTION, page)
    first, second = plain.split("\n**2.** ")
    assert first.startswith(
        "**1.** At $x$ the gradient is $(3, -4)$.\n\nWhere does `step` lead?\n\n"
        "(a) $x + g$, *uphill*\\\n(b) $x - g$, downhill\\\n(c) `step` stays\n\n"
        "<details><summary>Answer</summary>\n\n"
    )
    before, after = first.split("<details>")
    assert "Yes" not in before
    assert "[x]" not in before
    assert "**(a)** Not this one. That is uphill, see the end." in after
    assert "**(b)** Yes. It is down.\n\n$$\n-g\n$$\n\n**(c)** Not this one." in after
    assert first.rstrip().endswith("</details>")
    assert second.startswith("At $x$")


def test_questions_of_a_notebook_are_numbered_over_its_cells(tmp_path):
    page = tmp_path / "page.md"
    code = "```{code-cell} ipython3\nx = 1\n```\n"
    head = "---\nkernelspec:\n  name: python3\n  display_name: Python 3\n---\n"
    page.write_text(f"{head}\n{QUESTION}\n{code}\n{QUESTION}")
    cells = json.loads(notebooks.as_notebook(page))["cells"]
    starts = ["".join(cell["source"])[:6] for cell in cells]
    assert starts == ["**1.**", "x = 1", "**2.**"]


def page_with(folder, *texts):
    """Return the HTML that Sphinx makes of a page, and what it warns of."""
    folder.mkdir(exist_ok=True)
    text = "\n".join(["# A page\n", *texts, "(end)=\n## The end\n"])
    (folder / "index.md").write_text(text, "utf-8")
    extensions = ["colon_fence", "dollarmath", "tasklist", "smartquotes"]
    warnings = io.StringIO()
    with docutils_namespace():
        app = Sphinx(
            folder, None, folder / "html", folder / "trees", "html",
            confoverrides={
                "extensions": ["myst_parser"],
                "myst_enable_extensions": extensions,
                "html_theme": "basic",
            },
            status=None, warning=warnings, freshenv=True,
        )  # fmt: skip
        quiz.connect(app)
        app.build()
    return (folder / "html/index.html").read_text("utf-8"), warnings.getvalue()


def fieldset(html, number=1):
    found = re.findall(r"<fieldset.*?</fieldset>", html, re.S)
    return found[number - 1]


def test_a_question_of_the_page_keeps_formulas_code_and_references(tmp_path):
    html, warnings = page_with(tmp_path, QUESTION, QUESTION)
    assert not warnings
    one, two = fieldset(html), fieldset(html, 2)
    assert two == one.replace("question-1", "question-2").replace(">1.<", ">2.<")
    legend = re.search(r"<legend>(.*)</legend>", one)[1]
    assert legend.startswith('<span><strong>1.</strong> At <span class="math')
    assert "<code" in legend
    labels = re.findall(r"<label>(.*?)</label>", one, re.S)
    assert len(labels) == 3
    for letter, label in zip("abc", labels, strict=True):
        radio = f'<input type="radio" name="question-1" value="{letter}">'
        assert label.startswith(radio)
        assert label.count("<input") == 1
        assert f"({letter})" in label
    assert "<em>uphill</em>" in labels[0]
    assert "x - g" in labels[1]
    assert "downhill" in labels[1]
    assert "<code" in labels[2]
    assert "checkbox" not in one
    assert "[" not in re.sub(r"\\\[.*?\\\]", "", one, flags=re.S)
    fold = one[one.index("<details") :]
    told = re.findall(r'<div class="gd-quiz-answer([^"]*)" data-option="(\w)">', fold)
    assert told == [("", "a"), (" gd-right", "b"), ("", "c")]
    assert fold.count("<strong>Not this one.</strong>") == 2
    assert fold.count("<strong>Yes.</strong> It is down.") == 1
    assert 'href="#end"' in fold
    assert '<div class="math' in fold


def test_a_legend_of_a_question_holds_words_and_the_rest_describes_it(tmp_path):
    asked = ":::{question}\nLook.\n\n```python\n- [x] = y\n```\n\nAnd?\n\n"
    html, warnings = page_with(tmp_path, QUESTION.replace(":::{question}\n", asked))
    assert not warnings
    field = fieldset(html)
    legend, _, rest = field.partition("</legend>")
    assert "Look." in legend
    assert not re.search(r"<(p|div|pre)\b", legend)
    assert legend.startswith('<fieldset aria-describedby="question-1-more" ')
    assert rest.startswith('<div class="gd-quiz-more" id="question-1-more">')
    assert quiz.MARK in field
    assert field.count("<label>") == 3


def test_the_html_of_a_question_is_the_same_in_every_build(tmp_path):
    assert page_with(tmp_path / "a", QUESTION) == page_with(tmp_path / "b", QUESTION)


FAULTY = {
    "no right option": (
        QUESTION.replace("[x]", "[ ]"), 3,
        "no option is marked as the right one: begin it with `- [x] `",
    ),
    "two right options": (
        QUESTION.replace("- [ ] `", "- [x] `"), 21,
        "a second option is marked [x]: one is right, begin the others with [ ]",
    ),
    "one option": (
        ":::{question}\nWell?\n\n- [x] Yes\n\n  So it is.\n:::\n", 3,
        "a question needs two options or more, and this has 1: begin each with",
    ),
    "no options": (
        ":::{question}\nWell?\n:::\n", 3,
        "a question needs two options or more, and this has 0: begin each with",
    ),
    "no answer": (
        QUESTION.replace("\n  That is uphill, see {ref}`the end <end>`.\n", ""), 8,
        "option (a) has no answer: leave a line empty below the option, then say why",
    ),
    "no empty line before the answer": (
        QUESTION.replace("stays\n\n", "stays\n"), 21,
        "option (c) has no answer: leave a line empty below the option",
    ),
    "no prompt": (
        ":::{question}\n" + QUESTION[QUESTION.index("- [") :], 3,
        "nothing is asked: write the question above its options",
    ),
    "an answer that is not indented": (
        QUESTION.replace("  It moves", "It moves"), 23,
        "this belongs to no option: indent it by two spaces: It moves.",
    ),
    "an option without words": (
        QUESTION.replace("] `step` stays", "]"), 21,
        "option (c) is empty: write it behind its brackets",
    ),
    "an option that is no paragraph": (
        QUESTION.replace("`step` stays", "$$x$$"), 21,
        "option (c) has to be one paragraph of words, `code` and $formulas$",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTY)
def test_a_question_with_a_fault_is_named_with_its_line(tmp_path, case):
    text, line, sentence = FAULTY[case]
    _, warnings = page_with(tmp_path, text)
    told = f"index.md:{line}: WARNING: question 1: {sentence}"
    assert told in re.sub(r"\x1b\[[\d;]*m", "", warnings)


def test_every_page_loads_one_classic_script():
    page = scripts.with_own("<head></head>", "_static/")
    assert '<script defer src="_static/page.js?v=' in page
    script = scripts.own()
    assert script.index("scrolling(document);") < script.index("quiz(document);")
    assert not re.search(r"^(export|import)\b", script, re.M)


def test_no_verdict_of_a_question_hurts():
    said = " ".join(quiz.VERDICTS.values()).lower()
    assert not re.search(r"wrong|incorrect|sorry|!", said)
    assert len(set(quiz.VERDICTS.values())) == 2


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
    rows = [*pages.REPAIRS, *pages.PAGE_REPAIRS, *pages.SCRIPT_REPAIRS]
    assert len({row.why for row in rows}) == len(rows)
    assert all(re.compile(row.pattern) and len(row.why) > 20 for row in rows)


def test_what_a_slow_cell_printed_is_merged_on_the_page_and_kept_in_the_notebook():
    from myst_nb.core import render
    from nbformat.v4 import new_output

    notebooks.merge_copies_only()
    printed = [new_output("stream", text=f"{line}\n") for line in "ab"]
    assert [out.text for out in render.coalesce_streams(printed)] == ["a\nb\n"]
    assert [out.text for out in printed] == ["a\n", "b\n"]


SERIF = fonts.TYPEFACES / "source-serif-4/files/source-serif-4-latin-opsz-normal.woff2"


def cut_font(folder, shown, weights=(400, 700)):
    """Return a font cut to some characters, and its bytes."""
    from fontTools.ttLib import TTFont

    data = fonts.cut(SERIF, shown, folder, weights)
    return TTFont(io.BytesIO(data)), data


def test_a_font_keeps_the_characters_and_weights_that_are_asked_for(tmp_path):
    font, data = cut_font(tmp_path, set("af−"))
    assert set(font.getBestCmap()) == set(map(ord, "af−"))
    (axis,) = font["fvar"].axes
    assert (axis.axisTag, axis.minValue, axis.maxValue) == ("wght", 400, 700)
    features = font["GPOS"].table.FeatureList.FeatureRecord
    assert "kern" in {feature.FeatureTag for feature in features}
    assert "fvar" not in cut_font(tmp_path, {"a"}, (400, 400))[0]
    assert len(data) < SERIF.stat().st_size / 20


def test_a_character_of_a_changed_page_is_cut_from_the_whole_font(tmp_path):
    cut_font(tmp_path, {"a"})
    assert set(cut_font(tmp_path, {"a", "b"})[0].getBestCmap()) == {97, 98}
    assert len(list(tmp_path.iterdir())) == 2
    cut_font(tmp_path, {"a"})
    assert len(list(tmp_path.iterdir())) == 2, "the same cut is not made again"


def test_the_characters_of_a_site_are_those_of_its_pages_and_scripts(tmp_path):
    (tmp_path / "_static").mkdir()
    (tmp_path / "page.html").write_text("<p>&eta; é</p>", "utf-8")
    (tmp_path / "_static/a.js").write_text(r'say("×", "\u2212")', "utf-8")
    (tmp_path / "_static/unused.html").write_text("ß", "utf-8")
    found = fonts.characters(tmp_path)
    assert found - fonts.ALWAYS == set("ηé×−")
    assert fonts.drawn(r"""a{content:"\3b7 \2014 x"} b{--i: '\f002'}""") == set(
        "η— x\uf002"
    )


def test_a_font_of_formulas_keeps_its_own_signs_and_the_parts_of_delimiters():
    css = (
        'mjx-c.mjx-c1D465.TEX-I::before {\n padding: 0;\n content: "x";\n}\n'
        'mjx-c.mjx-c2212::before{content: "\\2212"}'
        'mjx-stretchy-v.mjx-c28 mjx-beg mjx-c::before{content: "("}'
    )
    zero = {"\ueffc"}
    assert fonts.in_formulas(css, "MJXTEX-I") == {"x", "("} | zero
    assert fonts.in_formulas(css, "MJXTEX") == {"−", "("} | zero
    assert fonts.in_formulas(css, "MJXTEX-A") == {"("} | zero


def test_a_rule_stays_if_a_tag_or_a_script_can_match_it(tmp_path):
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static/a.js").write_text('x.classList.add("shown")', "utf-8")
    (tmp_path / "_static/b.js").write_text('x.classList.add("other")', "utf-8")
    (tmp_path / "page.html").write_text(
        '<p class="note" title="prose">word</p><script src="_static/a.js?v=1"></script>'
    )
    css = (
        ":root{--a:1px;--b:2px;--c:3px}.note{top:var(--a)}.shown{top:0}.other{top:0}"
        ".prose{top:0}.word{top:0}p[open]{top:0}p:hover{top:0}table{top:0}"
    )
    kept = styles.purged(css, ".ours{top:var(--b)}", tmp_path)
    assert re.findall(r"[^{}]+(?=\{)", kept) == [
        ":root", ".note", ".shown", "p[open]", "p:hover",
    ]  # fmt: skip
    assert "--a" in kept
    assert "--b" in kept
    assert "--c" not in kept


def test_space_in_strings_of_a_stylesheet_stays():
    tight = styles.squeezed('a {\n  content: "  ;  ";\n}\n\nb > c , d { top: 0; }')
    assert tight == 'a{content: "  ;  ";}b > c,d{top: 0;}'


def test_a_changed_font_has_another_address(tmp_path):
    (tmp_path / "fonts").mkdir()
    font = tmp_path / "fonts/a-b.woff2"
    font.write_bytes(b"one")
    first = pages.versioned('src: url("fonts/a-b.woff2")', tmp_path)
    assert re.fullmatch(r'src: url\("fonts/a-b\.woff2\?v=\w{8}"\)', first)
    assert pages.versioned(first, tmp_path) == first
    font.write_bytes(b"two")
    assert pages.versioned(first, tmp_path) != first


def test_the_card_of_a_page_says_its_title_and_names_its_picture_in_full(tmp_path):
    tags = card.tags('Rates & "bowls"', "A sentence.", "https://a.example/book/")
    assert 'og:title" content="Rates &amp; &quot;bowls&quot;"' in tags
    assert 'og:image" content="https://a.example/book/_static/card.png"' in tags
    assert "og:image" not in card.tags("Rates", "A sentence.", "")
    card.draw(tmp_path)
    assert imagesize.get(tmp_path / card.NAME) == card.PIXELS


def test_each_cell_of_a_table_carries_the_heading_of_its_column():
    head = (
        "<thead><tr><th><p>rule</p></th><th></th><th>its \n<b>ε</b></th></tr></thead>"
    )
    rows = "<tr><td>Adam</td><td>a</td><td class='x'>b</td></tr>"
    table = tables.label(f"<td><table>{head}<tbody>{rows}{rows}</tbody></table>")
    assert table.count('<td data-label="rule">Adam') == 2
    assert table.count("<td>a") == 2
    assert table.count("""<td data-label="its ε" class='x'>b""") == 2
    assert tables.label("<table><tr><td>1</td></tr></table>").count("data-label") == 0
