"""Where tests/golden/networks.json comes from: PyTorch, trained as we train.

Run by hand, once, with an interpreter that has torch (2.13 was used, on a CPU):

    PYTHONPATH=. python tests/golden/make_networks.py

The tests read the file and need no torch. Both sides start from the same θ, see the
same batches of digits in the same order for three epochs, and step by the same rule, in
float64; each computes its own gradients.
"""

import json
from pathlib import Path

import numpy as np

from gdlib.datasets import digits
from gdlib.networks import MLP, ConvNet
from gdlib.parameters import unflatten

EPOCHS, SIZE, LEARNING_RATE, BETA = 3, 64, 0.1, 0.9
FILE = Path(__file__).with_name("networks.json")
MODELS = {
    "tanh": MLP((64, 32, 10)),
    "relu": MLP((64, 24, 16, 10), "relu"),
    "conv": ConvNet(),
}
KEPT = {"tanh": 23, "relu": 23, "conv": 9}  # every 23rd entry of θ, every 9th
AT = (0, 1, 10, 87)  # steps at which the loss of all digits is written down


def start(model):
    """Return θ between −1/4 and 1/4, the same to the last bit on every machine."""
    size = len(model.init(np.random.default_rng(0)))
    raw = np.random.PCG64(20240301).random_raw(size)
    return np.ldexp((raw >> np.uint64(24)).astype(float), -41) - 0.25


def batches(X, y):
    """Yield the batches of all epochs; each epoch visits the examples in its own order.

    n = 1797 = 3 · 599 is not divisible by the strides 5, 7 and 11, so that each order
    is a permutation, without a random number.
    """
    n = len(y)
    for stride in (5, 7, 11)[:EPOCHS]:
        order = stride * np.arange(n) % n
        for i in range(0, n, SIZE):
            yield X[order[i : i + SIZE]], y[order[i : i + SIZE]]


def torch_network(model, theta):
    """Return a module of PyTorch that computes what our model does, and holds our θ."""
    import torch
    from torch import nn

    p = unflatten(torch.tensor(theta), model.shapes)
    if isinstance(model, ConvNet):
        layers = [nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 8, 3), nn.ReLU()]
        layers += [nn.MaxPool2d(2), nn.Flatten(), nn.Linear(72, 10)]
        values = p["K"][:, None], p["b"], p["W"].T, p["c"]
    else:
        layers, values = [], []
        for i in range(1, len(model.sizes)):
            layers += [nn.Linear(*model.sizes[i - 1 : i + 1])]
            layers += [nn.Tanh() if model.activation == "tanh" else nn.ReLU()]
            values += [p[f"W{i}"].T, p[f"b{i}"]]
        layers.pop()  # the last sums stay as they are
    network = nn.Sequential(*layers).to(p["b" if "b" in p else "b1"].dtype)
    with torch.no_grad():
        for parameter, value in zip(network.parameters(), values, strict=True):
            parameter.copy_(value)
    return network


def flat(network):
    """Return a module's parameters as our θ."""
    values = [w.detach().numpy() for w in network.parameters()]
    return np.concatenate([(w.T if w.ndim == 2 else w).ravel() for w in values])


def with_torch(name, model, X, y):
    """Return the losses at `AT`, some entries of the last θ, and its length."""
    import torch

    X_all, y_all = torch.tensor(X), torch.tensor(y)
    loss = torch.nn.CrossEntropyLoss()
    network = torch_network(model, start(model))
    optimizer = torch.optim.SGD(network.parameters(), lr=LEARNING_RATE, momentum=BETA)
    seen = {0: loss(network(X_all), y_all).item()}
    for step, (X_batch, y_batch) in enumerate(batches(X, y), start=1):
        optimizer.zero_grad()
        loss(network(torch.tensor(X_batch)), torch.tensor(y_batch)).backward()
        optimizer.step()
        if step in AT:
            seen[step] = loss(network(X_all), y_all).item()
    theta = flat(network)
    return {
        "loss": seen,
        "theta": theta[:: KEPT[name]].tolist(),
        "norm": float(np.linalg.norm(theta)),
    }


def main():
    """Write the file, and say how large it is."""
    X, y = digits().X / 16, digits().y
    golden = {name: with_torch(name, model, X, y) for name, model in MODELS.items()}
    FILE.write_text(json.dumps(golden) + "\n", "utf-8")
    losses = {name: case["loss"] for name, case in golden.items()}
    print(f"{FILE.name}: {FILE.stat().st_size / 1000:.0f} kB, losses {losses}")


if __name__ == "__main__":
    main()
