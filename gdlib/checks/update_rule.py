"""The update rule: by hand, a million times, on a table, in many boxes."""

import numpy as np

from gdlib.grading import Mistake, question

# ===================================================================== three_steps
HAND = "With a = b = c = 1, from (2, 1) with learning_rate 0.1, row one is (1.5, 0.6)"


def _walk(slopes):
    """Make an answer of a pair of slopes, as functions of a, b, c, x, y."""

    def three_steps(a, b, c, x, y, learning_rate):
        rows = []
        for _ in range(3):
            gx, gy = slopes(a, b, c, x, y)
            x, y = x - learning_rate * gx, y - learning_rate * gy
            rows.append([x, y])
        return rows

    return three_steps


climbs_by_hand = _walk(lambda a, b, c, x, y: (-2 * a * x - b * y, -b * x - 2 * c * y))
forgets_the_two = _walk(lambda a, b, c, x, y: (a * x + b * y, b * x + c * y))
forgets_the_product = _walk(lambda a, b, c, x, y: (2 * a * x, 2 * c * y))
doubles_the_product = _walk(
    lambda a, b, c, x, y: (2 * a * x + 2 * b * y, 2 * b * x + 2 * c * y)
)
derives_the_product_twice = _walk(
    lambda a, b, c, x, y: (2 * a * x + b * x, 2 * c * y + b * y)
)
keeps_the_other_square = _walk(
    lambda a, b, c, x, y: (2 * a * x + b * y + c * y**2, a * x**2 + b * x + 2 * c * y)
)
takes_b_for_the_slope = _walk(lambda a, b, c, x, y: (2 * a * x + b, b + 2 * c * y))
swaps_the_slopes = _walk(lambda a, b, c, x, y: (b * x + 2 * c * y, 2 * a * x + b * y))


def moves_one_after_the_other(a, b, c, x, y, learning_rate):
    rows = []
    for _ in range(3):
        x = x - learning_rate * (2 * a * x + b * y)
        y = y - learning_rate * (b * x + 2 * c * y)
        rows.append([x, y])
    return rows


def moves_y_first(a, b, c, x, y, learning_rate):
    rows = []
    for _ in range(3):
        y = y - learning_rate * (b * x + 2 * c * y)
        x = x - learning_rate * (2 * a * x + b * y)
        rows.append([x, y])
    return rows


def keeps_one_place(a, b, c, x, y, learning_rate):
    return three_steps_by_hand(a, b, c, x, y, learning_rate)[-1:] * 3


def forgets_the_rate_by_hand(a, b, c, x, y, learning_rate):
    return three_steps_by_hand(a, b, c, x, y, 1.0)


def puts_the_start_first(a, b, c, x, y, learning_rate):
    return [[x, y], *three_steps_by_hand(a, b, c, x, y, learning_rate)]


def takes_two_steps(a, b, c, x, y, learning_rate):
    return [[x, y], *three_steps_by_hand(a, b, c, x, y, learning_rate)[:2]]


def keeps_the_first_slopes(a, b, c, x, y, learning_rate):
    gx, gy = 2 * a * x + b * y, b * x + 2 * c * y
    rows = []
    for _ in range(3):
        x, y = x - learning_rate * gx, y - learning_rate * gy
        rows.append([x, y])
    return rows


def starts_over(a, b, c, x, y, learning_rate):
    return three_steps_by_hand(a, b, c, x, y, learning_rate)[:1] * 3


def returns_the_last_row(a, b, c, x, y, learning_rate):
    return three_steps_by_hand(a, b, c, x, y, learning_rate)[-1]


def lays_the_rows_down(a, b, c, x, y, learning_rate):
    return np.array(three_steps_by_hand(a, b, c, x, y, learning_rate)).T


def rounds(a, b, c, x, y, learning_rate):
    return np.round(three_steps_by_hand(a, b, c, x, y, learning_rate), 4)


def three_steps_by_hand(a, b, c, x, y, learning_rate):
    """Two partial derivatives, two subtractions, three times."""
    rows = []
    for _ in range(3):
        gx, gy = 2 * a * x + b * y, b * x + 2 * c * y
        x, y = x - learning_rate * gx, y - learning_rate * gy
        rows.append([x, y])
    return rows


def three_steps_by_matrix(a, b, c, x, y, learning_rate):
    """Multiply by I − ηA, with A the matrix of second derivatives."""
    M = np.eye(2) - learning_rate * np.array([[2 * a, b], [b, 2 * c]])
    return np.array([np.linalg.matrix_power(M, t) @ [x, y] for t in (1, 2, 3)])


@question(
    "update-rule.three_steps",
    points=4,
    needs="three_steps",
    start=(
        "Write down the two partial derivatives of ax² + bxy + cy² first, the one by x "
        f"and the one by y. {HAND}."
    ),
    well_done=(
        "Written as a matrix, what you did three times is a multiplication by "
        "I − ηA, with 2a, b, b, 2c in A. The next exercise does it a million times."
    ),
    hints=[
        f"Where to look: {HAND}, and row two (1.14, 0.33). If only the y of row one is "
        "off, look at which x its slope was computed from.",
        "The book: The update rule, section The idea.",
    ],
    mistakes=[
        Mistake(
            "ascent",
            climbs_by_hand,
            "You add the slopes, and walk uphill. The step goes against the gradient: "
            "x − η times the slope.",
        ),
        Mistake(
            "one-after-the-other",
            moves_one_after_the_other,
            "The slope along y is computed from the x that has moved already. Both "
            "slopes belong to the place where the step begins: compute them first, "
            "then move x and y together, as in `x, y = ..., ...`.",
        ),
        Mistake(
            "y-first",
            moves_y_first,
            "The slope along x is computed from the y that has moved already. Both "
            "slopes belong to the place where the step begins: compute them first, "
            "then move x and y together, as in `x, y = ..., ...`.",
        ),
        Mistake(
            "aliasing",
            keeps_one_place,
            "All your rows are the third place. The list holds one array three times, "
            "and `p -= ...` changes that one array; `p = p - ...` makes a new one each "
            "step.",
        ),
        Mistake(
            "product-is-b",
            takes_b_for_the_slope,
            "For the term bxy you take the slope b. Along x it is by: y stands still, "
            "and stays as a factor. Along y it is bx.",
        ),
        Mistake(
            "no-two",
            forgets_the_two,
            "The derivative of ax² is 2ax; your slopes lack that 2. The one of bxy "
            "is right.",
        ),
        Mistake(
            "no-product",
            forgets_the_product,
            "Your slopes have no b in them. The term bxy has a slope along x, which is "
            "by, and one along y, which is bx.",
        ),
        Mistake(
            "product-doubled",
            doubles_the_product,
            "The term bxy comes in twice: its slope along x is by, without a 2. (The "
            "2 of 2ax is there because x² holds x twice; xy holds it once). Along y "
            "it is bx.",
        ),
        Mistake(
            "product-own",
            derives_the_product_twice,
            "For the term bxy you keep the wrong letter. Along x its slope is by: "
            "x is what moves, and b and y stand still as its factor.",
        ),
        Mistake(
            "square-kept",
            keeps_the_other_square,
            "Along x the term cy² stands still, so it has no slope there; in your "
            "slope it is still present. The same with ax² along y.",
        ),
        Mistake(
            "swapped",
            swaps_the_slopes,
            "You move x by the slope along y, and y by the slope along x. Each "
            "coordinate moves by its own.",
        ),
        Mistake(
            "no-rate",
            forgets_the_rate_by_hand,
            "The learning rate is not used: you subtract the whole slope. Multiply it "
            "by `learning_rate` first.",
        ),
        Mistake(
            "start-first",
            puts_the_start_first,
            "You return four rows, the start and three steps. Here the start is not "
            "asked for: the first row is where the first step leads.",
        ),
        Mistake(
            "two-steps",
            takes_two_steps,
            "Your first row is the start, so that only two steps fit into three rows. "
            "Step first, then write the row down.",
        ),
        Mistake(
            "slopes-once",
            keeps_the_first_slopes,
            "The first row is right, and then you go on with the same slopes. The "
            "ground has changed under you: compute them again at each new place.",
        ),
        Mistake(
            "starts-over",
            starts_over,
            "Your three rows are the same: each step sets off from the start again. "
            "The second begins where the first has ended.",
        ),
        Mistake(
            "last-row",
            returns_the_last_row,
            "This is where the third step ends, and it is right. Asked for are all "
            "three rows, one for each step.",
        ),
        Mistake(
            "columns",
            lays_the_rows_down,
            "The numbers are right and lie on their side: two rows of three. One row "
            "is one place, x and then y.",
        ),
        Mistake(
            "rounded",
            rounds,
            "You round to four decimals, and the rounding is handed on. Return what "
            "you have computed; to round is the business of whoever prints it.",
        ),
    ],
    right=[three_steps_by_hand, three_steps_by_matrix],
)
def check_three_steps(s):
    """Draw a slanted bowl; look at the first row, then at all three."""

    def bowl():
        a, c = s.rng.uniform(0.6, 1.4, size=2)
        b = s.rng.choice([-1, 1]) * s.rng.uniform(0.4, 0.9)
        x, y = s.rng.uniform(1, 3, size=2) * [1, -1]
        return tuple(map(float, (a, b, c, x, y, s.rng.uniform(0.1, 0.2))))

    with s.part("the first step", points=2):
        args = bowl()
        got = s.array(s.call("three_steps", *args), (3, 2))
        row = s.array(s.call("three_steps", 1.0, 1.0, 1.0, 2.0, 1.0, 0.1), (3, 2))[0]
        s.note(row=f"({row[0]:.4g}, {row[1]:.4g})")
        s.expect_close(
            row,
            [1.5, 0.6],
            "The first row is off: for x² + xy + y² from (2, 1) with η = 0.1 yours is "
            "{row}, and it is (1.5, 0.6).",
            explain=False,
        )
        want = three_steps_by_matrix(*args)
        s.expect_close(got[0], want[0], "The first row is off.")
    with s.part("all three", points=2):
        args = bowl()
        got = s.call("three_steps", *args)
        s.expect_close(
            got,
            three_steps_by_matrix(*args),
            "Each row is one step on from the row before it.",
        )


# ============================================================================ leap
def _jump(bottom_of, matrix_of):
    """Make an answer of where it takes the bottom, and which matrix it raises."""

    def leap(A, b, x0, learning_rate, t):
        bottom = bottom_of(A, b)
        M = matrix_of(np.eye(len(b)), learning_rate, A)
        return bottom + np.linalg.matrix_power(M, t) @ (x0 - bottom)

    return leap


_right_bottom = np.linalg.solve


def _right_matrix(one, eta, A):
    return one - eta * A


negates_the_bottom = _jump(lambda A, b: -np.linalg.solve(A, b), _right_matrix)
believes_in_the_origin = _jump(lambda A, b: np.zeros(len(b)), _right_matrix)
multiplies_for_the_bottom = _jump(lambda A, b: A @ b, _right_matrix)
takes_b_for_the_bottom = _jump(lambda A, b: b, _right_matrix)
climbs_by_powers = _jump(_right_bottom, lambda one, eta, A: one + eta * A)
subtracts_from_one = _jump(_right_bottom, lambda one, eta, A: 1 - eta * A)
forgets_the_rate_in_the_matrix = _jump(_right_bottom, lambda one, eta, A: one - A)
forgets_the_half = _jump(_right_bottom, lambda one, eta, A: one - 2 * eta * A)
forgets_the_identity = _jump(_right_bottom, lambda one, eta, A: eta * A)


def raises_each_entry(A, b, x0, learning_rate, t):
    bottom = np.linalg.solve(A, b)
    return bottom + (np.eye(len(b)) - learning_rate * A) ** t @ (x0 - bottom)


def returns_the_error(A, b, x0, learning_rate, t):
    bottom = np.linalg.solve(A, b)
    M = np.eye(len(b)) - learning_rate * A
    return np.linalg.matrix_power(M, t) @ (x0 - bottom)


def multiplies_the_place(A, b, x0, learning_rate, t):
    bottom = np.linalg.solve(A, b)
    M = np.eye(len(b)) - learning_rate * A
    return bottom + np.linalg.matrix_power(M, t) @ x0


def turns_the_error_round(A, b, x0, learning_rate, t):
    bottom = np.linalg.solve(A, b)
    M = np.eye(len(b)) - learning_rate * A
    return bottom + np.linalg.matrix_power(M, t) @ (bottom - x0)


def raises_the_curvature(A, b, x0, learning_rate, t):
    bottom = np.linalg.solve(A, b)
    M = np.eye(len(b)) - learning_rate * np.linalg.matrix_power(A, t)
    return bottom + M @ (x0 - bottom)


def multiplies_by_t(A, b, x0, learning_rate, t):
    bottom = np.linalg.solve(A, b)
    return bottom + (np.eye(len(b)) - t * learning_rate * A) @ (x0 - bottom)


def adds_b_at_the_end(A, b, x0, learning_rate, t):
    return np.linalg.matrix_power(np.eye(len(b)) - learning_rate * A, t) @ x0 + b


def multiplies_with_a_star(A, b, x0, learning_rate, t):
    bottom = np.linalg.solve(A, b)
    M = np.eye(len(b)) - learning_rate * A
    return bottom + np.linalg.matrix_power(M, t) * (x0 - bottom)


def stays_on_the_axes(A, b, x0, learning_rate, t):
    bottom = np.linalg.solve(A, b)
    factors = 1 - learning_rate * np.linalg.eigvalsh(A)
    return bottom + factors**t * (x0 - bottom)


def flows(A, b, x0, learning_rate, t):
    lam, q = np.linalg.eigh(A)
    bottom = np.linalg.solve(A, b)
    return bottom + q @ (np.exp(-learning_rate * lam * t) * (q.T @ (x0 - bottom)))


def has_one_factor(A, b, x0, learning_rate, t):
    bottom = np.linalg.solve(A, b)
    return bottom + (1 - learning_rate) ** t * (x0 - bottom)


def leaps_one_too_far(A, b, x0, learning_rate, t):
    return leap_by_power(A, b, x0, learning_rate, t + 1)


def leaps_one_short(A, b, x0, learning_rate, t):
    return leap_by_power(A, b, x0, learning_rate, max(t - 1, 0))


def leaps_to_the_bottom(A, b, x0, learning_rate, t):
    return np.linalg.solve(A, b)


def leap_by_power(A, b, x0, learning_rate, t):
    """Raise the matrix to a power; squaring makes that quick."""
    bottom = np.linalg.solve(A, b)
    M = np.eye(len(b)) - learning_rate * A
    return bottom + np.linalg.matrix_power(M, t) @ (x0 - bottom)


def leap_by_eigenvectors(A, b, x0, learning_rate, t):
    """Give each eigenvector its own factor."""
    lam, q = np.linalg.eigh(A)
    bottom = q @ (q.T @ b / lam)
    return bottom + q @ ((1 - learning_rate * lam) ** t * (q.T @ (x0 - bottom)))


def leap_by_doubling(A, b, x0, learning_rate, t):
    """Write t steps as x ↦ Mx + p, and double the number of steps."""
    M, p = np.eye(len(b)) - learning_rate * A, learning_rate * b
    x = np.array(x0, dtype=float)
    while t:
        if t % 2:
            x = M @ x + p
        M, p, t = M @ M, M @ p + p, t // 2
    return x


@question(
    "update-rule.leap",
    points=5,
    needs="leap",
    start=(
        "Two lines to begin with: the bottom solves Ax = b, and M is I − ηA. Then ask "
        "what M does to the distance from the bottom, t times."
    ),
    well_done=(
        "A hundred thousand steps for the price of seventeen squarings. No network has "
        "an A to do this with, but near a minimum every network is nearly a bowl."
    ),
    hints=[
        "Where to look: with A = [[2]], b = [6], x0 = [7] and learning_rate 0.25 the "
        "bottom is 3, and t = 0, 1, 2 give 7, 5, 4. Compare t = 1 with one step "
        "x − η(Ax − b) written out.",
        "The book: The update rule, section The mathematics.",
    ],
    mistakes=[
        Mistake(
            "origin",
            believes_in_the_origin,
            "You multiply x0 itself by the power, as if the bottom were at the origin. "
            "That is so for b = 0 only. Measure from the bottom: subtract it first, "
            "and add it again at the end.",
        ),
        Mistake(
            "bottom-negated",
            negates_the_bottom,
            "Your walk ends at −A⁻¹b, on the other side of the origin. The gradient "
            "here is Ax − b, which is zero where Ax = +b.",
        ),
        Mistake(
            "bottom-product",
            multiplies_for_the_bottom,
            "You take Ab for the bottom. The bottom solves Ax = b, so it is A⁻¹b, and "
            "`np.linalg.solve(A, b)` finds it.",
        ),
        Mistake(
            "bottom-b",
            takes_b_for_the_bottom,
            "You take b for the bottom. It is where Ax = b, and the two agree only "
            "where A is the identity.",
        ),
        Mistake(
            "entry-by-entry",
            raises_each_entry,
            "`M ** t` raises each entry of the matrix to the power t. Applying M again "
            "and again, t times, is `np.linalg.matrix_power(M, t)`.",
        ),
        Mistake(
            "error-only",
            returns_the_error,
            "This is the error after t steps, how far the walk is from the bottom. "
            "Asked for is the place: add the bottom to it.",
        ),
        Mistake(
            "place-multiplied",
            multiplies_the_place,
            "You add the bottom at the end and have not subtracted it at the start. "
            "What the power multiplies is the error, x0 less the bottom.",
        ),
        Mistake(
            "error-turned",
            turns_the_error_round,
            "You multiply the bottom less x0, and start on the wrong side of the "
            "bottom. The error is the other difference: x0 less the bottom.",
        ),
        Mistake(
            "ascent",
            climbs_by_powers,
            "Your matrix is I + ηA, which makes the error grow: that walk goes "
            "uphill. One step subtracts the gradient, so it is I − ηA.",
        ),
        Mistake(
            "ones",
            subtracts_from_one,
            "`1 - learning_rate * A` subtracts from 1 in every entry of the table. The "
            "1 of matrices has ones on the diagonal only: `np.eye(len(b))`.",
        ),
        Mistake(
            "no-rate",
            forgets_the_rate_in_the_matrix,
            "Your matrix is I − A, without the learning rate. One step subtracts η "
            "times the gradient.",
        ),
        Mistake(
            "no-half",
            forgets_the_half,
            "Your matrix is I − 2ηA, and each step is twice too long. The ½ in front "
            "of x·Ax takes the 2 of the derivative away: the gradient is Ax − b.",
        ),
        Mistake(
            "no-identity",
            forgets_the_identity,
            "Your matrix is ηA, the part of the error that a step takes away. What "
            "stays is I − ηA of it.",
        ),
        Mistake(
            "power-of-A",
            raises_the_curvature,
            "You raise A alone to the power t. It is the whole of I − ηA that is "
            "multiplied t times.",
        ),
        Mistake(
            "times-t",
            multiplies_by_t,
            "You take one step that is t times as long, I − tηA. Each of the t steps "
            "starts from a smaller error than the one before: it is a power of I − ηA.",
        ),
        Mistake(
            "b-added",
            adds_b_at_the_end,
            "You multiply x0 by the power and add b. What is added at the end is the "
            "bottom, A⁻¹b, and it has to be subtracted from x0 at the start.",
        ),
        Mistake(
            "star",
            multiplies_with_a_star,
            "`*` between a matrix and a vector multiplies entry by entry and gives a "
            "table. A matrix is applied to a vector with `@`.",
        ),
        Mistake(
            "axes",
            stays_on_the_axes,
            "Your factors are right, and you apply them along the axes. They belong to "
            "the eigenvectors: turn the error into those first, `q.T @ e`, and back "
            "afterwards, `q @ ...`.",
        ),
        Mistake(
            "flow",
            flows,
            "This is where the gradient flow is after the time ηt, with factors "
            "exp(−ηλt). Steps are not infinitely short: each keeps 1 − ηλ.",
        ),
        Mistake(
            "one-factor",
            has_one_factor,
            "You shrink every direction by 1 − η. Each has a factor of its own, "
            "1 − ηλ, and the matrix I − ηA holds them all.",
        ),
        Mistake(
            "one-too-far",
            leaps_one_too_far,
            "You are one step too far. For t = 0 the place is x0 itself.",
        ),
        Mistake(
            "one-short",
            leaps_one_short,
            "You are one step short: for t = 1 you still stand at x0.",
        ),
        Mistake(
            "bottom-only",
            leaps_to_the_bottom,
            "This is the bottom, where the walk ends if it never ends. After t steps "
            "something of the first error is left, and t says how much.",
        ),
    ],
    right=[leap_by_power, leap_by_eigenvectors, leap_by_doubling],
)
def check_leap(s):
    """A bowl around the origin, one elsewhere; no steps, very many; nothing changed."""

    def bowl(d=3):
        q, _ = np.linalg.qr(s.rng.normal(size=(d, d)))
        lam = s.rng.uniform(0.95, 1.05, size=d) * np.linspace(0.4, 2.4, d)
        A = q * lam @ q.T
        b = s.rng.uniform(1, 2, size=d) * s.rng.choice([-1, 1], size=d)
        x0 = s.rng.uniform(2, 4, size=d) * s.rng.choice([-1, 1], size=d)
        return (A + A.T) / 2, b, x0, s.rng.uniform(0.2, 0.36)

    with s.part("a bowl around the origin"):
        A, b, x0, eta = bowl()
        t = int(s.rng.integers(3, 7))
        got = s.call("leap", A, 0 * b, x0, eta, t)
        s.expect_close(
            got,
            leap_by_doubling(A, 0 * b, x0, eta, t),
            "With b = 0 the bottom is at 0, and x0 is multiplied by I − ηA at each "
            "step. Yours is not what a few such steps give.",
        )
    with s.part("a bowl elsewhere", points=2):
        A, b, x0, eta = bowl()
        t = int(s.rng.integers(3, 7))
        got = s.call("leap", A, b, x0, eta, t)
        s.expect_close(
            got,
            leap_by_doubling(A, b, x0, eta, t),
            "With b ≠ 0 it is not where a few steps x − η(Ax − b) lead.",
        )
    with s.part("no steps, and very many"):
        A, b, x0, eta = bowl()
        got = s.call("leap", A, b, x0, eta, 0)
        s.expect_close(got, x0, "After no step the walk is at x0.")
        got = s.call("leap", A, b, x0, eta, 100_000)
        s.expect_close(
            got,
            leap_by_doubling(A, b, x0, eta, 100_000),
            "After a hundred thousand steps it is not at the bottom.",
        )
    with s.part("nothing is changed"):
        A, b, x0, eta = bowl(2)
        got = s.call("leap", A, b, x0, eta, 4)
        s.expect_close(
            got,
            leap_by_doubling(A, b, x0, eta, 4),
            "This counts once the place itself is right.",
            explain=False,
        )
        s.expect_untouched(
            "After the call, A, b or x0 has changed. Make new arrays, as `A - B` does, "
            "and leave the arguments alone."
        )


# ====================================================================== train_line
def _train(slope_of, *, first=0, more=0):
    """Make an answer of its gradient, ``slope_of(table, residual)``."""

    def train_line(X, y, learning_rate, steps):
        table = np.column_stack([np.ones(len(X)), X])
        theta = np.zeros(table.shape[1])
        for _ in range(first, steps + more):
            theta = theta - learning_rate * slope_of(table, table @ theta - y)
        return theta

    return train_line


def _mean_slope(table, r):
    return 2 / len(r) * table.T @ r


halves_the_loss = _train(lambda table, r: table.T @ r / len(r))
sums_the_loss = _train(lambda table, r: 2 * table.T @ r)
leaves_the_bare_product = _train(lambda table, r: table.T @ r)
climbs_the_loss = _train(lambda table, r: -_mean_slope(table, r))
counts_columns = _train(lambda table, r: 2 / table.shape[1] * table.T @ r)
counts_entries = _train(lambda table, r: 2 / table.size * table.T @ r)
averages_over_columns = _train(
    lambda table, r: 2 * np.full(table.shape[1], (table.T @ r).mean() / len(r))
)
follows_the_signs = _train(lambda table, r: 2 / len(r) * table.T @ np.sign(r))
leaves_one_step_out = _train(_mean_slope, first=1)
takes_one_step_more = _train(_mean_slope, more=1)
freezes_the_intercept = _train(
    lambda table, r: _mean_slope(table, r) * (np.arange(table.shape[1]) > 0)
)
sums_for_the_intercept = _train(
    lambda table, r: np.r_[2 * r.sum(), _mean_slope(table, r)[1:]]
)
forgets_the_column = _train(
    lambda table, r: np.full(table.shape[1], 2 * r.mean()),
)


def has_no_intercept(X, y, learning_rate, steps):
    theta = np.zeros(X.shape[1])
    for _ in range(steps):
        theta = theta - learning_rate * 2 / len(y) * X.T @ (X @ theta - y)
    return theta


def forgets_the_brackets(X, y, learning_rate, steps):
    beta, w = 0.0, np.zeros(X.shape[1])
    for _ in range(steps):
        r = y - X @ w + beta
        w = w + learning_rate * 2 / len(y) * X.T @ r
        beta = beta + learning_rate * 2 * r.mean()
    return np.r_[beta, w]


def puts_the_intercept_last(X, y, learning_rate, steps):
    return np.roll(train_by_table(X, y, learning_rate, steps), -1)


def updates_the_intercept_first(X, y, learning_rate, steps):
    beta, w = 0.0, np.zeros(X.shape[1])
    for _ in range(steps):
        beta = beta - learning_rate * 2 * (beta + X @ w - y).mean()
        w = w - learning_rate * 2 / len(y) * X.T @ (beta + X @ w - y)
    return np.r_[beta, w]


def updates_the_weights_first(X, y, learning_rate, steps):
    beta, w = 0.0, np.zeros(X.shape[1])
    for _ in range(steps):
        w = w - learning_rate * 2 / len(y) * X.T @ (beta + X @ w - y)
        beta = beta - learning_rate * 2 * (beta + X @ w - y).mean()
    return np.r_[beta, w]


def starts_with_a_column(X, y, learning_rate, steps):
    table = np.column_stack([np.ones(len(X)), X])
    theta = np.zeros((table.shape[1], 1))
    for _ in range(steps):
        residual = table @ theta - y
        theta = theta - learning_rate * 2 / len(y) * table.T @ residual
    return theta


def starts_at_ones(X, y, learning_rate, steps):
    table = np.column_stack([np.ones(len(X)), X])
    theta = np.ones(table.shape[1])
    for _ in range(steps):
        theta = theta - learning_rate * _mean_slope(table, table @ theta - y)
    return theta


def solves_at_once(X, y, learning_rate, steps):
    table = np.column_stack([np.ones(len(X)), X])
    return np.linalg.lstsq(table, y, rcond=None)[0]


def returns_after_one_step(X, y, learning_rate, steps):
    return train_by_table(X, y, learning_rate, 1)


def subtracts_in_place(X, y, learning_rate, steps):
    table = np.column_stack([np.ones(len(X)), X])
    theta = np.zeros(table.shape[1])
    for _ in range(steps):
        y -= table @ theta
        theta = theta + learning_rate * 2 / len(y) * table.T @ y
    return theta


def shares_one_slope(X, y, learning_rate, steps):
    beta, w = 0.0, np.zeros(X.shape[1])
    for _ in range(steps):
        r = beta + X @ w - y
        beta = beta - learning_rate * 2 * r.mean()
        w = w - learning_rate * 2 * (X.T @ r).mean()
    return np.r_[beta, w]


def returns_a_pair(X, y, learning_rate, steps):
    theta = train_by_table(X, y, learning_rate, steps)
    return float(theta[0]), theta[1:]


def goes_example_by_example(X, y, learning_rate, steps):
    table = np.column_stack([np.ones(len(X)), X])
    theta = np.zeros(table.shape[1])
    for _ in range(steps):
        for row, target in zip(table, y, strict=True):
            slope = 2 / len(y) * (row @ theta - target) * row
            theta = theta - learning_rate * slope
    return theta


def standardizes_first(X, y, learning_rate, steps):
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    return train_by_table(Z, y, learning_rate, steps)


def returns_the_history(X, y, learning_rate, steps):
    table = np.column_stack([np.ones(len(X)), X])
    history = np.zeros((steps + 1, table.shape[1]))
    for t in range(steps):
        slope = _mean_slope(table, table @ history[t] - y)
        history[t + 1] = history[t] - learning_rate * slope
    return history


def train_by_table(X, y, learning_rate, steps):
    """Put a column of ones into the table; the rest is one line."""
    table = np.column_stack([np.ones(len(X)), X])
    theta = np.zeros(table.shape[1])
    for _ in range(steps):
        theta = theta - learning_rate * 2 / len(y) * table.T @ (table @ theta - y)
    return theta


def train_in_two_parts(X, y, learning_rate, steps):
    """Keep the intercept and the weights apart, and move both at once."""
    intercept, w = 0.0, np.zeros(X.shape[1])
    for _ in range(steps):
        r = intercept + X @ w - y
        slope, slopes = 2 * r.mean(), 2 * (r[:, None] * X).mean(axis=0)
        intercept, w = intercept - learning_rate * slope, w - learning_rate * slopes
    return np.append(intercept, w)


def train_in_closed_form(X, y, learning_rate, steps):
    """Leap: from zero the walk has come the fraction 1 − (1 − ηλ)^t of the way."""
    table = np.column_stack([np.ones(len(X)), X])
    lam, q = np.linalg.eigh(2 / len(y) * table.T @ table)
    best = np.linalg.lstsq(table, y, rcond=None)[0]
    return q @ ((1 - (1 - learning_rate * lam) ** steps) * (q.T @ best))


@question(
    "update-rule.train_line",
    points=5,
    needs="train_line",
    start=(
        "Begin with `table = np.column_stack([np.ones(len(X)), X])`: with a column of "
        "ones the intercept is a weight like any other, and the prediction is "
        "`table @ theta`."
    ),
    well_done=(
        "This loop, with another prediction in its middle, trains every network in the "
        "book. You have also solved the equations of least squares without dividing."
    ),
    hints=[
        "Where to look: X = [[1], [3]], y = [2, 4], learning_rate 0.1. One step gives "
        "(0.6, 1.4), two give (0.52, 1.16). If the first is right and the second is "
        "not, ask which residuals the second used.",
        "The book: The update rule, section The mathematics.",
    ],
    mistakes=[
        Mistake(
            "no-two",
            halves_the_loss,
            "Your steps are half as long as they should be: this is the gradient of "
            "half the mean squared error. The book's loss has no ½ in front, so the 2 "
            "of the square stays.",
        ),
        Mistake(
            "sum",
            sums_the_loss,
            "This is the gradient of a sum, {n} times too long for {n} examples. The "
            "loss is a mean: divide by n, or the right learning rate depends on how "
            "many examples there are.",
        ),
        Mistake(
            "bare",
            leaves_the_bare_product,
            "You step by Xᵀ(ŷ − y). The gradient has two factors more: the 2 of the "
            "square, and the 1/n of the mean.",
        ),
        Mistake(
            "ascent",
            climbs_the_loss,
            "The loss goes up: your gradient has the wrong sign. If your residual is "
            "y − ŷ, its gradient has a minus in front; with ŷ − y it has none.",
        ),
        Mistake(
            "divides-by-columns",
            counts_columns,
            "You divide by the number of columns. The mean is over the examples, and "
            "there are {n} of them: `len(y)`.",
        ),
        Mistake(
            "divides-by-size",
            counts_entries,
            "You divide by the number of entries in the table, as `.size` or a mean "
            "over everything does. The mean is over the {n} examples: `len(y)`.",
        ),
        Mistake(
            "one-slope",
            averages_over_columns,
            "All your parameters move by the same amount: a mean was taken over the "
            "columns too. Each column has its own slope, so the mean goes down the "
            "rows only, `axis=0`.",
        ),
        Mistake(
            "column-forgotten",
            forgets_the_column,
            "All your parameters move by the mean residual. That is the slope along "
            "the intercept; along a weight each residual is multiplied by the entry of "
            "its column first.",
        ),
        Mistake(
            "weights-share",
            shares_one_slope,
            "Your intercept is right, and the weights share one number as their slope: "
            "`.mean()` went over everything. `X.T @ r / n` has one entry a column.",
        ),
        Mistake(
            "pair",
            returns_a_pair,
            "You return the intercept and the weights as two things. Put them into one "
            "array, the intercept first: `np.append(beta, w)`.",
        ),
        Mistake(
            "example-by-example",
            goes_example_by_example,
            "You move after each example, so the later ones see parameters that the "
            "earlier ones have moved. Here a step looks at all the data from one "
            "place; the other way has a chapter of its own.",
        ),
        Mistake(
            "standardized",
            standardizes_first,
            "You standardize X first. That is a fine thing to do, and it is another "
            "bowl: the weights then belong to other columns. Here X is used as it is.",
        ),
        Mistake(
            "history",
            returns_the_history,
            "You return the whole walk, a row for each step, and it is right. Asked "
            "for is its last row.",
        ),
        Mistake(
            "signs",
            follows_the_signs,
            "You use the signs of the residuals: this is the gradient of the mean "
            "absolute error. For the squared error a residual twice as large pulls "
            "twice as hard.",
        ),
        Mistake(
            "no-intercept",
            has_no_intercept,
            "There is no intercept: you return a weight for each column and nothing "
            "else, so your line has to pass through the origin. Give the table a "
            "column of ones.",
        ),
        Mistake(
            "intercept-last",
            puts_the_intercept_last,
            "The numbers are right, and the intercept stands at the end. In the book "
            "it comes first: θ = (β, w₁, w₂, …).",
        ),
        Mistake(
            "intercept-frozen",
            freezes_the_intercept,
            "Your intercept stays at 0 and only the weights are trained. It has a "
            "slope as well, 2 times the mean of the residuals.",
        ),
        Mistake(
            "intercept-sum",
            sums_for_the_intercept,
            "Your weights move by a mean, and the intercept by a sum. Its slope is 2 "
            "times the mean of the residuals.",
        ),
        Mistake(
            "intercept-moves-first",
            updates_the_intercept_first,
            "You move the intercept, and then compute the slopes of the weights with "
            "the intercept that has moved already. All slopes belong to one place: "
            "compute them all, then move.",
        ),
        Mistake(
            "weights-move-first",
            updates_the_weights_first,
            "You move the weights, and then compute the slope of the intercept with "
            "the weights that have moved already. All slopes belong to one place: "
            "compute the residuals once, then move everything.",
        ),
        Mistake(
            "column",
            starts_with_a_column,
            "A column met a row: `theta` has shape (d + 1, 1), so the predictions are "
            "a column of {n}, and a column minus y is a table of {n} × {n}. Start "
            "with `np.zeros(d + 1)`.",
        ),
        Mistake(
            "starts-at-ones",
            starts_at_ones,
            "You start with all parameters at 1. Here the walk starts at 0: "
            "`np.zeros(...)`.",
        ),
        Mistake(
            "one-short",
            leaves_one_step_out,
            "You take one step too few: `range(1, steps)` has one less than `steps`.",
        ),
        Mistake(
            "one-more",
            takes_one_step_more,
            "You take one step too many; asked for: {steps}. Where does your loop "
            "begin to count, and does it end one later than `range(steps)`?",
        ),
        Mistake(
            "brackets",
            forgets_the_brackets,
            "The first step is right, and then the intercept has the wrong sign in "
            "your residual: y − X·w + β adds it where the prediction is taken away. "
            "Put the prediction in brackets, y − (X·w + β).",
        ),
        Mistake(
            "first-step-only",
            returns_after_one_step,
            "You are where one step leads, whatever `steps` says. Does your `return` "
            "stand inside the loop?",
        ),
        Mistake(
            "solved",
            solves_at_once,
            "This is the solution of least squares, where the walk ends. Asked for is "
            "where it is after {steps} steps, so that one can watch it come.",
        ),
        Mistake(
            "y-in-place",
            subtracts_in_place,
            "`y -= ...` changes y itself: the next step subtracts from what is left of "
            "it, and the caller's data are gone. Give the residual a name of its own.",
        ),
    ],
    right=[train_by_table, train_in_two_parts, train_in_closed_form],
)
def check_train_line(s):
    """One step, several, so many that it is least squares; and the data stay."""

    def data(n=None, d=2):
        n = int(s.rng.integers(6, 10)) if n is None else n
        X = s.rng.normal(size=(n, d)) + s.rng.uniform(0.4, 0.8, size=d)
        y = X @ s.rng.uniform(1, 2, size=d) + 3 + s.rng.normal(size=n)
        table = np.column_stack([np.ones(n), X])
        L = np.linalg.eigvalsh(2 / n * table.T @ table)[-1]
        return X, y, s.rng.uniform(0.5, 0.7) / L

    with s.part("one step", points=2):
        X, y, eta = data()
        s.note(n=len(y), steps=1)
        got = s.call("train_line", X, y, eta, 1)
        got = s.array(got, (3,))
        X1, y1 = np.array([[1.0], [3.0]]), np.array([2.0, 4.0])
        hand = s.array(s.call("train_line", X1, y1, 0.1, 1), (2,))
        s.note(hand=f"({hand[0]:.4g}, {hand[1]:.4g})")
        s.expect_close(
            hand,
            [0.6, 1.4],
            "The first step is off: with X = [[1], [3]], y = [2, 4] and η = 0.1 yours "
            "leads to {hand}, and it is (0.6, 1.4).",
        )
        s.expect_close(got, train_in_two_parts(X, y, eta, 1), "One step is off.")
    with s.part("several steps"):
        X, y, eta = data()
        steps = int(s.rng.integers(3, 7))
        s.note(n=len(y), steps=steps)
        got = s.call("train_line", X, y, eta, steps)
        s.expect_close(
            got,
            train_in_two_parts(X, y, eta, steps),
            "After {steps} steps it is not where it should be.",
        )
    with s.part("the end of the walk"):
        X, y, _ = data(n=12)
        X, _ = np.linalg.qr(X - X.mean(axis=0))
        X = X * np.sqrt(12) * [1, s.rng.uniform(1.1, 1.3)]  # a bowl nearly round
        s.note(n=12, steps=50)
        got = s.call("train_line", X, y, 0.3, 50)
        s.expect_close(
            got,
            solves_at_once(X, y, 0.3, 50),
            "After fifty steps in a bowl that is nearly round it is not the line of "
            "least squares.",
            rtol=1e-5,
        )
    with s.part("the data stay"):
        X, y, eta = data()
        s.note(n=len(y), steps=3)
        got = s.call("train_line", X, y, eta, 3)
        s.expect_close(
            got,
            train_in_two_parts(X, y, eta, 3),
            "This counts once the walk itself is right.",
            explain=False,
        )
        s.expect_untouched(
            "After the call, X or y has changed. Make new arrays, as `a - b` does, and "
            "leave the data alone."
        )


# ====================================================================== update_all
def climbs_in_every_box(params, grads, learning_rate):
    return {n: p + learning_rate * grads.get(n, 0) for n, p in params.items()}


def steps_in_place(params, grads, learning_rate):
    for name in grads:
        params[name] -= learning_rate * grads[name]
    return params


def returns_no_boxes(params, grads, learning_rate):
    for name in grads:
        params[name] -= learning_rate * grads[name]


def drops_the_frozen(params, grads, learning_rate):
    return {n: params[n] - learning_rate * g for n, g in grads.items()}


def stumbles_over_the_frozen(params, grads, learning_rate):
    return {n: p - learning_rate * grads[n] for n, p in params.items()}


def empties_the_frozen(params, grads, learning_rate):
    moved = {n: np.zeros_like(p) for n, p in params.items()}
    for name, g in grads.items():
        moved[name] = params[name] - learning_rate * g
    return moved


def leaves_none_for_the_frozen(params, grads, learning_rate):
    return {
        n: p - learning_rate * grads[n] if n in grads else None
        for n, p in params.items()
    }


def returns_the_first_box(params, grads, learning_rate):
    for name, p in params.items():
        return {name: p - learning_rate * grads.get(name, 0)}


def goes_by_the_order(params, grads, learning_rate):
    pairs = zip(params.items(), grads.values(), strict=False)
    return {name: p - learning_rate * g for (name, p), g in pairs}


def goes_by_the_order_and_keeps(params, grads, learning_rate):
    return {**params, **goes_by_the_order(params, grads, learning_rate)}


def doubles_the_bits(params, grads, learning_rate):
    return {
        n: np.array(p, dtype=float) - learning_rate * grads.get(n, 0)
        for n, p in params.items()
    }


def forgets_the_rate_in_every_box(params, grads, learning_rate):
    return {n: p - grads.get(n, 0) for n, p in params.items()}


def returns_the_steps(params, grads, learning_rate):
    return {n: -learning_rate * grads.get(n, 0 * p) for n, p in params.items()}


def lines_them_up(params, grads, learning_rate):
    moved = update_with_if(params, grads, learning_rate)
    return np.concatenate([box.ravel() for box in moved.values()])


def lists_the_boxes(params, grads, learning_rate):
    return list(update_with_if(params, grads, learning_rate).values())


def flattens_each_box(params, grads, learning_rate):
    moved = update_with_if(params, grads, learning_rate)
    return {name: box.ravel() for name, box in moved.items()}


def returns_the_last_box(params, grads, learning_rate):
    for name, p in params.items():
        moved = {name: p - learning_rate * grads.get(name, 0)}
    return moved


def returns_the_boxes_as_they_were(params, grads, learning_rate):
    return params


def update_with_if(params, grads, learning_rate):
    """A loop over the names, with a look whether there is a gradient."""
    moved = {}
    for name, p in params.items():
        moved[name] = p - learning_rate * grads[name] if name in grads else p
    return moved


def update_a_copy(params, grads, learning_rate):
    """Copy the dictionary, and replace what has a gradient."""
    moved = dict(params)
    for name, g in grads.items():
        moved[name] = moved[name] - learning_rate * g
    return moved


def update_with_get(params, grads, learning_rate):
    """Let a missing gradient be 0."""
    return {n: p - learning_rate * grads.get(n, 0) for n, p in params.items()}


@question(
    "update-rule.update_all",
    points=5,
    needs="update_all",
    start=(
        "Begin with an empty dictionary and a loop over `params.items()`, which gives "
        "a name and an array at each turn."
    ),
    well_done=(
        "What you wrote is, up to its name, the `step` of every training library. The "
        "shapes never mattered, since a step subtracts entry from entry."
    ),
    hints=[
        "Where to look: three boxes, the gradients of two of them, in another order. "
        "Print the names that come out, and the `dtype` of each box; then print "
        "`params` again.",
        "The book: The update rule, section The code.",
    ],
    mistakes=[
        Mistake(
            "ascent",
            climbs_in_every_box,
            "Every box goes uphill: you add the gradient. The step goes against it.",
        ),
        Mistake(
            "in-place",
            steps_in_place,
            "The numbers are right, and the caller's are gone: `-=` writes into the "
            "arrays that came in, and `params[name] = ...` into the dictionary. Put "
            "`p - ...` into a dictionary of your own.",
        ),
        Mistake(
            "nothing-returned",
            returns_no_boxes,
            "You change `params` and return nothing. It is the other way round: leave "
            "`params` alone, and return a new dictionary.",
        ),
        Mistake(
            "frozen-dropped",
            drops_the_frozen,
            "The frozen boxes are missing from your result: it has the names of "
            "`grads` only. Go through the names of `params`.",
        ),
        Mistake(
            "frozen-stumbles",
            stumbles_over_the_frozen,
            "`grads[name]` fails for a frozen box, since there is no gradient of that "
            "name. Ask first, `if name in grads`, or let `grads.get(name, 0)` be 0.",
        ),
        Mistake(
            "frozen-emptied",
            empties_the_frozen,
            "Your frozen boxes come out full of zeros. Frozen means that a box keeps "
            "the numbers that it has.",
        ),
        Mistake(
            "frozen-none",
            leaves_none_for_the_frozen,
            "Your frozen boxes come out as None. Frozen means that a box keeps the "
            "numbers that it has: put the array itself into the result.",
        ),
        Mistake(
            "first-box",
            returns_the_first_box,
            "Your dictionary holds the first box only: the `return` stands inside the "
            "loop, and ends it at the first turn. Move it out, to the indentation of "
            "`for`.",
        ),
        Mistake(
            "by-order",
            goes_by_the_order,
            "You pair the boxes by their order, the first gradient with the first box. "
            "They may come in any order, and some may be missing: what belongs "
            "together has the same name.",
        ),
        Mistake(
            "by-order-kept",
            goes_by_the_order_and_keeps,
            "You pair boxes and gradients by their order, so a box is moved by the "
            "gradient of another. Look each one up by its name: `grads[name]`.",
        ),
        Mistake(
            "bits",
            doubles_the_bits,
            "The numbers are right, and a box that came as an array of 32 bits does "
            "not go out as one. In 64 bits a network takes twice its memory after a "
            "single step. `p - learning_rate * g` keeps the precision by itself.",
        ),
        Mistake(
            "no-rate",
            forgets_the_rate_in_every_box,
            "The learning rate is not used: each box moves by its whole gradient.",
        ),
        Mistake(
            "step-only",
            returns_the_steps,
            "These are the steps, −η times each gradient. Asked for are the parameters "
            "after the step: add them to what was in the boxes.",
        ),
        Mistake(
            "one-row",
            lines_them_up,
            "The numbers are right, in one long row. Whoever called you has lost the "
            "names and the shapes: return a dictionary of boxes.",
        ),
        Mistake(
            "list",
            lists_the_boxes,
            "The boxes are right and have lost their names: this is a list. Return a "
            "dictionary with the names of `params`.",
        ),
        Mistake(
            "flattened",
            flattens_each_box,
            "The numbers are right, and each box has been flattened. A matrix goes out "
            "as a matrix: no `ravel` is needed to subtract.",
        ),
        Mistake(
            "last-box",
            returns_the_last_box,
            "Your dictionary holds one box, the last one: it is made anew at each turn "
            "of the loop. Make it once, before the loop, and add a box at each turn.",
        ),
        Mistake(
            "unchanged",
            returns_the_boxes_as_they_were,
            "You return the boxes as they came. The new ones, if you have computed "
            "them, must be put into the dictionary that you return.",
        ),
    ],
    right=[update_with_if, update_a_copy, update_with_get],
)
def check_update_all(s):
    """Boxes of several shapes; frozen ones; 32 bits; and nothing is changed."""

    def boxes(dtype=float, frozen=()):
        shapes = {"W": (2, 3), "b": (3,), "V": (3, 2, 3), "c": (1, 3)}
        draw = lambda shape: s.rng.uniform(1, 2, size=shape).astype(dtype)
        params = {name: draw(shape) for name, shape in shapes.items()}
        names = [name for name in reversed(shapes) if name not in frozen]
        return params, {name: draw(shapes[name]) for name in names}

    def judge(got, params, grads, eta, otherwise, **how):
        s.expect(
            isinstance(got, dict),
            "`update_all` did not return a dictionary: asked for is one with the names "
            "of `params`.",
        )
        missing = [name for name in params if name not in got]
        extra = len(got) - len(params) + len(missing)
        s.note(missing=", ".join(missing), extra=extra)
        s.expect(not missing, "In your result a box is missing: {missing}.")
        s.expect(not extra, "Your result has {extra} more names than `params`.")
        for name, p in params.items():
            s.note(name=name)
            want = p - eta * grads.get(name, np.zeros_like(p))
            s.expect_close(got[name], want, otherwise, **how)

    with s.part("every box", points=2):
        params, grads = boxes()
        eta = float(s.rng.uniform(0.1, 0.4))
        got = s.call("update_all", params, grads, eta)
        judge(got, params, grads, eta, "The box {name} is not p − ηg.")
    with s.part("frozen boxes"):
        params, grads = boxes(frozen=("b", "V"))
        eta = float(s.rng.uniform(0.1, 0.4))
        got = s.call("update_all", params, grads, eta)
        judge(
            got,
            params,
            grads,
            eta,
            "With no gradients for b and V, the box {name} is off: those two stay as "
            "they are, and the others move.",
        )
    with s.part("32 bits"):
        params, grads = boxes(np.float32, frozen=("b",))
        eta = float(s.rng.uniform(0.1, 0.4))
        got = s.call("update_all", params, grads, eta)
        judge(
            got,
            params,
            grads,
            eta,
            "With boxes of 32-bit numbers, and b frozen, the box {name} is off.",
            rtol=1e-5,
        )
        for name, box in got.items():
            kind = str(getattr(box, "dtype", "no array"))
            s.note(name=name, kind=kind)
            s.expect(
                kind == "float32",
                "The box {name} came as float32 and went out as {kind}.",
            )
    with s.part("nothing is changed"):
        params, grads = boxes(frozen=("c",))
        eta = float(s.rng.uniform(0.1, 0.4))
        got = s.call("update_all", params, grads, eta)
        judge(
            got,
            params,
            grads,
            eta,
            "This counts once the boxes themselves are right.",
            explain=False,
        )
        s.expect_untouched(
            "After the call, `params` or `grads` has changed. Put the new arrays into "
            "a dictionary of your own."
        )
