"""Descent: x ← x − ηₜdₜ, walked (`descend`), recorded (`minimize`), trained (`fit`).

The loop stands once, in `loop`. `minimize` is that loop with a logbook, `fit` that loop
with data; `search` chooses η by looking at the function.
"""

from gdlib.descent.loop import BLOCK, FULL_BATCH, averaged, descend, newton
from gdlib.descent.record import minimize
from gdlib.descent.search import Search, backtracking, exact, polyak, search_descend
from gdlib.descent.trajectory import Trajectory

__all__ = [
    "BLOCK",
    "FULL_BATCH",
    "History",
    "RangeTest",
    "Search",
    "Trajectory",
    "averaged",
    "backtracking",
    "descend",
    "exact",
    "fit",
    "lr_range_test",
    "minimize",
    "newton",
    "polyak",
    "search_descend",
]


def __getattr__(name):
    """Load training, which brings the data sets, and the range test when asked for."""
    if name in ("History", "fit"):
        from gdlib.descent import training as home
    elif name in ("RangeTest", "lr_range_test"):
        from gdlib.descent import ranges as home
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(home, name)


def __dir__():
    return sorted({*globals(), *__all__})
