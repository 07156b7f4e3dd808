"""What the tape is timed against: each function yields races."""

import numpy as np
from timing import Race

from gdlib import autodiff
from gdlib.optimizers import momentum
from gdlib.parameters import flatten, unflatten

try:
    import torch
except ImportError:
    torch = None

SHAPES = {"W1": (64, 128), "b1": (128,), "W2": (128, 10), "b2": (10,)}


def valley(x):
    """Rosenbrock's function, for whatever has two coordinates."""
    x1, x2 = x
    return 100 * (x2 - x1**2) ** 2 + (1 - x1) ** 2


def small_gradient():
    """G15: one gradient in two dimensions."""
    x0, count = np.array([-1.2, 1.0]), 1000
    gradient = autodiff.grad(valley)

    def torch_gradient():
        x = torch.tensor(x0, requires_grad=True)
        valley(x).backward()
        return x.grad.numpy()

    if torch:
        np.testing.assert_allclose(gradient(x0), torch_gradient(), rtol=1e-12)
    yield Race(
        "G15",
        "gradient of Rosenbrock by tape",
        lambda: [gradient(x0) for _ in range(count)],
        (lambda: [torch_gradient() for _ in range(count)]) if torch else None,
        "torch autograd",
        0.20,
        count,
        unit="gradient",
        why="eleven entries of tape at 1.4 µs each, in Python",
    )


def network_epochs():
    """G8: 29 momentum steps of a 64-128-10 network, on batches of 64, by tape.

    Against torch, and against the same steps with the gradient written by hand.
    """
    rng = np.random.default_rng(0)
    X, y = rng.random(size=(1797, 64), dtype=np.float32), rng.integers(10, size=1797)
    start = {name: rng.normal(size=s) / 8 for name, s in SHAPES.items()}
    start = {name: a.astype(np.float32) for name, a in start.items()}
    batches = [(X[i : i + 64], y[i : i + 64]) for i in range(0, len(X), 64)]

    def epoch(gradient):
        theta, v = flatten(start), 0.0
        for X, y in batches:
            d, v = momentum(gradient(theta, X, y), v)
            theta = theta - 0.1 * d
        return theta

    by_tape = autodiff.grad(network_loss)
    np.testing.assert_allclose(epoch(by_tape), epoch(by_hand), rtol=1e-3, atol=1e-5)
    for theirs, rival, goal in (
        (torch_epoch(start, batches) if torch else None, "torch eager", 0.28),
        (lambda: epoch(by_hand), "by hand", 1.45),
    ):
        yield Race(
            "G8",
            "momentum step of a 64-128-10 network by tape",
            lambda: epoch(by_tape),
            theirs,
            rival,
            goal,
            len(batches),
            why="the tape costs 46 µs over the step by hand",
        )


def network_loss(theta, X, y):
    """Return the mean cross-entropy of relu(XW₁ + b₁)W₂ + b₂."""
    p = unflatten(theta, SHAPES)
    hidden = autodiff.relu(X @ p["W1"] + p["b1"])
    return autodiff.softmax_cross_entropy(hidden @ p["W2"] + p["b2"], y)


def by_hand(theta, X, y):
    """Return the gradient of `network_loss` by theta."""
    p = unflatten(theta, SHAPES)
    hidden = np.maximum(X @ p["W1"] + p["b1"], 0)
    z = hidden @ p["W2"] + p["b2"]
    odds = np.exp(z - z.max(axis=1, keepdims=True))
    dz = odds / odds.sum(axis=1, keepdims=True)
    dz[np.arange(len(y)), y] -= 1
    dz /= len(y)
    da = dz @ p["W2"].T * (hidden > 0)
    slopes = [X.T @ da, da.sum(axis=0), hidden.T @ dz, dz.sum(axis=0)]
    return np.concatenate([slope.ravel() for slope in slopes])


def torch_epoch(start, batches):
    """Return a function that takes the same steps by torch, from the same start."""
    tensors = [(torch.from_numpy(X), torch.from_numpy(y)) for X, y in batches]
    layers = torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10)
    network, entropy = torch.nn.Sequential(*layers), torch.nn.CrossEntropyLoss()

    def epoch():
        with torch.no_grad():
            for layer, i in ((layers[0], "1"), (layers[2], "2")):
                layer.weight.copy_(torch.from_numpy(start["W" + i].T))
                layer.bias.copy_(torch.from_numpy(start["b" + i]))
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
        for X, y in tensors:
            optimizer.zero_grad()
            entropy(network(X), y).backward()
            optimizer.step()

    return epoch


GROUPS = (small_gradient, network_epochs)
