"""Learning rate and step size: two searches, Polyak's step, a calendar, two sums."""

import math

import numpy as np
from numpy.linalg import norm

from gdlib.grading import Mistake, question

LIMIT = 400
ENDLESS = (
    f"Your search asked for f {LIMIT} times and found no step that will do. Does η "
    "get shorter in each round, and what is asked of the step with it? Does x stay "
    "where it is, and does the step go against g?"
)


# ==================================================================== backtracking
def backtracking_by_while(f, x, g, first, shrink, decrease):
    """Shorten as long as the test does not hold; nan fails every test."""
    eta = first
    while not f(x - eta * g) <= f(x) - decrease * eta * g @ g:
        eta *= shrink
    return eta


def backtracking_by_for(f, x, g, first, shrink, decrease):
    """Number the trials, and look at f(x) once."""
    here, promise = f(x), float(np.sum(np.square(g)))
    for k in range(300):
        eta = first * shrink**k
        if here - f(x - eta * g) >= decrease * eta * promise:
            return eta
    return eta


def backtracking_by_recursion(f, x, g, first, shrink, decrease):
    """Pass the shorter step on."""
    fall = f(x) - f(np.subtract(x, first * g))
    if fall >= decrease * first * norm(g) ** 2:
        return first
    return backtracking_by_recursion(f, x, g, shrink * first, shrink, decrease)


def _search(
    test=lambda new, old, c, eta, g: new <= old - c * eta * g @ g,
    begin=lambda first: first,
    factor=lambda shrink: shrink,
    fraction=lambda c: c,
    result=lambda eta, x, g, shrink, tries: eta,
):
    """Make a search in which one thing is done otherwise."""

    def backtracking(f, x, g, first, shrink, decrease):
        eta, tries = begin(first), 0
        while not test(f(x - eta * g), f(x), fraction(decrease), eta, g):
            eta *= factor(shrink)
            tries += 1
        return result(eta, x, g, shrink, tries)

    return backtracking


def moves_while_it_looks(f, x, g, first, shrink, decrease):
    eta = first
    while not f(x - eta * g) <= f(x) - decrease * eta * g @ g:
        x = x - eta * g
        eta *= shrink
    return eta


def shortens_once(f, x, g, first, shrink, decrease):
    eta = first
    if not f(x - eta * g) <= f(x) - decrease * eta * g @ g:
        eta *= shrink
    return eta


@question(
    "learning-rate.backtracking",
    points=5,
    needs="backtracking",
    start=(
        "Start with `eta = first`, and a loop that goes on while f(x − ηg) is not low "
        "enough; in the loop, one line that makes eta shorter."
    ),
    well_done=(
        "Nobody told it L, and it is never shorter than needed by more than one factor "
        "`shrink`. Where the ground is flatter it goes farther by itself."
    ),
    hints=[
        "Where to look: f(x) = x², x = 1, so g = 2; first = 4, shrink = 0.5, decrease "
        "= 0.25. The trials 4, 2 and 1 lead to −7, −3 and −1, and none is lower than "
        "1. With 0.5 you are at 0: the fall is 1, and 0.25·0.5·4 = 0.5 was asked for.",
        "The book: Learning rate and step size, section The idea.",
    ],
    mistakes=[
        Mistake(
            "lower-is-enough",
            _search(lambda new, old, c, eta, g: new <= old),
            "You stop as soon as f is no higher than before, or next to nothing lower. "
            "That is too easy: steps that fall by less and less can go on for ever "
            "without arriving. Ask for the fraction `decrease` of what the slope "
            "promises, η·g·g.",
        ),
        Mistake(
            "norm-not-squared",
            _search(lambda new, old, c, eta, g: new <= old - c * eta * norm(g)),
            "You ask for decrease·η·‖g‖. The slope promises η·‖g‖²: one factor ‖g‖ is "
            "how steep it is, the other how long the step.",
        ),
        Mistake(
            "no-eta",
            _search(lambda new, old, c, eta, g: new <= old - c * g @ g),
            "You ask every trial for the same fall, decrease·‖g‖². A shorter step "
            "promises less: multiply by η, or no step may ever be good enough.",
        ),
        Mistake(
            "fraction-of-f",
            _search(lambda new, old, c, eta, g: new <= (1 - c) * old),
            "You ask f itself to shrink by the fraction `decrease`. Add 1000 to f and "
            "that test means something else; the promise is about the slope: η·g·g.",
        ),
        Mistake(
            "everything-promised",
            _search(fraction=lambda c: 1 - c),
            "You ask for the fraction 1 − decrease. `decrease` is the share of the "
            "promise that must be delivered, not the share that may be missing.",
        ),
        Mistake(
            "plus",
            _search(lambda new, old, c, eta, g: new <= old + c * eta * g @ g),
            "Your bar is above f(x): with + decrease·η·g·g a step may even climb. The "
            "fall is asked for, so it is taken away from f(x).",
        ),
        Mistake(
            "turned-round",
            _search(lambda new, old, c, eta, g: not new <= old - c * eta * g @ g),
            "Your test is turned round: you shorten where the trial passes, and stop "
            "at one that does not. Go on `while not` f is low enough.",
        ),
        Mistake(
            "moves-on",
            moves_while_it_looks,
            "You walk while you look: x moves in the loop. All trials start from the "
            "same x, and only η changes from one to the next.",
        ),
        Mistake(
            "halves",
            _search(factor=lambda shrink: 0.5),
            "You halve η, whatever `shrink` says. This call asked for {shrink:.2f}.",
        ),
        Mistake(
            "from-one",
            _search(begin=lambda first: 1.0),
            "Your search begins with η = 1. It should begin with `first`, which is "
            "{first:.3g} here.",
        ),
        Mistake(
            "one-more",
            _search(result=lambda eta, x, g, shrink, tries: eta * shrink),
            "You shorten once more after a trial has passed. Look before you shorten: "
            "the first η that passes is the answer.",
        ),
        Mistake(
            "last-failure",
            _search(
                result=lambda eta, x, g, shrink, tries: eta / shrink if tries else eta
            ),
            "You return the last η that failed. Its successor, one factor `shrink` "
            "shorter, is the one that passed.",
        ),
        Mistake(
            "once",
            shortens_once,
            "You shorten η once, and take what comes. One shortening may not be "
            "enough: `while` instead of `if`.",
        ),
        Mistake(
            "place",
            _search(result=lambda eta, x, g, shrink, tries: x - eta * g),
            "You return the place where the step ends. Asked for is η, one number.",
        ),
        Mistake(
            "tries",
            _search(result=lambda eta, x, g, shrink, tries: tries),
            "You return how often η was shortened. Asked for is η itself.",
        ),
        Mistake(
            "nan",
            _search(
                lambda new, old, c, eta, g: not new > old - c * eta * g @ g,
            ),
            "A trial where f is nan passed: `nan > ...` is false, and so is every "
            "comparison with nan. Ask whether f is low enough, `not f(...) <= ...`, "
            "and not whether it is too high.",
        ),
    ],
    right=[backtracking_by_while, backtracking_by_for, backtracking_by_recursion],
)
def check_backtracking(s):
    """A bowl far from zero, a step that passes at once, a domain with an edge."""

    def judge(f, x, g, first, shrink, decrease, where):
        s.note(first=first, shrink=shrink, decrease=decrease)
        lent = s.oracle(f, name="f", shape=x.shape, limit=LIMIT, beyond=ENDLESS)
        got = s.call("backtracking", lent, x, g, first, shrink, decrease)
        eta = float(s.array(got, ()))
        want = backtracking_by_while(f, x, g, first, shrink, decrease)
        s.note(got=eta)
        rounds = math.log(max(eta, 1e-300) / first) / math.log(shrink)
        s.expect(
            abs(rounds - round(rounds)) < 1e-4 and rounds > -0.5,
            f"{where} you return {{got:.4g}}, which is not among the trials: they are "
            "`first`, `first * shrink`, and so on.",
        )
        s.expect(
            np.isfinite(f(x - eta * g)),
            f"{where} you take η = {{got:.4g}}, where f is nan as well. Every "
            "comparison with nan is false: go on `while not` f is low enough.",
        )
        s.expect(
            eta <= want * 1.0001,
            f"{where} you take η = {{got:.4g}}. There f(x − ηg) is not lower than f(x) "
            "by decrease·η·g·g, and so that trial does not pass.",
        )
        s.expect(
            eta >= want * 0.9999,
            f"{where} you take η = {{got:.4g}}. A longer one of the trials passes: the "
            "first that does is the answer.",
        )

    def bowl(decrease):
        """A start, and η by shares of the border b beyond which no trial passes."""
        lam, low = s.rng.uniform(0.2, 0.4, size=3), s.rng.uniform(3, 4)
        x = s.rng.uniform(5, 7, size=3) * s.rng.choice([-1, 1], size=3)
        g = lam * x
        b = 2 * (1 - decrease) * (g @ g) / (g @ (lam * g))
        return lambda x: low + 0.5 * lam @ np.asarray(x) ** 2, x, g, b

    with s.part("a bowl", points=2):
        f, x, g, b = bowl(decrease := s.rng.uniform(0.55, 0.65))
        shrink = s.rng.uniform(0.93, 0.95)
        first = b * s.rng.uniform(0.96, 0.98) / shrink ** int(s.rng.integers(20, 28))
        judge(f, x, g, first, shrink, decrease, "In a bowl")
    with s.part("the first that passes"):
        f, x, g, b = bowl(decrease := s.rng.uniform(0.2, 0.3))
        shrink = s.rng.uniform(0.93, 0.95)
        two = b * s.rng.uniform(0.96, 0.99) / shrink**2
        judge(f, x, g, two, shrink, decrease, "With a bold first trial")
        short = b * s.rng.uniform(0.45, 0.6)
        judge(f, x, g, short, shrink, decrease, "Where the first trial passes,")
    with s.part("beyond the edge"):
        a = s.rng.uniform(1.5, 2.5) * s.rng.uniform(0.97, 1.03, size=2)
        f = lambda x: float(a @ (np.asarray(x) - np.log(np.asarray(x)) - 0.9))
        x = s.rng.uniform(2.95, 3.05, size=2)
        g, shrink = a * (1 - 1 / x), s.rng.uniform(0.58, 0.6)
        first = 3 / a.mean() / shrink**2  # nan, nan, and then nearly at the bottom
        judge(f, x, g, first, shrink, 0.5, "Where f is nan at the first trials,")
    with s.part("x stays as it was"):
        f, x, g, b = bowl(0.4)
        judge(f, x, g, b * s.rng.uniform(5, 6), 0.7, 0.4, "In another bowl")
        s.expect_untouched(
            "After the search, x or g has changed. `x - eta * g` makes a new array; "
            "`x -= ...` walks away with the caller's."
        )


# ===================================================== exact_line_search_quadratic
def exact_by_formula(A, b, x):
    """Compute g·g over g·Ag, and zero on flat ground."""
    g = A @ x - b
    return g @ g / (g @ A @ g) if g.any() else 0.0


def exact_by_parabola(A, b, x):
    """Find the lowest point of the parabola h(η) = f(x − ηg) from its two numbers."""
    g = np.dot(A, x) - b
    slope, bend = -np.sum(g * g), np.sum(g * np.dot(A, g))
    return -slope / bend if bend > 0 else 0.0


def exact_by_direction(A, b, x):
    """Go by the direction u of length 1: the curvature along it is u·Au."""
    g = np.matmul(A, x) - np.asarray(b)
    length = norm(g)
    if length == 0:
        return 0.0
    u = g / length
    return float(1 / np.einsum("i,ij,j", u, A, u))


def _exact(
    slope=lambda A, b, x: A @ x - b,
    above=lambda A, x, g: g @ g,
    below=lambda A, x, g: g @ A @ g,
    result=lambda eta, x, g: eta,
    flat=0.0,
):
    """Make an exact search in which one thing is done otherwise."""

    def exact_line_search_quadratic(A, b, x):
        g = slope(A, b, x)
        if flat is not None and not g.any():
            return flat
        return result(above(A, x, g) / below(A, x, g), x, g)

    return exact_line_search_quadratic


@question(
    "learning-rate.exact_line_search_quadratic",
    points=4,
    needs="exact_line_search_quadratic",
    start=(
        "Start with the gradient, g = Ax − b. Along the ray, f(x − ηg) is a parabola "
        "in η; set its slope in η to zero."
    ),
    well_done=(
        "This number is 1 over the curvature along g. It always lies between 1/L and "
        "1/μ, and over many steps it keeps jumping between two values."
    ),
    hints=[
        "Where to look: A = [[2, 0], [0, 4]], b = 0, x = (1, 1). Then g = (2, 4), "
        "g·g = 20, Ag = (4, 16), g·Ag = 72, and η = 20/72.",
        "The book: Learning rate and step size, section An experiment.",
    ],
    mistakes=[
        Mistake(
            "no-b",
            _exact(lambda A, b, x: A @ x),
            "Your gradient is Ax. The pull b belongs to it: g = Ax − b.",
        ),
        Mistake(
            "plus-b",
            _exact(lambda A, b, x: A @ x + b),
            "Your gradient is Ax + b. In f(x) = ½x·Ax − b·x the b comes with a minus, "
            "and so it does in the gradient.",
        ),
        Mistake(
            "upside-down",
            _exact(above=lambda A, x, g: g @ A @ g, below=lambda A, x, g: g @ g),
            "Your fraction stands on its head: g·Ag / g·g is the curvature along g. "
            "The step is 1 over it; the more curved, the shorter.",
        ),
        Mistake(
            "twice",
            _exact(above=lambda A, x, g: 2 * (g @ g)),
            "Yours is twice too long: it climbs the other side up to where you came "
            "from. The lowest point is half-way.",
        ),
        Mistake(
            "half",
            _exact(above=lambda A, x, g: g @ g / 2),
            "Yours is half as long as it should be. The ½ in front of x·Ax goes when "
            "you differentiate.",
        ),
        Mistake(
            "not-squared",
            _exact(above=lambda A, x, g: norm(g)),
            "Above the line you have ‖g‖. It is g·g = ‖g‖²; with ‖g‖ alone the answer "
            "changes when f is measured in another unit.",
        ),
        Mistake(
            "from-x",
            _exact(above=lambda A, x, g: x @ x, below=lambda A, x, g: x @ A @ x),
            "You take the curvature along x. The step goes along the gradient: put g "
            "in both places.",
        ),
        Mistake(
            "least-slope",
            _exact(
                above=lambda A, x, g: g @ A @ g,
                below=lambda A, x, g: (A @ g) @ (A @ g),
            ),
            "This is g·Ag / ‖Ag‖². It makes the next *gradient* as short as possible, "
            "a good rule of its own. Asked for is the lowest f: g·g / g·Ag.",
        ),
        Mistake(
            "one-over-L",
            lambda A, b, x: (
                float(1 / np.linalg.eigvalsh(A)[-1]) * bool((A @ x - b).any())
            ),
            "This is 1/L, which fits the most curved direction. Along this g the bowl "
            "is flatter, and the lowest point lies farther out.",
        ),
        Mistake(
            "best-fixed",
            lambda A, b, x: (
                float(2 / np.linalg.eigvalsh(A)[[0, -1]].sum())
                * bool((A @ x - b).any())
            ),
            "This is 2/(μ + L), the best rate if one has to do for all steps. Exact "
            "search asks about this place and this gradient.",
        ),
        Mistake(
            "diagonal",
            _exact(below=lambda A, x, g: g @ (np.diag(A) * g)),
            "You use the diagonal of A alone. Between the axes the bowl bends too: "
            "`g @ A @ g`, with matrix products.",
        ),
        Mistake(
            "place",
            _exact(result=lambda eta, x, g: x - eta * g),
            "You return the place where the step ends. Asked for is η, one number.",
        ),
        Mistake(
            "zero-by-zero",
            _exact(flat=None),
            "At the lowest point g is zero, and you divide 0 by 0, which is nan. There "
            "is nowhere to go from there: return 0.0.",
        ),
    ],
    right=[exact_by_formula, exact_by_parabola, exact_by_direction],
)
def check_exact_line_search_quadratic(s):
    """Slanted bowls of two sizes, the start from which all steps are alike, rest."""

    def bowl(d):
        Q = np.linalg.qr(s.rng.normal(size=(d, d)))[0]
        lam = s.rng.uniform(1, 3) * np.geomspace(1, s.rng.uniform(6, 9), d)
        A = Q @ np.diag(lam) @ Q.T
        return (A + A.T) / 2, s.rng.normal(size=d) * 3

    with s.part("a bowl", points=2):
        A, b = bowl(3)
        x = s.rng.normal(size=3) * 3
        got = s.call("exact_line_search_quadratic", A, b, x)
        s.expect_close(
            got,
            exact_by_formula(A, b, x),
            "With this η, f(x − ηg) is not at its lowest along the ray.",
        )
    with s.part("the worst start"):
        A, b = bowl(4)
        lam, Q = np.linalg.eigh(A)
        x = np.linalg.solve(A, b) + s.rng.uniform(1, 2) * Q @ (1 / lam)
        got = s.call("exact_line_search_quadratic", A, b, x)
        s.expect_close(
            got,
            exact_by_formula(A, b, x),
            "From a start where g has an equal part along every direction of "
            "curvature, yours is not the lowest point.",
        )
        s.expect_untouched(
            "After the call, one of A, b and x has changed; they belong to the caller."
        )
    with s.part("at the bottom"):
        A, b = bowl(3)
        x = s.rng.normal(size=3)
        got = s.call("exact_line_search_quadratic", A, b, x)
        s.expect_close(
            got,
            exact_by_formula(A, b, x),
            "This counts once the other η is right.",
            explain=False,
        )
        A = np.diag(s.rng.integers(2, 9, size=3)).astype(float)
        x = s.rng.integers(1, 9, size=3).astype(float)
        rest = s.call("exact_line_search_quadratic", A, A @ x, x)
        s.expect_close(rest, 0.0, "At the lowest point, where g is zero, η is 0.")


# ===================================================================== polyak_step
def polyak_by_formula(x, f, g, lowest):
    """Step by (f − f*)/g·g, unless the ground is flat."""
    if not np.any(g):
        return np.array(x, dtype=float)
    return x - (f - lowest) / (g @ g) * g


def polyak_by_length(x, f, g, lowest):
    """Go the distance (f − f*)/‖g‖ in the direction −g/‖g‖."""
    length = norm(g)
    if length == 0:
        return 1.0 * np.asarray(x)
    far = (f - lowest) / length
    return x - far * (g / length)


def polyak_by_entries(x, f, g, lowest):
    """Entry by entry, as one would by hand."""
    square = sum(float(a) ** 2 for a in g)
    eta = (f - lowest) / square if square else 0.0
    return np.array([a - eta * b for a, b in zip(x, g, strict=True)])


def _polyak(
    gap=lambda f, lowest: f - lowest,
    square=lambda g: g @ g,
    step=lambda x, eta, g: x - eta * g,
    flat=lambda x: np.array(x, dtype=float),
):
    """Make a Polyak step in which one thing is done otherwise."""

    def polyak_step(x, f, g, lowest):
        if flat is not None and not g.any():
            return flat(x)
        return step(x, gap(f, lowest) / square(g), g)

    return polyak_step


def waits_for_every_slope(x, f, g, lowest):
    return x - (f - lowest) / (g @ g) * g if g.all() else x


def steps_in_place(x, f, g, lowest):
    if g.any():
        x -= (f - lowest) / (g @ g) * g
    return x


@question(
    "learning-rate.polyak_step",
    points=4,
    needs="polyak_step",
    start=(
        "Start with the step size, (f − lowest) / g·g, as one number; then the step is "
        "x − ηg as always."
    ),
    well_done=(
        "On x⁴/4 this step keeps three quarters of x, from a million as from one; and "
        "on |x| it arrives in one step. A fixed rate can do neither."
    ),
    hints=[
        "Where to look: f(x) = x², at x = [3.0], so f = 9 and g = [6.0]; lowest = 0. "
        "Then η = 9/36 = 0.25, and the step ends at [1.5].",
        "The book: Learning rate and step size, section The mathematics.",
    ],
    mistakes=[
        Mistake(
            "not-squared",
            _polyak(square=norm),
            "You divide by ‖g‖ once. A straight line with this slope is down after the "
            "distance (f − f*)/‖g‖; but the step is η·g, and g has the length ‖g‖ "
            "already. So η needs ‖g‖².",
        ),
        Mistake(
            "no-lowest",
            _polyak(gap=lambda f, lowest: f),
            "You use f, as if the bottom were at height 0. What counts is how much is "
            "left to fall: f − lowest.",
        ),
        Mistake(
            "uphill",
            _polyak(step=lambda x, eta, g: x + eta * g),
            "You step uphill: this is x + ηg, or the gap is turned round, lowest − f, "
            "which is negative. Both times the sign is the other way.",
        ),
        Mistake(
            "twice",
            _polyak(gap=lambda f, lowest: 2 * (f - lowest)),
            "Yours is twice as long. On a corner such as |x| that lands on the other "
            "side, exactly as far from the bottom, for ever.",
        ),
        Mistake(
            "half",
            _polyak(gap=lambda f, lowest: (f - lowest) / 2),
            "Yours is half as long. Some authors halve it, for they aim at bowls; the "
            "step of this book goes all the way that the slope promises.",
        ),
        Mistake(
            "entrywise",
            _polyak(square=lambda g: g * g),
            "You divide by g entry by entry, so that each coordinate gets a step size "
            "of its own. η is one number, (f − lowest) by g·g, the sum of the squares.",
        ),
        Mistake(
            "rate-only",
            _polyak(step=lambda x, eta, g: eta, flat=lambda x: 0.0),
            "You return η. Asked for is the place where the step ends, x − ηg.",
        ),
        Mistake(
            "step-only",
            _polyak(step=lambda x, eta, g: -eta * g, flat=lambda x: 0 * x),
            "You return the step, −ηg. Add it to x: asked for is the new place.",
        ),
        Mistake(
            "any-zero",
            waits_for_every_slope,
            "One entry of g is zero, and you stay where you are. The others are still "
            "a slope: only where *all* of g is zero there is nowhere to go, and "
            "`g.any()` asks for that.",
        ),
        Mistake(
            "zero-by-zero",
            _polyak(flat=None),
            "Where g is zero you divide 0 by 0, and the whole place becomes nan. There "
            "is nothing left to fall: return x.",
        ),
        Mistake(
            "in-place",
            steps_in_place,
            "The new place is right, and the old one is gone: `x -= ...` writes into "
            "the caller's array. `x - ...` makes a new one.",
        ),
    ],
    right=[polyak_by_formula, polyak_by_length, polyak_by_entries],
)
def check_polyak_step(s):
    """A place on a bowl, three steps on a gable, and the bottom."""
    with s.part("one step", points=2):
        x, g = s.rng.normal(size=(2, 4)) * 2
        lowest = s.rng.uniform(1, 3) * s.rng.choice([-1, 1])
        f = lowest + s.rng.uniform(2, 6)
        got = s.call("polyak_step", x, f, g, lowest)
        want = polyak_by_formula(x, f, g, lowest)
        s.expect_close(got, want, "The step does not end at x − (f − f*)/g·g times g.")
        s.expect_untouched(
            "After the step, x or g has changed. `x - ...` is a new array."
        )
    with s.part("along a gable"):
        a = s.rng.uniform(1, 4, size=3)
        x, low = s.rng.uniform(1, 4, size=3), s.rng.uniform(2, 5)
        for _ in range(3):
            g, f = a * np.sign(x), low + a @ abs(x)
            got = s.call("polyak_step", x, f, g, low)
            x = polyak_by_formula(x, f, g, low)
            s.expect_close(got, x, "On f(x) = Σ aᵢ|xᵢ| + low it is not Polyak's step.")
    with s.part("on flat ground"):
        x, g = s.rng.normal(size=(2, 3))
        got = s.call("polyak_step", x, 2.0, g, 1.0)
        s.expect_close(
            got,
            polyak_by_formula(x, 2.0, g, 1.0),
            "This counts once the step is right.",
            explain=False,
        )
        g[int(s.rng.integers(3))] = 0.0
        got = s.call("polyak_step", x, 2.0, g, 1.0)
        s.expect_close(
            got,
            polyak_by_formula(x, 2.0, g, 1.0),
            "With one entry of g zero and the others not, the step is another.",
        )
        got = s.call("polyak_step", x, 1.0, np.zeros(3), 1.0)
        s.expect_close(got, x, "At the bottom, where g is zero, it should return x.")


# =================================================================== warmup_cosine
def warmup_cosine_by_formula(t, peak, warmup, steps, last):
    """A ramp, then half a cosine, then rest."""
    if t < warmup:
        return peak * (t + 1) / warmup
    done = min((t + 1 - warmup) / (steps - warmup), 1)
    return last + (peak - last) * (1 + math.cos(math.pi * done)) / 2


def warmup_cosine_by_square(t, peak, warmup, steps, last):
    """Write (1 + cos φ)/2 as the square of cos φ/2, and clip instead of branching."""
    done = np.clip((t + 1 - warmup) / (steps - warmup), 0, 1)
    ramp = min(t + 1, warmup) / warmup
    share = np.cos(np.pi * done / 2) ** 2
    return float(ramp * peak if t < warmup else peak * share + last * (1 - share))


def warmup_cosine_by_library(t, peak, warmup, steps, last):
    """Hand it to the book's own schedules."""
    from gdlib import schedules

    falling = schedules.cosine(peak, steps=steps - warmup, last=last)
    return schedules.warmup(falling, steps=warmup)(t)


def _calendar(
    ramp=lambda t, warmup: (t + 1) / warmup,
    done=lambda t, warmup, steps: (t + 1 - warmup) / (steps - warmup),
    clamp=lambda done: min(done, 1),
    wave=lambda done: (1 + math.cos(math.pi * done)) / 2,
    mix=lambda peak, last, share: last + (peak - last) * share,
    peak_of=lambda peak: peak,
):
    """Make a calendar in which one thing is done otherwise."""

    def warmup_cosine(t, peak, warmup, steps, last):
        if t < warmup:
            return peak_of(peak) * ramp(t, warmup)
        return mix(peak, last, wave(clamp(done(t, warmup, steps))))

    return warmup_cosine


def rises_from_last(t, peak, warmup, steps, last):
    if t < warmup:
        return last + (peak - last) * (t + 1) / warmup
    return _calendar()(t, peak, warmup, steps, last)


def climbs_one_stair_more(t, peak, warmup, steps, last):
    if t <= warmup:
        return peak * (t + 1) / warmup
    return _calendar()(t, peak, warmup, steps, last)


def stops_at_nothing(t, peak, warmup, steps, last):
    return _calendar()(t, peak, warmup, steps, last) if t < steps else 0.0


@question(
    "learning-rate.warmup_cosine",
    points=4,
    needs="warmup_cosine",
    start=(
        "Start with the rise: for t < warmup return peak·(t + 1)/warmup. For the fall "
        "compute first which share of it is done."
    ),
    well_done=(
        "It remembers nothing, so step 1000 may be asked before step 1, twice, or by a "
        "plot. Schedules that change when you look at them have spoiled real training."
    ),
    hints=[
        "Where to look: peak = 1, warmup = 2, steps = 6, last = 0. The rates of steps "
        "0 to 6 are 0.5, 1, 0.854, 0.5, 0.146, 0, 0.",
        "The book: Learning rate and step size, section The code.",
    ],
    mistakes=[
        Mistake(
            "from-zero",
            _calendar(ramp=lambda t, warmup: t / warmup),
            "Your rise begins at 0, and the first step goes nowhere. Steps count from "
            "0, so step t is the (t + 1)-th: peak·(t + 1)/warmup.",
        ),
        Mistake(
            "no-rise",
            _calendar(ramp=lambda t, warmup: 1),
            "There is no rise: before `warmup` you return the peak itself.",
        ),
        Mistake(
            "no-peak",
            _calendar(peak_of=lambda peak: 1.0),
            "Your rise goes up to 1. It goes up to `peak`: multiply by it.",
        ),
        Mistake(
            "rise-from-last",
            rises_from_last,
            "Your rise starts near `last`. It starts at nothing, in stairs of "
            "peak/warmup; `last` belongs to the fall.",
        ),
        Mistake(
            "one-stair-more",
            climbs_one_stair_more,
            "Your rise has one stair too many, and step `warmup` is above the peak. "
            "Steps count from 0: the rise is where t < warmup.",
        ),
        Mistake(
            "peak-twice",
            _calendar(done=lambda t, w, n: (t - w) / (n - 1 - w)),
            "Your fall ends at the right step and begins one late: step warmup − 1 is "
            "at the peak, and with you step `warmup` is there again. Its share is "
            "1/(steps − warmup).",
        ),
        Mistake(
            "upside-down",
            _calendar(wave=lambda done: (1 - math.cos(math.pi * done)) / 2),
            "Your wave begins at `last` and climbs to the peak. With + in front of "
            "the cosine it begins at the peak: (1 + cos(π·done))/2.",
        ),
        Mistake(
            "nothing-after",
            stops_at_nothing,
            "After the end you return 0. It should stay at `last`.",
        ),
        Mistake(
            "one-late",
            _calendar(done=lambda t, w, n: (t - w) / (n - w)),
            "Your fall is one step late: step warmup − 1 is at the peak already, so at "
            "step `warmup` the share done is 1/(steps − warmup), and at step steps − 1 "
            "it is 1.",
        ),
        Mistake(
            "whole-clock",
            _calendar(done=lambda t, w, n: (t + 1) / n),
            "Your fall is counted from step 0. At the end of the rise a part of it is "
            "then done, and the rate drops from the peak. Count from `warmup`.",
        ),
        Mistake(
            "too-long",
            _calendar(done=lambda t, w, n: (t + 1 - w) / n),
            "Your fall takes `steps` steps, so it is not over at the end. It has steps "
            "− warmup of them.",
        ),
        Mistake(
            "rises-again",
            _calendar(clamp=lambda done: done),
            "After the last step your rate rises again, as a cosine does. Hold the "
            "share done at 1: min(..., 1).",
        ),
        Mistake(
            "straight",
            _calendar(wave=lambda done: 1 - done),
            "Your fall is a straight line. A cosine is level at both ends: "
            "(1 + cos(π·done))/2.",
        ),
        Mistake(
            "quarter",
            _calendar(wave=lambda done: math.cos(math.pi / 2 * done)),
            "Yours is a quarter of a cosine, from its top to zero, and it is steepest "
            "at the end. Half a cosine, from 1 to −1, moved up and halved: "
            "(1 + cos(π·done))/2.",
        ),
        Mistake(
            "degrees",
            _calendar(wave=lambda done: (1 + math.cos(180 * done)) / 2),
            "You hand the cosine 180 degrees; it counts in radians, where half a turn "
            "is π.",
        ),
        Mistake(
            "not-moved",
            _calendar(wave=lambda done: math.cos(math.pi * done)),
            "Your cosine goes down to −1, and the rate below zero: uphill. Move it up "
            "and halve it: (1 + cos(π·done))/2.",
        ),
        Mistake(
            "last-on-top",
            _calendar(mix=lambda peak, last, share: last + peak * share),
            "You add `last` on top, so the fall begins above the peak. It goes from "
            "peak to last: last + (peak − last)·(...).",
        ),
        Mistake(
            "no-last",
            _calendar(mix=lambda peak, last, share: peak * share),
            "Your rate falls to zero. It should end at `last`.",
        ),
    ],
    right=[
        warmup_cosine_by_formula,
        warmup_cosine_by_square,
        warmup_cosine_by_library,
    ],
)
def check_warmup_cosine(s):
    """The rise, the fall, and what is asked out of order."""

    def draw():
        peak = s.rng.uniform(0.2, 2)
        warmup = int(s.rng.integers(4, 8))
        steps = warmup + int(s.rng.integers(7, 12))
        return peak, warmup, steps, peak * s.rng.uniform(0.05, 0.2)

    def ask(times, rest, otherwise):
        got = [s.array(s.call("warmup_cosine", int(t), *rest), ()) for t in times]
        want = [warmup_cosine_by_formula(int(t), *rest) for t in times]
        s.expect_close(np.array(got), want, otherwise, rows="step")

    with s.part("the rise"):
        rest = draw()
        ask(
            np.arange(rest[1]),
            rest,
            "The first `warmup` steps do not rise in equal stairs to the peak.",
        )
    with s.part("the fall", points=2):
        rest = draw()
        _, warmup, steps, _ = rest
        ask(
            [warmup, *s.rng.integers(warmup + 1, steps - 1, size=3), steps - 1],
            rest,
            "From `warmup` to steps − 1 it is not half a cosine from peak to last.",
        )
    with s.part("out of order"):
        rest = draw()
        _, warmup, steps, _ = rest
        times = [steps + 3, warmup + 2, 1, warmup + 2, 10 * steps, 1]
        ask(
            times,
            rest,
            "Asked out of order, twice, or after the end, it is something else. It "
            "should depend on t alone, and stay at `last` once it is there.",
        )


# ========================================================== robbins_monro_classify
def classify_by_cases(power, factor):
    """First the sum, then the limit, then the sum of squares."""
    if factor < 1 or power > 1:
        return "freezes", False
    if power == 0:
        return "trembles", False
    return "arrives", power > 0.5


def classify_by_two_sums(power, factor):
    """Name the three facts, and combine them."""
    endless = factor == 1 and power <= 1
    fades = factor < 1 or power > 0
    squares = factor < 1 or 2 * power > 1
    word = "freezes" if not endless else "arrives" if fades else "trembles"
    return word, endless and squares


def classify_by_table(power, factor):
    """Look the power up between 0, ½ and 1."""
    if factor != 1:
        power = math.inf
    place = int(np.searchsorted([0, 0.5, 1], power))
    return [
        ("trembles", False),
        ("arrives", False),
        ("arrives", True),
        ("freezes", False),
    ][place]


def _classify(
    endless=lambda p, q: q == 1 and p <= 1,
    fades=lambda p, q: q < 1 or p > 0,
    squares=lambda p, q: q < 1 or p > 0.5,
    both=lambda endless, squares: endless and squares,
    words=("freezes", "arrives", "trembles"),
    result=lambda word, classic: (word, classic),
):
    """Make a classification in which one thing is done otherwise."""

    def robbins_monro_classify(power, factor):
        travels = endless(power, factor)
        freezes, arrives, trembles = words
        word = arrives if fades(power, factor) else trembles
        word = word if travels else freezes
        return result(word, both(travels, squares(power, factor)))

    return robbins_monro_classify


@question(
    "learning-rate.robbins_monro_classify",
    points=4,
    needs="robbins_monro_classify",
    start=(
        "Start with the sum of all rates: for which power and factor is it finite? "
        "Those freeze. Then ask which of the others go to zero."
    ),
    well_done=(
        "You can now look at a schedule and say where it ends, without walking. When "
        "it gets there is another matter: 1/t on flat ground takes for ever, nearly."
    ),
    hints=[
        "Where to look: the sum of 1/t^p is infinite for p up to 1, and 1 belongs to "
        "it; so the sum of the squares, 1/t^2p, is infinite for p up to ½. Any factor "
        "below 1 makes both finite.",
        "The book: Learning rate and step size, section The mathematics.",
    ],
    mistakes=[
        Mistake(
            "harmonic",
            _classify(endless=lambda p, q: q == 1 and p < 1),
            "You count 1/t among those that freeze. 1 + ½ + ⅓ + … has no end: it grows "
            "like a logarithm, slowly, past every number. The border belongs to the "
            "infinite side.",
        ),
        Mistake(
            "no-factor",
            _classify(
                endless=lambda p, q: p <= 1,
                fades=lambda p, q: p > 0,
                squares=lambda p, q: p > 0.5,
            ),
            "You do not use `factor`. A factor of 0.99 looks harmless, and yet it "
            "makes every sum finite: 1 + 0.99 + 0.99² + … is 100.",
        ),
        Mistake(
            "zero-is-enough",
            _classify(endless=lambda p, q: True),
            "You let everything arrive that goes to zero. The rates must also add up "
            "to infinity, or the walk stops before it is there.",
        ),
        Mistake(
            "factor-alone",
            _classify(endless=lambda p, q: q == 1),
            "For you only a factor freezes a walk. 1 + ¼ + ⅑ + … is finite as well: "
            "without a factor, powers above 1 freeze.",
        ),
        Mistake(
            "constant-arrives",
            _classify(fades=lambda p, q: True),
            "You let the constant rate arrive. With power 0 and factor 1 the rate "
            "never goes to zero, and fresh noise comes in at full strength: it "
            "trembles.",
        ),
        Mistake(
            "needs-squares",
            _classify(fades=lambda p, q: q < 1 or p > 0.5),
            "You say that powers up to ½ tremble. For them the sum of the squares is "
            "infinite, but the rate does go to zero, and by C4 that is all that is "
            "needed to arrive in mean square.",
        ),
        Mistake(
            "half-inside",
            _classify(squares=lambda p, q: q < 1 or p >= 0.5),
            "You count the power ½ as classic. The squares of 1/√t are 1/t, and their "
            "sum is infinite.",
        ),
        Mistake(
            "squares-only",
            _classify(both=lambda endless, squares: squares),
            "Your second answer looks at the sum of squares alone. Robbins and Monro "
            "ask for both: an infinite sum of rates and a finite sum of squares.",
        ),
        Mistake(
            "sum-only",
            _classify(both=lambda endless, squares: endless),
            "Your second answer looks at the sum of the rates alone. Robbins and Monro "
            "also ask that the sum of the squares is finite, so a power above ½.",
        ),
        Mistake(
            "swapped-words",
            _classify(words=("trembles", "arrives", "freezes")),
            "You swapped two words. A finite sum runs out of way and freezes; a rate "
            "that does not go to zero lets the noise in and trembles.",
        ),
        Mistake(
            "sum-of-squares-freezes",
            _classify(endless=lambda p, q: q == 1 and p <= 0.5),
            "You ask the sum of the *squares* to be infinite. For the walk to get "
            "anywhere it is the sum of the rates themselves, so powers up to 1.",
        ),
        Mistake(
            "word-only",
            _classify(result=lambda word, classic: word),
            "You return the word alone. Return two things: `return fate, classic`.",
        ),
        Mistake(
            "pair-swapped",
            _classify(result=lambda word, classic: (classic, word)),
            "The other way round: `return fate, classic`, the word first.",
        ),
    ],
    right=[classify_by_cases, classify_by_two_sums, classify_by_table],
)
def check_robbins_monro_classify(s):
    """Powers without a factor, the borders, and factors; always in another order."""

    def ask(cases, otherwise):
        order = s.rng.permutation(len(cases))
        for power, factor in [cases[k] for k in order]:
            power, factor = float(power), float(factor)
            s.note(power=power, factor=factor)
            got = s.call("robbins_monro_classify", power, factor)
            word, classic = s.unpack(got, "fate, classic")
            want, ideal = classify_by_cases(power, factor)
            s.note(word=str(word)[:20], classic=bool(classic))
            s.expect(
                isinstance(word, str) and isinstance(classic, (bool, np.bool_)),
                'Return a word and a truth value, such as `"arrives", True`.',
            )
            s.expect(
                word in ("freezes", "trembles", "arrives"),
                '"{word}" is none of the three words. They are "freezes", "trembles" '
                'and "arrives", in small letters.',
            )
            s.expect(
                word == want,
                'For power {power:.3g} and factor {factor:.4g} you say "{word}". '
                + otherwise,
            )
            s.expect(
                bool(classic) == ideal,
                "For power {power:.3g} and factor {factor:.4g} your second answer is "
                "{classic}. It is True if the rates have an infinite sum and their "
                "squares a finite one.",
            )

    with s.part("powers", points=2):
        ask(
            [(s.rng.uniform(0.1, 0.4), 1), (s.rng.uniform(0.6, 0.9), 1),
             (s.rng.uniform(1.2, 3), 1), (0, 1), (s.rng.uniform(0.55, 0.7), 1),
             (s.rng.uniform(1.1, 1.4), 1)],
            "Is the sum of the rates infinite, and do they go to zero?",
        )  # fmt: skip
    with s.part("the borders"):
        ask(
            [(1, 1), (0.5, 1), (s.rng.uniform(0.2, 0.3), 1), (s.rng.uniform(2, 3), 1),
             (0, 1)],
            "Look at the border itself: on which side is it?",
        )  # fmt: skip
    with s.part("factors"):
        ask(
            [(0, s.rng.uniform(0.9, 0.999)), (s.rng.uniform(0.6, 1), 1),
             (s.rng.uniform(0.3, 1), s.rng.uniform(0.5, 0.99)), (0, 1),
             (s.rng.uniform(0.1, 0.4), s.rng.uniform(0.99, 0.999))],
            "Is the sum of the rates infinite, and do they go to zero? A factor below "
            "1 decides both.",
        )  # fmt: skip
