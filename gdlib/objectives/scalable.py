"""The textbooks' functions of any number of coordinates, d.

Each is a sum, a product or a chain over the coordinates, its gradient worked out by
hand: what works on a page with d = 2 can be tried with d = 1000.
"""

import numpy as np

from gdlib.objectives.base import _known

SECOND_OF_FOUR = [  # where the chain of four has its second minimum, 3.70142861043002
    -0.7756592265653526,
    0.6130933654850435,
    0.38206284633839316,
    0.1459720185521946,
]


def _numbers(x):
    """Return 1, 2, …, d as a column that stands beside x of shape (d, …)."""
    return np.arange(1, len(x) + 1).reshape(-1, *[1] * (x.ndim - 1))


def chained_rosenbrock(d=4, b=100.0):
    """f(x) = Σᵢ (1 − xᵢ)² + b (xᵢ₊₁ − xᵢ²)², i < d: one curved valley after another.

    Parameters
    ----------
    d : int, default=4
        Number of coordinates, 2 or more; with 2 it is `rosenbrock`.
    b : float, default=100
        How much steeper the walls are than the floor.

    Returns
    -------
    Objective
        Minimum 0 at (1, …, 1). With b = 100 and 4 ≤ d ≤ 7 there is a second, local
        minimum near (−1, 1, …, 1), listed for d = 4. S. Kok and C. Sandrock,
        Evolutionary Computation 17 (2009).

    Raises
    ------
    ValueError
        If d is less than 2.
    """
    if d < 2:
        raise ValueError(f"d is {d}; a chain needs at least 2 coordinates")

    def f(x):
        left, right = x[:-1], x[1:]
        return ((1 - left) ** 2 + b * (right - left**2) ** 2).sum(axis=0)

    def grad(x):
        left, above = x[:-1], x[1:] - x[:-1] ** 2
        g = np.zeros(x.shape)
        g[:-1] = -2 * (1 - left) - 4 * b * left * above
        g[1:] += 2 * b * above
        return g

    return _known(
        "chained Rosenbrock",
        f,
        grad,
        minima=np.ones(d),
        minimum=0.0,
        local_minima=SECOND_OF_FOUR if (d, b) == (4, 100) else [],
        start=np.resize([-1.2, 1], d),
        domain=[(-2, 2)] * d,
    )


def ackley(d=2):
    """f(x) = 20(1 − e^(−r/5)) + e − e^C, r² = Σ xᵢ²/d, C = Σ cos(2πxᵢ)/d.

    Minimum 0 at 0. A funnel full of ripples that ends in a kink: however near 0, the
    slope is about 4/√d, so no fixed step size brings a descent to rest. At 0 itself,
    where f has no gradient, `grad` returns 0. D. H. Ackley (1987).
    """

    def parts(x):
        return np.sqrt((x**2).mean(axis=0)), np.cos(2 * np.pi * x).mean(axis=0)

    def f(x):
        r, C = parts(x)
        return 20 * (1 - np.exp(-r / 5)) + np.exp(1) - np.exp(C)

    def grad(x):
        r, C = parts(x)
        outward = x / np.where(r > 0, r, 1)  # ∇r = x / (d r)
        funnel, ripple = 4 * np.exp(-r / 5), 2 * np.pi * np.exp(C)
        return (funnel * outward + ripple * np.sin(2 * np.pi * x)) / d

    return _known(
        "Ackley",
        f,
        grad,
        minima=np.zeros(d),
        minimum=0.0,
        start=np.resize([2.5, 1.5], d),
        domain=[(-5, 5)] * d,
    )


def griewank(d=2):
    """f(x) = 1 + Σ xᵢ²/4000 − Π cos(xᵢ/√i): minimum 0 at 0, and a trap in every ripple.

    A. O. Griewank, Journal of Optimization Theory and Applications 34 (1981).
    """

    def f(x):
        waves = np.cos(x / np.sqrt(_numbers(x)))
        return 1 + (x**2).sum(axis=0) / 4000 - waves.prod(axis=0)

    def grad(x):
        root = np.sqrt(_numbers(x))
        waves = np.cos(x / root)
        others = [np.delete(waves, i, axis=0).prod(axis=0) for i in range(d)]
        return x / 2000 + np.sin(x / root) / root * np.array(others)

    return _known(
        "Griewank",
        f,
        grad,
        minima=np.zeros(d),
        minimum=0.0,
        start=np.resize([5, -7], d),
        domain=[(-10, 10)] * d,
    )


def zakharov(d=2):
    """f(x) = Σ xᵢ² + s² + s⁴, s = Σ ½ i xᵢ: a plate bent along one line.

    Minimum 0 at 0. S. Rahnamayan et al., Computers & Mathematics with
    Applications 53 (2007).
    """

    def f(x):
        s = (_numbers(x) / 2 * x).sum(axis=0)
        return (x**2).sum(axis=0) + s**2 + s**4

    def grad(x):
        s = (_numbers(x) / 2 * x).sum(axis=0)
        return 2 * x + (2 * s + 4 * s**3) * _numbers(x) / 2

    return _known(
        "Zakharov",
        f,
        grad,
        minima=np.zeros(d),
        minimum=0.0,
        start=np.resize([-3, 2], d),
        domain=[(-5, 10)] * d,
    )


def dixon_price(d=2):
    """f(x) = (x₁ − 1)² + Σ i (2xᵢ² − xᵢ₋₁)², i ≥ 2: two mirrored minima of height 0.

    There xᵢ = 2^(−1 + 2^(1−i)), the last with either sign (one minimum only for d = 1).
    L. C. W. Dixon and R. C. Price, J. Optimization Theory and Applications 60 (1989).
    """

    def misses(x):
        return 2 * x[1:] ** 2 - x[:-1], _numbers(x)[1:]

    def f(x):
        r, i = misses(x)
        return (x[0] - 1) ** 2 + (i * r**2).sum(axis=0)

    def grad(x):
        r, i = misses(x)
        g = np.zeros(x.shape)
        g[0] = 2 * (x[0] - 1)
        g[1:] = 8 * i * r * x[1:]
        g[:-1] -= 2 * i * r
        return g

    right = 2.0 ** (-1 + 2.0 ** (1 - np.arange(1, d + 1)))
    left = np.where(np.arange(d) < d - 1, right, -right)
    return _known(
        "Dixon–Price",
        f,
        grad,
        minima=[right, left] if d > 1 else right,
        minimum=0.0,
        start=np.resize([-2, 2], d),
        domain=[(-3, 3)] * d,
    )


def trid(d=2):
    """f(x) = Σ (xᵢ − 1)² − Σ xᵢxᵢ₋₁: a quadratic whose matrix has three diagonals.

    Minimum −d(d + 4)(d − 1)/6, where xᵢ = i(d + 1 − i) (Neumaier's collection).
    """

    def f(x):
        return ((x - 1) ** 2).sum(axis=0) - (x[1:] * x[:-1]).sum(axis=0)

    def grad(x):
        g = 2.0 * (x - 1)
        g[1:] -= x[:-1]
        g[:-1] -= x[1:]
        return g

    i = np.arange(1, d + 1)
    return _known(
        "Trid",
        f,
        grad,
        minima=i * (d + 1 - i),
        minimum=-d * (d + 4) * (d - 1) / 6,
        start=np.zeros(d),
        domain=[(-d * d, d * d)] * d,
    )
