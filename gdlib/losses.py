"""How wrong a prediction is, and how fast that changes: a value and its slope.

One example costs c(ŷ, y), and a loss is the mean of that over n examples:

    L = (1/n) Σ c(ŷᵢ, yᵢ),   ∂L/∂ŷᵢ = (1/n) ∂c/∂ŷ (ŷᵢ, yᵢ),

so that its size, and with it the learning rate that suits it, does not depend on how
many examples there are. Where a number is predicted, ŷ has the unit of y. Where classes
are told apart, it is a score s: any real number, and no exponential of it overflows.

At a kink, where a loss has no derivative, its slope is a subgradient: the text below
each such loss says which.
"""

import warnings
from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Loss(NamedTuple):
    """A loss as two functions of (prediction, target), arrays of shape (n,).

    Parameters
    ----------
    value : callable
        The mean loss, a number.
    slope : callable
        Its derivative by each prediction, of the shape of the predictions. The 1/n of
        the mean is in it.
    classifies : bool, default=False
        Whether the targets are labels: then there must be two of them to learn from.

    Examples
    --------
    >>> squared_error.value([1.0, 4.0], [1.0, 2.0])
    np.float64(2.0)
    >>> squared_error.slope([1.0, 4.0], [1.0, 2.0])
    array([0., 2.])
    """

    value: Callable
    slope: Callable
    classifies: bool = False


# ------------------------------------------------------------- what is let in


def _real(numbers, name, dtype=float):
    """Return an array of floats. Integers become `dtype`: as uint8, 3 − 5 is 254."""
    numbers = np.asarray(numbers)
    if numbers.dtype.kind == "f":
        return numbers
    if numbers.dtype.kind not in "biu":
        raise TypeError(f"{name} are of dtype {numbers.dtype}; a loss needs numbers")
    return numbers.astype(dtype)


def _numbers(prediction, target):
    """Let in two arrays of one shape."""
    prediction = _real(prediction, "predictions")
    target = _real(target, "targets", prediction.dtype)
    if prediction.shape != target.shape:
        raise ValueError(
            f"predictions have shape {prediction.shape}, targets {target.shape}; NumPy "
            "might stretch one over the other without complaint: make them agree"
        )
    if not target.size:
        raise ValueError("there are no examples; a mean needs at least one")
    return prediction, target


def _signs(score, label):
    """Let in scores with labels −1 and 1."""
    score, label = _numbers(score, label)
    if np.count_nonzero(abs(label) != 1):
        cures = {0, 1}, "2 * y - 1", "np.where(y == {:g}, 1, -1)"
        raise ValueError(_wrong_labels(label, "−1 and 1", *cures))
    return score, label.astype(score.dtype, copy=False)


def _bits(score, label):
    """Let in scores with labels 0 and 1."""
    score, label = _numbers(score, label)
    if np.count_nonzero((label != 0) & (label != 1)):
        cures = {-1, 1}, "(y + 1) / 2", "y == {:g}"
        raise ValueError(_wrong_labels(label, "0 and 1", *cures))
    return score, label.astype(score.dtype, copy=False)


def _wrong_labels(label, needed, cousins, cure, otherwise):
    """Say which labels came, which are needed, and how to get from here to there."""
    found = np.unique(label).tolist()
    said = ", ".join(f"{one:g}" for one in found[:6]) + ", …" * (len(found) > 6)
    if np.isnan(found[-1]):
        return f"the labels are {said}; drop the examples whose label is missing"
    if len(found) > 2:
        return (
            f"the labels are {said}; this loss tells two classes apart, {needed}: for "
            "more there is softmax_cross_entropy"
        )
    if not cousins.issuperset(found):
        cure = otherwise.format(found[-1])
    return f"the labels are {said}; this loss needs {needed}: pass {cure}"


def _classes(logits, label):
    """Let in logits of shape (n, k) with the number of the right class, (n,)."""
    logits, label = _real(logits, "logits"), np.asarray(label)
    if logits.ndim != 2:
        raise ValueError(
            f"logits have shape {logits.shape}; they need a row for each example and a "
            "column for each class, (n, k)"
        )
    n, k = logits.shape
    if label.shape != (n,):
        cures = {
            (n, 1): ": pass labels.ravel()",
            (n, k): ": pass the number of the class, labels.argmax(axis=1)",
        }
        raise ValueError(
            f"labels have shape {label.shape}, but {n} rows of logits need ({n},)"
            + cures.get(label.shape, "")
        )
    if not logits.size:
        raise ValueError("there are no examples; a mean needs at least one")
    if label.dtype.kind not in "iu":
        raise TypeError(
            f"labels are of dtype {label.dtype}; they number the classes, 0 to {k - 1};"
            " make them integers, labels.astype(int)"
        )
    low, high = label.min(), label.max()
    if low < 0 or high >= k:
        cure = ": pass labels - 1" if (low, high) == (1, k) else ""
        raise ValueError(
            f"labels run from {low} to {high}, but {k} columns of logits stand for the "
            f"classes 0 to {k - 1}{cure}"
        )
    if _look_like_probabilities(logits):
        warnings.warn(
            "the logits look like probabilities: none is negative, and each row has "
            "the sum 1. The softmax is in this loss already: pass what softmax was "
            "given, or np.log(p), and not p",
            stacklevel=3,
        )
    return logits, label


def _look_like_probabilities(logits):
    """Tell whether all lie in [0, 1], and the sum of each row is 1 to six digits.

    Zeros, where training starts, have the sum 0, and scores out of weights never agree
    on 1. A table of nothing but 0 and 1 may be scores written by hand: it passes. For
    scores of two classes, one an example, there is no such sign: any may be in [0, 1].
    """
    first = logits[0].tolist()  # almost always, one row tells, in half a microsecond
    return (
        min(first) >= 0
        and abs(sum(first) - 1) <= 1e-6
        and logits.min() >= 0
        and np.all(abs(logits.sum(axis=1) - 1) <= 1e-6)
        and np.any((logits > 0) & (logits < 1))
    )


def _mean(value, slope, door=_numbers):
    """Make a loss of what one example costs, and the slope of that."""

    def mean(prediction, target):
        return np.mean(value(*door(prediction, target)))

    def mean_slope(prediction, target):
        prediction, target = door(prediction, target)
        return slope(prediction, target) / target.size

    return Loss(mean, mean_slope, classifies=door is not _numbers)


# ------------------------------------------------------------------- a number

squared_error = _mean(
    value=lambda p, y: (p - y) ** 2,
    slope=lambda p, y: 2 * (p - y),
)
"""(1/n) Σ (ŷᵢ − yᵢ)²: the mean squared error. Its unit is that of y, squared."""

absolute_error = _mean(
    value=lambda p, y: abs(p - y),
    slope=lambda p, y: np.sign(p - y),
)
"""(1/n) Σ |ŷᵢ − yᵢ|: the mean absolute error. At its kink, ŷᵢ = yᵢ, the slope is 0."""


def huber(delta=1.0):
    """½r² where |r| ≤ δ, and δ(|r| − ½δ) beyond, for the residual r = ŷ − y.

    Half the squared error of a small residual, and δ times the absolute error of a
    large one, less what makes the two meet: no example pulls harder than δ/n.

    Parameters
    ----------
    delta : float, default=1.0
        δ > 0, in the unit of y: where small ends.

    Returns
    -------
    Loss
        For predictions and targets of shape (n,). It is smooth: it has no kink.

    Raises
    ------
    ValueError
        If `delta` is not a positive number.

    References
    ----------
    .. [1] P. J. Huber, "Robust estimation of a location parameter", Annals of
       Mathematical Statistics 35 (1964), 73–101.

    Examples
    --------
    >>> huber(1.0).slope([0.5, 30.0], [0.0, 0.0])  # halved: the mean is of two
    array([0.25, 0.5 ])
    """
    if not (np.ndim(delta) == 0 and 0 < delta < np.inf):
        raise ValueError(f"delta is {delta!r}; it must be one number, 0 < delta < ∞")

    def value(p, y):
        r = abs(p - y)
        q = np.minimum(r, delta)  # what of it is small
        return q * (r - q / 2)

    return _mean(value, slope=lambda p, y: np.clip(p - y, -delta, delta))


# ---------------------------------------------------------------- two classes


def sigmoid(score):
    """σ(s) = 1 / (1 + e⁻ˢ): the probability of the class called 1.

    Parameters
    ----------
    score : array-like of any shape
        s, how far the evidence speaks for that class.

    Returns
    -------
    ndarray of the shape of `score`
        Between 0 and 1, to full relative precision at both ends.

    Examples
    --------
    >>> sigmoid([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ])
    """
    with np.errstate(over="ignore"):  # 1/∞ is the right answer, 0
        return 1 / (1 + np.exp(-_real(score, "scores")))


logistic = _mean(
    value=lambda s, y: np.logaddexp(0, -y * s),
    slope=lambda s, y: -y * sigmoid(-y * s),
    door=_signs,
)
"""(1/n) Σ log(1 + exp(−yᵢsᵢ)): the logistic loss of scores s, labels y = ±1."""

binary_cross_entropy = _mean(
    value=lambda s, y: np.logaddexp(0, (1 - 2 * y) * s),
    slope=lambda s, y: sigmoid(s) - y,
    door=_bits,
)
"""−(1/n) Σ yᵢ log pᵢ + (1−yᵢ) log(1−pᵢ), with p = σ(s): labels y are 0 and 1.

It takes scores s, not the probabilities p. It is the `logistic` loss with −1 called 0:
an example costs log(1 + eˢ) if y = 0, log(1 + e⁻ˢ) if y = 1.
"""

hinge = _mean(
    value=lambda s, y: np.maximum(0, 1 - y * s),
    slope=lambda s, y: np.where(y * s > 1, 0, -y),
    door=_signs,
)
"""(1/n) Σ max(0, 1 − yᵢsᵢ): the hinge of support vector machines, labels y = ±1.

At its kink, the margin yᵢsᵢ = 1, the slope is −yᵢ/n, as on the side that costs.
"""

squared_hinge = _mean(
    value=lambda s, y: np.maximum(0, 1 - y * s) ** 2,
    slope=lambda s, y: -2 * y * np.maximum(0, 1 - y * s),
    door=_signs,
)
"""(1/n) Σ max(0, 1 − yᵢsᵢ)²: a hinge without a kink, labels y = ±1."""


# --------------------------------------------------------------- many classes


def _below_top(logits):
    """Subtract from each row its largest: no exponential of what is left overflows."""
    top = logits.max(axis=-1, keepdims=True)
    if np.count_nonzero(top == -np.inf):
        row = np.argwhere(top == -np.inf)[0][0]
        raise ValueError(
            f"the logits of row {row} are all −∞, which rules out every class: leave "
            "one of them finite"
        )
    return logits - top


def softmax(logits):
    """pⱼ = exp(zⱼ) / Σₘ exp(zₘ): the probability of each class.

    Parameters
    ----------
    logits : array-like of shape (n, k), or (k,) for one example
        The score z of each class. The same number added to a row changes nothing.

    Returns
    -------
    ndarray of the shape of `logits`
        Positive, each row with the sum 1.

    Raises
    ------
    ValueError
        If a row is −∞ throughout, which rules out every class.

    Examples
    --------
    >>> softmax([[1000.0, 1000.0, -1000.0]])
    array([[0.5, 0.5, 0. ]])
    """
    p = np.exp(_below_top(_real(logits, "logits")))
    return p / p.sum(axis=-1, keepdims=True)


def _cross_entropy(logits, label):
    z = _below_top(logits)
    right = np.take_along_axis(z, label[:, None], axis=1)[:, 0]
    return np.log(np.exp(z).sum(axis=1)) - right


def _cross_entropy_slope(logits, label):
    p = softmax(logits)
    p[np.arange(len(label)), label] -= 1
    return p


softmax_cross_entropy = _mean(_cross_entropy, _cross_entropy_slope, door=_classes)
"""−(1/n) Σ log pᵢ,y, with p = softmax(z): logits z of shape (n, k), labels (n,).

A label y is the number of the right class, 0 to k−1. The slope, of shape (n, k), is
(p − 1)/n at the right class and p/n at the others. A class ruled out by z = −∞ may be
there; if it is the right one, the loss is ∞.
"""
