"""The functions that every chapter returns to: bowls, valleys, passes and traps.

Each is a formula with its gradient worked out by hand, and what is known about it.
"""

import numpy as np

from gdlib.objectives.base import _known


def sphere(d=2):
    """f(x) = ‖x‖²: the roundest bowl there is. Minimum 0 at 0.

    Parameters
    ----------
    d : int, default=2
        Number of coordinates.

    Returns
    -------
    Objective
        With start (3, −2) where d = 2, and (3, −2, 3, …) beyond.
    """
    return _known(
        "sphere",
        lambda x: (x**2).sum(axis=0),
        lambda x: 2 * x,
        minima=np.zeros(d),
        minimum=0.0,
        start=np.resize([3, -2], d),
        domain=[(-4, 4)] * d,
    )


def rosenbrock(b=100.0):
    """f(x) = (1 − x₁)² + b (x₂ − x₁²)²: a curved valley, steep across and flat along.

    Parameters
    ----------
    b : float, default=100
        How much steeper the walls are than the floor.

    Returns
    -------
    Objective
        Minimum 0 at (1, 1). H. H. Rosenbrock, The Computer Journal 3 (1960).
    """

    def f(x):
        x1, x2 = x
        return (1 - x1) ** 2 + b * (x2 - x1**2) ** 2

    def grad(x):
        x1, x2 = x
        above = x2 - x1 * x1
        return np.array([-2 * (1 - x1) - 4 * b * x1 * above, 2 * b * above])

    return _known(
        "Rosenbrock",
        f,
        grad,
        minima=[1, 1],
        minimum=0.0,
        start=[-1.2, 1],
        domain=[(-2, 2), (-1, 3)],
    )


def himmelblau():
    """f(x) = (x₁² + x₂ − 11)² + (x₁ + x₂² − 7)²: four minima, all of height 0.

    Returns
    -------
    Objective
        D. M. Himmelblau, Applied Nonlinear Programming (1972).
    """

    def f(x):
        x1, x2 = x
        return (x1**2 + x2 - 11) ** 2 + (x1 + x2**2 - 7) ** 2

    def grad(x):
        x1, x2 = x
        p, q = x1**2 + x2 - 11, x1 + x2**2 - 7
        return np.array([4 * x1 * p + 2 * q, 2 * p + 4 * x2 * q])

    return _known(
        "Himmelblau",
        f,
        grad,
        minima=[
            (3, 2),
            (-2.805118086952745, 3.131312518250573),
            (-3.779310253377747, -3.283185991286170),
            (3.584428340330492, -1.848126526964404),
        ],
        minimum=0.0,
        start=[0, 0],
        domain=[(-5, 5), (-5, 5)],
    )


def beale():
    """f(x) = Σᵢ (cᵢ − x₁ + x₁x₂ⁱ)², c = (1.5, 2.25, 2.625): flat, with steep corners.

    Returns
    -------
    Objective
        Minimum 0 at (3, ½). E. M. L. Beale, On an iterative method (1958).
    """

    def misses(x1, x2):
        return (1.5 - x1 + x1 * x2, 2.25 - x1 + x1 * x2**2, 2.625 - x1 + x1 * x2**3)

    def f(x):
        return sum(r**2 for r in misses(*x))

    def grad(x):
        x1, x2 = x
        r1, r2, r3 = misses(x1, x2)
        return np.array(
            [
                2 * (r1 * (x2 - 1) + r2 * (x2**2 - 1) + r3 * (x2**3 - 1)),
                2 * x1 * (r1 + 2 * x2 * r2 + 3 * x2**2 * r3),
            ]
        )

    return _known(
        "Beale",
        f,
        grad,
        minima=[3, 0.5],
        minimum=0.0,
        start=[1, 1],
        domain=[(-4.5, 4.5), (-4.5, 4.5)],
    )


def booth():
    """f(x) = (x₁ + 2x₂ − 7)² + (2x₁ + x₂ − 5)²: a tilted bowl.

    Returns
    -------
    Objective
        Minimum 0 at (1, 3). Nine times more curved across than along: its Hessian has
        the eigenvalues 18 and 2.
    """

    def f(x):
        x1, x2 = x
        return (x1 + 2 * x2 - 7) ** 2 + (2 * x1 + x2 - 5) ** 2

    def grad(x):
        x1, x2 = x
        return np.array([10 * x1 + 8 * x2 - 34, 8 * x1 + 10 * x2 - 38])

    return _known(
        "Booth",
        f,
        grad,
        minima=[1, 3],
        minimum=0.0,
        start=[-8, -8],
        domain=[(-10, 10), (-10, 10)],
    )


def saddle():
    """f(x) = x₁² − x₂²: a mountain pass. Down one way, up the other, no minimum.

    Returns
    -------
    Objective
        Unbounded below: a descent that leaves the ridge x₂ = 0 never comes to rest.
    """

    def f(x):
        x1, x2 = x
        return x1**2 - x2**2

    def grad(x):
        x1, x2 = x
        return np.array([2 * x1, -2 * x2])

    return _known(
        "saddle",
        f,
        grad,
        minima=[],
        minimum=None,
        start=[1, 1e-3],
        domain=[(-2, 2), (-2, 2)],
    )


def double_well():
    """f(x) = ¼x₁⁴ − ½x₁² + ½x₂²: two valleys and the pass between them.

    Returns
    -------
    Objective
        Minima −¼ at (±1, 0), a saddle of height 0 at the origin.
    """

    def f(x):
        x1, x2 = x
        return x1**4 / 4 - x1**2 / 2 + x2**2 / 2

    def grad(x):
        x1, x2 = x
        return np.array([x1**3 - x1, x2])

    return _known(
        "double well",
        f,
        grad,
        minima=[(1, 0), (-1, 0)],
        minimum=-0.25,
        start=[0.1, 1],
        domain=[(-2, 2), (-1.5, 1.5)],
    )


def rastrigin(d=2):
    """f(x) = 10d + Σ (xᵢ² − 10 cos 2πxᵢ): a bowl with a trap in every square.

    Parameters
    ----------
    d : int, default=2
        Number of coordinates.

    Returns
    -------
    Objective
        Minimum 0 at 0; a local minimum near every point of whole numbers.
        L. A. Rastrigin, Systems of Extremal Control (1974).
    """
    return _known(
        "Rastrigin",
        lambda x: 10 * d + (x**2 - 10 * np.cos(2 * np.pi * x)).sum(axis=0),
        lambda x: 2 * x + 20 * np.pi * np.sin(2 * np.pi * x),
        minima=np.zeros(d),
        minimum=0.0,
        start=np.resize([2.2, -1.8], d),
        domain=[(-5.12, 5.12)] * d,
    )


def styblinski_tang(d=2):
    """f(x) = ½ Σ (xᵢ⁴ − 16xᵢ² + 5xᵢ): 2ᵈ valleys, one deepest.

    Parameters
    ----------
    d : int, default=2
        Number of coordinates.

    Returns
    -------
    Objective
        Minimum −39.16616570377142 d, where every coordinate is −2.903534027771177.
        M. A. Styblinski and T.-S. Tang, Neural Networks 3 (1990).
    """
    return _known(
        "Styblinski–Tang",
        lambda x: (x**4 - 16 * x**2 + 5 * x).sum(axis=0) / 2,
        lambda x: 2 * x**3 - 16 * x + 2.5,
        minima=np.full(d, -2.903534027771177),
        minimum=-39.16616570377142 * d,
        start=np.zeros(d),
        domain=[(-5, 5)] * d,
    )
