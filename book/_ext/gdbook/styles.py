"""One stylesheet for all pages, without the rules that no page can match."""

from __future__ import annotations

import json
import re
from pathlib import Path

from gdbook import interactives, node
from gdbook.paths import built_pages

PURGE = Path(__file__).with_suffix(".mjs")
TAG = re.compile(r"<[a-z][^>]*>")
WORDS = re.compile(r' (?:aria-label|alt|content|d|data-tex|title|transform)="[^"]*"')
SCRIPT = re.compile(r'<script[^>]* src="([^"?]*_static/[^"?]*)')


def bundle(outdir: Path, theirs: list[str], ours: list[str]) -> str:
    """Return the stylesheet of a site.

    Parameters
    ----------
    outdir : Path
        The built site.
    theirs, ours : list of str
        Stylesheets of its static folder, in the order in which they apply. From those
        of the theme and the extensions goes what no page can match.
    """
    static = outdir / "_static"
    own = "".join(flattened(static / name, static) for name in ours)
    own += interactives.SHEET.read_text("utf-8")
    css = "".join(flattened(static / name, static) for name in theirs)
    return squeezed(purged(css, own, outdir) + own)


def flattened(path: Path, static: Path) -> str:
    """Return a stylesheet's text with its addresses relative to the static folder."""

    def relative(match: re.Match[str]) -> str:
        target = (path.parent / match[1].strip("'\"")).resolve()
        return f'url("{target.relative_to(static.resolve()).as_posix()}")'

    css = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    css = re.sub(r'@import (?:url\()?"[^"]*basic\.css"\)?;', "", css)
    return re.sub(r"url\(((?!['\"]?(?:data:|https?:|#))[^)]+)\)", relative, css)


def purged(css: str, own: str, outdir: Path) -> str:
    """Drop what neither a tag of a page nor a script that it loads can match.

    The variables that our own rules read stay.
    """
    tags: set[str] = set()
    scripts: set[Path] = set()
    for page in built_pages(outdir):
        text = page.read_text("utf-8")
        tags.update(TAG.findall(WORDS.sub("", text)))
        scripts.update((page.parent / name).resolve() for name in SCRIPT.findall(text))
    message = {
        "css": css,
        "own": own,
        "tags": " ".join(sorted(tags)),
        "scripts": "\n".join(path.read_text("utf-8") for path in sorted(scripts)),
    }
    done = node.run(PURGE, json.dumps(message))
    if done.returncode:
        raise RuntimeError(f"the stylesheet was not made: {done.stderr}")
    return done.stdout


def squeezed(css: str) -> str:
    """Leave out the space that a browser does not need; that in strings stays."""

    def tight(match: re.Match[str]) -> str:
        if match[1]:
            return match[1]
        return re.sub(r" ?([{};,]) ?", r"\1", re.sub(r"\s+", " ", match[2]))

    return re.sub(r"(\"[^\"]*\"|'[^']*')|([^\"']+)", tight, css)
