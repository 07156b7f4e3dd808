"""The book's sources hold to their plan: order, headings, rhythm, words, partners."""

import ast
import re
from pathlib import Path

import jupytext
import pytest
import yaml

from gdlib.grading import questions

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "book"
EXERCISES = ROOT / "exercises"

NOT_CHAPTERS = {"intro", "notation", "references", "glossary", "library"}
HEADINGS = [
    "What you will learn",
    "An experiment",
    "The idea",
    "The mathematics",
    "The code",
    "When it fails",
    "In practice",
    "Summary",
    "Check yourself",
    "Exercises",
    "Further reading",
]
LONGEST_LINE = 72  # wider cells scroll in the book's column
BANNED = ["simply", "obviously", "crucial", "delve", "it is important to note",
          "in conclusion", "in this chapter we will"]  # fmt: skip
BRITISH = {
    "behaviour": "behavior", "centre": "center", "colour": "color",
    "favour": "favor", "generalise": "generalize", "gradient-descent": None,
    "labelled": "labeled", "minimise": "minimize", "modelling": "modeling",
    "neighbour": "neighbor", "normalise": "normalize", "optimise": "optimize",
    "optimiser": "optimizer", "recognise": "recognize", "regularise": "regularize",
    "standardise": "standardize", "summarise": "summarize", "travelled": "traveled",
}  # fmt: skip

PAGES = sorted(
    path
    for path in BOOK.rglob("*.md")
    if not any(part.startswith("_") for part in path.relative_to(BOOK).parts)
)
CHAPTERS = [path for path in PAGES if path.stem not in NOT_CHAPTERS]


def page_id(path):
    return path.relative_to(BOOK).with_suffix("").as_posix()


def toc_entries():
    """Return the pages that _toc.yml names, in their order."""

    def walk(node):
        if isinstance(node, list):
            for item in node:
                yield from walk(item)
        elif isinstance(node, dict):
            for key in ("root", "file"):
                if key in node:
                    yield node[key]
            for key in ("parts", "chapters", "sections"):
                yield from walk(node.get(key, []))

    return list(walk(yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))))


def cells(text):
    return jupytext.reads(text, fmt="md:myst").cells


def code_cells(text):
    """Return a page's code cells, as the reader sees them: removed ones left out."""
    return [
        cell
        for cell in cells(text)
        if cell.cell_type == "code"
        and "remove-cell" not in cell.metadata.get("tags", [])
    ]


def headings(text):
    """Return a page's second-level headings; a `#` in code is none."""
    prose = re.sub(r"^(`{3,}|:{3,}).*?^\1[ \t]*$", "", text, flags=re.M | re.S)
    return re.findall(r"^## +(.+?)\s*$", prose, re.M)


def prose(text):
    """Return a page's words: no header, code, mathematics, addresses."""
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.S)
    text = re.sub(r"^```\{code-cell\}.*?^```$", "", text, flags=re.M | re.S)
    text = re.sub(r"^```(?:python|text|bash|\n).*?^```$", "", text, flags=re.M | re.S)
    text = re.sub(r"\$\$.*?\$\$|\$[^$\n]*\$|`[^`\n]*`", " ", text, flags=re.S)
    return re.sub(r"https?://\S+|\]\([^)]*\)", " ", text)


# ------------------------------------------------------------------------- faults
# Each function returns what is wrong, in words, so that it can be shown to fail.


def heading_faults(text):
    found = headings(text)
    missing = [f"missing: {name}" for name in HEADINGS if name not in found]
    strange = [f"not a heading of a chapter: {n}" for n in found if n not in HEADINGS]
    order = [] if missing or strange or found == HEADINGS else [f"order: {found}"]
    return missing + strange + order


def claim_faults(text):
    """Return the claims, ``**C1.**``, that no ``assert … # C1`` stands up for."""
    claims = re.findall(r"\*\*C(\d+)\.\*\*", text)
    asserted = {
        number
        for cell in code_cells(text)
        for line in cell.source.splitlines()
        if "assert" in line
        for number in re.findall(r"# *C(\d+)\b", line)
    }
    unproved = [f"C{n} is asserted nowhere" for n in claims if n not in asserted]
    numbers = [str(n) for n in range(1, len(claims) + 1)]
    return unproved + ([] if claims == numbers else [f"numbered {claims}"])


def rhythm_faults(text):
    faults = []
    lengths = []
    for cell in code_cells(text):
        lines = cell.source.splitlines()
        lengths.append(len(lines))
        if len(lines) > 25:
            faults.append(f"a cell of {len(lines)} lines: {lines[0]}")
        faults += [
            f"{len(line)} characters: {line}"
            for line in lines
            if len(line) > LONGEST_LINE
        ]
    if lengths and sum(n <= 16 for n in lengths) < 0.9 * len(lengths):
        faults.append(f"too many cells over 16 lines: {sorted(lengths)[::-1]}")
    run = 0
    for cell in cells(text):
        hidden = "remove-cell" in cell.metadata.get("tags", [])
        run = 0 if cell.cell_type != "code" else run + (not hidden)
        if run > 2:
            faults.append(f"three code cells in a row: {cell.source[:50]}")
    return faults


def figure_faults(text):
    """Return the figures that say nothing, or have no caption."""
    faults = []
    for cell in code_cells(text):
        options = cell.metadata.get("mystnb", {})
        alt = (options.get("image", {}) or {}).get("alt", "").strip()
        caption = (options.get("figure", {}) or {}).get("caption", "").strip()
        if ("figure" in options or "image" in options) and not (alt and caption):
            faults.append(f"alt and caption are both needed: {cell.source[:50]}")
        name = (options.get("figure", {}) or {}).get("name", "")
        if alt and not name.startswith("fig-"):
            faults.append(f"a figure needs a name, fig-…: {cell.source[:50]}")
        if alt and prints_its_last_line(cell.source):
            faults.append(f"prints what its last line returns, end it with ; : {alt}")
        if alt and len(alt) < 20:
            faults.append(f"an alternative text of {len(alt)} characters: {alt}")
    return faults


def prints_its_last_line(source):
    """Whether a cell shows the value of its last statement, as ``ax.plot()`` does."""
    last = ast.parse(source).body[-1]
    silent = source.rstrip().endswith(";")
    return isinstance(last, ast.Expr) and not silent


def word_faults(text):
    words = prose(text).lower()
    banned = [word for word in BANNED if re.search(rf"\b{word}\b", words)]
    british = [
        f"{word} (write {american})"
        for word, american in BRITISH.items()
        if american and re.search(rf"\b{word}(s|d|r|rs|ing|al)?\b", words)
    ]
    return banned + british


# -------------------------------------------------------------------------- tests


def test_every_toc_entry_exists():
    missing = [e for e in toc_entries() if not (ROOT / f"{e}.md").exists()]
    assert not missing


def test_every_page_is_in_the_toc_once():
    entries = toc_entries()
    assert len(entries) == len(set(entries))
    pages = {path.relative_to(ROOT).with_suffix("").as_posix() for path in PAGES}
    absent = sorted(pages - set(entries))
    assert not absent, f"_toc.yml has no line for {', '.join(absent)}"


@pytest.mark.parametrize("path", CHAPTERS, ids=page_id)
def test_a_chapter_has_the_headings_of_every_chapter(path):
    assert not heading_faults(path.read_text("utf-8"))


@pytest.mark.parametrize("path", CHAPTERS, ids=page_id)
def test_every_claim_of_a_chapter_is_asserted(path):
    assert not claim_faults(path.read_text("utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=page_id)
def test_cells_are_short_and_prose_stands_between(path):
    assert not rhythm_faults(path.read_text("utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=page_id)
def test_every_figure_has_a_caption_and_an_alternative_text(path):
    assert not figure_faults(path.read_text("utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=page_id)
def test_words_are_plain_and_american(path):
    assert not word_faults(path.read_text("utf-8"))


@pytest.mark.parametrize("path", CHAPTERS, ids=page_id)
def test_a_chapter_has_exercises_and_their_checks(path):
    stem = path.stem
    partners = [
        EXERCISES / "source" / f"{stem}.md",
        EXERCISES / f"{stem}.ipynb",
        ROOT / "gdlib" / "checks" / f"{stem.replace('-', '_')}.py",
    ]
    missing = [p.relative_to(ROOT).as_posix() for p in partners if not p.exists()]
    assert not missing, "see CONTRIBUTING, How to add an exercise"


@pytest.mark.parametrize("path", CHAPTERS, ids=page_id)
def test_the_section_exercises_names_every_function_to_write(path):
    section = path.read_text("utf-8").split("\n## Exercises\n")[1].split("\n## ")[0]
    asked = [q for q in questions().values() if q.chapter == path.stem]
    assert asked
    for name in (name for question in asked for name in question.names()):
        assert f"`{name}`" in section, f"{name} is not named under Exercises"


@pytest.mark.parametrize(
    "path", sorted((EXERCISES / "source").glob("*.md")), ids=lambda p: p.stem
)
def test_exercises_are_plain_and_american(path):
    assert not word_faults(path.read_text("utf-8"))


def test_exercises_and_checks_belong_to_a_chapter():
    chapters = {path.stem for path in CHAPTERS}
    checks = {
        path.stem.replace("_", "-")
        for path in (ROOT / "gdlib" / "checks").glob("*.py")
        if not path.stem.startswith("_")
    }
    sources = {path.stem for path in (EXERCISES / "source").glob("*.md")}
    notebooks = {path.stem for path in EXERCISES.glob("*.ipynb")}
    assert checks | sources | notebooks <= chapters


# ------------------------------------------------------- the tests above can fail

HEAD = "---\nkernelspec:\n  name: python3\n  display_name: Python 3\n---\n"


def cell(source, options=""):
    return f"\n```{{code-cell}} ipython3\n{options}{source}\n```\n"


def test_wrong_headings_are_noticed():
    page = "# A\n\n" + "\n\n".join(f"## {name}" for name in HEADINGS)
    assert not heading_faults(page)
    assert heading_faults(page.replace("## The idea", "## Ideas"))
    assert heading_faults(page.replace("## Summary\n", ""))


def test_a_claim_without_its_assert_is_noticed():
    page = HEAD + "**C1.** It falls.\n" + cell("assert x  # C1")
    assert not claim_faults(page)
    assert claim_faults(page.replace("# C1", "")) == ["C1 is asserted nowhere"]
    assert claim_faults(page.replace("assert x", "x")) == ["C1 is asserted nowhere"]
    assert claim_faults(page.replace("C1", "C2")) == ["numbered ['2']"]


def test_broken_rhythm_is_noticed():
    assert not rhythm_faults(HEAD + "Words.\n" + cell("x = 1"))
    assert rhythm_faults(HEAD + cell("\n".join(["x = 1"] * 26)))
    assert rhythm_faults(HEAD + cell("\n".join(["x = 1"] * 17)))
    assert rhythm_faults(HEAD + cell("x = '" + "a" * 80 + "'"))
    assert rhythm_faults(HEAD + cell("x = 1") + cell("y = 1") + cell("z = 1"))


def test_a_figure_without_words_is_noticed():
    alt = "    alt: A path that zigzags down a narrow valley.\n"
    full = (
        f"---\nmystnb:\n  image:\n{alt}  figure:\n    name: fig-a\n"
        "    caption: Down.\n---\n"
    )
    assert not figure_faults(HEAD + cell("plot();", full))
    assert not figure_faults(HEAD + cell("for x in y:\n    plot(x)", full))
    assert figure_faults(HEAD + cell("plot()", full))
    assert figure_faults(HEAD + cell("plot();", full.replace("    name: fig-a\n", "")))
    assert figure_faults(HEAD + cell("plot()", full.replace(alt, "    alt: ''\n")))
    assert figure_faults(HEAD + cell("plot()", full.replace("Down.", "''")))


def test_fillers_and_british_spelling_are_noticed():
    assert not word_faults("The walk falls. `simply` $colour$")
    assert word_faults("We simply fall.") == ["simply"]
    assert word_faults("Two colours.") == ["colour (write color)"]
