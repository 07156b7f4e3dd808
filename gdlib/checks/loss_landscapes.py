"""Loss landscapes: what a Hessian says, the way off a pass, sharpness, clipping."""

import math

import numpy as np
from numpy.linalg import norm

from gdlib.grading import Mistake, question

# ================================================================= classify_critical
TITLE = "The book: Landscapes and their challenges, section"


WORDS = ("minimum", "maximum", "saddle", "undetermined")


def _by_signs(up, down):
    if up and down:
        return "saddle"
    return "minimum" if up else "maximum" if down else "undetermined"


def _classify(read=np.linalg.eigvalsh, tolerance=1e-8, verdict=None):
    """Make a classifier in which one thing is done otherwise."""

    def classify(H):
        curvatures = read(np.asarray(H, dtype=float))
        size = tolerance * abs(curvatures).max()
        up, down = (curvatures > size).sum(), (curvatures < -size).sum()
        flat = len(curvatures) - up - down
        if verdict is not None:
            return verdict(up, down, flat)
        return _by_signs(up, down) if not flat or (up and down) else "undetermined"

    return classify


def _flat_is_up(up, down, flat):
    return _by_signs(up + flat, down)


def _flat_is_saddle(up, down, flat):
    return "saddle" if flat else _by_signs(up, down)


def _flat_is_silent(up, down, flat):
    return "undetermined" if flat else _by_signs(up, down)


def _flat_is_ignored(up, down, flat):
    return _by_signs(up, down)


def _upside_down(up, down, flat):
    return _by_signs(down, up) if not flat or (up and down) else "undetermined"


def absolute_tolerance(H):
    curvatures = np.linalg.eigvalsh(H)
    if curvatures.min() > 1e-8:
        return "minimum"
    if curvatures.max() < -1e-8:
        return "maximum"
    if curvatures.min() < -1e-8 and curvatures.max() > 1e-8:
        return "saddle"
    return "undetermined"


def by_determinant(H):
    size = np.linalg.det(H)
    if abs(size) < 1e-8 * norm(H) ** len(H):
        return "undetermined"
    if size < 0:
        return "saddle"
    return "minimum" if H[0, 0] > 0 else "maximum"


def largest_with_its_sign(H):
    curvatures = np.linalg.eigvalsh(H)
    size = 1e-8 * curvatures.max()
    up, down = (curvatures > size).sum(), (curvatures < -size).sum()
    if up and down:
        return "saddle"
    d = len(curvatures)
    return "minimum" if up == d else "maximum" if down == d else "undetermined"


def classify_by_bends(H):
    """Count the bends, one eigenvalue at a time."""
    curvatures = np.linalg.eigh(H)[0]
    zero = 1e-8 * np.max(np.abs(curvatures))
    ups = sum(c > zero for c in curvatures)
    downs = sum(c < -zero for c in curvatures)
    if ups > 0 and downs > 0:
        return "saddle"
    if ups == len(curvatures):
        return "minimum"
    if downs == len(curvatures):
        return "maximum"
    return "undetermined"


def _turned(rng, curvatures, size=1.0):
    """Return a symmetric matrix with these eigenvalues, in directions of its own."""
    axes, _ = np.linalg.qr(rng.normal(size=(len(curvatures),) * 2))
    H = size * (axes * curvatures) @ axes.T
    return (H + H.T) / 2


@question(
    "loss-landscapes.classify_critical",
    points=4,
    needs="classify_critical",
    start="Begin with the eigenvalues, `np.linalg.eigvalsh(H)`, and look at their "
    "signs.",
    well_done=(
        "And you know when to say nothing. x³, x⁴ and −x⁴ share a Hessian at 0: "
        "whoever names it a minimum there is guessing."
    ),
    hints=[
        "Where to look: [[1, 2], [2, 1]] has a diagonal of ones, and its eigenvalues "
        "are 3 and −1. [[1, 0], [0, 0]] has one of each kind that decides nothing.",
        f"{TITLE} The mathematics.",
    ],
    mistakes=[
        Mistake(
            "diagonal",
            _classify(np.diag),
            "You read the diagonal. It tells how f bends along the axes, and a pass "
            "may lie between them: [[1, 2], [2, 1]] bends up along both axes and down "
            "along (1, −1). The eigenvalues look in every direction.",
        ),
        Mistake(
            "determinant",
            by_determinant,
            "You look at the sign of the determinant, a rule for two dimensions. In "
            "three or four, two directions down multiply to a plus. Look at each "
            "eigenvalue.",
        ),
        Mistake(
            "upside-down",
            _classify(verdict=_upside_down),
            "You have minimum and maximum the wrong way round: where all eigenvalues "
            "are positive, f bends up in every direction, and you stand at the bottom.",
        ),
        Mistake(
            "flat-is-up",
            _classify(verdict=_flat_is_up),
            "You count an eigenvalue of 0 as positive. Along that direction f may as "
            "well fall: x₁² − x₂⁴ has the eigenvalues 2 and 0, and no minimum.",
        ),
        Mistake(
            "flat-is-saddle",
            _classify(verdict=_flat_is_saddle),
            "You call it a saddle as soon as an eigenvalue is 0. x₁² + x₂⁴ has one, "
            "and is a bowl: where a 0 decides, the answer is undetermined.",
        ),
        Mistake(
            "flat-is-ignored",
            _classify(verdict=_flat_is_ignored),
            "You leave the zeros out and judge by the rest. But the flat direction is "
            "the one that decides: x₁² + x₂⁴ and x₁² − x₂⁴ differ in nothing else.",
        ),
        Mistake(
            "flat-is-silent",
            _classify(verdict=_flat_is_silent),
            "You say undetermined as soon as an eigenvalue is 0. If among the others "
            "there is one up and one down, nothing is open: it is a saddle.",
        ),
        Mistake(
            "no-tolerance",
            _classify(tolerance=0.0),
            "You compare with 0 exactly, and eigenvalues come with rounding: a flat "
            "direction shows up as 1e-17, of either sign. Count what is at most 1e-8 "
            "of the largest as zero.",
        ),
        Mistake(
            "absolute-tolerance",
            absolute_tolerance,
            "Your idea of zero has a fixed size. Measure the loss in other units and "
            "all eigenvalues are a billion times smaller, on the same bowl: compare "
            "with the largest of them.",
        ),
        Mistake(
            "largest-with-its-sign",
            largest_with_its_sign,
            "You compare with the largest eigenvalue as a number. Where all of them "
            "are negative or zero, that is the flattest one: take the largest "
            "*absolute value*.",
        ),
    ],
    right=[_classify(), classify_by_bends],
)
def check_classify_critical(s):
    """Regular points, flat directions, other units; H stays as it was."""

    def judge(cases):
        cases = [cases[k] for k in s.rng.permutation(len(cases))]
        got = [s.call("classify_critical", H) for H, _ in cases]
        for answer, (H, want) in zip(got, cases, strict=True):
            s.note(d=len(H), want=want)
            if answer is None:
                s.array(answer, ())  # says that a `return` is missing
            s.expect(
                isinstance(answer, str) and answer in WORDS,
                'The answer is one of the strings "minimum", "maximum", "saddle" and '
                '"undetermined", spelled like that.',
            )
            s.expect(
                answer == want,
                f'For a Hessian of {len(H)} rows you say "{answer}", and its '
                "eigenvalues do not say that.",
            )
        s.expect_untouched("After the call H has changed. Leave it as it was.")

    def some(signs):
        return np.array(signs) * s.rng.uniform(1, 3, size=len(signs))

    hidden = np.array([[1.0, 2.0], [2.0, 1.0]]) * s.rng.uniform(1, 2)
    with s.part("bends in every direction", points=2):
        judge(
            [
                (hidden, "saddle"),
                (_turned(s.rng, some([1, 1, 1])), "minimum"),
                (_turned(s.rng, some([-1, -1, -1, -1])), "maximum"),
                (_turned(s.rng, some([-1, -1, 1, 1])), "saddle"),
                (_turned(s.rng, some([1, -1, -1])), "saddle"),
                (-hidden, "saddle"),
            ]
        )
    with s.part("flat directions"):
        judge(
            [
                (_turned(s.rng, some([1, 1, -1, 0])), "saddle"),
                (_turned(s.rng, some([1, 1, 0, 0])), "undetermined"),
                (_turned(s.rng, some([-1, -1, 0])), "undetermined"),
                (np.diag([0.0, *some([1])]), "undetermined"),
                (np.array([[0.0, 3.0], [3.0, 0.0]]), "saddle"),
                (np.zeros((2, 2)), "undetermined"),
            ]
        )
    with s.part("other units"):
        judge(
            [
                (_turned(s.rng, some([1, 1, 1]), 1e-10), "minimum"),
                (_turned(s.rng, some([-1, -1, -1]), 1e-10), "maximum"),
                (_turned(s.rng, some([1, -1, -1]), 1e-10), "saddle"),
                (hidden * 1e-10, "saddle"),
                (_turned(s.rng, some([1, 1, 1, 0, 0, 0]), 1e10), "undetermined"),
                (_turned(s.rng, some([1, 1, -1, 0]), 1e-10), "saddle"),
            ]
        )


# ===================================================================== escape_saddle
OUT = (
    "That is not when the walk is out. Multiply ε by 1 + ην that many times: is it 1 "
    "or more, and was it less one step before?"
)


def _escape(factor=lambda nu, eta: 1 + eta * nu, whole=math.ceil, size=abs):
    def escape(epsilon, nu, learning_rate):
        start = size(epsilon)
        if start >= 1:
            return 0
        if start == 0:
            return math.inf
        return whole(math.log(1 / start) / math.log(factor(nu, learning_rate)))

    return escape


def forgets_the_ridge(epsilon, nu, learning_rate):
    if epsilon == 0:
        return 0
    return _escape()(epsilon, nu, learning_rate)


def forgets_the_rim(epsilon, nu, learning_rate):
    if epsilon == 0:
        return math.inf
    return math.ceil(-math.log(abs(epsilon)) / math.log(1 + learning_rate * nu))


def one_side_only(epsilon, nu, learning_rate):
    if epsilon <= 0:
        return math.inf
    return _escape()(epsilon, nu, learning_rate)


def in_proportion(epsilon, nu, learning_rate):
    start = abs(epsilon)
    if start == 0:
        return math.inf
    return max(0, math.ceil((1 - start) / (learning_rate * nu * start)))


def counts_places(epsilon, nu, learning_rate):
    return _escape()(epsilon, nu, learning_rate) + 1


def escape_on_foot(epsilon, nu, learning_rate):
    """Walk, and count."""
    if epsilon == 0:
        return float("inf")
    x, t = epsilon, 0
    while abs(x) < 1:
        x, t = x + learning_rate * nu * x, t + 1
    return t


@question(
    "loss-landscapes.escape_saddle",
    points=4,
    needs="escape_saddle",
    start="Each step multiplies the distance by one factor. Write that factor first.",
    well_done=(
        "The bill is a logarithm. Come a million times closer to the ridge and you "
        "pay as many steps again as the last factor of a million cost."
    ),
    hints=[
        "Where to look: with ε = 0.3, ν = 1 and η = 1 each step doubles the distance, "
        "0.3, 0.6, 1.2, and the answer is 2.",
        f"{TITLE} The mathematics.",
    ],
    mistakes=[
        Mistake(
            "wrong-side",
            _escape(lambda nu, eta: 1 / (1 - eta * nu)),
            "Your factor is 1 − ην, or one over it, which is what a step does to the "
            "error in a bowl. Here the ground bends down: the slope at x is −νx, and "
            "x − η(−νx) is (1 + ην)x.",
        ),
        Mistake(
            "continuous",
            _escape(lambda nu, eta: math.exp(eta * nu)),
            "You divide by ην, as if the walk flowed. It steps, and each step "
            "multiplies by 1 + ην, which is less than e to the ην: divide by the "
            "logarithm of the factor.",
        ),
        Mistake(
            "no-rate",
            _escape(lambda nu, eta: 1 + nu),
            "The learning rate does not appear in your factor. A step moves by η times "
            "the slope νx: the factor is 1 + ην.",
        ),
        Mistake(
            "no-curvature",
            _escape(lambda nu, eta: 1 + eta),
            "The curvature ν does not appear in your factor. A pass that bends down "
            "more steeply lets go sooner: the factor is 1 + ην.",
        ),
        Mistake(
            "fixed-curvature",
            _escape(lambda nu, eta: 1 + 2 * eta),
            "You use 1 + 2η, whatever ν is. That is the pass x₁² − x₂², where ν is 2; "
            "this one has a curvature of its own.",
        ),
        Mistake(
            "cut-off",
            _escape(whole=math.floor),
            "You cut the fraction off, and after that many steps the walk is not out "
            "yet. Round up.",
        ),
        Mistake(
            "rounded",
            _escape(whole=round),
            "You round to the nearest number, so half of the time the walk is not out "
            "yet. Round up.",
        ),
        Mistake(
            "not-whole",
            _escape(whole=float),
            "You return a fraction of a step. Asked for is the first whole number of "
            "steps after which the walk is out: round up.",
        ),
        Mistake(
            "ridge-is-zero",
            forgets_the_ridge,
            "For ε = 0 you return 0 steps. On the ridge the slope to either side is 0 "
            "and every step leaves it so: the walk never gets out, which is "
            "`np.inf`.",
        ),
        Mistake(
            "out-already",
            forgets_the_rim,
            "For a start that is out already you return a negative number of steps. It "
            "takes none.",
        ),
        Mistake(
            "one-side",
            one_side_only,
            "You treat a negative ε as if it stood on the ridge. It stands on the "
            "other side, and gets out there: take its absolute value.",
        ),
        Mistake(
            "proportion",
            in_proportion,
            "You divide the way to go by the length of the first step. But the steps "
            "grow with the distance: it is the logarithm of the way that counts.",
        ),
        Mistake(
            "places",
            counts_places,
            "You are one too high: you count the places that the walk visits, and the "
            "start is one of them. Asked for are the steps between them.",
        ),
    ],
    right=[_escape(), escape_on_foot],
)
def check_escape_saddle(s):
    """Many passes; the ridge, the rim and the other side."""

    def cases(count):
        """Draw passes on which every rounding gives another number."""
        kept = {"cut": 0, "near": 0}
        while min(kept.values()) < count:
            epsilon = 10 ** -s.rng.uniform(4, 9)
            nu = s.rng.uniform(0.5, 1.2) * s.rng.choice([1, 3])
            eta = s.rng.uniform(0.05, 0.2)
            steps = math.log(1 / epsilon) / math.log(1 + eta * nu)
            part = steps % 1
            if 0.1 < part < 0.4 and kept["cut"] < count:
                kept["cut"] += 1
                yield epsilon, nu, eta, math.ceil(steps)
            elif 0.6 < part < 0.9 and kept["near"] < count:
                kept["near"] += 1
                yield epsilon, nu, eta, math.ceil(steps)

    with s.part("beside the ridge", points=2):
        drawn = list(cases(2))
        got = [s.call("escape_saddle", *case[:3]) for case in drawn]
        want = [case[3] for case in drawn]
        got = [float(s.array(one, ())) for one in got]
        s.expect_close(got, want, OUT, rows="pass")
    with s.part("on the other side"):
        drawn = list(cases(2))
        got = [s.call("escape_saddle", -e, nu, eta) for e, nu, eta, _ in drawn]
        want = [case[3] for case in drawn]
        got = [float(s.array(one, ())) for one in got]
        s.expect_close(
            got, want, "A start at −ε leaves on the other side, as soon.", rows="pass"
        )
    with s.part("on the ridge, and outside"):
        drawn = list(cases(1))
        nu, eta = drawn[0][1:3]
        got = [s.call("escape_saddle", *case[:3]) for case in drawn]
        ridge = s.call("escape_saddle", 0.0, nu, eta)
        outside = s.call("escape_saddle", s.rng.uniform(2, 9), nu, eta)
        want = [case[3] for case in drawn]
        got = [float(s.array(one, ())) for one in got]
        s.expect_close(got, want, OUT, rows="pass")
        s.expect(
            s.array(ridge, ()) == np.inf,
            "On the ridge, ε = 0, the walk never leaves: return `np.inf`.",
        )
        s.expect_close(outside, 0, "A start that is out already takes no step.")


# =================================================================== power_sharpness
def _power(
    hessian_times=None,
    read=lambda v, Hv: v @ Hv,
    scale=lambda Hv: Hv / norm(Hv),
    first=lambda v: v / norm(v),
    rounds=lambda steps: steps,
):
    def differences(grad, x, v, h):
        return (np.asarray(grad(x + h * v)) - grad(x - h * v)) / (2 * h)

    product = differences if hessian_times is None else hessian_times

    def power(grad, x, v, steps):
        x, v = np.array(x, dtype=float), first(np.array(v, dtype=float))
        answer = 0.0
        for _ in range(rounds(steps)):
            Hv = product(grad, x, v, 1e-4)
            answer = read(v, Hv)
            v = scale(Hv)
        return answer

    return power


def _one_sided(grad, x, v, h):
    return (np.asarray(grad(x + h * v)) - grad(x)) / h


def _half_divided(grad, x, v, h):
    return (np.asarray(grad(x + h * v)) - grad(x - h * v)) / h


def _at_the_origin(grad, x, v, h):
    return (np.asarray(grad(h * v)) - grad(-h * v)) / (2 * h)


def _gradient_itself(grad, x, v, h):
    return np.asarray(grad(v))


def _backwards(grad, x, v, h):
    return (np.asarray(grad(x - h * v)) - grad(x + h * v)) / (2 * h)


def power_with_names(grad, x, v, steps):
    """Normalize at the top of the loop, and divide by what was stepped."""
    step = 1e-5
    direction = np.array(v, dtype=float)
    for _ in range(steps):
        direction = direction / np.sqrt(np.sum(direction**2))
        there = np.array(grad(x + step * direction))
        here = np.array(grad(x - step * direction))
        bend = (there - here) / (2 * step)
        sharpness = float(np.sum(direction * bend))
        direction = bend
    return sharpness


def power_in_place(grad, x, v, steps):
    v /= norm(v)
    return _power()(grad, x, v, steps)


@question(
    "loss-landscapes.power_sharpness",
    points=5,
    needs="power_sharpness",
    start="Write one Hessian-vector product first: two gradients, a little ahead of x "
    "and a little behind, along v.",
    well_done=(
        "You read a Hessian that nobody wrote down. For the network of the page it "
        "has 2410 rows, and for a large one no computer could hold it."
    ),
    hints=[
        "Where to look: for the gradient (3x₁, x₂), any x and v = (1, 0), one round "
        "gives 3. For (−3x₁, x₂) it gives −3.",
        f"{TITLE} The code.",
    ],
    mistakes=[
        Mistake(
            "sign-lost",
            _power(read=lambda v, Hv: norm(Hv)),
            "What you return is the length of Hv: either by name, or as v·Hv with a v "
            "that is the new one already. A length has no sign, and where the ground "
            "bends down most the answer is negative: take v·Hv before you change v.",
        ),
        Mistake(
            "never-scaled",
            _power(scale=lambda Hv: Hv),
            "You do not bring v back to length 1. After a few rounds it is enormous, "
            "the points x ± hv lie far away, and v·Hv has grown with it.",
        ),
        Mistake(
            "start-not-scaled",
            _power(first=lambda v: v, rounds=lambda steps: 1),
            "You go round once, and with a v whose length is not 1. Bring v to length "
            "1, and repeat `steps` times.",
        ),
        Mistake(
            "one-round",
            _power(rounds=lambda steps: 1),
            "You go round once. v still points where it started, and v·Hv is the bend "
            "along that: repeat `steps` times, with v ← Hv/‖Hv‖.",
        ),
        Mistake(
            "one-sided",
            _power(_one_sided),
            "You take the difference on one side only, from x to x + hv. Its error is "
            "of the size of h, here in the fourth digit; with x + hv and x − hv it "
            "is of the size of h².",
        ),
        Mistake(
            "half-divided",
            _power(_half_divided),
            "Your answer is twice too large: from x − hv to x + hv it is 2h, and you "
            "divide by h.",
        ),
        Mistake(
            "at-the-origin",
            _power(_at_the_origin),
            "You measure the bend at 0. Asked for is the bend at x: ask the gradient "
            "at x + hv and x − hv.",
        ),
        Mistake(
            "gradient-itself",
            _power(_gradient_itself),
            "You take the gradient at v for Hv. That is so only for a quadratic with "
            "its bottom at 0: in general Hv is how the gradient *changes* along v.",
        ),
        Mistake(
            "backwards",
            _power(_backwards),
            "Your sign is the other way round: what lies ahead, at x + hv, comes first "
            "in the difference.",
        ),
        Mistake(
            "not-along-v",
            _power(read=lambda v, Hv: Hv.max()),
            "You return the largest entry of Hv. The bend along v is the dot product "
            "v·Hv, if v has length 1.",
        ),
        Mistake(
            "in-place",
            power_in_place,
            "The sharpness is right, and the caller's v has another length now: `/=` "
            "writes into it. `v = v / np.linalg.norm(v)` makes a new one.",
        ),
    ],
    right=[_power(), power_with_names],
)
def check_power_sharpness(s):
    """A bowl, a pass that bends down more than up, and a bend that changes with x."""

    def ask(curvatures, third):
        H = _turned(s.rng, curvatures)
        x = s.rng.uniform(1, 2, size=4)
        v = s.rng.uniform(1, 2, size=4)
        linear = H - 2 * third * np.diag(x)
        grad = s.oracle(
            lambda at: linear @ at + third * at**2 + np.arange(4.0),
            shape=(4,),
            limit=1000,
            beyond="You ask for more than 1000 gradients; two a round are enough.",
        )
        got = s.call("power_sharpness", grad, x, v, 40)
        s.expect_close(
            got,
            curvatures[np.abs(curvatures).argmax()],
            "That is not the bend at x in the direction that bends most.",
            rtol=1e-5,
        )
        return grad.count

    def sizes():
        return s.rng.uniform(5, 9) * np.array([1, 0.5, 0.3, -0.2])

    with s.part("a place that bends up", points=2):
        ask(sizes(), 100)
    with s.part("a pass that bends down", points=2):
        ask(-sizes(), 100)
    with s.part("two gradients a round, x and v untouched"):
        s.note(count=ask(sizes() * s.rng.uniform(1, 2), 100))
        s.expect_untouched(
            "Right, and after the call x or v has changed: `/=` writes into the array "
            "of the caller."
        )
        s.expect(
            s.parts[-1].facts["count"] <= 80,
            "Right, and you asked for {count} gradients in 40 rounds. Two a round are "
            "enough.",
        )


# ===================================================================== clip_gradient
def _clip(total, apply=None, always=False):
    def clip(grads, limit):
        size = total(grads)
        if size <= limit and not always:
            return [np.array(g) for g in grads]
        factor = apply(limit, size) if apply else limit / size
        return [g * factor for g in grads]

    return clip


def _global_norm(grads):
    return math.sqrt(sum(float((g**2).sum()) for g in grads))


def clip_each_entry(grads, limit):
    return [np.clip(g, -limit, limit) for g in grads]


def clip_each_array(grads, limit):
    return [g * min(1.0, limit / norm(g)) if norm(g) else g.copy() for g in grads]


def clip_by_writing(grads, limit):
    size = _global_norm(grads)
    if size > limit:
        for g in grads:
            g *= limit / size
    return grads


def clip_to_nothing(grads, limit):
    keep = _global_norm(grads) <= limit
    return [g * keep for g in grads]


def clip_flat(grads, limit):
    """Lay all numbers out in a row, scale the row, and cut it up again."""
    row = np.concatenate([np.ravel(g) for g in grads])
    row = row / max(1.0, np.sqrt(row @ row) / limit)
    out, at = [], 0
    for g in grads:
        out.append(row[at : at + g.size].reshape(g.shape))
        at += g.size
    return out


@question(
    "loss-landscapes.clip_gradient",
    points=4,
    needs="clip_gradient",
    start="Add up the squares of all entries of all arrays; the root of that is the "
    "length.",
    well_done=(
        "The direction is kept and the length is bounded: a cliff costs you one short "
        "step now, instead of the walk."
    ),
    hints=[
        "Where to look: for [[3.0], [4.0]], two arrays of one number, the length is 5. "
        "With limit = 1 they become 0.6 and 0.8.",
        f"{TITLE} When it fails.",
    ],
    mistakes=[
        Mistake(
            "each-entry",
            clip_each_entry,
            "You cut each entry by itself. That turns the gradient: a steep direction "
            "is cut and a gentle one is not, and the step no longer goes the steepest "
            "way down. Scale all of them by one factor.",
        ),
        Mistake(
            "each-array",
            clip_each_array,
            "You scale each array by its own length. The weights and biases of a "
            "network are one gradient, and it must keep its direction: one length for "
            "all, one factor for all.",
        ),
        Mistake(
            "always",
            _clip(_global_norm, lambda limit, size: limit / (size or 1), always=True),
            "You bring every gradient to the length `limit`, and stretch the short "
            "ones. Near a minimum they must stay short, or the walk never comes to "
            "rest.",
        ),
        Mistake(
            "zero-by-zero",
            _clip(_global_norm, lambda limit, size: np.divide(limit, size), True),
            "You bring every gradient to the length `limit`: short ones are stretched, "
            "and a gradient of zeros becomes 0/0, which is nan. Scale only what is "
            "longer than `limit`.",
        ),
        Mistake(
            "no-root",
            _clip(lambda grads: _global_norm(grads) ** 2),
            "You compare with the sum of the squares. The length is its square root.",
        ),
        Mistake(
            "longest-entry",
            _clip(lambda grads: max(float(abs(g).max()) for g in grads)),
            "You take the largest entry for the length. The length is the root of the "
            "sum of all squares.",
        ),
        Mistake(
            "sum-of-lengths",
            _clip(lambda grads: sum(float(norm(g)) for g in grads)),
            "You add the lengths of the arrays. Lengths at right angles add as in "
            "Pythagoras: root of the sum of the squares.",
        ),
        Mistake(
            "sum-of-entries",
            _clip(lambda grads: sum(float(abs(g).sum()) for g in grads)),
            "You add up the sizes of all entries: that is how a taxi measures. The "
            "length here is the ruler's: squares, their sum, and the root of it.",
        ),
        Mistake(
            "to-length-one",
            _clip(_global_norm, lambda limit, size: 1 / size),
            "You bring a long gradient to length 1, whatever `limit` is. Its new "
            "length is `limit`.",
        ),
        Mistake(
            "upside-down",
            _clip(_global_norm, lambda limit, size: size / limit),
            "Your factor is upside down: size/limit makes a long gradient longer. It "
            "is limit/size.",
        ),
        Mistake(
            "overwritten",
            clip_by_writing,
            "Your numbers are right, and the gradient that came is gone: `g *= ...` "
            "writes into it. `g * factor` makes a new array.",
        ),
        Mistake(
            "dropped",
            clip_to_nothing,
            "You throw a long gradient away. Then a walk that has come to a cliff "
            "stands there for good: shorten it to `limit`, and go on.",
        ),
    ],
    right=[_clip(_global_norm), clip_flat],
)
def check_clip_gradient(s):
    """Long ones are scaled as a whole, short ones stay, zeros stay zeros."""

    def draw(length):
        grads = [s.rng.normal(size=shape) for shape in ((3, 2), (2,), (4,))]
        grads[1] *= 4
        return [g * (length / _global_norm(grads)) for g in grads]

    def read(got, grads):
        if got is None:
            s.array(got, grads[0].shape)  # says that a `return` is missing
        s.expect(
            isinstance(got, (list, tuple)) and len(got) == len(grads),
            "Return a list of {count} arrays, one for each that came.",
        )
        s.note(count=len(grads))
        return [s.array(g, want.shape) for g, want in zip(got, grads, strict=True)]

    s.note(count=3)
    longs = {}

    def long(name):
        limit = s.rng.uniform(0.5, 2)
        grads = draw(limit * s.rng.uniform(3, 6))
        longs[name] = grads
        got = s.call("clip_gradient", grads, limit)
        return got, grads, [g * limit / _global_norm(grads) for g in grads]

    def row(arrays):
        return np.concatenate([np.ravel(g) for g in arrays])

    def clipped(got, grads, want):
        got = read(got, grads)
        s.expect_close(
            row(got),
            row(want),
            "A gradient longer than `limit` is not clipped right: all arrays together "
            "have one length, and get one factor.",
        )

    with s.part("a long gradient", points=2):
        got, grads, want = long("first")
        clipped(got, grads, want)
        s.expect_untouched(
            "After the call the gradients of the caller have changed. `g * factor` "
            "makes new arrays, `g *= factor` writes into theirs."
        )
    with s.part("a short gradient"):
        got, grads, want = long("second")
        limit = s.rng.uniform(1.5, 2)
        short = draw(limit * s.rng.uniform(0.85, 0.95))
        other = s.call("clip_gradient", short, limit)
        clipped(got, grads, want)
        s.expect_close(
            row(read(other, short)),
            row(short),
            "A gradient shorter than `limit` stays as it is.",
        )
    with s.part("no gradient at all"):
        got, grads, want = long("third")
        zeros = [np.zeros(g.shape) for g in grads]
        other = s.call("clip_gradient", zeros, 1.0)
        clipped(got, grads, want)
        flat = row(read(other, zeros))
        s.expect(
            np.isfinite(flat).all(),
            "Of a gradient of zeros you make numbers that are not finite: 0 by 0.",
        )
        s.expect_close(flat, 0 * flat, "A gradient of zeros stays zero.")
