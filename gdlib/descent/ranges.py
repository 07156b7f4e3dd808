"""The range test: how large may η be? Try a hundred at once and see which come down."""

from dataclasses import dataclass

import numpy as np

from gdlib.descent.loop import descend
from gdlib.descent.trajectory import heights
from gdlib.faults import check_count, check_objective, starting_point
from gdlib.optimizers import gradient_descent


@dataclass(frozen=True)
class RangeTest:
    """What a range test saw.

    Parameters
    ----------
    learning_rate : ndarray of shape (k,)
        The rates tried, rising.
    f : ndarray of shape (k,)
        Height after the same number of steps with each; inf where it was lost.
    stable : float
        The largest rate up to which every walk came down; nan if none did.
    best : float
        The rate that came down farthest.
    """

    learning_rate: np.ndarray
    f: np.ndarray
    stable: float
    best: float


def lr_range_test(
    objective,
    x0=None,
    rule=gradient_descent,
    *,
    low=1e-6,
    high=1e1,
    rates=200,
    steps=50,
    **hyper,
):
    """Walk a few steps with each of many learning rates, all from one start.

    Parameters
    ----------
    objective : Objective
        A function with its gradient.
    x0 : array-like of shape (d,), optional
        Where to start; ``objective.start`` by default.
    rule : callable, default=gradient_descent
        An update rule.
    low, high : float
        The range to try, evenly spaced in the logarithm.
    rates : int, default=200
        How many learning rates.
    steps : int, default=50
        How many steps with each. More steps see a smaller excess over the limit.
    **hyper
        Hyperparameters of `rule`.

    Returns
    -------
    RangeTest
        For a quadratic, `stable` is 2/L up to the spacing of the rates.

    Raises
    ------
    ValueError
        If not 0 < low < high, or `rates` or `steps` is not a whole number.

    Examples
    --------
    >>> from gdlib.objectives import quadratic
    >>> test = lr_range_test(quadratic([1, 10]), [-2.5, 1.2], steps=500, rates=400)
    >>> round(test.stable, 2)
    0.2
    """
    check_objective(objective)
    check_count("rates", rates)
    check_count("steps", steps)
    if not 0 < low < high < np.inf:
        raise ValueError(
            f"low is {low}, high is {high}; the range needs 0 < low < high"
        )
    x0 = starting_point(getattr(objective, "start", None) if x0 is None else x0)
    eta = np.geomspace(low, high, rates)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        if getattr(objective, "vectorized", False):
            starts = np.repeat(x0[:, None], rates, axis=1)
            ends = _last(objective, starts, rule, eta, steps, hyper).T
        else:
            ends = [_last(objective, x0, rule, rate, steps, hyper) for rate in eta]
        f = heights(objective, np.array([x0, *ends]))
    before, f = f[0], np.where(np.isfinite(f[1:]), f[1:], np.inf)
    down = np.logical_and.accumulate(f < before)
    stable = float(eta[down][-1]) if down.any() else np.nan
    return RangeTest(eta, f, stable, float(eta[f.argmin()]))


def _last(objective, x0, rule, eta, steps, hyper):
    """Where `steps` steps lead."""
    walk = descend(objective.grad, x0, rule, learning_rate=eta, **hyper)
    for _ in range(steps + 1):
        x = next(walk)
    return x
