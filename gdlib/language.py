"""Language models: the loss of a guess at the next character, and how to lower it.

A text is a row of whole numbers, one a character. A model reads what came before, X,
and gives a logit to each character that might come next; the loss is the mean
cross-entropy of what did come, y,

    J(θ) = −(1/n) Σᵢ log p(yᵢ | Xᵢ; θ)   in nats.

No model that sees only X can push J on its text below the conditional entropy H(y | X).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gdlib.faults import check_places
from gdlib.losses import softmax_cross_entropy
from gdlib.parameters import flatten, unflatten

# ------------------------------------------------------------------ text and numbers


def alphabet(text):
    """Return the characters of a text, each once, in order: a vocabulary."""
    return "".join(sorted(set(text)))


def encode(text, vocabulary):
    """Turn a text into the places of its characters in a vocabulary.

    Parameters
    ----------
    text : str
        What to encode.
    vocabulary : str
        The characters known, each once, as `alphabet` returns them.

    Returns
    -------
    ndarray of int, of shape (len(text),)

    Raises
    ------
    ValueError
        If the text has a character that the vocabulary lacks.

    Examples
    --------
    >>> encode("abba", "ab")
    array([0, 1, 1, 0])
    """
    place = {character: code for code, character in enumerate(vocabulary)}
    strange = sorted(set(text) - set(vocabulary))
    if strange:
        raise ValueError(
            f"the text has {strange[0]!r}, which is not in the vocabulary "
            f"{vocabulary!r}; leave it out, or make the vocabulary with alphabet(text)"
        )
    return np.array([place[character] for character in text], dtype=int)


def decode(codes, vocabulary):
    """Turn places in a vocabulary, of shape (n,), back into a text of n characters."""
    codes = _codes("codes", codes, len(vocabulary)) if len(codes) else ()
    return "".join(vocabulary[code] for code in codes)


def windows(codes, context):
    """Cut a text into what came before, and what came next.

    Parameters
    ----------
    codes : ndarray of int, of shape (length,)
        An encoded text, longer than `context`.
    context : int
        How many characters come before; 0 for a model that sees nothing.

    Returns
    -------
    X : ndarray of int, of shape (length − context, context)
        A view: no memory is used for the overlaps.
    y : ndarray of int, of shape (length − context,)

    Raises
    ------
    ValueError
        If the text is not longer than the context.

    Examples
    --------
    >>> X, y = windows(np.array([7, 8, 9, 7]), context=2)
    >>> X.tolist(), y.tolist()
    ([[7, 8], [8, 9]], [9, 7])
    """
    codes = np.asarray(codes)
    if not 0 <= context < len(codes):
        raise ValueError(
            f"context is {context} and the text has {len(codes)} characters; the "
            "context must leave at least one to guess"
        )
    seen = np.lib.stride_tricks.sliding_window_view(codes, context + 1)
    return seen[:, :-1], seen[:, -1]


# ------------------------------------------------------------ how well one can guess


def entropy(counts):
    """Return −Σ p log p in nats, for p = counts / n of shape (k,); 0 log 0 is 0."""
    counts = np.asarray(counts)
    p = counts[counts > 0] / counts.sum()
    return -(p * np.log(p)).sum()


def conditional_entropy(X, y):
    """H(y | X) = H(X, y) − H(X): the least mean loss of any guess of y from X, in nats.

    Parameters
    ----------
    X : ndarray of int, of shape (n,) or (n, context)
        What came before.
    y : ndarray of int, of shape (n,)
        What came next.

    Returns
    -------
    float
        0 where what came before settles what comes next.

    References
    ----------
    .. [1] C. Shannon, "A mathematical theory of communication", Bell System Technical
       Journal 27 (1948), section 6.

    Examples
    --------
    >>> X, y = np.array([0, 0, 1, 1]), np.array([5, 6, 7, 7])  # 0 leaves one bit
    >>> round(conditional_entropy(X, y) / np.log(2), 12)
    np.float64(0.5)
    """
    both = np.column_stack([X, y])
    _, pairs = np.unique(both, axis=0, return_counts=True)
    _, before = np.unique(both[:, :-1], axis=0, return_counts=True)
    return entropy(pairs) - entropy(before)


def perplexity(loss):
    """Return e^loss, for a loss in nats: among how many characters the model hesitates.

    Parameters
    ----------
    loss : float, or ndarray of any shape
        Mean cross-entropy in nats, as all losses of this book. If yours is in bits,
        what you want is 2**loss: the perplexity is the same.

    Returns
    -------
    float, or ndarray of the shape of `loss`
        ln V, the loss of an even guess among V characters, gives V.
    """
    return np.exp(loss)


# --------------------------------------------------------------------------- models


@dataclass(frozen=True)
class Bigram:
    """Guess the next character from the last one: a V × V table of logits is all of θ.

    With N[a, b] how often b followed a among n pairs, and p[a, b] the guess,

        J = −(1/n) Σ N log p,    ∂J/∂θ[a, b] = (N[a] p[a, b] − N[a, b]) / n,

    where N[a] is the sum of row a: what was expected less what was seen. A row that was
    never seen has no gradient.

    Parameters
    ----------
    vocabulary : str
        The V characters known, each once.

    Examples
    --------
    >>> model = Bigram("ab")
    >>> X, y = windows(encode("abab", "ab"), context=1)
    >>> model.grad(model.init(), X, y).reshape(2, 2)
    array([[ 0.33333333, -0.33333333],
           [-0.16666667,  0.16666667]])
    """

    vocabulary: str
    context = 1
    classifies = True

    @property
    def shapes(self):
        """Shape of the one array in θ."""
        return {"logits": (len(self.vocabulary),) * 2}

    def init(self, rng=None):
        """Return θ = 0, of shape (V²,): every guess even, and a loss of ln V."""
        return np.zeros(len(self.vocabulary) ** 2)

    def predict(self, theta, X):
        """Return logits (n, V) of what follows X, of shape (n,) or (n, 1)."""
        table = unflatten(theta, self.shapes)["logits"]
        return table[_codes("X", X, len(self.vocabulary)).reshape(-1)]

    def counts(self, X, y):
        """Return N of shape (V, V): how often y[i] = b came after X[i] = a."""
        V = len(self.vocabulary)
        before, after = _codes("X", X, V).reshape(-1), _codes("y", y, V)
        if before.shape != after.shape or not len(after):
            raise ValueError(
                f"X has shape {np.shape(X)} and y {np.shape(y)}, which makes no pairs; "
                "a bigram needs (n,) or (n, 1), and (n,)"
            )
        return np.bincount(V * before + after, minlength=V * V).reshape(V, V)

    def loss(self, theta, X, y):
        """Return the mean cross-entropy in nats of y (n,) after X, (n,) or (n, 1)."""
        return self.loss_of_counts(theta, self.counts(X, y))

    def grad(self, theta, X, y):
        """Return the gradient of `loss` by θ, of shape (V²,)."""
        return self.grad_of_counts(theta, self.counts(X, y))

    def loss_of_counts(self, theta, N):
        """Return −(1/n) Σ N log p for the counts N of shape (V, V).

        It is `loss`, but the text was gone through once, and not again at each step.
        """
        N = np.asarray(N, theta.dtype)
        return -(N * self._log_p(theta)).sum() / N.sum()

    def grad_of_counts(self, theta, N):
        """Return its gradient by θ, of shape (V²,): (N[a] p − N) / n."""
        N = np.asarray(N, theta.dtype)
        p = np.exp(self._log_p(theta))
        return ((N.sum(axis=1, keepdims=True) * p - N) / N.sum()).reshape(-1)

    def _log_p(self, theta):
        """Return log p = z − log Σ exp z by rows, the largest z taken out first."""
        z = unflatten(theta, self.shapes)["logits"]
        z = z - z.max(axis=1, keepdims=True)
        return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class CharacterModel:
    """Guess the next character from the last few, each seen as a learned point.

    Each character of the window is looked up in a table E (its embedding), the points
    are laid side by side, and a tanh layer and a softmax read them:

        e = (E[X₁], …, E[X_c]),   h = tanh(eW₁ + b₁),   logits = hW₂ + b₂.

    Parameters
    ----------
    vocabulary : str
        The V characters known, each once.
    context : int, default=8
        How many characters the model sees.
    embedding : int, default=16
        Coordinates of each character's point.
    hidden : int, default=128
        Units of the tanh layer.

    References
    ----------
    .. [1] Y. Bengio, R. Ducharme, P. Vincent, C. Jauvin, "A neural probabilistic
       language model", JMLR 3 (2003).

    Examples
    --------
    >>> model = CharacterModel("ab ", context=2, embedding=3, hidden=4)
    >>> theta = model.init(np.random.default_rng(0))
    >>> model.predict(theta, np.array([[0, 1], [1, 2]])).shape
    (2, 3)
    """

    vocabulary: str
    context: int = 8
    embedding: int = 16
    hidden: int = 128
    classifies = True

    @cached_property
    def shapes(self):
        """Shape of each array in θ: embeddings E, and the two layers above them."""
        V = len(self.vocabulary)
        return {
            "E": (V, self.embedding),
            "W1": (self.context * self.embedding, self.hidden),
            "b1": (self.hidden,),
            "W2": (self.hidden, V),
            "b2": (V,),
        }

    def init(self, rng):
        """Draw θ: logits start small, the first guess nearly even, its loss ≈ ln V."""
        p = {name: rng.normal(size=shape) for name, shape in self.shapes.items()}
        p["W1"] /= np.sqrt(max(1, len(p["W1"])))  # sums as large as one of their terms
        p["W2"] /= self.hidden
        p["b1"][:] = p["b2"][:] = 0
        return flatten(p)

    def predict(self, theta, X):
        """Return logits (n, V) of what follows X, of shape (n, context)."""
        return self._forward(unflatten(theta, self.shapes), X)[-1]

    def loss(self, theta, X, y):
        """Return the mean cross-entropy in nats of y (n,) after X (n, context)."""
        return softmax_cross_entropy.value(self.predict(theta, X), y)

    def grad(self, theta, X, y):
        """Return the gradient of `loss` by θ, of the shape of θ."""
        p = unflatten(theta, self.shapes)
        return self._backward(p, X, *self._forward(p, X), y)

    def loss_and_grad(self, theta, X, y):
        """Return `loss` and `grad` for one forward pass instead of two."""
        p = unflatten(theta, self.shapes)
        e, h, logits = self._forward(p, X)
        loss = softmax_cross_entropy.value(logits, y)
        return loss, self._backward(p, X, e, h, logits, y)

    def _forward(self, p, X):
        """Return the points e side by side, the hidden layer h, and the logits."""
        X = _codes("X", X, len(self.vocabulary))
        if X.ndim != 2 or X.shape[1] != self.context:
            raise ValueError(
                f"X has shape {X.shape}; the model reads the last {self.context} "
                f"characters and needs (n, {self.context}), as windows(codes, "
                f"{self.context}) returns"
            )
        e = p["E"][X].reshape(len(X), -1)
        h = np.tanh(e @ p["W1"] + p["b1"])
        return e, h, h @ p["W2"] + p["b2"]

    def _backward(self, p, X, e, h, logits, y):
        """Return ∂J/∂θ, from the logits back to the embeddings.

        E[X] is 1ₓE, with 1ₓ a row of zeros and a 1 for each character read: so the
        slope by E is 1ₓᵀ times that by the points, and what was read often adds up.
        """
        d_logits = softmax_cross_entropy.slope(logits, y)
        d_sums = (d_logits @ p["W2"].T) * (1 - h * h)  # tanh' = 1 − tanh²
        d_points = (d_sums @ p["W1"].T).reshape(-1, self.embedding)
        g = {
            "E": _one_hot(X, p["E"]).T @ d_points,
            "W1": e.T @ d_sums,
            "b1": d_sums.sum(axis=0),
            "W2": h.T @ d_logits,
            "b2": d_logits.sum(axis=0),
        }
        return flatten(g)


def generate(model, theta, rng, *, length=200, prompt, temperature=1.0):
    """Let a model write on: draw a character, read it, draw the next.

    Gumbel's trick: with noise from the Gumbel distribution on each logit, the largest
    is a draw from their softmax. So temperature is how loud the noise is, and at 0 the
    model writes what it thinks likeliest.

    Parameters
    ----------
    model : Bigram or CharacterModel
        Or any model with ``vocabulary``, ``context`` and ``predict(theta, X)``.
    theta : ndarray of shape (p,)
        Its parameters.
    rng : numpy.random.Generator
        Source of the noise: the same seed writes the same text.
    length : int, default=200
        How many characters to write.
    prompt : str
        What to go on from: as many characters as the model sees, or more.
    temperature : float, default=1
        0 repeats the likeliest, 1 draws as the model believes, more is wilder.

    Returns
    -------
    str
        The prompt and `length` characters more.

    Raises
    ------
    ValueError
        If the prompt is too short, or the temperature is negative.

    References
    ----------
    .. [1] C. Maddison, D. Tarlow, T. Minka, "A* sampling", NeurIPS 2014.

    Examples
    --------
    >>> model, rng = Bigram("ab"), np.random.default_rng(0)
    >>> theta = np.array([-9.0, 9.0, 9.0, -9.0])  # a follows b, b follows a
    >>> generate(model, theta, rng, length=5, prompt="a")
    'ababab'
    """
    if len(prompt) < model.context:
        raise ValueError(
            f"prompt is {prompt!r}; the model reads {model.context} characters before "
            "it writes one: give it as many, or more"
        )
    if not 0 <= temperature < np.inf:
        raise ValueError(f"temperature is {temperature!r}; it must be 0 or more")
    codes = list(encode(prompt, model.vocabulary))
    for _ in range(length):
        X = np.array(codes[len(codes) - model.context :], dtype=int)
        logits = model.predict(theta, X[None, :])[0]
        codes.append(np.argmax(logits + temperature * rng.gumbel(size=len(logits))))
    return decode(codes, model.vocabulary)


# ------------------------------------------------------------------------- small parts


def _codes(name, X, V):
    """Return X, once it is sure that its numbers are places in a vocabulary of V."""
    X = np.asarray(X)
    what = f"codes, as encode(text, vocabulary) makes them of a vocabulary of {V},"
    check_places(name, X, V, what)
    return X.astype(int, copy=False)


def _one_hot(X, E):
    """Return 1ₓ of shape (X.size, V): zeros, and a 1 at the place of each character."""
    table = np.zeros((X.size, len(E)), E.dtype)
    table[np.arange(X.size), X.reshape(-1)] = 1
    return table
