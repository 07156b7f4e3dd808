"""Where tests/golden/differentiable.json comes from: SciPy and scikit-learn.

Run by hand, once, with an interpreter that has them (1.17.1 and 1.9.1 were used):

    python tests/golden/make_differentiable.py

The tests read the file and need neither. Data are drawn around planted values, rounded
and kept. Curves are fitted by Levenberg and Marquardt's method, the fall by its closed
form y = log(cosh(√(gk) t)) / k and not by integration; the mixture is fitted by
expectation and maximization, which climbs the same likelihood by another way.
"""

import json
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("differentiable.json")


def growth(t, K, r, t0):
    return K / (1 + np.exp(-r * (t - t0)))


def fall(t, g, k):
    return np.log(np.cosh(np.sqrt(g * k) * t)) / k


def curve(law, t, planted, noise, rng):
    """Return data around a law, and the least squares with standard errors."""
    from scipy.optimize import curve_fit

    t = np.round(t, 4)
    y = np.round(law(t, *planted) + rng.normal(0, noise, t.size), 4)
    start = np.array(planted) * 1.2
    best, covariance = curve_fit(law, t, y, start, ftol=1e-15, xtol=1e-15, gtol=1e-15)
    return {
        "t": t.tolist(),
        "y": y.tolist(),
        "planted": planted,
        "best": best.tolist(),
        "errors": np.sqrt(np.diag(covariance)).tolist(),
        "loss": float(np.mean((law(t, *best) - y) ** 2)),
    }


def mixture(rng):
    from sklearn.mixture import GaussianMixture

    means = np.array([[-2.0, 0.0], [0.5, 1.5], [2.0, -1.0]])
    scales = np.array([[0.5, 1.0], [0.8, 0.4], [1.0, 0.7]])
    which = rng.choice(3, p=[0.5, 0.3, 0.2], size=150)
    X = np.round(rng.normal(means[which], scales[which]), 3)
    model = GaussianMixture(
        3, covariance_type="diag", means_init=means, tol=1e-15, reg_covar=0,
        max_iter=100_000, random_state=0,
    ).fit(X)  # fmt: skip
    return {
        "X": X.tolist(),
        "weights": model.weights_.tolist(),
        "means": model.means_.tolist(),
        "scales": np.sqrt(model.covariances_).tolist(),
        "loss": -model.score(X),
    }


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    golden = {
        "growth": curve(growth, np.linspace(0, 12, 30), [6.6, 0.55, 5.0], 0.1, rng),
        "fall": curve(fall, np.linspace(0.1, 2, 20), [9.81, 0.13], 0.02, rng),
        "mixture": mixture(rng),
    }
    lines = (f'"{name}": {json.dumps(one)}' for name, one in golden.items())
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
