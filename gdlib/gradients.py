"""Gradients without calculus, and the check that catches wrong calculus.

A slope is a difference divided by a step. Taken on both sides,

    (f(x + hv) − f(x − hv)) / 2h  =  ∇f(x)·v + O(h²),

and h = ∛ε·max(1, |x|) balances what the formula leaves out (h²) against what rounding
puts in (ε/h). One random direction v checks a gradient of any length for two
evaluations of f.
"""

from dataclasses import dataclass

import numpy as np

CUBE_ROOT_EPS = np.finfo(float).eps ** (1 / 3)  # ≈ 6e-6


def numerical_gradient(f, x, *, h=None):
    """Measure the gradient of f at x by central differences, one component at a time.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of x, returns a number.
    x : array-like of shape (d,), or of any other shape
        Where to measure. Never modified.
    h : float, optional
        Half the width of each difference; ∛ε·max(1, |xᵢ|) by default.

    Returns
    -------
    ndarray of the shape of x
        Good to about ten digits for a smooth f.

    Examples
    --------
    >>> numerical_gradient(lambda x: x[0] ** 2 * x[1], [3.0, 5.0]).round(6)
    array([30.,  9.])
    """
    x = np.asarray(x, dtype=float)
    g = np.empty_like(x)
    for i in np.ndindex(x.shape):
        step = CUBE_ROOT_EPS * max(1.0, abs(x[i])) if h is None else h
        there, here = x.copy(), x.copy()
        there[i] += step
        here[i] -= step
        g[i] = (f(there) - f(here)) / (there[i] - here[i])
    return g


def numerical_hessian(grad, x):
    """Measure the second derivatives at x by central differences of the gradient.

    Parameters
    ----------
    grad : callable
        Takes an array of shape (d,), returns an array of shape (d,).
    x : array-like of shape (d,)
        Where to measure. Never modified.

    Returns
    -------
    ndarray of shape (d, d)
        Symmetric.

    Examples
    --------
    >>> numerical_hessian(lambda x: np.array([2 * x[0], 6 * x[1]]), [1, 2]).round(6)
    array([[2., 0.],
           [0., 6.]])
    """
    x = np.array(x, dtype=float)
    H = np.empty((len(x), len(x)))
    for i, x_i in enumerate(x):
        there, here = x.copy(), x.copy()
        there[i] += CUBE_ROOT_EPS * max(1.0, abs(x_i))
        here[i] -= CUBE_ROOT_EPS * max(1.0, abs(x_i))
        H[i] = (np.asarray(grad(there)) - grad(here)) / (there[i] - here[i])
    return (H + H.T) / 2


@dataclass(frozen=True)
class GradientReport:
    """What a gradient check found; true where the gradient passed.

    Parameters
    ----------
    passed : bool
        Whether gradient and differences agree.
    error : float
        Largest disagreement met, relative to the length of the gradient (and to how far
        it turns within h, which counts where the gradient vanishes).
    component : tuple of int, or None
        Index of the worst component, where the check failed.
    message : str
        What was found, in a sentence.
    """

    passed: bool
    error: float
    component: tuple[int, ...] | None
    message: str

    def __bool__(self):
        return self.passed

    def __str__(self):
        return self.message


def check_gradient(f, grad, x, *, rng=None, directions=4, tolerance=1e-7):
    """Compare a gradient with differences of f; if they disagree, say where.

    First along random directions, which cost two evaluations of `f` each (four where
    two disagree), whatever the length of x. Only if that leaves a doubt is each
    component looked at, to name the worst, and to tell a wrong gradient from a kink,
    where f has no gradient.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of x, returns a number.
    grad : callable
        Takes what `f` takes, returns an array of the shape of x.
    x : array-like of shape (d,), or of any other shape
        Where to compare. Never modified.
    rng : numpy.random.Generator, optional
        Source of the directions; seeded with 0 by default.
    directions : int, default=4
        How many random directions to try.
    tolerance : float, default=1e-7
        Largest disagreement to accept, relative to the length of the gradient.

    Returns
    -------
    GradientReport
        True in an ``if``; its message names the worst component, or the kink.

    Raises
    ------
    ValueError
        If `grad` does not return an array of the shape of x.

    Examples
    --------
    >>> f = lambda x: x[0] ** 2 + 3 * x[1] ** 2
    >>> print(check_gradient(f, lambda x: np.array([2 * x[0], 3 * x[1]]), [1.0, 2.0]))
    gradient wrong: component 1 is 6, differences of f give 12 (ratio 0.5)
    """
    x = np.array(x, dtype=float)
    rng = np.random.default_rng(0) if rng is None else rng
    g = grad(x.copy())
    if g is None:
        raise ValueError("grad returned None; is a `return` missing at its end?")
    g = np.asarray(g, dtype=float)
    if g.shape != x.shape:
        raise ValueError(f"grad returned shape {g.shape}, but x has shape {x.shape}")
    h = CUBE_ROOT_EPS * max(1.0, float(abs(x).max(initial=0.0)))
    height, size = float(f(x.copy())), np.linalg.norm(g)
    noise = 4 * np.finfo(float).eps * abs(height) / h  # what rounding alone can do
    error = 0.0
    for _ in range(directions):
        v = rng.normal(size=x.shape)
        v /= np.linalg.norm(v)
        ahead, behind = f(x + h * v), f(x - h * v)
        measured, expected = (ahead - behind) / (2 * h), (g * v).sum()
        turn = (
            abs(ahead - 2 * height + behind) / h
        )  # how far the slope changes within h
        allowed = tolerance * (size + turn) + noise
        if abs(measured - expected) > allowed:
            half = (f(x + h / 2 * v) - f(x - h / 2 * v)) / h
            measured = (4 * half - measured) / 3  # what was left out, h², cancels
        error = max(float(abs(measured - expected) / (size + turn or 1)), error)
        if not abs(measured - expected) <= allowed:  # so written, nan fails
            return _explain(f, x, g, h, error, noise)
    return GradientReport(True, error, None, "gradient agrees with differences of f")


def _explain(f, x, g, h, error, noise):
    """Find the worst component, and tell a mistake from a kink."""
    measured = numerical_gradient(f, x)
    worst = tuple(map(int, np.unravel_index(np.argmax(abs(measured - g)), x.shape)))
    name = ", ".join(map(str, worst))
    left, left_far, right, right_far = (
        _secant(f, x, worst, a * h, b * h)
        for a, b in [(-2, -1), (-3, -2), (1, 2), (2, 3)]
    )
    jump, drift = abs(right - left), abs(left - left_far) + abs(right - right_far)
    steep = max(abs(left), abs(right), abs(g[worst]))
    if jump > 1e-3 * steep + 2 * noise and drift < 0.1 * jump:  # bends here, not beside
        message = (
            f"non-differentiable point: near x, component {name}, the slope of f jumps "
            f"from {left:.6g} to {right:.6g}; check the gradient away from the kink"
        )
        return GradientReport(False, error, worst, message)
    ratio = g[worst] / measured[worst] if measured[worst] else np.inf
    message = (
        f"gradient wrong: component {name} is {g[worst]:.6g}, differences of f give "
        f"{measured[worst]:.6g} (ratio {ratio:.6g})"
    )
    return GradientReport(False, error, worst, message)


def _secant(f, x, i, a, b):
    """Slope of f along component i, between a and b from x."""
    start, end = x.copy(), x.copy()
    start[i] += a
    end[i] += b
    return float((f(end) - f(start)) / (end[i] - start[i]))
