"""What every test shares: a drawing backend without windows, and the built book."""

import json
import os
import re
import tomllib
from pathlib import Path

import pytest

# Two workers on two cores: more threads each would only stand in one another's way.
# Kernels inherit it, and NumPy reads it when it is loaded, which is later than here.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parent
SOURCES = ["_config.yml", "_toc.yml", "book", "gdlib"]
REPORT = ROOT / "_build" / "repairs.json"


def execute_as_jupyter_does(kernel, source, allow_stdin=None):
    """Run a cell and remember it: IPython finds a cell's last `;` in its history."""
    return kernel.kc.execute(
        source, store_history=True, allow_stdin=allow_stdin, stop_on_error=False
    )


def pytest_configure(config) -> None:
    """Draw without windows; a notebook's kernel chooses its own backend."""
    import matplotlib

    matplotlib.use("agg")
    if config.pluginmanager.hasplugin("nbval"):
        from nbval.kernel import RunningKernel

        RunningKernel.execute_cell_input = execute_as_jupyter_does


def pytest_xdist_make_scheduler(config, log):
    """Keep the tests of a file on one worker, those of a question on any one.

    A notebook's cells need one kernel; the questions of all chapters in one file would
    keep one worker busy long after the others have gone home.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByFileOrQuestion(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            question = re.search(r"test_checks\.py::\w+\[([\w-]+\.\w+)", nodeid)
            return question[1] if question else nodeid.partition("::")[0]

    return ByFileOrQuestion(config, log)


def newest(names: list[str]) -> Path:
    """Return the source file that was changed last."""
    files = [
        path
        for name in names
        for path in [ROOT / name, *(ROOT / name).rglob("*")]
        if path.is_file() and "__pycache__" not in path.parts
    ]
    return max(files, key=lambda path: path.stat().st_mtime)


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the repository's root."""
    return ROOT


@pytest.fixture(scope="session")
def built_book() -> Path:
    """Return the folder of the built book, which must be newer than its sources."""
    if not REPORT.exists():
        pytest.fail("the book is not built: run `make book` first", pytrace=False)
    last = newest(SOURCES)
    if last.stat().st_mtime > REPORT.stat().st_mtime:
        name = last.relative_to(ROOT)
        pytest.fail(f"{name} is newer than the book: run `make book`", pytrace=False)
    return ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def repairs(built_book: Path) -> dict[str, int | None]:
    """Return how often each repair of the pages matched in the last build."""
    counts: dict[str, int | None] = json.loads(REPORT.read_text("utf-8"))
    return counts


@pytest.fixture(scope="session")
def pyproject() -> dict:
    """Return the project's own configuration."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
