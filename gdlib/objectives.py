"""Functions to descend on: each knows its gradient, its minima and where to look.

Coordinates come first. A point x has shape (d,), so ``x1, x2 = x`` reads like the page;
many points at once have shape (d, runs) or (d, rows, columns), and the very same
function that is descended on is swept over a thousand starts or drawn on a grid.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Objective:
    """A differentiable function f: ℝᵈ → ℝ, with what is known about it.

    Parameters
    ----------
    f : callable
        Takes x of shape (d,), returns a number. If `vectorized`, it also takes x of
        shape (d, …) and returns an array of shape (…).
    grad : callable
        The gradient of `f`: takes what `f` takes, returns an array of the shape of x.
    minima : ndarray of shape (d, k), optional
        The k global minima, one a column; k = 0 where f has none.
    start : ndarray of shape (d,), optional
        A customary place to start a descent.
    domain : ndarray of shape (d, 2), optional
        Lowest and highest value to show of each coordinate.
    name : str, optional
        How the book calls it.
    vectorized : bool, default=False
        Whether `f` and `grad` take many points at once.

    Examples
    --------
    >>> bowl = Objective(lambda x: x @ x, lambda x: 2 * x)
    >>> bowl(np.array([3.0, 4.0]))
    np.float64(25.0)
    """

    f: Callable
    grad: Callable
    minima: np.ndarray | None = field(default=None, repr=False)
    start: np.ndarray | None = field(default=None, repr=False)
    domain: np.ndarray | None = field(default=None, repr=False)
    name: str = "f"
    vectorized: bool = False

    def __call__(self, x):
        """Return f(x): a number, or one for each point of a vectorized objective."""
        return self.f(np.asarray(x, dtype=float))

    def __repr__(self):
        return f"Objective({self.name})"


def _known(name, f, grad, *, minima, start, domain):
    """Build a vectorized objective from what the textbooks list about it."""
    start = np.array(start, dtype=float)
    return Objective(
        f,
        lambda x: grad(np.asarray(x)),
        minima=np.array(minima, dtype=float).reshape(-1, len(start)).T,
        start=start,
        domain=np.array(domain, dtype=float),
        name=name,
        vectorized=True,
    )


def sphere(d=2):
    """f(x) = ‖x‖²: the roundest bowl there is. Minimum 0 at 0.

    Parameters
    ----------
    d : int, default=2
        Number of coordinates.

    Returns
    -------
    Objective
        With start (3, −2) where d = 2, and (3, −2, 3, …) beyond.
    """
    return _known(
        "sphere",
        lambda x: (x**2).sum(axis=0),
        lambda x: 2 * x,
        minima=np.zeros(d),
        start=np.resize([3, -2], d),
        domain=[(-4, 4)] * d,
    )


def quadratic(A, b=None):
    """f(x) = ½ xᵀAx − bᵀx, whose gradient is Ax − b.

    Parameters
    ----------
    A : array-like of shape (d, d), or (d,) for a diagonal matrix
        Symmetric. Its eigenvalues are the curvatures of f: all positive for a bowl.
    b : array-like of shape (d,), optional
        The pull to one side; zero by default.

    Returns
    -------
    Objective
        Its one minimum solves Ax = b; where A is not positive definite it has none.

    Raises
    ------
    ValueError
        If A is not square, not symmetric, or does not fit b.

    Examples
    --------
    >>> f = quadratic([1, 10])
    >>> f([-2.5, 1.2]), f.grad(np.array([-2.5, 1.2]))
    (np.float64(10.325), array([-2.5, 12. ]))
    """
    A = np.array(A, dtype=float)
    A = np.diag(A) if A.ndim == 1 else A
    if A.ndim != 2 or A.shape[0] != A.shape[1]:
        raise ValueError(f"A has shape {A.shape}; a quadratic needs a square matrix")
    if not np.allclose(A, A.T):
        raise ValueError(
            "A is not symmetric; use (A + A.T) / 2, which has the same xᵀAx"
        )
    d = len(A)
    b = np.zeros(d) if b is None else np.array(b, dtype=float)
    if b.shape != (d,):
        raise ValueError(f"b has shape {b.shape}, but A is {d} × {d}: b needs ({d},)")
    column = (slice(None),)

    def grad(x):
        return np.tensordot(A, x, axes=1) - b[column + (None,) * (x.ndim - 1)]

    def f(x):
        pull = b[column + (None,) * (x.ndim - 1)]
        return (x * (np.tensordot(A, x, axes=1) / 2 - pull)).sum(axis=0)

    curvatures = np.linalg.eigvalsh(A)
    bowl = curvatures.min() > 1e-12 * abs(curvatures).max()  # 0, but for rounding
    minima = np.linalg.solve(A, b) if bowl else np.empty((0, d))
    center = minima if bowl else np.zeros(d)
    reach = np.maximum(3.0, 1.5 * np.abs(center))
    return _known(
        "quadratic",
        f,
        grad,
        minima=minima,
        start=center + np.resize([-2.5, 1.2], d),
        domain=np.stack([center - reach, center + reach], axis=1),
    )


def rosenbrock(b=100.0):
    """f(x) = (1 − x₁)² + b (x₂ − x₁²)²: a curved valley, steep across and flat along.

    Parameters
    ----------
    b : float, default=100
        How much steeper the walls are than the floor.

    Returns
    -------
    Objective
        Minimum 0 at (1, 1). H. H. Rosenbrock, The Computer Journal 3 (1960).
    """

    def f(x):
        x1, x2 = x
        return (1 - x1) ** 2 + b * (x2 - x1**2) ** 2

    def grad(x):
        x1, x2 = x
        above = x2 - x1 * x1
        return np.array([-2 * (1 - x1) - 4 * b * x1 * above, 2 * b * above])

    return _known(
        "Rosenbrock",
        f,
        grad,
        minima=[1, 1],
        start=[-1.2, 1],
        domain=[(-2, 2), (-1, 3)],
    )


def himmelblau():
    """f(x) = (x₁² + x₂ − 11)² + (x₁ + x₂² − 7)²: four minima, all of height 0.

    Returns
    -------
    Objective
        D. M. Himmelblau, Applied Nonlinear Programming (1972).
    """

    def f(x):
        x1, x2 = x
        return (x1**2 + x2 - 11) ** 2 + (x1 + x2**2 - 7) ** 2

    def grad(x):
        x1, x2 = x
        p, q = x1**2 + x2 - 11, x1 + x2**2 - 7
        return np.array([4 * x1 * p + 2 * q, 2 * p + 4 * x2 * q])

    return _known(
        "Himmelblau",
        f,
        grad,
        minima=[
            (3, 2),
            (-2.805118086952745, 3.131312518250573),
            (-3.779310253377747, -3.283185991286170),
            (3.584428340330492, -1.848126526964404),
        ],
        start=[0, 0],
        domain=[(-5, 5), (-5, 5)],
    )


def beale():
    """f(x) = Σᵢ (cᵢ − x₁ + x₁x₂ⁱ)², c = (1.5, 2.25, 2.625): flat, with steep corners.

    Returns
    -------
    Objective
        Minimum 0 at (3, ½). E. M. L. Beale, On an iterative method (1958).
    """

    def misses(x1, x2):
        return (1.5 - x1 + x1 * x2, 2.25 - x1 + x1 * x2**2, 2.625 - x1 + x1 * x2**3)

    def f(x):
        return sum(r**2 for r in misses(*x))

    def grad(x):
        x1, x2 = x
        r1, r2, r3 = misses(x1, x2)
        return np.array(
            [
                2 * (r1 * (x2 - 1) + r2 * (x2**2 - 1) + r3 * (x2**3 - 1)),
                2 * x1 * (r1 + 2 * x2 * r2 + 3 * x2**2 * r3),
            ]
        )

    return _known(
        "Beale",
        f,
        grad,
        minima=[3, 0.5],
        start=[1, 1],
        domain=[(-4.5, 4.5), (-4.5, 4.5)],
    )


def booth():
    """f(x) = (x₁ + 2x₂ − 7)² + (2x₁ + x₂ − 5)²: a tilted bowl.

    Returns
    -------
    Objective
        Minimum 0 at (1, 3). Nine times more curved across than along: its Hessian has
        the eigenvalues 18 and 2.
    """

    def f(x):
        x1, x2 = x
        return (x1 + 2 * x2 - 7) ** 2 + (2 * x1 + x2 - 5) ** 2

    def grad(x):
        x1, x2 = x
        return np.array([10 * x1 + 8 * x2 - 34, 8 * x1 + 10 * x2 - 38])

    return _known(
        "Booth",
        f,
        grad,
        minima=[1, 3],
        start=[-8, -8],
        domain=[(-10, 10), (-10, 10)],
    )


def saddle():
    """f(x) = x₁² − x₂²: a mountain pass. Down one way, up the other, no minimum.

    Returns
    -------
    Objective
        Unbounded below: a descent that leaves the ridge x₂ = 0 never comes to rest.
    """

    def f(x):
        x1, x2 = x
        return x1**2 - x2**2

    def grad(x):
        x1, x2 = x
        return np.array([2 * x1, -2 * x2])

    return _known(
        "saddle",
        f,
        grad,
        minima=[],
        start=[1, 1e-3],
        domain=[(-2, 2), (-2, 2)],
    )


def double_well():
    """f(x) = ¼x₁⁴ − ½x₁² + ½x₂²: two valleys and the pass between them.

    Returns
    -------
    Objective
        Minima −¼ at (±1, 0), a saddle of height 0 at the origin.
    """

    def f(x):
        x1, x2 = x
        return x1**4 / 4 - x1**2 / 2 + x2**2 / 2

    def grad(x):
        x1, x2 = x
        return np.array([x1**3 - x1, x2])

    return _known(
        "double well",
        f,
        grad,
        minima=[(1, 0), (-1, 0)],
        start=[0.1, 1],
        domain=[(-2, 2), (-1.5, 1.5)],
    )


def rastrigin(d=2):
    """f(x) = 10d + Σ (xᵢ² − 10 cos 2πxᵢ): a bowl with a trap in every square.

    Parameters
    ----------
    d : int, default=2
        Number of coordinates.

    Returns
    -------
    Objective
        Minimum 0 at 0; a local minimum near every point of whole numbers.
        L. A. Rastrigin, Systems of Extremal Control (1974).
    """
    return _known(
        "Rastrigin",
        lambda x: 10 * d + (x**2 - 10 * np.cos(2 * np.pi * x)).sum(axis=0),
        lambda x: 2 * x + 20 * np.pi * np.sin(2 * np.pi * x),
        minima=np.zeros(d),
        start=np.resize([2.2, -1.8], d),
        domain=[(-5.12, 5.12)] * d,
    )


def styblinski_tang(d=2):
    """f(x) = ½ Σ (xᵢ⁴ − 16xᵢ² + 5xᵢ): 2ᵈ valleys, one deepest.

    Parameters
    ----------
    d : int, default=2
        Number of coordinates.

    Returns
    -------
    Objective
        Minimum −39.16616570377142 d, where every coordinate is −2.903534027771177.
        M. A. Styblinski and T.-S. Tang, Neural Networks 3 (1990).
    """
    return _known(
        "Styblinski–Tang",
        lambda x: (x**4 - 16 * x**2 + 5 * x).sum(axis=0) / 2,
        lambda x: 2 * x**3 - 16 * x + 2.5,
        minima=np.full(d, -2.903534027771177),
        start=np.zeros(d),
        domain=[(-5, 5)] * d,
    )


def training_loss(model, X, y):
    """The loss of a model on fixed data, as an objective of its parameters θ.

    Parameters
    ----------
    model : object
        With methods ``loss(theta, X, y)`` and ``grad(theta, X, y)``, such as
        `gdlib.linear.LinearRegression`.
    X : ndarray of shape (n, d)
        Inputs, one example a row.
    y : ndarray of shape (n,)
        Targets in the same order.

    Returns
    -------
    Objective
        θ ↦ loss(θ; X, y), ready for `gdlib.descent.minimize`.
    """
    return Objective(
        lambda theta: model.loss(theta, X, y),
        lambda theta: model.grad(theta, X, y),
        name=f"loss of {type(model).__name__}",
    )
