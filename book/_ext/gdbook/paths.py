"""Where things are, seen from the repository's root."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
EXTENSION = Path(__file__).resolve().parent
NODE_MODULES = ROOT / "node_modules"


def built_pages(outdir: Path) -> Iterator[Path]:
    """Yield the pages of the site, its static and source files aside."""
    for path in sorted(outdir.rglob("*.html")):
        if path.relative_to(outdir).parts[0] not in ("_static", "_sources"):
            yield path
