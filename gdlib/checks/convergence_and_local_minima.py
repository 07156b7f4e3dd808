"""Convergence: measure a rate, foretell the steps, name the rate, map the basins."""

import math
from functools import lru_cache

import numpy as np
from numpy.linalg import norm

from gdlib.grading import Mistake, question
from gdlib.grading.rooms import OracleStop
from gdlib.objectives import himmelblau

# =================================================================== estimate_rate
RATE_BY_HAND = "for the errors 9, 4, 2, 1, 0 with high = 8 and low = 0.5 it is 0.5"


def rate_by_polyfit(errors, high, low):
    """Fit a line to the logarithms of the middle."""
    errors = np.asarray(errors, dtype=float)
    t = np.flatnonzero((errors < high) & (errors > low))
    return np.exp(np.polyfit(t, np.log(errors[t]), 1)[0])


def rate_by_sums(errors, high, low):
    """Write out the slope of a least-squares line."""
    pairs = [(t, math.log(e)) for t, e in enumerate(errors) if low < e < high]
    mean_t = sum(t for t, _ in pairs) / len(pairs)
    mean_y = sum(y for _, y in pairs) / len(pairs)
    above = sum((t - mean_t) * (y - mean_y) for t, y in pairs)
    return math.exp(above / sum((t - mean_t) ** 2 for t, _ in pairs))


def rate_in_digits(errors, high, low):
    """Count in digits, and come back from them."""
    middle = np.logical_and(errors > low, errors < high)
    t = np.arange(len(errors))[middle]
    table = np.column_stack([t, np.ones(len(t))])
    return 10 ** np.linalg.lstsq(table, np.log10(errors[middle]), rcond=None)[0][0]


def _rate(
    part=lambda errors, high, low: (errors < high) & (errors > low),
    axis=np.log,
    back=np.exp,
    which=0,
):
    """Make an answer in which one thing is done otherwise."""

    def estimate_rate(errors, high, low):
        t = np.arange(len(errors))[part(errors, high, low)]
        return back(np.polyfit(t, axis(errors[t]), 1)[which])

    return estimate_rate


def first_ratio(errors, high, low):
    return errors[1] / errors[0]


def last_ratio(errors, high, low):
    middle = errors[(errors < high) & (errors > low)]
    return middle[-1] / middle[-2]


def mean_ratio(errors, high, low):
    middle = errors[(errors < high) & (errors > low)]
    return np.mean(middle[1:] / middle[:-1])


def two_ends(errors, high, low):
    middle = errors[(errors < high) & (errors > low)]
    return (middle[-1] / middle[0]) ** (1 / (len(middle) - 1))


def one_step_more(errors, high, low):
    middle = errors[(errors < high) & (errors > low)]
    return (middle[-1] / middle[0]) ** (1 / len(middle))


def rate_of_lines(errors, high, low):
    t = np.flatnonzero((errors < high) & (errors > low))
    return np.exp(np.polyfit(np.log(errors[t]), t, 1)[0])


@question(
    "convergence-and-local-minima.estimate_rate",
    points=4,
    needs="estimate_rate",
    start=(
        "Start with the steps in the middle: np.flatnonzero((errors < high) & "
        "(errors > low)). Through the logarithms there goes a line."
    ),
    well_done=(
        "A rate is the slope of a line, and you take it where there is a line. Half of "
        "the rates that are quoted from plots were read off the wrong third of them."
    ),
    hints=[
        f"Where to look: {RATE_BY_HAND}. The steps in the middle are 1, 2 and 3, and "
        "their logarithms go down by ln 2 each.",
        "The book: Convergence and local minima, section The idea.",
    ],
    mistakes=[
        Mistake(
            "first-ratio",
            first_ratio,
            "This is the first ratio, e₁/e₀. It belongs to the beginning of the run, "
            "where the steep directions die; the rate is what comes after.",
        ),
        Mistake(
            "last-ratio",
            last_ratio,
            "This is the last ratio in the middle part. One ratio carries all the "
            "noise of two errors; a line through all of them averages it away.",
        ),
        Mistake(
            "mean-ratio",
            mean_ratio,
            "This is the mean of the ratios. Ratios are averaged by their logarithms, "
            "and a line does even better: it asks all the errors, not neighbors only.",
        ),
        Mistake(
            "two-ends",
            two_ends,
            "You use the first and the last error of the middle, and nothing between "
            "them. Asked for is the least-squares line through all of them.",
        ),
        Mistake(
            "counts-points",
            one_step_more,
            "You use two errors of the middle and divide by the number of points. "
            "Between n points there are n − 1 steps; and the line through all of them "
            "needs no counting.",
        ),
        Mistake(
            "no-window",
            _rate(part=lambda errors, high, low: errors > 0),
            "You fit a line to the whole run. Leave out the beginning and the floor: "
            "only the errors between `low` and `high` lie on the line.",
        ),
        Mistake(
            "zeros-too",
            _rate(part=lambda errors, high, low: errors >= 0),
            "You use all errors, those that are exactly zero too; zero has no "
            "logarithm and divides nothing. Keep the errors between `low` and `high`.",
        ),
        Mistake(
            "floor-kept",
            _rate(part=lambda errors, high, low: (errors < high) & (errors > 0)),
            "You leave out the beginning and keep the floor, where rounding holds the "
            "error up. It makes the line flatter: keep `errors > low` only.",
        ),
        Mistake(
            "beginning-kept",
            _rate(part=lambda errors, high, low: errors > low),
            "You leave out the floor and keep the beginning, which falls faster than "
            "what follows. Keep `errors < high` only.",
        ),
        Mistake(
            "slope",
            _rate(back=lambda slope: slope),
            "This is the slope of ln e, a negative number. The rate is what a step "
            "multiplies by: its exponential.",
        ),
        Mistake(
            "base-ten",
            _rate(axis=np.log10),
            "You take the logarithm to base 10 and come back with e. Either np.log and "
            "np.exp, or np.log10 and 10 to the power.",
        ),
        Mistake(
            "back-with-ten",
            _rate(back=lambda slope: 10**slope),
            "You take np.log, which is the logarithm to base e, and come back with a "
            "power of 10. The way back from np.log is np.exp.",
        ),
        Mistake(
            "upside-down",
            _rate(back=lambda slope: np.exp(-slope)),
            "This is 1/ρ, more than 1: what a step divides the error by. The slope is "
            "negative; leave it so, and its exponential is the share that stays.",
        ),
        Mistake(
            "plain-errors",
            _rate(axis=lambda e: e),
            "You fit the errors themselves. They lie on a line only after np.log: a "
            "linear rate is a straight line on a logarithmic axis.",
        ),
        Mistake(
            "intercept",
            _rate(which=1),
            "You took the second number of np.polyfit, which is the height of the line "
            "at step 0. The slope comes first.",
        ),
        Mistake(
            "swapped",
            rate_of_lines,
            "You fit the step as a function of the error. np.polyfit wants the step "
            "first: np.polyfit(t, np.log(e), 1).",
        ),
        Mistake(
            "one-minus",
            _rate(back=lambda slope: 1 - np.exp(slope)),
            "This is 1 − ρ, the share that a step takes away. Asked for is ρ, the "
            "share that it leaves.",
        ),
    ],
    right=[rate_by_polyfit, rate_by_sums, rate_in_digits],
)
def check_estimate_rate(s):
    """A noisy line; then with a beginning; then with a floor and zeros."""

    def run(n, beginning=0.0):
        rho = s.rng.uniform(0.75, 0.9)
        t = np.arange(n)
        noise = np.exp(0.05 * s.rng.normal(size=n))
        return (rho**t + beginning * 0.3**t) * noise

    with s.part("a line"):
        errors = run(40)
        got = s.call("estimate_rate", errors, 10.0, 1e-9)
        s.expect_close(
            got,
            rate_by_polyfit(errors, 10.0, 1e-9),
            f"This is not the rate of the line; by hand, {RATE_BY_HAND}.",
            explain=False,
        )
    with s.part("a beginning"):
        errors = run(40, beginning=50.0)
        got = s.call("estimate_rate", errors, 0.4, 1e-9)
        s.expect_close(
            got,
            rate_by_polyfit(errors, 0.4, 1e-9),
            "In a run with a steep beginning this is not the rate of the middle.",
            explain=False,
        )
    with s.part("a floor", points=2):
        errors = run(60, beginning=50.0)
        errors[45:] = 2e-6 * s.rng.uniform(0.5, 1.5, size=15)
        errors[-2:] = 0.0
        got = s.call("estimate_rate", errors, 0.4, 4e-6)
        s.expect_close(
            got,
            rate_by_polyfit(errors, 0.4, 4e-6),
            "In a run with a floor and a few zeros this is not the rate of the middle.",
            explain=False,
        )
        s.expect_untouched("After your call the errors have changed: copy them first.")


# =============================================================== iterations_needed
STEPS_BY_HAND = "with L = 1, mu = 0, R = 1 and epsilon = 0.05 it is 5, for 1/22 ≤ 0.05"


def steps_by_formula(L, mu, R, epsilon):
    """Solve both guarantees for N, and take the smaller."""
    if epsilon >= L * R**2 / 2:
        return 0
    sublinear = math.ceil((L * R**2 / epsilon - 2) / 4)
    if mu == 0:
        return sublinear
    if mu == L:
        return 1
    start = L * R**2 / 2
    linear = math.ceil(math.log(epsilon / start) / math.log(1 - mu / L))
    return min(sublinear, linear)


def steps_by_counting(L, mu, R, epsilon):
    """Take steps until one of the two guarantees is small enough."""
    N, linear = 0, L * R * R / 2
    while min(linear, L * R * R / (4 * N + 2)) > epsilon:
        N += 1
        linear *= 1 - mu / L
    return N


def steps_with_arrays(L, mu, R, epsilon):
    """Let numpy look at both, with infinity where there is no guarantee."""
    first = L * R**2 / 2
    with np.errstate(divide="ignore"):
        each = -np.log1p(-mu / L)
        linear = np.log(first / epsilon) / each if mu else np.inf
    both = [linear, (2 * first / epsilon - 2) / 4]
    return 0 if first <= epsilon else max(1, int(np.ceil(min(both))))


def _steps(
    first=lambda L, R: L * R**2 / 2,
    rows=lambda first, epsilon: (2 * first / epsilon - 2) / 4,
    fall=lambda L, mu: -math.log(1 - mu / L) if mu < L else math.inf,
    pick=min,
    whole=math.ceil,
    least=0,
):
    """Make an answer in which one thing is done otherwise."""

    def iterations_needed(L, mu, R, epsilon):
        start = first(L, R)
        counts = [rows(start, epsilon)]
        if mu > 0:
            fell = fall(L, mu)
            linear = max(math.log(start / epsilon), 1e-9) / fell
            counts.append(max(linear, 1e-9) if start > epsilon else -1.0)
        found = pick(counts)
        return whole(found) if least is None else max(least, whole(found))

    return iterations_needed


def ignores_mu(L, mu, R, epsilon):
    return max(0, math.ceil((L * R**2 / epsilon - 2) / 4))


def forgets_first_height(L, mu, R, epsilon):
    sublinear = max(0, math.ceil((L * R**2 / epsilon - 2) / 4))
    if mu == 0 or sublinear == 0:
        return sublinear
    if mu == L:
        return 1
    return min(sublinear, max(1, math.ceil(math.log(epsilon) / math.log(1 - mu / L))))


def divides_by_mu(L, mu, R, epsilon):
    if epsilon >= L * R**2 / 2:
        return 0
    if mu == L:
        return 1
    return math.ceil(math.log(2 * epsilon / (L * R**2)) / math.log(1 - mu / L))


@question(
    "convergence-and-local-minima.iterations_needed",
    points=4,
    needs="iterations_needed",
    start=(
        "Start with mu = 0: solve L·R²/(4N + 2) ≤ epsilon for N, and round up. "
        f"By hand, {STEPS_BY_HAND}."
    ),
    well_done=(
        "Two guarantees, and you pay the cheaper. For rough answers that is often the "
        "sublinear one: curvature pays off with the digits."
    ),
    hints=[
        f"Where to look: {STEPS_BY_HAND}. With mu = 0.5 the heights are at most 1/2, "
        "1/4, 1/8, 1/16, 1/32, which takes 4.",
        "The book: Convergence and local minima, section The mathematics.",
    ],
    mistakes=[
        Mistake(
            "ignores-mu",
            ignores_mu,
            "You never use `mu`. Where it is positive there is a second guarantee, "
            "½L·R²·(1 − mu/L)^N, and often it is there much sooner.",
        ),
        Mistake(
            "always-linear",
            divides_by_mu,
            "You use the linear guarantee alone. With mu = 0 it gives nothing (the "
            "logarithm of 1 is 0), and with a small mu the other one may be sooner.",
        ),
        Mistake(
            "later-one",
            _steps(pick=max),
            "You wait until both guarantees are small enough. Either of them alone is "
            "a proof: take the sooner.",
        ),
        Mistake(
            "distance",
            _steps(first=lambda L, R: L * R / 2),
            "You use R where R² is needed. A bowl twice as far out is four times as "
            "high, and so are the guarantees.",
        ),
        Mistake(
            "no-smoothness",
            _steps(first=lambda L, R: R**2 / 2),
            "The L in front of R² is missing. A height is a curvature times a distance "
            "squared.",
        ),
        Mistake(
            "two-N",
            _steps(rows=lambda first, epsilon: first / epsilon),
            "You use L·R²/(2N), the bound that is easy to prove. The exact price is "
            "L·R²/(4N + 2), about half of it.",
        ),
        Mistake(
            "four-N",
            _steps(rows=lambda first, epsilon: first / epsilon / 2),
            "You use L·R²/(4N): the + 2 is missing, which for few steps is half a step "
            "too many.",
        ),
        Mistake(
            "nesterov",
            _steps(rows=lambda first, epsilon: math.sqrt(4 * first / epsilon) - 1),
            "You use 2L·R²/(N + 1)². That is what Nesterov's method guarantees, and "
            "this is plain descent.",
        ),
        Mistake(
            "no-first-height",
            forgets_first_height,
            "You count how long (1 − mu/L)^N takes to fall to epsilon. The height "
            "starts at ½L·R² and not at 1: multiply by that first.",
        ),
        Mistake(
            "rounded-down",
            _steps(whole=math.floor),
            "You round down, and then the guarantee is still above epsilon. A step "
            "that is begun must be paid: math.ceil.",
        ),
        Mistake(
            "one-more",
            _steps(whole=lambda count: math.floor(count) + 2),
            "That is one step more than it takes. Rounding up is enough.",
        ),
        Mistake(
            "not-whole",
            _steps(whole=float),
            "Your count is a fraction, and nobody takes half a step: round it up, with "
            "math.ceil.",
        ),
        Mistake(
            "negative",
            _steps(least=None),
            "Where the start is low enough already, your count is below zero. Then it "
            "takes no step at all: 0.",
        ),
        Mistake(
            "best-rate",
            _steps(
                fall=lambda L, mu: math.log((L + mu) / (L - mu)) if mu < L else math.inf
            ),
            "Your factor is (κ − 1)/(κ + 1). It belongs to distances in a bowl at "
            "η = 2/(mu + L); here η = 1/L, and a step leaves 1 − mu/L of the height.",
        ),
        Mistake(
            "squared-factor",
            _steps(
                fall=lambda L, mu: -2 * math.log(1 - mu / L) if mu < L else math.inf
            ),
            "Your factor is (1 − mu/L)². In a bowl heights fall so; for strongly "
            "convex functions in general the theorem gives 1 − mu/L.",
        ),
        Mistake(
            "kappa-log",
            _steps(fall=lambda L, mu: mu / L),
            "You use κ·ln(…), which rounds −ln(1 − mu/L) to mu/L. It is a good rule of "
            "thumb for a large κ, and too many steps for a small one.",
        ),
    ],
    right=[steps_by_formula, steps_by_counting, steps_with_arrays],
)
def check_iterations_needed(s):
    """Without mu; with one; with a small one, a full one; and a start low enough."""

    def expect(*cases):
        called = [s.call("iterations_needed", *numbers) for numbers, _ in cases]
        for got, (numbers, otherwise) in zip(called, cases, strict=True):
            s.note(kappa=numbers[0] / max(numbers[1], 1e-300))
            want = steps_by_counting(*numbers)
            s.expect_close(got, want, otherwise, explain=False)

    def sizes():
        return s.rng.uniform(3, 9), s.rng.uniform(2, 4)

    def just_enough(L, R):  # an epsilon that takes 20 to 60 steps without mu
        return L * R**2 / (4 * (s.rng.integers(20, 60) - 0.3) + 2)

    with s.part("no mu"):
        L, R = sizes()
        expect(
            (
                (1.0, 0.0, 1.0, 0.05),
                f"With mu = 0 it is off; by hand, {STEPS_BY_HAND}.",
            ),
            (
                (L, 0.0, R, just_enough(L, R)),
                "With mu = 0 this is not the smallest N.",
            ),
        )
    with s.part("a mu", points=2):
        L, R = sizes()
        kappa, N = s.rng.uniform(3, 4), int(s.rng.integers(25, 35))
        tiny = L * R**2 / 2 * (1 - 1 / kappa) ** (N - 0.4)
        expect(
            (
                (L, L / kappa, R, tiny),
                "With κ = {kappa:.2f} this is not the smallest N.",
            ),
            (
                (L, L / s.rng.uniform(300, 500), R, just_enough(L, R)),
                "With κ = {kappa:.0f} this is not the smallest N: which of the "
                "two guarantees is sooner here?",
            ),
            (
                (L / 2, L / 20, 2 * R, 1e-3 * tiny),
                "With κ = {kappa:.0f} this is not the smallest N: which of the "
                "two guarantees is sooner here?",
            ),
            ((L, L, R, tiny), "With mu = L one step is enough."),
        )
    with s.part("low enough"):
        L, R = sizes()
        enough = L * R**2 * s.rng.uniform(4, 5)
        expect(
            ((L, 0.0, R, just_enough(L, R)), "With mu = 0 this is not the smallest N."),
            ((L, 0.0, R, enough), "Where ½L·R² is low enough, it takes 0 steps."),
            ((L, L / 2, R, enough), "Where ½L·R² is low enough, it takes 0 steps."),
        )


# =================================================================== classify_rate
KINDS = ("sublinear", "linear", "quadratic")


def kind_by_gains(errors):
    """Compare the digits that the last step gains with those of a step midway."""
    gains = np.diff(-np.log10(errors))
    growth = gains[-1] / gains[len(gains) // 2]
    if growth > 1.4:
        return "quadratic"
    return "linear" if growth > 0.7 else "sublinear"


def kind_by_ratios(errors):
    """Look whether the ratios stay, fall, or rise toward 1."""
    ratios = np.array(errors[1:]) / np.array(errors[:-1])
    late, early = math.log(ratios[-1]), math.log(ratios[len(ratios) // 2])
    if late < 1.5 * early:
        return "quadratic"
    return "sublinear" if late > 0.75 * early else "linear"


def _kind(gains, where=lambda n: n // 2, names=KINDS, low=0.7, high=1.4):
    """Make an answer that compares other gains, or says other words."""

    def classify_rate(errors):
        gained = gains(np.asarray(errors))
        growth = gained[-1] / gained[where(len(gained))]
        return names[0 if growth < low else 1 if growth < high else 2]

    return classify_rate


def _digits(errors):
    return np.diff(-np.log10(errors))


def slow_is_sublinear(errors):
    ratio = errors[-1] / errors[-2]
    if ratio > 0.9:
        return "sublinear"
    return "quadratic" if kind_by_gains(errors) == "quadratic" else "linear"


def fast_is_quadratic(errors):
    if errors[-1] / errors[-2] < 0.1:
        return "quadratic"
    return kind_by_gains(errors)


def by_the_last_error(errors):
    if errors[-1] < 1e-8:
        return "quadratic"
    return "linear" if errors[-1] < 1e-3 else "sublinear"


def by_the_order(errors):
    gains = _digits(errors)
    return "quadratic" if gains[-1] / gains[-2] > 1.5 else "linear"


def smaller_than_its_square(errors):
    if (errors[1:] <= errors[:-1] ** 2).all():
        return "quadratic"
    return "sublinear" if kind_by_gains(errors) == "sublinear" else "linear"


@question(
    "convergence-and-local-minima.classify_rate",
    points=4,
    needs="classify_rate",
    start=(
        "Start with the digits that each step gains: np.diff(-np.log10(errors)). Do "
        "they shrink, stay, or double?"
    ),
    well_done=(
        "You go by the trend of the gains and not by their size, so the unit does not "
        "matter, and neither does whether the method is fast."
    ),
    hints=[
        "Where to look: for 1, 1/2, 1/4, 1/8 every step gains 0.301 digits. For 1, "
        "1/2, 1/3, 1/4 it gains 0.301, 0.176, 0.125. For 0.1, 0.01, 0.0001 it gains 1 "
        "and then 2.",
        "The book: Convergence and local minima, section The idea.",
    ],
    mistakes=[
        Mistake(
            "slow-is-sublinear",
            slow_is_sublinear,
            "You call a run sublinear because its last ratio is near 1. A linear rate "
            "may be 0.99: what counts is whether the ratio still changes.",
        ),
        Mistake(
            "fast-is-quadratic",
            fast_is_quadratic,
            "You call a run quadratic because its last ratio is small. A linear rate "
            "may be 0.02; in a quadratic one the ratio itself keeps falling.",
        ),
        Mistake(
            "last-error",
            by_the_last_error,
            "You go by how small the last error is. That depends on the unit and on "
            "how long the run is; a rate is about how the error changes.",
        ),
        Mistake(
            "order",
            by_the_order,
            "You find the quadratic runs, and call all the others linear. A sublinear "
            "run changes slowly, so neighboring steps look alike there too: compare "
            "what a step gains midway with what it gains at the end.",
        ),
        Mistake(
            "first-and-last",
            _kind(_digits, where=lambda n: 0),
            "You compare the last gain with the first. A steep beginning makes the "
            "first one large, and a linear run then looks sublinear: start midway.",
        ),
        Mistake(
            "plain-differences",
            _kind(lambda errors: -np.diff(errors)),
            "You compare what steps take off the errors themselves. In a linear run "
            "that shrinks with the error; the digits, −log₁₀ e, grow evenly.",
        ),
        Mistake(
            "its-square",
            smaller_than_its_square,
            "You ask whether each error is below the square of the one before. A "
            "quadratic rate allows a constant, e₊ ≤ c·e², and its size depends on the "
            "unit.",
        ),
        Mistake(
            "other-words",
            _kind(_digits, names=("sublinear", "constant", "linear")),
            "You see the difference, and use the words of a text that has them wrong: "
            "a constant ratio is *linear* convergence, and e₊ ≤ c·e² is *quadratic*.",
        ),
        Mistake(
            "superlinear",
            _kind(_digits, names=("sublinear", "linear", "superlinear")),
            "Superlinear is true, and says too little: the digits double here, and for "
            "that the word is `quadratic`.",
        ),
        Mistake(
            "exponential",
            _kind(_digits, names=("sublinear", "exponential", "quadratic")),
            "Exponential is another word for it; asked for is the standard one of this "
            "book, `linear`.",
        ),
        Mistake(
            "mirrored",
            _kind(_digits, names=KINDS[::-1]),
            "Your words are at the wrong ends: gains that shrink are sublinear, and "
            "gains that double are quadratic.",
        ),
        Mistake(
            "always-linear",
            lambda errors: "linear",
            "You say linear to everything. Look at the digits that each step gains, "
            "midway and at the end.",
        ),
    ],
    right=[kind_by_gains, kind_by_ratios],
)
def check_classify_rate(s):
    """One of each; slow and fast ones; then other units and a steep beginning."""

    def sublinear(power, n=200):
        return s.rng.uniform(0.5, 2) / (np.arange(n) + s.rng.uniform(1, 3)) ** power

    def linear(rho, n=60):
        return s.rng.uniform(0.3, 0.9) * rho ** np.arange(n)

    def quadratic(first, n=5):
        c = s.rng.uniform(0.3, 0.8)
        errors = [first / c]
        while len(errors) < n:
            errors.append(c * errors[-1] ** 2)
        return np.array(errors)

    def expect(*cases):
        cases = [cases[k] for k in s.rng.permutation(len(cases))]
        said = [(s.call("classify_rate", errors), kind) for errors, kind, _ in cases]
        for (got, kind), (_, _, what) in zip(said, cases, strict=True):
            if got is None:
                s.array(got, ())  # says that a `return` is missing
            word = got if isinstance(got, str) else "no word"
            s.note(what=what, got=word)
            s.expect(
                word in KINDS,
                'For {what} you return "{got}", which is none of the three words: '
                '"sublinear", "linear" or "quadratic", in small letters.',
            )
            s.expect(word == kind, 'You call {what} "{got}".')

    with s.part("one of each"):
        expect(
            (linear(s.rng.uniform(0.5, 0.7)), "linear", "a run that keeps its ratio"),
            (sublinear(1), "sublinear", "errors that fall like 1/t"),
            (quadratic(0.4), "quadratic", "errors that are squared at each step"),
        )
    with s.part("slow and fast"):
        expect(
            (sublinear(3), "sublinear", "errors that fall like 1/t³"),
            (linear(0.995), "linear", "a run that keeps the ratio 0.995"),
            (linear(0.02, 8), "linear", "a run that keeps the ratio 0.02"),
        )
    with s.part("other units"):
        unit = 10 ** s.rng.uniform(3, 4)
        expect(
            (quadratic(0.3) * unit, "quadratic", "a quadratic run in small units"),
            (sublinear(1) / unit**3, "sublinear", "a sublinear run in large units"),
            (quadratic(0.5, 6) / unit, "quadratic", "a quadratic run in large units"),
        )
    with s.part("a beginning"):
        t = np.arange(80)
        errors = linear(s.rng.uniform(0.9, 0.95), 80) + 300 * 0.3**t
        expect(
            (sublinear(2), "sublinear", "errors that fall like 1/t²"),
            (errors, "linear", "a linear run with a steep beginning"),
        )


# ======================================================================= basin_map
def labels_at_once(grad, starts, minima, learning_rate, steps):
    """Walk all starts at once, and measure each end against each minimum."""
    x = np.array(starts, dtype=float)
    for _ in range(steps):
        x = x - learning_rate * grad(x)
    away = norm(x[:, None, :] - minima[:, :, None], axis=0)
    away = np.where(np.isnan(away), np.inf, away)
    return np.where(away.min(axis=0) < 0.01, away.argmin(axis=0), -1)


def labels_by_minima(grad, starts, minima, learning_rate, steps):
    """Begin with nobody arrived, and go through the minima."""
    x = 1.0 * starts
    for _ in range(steps):
        x = x - learning_rate * grad(x)
    labels = np.full(starts.shape[1], -1)
    for k, (m1, m2) in enumerate(minima.T):
        labels[np.hypot(x[0] - m1, x[1] - m2) < 0.01] = k
    return labels


def labels_one_by_one(grad, starts, minima, learning_rate, steps):
    """Walk together, and judge each end on its own."""
    x = starts + 0.0
    for _ in range(steps):
        x = x - learning_rate * grad(x)
    found = []
    for end in x.T:
        near = [k for k, m in enumerate(minima.T) if norm(end - m) < 0.01]
        found.append(near[0] if near else -1)
    return found


def labels_start_by_start(grad, starts, minima, learning_rate, steps):
    """Walk from one start at a time."""
    found = []
    for x in starts.T:
        for _ in range(steps):
            x = x - learning_rate * grad(x)
        away = np.hypot(*(minima - x[:, None]))
        found.append(int(away.argmin()) if away.min() < 0.01 else -1)
    return found


def _labels(
    step=lambda x, rate, g: x - rate * g,
    start=lambda starts: np.array(starts, dtype=float),
    count=lambda steps: steps,
    measure=lambda gap: norm(gap, axis=0),
    name=lambda away: np.where(away.min(axis=0) < 0.01, away.argmin(axis=0), -1),
):
    """Make an answer in which one thing is done otherwise."""

    def basin_map(grad, starts, minima, learning_rate, steps):
        x = start(starts)
        for _ in range(count(steps)):
            x = step(x, learning_rate, grad(x))
        away = measure(x[:, None, :] - minima[:, :, None])
        return name(np.where(np.isnan(away), np.inf, away))

    return basin_map


def _in_place(x, rate, g):
    x -= rate * g
    return x


def nan_is_first(grad, starts, minima, learning_rate, steps):
    x = np.array(starts, dtype=float)
    for _ in range(steps):
        x = x - learning_rate * grad(x)
    away = norm(x[:, None, :] - minima[:, :, None], axis=0)
    return np.where(away.min(axis=0) >= 0.01, -1, away.argmin(axis=0))


def the_ends(grad, starts, minima, learning_rate, steps):
    x = np.array(starts, dtype=float)
    for _ in range(steps):
        x = x - learning_rate * grad(x)
    return x


def nearest_to_start(grad, starts, minima, learning_rate, steps):
    return norm(starts[:, None, :] - minima[:, :, None], axis=0).argmin(axis=0)


@lru_cache(maxsize=32)
def _remembered(starts, rate, steps):
    """Return the labels of Himmelblau's valleys; each mistake is asked about them."""
    valleys, x = himmelblau(), np.frombuffer(starts).reshape(2, -1)
    labels = labels_at_once(valleys.grad, x, valleys.minima, rate, steps)
    return labels.astype(np.int64).tobytes()


@question(
    "convergence-and-local-minima.basin_map",
    points=5,
    needs="basin_map",
    start=(
        "Start with the walk: x = starts, and `steps` times x = x − learning_rate · "
        "grad(x). All starts walk at once."
    ),
    well_done=(
        "With a grid of starts this is the map of the page, and nothing in it knows "
        "that the plane is smooth: where basins fray, you will see them fray."
    ),
    hints=[
        "Where to look: `x[:, None, :] - minima[:, :, None]` has shape (2, k, n), "
        "every end against every minimum. Its norm along axis 0 is a table of "
        "distances; take the least along the minima, and see if it is below 0.01.",
        "The book: Convergence and local minima, section The mathematics.",
    ],
    mistakes=[
        Mistake(
            "nearest-to-start",
            nearest_to_start,
            "You label each start by the minimum that is nearest to it. Where a walk "
            "goes is another matter: take the steps first.",
        ),
        Mistake(
            "never-minus-one",
            _labels(name=lambda away: away.argmin(axis=0)),
            "You give each end its nearest minimum, however far away it is. Farther "
            "than 0.01 it has not arrived: −1.",
        ),
        Mistake(
            "from-one",
            _labels(
                name=lambda away: np.where(
                    away.min(axis=0) < 0.01, 1 + away.argmin(axis=0), -1
                )
            ),
            "You count the minima from 1. The label is the column of `minima`, and "
            "columns are counted from 0.",
        ),
        Mistake(
            "zero-for-none",
            _labels(
                name=lambda away: np.where(
                    away.min(axis=0) < 0.01, away.argmin(axis=0), 0
                )
            ),
            "Those who have not arrived get 0, which is the label of the first "
            "minimum. Nowhere is −1.",
        ),
        Mistake(
            "in-place",
            _labels(step=_in_place, start=lambda starts: starts),
            "You walk with `starts` itself: `x -= …` changes the array of the caller. "
            "`x = x - …` makes a new one.",
        ),
        Mistake(
            "ascent",
            _labels(step=lambda x, rate, g: x + rate * g),
            "You walk uphill, x + ηg, and nobody arrives. The step goes against the "
            "gradient.",
        ),
        Mistake(
            "fixed-rate",
            _labels(step=lambda x, rate, g: x - 0.01 * g),
            "You step with 0.01, whatever `learning_rate` says, and the map is about "
            "that rate.",
        ),
        Mistake(
            "fixed-steps",
            _labels(count=lambda steps: 100),
            "You take 100 steps, whatever `steps` says.",
        ),
        Mistake(
            "one-step-less",
            _labels(count=lambda steps: steps - 1),
            "You take one step less than asked. range(steps) counts from 0, and makes "
            "`steps` of them already.",
        ),
        Mistake(
            "squared",
            _labels(measure=lambda gap: (gap**2).sum(axis=0)),
            "You compare the squared distance with 0.01, and so let in all ends up to "
            "0.1 away. Take the root.",
        ),
        Mistake(
            "ends",
            the_ends,
            "You return where the walks end. Asked for is a label for each: the column "
            "of the minimum it has reached, or −1.",
        ),
        Mistake(
            "nan",
            nan_is_first,
            "A walk that leaves the numbers ends at nan, and you give it to the first "
            "minimum: with nan every comparison is false. Ask `distance < 0.01`, which "
            "is false there, and take the rest as −1.",
        ),
    ],
    right=[labels_at_once, labels_by_minima, labels_one_by_one, labels_start_by_start],
)
def check_basin_map(s):
    """Firm starts; then too few steps; then rates that are too large; then copies."""
    valleys = himmelblau()
    minima = valleys.minima

    def walked(starts, rate, steps):
        walk = starts.tobytes(), float(rate), steps
        return np.frombuffer(_remembered(*walk), dtype=np.int64)

    def firm(rate, steps, n=400):
        """Return starts whose label is that of their neighbors too, and the labels."""
        starts = s.rng.uniform(-4.5, 4.5, size=(2, n))
        moves = np.array([[0, 0.03, -0.03], [0, 0.03, 0.03]])
        near = (starts[:, :, None] + moves[:, None, :]).reshape(2, -1)
        labels = walked(near, rate, steps).reshape(n, 3)
        early = walked(starts, rate, 100)  # and that are there in good time
        kept = (labels == early[:, None]).all(axis=1)
        return starts[:, kept], labels[kept, 0]

    def slopes(x):
        if np.shape(x)[:1] != (2,):
            raise OracleStop(
                f"`grad` was asked about an array of shape {np.shape(x)}. Coordinates "
                "come first: many points have shape (2, n)."
            )
        return valleys.grad(x)

    def ask(starts, rate, steps):
        return s.call("basin_map", s.oracle(slopes), starts, minima, rate, steps)

    def tale(starts, labels):
        """Three starts of each label, and three that end far from the nearest."""
        nearest = norm(starts[:, None] - minima[:, :, None], axis=0).argmin(axis=0)
        chosen = [np.flatnonzero(labels == k)[:3] for k in np.unique(labels)]
        chosen.append(np.flatnonzero((nearest != labels) & (labels >= 0))[:3])
        return s.rng.permutation(np.unique(np.concatenate(chosen)))

    with s.part("four valleys", points=2):
        rate = s.rng.uniform(0.004, 0.006)
        starts, labels = firm(rate, 120)
        chosen = tale(starts, labels)
        got = ask(starts[:, chosen], rate, 120)
        s.expect_close(
            got,
            labels[chosen],
            "These are not the valleys in which the walks end.",
            explain=False,
        )
    with s.part("not there yet"):
        steps = int(s.rng.integers(18, 22))
        starts = s.rng.uniform(-4.5, 4.5, size=(2, 300))
        ends = [walked(starts, 0.005, steps + more) for more in (-1, 0, 80)]
        last = ends[1] != ends[0]
        chosen = np.concatenate(
            [
                np.flatnonzero(last)[:2],
                np.flatnonzero((ends[1] < 0) & (ends[2] >= 0))[:8],
                np.flatnonzero(ends[0] > 0)[:2],
            ]
        )
        got = ask(starts[:, chosen], 0.005, steps)
        s.note(steps=steps)
        s.expect_close(
            got,
            ends[1][chosen],
            "After {steps} steps some walks have arrived and some have not, and your "
            "labels tell another story.",
            explain=False,
        )
    with s.part("no rest"):
        rate = s.rng.uniform(0.0154, 0.016)
        starts, labels = firm(rate, 110)
        chosen = tale(starts, labels)
        far = np.array([[9.0, -9.5], [9.0, 9.5]])
        starts = np.concatenate([starts[:, chosen], far], axis=1)
        got = ask(starts, rate, 110)
        s.expect_close(
            got,
            [*labels[chosen], -1, -1],
            "With η = 0.0155 or so one minimum holds nobody, and two of the starts "
            "leave the numbers: both are −1.",
            explain=False,
        )
    with s.part("starts stay"):
        starts = minima[:, [2, 1]] + s.rng.uniform(0.05, 0.1, size=(2, 2))
        got = ask(starts, 0.005, 60)
        s.expect_close(
            got,
            [2, 1],
            "Two starts beside the minima 2 and 1 do not end there.",
            explain=False,
        )
        s.expect_untouched("After the walk `starts` has changed: copy it first.")
