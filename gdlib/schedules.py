"""Learning rates that change: each schedule is a function t ↦ ηₜ of the step alone.

Steps count from 0. A schedule remembers nothing, so asking twice gives the same answer,
and step 1000 can be asked before step 1. Anything callable that takes a step and
returns a positive number is a schedule too.
"""

import math

import numpy as np


def constant(eta):
    """ηₜ = η.

    Parameters
    ----------
    eta : float
        The learning rate, positive.

    Returns
    -------
    callable
        ``t -> eta``.
    """
    return lambda t: eta


def step_decay(eta, *, every, factor=0.1):
    """ηₜ = η · factor^⌊t / every⌋: a staircase.

    Parameters
    ----------
    eta : float
        The first learning rate.
    every : int
        Steps between two drops, at least 1.
    factor : float, default=0.1
        What each drop multiplies by.

    Returns
    -------
    callable
        ``t -> η``.

    Examples
    --------
    >>> rate = step_decay(1.0, every=3, factor=0.5)
    >>> [rate(t) for t in (0, 2, 3, 6)]
    [1.0, 1.0, 0.5, 0.25]
    """
    _at_least_one(every=every)
    return lambda t: eta * factor ** (t // every)


def exponential(eta, *, factor):
    """ηₜ = η · factorᵗ. Its sum is finite: it may freeze before it arrives.

    Parameters
    ----------
    eta : float
        The first learning rate.
    factor : float
        What each step multiplies by, 0 < factor ≤ 1.

    Returns
    -------
    callable
        ``t -> η``.
    """
    return lambda t: eta * factor**t


def inverse_time(eta, *, halves_after, power=1.0):
    """ηₜ = η / (1 + t/halves_after)^power: the Robbins–Monro family for ½ < power ≤ 1.

    Parameters
    ----------
    eta : float
        The first learning rate.
    halves_after : float
        Steps until ηₜ = η / 2^power.
    power : float, default=1
        How fast it falls in the long run.

    Returns
    -------
    callable
        ``t -> η``.

    Examples
    --------
    >>> rate = inverse_time(1.0, halves_after=10)
    >>> [rate(t) for t in (0, 10, 30)]
    [1.0, 0.5, 0.25]
    """
    _at_least_one(halves_after=halves_after)
    return lambda t: eta / (1 + t / halves_after) ** power


def polynomial(eta, *, steps, power=1.0, last=0.0):
    """ηₜ falls from η to `last` in `steps` steps along (1 − t/steps)^power.

    Parameters
    ----------
    eta, last : float
        The first and the final learning rate.
    steps : int
        When `last` is reached; it stays there.
    power : float, default=1
        1 is a straight line; 2 starts steep and lands softly.

    Returns
    -------
    callable
        ``t -> η``.
    """
    _at_least_one(steps=steps)
    return lambda t: last + (eta - last) * (1 - min(t, steps) / steps) ** power


def cosine(eta, *, steps, last=0.0):
    """ηₜ falls from η to `last` in `steps` steps along half a cosine.

    Parameters
    ----------
    eta, last : float
        The first and the final learning rate.
    steps : int
        When `last` is reached; it stays there.

    Returns
    -------
    callable
        ``t -> η``. Loshchilov & Hutter (2017), without restarts.

    Examples
    --------
    >>> rate = cosine(1.0, steps=10)
    >>> [round(rate(t), 3) for t in (0, 5, 10, 99)]
    [1.0, 0.5, 0.0, 0.0]
    """
    _at_least_one(steps=steps)

    def rate(t):
        return last + (eta - last) * (1 + math.cos(math.pi * min(t, steps) / steps)) / 2

    return rate


def warmup(schedule, *, steps):
    """Rise from schedule(0)/steps to schedule(0) in a straight line, then follow it.

    Parameters
    ----------
    schedule : callable
        What comes after the rise: its step 0 is step `steps` − 1 of the whole.
    steps : int
        Length of the rise, at least 1. With 1 there is no rise.

    Returns
    -------
    callable
        ``t -> η``.

    Examples
    --------
    >>> rate = warmup(constant(1.0), steps=4)
    >>> [rate(t) for t in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    """
    _at_least_one(steps=steps)

    def rate(t):
        rising = t + 1 < steps
        return schedule(0) * (t + 1) / steps if rising else schedule(t + 1 - steps)

    return rate


def _at_least_one(**named):
    for name, value in named.items():
        if not isinstance(value, (int, float, np.number)) or not value >= 1:
            raise ValueError(f"{name} is {value}; it must be a number, 1 or more")
