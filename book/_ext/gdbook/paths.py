"""Where things are, seen from the repository's root."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
EXTENSION = Path(__file__).resolve().parent
NODE_MODULES = ROOT / "node_modules"
