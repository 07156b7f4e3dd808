"""The last touches on a page's HTML: repairs, one stylesheet, few scripts.

Each repair is a row of `REPAIRS` or `PAGE_REPAIRS`. How often each one matched is
written beside the site, and a test demands that every row still matches: when the
theme changes, the table has to follow.
"""

from __future__ import annotations

import functools
import hashlib
import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from docutils import nodes

from gdbook import card, figures, fonts, interactives, scripts, styles, tables
from gdbook.paths import built_pages

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class Repair(NamedTuple):
    """One replacement in a page's HTML, or in a script."""

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
        "the color theme was told late, and the whole page was styled a second time",
        r"document\.documentElement\.dataset\.theme = "
        r'localStorage\.getItem\("theme"\) \|\| "auto";',
        """{
      const { dataset } = document.documentElement;
      const dark = matchMedia("(prefers-color-scheme: dark)").matches;
      const own = { light: "light", dark: "dark" }[dataset.mode];
      dataset.theme = own ?? (dark ? "dark" : "light");
    }""",
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

SCRIPT_REPAIRS = [
    Repair(
        "each code cell was measured while the page loaded, and at each change of it",
        r'"complete"===document\.readyState\?(\w+)\(\):'
        r'window\.addEventListener\("load",\1\)',
        "0",
    ),
]
"""Repairs of the theme's own script; `scrolling.mjs` measures instead, later."""

PAGE_REPAIRS = [
    Repair(
        "a script in the head holds up the first paint",
        r"<script ((?:data-[^ >]*)? ?"
        r'src="[^"]*_static/(?!documentation_options)[^"]*\.js[^"]*")>',
        r"<script defer \1>",
    ),
    Repair(
        "scripts that run last were fetched before the fonts of the first screen",
        r'\s*<link rel="preload" as="script" href="[^"]*" />',
        "",
    ),
    Repair(
        "the script of tabs, on a page that has none",
        r'\s*<script[^>]*/design-tabs\.js[^>]*></script>(?!.*class="sd-tab-set)',
        "",
    ),
    Repair(
        "the script of folds, on a page that has none",
        r"\s*<script[^>]*/togglebutton\.js[^>]*></script>"
        r'(?!.*class="(?:[^"]* )?(?:toggle[ "]|admonition [^"]*\bdropdown\b))',
        "",
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
PRELOAD = """
    <script>
      for (const href of location.protocol == "file:" ? [] : [
        "{static}fonts/source-serif-4-latin-opsz-normal.woff2",
        "{static}fonts/source-sans-3-latin-wght-normal.woff2"
      ]) document.head.append(Object.assign(document.createElement("link"),
        {{ rel: "preload", as: "font", type: "font/woff2", crossOrigin: "", href }}));
    </script>"""
"""Ask for the fonts of the first screen before the stylesheet does.

Not where the book is read from its folder: there a browser refuses, and says so.
"""

VERSIONED = re.compile(
    r'\b(?P<name>bundle\.css|(?:fonts|math|vendor/[\w/]+)/[\w-]+\.woff2)(?:\?v=\w+)?"'
)
REPORT = "repairs.json"


class Finisher:
    """Finishes each page as it is rendered, then the site when all are written."""

    def __init__(self, app: Sphinx) -> None:
        self.app = app
        self.sheets: list[str] = []
        # None: no page of this book has what the repair is for.
        self.matches: dict[str, int | None] = {
            repair.why: None if repair.only_where else 0
            for repair in [*REPAIRS, *PAGE_REPAIRS, *SCRIPT_REPAIRS]
        }

    def page(self, text: str, template: str) -> str:
        """Return a page's finished HTML."""
        text = self._repaired(
            text, REPAIRS + (PAGE_REPAIRS if template == "page.html" else [])
        )
        text = interactives.draw(figures.embed(self.app, text))
        text = tables.label(figures.share_letters(text))
        return self._one_sheet(text)

    def _repaired(self, text: str, repairs: list[Repair]) -> str:
        for repair in repairs:
            if repair.only_where not in text:
                continue
            text, count = re.subn(
                repair.pattern, repair.replacement, text, flags=re.DOTALL
            )
            self.matches[repair.why] = (self.matches[repair.why] or 0) + count
        return text

    def _one_sheet(self, text: str) -> str:
        """Replace a page's stylesheets by the bundle of them all."""
        found = list(SHEET.finditer(text))
        if not found:
            return text
        static = found[0]["static"]
        for match in found:
            if match["name"] not in [*self.sheets, *OWN_SHEETS]:
                self.sheets.append(match["name"])
        start = found[0].start()
        head = PRELOAD.format(static=static)
        head += f'\n    <link rel="stylesheet" href="{static}bundle.css" />'
        text = text[:start] + head + SHEET.sub("", text[start:])
        return interactives.with_script(scripts.with_own(text, static), static)

    def site(self) -> None:
        """Write the bundle, its fonts, and the report of the repairs."""
        outdir = Path(self.app.outdir)
        static = outdir / "_static"
        interactives.write(outdir)
        scripts.write(static)
        card.draw(static)
        theme = static / "scripts/pydata-sphinx-theme.js"
        script = theme.read_text("utf-8")
        theme.write_text(self._repaired(script, SCRIPT_REPAIRS), "utf-8")
        if self.sheets:
            css = styles.bundle(outdir, ["basic.css", *self.sheets], OWN_SHEETS)
            fonts.write(outdir, css)
            (static / "bundle.css").write_text(versioned(css, static), "utf-8")
            for page in built_pages(outdir):
                text = page.read_text("utf-8")
                page.write_text(versioned(text, static), "utf-8")
        report = outdir.parent / REPORT
        report.write_text(json.dumps(self.matches, indent=1) + "\n", "utf-8")


def versioned(text: str, static: Path) -> str:
    """Give each address the hash of its file, so that a browser sees the change."""

    @functools.cache
    def version(name: str) -> str:
        return hashlib.sha256((static / name).read_bytes()).hexdigest()[:8]

    return VERSIONED.sub(lambda m: f'{m["name"]}?v={version(m["name"])}"', text)


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
    shared = card.tags(html.unescape(title), text, app.config.html_baseurl)
    context["metatags"] = f"{tags}\n    {tag}\n    {shared}"


def connect(app: Sphinx) -> None:
    """Wrap the renderer of the HTML builder."""

    def wrap(app: Sphinx) -> None:
        if app.builder.format != "html":
            return
        finisher = Finisher(app)
        # The stylesheet, the fonts and the report are made from all pages at once.
        app.builder.get_outdated_docs = lambda: app.env.found_docs  # type: ignore
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
