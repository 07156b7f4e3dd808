"""Step sizes that look before they leap: η from the function, not from the calendar.

A `Search` looks at the objective from x, where the gradient is g and a rule has chosen
the direction d, and returns η for the step x ← x − ηd. Pass one as the `learning_rate`
of `gdlib.descent.minimize`.
"""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gdlib.descent.trajectory import slope_at
from gdlib.faults import (
    check_count,
    direction_of,
    gradient_at,
    hyperparameter,
    starting_point,
)
from gdlib.optimizers import gradient_descent


@dataclass(frozen=True)
class Search:
    """A way to choose η.

    Parameters
    ----------
    choose : callable
        ``choose(objective, x, g, d) -> η``, with x, g, d of shape (d,).
    name : str, optional
        How the book calls it.
    """

    choose: Callable
    name: str = "search"


def backtracking(*, first=1.0, shrink=0.5, decrease=1e-4, tries=60):
    """Shorten η until f falls by a fraction c of what the slope promises.

    f(x − ηd) ≤ f(x) − c·η·g·d   (Armijo, 1966).

    Parameters
    ----------
    first : float, default=1
        The η to try first.
    shrink : float, default=0.5
        What each failure multiplies by, between 0 and 1.
    decrease : float, default=1e-4
        The fraction c, between 0 and 1.
    tries : int, default=60
        Trials after which to give up.

    Returns
    -------
    Search
        Where g = 0 it stands still. A trial where f is not finite was too long. If none
        of them will do, it takes the one that lowers f most, with a warning. It raises
        ValueError if g·d ≤ 0, so that no step along −d can be promised to lower f, or
        if f does not follow g at all.

    Raises
    ------
    ValueError
        If `shrink` or `decrease` does not lie between 0 and 1, or `first` or `tries` is
        not positive.
    """
    for name, value in {"shrink": shrink, "decrease": decrease}.items():
        if not 0 < value < 1:
            raise ValueError(f"{name} is {value}; it must lie between 0 and 1")
    if not 0 < first < np.inf:
        raise ValueError(f"first is {first}; the first η to try must be positive")
    check_count("tries", tries)
    if not tries:
        raise ValueError("tries is 0; a search needs one trial, at least")

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def choose(objective, x, g, d):
        promise = _promise(g, d)
        if not promise:
            return 0.0
        here = _height(objective, x)
        if here == np.inf:
            raise ValueError(f"f is not finite at {x}; start a search where it is")
        eta, trials = first, [(here, 0.0)]
        for _ in range(tries):
            there = _height(objective, x - eta * d)
            if here - there >= decrease * eta * promise:
                return eta
            trials.append((there, eta))
            eta *= shrink
        return _best_of(trials, objective, x, d, promise)

    return Search(choose, "backtracking")


def _best_of(trials, objective, x, d, promise):
    """Return the η that lowers f most, of pairs (f, η) that all fail; and say why."""
    (here, _), (_, shortest) = trials[0], trials[-1]
    low, best = min(trials)
    rounding = 10 * np.finfo(float).eps * abs(here)
    failed = f"no step lowers f enough, down to η = {shortest:.3g}"
    if here - low > rounding:
        cure = f"η = {best:.3g} lowers it most. Lower `decrease`, or raise `tries`"
        warnings.warn(f"{failed}; {cure}", stacklevel=5)
    elif not _keeps(objective, x, d, promise):
        raise ValueError(
            f"{failed}: is grad the gradient of f? Ask gdlib.gradients.check_gradient"
        )
    elif shortest * promise > rounding and (x - shortest * d != x).any():
        cure = "all are too long. Lower `first`, or raise `tries`"
        warnings.warn(f"{failed}; {cure}", stacklevel=5)
    return best if here - low > rounding else 0.0  # else it is lost in rounding


def _promise(g, d):
    """Return g·d, how fast f falls along −d at first: 0 if no float is as small."""
    promise = np.vdot(g, d)
    if promise > 0 or not g.any():
        return promise
    signs = np.vdot(g / abs(g).max(), d / (abs(d).max() or 1.0))
    if not signs > 0:
        raise ValueError(
            f"the direction is not one of descent: g·d = {promise:.3g}, and a step "
            "along −d needs it positive; check the sign of the rule"
        )
    return promise


def _height(objective, x):
    """Return f(x), or ∞ where it is not finite: a step that leads there is too long."""
    try:
        f = float(objective(x))
    except ArithmeticError:  # Python's own numbers raise where NumPy's say inf
        return np.inf
    return f if math.isfinite(f) else np.inf


def _keeps(objective, x, d, promise):
    """Whether differences of f bear out the slope g·d, as far as rounding can tell."""
    eps = np.finfo(float).eps
    h = np.cbrt(eps) * max(1.0, np.linalg.norm(x)) / np.linalg.norm(d)
    behind, ahead = _height(objective, x + h * d), _height(objective, x - h * d)
    if np.inf in (behind, ahead):
        return True
    rounding = 10 * eps * abs(objective(x)) / h
    return abs((behind - ahead) / (2 * h) - promise) <= abs(promise) / 2 + rounding


def exact(A):
    """Go to the lowest point along the ray, for a quadratic of matrix A.

    η = g·d / d·Ad.

    Parameters
    ----------
    A : array-like of shape (d, d), or (d,) for a diagonal matrix
        Symmetric and positive definite.

    Returns
    -------
    Search
    """
    A = np.array(A, dtype=float)
    A = np.diag(A) if A.ndim == 1 else A

    def choose(objective, x, g, d):
        promise = _promise(g, d)
        return promise / (d @ A @ d) if promise else 0.0

    return Search(choose, "exact line search")


def polyak(lowest):
    """Go as far as would reach the lowest value if f were straight.

    η = (f(x) − f*) / g·d   (Polyak, 1969).

    Parameters
    ----------
    lowest : float
        f*, the least value of f, which has to be known.

    Returns
    -------
    Search
        It raises ValueError where f is lower than `lowest`, by more than rounding.
    """

    def choose(objective, x, g, d):
        promise, left = _promise(g, d), objective(x) - lowest
        if left < -1e-9 * max(1.0, abs(lowest)):
            raise ValueError(
                f"f is {left + lowest:.6g} at {x}, and lowest is {lowest:.6g}; pass "
                "the least value of f, or a number below it"
            )
        return max(left, 0.0) / promise if promise else 0.0

    return Search(choose, "Polyak step")


def search_descend(objective, x0, search, rule=gradient_descent, **hyper):
    """Yield the iterates of x ← x − ηd, each η chosen by a search.

    Parameters
    ----------
    objective : Objective
        A function with its gradient.
    x0 : array-like of shape (d,)
        Where to start. Never modified.
    search : Search
        Such as `backtracking()`.
    rule : callable, default=gradient_descent
        An update rule; its direction must be one of descent.
    **hyper
        Hyperparameters of `rule`.

    Yields
    ------
    x : ndarray of shape (d,)

    Examples
    --------
    >>> from itertools import islice
    >>> from gdlib.objectives import quadratic
    >>> walk = search_descend(quadratic([1, 4]), [4, 1], exact([1, 4]))
    >>> [x.round(2).tolist() for x in islice(walk, 3)]
    [[4.0, 1.0], [2.4, -0.6], [1.44, 0.36]]
    """
    x = starting_point(x0)
    if x.ndim != 1:
        raise ValueError(
            f"x0 has shape {x.shape}; a search walks one run, of shape (d,)"
        )
    hyper = {name: hyperparameter(name, value) for name, value in hyper.items()}
    return _search_walk(objective, x, search, rule, hyper)


def _search_walk(objective, x, search, rule, hyper):
    yield x
    memory, first = [], True
    while True:
        g = gradient_at(lambda z: slope_at(objective, z), x, (), first=first)
        d, *memory = direction_of(rule, g, memory, hyper)
        x, first = x - search.choose(objective, x, g, d) * d, False
        yield x
