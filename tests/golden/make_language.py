"""Where tests/golden/language.json comes from: PyTorch, trained as we train.

Run by hand, once, with an interpreter that has torch (2.13 was used, on a CPU):

    PYTHONPATH=. python tests/golden/make_language.py

The test reads the file and needs no torch. Both sides start from the same θ, see the
same batches of the same text, and step by the same rule, in float64; each computes its
own gradients. Characters come many times in a window, and 'q' never: its embedding
must not move.
"""

import json
from pathlib import Path

import numpy as np

from gdlib.language import CharacterModel, alphabet, encode, windows
from gdlib.parameters import unflatten

STEPS, SIZE, LEARNING_RATE, BETA = 200, 32, 0.1, 0.9
AT = (0, 1, 10, 200)  # steps at which the loss of the whole text is written down
FILE = Path(__file__).with_name("language.json")
TEXT = (
    "a bee sees a pea. a sea bass passes a bee. bees see a base as a bass seeps past. "
    "a pass, a spa, a sap: see, a bee passes. "
)
MODEL = CharacterModel(alphabet(TEXT + "q"), context=5, embedding=4, hidden=16)


def start(model):
    """Return θ between −1/2 and 1/2, the same to the last bit on every machine."""
    size = len(model.init(np.random.default_rng(0)))
    raw = np.random.PCG64(20240302).random_raw(size)
    return np.ldexp((raw >> np.uint64(24)).astype(float), -40) - 0.5


def batches(X, y):
    """Yield a batch a step: every seventh window, wherever the last batch ended."""
    for step in range(STEPS):
        places = 7 * (step * SIZE + np.arange(SIZE)) % len(y)
        yield X[places], y[places]


def torch_network(model, theta):
    """Return a module of PyTorch that computes what our model does, and holds our θ."""
    import torch
    from torch import nn

    V, flat = len(model.vocabulary), model.context * model.embedding
    p = unflatten(torch.tensor(theta), model.shapes)
    network = nn.Sequential(
        nn.Embedding(V, model.embedding),
        nn.Flatten(),
        nn.Linear(flat, model.hidden),
        nn.Tanh(),
        nn.Linear(model.hidden, V),
    ).to(p["E"].dtype)
    values = p["E"], p["W1"].T, p["b1"], p["W2"].T, p["b2"]
    with torch.no_grad():
        for parameter, value in zip(network.parameters(), values, strict=True):
            parameter.copy_(value)
    return network


def flat(network):
    """Return a module's parameters as our θ: an embedding is a table, as ours is."""
    table, *layers = (w.detach().numpy() for w in network.parameters())
    return np.concatenate([table.ravel(), *(w.T.ravel() for w in layers)])


def main():
    """Write the file, and say how large it is."""
    import torch

    X, y = windows(encode(TEXT, MODEL.vocabulary), MODEL.context)
    X_all, y_all = torch.tensor(X.copy()), torch.tensor(y.copy())
    network, loss = torch_network(MODEL, start(MODEL)), torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(network.parameters(), lr=LEARNING_RATE, momentum=BETA)
    seen = {0: loss(network(X_all), y_all).item()}
    for step, (X_batch, y_batch) in enumerate(batches(X, y), start=1):
        optimizer.zero_grad()
        loss(network(torch.tensor(X_batch)), torch.tensor(y_batch)).backward()
        optimizer.step()
        if step in AT:
            seen[step] = loss(network(X_all), y_all).item()
    theta = flat(network)
    golden = {
        "loss": seen,
        "theta": theta[::7].tolist(),
        "norm": float(np.linalg.norm(theta)),
    }
    FILE.write_text(json.dumps(golden) + "\n", "utf-8")
    print(f"{FILE.name}: {FILE.stat().st_size / 1000:.1f} kB, losses {seen}")


if __name__ == "__main__":
    main()
