"""Small data that ships in the package, and how it is cut into parts and batches.

Nothing is downloaded. `tables` holds what was measured, and a story; `points` what is
drawn by a formula; `preparation` what is done with either before training. Every call
returns arrays of its own.
"""

from gdlib.datasets.points import blobs, line, spirals, two_moons
from gdlib.datasets.preparation import minibatches, split, standardize
from gdlib.datasets.tables import (
    Dataset,
    breast_cancer,
    diabetes,
    digits,
    iris,
    text,
    wine,
)

__all__ = [
    "Dataset",
    "blobs",
    "breast_cancer",
    "diabetes",
    "digits",
    "iris",
    "line",
    "minibatches",
    "spirals",
    "split",
    "standardize",
    "text",
    "two_moons",
    "wine",
]
