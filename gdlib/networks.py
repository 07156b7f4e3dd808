"""Neural networks: weighted sums with a bend between them, and their chain rule.

Layer l takes h to z = hW + b, then bends it: h = φ(z). With δ = ∂J/∂z, how fast the
loss changes by the sums of a layer, backpropagation is three lines for each layer, from
the last one down:

    ∂J/∂Wˡ = (hˡ⁻¹)ᵀ δˡ,    ∂J/∂bˡ = Σᵢ δˡᵢ,    δˡ⁻¹ = (δˡ Wˡᵀ) ⊙ φ'(zˡ⁻¹).

A model is stateless: θ, one flat vector, belongs to whoever descends. Where θ is
float32, all that is computed from it is too, in half the time.
"""

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np

from gdlib import autodiff
from gdlib.losses import Loss, softmax_cross_entropy
from gdlib.parameters import flatten, unflatten


def he(rng, fan_in, shape):
    """Draw weights from N(0, 2/fan_in), which keep their size through layers of ReLU.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the draw.
    fan_in : int
        How many inputs each weighted sum has. ReLU drops half of them: hence the 2.
    shape : tuple of int
        Shape of the weights.

    Returns
    -------
    ndarray of shape `shape`

    References
    ----------
    .. [1] K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers", ICCV 2015.
    """
    return rng.normal(size=shape) * np.sqrt(2 / fan_in)


def xavier(rng, fan_in, fan_out, shape):
    """Draw weights from N(0, 2/(fan_in + fan_out)), for layers that bend little.

    A signal keeps its size on the way up if the variance is 1/fan_in, its gradient on
    the way down if it is 1/fan_out: this is between the two.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the draw.
    fan_in, fan_out : int
        How many inputs each weighted sum has, and how many sums each input enters.
    shape : tuple of int
        Shape of the weights.

    Returns
    -------
    ndarray of shape `shape`

    References
    ----------
    .. [1] X. Glorot, Y. Bengio, "Understanding the difficulty of training deep
       feedforward neural networks", AISTATS 2010.
    """
    return rng.normal(size=shape) * np.sqrt(2 / (fan_in + fan_out))


# Each bend φ, and its slope φ'(z) as told by h = φ(z). At the kink of ReLU it is 0.
ACTIVATIONS = {
    "tanh": (autodiff.tanh, lambda h: 1 - h * h),
    "relu": (autodiff.relu, lambda h: h > 0),
}


@dataclass(frozen=True)
class MLP:
    """A multilayer perceptron: each layer sees all of the one before it.

    Parameters
    ----------
    sizes : tuple of int, default=(64, 128, 10)
        How many features come in, how many units each hidden layer has, how many
        numbers come out; (64, 10) has no hidden layer and is a linear model.
    activation : {"tanh", "relu"}, default="tanh"
        The bend φ after every layer but the last, which stays a weighted sum.
    output_loss : Loss, default=softmax_cross_entropy
        What the outputs are held to, from `gdlib.losses`. With k outputs: class logits
        (n, k) and labels (n,) under softmax_cross_entropy. With one output: numbers
        (n,) under squared_error, or scores (n,) and labels 0 and 1 under
        binary_cross_entropy.

    Examples
    --------
    >>> model = MLP(sizes=(2, 3, 4), activation="relu")
    >>> model.shapes
    {'W1': (2, 3), 'b1': (3,), 'W2': (3, 4), 'b2': (4,)}
    >>> theta = model.init(np.random.default_rng(0))
    >>> theta.shape, model.predict(theta, np.zeros((5, 2))).shape
    ((25,), (5, 4))
    """

    sizes: tuple[int, ...] = (64, 128, 10)
    activation: str = "tanh"
    output_loss: Loss = field(default=softmax_cross_entropy, repr=False)

    def __post_init__(self):
        if self.activation not in ACTIVATIONS:
            raise ValueError(
                f"activation is {self.activation!r}; choose one of {list(ACTIVATIONS)}"
            )
        if len(self.sizes) < 2 or min(self.sizes) < 1:
            raise ValueError(
                f"sizes is {self.sizes}; a network needs at least how many features "
                "come in and how many numbers come out, such as (64, 128, 10)"
            )

    @property
    def classifies(self):
        """Whether the targets are labels: then two classes are needed, at least."""
        return self.output_loss.classifies

    @property
    def depth(self):
        """Number of layers of weights."""
        return len(self.sizes) - 1

    @cached_property
    def shapes(self):
        """Shape of each array in θ: weights W1, biases b1, and so on."""
        shapes = {}
        for layer, (fan_in, fan_out) in enumerate(pairwise(self.sizes), start=1):
            shapes |= {f"W{layer}": (fan_in, fan_out), f"b{layer}": (fan_out,)}
        return shapes

    def init(self, rng):
        """Draw θ: `he` weights below a ReLU, `xavier` elsewhere; biases are zero."""
        p = {name: np.zeros(shape) for name, shape in self.shapes.items()}
        for layer in range(1, self.depth + 1):
            W = p[f"W{layer}"]
            if self.activation == "relu" and layer < self.depth:
                W[:] = he(rng, len(W), W.shape)
            else:
                W[:] = xavier(rng, *W.shape, W.shape)
        return flatten(p)

    def predict(self, theta, X):
        """Return the outputs for X of shape (n, d): (n, k), or (n,) where k = 1."""
        return self._outputs(self._forward(unflatten(theta, self.shapes), X))

    def classify(self, theta, X):
        """Return the likeliest labels: the largest logit's, or 1 for one score > 0."""
        outputs = self.predict(theta, X)
        one = outputs.ndim == 1
        return (outputs > 0).astype(int) if one else outputs.argmax(axis=1)

    def loss(self, theta, X, y):
        """Return the mean loss of θ on X of shape (n, d) and targets y."""
        return self.output_loss.value(self.predict(theta, X), y)

    def grad(self, theta, X, y):
        """Return the gradient of `loss` by θ, of the shape of θ."""
        p = unflatten(theta, self.shapes)
        return self._backward(p, self._forward(p, X), y)

    def loss_and_grad(self, theta, X, y):
        """Return `loss` and `grad` for one forward pass instead of two."""
        p = unflatten(theta, self.shapes)
        h = self._forward(p, X)
        return self.output_loss.value(self._outputs(h), y), self._backward(p, h, y)

    def grad_by_autodiff(self, theta, X, y):
        """Return `grad`, found by `gdlib.autodiff` from the forward pass alone.

        The loss enters by its slope s: with s held, s · outputs has the same gradient.
        """

        def pull(theta):
            outputs = self.predict(theta, X)
            return (self.output_loss.slope(outputs.value, y) * outputs).sum()

        return autodiff.grad(pull)(theta)

    def _forward(self, p, X):
        """Return what each layer puts out: h⁰ = X, h¹, …, and the last sums, unbent."""
        phi, _ = ACTIVATIONS[self.activation]
        h = [_rows(X, self.sizes[0], p["W1"].dtype)]
        for layer in range(1, self.depth + 1):
            z = h[-1] @ p[f"W{layer}"] + p[f"b{layer}"]
            h.append(phi(z) if layer < self.depth else z)
        return h

    def _backward(self, p, h, y):
        """Return ∂J/∂θ from what `_forward` returned, the last layer first."""
        _, phi_slope = ACTIVATIONS[self.activation]
        g = dict.fromkeys(self.shapes)
        slope = self.output_loss.slope(self._outputs(h), y)
        delta = slope.reshape(h[-1].shape).astype(h[-1].dtype, copy=False)
        for layer in range(self.depth, 0, -1):
            g[f"W{layer}"] = h[layer - 1].T @ delta
            g[f"b{layer}"] = delta.sum(axis=0)
            if layer > 1:
                delta = (delta @ p[f"W{layer}"].T) * phi_slope(h[layer - 1])
        return flatten(g)

    def _outputs(self, h):
        """Return the last sums z of shape (n, k), as (n,) where there is but one."""
        return h[-1][:, 0] if self.sizes[-1] == 1 else h[-1]


def im2col(images):
    """Lay out every 3 × 3 patch as a column, so that convolving is one product.

    Parameters
    ----------
    images : ndarray of shape (rows, cols, n)
        n gray images; the batch comes last, so that slices are long runs of memory.

    Returns
    -------
    ndarray of shape (9, rows − 2, cols − 2, n)
        Pixel i of the patch whose upper left corner is at (row, col).
    """
    rows, cols = images.shape[0] - 2, images.shape[1] - 2
    shifts = np.ndindex(3, 3)
    return np.stack([images[i : i + rows, j : j + cols] for i, j in shifts])


def max_pool(h):
    """Keep the largest number of each 2 × 2 window.

    Parameters
    ----------
    h : ndarray of shape (k, rows, cols, n)
        rows and cols even.

    Returns
    -------
    ndarray of shape (k, rows / 2, cols / 2, n)
    """
    wider = np.maximum(h[:, 0::2], h[:, 1::2])
    return np.maximum(wider[:, :, 0::2], wider[:, :, 1::2])


def max_pool_backward(slope, h, pooled):
    """Hand the slope of each window to its largest number; of equals, to the first.

    Parameters
    ----------
    slope, pooled : ndarray of shape (k, rows / 2, cols / 2, n)
        ∂J/∂pooled, and pooled = max_pool(h).
    h : ndarray of shape (k, rows, cols, n)
        What was pooled.

    Returns
    -------
    ndarray of shape (k, rows, cols, n)
        ∂J/∂h: zero but at the winners.
    """
    g = np.empty_like(h)
    waiting = np.ones(pooled.shape, dtype=bool)
    for i, j in np.ndindex(2, 2):
        wins = waiting & (h[:, i::2, j::2] == pooled)
        g[:, i::2, j::2] = slope * wins
        waiting &= ~wins
    return g


@dataclass(frozen=True)
class ConvNet:
    """A small convolutional network: 3 × 3 filters, ReLU, 2 × 2 max-pooling, softmax.

    The same few weights look at every place of the image. With K ∗ X for the product of
    each filter with each 3 × 3 patch,

        maps = max(0, K ∗ X + b),   pooled = max over 2 × 2,   logits = Wᵀ pooled + c.

    On 8 × 8 digits 8 filters make 80 parameters, the layer above them 730.

    Parameters
    ----------
    filters : int, default=8
        How many 3 × 3 filters slide over the image; each makes a map of it.
    classes : int, default=10
        How many labels there are.
    side : int, default=8
        Height and width of the images in pixels, even. X has shape (n, side²).

    Examples
    --------
    >>> ConvNet().shapes
    {'K': (8, 3, 3), 'b': (8,), 'W': (72, 10), 'c': (10,)}
    >>> len(ConvNet().init(np.random.default_rng(0)))
    810
    """

    filters: int = 8
    classes: int = 10
    side: int = 8
    classifies = True

    def __post_init__(self):
        if self.side < 4 or self.side % 2:
            raise ValueError(
                f"side is {self.side}; it must be even, 4 or more, so that windows of "
                "2 × 2 cover what a 3 × 3 filter makes of the image"
            )

    @cached_property
    def shapes(self):
        """Shape of each array in θ: filters K and b, then the weights W and c above."""
        pooled = self.filters * (self.side // 2 - 1) ** 2
        return {
            "K": (self.filters, 3, 3),
            "b": (self.filters,),
            "W": (pooled, self.classes),
            "c": (self.classes,),
        }

    def init(self, rng):
        """Draw θ: `he` filters, `xavier` weights, and biases of zero."""
        p = {name: np.zeros(shape) for name, shape in self.shapes.items()}
        p["K"] = he(rng, 9, p["K"].shape)
        p["W"] = xavier(rng, *p["W"].shape, p["W"].shape)
        return flatten(p)

    def predict(self, theta, X):
        """Return logits of shape (n, classes) for images X of shape (n, side²)."""
        return self._forward(unflatten(theta, self.shapes), X)[-1].T

    def classify(self, theta, X):
        """Return the likeliest label of each image, of shape (n,)."""
        return self.predict(theta, X).argmax(axis=1)

    def loss(self, theta, X, y):
        """Return the mean cross-entropy of θ on X (n, side²) and labels y (n,)."""
        return softmax_cross_entropy.value(self.predict(theta, X), y)

    def grad(self, theta, X, y):
        """Return the gradient of `loss` by θ, of the shape of θ."""
        p = unflatten(theta, self.shapes)
        return self._backward(p, *self._forward(p, X), y)

    def loss_and_grad(self, theta, X, y):
        """Return `loss` and `grad` for one forward pass instead of two."""
        p = unflatten(theta, self.shapes)
        *steps, logits = self._forward(p, X)
        loss = softmax_cross_entropy.value(logits.T, y)
        return loss, self._backward(p, *steps, logits, y)

    def _forward(self, p, X):
        """Return patches, maps, pooled maps, logits; the batch is their last axis."""
        X = _rows(X, self.side**2, p["W"].dtype)
        images = np.ascontiguousarray(X.T).reshape(self.side, self.side, len(X))
        patches = im2col(images)
        sums = np.tensordot(p["K"].reshape(-1, 9), patches, axes=1)
        maps = np.maximum(sums + p["b"][:, None, None, None], 0)
        pooled = max_pool(maps)
        logits = p["W"].T @ pooled.reshape(-1, len(X)) + p["c"][:, None]
        return patches, maps, pooled, logits

    def _backward(self, p, patches, maps, pooled, logits, y):
        """Return ∂J/∂θ: what `_forward` did, undone from its last line to its first."""
        d_logits = softmax_cross_entropy.slope(logits.T, y).T
        d_pooled = (p["W"] @ d_logits).reshape(pooled.shape)
        d_sums = max_pool_backward(d_pooled, maps, pooled) * (maps > 0)
        return flatten(
            {
                "K": d_sums.reshape(self.filters, -1) @ patches.reshape(9, -1).T,
                "b": d_sums.sum(axis=(1, 2, 3)),
                "W": pooled.reshape(-1, len(y)) @ d_logits.T,
                "c": d_logits.sum(axis=1),
            }
        )


def _rows(X, d, dtype):
    """Return X in the dtype of θ, if it has d columns; if not, say so."""
    X = np.asarray(X, dtype if dtype.kind == "f" else float)
    if X.ndim != 2 or X.shape[1] != d:
        raise ValueError(
            f"X has shape {X.shape}; the network reads rows of {d} numbers and needs "
            f"(n, {d})"
        )
    return X
