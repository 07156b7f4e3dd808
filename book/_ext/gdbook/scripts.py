"""The script of all pages: what scrolls by keyboard, and the questions that answer."""

from __future__ import annotations

import hashlib
from pathlib import Path

from gdbook import quiz

SCROLLING = Path(__file__).with_name("scrolling.mjs")
NAME = "page.js"


def own() -> str:
    """Return the script that each page loads: what scrolls, then its questions."""
    return "".join(
        "(() => {\n"
        + path.read_text("utf-8").replace("export ", "", 1)
        + f"{path.stem}(document);\n}})();\n"
        for path in (SCROLLING, quiz.SCRIPT)
    )


def with_own(page: str, static: str) -> str:
    """Load our script on a page."""
    version = hashlib.sha256(own().encode()).hexdigest()[:8]
    tag = f'<script defer src="{static}{NAME}?v={version}"></script>'
    return page.replace("</head>", f"  {tag}\n  </head>", 1)


def write(static: Path) -> None:
    """Write our script beside the site's other files."""
    (static / NAME).write_text(own(), "utf-8")
