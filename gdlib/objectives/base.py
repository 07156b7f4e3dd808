"""What an objective is, and the two made from data: a matrix, or a training set.

An objective is a function f: ℝᵈ → ℝ that knows its gradient ∇f, its minima and where to
look. What stands in the other modules is built from it.
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
    minimum : float, optional
        The value of f at its global minima; None where it has none, or none is known.
    local_minima : ndarray of shape (d, k), optional
        k minima that are not global and worth knowing, one a column.

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
    minimum: float | None = field(default=None, repr=False)
    local_minima: np.ndarray | None = field(default=None, repr=False)

    def __call__(self, x):
        """Return f(x): a number, or one for each point of a vectorized objective."""
        return self.f(np.asarray(x, dtype=float))

    def __repr__(self):
        return f"Objective({self.name})"


def _known(
    name,
    f,
    grad,
    *,
    minima,
    minimum,
    start,
    domain,
    local_minima=(),
    kind=Objective,
    **more,
):
    """Build a vectorized objective from what the textbooks list about it."""
    start = np.array(start, dtype=float)
    columns = lambda points: np.array(points, dtype=float).reshape(-1, len(start)).T
    return kind(
        f,
        lambda x: grad(np.asarray(x)),
        minima=columns(minima),
        start=start,
        domain=np.array(domain, dtype=float),
        name=name,
        vectorized=True,
        minimum=None if minimum is None else float(minimum),
        local_minima=columns(local_minima),
        **more,
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
        minimum=float(f(minima)) if bowl else None,
        start=center + np.resize([-2.5, 1.2], d),
        domain=np.stack([center - reach, center + reach], axis=1),
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
