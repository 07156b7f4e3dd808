"""Small data that ships in the package, and the batches it comes in.

Nothing is downloaded: each table is a file in `gdlib/data`, whose README tells its
origin and license.
"""

from importlib import resources
from typing import NamedTuple

import numpy as np


class Dataset(NamedTuple):
    """A table of examples with what is to be predicted from it.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Inputs, one example a row.
    y : ndarray of shape (n,)
        Targets in the same order.
    features : tuple of str
        The d column names of X.
    target : str
        What y is, with its unit.
    """

    X: np.ndarray
    y: np.ndarray
    features: tuple[str, ...]
    target: str


def diabetes(*, scaled=True):
    """Ten measurements of 442 people with diabetes, and how it went a year later.

    Parameters
    ----------
    scaled : bool, default=True
        Center each column of X and divide it by its length, so that it sums to 0 and
        its squares sum to 1, as the paper does. If False, X is in the units of the
        clinic: body mass index, column 2, in kg/m².

    Returns
    -------
    Dataset
        X of shape (442, 10), y of shape (442,): a score of progression, 25 to 346.

    References
    ----------
    .. [1] B. Efron, T. Hastie, I. Johnstone, R. Tibshirani, "Least angle regression",
       Annals of Statistics 32 (2004), 407–499.

    Examples
    --------
    >>> data = diabetes()
    >>> data.X.shape, data.features[2]
    ((442, 10), 'bmi')
    """
    names, table = _table("diabetes.csv")
    X, y = table[:, :-1], table[:, -1]
    if scaled:
        X = X - X.mean(axis=0)
        X = X / np.linalg.norm(X, axis=0)
    return Dataset(X, y, names[:-1], "disease progression after one year (score)")


def _table(name):
    """Read a packaged CSV file: its column names, and its numbers of shape (n, d)."""
    with (resources.files("gdlib") / "data" / name).open(encoding="utf8") as file:
        names = tuple(file.readline().strip().split(","))
        return names, np.loadtxt(file, delimiter=",")


def minibatches(X, y, *, size, epochs, rng):
    """Yield shuffled mini-batches that cover the data once an epoch.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Inputs, one example a row.
    y : ndarray of shape (n,)
        Targets in the same order.
    size : int
        Examples a batch, 1 ≤ size ≤ n. The last of an epoch may be smaller.
    epochs : int
        Passes over the data, 0 or more.
    rng : numpy.random.Generator
        Source of the shuffles: the same seed gives the same batches.

    Yields
    ------
    X_batch : ndarray of shape (size, d)
    y_batch : ndarray of shape (size,)

    Raises
    ------
    ValueError
        If `size` is not between 1 and n, `epochs` is not a whole number, or X and y
        differ in length.
    TypeError
        If `rng` is not a generator.

    Examples
    --------
    >>> X, y = np.arange(8.0).reshape(4, 2), np.arange(4)
    >>> rng = np.random.default_rng(0)
    >>> [len(y) for _, y in minibatches(X, y, size=3, epochs=2, rng=rng)]
    [3, 1, 3, 1]
    """
    X, y = np.asarray(X), np.asarray(y)
    n = len(y)
    if len(X) != n:
        raise ValueError(
            f"X has {len(X)} rows and y has {n}; each row needs its target"
        )
    if isinstance(size, bool) or not isinstance(size, (int, np.integer)):
        raise ValueError(f"size is {size!r}; it must be a whole number of examples")
    if not 1 <= size <= n:
        raise ValueError(f"size is {size}; it must lie between 1 and the {n} examples")
    if (
        isinstance(epochs, bool)
        or not isinstance(epochs, (int, np.integer))
        or epochs < 0
    ):
        raise ValueError(f"epochs is {epochs!r}; it must be a whole number, 0 or more")
    if not hasattr(rng, "permutation"):
        raise TypeError(f"rng is {rng!r}; pass np.random.default_rng(seed)")
    return _shuffled(X, y, size, epochs, rng)


def _shuffled(X, y, size, epochs, rng):
    for _ in range(epochs):
        order = rng.permutation(len(y))
        X_epoch, y_epoch = X[order], y[order]  # gather once, then slice
        for start in range(0, len(y), size):
            yield X_epoch[start : start + size], y_epoch[start : start + size]
