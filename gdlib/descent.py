"""The loop: x ← x − ηₜdₜ, once a batch. Batch, stochastic, mini-batch: one loop.

`descend` walks and yields each x. `minimize` walks, writes down where it has been, and
says how it ended. Everything that can go wrong at the door (a list of words for x, a
gradient of the wrong shape, a negative learning rate) is said at the door.
"""

from itertools import islice, repeat

import numpy as np

from gdlib.faults import (
    check_count,
    check_objective,
    direction_of,
    gradient_at,
    hyperparameter,
    schedule_of,
    starting_point,
)
from gdlib.optimizers import gradient_descent
from gdlib.trajectory import Trajectory, ended, length, slope_at

__all__ = ["BLOCK", "FULL_BATCH", "Trajectory", "descend", "minimize"]

FULL_BATCH = repeat(())  # grad(x) already sees all the data
BLOCK = (
    32_768  # elements of x that a rule is given at once: its temporaries fit in cache
)


def descend(
    grad,
    x0,
    rule=gradient_descent,
    *,
    learning_rate=0.1,
    batches=FULL_BATCH,
    weight_decay=0.0,
    **hyper,
):
    """Yield the iterates x₀, x₁, x₂, …, each a new array.

    Parameters
    ----------
    grad : callable
        ``grad(x, *batch)`` is the gradient at x, of the shape of x.
    x0 : array-like of shape (d,), or (d, runs) for a sweep
        Where to start. Never modified.
    rule : callable, default=gradient_descent
        An update rule from `gdlib.optimizers`, or your own:
        ``d, *memory = rule(g, *memory, **hyper)``.
    learning_rate : float, ndarray of shape (runs,), or callable, default=0.1
        The step size η, one for each run, or a schedule ``t -> η`` with steps from 0.
    batches : iterable of tuples, optional
        One tuple of arrays a step; the descent ends when they do. By default it never
        ends: take what you need with `itertools.islice` or ``break``.
    weight_decay : float, or ndarray of shape (runs,), default=0
        λ in x ← x − η(d + λx): decay outside the rule, as AdamW has it
        (Loshchilov & Hutter, 2019).
    **hyper
        Hyperparameters of `rule`, such as ``beta=0.9``; numbers, or arrays of shape
        (runs,).

    Yields
    ------
    x : ndarray of the shape of x0
        float64, or float32 where x0 is.

    Raises
    ------
    TypeError
        If x0 is not made of real numbers, or `grad` returns something else.
    ValueError
        If a gradient has not the shape of x, if `grad` changes the x it is given, or a
        hyperparameter is out of range.

    See Also
    --------
    minimize : The same walk, recorded.

    Examples
    --------
    >>> for t, x in enumerate(descend(lambda x: 2 * x, [1.0], learning_rate=0.25)):
    ...     if t == 3:
    ...         break
    >>> x
    array([0.125])
    """
    x = starting_point(x0)
    eta = schedule_of(learning_rate, x.dtype)
    decay = hyperparameter("weight_decay", weight_decay, x.dtype)
    preset = getattr(rule, "keywords", {})  # those of a functools.partial
    hyper = {n: hyperparameter(n, v, x.dtype) for n, v in {**preset, **hyper}.items()}
    step = _blockwise if x.size > BLOCK and _is_elementwise(rule) else _whole
    return _walk(
        grad, x, rule, step, eta, batches, decay if np.any(decay) else None, hyper
    )


def _walk(grad, x, rule, step, eta, batches, decay, hyper):
    yield x
    memory = []
    for t, batch in enumerate(batches):
        g = gradient_at(grad, x, batch, first=t == 0)
        x, memory = step(rule, x, g, memory, eta(t), decay, hyper)
        yield x


def _whole(rule, x, g, memory, eta, decay, hyper):
    """Step with all of x at once: x ← x − η(d + λx)."""
    d, *memory = direction_of(rule, g, memory, hyper)
    return x - eta * (d if decay is None else d + decay * x), memory


def _blockwise(rule, x, g, memory, eta, decay, hyper):
    """Take the same step block after block, along the last axis of x."""
    length = x.shape[-1]
    width = max(1, BLOCK * length // x.size)
    moved, kept = np.empty_like(x), list(memory)
    for start in range(0, length, width):
        block = np.s_[..., start : start + width]
        part = lambda a, block=block: a[block] if np.shape(a)[-1:] == (length,) else a
        moved[block], updates = _whole(
            rule,
            x[block],
            g[block],
            [part(m) for m in memory],
            part(eta),
            part(decay),
            {name: part(value) for name, value in hyper.items()},
        )
        kept = kept or [np.empty_like(x) if np.ndim(u) else u for u in updates]
        for i, update in enumerate(updates):
            if np.ndim(update):
                kept[i][block] = update
            else:
                kept[i] = update
    return moved, kept


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
    learning_rate : float, ndarray of shape (runs,), or callable, default=0.1
        The step size η, one for each run, or a schedule ``t -> η``.
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
    last = {}

    def watched(x):
        last["g"] = slope_at(objective, x)
        return last["g"]

    x = np.empty((steps + 1, *x0.shape), x0.dtype)
    walk = descend(watched, x0, rule, learning_rate=learning_rate, **options)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for t, here in enumerate(islice(walk, steps + 1)):
            if t and tolerance and (length(last["g"]) <= tolerance).all():
                x = x[:t]  # the point before this one was flat enough
                break
            x[t] = here
            if t % 32 == 0 and not np.isfinite(here).any():
                x = x[: t + 1]
                break
        return ended(objective, x, tolerance, learning_rate)


def _is_elementwise(rule):
    """Tell whether a rule, or the rule inside a `functools.partial`, is marked so."""
    return getattr(getattr(rule, "func", rule), "elementwise", False)
