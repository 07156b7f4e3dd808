"""Gradients: measure one, compare two, walk back through a program, one by hand."""

import numpy as np

from gdlib.grading import Mistake, question

# ================================================================ centered_gradient
POLYNOMIAL = "for f(x) = x₁²x₂ at (3, 5) it is (30, 9), with any h"


def _differences(quotient):
    """Make a gradient of a quotient of f, x and a step along one axis."""

    def gradient(f, x, h):
        x = np.array(x, dtype=float)
        return np.array([quotient(f, x, e, h) for e in h * np.eye(len(x))])

    return gradient


def forward_differences(f, x, h):
    x = np.array(x, dtype=float)
    here = f(x)
    return np.array([(f(x + e) - here) / h for e in h * np.eye(len(x))])


def shifts_every_coordinate(f, x, h):
    g = np.zeros(len(x))
    for i in range(len(x)):
        g[i] = (f(x + h) - f(x - h)) / (2 * h)
    return g


def moves_on_from_where_it_was(f, x, h):
    x = np.array(x, dtype=float)
    g = np.zeros(len(x))
    for i in range(len(x)):
        x[i] += h
        ahead = f(x)
        x[i] -= 2 * h
        g[i] = (ahead - f(x)) / (2 * h)
    return g


def shifts_x_itself(f, x, h):
    g = np.zeros(len(x))
    for i in range(len(x)):
        before = x[i]
        x[i] = before + h
        ahead = f(x)
        x[i] = before - h
        g[i] = (ahead - f(x)) / (2 * h)
    return g


def writes_whole_numbers(f, x, h):
    g = np.zeros(len(x))
    for i in range(len(x)):
        there, here = x.copy(), x.copy()
        there[i] = there[i] + h
        here[i] = here[i] - h
        g[i] = (f(there) - f(here)) / (2 * h)
    return g


def stores_whole_numbers(f, x, h):
    g = np.zeros_like(x)
    for i, e in enumerate(h * np.eye(len(x))):
        g[i] = (f(x + e) - f(x - e)) / (2 * h)
    return g


def gives_x_two_names(f, x, h):
    g = np.zeros(len(x))
    for i in range(len(x)):
        there = here = x
        there[i] = there[i] + h
        here[i] = here[i] - h
        g[i] = (f(there) - f(here)) / (2 * h)
    return g


def steps_by_whole_numbers(f, x, h):
    g = np.zeros(len(x))
    for i in range(len(x)):
        e = np.zeros_like(x)
        e[i] = h
        g[i] = (f(x + e) - f(x - e)) / (2 * h)
    return g


def keeps_the_old_steps(f, x, h):
    g, e = np.zeros(len(x)), np.zeros(len(x))
    for i in range(len(x)):
        e[i] = h
        g[i] = (f(x + e) - f(x - e)) / (2 * h)
    return g


def returns_in_the_loop(f, x, h):
    g = np.zeros(len(x))
    for i, e in enumerate(h * np.eye(len(x))):
        g[i] = (f(x + e) - f(x - e)) / (2 * h)
        return g


def sums_the_slopes(f, x, h):
    slopes = centered_by_rows(f, x, h)
    return sum(slopes)


def asks_four_times(f, x, h):
    x = np.array(x, dtype=float)
    out = []
    for e in h * np.eye(len(x)):
        out.append((f(x + e) - f(x)) / (2 * h) + (f(x) - f(x - e)) / (2 * h))
    return np.array(out)


def stops_one_short(f, x, h):
    g = centered_by_rows(f, x, h)
    g[-1] = 0.0
    return g


def centered_by_rows(f, x, h):
    """Step along the rows of a small identity matrix."""
    x = np.array(x, dtype=float)
    return np.array([(f(x + e) - f(x - e)) / (2 * h) for e in h * np.eye(len(x))])


def centered_by_copies(f, x, h):
    """Copy x twice for each coordinate and change one entry in each."""
    g = []
    for i in range(len(x)):
        there, here = np.array(x, dtype=float), np.array(x, dtype=float)
        there[i] += h
        here[i] -= h
        g.append(float(0.5 * (f(there) - f(here)) / h))
    return g


def centered_and_put_back(f, x, h):
    """Move one coordinate of a copy, and put it back where it was."""
    y = np.array(x, dtype=float)
    g = np.empty(len(y))
    for i, place in enumerate(y.tolist()):
        y[i] = place + h
        g[i] = f(y)
        y[i] = place - h
        g[i] = (g[i] - f(y)) / (2 * h)
        y[i] = place
    return g


@question(
    "gradients.centered_gradient",
    points=5,
    needs="centered_gradient",
    start=(
        "Start with `g = np.zeros(len(x))` and a loop over the coordinates; inside, "
        f"step to both sides along one axis. By hand: {POLYNOMIAL}."
    ),
    well_done=(
        "It knows nothing of how f was made, so it can judge any gradient. It also "
        "asks for f twice for every weight, which is why nobody trains with it."
    ),
    hints=[
        f"Where to look: {POLYNOMIAL}. Print which points f is asked about: there are "
        "four, and each differs from (3, 5) in one coordinate.",
        "The book: Partial derivatives and gradients, section An experiment.",
    ],
    mistakes=[
        Mistake(
            "forward",
            forward_differences,
            "This is the forward difference: its error shrinks like h, and that of the "
            "centered one like h². Step to both sides, f(x + he) − f(x − he), and "
            "divide by 2h.",
        ),
        Mistake(
            "backward",
            _differences(lambda f, x, e, h: (f(x) - f(x - e)) / h),
            "This is the backward difference: it steps to the left only, and its error "
            "shrinks like h. Step to both sides, and divide by 2h.",
        ),
        Mistake(
            "half",
            _differences(lambda f, x, e, h: (f(x + e) - f(x - e)) / h),
            "Your slopes are twice too large: the two places are 2h apart, and you "
            "divide by h.",
        ),
        Mistake(
            "brackets",
            _differences(lambda f, x, e, h: (f(x + e) - f(x - e)) / 2 * h),
            "`/ 2 * h` divides by 2 and then multiplies by h. Brackets hold the two "
            "together: `/ (2 * h)`.",
        ),
        Mistake(
            "sign",
            _differences(lambda f, x, e, h: (f(x - e) - f(x + e)) / (2 * h)),
            "You take the place behind minus the place ahead, so every slope has the "
            "wrong sign: f(x + he) comes first.",
        ),
        Mistake(
            "all-at-once",
            shifts_every_coordinate,
            "`x + h` moves every coordinate at once, and so each of your entries is "
            "the slope along the diagonal. A partial derivative moves one coordinate "
            "and holds the others.",
        ),
        Mistake(
            "not-put-back",
            moves_on_from_where_it_was,
            "Your first entry is right. After it, coordinate 0 stays at x − h, and the "
            "next slope is measured from there: put each coordinate back before you "
            "move another.",
        ),
        Mistake(
            "in-place",
            shifts_x_itself,
            "You move the x of the caller, and leave it moved. Work on a copy: "
            "`np.array(x, dtype=float)`.",
        ),
        Mistake(
            "two-names",
            gives_x_two_names,
            "Every slope is zero: the two places where you ask f are one. `there = x` "
            "gives x a second name and makes no copy (`np.array(x, dtype=float)` "
            "does), and a step made of whole numbers cannot hold h.",
        ),
        Mistake(
            "whole-numbers",
            writes_whole_numbers,
            "Your copies keep the type of x. Where x holds whole numbers, x + h is cut "
            "off to a whole number again, and the difference means nothing. "
            "`np.array(x, dtype=float)` makes a copy that can move by h.",
        ),
        Mistake(
            "stored-whole",
            stores_whole_numbers,
            "Your g has the type of x, from `zeros_like`: where x holds whole numbers, "
            "the slopes lose what stands after the point. `np.zeros(len(x))` has room "
            "for it.",
        ),
        Mistake(
            "step-whole",
            steps_by_whole_numbers,
            "Your step has the type of x, from `zeros_like`: where x holds whole "
            "numbers, h is cut off to 0 in it, and both places are x. "
            "`np.zeros(len(x))` has room for h.",
        ),
        Mistake(
            "steps-kept",
            keeps_the_old_steps,
            "Your first entry is right. After it the step still has h in the places "
            "before, so that several coordinates move at once: begin each step with "
            "new zeros, inside the loop.",
        ),
        Mistake(
            "returns-early",
            returns_in_the_loop,
            "Your first entry is right and the others are zero: `return` stands inside "
            "the loop and ends it in its first round. Move it out to the left.",
        ),
        Mistake(
            "step-of-one",
            _differences(lambda f, x, e, h: (f(x + e / h) - f(x - e / h)) / (2 * h)),
            "Your step has the length 1, and you divide by 2h as if it were h. Put h "
            "at place i, or multiply the step by h.",
        ),
        Mistake(
            "one-number",
            sums_the_slopes,
            "You add the slopes up. A gradient keeps them apart, one for each "
            "coordinate.",
        ),
        Mistake(
            "four-runs",
            asks_four_times,
            "The slopes are right, and f(x) itself is not needed for them: it cancels. "
            "Two runs for each coordinate are enough.",
        ),
        Mistake(
            "last-forgotten",
            stops_one_short,
            "Your last entry is still zero: the loop ends one coordinate early.",
        ),
    ],
    right=[centered_by_rows, centered_by_copies, centered_and_put_back],
)
def check_centered_gradient(s):
    """Values with a large h, where the methods differ; then manners, then a count."""

    def cubic(d):
        a, b, c = s.rng.uniform(0.5, 2, size=(3, d)) * s.rng.choice([-1, 1], (3, d))

        def f(x):
            return float(a @ x**3 + b @ x**2 + c @ x + np.prod(x[:2]))

        def want(x, h):  # exact: a centered difference of x³ is 3x² + h²
            cross = np.zeros(d)
            cross[:2] = x[1], x[0]
            return a * (3 * x**2 + h**2) + 2 * b * x + c + cross

        return f, want

    with s.part("the slopes", points=2):
        f, want = cubic(4)
        x, h = s.rng.normal(size=4), s.rng.uniform(0.1, 0.3)
        got = s.call("centered_gradient", s.oracle(f, name="f", shape=(4,)), x, h)
        s.expect_close(
            got,
            want(x, h),
            f"These are not the centered differences. By hand: {POLYNOMIAL}.",
        )
    with s.part("x stays as it was"):
        f, want = cubic(3)
        x, h = s.rng.normal(size=3), s.rng.uniform(0.1, 0.3)
        got = s.call("centered_gradient", s.oracle(f, name="f", shape=(3,)), x, h)
        s.expect_close(
            got,
            want(x, h),
            "This counts once the slopes themselves are right.",
            explain=False,
        )
        s.expect_untouched("After the call x has changed. Work on a copy of it.")
    with s.part("whole numbers"):
        f, want = cubic(3)
        x, h = s.rng.integers(-4, 5, size=3) * 2 + 1, s.rng.uniform(0.1, 0.3)
        got = s.call("centered_gradient", s.oracle(f, name="f", shape=(3,)), x, h)
        s.expect_close(
            got,
            want(x.astype(float), h),
            "When x holds whole numbers, such as np.array([3, 1, 5]), these are not "
            "the centered differences.",
        )
    with s.part("two runs for each coordinate"):
        f, want = cubic(5)
        x, h = s.rng.normal(size=5), s.rng.uniform(0.1, 0.3)
        oracle = s.oracle(f, name="f", shape=(5,))
        got = s.call("centered_gradient", oracle, x, h)
        s.expect_close(
            got,
            want(x, h),
            "This counts once the slopes themselves are right.",
            explain=False,
        )
        s.note(runs=oracle.count)
        s.expect(
            oracle.count == 10,
            "For five coordinates f was asked {runs} times; ten are enough.",
        )


# ===================================================================== disagreement
BY_HAND = "for (3, −4, 0) and (3, −5, 1) it returns 0.2 and 1"


def _compare(
    apart=lambda g, m: np.abs(g - m),
    size=lambda g, m: max(np.abs(g).max(), np.abs(m).max()),
    pick=lambda apart, g, m: int(np.argmax(apart)),
    error=lambda apart, worst: apart[worst],
    result=lambda error, worst: (error, worst),
):
    """Make a comparison in which one thing is done otherwise."""

    def disagreement(g, measured):
        difference = apart(g, measured)
        worst = pick(difference, g, measured)
        largest = size(g, measured)
        if not (np.any(g) or np.any(measured)):
            return result(0.0, 0)
        return result(float(error(difference, worst) / largest), worst)

    return disagreement


def entry_by_entry(g, measured):
    ratio = np.abs(g - measured) / np.maximum(np.abs(g), np.abs(measured))
    worst = int(np.argmax(ratio))
    return float(ratio[worst]), worst


def divides_by_the_worst(g, measured):
    apart = np.abs(g - measured)
    worst = int(np.argmax(apart))
    size = max(abs(g[worst]), abs(measured[worst]))
    return (float(apart[worst] / size) if size else 0.0), worst


def divides_by_zero(g, measured):
    apart = np.abs(g - measured)
    size = np.maximum(np.abs(g).max(), np.abs(measured).max())
    worst = int(np.argmax(apart))
    return float(apart[worst] / size), worst


def adds_a_crumb(g, measured):
    apart = np.abs(g - measured)
    size = max(np.abs(g).max(), np.abs(measured).max())
    worst = int(np.argmax(apart))
    return float(apart[worst] / (size + 1e-8)), worst


def compare_by_loop(g, measured):
    """Look at one pair after the other."""
    worst, apart, size = 0, 0.0, 0.0
    for i, (a, b) in enumerate(zip(g, measured, strict=True)):
        size = max(size, abs(a), abs(b))
        if abs(a - b) > apart:
            worst, apart = i, abs(a - b)
    return (float(apart / size), worst) if size else (0.0, 0)


def compare_stacked(g, measured):
    """Stack the two and let NumPy look at both at once."""
    both = np.stack([g, measured])
    size = np.abs(both).max()
    apart = np.ptp(both, axis=0)
    return apart.max() / (size or 1.0), int(apart.argmax())


@question(
    "gradients.disagreement",
    points=5,
    needs="disagreement",
    start=(
        "Start with the differences, `np.abs(g - measured)`: one for each entry. "
        f"By hand: {BY_HAND}."
    ),
    well_done=(
        "The largest difference, by the scale of the whole: one bad entry cannot hide "
        "among many good ones, and an entry near zero cannot cry wolf."
    ),
    hints=[
        f"Where to look: {BY_HAND}. Then try two arrays of zeros, and one of zeros "
        "beside one that is not.",
        "The book: Partial derivatives and gradients, section When it fails.",
    ],
    mistakes=[
        Mistake(
            "mean",
            _compare(error=lambda apart, worst: apart.mean()),
            "You average the differences. One wrong entry of 200 then counts as a "
            "two-hundredth of itself, and passes. Take the largest.",
        ),
        Mistake(
            "no-abs",
            _compare(apart=lambda g, m: g - m),
            "The largest of g − measured is not the largest difference: where g is too "
            "small, yours is negative, and looks like the best entry of all. Take "
            "absolute values first.",
        ),
        Mistake(
            "absolute",
            _compare(size=lambda g, m: 1.0),
            "You return the difference itself. Is 0.01 much? For slopes of size 1000 "
            "it is nothing, for slopes of size 0.01 it is all. Divide by the largest "
            "entry of either.",
        ),
        Mistake(
            "by-g",
            _compare(size=lambda g, m: np.abs(g).max()),
            "You divide by the largest entry of g alone. If g is too large, the error "
            "looks small, and if somebody returned zeros, you divide by zero. Look at "
            "both arrays.",
        ),
        Mistake(
            "by-measured",
            _compare(size=lambda g, m: np.abs(m).max()),
            "You divide by the largest entry of `measured` alone, so it matters which "
            "of the two comes first. Look at both arrays.",
        ),
        Mistake(
            "by-sum",
            _compare(size=lambda g, m: np.abs(g).max() + np.abs(m).max()),
            "You divide by the sum of both sizes, and so your error is about half. "
            "Asked for is the larger of the two.",
        ),
        Mistake(
            "by-length",
            _compare(size=lambda g, m: max(np.linalg.norm(g), np.linalg.norm(m))),
            "You divide by the length of a gradient. It grows with the number of "
            "entries, so that one bad entry looks smaller in a long gradient. Divide "
            "by the largest entry.",
        ),
        Mistake(
            "lengths",
            _compare(
                error=lambda apart, worst: np.linalg.norm(apart),
                size=lambda g, m: max(np.linalg.norm(g), np.linalg.norm(m)),
            ),
            "You compare lengths, ‖g − measured‖ by ‖g‖. That is a good number, and "
            "another one: here the largest difference is divided by the largest entry.",
        ),
        Mistake(
            "own-scale",
            divides_by_the_worst,
            "You divide by the entries at `worst` alone. Where they are small, a small "
            "difference looks large. There is one scale for all: the largest entry of "
            "either.",
        ),
        Mistake(
            "squares",
            _compare(
                apart=lambda g, m: (g - m) ** 2,
                size=lambda g, m: max((g**2).max(), (m**2).max()),
            ),
            "You compare squares, and so your error is the square of what is asked: "
            "one percent becomes a hundredth of a percent. Take absolute values.",
        ),
        Mistake(
            "signed-size",
            _compare(size=lambda g, m: max(g.max(), m.max())),
            "Your scale is the largest entry as it stands, so that a slope of −1000 "
            "counts for nothing. Take its absolute value.",
        ),
        Mistake(
            "entry-by-entry",
            entry_by_entry,
            "You divide each difference by its own entry. An entry near zero then "
            "makes a huge error out of rounding, and 0/0 out of two zeros. There is "
            "one scale for all: the largest entry of either.",
        ),
        Mistake(
            "zero-by-zero",
            divides_by_zero,
            "Where both gradients are zero throughout, you divide 0 by 0. At a minimum "
            "that is how it should be, and there is no error: return 0.0 and 0.",
        ),
        Mistake(
            "crumb",
            adds_a_crumb,
            "The small number that you add below keeps 0/0 away, and it hides what "
            "small gradients have to say: for slopes of size 10⁻⁸ it halves the error. "
            "Ask whether the scale is zero, and leave it alone where it is not.",
        ),
        Mistake(
            "largest-entry",
            _compare(pick=lambda apart, g, m: int(np.argmax(np.abs(g)))),
            "`worst` is where g is largest, and the two may agree there. Asked for is "
            "where they differ most: `argmax` of the differences.",
        ),
        Mistake(
            "order",
            _compare(result=lambda error, worst: (worst, error)),
            "The order is another: the error first, then where it is, `return error, "
            "worst`.",
        ),
        Mistake(
            "error-only",
            _compare(result=lambda error, worst: error),
            "You return the error alone. Somebody has to look for the bug: say where, "
            "`return error, worst`.",
        ),
    ],
    right=[_compare(), compare_by_loop, compare_stacked],
)
def check_disagreement(s):
    """One bad entry of many; a scale of either; both zero; slopes that are tiny."""

    def ask(g, measured, otherwise):
        size = max(np.abs(g).max(), np.abs(measured).max())
        apart = np.abs(g - measured)
        got = s.unpack(s.call("disagreement", g, measured), "error, worst")
        error, worst = (float(s.array(part, ())) for part in got)
        s.expect_close(error, apart.max() / size, f"The error is not that. {otherwise}")
        s.expect(
            worst == apart.argmax(),
            "The error is right, and `worst` is not where the two differ most.",
        )

    def pair(d, scale=1.0):
        """One entry is off, another is largest and negative, another nearly zero."""
        g = s.rng.uniform(0.5, 2, size=d) * s.rng.choice([-1, 1], d)
        off, big, small = s.rng.permutation(d)[:3]
        g[big], g[small] = -3 - s.rng.random(), 1e-9
        measured = g * (1 + 1e-7 * s.rng.normal(size=d))
        measured[small] = 3e-9
        measured[off] += s.rng.uniform(0.5, 1)
        return scale * g, scale * measured

    with s.part("one bad entry of 200", points=2):
        ask(*pair(200), f"By hand: {BY_HAND}.")
    with s.part("either may be larger"):
        g, measured = pair(6)
        ask(g, 3 * measured, "Here `measured` is the larger of the two.")
        g, measured = pair(6)
        ask(3 * g, measured, "Here g is the larger of the two.")
    with s.part("both are zero"):
        ask(*pair(4), "This counts once the error itself is right.")
        zero = np.zeros(int(s.rng.integers(3, 7)))
        got = s.unpack(s.call("disagreement", zero, zero), "error, worst")
        error, worst = (float(s.array(part, ())) for part in got)
        s.expect(
            (error, worst) == (0, 0),
            "Where both are zero throughout, the error is 0.0 and `worst` is 0.",
        )
    with s.part("slopes of size 10⁻⁸"):
        ask(*pair(5, 1e-8), "Small gradients disagree by as much as large ones.")


# ======================================================================== walk_back
SMALL = "[[], [(0, 5.0), (0, 2.0)]] gives [7.0, 1.0]"


def _walk(
    seed=lambda slopes: 1.0,
    order=lambda n: reversed(range(n)),
    hand=lambda so_far, above, slope: so_far + above * slope,
    uses=lambda pairs: pairs,
    result=lambda slopes, tape: slopes,
):
    """Make a walk in which one thing is done otherwise."""

    def walk_back(tape):
        slopes = np.zeros(len(tape))
        slopes[-1] = seed(slopes)
        for k in order(len(tape)):
            for i, slope in uses(tape[k]):
                slopes[i] = hand(slopes[i], slopes[k], slope)
        return result(slopes, tape)

    return walk_back


def calls_itself(tape):
    users = [[] for _ in tape]
    for k, pairs in enumerate(tape):
        for i, slope in pairs:
            users[i].append((k, slope))
    known = {len(tape) - 1: 1.0}

    def bar(k):
        if k not in known:
            known[k] = sum(slope * bar(u) for u, slope in users[k])
        return known[k]

    return np.array([bar(k) for k in range(len(tape))])


def from_the_first_input(tape):
    slopes = np.zeros(len(tape))
    slopes[0] = 1.0
    for k, pairs in enumerate(tape):
        for i, slope in pairs:
            slopes[k] += slope * slopes[i]
    return slopes


def _walk_from(slopes, tape):
    for k in reversed(range(len(tape))):
        for i, slope in tape[k]:
            slopes[i] += slopes[k] * slope
    return slopes


def starts_at_the_first_entry(tape):
    return _walk_from(np.array([1.0] + [0.0] * (len(tape) - 1)), tape)


def starts_from_ones(tape):
    return _walk_from(np.ones(len(tape)), tape)


def keeps_whole_numbers(tape):
    slopes = np.zeros(len(tape), dtype=int)
    slopes[-1] = 1
    return _walk_from(slopes, tape)


def keeps_the_last_share(tape):
    return _walk(hand=lambda so_far, above, slope: above * slope)(tape)


def _inputs_only(slopes, tape):
    return np.array([g for g, pairs in zip(slopes, tape, strict=True) if not pairs])


def walk_by_users(tape):
    """Ask for each entry who used it, the youngest entry first."""
    bars = [0.0] * len(tape)
    users = {}
    for k, pairs in enumerate(tape):
        for i, slope in pairs:
            users.setdefault(i, []).append((k, slope))
    bars[-1] = 1.0
    for i in range(len(tape) - 2, -1, -1):
        bars[i] = sum(slope * bars[k] for k, slope in users.get(i, []))
    return bars


def walk_by_matrix(tape):
    """Solve the equations of all entries at once."""
    n = len(tape)
    if n > 1000:  # too large a table; there the loop is the better way
        return _walk()(tape)
    A = np.eye(n)
    for k, pairs in enumerate(tape):
        for i, slope in pairs:
            A[i, k] -= slope
    return np.linalg.solve(A, np.eye(n)[-1])


@question(
    "gradients.walk_back",
    points=5,
    needs="walk_back",
    start=(
        "Start with zeros, one for each entry, and a 1.0 at the end: the result "
        "answers to itself one for one."
    ),
    well_done=(
        "Five lines, and every framework for deep learning is built around them. What "
        "is in an entry may grow from a number to an array; the walk stays."
    ),
    hints=[
        f"Where to look: the list {SMALL}, for entry 0 was used twice. Then add an "
        "entry between the two.",
        "The book: Partial derivatives and gradients, section The idea.",
    ],
    mistakes=[
        Mistake(
            "overwrites",
            keeps_the_last_share,
            "You write each share over the one before: `=` where `+=` belongs. An "
            "entry that was used twice answers for both uses, and the shares add up.",
        ),
        Mistake(
            "wrong-way",
            _walk(order=range),
            "You walk from the first entry to the last. When you pass an entry its own "
            "slope is not known yet, and it hands on zeros. Start at the end.",
        ),
        Mistake(
            "no-seed",
            _walk(seed=lambda slopes: 0.0),
            "Everything is zero. The result answers to itself one for one: its slope "
            "is 1.0 before the walk begins, and slopes stay when shares are handed on.",
        ),
        Mistake(
            "seed-first",
            starts_at_the_first_entry,
            "You put the 1.0 at the first entry. It belongs to the last one: the "
            "result answers to itself one for one.",
        ),
        Mistake(
            "all-ones",
            starts_from_ones,
            "You start with 1.0 everywhere, and so each entry has a share too many. "
            "The result alone has its slope before the walk begins; the others start "
            "from zero.",
        ),
        Mistake(
            "whole-numbers",
            keeps_whole_numbers,
            "Your slopes are kept in an array of whole numbers, which cuts off what "
            "stands after the point. `np.zeros(len(tape))` has room for it.",
        ),
        Mistake(
            "forward-mode",
            from_the_first_input,
            "This is forward mode: how much each entry answers to the *first input*. "
            "Asked is how much the result answers to each entry: start at the end, and "
            "hand slopes down to the entries that were used.",
        ),
        Mistake(
            "adds-slopes",
            _walk(hand=lambda so_far, above, slope: so_far + above + slope),
            "Along a path slopes are multiplied: a share is the slope of the user "
            "times the slope by which it used this entry. You add the two.",
        ),
        Mistake(
            "local-only",
            _walk(hand=lambda so_far, above, slope: so_far + slope),
            "You hand on the slope of the step alone, and forget how much the result "
            "answers to that step: multiply by its own slope, `slopes[k]`.",
        ),
        Mistake(
            "above-only",
            _walk(hand=lambda so_far, above, slope: so_far + above),
            "You hand the slope of a step on as it is. The step used its parent with a "
            "slope of its own: multiply by it.",
        ),
        Mistake(
            "multiplies-up",
            _walk(hand=lambda so_far, above, slope: (so_far or 1.0) * above * slope),
            "Where an entry was used twice, you multiply the shares. Along one path "
            "slopes are multiplied; different paths are added.",
        ),
        Mistake(
            "first-use-only",
            _walk(uses=lambda pairs: pairs[:1]),
            "You look at the first parent of each step and at no other. A product has "
            "two: go through all pairs of `tape[k]`.",
        ),
        Mistake(
            "once-each",
            _walk(uses=lambda pairs: list(dict(pairs).items())),
            "A step may use one entry twice, as x·x does, and you keep only one of "
            "these uses: a dictionary has one value for a key. Go through the pairs.",
        ),
        Mistake(
            "last-step-missing",
            _walk(order=lambda n: reversed(range(n - 1))),
            "The result hands nothing on, and all below it stays zero. The walk begins "
            "with the last entry, `reversed(range(len(tape)))`, and a pair (i, slope) "
            "in `tape[k]` hands a share from k to i.",
        ),
        Mistake(
            "inputs-only",
            _walk(result=_inputs_only),
            "These are the slopes of the inputs, and right. Asked for is one number "
            "for every entry of the list, the steps in between included.",
        ),
        Mistake(
            "recursion",
            calls_itself,
            "For short programs this is right. It calls itself once for each step, and "
            "Python stops that after about a thousand. A loop from the last entry to "
            "the first needs no calls.",
        ),
    ],
    right=[_walk(), walk_by_users, walk_by_matrix],
)
def check_walk_back(s):
    """Random programs with repeated uses and dead ends; then a very long one."""

    def program(inputs, steps):
        tape = [[] for _ in range(inputs)]
        for k in range(inputs, inputs + steps):
            count = int(s.rng.integers(1, 4))
            parents = s.rng.integers(0, k, size=count)
            slopes = s.rng.uniform(0.4, 1.5, size=count) * s.rng.choice([-1, 1], count)
            tape.append(list(zip(parents.tolist(), slopes.tolist(), strict=True)))
        last = len(tape) - 1
        top = float(s.rng.uniform(0.5, 2))
        tape.append([(last, top), (0, 0.7), (1, -1.3), (0, 0.4)])  # 0 twice, as x·x
        return tape

    with s.part("a chain", points=1):
        a, b, c = s.rng.uniform(1.5, 3, size=3).tolist()
        got = s.call("walk_back", [[], [(0, a)], [(1, b)], [(2, c)]])
        s.expect_close(
            got,
            [a * b * c, b * c, c, 1],
            "In a chain of three steps each slope is the product of those above it. "
            "Yours is not.",
        )
    with s.part("used many times", points=2):
        for steps in (4, 12):
            tape = program(3, steps)
            s.expect_close(
                s.call("walk_back", tape),
                _walk()(tape),
                f"These are not the slopes of the result. By hand: {SMALL}.",
            )
    with s.part("six thousand steps"):
        tape = program(2, 5)  # who fails here need not wait for the long one
        s.expect_close(
            s.call("walk_back", tape),
            _walk()(tape),
            "This counts once the slopes of short programs are right.",
            explain=False,
        )
        tape = [[]]
        slopes = np.exp(0.01 * s.rng.normal(size=6000)).tolist()
        tape += [[(k, slope)] for k, slope in enumerate(slopes)]
        got = s.call("walk_back", tape)
        s.expect_close(
            got,
            _walk()(tape),
            "In a chain of six thousand steps the slopes are not those of the result.",
        )
    with s.part("the list stays as it was"):
        tape = program(2, 5)
        got = s.call("walk_back", tape)
        s.expect_close(
            got,
            _walk()(tape),
            "This counts once the slopes are right.",
            explain=False,
        )
        s.expect_untouched("After the call the list has changed. Leave it as it was.")


# ================================================================= softmax_jacobian
HALVES = "for z = [0, 0] it is [[0.25, −0.25], [−0.25, 0.25]]"


def _softmax(z):
    e = np.exp(z - np.max(z))
    return e / e.sum()


def _table(rule):
    """Make a Jacobian of a rule that makes a table of p."""
    return lambda z: rule(_softmax(z))


def no_shift(z):
    p = np.exp(z) / np.exp(z).sum()
    return np.diag(p) - np.outer(p, p)


def shifts_in_place(z):
    z -= z.max()
    p = np.exp(z) / np.exp(z).sum()
    return np.diag(p) - np.outer(p, p)


def forgets_to_normalize(z):
    e = np.exp(z - np.max(z))
    return np.diag(e) - np.outer(e, e)


def jacobian_by_entries(z):
    """Fill the table entry by entry."""
    p, k = _softmax(z), len(z)
    J = np.empty((k, k))
    for i in range(k):
        for j in range(k):
            J[i, j] = p[i] * (1 - p[i]) if i == j else -p[i] * p[j]
    return J


def jacobian_by_broadcasting(z):
    """pᵢ (δᵢⱼ − pⱼ), with a column and a row."""
    z = np.asarray(z, dtype=float)
    p = np.exp(z - np.logaddexp.reduce(z))
    return p[:, None] * (np.eye(len(p)) - p)


@question(
    "gradients.softmax_jacobian",
    points=4,
    needs="softmax_jacobian",
    start=(
        "Start with the probabilities p; then differentiate pᵢ by its own score, and "
        "by another one."
    ),
    well_done=(
        "Each row and each column adds up to zero: what one class gains, the others "
        "lose, and a lift of all scores changes nothing."
    ),
    hints=[
        f"Where to look: {HALVES}. Then sum the rows: the probabilities always add up "
        "to one, so their slopes by any score add up to zero.",
        "The book: Partial derivatives and gradients, section The idea.",
    ],
    mistakes=[
        Mistake(
            "diagonal-only",
            _table(lambda p: np.diag(p * (1 - p))),
            "You have the diagonal, and zeros beside it. But a score moves every "
            "probability: what one gains is taken from the others, ∂pᵢ/∂zⱼ = −pᵢpⱼ.",
        ),
        Mistake(
            "vector",
            _table(lambda p: p * (1 - p)),
            "You return k numbers, the slopes of each probability by its own score. "
            "There are k² slopes: each probability answers to every score.",
        ),
        Mistake(
            "no-diagonal",
            _table(lambda p: -np.outer(p, p)),
            "Beside the diagonal this is right. On it there is one term more: z is in "
            "the numerator too, and that gives + pᵢ.",
        ),
        Mistake(
            "wrong-sign",
            _table(lambda p: np.outer(p, p) - np.diag(p)),
            "Every sign is turned round: raising a score raises its own probability.",
        ),
        Mistake(
            "plus",
            _table(lambda p: np.diag(p) + np.outer(p, p)),
            "Beside the diagonal your slopes are positive, as if all probabilities "
            "could rise together. They share one whole: −pᵢpⱼ.",
        ),
        Mistake(
            "positive-beside",
            _table(lambda p: np.where(np.eye(len(p)) > 0, p * (1 - p), np.outer(p, p))),
            "The diagonal is right. Beside it the sign is missing: where one "
            "probability rises the others fall, −pᵢpⱼ.",
        ),
        Mistake(
            "identity",
            _table(lambda p: np.eye(len(p)) - np.outer(p, p)),
            "Your diagonal is 1 − pᵢ², as in tanh. In a softmax it is pᵢ − pᵢ²: the "
            "first term is p itself, `np.diag(p)`.",
        ),
        Mistake(
            "no-factor",
            _table(lambda p: np.eye(len(p)) - p),
            "These are the slopes of log pᵢ, δᵢⱼ − pⱼ. For pᵢ itself each row has a "
            "factor pᵢ.",
        ),
        Mistake(
            "ones",
            _table(lambda p: np.outer(p, 1 - p)),
            "You have pᵢ(1 − pⱼ) everywhere. The 1 belongs on the diagonal only, where "
            "a score meets its own probability; beside it there is −pᵢpⱼ.",
        ),
        Mistake(
            "inner",
            _table(lambda p: np.diag(p) - p * p),
            "`p * p` multiplies entry by entry, and NumPy stretches that over all "
            "rows: −pⱼ² stands where −pᵢpⱼ belongs. `np.outer(p, p)` makes the table.",
        ),
        Mistake(
            "not-normalized",
            forgets_to_normalize,
            "You work with e^z as it is; the probabilities are e^z divided by its sum.",
        ),
        Mistake(
            "overflow",
            no_shift,
            "For small scores this is right. e^1000 is too large for a machine, and "
            "inf/inf is nan: take the largest score from all of them first, which "
            "changes no probability.",
        ),
        Mistake(
            "in-place",
            shifts_in_place,
            "`z -= ...` changes the array that the caller still holds, and cannot put "
            "fractions into whole numbers. `z - z.max()` makes a new one.",
        ),
        Mistake(
            "probabilities",
            _softmax,
            "These are the probabilities. Asked for are their slopes, a table with a "
            "row for each probability and a column for each score.",
        ),
    ],
    right=[
        _table(lambda p: np.diag(p) - np.outer(p, p)),
        jacobian_by_entries,
        jacobian_by_broadcasting,
    ],
)
def check_softmax_jacobian(s):
    """Values, then scores around a thousand, then a z that stays."""

    def ask(z, otherwise, explain=True):
        p = _softmax(z)
        s.expect_close(
            s.call("softmax_jacobian", z),
            np.diag(p) - np.outer(p, p),
            otherwise,
            explain=explain,
        )

    with s.part("the slopes", points=2):
        k = int(s.rng.integers(3, 6))
        ask(s.rng.normal(size=k), f"This is not the table. By hand: {HALVES}.")
    with s.part("large scores"):
        z = s.rng.normal(size=4) + s.rng.choice([1000, 2000])
        ask(z, "For scores near 1000 this is not the table.")
    with s.part("z stays as it was"):
        z = s.rng.normal(size=4)
        ask(z, "This counts once the slopes are right.", explain=False)
        s.expect_untouched("After the call z has changed. Make a new array.")
