"""Models that are straight: a score is a weighted sum of the inputs and an intercept.

    s = b + Xw,    J(θ) = (1/n) Σ c(sᵢ, yᵢ) + ½λ‖w‖²

They differ in what they make of the score s. `LinearRegression` predicts it.
`LogisticRegression` looks on which side of 0 it is. `SoftmaxRegression` has a score for
each class, and takes the highest. Their gradient is the same, the slope of the loss by
the scores, carried back through X:

    ∂J/∂b = Σ ∂L/∂sᵢ,    ∂J/∂w = Xᵀ ∂L/∂s + λw

The penalty λ keeps the weights w short. The intercept b is free of it: shift all the
inputs, and only b has to follow.

A model is stateless. It has four methods over one flat parameter vector θ:
``init(rng)``, ``predict(theta, X)``, ``loss(theta, X, y)``, ``grad(theta, X, y)``;
θ itself belongs to whoever descends. ``curvature(X)`` says how steeply the slope may
change on X: no second derivative along any direction exceeds its largest eigenvalue, L.
"""

from dataclasses import dataclass

import numpy as np

from gdlib.faults import check_count, check_table
from gdlib.losses import (
    binary_cross_entropy,
    sigmoid,
    softmax,
    softmax_cross_entropy,
    squared_error,
)


def _let_in(theta, X, d, classes=None):
    """Return θ as an array of shape (1 + d,) or (1 + d, k), and X of shape (n, d)."""
    theta, X = np.asarray(theta), np.asarray(X)
    shape = (1 + d,) if classes is None else ((1 + d) * classes,)
    if theta.shape != shape:
        each = "" if classes is None else f" for each of {classes} classes"
        raise ValueError(
            f"theta has shape {theta.shape}; {d} features and an intercept{each} need "
            f"{shape}"
        )
    check_table(X, d)
    return theta if classes is None else theta.reshape(1 + d, classes), X


def _scores(theta, X):
    """s = b + Xw, of shape (n,), or (n, k) where θ has a column for each class."""
    return theta[0] + X @ theta[1:]


def _penalty(theta, strength):
    """½λ‖w‖², without the intercept."""
    return strength / 2 * np.vdot(theta[1:], theta[1:]) if strength else 0.0


def _carried_back(slope, theta, X, strength):
    """∂J/∂b = Σ ∂L/∂sᵢ and ∂J/∂w = Xᵀ ∂L/∂s + λw, in the order of θ."""
    g = np.concatenate([[slope.sum(axis=0)], X.T @ slope])
    if strength:
        g[1:] += strength * theta[1:]
    return g.ravel()


def _curvature(X, d, bend, strength):
    """H = bend·X̃ᵀX̃/n + λI: X̃ is X with a column of ones, which has no share in λ."""
    X = np.asarray(X, dtype=float)
    check_table(X, d)
    ones = np.column_stack([np.ones(len(X)), X])
    H = bend / len(X) * (ones.T @ ones)
    H[1:, 1:] += strength * np.eye(d)
    return H


def _check(model):
    check_count("features", model.features)
    classes = getattr(model, "classes", 2)
    check_count("classes", classes)
    if classes < 2:
        raise ValueError(f"classes is {classes}; it takes 2 or more to tell apart")
    if not (np.ndim(model.penalty) == 0 and 0 <= model.penalty < np.inf):
        raise ValueError(
            f"penalty is {model.penalty!r}; it must be one number, 0 ≤ penalty < ∞"
        )


@dataclass(frozen=True)
class LinearRegression:
    """ŷ = b + Xw under the mean squared error, with θ = (b, w₁, …, w_d).

    With a penalty this is ridge regression (Hoerl & Kennard, 1970). Its minimum solves
    (XᵀX + ½nλI) w = Xᵀy, for X and y less their means.

    Parameters
    ----------
    features : int
        d, the number of columns of X.
    penalty : float, default=0
        λ ≥ 0 in J = (1/n) Σ (ŷᵢ − yᵢ)² + ½λ‖w‖². The intercept is not penalized.

    Examples
    --------
    >>> model = LinearRegression(features=1)
    >>> model.predict(np.array([1.0, 2.0]), np.array([[0.0], [3.0]]))
    array([1., 7.])
    """

    features: int
    penalty: float = 0.0
    least = 2  # examples: through one point go lines of every slope

    def __post_init__(self):
        _check(self)

    def init(self, rng=None):
        """Return the starting θ, of shape (1 + d,): all zeros, whatever `rng`."""
        return np.zeros(1 + self.features)

    def predict(self, theta, X):
        """Return ŷ of shape (n,) for X of shape (n, d), in the unit of y.

        Raises
        ------
        ValueError
            If θ or X has not d columns; the message says what to do.
        """
        return _scores(*_let_in(theta, X, self.features))

    def loss(self, theta, X, y):
        """Return J(θ) on X of shape (n, d), y of shape (n,)."""
        theta, X = _let_in(theta, X, self.features)
        data = squared_error.value(_scores(theta, X), y)
        return data + _penalty(theta, self.penalty)

    def grad(self, theta, X, y):
        """Return the gradient of `loss` by θ, of shape (1 + d,)."""
        theta, X = _let_in(theta, X, self.features)
        slope = squared_error.slope(_scores(theta, X), y)
        return _carried_back(slope, theta, X, self.penalty)

    def curvature(self, X):
        """Return the Hessian 2X̃ᵀX̃/n + λI of `loss`, of shape (1 + d, 1 + d)."""
        return _curvature(X, self.features, 2, self.penalty)


@dataclass(frozen=True)
class LogisticRegression:
    """p = σ(b + Xw), the probability of class 1, with θ = (b, w₁, …, w_d).

    Labels y are 0 and 1. The loss is the mean of −log p where y = 1 and −log(1 − p)
    where y = 0, computed from the scores s = b + Xw, so that nothing overflows.

    It is convex, and no more curved than ¼ of the largest eigenvalue of X̃ᵀX̃/n, X̃ being
    X with a column of ones: σ is nowhere steeper than ¼. Where a plane parts the
    classes and λ = 0 there is no minimum: the longer w, the lower the loss.

    Parameters
    ----------
    features : int
        d, the number of columns of X.
    penalty : float, default=0
        λ ≥ 0 in J = loss + ½λ‖w‖². The intercept is not penalized.

    Examples
    --------
    >>> model = LogisticRegression(features=1)
    >>> theta, X = np.array([-1.0, 2.0]), np.array([[0.0], [0.5], [3.0]])
    >>> model.probabilities(theta, X).round(3)
    array([0.269, 0.5  , 0.993])
    >>> model.predict(theta, X)
    array([0, 0, 1])
    """

    features: int
    penalty: float = 0.0
    classifies = True

    def __post_init__(self):
        _check(self)

    def init(self, rng=None):
        """Return the starting θ, of shape (1 + d,): all zeros, whatever `rng`."""
        return np.zeros(1 + self.features)

    def scores(self, theta, X):
        """Return s = b + Xw of shape (n,): the logarithm of the odds for class 1."""
        return _scores(*_let_in(theta, X, self.features))

    def probabilities(self, theta, X):
        """Return p = σ(s) of shape (n,): how likely each example is of class 1."""
        return sigmoid(self.scores(theta, X))

    def predict(self, theta, X):
        """Return the likelier class, 0 or 1, of shape (n,); where p = ½, it is 0."""
        return (self.scores(theta, X) > 0).astype(int)

    def loss(self, theta, X, y):
        """Return J(θ) on X of shape (n, d), y of shape (n,) with labels 0 and 1."""
        theta, X = _let_in(theta, X, self.features)
        data = binary_cross_entropy.value(_scores(theta, X), y)
        return data + _penalty(theta, self.penalty)

    def grad(self, theta, X, y):
        """Return the gradient of `loss` by θ, of shape (1 + d,)."""
        theta, X = _let_in(theta, X, self.features)
        slope = binary_cross_entropy.slope(_scores(theta, X), y)
        return _carried_back(slope, theta, X, self.penalty)

    def curvature(self, X):
        """Return ¼X̃ᵀX̃/n + λI, (1 + d, 1 + d): the Hessian at 0, the largest of all."""
        return _curvature(X, self.features, 1 / 4, self.penalty)


@dataclass(frozen=True)
class SoftmaxRegression:
    """p = softmax(b + XW), the probability of each of k classes; labels 0 to k−1.

    θ is a table of shape (1 + d, k), row after row: first the k intercepts b, then W
    with a row for each feature. The same number added to a row changes no probability:
    no slope of the cross-entropy points that way, and each row of it has the sum 0.

    Parameters
    ----------
    features : int
        d, the number of columns of X.
    classes : int
        k, two or more. For two, `LogisticRegression` needs half the parameters.
    penalty : float, default=0
        λ ≥ 0 in J = loss + ½λ‖W‖². The intercepts are not penalized.

    Examples
    --------
    >>> model = SoftmaxRegression(features=1, classes=3)
    >>> theta = np.array([0.0, 1.0, 0.0, -1.0, 0.0, 1.0])  # b, then the row of W
    >>> X = np.array([[-2.0], [0.0], [2.0]])
    >>> model.probabilities(theta, X).round(3)
    array([[0.721, 0.265, 0.013],
           [0.212, 0.576, 0.212],
           [0.013, 0.265, 0.721]])
    >>> model.predict(theta, X)
    array([0, 1, 2])
    """

    features: int
    classes: int
    penalty: float = 0.0
    classifies = True

    def __post_init__(self):
        _check(self)

    def init(self, rng=None):
        """Return the starting θ, of shape ((1 + d)k,): all zeros, whatever `rng`."""
        return np.zeros((1 + self.features) * self.classes)

    def scores(self, theta, X):
        """Return b + XW of shape (n, k): the logit of each class."""
        return _scores(*_let_in(theta, X, self.features, self.classes))

    def probabilities(self, theta, X):
        """Return softmax(b + XW) of shape (n, k); each row has the sum 1."""
        return softmax(self.scores(theta, X))

    def predict(self, theta, X):
        """Return the likeliest class of shape (n,); of several, the first."""
        return self.scores(theta, X).argmax(axis=1)

    def loss(self, theta, X, y):
        """Return J(θ) on X of shape (n, d), y of shape (n,): integers, 0 to k−1."""
        theta, X = _let_in(theta, X, self.features, self.classes)
        data = softmax_cross_entropy.value(_scores(theta, X), y)
        return data + _penalty(theta, self.penalty)

    def grad(self, theta, X, y):
        """Return the gradient of `loss` by θ, of shape ((1 + d)k,)."""
        theta, X = _let_in(theta, X, self.features, self.classes)
        slope = softmax_cross_entropy.slope(_scores(theta, X), y)
        return _carried_back(slope, theta, X, self.penalty)

    def curvature(self, X):
        """Return H = ½X̃ᵀX̃/n + λI, (1 + d, 1 + d): no Hessian exceeds H ⊗ I.

        The second derivatives by the scores, diag(p) − ppᵀ, are ½ at most
        (Böhning, 1992).
        """
        return _curvature(X, self.features, 1 / 2, self.penalty)
