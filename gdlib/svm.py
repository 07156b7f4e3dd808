"""The widest street between two classes, found by descent on a loss with a kink.

    s = b + Xw,    J(θ) = (1/n) Σ c(yᵢsᵢ) + ½λ‖w‖²,    y = ±1

The plane s = 0 parts the classes, and s = ±1 are the curbs of a street along it, 2/‖w‖
wide. The hinge c(m) = max(0, 1 − m) charges an example for standing in the street, or
on the wrong side of it, and for nothing else. Those that are charged, or stand on the
curb, are the support vectors: they alone hold the plane.

At the curb, m = 1, the hinge has a kink and no gradient. `LinearSVM.grad` returns a
subgradient there, the slope of a line that touches J from below. Against it J need not
fall, and with steps of one size the walk does not come to rest: η has to shrink.
`pegasos` lets it shrink as 1/(λt), and looks at one example a step.
"""

from dataclasses import dataclass, field

import numpy as np

from gdlib.faults import check_count, check_table
from gdlib.losses import Loss, hinge


@dataclass(frozen=True)
class LinearSVM:
    """The side of a plane, labels y = ±1, with θ = (b, w₁, …, w_d) or θ = w.

    Parameters
    ----------
    features : int
        d, the number of columns of X.
    penalty : float, default=0.01
        λ ≥ 0 in J = loss + ½λ‖w‖²; other books write C = 1/(nλ). The larger, the wider
        the street, and the more examples stand in it. The intercept is not penalized.
    bias : bool, default=True
        Whether there is an intercept b, first in θ. If not, the plane goes through the
        origin, and J is as curved as λ everywhere, which `pegasos` relies on. (An
        intercept that is penalized is ``bias=False`` and a column of ones in X.)
    cost : Loss, default=gdlib.losses.hinge
        What an example costs. `gdlib.losses.squared_hinge` has no kink; `logistic`
        makes this logistic regression with labels ±1.

    Examples
    --------
    >>> model = LinearSVM(features=2)
    >>> theta = np.array([-1.0, 2.0, 0.0])  # s = 2x₁ − 1
    >>> X, y = np.array([[0.0, 5.0], [0.5, 0.0], [2.0, 1.0]]), np.array([-1, 1, 1])
    >>> model.predict(theta, X)
    array([-1, -1,  1])
    >>> model.support(theta, X, y)
    array([ True,  True, False])
    >>> model.width(theta)
    np.float64(1.0)
    """

    features: int
    penalty: float = 0.01
    bias: bool = True
    cost: Loss = field(default=hinge, repr=False)
    classifies = True

    def __post_init__(self):
        check_count("features", self.features)
        if not (np.ndim(self.penalty) == 0 and 0 <= self.penalty < np.inf):
            raise ValueError(
                f"penalty is {self.penalty!r}; it must be one number, 0 ≤ penalty < ∞"
            )

    def init(self, rng=None):
        """Return the starting θ, of shape (1 + d,), or (d,): zeros, whatever `rng`."""
        return np.zeros(self.bias + self.features)

    def scores(self, theta, X):
        """Return s = b + Xw of shape (n,), for X of shape (n, d).

        Raises
        ------
        ValueError
            If θ or X has not d columns; the message says what to do.
        """
        theta, X = self._let_in(theta, X)
        return X @ theta[1:] + theta[0] if self.bias else X @ theta

    def predict(self, theta, X):
        """Return the side of the plane, −1 or 1, of shape (n,); on the plane, −1."""
        return np.where(self.scores(theta, X) > 0, 1, -1)

    def margins(self, theta, X, y):
        """Return yᵢsᵢ of shape (n,): positive on the right side, 1 at the curb."""
        s = self.scores(theta, X)
        self.cost.value(s, y)  # which refuses other labels, and a column of them
        return y * s

    def support(self, theta, X, y, *, tolerance=1e-6):
        """Mark the examples that hold the plane, margin ≤ 1: booleans of shape (n,)."""
        return self.margins(theta, X, y) <= 1 + tolerance

    def width(self, theta):
        """Return 2/‖w‖, the width of the street, in the unit of the features."""
        length = np.linalg.norm(self._weights(theta))
        return 2 / length if length else np.inf

    def loss(self, theta, X, y):
        """Return J(θ) on X of shape (n, d), y of shape (n,) with labels −1 and 1."""
        w = self._weights(theta)
        return self.cost.value(self.scores(theta, X), y) + self.penalty / 2 * (w @ w)

    def grad(self, theta, X, y):
        """Return a subgradient of `loss` by θ, of the shape of θ.

        Xᵀ ∂L/∂s + λw, and before it Σ ∂L/∂sᵢ where there is an intercept. An example
        at the kink of the hinge, yᵢsᵢ = 1, counts as charged: ∂L/∂sᵢ = −yᵢ/n.
        """
        slope = self.cost.slope(self.scores(theta, X), y)
        pull = slope @ np.asarray(X) + self.penalty * self._weights(theta)
        return np.concatenate([[slope.sum()], pull]) if self.bias else pull

    def _weights(self, theta):
        return np.asarray(theta)[1:] if self.bias else np.asarray(theta)

    def _let_in(self, theta, X):
        theta, X, d = np.asarray(theta), np.asarray(X), self.features
        if theta.shape != (self.bias + d,):
            intercept = " and an intercept" if self.bias else " and no intercept"
            raise ValueError(
                f"theta has shape {theta.shape}; {d} features{intercept} need "
                f"{(self.bias + d,)}"
            )
        check_table(X, d)
        return theta, X


def pegasos(model, X, y, *, steps, rng, project=False):
    """Descend on one example a step, with η = 1/(λt), t = 1, 2, …

    w ← (1 − ηλ)w + ηyᵢxᵢ where yᵢxᵢ·w ≤ 1, and w ← (1 − ηλ)w where not: a subgradient
    step on J as it would be if one random example i were all the data. The first step
    has ηλ = 1 and forgets where it began; w begins at 0.

    Parameters
    ----------
    model : LinearSVM
        With the hinge, λ > 0, and no intercept (``bias=False``).
    X : ndarray of shape (n, d)
        Inputs, one example a row.
    y : ndarray of shape (n,)
        Labels −1 and 1.
    steps : int
        T, how many steps to take, one or more.
    rng : numpy.random.Generator
        Source of the examples, drawn with replacement.
    project : bool, default=False
        Whether to shorten w to 1/√λ where it is longer: the minimum is never farther.

    Returns
    -------
    theta : ndarray of shape (d,)
        Where the last step ended.
    average : ndarray of shape (d,)
        The mean of w over the T points from which the steps were taken. In expectation
        J(average) is less than c(1 + ln T)/(2λT) above the minimum, with R = max ‖xᵢ‖
        and c = 4R², or c = (√λ + R)² where projected.

    Raises
    ------
    ValueError
        If the model has an intercept, another cost, or no penalty.

    References
    ----------
    .. [1] S. Shalev-Shwartz, Y. Singer, N. Srebro, A. Cotter, "Pegasos: primal
       estimated sub-gradient solver for SVM", Mathematical Programming 127 (2011),
       3–30.

    Examples
    --------
    >>> X, y = np.array([[1.0, 0.0], [-1.0, 0.0]]), np.array([1, -1])
    >>> model = LinearSVM(features=2, penalty=0.5, bias=False)
    >>> theta, average = pegasos(
    ...     model, X, y, steps=1000, rng=np.random.default_rng(0)
    ... )
    >>> theta.round(2)
    array([1., 0.])
    """
    pulls = _pulls("pegasos", model, X, y)
    check_count("steps", steps)
    if not steps:
        raise ValueError("steps is 0; an average needs at least one")
    examples = rng.integers(len(pulls), size=steps)
    w, total, longest = model.init(), model.init(), model.penalty**-0.5
    for t, i in enumerate(examples.tolist(), start=1):
        eta, pull = 1 / (model.penalty * t), pulls[i]
        charged = pull @ w <= 1
        total += w
        w *= 1 - 1 / t
        if charged:
            w += eta * pull
        if project:
            w *= min(1, longest / max(np.linalg.norm(w), 1e-300))
    return w, total / steps


def dual_ascent(model, X, y, *, passes=1000, tolerance=1e-8):
    """Climb to the minimum from below, one example at a time, and know how near it is.

    D(α) = (1/n) Σ αᵢ − ½λ‖w‖²,    w = (1/(nλ)) Σ αᵢyᵢxᵢ,    0 ≤ αᵢ ≤ 1

    No J is lower than any D, so J(w) − D(α) is at least how far w is above the minimum.
    Along one αᵢ, D is a parabola, and a visit to example i goes to its top, or to the
    end of [0, 1] that is nearer to it. There is no learning rate.

    Parameters
    ----------
    model : LinearSVM
        As for `pegasos`: the hinge, λ > 0, and no intercept.
    X : ndarray of shape (n, d)
        Inputs, one example a row.
    y : ndarray of shape (n,)
        Labels −1 and 1.
    passes : int, default=1000
        How often to visit all examples, in order, at most.
    tolerance : float, default=1e-8
        Stop where J(w) − D(α) is no more than this.

    Returns
    -------
    theta : ndarray of shape (d,)
        w, the weights.
    alpha : ndarray of shape (n,)
        αᵢ: 0 beyond the curb, 1 in the street, between the two on the curb.

    Raises
    ------
    ValueError
        As `pegasos`.

    References
    ----------
    .. [1] C.-J. Hsieh, K.-W. Chang, C.-J. Lin, S. S. Keerthi, S. Sundararajan, "A dual
       coordinate descent method for large-scale linear SVM", ICML (2008), 408–415.

    Examples
    --------
    >>> X, y = np.array([[1.0, 0.0], [-1.0, 0.0], [9.0, 9.0]]), np.array([1, -1, 1])
    >>> theta, alpha = dual_ascent(LinearSVM(features=2, penalty=0.1, bias=False), X, y)
    >>> theta.round(3), alpha.round(3)
    (array([1., 0.]), array([0.3, 0. , 0. ]))
    """
    pulls = _pulls("dual_ascent", model, X, y)
    check_count("passes", passes)
    n, w, alpha = len(pulls), model.init(), np.zeros(len(pulls))
    reach = n * model.penalty
    stiffness = np.maximum((pulls**2).sum(axis=1), 1e-300) / reach
    for _ in range(passes):
        for i, pull in enumerate(pulls):
            top = alpha[i] + (1 - pull @ w) / stiffness[i]
            top = min(1, max(0, top))
            if top != alpha[i]:
                w += (top - alpha[i]) / reach * pull
                alpha[i] = top
        dual = alpha.mean() - model.penalty / 2 * (w @ w)
        if model.loss(w, X, y) - dual <= tolerance:
            break
    return w, alpha


def _pulls(name, model, X, y):
    """Return yᵢxᵢ, one a row, of a model whose minimum is curved as λ everywhere."""
    if model.bias or model.cost is not hinge or not model.penalty > 0:
        raise ValueError(
            f"{name} needs the hinge, a positive penalty and no intercept, and got "
            f"{model}: LinearSVM(features, penalty, bias=False) has them; for an "
            "intercept, penalized as the weights are, add a column of ones to X"
        )
    model.loss(model.init(), X, y)  # which refuses wrong shapes and labels
    return np.asarray(y, dtype=float)[:, None] * X
