"""Definition: one step, many steps, which way is steepest, and when to stop."""

import numpy as np
from numpy.linalg import norm

from gdlib.grading import Mistake, question

# ======================================================================== one_step
HAND = "With x = 3, g = 2 and learning_rate = 0.5 the answer is 2"


def ascends(x, g, learning_rate):
    return x + learning_rate * g


def steps_in_place(x, g, learning_rate):
    x -= learning_rate * g
    return x


def truncates(x, g, learning_rate):
    new = np.zeros_like(x)
    new[...] = x - learning_rate * g
    return new


def overwrites_entries(x, g, learning_rate):
    x[:] = x - learning_rate * g
    return x


def forgets_learning_rate(x, g, learning_rate):
    return x - g


def fixes_learning_rate(x, g, learning_rate):
    return x - 0.1 * g


def divides_by_learning_rate(x, g, learning_rate):
    return x - g / learning_rate


def returns_the_step(x, g, learning_rate):
    return -learning_rate * g


def swaps_x_and_g(x, g, learning_rate):
    return g - learning_rate * x


def normalizes_gradient(x, g, learning_rate):
    return x - learning_rate * g / norm(g)


def returns_nothing(x, g, learning_rate):
    x -= learning_rate * g


def takes_signs(x, g, learning_rate):
    return x - learning_rate * np.sign(g)


def misplaces_brackets(x, g, learning_rate):
    return (x - learning_rate) * g


def returns_x(x, g, learning_rate):
    return x


def forgets_g(x, g, learning_rate):
    return x - learning_rate


def one_step_by_entries(x, g, learning_rate):
    """Step along each coordinate on its own, as one would by hand."""
    if np.ndim(x) == 0:
        return x - learning_rate * g
    pairs = zip(x, g, strict=True)
    return np.array([one_step_by_entries(a, b, learning_rate) for a, b in pairs])


def one_step_on_a_copy(x, g, learning_rate):
    """Copy first, and change the copy in place."""
    new = np.array(x, dtype=float)
    new -= np.multiply(learning_rate, g)
    return new


@question(
    "definition.one_step",
    points=5,
    needs="one_step",
    start=f"Write the formula x − ηg as one line of Python. {HAND}.",
    well_done=(
        "One line, and any shape: the same function will step a single number, the "
        "ten weights of a regression and the million weights of a network."
    ),
    hints=[
        f"Where to look: try the one you can do by hand. {HAND}; then print x again, "
        "and see whether it is still 3.",
        "The book: What gradient descent is, section The idea.",
    ],
    mistakes=[
        Mistake(
            "ascent",
            ascends,
            "You walk uphill: this is x + ηg. The gradient points to where f grows "
            "fastest, so the step goes against it, x − ηg.",
        ),
        Mistake(
            "in-place",
            steps_in_place,
            "Your new place is right, and the old one is gone: `x -= ...` changes the "
            "array that the caller still holds, and cannot put a fraction into whole "
            "numbers. `x - ...` makes a new array.",
        ),
        Mistake(
            "truncation",
            truncates,
            "Your result keeps the type of x. When x holds whole numbers, everything "
            "after the decimal point is cut off without a word, and small steps "
            "vanish. `x - learning_rate * g` finds the right type by itself.",
        ),
        Mistake(
            "overwritten",
            overwrites_entries,
            "`x[:] = ...` writes into the array of the caller: the old place is lost, "
            "fractions are cut off if x holds whole numbers, and a single number has "
            "no entries to write to. `x - ...` makes a new array.",
        ),
        Mistake(
            "no-rate",
            forgets_learning_rate,
            "This is x − g: a full gradient long, whatever the learning rate. Multiply "
            "g by `learning_rate` first.",
        ),
        Mistake(
            "fixed-rate",
            fixes_learning_rate,
            "You step with 0.1, whatever `learning_rate` says. Use the argument; this "
            "call asked for {learning_rate:.2f}.",
        ),
        Mistake(
            "divided-rate",
            divides_by_learning_rate,
            "You divide by the learning rate, so that a smaller rate makes a longer "
            "step. Multiply: η = 0.01 means a hundredth of the gradient.",
        ),
        Mistake(
            "step-only",
            returns_the_step,
            "This is the step −ηg, how far to go and which way. Asked for is the place "
            "where you stand afterwards: add it to x.",
        ),
        Mistake(
            "swapped",
            swaps_x_and_g,
            "You swapped x and g: this is g − ηx. The place x comes first, and the "
            "learning rate scales the gradient.",
        ),
        Mistake(
            "unit-step",
            normalizes_gradient,
            "You divide g by its length, so that every step is η long. Plain gradient "
            "descent keeps the length: steep slope, long step; flat ground, short "
            "step. That is how it slows down by itself near the minimum.",
        ),
        Mistake(
            "nothing-returned",
            returns_nothing,
            "You change x and return nothing. It is the other way round: leave x alone "
            "and return the new place, `return x - learning_rate * g`.",
        ),
        Mistake(
            "sign-step",
            takes_signs,
            "You step by the sign of g, equally far along each coordinate. Plain "
            "gradient descent steps by g itself: far where it is steep.",
        ),
        Mistake(
            "brackets",
            misplaces_brackets,
            "Your brackets put the difference first: (x − η) times g. The product "
            "comes first, and Python does that by itself: `x - learning_rate * g`.",
        ),
        Mistake(
            "x-returned",
            returns_x,
            "You give x back unchanged, and stand where you stood. If the new place "
            "has a name of its own, return that one.",
        ),
        Mistake(
            "no-gradient",
            forgets_g,
            "You do not use g: this is x − η, the same step on every slope. Multiply "
            "the learning rate by g.",
        ),
    ],
    right=[
        lambda x, g, learning_rate: x - learning_rate * g,
        lambda place, slope, lr: place - lr * slope,
        one_step_by_entries,
        one_step_on_a_copy,
    ],
)
def check_one_step(s):
    """Step vectors, then other shapes; leave x alone, even if it is whole numbers."""
    with s.part("the step", points=2):
        x, g = s.rng.normal(size=(2, 4))
        eta = s.rng.uniform(0.2, 0.5)
        s.note(learning_rate=eta)
        got = s.call("one_step", x, g, eta)
        a, b = np.array([10.0, 20.0]), np.array([3.0, -1.0])
        by_hand = s.array(s.call("one_step", a, b, 0.2), (2,))
        s.note(by_hand=", ".join(f"{entry:.4g}" for entry in by_hand))
        s.expect_close(
            by_hand,
            [9.4, 20.2],
            "The new place is not x − ηg: with x = [10, 20], g = [3, −1] and η = 0.2 "
            "you return [{by_hand}], and it is [9.4, 20.2].",
        )
        s.expect_close(got, x - eta * g, "The new place is not x − ηg.")
    with s.part("any shape"):
        eta = s.rng.uniform(0.2, 0.5)
        s.note(learning_rate=eta)
        x, g = s.rng.normal(size=(2, 3, 2))
        got = s.call("one_step", x, g, eta)
        s.expect_close(got, x - eta * g, "For a matrix, 3 × 2, it is not x − ηg.")
        x, g = map(float, s.rng.normal(size=2))
        got = s.call("one_step", x, g, eta)
        s.expect_close(got, x - eta * g, "For a single number it is not x − ηg.")
    with s.part("x stays as it was"):
        x, g = s.rng.normal(size=(2, 4))
        eta = s.rng.uniform(0.2, 0.5)
        s.note(learning_rate=eta)
        got = s.call("one_step", x, g, eta)
        s.expect_close(
            got,
            x - eta * g,
            "This counts once the step itself is right.",
            explain=False,
        )
        s.expect_untouched(
            "After the call, x or g has changed. Make a new array and leave both alone."
        )
    with s.part("whole numbers"):
        eta = s.rng.uniform(0.2, 0.5)
        s.note(learning_rate=eta)
        x, g = s.rng.integers(-9, 9, size=(2, 5)) * 2 + 1
        got = s.call("one_step", x, g, eta)
        s.expect_close(
            got,
            x - eta * g,
            "When x holds whole numbers, such as np.array([3, 1]), it is not x − ηg.",
        )


# ========================================================================= descend
def records_after_update(grad, x0, learning_rate, steps):
    x, history = np.array(x0, dtype=float), []
    for _ in range(steps):
        x = x - learning_rate * grad(x)
        history.append(x)
    return np.array(history)


def records_one_array(grad, x0, learning_rate, steps):
    x = np.array(x0, dtype=float)
    history = [x]
    for _ in range(steps):
        x -= learning_rate * grad(x)
        history.append(x)
    return np.array(history)


def walks_on_x0(grad, x0, learning_rate, steps):
    x, history = x0, [x0.copy()]
    for _ in range(steps):
        x -= learning_rate * grad(x)
        history.append(x.copy())
    return np.array(history)


def asks_once_more(grad, x0, learning_rate, steps):
    x = np.array(x0, dtype=float)
    history, g = [x], grad(x)
    for _ in range(steps):
        x = x - learning_rate * g
        g = grad(x)
        history.append(x)
    return np.array(history)


def asks_twice(grad, x0, learning_rate, steps):
    x = np.array(x0, dtype=float)
    history = [x]
    for _ in range(steps):
        if norm(grad(x)) >= 0:
            x = x - learning_rate * grad(x)
        history.append(x)
    return np.array(history)


def asks_at_the_start_only(grad, x0, learning_rate, steps):
    x, g = np.array(x0, dtype=float), grad(x0)
    history = [x]
    for _ in range(steps):
        x = x - learning_rate * g
        history.append(x)
    return np.array(history)


def asks_at_x0_every_time(grad, x0, learning_rate, steps):
    x = np.array(x0, dtype=float)
    history = [x]
    for _ in range(steps):
        x = x - learning_rate * grad(x0)
        history.append(x)
    return np.array(history)


def steps_from_x0_every_time(grad, x0, learning_rate, steps):
    x = np.array(x0, dtype=float)
    history = [x]
    for _ in range(steps):
        x = x0 - learning_rate * grad(x)
        history.append(x)
    return np.array(history)


def keeps_type_of_x0(grad, x0, learning_rate, steps):
    history = np.zeros((steps + 1, len(x0)), dtype=x0.dtype)
    x = history[0] = x0
    for t in range(steps):
        x = x - learning_rate * grad(x)
        history[t + 1] = x
    return history


def is_one_step_short(grad, x0, learning_rate, steps):
    x = np.array(x0, dtype=float)
    history = [x]
    for _ in range(1, steps):
        x = x - learning_rate * grad(x)
        history.append(x)
    return np.array(history)


def returns_the_last_place(grad, x0, learning_rate, steps):
    x = np.array(x0, dtype=float)
    for _ in range(steps):
        x = x - learning_rate * grad(x)
    return x


def records_gradients(grad, x0, learning_rate, steps):
    x = np.array(x0, dtype=float)
    history = [x]
    for _ in range(steps):
        g = grad(x)
        x = x - learning_rate * g
        history.append(g)
    return np.array(history)


def returns_inside_the_loop(grad, x0, learning_rate, steps):
    x = np.array(x0, dtype=float)
    history = [x]
    for _ in range(steps):
        x = x - learning_rate * grad(x)
        history.append(x)
        return np.array(history)


def appends_before_the_step(grad, x0, learning_rate, steps):
    x = np.array(x0, dtype=float)
    history = [x]
    for _ in range(steps):
        history.append(x)
        x = x - learning_rate * grad(x)
    return np.array(history)


def leaves_the_last_row_empty(grad, x0, learning_rate, steps):
    history = np.zeros((steps + 1, len(x0)))
    history[0] = x0
    for t in range(1, steps):
        history[t] = history[t - 1] - learning_rate * grad(history[t - 1])
    return history


def stops_on_flat_ground(grad, x0, learning_rate, steps):
    x = np.array(x0, dtype=float)
    history = [x]
    for _ in range(steps):
        g = grad(x)
        if norm(g) < 1e-3:
            break
        x = x - learning_rate * g
        history.append(x)
    return np.array(history)


def walks_in_unit_steps(grad, x0, learning_rate, steps):
    return history_by_rows(lambda x: _unit(grad(x)), x0, learning_rate, steps)


def _unit(g):
    return g / norm(g)


def stacks_columns(grad, x0, learning_rate, steps):
    return history_by_rows(grad, x0, learning_rate, steps).T


def climbs(grad, x0, learning_rate, steps):
    return history_by_rows(lambda x: -grad(x), x0, learning_rate, steps)


def history_by_list(grad, x0, learning_rate, steps):
    """Append each new place to a list."""
    x = np.array(x0, dtype=float)
    history = [x]
    for _ in range(steps):
        x = x - learning_rate * grad(x)
        history.append(x)
    return np.array(history)


def history_by_rows(grad, x0, learning_rate, steps):
    """Fill a table row by row."""
    history = np.zeros((steps + 1, len(x0)))
    history[0] = x0
    for t in range(steps):
        history[t + 1] = history[t] - learning_rate * grad(history[t])
    return history


def history_without_numpy(grad, x0, lr, n):
    """Write rows of plain numbers, as a list of lists."""
    history = [[float(entry) for entry in x0]]
    for _ in range(n):
        pairs = zip(history[-1], grad(history[-1]), strict=True)
        history.append([float(a - lr * b) for a, b in pairs])
    return history


def history_by_recursion(grad, x0, learning_rate, steps):
    """Take one step, and let the rest be somebody else's problem."""
    x0 = np.array(x0, dtype=float)
    if steps == 0:
        return x0[None, :]
    after = x0 - learning_rate * grad(x0)
    rest = history_by_recursion(grad, after, learning_rate, steps - 1)
    return np.vstack([x0, rest])


@question(
    "definition.descend",
    points=5,
    needs="descend",
    start=(
        "Start with a list that holds the start, `[x]`, and let a loop append one new "
        "place per step."
    ),
    well_done=(
        "This loop is the whole of training: only the gradient changes from here to "
        "the largest network, and it is always the gradient that costs the time."
    ),
    hints=[
        "Where to look: call it with steps=0, then 1, then 2 on f(x) = x², whose "
        "gradient is 2x, from x0 = [4.0] with learning_rate 0.25. The rows are 4, 2, "
        "1.",
        "The book: What gradient descent is, section The code.",
    ],
    mistakes=[
        Mistake(
            "ascent",
            climbs,
            "Every step goes uphill: x + ηg. The gradient points to where f grows, so "
            "the walk goes against it.",
        ),
        Mistake(
            "start-missing",
            records_after_update,
            "The start is missing: you write down each place after the step, so the "
            "first row is already one step away. {steps} steps make {rows} places, "
            "like fence posts.",
        ),
        Mistake(
            "aliasing",
            records_one_array,
            "All your rows are the last place. The list holds one array {rows} times, "
            "and `x -= ...` changes that one array; `x = x - ...` makes a new one each "
            "step.",
        ),
        Mistake(
            "x0-walks",
            walks_on_x0,
            "The walk is right, and it took the start with it: x is x0 itself, so "
            "`x -= ...` changes the array the caller still holds (and fails when that "
            "holds whole numbers). Begin with `x = np.array(x0, dtype=float)`.",
        ),
        Mistake(
            "extra-gradient",
            asks_once_more,
            "Right places, one gradient too many: the last one you compute, at the end "
            "of the walk, is never used. The gradient is what costs the time; ask for "
            "it where you use it, inside the loop.",
        ),
        Mistake(
            "two-gradients",
            asks_twice,
            "Right places at double the price: the gradient is computed twice in each "
            "step. Keep it in a variable, `g = grad(x)`.",
        ),
        Mistake(
            "one-gradient",
            asks_at_the_start_only,
            "The gradient is computed once, before the loop, and then used for all "
            "{steps} steps, so the walk goes straight on. The slope changes as you "
            "move: ask again at each new place.",
        ),
        Mistake(
            "gradient-of-x0",
            asks_at_x0_every_time,
            "You ask at x0 every time, so you get the same slope {steps} times and "
            "walk straight on. Ask where you stand: `grad(x)`.",
        ),
        Mistake(
            "steps-from-x0",
            steps_from_x0_every_time,
            "Each step sets off from x0 again: `x0 - ...`. The next step begins where "
            "the last one ended, `x - ...`.",
        ),
        Mistake(
            "truncation",
            keeps_type_of_x0,
            "Your table has the type of x0. When the start holds whole numbers, each "
            "place loses what stands after its decimal point. Make the table of "
            "floats: `np.zeros((steps + 1, len(x0)))`.",
        ),
        Mistake(
            "one-short",
            is_one_step_short,
            "One step is missing: {steps} steps make {rows} places, the start and one "
            "after each step. Does the loop run {steps} times?",
        ),
        Mistake(
            "start-twice",
            appends_before_the_step,
            "The start stands there twice, in rows 0 and 1, and the last place is "
            "missing: you append x before the step. Append it after.",
        ),
        Mistake(
            "last-row-empty",
            leaves_the_last_row_empty,
            "Your last row is still zeros: the loop takes one step too few to fill the "
            "table. Rows 1 to {steps} are {steps} steps, and `range(1, {steps})` has "
            "one less.",
        ),
        Mistake(
            "stops-early",
            stops_on_flat_ground,
            "Where the ground is flat your walk stops by itself. Here it takes {steps} "
            "steps whatever happens, so that the table has {rows} rows; when to stop "
            "is the last question of this notebook.",
        ),
        Mistake(
            "last-only",
            returns_the_last_place,
            "You return where the walk ends. Asked for is the whole walk, one place a "
            "row, so that it can be drawn.",
        ),
        Mistake(
            "columns",
            stacks_columns,
            "The walk is right and lies on its side: each place is a column. Here one "
            "row is one place; drop the transpose, or stack along axis 0.",
        ),
        Mistake(
            "gradients-recorded",
            records_gradients,
            "From row 1 on your rows are gradients. Asked for are the places: append x "
            "after the step.",
        ),
        Mistake(
            "early-return",
            returns_inside_the_loop,
            "Your `return` stands inside the loop, so the walk ends after its first "
            "step. Move it out, to the indentation of `for`.",
        ),
        Mistake(
            "unit-step",
            walks_in_unit_steps,
            "You divide each gradient by its length, so all your steps are equally "
            "long. Plain gradient descent keeps the length: far where it is steep, and "
            "ever shorter toward the minimum.",
        ),
    ],
    right=[
        history_by_list,
        history_by_rows,
        history_by_recursion,
        history_without_numpy,
    ],
)
def check_descend(s):
    """Walk down a slanted bowl; count the questions; leave x0 alone."""

    def bowl():
        curvature, minimum = s.rng.uniform(0.5, 2, size=3), s.rng.normal(size=3)
        return s.oracle(lambda x: curvature * (x - minimum), shape=(3,), limit=2000)

    def case():
        steps, eta = int(s.rng.integers(4, 8)), s.rng.uniform(0.2, 0.4)
        s.note(steps=steps, rows=steps + 1)
        return bowl(), s.rng.normal(size=3) * 3, eta, steps

    def walk(grad, x0, eta, steps):
        history = [x0]
        for _ in range(steps):
            history.append(history[-1] - eta * grad.function(history[-1]))
        return np.array(history)

    with s.part("the start"):
        grad, x0, eta, steps = case()
        got = s.call("descend", grad, x0, eta, steps)
        history = s.array(got, (steps + 1, 3))
        s.expect_close(history[0], x0, "The first row is not the start x0.")
    with s.part("each step", points=2):
        grad, x0, eta, steps = case()
        got = s.call("descend", grad, x0, eta, steps)
        s.expect_close(
            got,
            walk(grad, x0, eta, steps),
            "Each row is the one before it minus learning_rate times the gradient "
            "there.",
            rows="row",
        )
        _, minimum, eta, steps = case()
        grad = s.oracle(lambda x: x - minimum, shape=(3,), limit=2000)
        got = s.call("descend", grad, minimum, eta, steps)
        s.expect_close(
            got,
            walk(grad, minimum, eta, steps),
            "From a start at the minimum the walk stays there, in every row.",
            rows="row",
        )
    with s.part("one gradient a step"):
        grad, x0, eta, steps = case()
        s.call("descend", grad, x0, eta, steps)
        s.note(count=grad.count)
        s.expect(
            grad.count == steps,
            "Steps: {steps}. Gradients asked: {count}. Each step needs one, and no "
            "more.",
        )
        grad, x0, eta, _ = case()
        history = s.array(s.call("descend", grad, x0, eta, 0))
        s.expect(
            history.shape == (1, 3) and grad.count == 0,
            "With steps=0 the walk is its start: one row, and no gradient asked.",
        )
    with s.part("x0 stays as it was"):
        grad, x0, eta, steps = case()
        want = walk(grad, x0, eta, steps)
        got = s.call("descend", grad, x0, eta, steps)
        s.expect_close(
            got, want, "This counts once the walk itself is right.", explain=False
        )
        s.expect_untouched(
            "After the walk, x0 has changed. Copy it first: np.array(x0, dtype=float)."
        )
        x0 = s.rng.integers(-9, 9, size=3) * 2 + 1
        want = walk(grad, x0, eta, steps)
        got = s.call("descend", grad, x0, eta, steps)
        s.expect_close(
            got,
            want,
            "When x0 holds whole numbers, such as np.array([3, 1]), the walk goes "
            "wrong.",
            rows="row",
        )


# ======================================================================== steepest
def always_euclidean(g, p):
    length = norm(g)
    return -g / length if length > 0 else np.zeros_like(g)


def forgets_to_normalize(g, p):
    return -g


def points_uphill(g, p):
    return -steepest_by_cases(g, p)


def divides_by_zero(g, p):
    if p == 1:
        k = np.argmax(np.abs(g))
        return -np.sign(g) * (np.arange(len(g)) == k)
    return -g / norm(g) if p == 2 else -np.sign(g)


def swaps_one_and_inf(g, p):
    return steepest_by_cases(g, {1: np.inf, 2: 2, np.inf: 1}[p])


def keeps_all_ties(g, p):
    if p == 1:
        return -np.sign(g) * (np.abs(g) == np.abs(g).max())
    return steepest_by_cases(g, p)


def divides_by_p_norm(g, p):
    length = norm(g, p)
    return -g / length if length > 0 else np.zeros_like(g)


def takes_largest_signed(g, p):
    if p == 1 and g.any():
        k = np.argmax(g)
        return -np.sign(g) * (np.arange(len(g)) == k)
    return steepest_by_cases(g, p)


def takes_most_negative(g, p):
    if p == 1 and g.any():
        return 1.0 * (np.arange(len(g)) == np.argmin(g))
    return steepest_by_cases(g, p)


def forgets_the_sign(g, p):
    if p == 1 and g.any():
        return -1.0 * (np.arange(len(g)) == np.argmax(np.abs(g)))
    return steepest_by_cases(g, p)


def shortens_the_signs(g, p):
    d = steepest_by_cases(g, p)
    return d / norm(d) if d.any() else d


def steepest_by_cases(g, p):
    """Treat each norm by the case where Hölder's inequality is tight."""
    g = np.asarray(g, dtype=float)
    if not g.any():
        return np.zeros_like(g)
    if p == 1:
        d, k = np.zeros_like(g), np.argmax(np.abs(g))
        d[k] = -np.sign(g[k])
        return d
    return -g / norm(g) if p == 2 else -np.sign(g)


def steepest_by_corners(g, p):
    """Try every corner of the unit ball, and keep the best; a loop for p = 2."""
    best = [0.0] * len(g)
    if not any(g):
        return best
    if p == 2:
        length = sum(entry * entry for entry in g) ** 0.5
        return [-entry / length for entry in g]
    if p == 1:
        corners = [
            [sign * (i == k) for i in range(len(g))]
            for k in range(len(g))
            for sign in (1.0, -1.0)
        ]
    else:
        corners = 2.0 * np.indices((2,) * len(g)).reshape(len(g), -1).T - 1
    return min(corners, key=lambda d: sum(a * b for a, b in zip(g, d, strict=True)))


@question(
    "definition.steepest",
    points=5,
    needs="steepest",
    start=(
        "Start with p = 2, where it is minus the gradient divided by its length; then "
        "ask what changes when a step is measured otherwise."
    ),
    well_done=(
        "Three right answers to which way is down. The one for p = ∞, the signs, "
        "comes back in the chapter on Adam, whose first step is that, up to a hair."
    ),
    hints=[
        "Where to look: take g = [3, −4]. Of all d with |d₁| + |d₂| = 1, which makes "
        "3d₁ − 4d₂ smallest? And of all d with both entries between −1 and 1?",
        "The book: What gradient descent is, section The mathematics.",
    ],
    mistakes=[
        Mistake(
            "always-euclidean",
            always_euclidean,
            "This is −g/‖g‖₂ whatever p is. It is the steepest direction when steps "
            "are measured with a ruler, p = 2. Counted in city blocks (p = 1) or by "
            "the largest coordinate (p = ∞), another direction falls faster.",
        ),
        Mistake(
            "not-normalized",
            forgets_to_normalize,
            "This is −g, as long as the gradient. Asked for is a direction: its length "
            "is 1 in the norm p, and for p = 1 and p = ∞ it is not even parallel to g.",
        ),
        Mistake(
            "uphill",
            points_uphill,
            "Right axis, right length, opposite way: your direction climbs as fast as "
            "possible. Turn it round.",
        ),
        Mistake(
            "zero-gradient",
            divides_by_zero,
            "At a zero gradient you divide 0 by 0 and return nan. On flat ground no "
            "direction goes down: return the zero vector before you divide.",
        ),
        Mistake(
            "norms-swapped",
            swaps_one_and_inf,
            "You swapped p = 1 and p = ∞. With ‖d‖₁ = 1 the budget is shared, "
            "so all of it goes to the steepest coordinate; with ‖d‖∞ = 1 every "
            "coordinate has a budget of its own, so all of them move.",
        ),
        Mistake(
            "ties",
            keeps_all_ties,
            "When two coordinates are equally steep, your d for p = 1 moves along "
            "both by 1, and ‖d‖₁ is 2. Choose one of them, or share the 1 between "
            "them.",
        ),
        Mistake(
            "own-norm",
            divides_by_p_norm,
            "This is −g/‖g‖ₚ: it has length 1 in the norm p, yet it keeps the "
            "direction of −g, and that is steepest for p = 2 only. The norm decides "
            "the direction, not the length alone.",
        ),
        Mistake(
            "largest-signed",
            takes_largest_signed,
            "For p = 1 you take the largest entry of g. The steepest coordinate is the "
            "one largest in size: −5 is steeper than 3. Use `np.argmax(np.abs(g))`.",
        ),
        Mistake(
            "most-negative",
            takes_most_negative,
            "For p = 1 you step forward along the most negative entry of g. That is "
            "right when it is the largest in size; when a positive entry is larger, "
            "stepping back along that one falls faster.",
        ),
        Mistake(
            "sign-forgotten",
            forgets_the_sign,
            "For p = 1 you found the steepest coordinate and always step by −1 along "
            "it. Where its slope is negative, that is uphill: step by minus the sign.",
        ),
        Mistake(
            "signs-shortened",
            shortens_the_signs,
            "For p = ∞ the signs are right, and then you divide by their Euclidean "
            "length. The largest entry in size must be 1, and the signs alone have "
            "that.",
        ),
    ],
    right=[steepest_by_cases, steepest_by_corners],
)
def check_steepest(s):
    """Judge by what steepest means: length one, and a slope nobody beats."""

    def gradient():
        g = s.rng.permutation([0.4, -0.9, 1.6, -2.3, 1.1])
        return g * s.rng.uniform(0.8, 1.2)

    def judge(g, p):
        name = {1: "1", 2: "2", np.inf: "∞"}[p]
        d = s.array(s.call("steepest", g, p), g.shape)
        best = -norm(g, {1: np.inf, 2: 2, np.inf: 1}[p])
        length, slope = norm(d, p), g @ d
        s.note(length=length, slope=slope, p=name)
        s.expect(
            np.isfinite(d).all(),
            "For p = {p}, not every entry of d is a finite number.",
        )
        s.expect(slope < 0, "For p = {p}, your d does not go down: g·d = {slope:.3g}.")
        s.expect(
            abs(length - 1) < 1e-6,
            "For p = {p}, your d has length ‖d‖ = {length:.6g} in that norm; a "
            "direction has length 1.",
        )
        s.expect(
            slope < best * (1 - 1e-6),
            "For p = {p}, your d has length 1 and slope {slope:.3g}, and another d of "
            "length 1 falls more steeply.",
        )

    with s.part("p = 2"):
        judge(gradient(), 2)
    with s.part("p = 1", points=2):
        g = gradient()
        judge(g, 1)  # the steepest coordinate falls
        judge(-g, 1)  # it rises
        g[np.argmax(g)] = -g.min()
        judge(g, 1)  # there are two
    with s.part("p = ∞"):
        g = gradient()
        judge(g, np.inf)
        g[np.argmin(np.abs(g))] = 0
        judge(g, np.inf)
    with s.part("flat ground"):
        g = gradient()
        d = s.array(s.call("steepest", g, 2), g.shape)
        s.expect(d @ g < 0, "This counts once the direction goes down where it can.")
        for p in (1, 2, np.inf):
            d = s.call("steepest", np.zeros(5), p)
            s.note(p={1: "1", 2: "2", np.inf: "∞"}[p])
            s.expect_close(
                d,
                np.zeros(5),
                "Where g is zero, d is the zero vector; for p = {p} yours is not.",
            )


# ======================================================================= stop_rule
WORDS = ("converged", "max_steps", "diverged")
LIMIT = 300  # gradients
ENDLESS = (
    "Your loop went past max_steps: does it look at it, and does its counter move? We "
    f"stopped it after {LIMIT} gradients."
)


def _rule(
    stops=lambda g, step, tolerance: norm(g) <= tolerance,
    budget=lambda max_steps: max_steps,
    result=lambda x, status: (x, status),
    sign=-1,
):
    """Make a stop rule in which one thing is done otherwise."""

    def stop_rule(grad, x0, learning_rate, tolerance, max_steps):
        x = np.array(x0, dtype=float)
        for _ in range(budget(max_steps)):
            g = grad(x)
            step = sign * learning_rate * g
            if not np.isfinite(g).all():
                return result(x, "diverged")
            if stops(g, step, tolerance):
                return result(x, "converged")
            if not np.isfinite(x + step).all():
                return result(x, "diverged")
            x = x + step
        return result(x, "max_steps")

    return stop_rule


def checks_after_stepping(grad, x0, learning_rate, tolerance, max_steps):
    x = np.array(x0, dtype=float)
    for _ in range(max_steps):
        new = x - learning_rate * grad(x)
        g = grad(new)
        if not np.isfinite(new).all():
            return x, "diverged"
        x = new
        if norm(g) <= tolerance:
            return x, "converged"
    return x, "max_steps"


def takes_nan_for_convergence(grad, x0, learning_rate, tolerance, max_steps):
    x, t = np.array(x0, dtype=float), 0
    while norm(grad(x)) > tolerance and t < max_steps:
        x = x - learning_rate * grad(x)
        t += 1
    return x, "max_steps" if t == max_steps else "converged"


def never_reports_divergence(grad, x0, learning_rate, tolerance, max_steps):
    x = np.array(x0, dtype=float)
    for _ in range(max_steps):
        g = grad(x)
        if norm(g) <= tolerance:
            return x, "converged"
        x = x - learning_rate * g
    return x, "max_steps"


def returns_what_is_not_finite(grad, x0, learning_rate, tolerance, max_steps):
    x = np.array(x0, dtype=float)
    for _ in range(max_steps):
        g = grad(x)
        if norm(g) <= tolerance:
            return x, "converged"
        x = x - learning_rate * g
        if not np.isfinite(x).all():
            return x, "diverged"
    return x, "max_steps"


def looks_at_the_gradient_only(grad, x0, learning_rate, tolerance, max_steps):
    x = np.array(x0, dtype=float)
    for _ in range(max_steps):
        g = grad(x)
        if not np.isfinite(g).all():
            return x, "diverged"
        if norm(g) <= tolerance:
            return x, "converged"
        x = x - learning_rate * g
    return x, "max_steps"


def takes_x0_along(grad, x0, learning_rate, tolerance, max_steps):
    for _ in range(max_steps):
        g = grad(x0)
        if norm(g) <= tolerance:
            return x0, "converged"
        if not np.isfinite(x0 - learning_rate * g).all():
            return x0, "diverged"
        x0 -= learning_rate * g
    return x0, "max_steps"


def returns_the_start(grad, x0, learning_rate, tolerance, max_steps):
    x, status = _rule()(grad, x0, learning_rate, tolerance, max_steps)
    return (x0 if status == "diverged" else x), status


def walks_for_ever(grad, x0, learning_rate, tolerance, max_steps):
    x = np.array(x0, dtype=float)
    while True:
        g = grad(x)
        if norm(g) <= tolerance:
            return x, "converged"
        if not np.isfinite(x - learning_rate * g).all():
            return x, "diverged"
        x = x - learning_rate * g


def stop_rule_by_while(grad, x0, learning_rate, tolerance, max_steps):
    """Keep going while nothing stops us, with plain lists of numbers."""
    x, t = [float(entry) for entry in x0], 0
    g = [float(entry) for entry in grad(x)]
    while sum(entry * entry for entry in g) ** 0.5 > tolerance and t < max_steps:
        new = [a - learning_rate * b for a, b in zip(x, g, strict=True)]
        if any(entry != entry or abs(entry) == float("inf") for entry in new):
            return x, "diverged"
        x, t = new, t + 1
        g = [float(entry) for entry in grad(x)]
        if any(entry != entry for entry in g):
            return x, "diverged"
    return x, "max_steps" if t == max_steps else "converged"


def stop_rule_with_a_last_look(grad, x0, learning_rate, tolerance, max_steps):
    """Ask once more after the last step."""
    x = np.array(x0, dtype=float)
    for t in range(max_steps + 1):
        g = grad(x)
        if norm(g) <= tolerance:
            return x, "converged"
        if not np.isfinite(x - learning_rate * g).all():
            return x, "diverged"
        if t < max_steps:
            x = x - learning_rate * g
    return x, "max_steps"


@question(
    "definition.stop_rule",
    points=5,
    needs="stop_rule",
    start=(
        "Start with your loop from `descend`, and before each step ask: is the "
        "gradient short enough to stop?"
    ),
    well_done=(
        "It stops, and it says why. A length of ∇f below the tolerance says that the "
        "ground is flat here; whether here is a valley, a pass or a summit, it cannot "
        "say."
    ),
    hints=[
        "Where to look: three runs by hand on f(x) = x², gradient 2x. From 0 it takes "
        "no step; from 1 with max_steps=3 it stops after three; with learning_rate "
        "1e308 it leaves the numbers at once, and returns 1 and diverged.",
        "The book: What gradient descent is, section When it fails.",
    ],
    mistakes=[
        Mistake(
            "step-length",
            _rule(stops=lambda g, step, tol: norm(step) <= tol),
            "You stop when the step is short. But a step is short for two reasons: the "
            "ground is flat, or the learning rate is small. Test the gradient, ‖g‖ ≤ "
            "tolerance; here η is {learning_rate:.2f}.",
        ),
        Mistake(
            "squared",
            _rule(stops=lambda g, step, tol: g @ g <= tol),
            "You compare g·g with the tolerance, and that is the length squared: 0.03 "
            "squared is already below 0.001. Take the root, or use np.linalg.norm(g).",
        ),
        Mistake(
            "largest-entry",
            _rule(stops=lambda g, step, tol: np.abs(g).max() <= tol),
            "You ask that each entry of g be small. Asked for is the length ‖g‖₂, "
            "which is larger than its largest entry: np.linalg.norm(g).",
        ),
        Mistake(
            "strict",
            _rule(stops=lambda g, step, tol: norm(g) < tol),
            "You stop when ‖g‖ < tolerance, asked for is ≤. At a minimum with "
            "tolerance 0, where both are zero, your walk never ends by itself.",
        ),
        Mistake(
            "checks-late",
            checks_after_stepping,
            "You step first and look afterwards. A start that is already good enough "
            "is left again: ask before the step.",
        ),
        Mistake(
            "ascent",
            _rule(sign=1),
            "You walk uphill: x + ηg. No rule can stop that in a good place.",
        ),
        Mistake(
            "one-short",
            _rule(budget=lambda max_steps: max_steps - 1),
            "You gave up one step early: max_steps is {max_steps}, and you stand where "
            "{max_steps} − 1 steps lead.",
        ),
        Mistake(
            "one-more",
            _rule(budget=lambda max_steps: max_steps + 1),
            "You took one step too many: max_steps is {max_steps}, and you stand where "
            "{max_steps} + 1 steps lead.",
        ),
        Mistake(
            "endless",
            walks_for_ever,
            ENDLESS,
        ),
        Mistake(
            "nan-converged",
            takes_nan_for_convergence,
            "The walk left the numbers and you call it converged. A comparison with "
            "nan is always false, so `while norm > tolerance` ends in silence. Ask "
            "np.isfinite before you believe it.",
        ),
        Mistake(
            "never-diverges",
            never_reports_divergence,
            "The walk left the numbers and nobody noticed: nan ≤ tolerance is false, "
            "so the loop ran on to max_steps. Test x and g with np.isfinite.",
        ),
        Mistake(
            "not-finite",
            returns_what_is_not_finite,
            "The word is right, and the x you return with it is lost: it holds inf or "
            "nan. Look at the new x before you let go of the old one, and return the "
            "last that was finite.",
        ),
        Mistake(
            "gradient-only",
            looks_at_the_gradient_only,
            "You test g and believe the step. But g can be finite and x − ηg infinite, "
            "when η is large: test the new x too, before you let go of the old one.",
        ),
        Mistake(
            "x0-walks",
            takes_x0_along,
            "All is right, and the walk took the start with it: `x -= ...` changes the "
            "array that the caller still holds. Begin with `x = np.array(x0, "
            "dtype=float)`.",
        ),
        Mistake(
            "back-to-start",
            returns_the_start,
            "When the walk diverges you return x0. How far it came is worth knowing: "
            "keep the last place that was finite, and return that.",
        ),
        Mistake(
            "status-first",
            _rule(result=lambda x, status: (status, x)),
            "The other way round: `return x, status`, the place first.",
        ),
        Mistake(
            "status-missing",
            _rule(result=lambda x, status: x),
            "You return the place and not how the walk ended. Return both: `return x, "
            "status`.",
        ),
    ],
    right=[
        _rule(),
        stop_rule_by_while,
        stop_rule_with_a_last_look,
    ],
)
def check_stop_rule(s):
    """Three endings: flat ground, no steps left, no numbers left."""

    def run(function, x0, eta, tolerance, max_steps):
        grad = s.oracle(function, shape=np.shape(x0), limit=LIMIT, beyond=ENDLESS)
        s.note(learning_rate=eta, tolerance=tolerance, max_steps=max_steps)
        got = s.call("stop_rule", grad, x0, eta, tolerance, max_steps)
        x, status = s.unpack(got, "x, status")
        s.note(status=status)
        s.expect(
            isinstance(status, str) and status in WORDS,
            "The second thing you return is one of three words, spelt like this: "
            '"converged", "max_steps", "diverged".',
        )
        return s.array(x, np.shape(x0)), status

    with s.part("converged", points=2):
        curvature, eta = s.rng.uniform(1.0, 1.1), s.rng.uniform(0.17, 0.2)
        minimum, tolerance = s.rng.normal(size=3), 1e-3

        def bowl(x):
            return curvature * (x - minimum)

        start = minimum + s.rng.choice([-1, 1], size=3) * s.rng.uniform(0.8, 1.2, 3)
        x, status = run(bowl, start, eta, tolerance, 100)
        s.note(slope=norm(bowl(x)))
        s.expect(
            status == "converged",
            'In a round bowl, with steps to spare, you report "{status}"; this walk '
            'has "converged".',
        )
        s.expect(
            norm(bowl(x)) <= tolerance,
            "You report converged where ‖∇f(x)‖ is {slope:.2g}; the tolerance was "
            "{tolerance:g}.",
        )
        want = start
        while norm(bowl(want)) > tolerance:
            want = want - eta * bowl(want)
        s.expect_close(
            x,
            want,
            "Your x is flat enough, and it is not the first on the walk that is: stop "
            "as soon as ‖∇f(x)‖ ≤ tolerance.",
            rtol=1e-9,
            atol=1e-9,
        )
        start = minimum + 0.5 * tolerance * np.array([1.0, 0.0, 0.0])
        x, status = run(bowl, start, eta, tolerance, 100)
        s.expect(
            status == "converged",
            'From a start that is flat enough already you report "{status}".',
        )
        s.expect_close(
            x,
            start,
            "A start that is flat enough already is the answer: no step.",
            rtol=0,
            atol=1e-12,
        )
        x, status = run(bowl, minimum, eta, 0.0, 20)
        s.expect(
            status == "converged",
            'At the minimum itself, with tolerance 0, you report "{status}".',
        )
    with s.part("max_steps"):
        slope, eta = s.rng.normal(size=3), s.rng.uniform(0.1, 0.5)
        start, max_steps = s.rng.normal(size=3), int(s.rng.integers(5, 12))
        x, status = run(lambda x: slope, start, eta, 1e-6, max_steps)
        s.expect(
            status == "max_steps",
            'On a slope without a bottom you report "{status}"; after {max_steps} '
            'steps it is "max_steps".',
        )
        s.expect_close(
            x,
            start - max_steps * eta * slope,
            "You do not stand where {max_steps} steps lead.",
        )
        s.expect_untouched(
            "After the walk, x0 has changed. Copy it first: np.array(x0, dtype=float)."
        )
    with s.part("diverged", points=2):
        near, far = s.rng.uniform(0.3, 0.6, size=2), s.rng.uniform(5.6, 6.1, size=2)
        cases = (
            (np.sinh, far, 1.0, "the gradient is infinite"),
            (lambda x: 1.5 * np.sqrt(x), near, 1.0, "the gradient is nan"),
            (lambda x: 2 * x, far, 1e308, "the next step leads beyond all numbers"),
        )
        for function, start, eta, what in cases:
            s.note(what=what)
            last, new = start, start - eta * function(start)
            while np.isfinite(new).all():
                last, new = new, new - eta * function(new)
            x, status = run(function, start, eta, 1e-6, 50)
            s.expect(
                status == "diverged",
                'A walk came to a place where {what}, and you report "{status}".',
            )
            s.expect(
                np.isfinite(x).all(),
                "You report diverged with an x of inf or nan: np.isfinite finds both.",
            )
            s.expect_close(
                x, last, "You report diverged, but x is not the last finite place."
            )
