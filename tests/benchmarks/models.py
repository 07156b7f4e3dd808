"""How fast networks train: rows of (name, goal, contenders), the first being ours.

A goal is a ratio of CPU times, ours over theirs. Timing is noisy, ratios less so: one
thread on one core, all contenders in one process, turn by turn, in reverse order every
other round, the ratio taken within each round, and the median over the rounds. The
others need PyTorch, and one row scikit-learn, which gdlib does not.

    PYTHONPATH=. python tests/benchmarks/models.py
"""

# Threads are counted when NumPy is loaded, so the imports come after.

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import statistics
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np

from gdlib.datasets import digits
from gdlib.descent import descend
from gdlib.language import CharacterModel, windows
from gdlib.networks import MLP, ConvNet
from gdlib.optimizers import adam, momentum

sys.path.append(str(Path(__file__).parents[1]))
from golden import make_language, make_networks  # the same networks, in PyTorch

SIZE, RATE = 64, 0.05
SINGLE, DOUBLE = np.float32, np.float64


def digit_batches(dtype):
    """Return an epoch of batches, cut beforehand: neither side pays for that."""
    X, y = (digits().X / 16).astype(dtype), digits().y
    return [(X[i : i + SIZE], y[i : i + SIZE]) for i in range(0, len(y), SIZE)]


def ours(grad, theta, rule, batches):
    """Return a function that descends through the batches, to the last θ."""

    def epoch():
        *_, last = descend(grad, theta, rule, learning_rate=RATE, batches=batches)
        return last

    return epoch


def theirs(make, model, theta, optimizer, batches):
    """Return a function that does so in PyTorch; `make` is the golden script."""
    import torch

    tensors = [(torch.tensor(X), torch.tensor(y)) for X, y in batches]
    loss = torch.nn.CrossEntropyLoss()
    network = make.torch_network(model, theta)
    begin = [w.detach().clone() for w in network.parameters()]

    def epoch():
        with torch.no_grad():
            for w, value in zip(network.parameters(), begin, strict=True):
                w.copy_(value)
        step = optimizer(network.parameters(), lr=RATE)
        for X, y in tensors:
            step.zero_grad()
            loss(network(X), y).backward()
            step.step()
        return make.flat(network)

    return epoch


def epoch_on_digits(model, dtype, goal, *, by_tape=False):
    """G8, G9: 29 momentum steps on batches of 64 digits."""
    import torch

    theta, batches = make_networks.start(model).astype(dtype), digit_batches(dtype)
    sgd = partial(torch.optim.SGD, momentum=0.9)
    grad = model.grad_by_autodiff if by_tape else model.grad
    contenders = {
        "tape" if by_tape else "ours": ours(grad, theta, momentum, batches),
        "torch": theirs(make_networks, model, theta, sgd, batches),
    }
    assert_same(contenders)
    name = f"epoch of {type(model).__name__}, {np.dtype(dtype)}"
    return name, goal, contenders


def assert_same(contenders):
    mine, other = (run() for run in contenders.values())
    np.testing.assert_allclose(mine, other, rtol=1e-2, atol=1e-3)


def epoch_and_its_products():
    """G8: the same epoch, and its five matrix products alone."""
    name, _, contenders = epoch_on_digits(MLP(), SINGLE, None)
    rng = np.random.default_rng(0)
    W1, W2 = (rng.normal(size=s).astype(SINGLE) for s in ((64, 128), (128, 10)))
    batches = digit_batches(SINGLE)
    hidden = [rng.normal(size=(len(y), 128)).astype(SINGLE) for _, y in batches]
    slopes = [rng.normal(size=(len(y), 10)).astype(SINGLE) for _, y in batches]

    def products():
        for (X, _), h, d in zip(batches, hidden, slopes, strict=True):
            _ = X @ W1, h @ W2, h.T @ d, d @ W2.T, X.T @ h

    return name, 2.3, {"ours": contenders["ours"], "its products": products}


def epoch_and_scikit_learn():
    """G8: the same epoch as scikit-learn's classifier takes it, float64."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    warnings.simplefilter("ignore", ConvergenceWarning)
    name, _, contenders = epoch_on_digits(MLP(), DOUBLE, None)
    network = MLPClassifier(
        (128,), activation="tanh", solver="sgd", alpha=0, batch_size=SIZE,
        learning_rate_init=RATE, momentum=0.9, nesterovs_momentum=False, max_iter=1,
        shuffle=False, random_state=0,
    )  # fmt: skip
    fit = partial(network.fit, digits().X / 16, digits().y)
    return name, 0.35, {"ours": contenders["ours"], "scikit-learn": fit}


def adam_steps(goal, **options):
    """G4: 29 Adam steps of 9610 parameters, as one vector or as four tensors."""
    import torch

    model = MLP()
    theta = make_networks.start(model).astype(SINGLE)
    network = make_networks.torch_network(model, theta)
    for w in network.parameters():
        w.grad = w.detach().clone()
    step = torch.optim.Adam(network.parameters(), lr=RATE, **options)

    def torch_steps():
        for _ in range(29):
            step.step()

    run = ours(lambda _: theta, theta, adam, [()] * 29)
    name = " ".join(["Adam on 9610 parameters, float32", *options])
    return name, goal, {"ours": run, "torch": torch_steps}


def steps_on_characters(dtype, goal):
    """G12: 20 Adam steps of the character model on batches of 256, 64 characters."""
    import torch

    rng = np.random.default_rng(0)
    model = CharacterModel("".join(map(chr, range(40, 104))))
    X, y = windows(rng.integers(64, size=256 * 20 + 8), model.context)
    X = X.copy()
    batches = [(X[i : i + 256], y[i : i + 256]) for i in range(0, len(y), 256)]
    theta = make_language.start(model).astype(dtype)
    contenders = {
        "ours": ours(model.grad, theta, momentum, batches),
        "torch": theirs(
            make_language,
            model,
            theta,
            partial(torch.optim.SGD, momentum=0.9),
            batches,
        ),
    }
    assert_same(contenders)  # Adam turns roundings into steps: compare by momentum,
    contenders = {  # and time Adam
        "ours": ours(model.grad, theta, adam, batches),
        "torch": theirs(make_language, model, theta, torch.optim.Adam, batches),
    }
    return f"20 steps of CharacterModel, {np.dtype(dtype)}", goal, contenders


ROWS = [
    partial(adam_steps, 0.12),
    partial(adam_steps, 0.40, fused=True),
    partial(epoch_on_digits, MLP(), SINGLE, 0.20),
    partial(epoch_on_digits, MLP(), SINGLE, 0.28, by_tape=True),
    epoch_and_its_products,
    epoch_and_scikit_learn,
    partial(epoch_on_digits, ConvNet(), SINGLE, 0.75),
    partial(epoch_on_digits, ConvNet(), DOUBLE, 0.65),
    partial(steps_on_characters, SINGLE, 0.60),
]


def time_row(contenders, rounds=15):
    """Time contenders turn by turn; return the CPU seconds of each, round by round."""
    names, times = list(contenders), {name: [] for name in contenders}
    for turn in range(rounds):
        for name in names[:: -1 if turn % 2 else 1]:
            start = time.process_time()
            contenders[name]()
            times[name].append(time.process_time() - start)
    return times


def main():
    try:
        import torch
    except ImportError:
        sys.exit("these benchmarks compare with PyTorch, which is not installed here")
    torch.set_num_threads(1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    for row in ROWS:
        name, goal, contenders = row()
        times = time_row(contenders)
        mine, *others = times
        for other in others:
            ratios = [a / b for a, b in zip(times[mine], times[other], strict=True)]
            ratio = statistics.median(ratios)
            print(
                f"{name}: {mine} {1e3 * min(times[mine]):.2f} ms, {other} "
                f"{1e3 * min(times[other]):.2f} ms, ratio {ratio:.3f}, goal {goal:.2f}"
                f"{'' if ratio <= goal else '  MISSED'}"
            )


if __name__ == "__main__":
    main()
