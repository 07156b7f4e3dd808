"""Where tests/golden/optimizers.json comes from: PyTorch, fed with our gradients.

Run by hand, once, with an interpreter that has torch (2.13 was used, on a CPU):

    python tests/golden/make_optimizers.py

The tests read the file and need no torch. Both sides are given the same gradients, one
a step, whatever x is: then rounding does not feed back, and 1000 steps can agree to
1e-12. The gradients are built from raw integers by exact operations, so that they are
the same to the last bit on every machine.
"""

import json
from pathlib import Path

import numpy as np

SEED, STEPS, SIZE = 20240229, 1000, 50
KEPT = (1, 2, 10, 100, 1000)
FILE = Path(__file__).with_name("optimizers.json")

# (our rule, learning rate, our settings, PyTorch's class, PyTorch's settings)
CASES = [
    ("gradient_descent", 0.01, {}, "SGD", {}),
    ("momentum", 0.01, {}, "SGD", {"momentum": 0.9}),
    ("momentum", 0.003, {"beta": 0.99}, "SGD", {"momentum": 0.99}),
    ("momentum", 0.1, {"beta": 0.0}, "SGD", {}),
    ("nesterov", 0.01, {}, "SGD", {"momentum": 0.9, "nesterov": True}),
    ("nesterov", 0.02, {"beta": 0.5}, "SGD", {"momentum": 0.5, "nesterov": True}),
    ("adagrad", 0.01, {}, "Adagrad", {}),
    ("adagrad", 0.5, {"eps": 1e-3}, "Adagrad", {"eps": 1e-3}),
    ("rmsprop", 0.01, {}, "RMSprop", {"alpha": 0.9}),
    ("rmsprop", 0.001, {"beta": 0.99, "eps": 0.1}, "RMSprop", {"eps": 0.1}),
    ("adam", 0.001, {}, "Adam", {}),
    (
        "adam",
        0.1,
        {"beta1": 0.92, "beta2": 0.96, "eps": 1e-3},
        "Adam",
        {"betas": (0.92, 0.96), "eps": 1e-3},
    ),
    ("adam", 0.01, {"beta1": 0.0}, "Adam", {"betas": (0.0, 0.999)}),
    ("amsgrad", 0.001, {}, "Adam", {"amsgrad": True}),
    (
        "amsgrad",
        0.05,
        {"beta1": 0.5, "beta2": 0.9, "eps": 1e-2},
        "Adam",
        {"betas": (0.5, 0.9), "eps": 1e-2, "amsgrad": True},
    ),
    ("adam", 0.01, {"weight_decay": 0.01}, "AdamW", {"weight_decay": 0.01}),
    (
        "adam",
        0.1,
        {"weight_decay": 0.9, "beta1": 0.8},
        "AdamW",
        {"weight_decay": 0.9, "betas": (0.8, 0.999)},
    ),
    (
        "amsgrad",
        0.01,
        {"weight_decay": 0.1},
        "AdamW",
        {"weight_decay": 0.1, "amsgrad": True},
    ),
]


def start_and_gradients(seed=SEED, steps=STEPS, size=SIZE):
    """Return x0 of shape (size,), and gradients of shape (steps, size).

    Each is close to normal (twelve uniform numbers, less six) times a power of two
    between 2⁻¹⁰ and 2¹⁰, that is, between 10⁻³ and 10³.
    """
    count = (steps + 1) * size
    raw = np.random.PCG64(seed).random_raw(13 * count).reshape(13, count)
    normal = np.ldexp((raw[:12] >> np.uint64(24)).astype(float), -40).sum(axis=0) - 6
    exponent = (raw[12] % np.uint64(21)).astype(int) - 10
    stream = np.ldexp(normal, exponent).reshape(steps + 1, size)
    return normal[:size], stream[1:]


def with_torch(x0, gradients, rate, name, settings):
    """Return where PyTorch's optimizer is after each step in `KEPT`."""
    import torch

    x = torch.tensor(x0, dtype=torch.float64, requires_grad=True)
    optimizer = getattr(torch.optim, name)([x], lr=rate, **settings)
    seen = {}
    for step, g in enumerate(gradients, start=1):
        x.grad = torch.tensor(g)
        optimizer.step()
        if step in KEPT:
            seen[step] = x.detach().tolist()
    return seen


def main():
    """Write the file, and say how large it is."""
    x0, gradients = start_and_gradients()
    cases = [
        {
            "rule": rule,
            "learning_rate": rate,
            "settings": ours,
            "x": with_torch(x0, gradients, rate, name, theirs),
        }
        for rule, rate, ours, name, theirs in CASES
    ]
    FILE.write_text(json.dumps({"seed": SEED, "cases": cases}) + "\n", "utf-8")
    print(f"{FILE.name}: {len(cases)} cases, {FILE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
