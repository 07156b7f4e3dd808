"""The interactive figures of the book: what can be moved in each, and where it starts.

A figure's module in `gdlib/static` draws it and walks in it, with twins of the rules
and objectives of gdlib. What takes longer than a blink, such as choosing learning
rates, is computed here and handed over.
"""

from __future__ import annotations

import re
from itertools import islice

import numpy as np
from traitlets import Dict, Enum, Float, Int, List, Unicode

from gdlib import objectives, optimizers, static
from gdlib.descent import descend
from gdlib.widgets.interactive import Interactive, plain, synced

RULES = [
    "gradient_descent",
    "momentum",
    "nesterov",
    "adagrad",
    "rmsprop",
    "adam",
    "amsgrad",
]


TWINS = re.findall(r"^  (\w+): \(.*\) => \(\{$", static.read("mathematics.mjs"), re.M)
"""The objectives that the page can compute too."""


def surface(name, *given, **looks):
    """Describe an objective that Python and the page both know.

    Parameters
    ----------
    name : str
        A function of `gdlib.objectives` that has a twin in ``static/mathematics.mjs``.
    *given
        Its arguments.
    **looks
        What to show instead of what the objective says: ``domain``, ``start``.

    Returns
    -------
    dict
        ``objective``, ``arguments``, ``title``, ``domain``, ``start``, ``minima``,
        ``minimum``.
    """
    if name not in TWINS:
        raise ValueError(
            f"the page cannot compute {name!r}; it knows {', '.join(TWINS)}. "
            "To move a figure of any other function, see `controls`"
        )
    f = getattr(objectives, name)(*given)
    known = {
        "objective": name,
        "arguments": given,
        "title": f.name,
        "domain": f.domain,
        "start": f.start,
        "minima": f.minima.T,
        "minimum": f.minimum,
    }
    return plain({**known, **looks})


class Descent(Interactive):
    """A walk on a contour map: drag its start, choose the learning rate.

    Parameters
    ----------
    name : str
        Which of `gdlib.objectives`, such as ``"quadratic"``.
    *given
        Its arguments, such as the curvatures ``[1, 10]``.
    domain, start : array-like, optional
        What the map shows, and where the walk begins; the objective's own by default.
    learning_rate : float, default=0.1
        Where the slider stands.
    rates : tuple of two floats, default=(0.01, 1)
        The ends of the slider.
    steps : int, default=30
        How long the walk is.
    rule : str, default="gradient_descent"
        A rule of `gdlib.optimizers`.
    """

    module = "descent"
    surface = synced(Dict)
    start = synced(List)
    learning_rate = synced(Float, 0.1)
    rates = synced(List, [0.01, 1])
    steps = synced(Int, 30)
    rule = synced(Enum, RULES, "gradient_descent")

    def __init__(self, name, *given, domain=None, start=None, **traits):
        looks = {} if domain is None else {"domain": domain}
        ground = surface(name, *given, **looks)
        start = ground["start"] if start is None else start
        super().__init__(surface=ground, start=start, **traits)


class Rose(Interactive):
    """A race of directions: turn the gradient, and change what a step costs.

    Parameters
    ----------
    gradient : list of two floats
        ∇f where we stand.
    norm : {"ruler", "taxi", "king"}, default="ruler"
        How a step is paid for: by ‖u‖₂, ‖u‖₁ or ‖u‖∞.
    """

    module = "rose"
    gradient = synced(List, [-2.5, 5.0])
    norm = synced(Enum, ["ruler", "taxi", "king"], "ruler")


GROUNDS = [
    ("quadratic", [1, 100]),
    ("rosenbrock",),
    ("himmelblau",),
    ("beale",),
    ("six_hump_camel",),
    ("styblinski_tang",),
]


def best_rate(name, *given, rule, steps, start=None):
    """Return the learning rate at which a rule comes down best and stays on the map.

    Best is what is lowest on average over the walk, on a logarithmic axis: the last
    height alone would praise whoever happens to swing through the bottom just then.

    Parameters
    ----------
    name, *given
        An objective, as `surface` takes it.
    rule : str
        A rule of `gdlib.optimizers`.
    steps : int
        How long the walk is.
    start : array-like of shape (2,), optional
        Where it begins; the objective's own start by default.

    Returns
    -------
    float
        One of 81 rates from 0.0001 to 10, evenly spaced in the logarithm.
    """
    f = getattr(objectives, name)(*given)
    rates = np.geomspace(1e-4, 10, 81)
    x0 = np.tile(np.reshape(f.start if start is None else start, (2, 1)), len(rates))
    low, high = f.domain[:, :1], f.domain[:, 1:]
    walk = descend(f.grad, x0, getattr(optimizers, rule), learning_rate=rates)
    score = np.zeros(len(rates))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for x in islice(walk, steps + 1):
            score += np.log(np.maximum(f(x) - f.minimum, 1e-12))
            score[~((low <= x) & (x <= high)).all(axis=0)] = np.inf
    return float(f"{rates[score.argmin()]:.3g}")


class Race(Interactive):
    """The rules race on one ground, each at the learning rate that suits it there.

    Parameters
    ----------
    grounds : list of tuples, optional
        Objectives, as `surface` takes them.
    steps : int, default=150
        How long the race is, and what the learning rates are chosen for.
    rules : list of str, optional
        Who runs at first.
    """

    module = "race"
    surfaces = synced(List)
    surface = synced(Unicode)
    start = synced(List)
    rules = synced(List, ["gradient_descent", "momentum", "adam"])
    speed = synced(Float, 1.0)
    step = synced(Int)
    steps = synced(Int, 150)

    def __init__(self, grounds=GROUNDS, *, steps=150, **traits):
        surfaces = [
            {
                **surface(*ground),
                "rates": {
                    rule: best_rate(*ground, rule=rule, steps=steps) for rule in RULES
                },
            }
            for ground in grounds
        ]
        first = {"surface": surfaces[0]["objective"], "start": surfaces[0]["start"]}
        own = {"surfaces": surfaces, "steps": steps, "step": steps, **first}
        super().__init__(**{**own, **traits})


class Terrain(Interactive):
    """A landscape to turn, its map, and a ball that rolls down both.

    Parameters
    ----------
    grounds : list of tuples, optional
        Objectives, as `surface` takes them.
    steps : int, default=60
        How long the ball rolls.
    """

    module = "terrain"
    surfaces = synced(List)
    surface = synced(Unicode)
    start = synced(List)
    learning_rate = synced(Float, 0.1)
    step = synced(Int)
    steps = synced(Int, 60)
    turn = synced(Float, 30.0)

    def __init__(self, grounds=GROUNDS, *, steps=60, **traits):
        tuned = {"rule": "gradient_descent", "steps": steps}
        surfaces = [
            {**surface(*ground), "rate": best_rate(*ground, **tuned)}
            for ground in grounds
        ]
        first = surfaces[0]
        own = {
            "surfaces": surfaces,
            "surface": first["objective"],
            "start": first["start"],
            "learning_rate": first["rate"],
        }
        super().__init__(**{**own, "steps": steps, "step": steps, **traits})


class Modes(Interactive):
    """What one learning rate does to every curvature at once.

    Parameters
    ----------
    curvatures : list of floats
        The eigenvalues λ of a quadratic, from flat to steep.
    learning_rate : float
        Where the slider stands; it runs from 0.1/L to 2.1/L.
    steps : int, default=200
        How far the walk can be followed; `step` is where it stands.
    """

    module = "modes"
    curvatures = synced(List, [1, 100])
    learning_rate = synced(Float, 0.01)
    step = synced(Int, 20)
    steps = synced(Int, 200)


class Phase(Interactive):
    """Momentum as a spring: the map of ηλ and β, and the walk in the phase plane.

    Parameters
    ----------
    stiffness, beta : float
        ηλ of the steep direction, and β.
    kappa : float, default=1
        How much flatter the flat direction is.
    """

    module = "phase"
    stiffness = synced(Float, 0.1)
    beta = synced(Float, 0.9)
    kappa = synced(Float, 1.0)


class Correction(Interactive):
    """The first steps of Adam, with and without its correction for the zero start.

    Parameters
    ----------
    slope : {"steady", "alternating", "rare", "shrinking"}, default="steady"
        What the gradients are.
    beta1, beta2 : float
        Adam's two memories.
    steps : int, default=100
        How many steps to show.
    """

    module = "correction"
    slope = synced(Enum, ["steady", "alternating", "rare", "shrinking"], "steady")
    beta1 = synced(Float, 0.9)
    beta2 = synced(Float, 0.999)
    steps = synced(Int, 100)


class Batches(Interactive):
    """Three walks to one bottom: asking every example, some of them, or one a step.

    Each example is a house c that pulls the well x towards itself, with the loss
    ½ Σᵢ λᵢ (xᵢ − cᵢ)²; the mean of them all is a quadratic with its bottom at 0.

    Parameters
    ----------
    houses : array-like of shape (n, 2)
        Where they stand; their mean is 0.
    rng : numpy.random.Generator
        Source of the shuffles that the figure can choose from.
    curvatures : list of two floats, default=(1, 100)
        The λ.
    start : list of two floats
        Where the walks begin.
    epochs, choices : int
        How long a walk can be, and how many shuffles there are.
    """

    module = "batches"
    houses = synced(List)
    shuffles = synced(List)
    curvatures = synced(List, [1, 100])
    start = synced(List, [-10.0, 1.0])
    domain = synced(List, [[-11, 2], [-1.2, 1.2]])
    learning_rate = synced(Float, 0.01)
    size = synced(Int, 10)
    asked = synced(Int, 300)
    shuffle = synced(Int, 1)

    def __init__(self, houses, *, rng, epochs=6, choices=4, **traits):
        n = len(houses)
        shuffles = [[rng.permutation(n) for _ in range(epochs)] for _ in range(choices)]
        super().__init__(houses=np.round(houses, 12), shuffles=shuffles, **traits)


class Sweep(Interactive):
    """Three methods at learning rates of their own, from curves that gdlib computed.

    Parameters
    ----------
    rates : array-like of shape (k,)
        The learning rates, from small to large.
    epochs : list of int
        When each curve was looked at.
    curves : dict of str to array-like of shape (k, len(epochs))
        For each of gradient descent, momentum and Adam, the share of right answers.
    shared : float
        The rate that a button gives to all of them, or its nearest neighbor.
    gradient_descent, momentum, adam : int
        Which rate each has.
    """

    module = "sweep"
    rates = synced(List)
    epochs = synced(List)
    curves = synced(Dict)
    shared = synced(Float, 0.001)
    gradient_descent = synced(Int)
    momentum = synced(Int)
    adam = synced(Int)

    def __init__(self, rates, epochs, curves, **traits):
        curves = {method: np.round(shares, 4) for method, shares in curves.items()}
        super().__init__(rates=rates, epochs=epochs, curves=curves, **traits)


class Quotient(Interactive):
    """The error of a difference quotient against its h, and the curve seen at that h.

    Parameters
    ----------
    curve : {"sine", "high", "fast"}, default="sine"
        sin x, 1000 + sin x, or sin 100x, at x = 1.
    method : {"forward", "centered"}, default="forward"
        On which side of x the difference is taken, or on both.
    h : float, default=0.1
        How wide it is, from 1e-16 to 1.
    """

    module = "quotient"
    curve = synced(Enum, ["sine", "high", "fast"], "sine")
    method = synced(Enum, ["forward", "centered"], "forward")
    h = synced(Float, 0.1)


class Escape(Interactive):
    """The pass x₁² − x₂² and the time to leave it.

    Parameters
    ----------
    east : float
        Where the walk starts along the ridge.
    power : float, default=-6
        How far beside the ridge it starts: ε = 10^power; −16 is the ridge itself.
    side : {1, -1}, default=1
        On which side.
    learning_rate : float, default=0.1
        Where the slider stands.
    """

    module = "saddle"
    east = synced(Float, 1.3)
    power = synced(Float, -6.0)
    side = synced(Int, 1)
    learning_rate = synced(Float, 0.1)


class Edge(Interactive):
    """The loss and its largest curvature during training, from curves of gdlib.

    Parameters
    ----------
    rates : array-like of shape (k,)
        The learning rates, from small to large.
    steps : list of int
        When each run was looked at.
    losses, sharpness : array-like of shape (k, len(steps))
        What was seen: the loss, and the largest eigenvalue of its Hessian.
    rate : int, default=0
        Which of the rates is highlighted.
    """

    module = "edge"
    rates = synced(List)
    steps = synced(List)
    losses = synced(List)
    sharpness = synced(List)
    rate = synced(Int)

    def __init__(self, rates, steps, losses, sharpness, **traits):
        digits = lambda table: [[float(f"{v:.4g}") for v in row] for row in table]
        own = {"losses": digits(losses), "sharpness": digits(sharpness)}
        super().__init__(rates=rates, steps=steps, **own, **traits)


class NoiseFloor(Interactive):
    """The noise floor of one coordinate against η and batch size.

    A walk x ← x − η(λx + ξ) with errors ξ of mean 0 and variance σ²/b; what it comes
    to in the long run is drawn as predicted, ½λ·ησ²/(bλ(2 − ηλ)), and as simulated.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the luck: normal numbers, shifted and scaled to mean 0, variance 1.
    curvature, sigma : float
        The λ, and the standard deviation σ of one example's gradient.
    learning_rate, size : float and int
        Where the sliders stand.
    steps : int, default=2000
        How long the walk is that the simulated floor is taken from.
    """

    module = "noise"
    curvature = synced(Float, 100.0)
    sigma = synced(Float, 20.0)
    learning_rate = synced(Float, 0.01)
    size = synced(Int, 1)
    luck = synced(List)

    def __init__(self, *, rng, steps=2000, **traits):
        luck = rng.normal(size=steps)
        luck = np.round((luck - luck.mean()) / luck.std(), 4)
        super().__init__(luck=luck, **traits)


class Basins(Interactive):
    """Whose valley is it: where descent comes to rest, from each start of a map.

    Parameters
    ----------
    name : str
        Which of `gdlib.objectives`, with four minima at most.
    rates : array-like of shape (k,)
        The learning rates, from small to large; each gets a map.
    columns, rows : int, default=80, 60
        How many starts a map has along x₁ and x₂, at the centers of its cells.
    steps : int, default=600
        How long each walk is, and that of the page.
    start : list of two floats, optional
        Where the page's walk begins; the objective's own start by default.
    rate : int, default=0
        Which of the rates.
    """

    module = "basins"
    surface = synced(Dict)
    rates = synced(List)
    maps = synced(List)
    columns = synced(Int)
    start = synced(List)
    steps = synced(Int)
    rate = synced(Int)

    def __init__(self, name, *, rates, columns=80, rows=60, steps=600, **traits):
        ground = surface(name)
        f = getattr(objectives, name)()
        sides = [
            low + (high - low) * (np.arange(count) + 0.5) / count
            for (low, high), count in zip(f.domain, (columns, rows), strict=True)
        ]
        starts = np.stack(np.meshgrid(*sides)).reshape(2, -1)
        maps = [_valleys(f, starts, rate, steps) for rate in rates]
        own = {"surface": ground, "maps": maps, "columns": columns}
        first = {"start": ground["start"], "rates": rates, "steps": steps}
        super().__init__(**{**own, **first, **traits})


def _valleys(f, starts, learning_rate, steps):
    """Write for each start the number of the minimum that descent reaches, or a dot."""
    with np.errstate(over="ignore", invalid="ignore"):
        walk = descend(f.grad, starts, learning_rate=learning_rate)
        end = next(islice(walk, steps, None))
        away = np.linalg.norm(end[:, None] - f.minima[:, :, None], axis=0)
    return "".join(
        str(column.argmin()) if column.min() < 0.01 else "." for column in away.T
    )
