"""Momentum, why and when: a step as a matrix, tuned, noisy, and off quadratics."""

import numpy as np

from gdlib.grading import Mistake, question

CHAPTER = "The book: Momentum and adaptive methods: why, and when, section "


# ======================================================================= hb_matrix
def _matrix(entries):
    """Make a matrix of h = ηλ and β by a rule of one's own."""
    return lambda curvature, learning_rate, beta: np.array(
        entries(learning_rate * curvature, beta), dtype=float
    )


right_matrix = _matrix(lambda h, b: [[1 + b - h, -b], [1, 0]])


def matrix_by_images(curvature, learning_rate, beta):
    """Walk one step from (1, 0) and from (0, 1): the results are the columns."""

    def step(x, before):
        new = x - learning_rate * curvature * x + beta * (x - before)
        return [new, x]

    return np.array([step(1.0, 0.0), step(0.0, 1.0)]).T


def matrix_by_change_of_letters(lam, eta, b):
    """Take the matrix for place and last step, and change what the pair holds."""
    h = eta * lam
    place_and_step = np.array([[1 - h, b], [-h, b]])
    to_pair = np.array([[1.0, 0.0], [1.0, -1.0]])  # (x, step) → (x, x − step)
    return to_pair @ place_and_step @ np.linalg.inv(to_pair)


def matrix_as_lists(curvature, learning_rate, beta):
    """Return plain lists."""
    return [[1 + beta - learning_rate * curvature, -beta], [1, 0]]


@question(
    "momentum-and-adaptive-methods.hb_matrix",
    points=3,
    needs="hb_matrix",
    start=(
        "Start on paper: in the step, collect what multiplies this place and what "
        "multiplies the older one. These two numbers are the first row."
    ),
    well_done=(
        "Its determinant is β, whatever the curvature: that one line is why a spiral "
        "shrinks by √β on the floor as on the wall."
    ),
    hints=[
        "Where to look: with λ = 1 and η = β = ½ your matrix times (0, ½) should be "
        "(−¼, 0), and times (1, 1), a walk at rest in 1, it should be (½, 1).",
        CHAPTER + "The mathematics.",
    ],
    mistakes=[
        Mistake(
            "place-and-step",
            _matrix(lambda h, b: [[1 - h, b], [-h, b]]),
            "This matrix is right for another pair, the place and the last step. Here "
            "the pair is two places, the newer and the one before it.",
        ),
        Mistake(
            "older-first",
            _matrix(lambda h, b: [[0, 1], [-b, 1 + b - h]]),
            "Your pair holds the older place first. Asked for is the newer place "
            "first: swap the two rows, and then the two columns.",
        ),
        Mistake(
            "plus-beta",
            _matrix(lambda h, b: [[1 + b - h, b], [1, 0]]),
            "The older place counts with −β: in β times (this place − the older "
            "one) it has a minus sign.",
        ),
        Mistake(
            "beta-forgotten",
            _matrix(lambda h, b: [[1 - h, -b], [1, 0]]),
            "In β times (this place − the older one) this place counts too. Its number "
            "is 1 + β − ηλ, and yours is without the β.",
        ),
        Mistake(
            "older-place-for-step",
            _matrix(lambda h, b: [[1 - h, b], [1, 0]]),
            "You let β multiply the older place alone. It multiplies a difference, "
            "this place minus the older one: so there is a β for each of the two.",
        ),
        Mistake(
            "transposed",
            _matrix(lambda h, b: [[1 + b - h, 1], [-b, 0]]),
            "Rows and columns are swapped. The first row makes the new place, so both "
            "1 + β − ηλ and −β stand in it.",
        ),
        Mistake(
            "mean",
            _matrix(lambda h, b: [[1 + b - (1 - b) * h, -b], [1, 0]]),
            "You scaled the gradient by 1−β, as the mean does. The velocity of this "
            "book is a sum: the gradient counts in full.",
        ),
        Mistake(
            "nesterov",
            _matrix(lambda h, b: [[(1 + b) * (1 - h), -b * (1 - h)], [1, 0]]),
            "This is Nesterov's matrix, who asks for the slope at the point ahead. The "
            "heavy ball asks where it stands, so h touches x_t only.",
        ),
        Mistake(
            "no-curvature",
            lambda curvature, learning_rate, beta: right_matrix(1, learning_rate, beta),
            "Your curvature is always 1: the gradient at x is λx, so η comes with λ.",
        ),
        Mistake(
            "uphill",
            _matrix(lambda h, b: [[1 + b + h, -b], [1, 0]]),
            "Your gradient has a plus sign, and the walk goes uphill. The step is "
            "against it: 1 + β − ηλ.",
        ),
        Mistake(
            "no-memory",
            _matrix(lambda h, b: [[1 - h, 0], [1, 0]]),
            "This is plain descent: β does not occur in your matrix.",
        ),
        Mistake(
            "second-row",
            _matrix(lambda h, b: [[1 + b - h, -b], [0, 1]]),
            "Your first row is right. The second has to put x_t, the first of the "
            "pair, into the second place: 1, 0. Yours keeps the older place for ever.",
        ),
        Mistake(
            "factor-only",
            lambda *args: float(abs(np.linalg.eigvals(right_matrix(*args))).max()),
            "You went one step farther and return the factor, the size of the larger "
            "eigenvalue. Asked for is the matrix itself.",
        ),
    ],
    right=[
        right_matrix,
        matrix_by_images,
        matrix_by_change_of_letters,
        matrix_as_lists,
    ],
)
def check_hb_matrix(s):
    """One spring, drawn; one that is stiff; one without memory."""

    def judge(curvature, eta, beta):
        s.note(curvature=curvature, learning_rate=eta, beta=beta)
        s.expect_close(
            s.call("hb_matrix", curvature, eta, beta),
            right_matrix(curvature, eta, beta),
            "With curvature {curvature:.2f}, learning_rate {learning_rate:.2f} and "
            "beta {beta:.2f} your matrix is another one.",
            rows="row",
            atol=1e-9,
        )

    with s.part("the matrix", points=2):
        judge(s.rng.uniform(2, 3), s.rng.uniform(0.1, 0.3), s.rng.uniform(0.4, 0.9))
        judge(s.rng.uniform(30, 40), s.rng.uniform(0.05, 0.1), s.rng.uniform(0.4, 0.9))
    with s.part("without memory"):
        judge(s.rng.uniform(2, 3), s.rng.uniform(0.1, 0.3), 0.0)


# ====================================================================== optimal_hb
def _tuned(
    factor=lambda mu, L, rho: rho,
    beta=lambda mu, L, rho: rho**2,
    rate=lambda mu, L, rho: 2 * (1 + rho**2) / (mu + L),
    result=lambda rate, beta, factor: (rate, beta, factor),
):
    """Make a tuning in which one of the three numbers is another."""

    def tuned(mu, L):
        rho = (np.sqrt(L / mu) - 1) / (np.sqrt(L / mu) + 1)
        return result(rate(mu, L, rho), beta(mu, L, rho), factor(mu, L, rho))

    return tuned


def tuned_without_root(mu, L):
    rho = (L / mu - 1) / (L / mu + 1)
    return 2 * (1 + rho**2) / (mu + L), rho**2, rho


def tuned_as_nesterov(mu, L):
    rho = (np.sqrt(L / mu) - 1) / (np.sqrt(L / mu) + 1)
    return 1 / L, rho, 1 - np.sqrt(mu / L)


def tuned_by_halves(mu, L):
    """Take the rate from a square of one fraction, as some articles do."""
    rate = (2 / (np.sqrt(mu) + np.sqrt(L))) ** 2
    rho = 1 - np.sqrt(rate * mu)  # the floor's edge of the wedge
    return [rate, rho * rho, rho]


def tuned_by_wedge(small, large):
    """Solve 1 − √β = √(ημ) and 1 + √β = √(ηL) for the two unknowns."""
    a, b = np.linalg.solve(
        [[small**0.5, 1.0], [large**0.5, -1.0]], [1.0, 1.0]
    )  # a = √η, b = √β
    return np.array([a * a, b * b, b])


@question(
    "momentum-and-adaptive-methods.optimal_hb",
    points=4,
    needs="optimal_hb",
    start="Start with κ = L/μ and its root; the factor ρ is one fraction of that root.",
    well_done=(
        "The factor asks only for the ratio of the curvatures, and for its root. Mind "
        "that it speaks of quadratics, and of the end of the walk."
    ),
    hints=[
        "Where to look: for μ = 1 and L = 9 the root of κ is 3, the factor is ½, β is "
        "its square, and the rate is 4/(3 + 1)².",
        CHAPTER + "The mathematics.",
    ],
    mistakes=[
        Mistake(
            "no-root",
            tuned_without_root,
            "You use κ where √κ belongs: this factor, (κ−1)/(κ+1), is that of plain "
            "descent. The root is what the memory buys.",
        ),
        Mistake(
            "beta-is-factor",
            _tuned(beta=lambda mu, L, rho: rho),
            "Your beta is the factor itself. In the wedge the factor is √β, so β is "
            "its square.",
        ),
        Mistake(
            "root-of-factor",
            _tuned(beta=lambda mu, L, rho: np.sqrt(rho)),
            "Your beta is the root of the factor. It is the other way: the factor is "
            "the root of β, so β is its square.",
        ),
        Mistake(
            "factor-is-beta",
            _tuned(factor=lambda mu, L, rho: rho**2),
            "Your factor is β. The two eigenvalues have the product β and the same "
            "size, so each of them has the size √β.",
        ),
        Mistake(
            "plain-rate",
            _tuned(rate=lambda mu, L, rho: 2 / (mu + L)),
            "The rate 2/(μ+L) is the best one without a memory. With one the ball "
            "stands more: 1+β times as much.",
        ),
        Mistake(
            "one-over-L",
            _tuned(rate=lambda mu, L, rho: 1 / L),
            "The rate 1/L is a safe one, and not the best: at the best rate the floor "
            "and the wall are both at the edge of the wedge.",
        ),
        Mistake(
            "not-squared",
            _tuned(rate=lambda mu, L, rho: 4 / (np.sqrt(L) + np.sqrt(mu))),
            "In the rate, √L + √μ must be squared. A rate is one over a curvature, and "
            "yours is one over the root of one.",
        ),
        Mistake(
            "two-not-squared",
            _tuned(rate=lambda mu, L, rho: 2 / (np.sqrt(L) + np.sqrt(mu)) ** 2),
            "Your rate is half of what it should be: the numerator is 4, or the whole "
            "fraction 2/(√L+√μ) is squared.",
        ),
        Mistake(
            "no-roots-in-rate",
            _tuned(rate=lambda mu, L, rho: 4 / (L + mu)),
            "Your rate is 4/(L+μ), without the roots. The square of a sum is more than "
            "the sum of the squares: (√L+√μ)².",
        ),
        Mistake(
            "one-minus-beta",
            _tuned(rate=lambda mu, L, rho: 2 * (1 - rho**2) / (mu + L)),
            "Your rate has the factor 1−β. That would keep the effective rate of plain "
            "descent; the best rate is larger, 2(1+β)/(μ+L).",
        ),
        Mistake(
            "negative-factor",
            _tuned(factor=lambda mu, L, rho: -rho),
            "Your factor is negative: the larger root goes first, √L − √μ. A factor is "
            "a size.",
        ),
        Mistake(
            "nesterov",
            tuned_as_nesterov,
            "These are Nesterov's numbers, η = 1/L and β = (√κ−1)/(√κ+1). Asked for is "
            "the heavy ball's pair.",
        ),
        Mistake(
            "beta-first",
            _tuned(result=lambda rate, beta, factor: (beta, rate, factor)),
            "Right numbers in another order: `return learning_rate, beta, factor`.",
        ),
        Mistake(
            "reversed",
            _tuned(result=lambda rate, beta, factor: (factor, beta, rate)),
            "Three right numbers, from the last to the first: the learning rate opens "
            "the line, and the factor ends it.",
        ),
        Mistake(
            "factor-missing",
            _tuned(result=lambda rate, beta, factor: (rate, beta)),
            "You return two numbers, and three are asked: the factor is the last one.",
        ),
    ],
    right=[_tuned(), tuned_by_halves, tuned_by_wedge],
)
def check_optimal_hb(s):
    """Three numbers for a valley; and the valley that is none."""

    def ask(mu, L):
        s.note(mu=mu, L=L)
        return s.array(s.call("optimal_hb", mu, L), (3,))

    def valley():
        mu = s.rng.uniform(0.2, 0.5)
        L = mu * s.rng.uniform(40, 200)
        return ask(mu, L), _tuned()(mu, L)

    case = "With mu = {mu:.3f} and L = {L:.3f} your "
    with s.part("the learning rate", points=1):
        got, want = valley()
        s.expect_close(got[0], want[0], case + "learning rate is not the best one.")
    with s.part("beta"):
        got, want = valley()
        s.expect_close(got[1], want[1], case + "beta is not the best one.")
    with s.part("the factor"):
        got, want = valley()
        s.expect_close(got[2], want[2], case + "factor is not that of the best pair.")
    with s.part("a round bowl"):
        got, want = valley()
        s.expect_close(
            got, want, "This counts once the three numbers are right.", explain=False
        )
        L = s.rng.uniform(2, 5)
        s.expect_close(
            ask(L, L),
            [1 / L, 0, 0],
            "For mu = L = {L:.3f} the bowl is round: one plain step arrives, with no "
            "memory and nothing left.",
            atol=1e-9,
        )


# ============================================================= noise_amplification
def _variance(h, beta):
    return (1 + beta) / ((1 - beta) * (2 * (1 + beta) - h))


def _ratio(rule):
    """Make an answer of h = ηλ and β."""
    return lambda learning_rate, beta, curvature: rule(learning_rate * curvature, beta)


def amplification_by_waiting(learning_rate, beta, curvature):
    """Follow the means of x², of x·(x before), and wait until they stay."""

    def settled(b):
        a = 1 + b - learning_rate * curvature
        now, before, both = 1.0, 1.0, 0.0
        for _ in range(6000):
            new = a * a * now + b * b * before - 2 * a * b * both + 1
            now, before, both = new, now, a * now - b * both
        return now

    return settled(beta) / settled(0.0)


def amplification_by_solving(eta, beta, lam):
    """Solve the two equations for S and C."""

    def variance(b):
        a = 1 + b - eta * lam
        return np.linalg.solve([[a, -1 - b], [1 - a * a - b * b, 2 * a * b]], [0, 1])[0]

    return variance(beta) / variance(0)


@question(
    "momentum-and-adaptive-methods.noise_amplification",
    points=4,
    needs="noise_amplification",
    start=(
        "Start with the formula for S, once as it stands and once with β = 0, and "
        "divide: η, σ² and λ outside of the brackets cancel."
    ),
    well_done=(
        "On the floor it is 1/(1−β), nearly: with the same η a memory of ten gradients "
        "makes the variance ten times as large."
    ),
    hints=[
        "Where to look: with ηλ = 1 and β = ½ the variance with memory is "
        "1.5/(0.5 · 2) = 1.5 in units of ησ²/λ, and without it is 1/(2 − 1) = 1.",
        CHAPTER + "The mathematics.",
    ],
    mistakes=[
        Mistake(
            "effective-rate-only",
            _ratio(lambda h, b: 1 / (1 - b)),
            "Your 1/(1−β) is right for a very gentle curvature. In front of a wall the "
            "two brackets, 2(1+β) − ηλ and 2 − ηλ, make a difference.",
        ),
        Mistake(
            "squared",
            _ratio(lambda h, b: 1 / (1 - b) ** 2),
            "You square 1/(1−β), as if all errors in the memory were one error. They "
            "are independent and partly cancel.",
        ),
        Mistake(
            "not-divided",
            lambda eta, beta, lam: eta / lam * _variance(eta * lam, beta),
            "This is the variance S itself, for σ = 1. Divide it by what S is with "
            "β = 0.",
        ),
        Mistake(
            "half-divided",
            _ratio(_variance),
            "You divided by η/λ only. Without a memory the variance is ησ²/(λ(2−ηλ)), "
            "so the bracket 2 − ηλ comes in as a factor.",
        ),
        Mistake(
            "inverse",
            _ratio(lambda h, b: 1 / (_variance(h, b) * (2 - h))),
            "Upside down: you divide the variance without memory by the one with it.",
        ),
        Mistake(
            "root",
            _ratio(lambda h, b: np.sqrt(_variance(h, b) * (2 - h))),
            "You took the root: this is how much farther the walk is scattered. Asked "
            "for is the variance.",
        ),
        Mistake(
            "equal-effective-rates",
            _ratio(lambda h, b: _variance(h, b) * (1 - b) * (2 - h / (1 - b))),
            "You compare with plain descent at the effective rate η/(1−β). Here it "
            "keeps the η that it had.",
        ),
        Mistake(
            "bracket-cancelled",
            _ratio(lambda h, b: (1 + b) / (1 - b)),
            "You let 2(1+β) − ηλ and 2 − ηλ cancel. They are not the same bracket: "
            "the 2 with memory has a factor 1+β.",
        ),
        Mistake(
            "numerator",
            _ratio(lambda h, b: _variance(h, b) * (2 - h) / (1 + b)),
            "The factor 1+β of the numerator is missing.",
        ),
        Mistake(
            "denominator",
            _ratio(lambda h, b: _variance(h, b) * (2 - h) * (1 - b)),
            "The factor 1−β of the denominator is missing: that is where the noise of "
            "a long memory comes from.",
        ),
        Mistake(
            "two-plus-beta",
            _ratio(lambda h, b: (1 + b) * (2 - h) / ((1 - b) * (2 + b - h))),
            "Python does what you wrote, and that has 2 + β for 2(1 + β). Put the "
            "brackets in.",
        ),
        Mistake(
            "no-curvature",
            lambda eta, beta, lam: _variance(eta, beta) * (2 - eta),
            "Your curvature is always 1: wherever η stands beside a 2, it comes with "
            "λ.",
        ),
        Mistake(
            "mean",
            _ratio(lambda h, b: _variance((1 - b) * h, b) * (1 - b) * (2 - h)),
            "You let the memory be a mean, with a gradient that counts 1−β times. In "
            "this book it is a sum, and its noise counts in full.",
        ),
    ],
    right=[
        _ratio(lambda h, b: _variance(h, b) * (2 - h)),
        lambda eta, b, lam: (2 - eta * lam) / (1 - b) / (2 - eta * lam / (1 + b)),
        amplification_by_waiting,
        amplification_by_solving,
    ],
)
def check_noise_amplification(s):
    """On the floor, in front of the wall, and without a memory."""

    def judge(low, high, beta, otherwise):
        curvature = s.rng.uniform(2, 5)
        eta = s.rng.uniform(low, high) / curvature
        h = eta * curvature
        s.note(h=h, beta=beta)
        s.expect_close(
            s.call("noise_amplification", eta, beta, curvature),
            _variance(h, beta) * (2 - h),
            otherwise,
        )

    case = "For ηλ = {h:.3f} and beta = {beta:.3f} your number is another one."
    with s.part("on the floor", points=2):
        judge(0.1, 0.2, s.rng.uniform(0.6, 0.9), case)
    with s.part("in front of the wall"):
        judge(1.6, 1.9, s.rng.uniform(0.6, 0.9), case)
    with s.part("without memory"):
        judge(0.8, 1.2, s.rng.uniform(0.6, 0.9), case)
        judge(0.8, 1.2, 0.0, "With beta = 0 nothing has changed, so it is 1.")


# ==================================================================== cycle_hunter
LIMIT = 40_000  # gradients, so that one may walk each start on its own


def _hunt(
    velocity=lambda v, g, beta: beta * v + g,
    step=lambda x, eta, v: x - eta * v,
    caught=lambda x, g, last: (abs(g) > 1e-6) & (abs(x) <= 1e6),
    result=lambda starts, mask, x: starts[mask],
    more=0,
):
    """Make a hunter that does one thing otherwise."""

    def hunt(grad, starts, learning_rate, beta, steps):
        x = np.array(starts, dtype=float)
        v, last = np.zeros_like(x), [x]
        for _ in range(steps + more):
            v = velocity(v, np.asarray(grad(x)), beta)
            x = step(x, learning_rate, v)
            last = [*last[-2:], x]
        return result(starts, caught(x, np.asarray(grad(x)), last), x)

    return hunt


def hunts_on_the_starts(grad, starts, learning_rate, beta, steps):
    v, names = 0.0, starts.copy()
    for _ in range(steps):
        v = beta * v + grad(starts)
        starts -= learning_rate * v
    return names[(abs(grad(starts)) > 1e-6) & (abs(starts) <= 1e6)]


def hunter_one_by_one(grad, starts, learning_rate, beta, steps):
    """Walk each start by itself, by differences of places."""
    found = []
    for start in starts:
        x = before = np.array([float(start)])
        for _ in range(steps):
            x, before = x - learning_rate * grad(x) + beta * (x - before), x
        if abs(grad(x)[0]) > 1e-6 and abs(x[0]) <= 1e6:
            found.append(start)
    return found


def hunter_by_crossing_out(grad, starts, eta, beta, n):
    """Cross out those at rest, then those that ran away."""
    x, u = 1.0 * starts, 0.0 * starts
    for _ in range(n):
        u = beta * u - eta * grad(x)
        x = x + u
    out = np.abs(grad(x)) <= 1e-6
    out |= ~np.isfinite(x)
    out |= np.abs(x) > 1e6
    return np.delete(starts, np.flatnonzero(out))


@question(
    "momentum-and-adaptive-methods.cycle_hunter",
    points=5,
    needs="cycle_hunter",
    start=(
        "Start with the two lines of the heavy ball, for all starts at once; then ask "
        "two things of where the walks stand."
    ),
    well_done=(
        "A walk that neither rests nor flies is a counterexample to something, and you "
        "found yours by looking. To make it a proof, run it in fractions."
    ),
    hints=[
        "Where to look: on grad(x) = x with learning_rate 2, beta 0 and 10 steps, the "
        "starts [0.0, 3.0] should give [3.0]. Then with learning_rate 3 and 60 steps "
        "they should give nothing: the walk from 3 has run away.",
        CHAPTER + "When it fails.",
    ],
    mistakes=[
        Mistake(
            "runaways-too",
            _hunt(caught=lambda x, g, last: abs(g) > 1e-6),
            "Your cycles are right, and walks that ran away count as cycles too. A "
            "walk farther out than 10⁶ does not circle: ask for that as well.",
        ),
        Mistake(
            "at-rest",
            _hunt(caught=lambda x, g, last: abs(g) <= 1e-6),
            "You return the starts that come to rest, and the others were asked for.",
        ),
        Mistake(
            "no-memory",
            _hunt(velocity=lambda v, g, beta: g),
            "Your walk is plain descent: nothing of v survives a step. The heavy ball "
            "keeps βv.",
        ),
        Mistake(
            "mean",
            _hunt(velocity=lambda v, g, beta: beta * v + (1 - beta) * g),
            "Your velocity is the mean, βv + (1−β)g, and its steps are shorter. The "
            "book takes the sum, βv + g.",
        ),
        Mistake(
            "uphill",
            _hunt(step=lambda x, eta, v: x + eta * v),
            "You walk uphill: x + ηv. The step goes against the velocity.",
        ),
        Mistake(
            "slope-without-size",
            _hunt(caught=lambda x, g, last: (g > 1e-6) & (abs(x) <= 1e6)),
            "You find those whose slope is positive at the end. A walk on the left of "
            "the bottom has a negative one, and moves as well: compare abs(slope).",
        ),
        Mistake(
            "far-from-zero",
            _hunt(caught=lambda x, g, last: (abs(x) > 1e-6) & (abs(x) <= 1e6)),
            "You test whether x is near zero. The bottom may lie elsewhere; at rest is "
            "where the *slope* is near zero.",
        ),
        Mistake(
            "period-two",
            _hunt(
                caught=lambda x, g, last: (
                    (abs(g) > 1e-6) & np.isclose(last[0], x) & (abs(x) <= 1e6)
                )
            ),
            "You look for walks that repeat every two steps. A cycle may be longer; "
            "the one in the book takes three.",
        ),
        Mistake(
            "last-places",
            _hunt(result=lambda starts, mask, x: x[mask]),
            "You return where the walks stand at the end. Asked for are the starts "
            "that led there: keep them, and walk with a copy.",
        ),
        Mistake(
            "mask",
            _hunt(result=lambda starts, mask, x: mask),
            "You return True and False for each start. Take the starts themselves: "
            "`starts[...]` with your table in the brackets.",
        ),
        Mistake(
            "indices",
            _hunt(result=lambda starts, mask, x: np.flatnonzero(mask)),
            "You return which ones they are, counted from 0. Asked for are the starts "
            "themselves.",
        ),
        Mistake(
            "count",
            _hunt(result=lambda starts, mask, x: int(np.sum(mask))),
            "You return how many circle. Asked for is which starts do.",
        ),
        Mistake(
            "starts-walk",
            hunts_on_the_starts,
            "You found them, and the array of the caller has walked along: `-=` "
            "changes it. Begin with `x = np.array(starts, dtype=float)`.",
        ),
    ],
    right=[_hunt(), hunter_one_by_one, hunter_by_crossing_out],
)
def check_cycle_hunter(s):
    """A stretched copy of the famous function; then walks that run away."""

    def case():
        width, steepness = s.rng.uniform(0.5, 2, size=2)
        bottom = s.rng.uniform(1, 3)

        def slope(x):
            z = (x - bottom) / width
            steep = np.where(z < 2, z + 24, 25 * z - 24)
            return steepness * np.where(z < 1, 25 * z, steep)

        places = np.array([-3.3, -2.97, 2.83, 3.25, -3.7, -1.0, 0.4, 2.0, 3.6])
        places = s.rng.permutation(places + s.rng.uniform(-0.02, 0.02, size=9))
        grad = s.oracle(slope, limit=LIMIT)
        return grad, bottom + width * places, width / steepness / 9, 4 / 9, 121

    def want(grad, *rest):
        return _hunt()(grad.function, *rest)

    with s.part("who circles", points=3):
        walks = case()
        s.note(k=len(want(*walks)), runs=9)
        got = s.call("cycle_hunter", *walks)
        s.expect_close(
            got, want(*walks), "Of {runs} starts, {k} circle; yours are others."
        )
    with s.part("who runs away"):
        walks = case()
        got = s.call("cycle_hunter", *walks)
        s.expect_close(
            got,
            want(*walks),
            "This counts once the cycles are found.",
            explain=False,
        )
        grad, starts, eta, *_ = walks
        for steps in (60, 600):
            s.note(steps=steps)
            got = s.call("cycle_hunter", grad, starts[:2], 2 * eta, 0.1, steps)
            s.expect_close(
                got,
                np.zeros(0),
                "With a learning rate that is far too large every walk runs away; "
                "after {steps} steps none of them circles.",
                explain=False,
            )
    with s.part("starts stay as they were"):
        walks = case()
        got = s.call("cycle_hunter", *walks)
        s.expect_close(
            got,
            want(*walks),
            "This counts once the cycles are found.",
            explain=False,
        )
        s.expect_untouched(
            "After the hunt, starts has changed. Copy it first: np.array(starts, "
            "dtype=float)."
        )
