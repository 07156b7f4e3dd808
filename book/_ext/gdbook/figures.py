"""Figures drawn inside the page, in the page's own colors.

A figure that a cell draws arrives as an SVG file. As an image it would keep its white
paper in the dark, and would be one request more. So it is written into the page: ink is
the color of the text, paper is the color of the page, the book's eight colors follow
the light or dark theme, and the alternative text is its accessible name. The outlines
of letters stand once a page, at its end.
"""

from __future__ import annotations

import hashlib
import html
import re
from pathlib import Path
from typing import TYPE_CHECKING

import imagesize
from docutils import nodes
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

PALETTE = {
    "#0072b2": "blue",
    "#d55e00": "vermilion",
    "#009e73": "green",
    "#e69f00": "orange",
    "#56b4e9": "sky",
    "#cc79a7": "purple",
    "#f0e442": "yellow",
}
"""The Okabe-Ito colors; book.css gives each its shade in the light and in the dark."""

WIDE = 700
"""Wider figures, in pixels as drawn, scroll on a phone instead of shrinking."""

IMAGE = re.compile(r'<img (?P<rest>[^>]*?)src="(?P<src>[^"]*_images/(?P<name>[^"]+))"'
                   r"(?P<more>[^>]*?) ?/?>")  # fmt: skip
COLOR = re.compile(r"(fill|stroke|stop-color)(: ?|=\")(#[0-9a-fA-F]{6}|white|black)\b")
DECIMALS = re.compile(r"-?\d+\.\d{2,}")
REPEATED = re.compile(r"( L [-\d.]+ [-\d.]+)\1+(?= |$)")
GLYPH = re.compile(
    r'<path id="(?P<id>[\w-]+)" d="(?P<d>[^"]*)" transform="scale\(0\.015625\)" ?/>'
)
BACKGROUND = re.compile(
    r'(<g id="(?:patch_1|axes_\d+)">\s*(?:<g id="patch_\d+">\s*)?<path [^>]*?)'
    r'style="fill: #ffffff[^"]*"'
)


def themed(value: str) -> str:
    """Return the color of the page that stands for a color of the figure.

    Black becomes ink, white becomes paper, a gray their mixture, and a color of the
    palette its variable; every other color stays.
    """
    value = {"white": "#ffffff", "black": "#000000"}.get(value, value.lower())
    if value in PALETTE:
        return f"var(--gd-{PALETTE[value]})"
    red, green, blue = value[1:3], value[3:5], value[5:7]
    if not red == green == blue:
        return value
    ink = round(100 * (1 - int(red, 16) / 255))
    if ink == 100:
        return "currentColor"
    if ink == 0:
        return "var(--gd-paper)"
    return f"color-mix(in srgb, currentColor {ink}%, var(--gd-paper))"


def _recolor(match: re.Match[str]) -> str:
    prop, separator, value = match.groups()
    new = themed(value)
    # A variable is read in a style only; other attributes keep their literal color.
    if separator.startswith("="):
        return f"{prop}{separator}{new if new == 'currentColor' else value}"
    return f"{prop}:{new}"


def _round(match: re.Match[str]) -> str:
    return f"{round(float(match[0]), 1) + 0:g}"


def _shorten(match: re.Match[str]) -> str:
    """Round to a tenth of a point, less than a screen shows, and say nothing twice."""
    text = DECIMALS.sub(_round, " ".join(match[2].split()))
    return match[1] + REPEATED.sub(r"\1", text) + '"'


def inline(svg: str, alt: str) -> str:
    """Return an SVG file's text as an element of the page.

    Parameters
    ----------
    svg : str
        The file's text.
    alt : str
        What the figure shows, in words: its accessible name.

    Returns
    -------
    str
        One element whose ids occur in no other figure.
    """
    prefix = "f" + hashlib.sha256((svg + alt).encode()).hexdigest()[:8] + "-"
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = BACKGROUND.sub(r'\1style="fill:none"', svg)
    svg = COLOR.sub(_recolor, svg)
    svg = re.sub(r'((?<=\s)(?:d|x|y|points)=")([^"]*)"', _shorten, svg)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}\1"', svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}\1)", svg)
    svg = svg.replace("xlink:href", "href")
    svg = re.sub(r">\s+<", "><", svg).strip()
    head, width = _head(svg, alt)
    svg = re.sub(r"<svg\b[^>]*>", lambda _: head, svg, count=1)
    # On a phone a wide figure keeps its size, so that its labels can be read.
    return svg if width <= WIDE else f'<div class="gd-wide" tabindex="0">{svg}</div>'


def share_letters(page: str) -> str:
    """Keep one copy of each letter's outline for all figures of a page.

    A letter is a path of its own in every figure; together they are a fifth of a page.
    """
    names: dict[str, str] = {}  # outline: its id in the page
    ids: dict[str, str] = {}  # id in a figure: id in the page

    def take(match: re.Match[str]) -> str:
        ids[match["id"]] = names.setdefault(match["d"], f"gd-letter-{len(names)}")
        return ""

    def point(match: re.Match[str]) -> str:
        return f'href="#{ids.get(match[1], match[1])}"'

    page = re.sub(r'href="#([\w-]+)"', point, GLYPH.sub(take, page))
    letters = "".join(
        f'<path id="{name}" d="{d}" transform="scale(.015625)"/>'
        for d, name in names.items()
    )
    sheet = f'<svg class="gd-letters" aria-hidden="true"><defs>{letters}</defs></svg>'
    return page.replace("</body>", f"{sheet}\n</body>", 1) if names else page


def _head(svg: str, alt: str) -> tuple[str, float]:
    """Return the opening tag (named, as wide as drawn, never wider) and that width."""
    head = svg[: svg.index(">") + 1]
    box = re.search(r'viewBox="([^"]*)"', head)
    width = re.search(r'width="([\d.]+)(pt|px)?"', head)
    if box is None:
        raise ValueError("the figure has no viewBox")
    drawn = float(width[1]) if width else float(box[1].split()[2])
    pixels = drawn * (4 / 3 if width and width[2] == "pt" else 1)
    tag = (
        f'<svg class="gd-figure" role="img" aria-label="{html.escape(alt)}" '
        f'viewBox="{box[1]}" style="max-width:{pixels:.0f}px">'
    )
    return tag, pixels


def _source(app: Sphinx, name: str) -> Path:
    """Return the file behind an image of the site, before or after it is copied."""
    for uri, (_, filename) in app.env.images.items():
        if filename == name:
            return Path(app.srcdir) / uri
    return Path(app.outdir) / "_images" / name


def embed(app: Sphinx, page: str) -> str:
    """Draw a page's SVG images inside it, and give every other image its size."""

    def replace(match: re.Match[str]) -> str:
        path = _source(app, match["name"])
        attributes = match["rest"] + match["more"]
        alt = re.search(r'alt="([^"]*)"', attributes)
        if path.suffix == ".svg" and path.exists():
            words = html.unescape(alt[1]) if alt else ""
            return inline(path.read_text("utf-8"), words)
        width, height = imagesize.get(path)
        if width < 0 or "width" in attributes:
            return match[0]
        return (
            f'<img {match["rest"]}src="{match["src"]}"{match["more"]} width="{width}" '
            f'height="{height}" loading="lazy" decoding="async" />'
        )

    return IMAGE.sub(replace, page)


def require_alternative_text(app: Sphinx, doctree: nodes.document) -> None:
    """Warn about a figure that says nothing to who cannot see it."""
    for image in doctree.findall(nodes.image):
        alt = image.get("alt", "").strip()
        name = Path(image["uri"]).name
        if not alt or alt.endswith(name):
            logger.warning(
                "the figure has no alternative text; say what it shows in the cell's "
                "YAML (mystnb: image: alt: ...) or in the directive's :alt: option",
                location=image,
                type="gdbook",
                subtype="alt",
            )


def connect(app: Sphinx) -> None:
    """Check every figure's words while reading."""
    app.connect("doctree-read", require_alternative_text)
