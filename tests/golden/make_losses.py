"""Where tests/golden/losses.json comes from: PyTorch and scikit-learn.

Run by hand, once, with an interpreter that has both (torch 2.13 on a CPU, scikit-learn
1.9.1):

    python tests/golden/make_losses.py

The tests read the file and need neither. The points are chosen: both signs, zero, both
sides of each kink and the kink itself, and scores on which a plain exp overflows, where
the other library can take them.
"""

import json
from pathlib import Path

FILE = Path(__file__).with_name("losses.json")

RESIDUALS = [0.0, 0.1, -0.1, 0.5, -0.5, 1.0, -1.0, 1.5, -3.0, 7.0, -40.0]
TARGETS = [0.0, 4.0, 4.0, -2.0, 2.0, 0.0, 0.0, 7.0, -1.0, 0.0, 0.0]
SCORES = [0.0, 0.25, -0.5, 1.0, -1.0, 1.1, -2.0, 3.0, -5.0]
LARGE = [30.0, -30.0, 700.0, -700.0, 1000.0, -1000.0]
LOGITS = [
    [[10.0, 1.0, -2.0], [1.0, 4.0, 0.2], [0.0, 0.0, 0.0], [-1.0, 2.0, -3.0]],
    [[1000.0, -1000.0], [-1000.0, 1000.0], [1e4, 1e4 - 1], [0.5, -0.25]],
]
CLASSES = [[1, 0, 2, 1], [1, 1, 0, 0]]


def from_torch(name, function, prediction, target, **settings):
    import torch

    prediction = torch.tensor(prediction, dtype=torch.float64, requires_grad=True)
    whole = isinstance(target[0], int)
    target = torch.tensor(target, dtype=torch.int64 if whole else torch.float64)
    value = getattr(torch.nn.functional, function)(prediction, target, **settings)
    value.backward()
    return {
        "loss": name,
        "settings": settings,
        "prediction": prediction.tolist(),
        "target": target.tolist(),
        "value": value.item(),
        "slope": prediction.grad.tolist(),
    }


def from_sklearn(name, function, prediction, target):
    """One example at a time: scikit-learn's own have no mean in them."""
    from sklearn.linear_model import _sgd_fast

    loss = getattr(_sgd_fast, function)(1.0)
    n, pairs = len(target), list(zip(prediction, target, strict=True))
    return {
        "loss": name,
        "settings": {},
        "prediction": prediction,
        "target": target,
        "value": sum(loss.py_loss(p, y) for p, y in pairs) / n,
        "slope": [loss.py_dloss(p, y) / n for p, y in pairs],
    }


def cases():
    p = [r + y for r, y in zip(RESIDUALS, TARGETS, strict=True)]
    yield from_torch("squared_error", "mse_loss", p, TARGETS)
    yield from_torch("absolute_error", "l1_loss", p, TARGETS)
    for delta in (0.1, 1.0, 50.0):
        yield from_torch("huber", "huber_loss", p, TARGETS, delta=delta)
    for sign in (1.0, -1.0):
        y = [sign] * len(SCORES)
        yield from_torch("logistic", "soft_margin_loss", SCORES, y)
        yield from_sklearn("hinge", "Hinge", SCORES, y)
        yield from_sklearn("squared_hinge", "SquaredHinge", SCORES, y)
        for s in (SCORES, LARGE):
            y = [(1 + sign) / 2] * len(s)
            name = "binary_cross_entropy"
            yield from_torch(name, name + "_with_logits", s, y)
    for logits, label in zip(LOGITS, CLASSES, strict=True):
        yield from_torch("softmax_cross_entropy", "cross_entropy", logits, label)


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(case) for case in cases())
    FILE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
