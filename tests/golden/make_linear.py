"""Where tests/golden/linear.json comes from: scikit-learn and PyTorch.

Run by hand, once, with an interpreter that has both (scikit-learn 1.9.1, torch 2.13 on
a CPU):

    python tests/golden/make_linear.py

The tests read the file and need neither. scikit-learn minimizes C Σ c(sᵢ, yᵢ) + ½‖w‖²
and so has the same minimum as (1/n) Σ c(sᵢ, yᵢ) + ½λ‖w‖² where C = 1/(nλ).
"""

import json
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("linear.json")
BATCH, EPOCHS, STRIDE, RATE, BETA = 32, 5, 37, 0.05, 0.9
EXACT = {"solver": "newton-cholesky", "tol": 1e-12, "max_iter": 1000}


def standardized_cancer():
    from sklearn.datasets import load_breast_cancer
    from sklearn.preprocessing import StandardScaler

    data = load_breast_cancer()
    return StandardScaler().fit_transform(data.data), data.target


def optimum(X, y, penalty):
    """Return θ in our order, intercepts first, and the objective by scikit-learn."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss

    model = LogisticRegression(C=1 / (len(y) * penalty), **EXACT).fit(X, y)
    theta = np.vstack([model.intercept_, model.coef_.T])
    loss = log_loss(y, model.predict_proba(X)) + penalty / 2 * (model.coef_**2).sum()
    return {"penalty": penalty, "theta": theta.ravel().tolist(), "loss": loss}


def ridge(X, y, penalty):
    """Ridge minimizes Σ (ŷᵢ − yᵢ)² + α‖w‖²: the mean, where α = ½nλ."""
    from sklearn.linear_model import Ridge

    model = Ridge(alpha=len(y) * penalty / 2, solver="svd").fit(X, y)
    return {"penalty": penalty, "theta": [model.intercept_, *model.coef_]}


def widest_street(X, y):
    """Return the θ of length 1 whose worst example has the highest score, and it.

    Every example is there twice, mirrored in the origin with the opposite label: then
    the best plane goes through the origin, and the intercept is a weight like others.
    """
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    X = np.column_stack([np.ones(len(X)), StandardScaler().fit_transform(X)])
    model = SVC(kernel="linear", C=1e10, tol=1e-12).fit(np.r_[X, -X], np.r_[y, ~y])
    theta = model.coef_[0] / np.linalg.norm(model.coef_)
    return {"theta": theta.tolist(), "margin": 1 / np.linalg.norm(model.coef_)}


def trained_in_batches(X, y):
    """Train by PyTorch, in mini-batches and with momentum, from θ = 0.

    The i-th example of an epoch is number STRIDE · i mod n; n is prime.
    """
    import torch

    torch.set_default_dtype(torch.float64)
    order = torch.arange(len(y)) * STRIDE % len(y)
    X, y = torch.tensor(X)[order], torch.tensor(y, dtype=torch.float64)[order]
    model = torch.nn.Linear(X.shape[1], 1)
    for parameter in model.parameters():
        torch.nn.init.zeros_(parameter)
    descent = torch.optim.SGD(model.parameters(), lr=RATE, momentum=BETA)
    entropy = torch.nn.BCEWithLogitsLoss()
    for _ in range(EPOCHS):
        for start in range(0, len(y), BATCH):
            batch = slice(start, start + BATCH)
            descent.zero_grad()
            entropy(model(X[batch])[:, 0], y[batch]).backward()
            descent.step()
    return {
        "batch": BATCH,
        "epochs": EPOCHS,
        "stride": STRIDE,
        "learning_rate": RATE,
        "beta": BETA,
        "theta": [model.bias.item(), *model.weight[0].tolist()],
    }


if __name__ == "__main__":
    from sklearn.datasets import load_diabetes, load_digits, load_iris

    digits, iris, diabetes = load_digits(), load_iris(), load_diabetes()
    X, y = standardized_cancer()
    golden = {
        "cancer": optimum(X, y, 1e-2),
        "digits": optimum(digits.data / 16, digits.target, 1e-3),
        "ridge": ridge(diabetes.data, diabetes.target, 1e-3),
        "iris": widest_street(iris.data, iris.target == 0),
        "batches": trained_in_batches(X, y),
    }
    lines = (f'"{name}": {json.dumps(one)}' for name, one in golden.items())
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
