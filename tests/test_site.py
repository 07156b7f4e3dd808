"""The built site: complete, private, readable by everyone, and without any solution."""

import gzip
import html
import re
import sys
import zipfile
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from gdbook import fonts  # noqa: E402

SOLUTION = re.compile(r"# BEGIN SOLUTION\n(.*?)# END SOLUTION", re.S)
CANARY = re.compile(r"canary-[\w-]+")
VOID = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\bsrc=[\"']https?://"
    r"|<link\b(?![^>]*rel=[\"'](?:canonical|license|author)[\"'])"
    r"[^>]*?\bhref=[\"'](?:https?:)?//"
    r"|url\([\"']?(?:https?:)?//|@import [\"'](?:https?:)?//"
)


def pages(folder):
    return [
        path
        for path in sorted(folder.rglob("*.html"))
        if path.relative_to(folder).parts[0] not in {"_static", "_sources"}
    ]


def text_of(path):
    return path.read_text("utf-8", errors="replace")


def outside_requests(text):
    """Return what a page, a script or a stylesheet would fetch from elsewhere."""
    return VOID.findall(text) and VOID.search(text)[0]


def silent_images(text):
    """Return the images and figures that have no name to read out."""
    images = [
        tag
        for tag in re.findall(r"<img\b[^>]*>", text)
        if not re.search(r'alt="(?!")(?!(?:[^"]*/)?_images/)', tag)
        and 'alt=""' not in tag
    ]
    drawings = [
        tag
        for tag in re.findall(r'<svg\b[^>]*class="gd-figure"[^>]*>', text)
        if not re.search(r'role="img" aria-label="[^"]{20,}"', tag)
    ]
    return images + drawings


def raw_tex(text):
    """Return formulas that were left as TeX, code and attributes aside."""
    text = re.sub(r"<(pre|code|script|style)\b.*?</\1>", "", text, flags=re.S)
    text = re.sub(r'\b[\w-]+="[^"]*"', "", text)
    return re.findall(r"\\\(|\\\[|\\begin\{|<gd-tex|\$\$", html.unescape(text))


def repeated_ids(text):
    ids = re.findall(r'\bid="([^"]+)"', re.sub(r"<script.*?</script>", "", text))
    return sorted({name for name in ids if ids.count(name) > 1})


# Bootstrap, the theme's toggles and myst-nb write these ids more than once.
THEME_IDS = {"pst-primary-sidebar-checkbox"}


def site_faults(folder, fault):
    found = {path.relative_to(folder).as_posix(): fault(text_of(path))
             for path in pages(folder)}  # fmt: skip
    return {name: faults for name, faults in found.items() if faults}


def test_the_site_has_a_page_for_every_source(built_book):
    sources = list((ROOT / "book").rglob("*.md"))
    missing = [
        p.name
        for p in sources
        if not (built_book / p.relative_to(ROOT)).with_suffix(".html").exists()
    ]
    assert sources and not missing


def test_every_repair_of_the_theme_still_matches(repairs):
    assert repairs
    assert not [why for why, count in repairs.items() if count == 0]


def test_no_page_asks_another_host_for_anything(built_book):
    assert not site_faults(built_book, outside_requests)
    sheet = text_of(built_book / "_static" / "bundle.css")
    assert not outside_requests(sheet)


def test_pages_carry_no_mathjax_and_no_raw_tex(built_book):
    assert not site_faults(built_book, raw_tex)
    scripts = site_faults(built_book, lambda t: re.findall(r"<script[^>]*mathjax", t))
    assert not scripts


def test_every_image_has_words(built_book):
    assert not site_faults(built_book, silent_images)


def test_figures_are_drawn_inside_their_page(built_book):
    assert not site_faults(built_book, lambda t: re.findall(r'<img[^>]*\.svg"', t))
    assert any("gd-figure" in text_of(path) for path in pages(built_book))


def test_no_id_is_used_twice_on_a_page(built_book):
    faults = site_faults(built_book, lambda t: set(repeated_ids(t)) - THEME_IDS)
    assert not faults


def test_every_page_has_a_title_and_a_language(built_book):
    def fault(text):
        return not re.search(r"<html[^>]*lang=\"en\"", text) or "<title>" not in text

    content = pages(built_book / "book")
    assert content and not [p.name for p in content if fault(text_of(p))]


def test_every_page_describes_itself(built_book):
    content = pages(built_book / "book")
    silent = [p.name for p in content if 'name="description"' not in text_of(p)]
    assert content and not silent


def test_every_address_inside_the_site_leads_somewhere(built_book):
    broken = []
    for path in pages(built_book):
        text = re.sub(r"<(script|pre)\b.*?</\1>", "", text_of(path), flags=re.S)
        for target in re.findall(r'(?:href|src)="([^"#?]+)', text):
            if re.match(r"[a-z]+:", target):
                continue
            if not (path.parent / html.unescape(target)).exists():
                broken.append(f"{path.relative_to(built_book)} -> {target}")
    assert not broken


# ------------------------------------------------------------------ weight and type

HEAVIEST = 300_000  # bytes, compressed: two seconds on a slow phone
FACE = re.compile(r'@font-face ?\{[^}]*url\("fonts/([\w-]+)\.woff2[^}]*\}')
RANGE = re.compile(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?")
# No typeface of ours has these letters, nor →, ∇, ≈ and other mathematical signs: the
# reader's own fonts show them.
BORROWED = set("ŷᵀ⁰⁴⁵⁶⁷⁸⁹₀₁₂₃ᵢₐₓş")


def words_of(page):
    """Return the characters that a page shows."""
    hidden = r"<(script|style|mjx-assistive-mml)\b.*?</\1>|<[^>]*>"
    shown = re.sub(hidden, "", page, flags=re.S)
    return set(html.unescape(shown))


def faces(css):
    """Return {name: the code points that it is for} of the faces of the text."""
    return {
        face[1]: {
            code
            for low, high in RANGE.findall(face[0])
            for code in range(int(low, 16), int(high or low, 16) + 1)
        }
        for face in FACE.finditer(css)
    }


def fonts_of(page, css):
    """Return the fonts that a page can ask for: for its text, formulas and icons."""
    codes = set(map(ord, words_of(page)))
    found = [f"fonts/{name}" for name, own in faces(css).items() if codes & own]
    families = dict(fonts.MATH_FACE.findall(css))
    kinds = set(re.findall(r'<mjx-c class="[^"]*?(TEX-\w+)?"', page))
    if kinds:
        kinds |= {"ZERO"} | ({"TEX"} if "" in kinds else set())
    if "<mjx-stretchy" in page:
        kinds |= {"TEX-S1", "TEX-S4"}
    found += [f"math/{families['MJX' + kind]}" for kind in kinds - {""}]
    if re.search(r'class="fa', page):
        found.append("vendor/fontawesome/webfonts/fa-solid-900")
    return [f"{name}.woff2" for name in found]


def weight(path, static):
    """Return {file: compressed bytes} of all that a browser fetches for a page."""
    page, css = text_of(path), text_of(static / "bundle.css")
    asked = re.findall(r'<script[^>]*\bsrc="([^"?]+)|<link[^>]*"icon" href="([^"]+)"',
                       page)  # fmt: skip
    files = [path, static / "bundle.css"]
    files += [path.parent / (script or icon) for script, icon in asked]
    loads = {file.name: len(gzip.compress(file.read_bytes())) for file in files}
    loads |= {name: (static / name).stat().st_size for name in fonts_of(page, css)}
    return loads


def test_no_page_is_heavy(built_book):
    static = built_book / "_static"
    loads = {path: weight(path, static) for path in pages(built_book)}
    heavy = {
        path.relative_to(built_book).as_posix(): sorted(
            files.items(), key=lambda item: -item[1]
        )[:5]
        for path, files in loads.items()
        if sum(files.values()) > HEAVIEST
    }
    assert loads and not heavy, "fewer points in a figure, or two pages"


def uncovered(characters, static):
    """Return (font, character) of what a font should show, could, and cannot."""
    found = []
    for name, codes in faces(text_of(static / "bundle.css")).items():
        family = name.split("-latin")[0].split("-greek")[0]
        whole = TTFont(fonts.TYPEFACES / family / "files" / f"{name}.woff2")
        cut = TTFont(static / "fonts" / f"{name}.woff2").getBestCmap()
        wanted = codes & set(map(ord, characters)) & set(whole.getBestCmap())
        found += [(name, chr(code)) for code in wanted - set(cut)]
    return found


def test_every_character_is_in_the_fonts_that_have_to_show_it(built_book):
    static = built_book / "_static"
    shown = set().union(*map(text_of, static.glob("interactives.*.js")))
    shown = shown.union(*(words_of(text_of(path)) for path in pages(built_book)))
    assert not uncovered(shown, static)
    ours = set().union(*faces(text_of(static / "bundle.css")).values())
    letters = {sign for sign in shown if sign.isalnum() and ord(sign) not in ours}
    assert letters <= BORROWED, "no font of ours has these: spell them otherwise"


def test_every_sign_of_a_formula_is_in_its_font(built_book):
    static = built_book / "_static"
    families = dict(fonts.MATH_FACE.findall(text_of(static / "bundle.css")))
    rule = re.compile(
        r'mjx-c\.mjx-c\w+(?:\.(TEX-\w+))?::before \{[^}]*content: "(.*?)"'
    )
    asked = rule.findall(text_of(static / "math.css"))
    assert len(asked) > 100
    missing = []
    for kind, sign in asked:
        name = families["MJX" + (kind or "TEX")]
        codes = TTFont(static / "math" / f"{name}.woff2").getBestCmap()
        missing += [(name, c) for c in fonts.unescaped(sign) if ord(c) not in codes]
    assert not missing


STATES = """
html[data-theme="dark"]  html[data-mode=dark]  .dropdown-menu.show  .collapse:not(.show)
.collapsing  .tooltip.show  .modal.show  span.highlighted  ul.search
#pst-search-dialog[open]  button.copybtn.success  .o-tooltip--left  .nav-link.active
.toggle-hidden  details.toggle-details[open]  .scrolled  .pst-show_toc_level
.bd-sidebar-primary[open]  .gd-quiz  :has(:checked)  .gd-handle:focus-visible
(scripting:none)  @media print  (prefers-reduced-motion:reduce)
"""
"""What a script, a browser or a reader sets, and no page holds when it is written."""


def unstyled(css):
    """Return the states that no rule of a stylesheet names."""
    css = css.replace(": ", ":")
    states = re.split(r"  |\n", STATES.strip())
    return [state for state in states if state not in css]


def test_states_that_no_page_holds_are_styled(built_book):
    assert not unstyled(text_of(built_book / "_static" / "bundle.css"))


# ----------------------------------------------------------------------- solutions


def solutions():
    """Return every solution block of the exercises, with where it is."""
    return [
        (path.name, block)
        for path in sorted((ROOT / "exercises" / "source").glob("*.md"))
        for block in SOLUTION.findall(path.read_text("utf-8"))
    ]


def canaries():
    return {word for _, block in solutions() for word in CANARY.findall(block)}


def files_with(words, files):
    """Return the (name, bytes) files in which one of the words occurs."""
    needles = [word.encode() for word in words]
    return [name for name, data in files if any(n in data for n in needles)]


def test_every_solution_carries_its_own_canary():
    found = [(name, CANARY.findall(block)) for name, block in solutions()]
    assert found
    assert not [name for name, words in found if len(set(words)) != 1]
    assert len(canaries()) == len(found)


def test_no_solution_is_in_the_site(built_book):
    files = ((str(p), p.read_bytes()) for p in built_book.rglob("*") if p.is_file())
    assert canaries()
    assert not files_with(canaries(), files)


def test_no_solution_is_in_a_student_notebook():
    files = [(p.name, p.read_bytes()) for p in (ROOT / "exercises").glob("*.ipynb")]
    assert files and not files_with(canaries(), files)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel as pip would, without the network."""
    import shutil
    import subprocess
    import sys

    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    shutil.copytree(ROOT / "gdlib", source / "gdlib",
                    ignore=shutil.ignore_patterns("__pycache__"))  # fmt: skip
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, source / name)
        else:
            (source / name).write_text("\n")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps",
         "--no-build-isolation", "--wheel-dir", str(folder), str(source)],
        check=True,
    )  # fmt: skip
    return next(folder.glob("gdlib-*.whl"))


def test_no_solution_is_in_the_wheel(wheel):
    with zipfile.ZipFile(wheel) as archive:
        files = [(name, archive.read(name)) for name in archive.namelist()]
    assert any(name.endswith("optimizers.py") for name, _ in files)
    assert not files_with(canaries(), files)
    assert not [name for name, _ in files if "exercises" in name or "tests" in name]


# ------------------------------------------------------- the tests above can fail


def test_faults_of_a_page_are_noticed():
    assert outside_requests('<script src="https://cdn.example/x.js"></script>')
    assert outside_requests('<link rel="stylesheet" href="//fonts.example/a.css">')
    assert outside_requests("@font-face { src: url(https://x.example/f.woff2) }")
    assert not outside_requests('<a href="https://doi.org/10.1">a paper</a>')
    assert silent_images('<img src="a.png">')
    assert silent_images('<img alt="../_images/ab12.png" src="../_images/ab12.png">')
    assert silent_images('<svg class="gd-figure" role="img" aria-label="a plot">')
    assert not silent_images('<img alt="A bowl" src="a.png">')
    assert raw_tex("<p>\\(x\\)</p>") and raw_tex("<gd-tex>x</gd-tex>")
    assert not raw_tex(r"<code>\(x\)</code><b data-tex='' title=" + '"\\(">')
    assert repeated_ids('<p id="a"></p><p id="a"></p>') == ["a"]


def test_a_leaked_solution_is_noticed():
    assert files_with({"canary-x"}, [("a.html", b"<p>canary-x</p>"), ("b", b"")]) == [
        "a.html"
    ]


def test_a_lost_character_is_noticed(built_book, tmp_path):
    (tmp_path / "fonts").mkdir()
    static = built_book / "_static"
    (tmp_path / "bundle.css").write_text(text_of(static / "bundle.css"), "utf-8")
    for path in (static / "fonts").glob("*.woff2"):
        whole = fonts.TYPEFACES / path.name.split("-latin")[0].split("-greek")[0]
        data = fonts.cut(whole / "files" / path.name, {"a", "η"}, tmp_path, (400, 400))
        (tmp_path / "fonts" / path.name).write_bytes(data)
    assert {sign for _, sign in uncovered("aη", tmp_path)} == set()
    assert {sign for _, sign in uncovered("abη", tmp_path)} == {"b"}


def test_a_page_is_weighed_with_the_fonts_of_its_text(built_book):
    css = text_of(built_book / "_static" / "bundle.css")
    assert fonts_of("<p>∇</p>", css) == []
    assert len(fonts_of("<p>a</p>", css)) == 5
    assert len(fonts_of("<p>aη</p>", css)) == 8
    formula = '<mjx-c class="mjx-c1D465 TEX-I"></mjx-c>'
    assert [name for name in fonts_of(formula, css) if "Italic" in name]
    assert not [name for name in fonts_of(formula, css) if "Main" in name]


def test_a_state_without_a_rule_is_noticed():
    assert ".gd-quiz" in unstyled(".dropdown-menu.show{display:block}")
