"""The book's sources hold to their plan: order, headings, rhythm, words, partners."""

import ast
import re
import sys
from pathlib import Path

import jupytext
import pytest
import yaml

from gdlib.grading import questions

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from gdbook import quiz  # noqa: E402

BOOK = ROOT / "book"
EXERCISES = ROOT / "exercises"

NOT_CHAPTERS = {
    "intro", "notation", "playing-live", "references", "glossary", "library",
    "rules-elsewhere",
}  # fmt: skip
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


def figure_of(cell):
    """Return a cell's alternative text, caption and name, or None without a figure."""
    options = cell.metadata.get("mystnb", {})
    if not {"figure", "image"} & options.keys():
        return None
    image, figure = options.get("image") or {}, options.get("figure") or {}
    said = image.get("alt"), figure.get("caption"), figure.get("name")
    return [(words or "").strip() for words in said]


# ------------------------------------------------------------------------- faults
# Each function returns what is wrong, in words, so that it can be shown to fail.


def heading_faults(text):
    found = headings(text)
    right = {name.lower(): name for name in HEADINGS}
    seen = {name.lower() for name in found}
    faults = [f"missing: {name}" for name in HEADINGS if name.lower() not in seen]
    for name in found:
        if name.lower() not in right:
            faults.append(f"not a heading of a chapter: {name}")
        elif name not in HEADINGS:
            faults.append(f"write {right[name.lower()]!r}, not {name!r}")
    return faults or ([] if found == HEADINGS else [f"order: {found}"])


def claim_faults(text):
    """Return the claims, ``**C1.**``, that no ``assert … # C1`` stands up for."""
    claims = re.findall(r"\*\*C(\d+)\.\*\*", text)
    asserted = {
        number
        for cell in code_cells(text)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Assert)
        for line in cell.source.splitlines()[node.lineno - 1 : node.end_lineno]
        for number in re.findall(r"\bC(\d+)\b", line.partition("#")[2])
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
        figure = figure_of(cell)
        if figure is None:
            continue
        alt, caption, name = figure
        if not (alt and caption):
            faults.append(f"alt and caption are both needed: {cell.source[:50]}")
        if not name.startswith("fig-"):
            faults.append(f"a figure needs a name, fig-…: {cell.source[:50]}")
        if prints_its_last_line(cell.source):
            line = cell.source.rstrip().splitlines()[-1]
            faults.append(f"this cell prints `Text(…)`: end it with `;`: {line}")
        if alt and len(alt) < 20:
            faults.append(f"an alternative text of {len(alt)} characters: {alt}")
    return faults


def prints_its_last_line(source):
    """Whether a cell shows the value of its last statement, as ``ax.plot()`` does."""
    last = ast.parse(source).body[-1]
    silent = source.rstrip().endswith(";")
    return isinstance(last, ast.Expr) and not silent


def word_faults(text):
    figures = [figure_of(cell) or ["", ""] for cell in code_cells(text)]
    said = [words for alt, caption, *_ in figures for words in (alt, caption)]
    words = "\n".join(prose(part) for part in (text, *said)).lower()
    banned = [word for word in BANNED if re.search(rf"\b{word}\b", words)]
    british = [
        f"{word} (write {american})"
        for word, american in BRITISH.items()
        if american and re.search(rf"\b{word}(s|d|r|rs|ing|al)?\b", words)
    ]
    return banned + british


def toc_faults(pages, entries):
    """Return the pages that a table of contents does not name once."""
    absent = [f"_toc.yml: {p} is in no line of it" for p in pages if p not in entries]
    twice = [e for e in sorted(set(entries)) if entries.count(e) > 1]
    return absent + [f"_toc.yml: {e} is in more than one line of it" for e in twice]


def partner_faults(stem):
    """Return the files of a chapter's exercises that are not there."""
    partners = [
        EXERCISES / "source" / f"{stem}.md",
        EXERCISES / f"{stem}.ipynb",
        ROOT / "gdlib" / "checks" / f"{stem.replace('-', '_')}.py",
    ]
    missing = [p.relative_to(ROOT).as_posix() for p in partners if not p.exists()]
    return [f"missing: {p}: see CONTRIBUTING, How to add an exercise" for p in missing]


def exercise_faults(text, names):
    """Return the functions to write that a chapter's section Exercises leaves out."""
    section = text.partition("\n## Exercises\n")[2].partition("\n## ")[0]
    absent = [name for name in names if f"`{name}`" not in section]
    return [f"section Exercises does not name `{name}`" for name in absent]


QUESTION = re.compile(r"^(:{3,}|`{3,})\{question\}(.*?)^\1[ \t]*$", re.M | re.S)
ASKED = 5  # questions of a chapter


def question_faults(text):
    """Return what the questions of a chapter's section Check yourself lack."""
    section = text.partition("\n## Check yourself\n")[2].partition("\n## ")[0]
    asked = [quiz.read(body) for _, body in QUESTION.findall(section)]
    faults = []
    if len(asked) != ASKED:
        faults.append(f"{len(asked)} questions in Check yourself, not {ASKED}")
    if len(QUESTION.findall(text)) > len(asked):
        faults.append("a question outside of Check yourself")
    for number, question in enumerate(asked, 1):
        faults += [f"question {number}: {say}" for say, _ in quiz.faults(question)]
    places = {
        place
        for question in asked
        for place, option in enumerate(question.options)
        if option.right
    }
    if len(asked) > 1 and len(places) == 1:
        letter = quiz.LETTERS[places.pop()]
        faults.append(f"({letter}) is always the right option: change the order of one")
    return faults


# -------------------------------------------------------------------------- tests


def test_every_toc_entry_exists():
    there = lambda entry, ending: (ROOT / f"{entry}{ending}").exists()
    missing = [e for e in toc_entries() if not there(e, ".md") | there(e, ".ipynb")]
    assert not missing


@pytest.mark.parametrize("path", CHAPTERS, ids=page_id)
def test_a_chapter_s_exercises_follow_it(path):
    entries = toc_entries()
    chapter = entries.index(path.relative_to(ROOT).with_suffix("").as_posix())
    assert entries[chapter + 1] == f"exercises/{path.stem}"


def test_every_page_is_in_the_toc_once():
    pages = [path.relative_to(ROOT).with_suffix("").as_posix() for path in PAGES]
    assert not toc_faults(pages, toc_entries())


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
    assert not partner_faults(path.stem)


@pytest.mark.parametrize("path", CHAPTERS, ids=page_id)
def test_the_section_exercises_names_every_function_to_write(path):
    asked = [q for q in questions().values() if q.chapter == path.stem]
    names = [name for question in asked for name in question.names()]
    assert names, f"no question is called {path.stem}.…"
    assert not exercise_faults(path.read_text("utf-8"), names)


@pytest.mark.parametrize("path", CHAPTERS, ids=page_id)
def test_a_chapter_asks_five_questions_and_answers_every_choice(path):
    assert not question_faults(path.read_text("utf-8"))


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
    assert heading_faults(page.replace("## In practice\n", "")) == [
        "missing: In practice"
    ]
    assert heading_faults(page.replace("## The idea", "## The Idea")) == [
        "write 'The idea', not 'The Idea'"
    ]
    assert heading_faults(page + "\n\n## Summary\n")[0].startswith("order: ")


def test_a_claim_without_its_assert_is_noticed():
    page = HEAD + "**C1.** It falls.\n" + cell("assert x  # C1")
    assert not claim_faults(page)
    assert claim_faults(page.replace("# C1", "")) == ["C1 is asserted nowhere"]
    assert claim_faults(page.replace("assert x", "x")) == ["C1 is asserted nowhere"]
    assert claim_faults(page.replace("assert", "# assert")) == [
        "C1 is asserted nowhere"
    ]
    assert claim_faults(page.replace("C1", "C2")) == ["numbered ['2']"]
    both = HEAD + "**C1.** It falls. **C2.** Fast.\n"
    assert not claim_faults(both + cell("assert all(\n    x\n)  # C1 and C2"))
    assert claim_faults(both + cell("assert x  # C1\ny  # C2")) == [
        "C2 is asserted nowhere"
    ]


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
    assert figure_faults(HEAD + cell("plot()", full)) == [
        "this cell prints `Text(…)`: end it with `;`: plot()"
    ]
    assert figure_faults(HEAD + cell("plot();", full.replace("    name: fig-a\n", "")))
    assert figure_faults(HEAD + cell("plot();", full.replace("fig-a", "a")))
    assert figure_faults(HEAD + cell("plot();", full.replace(alt, "    alt: ''\n")))
    assert figure_faults(HEAD + cell("plot();", full.replace("Down.", "''")))


def test_fillers_and_british_spelling_are_noticed():
    assert not word_faults("The walk falls. `simply` $colour$")
    assert word_faults("We simply fall.") == ["simply"]
    assert word_faults("Two colours.") == ["colour (write color)"]
    figure = (
        "---\nmystnb:\n  image:\n    alt: A bowl.\n  figure:\n    caption: Down.\n---\n"
    )
    assert not word_faults(HEAD + cell("plot();", figure))
    for words, fault in (("A bowl", "Simply"), ("Down", "Two colours")):
        assert word_faults(HEAD + cell("plot();", figure.replace(words, fault)))


def test_a_page_without_a_line_in_the_toc_is_noticed():
    assert not toc_faults(["book/x"], ["book/x", "book/y"])
    assert toc_faults(["book/x"], []) == ["_toc.yml: book/x is in no line of it"]
    assert toc_faults(["book/x"], ["book/x", "book/x"])


def test_a_chapter_without_exercises_is_noticed():
    faults = partner_faults("no-chapter")
    assert len(faults) == 3
    assert faults[2] == (
        "missing: gdlib/checks/no_chapter.py: see CONTRIBUTING, How to add an exercise"
    )


def test_a_function_that_the_section_exercises_leaves_out_is_noticed():
    page = "# A\n\n## Exercises\n\nWrite `f`.\n\n## Further reading\n\nSee `g`.\n"
    assert not exercise_faults(page, ["f"])
    assert exercise_faults(page, ["g"]) == ["section Exercises does not name `g`"]
    assert exercise_faults(page.replace("`f`", "f"), ["f"])
    assert exercise_faults(page.replace("## Exercises", "## Tasks"), ["f"])


def asks(right, options="ab"):
    """Return a question whose right option has the letter `right`."""
    lines = [
        f"- [{'x' if letter == right else ' '}] Option {letter}\n\n  Answer {letter}.\n"
        for letter in options
    ]
    return ":::{question}\nWhich?\n\n" + "\n".join(lines) + ":::\n"


def test_a_question_without_its_answers_is_noticed():
    end = "\n## Exercises\n"
    whole = "# A\n\n## Check yourself\n\n" + "\n".join(map(asks, "abaab")) + end
    assert not question_faults(whole)
    assert question_faults("# A\n") == ["0 questions in Check yourself, not 5"]
    assert question_faults(whole.replace(asks("a"), "", 1)) == [
        "4 questions in Check yourself, not 5"
    ]
    assert question_faults(whole.replace(end, end + asks("a"))) == [
        "a question outside of Check yourself"
    ]

    def fault(old, new):
        assert old in whole
        return question_faults(whole.replace(old, new, 1))

    assert fault("- [x]", "- [ ]")[0].startswith("question 1: no option is marked")
    assert fault("- [ ]", "- [x]")[0].startswith("question 1: a second option is")
    assert fault("  Answer b.", "")[0].startswith("question 1: option (b) has no")
    assert fault("  Answer b.", "Answer b.")[0].startswith("question 1: this belongs")
    assert fault("Which?", "")[0].startswith("question 1: nothing is asked")
    assert fault(asks("a"), asks("a", "a"))[0].startswith(
        "question 1: a question needs"
    )


def test_a_right_option_that_is_always_at_the_same_place_is_noticed():
    page = "\n## Check yourself\n\n" + "\n".join(map(asks, "bbbbb"))
    assert question_faults(page) == [
        "(b) is always the right option: change the order of one"
    ]
    assert not question_faults(page.replace(asks("b"), asks("a"), 1))
