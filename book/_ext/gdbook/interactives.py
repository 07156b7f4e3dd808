"""Interactive figures in the page: drawn while the book is built, moved by one script.

A cell that shows a widget of `gdlib.widgets` leaves a box with its traits as JSON. The
build runs the widget's own module on them and writes the picture into the box, so that
the page is complete before any script has run. In the browser one classic script (a
module would not load from a file) gives each box to its module; a page loads the
modules that it needs, and no others.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from pathlib import Path

from gdbook import figures, node
from gdbook.paths import ROOT, built_pages
from gdlib import static as javascript

STATIC = ROOT / "gdlib/static"
DRAW = Path(__file__).with_suffix(".mjs")
SHEET = STATIC / "interactive.css"

BOX = re.compile(
    r'(?P<open><div class="gd-interactive" data-name="(?P<name>[\w-]+)">'
    r'<script type="application/json">(?P<traits>.*?)</script>)(?P<close></div>)',
    re.DOTALL,
)
NAME = re.compile(r'<div class="gd-interactive" data-name="([\w-]+)">')

STILL = re.compile(
    r'<figure class="gd-still" aria-label="(?P<alt>[^"]*)">(?P<svg><svg.*?</svg>)',
    re.DOTALL,
)


def draw(page: str) -> str:
    """Return a page's HTML with its interactive figures drawn."""
    page = STILL.sub(_still, page)
    boxes = list(BOX.finditer(page))
    if not boxes:
        return page
    asked = [
        {"name": box["name"], "id": f"gd-{k}", "traits": json.loads(box["traits"])}
        for k, box in enumerate(boxes)
    ]
    message = json.dumps({"folder": STATIC.as_posix(), "figures": asked})
    done = node.run(DRAW, message)
    if done.returncode:
        raise RuntimeError(f"an interactive figure was not drawn: {done.stderr}")
    pictures = iter(json.loads(done.stdout))
    return BOX.sub(lambda box: box["open"] + next(pictures) + box["close"], page)


def _still(match: re.Match[str]) -> str:
    """Draw a figure that moves only where Python runs, as every other figure."""
    picture = figures.inline(match["svg"], html.unescape(match["alt"]))
    return f'<figure class="gd-still">{picture}'


def script_of(page: str) -> str:
    """Return the name of the script that moves a page's figures, "" if none does."""
    names = sorted(set(NAME.findall(page)))
    return f"interactives.{'.'.join(names)}.js" if names else ""


def with_script(page: str, static: str) -> str:
    """Load the script on a page that has something to move: what it needs, no more."""
    name = script_of(page)
    if not name:
        return page
    version = hashlib.sha256(script(name).encode()).hexdigest()[:8]
    tag = f'<script defer src="{static}{name}?v={version}"></script>'
    return page.replace("</head>", f"  {tag}\n  </head>", 1)


def script(name: str) -> str:
    """Return the text of a script that `script_of` names."""
    return javascript.script(*name.split(".")[1:-1])


def write(outdir: Path) -> None:
    """Write the scripts that the pages load beside the site's other files."""
    found = {script_of(page.read_text("utf-8")) for page in built_pages(outdir)}
    for name in found - {""}:
        (outdir / "_static" / name).write_text(script(name), "utf-8")
