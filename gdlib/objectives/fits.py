"""Curves fitted to points: sums of squares with more residuals than coordinates.

No curve meets all its points, so that r ≠ 0 at the minimum and the Hessian 2 JᵀJ + 2 Σ
rᵢ∇²rᵢ is not known from J alone. Problems 6, 8, 15 and 16 of Moré, Garbow and Hillstrom
(MGH); see `gdlib.objectives.least_squares`.
"""

import numpy as np

from gdlib.objectives.least_squares import _squares

BARD = np.array(  # what was measured at i = 1, …, 15
    [14, 18, 22, 25, 29, 32, 35, 39, 37, 58, 73, 96, 134, 210, 439]
) / 100  # fmt: skip
KOWALIK_U = np.array([4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625])
KOWALIK_Y = np.array([1957, 1947, 1735, 1600, 844, 627, 456, 342, 323, 235, 246]) / 1e4


def _columns(*columns):
    """Stack d columns of shape (m, …), some of them mere numbers: (m, d, …)."""
    return np.stack(np.broadcast_arrays(*columns), axis=1)


def _beside(data, x):
    """Return m data as a column that stands beside coordinates: (m, 1, …)."""
    return np.reshape(data, (-1, *[1] * (x.ndim - 1)))


def jennrich_sampson():
    """rᵢ = 2 + 2i − (e^(i x₁) + e^(i x₂)), i = 1 … 10; MGH 6.

    Minimum 124.362182355615 where x₁ = x₂ = 0.257825213670364.
    """
    numbers = np.arange(1, 11)

    def residuals(x):
        i = _beside(numbers, x)
        return 2 + 2 * i - np.exp(i * x[0]) - np.exp(i * x[1])

    def jacobian(x):
        i = _beside(numbers, x)
        return _columns(-i * np.exp(i * x[0]), -i * np.exp(i * x[1]))

    return _squares(
        "Jennrich–Sampson",
        residuals,
        jacobian,
        minima=[0.2578252136703641] * 2,
        minimum=124.36218235561485,
        start=[0.3, 0.4],
        domain=[(-0.5, 0.5), (-0.5, 0.5)],
    )


def bard():
    """rᵢ = yᵢ − x₁ − uᵢ/(vᵢx₂ + wᵢx₃), u = i, v = 16 − i, w = min(u, v), i ≤ 15; MGH 8.

    Minimum 0.00821487730657898; f sinks to 17.4286 too, with x₂, x₃ → −∞.
    """

    def parts(x):
        u = _beside(np.arange(1, 16), x)
        v = 16 - u
        w = np.minimum(u, v)
        return u, v, w, v * x[1] + w * x[2]

    def residuals(x):
        u, _, _, under = parts(x)
        return _beside(BARD, x) - x[0] - u / under

    def jacobian(x):
        u, v, w, under = parts(x)
        return _columns(-1.0, u * v / under**2, u * w / under**2)

    return _squares(
        "Bard",
        residuals,
        jacobian,
        minima=[0.08241055974978893, 1.1330360920297216, 2.343695178642537],
        minimum=0.008214877306578975,
        start=[1, 1, 1],
        domain=[(-1, 2), (0.1, 3), (0.1, 4)],
    )


def kowalik_osborne():
    """rᵢ = yᵢ − x₁(uᵢ² + uᵢx₂)/(uᵢ² + uᵢx₃ + x₄), i = 1 … 11; MGH 15.

    Minimum 0.000307505603849238; f sinks to 0.00102734 too, with x₁, x₃, x₄ → ±∞.
    """

    def residuals(x):
        u, y = _beside(KOWALIK_U, x), _beside(KOWALIK_Y, x)
        return y - x[0] * (u**2 + u * x[1]) / (u**2 + u * x[2] + x[3])

    def jacobian(x):
        u = _beside(KOWALIK_U, x)
        over, under = u**2 + u * x[1], u**2 + u * x[2] + x[3]
        fall = x[0] * over / under**2
        return _columns(-over / under, -x[0] * u / under, u * fall, fall)

    return _squares(
        "Kowalik–Osborne",
        residuals,
        jacobian,
        minima=[
            0.19280693457903786,
            0.19128232873436696,
            0.12305650692632066,
            0.13606233068379484,
        ],
        minimum=0.00030750560384923745,
        start=[0.25, 0.39, 0.415, 0.39],
        domain=[(0, 0.5)] * 4,
    )


def brown_dennis():
    """rᵢ = (x₁ + tx₂ − eᵗ)² + (x₃ + x₄ sin t − cos t)², t = i/5, i = 1 … 20; MGH 16.

    Minimum 85822.2016263563: it starts near eight million and never comes near 0.
    """
    times = np.arange(1, 21) / 5

    def parts(x):
        t = _beside(times, x)
        return t, x[0] + t * x[1] - np.exp(t), x[2] + x[3] * np.sin(t) - np.cos(t)

    def residuals(x):
        _, p, q = parts(x)
        return p**2 + q**2

    def jacobian(x):
        t, p, q = parts(x)
        return _columns(2 * p, 2 * p * t, 2 * q, 2 * q * np.sin(t))

    return _squares(
        "Brown–Dennis",
        residuals,
        jacobian,
        minima=[
            -11.594439904762165,
            13.203630051207204,
            -0.40343948817685954,
            0.2367787744557363,
        ],
        minimum=85822.20162635634,
        start=[25, 5, -5, -1],
        domain=[(-30, 30), (-30, 30), (-10, 10), (-10, 10)],
    )
