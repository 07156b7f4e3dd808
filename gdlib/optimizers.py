"""Update rules: from the gradient g to the direction d that x moves along.

Every first-order method of the book takes the step x ← x − ηd and differs only in d.
A rule returns the direction, then what it must remember until the next step:

    d, *memory = rule(g, *memory)

Memory starts at zero and hyperparameters are keywords, so a rule is a plain function
that can be read, tested and replaced on its own. `gdlib.descent.descend` runs it.

Shapes: g, and each array that a rule remembers, has the shape of x. Hyperparameters are
numbers, or arrays over the runs of a sweep.
"""

import numpy as np


def elementwise(rule):
    """Mark a rule whose components never look at one another.

    `gdlib.descent.descend` applies such a rule to a long x piece by piece, so that the
    pieces stay in the processor's cache: the result is the same, sooner.

    Parameters
    ----------
    rule : callable
        ``rule(g, *memory, **hyper)``, with g of shape (d,) or (d, runs).

    Returns
    -------
    callable
        The same rule.
    """
    rule.elementwise = True
    return rule


@elementwise
def gradient_descent(g):
    """d = g   (Cauchy, 1847)."""
    return (g,)


@elementwise
def momentum(g, v=0.0, *, beta=0.9):
    """v ← βv + g,   d = v   (heavy ball; Polyak, 1964)."""
    v = beta * v + g
    return v, v


@elementwise
def nesterov(g, v=0.0, *, beta=0.9):
    """v ← βv + g,   d = g + βv   (Sutskever et al., 2013)."""
    v = beta * v + g
    return g + beta * v, v


@elementwise
def adagrad(g, s=0.0, *, eps=1e-10):
    """s ← s + g²,   d = g / (√s + ε)   (Duchi et al., 2011)."""
    s = s + g * g
    return g / (np.sqrt(s) + eps), s


@elementwise
def rmsprop(g, s=0.0, *, beta=0.9, eps=1e-8):
    """s ← βs + (1−β)g²,   d = g / (√s + ε)   (Hinton, 2012)."""
    s = beta * s + (1 - beta) * (g * g)
    return g / (np.sqrt(s) + eps), s


@elementwise
def adam(g, m=0.0, v=0.0, t=0, *, beta1=0.9, beta2=0.999, eps=1e-8):
    """m, v ← running means of g and g²,   d = m̂ / (√v̂ + ε).

    Algorithm 1 of Kingma & Ba (2015), ε outside the root.
    """
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * (g * g)
    m_hat = m / (1 - beta1**t)  # undo the pull of the zero start
    v_hat = v / (1 - beta2**t)
    return m_hat / (np.sqrt(v_hat) + eps), m, v, t


@elementwise
def amsgrad(g, m=0.0, v=0.0, w=0.0, t=0, *, beta1=0.9, beta2=0.999, eps=1e-8):
    """As `adam`, but dividing by w ← max(w, v), the largest v so far.

    Reddi, Kale & Kumar (2018), with the maximum taken of the raw v and then
    corrected for the zero start, as PyTorch does.
    """
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * (g * g)
    w = np.maximum(w, v)
    m_hat = m / (1 - beta1**t)
    w_hat = w / (1 - beta2**t)
    return m_hat / (np.sqrt(w_hat) + eps), m, v, w, t
