"""The last touches on a page's HTML: repairs, one stylesheet, own fonts, no scripts.

Each repair is a row of `REPAIRS` or `PAGE_REPAIRS`. How often each one matched is
written beside the site, and a test demands that every row still matches: when the
theme changes, the table has to follow.
"""

from __future__ import annotations

import hashlib
import html
import json
import logging
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from docutils import nodes

from gdbook import figures, interactives
from gdbook.paths import NODE_MODULES, ROOT

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class Repair(NamedTuple):
    """One replacement in a page's HTML."""

    why: str
    pattern: str
    replacement: str
    only_where: str = ""  # on a page that contains this; everywhere, if empty


REPAIRS = [
    Repair(
        "1.5 MB of script for a dozen icons that the icon font has as well",
        r'\s*<script[^>]*src="[^"]*scripts/fontawesome\.js[^"]*"></script>',
        "",
    ),
    Repair(
        "the accessible name must hold the visible text (WCAG 2.5.3)",
        r'(<button class="btn search-button-field[^>]*?) title="Search" '
        r'aria-label="Search"',
        r'\1 aria-keyshortcuts="Control+K"',
    ),
    Repair(
        "a shortcut's keys are no part of the button's name",
        r'<span class="search-button__kbd-shortcut">',
        '<span class="search-button__kbd-shortcut" aria-hidden="true">',
    ),
    Repair(
        "the icons of the color mode are no part of the button's name",
        r'<i class="(theme-switch [^"]*)" data-mode="(\w+)"\s+title="[^"]*">',
        r'<i class="\1" data-mode="\2" aria-hidden="true">',
    ),
    Repair(
        "the summary of a folded cell is named by its text",
        r'<summary aria-label="Toggle hidden content">',
        "<summary>",
        only_where='<details class="admonition hide',
    ),
    Repair(
        "a role that may stand only inside a bibliography's list",
        r'(<div class="citation" id="[^"]*") role="doc-biblioentry"',
        r"\1",
    ),
    Repair(
        "a list role whose children are no list items",
        r'<div role="list" class="citation-list">',
        '<div class="citation-list">',
    ),
    Repair(
        "the sidebar is a landmark, so that all content sits in one",
        r'<div id="pst-primary-sidebar" class="',
        '<div id="pst-primary-sidebar" role="region" aria-label="Book" class="',
    ),
    Repair(
        "what folds a chapter's exercises away in the sidebar has a name",
        r'<summary><span class="toctree-toggle" role="presentation">',
        '<summary aria-label="Exercises">'
        '<span class="toctree-toggle" role="presentation">',
        only_where='class="toctree-toggle"',
    ),
    Repair(
        "a button with an icon only has a name",
        r'(<button class="sidebar-toggle primary-toggle btn btn-sm") title=',
        r'\1 aria-label="Toggle primary sidebar" title=',
    ),
    Repair(
        "a second h1, made for print, that print.css does not need",
        r'<div id="jb-print-docs-body" class="onlyprint">.*?(?=<div id="searchbox">)',
        "",
    ),
    Repair(
        "a theorem's title repeated the id of the theorem",
        r'<p class="admonition-title" id="[^"]*">(?=<span class="caption-number">)',
        '<p class="admonition-title">',
    ),
    Repair(
        "every theorem of a page carried the same id",
        r'(<section class="[\w-]+-content") id="proof-content"',
        r"\1",
    ),
    Repair(
        "the state of widgets, which nothing on the page reads",
        r'<script type="application/vnd\.jupyter\.widget-state\+json">.*?</script>',
        "",
        only_where="application/vnd.jupyter.widget-state+json",
    ),
    Repair(
        "every proof of a page carried the same id, and its name was plain text",
        r'<div class="proof admonition" id="proof">\s*<p>Proof\.',
        '<div class="proof admonition gd-proof"><p><span class="gd-name">Proof.</span>',
    ),
]

PAGE_REPAIRS = [
    Repair(
        "a script in the head holds up the first paint",
        r"<script ((?:data-[^ >]*)? ?"
        r'src="[^"]*_static/(?!documentation_options)[^"]*\.js[^"]*")>',
        r"<script defer \1>",
    ),
    Repair(
        "search scripts that only the search page runs",
        r'\s*<script defer src="[^"]*_static/(?:searchtools|language_data)\.js[^"]*">'
        r"</script>",
        "",
    ),
    Repair(
        "the search index, which only the search page reads",
        r'\s*<script src="[^"]*searchindex\.js[^"]*"></script>',
        "",
    ),
]
"""Repairs of content pages; the search page calls these scripts while it loads."""

SHEET = re.compile(
    r'\s*<link (?:rel="stylesheet" type="text/css" )?'
    r'href="(?P<static>[^"]*?_static/)(?P<name>[^"?]*\.css)[^"]*"'
    r'(?: rel="stylesheet")? ?/?>'
)
OWN_SHEETS = ["math.css", "book.css"]
FONTS = {
    "source-serif-4": ["latin-opsz-normal", "latin-opsz-italic", "greek-wght-normal"],
    "source-sans-3": ["latin-wght-normal", "latin-wght-italic", "greek-wght-normal"],
    "jetbrains-mono": ["latin-wght-normal", "greek-wght-normal"],
}
ICON = re.compile(r"\bfa-[a-z0-9-]+")
REPORT = "repairs.json"


class Finisher:
    """Finishes each page as it is rendered, then the site when all are written."""

    def __init__(self, app: Sphinx) -> None:
        self.app = app
        self.sheets: list[str] = []
        # None: no page of this book has what the repair is for.
        self.matches: dict[str, int | None] = {
            repair.why: None if repair.only_where else 0
            for repair in [*REPAIRS, *PAGE_REPAIRS]
        }
        self.version = self._version()

    def _version(self) -> str:
        """Return what makes a browser fetch the stylesheet again: its sources' hash."""
        digest = hashlib.sha256()
        own = ROOT / "book/_static/book.css"
        for path in [own, interactives.SHEET, Path(__file__)]:
            digest.update(path.read_bytes())
        return digest.hexdigest()[:8]

    def page(self, text: str, template: str) -> str:
        """Return a page's finished HTML."""
        for repair in REPAIRS + (PAGE_REPAIRS if template == "page.html" else []):
            if repair.only_where not in text:
                continue
            text, count = re.subn(
                repair.pattern, repair.replacement, text, flags=re.DOTALL
            )
            self.matches[repair.why] = (self.matches[repair.why] or 0) + count
        text = interactives.draw(figures.embed(self.app, text))
        return self._one_sheet(text)

    def _one_sheet(self, text: str) -> str:
        """Replace a page's stylesheets by the bundle of them all."""
        found = list(SHEET.finditer(text))
        if not found:
            return text
        static = found[0]["static"]
        for match in found:
            if match["name"] not in [*self.sheets, *OWN_SHEETS]:
                self.sheets.append(match["name"])
        sheet = f"{static}bundle.css?v={self.version}"
        start = found[0].start()
        link = f'\n    <link rel="stylesheet" href="{sheet}" />'
        text = text[:start] + link + SHEET.sub("", text[start:])
        return interactives.with_script(text, static)

    def site(self) -> None:
        """Write the bundle, its fonts, and the report of the repairs."""
        static = Path(self.app.outdir) / "_static"
        copy_fonts(static / "fonts")
        interactives.write(static)
        if self.sheets:
            used = used_icons(Path(self.app.outdir))
            names = ["basic.css", *self.sheets, *OWN_SHEETS]
            css = "\n".join(flattened(static / name, static) for name in names)
            css += interactives.SHEET.read_text("utf-8")
            css = without_unused_icons(css, used)
            (static / "bundle.css").write_text(css, "utf-8")
            subset_icon_fonts(static, css)
        report = Path(self.app.outdir).parent / REPORT
        report.write_text(json.dumps(self.matches, indent=1) + "\n", "utf-8")


def copy_fonts(folder: Path) -> None:
    """Copy the typefaces' files and their licenses."""
    folder.mkdir(parents=True, exist_ok=True)
    for family, cuts in FONTS.items():
        package = NODE_MODULES / "@fontsource-variable" / family
        for cut in cuts:
            name = f"{family}-{cut}.woff2"
            shutil.copyfile(package / "files" / name, folder / name)
        shutil.copyfile(package / "LICENSE", folder / f"{family}-LICENSE.txt")


def flattened(path: Path, static: Path) -> str:
    """Return a stylesheet's text with its addresses relative to the static folder."""

    def relative(match: re.Match[str]) -> str:
        target = (path.parent / match[1].strip("'\"")).resolve()
        return f"url({target.relative_to(static.resolve()).as_posix()})"

    css = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    css = re.sub(r'@import (?:url\()?"[^"]*basic\.css"\)?;', "", css)
    return re.sub(r"url\(((?!['\"]?(?:data:|https?:|#))[^)]+)\)", relative, css)


def used_icons(outdir: Path) -> set[str]:
    """Return the names of the icons that a page or the theme's script shows."""
    scripts = (outdir / "_static/scripts").glob("*theme.js")
    files = [*outdir.rglob("*.html"), *scripts]
    return {icon for path in files for icon in ICON.findall(path.read_text("utf-8"))}


def without_unused_icons(css: str, used: set[str]) -> str:
    """Drop the rules of the icons that nothing shows, some two thousand."""

    def keep(match: re.Match[str]) -> str:
        return match[0] if used.intersection(ICON.findall(match[1])) else ""

    return re.sub(r"((?:\.fa-[a-z0-9-]+:{1,2}before,?)+)\{[^}]*\}", keep, css)


def subset_icon_fonts(static: Path, css: str) -> None:
    """Cut the icon fonts down to the glyphs that the stylesheet still names."""
    from fontTools import subset

    logging.getLogger("fontTools").setLevel(logging.WARNING)
    glyphs = {int(code, 16) for code in re.findall(r"\\(f[0-9a-f]{3})\b", css)}
    for path in (static / "vendor/fontawesome/webfonts").glob("*.woff2"):
        options = subset.Options(flavor="woff2", ignore_missing_unicodes=True)
        font = subset.load_font(str(path), options)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=glyphs)
        cutter.subset(font)
        subset.save_font(font, str(path), options)


def first_prose(doctree: nodes.document, length: int = 200) -> str:
    """Return the page's first plain sentence or two, for search engines."""
    for paragraph in doctree.findall(nodes.paragraph):
        inside = isinstance(paragraph.parent, nodes.section | nodes.document)
        plain = not any(True for _ in paragraph.findall(nodes.math))
        text = " ".join(paragraph.astext().split())
        if inside and plain and len(text) > 40:
            if len(text) > length:
                text = text[:length].rsplit(" ", 1)[0] + " …"
            return text
    return ""


def describe(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Give a page that has none the description that search results show."""
    tags = context.get("metatags", "")
    if doctree is None or 'name="description"' in tags:
        return
    title = re.sub(r"<[^>]+>", "", context.get("title", ""))
    text = first_prose(doctree) or f"{title}: {app.config.project}"
    tag = f'<meta name="description" content="{html.escape(text)}" />'
    context["metatags"] = f"{tags}\n    {tag}"


def connect(app: Sphinx) -> None:
    """Wrap the renderer of the HTML builder."""

    def wrap(app: Sphinx) -> None:
        if app.builder.format != "html":
            return
        finisher = Finisher(app)
        render = app.builder.templates.render  # type: ignore[attr-defined]

        def finished(template: str, context: dict[str, Any]) -> str:
            text: str = render(template, context)
            is_page = text.lstrip().lower().startswith("<!doctype html")
            return finisher.page(text, template) if is_page else text

        def finish(app: Sphinx, error: Exception | None) -> None:
            if error is None:
                finisher.site()

        app.builder.templates.render = finished  # type: ignore[attr-defined]
        app.connect("build-finished", finish, priority=900)

    app.connect("builder-inited", wrap)
    app.connect("html-page-context", describe)
