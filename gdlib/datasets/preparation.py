"""What is done with data before training: put some aside, rescale, cut into batches."""

import math

import numpy as np

from gdlib.faults import check_count


def split(X, y, *, test, rng=None):
    """Put some examples aside, to test on what was not learned from.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Inputs, one example a row.
    y : array-like of shape (n,)
        Targets in the same order.
    test : int or float
        How many examples to put aside: a number of them, 1 ≤ test < n, or a fraction,
        0 < test < 1, of which the number is rounded up.
    rng : numpy.random.Generator, optional
        Source of the choice. Without one, the last examples are put aside, and order
        is kept: right where neighbors are alike, as pages by one hand, or days.

    Returns
    -------
    X_train, X_test, y_train, y_test : ndarray
        Of shapes (n − m, d), (m, d), (n − m,) and (m,), for m examples to test on.

    Raises
    ------
    ValueError
        If `test` leaves no example on one of the sides, or X and y differ in length.
    TypeError
        If `rng` is not a generator.

    Examples
    --------
    >>> from gdlib.datasets import digits
    >>> data = digits()  # the first half teaches, the second half tests
    >>> X_train, X_test, y_train, y_test = split(data.X, data.y, test=0.5)
    >>> len(X_train), len(X_test)
    (898, 899)
    """
    X, y = _rows(X, y)
    n = len(y)
    whole = isinstance(test, (int, np.integer)) and not isinstance(test, bool)
    if not whole and not (isinstance(test, (float, np.floating)) and 0 < test < 1):
        raise ValueError(
            f"test is {test!r}; it must be a number of examples, such as 20, or a "
            "fraction of them, such as 0.2"
        )
    m = test if whole else math.ceil(test * n - 1e-9)  # 0.07 · 100 is 7.000000000000001
    if not 1 <= m < n:
        raise ValueError(
            f"test is {test}, which puts {m} of {n} examples aside; at least one must "
            "remain on each side"
        )
    if rng is None:
        order = np.arange(n)
    else:
        _check_generator(rng)
        order = rng.permutation(n)
    train, aside = order[: n - m], order[n - m :]
    return X[train], X[aside], y[train], y[aside]


def standardize(train, *others):
    """z = (x − mean) / deviation, column by column: both are those of `train` alone.

    The columns of what comes back for `train` have mean 0 and standard deviation 1. The
    others go through the same formula, as will examples that nobody has seen yet.

    Parameters
    ----------
    train : array-like of shape (n, d)
        The examples to learn from. A column that never changes tells nothing and cannot
        be divided by its deviation: it becomes 0, and in the others x − mean.
    *others : array-like of shape (m, d)
        More examples, with the same columns.

    Returns
    -------
    ndarray of shape (n, d), or tuple of such
        One array for one, or a tuple in the order of the arguments. None is modified.

    Raises
    ------
    ValueError
        If columns differ, or `train` has no row, or a number that is not finite.

    Examples
    --------
    >>> standardize([[1.0, 5.0], [3.0, 5.0]], [[4.0, 6.0]])
    (array([[-1.,  0.], [ 1.,  0.]]), array([[2., 1.]]))
    """
    arrays = [_floating(numbers) for numbers in (train, *others)]
    train = arrays[0]
    if not train.size:
        raise ValueError(
            f"train has shape {train.shape}; a mean needs at least one row"
        )
    if not np.isfinite(train).all():
        where = np.argwhere(~np.isfinite(train))[0].tolist()
        raise ValueError(
            f"train has {train[tuple(where)]} at position {where}; drop that row, or "
            "fill the gap"
        )
    for other in arrays[1:]:
        if other.shape[1:] != train.shape[1:]:
            raise ValueError(
                f"arrays of shapes {train.shape} and {other.shape} have different "
                "columns; each column has one mean for all"
            )
    constant = (train == train[0]).all(axis=0)
    mean = np.where(constant, train[0], train.mean(axis=0))
    deviation = np.where(constant, 1, train.std(axis=0))
    scaled = tuple((x - mean) / deviation for x in arrays)
    return scaled if others else scaled[0]


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
    X, y = _rows(X, y)
    n = len(y)
    if isinstance(size, bool) or not isinstance(size, (int, np.integer)):
        raise ValueError(f"size is {size!r}; it must be a whole number of examples")
    if not 1 <= size <= n:
        raise ValueError(f"size is {size}; it must lie between 1 and the {n} examples")
    check_count("epochs", epochs)
    _check_generator(rng)
    return _shuffled(X, y, size, epochs, rng)


def _shuffled(X, y, size, epochs, rng):
    for _ in range(epochs):
        order = rng.permutation(len(y))
        X_epoch, y_epoch = X[order], y[order]  # gather once, then slice
        for start in range(0, len(y), size):
            batch = slice(start, start + size)
            yield X_epoch[batch], y_epoch[batch]


def _rows(X, y):
    X, y = np.asarray(X), np.asarray(y)
    if len(X) != len(y):
        raise ValueError(
            f"X has {len(X)} rows and y has {len(y)}; each row needs its target"
        )
    return X, y


def _floating(numbers):
    numbers = np.asarray(numbers)
    return numbers if numbers.dtype.kind == "f" else numbers.astype(float)


def _check_generator(rng):
    if not hasattr(rng, "permutation"):
        raise TypeError(f"rng is {rng!r}; pass np.random.default_rng(seed)")
