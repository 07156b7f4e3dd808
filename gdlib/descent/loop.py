"""The loop: x ← x − ηₜdₜ, once a batch. Batch, stochastic, mini-batch: one loop.

`descend` walks and yields each x; `averaged` and `newton` are small things to do with
such a walk. What is wrong with the input is said at the door, by `gdlib.faults`.
"""

from itertools import repeat

import numpy as np

from gdlib.faults import (
    direction_of,
    gradient_at,
    hyperparameter,
    schedule_of,
    starting_point,
)
from gdlib.optimizers import gradient_descent

FULL_BATCH = repeat(())  # grad(x) already sees all the data
BLOCK = 32_768  # elements of x a rule is given at once: its temporaries fit in cache


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
    """Take the same step block after block, each with a memory of its own."""
    n = x.shape[-1]
    width = max(1, BLOCK * n // x.size)
    blocks = [np.s_[..., start : start + width] for start in range(0, n, width)]
    memory = memory or [()] * len(blocks)
    moved = np.empty_like(x)
    for i, block in enumerate(blocks):
        part = lambda a, block=block: a[block] if np.shape(a)[-1:] == (n,) else a
        moved[block], memory[i] = _whole(
            rule,
            x[block],
            g[block],
            memory[i],
            part(eta),
            part(decay),
            {name: part(value) for name, value in hyper.items()},
        )
    return moved, memory


def _is_elementwise(rule):
    """Tell whether a rule, or the rule inside a `functools.partial`, is marked so."""
    return getattr(getattr(rule, "func", rule), "elementwise", False)


def averaged(iterates, *, skip=0):
    """Yield the running mean of a walk: x̄ₜ = (x₀ + … + xₜ)/(t + 1).

    Noise that keeps the last iterate from settling averages out of the mean
    (Polyak & Juditsky, 1992; Ruppert, 1988).

    Parameters
    ----------
    iterates : iterable of ndarray, all of one shape
        Such as ``descend(grad, x0, …)``.
    skip : int, default=0
        Leave this many of the first iterates out: they remember the start.

    Yields
    ------
    mean : ndarray of the shape of an iterate
        Nothing is stored but the mean.

    Examples
    --------
    >>> [float(mean) for mean in averaged([4.0, 0.0, 2.0])]
    [4.0, 2.0, 2.0]
    """
    mean = 0.0
    for t, x in enumerate(iterates):
        if t >= skip:
            mean = mean + (x - mean) / (t - skip + 1)
            yield mean


def newton(grad, x0, *, hessian=None):
    """Yield Newton's iterates x ← x − H⁻¹∇f(x), to compare: one step for a quadratic.

    Parameters
    ----------
    grad : callable
        The gradient at x, of shape (d,).
    x0 : array-like of shape (d,)
        Where to start. Never modified.
    hessian : callable, optional
        H at x, of shape (d, d); by default from differences of `grad`.

    Yields
    ------
    x : ndarray of shape (d,)

    Examples
    --------
    >>> walk = newton(lambda x: 4 * (x - 3), [10.0])
    >>> next(walk), next(walk).round(9)
    (array([10.]), array([3.]))
    """
    if hessian is None:
        from gdlib.gradients import numerical_hessian  # only Newton needs it

        hessian = lambda x: numerical_hessian(grad, x)
    return descend(lambda x: np.linalg.solve(hessian(x), grad(x)), x0, learning_rate=1)
