"""Where tests/golden/autodiff.json comes from: torch.autograd.

Run by hand, once, with an interpreter that has torch (2.13 was used, on a CPU):

    python tests/golden/make_autodiff.py

The tests read the file and need no torch. Each row is an expression in PyTorch's words;
test_autodiff.py has the same in ours, under the same name. The file keeps the inputs,
the value and the gradient by each input, in float64.
"""

import json
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("autodiff.json")
SEED = 20240301
IDS = [[0, 2, 2], [3, 0, 2]]
LABELS = [2, 0, 1, 2, 2]

# name: shapes of the inputs a, b, c, d, and how far they spread
SHAPES = {
    "polynomial": ([(5,)], 2),
    "quotient": ([(3, 4), (4,)], 2),
    "outer difference": ([(4, 1), (1, 3)], 2),
    "powers": ([(3, 2), (2,)], 2),
    "gaussian": ([(6,)], 2),
    "softplus": ([(7,)], 20),
    "sigmoid": ([(7,)], 20),
    "tanh": ([(7,)], 3),
    "waves": ([(3, 3)], 4),
    "relu": ([(4, 3)], 2),
    "largest": ([(4, 3), (3,)], 2),
    "absolute": ([(5,)], 2),
    "branches": ([(6,)], 2),
    "variance": ([(4, 3)], 2),
    "standardized": ([(5, 3)], 2),
    "max over an axis": ([(3, 4, 2)], 2),
    "norms": ([(4, 3)], 2),
    "logsumexp": ([(3, 5)], 3),
    "logsumexp at 1000": ([(3, 4)], 1000),
    "attention": ([(2, 3, 4), (2, 3, 4), (2, 3, 4)], 1),
    "matrix chain": ([(3,), (3, 4), (4, 5), (5,)], 1),
    "stacks of matrices": ([(2, 3, 4), (4, 2)], 2),
    "cross-entropy": ([(5, 3)], 3),
    "cross-entropy at 1000": ([(5, 3)], 1000),
    "network": ([(4, 6), (6,), (6, 3), (3,)], 1),
    "embedding": ([(4, 3), (3,)], 2),
    "convolution": ([(2, 6, 6), (3, 3)], 2),
    "axes": ([(2, 3, 4)], 2),
    "joined": ([(2, 3), (2, 2), (2, 3)], 2),
    "recurrence": ([(4, 2), (2, 3), (3, 3)], 1),
}


def images():
    """Return the 5 constant rows that the network is shown, of shape (5, 4)."""
    return (np.arange(20.0).reshape(5, 4) % 7 - 3) / 4


def expressions():
    """Return the expressions: functions of tensors to a tensor with one number."""
    import torch

    cross_entropy = torch.nn.functional.cross_entropy
    labels, ids = torch.tensor(LABELS), torch.tensor(IDS)

    def weighed(x):
        """Weigh the numbers of x differently, so that each slope counts."""
        return (x * torch.arange(1, x.numel() + 1).reshape(x.shape)).sum()

    def attention(q, k, v):
        return weighed(torch.softmax(q @ k.transpose(1, 2) / 2, dim=-1) @ v)

    def network(W1, b1, W2, b2):
        hidden = torch.tanh(torch.from_numpy(images()) @ W1 + b1)
        return cross_entropy(hidden @ W2 + b2, labels)

    def convolution(image, kernel):
        y = torch.nn.functional.conv2d(image[:, None], kernel[None, None])
        return weighed(torch.relu(y[:, 0]))

    def recurrence(x, W, U):
        h = torch.zeros(3, dtype=torch.float64)
        for row in x:
            h = torch.tanh(row @ W + h @ U)
        return weighed(h)

    return {
        "polynomial": lambda a: weighed(2 * a**3 - a**2 / 3 + 5 - a),
        "quotient": lambda a, b: weighed(a / (1 + b**2) - 1 / (3 + a**2)),
        "outer difference": lambda a, b: weighed((a - b) ** 2),
        "powers": lambda a, b: weighed((1 + a**2) ** b + 2.0**a),
        "gaussian": lambda a: weighed(torch.exp(-(a**2) / 2)),
        "softplus": lambda a: weighed(torch.logaddexp(a, torch.zeros_like(a))),
        "sigmoid": lambda a: weighed(torch.sigmoid(a)),
        "tanh": lambda a: weighed(torch.tanh(a)),
        "waves": lambda a: weighed(torch.sin(a) * torch.cos(2 * a)),
        "relu": lambda a: weighed(torch.relu(a)),
        "largest": lambda a, b: weighed(torch.maximum(a, b)),
        "absolute": lambda a: weighed(torch.abs(a) + torch.sqrt(1 + a**2)),
        "branches": lambda a: weighed(torch.where(a > 0, a**2, torch.sin(a))),
        "variance": lambda a: weighed(a.var(dim=0, unbiased=False)),
        "standardized": lambda a: weighed((a - a.mean(0)) / (a.std(0, correction=0))),
        "max over an axis": lambda a: weighed(a.amax(dim=1)) + a.amax(dim=(0, 2)).sum(),
        "norms": lambda a: weighed(torch.linalg.norm(a, dim=1)) + torch.linalg.norm(a),
        "logsumexp": lambda a: (
            weighed(torch.logsumexp(a, 1)) + torch.logsumexp(a, (0, 1))
        ),
        "logsumexp at 1000": lambda a: weighed(torch.logsumexp(a, dim=1)),
        "attention": attention,
        "matrix chain": lambda a, b, c, d: a @ b @ c @ d,
        "stacks of matrices": lambda a, b: weighed((a @ b) ** 2),
        "cross-entropy": lambda a: cross_entropy(a, labels),
        "cross-entropy at 1000": lambda a: cross_entropy(a, labels),
        "network": network,
        "embedding": lambda a, b: weighed(torch.tanh(a[ids] + b)),
        "convolution": convolution,
        "axes": lambda a: weighed(a.permute(2, 0, 1).reshape(4, 6).T[1::2]),
        "joined": lambda a, b, c: (
            weighed(torch.cat([a, b], 1)) + weighed(torch.stack([a, c], 1) ** 2)
        ),
        "recurrence": recurrence,
    }


def main():
    """Write the file."""
    import torch

    raw = np.random.PCG64(SEED)
    rows = {}
    for name, f in expressions().items():
        shapes, spread = SHAPES[name]
        inputs = []
        for shape in shapes:
            ticks = (raw.random_raw(int(np.prod(shape))) % 128).astype(float) - 63.5
            inputs.append((ticks * spread / 64).reshape(shape))
        variables = [torch.tensor(a, requires_grad=True) for a in inputs]
        value = f(*variables)
        value.backward()
        rows[name] = {
            "inputs": [a.tolist() for a in inputs],
            "value": value.item(),
            "gradients": [v.grad.tolist() for v in variables],
        }
    lines = [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main()
