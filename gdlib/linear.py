"""Models that are straight: a prediction is a weighted sum of the inputs.

A model is stateless. It has four methods over one flat parameter vector θ:
``init(rng)``, ``predict(theta, X)``, ``loss(theta, X, y)``, ``grad(theta, X, y)``;
θ itself belongs to whoever descends.
"""

from dataclasses import dataclass

import numpy as np

from gdlib.losses import squared_error


@dataclass(frozen=True)
class LinearRegression:
    """ŷ = b + Xw under the mean squared error, with θ = (b, w₁, …, w_d).

    Parameters
    ----------
    features : int
        d, the number of columns of X.

    Examples
    --------
    >>> model = LinearRegression(features=1)
    >>> model.predict(np.array([1.0, 2.0]), np.array([[0.0], [3.0]]))
    array([1., 7.])
    """

    features: int

    def init(self, rng=None):
        """Return the starting θ, of shape (1 + d,): all zeros, whatever `rng`."""
        return np.zeros(1 + self.features)

    def predict(self, theta, X):
        """Return ŷ of shape (n,) for X of shape (n, d), in the unit of y.

        Raises
        ------
        ValueError
            If θ or X has not d columns; the message says what to do.
        """
        theta, X = np.asarray(theta), np.asarray(X)
        d = self.features
        if theta.shape != (1 + d,):
            raise ValueError(
                f"theta has shape {theta.shape}; {d} features and an intercept need "
                f"{(1 + d,)}"
            )
        if X.ndim != 2 or X.shape[1] != d:
            fix = "one example a row"
            if X.ndim == 1:
                fix = "X[:, None]" if d == 1 else "X[None, :] for a single example"
            raise ValueError(f"X has shape {X.shape}; the model needs (n, {d}): {fix}")
        return theta[0] + X @ theta[1:]

    def loss(self, theta, X, y):
        """Return the mean squared error of θ on X of shape (n, d), y of shape (n,)."""
        return squared_error.value(self.predict(theta, X), y)

    def grad(self, theta, X, y):
        """Return the gradient of `loss` by θ, of shape (1 + d,)."""
        slope = squared_error.slope(self.predict(theta, X), y)
        return np.concatenate([[slope.sum()], slope @ X])
