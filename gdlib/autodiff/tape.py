"""The tape: each step of f as it happens, and the walk from the last to the first.

    ā ← ā + ȳ ∂y/∂a   for each parent a of a step y

Parents stand on the tape before what was made of them. So the walk back meets a step
after all of its uses, when its own slope ȳ is complete.
"""

import numpy as np

OTHER_TAPE = (
    "a Var of another gradient came in; f may use the x it was given and plain arrays, "
    "and .value makes a Var plain"
)


class Recorded:
    """An array with its place on a tape.

    Parameters
    ----------
    value : ndarray of any shape
        The numbers.
    tape : list
        The inputs, (shape, dtype) each; after them the steps so far,
        (shape, [(place of a parent, ȳ ↦ ȳ ∂y/∂x), …]) each.
    place : int
        Where on the tape this one stands.
    """

    __slots__ = ("place", "tape", "value")

    def __init__(self, value, tape, place):
        self.value, self.tape, self.place = value, tape, place


def value_of(x):
    """Return the plain numbers of x: of a `Recorded`, or of what NumPy takes."""
    if isinstance(x, Recorded):
        return x.value
    return np.asarray(x) if isinstance(x, (list, tuple)) else x


def record(y, *parents):
    """Write y on the tape, with what hands its slope on to each of its parents.

    A parent is a pair of x and the function ȳ ↦ ȳ ∂y/∂x, or where y = x[part], that
    part. Only a `Recorded` is kept, and y is of its class: what is made of constants is
    a constant, a plain array.
    """
    tape, kept = None, []
    for x, pull in parents:
        if isinstance(x, Recorded):
            if tape is None:
                tape, kind = x.tape, type(x)
            elif x.tape is not tape:
                raise ValueError(OTHER_TAPE)
            kept.append((x.place, pull))
    if tape is None:
        return y
    tape.append((y.shape, kept))
    return kind(y, tape, len(tape) - 1)


def walk_back(y, tape, inputs):
    """Read the tape from its end; return the slope of y by each of the inputs."""
    slopes, ours = [None] * len(tape), set()
    if isinstance(y, Recorded):
        slopes[y.place] = y.value.dtype.type(1)
    while len(tape) > inputs:
        (_, parents), g = tape.pop(), slopes.pop()
        if g is None:
            continue  # y does not depend on this step
        for i, pull in parents:
            so_far, shape = slopes[i], tape[i][0]
            if callable(pull):
                d = pull(g)
                d = d if d.shape == shape else _unstretched(d, shape)
                slopes[i] = d if so_far is None else so_far + d
            else:  # a part of x: add to that part, of an array that is ours to change
                if i not in ours:
                    ours.add(i)
                    zeros = np.zeros(shape, g.dtype)
                    slopes[i] = zeros if so_far is None else zeros + so_far
                slopes[i][pull] += g
    return [_finished(g, *entry) for g, entry in zip(slopes, tape, strict=True)]


def _unstretched(d, shape):
    """Sum d over the axes along which broadcasting stretched an array of `shape`."""
    new = d.ndim - len(shape)
    stretched = [i for i, n in enumerate(d.shape) if i < new or n != shape[i - new]]
    return d.sum(axis=tuple(stretched)).reshape(shape)


def _finished(g, shape, dtype):
    """Return the slope by an input as an array of its own."""
    return (np.zeros(shape, dtype) if g is None else np.array(g, dtype))[()]
