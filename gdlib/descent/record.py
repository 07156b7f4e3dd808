"""A walk with a logbook: `minimize` writes down every iterate and how it ended."""

from itertools import islice

import numpy as np

from gdlib.descent.loop import descend
from gdlib.descent.search import Search, search_descend
from gdlib.descent.trajectory import ended, length, slope_at
from gdlib.faults import (
    check_count,
    check_objective,
    hyperparameter,
    starting_point,
)
from gdlib.optimizers import gradient_descent


def minimize(
    objective,
    x0=None,
    rule=gradient_descent,
    *,
    learning_rate=0.1,
    steps=100,
    tolerance=0.0,
    **options,
):
    """Descend from x0, write down every iterate, and say how it ended.

    Parameters
    ----------
    objective : Objective
        A function with its gradient, from `gdlib.objectives` or your own.
    x0 : array-like of shape (d,), or (d, runs) for a sweep, optional
        Where to start; ``objective.start`` by default. Never modified.
    rule : callable, default=gradient_descent
        An update rule from `gdlib.optimizers`, or your own.
    learning_rate : float, ndarray of shape (runs,), callable or Search, default=0.1
        The step size η, one for each run; a schedule ``t -> η``; or a search, such as
        `gdlib.descent.backtracking()`.
    steps : int, default=100
        How many steps to take at most.
    tolerance : float, default=0
        Stop where ‖∇f(x)‖ ≤ tolerance; in a sweep, once every run has.
    **options
        What `descend` takes: ``weight_decay``, and the hyperparameters of `rule`.

    Returns
    -------
    Trajectory
        With ``x`` of shape (steps + 1, d), ``f`` of shape (steps + 1,), and ``status``.
        A run that diverged keeps its history up to there: it is a lesson.

    Raises
    ------
    TypeError, ValueError
        As `descend`; and where `steps` is not a whole number ≥ 0.

    Examples
    --------
    >>> from gdlib.objectives import quadratic
    >>> minimize(quadratic([1, 10]), [-2.5, 1.2], learning_rate=0.18, steps=17)
    Trajectory(17 steps, f from 10.325 to 0.00731961, max_steps)
    """
    check_objective(objective)
    check_count("steps", steps)
    hyperparameter("tolerance", tolerance)
    if "batches" in options:
        raise TypeError(
            "minimize descends on all the data at once; for mini-batches loop over "
            "descend(grad, x0, rule, batches=...), whose grad takes a batch too"
        )
    x0 = starting_point(getattr(objective, "start", None) if x0 is None else x0)
    watched = _Watched(objective)
    x = np.empty((steps + 1, *x0.shape), x0.dtype)
    if isinstance(learning_rate, Search):
        walk = search_descend(watched, x0, learning_rate, rule, **options)
    else:
        walk = descend(watched.grad, x0, rule, learning_rate=learning_rate, **options)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for t, here in enumerate(islice(walk, steps + 1)):
            if t and tolerance and (length(watched.last) <= tolerance).all():
                x = x[:t]  # the point before this one was flat enough
                break
            x[t] = here
            if t % 32 == 0 and not np.isfinite(here).any():
                x = x[: t + 1]
                break
        return ended(objective, x, tolerance, learning_rate)


class _Watched:
    """An objective that remembers the last gradient it gave."""

    def __init__(self, objective):
        self.objective = objective
        self.last = None

    def __call__(self, x):
        return self.objective(x)

    def grad(self, x):
        self.last = slope_at(self.objective, x)
        return self.last
