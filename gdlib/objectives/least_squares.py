"""Sums of squares: f(x) = ‖r(x)‖² = Σ rᵢ(x)², whose gradient is 2 Jᵀr with J = ∂r/∂x.

A residual rᵢ is what is left over of the i-th equation, or the distance of a curve from
the i-th measurement: the equations are here, the curves in `fits`. Ten classics in all,
with the residuals, data, starts and minima of

    J. J. Moré, B. S. Garbow and K. E. Hillstrom, "Testing unconstrained optimization
    software", ACM Transactions on Mathematical Software 7 (1981),

whose numbers (MGH) stand in the docstrings. Where r = 0 and J is regular, the Hessian
is 2 JᵀJ: its condition number κ is the square of that of J, which is why several of
these are so hard.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gdlib.objectives.base import Objective, _known


@dataclass(frozen=True, kw_only=True, repr=False)
class LeastSquares(Objective):
    """An objective ‖r(x)‖² that also gives away what it is made of.

    Parameters
    ----------
    residuals : callable
        Takes x of shape (d, …), returns r of shape (m, …).
    jacobian : callable
        Takes x of shape (d, …), returns J = ∂rᵢ/∂xⱼ of shape (m, d, …).

    Examples
    --------
    >>> f = freudenstein_roth()
    >>> f.residuals(f.start), f.jacobian(f.start)
    (array([19.5, -4.5]), array([[  1., -34.],
           [  1.,  -6.]]))
    """

    residuals: Callable
    jacobian: Callable


def _squares(name, residuals, jacobian, **facts):
    """Build ‖r‖² and its gradient 2 Jᵀr."""
    r = lambda x: residuals(np.asarray(x))
    J = lambda x: jacobian(np.asarray(x))
    return _known(
        name,
        lambda x: (r(x) ** 2).sum(axis=0),
        lambda x: 2 * (J(x) * r(x)[:, None]).sum(axis=0),
        kind=LeastSquares,
        residuals=r,
        jacobian=J,
        **facts,
    )


def _matrix(*rows):
    """Stack m rows of d entries, some of shape (…) and some mere numbers: (m, d, …)."""
    entries = np.broadcast_arrays(*(entry for row in rows for entry in row))
    return np.stack(entries).reshape(len(rows), -1, *entries[0].shape)


def freudenstein_roth():
    """r = (x₁ − 13 + ((5−x₂)x₂ − 2)x₂, x₁ − 29 + ((x₂+1)x₂ − 14)x₂); MGH 2.

    Minimum 0 at (5, 4); a local one of 48.98425367924 at (11.4128, −0.8968) is where
    many descents end.
    """

    def residuals(x):
        x1, x2 = x
        return np.array(
            [
                x1 - 13 + ((5 - x2) * x2 - 2) * x2,
                x1 - 29 + ((x2 + 1) * x2 - 14) * x2,
            ]
        )

    def jacobian(x):
        _, x2 = x
        return _matrix(
            (1, 10 * x2 - 3 * x2**2 - 2),
            (1, 3 * x2**2 + 2 * x2 - 14),
        )

    return _squares(
        "Freudenstein–Roth",
        residuals,
        jacobian,
        minima=[5, 4],
        minimum=0.0,
        local_minima=[11.412778986902094, -0.896805253274477],
        start=[0.5, -2],
        domain=[(-5, 15), (-4, 6)],
    )


def powell_badly_scaled():
    """r = (10⁴x₁x₂ − 1, e^−x₁ + e^−x₂ − 1.0001); MGH 3.

    Minimum 0 at (1.098⋅10⁻⁵, 9.106), where κ ≈ 7⋅10¹⁷: a crack thinner than float64 can
    tell from flat.
    """

    def residuals(x):
        x1, x2 = x
        return np.array([1e4 * x1 * x2 - 1, np.exp(-x1) + np.exp(-x2) - 1.0001])

    def jacobian(x):
        x1, x2 = x
        return _matrix((1e4 * x2, 1e4 * x1), (-np.exp(-x1), -np.exp(-x2)))

    return _squares(
        "Powell badly scaled",
        residuals,
        jacobian,
        minima=[1.0981593296998175e-5, 9.106146739866524],
        minimum=0.0,
        start=[0, 1],
        domain=[(-1, 1), (-1, 10)],
    )


def brown_badly_scaled():
    """r = (x₁ − 10⁶, x₂ − 2⋅10⁻⁶, x₁x₂ − 2); MGH 4.

    Minimum 0 at (10⁶, 2⋅10⁻⁶), where κ = 10¹²: as if one coordinate were measured in
    kilometers, the other in nanometers.
    """

    def residuals(x):
        x1, x2 = x
        return np.array([x1 - 1e6, x2 - 2e-6, x1 * x2 - 2])

    def jacobian(x):
        x1, x2 = x
        return _matrix((1, 0), (0, 1), (x2, x1))

    return _squares(
        "Brown badly scaled",
        residuals,
        jacobian,
        minima=[1e6, 2e-6],
        minimum=0.0,
        start=[1, 1],
        domain=[(0, 2e6), (-2, 2)],
    )


def helical_valley():
    """r = (10(x₃ − 10θ), 10(√(x₁² + x₂²) − 1), x₃), 2πθ the angle of (x₁, x₂); MGH 7.

    Minimum 0 at (1, 0, 0), down a spiral staircase cut off at x₁ = 0, x₂ < 0.
    """

    def residuals(x):
        x1, x2, x3 = x
        turns = 0.25 + np.arctan2(-x1, x2) / (2 * np.pi)  # −¼ to ¾
        return np.array([10 * (x3 - 10 * turns), 10 * (np.hypot(x1, x2) - 1), x3])

    def jacobian(x):
        x1, x2, _ = x
        radius = np.hypot(x1, x2)
        turn = 50 / (np.pi * radius**2)
        return _matrix(
            (turn * x2, -turn * x1, 10),
            (10 * x1 / radius, 10 * x2 / radius, 0),
            (0, 0, 1),
        )

    return _squares(
        "helical valley",
        residuals,
        jacobian,
        minima=[1, 0, 0],
        minimum=0.0,
        start=[-1, 0, 0],
        domain=[(-2, 2), (-2, 2), (-2, 8)],
    )


def powell_singular():
    """r = (x₁ + 10x₂, √5(x₃ − x₄), (x₂ − 2x₃)², √10(x₁ − x₄)²); MGH 13.

    Minimum 0 at 0, where the Hessian is singular: f falls slower than any bowl.
    """

    def residuals(x):
        x1, x2, x3, x4 = x
        return np.array(
            [
                x1 + 10 * x2,
                np.sqrt(5) * (x3 - x4),
                (x2 - 2 * x3) ** 2,
                np.sqrt(10) * (x1 - x4) ** 2,
            ]
        )

    def jacobian(x):
        x1, x2, x3, x4 = x
        p, q = 2 * (x2 - 2 * x3), 2 * np.sqrt(10) * (x1 - x4)
        return _matrix(
            (1, 10, 0, 0),
            (0, 0, np.sqrt(5), -np.sqrt(5)),
            (0, p, -2 * p, 0),
            (q, 0, 0, -q),
        )

    return _squares(
        "Powell singular",
        residuals,
        jacobian,
        minima=[0, 0, 0, 0],
        minimum=0.0,
        start=[3, -1, 0, 1],
        domain=[(-4, 4)] * 4,
    )


def wood():
    """Two Rosenbrock valleys, (x₁, x₂) and (x₃, x₄), with a tie between them; MGH 14.

    r = (10(x₂−x₁²), 1−x₁, √90(x₄−x₃²), 1−x₃, √10(x₂+x₄−2), (x₂−x₄)/√10): minimum 0
    at (1, 1, 1, 1).
    """
    a, b = np.sqrt(90), np.sqrt(10)

    def residuals(x):
        x1, x2, x3, x4 = x
        return np.array(
            [
                10 * (x2 - x1**2),
                1 - x1,
                a * (x4 - x3**2),
                1 - x3,
                b * (x2 + x4 - 2),
                (x2 - x4) / b,
            ]
        )

    def jacobian(x):
        x1, _, x3, _ = x
        return _matrix(
            (-20 * x1, 10, 0, 0),
            (-1, 0, 0, 0),
            (0, 0, -2 * a * x3, a),
            (0, 0, -1, 0),
            (0, b, 0, b),
            (0, 1 / b, 0, -1 / b),
        )

    return _squares(
        "Wood",
        residuals,
        jacobian,
        minima=[1, 1, 1, 1],
        minimum=0.0,
        start=[-3, -1, -3, -1],
        domain=[(-4, 4)] * 4,
    )
