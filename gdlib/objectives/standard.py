"""The textbooks' functions of two coordinates: humps, ripples, a monkey's seat.

Each is a formula with its gradient worked out by hand, and what is known about it.
The usual collection is M. Jamil and X.-S. Yang, "A literature survey of benchmark
functions for global optimisation problems" (2013); the sources below are the first.
"""

import numpy as np

from gdlib.objectives.base import _known


def matyas():
    """f(x) = 0.26(x₁² + x₂²) − 0.48x₁x₂: a long bowl. Minimum 0 at 0 (Matyas, 1965)."""

    def f(x):
        x1, x2 = x
        return 0.26 * (x1**2 + x2**2) - 0.48 * x1 * x2

    def grad(x):
        x1, x2 = x
        return np.array([0.52 * x1 - 0.48 * x2, 0.52 * x2 - 0.48 * x1])

    return _known(
        "Matyas",
        f,
        grad,
        minima=[0, 0],
        minimum=0.0,
        start=[8, -6],
        domain=[(-10, 10), (-10, 10)],
    )


def three_hump_camel():
    """f(x) = 2x₁² − 1.05x₁⁴ + x₁⁶/6 + x₁x₂ + x₂²: minimum 0 at 0 (Branin, 1972).

    Two local minima of height 0.298638442236859 lie to its sides.
    """

    def f(x):
        x1, x2 = x
        return 2 * x1**2 - 1.05 * x1**4 + x1**6 / 6 + x1 * x2 + x2**2

    def grad(x):
        x1, x2 = x
        return np.array([4 * x1 - 4.2 * x1**3 + x1**5 + x2, x1 + 2 * x2])

    side = np.array([1.747552345830289, -0.873776172915144])
    return _known(
        "three-hump camel",
        f,
        grad,
        minima=[0, 0],
        minimum=0.0,
        local_minima=[side, -side],
        start=[-1.5, 1.5],
        domain=[(-2.5, 2.5), (-2.5, 2.5)],
    )


def six_hump_camel():
    """f(x) = (4 − 2.1x₁² + x₁⁴/3)x₁² + x₁x₂ + (4x₂² − 4)x₂² (Dixon & Szegő, 1978).

    Six valleys: two of height −1.03162845348988, two of −0.215463824383719 and two of
    2.10425031031126, each the other's mirror image through the origin.
    """

    def f(x):
        x1, x2 = x
        across, along = 4 - 2.1 * x1**2 + x1**4 / 3, 4 * x2**2 - 4
        return across * x1**2 + x1 * x2 + along * x2**2

    def grad(x):
        x1, x2 = x
        return np.array(
            [8 * x1 - 8.4 * x1**3 + 2 * x1**5 + x2, x1 - 8 * x2 + 16 * x2**3]
        )

    deep = np.array([0.08984201310031806, -0.7126564030207396])
    middle = np.array([1.703606714969981, -0.7960835686726251])
    high = np.array([1.6071047529201972, 0.5686514548841314])
    return _known(
        "six-hump camel",
        f,
        grad,
        minima=[deep, -deep],
        minimum=-1.03162845348988,
        local_minima=[middle, -middle, high, -high],
        start=[-1.5, 0.8],
        domain=[(-2, 2), (-1.2, 1.2)],
    )


def goldstein_price():
    """f(x) = A(x₁ + x₂) B(2x₁ − 3x₂): minimum 3 at (0, −1) (Goldstein & Price, 1971).

    A(u) = 1 + (u + 1)²(19 − 14u + 3u²) and B(v) = 30 + v²(18 − 16v + 3v²). So written,
    the usual formula shows where its four minima lie, of heights 3, 30, 84 and 840:
    at u = −1 or 2 and v = 0 or 3, the minima of A and of B.
    """

    def factors(x1, x2):
        u, v = x1 + x2, 2 * x1 - 3 * x2
        A = 1 + (u + 1) ** 2 * (19 - 14 * u + 3 * u**2)
        B = 30 + v**2 * (18 - 16 * v + 3 * v**2)
        return A, B, u, v

    def f(x):
        A, B, _, _ = factors(*x)
        return A * B

    def grad(x):
        A, B, u, v = factors(*x)
        dA = 12 * (u + 1) * (u - 1) * (u - 2)
        dB = 12 * v * (v - 1) * (v - 3)
        return np.array([dA * B + 2 * A * dB, dA * B - 3 * A * dB])

    return _known(
        "Goldstein–Price",
        f,
        grad,
        minima=[0, -1],
        minimum=3.0,
        local_minima=[(-0.6, -0.4), (1.8, 0.2), (1.2, 0.8)],
        start=[-0.5, 0.25],
        domain=[(-2, 2), (-2, 2)],
    )


def mccormick():
    """f(x) = sin(x₁ + x₂) + (x₁ − x₂)² − 1.5x₁ + 2.5x₂ + 1 (McCormick, 1976).

    Minimum −1.91322295498104 at (½ − π/3, −½ − π/3), the lowest of its domain only: a
    step of π along both axes leads to a valley π higher or lower, without end.
    """

    def f(x):
        x1, x2 = x
        return np.sin(x1 + x2) + (x1 - x2) ** 2 - 1.5 * x1 + 2.5 * x2 + 1

    def grad(x):
        x1, x2 = x
        wave, across = np.cos(x1 + x2), 2 * (x1 - x2)
        return np.array([wave + across - 1.5, wave - across + 2.5])

    lowest = np.array([0.5, -0.5]) - np.pi / 3
    return _known(
        "McCormick",
        f,
        grad,
        minima=lowest,
        minimum=-np.sqrt(3) / 2 - np.pi / 3,
        local_minima=lowest + np.pi,
        start=[0, 0],
        domain=[(-1.5, 4), (-3, 4)],
    )


def branin():
    """f(x) = (x₂ − bx₁² + cx₁ − 6)² + 10(1 − t)cos x₁ + 10: three equal minima.

    b = 5.1/4π², c = 5/π, t = 1/8π. Minimum 10t = 0.397887357729738 at (−π, 12.275),
    (π, 2.275) and (3π, 2.475), and beyond the domain again (Branin, 1972).
    """
    b, c, t = 5.1 / (4 * np.pi**2), 5 / np.pi, 1 / (8 * np.pi)

    def f(x):
        x1, x2 = x
        return (x2 - b * x1**2 + c * x1 - 6) ** 2 + 10 * (1 - t) * np.cos(x1) + 10

    def grad(x):
        x1, x2 = x
        above = x2 - b * x1**2 + c * x1 - 6
        return np.array(
            [2 * above * (c - 2 * b * x1) - 10 * (1 - t) * np.sin(x1), 2 * above]
        )

    return _known(
        "Branin",
        f,
        grad,
        minima=[(-np.pi, 12.275), (np.pi, 2.275), (3 * np.pi, 2.475)],
        minimum=10 * t,
        start=[2.5, 7.5],
        domain=[(-5, 10), (0, 15)],
    )


def levy_13():
    """f(x) = sin²3πx₁ + (x₁−1)²(1 + sin²3πx₂) + (x₂−1)²(1 + sin²2πx₂): minimum 0 at 1.

    Ripples on a bowl, 90 times more curved across than along (Lévy & Montalvo, 1985).
    """

    def f(x):
        x1, x2 = x
        across = np.sin(3 * np.pi * x1) ** 2
        widen1 = 1 + np.sin(3 * np.pi * x2) ** 2
        widen2 = 1 + np.sin(2 * np.pi * x2) ** 2
        return across + (x1 - 1) ** 2 * widen1 + (x2 - 1) ** 2 * widen2

    def grad(x):
        x1, x2 = x
        p, q = x1 - 1, x2 - 1
        widen1 = 1 + np.sin(3 * np.pi * x2) ** 2
        widen2 = 1 + np.sin(2 * np.pi * x2) ** 2
        across = 3 * np.pi * np.sin(6 * np.pi * x1)
        turn1 = 3 * np.pi * np.sin(6 * np.pi * x2)  # slope of widen1
        turn2 = 2 * np.pi * np.sin(4 * np.pi * x2)  # slope of widen2
        return np.array(
            [across + 2 * p * widen1, p**2 * turn1 + 2 * q * widen2 + q**2 * turn2]
        )

    return _known(
        "Lévy 13",
        f,
        grad,
        minima=[1, 1],
        minimum=0.0,
        start=[-3.5, 4.25],
        domain=[(-10, 10), (-10, 10)],
    )


def easom():
    """f(x) = −cos x₁ cos x₂ exp(−(x₁−π)² − (x₂−π)²): a needle's hole in a flat field.

    Minimum −1 at (π, π); five units away the slope is already 10⁻¹⁰ (Easom, 1990).
    """

    def f(x):
        x1, x2 = x
        well = np.exp(-((x1 - np.pi) ** 2) - (x2 - np.pi) ** 2)
        return -np.cos(x1) * np.cos(x2) * well

    def grad(x):
        x1, x2 = x
        well = np.exp(-((x1 - np.pi) ** 2) - (x2 - np.pi) ** 2)
        c1, c2 = np.cos(x1), np.cos(x2)
        d1 = np.sin(x1) + 2 * (x1 - np.pi) * c1
        d2 = np.sin(x2) + 2 * (x2 - np.pi) * c2
        return np.array([d1 * c2 * well, d2 * c1 * well])

    return _known(
        "Easom",
        f,
        grad,
        minima=[np.pi, np.pi],
        minimum=-1.0,
        start=[2, 2],
        domain=[(-3, 9), (-3, 9)],
    )


def bohachevsky():
    """f(x) = x₁² + 2x₂² + 0.3(1 − cos 3πx₁) + 0.4(1 − cos 4πx₂): minimum 0 at 0.

    The first of three by Bohachevsky, Johnson & Stein, Technometrics 28 (1986).
    """

    def f(x):
        x1, x2 = x
        ripple1, ripple2 = 1 - np.cos(3 * np.pi * x1), 1 - np.cos(4 * np.pi * x2)
        return x1**2 + 2 * x2**2 + 0.3 * ripple1 + 0.4 * ripple2

    def grad(x):
        x1, x2 = x
        slope1 = 0.9 * np.pi * np.sin(3 * np.pi * x1)
        slope2 = 1.6 * np.pi * np.sin(4 * np.pi * x2)  # slope of widen2
        return np.array([2 * x1 + slope1, 4 * x2 + slope2])

    return _known(
        "Bohachevsky",
        f,
        grad,
        minima=[0, 0],
        minimum=0.0,
        start=[1.5, -1.25],
        domain=[(-2, 2), (-2, 2)],
    )


def monkey_saddle():
    """f(x) = x₁³ − 3x₁x₂²: two slopes down for the legs, one for the tail; no minimum.

    At 0 even the Hessian vanishes (Hilbert & Cohn-Vossen, 1932).
    """

    def f(x):
        x1, x2 = x
        return x1**3 - 3 * x1 * x2**2

    def grad(x):
        x1, x2 = x
        return np.array([3 * x1**2 - 3 * x2**2, -6 * x1 * x2])

    return _known(
        "monkey saddle",
        f,
        grad,
        minima=[],
        minimum=None,
        start=[1, 1e-3],
        domain=[(-2, 2), (-2, 2)],
    )
