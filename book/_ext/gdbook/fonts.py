"""The fonts of the pages, cut down to the characters that the site shows.

A face is a rule of `book.css`. Its address names the file of the typeface's package,
its `font-weight` the weights to keep. Every build cuts from the whole font, because a
page that has changed may show a character that no page showed before.
"""

from __future__ import annotations

import functools
import hashlib
import html
import io
import logging
import re
import shutil
from pathlib import Path

from gdbook.paths import NODE_MODULES, built_pages

TYPEFACES = NODE_MODULES / "@fontsource-variable"
MATHEMATICS = NODE_MODULES / "mathjax/es5/output/chtml/fonts/woff-v2"
FACE = re.compile(
    r"@font-face ?\{[^}]*?font-weight: ?(?P<low>\d+)(?: (?P<high>\d+))?;"
    r'[^}]*?url\("fonts/(?P<name>[\w-]+)\.woff2"\)'
)
MATH_FACE = re.compile(
    r'font-family: ?(?P<family>MJX[\w-]+);\s*src: ?url\("math/(?P<name>[\w-]+)\.woff2'
)
MATH_SIGN = re.compile(
    r"\bmjx-[^{}]*?(?P<font>\.TEX[\w-]*)?::before ?\{[^}]*?"
    r'content: ?"(?P<sign>[^"]*)"'
)
OPTICAL_SIZE = 18
"""In pixels: that of the text. Letters for each size would triple a font's weight."""
FEATURES = ["ccmp", "kern", "liga", "locl", "mark", "mkmk", "tnum"]
ALWAYS = {chr(code) for code in range(0x20, 0x7F)}  # what a reader can type
CONTENT = re.compile(r"""(?:content|--[\w-]+): ?(["'])(.*?)\1""")
ESCAPE = re.compile(r"\\u?([0-9a-fA-F]{2,5})\b")
CACHE = "fonts"


def unescaped(text: str) -> str:
    r"""Return a text with a sign for each \u2212 of a script, \2212 of a stylesheet."""
    return ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)


def drawn(css: str) -> set[str]:
    """Return the characters that a stylesheet itself shows."""
    return set(unescaped("".join(text for _, text in CONTENT.findall(css))))


def in_formulas(css: str, family: str) -> set[str]:
    """Return the characters that the formulas show in a font of MathJax.

    A large delimiter is put together from the parts that one of four fonts has.
    """
    found = {"\ueffc"}  # lends formulas its height, which is none
    for match in MATH_SIGN.finditer(css):
        font = (match["font"] or ".TEX").replace(".", "MJX")
        if font == family or "mjx-stretchy" in match[0]:
            found.update(unescaped(match["sign"]))
    return found


def characters(outdir: Path) -> set[str]:
    """Return every character that a page shows, or that a script can write into it."""
    found = set(ALWAYS)
    for page in built_pages(outdir):
        found.update(html.unescape(page.read_text("utf-8")))
    for script in (outdir / "_static").rglob("*.js"):
        found.update(unescaped(script.read_text("utf-8")))
    return found


def cut(
    font: Path,
    shown: set[str],
    cache: Path,
    weights: tuple[int, int] | None = None,
) -> bytes:
    """Return a font as WOFF2 with the glyphs of some characters only.

    Parameters
    ----------
    font : Path
        The whole font.
    shown : set of str
        The characters to keep, as far as the font has them.
    cache : Path
        A folder; what was cut before in the same way is read from there.
    weights : tuple of int, optional
        The lightest and the boldest weight to keep of a variable font. Default: it is
        not variable.
    """
    state = font.read_bytes(), sorted(shown), weights, own_source()
    kept = cache / f"{font.stem}-{hashlib.sha256(repr(state).encode()).hexdigest()}"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(_cut(font, shown, weights))
    return kept.read_bytes()


@functools.cache
def own_source() -> bytes:
    """Return this module's text: another way to cut makes other fonts."""
    return Path(__file__).read_bytes()


def _cut(font: Path, shown: set[str], weights: tuple[int, int] | None) -> bytes:
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    whole = TTFont(font)
    cutter = subset.Subsetter(subset.Options(layout_features=FEATURES, hinting=False))
    cutter.populate(unicodes=map(ord, shown))
    cutter.subset(whole)
    if weights:
        low, high = weights
        limits = {"wght": low if low == high else (low, high), "opsz": OPTICAL_SIZE}
        axes = {axis.axisTag for axis in whole["fvar"].axes}
        limits = {tag: limits[tag] for tag in limits.keys() & axes}
        whole = instancer.instantiateVariableFont(whole, limits)
    whole.flavor = "woff2"
    data = io.BytesIO()
    whole.save(data)
    return data.getvalue()


def write(outdir: Path, css: str) -> None:
    """Write the fonts that a stylesheet names: of text, of formulas, of icons."""
    static, cache = outdir / "_static", outdir.parent / CACHE
    for folder in (static / "fonts", static / "math"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    signs = drawn(css)
    shown = characters(outdir) | signs
    for low, high, name in FACE.findall(css):
        family = re.sub(r"-(latin|greek)-.*", "", name)
        package = TYPEFACES / family
        weights = int(low), int(high or low)
        data = cut(package / f"files/{name}.woff2", shown, cache, weights)
        (static / f"fonts/{name}.woff2").write_bytes(data)
        shutil.copyfile(package / "LICENSE", static / f"fonts/{family}-LICENSE.txt")
    for family, name in MATH_FACE.findall(css):
        data = cut(MATHEMATICS / f"{name}.woff", in_formulas(css, family), cache)
        (static / f"math/{name}.woff2").write_bytes(data)
    icons = {sign for sign in signs if sign >= "\ue000"}
    for path in (static / "vendor/fontawesome/webfonts").glob("*.woff2"):
        path.write_bytes(cut(path, icons, cache))
