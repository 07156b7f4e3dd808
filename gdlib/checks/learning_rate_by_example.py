"""The learning rate: its border, the best one, the look of a curve, and a search."""

import math
from itertools import pairwise

import numpy as np
from numpy.linalg import eigvalsh, norm, svd

from gdlib.grading import Mistake, question


# ======================================================= max_stable_learning_rate
def edge_by_eigenvalues(X, factor):
    """Build the matrix of second derivatives, and take its largest eigenvalue."""
    return 2 / eigvalsh(2 * factor / len(X) * X.T @ X).max()


def edge_by_norm(X, factor):
    """Use that the largest eigenvalue of XᵀX is the squared norm of X."""
    return len(X) / (factor * norm(X, 2) ** 2)


def edge_by_rows(X, factor):
    """Take XXᵀ, which has the same largest eigenvalue."""
    X = np.array(X)
    return X.shape[0] / factor / eigvalsh(X @ X.T)[-1]


def edge_by_svd(X, factor):
    """Take the largest singular value, from the decomposition of X/√n."""
    stretch = svd(X / math.sqrt(len(X)), compute_uv=False)[0]
    return 1 / factor / stretch**2


def _edge(curvature=lambda X: norm(X, 2) ** 2, count=len, scale=lambda factor: factor):
    """Make a border in which one thing is done otherwise."""
    return lambda X, factor: count(X) / (scale(factor) * curvature(X))


def _centered(X):
    return X - X.mean(axis=0)


@question(
    "learning-rate-by-example.max_stable_learning_rate",
    points=4,
    needs="max_stable_learning_rate",
    start=(
        "Start with the matrix of second derivatives of the loss, which is "
        "2·factor/n·XᵀX; np.linalg.eigvalsh gives its eigenvalues."
    ),
    well_done=(
        "The targets y play no part in it: they move the bottom of the bowl and leave "
        "its shape alone. Two people who predict different things from one table share "
        "one border."
    ),
    hints=[
        "Where to look: for X = [[3, 0], [4, 0], [0, 1], [0, 1]] and factor 1, XᵀX has "
        "25 and 2 on its diagonal; the second derivatives are 2/4 of them, 12.5 and 1; "
        "and the border is 2/12.5 = 0.16.",
        "The book: The learning rate, by example, section In practice.",
    ],
    mistakes=[
        Mistake(
            "trace",
            _edge(lambda X: (X**2).sum()),
            "You use the sum of all the eigenvalues (the trace, or the sum of the "
            "squares of X). The border is set by the largest alone, so yours is on the "
            "safe side and too small.",
        ),
        Mistake(
            "not-squared",
            _edge(lambda X: norm(X, 2)),
            "You use the largest singular value σ of X. An eigenvalue of XᵀX is its "
            "square, σ².",
        ),
        Mistake(
            "sum-not-mean",
            _edge(count=lambda X: 1),
            "The 1/n is missing: this is the border for a loss that is a sum over the "
            "{n} rows. A mean is {n} times less curved, so its border is {n} times "
            "larger.",
        ),
        Mistake(
            "twice",
            _edge(count=lambda X: 2 * len(X)),
            "Yours is twice too large. The square brings down a 2 when you "
            "differentiate: the second derivatives are 2·factor/n·XᵀX, and the 2 of "
            "2/L comes on top of it.",
        ),
        Mistake(
            "no-factor",
            _edge(scale=lambda factor: 1),
            "You do not use `factor`. A loss that is halved is half as curved, and "
            "bears a learning rate twice as large.",
        ),
        Mistake(
            "factor-squared",
            _edge(scale=lambda factor: factor**2),
            "You use the factor twice: your border goes down with its square. It "
            "stands once in front of the second derivatives, 2·factor/n·XᵀX.",
        ),
        Mistake(
            "factor-above",
            _edge(scale=lambda factor: 1 / factor),
            "The factor is on the wrong side of the fraction. A larger factor makes "
            "the bowl steeper, and then the border is smaller.",
        ),
        Mistake(
            "one-over-L",
            _edge(count=lambda X: len(X) / 2),
            "This is 1/L, which reaches the floor of the steepest direction in one "
            "step. The border, where a step goes as far up the other side, is twice "
            "that.",
        ),
        Mistake(
            "curvature",
            lambda X, factor: 2 * factor / len(X) * norm(X, 2) ** 2,
            "This is L itself, the largest curvature. The border is 2/L.",
        ),
        Mistake(
            "smallest",
            _edge(lambda X: eigvalsh(X.T @ X)[0]),
            "You take the smallest eigenvalue. The flattest direction bears the "
            "largest rates; it is the steepest that is lost first.",
        ),
        Mistake(
            "columns",
            _edge(count=lambda X: X.shape[1]),
            "You divide by the number of columns, {d}. The mean is over examples, and "
            "those are the {n} rows.",
        ),
        Mistake(
            "diagonal",
            _edge(lambda X: (X**2).sum(axis=0).max()),
            "You take the largest entry on the diagonal of XᵀX, the curvature along "
            "one axis. Between the axes the bowl is steeper still: where columns go "
            "together, their curvatures add up. The eigenvalues see that.",
        ),
        Mistake(
            "centered",
            _edge(lambda X: norm(_centered(X), 2) ** 2),
            "You subtract the mean of each column first, as a covariance does. The "
            "loss does not: it is built from X as it is, and columns far from zero "
            "make it steep.",
        ),
        Mistake(
            "covariance",
            _edge(lambda X: norm(_centered(X), 2) ** 2, count=lambda X: len(X) - 1),
            "This is built on the covariance, as np.cov gives it: with the mean of "
            "each column taken off, and divided by n − 1. The loss does neither: its "
            "matrix is XᵀX/n.",
        ),
        Mistake(
            "extra-column",
            _edge(lambda X: norm(np.column_stack([np.ones(len(X)), X]), 2) ** 2),
            "You add a column of ones. X is complete here: if there is an intercept, "
            "its ones are among the columns already.",
        ),
        Mistake(
            "one-less",
            _edge(count=lambda X: len(X) - 1),
            "You divide by n − 1, as an estimate of a variance does. This loss is a "
            "plain mean over {n} rows.",
        ),
    ],
    right=[edge_by_eigenvalues, edge_by_norm, edge_by_rows, edge_by_svd],
)
def check_max_stable_learning_rate(s):
    """Columns that go together, off center and of different size; then other shapes."""

    def table(n, d):
        size = s.rng.uniform(0.5, 3, size=d) * s.rng.choice([-1, 1], size=d)
        s.note(n=n, d=d)
        return (s.rng.normal(size=(n, d)) + s.rng.uniform(0.7, 1.5)) * size

    def edge(X, factor):
        return len(X) / (factor * norm(X, 2) ** 2)

    with s.part("a table", points=2):
        X = table(int(s.rng.integers(7, 12)), 3)
        got = s.call("max_stable_learning_rate", X, 1.0)
        small = np.array([[3.0, 0], [4, 0], [0, 1], [0, 1]])
        by_hand = s.call("max_stable_learning_rate", small, 1.0)
        s.note(by_hand=float(s.array(by_hand, ())))
        s.expect_close(
            by_hand,
            0.16,
            "The border is not there: for X = [[3, 0], [4, 0], [0, 1], [0, 1]] and "
            "factor 1 you return {by_hand:.4g}, and it is 0.16.",
        )
        s.expect_close(got, edge(X, 1.0), "For a table of {d} columns it is not 2/L.")
    with s.part("any factor"):
        X = table(int(s.rng.integers(7, 12)), 3)
        for factor in (s.rng.uniform(2, 5), 0.5):
            s.note(factor=factor)
            got = s.call("max_stable_learning_rate", X, factor)
            s.expect_close(
                got, edge(X, factor), "With factor {factor:.3g} it is not 2/L."
            )
    with s.part("more columns than rows"):
        X = table(int(s.rng.integers(5, 8)), 9)
        got = s.call("max_stable_learning_rate", X, 1.0)
        s.expect_close(got, edge(X, 1.0), "For {n} rows of {d} columns it is not 2/L.")


# ============================================================= best_learning_rate
def _steps(factor, epsilon):
    """How often one must multiply by a factor to be at epsilon."""
    return 1 if factor <= 0 else math.ceil(math.log(epsilon) / math.log(factor))


def _shrinks_by(mu, L):
    return (L - mu) / (L + mu)


def _best(
    rate=lambda mu, L: 2 / (mu + L),
    factor=_shrinks_by,
    steps=_steps,
    result=lambda rate, steps: (rate, steps),
):
    """Make an answer in which one thing is done otherwise."""

    def best_learning_rate(mu, L, epsilon):
        return result(rate(mu, L), steps(factor(mu, L), epsilon))

    return best_learning_rate


def best_by_formula(mu, L, epsilon):
    """Take logarithms."""
    shrinks = (L - mu) / (L + mu)
    if shrinks == 0:
        return 2 / (mu + L), 1
    return 2 / (mu + L), int(np.ceil(np.log(epsilon) / np.log(shrinks)))


def best_by_counting(mu, L, epsilon):
    """Multiply until it is small enough."""
    learning_rate, left, steps = 2 / (mu + L), 1.0, 0
    while left > epsilon:
        left *= abs(1 - learning_rate * mu)
        steps += 1
    return learning_rate, steps


def best_by_condition(mu, L, epsilon):
    """Go by the condition number, and by the hyperbolic tangent that is inside it."""
    kappa = L / mu
    with np.errstate(divide="ignore"):
        fall = 2 * np.arctanh(1 / kappa)
    steps = max(1.0, np.ceil(-np.log(epsilon) / fall))
    return 2 / mu / (kappa + 1), float(steps)


@question(
    "learning-rate-by-example.best_learning_rate",
    points=5,
    needs="best_learning_rate",
    start=(
        "Start with the rate, 2/(mu + L). A step then keeps (κ − 1)/(κ + 1) of the "
        "error; how many such factors make epsilon?"
    ),
    well_done=(
        "You can now send the bill before the first step. Where κ is a hundred times "
        "as large it is nearly a hundred times as high, and no fixed rate bargains it "
        "down."
    ),
    hints=[
        "Where to look: mu = 1, L = 3 and epsilon = 0.1. The rate is 0.5, each step "
        "halves the error, 0.5³ is 0.125 and 0.5⁴ is 0.0625: so four steps.",
        "The book: The learning rate, by example, section The mathematics.",
    ],
    mistakes=[
        Mistake(
            "border",
            _best(lambda mu, L: 2 / L),
            "The rate is 2/L, and that is the border: there the steepest direction "
            "bounces from wall to wall for ever. The best rate stays a little below.",
        ),
        Mistake(
            "one-over-L",
            _best(lambda mu, L: 1 / L),
            "The rate is 1/L. It is safe, it asks for no mu, and the flattest "
            "direction moves only half as fast as it could.",
        ),
        Mistake(
            "half",
            _best(lambda mu, L: 1 / (mu + L)),
            "The rate is 1/(mu + L), half of the best. At the best one the flattest "
            "and the steepest direction shrink alike: 1 − ημ = ηL − 1. Solve that.",
        ),
        Mistake(
            "mean-of-rates",
            _best(lambda mu, L: (1 / mu + 1 / L) / 2),
            "The rate is halfway between 1/mu and 1/L, the ideal rates of the two "
            "ends. For the steep end that is far beyond 2/L. It is the curvatures that "
            "are averaged: η is 1 over their mean.",
        ),
        Mistake(
            "geometric",
            _best(lambda mu, L: 1 / math.sqrt(mu * L)),
            "The rate is 1/√(mu·L), over the geometric mean of the curvatures. The "
            "factors 1 − ηλ are straight lines in η, so it is the plain mean that "
            "balances them.",
        ),
        Mistake(
            "no-unit",
            _best(lambda mu, L: 2 / (L / mu + 1)),
            "The rate is 2/(κ + 1), which is right when mu is 1 and in no other unit. "
            "Double all the curvatures, and the rate must halve.",
        ),
        Mistake(
            "rounded-down",
            _best(steps=lambda factor, eps: max(1, _steps(factor, eps) - 1)),
            "You stop one step early: after {steps} − 1 steps the error is still above "
            "epsilon. Round up.",
        ),
        Mistake(
            "one-more",
            _best(steps=lambda factor, eps: _steps(factor, eps) + 1),
            "That is one step more than it takes: {steps} are enough. Rounding up "
            "already gives the whole number that is asked for.",
        ),
        Mistake(
            "not-whole",
            _best(
                steps=lambda factor, eps: (
                    1 if factor <= 0 else math.log(eps) / math.log(factor)
                )
            ),
            "Your count is a fraction, and nobody takes half a step: round it up, with "
            "math.ceil.",
        ),
        Mistake(
            "height",
            _best(steps=lambda factor, eps: _steps(factor**2, eps)),
            "You count until the height is a fraction epsilon of what it was; it goes "
            "with the square of the error, and needs half as many steps. Asked for is "
            "the error, the distance from the bottom.",
        ),
        Mistake(
            "safe-factor",
            _best(factor=lambda mu, L: 1 - mu / L),
            "You count with 1 − 1/κ, which is how the error shrinks at the rate 1/L. "
            "At your rate it shrinks about twice as fast, by (κ − 1)/(κ + 1).",
        ),
        Mistake(
            "root",
            _best(
                factor=lambda mu, L: (
                    (math.sqrt(L) - math.sqrt(mu)) / (math.sqrt(L) + math.sqrt(mu))
                )
            ),
            "You count with (√κ − 1)/(√κ + 1). That is how fast momentum can go, two "
            "chapters on; here it is (κ − 1)/(κ + 1), without the roots.",
        ),
        Mistake(
            "bound",
            _best(
                steps=lambda factor, eps: math.ceil(
                    0.5 * (1 + factor) / (1 - factor) * math.log(1 / eps)
                )
            ),
            "This is ½κ·ln(1/epsilon), a bound that is close when κ is large. When the "
            "bowl is nearly round it counts too many: take the logarithm of the factor "
            "itself.",
        ),
        Mistake(
            "safe-bound",
            _best(
                steps=lambda factor, eps: math.ceil(
                    (1 + factor) / (1 - factor) * math.log(1 / eps)
                )
            ),
            "This is κ·ln(1/epsilon), the bill at the rate 1/L. At the best rate it is "
            "about half, and to the step it comes from the logarithm of "
            "(κ − 1)/(κ + 1).",
        ),
        Mistake(
            "negative",
            _best(
                steps=lambda factor, eps: (
                    1
                    if factor <= 0
                    else math.ceil(math.log(1 / eps) / math.log(factor))
                )
            ),
            "Your count is negative: you divide ln(1/epsilon), which is above zero, by "
            "the logarithm of a factor below 1. Take ln(epsilon), or turn the factor "
            "over as well.",
        ),
        Mistake(
            "two-logarithms",
            _best(
                steps=lambda factor, eps: (
                    1 if factor <= 0 else math.ceil(math.log10(eps) / math.log(factor))
                )
            ),
            "You divide a logarithm to base 10 by a natural one. Any base will do, but "
            "the same above and below.",
        ),
        Mistake(
            "no-step",
            _best(steps=lambda factor, eps: _steps(factor, eps) if factor > 0 else 0),
            "For a round bowl, mu = L, you count no step at all: the factor is 0, and "
            "a logarithm of 0 is −inf. But a walk that has not moved has its whole "
            "error left; it takes one step.",
        ),
        Mistake(
            "log-of-zero",
            _best(
                steps=lambda factor, eps: math.ceil(math.log(eps) / math.log(factor))
            ),
            "For a round bowl, mu = L, the factor is 0 and `math.log(0)` stops the "
            "program. There one step ends at the bottom: treat it before you take the "
            "logarithm.",
        ),
        Mistake(
            "swapped",
            _best(result=lambda rate, steps: (steps, rate)),
            "The other way round: `return learning_rate, steps`, the rate first.",
        ),
        Mistake(
            "rate-only",
            _best(result=lambda rate, steps: rate),
            "You return the rate and not the number of steps. Return both: `return "
            "learning_rate, steps`.",
        ),
    ],
    right=[best_by_formula, best_by_counting, best_by_condition],
)
def check_best_learning_rate(s):
    """A long bowl, a nearly round one, a round one."""

    def run(mu, L, epsilon, want):
        s.note(mu=mu, L=L, epsilon=epsilon, steps=want)
        got = s.call("best_learning_rate", mu, L, epsilon)
        rate, steps = s.unpack(got, "learning_rate, steps")
        return s.array(rate, ()), float(s.array(steps, ()))

    def case(low, high, fewest, most):
        """Draw mu, L, and an epsilon that lies well between two steps."""
        mu = s.rng.uniform(0.2, 0.7)
        L = mu * s.rng.uniform(low, high)
        want = int(s.rng.integers(fewest, most))
        return mu, L, _shrinks_by(mu, L) ** (want - s.rng.uniform(0.3, 0.7)), want

    def judge(steps, want, where):
        s.note(count=steps)
        s.expect(
            steps == want,
            f"{where} you count {{count:.6g}} steps. Take mu = 1, L = 3, epsilon = "
            "0.1 by hand: each step halves the error, and it takes four.",
        )

    with s.part("the rate"):
        mu, L, epsilon, want = case(20, 60, 80, 200)
        rate, _ = run(mu, L, epsilon, want)
        s.expect_close(
            rate,
            2 / (mu + L),
            "The learning rate is not the one that balances. By hand: for mu = 1 and "
            "L = 3 it is 0.5.",
        )
    with s.part("the steps", points=2):
        for _ in range(2):
            mu, L, epsilon, want = case(20, 60, 80, 200)
            _, steps = run(mu, L, epsilon, want)
            judge(steps, want, "In a long bowl")
    with s.part("a bowl that is nearly round"):
        mu, L, epsilon, want = case(1.4, 1.8, 15, 25)
        _, steps = run(mu, L, epsilon, want)
        judge(steps, want, "In a bowl that is nearly round")
    with s.part("a round bowl"):
        mu = s.rng.uniform(0.2, 0.7)
        rate, steps = run(mu, mu, 1e-3, 1)
        s.expect_close(rate, 1 / mu, "In a round bowl, mu = L, the rate is not 1/L.")
        s.note(count=steps)
        s.expect(
            steps == 1,
            "In a round bowl, mu = L, you count {count:.6g} steps; one leads to the "
            "bottom.",
        )


# ================================================================= diagnose_curve
WORDS = ("too small", "good", "oscillating", "diverging", "noisy plateau")


def _ends_above(f, tail, fall):
    return not np.isfinite(f).all() or f[-1] > f[0]


def _is_flat(f, tail, fall):
    return np.ptp(tail) < 0.01 * fall


def _has_rhythm(moves):
    return (moves[1:] * moves[:-1] < 0).all()


def _diagnose(
    diverges=_ends_above,
    flat=_is_flat,
    rhythm=_has_rhythm,
    end=lambda f: f[-(len(f) // 4) :],
    words=WORDS,
):
    """Make a doctor of curves who sees one thing otherwise."""
    small, good, oscillating, diverging, noisy = words

    def diagnose_curve(f):
        tail, fall = end(f), f[0] - f.min()
        if diverges(f, tail, fall):
            return diverging
        if flat(f, tail, fall):
            return good
        moves = np.diff(tail)
        if (moves < 0).all():
            return small
        return oscillating if rhythm(moves) else noisy

    return diagnose_curve


def goes_by_the_last_height(f):
    if not f[-1] < f[0]:
        return "diverging"
    return "good" if f[-1] < 0.1 * f[0] else "too small"


def asks_for_falling_first(f):
    falls = np.isfinite(f).all() and f[-1] <= f[0]
    falls = falls and (np.diff(f[-(len(f) // 4) :]) < 0).all()
    return "too small" if falls else _diagnose()(f)


def diagnose_by_counting(f):
    """Count falls and turns, with plain numbers."""
    f = [float(height) for height in f]
    if any(h != h or abs(h) == float("inf") for h in f) or f[-1] > f[0]:
        return "diverging"
    tail = f[3 * len(f) // 4 :]
    if max(tail) - min(tail) < 0.02 * (f[0] - min(f)):
        return "good"
    up = [b > a for a, b in pairwise(tail)]
    if not any(up):
        return "too small"
    turns = sum(a != b for a, b in pairwise(up))
    return "oscillating" if turns == len(up) - 1 else "noisy plateau"


def diagnose_by_the_step_before_last(f):
    """Compare the end with itself, one and two steps later."""
    f = np.asarray(f)
    if np.isnan(f[-1]) or f[-1] >= f[0] or np.isinf(f).any():
        return "diverging"
    end = (f[-20:] - f.min()) / (f[0] - f.min())
    if end.max() - end.min() < 0.005:
        return "good"
    if end[-1] == end.min() and np.all(end[1:] < end[:-1]):
        return "too small"
    one, two = abs(end[1:] - end[:-1]).sum(), abs(end[2:] - end[:-2]).sum()
    return "oscillating" if two < 0.2 * one else "noisy plateau"


@question(
    "learning-rate-by-example.diagnose_curve",
    points=5,
    needs="diagnose_curve",
    start=(
        "Start with the curves that are easiest to tell: those that end above where "
        "they began, or in inf or nan, are diverging."
    ),
    well_done=(
        "Nobody had to tell you the height of the bottom. That is how it is in real "
        "training: the lowest loss there is, nobody knows, and the shape of the curve "
        "is all you have."
    ),
    hints=[
        "Where to look: take the last quarter, `f[-(len(f) // 4):]`, and its "
        "differences, np.diff. All negative? Each of another sign than the one before "
        "it? How large is np.ptp of it beside f[0] − min f?",
        "The book: The learning rate, by example, section In practice.",
    ],
    mistakes=[
        Mistake(
            "last-value",
            goes_by_the_last_height,
            "You go by the last height alone. It depends on where the bottom is, and "
            "nobody knows that: a good curve may end at 80 % of its start, a bad one "
            "at 5 %. Look at what the curve does toward its end.",
        ),
        Mistake(
            "nan",
            _diagnose(diverges=lambda f, tail, fall: f[-1] > f[0]),
            "A curve that ends in nan is not caught: `nan > f[0]` is false, as every "
            "comparison with nan. Ask np.isfinite first.",
        ),
        Mistake(
            "nan-and-inf",
            _diagnose(
                diverges=lambda f, tail, fall: np.isfinite(f[-1]) and f[-1] > f[0]
            ),
            "You compare the last height with the first where it is finite, and have "
            "no case for where it is not. A curve that ends in inf or nan has diverged "
            "for certain.",
        ),
        Mistake(
            "only-lost",
            _diagnose(diverges=lambda f, tail, fall: not np.isfinite(f).all()),
            "You call a curve diverging once it holds inf or nan. Most are stopped "
            "before that: one that ends above where it began has diverged too.",
        ),
        Mistake(
            "any-rise",
            _diagnose(
                diverges=lambda f, tail, fall: (
                    not np.isfinite(f).all() or (np.diff(f) > 1e-9 * fall).any()
                )
            ),
            "You call a curve diverging as soon as it rises, or is above its lowest "
            "point. Noise and bounces rise at every other step and go nowhere; what "
            "has diverged ends above where it began.",
        ),
        Mistake(
            "first-steps",
            _diagnose(
                diverges=lambda f, tail, fall: not np.isfinite(f).all() or f[1] > f[0]
            ),
            "You look for divergence elsewhere than at the end. A curve may rise above "
            "its first height and come down again, or fall for long while a steep "
            "direction grows: compare where it ends with f[0].",
        ),
        Mistake(
            "all-noise",
            _diagnose(rhythm=lambda moves: False),
            "Everything that goes up and down is noise to you. Some of it keeps time: "
            "down, up, down, up, at each step. That is no chance, it is a walk "
            "that bounces between two walls.",
        ),
        Mistake(
            "all-bounce",
            _diagnose(rhythm=lambda moves: True),
            "Everything that goes up and down is oscillating to you. A bounce keeps "
            "time and turns at each step; noise goes down twice, up three times, as "
            "it happens.",
        ),
        Mistake(
            "whole-curve",
            _diagnose(end=lambda f: f),
            "What you judge holds the beginning of the curve. That is soon forgotten, "
            "and every curve began steeply: cut off the last quarter, "
            "`f[-(len(f) // 4):]`, and look at that.",
        ),
        Mistake(
            "falling-first",
            asks_for_falling_first,
            "You ask whether the end is falling before you ask whether it is flat. A "
            "good curve falls for ever, by less and less: ask first whether it moves "
            "by 1 % of the fall.",
        ),
        Mistake(
            "absolute",
            _diagnose(flat=lambda f, tail, fall: np.ptp(tail) < 1e-3),
            "You call a curve flat when it moves by less than a fixed number. In "
            "euros it may be flat and in cents it is not: compare with the whole fall, "
            "f[0] − min f.",
        ),
        Mistake(
            "by-height",
            _diagnose(flat=lambda f, tail, fall: np.ptp(tail) < 0.01 * abs(f[-1])),
            "You compare the movement with the height itself. Where the bottom is at "
            "a thousand, everything looks flat beside it; where it is at zero, nothing "
            "does. Compare with the whole fall, f[0] − min f.",
        ),
        Mistake(
            "last-step",
            _diagnose(
                flat=lambda f, tail, fall: abs(tail[-1] - tail[-2]) < 0.01 * fall
            ),
            "What still moves at the end, you call good. Each step of a slow curve is "
            "small, and over a quarter of the curve they add up: highest less lowest "
            "there tells, and not the last step alone.",
        ),
        Mistake(
            "exchanged",
            _diagnose(words=("good", "too small", *WORDS[2:])),
            "You exchanged two words. A curve that is still falling at the end was "
            "given too small a rate; a curve that fell and is flat is good.",
        ),
        Mistake(
            "underscores",
            _diagnose(words=[word.replace(" ", "_") for word in WORDS]),
            'You write "too_small" and "noisy_plateau". The words are written with a '
            'space, "too small" and "noisy plateau".',
        ),
    ],
    right=[_diagnose(), diagnose_by_counting, diagnose_by_the_step_before_last],
)
def check_diagnose_curve(s):
    """Curves of real descents, in any unit, over a bottom at any height."""

    def dressed(f, level, unit):
        """Put a curve, from 1 down to about 0, into a unit and over a bottom."""
        return 10 ** (unit + s.rng.uniform(-1, 1)) * (f + level)

    def bowl(kind):
        """Walk in a bowl with a share of the height on its floor."""
        steps, share = int(s.rng.integers(70, 110)), s.rng.uniform(0.5, 0.7)
        t = np.arange(steps + 1)
        creep = s.rng.uniform(*{"good": (6, 9), "too small": (0.6, 1)}[kind]) / steps
        wall = s.rng.uniform(0.3, 0.8)
        return share * (1 - creep) ** (2 * t) + (1 - share) * wall ** (2 * t)

    def bumped():
        """Rise once, early on the way down."""
        f = bowl("good")
        f[3:5] += s.rng.uniform(0.15, 0.2)
        return f

    def diverging(ending):
        """Fall along the floor, grow at the wall; leave the numbers, perhaps."""
        steps = int(s.rng.integers(70, 110))
        t, start = np.arange(steps + 1), 10 ** s.rng.uniform(-4, -3)
        end = s.rng.uniform(1.5, 3)
        f = (1 - start) * 0.97 ** (2 * t) + start * (end / start) ** (t / steps)
        if ending is not None:
            f[steps - int(s.rng.integers(5, 30)) :] = ending
        return f

    def oscillating():
        """Bounce about the bottom of eˣ − x at a rate a little above 2/L = 2."""
        x, eta, f = -s.rng.uniform(2.5, 3.5), s.rng.uniform(2.25, 2.45), []
        for _ in range(int(s.rng.integers(70, 110)) + 2):
            f.append(math.exp(x) - x - 1)
            x -= eta * (math.exp(x) - 1)
        f = f[: len(f) - (f[-1] < f[-2])]  # end on the higher side
        return np.array(f) / f[0]

    def noisy(rises=False):
        """Descend with a gradient that is off by chance, until it is clear."""
        while True:
            kicks = s.rng.uniform(0.15, 0.24) * s.rng.normal(
                size=s.rng.integers(70, 110)
            )
            kicks[0] = 0.4 + abs(kicks[0]) if rises else -abs(kicks[0])
            x = [1.0]
            for kick in kicks.tolist():
                x.append(0.7 * x[-1] + kick)
            f = np.array(x) ** 2
            ups = np.diff(f[-(len(f) // 4) :]) > 0
            turns = np.mean(ups[1:] != ups[:-1])
            clear = 0.2 < turns < 0.75 and np.ptp(f[-17:]) > 0.06
            if clear and 0.05 < f[-1] < 0.8 and abs(f[-1] - f[-2]) > 0.03:
                return f

    draw = {
        "too small": lambda: bowl("too small"),
        "good": lambda: bowl("good"),
        "good, with a bump": bumped,
        "oscillating": oscillating,
        "diverging": lambda: diverging(None),
        "diverging, inf": lambda: diverging(np.inf),
        "diverging, nan": lambda: diverging(np.nan),
        "noisy plateau": noisy,
        "noisy plateau, up at first": lambda: noisy(rises=True),
    }
    about = {
        "too small": "One of these curves is still falling at its end",
        "good": "One of these curves fell, and has been flat for its last quarter",
        "good, with a bump": (
            "One of these curves rises once, early, comes down, and has been flat for "
            "its last quarter"
        ),
        "oscillating": (
            "One of these curves goes down, up, down, up at each step of its end"
        ),
        "diverging": "One of these curves ends above where it began",
        "diverging, inf": "One of these curves ends in inf",
        "diverging, nan": "One of these curves ends in nan",
        "noisy plateau": (
            "One of these curves goes up and down at its end, and keeps no time"
        ),
        "noisy plateau, up at first": (
            "One of these curves rises at its first step, comes down, and then goes up "
            "and down without keeping time"
        ),
    }

    def judge(cases):
        cases = [cases[k] for k in s.rng.permutation(len(cases))]
        kinds = [kind for kind, *_ in cases]
        curves = [dressed(draw[kind](), *where) for kind, *where in cases]
        answers = [s.call("diagnose_curve", curve) for curve in curves]
        for kind, said in zip(kinds, answers, strict=True):
            s.expect(
                isinstance(said, str) and said in WORDS,
                'Five words are asked for, spelt like this: "too small", "good", '
                '"oscillating", "diverging", "noisy plateau".',
            )
            s.note(said=said)
            right = kind.partition(",")[0]
            s.expect(said == right, about[kind] + ', and you call it "{said}".')

    with s.part("still falling, or done"):
        slow = [("too small", 0, 4), ("too small", 60, -4)]
        judge([*slow, ("good", 0, -4), ("good, with a bump", 3, 5)])
    with s.part("gone"):
        gone = [(kind, 9, 0) for kind in draw if kind.startswith("diverging")]
        judge([*gone, ("good", 3, 5)])
    with s.part("up and down", points=2):
        bounces = [("oscillating", 0, 4), ("oscillating", 300, 0)]
        noise = [("noisy plateau", 0, 4), ("noisy plateau, up at first", 300, 0)]
        judge([*bounces, *noise, ("good", 3, 5)])
    with s.part("all five"):
        levels = {
            "too small": (0.3, 4),
            "good": (9, 5),
            "oscillating": (1, 0),
            "diverging": (-0.5, 0),
            "noisy plateau": (300, 0),
        }
        judge([(kind, *where) for kind, where in levels.items()])


# ============================================================= find_learning_rate
LIMIT = 600  # gradients
ENDLESS = (
    f"Your walks asked for more than {LIMIT} gradients, which is far more than `steps` "
    "for each of the rates: does the inner loop end?"
)


# From here, on f(x) = Σ (1 − cos x), five steps come down with the first four of these
# rates and with the last; the two between are lost.
LUCKY_START = np.array([1.6, 1.4])
LUCKY_RATES = [0.4, 0.9, 1.6, 2.3, 3.1, 3.3, 6.7]

# From here, on f(x) = Σ (eˣ − x), seven steps come down with the first four of these
# rates, and with the fourth every second place on the way is above the start.
BOUNCING_START = np.array([-0.70, -0.66])
BOUNCING_RATES = [0.3, 0.7, 1.7, 2.3, 4.5, 6]


def _comes_down(before, after):
    return np.isfinite(after) and after < before


def _find(
    down=_comes_down,
    found=lambda rates, k: rates[k - 1] if k else 0.0,
    restart=True,
    sign=-1,
    count=lambda steps: steps,
):
    """Make a search in which one thing is done otherwise; k is the first to fail."""

    def find_learning_rate(f, grad, x0, rates, steps):
        x, before = np.array(x0), f(x0)
        for k, rate in enumerate(rates):
            x = np.array(x0) if restart else x
            for _ in range(count(steps)):
                x = x + sign * rate * grad(x)
            if not down(before, f(x)):
                return found(rates, k)
        return found(rates, len(rates))

    return find_learning_rate


def goes_on_after_a_failure(f, grad, x0, rates, steps):
    before, found = f(x0), 0.0
    for rate in rates:
        x = np.array(x0)
        for _ in range(steps):
            x = x - rate * grad(x)
        if _comes_down(before, f(x)):
            found = rate
    return found


def walks_on_x0(f, grad, x0, rates, steps):
    before, found = f(x0), 0.0
    for rate in rates:
        x = x0
        for _ in range(steps):
            x -= rate * grad(x)
        if not _comes_down(before, f(x)):
            break
        found = rate
    return found


def watches_the_way(f, grad, x0, rates, steps):
    before, found = f(x0), 0.0
    for rate in rates:
        x = np.array(x0)
        for _ in range(steps):
            x = x - rate * grad(x)
            if not _comes_down(before, f(x)):
                return found
        found = rate
    return found


def takes_the_lowest(f, grad, x0, rates, steps):
    lowest, best = f(x0), 0.0
    for rate in rates:
        x = np.array(x0)
        for _ in range(steps):
            x = x - rate * grad(x)
        if f(x) < lowest:
            lowest, best = f(x), rate
    return best


def compares_with_the_walk_before(f, grad, x0, rates, steps):
    before, found = f(x0), 0.0
    for rate in rates:
        x = np.array(x0)
        for _ in range(steps):
            x = x - rate * grad(x)
        after = f(x)
        if not _comes_down(before, after):
            break
        before, found = after, rate
    return found


def forgets_the_end(f, grad, x0, rates, steps):
    before, found = f(x0), 0.0
    for rate in rates:
        x = np.array(x0)
        for _ in range(steps):
            x = x - rate * grad(x)
        if not _comes_down(before, f(x)):
            return found
        found = rate
    return None


def find_by_loop(f, grad, x0, rates, steps):
    """Go up while the walks come down, and keep the rate before."""
    before, found = f(x0), 0.0
    for rate in rates:
        x = np.array(x0, dtype=float)
        for _ in range(steps):
            x = x - rate * grad(x)
        after = f(x)
        if not (np.isfinite(after) and after < before):
            break
        found = rate
    return found


def find_by_table(f, grad, x0, rates, steps):
    """Walk with all of them first, then look along the row."""
    came = []
    for rate in rates:
        x = np.asarray(x0)
        for _ in range(steps):
            x = x - rate * grad(x)
        came.append(f(x) < f(x0))  # False where it is nan
    until = np.logical_and.accumulate(came)
    return float(rates[until][-1]) if until.any() else 0


def find_by_recursion(f, grad, x0, rates, steps):
    """Try the first; if it comes down, ask the rest."""
    if len(rates) == 0:
        return 0.0
    x = [float(entry) for entry in x0]
    for _ in range(steps):
        x = [a - rates[0] * b for a, b in zip(x, grad(np.array(x)), strict=True)]
    if not f(np.array(x)) < f(x0):
        return 0.0
    return find_by_recursion(f, grad, x0, rates[1:], steps) or rates[0]


@question(
    "learning-rate-by-example.find_learning_rate",
    points=5,
    needs="find_learning_rate",
    start=(
        "Start with two loops: for each rate, set out from x0 again and take `steps` "
        "steps; then compare f where you end with f(x0)."
    ),
    well_done=(
        "You have found a border without knowing L, without an eigenvalue, on "
        "functions that were never written down for you. The price is a few short "
        "walks."
    ),
    hints=[
        "Where to look: on f(x) = x², gradient 2x, a step multiplies x by 1 − 2η. From "
        "x0 = [1.0] with rates 0.3, 0.6, 0.9, 1.2 and three steps, it is 0.9.",
        "The book: The learning rate, by example, section The code.",
    ],
    mistakes=[
        Mistake(
            "walks-on",
            _find(restart=False),
            "Each walk sets out where the one before it ended. So the first one walks "
            "down for all of them, and the later ones cannot show what they do from "
            "x0. Start again for each rate, with `x = np.array(x0)`.",
        ),
        Mistake(
            "x0-walks",
            walks_on_x0,
            "`x -= ...` changes x0 itself: the second walk does not set out from the "
            "start any more, and the caller has lost his. Copy it for each rate, with "
            "`x = np.array(x0)`.",
        ),
        Mistake(
            "first-failure",
            _find(found=lambda rates, k: rates[min(k, len(rates) - 1)]),
            "You return the first rate that fails. Asked for is the one before it, "
            "the last that came down.",
        ),
        Mistake(
            "lucky",
            goes_on_after_a_failure,
            "You return the largest rate that came down, though a smaller one failed "
            "before it. It was lucky: it leaped across the hills and fell into some "
            "other valley. Stop at the first failure.",
        ),
        Mistake(
            "on-the-way",
            watches_the_way,
            "You give up a walk as soon as it stands above f(x0). On its way it may: "
            "what bounces is high at one step and low at the next. Compare where it is "
            "after all {steps} steps.",
        ),
        Mistake(
            "lowest",
            takes_the_lowest,
            "You return the rate that ended lowest. That is a fine rate to use, and it "
            "lies below the border; asked for is the last that still comes down.",
        ),
        Mistake(
            "neighbor",
            compares_with_the_walk_before,
            "You compare each walk with the one before it. Past the best rate the "
            "walks end higher again and are stable all the same: compare with f(x0).",
        ),
        Mistake(
            "nan",
            _find(down=lambda before, after: not after >= before),
            "A walk that ended in nan passed as one that came down: `nan >= f(x0)` is "
            "false, as every comparison with nan. Ask np.isfinite first, or ask "
            "whether f is lower, and not whether it is higher.",
        ),
        Mistake(
            "finite-is-enough",
            _find(down=lambda before, after: np.isfinite(after)),
            "You let a walk pass as long as it ends in a number. In {steps} steps many "
            "walks climb without leaving the numbers: compare with f(x0).",
        ),
        Mistake(
            "one-step",
            _find(count=lambda steps: 1),
            "You take one step with each rate. One step can come down where {steps} "
            "do not, along the gentle directions: take them all.",
        ),
        Mistake(
            "uphill",
            _find(sign=1),
            "Your walks go uphill: x + ηg. No rate comes down that way.",
        ),
        Mistake(
            "place-in-list",
            _find(found=lambda rates, k: k - 1),
            "You return the place of the rate in the list. Return the rate that stands "
            "there.",
        ),
        Mistake(
            "minus-one",
            _find(found=lambda rates, k: rates[k - 1]),
            "When the first rate fails already, you look one place before it, and in "
            "Python `rates[-1]` is the largest of all. Then no rate came down: return "
            "0.0.",
        ),
        Mistake(
            "at-least-one",
            _find(found=lambda rates, k: rates[max(k - 1, 0)]),
            "When the first rate fails already, you return it all the same. Then no "
            "rate came down: return 0.0.",
        ),
        Mistake(
            "no-failure",
            forgets_the_end,
            "When every rate comes down, your loop ends without a `return`. Then the "
            "last of them is the answer.",
        ),
    ],
    right=[find_by_loop, find_by_table, find_by_recursion],
)
def check_find_learning_rate(s):
    """A bowl, steep walls that overflow, luck and a bounce, and both extremes."""

    def run(f, grad, x0, rates, steps):
        s.note(steps=steps, count=len(rates))
        lent = [
            s.oracle(f, name="f", shape=x0.shape, limit=LIMIT, beyond=ENDLESS),
            s.oracle(grad, shape=x0.shape, limit=LIMIT, beyond=ENDLESS),
        ]
        got = s.call("find_learning_rate", *lent, x0, rates, steps)
        return float(s.array(got, ()))

    def judge(f, grad, x0, rates, steps, where):
        got, want = (
            run(f, grad, x0, rates, steps),
            find_by_loop(f, grad, x0, rates, steps),
        )
        place = np.searchsorted(rates, want)
        s.note(got=got)
        s.expect(
            abs(rates - got).min() <= 1e-9 * got or got == 0,
            "You return {got:.4g}, which is none of the {count} rates.",
        )
        after = rates[place + 1] if place + 1 < len(rates) and want else None
        s.expect(
            after is None or abs(got - after) > 1e-9 * got,
            f"{where} you return the first rate that fails, not the last that comes "
            "down.",
        )
        s.expect(
            got >= want * (1 - 1e-9),
            f"{where} you return {{got:.4g}}; a larger one of the rates comes down "
            "too, and so do all before it. What counts is where a walk ends.",
        )
        x = x0
        for _ in range(steps):
            x = x - got * grad(x)
        s.expect(
            got <= want * (1 + 1e-9) or not f(x) < f(x0),
            f"{where} you return {{got:.4g}}. That one comes down, but a smaller rate "
            "before it does not: stop at the first that fails.",
        )
        s.expect(
            got <= want * (1 + 1e-9),
            f"{where} you return {{got:.4g}}, and after {{steps}} steps with it f is "
            "not below f(x0).",
        )

    def grid(edge, shares):
        """Rates around the border, behind a few that are tiny, so that k varies."""
        tiny = 1e-3 * 1.5 ** np.arange(s.rng.integers(0, 4))
        return edge * np.concatenate([tiny, shares]) * s.rng.uniform(0.98, 1.02)

    def bowl():
        curvature = np.array([1 / 6, 0.8, 1]) * 10 ** s.rng.uniform(-2, 2)
        f = lambda x: 0.5 * curvature @ np.asarray(x) ** 2
        x0 = np.array([4, 1, 1]) * s.rng.choice([-1, 1], 3) * s.rng.uniform(0.5, 2)
        return f, lambda x: curvature * x, x0, 2 / curvature.max()

    with s.part("a bowl", points=2):
        f, grad, x0, edge = bowl()
        rates = grid(edge, [0.2, 0.3, 0.45, 0.7, 0.93, 1.1, 1.25, 1.8])
        judge(f, grad, x0, rates, 9, "In a bowl")
        s.expect_untouched(
            "After the search, x0 has changed. Copy it for each walk: np.array(x0)."
        )
    with s.part("out of the numbers"):
        a, c = 10 ** s.rng.uniform(-2, 2, size=2)
        f = lambda x: a * float(np.sum(np.cosh(np.asarray(x) / c)))
        grad = lambda x: a / c * np.sinh(np.asarray(x) / c)
        rates = grid(c**2 / a, [0.01, 0.1, 0.3, 2, 10, 50, 300])
        judge(f, grad, c * np.array([2.2, 2.8]), rates, 6, "Between steep walls")
    with s.part("luck and bounces"):
        a, c = 10 ** s.rng.uniform(-2, 2, size=2)
        f = lambda x: a * float(np.sum(1 - np.cos(np.asarray(x) / c)))
        grad = lambda x: a / c * np.sin(np.asarray(x) / c)
        rates = grid(c**2 / a, LUCKY_RATES)
        judge(f, grad, c * LUCKY_START, rates, 5, "On hills and hollows")
        a, c = 10 ** s.rng.uniform(-2, 2, size=2)
        f = lambda x: a * float(np.sum(np.exp(np.asarray(x) / c) - np.asarray(x) / c))
        grad = lambda x: a / c * (np.exp(np.asarray(x) / c) - 1)
        rates = grid(c**2 / a, BOUNCING_RATES)
        judge(f, grad, c * BOUNCING_START, rates, 7, "In a lopsided hollow")
    with s.part("all, or none"):
        f, grad, x0, edge = bowl()
        judge(f, grad, x0, grid(edge, [0.03, 0.1, 0.3]), 5, "Where all come down,")
        f, grad, x0, edge = bowl()
        rates = edge * np.array([2, 3, 5.0])
        got = run(f, grad, x0, rates, 5)
        s.note(got=got)
        s.expect(
            got < rates[-1] * (1 - 1e-9),
            "Where no rate comes down, you return the largest; it is 0.0. If you look "
            "one place before the first, `rates[-1]` is the last.",
        )
        s.expect(got == 0, "Where no rate comes down, you return {got:.4g}; it is 0.0.")
