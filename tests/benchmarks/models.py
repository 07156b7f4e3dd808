"""How fast networks train: each function yields races.

The others' networks are those of the golden files, which start from the same θ; before
a race both sides are held to the same answer.
"""

import sys
import warnings
from functools import partial
from pathlib import Path

import numpy as np
from timing import Race

from gdlib.datasets import digits
from gdlib.descent import descend
from gdlib.language import CharacterModel, windows
from gdlib.networks import MLP, ConvNet
from gdlib.optimizers import adam, momentum

sys.path.append(str(Path(__file__).parents[1]))
from golden import make_language, make_networks  # the same networks, in torch

try:
    import torch
except ImportError:
    torch = None
try:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier
except ImportError:
    MLPClassifier = None

SIZE, RATE = 64, 0.05
SINGLE, DOUBLE = np.float32, np.float64


def digit_batches(dtype):
    """Return an epoch of batches, cut beforehand: neither side pays for that."""
    X, y = (digits().X / 16).astype(dtype), digits().y
    return [(X[i : i + SIZE], y[i : i + SIZE]) for i in range(0, len(y), SIZE)]


def by_gdlib(grad, theta, rule, batches):
    """Return a function that descends through the batches, to the last θ."""

    def epoch():
        *_, last = descend(grad, theta, rule, learning_rate=RATE, batches=batches)
        return last

    return epoch


def by_torch(make, model, theta, rule, batches, **options):
    """Return a function that does so in torch; `make` is the golden script."""
    if torch is None:
        return None
    tensors = [(torch.tensor(X), torch.tensor(y)) for X, y in batches]
    loss = torch.nn.CrossEntropyLoss()
    network = make.torch_network(model, theta)
    begin = [w.detach().clone() for w in network.parameters()]

    def epoch():
        with torch.no_grad():
            for w, value in zip(network.parameters(), begin, strict=True):
                w.copy_(value)
        step = getattr(torch.optim, rule)(network.parameters(), lr=RATE, **options)
        for X, y in tensors:
            step.zero_grad()
            loss(network(X), y).backward()
            step.step()
        return make.flat(network)

    return epoch


def assert_same(ours, theirs):
    """Hold both sides to one answer, if there are two."""
    if theirs is not None:
        np.testing.assert_allclose(ours(), theirs(), rtol=1e-2, atol=1e-3)


def adam_steps():
    """G4: an Adam step of a network's parameters, as one vector or four tensors."""
    model, count = MLP(), 290
    theta = make_networks.start(model).astype(SINGLE)
    ours = by_gdlib(lambda _: theta, theta, adam, [()] * count)

    def theirs(**options):
        network = make_networks.torch_network(model, theta)
        for w in network.parameters():
            w.grad = w.detach().clone()
        step = torch.optim.Adam(network.parameters(), lr=RATE, **options)
        return lambda: [step.step() for _ in range(count)]

    for rival, options, goal, why in (
        ("torch Adam", {}, 0.12, "expressions allocate; with buffers, 0.6 of the time"),
        (
            "torch Adam, fused",
            {"fused": True},
            0.40,
            "expressions allocate; with buffers, 0.6 of the time",
        ),
    ):
        side = theirs(**options) if torch else None
        title = "adam, 9610 parameters, float32"
        yield Race("G4", title, ours, side, rival, goal, count, why=why)


def epochs_of_the_network():
    """G8: 29 momentum steps on batches of 64 digits, by hand and by tape."""
    model, batches = MLP(), digit_batches(SINGLE)
    theta = make_networks.start(model).astype(SINGLE)
    theirs = by_torch(make_networks, model, theta, "SGD", batches, momentum=0.9)
    for how, grad, goal, why in (
        (
            "by hand",
            model.grad,
            0.20,
            "small calls around the products; label checks are 2 %",
        ),
        (
            "by tape",
            model.grad_by_autodiff,
            0.28,
            "as by hand, and the tape",
        ),
    ):
        ours = by_gdlib(grad, theta, momentum, batches)
        assert_same(ours, theirs)
        title = f"MLP, epoch {how}, float32"
        yield Race(
            "G8", title, ours, theirs, "torch eager", goal, unit="epoch", why=why
        )


def epoch_and_its_products():
    """G8: the same epoch, and its five matrix products alone."""
    model, batches = MLP(), digit_batches(SINGLE)
    theta, rng = make_networks.start(model).astype(SINGLE), np.random.default_rng(0)
    W1, W2 = (rng.normal(size=s).astype(SINGLE) for s in ((64, 128), (128, 10)))
    hidden = [rng.normal(size=(len(y), 128)).astype(SINGLE) for _, y in batches]
    slopes = [rng.normal(size=(len(y), 10)).astype(SINGLE) for _, y in batches]

    def products():
        for (X, _), h, d in zip(batches, hidden, slopes, strict=True):
            _ = X @ W1, h @ W2, h.T @ d, d @ W2.T, X.T @ h

    yield Race(
        "G8",
        "MLP, epoch by hand, float32",
        by_gdlib(model.grad, theta, momentum, batches),
        products,
        "its products alone",
        2.3,
        unit="epoch",
        why="small calls around the products; label checks are 2 %",
    )


def epoch_and_scikit_learn():
    """G8: the same epoch as scikit-learn's classifier takes it, float64."""
    model, batches = MLP(), digit_batches(DOUBLE)
    X, y = digits().X / 16, digits().y

    def fit():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            MLPClassifier(
                (128,), activation="tanh", solver="sgd", alpha=0, batch_size=SIZE,
                learning_rate_init=RATE, momentum=0.9, nesterovs_momentum=False,
                max_iter=1, shuffle=False, random_state=0,
            ).fit(X, y)  # fmt: skip

    yield Race(
        "G8",
        "MLP, epoch by hand, float64",
        by_gdlib(model.grad, make_networks.start(model), momentum, batches),
        fit if MLPClassifier else None,
        "scikit-learn MLPClassifier",
        0.35,
        unit="epoch",
        why="small calls around the products; label checks are 2 %",
    )


def epochs_of_the_convolution():
    """G9: 29 momentum steps of the convolutional network."""
    model = ConvNet()
    for dtype, goal in ((SINGLE, 0.75), (DOUBLE, 0.65)):
        theta, batches = make_networks.start(model).astype(dtype), digit_batches(dtype)
        ours = by_gdlib(model.grad, theta, momentum, batches)
        theirs = by_torch(make_networks, model, theta, "SGD", batches, momentum=0.9)
        assert_same(ours, theirs)
        yield Race(
            "G9",
            f"ConvNet (one convolution), epoch by hand, {np.dtype(dtype)}",
            ours,
            theirs,
            "torch eager",
            goal,
            unit="epoch",
            why="the goal's network had two convolutions",
        )


def steps_on_characters():
    """G12: Adam steps of the character model on batches of 256, 64 characters."""
    rng, count = np.random.default_rng(0), 20
    model = CharacterModel("".join(map(chr, range(40, 104))))
    X, y = windows(rng.integers(64, size=256 * count + 8), model.context)
    X = X.copy()
    batches = [(X[i : i + 256], y[i : i + 256]) for i in range(0, len(y), 256)]
    theta = make_language.start(model).astype(SINGLE)
    torch_side = partial(by_torch, make_language, model, theta)
    assert_same(  # Adam turns roundings into steps: compare by momentum, time Adam
        by_gdlib(model.grad, theta, momentum, batches),
        torch_side("SGD", batches, momentum=0.9),
    )
    yield Race(
        "G12",
        "CharacterModel, Adam, float32",
        by_gdlib(model.grad, theta, adam, batches),
        torch_side("Adam", batches),
        "torch eager",
        0.60,
        len(batches),
        why="four fifths are the gradient; Adam is a fifteenth",
    )


GROUPS = (
    adam_steps,
    epochs_of_the_network,
    epoch_and_its_products,
    epoch_and_scikit_learn,
    epochs_of_the_convolution,
    steps_on_characters,
)
