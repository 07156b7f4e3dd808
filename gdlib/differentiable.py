"""Anything differentiable: say what is predicted and what that costs; descent fits it.

    J(θ) = (1/n) Σ c(ŷᵢ, yᵢ),   ŷ = h(θ, X),   ∇J by `gdlib.autodiff`

No gradient is derived here. There is nothing to inherit from either: a model is any
object with ``init(rng)``, ``predict(theta, X)``, ``loss(theta, X, y)`` and
``grad(theta, X, y)``, and where the loss is made of steps that reverse mode can follow,
the last of these is one line, `reverse_mode`. A table of ratings, a cloud of points, a
growing culture and a falling ball are then trained by the same `fit`.

Descent walks through all of ℝᵖ, and a scale, a rate or a weight may not be any number.
So θ holds free numbers z, and what has to be positive is made of them, one to one:
σ = eᶻ, or k = log(1 + eᶻ). No step leads out of the domain, and the minimum stays where
it was. A model's `encode` and `decode` translate.
"""

from dataclasses import dataclass
from functools import cached_property
from math import log, pi

import numpy as np

from gdlib import autodiff
from gdlib.parameters import flatten, unflatten


def positive(z):
    """k = log(1 + eᶻ), the softplus: about eᶻ far below 0, and about z far above.

    So a step moves a large k as it moves z. A small k it moves in proportion: a step
    too long strands it near 0, where all is flat.

    >>> positive([-30.0, 0.0, 1000.0])
    array([9.35762297e-14, 6.93147181e-01, 1.00000000e+03])
    """
    return autodiff.logaddexp(z, 0.0)


def unconstrained(k):
    """z = k + log(1 − e⁻ᵏ): the free number z of which `positive` makes k > 0.

    It is log(eᵏ − 1), without the power that overflows.

    >>> positive(unconstrained([1e-12, 2.0, 1e4]))
    array([1.e-12, 2.e+00, 1.e+04])
    """
    k = _all_positive("k", k)
    return k + np.log(-np.expm1(-k))


def reverse_mode(model, theta, X, y=None):
    """∇J(θ), of the shape of θ: the gradient of any loss that `autodiff` can follow."""
    return autodiff.grad(model.loss)(theta, X, y)


def mean_squared_error(model, theta, X, y):
    """J(θ) = (1/n) Σ (ŷᵢ − yᵢ)², for y of shape (n,), as `gdlib.losses` has it."""
    prediction, y = model.predict(theta, X), np.asarray(y)
    _check_some(y)
    if prediction.shape != y.shape:
        raise ValueError(
            f"predictions have shape {prediction.shape}, targets {y.shape}; NumPy "
            "might stretch one over the other without complaint: make them agree"
        )
    return ((prediction - y) ** 2).mean()


@dataclass(frozen=True)
class MatrixFactorization:
    """ŷ = uᵢ·vⱼ under the mean squared error: a rating is row i of U times row j of V.

    The table UVᵀ has rank r, and is fitted where there are ratings. If there is one in
    each place, the best is the singular value decomposition cut off after r terms
    (Eckart & Young, 1936). Many θ say the same: (UQ)(VQ⁻ᵀ)ᵀ = UVᵀ for each invertible
    Q. At U = V = 0 the gradient is zero, so the start is drawn.

    Parameters
    ----------
    rows, columns : int
        Size of the table: readers and books, say.
    rank : int
        r, how many numbers describe each of them.

    Examples
    --------
    >>> model = MatrixFactorization(rows=2, columns=3, rank=1)
    >>> theta = flatten({"U": [[1.0], [2.0]], "V": [[1.0], [3.0], [5.0]]})
    >>> model.predict(theta, [[0, 2], [1, 1]])
    array([5., 6.])
    """

    rows: int
    columns: int
    rank: int

    loss = mean_squared_error
    grad = reverse_mode

    def __post_init__(self):
        _check_counts(rows=self.rows, columns=self.columns, rank=self.rank)

    @cached_property
    def shapes(self):
        """Shape of each array in θ."""
        return {"U": (self.rows, self.rank), "V": (self.columns, self.rank)}

    def init(self, rng):
        """Draw θ so that predictions have mean 0 and variance 1."""
        return rng.normal(0, self.rank**-0.25, (self.rows + self.columns) * self.rank)

    def predict(self, theta, X):
        """Return ŷ of shape (n,) for places X of shape (n, 2): pairs (i, j) from 0."""
        U, V = unflatten(theta, self.shapes).values()
        i, j = self._places(X)
        return (U[i] * V[j]).sum(axis=1)

    def _places(self, X):
        X, size = np.asarray(X), np.array([self.rows, self.columns])
        if X.ndim != 2 or X.shape[1] != 2 or X.dtype.kind not in "iu":
            raise ValueError(
                f"X has shape {X.shape} and dtype {X.dtype}; it must be (n, 2) whole "
                "numbers: the row and the column of each rating"
            )
        outside = ((X < 0) | (size <= X)).any(axis=1)
        if outside.any():
            raise ValueError(
                f"X holds the place {X[outside][0].tolist()}; rows and columns of a "
                f"table of {size[0]} × {size[1]} are counted from 0"
            )
        return X.T


@dataclass(frozen=True)
class GaussianMixture:
    """p(x) = Σ wⱼ N(x; μⱼ, σⱼ²): which of k sources is a point from, if nobody says?

    J(θ) = −(1/n) Σ log p(xᵢ), the mean negative log-likelihood in nats. A component has
    a mean and a scale for each feature. The weights are w = softmax(a), positive with
    the sum 1; the scales are σ = eˢ, so that the −log σ of a log density is −s.

    There are no targets: y is ignored, and ``fit(model, X, X, …)`` passes the points
    twice. The order of the components means nothing. J has no lowest value: a component
    that sits on one point and shrinks takes it to −∞. What one wants is a good local
    minimum; the way to it leads through several starts.

    Parameters
    ----------
    components : int
        k, how many.
    features : int, default=1
        d, the number of columns of X.

    Examples
    --------
    >>> model = GaussianMixture(components=2)
    >>> theta = model.encode(weights=[0.5, 0.5], means=[-3.0, 3.0], scales=[1.0, 1.0])
    >>> model.responsibilities(theta, np.array([[-3.0], [0.0], [1.0]])).round(3)
    array([[1.   , 0.   ],
           [0.5  , 0.5  ],
           [0.002, 0.998]])
    """

    components: int
    features: int = 1

    grad = reverse_mode

    def __post_init__(self):
        _check_counts(components=self.components, features=self.features)

    @cached_property
    def shapes(self):
        """Shape of each array in θ: a, μ and s."""
        each = (self.components, self.features)
        return {"logits": each[:1], "means": each, "log_scales": each}

    def encode(self, weights, means, scales):
        """Return θ for weights of shape (k,) and means and scales of shape (k, d)."""
        a = np.log(_all_positive("weights", weights))
        s = np.log(_all_positive("scales", scales))
        named = zip(self.shapes.items(), (a, means, s), strict=True)
        return flatten({name: np.reshape(v, shape) for (name, shape), v in named})

    def decode(self, theta):
        """Return weights of shape (k,) with sum 1, means and scales (k, d), by name."""
        a, means, s = unflatten(theta, self.shapes).values()
        weights = autodiff.exp(a - autodiff.logsumexp(a))
        return {"weights": weights, "means": means, "scales": autodiff.exp(s)}

    def init(self, rng):
        """Draw the means; weights are equal, scales 1. Standardize X to suit that."""
        p = {name: np.zeros(shape) for name, shape in self.shapes.items()}
        return flatten(p | {"means": rng.normal(size=p["means"].shape)})

    def log_densities(self, theta, X):
        """Return log wⱼN(xᵢ; μⱼ, σⱼ²) of shape (n, k) for X of shape (n, d)."""
        a, means, s = unflatten(theta, self.shapes).values()
        X, d = np.asarray(X), self.features
        if X.ndim != 2 or X.shape[1] != d:
            fix = "X[:, None]" if X.ndim == d == 1 else "one point a row"
            raise ValueError(f"X has shape {X.shape}; the model needs (n, {d}): {fix}")
        z = (X[:, None, :] - means) * autodiff.exp(-s)
        log_w = a - autodiff.logsumexp(a)
        return log_w - (z**2 / 2 + s + log(2 * pi) / 2).sum(axis=2)

    def responsibilities(self, theta, X):
        """Return how likely xᵢ is from each component, (n, k); rows add up to 1."""
        each = self.log_densities(theta, X)
        return autodiff.exp(each - autodiff.logsumexp(each, axis=1, keepdims=True))

    def predict(self, theta, X):
        """Return the likeliest component, (n,). It moves in jumps: it has no slope."""
        return np.argmax(self.log_densities(theta, X), axis=1)

    def loss(self, theta, X, y=None):
        """Return −(1/n) Σ log p(xᵢ), whatever y."""
        _check_some(X)
        return -autodiff.logsumexp(self.log_densities(theta, X), axis=1).mean()


@dataclass(frozen=True)
class LogisticGrowth:
    """ŷ = K / (1 + exp(−r(t − t₀))): growth that slows as the room gives out.

    It solves dy/dt = r y (1 − y/K) (Verhulst, 1838). The size K that there is room for,
    in the unit of y, and the rate r, in 1/time, are positive: a culture neither shrinks
    to −∞ nor grows out of nothing. t₀, when half is reached, may be any time. The loss
    is the mean squared error. Descent minds units: let y and t be of order 1 to 10.

    Examples
    --------
    >>> model = LogisticGrowth()
    >>> theta = model.encode(K=10.0, r=1.0, t0=4.0)
    >>> model.predict(theta, [0.0, 4.0, 1000.0]).round(3)
    array([ 0.18,  5.  , 10.  ])
    """

    loss = mean_squared_error
    grad = reverse_mode

    def encode(self, K, r, t0):
        """Return θ of shape (3,) for K > 0, r > 0 and any t₀."""
        return flatten({"K": unconstrained(K), "r": unconstrained(r), "t0": t0})

    def decode(self, theta):
        """Return K, r and t₀ by name."""
        z_K, z_r, t0 = unflatten(theta, {"K": (), "r": (), "t0": ()}).values()
        return {"K": positive(z_K), "r": positive(z_r), "t0": t0[()]}

    def init(self, rng=None):
        """Return the starting θ, whatever `rng`: K = r = 1 and t₀ = 0."""
        return self.encode(K=1.0, r=1.0, t0=0.0)

    def predict(self, theta, X):
        """Return ŷ of shape (n,) for times X of shape (n,)."""
        K, r, t0 = self.decode(theta).values()
        return K * autodiff.sigmoid(r * (_times(X) - t0))


def rk4(law, state, h):
    """Follow ds/dt = law(s) from a state for a time h: one step of Runge and Kutta.

    Four slopes, at the start, twice halfway and at the end, with the weights 1, 2, 2, 1
    of Simpson's rule. The error of a step is O(h⁵). A state is a number, or an array
    of any shape over which h can be stretched.
    """
    k1 = law(state)
    k2 = law(state + h / 2 * k1)
    k3 = law(state + h / 2 * k2)
    k4 = law(state + h * k3)
    return state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


@dataclass(frozen=True)
class FallWithDrag:
    """ŷ = how far a ball has fallen from rest by time t, in air that holds it back.

        dy/dt = v,   dv/dt = g − kv²

    The law is all that is written down. `rk4` integrates it, and reverse mode goes back
    through each of its steps to say what g and k had to do with it. Gravity g, in m/s²,
    and drag k, in 1/m, are positive: at k < 0 the air would push, and v be infinite
    before long. The speed tends to √(g/k). The loss is the mean squared error, in m².

    Parameters
    ----------
    steps : int, default=8
        Into how many steps each time from 0 to t is cut. Twice as many leave a
        sixteenth of the error; 8 are good to a millimeter at t = 2 s, k = 0.13.

    Examples
    --------
    >>> model = FallWithDrag()
    >>> model.predict(model.encode(g=9.81, k=0.05), [0.0, 1.0, 2.0]).round(3)
    array([ 0.  ,  4.55, 15.33])
    """

    steps: int = 8

    loss = mean_squared_error
    grad = reverse_mode

    def __post_init__(self):
        _check_counts(steps=self.steps)

    def encode(self, g, k):
        """Return θ of shape (2,) for g > 0 and k > 0."""
        return flatten({"g": unconstrained(g), "k": unconstrained(k)})

    def decode(self, theta):
        """Return g and k by name."""
        z_g, z_k = unflatten(theta, {"g": (), "k": ()}).values()
        return {"g": positive(z_g), "k": positive(z_k)}

    def init(self, rng=None):
        """Return the starting θ, whatever `rng`: g = 1 and k = 1."""
        return self.encode(g=1.0, k=1.0)

    def predict(self, theta, X):
        """Return ŷ of shape (n,) for times X ≥ 0 of shape (n,), in any order."""
        g, k = self.decode(theta).values()
        t = _times(X)
        if (t < 0).any():
            raise ValueError(f"X holds the time {t.min()}; the fall begins at t = 0")

        def law(state):
            _, v = state
            return autodiff.stack([v, g - k * v**2])

        h = t / self.steps  # each ball has its own clock
        state = np.zeros((2, len(t)), h.dtype)
        for _ in range(self.steps):
            state = rk4(law, state, h)
        return state[0]


# ------------------------------------------------------------------------- at the door


def _times(X):
    X = np.asarray(X)
    if X.ndim != 1 or X.dtype.kind not in "iuf":
        raise ValueError(
            f"X has shape {X.shape} and dtype {X.dtype}; it must be times, n real "
            "numbers of shape (n,): pass X.ravel(), if they are"
        )
    return X


def _all_positive(name, values):
    values = 1.0 * np.asarray(values)  # of an unsigned integer, −k would wrap around
    if not (values > 0).all():
        raise ValueError(f"{name} is {values}; it must be positive throughout")
    return values


def _check_some(examples):
    if not len(examples):
        raise ValueError("there are no examples; a mean needs at least one")


def _check_counts(**counts):
    for name, n in counts.items():
        if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
            raise ValueError(f"{name} is {n!r}; it must be a whole number, 1 or more")
