"""Points drawn by a formula, which their docstring gives, plus noise from an `rng`."""

import math

import numpy as np

from gdlib.datasets.preparation import _check_generator
from gdlib.datasets.tables import Dataset


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


def _check_draw(n, least, name, noise, rng):
    _check_whole("n", n, least)
    if not (np.ndim(noise) == 0 and 0 <= noise < np.inf):
        raise ValueError(f"{name} is {noise!r}; it must be one number, 0 ≤ {name} < ∞")
    _check_generator(rng)


def _check_whole(name, value, least):
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or value < least:
        raise ValueError(
            f"{name} is {value!r}; it must be a whole number, {least} or more"
        )
