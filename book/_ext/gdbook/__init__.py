"""The book's own Sphinx extension: what Jupyter Book leaves undone for these pages.

==================  ==============================================================
`node`              runs the pinned npm packages with the Node.js of the environment
`mathematics`       typesets every formula at build time; no script in the pages
`figures`           draws SVG figures inside the page, in the page's own colors
`pages`             repairs the theme's HTML; one stylesheet, few scripts
`styles`            that stylesheet, without the rules that no page can match
`fonts`             the typefaces, cut down to the characters that the site shows
`tables`            the heading of its column in each cell, for phones
`card`              what a link to the book shows elsewhere
`notebooks`         chapters as notebooks, to download or to work on
`scripts`           what runs in each page: boxes that scroll, questions
`quiz`              questions, and an answer for each choice
==================  ==============================================================

The execution cache is salted with gdlib's source, so a changed function runs every
chapter again.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdbook import figures, mathematics, notebooks, pages, quiz
from gdbook.paths import ROOT

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config


def source_hash(folder: Path) -> str:
    """Return a short hash of every file below `folder`, compiled files aside."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def salt_execution_cache(app: Sphinx, config: Config) -> None:
    """Give each state of gdlib its own cache of executed cells."""
    if config.nb_execution_mode == "cache" and not config.nb_execution_cache_path:
        cache = Path(app.outdir).parent / ".jupyter_cache" / source_hash(ROOT / "gdlib")
        config.nb_execution_cache_path = str(cache)


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension's parts to Sphinx."""
    # Jupyter Book sets these for two extensions that this book leaves out.
    for name in ("comments_config", "thebe_config"):
        if name not in app.config:
            app.add_config_value(name, {}, "")
    app.connect("config-inited", salt_execution_cache, priority=900)
    for part in (mathematics, figures, notebooks, pages, quiz):
        part.connect(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
