"""Where tests/golden/svm.json comes from: scikit-learn.

Run by hand, once, with an interpreter that has it (1.9.1 was used):

    python tests/golden/make_svm.py

The tests read the file and need no scikit-learn. It minimizes C Σ c(sᵢ, yᵢ) + ½‖w‖²,
which has the same minimum as (1/n) Σ c(sᵢ, yᵢ) + ½λ‖w‖² where C = 1/(nλ). It stops
when margins are right to seven digits; which examples stand at a margin of 1 is then
certain, and one linear system gives the rest.
"""

import json
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("svm.json")
PENALTY = 1e-2


def standardized_cancer():
    from sklearn.datasets import load_breast_cancer
    from sklearn.preprocessing import StandardScaler

    data = load_breast_cancer()
    return StandardScaler().fit_transform(data.data), 2 * data.target - 1


def hinge(X, y):
    """Return the minimum, its intercept free, as SVC has it: θ = (b, w)."""
    from sklearn.svm import SVC

    model = SVC(kernel="linear", C=1 / (len(y) * PENALTY), tol=1e-12).fit(X, y)
    X = np.column_stack([np.ones(len(X)), X])
    penalized = np.r_[0, np.ones(X.shape[1] - 1)]
    return polished(X, y, np.r_[model.intercept_, model.coef_[0]], penalized)


def hinge_through_the_origin(X, y):
    """Return the minimum without intercept, θ = w, as LinearSVC has it."""
    from sklearn.svm import LinearSVC

    model = LinearSVC(
        C=1 / (len(y) * PENALTY), loss="hinge", fit_intercept=False, tol=1e-10,
        max_iter=10_000_000, random_state=0,
    ).fit(X, y)  # fmt: skip
    return polished(X, y, model.coef_[0], np.ones(X.shape[1]))


def polished(X, y, theta, penalized):
    """Solve λDθ = (1/n) Σ αᵢyᵢxᵢ with margins of 1 where 0 < αᵢ < 1, D = penalized.

    Elsewhere αᵢ is 1 or 0, the margin below or above 1. Such α and θ prove each other:
    the dual objective, (1/n) Σ αᵢ − ½λ‖w‖², is as high as the objective is low.
    """
    from sklearn.metrics import hinge_loss

    margins, n = y * (X @ theta), len(y)
    curb = abs(margins - 1) < 1e-5
    Z = y[:, None] * X
    top = np.hstack([PENALTY * np.diag(penalized), -Z[curb].T / n])
    bottom = np.hstack([Z[curb], np.zeros((curb.sum(), curb.sum()))])
    right = np.r_[Z[(margins < 1) & ~curb].sum(axis=0) / n, np.ones(curb.sum())]
    theta, alpha = np.split(
        np.linalg.solve(np.vstack([top, bottom]), right), [len(theta)]
    )
    assert ((alpha > 0) & (alpha < 1)).all()
    w = theta[penalized > 0]
    return {
        "theta": theta.tolist(),
        "loss": hinge_loss(y, X @ theta) + PENALTY / 2 * (w @ w),
        "curb": np.flatnonzero(curb).tolist(),
        "alpha": alpha.tolist(),
    }


def squared_hinge(X, y):
    from sklearn.svm import LinearSVC

    model = LinearSVC(
        C=1 / (len(y) * PENALTY), fit_intercept=False, dual=False, tol=1e-14
    ).fit(X, y)
    return {"theta": model.coef_[0].tolist()}


if __name__ == "__main__":
    X, y = standardized_cancer()
    ones = np.column_stack([np.ones(len(X)), X])
    golden = {
        "penalty": PENALTY,
        "intercept": hinge(X, y),
        "ones": hinge_through_the_origin(ones, y),
        "squared": squared_hinge(ones, y),
    }
    lines = (f'"{name}": {json.dumps(one)}' for name, one in golden.items())
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
