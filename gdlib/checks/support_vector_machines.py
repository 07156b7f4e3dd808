"""Support vector machines: the pull of the hinge, Pegasos, the street, who pulls."""

from functools import lru_cache

import numpy as np
from numpy.linalg import norm

from gdlib.grading import Mistake, question


def with_margins(rng, w, y, margins):
    """Draw examples, one a row, whose margins yᵢxᵢ·w are those given."""
    X = rng.normal(size=(len(y), len(w)))
    return X + np.outer((y * margins - X @ w) / (w @ w), w)


# =================================================================== hinge_subgrad
def subgrad_by_mask(w, X, y, penalty):
    """Sum the pulls of those with a margin below 1."""
    charged = y * (X @ w) < 1
    return penalty * w - (charged * y) @ X / len(y)


def subgrad_by_loop(w, X, y, penalty):
    """Go through the examples; the curb counts as charged."""
    g = penalty * np.asarray(w, dtype=float)
    for row, label in zip(X, y, strict=True):
        if label * np.dot(row, w) <= 1:
            g = g - label * row / len(y)
    return g


def subgrad_by_mean(w, X, y, penalty):
    """Take the mean of one gradient a row, half a pull on the curb."""
    share = np.heaviside(1 - y * np.einsum("ij,j", X, w), 0.5)
    return np.mean(penalty * w - (share * y)[:, None] * X, axis=0)


def _subgrad(
    charged=lambda m, s: m < 1,
    pull=lambda X, y, m: X * y[:, None],
    mean=lambda rows, charged: rows.sum(axis=0) / len(rows),
    shrink=lambda penalty, n: penalty,
    sign=-1,
):
    """Make a subgradient in which one thing is done otherwise."""

    def hinge_subgrad(w, X, y, penalty):
        s = X @ w
        on = charged(y * s, s)
        rows = pull(X, y, y * s) * on[:, None]
        return shrink(penalty, len(y)) * w + sign * mean(rows, on)

    return hinge_subgrad


def overwrites_w(w, X, y, penalty):
    charged = y * (X @ w) < 1
    w[:] = penalty * w - (charged * y) @ X / len(y)
    return w


@question(
    "support-vector-machines.hinge_subgrad",
    points=5,
    needs="hinge_subgrad",
    start=(
        "Start with the margins, `m = y * (X @ w)`. Those below 1 are charged, and "
        "each of them adds −y·x/n to the slope."
    ),
    well_done=(
        "Most rows of X went into nothing but a comparison. What an example beyond the "
        "curb measures exactly, the plane does not want to know."
    ),
    hints=[
        "Where to look: w = [2], X = [[1], [0.25], [−1]], y = 1, 1, 1, penalty 0.5. "
        "The margins are 2, 0.5 and −2, so two are charged: 0.5·2 − (0.25 − 1)/3 = "
        "1.25.",
        "The book: Support vector machines, section The idea.",
    ],
    mistakes=[
        Mistake(
            "sum",
            _subgrad(mean=lambda rows, on: rows.sum(axis=0)),
            "You sum over the charged examples; J holds their mean. Divide by n, which "
            "is {n} here.",
        ),
        Mistake(
            "mean-of-charged",
            _subgrad(mean=lambda rows, on: rows.sum(axis=0) / max(on.sum(), 1)),
            "You divide by the number of those who are charged. The mean in J is over "
            "all {n} examples; those beyond the curb count in it, as zeros.",
        ),
        Mistake(
            "perceptron",
            _subgrad(charged=lambda m, s: m < 0),
            "You charge only those on the wrong side, margin below 0. That is the "
            "perceptron. The hinge charges up to a margin of 1.",
        ),
        Mistake(
            "everybody",
            _subgrad(charged=lambda m, s: m < np.inf),
            "Everybody pulls in your sum. An example beyond the curb, margin above 1, "
            "has slope zero: leave it out.",
        ),
        Mistake(
            "turned-round",
            _subgrad(charged=lambda m, s: m > 1),
            "Your comparison is turned round: those beyond the curb pull, and those in "
            "the street do not. Charged is whose margin is below 1.",
        ),
        Mistake(
            "score",
            _subgrad(charged=lambda m, s: s < 1),
            "You compare the score with 1, and forget the label: an example of class "
            "−1 stands well where its score is far below zero. The margin is y times "
            "the score.",
        ),
        Mistake(
            "no-label",
            _subgrad(pull=lambda X, y, m: X),
            "You add up x without its label. Charged examples of class −1 pull the "
            "other way: y·x.",
        ),
        Mistake(
            "squared",
            _subgrad(pull=lambda X, y, m: X * (y * (1 - m))[:, None]),
            "You weigh each pull with what its example is charged, 1 − m. The hinge is "
            "a straight line there: its slope is −1 however far out one stands.",
        ),
        Mistake(
            "plus",
            _subgrad(sign=1),
            "You add the pulls to λw. A larger margin costs less, so the slope by w is "
            "−y·x.",
        ),
        Mistake(
            "no-penalty",
            _subgrad(shrink=lambda penalty, n: 0.0),
            "The penalty is missing: ½λ‖w‖² has the slope λw, and without it nothing "
            "asks for a wide street.",
        ),
        Mistake(
            "half-penalty",
            _subgrad(shrink=lambda penalty, n: penalty / 2),
            "Your penalty pulls with ½λw. The ½ in ½λ‖w‖² is there to cancel the 2 of "
            "the square: its slope is λw.",
        ),
        Mistake(
            "double-penalty",
            _subgrad(shrink=lambda penalty, n: 2 * penalty),
            "Your penalty pulls with 2λw. It is ½λ‖w‖² here, and its slope is λw.",
        ),
        Mistake(
            "shared-penalty",
            _subgrad(shrink=lambda penalty, n: penalty / n),
            "You divide the penalty by n as well. Only the charges are a mean; ½λ‖w‖² "
            "stands in J once.",
        ),
        Mistake(
            "in-place",
            overwrites_w,
            "The numbers are right, and w is gone: `w[:] = ...` and `w *= ...` write "
            "into the caller's array. `penalty * w` makes a new one.",
        ),
    ],
    right=[subgrad_by_mask, subgrad_by_loop, subgrad_by_mean],
)
def check_hinge_subgrad(s):
    """A mixed crowd, a clear one, an example on the kink; w stays as it was."""

    def crowd(margins):
        n, w = len(margins), s.rng.normal(size=3)
        y = s.rng.permutation(np.arange(n) % 2 * 2 - 1)
        margins = s.rng.permutation(margins) * s.rng.uniform(0.9, 1.1)
        s.note(n=n)
        return w, with_margins(s.rng, w, y, margins), y, s.rng.uniform(0.2, 0.8)

    mixed = np.array([-3, -1.5, -0.4, 0.2, 0.4, 0.6, 0.7, 1.5, 2, 3, 5])
    with s.part("the pull", points=2):
        given = crowd(mixed)
        got = s.call("hinge_subgrad", *given)
        s.expect_close(
            got,
            subgrad_by_mask(*given),
            "This is not the slope of J. It is λw, minus the mean over all examples of "
            "y·x for the charged ones and zero for the others.",
        )
    with s.part("beyond the curb"):
        w, X, y, penalty = crowd(s.rng.uniform(1.5, 6, size=6))
        got = s.call("hinge_subgrad", w, X, y, penalty)
        s.expect_close(
            got,
            penalty * w,
            "When everybody stands beyond the curb, nobody pulls, and only the penalty "
            "is left.",
        )
    with s.part("on the curb"):
        w = np.array([*s.rng.integers(1, 4, size=2), 1.0])
        y = np.array([1, -1, 1, -1, 1])
        X = s.rng.integers(-3, 4, size=(5, 3)).astype(float)
        X[:, 2] = y * np.array([1, -2, 3, 0, 4]) - X[:, :2] @ w[:2]
        penalty = s.rng.uniform(0.2, 0.8)
        s.note(n=5)
        got = s.array(s.call("hinge_subgrad", w, X, y, penalty), (3,))
        away, pull = subgrad_by_mask(w, X, y, penalty) - got, y[0] * X[0] / 5
        share = away @ pull / (pull @ pull)
        s.expect(
            norm(away - share * pull) < 1e-6 and -1e-6 < share < 1 + 1e-6,
            "With one example exactly on the curb this is no subgradient. That example "
            "may pull, or not, or in part; all the others are as clear as before.",
        )
    with s.part("w stays as it was"):
        given = crowd(mixed)
        got = s.call("hinge_subgrad", *given)
        s.expect_close(
            got,
            subgrad_by_mask(*given),
            "This counts once the slope itself is right.",
            explain=False,
        )
        s.expect_untouched(
            "After the call, w, X or y has changed. Make new arrays and leave these."
        )


# ========================================================================= pegasos
def _pegasos(
    eta=lambda penalty, t: 1 / (penalty * t),
    charged=lambda m, s, t: m < 1,
    shrunk=lambda w, eta, penalty, on: w - eta * penalty * w,
    pull=lambda x, y: y * x,
    pick=lambda i, t, n: i,
    result=lambda points: (points[-1], np.mean(points[:-1], axis=0)),
):
    """Make a Pegasos in which one thing is done otherwise."""

    def pegasos(X, y, penalty, picks):
        w = np.zeros(X.shape[1])
        points = [w]
        for t, i in enumerate(picks, start=1):
            i = pick(i, t, len(y))
            rate, score = eta(penalty, t), X[i] @ w
            on = charged(y[i] * score, score, t)
            w = shrunk(w, rate, penalty, on) + on * rate * pull(X[i], y[i])
            points.append(w)
        return result(points)

    return pegasos


def pegasos_by_subgradient(X, y, penalty, picks):
    """Subtract η times the subgradient, and keep the running total."""
    w, total = np.zeros(X.shape[1]), np.zeros(X.shape[1])
    for t, i in enumerate(picks, start=1):
        total += w
        g = penalty * w
        if y[i] * np.dot(X[i], w) <= 1:
            g = g - y[i] * X[i]
        w = w - g / (penalty * t)
    return w, total / len(picks)


def pegasos_by_sums(X, y, penalty, picks):
    """Keep the sum of the pulls: w is that sum over λ times the steps so far."""
    pulls, sum_of_pulls, average = y[:, None] * X, np.zeros(X.shape[1]), 0
    for t in range(len(picks)):
        w = sum_of_pulls / (penalty * max(t, 1))
        average = average + w / len(picks)
        if pulls[picks[t]] @ w < 1:
            sum_of_pulls = sum_of_pulls + pulls[picks[t]]
    return sum_of_pulls / (penalty * len(picks)), average


shrinks_first = _pegasos(charged=lambda m, s, t: m * (1 - 1 / t) < 1)
perceptron = _pegasos(charged=lambda m, s, t: m <= 0)
forgets_labels = _pegasos(pull=lambda x, y: x)
in_order = _pegasos(pick=lambda i, t, n: (t - 1) % n)


@lru_cache(maxsize=64)  # all known mistakes are asked on the same walk
def telling_walk(seed, steps):
    """Draw a walk where it matters when one asks, for what margin, and for labels."""
    rng, right = np.random.default_rng(seed), _pegasos()
    while True:
        y = np.array([1, -1, 1, -1, 1])
        X = with_margins(rng, rng.normal(size=3), y, rng.uniform(0.4, 2, size=5))
        picks = [int(i) for i in rng.integers(5, size=steps)]
        given = X, y, rng.uniform(0.05, 0.15), picks
        want = right(*given)
        rare = (shrinks_first, perceptron, forgets_labels, in_order)
        if not any(np.allclose(want[0], other(*given)[0]) for other in rare):
            return given, want


@question(
    "support-vector-machines.pegasos",
    points=5,
    needs="pegasos",
    start=(
        "Start with `w = np.zeros(X.shape[1])` and a loop over the picks that counts "
        "its steps from 1: `for t, i in enumerate(picks, start=1)`."
    ),
    well_done=(
        "No learning rate to tune, no table in memory, one example at a time: this "
        "trains on a stream. Take home the mean of the second half, and you lose the "
        "logarithm too."
    ),
    hints=[
        "Where to look: one example, x = 1, y = 1, penalty 0.25, picked three times. η "
        "is 4, 2, 4/3. The points are 0, 4, 2 and 4/3: the last is 4/3, and the mean "
        "of the three from which you stepped is 2.",
        "The book: Support vector machines, section The mathematics.",
    ],
    mistakes=[
        Mistake(
            "late-start",
            _pegasos(eta=lambda penalty, t: 1 / (penalty * (t + 1))),
            "Your η starts at 1/(2λ): t counts one too far. The first step has t = 1 "
            "and η = 1/λ, and it forgets where it began.",
        ),
        Mistake(
            "no-lambda",
            _pegasos(eta=lambda penalty, t: 1 / t),
            "You step with 1/t. The rate is 1/(λt): the flatter the bowl, the longer "
            "the step that it asks for.",
        ),
        Mistake(
            "constant",
            _pegasos(eta=lambda penalty, t: 1 / penalty),
            "Your rate stays at 1/λ. It has to shrink as 1/(λt), or the walk jumps "
            "about the kinks for ever.",
        ),
        Mistake(
            "root",
            _pegasos(eta=lambda penalty, t: 1 / (penalty * t**0.5)),
            "You divide by the root of t. That is the rate for a convex loss without "
            "curvature; with λ in it the rate is 1/(λt).",
        ),
        Mistake(
            "no-shrinking",
            _pegasos(shrunk=lambda w, eta, penalty, on: w),
            "You add the pulls and never shrink w. The subgradient has a part λw, at "
            "every step.",
        ),
        Mistake(
            "shrinks-if-charged",
            _pegasos(
                shrunk=lambda w, eta, penalty, on: (1 - eta * penalty * on) * w,
            ),
            "You shrink w only where the example is charged. The penalty pulls at "
            "every step, also when the example says nothing.",
        ),
        Mistake(
            "shrinks-first",
            shrinks_first,
            "You shrink w first and then ask for the margin. Both parts of the "
            "subgradient are asked at the same place, the one you step from.",
        ),
        Mistake(
            "perceptron",
            perceptron,
            "You charge only where the margin is not positive. The hinge charges up to "
            "a margin of 1.",
        ),
        Mistake(
            "score",
            _pegasos(charged=lambda m, s, t: s < 1),
            "You compare the score with 1 and forget the label. The margin is the "
            "label times the score.",
        ),
        Mistake(
            "no-label",
            forgets_labels,
            "You add ηx without the label: an example of class −1 has to push the "
            "other way.",
        ),
        Mistake(
            "minus",
            _pegasos(pull=lambda x, y: -y * x),
            "You subtract ηyx. The subgradient has −yx in it, and the step goes "
            "against it: add.",
        ),
        Mistake(
            "in-order",
            in_order,
            "You take the examples in their order. `picks` says whose turn it is, and "
            "the same one may come twice.",
        ),
        Mistake(
            "average-late",
            _pegasos(result=lambda p: (p[-1], np.mean(p[1:], axis=0))),
            "Your average begins after the first step. The theorem is about the points "
            "from which the steps were taken: the zero at the start is in, the last "
            "point is not.",
        ),
        Mistake(
            "average-of-all",
            _pegasos(result=lambda p: (p[-1], np.mean(p, axis=0))),
            "Your average holds one point too many, the last. Take the mean of those "
            "from which a step was taken: as many as there are picks.",
        ),
        Mistake(
            "average-is-last",
            _pegasos(result=lambda p: (p[-1], p[-1])),
            "Your average is the last point. If you keep the points in a list and "
            "change w in place, the list holds the same array many times: keep "
            "`w.copy()`, or add to a total.",
        ),
        Mistake(
            "swapped",
            _pegasos(result=lambda p: (np.mean(p[:-1], axis=0), p[-1])),
            "The other way round: `return w, average`, the last point first.",
        ),
        Mistake(
            "average-only",
            _pegasos(result=lambda p: np.mean(p[:-1], axis=0)),
            "You return the average alone. Return both: `return w, average`.",
        ),
    ],
    right=[_pegasos(), pegasos_by_subgradient, pegasos_by_sums],
)
def check_pegasos(s):
    """Two short walks; the last point, the average, and the table left alone."""

    def ask(steps, otherwise, which):
        given, want = telling_walk(int(s.rng.integers(2**32)), steps)
        w, average = s.unpack(s.call("pegasos", *given), "w, average")
        for k in which:
            s.expect_close((w, average)[k], want[k], otherwise[k])

    sentences = (
        "The last point is not where {steps} steps of w ← (1 − ηλ)w, plus ηyx where "
        "charged, lead.",
        "The average is not the mean of the points from which the {steps} steps were "
        "taken.",
    )
    with s.part("the last point", points=2):
        s.note(steps=25)
        ask(25, sentences, [0])
    with s.part("the average", points=2):
        s.note(steps=30)
        ask(30, sentences, [0, 1])
    with s.part("the table stays as it was"):
        s.note(steps=20)
        later = "This counts once both points are right."
        ask(20, (later, later), [0, 1])
        s.expect_untouched(
            "After the walk, X, y or the picks have changed. The walk needs an array "
            "of its own for w, and nothing else."
        )


# ========================================================================== margin
def margin_by_mask(w, b, X, y):
    """Compare all margins at once."""
    length = norm(w)
    return 2 / length if length else np.inf, y * (X @ w + b) <= 1


def margin_by_loop(w, b, X, y):
    """Go through the examples, in plain Python."""
    square = sum(float(entry) ** 2 for entry in w)
    held = []
    for row, label in zip(X, y, strict=True):
        score = sum(float(p) * float(q) for p, q in zip(row, w, strict=True)) + b
        held.append(bool(label * score <= 1))
    return 2 * square**-0.5 if square else float("inf"), held


def _margin(
    width=lambda w, b, m: 2 / norm(w),
    score=lambda w, b, X: X @ w + b,
    held=lambda m, s, w: m <= 1,
    result=lambda width, held: (width, held),
):
    """Make a margin in which one thing is done otherwise."""

    def margin(w, b, X, y):
        s = score(w, b, X)
        return result(width(w, b, y * s), held(y * s, s, w))

    return margin


@question(
    "support-vector-machines.margin",
    points=5,
    needs="margin",
    start=(
        "Start with the scores, `s = X @ w + b`. The margin of an example is its label "
        "times its score, and the width needs only w."
    ),
    well_done=(
        "From these two one reads off a trained machine what it has learned: how sure "
        "it is of the gap, and on how few shoulders the plane rests."
    ),
    hints=[
        "Where to look: w = [3, 4], b = −2, so ‖w‖ = 5 and the street is 0.4 wide. "
        "x = [1, 0] with y = 1 has score 1: on the curb, and it holds. x = [2, 1] with "
        "y = −1 has margin −8: far on the wrong side, and it holds too.",
        "The book: Support vector machines, section The idea.",
    ],
    mistakes=[
        Mistake(
            "half",
            _margin(width=lambda w, b, m: 1 / norm(w)),
            "This is the way from the plane to one curb. The street has two sides: "
            "from s = −1 to s = 1 the score rises by 2.",
        ),
        Mistake(
            "squared",
            _margin(width=lambda w, b, m: 2 / (w @ w)),
            "You divide by ‖w‖². A unit of way along w raises the score by ‖w‖, one "
            "factor, so a rise of 2 takes 2/‖w‖.",
        ),
        Mistake(
            "with-intercept",
            _margin(width=lambda w, b, m: 2 / np.hypot(norm(w), b)),
            "You count b among the weights. Crossing the street changes x, and b is "
            "the same on both sides: only w is in the width.",
        ),
        Mistake(
            "taxi",
            _margin(width=lambda w, b, m: 2 / np.abs(w).sum()),
            "You measure w by the block, |w₁| + |w₂| + … . The street is crossed at a "
            "right angle, and its width is measured with a ruler: ‖w‖₂.",
        ),
        Mistake(
            "nearest",
            _margin(width=lambda w, b, m: 2 * np.abs(m).min() / norm(w)),
            "You take twice the way to the nearest example. The street is where the "
            "score is between −1 and 1, and examples may well stand in it.",
        ),
        Mistake(
            "curb-left-out",
            _margin(held=lambda m, s, w: m < 1),
            "Those exactly on the curb, margin 1, hold the plane as well: ≤ and not <.",
        ),
        Mistake(
            "street-only",
            _margin(held=lambda m, s, w: np.abs(s) <= 1),
            "You mark those who stand in the street. Who stands beyond it on the wrong "
            "side is charged most of all, and holds it too.",
        ),
        Mistake(
            "score",
            _margin(held=lambda m, s, w: s <= 1),
            "You compare the score with 1. An example of class −1 with a score of −5 "
            "is far out on its own side: multiply by the label first.",
        ),
        Mistake(
            "errors",
            _margin(held=lambda m, s, w: m <= 0),
            "You mark those who are judged wrongly. The street holds up to a margin of "
            "1: being right by less than that counts.",
        ),
        Mistake(
            "turned-round",
            _margin(held=lambda m, s, w: m > 1),
            "You mark all who could leave. Asked for are the others, margin ≤ 1.",
        ),
        Mistake(
            "no-intercept",
            _margin(score=lambda w, b, X: X @ w),
            "The scores lack their intercept: s = X @ w + b.",
        ),
        Mistake(
            "in-centimeters",
            _margin(held=lambda m, s, w: m <= norm(w)),
            "You divide the margins by ‖w‖ before you compare. That is the way to the "
            "plane; the curbs are where the score itself is ±1.",
        ),
        Mistake(
            "positions",
            _margin(held=lambda m, s, w: np.flatnonzero(m <= 1)),
            "You return positions. Asked for is one truth value an example, of shape "
            "(n,): the comparison itself.",
        ),
        Mistake(
            "count",
            _margin(held=lambda m, s, w: int((m <= 1).sum())),
            "You return how many hold the plane. Asked for is who: one truth value an "
            "example.",
        ),
        Mistake(
            "swapped",
            _margin(result=lambda width, held: (held, width)),
            "The other way round: `return width, held`.",
        ),
    ],
    right=[
        margin_by_mask,
        margin_by_loop,
        lambda w, b, X, y: (2 / np.sqrt(w @ w), np.logical_not(y * (b + X @ w) > 1)),
    ],
)
def check_margin(s):
    """The width, a crowd with some on the curb, and a plane with no slope."""

    def crowd():
        w = np.array([*s.rng.integers(2, 6, size=2), 1.0])
        w[:2] *= s.rng.choice([-1, 1], size=2)
        b = float(s.rng.integers(2, 5))
        margins = np.array([-4, -2, -0.75, 0.75, 1, 1.5, 2, 6] * 2)
        y = np.repeat([1, -1], 8)
        order = s.rng.permutation(16)
        margins, y = margins[order], y[order]
        X = s.rng.integers(-4, 5, size=(16, 3)).astype(float)
        X[:, 2] = y * margins - b - X[:, :2] @ w[:2]  # whole and half: no rounding
        return w, b, X, y

    def ask(*given):
        width, held = s.unpack(s.call("margin", *given), "width, held")
        width = float(s.array(width, ()))
        held = np.asarray(held)
        s.expect(
            held.shape == given[3].shape and held.dtype.kind in "biuf",
            "The second thing you return is one truth value an example: an array of "
            "shape (n,).",
        )
        return width, held

    with s.part("the width"):
        given = crowd()
        width, _ = ask(*given)
        s.expect_close(width, 2 / norm(given[0]), "The street is not that wide.")
    with s.part("who holds it", points=3):
        given = crowd()
        _, held = ask(*given)
        want = given[3] * (given[2] @ given[0] + given[1]) <= 1
        marked = held.astype(bool)
        s.note(more=(marked & ~want).sum(), fewer=(want & ~marked).sum())
        s.expect(
            (held == want).all(),
            "Of 16 examples you mark {more} who could leave, and leave out {fewer} who "
            "hold the plane. It is held by whose margin is at most 1.",
        )
        s.expect_untouched("After the call, w, X or y has changed. Leave them alone.")
    with s.part("no street"):
        _, _, X, y = crowd()
        width, held = ask(np.zeros(3), 3.0, X, y)
        s.expect(
            np.isposinf(width),
            "With w = 0 the score is the same everywhere, and no curb is ever reached: "
            "the width is np.inf.",
        )
        s.expect(
            (held == (y < 0)).all(),
            "With w = 0 and b = 3 every score is 3: class 1 has a margin of 3, class "
            "−1 a margin of −3 and holds what there is to hold.",
        )


# =================================================================== svm_vs_logreg
def pulls_by_where(w, X, y):
    """Take the logistic pull from the side on which the exponential is small."""
    m = y * (X @ w)
    small = np.exp(-np.abs(m))
    return np.where(m < 1, 1.0, 0.0), np.where(m > 0, small, 1) / (1 + small)


def pulls_by_tanh(w, X, y):
    """Use that 1/(1 + eᵐ) is half of 1 − tanh(m/2)."""
    m = np.array([label * np.dot(row, w) for row, label in zip(X, y, strict=True)])
    return (m < 1) * 1.0, (1 - np.tanh(m / 2)) / 2


def pulls_by_logarithm(w, X, y):
    """Take the exponential of a logarithm that cannot overflow."""
    m = y * (X @ w)
    return (1 - np.sign(m - 1)) / 2, np.exp(-np.logaddexp(0, m))


def _pulls(
    margin=lambda s, y: y * s,
    hinge=lambda m: (m < 1) * 1.0,
    logistic=lambda m: 1 / (1 + np.exp(m)),
    result=lambda hinge, logistic, y: (hinge, logistic),
):
    """Make a comparison in which one thing is done otherwise."""

    def svm_vs_logreg(w, X, y):
        m = margin(X @ w, y)
        return result(hinge(m), logistic(m), y)

    return svm_vs_logreg


@question(
    "support-vector-machines.svm_vs_logreg",
    points=5,
    needs="svm_vs_logreg",
    start=(
        "Start with the margins, `m = y * (X @ w)`. Each pull is minus the slope of "
        "what an example costs, by its margin."
    ),
    well_done=(
        "One of the two is exactly zero for nearly everybody, the other for nobody. "
        "That zero is the whole difference: it is why some may leave."
    ),
    hints=[
        "Where to look: at margin 0 the hinge pulls with 1 and the logistic loss with "
        "½; at margin 3 it is 0 and 1/(1 + e³) = 0.0474.",
        "The book: Support vector machines, section An experiment.",
    ],
    mistakes=[
        Mistake(
            "certainty",
            _pulls(logistic=lambda m: 1 / (1 + np.exp(-m))),
            "Your logistic pull grows with the margin: 1/(1 + e⁻ᵐ) is how sure the "
            "model is of the right answer. What pulls is the doubt that is left, "
            "1/(1 + eᵐ).",
        ),
        Mistake(
            "costs",
            _pulls(
                hinge=lambda m: np.maximum(0, 1 - m),
                logistic=lambda m: np.logaddexp(0, -m),
            ),
            "These are the costs. The pull is how fast the cost falls when the margin "
            "grows: minus its slope.",
        ),
        Mistake(
            "hinge-cost",
            _pulls(hinge=lambda m: np.maximum(0, 1 - m)),
            "Your hinge is its cost, 1 − m. The pull is minus its slope, and that is 1 "
            "for everybody below the curb, near or far.",
        ),
        Mistake(
            "slopes",
            _pulls(result=lambda h, p, y: (-h, -p)),
            "These are the slopes by the margin, and they are negative. The pull is "
            "minus the slope.",
        ),
        Mistake(
            "by-score",
            _pulls(result=lambda h, p, y: (h * y, p * y)),
            "You have put the label into the pulls: these are slopes by the score. The "
            "pull is by the margin, and never negative.",
        ),
        Mistake(
            "no-label",
            _pulls(margin=lambda s, y: s),
            "You use the score where the margin belongs. An example of class −1 with a "
            "score of −3 is clear, not doubtful: multiply by the label.",
        ),
        Mistake(
            "perceptron",
            _pulls(hinge=lambda m: (m < 0) * 1.0),
            "Your hinge pulls on the wrong side only. It pulls up to a margin of 1.",
        ),
        Mistake(
            "bend",
            _pulls(logistic=lambda m: 1 / (2 + np.exp(m) + np.exp(-m))),
            "Your logistic pull is p(1 − p), the second derivative. The slope is one "
            "derivative earlier: 1/(1 + eᵐ).",
        ),
        Mistake(
            "mean",
            _pulls(result=lambda h, p, y: (h / len(y), p / len(y))),
            "You have divided by n. Asked for is the pull of one example on its own, "
            "before the mean is taken.",
        ),
        Mistake(
            "normalized",
            _pulls(result=lambda h, p, y: (h / h.sum(), p / p.sum())),
            "You have made the pulls add up to one. Asked for are the pulls "
            "themselves, each between 0 and 1.",
        ),
        Mistake(
            "swapped",
            _pulls(result=lambda h, p, y: (p, h)),
            "The other way round: `return hinge, logistic`.",
        ),
        Mistake(
            "overflow",
            _pulls(logistic=lambda m: np.exp(-m) / (1 + np.exp(-m))),
            "At a margin of −800 you divide infinity by infinity, which is nan. "
            "1/(1 + eᵐ) is the same number and cannot do that.",
        ),
    ],
    right=[pulls_by_where, pulls_by_tanh, pulls_by_logarithm, _pulls()],
)
def check_svm_vs_logreg(s):
    """The two pulls on a mixed crowd, and on margins far out."""

    def ask(margins):
        w = s.rng.normal(size=4)
        y = s.rng.permutation(np.arange(len(margins)) % 2 * 2 - 1)
        X = with_margins(s.rng, w, y, s.rng.permutation(margins))
        got = s.call("svm_vs_logreg", w, X, y)
        hinge, logistic = s.unpack(got, "hinge, logistic")
        if np.asarray(hinge).dtype == bool:  # m < 1 says it too
            hinge = np.asarray(hinge).astype(float)
        return (hinge, logistic, *pulls_by_where(w, X, y))

    crowd = np.array([-4, -2, -1.2, -0.5, 0.3, 0.6, 0.8, 1.3, 2, 3, 5, 6.5])
    with s.part("the hinge"):
        hinge, _, want, _ = ask(crowd * s.rng.uniform(0.95, 1.05))
        s.expect_close(
            hinge, want, "The hinge pulls with 1 below a margin of 1, and with 0 above."
        )
    with s.part("the logistic loss", points=2):
        _, logistic, _, want = ask(crowd * s.rng.uniform(0.95, 1.05))
        s.expect_close(
            logistic,
            want,
            "The logistic loss log(1 + e⁻ᵐ) does not pull like that.",
            atol=1e-9,
        )
    with s.part("far out"):
        far = np.array([-2, 0.5, 3]) * s.rng.uniform(0.9, 1.1)
        hinge, logistic, wants, want = ask(np.r_[-900, -800, far, 800, 900])
        s.expect_close(
            s.array(logistic, (7,)),
            want,
            "With margins as far out as ±800 the logistic pulls should still be "
            "numbers between 0 and 1.",
            atol=1e-9,
        )
        s.expect_close(hinge, wants, "With margins of ±800 the hinge pulls are off.")
    with s.part("the table stays as it was"):
        hinge, logistic, wants, want = ask(crowd * s.rng.uniform(0.95, 1.05))
        later = "This counts once both pulls are right."
        s.expect_close(hinge, wants, later, explain=False)
        s.expect_close(logistic, want, later, explain=False, atol=1e-9)
        s.expect_untouched("After the call, w, X or y has changed. Leave them alone.")
