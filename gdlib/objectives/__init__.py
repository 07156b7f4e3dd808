"""Functions to descend on: each knows its gradient, its minima and where to look.

Coordinates come first. A point x has shape (d,), so ``x1, x2 = x`` reads like the page;
many points at once have shape (d, runs) or (d, rows, columns), and the very same
function that is descended on is swept over a thousand starts or drawn on a grid.

`classic` holds the functions that every chapter uses, `standard` and `scalable` the
rest of the textbooks' list (of two coordinates, and of any number), `least_squares` and
`fits` sums of squared residuals, and `base` what an objective is.
"""

from gdlib.objectives.base import Objective, quadratic, training_loss
from gdlib.objectives.classic import (
    beale,
    booth,
    double_well,
    himmelblau,
    rastrigin,
    rosenbrock,
    saddle,
    sphere,
    styblinski_tang,
)
from gdlib.objectives.fits import (
    bard,
    brown_dennis,
    jennrich_sampson,
    kowalik_osborne,
)
from gdlib.objectives.least_squares import (
    LeastSquares,
    brown_badly_scaled,
    freudenstein_roth,
    helical_valley,
    powell_badly_scaled,
    powell_singular,
    wood,
)
from gdlib.objectives.scalable import (
    ackley,
    chained_rosenbrock,
    dixon_price,
    griewank,
    trid,
    zakharov,
)
from gdlib.objectives.standard import (
    bohachevsky,
    branin,
    easom,
    goldstein_price,
    levy_13,
    matyas,
    mccormick,
    monkey_saddle,
    six_hump_camel,
    three_hump_camel,
)

__all__ = [
    "LeastSquares",
    "Objective",
    "ackley",
    "bard",
    "beale",
    "bohachevsky",
    "booth",
    "branin",
    "brown_badly_scaled",
    "brown_dennis",
    "chained_rosenbrock",
    "dixon_price",
    "double_well",
    "easom",
    "freudenstein_roth",
    "goldstein_price",
    "griewank",
    "helical_valley",
    "himmelblau",
    "jennrich_sampson",
    "kowalik_osborne",
    "levy_13",
    "matyas",
    "mccormick",
    "monkey_saddle",
    "powell_badly_scaled",
    "powell_singular",
    "quadratic",
    "rastrigin",
    "rosenbrock",
    "saddle",
    "six_hump_camel",
    "sphere",
    "styblinski_tang",
    "three_hump_camel",
    "training_loss",
    "trid",
    "wood",
    "zakharov",
]
