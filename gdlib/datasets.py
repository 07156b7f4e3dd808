"""Small data that ships in the package, and how it is cut into parts and batches.

Nothing is downloaded: measured tables and a story are files in `gdlib/data`, whose
README tells the origin and license of each; points in the plane are drawn from an `rng`
by the formula in their docstring. Every call returns arrays of its own.
"""

import math
from typing import NamedTuple

import numpy as np


class Dataset(NamedTuple):
    """A table of examples with what is to be predicted from it.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Inputs, one example a row.
    y : ndarray of shape (n,)
        Targets in the same order: numbers, or integers that number the classes from 0.
    features : tuple of str
        The d column names of X.
    target : str
        What y is, with its unit.
    classes : tuple of str
        What each class is called, where y numbers classes; empty where it does not.
    """

    X: np.ndarray
    y: np.ndarray
    features: tuple[str, ...]
    target: str
    classes: tuple[str, ...] = ()


# --------------------------------------------------------------------- measured


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
    X, y, names = _table("diabetes.csv")
    if scaled:
        X = X - X.mean(axis=0)
        X = X / np.linalg.norm(X, axis=0)
    return Dataset(X, y, names, "disease progression after one year (score)")


def breast_cancer():
    """Thirty measurements of the cell nuclei in 569 lumps: malignant, or benign.

    Returns
    -------
    Dataset
        X of shape (569, 30): of ten properties the mean over the nuclei, its standard
        error, and the mean of the three largest. Units were not published, and scales
        differ: column means range from 0.004 to 881. y of shape (569,): 0 malignant
        (212), 1 benign (357).

    References
    ----------
    .. [1] W. N. Street, W. H. Wolberg, O. L. Mangasarian, "Nuclear feature extraction
       for breast tumor diagnosis", Proceedings of SPIE 1905 (1993), 861–870.
    """
    return _classified("breast_cancer.csv", "diagnosis", "malignant benign")


def iris():
    """Length and width of sepals and petals, in cm, of 150 irises of three species.

    Returns
    -------
    Dataset
        X of shape (150, 4), y of shape (150,): 50 of each species, in order. The length
        of a petal is enough to tell the first from the others.

    References
    ----------
    .. [1] R. A. Fisher, "The use of multiple measurements in taxonomic problems",
       Annals of Eugenics 7 (1936), 179–188.
    """
    return _classified("iris.csv", "species", "setosa versicolor virginica")


def wine():
    """Thirteen chemical measurements of 178 wines, of three grapes from one region.

    Returns
    -------
    Dataset
        X of shape (178, 13), in units that differ by column: proline is around 750,
        hue around 1. y of shape (178,): 59 wines of the first kind, 71 and 48 of the
        others, in order.

    References
    ----------
    .. [1] M. Forina, C. Armanino, M. Castino, M. Ubigli, "Multivariate data analysis as
       a discriminating method of the origin of wines", Vitis 25 (1986), 189–201.
    """
    return _classified("wine.csv", "kind of wine", "Barolo Grignolino Barbera")


def digits():
    """Handwritten digits, 1797 images of 8 × 8 pixels.

    Thirteen people wrote them, and neighbors are by one hand: a digit looks more like
    the same digit a few rows away than like one far away. To test on people whose hand
    was not learned from, `split` without an `rng`.

    Returns
    -------
    Dataset
        X of shape (1797, 64), row after row of each image: 0. is paper, 16. is ink.
        y of shape (1797,): the digit.

    References
    ----------
    .. [1] E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI
       Machine Learning Repository (1998).

    Examples
    --------
    >>> images = digits().X.reshape(-1, 8, 8)
    >>> images[0, :2].astype(int)
    array([[ 0,  0,  5, 13,  9,  1,  0,  0],
           [ 0,  0, 13, 15, 10, 15,  5,  0]])
    """
    lines = _file("digits.txt").read_bytes().split()  # such as 0AAFNJB…: digit, pixels
    table = np.frombuffer(b"".join(lines), np.uint8).reshape(len(lines), 65)
    X = table[:, 1:] - float(ord("A"))
    y = table[:, 0].astype(int) - ord("0")
    names = tuple(f"row {i}, column {j}" for i in range(8) for j in range(8))
    return Dataset(X, y, names, "digit", tuple("0123456789"))


def text():
    r"""*Alice's Adventures in Wonderland*, by Lewis Carroll (1865), in lower case.

    Each line is a paragraph, a line of verse or a heading, so that a line break means
    something. What is left of the printed page are 39 characters: a to z, space, line
    break and ``!"'(),-.:;?``.

    Returns
    -------
    str
        The whole story, 141,709 characters.

    Examples
    --------
    >>> story = text()
    >>> story.split("\n")[6][:52]
    'there was nothing so very remarkable in that; nor di'
    >>> len(set(story))
    39
    """
    return _file("alice.txt").read_text(encoding="ascii")


def _file(name):
    from importlib import resources  # slow to load, and not always needed

    return resources.files("gdlib") / "data" / name


def _table(name):
    """Read a packaged CSV file: X of shape (n, d), the last column y, the names."""
    with _file(name).open(encoding="utf8") as file:
        names = tuple(file.readline().strip().split(","))
        table = np.loadtxt(file, delimiter=",")
    return table[:, :-1].copy(), table[:, -1].copy(), names[:-1]


def _classified(name, target, classes):
    X, y, names = _table(name)
    return Dataset(X, y.astype(int), names, target, tuple(classes.split()))


# ------------------------------------------------------------------------ drawn


def line():
    """Draw 100 points near the line y = 4 + 3x, the same for everybody.

    A well-known notebook on linear regression begins with these points [1]_: x uniform
    on [0, 2), y = 4 + 3x + ε with ε normal, from NumPy's frozen generator with seed 42.

    Returns
    -------
    Dataset
        X of shape (100, 1), y of shape (100,). The line that fits them best in squared
        error is not the one they come from, but y = 4.21509616 + 2.77011339 x.

    References
    ----------
    .. [1] A. Géron, "Hands-On Machine Learning with Scikit-Learn, Keras and
       TensorFlow", 3rd edition (2022), chapter 4.
    """
    rng = np.random.RandomState(42)
    X = 2 * rng.rand(100, 1)
    y = 4 + 3 * X + rng.randn(100, 1)
    return Dataset(X, y[:, 0], ("x",), "y")


def blobs(n=300, *, centers=((-2, 0), (2, 0)), spread=1.0, rng):
    """Draw points around centers c: x = c + spread · ε, with ε normal.

    Parameters
    ----------
    n : int, default=300
        How many points: equally many around each center, or one more around the first.
    centers : array-like of shape (k, d), default=((-2, 0), (2, 0))
        One center a row.
    spread : float, default=1.0
        Standard deviation in each direction, 0 or more.
    rng : numpy.random.Generator
        Source of the points.

    Returns
    -------
    Dataset
        X of shape (n, d), y of shape (n,): the row of the center. In random order.
    """
    centers = np.asarray(centers, dtype=float)
    if centers.ndim != 2 or not centers.size:
        raise ValueError(f"centers have shape {centers.shape}; one a row is (k, d)")
    _check_draw(n, len(centers), "spread", spread, rng)
    k, d = centers.shape
    y = rng.permutation(n) % k
    X = centers[y] + spread * rng.normal(size=(n, d))
    return Dataset(X, y, _axes(d), "center", tuple(map(str, range(k))))


def two_moons(n=300, *, noise=0.2, rng):
    """Draw points from two half circles of radius 1, each reaching into the other.

    With t from 0 to π in equal steps, the upper moon is (cos t, sin t) and the lower
    (1 − cos t, ½ − sin t), both plus noise · ε with ε normal.

    Parameters
    ----------
    n : int, default=300
        How many points: half of them in the upper moon; the odd one in the lower.
    noise : float, default=0.2
        Standard deviation in each direction, 0 or more.
    rng : numpy.random.Generator
        Source of the order and the noise. The draws come in scikit-learn's order: with
        ``np.random.RandomState(3)`` these are its ``make_moons(300, noise=0.2,
        random_state=3)``.

    Returns
    -------
    Dataset
        X of shape (n, 2), y of shape (n,): 0 upper, 1 lower. In random order.
    """
    _check_draw(n, 2, "noise", noise, rng)
    t, s = np.linspace(0, np.pi, n // 2), np.linspace(0, np.pi, n - n // 2)
    x1 = np.concatenate([np.cos(t), 1 - np.cos(s)])
    x2 = np.concatenate([np.sin(t), 0.5 - np.sin(s)])
    order = rng.permutation(n)
    X = np.stack([x1, x2], axis=1)[order] + noise * rng.normal(size=(n, 2))
    y = (order >= n // 2).astype(int)
    return Dataset(X, y, _axes(2), "moon", ("upper", "lower"))


def spirals(n=300, *, arms=2, turns=1.0, noise=0.02, rng):
    """Draw points from spirals that wind around one another from the origin.

    Along arm k, r goes to 1 in equal steps, and the point is r (cos φ, sin φ) with
    φ = 2π (turns · r + k / arms), plus noise · ε with ε normal.

    Parameters
    ----------
    n : int, default=300
        How many points: equally many on each arm, or one more on the first.
    arms : int, default=2
        How many spirals, 1 or more.
    turns : float, default=1.0
        How often an arm goes around.
    noise : float, default=0.02
        Standard deviation in each direction, 0 or more.
    rng : numpy.random.Generator
        Source of the order and the noise.

    Returns
    -------
    Dataset
        X of shape (n, 2), y of shape (n,): the arm. In random order.
    """
    _check_whole("arms", arms, least=1)
    _check_draw(n, arms, "noise", noise, rng)
    order = rng.permutation(n)
    y = order % arms
    r = (order // arms + 1) / math.ceil(n / arms)
    phi = 2 * np.pi * (turns * r + y / arms)
    X = np.stack([r * np.cos(phi), r * np.sin(phi)], axis=1)
    X += noise * rng.normal(size=(n, 2))
    return Dataset(X, y, _axes(2), "arm", tuple(map(str, range(arms))))


def _axes(d):
    return tuple(f"x{i}" for i in range(1, d + 1))


# --------------------------------------------------------------- parts and batches


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
    _check_whole("epochs", epochs, least=0)
    _check_generator(rng)
    return _shuffled(X, y, size, epochs, rng)


def _shuffled(X, y, size, epochs, rng):
    for _ in range(epochs):
        order = rng.permutation(len(y))
        X_epoch, y_epoch = X[order], y[order]  # gather once, then slice
        for start in range(0, len(y), size):
            yield X_epoch[start : start + size], y_epoch[start : start + size]


# ------------------------------------------------------------- what is let in


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


def _check_whole(name, value, least):
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or value < least:
        raise ValueError(
            f"{name} is {value!r}; it must be a whole number, {least} or more"
        )


def _check_generator(rng):
    if not hasattr(rng, "permutation"):
        raise TypeError(f"rng is {rng!r}; pass np.random.default_rng(seed)")


def _check_draw(n, least, name, noise, rng):
    _check_whole("n", n, least)
    if not (np.ndim(noise) == 0 and 0 <= noise < np.inf):
        raise ValueError(f"{name} is {noise!r}; it must be one number, 0 ≤ {name} < ∞")
    _check_generator(rng)
