"""Momentum: the heavy ball, Nesterov's point, whose learning rate, what is left."""

import numpy as np

from gdlib.grading import Mistake, question


def _walk(
    velocity=lambda v, g, beta: beta * v + g,
    ask=lambda x, v, eta, beta: x,
    step=lambda x, v, eta, beta, g: x - eta * v,
    record=lambda x, v, eta, beta: x,
):
    """Make a walk with memory in which one thing is done otherwise."""

    def walk(grad, x0, learning_rate, beta, steps):
        x = np.array(x0, dtype=float)
        v = np.zeros_like(x)
        history = [x]
        for _ in range(steps):
            g = np.asarray(grad(ask(x, v, learning_rate, beta)))
            v = velocity(v, g, beta)
            x = step(x, v, learning_rate, beta, g)
            history.append(record(x, v, learning_rate, beta))
        return np.array(history)

    return walk


def _ahead(x, v, eta, beta):
    return x - eta * beta * v


def _rows(change):
    """Make, of a right walk, one that hands its rows back otherwise."""
    return lambda right: lambda *args: change(right(*args))


def _short(right):
    def walk(grad, x0, learning_rate, beta, steps):
        return right(grad, x0, learning_rate, beta, max(0, steps - 1))

    return walk


without_start = _rows(lambda history: history[1:])
last_only = _rows(lambda history: history[-1])
columns = _rows(lambda history: history.T)


def _truncated(ask):
    def walk(grad, x0, learning_rate, beta, steps):
        history = np.zeros((steps + 1, len(x0)), dtype=x0.dtype)
        history[0], v = x0, np.zeros(len(x0))
        for t in range(steps):
            x = history[t]
            v = beta * v + grad(ask(x, v, learning_rate, beta))
            history[t + 1] = x - learning_rate * v
        return history

    return walk


def _on_x0(ask):
    def walk(grad, x0, learning_rate, beta, steps):
        v, history = 0 * x0, [x0.copy()]
        for _ in range(steps):
            v = beta * v + grad(ask(x0, v, learning_rate, beta))
            x0 -= learning_rate * v
            history.append(x0.copy())
        return np.array(history)

    return walk


def _one_array(ask):
    def walk(grad, x0, learning_rate, beta, steps):
        x = np.array(x0, dtype=float)
        v, history = np.zeros_like(x), [x]
        for _ in range(steps):
            v = beta * v + grad(ask(x, v, learning_rate, beta))
            x -= learning_rate * v
            history.append(x)
        return np.array(history)

    return walk


def _moves_row_0(ask):
    def walk(grad, x0, learning_rate, beta, steps):
        x = np.array(x0, dtype=float)
        v, history = np.zeros_like(x), [x]
        for _ in range(steps):
            v = beta * v + grad(ask(x, v, learning_rate, beta))
            x -= learning_rate * v
            history.append(x.copy())
        return np.array(history)

    return walk


def _steps_before_asking(ask):
    def walk(grad, x0, learning_rate, beta, steps):
        x = np.array(x0, dtype=float)
        v, history = np.zeros_like(x), [x]
        for _ in range(steps):
            x = x - learning_rate * v
            v = beta * v + grad(ask(x, v, learning_rate, beta))
            history.append(x)
        return np.array(history)

    return walk


def _asks_twice(ask):
    def walk(grad, x0, learning_rate, beta, steps):
        x = np.array(x0, dtype=float)
        v, history = np.zeros_like(x), [x]
        for _ in range(steps):
            at = ask(x, v, learning_rate, beta)
            x = x - learning_rate * (beta * v + grad(at))
            v = beta * v + grad(at)
            history.append(x)
        return np.array(history)

    return walk


def _bookkeeping(right, ask):
    """Return the slips about rows, counts and x0 that both walks share."""
    return [
        Mistake(
            "start-missing",
            without_start(right),
            "The walk is right and its first row is missing: row 0 is the start, "
            "before any step. {steps} steps make {rows} rows.",
        ),
        Mistake(
            "one-short",
            _short(right),
            "One step is missing: {steps} steps make {rows} rows, the start and one "
            "after each step. Does the loop run {steps} times?",
        ),
        Mistake(
            "last-only",
            last_only(right),
            "You return where the walk ends. Asked for is the whole walk, one place a "
            "row: append x after each step.",
        ),
        Mistake(
            "columns",
            columns(right),
            "The walk is right and lies on its side: each place is a column. Here one "
            "row is one place.",
        ),
        Mistake(
            "aliasing",
            _one_array(ask),
            "All your rows are the last place: the list holds one array {rows} times, "
            "and `x -= ...` changes that array. `x = x - ...` makes a new one.",
        ),
        Mistake(
            "row-0-walks",
            _moves_row_0(ask),
            "Row 0 is not the start but the last place: the list holds the very array "
            "that `x -= ...` changes. `x = x - ...` makes a new one each time.",
        ),
        Mistake(
            "step-first",
            _steps_before_asking(ask),
            "The walk is right and comes one step late: you step with the old v, which "
            "is zero at first, and then bring v up to date. Update v, then x.",
        ),
        Mistake(
            "x0-walks",
            _on_x0(ask),
            "The walk is right, and it took the start with it: `-=` changes the array "
            "that the caller still holds, and fails on whole numbers. Begin with "
            "`x = np.array(x0, dtype=float)`.",
        ),
        Mistake(
            "truncation",
            _truncated(ask),
            "Your table has the type of x0, so whole numbers in the start cut the "
            "fraction off every place. Make the table of floats.",
        ),
        Mistake(
            "two-gradients",
            _asks_twice(ask),
            "Right places at double the price: you ask for the gradient twice in each "
            "step. Update v first, and then step with the v that you have.",
        ),
    ]


# ====================================================================== heavy_ball
HAND = (
    "With the gradient x of f(x) = ½x², from x0 = [1.0] with learning_rate 0.5 and "
    "beta 0.5"
)


def steps_before_remembering(grad, x0, learning_rate, beta, steps):
    x = np.array(x0, dtype=float)
    v, history = np.zeros_like(x), [x]
    for _ in range(steps):
        g = grad(x)
        x = x - learning_rate * v
        v = beta * v + g
        history.append(x)
    return np.array(history)


def begins_with_a_gradient(grad, x0, learning_rate, beta, steps):
    x = np.array(x0, dtype=float)
    v, history = grad(x), [x]
    for _ in range(steps):
        v = beta * v + grad(x)
        x = x - learning_rate * v
        history.append(x)
    return np.array(history)


def remembers_one_gradient(grad, x0, learning_rate, beta, steps):
    x = np.array(x0, dtype=float)
    before, history = np.zeros_like(x), [x]
    for _ in range(steps):
        g = grad(x)
        x = x - learning_rate * (g + beta * before)
        before = g
        history.append(x)
    return np.array(history)


def asks_at_x0(grad, x0, learning_rate, beta, steps):
    x = np.array(x0, dtype=float)
    v, history = np.zeros_like(x), [x]
    for _ in range(steps):
        v = beta * v + grad(x0)
        x = x - learning_rate * v
        history.append(x)
    return np.array(history)


def _differences(momentum):
    """Make a ball that remembers where it was, with this much of the difference."""

    def walk(grad, x0, learning_rate, beta, steps):
        x = np.array(x0, dtype=float)
        before, history = x, [x]
        for _ in range(steps):
            moved = momentum(learning_rate, beta) * (x - before)
            before, x = x, x - learning_rate * grad(x) + moved
            history.append(x)
        return np.array(history)

    return walk


def corrects_the_mean(grad, x0, learning_rate, beta, steps):
    x = np.array(x0, dtype=float)
    v, history = np.zeros_like(x), [x]
    for t in range(1, steps + 1):
        v = beta * v + (1 - beta) * grad(x)
        x = x - learning_rate * v / (1 - beta**t)
        history.append(x)
    return np.array(history)


def heavy_ball_by_differences(grad, x0, learning_rate, beta, steps):
    """Polyak's own way: x ← x − ηg + β(x − what x was)."""
    history = [np.array(x0, dtype=float)]
    for t in range(steps):
        x, before = history[t], history[max(t - 1, 0)]
        history.append(x - learning_rate * grad(x) + beta * (x - before))
    return np.array(history)


def heavy_ball_inside(grad, x0, lr, beta, n):
    """Keep the step in memory, in a table that is filled row by row."""
    history = np.zeros((n + 1, len(x0)))
    history[0], u = x0, np.zeros(len(x0))
    for t in range(n):
        u = beta * u - lr * grad(history[t])
        history[t + 1] = history[t] + u
    return history


def heavy_ball_unrolled(grad, x0, learning_rate, beta, steps):
    """Keep all gradients, and weigh them anew each time; with plain lists."""
    history, seen = [[float(entry) for entry in x0]], []
    for t in range(steps):
        seen.append([float(entry) for entry in grad(history[-1])])
        v = [
            sum(beta ** (t - k) * g[i] for k, g in enumerate(seen))
            for i in range(len(x0))
        ]
        pairs = zip(history[-1], v, strict=True)
        history.append([a - learning_rate * b for a, b in pairs])
    return history


def _case(s):
    """Draw a slanted bowl and a start; note how many rows are due."""
    curvature, minimum = s.rng.uniform(0.5, 2, size=3), s.rng.normal(size=3)
    grad = s.oracle(lambda x: curvature * (x - minimum), shape=(3,), limit=2000)
    steps, eta = int(s.rng.integers(5, 8)), s.rng.uniform(0.2, 0.35)
    beta = s.rng.uniform(0.6, 0.75)
    s.note(steps=steps, rows=steps + 1, beta=beta)
    return grad, s.rng.normal(size=3) * 3, eta, beta, steps


def _judge_walk(s, name, right, rule):
    """Judge a walk: its places, its price, and what it did to x0."""

    def want(grad, *rest):
        return right(grad.function, *rest)

    with s.part("the places", points=3):
        case = _case(s)
        got = s.call(name, *case)
        s.expect_close(got, want(*case), f"The walk is not {rule}.", rows="row")
        grad, x0, eta, _, steps = case
        got = s.call(name, grad, x0, eta, 0.0, steps)
        s.expect_close(
            got,
            want(grad, x0, eta, 0.0, steps),
            "With beta = 0 nothing is remembered, and the walk is gradient descent; "
            "yours is not.",
            rows="row",
        )
    with s.part("one gradient a step"):
        case = _case(s)
        grad = case[0]
        got = s.call(name, *case)
        s.expect_close(
            got,
            want(*case),
            "This counts once the places are right.",
            explain=False,
        )
        s.note(count=grad.count)
        s.expect(
            grad.count == case[-1],
            "Steps: {steps}. Gradients asked: {count}. Each step needs one, and no "
            "more.",
        )
    with s.part("x0 stays as it was"):
        case = _case(s)
        got = s.call(name, *case)
        s.expect_close(
            got,
            want(*case),
            "This counts once the places are right.",
            explain=False,
        )
        s.expect_untouched(
            "After the walk, x0 has changed. Copy it first: np.array(x0, dtype=float)."
        )
        grad, x0, *rest = case
        x0 = s.rng.integers(-9, 9, size=3) * 2 + 1
        got = s.call(name, grad, x0, *rest)
        s.expect_close(
            got,
            want(grad, x0, *rest),
            "When x0 holds whole numbers, such as np.array([3, 1]), the walk goes "
            "wrong.",
            rows="row",
        )


@question(
    "momentum.heavy_ball",
    points=5,
    needs="heavy_ball",
    start=(
        "Start with the loop of gradient descent. Before it, make a velocity of zeros; "
        "in it, one line updates v and the next one steps along v."
    ),
    well_done=(
        "Two lines in a loop, and a memory of the size of x: that is the whole price. "
        "A network with a billion weights pays it with a second billion numbers."
    ),
    hints=[
        f"Where to look: {HAND[0].lower()}{HAND[1:]}, the velocities are 1, 1, 1/2 and "
        "the rows 1, 1/2, 0, −1/4. Print v in each step.",
        "The book: Momentum: steps that remember, section The idea.",
    ],
    mistakes=[
        Mistake(
            "velocity-lost",
            _walk(velocity=lambda v, g, beta: g),
            "This is plain gradient descent: v never grows. Either `v = ...` with the "
            "zeros stands inside the loop, so that each step starts from nothing, or "
            "the new v does not use the old one. Make the zeros once, before the loop.",
        ),
        Mistake(
            "late-velocity",
            steps_before_remembering,
            "You step first and update v afterwards, so each step uses the velocity of "
            "the step before, and the first one goes nowhere. Update v, then x.",
        ),
        Mistake(
            "mean",
            _walk(velocity=lambda v, g, beta: beta * v + (1 - beta) * g),
            "This is the mean, v ← βv + (1−β)g. The book takes the sum, v ← βv + g; "
            "your walk is theirs with a learning rate 1/(1−β) times too small.",
        ),
        Mistake(
            "ascent",
            _walk(step=lambda x, v, eta, beta, g: x + eta * v),
            "You walk uphill: x + ηv. The velocity is a sum of gradients, and they "
            "point up; the step goes against it.",
        ),
        Mistake(
            "no-friction",
            _walk(velocity=lambda v, g, beta: v + g),
            "Your velocity never fades: v + g instead of βv + g. A ball without "
            "friction swings for ever; multiply the old v by beta.",
        ),
        Mistake(
            "fades-both",
            _walk(velocity=lambda v, g, beta: beta * (v + g)),
            "Your brackets fade the new gradient too: β(v + g). What is new counts in "
            "full, and only what was there before fades: βv + g.",
        ),
        Mistake(
            "beta-on-gradient",
            _walk(velocity=lambda v, g, beta: v + beta * g),
            "Your beta stands on the gradient: v + βg. It belongs to the old velocity, "
            "βv + g, so that the past fades.",
        ),
        Mistake(
            "swapped-weights",
            _walk(velocity=lambda v, g, beta: (1 - beta) * v + beta * g),
            "You swapped the weights: (1−β)v + βg. A large beta means a long memory, "
            "so beta goes with the old v; and here the new gradient counts in full.",
        ),
        Mistake(
            "friction",
            _walk(velocity=lambda v, g, beta: (1 - beta) * v + g),
            "You take beta for the friction: (1−β)v + g. It is what survives a step, "
            "βv + g; the friction is 1−β.",
        ),
        Mistake(
            "rate-twice",
            _walk(step=lambda x, v, eta, beta, g: x - eta * eta * v),
            "The learning rate is in your walk twice, once in v and once in the step, "
            "so it counts squared. Here v sums plain gradients, and η stands outside.",
        ),
        Mistake(
            "rate-missing",
            _walk(step=lambda x, v, eta, beta, g: x - v),
            "You step by the whole velocity, x − v. Multiply by the learning rate: "
            "x − ηv.",
        ),
        Mistake(
            "starts-with-speed",
            begins_with_a_gradient,
            "Your velocity starts as the first gradient, and then that gradient is "
            "added once more: the first step is 1 + β times too long. Start from "
            "zeros.",
        ),
        Mistake(
            "one-gradient-back",
            remembers_one_gradient,
            "You remember the gradient before and no other: g + β times the last g. "
            "Keep v, which holds that one, the one before it, and so on.",
        ),
        Mistake(
            "difference-backward",
            _differences(lambda eta, beta: -beta),
            "You keep the last place instead of v, which is a good way; but you take "
            "β(x − last x) away. The ball goes on as it went: add it.",
        ),
        Mistake(
            "difference-scaled",
            _differences(lambda eta, beta: eta * beta),
            "You keep the last place instead of v, which is a good way; but x − last x "
            "is already a step, with the learning rate in it. Add β times it, no more.",
        ),
        Mistake(
            "corrected-mean",
            corrects_the_mean,
            "You take the mean of the gradients and correct it for its zero start. "
            "Adam does that, two chapters on; here it is the plain sum, v ← βv + g.",
        ),
        Mistake(
            "looks-ahead",
            _walk(ask=_ahead),
            "You ask for the gradient at x − ηβv. That is Nesterov's method, the next "
            "question; the heavy ball asks where it stands, at x.",
        ),
        Mistake(
            "nesterov-step",
            _walk(step=lambda x, v, eta, beta, g: x - eta * (g + beta * v)),
            "You step along g + βv with the new v. That is Nesterov's method, seen "
            "from the point ahead; the heavy ball steps along v itself.",
        ),
        Mistake(
            "gradient-of-x0",
            asks_at_x0,
            "You ask at x0 every time, so the ball feels one slope for ever. Ask where "
            "it is: `grad(x)`.",
        ),
        Mistake(
            "velocities-recorded",
            _walk(record=lambda x, v, eta, beta: v),
            "From row 1 on your rows are velocities. Asked for are the places: append "
            "x after the step.",
        ),
        *_bookkeeping(_walk(), lambda x, v, eta, beta: x),
    ],
    right=[
        _walk(),
        heavy_ball_by_differences,
        heavy_ball_inside,
        heavy_ball_unrolled,
    ],
)
def check_heavy_ball(s):
    """Several steps in a slanted bowl, so that the memory matters; count; leave x0."""
    _judge_walk(s, "heavy_ball", _walk(), "v ← βv + g, x ← x − ηv")


# ======================================================================== nesterov
def nesterov_from_the_point_ahead(grad, x0, learning_rate, beta, steps):
    """Be carried by the speed, then take one gradient step from there."""
    x = np.array(x0, dtype=float)
    before, history = x, [x]
    for _ in range(steps):
        y = x + beta * (x - before)
        before, x = x, y - learning_rate * grad(y)
        history.append(x)
    return np.array(history)


def nesterov_by_shifting(grad, x0, lr, beta, n):
    """Walk along the points ahead, as the package does, and shift back at the end."""
    y, v = np.array(x0, dtype=float), np.zeros(len(x0))
    rows = [y]
    for _ in range(n):
        g = grad(y)
        v = beta * v + g
        y = y - lr * (g + beta * v)
        rows.append(y + lr * beta * v)
    return rows


def raises_beta_by_itself(grad, x0, learning_rate, beta, steps):
    x = np.array(x0, dtype=float)
    before, history = x, [x]
    for t in range(steps):
        y = x + t / (t + 3) * (x - before)
        before, x = x, y - learning_rate * grad(y)
        history.append(x)
    return np.array(history)


@question(
    "momentum.nesterov",
    points=5,
    needs="nesterov",
    start=(
        "Start from your heavy_ball. One thing changes: the place at which you ask "
        "for the gradient."
    ),
    well_done=(
        "One word of difference to the heavy ball, and the friction now depends on the "
        "ground: none extra on the floor, full brakes on a wall with ηλ = 1."
    ),
    hints=[
        f"Where to look: {HAND[0].lower()}{HAND[1:]}, the second gradient is asked at "
        "1/4, the velocities are 1 and 3/4, and the rows 1, 1/2, 1/8. Print the place "
        "where you ask.",
        "The book: Momentum: steps that remember, section The mathematics.",
    ],
    mistakes=[
        Mistake(
            "heavy-ball",
            _walk(),
            "This is the heavy ball: you ask for the gradient at x, where you stand. "
            "Nesterov asks where the speed will carry him, at x − ηβv.",
        ),
        Mistake(
            "whole-velocity",
            _walk(ask=lambda x, v, eta, beta: x - eta * v),
            "You look ahead too far, at x − ηv. Only βv of the old velocity survives "
            "the step, so the speed carries you to x − ηβv.",
        ),
        Mistake(
            "rate-forgotten",
            _walk(ask=lambda x, v, eta, beta: x - beta * v),
            "You look ahead to x − βv, without the learning rate. The velocity moves x "
            "by η times itself: ask at x − ηβv.",
        ),
        Mistake(
            "looks-back",
            _walk(ask=lambda x, v, eta, beta: x + eta * beta * v),
            "You ask at x + ηβv, which is where you came from. The walk goes against "
            "v, so the point ahead is x − ηβv.",
        ),
        Mistake(
            "ahead-twice",
            _walk(
                ask=_ahead,
                step=lambda x, v, eta, beta, g: x - eta * (v - g) - eta * v,
            ),
            "You look ahead and then take the whole step from there, so that βv counts "
            "twice. The point ahead is for asking only: step from x, along v.",
        ),
        Mistake(
            "own-schedule",
            raises_beta_by_itself,
            "You take t/(t+3) for beta. That is Nesterov's choice when the smallest "
            "curvature is not known; here beta is an argument, and it stays the same.",
        ),
        Mistake(
            "both-forms",
            _walk(ask=_ahead, step=lambda x, v, eta, beta, g: x - eta * (g + beta * v)),
            "You look ahead twice: you ask at x − ηβv, and then you step along g + βv, "
            "which looks ahead by itself. Of the two forms take one; here it is asking "
            "ahead and stepping along v.",
        ),
        Mistake(
            "rows-ahead",
            _walk(ask=_ahead, record=_ahead),
            "Your rows are the points ahead, x − ηβv: stepping along g + βv, as "
            "libraries do, walks through those, and so does writing down where you "
            "ask. It is Nesterov's walk; asked for are the places x where you stand.",
        ),
        Mistake(
            "velocity-lost",
            _walk(velocity=lambda v, g, beta: g),
            "This is plain gradient descent: v never grows. Make the zeros once, "
            "before the loop, and use the old v in the new one.",
        ),
        Mistake(
            "gradient-only",
            _walk(ask=_ahead, step=lambda x, v, eta, beta, g: x - eta * g),
            "You ask ahead and then step from x by the new gradient alone, so the "
            "speed moves nothing. Step along v: x − ηv.",
        ),
        Mistake(
            "mean",
            _walk(ask=_ahead, velocity=lambda v, g, beta: beta * v + (1 - beta) * g),
            "You ask in the right place, and your memory is the mean, βv + (1−β)g. "
            "The book takes the sum, v ← βv + g.",
        ),
        Mistake(
            "no-friction",
            _walk(ask=_ahead, velocity=lambda v, g, beta: v + g),
            "You ask in the right place, and your velocity never fades: v + g instead "
            "of βv + g.",
        ),
        Mistake(
            "ascent",
            _walk(ask=_ahead, step=lambda x, v, eta, beta, g: x + eta * v),
            "You walk uphill: x + ηv. The step goes against the velocity.",
        ),
        *_bookkeeping(_walk(ask=_ahead), _ahead),
    ],
    right=[
        _walk(ask=_ahead),
        nesterov_from_the_point_ahead,
        nesterov_by_shifting,
    ],
)
def check_nesterov(s):
    """Several steps, so that looking ahead matters; count the questions; leave x0."""
    rule = "v ← βv + ∇f(x − ηβv), x ← x − ηv"
    _judge_walk(s, "nesterov", _walk(ask=_ahead), rule)


# ============================================================== convert_convention
def _scaled(factor, *, mean=("mean",), keep=lambda beta: beta):
    """Make a conversion with some factor between a sum and what counts as a mean."""

    def convert(learning_rate, beta, source, target):
        if (source in mean) == (target in mean):
            return learning_rate, beta
        scale = factor(beta)
        rate = learning_rate / scale if target in mean else learning_rate * scale
        return rate, keep(beta)

    return convert


def always_divides(learning_rate, beta, source, target):
    return learning_rate / (1 - beta), beta


def converts_to_mean_only(learning_rate, beta, source, target):
    if target == "mean" and source != "mean":
        return learning_rate / (1 - beta), beta
    return learning_rate, beta


def forgets_the_source(learning_rate, beta, source, target):
    if target == "mean":
        return learning_rate / (1 - beta), beta
    return learning_rate * (1 - beta), beta


def knows_two_of_three(learning_rate, beta, source, target):
    if (source, target) == ("sum", "mean"):
        return learning_rate / (1 - beta), beta
    if (source, target) == ("mean", "sum"):
        return learning_rate * (1 - beta), beta
    return learning_rate, beta


def forgets_the_brackets(learning_rate, beta, source, target):
    if source == "mean":
        learning_rate = learning_rate * 1 - beta
    if target == "mean":
        learning_rate = learning_rate / 1 - beta
    return learning_rate, beta


def forgets_mean_to_inside(learning_rate, beta, source, target):
    if (source, target) == ("mean", "inside"):
        return learning_rate, beta
    return _scaled(lambda b: 1 - b)(learning_rate, beta, source, target)


def turns_the_sign_of_inside(learning_rate, beta, source, target):
    rate, beta = _scaled(lambda b: 1 - b)(learning_rate, beta, source, target)
    return (-rate if (source == "inside") != (target == "inside") else rate), beta


def does_nothing(learning_rate, beta, source, target):
    return learning_rate, beta


def convert_by_table(learning_rate, beta, source, target):
    """Say how long a step each convention takes on an even slope, and compare."""
    reach = {"sum": 1 / (1 - beta), "mean": 1.0, "inside": 1 / (1 - beta)}
    return [learning_rate * reach[source] / reach[target], beta]


def convert_by_cases(lr, b, source, target):
    """Write each case down."""
    if source == target or "mean" not in (source, target):
        return lr, b
    return np.array([lr / (1 - b) if target == "mean" else lr - lr * b, b])


@question(
    "momentum.convert_convention",
    points=4,
    needs="convert_convention",
    start=(
        "Start on paper: let every gradient be 1 and write down the first two steps of "
        "a sum and of a mean. Which number makes them equal?"
    ),
    well_done=(
        "Three conventions, two numbers, one factor. It holds while the learning rate "
        "is fixed; under a schedule the form with η inside is another walk."
    ),
    hints=[
        "Where to look: let the first gradient be 1. The first step of a sum is η, of "
        "a mean (1−β)η, of the form inside η. From there, each later step follows.",
        "The book: Momentum: steps that remember, section The mathematics.",
    ],
    mistakes=[
        Mistake(
            "inverse",
            _scaled(lambda b: 1 / (1 - b)),
            "The right factor on the wrong side: from sum to mean you multiply by "
            "1−β. The mean is the shorter memory, so it needs the larger rate.",
        ),
        Mistake(
            "always-divides",
            always_divides,
            "You divide by 1−β whatever is asked. That is right from a sum to a mean; "
            "back it is a product, and between other pairs nothing changes. Look at "
            "source and target.",
        ),
        Mistake(
            "one-way",
            converts_to_mean_only,
            "You can go to a mean and not come back from one. When source is a mean "
            "and target is not, multiply the rate by 1−β.",
        ),
        Mistake(
            "source-ignored",
            forgets_the_source,
            "You look at target only, as if every walk came from the other camp. Look "
            "at source too: a sum to a sum, or a mean to a mean, stays as it is.",
        ),
        Mistake(
            "beta-not-one-minus",
            _scaled(lambda b: b),
            "You use the factor β. The new gradient counts 1−β times in a mean and "
            "once in a sum, so the factor between them is 1−β.",
        ),
        Mistake(
            "one-plus-beta",
            _scaled(lambda b: 1 + b),
            "You use the factor 1+β. That is what an alternating gradient gives, "
            "1/(1+β); the first step alone shows that a mean is 1−β times a sum.",
        ),
        Mistake(
            "squared-factor",
            _scaled(lambda b: (1 - b) ** 2),
            "You use the factor 1−β twice. One is enough: m is (1−β)v from the first "
            "step on.",
        ),
        Mistake(
            "beta-changed",
            _scaled(lambda b: 1 - b, keep=lambda b: 1 - b),
            "Your rate is right, and you turned beta into 1−β. In all three forms beta "
            "is what survives a step; it stays as it is.",
        ),
        Mistake(
            "inside-as-mean",
            _scaled(lambda b: 1 - b, mean=("mean", "inside")),
            "You treat the form inside as a mean. Its memory is u = −ηv, a sum with "
            "the rate in it, so its rate is that of a sum.",
        ),
        Mistake(
            "inside-only",
            _scaled(lambda b: 1 - b, mean=("inside",)),
            "You scale the form inside and leave the mean alone. It is the mean in "
            "which the new gradient counts 1−β times.",
        ),
        Mistake(
            "inside-forgotten",
            knows_two_of_three,
            "Between sum and mean you are right both ways, and from inside to mean you "
            "change nothing. For the rate, inside is a sum: ask only whether source "
            "and target are a mean.",
        ),
        Mistake(
            "mean-to-inside",
            forgets_mean_to_inside,
            "One of the ways is missing, from mean to inside. For the rate, inside is "
            "a sum: ask only whether source and target are a mean.",
        ),
        Mistake(
            "sign-of-inside",
            turns_the_sign_of_inside,
            "You turn the sign of the rate for the form inside. Its minus stands in "
            "the formula already, u ← βu − ηg; the rate is positive in all three.",
        ),
        Mistake(
            "brackets",
            forgets_the_brackets,
            "Python reads `rate / 1 - beta` as rate/1 minus beta. Put brackets around "
            "`(1 - beta)`.",
        ),
        Mistake(
            "unchanged",
            does_nothing,
            "You return what you were given. Between a sum and the form inside that is "
            "right; a mean needs another rate.",
        ),
        Mistake(
            "swapped",
            lambda *args: _scaled(lambda b: 1 - b)(*args)[::-1],
            "The other way round: `return learning_rate, beta`, the rate first.",
        ),
        Mistake(
            "rate-only",
            lambda *args: _scaled(lambda b: 1 - b)(*args)[0],
            "Your rate is right, and beta is missing. Return both: `return "
            "learning_rate, beta`.",
        ),
    ],
    right=[_scaled(lambda b: 1 - b), convert_by_table, convert_by_cases],
)
def check_convert_convention(s):
    """There, back, and where nothing changes."""

    def judge(source, target):
        eta, beta = s.rng.uniform(0.05, 0.3), s.rng.uniform(0.75, 0.95)
        exponent = (target == "mean") - (source == "mean")
        s.note(source=source, target=target, learning_rate=eta, beta=beta)
        s.expect_close(
            s.call("convert_convention", eta, beta, source, target),
            [eta / (1 - beta) ** exponent, beta],
            'From "{source}" to "{target}", with learning_rate {learning_rate:.3f} and '
            "beta {beta:.3f}, your two numbers lead to another walk.",
        )

    with s.part("from sum to mean"):
        judge("sum", "mean")
    with s.part("from mean to sum"):
        judge("mean", "sum")
    with s.part("the form inside"):
        judge("sum", "inside")
        judge("inside", "sum")
        judge("inside", "mean")
        judge("mean", "inside")
    with s.part("nothing to convert"):
        judge("sum", "sum")
        judge("mean", "mean")


# ========================================================================== unroll
def _weights(weight, ages=lambda t: np.arange(t, -1, -1)):
    return lambda beta, t: weight(beta, ages(t).astype(float))


def weights_sum_to_one(beta, t):
    w = beta ** np.arange(t, -1.0, -1)
    return w / w.sum()


def weights_by_logarithm(beta, t):
    return np.exp(np.arange(t, -1, -1) * np.log(beta))


def weights_by_fading(beta, t):
    """Let each new gradient come in with weight 1, after all others have faded."""
    weights = []
    for _ in range(t + 1):
        weights = [beta * w for w in weights] + [1.0]
    return weights


def weights_by_watching(beta, t):
    """Feed one gradient of 1 at each moment in turn, and look what v is at the end."""
    v = np.zeros(t + 1)
    for k in range(t + 1):
        v = beta * v + np.eye(t + 1)[k]
    return v


@question(
    "momentum.unroll",
    points=3,
    needs="unroll",
    start=(
        "Start with pencil and paper: write v₀, v₁ and v₂ in terms of g₀, g₁ and g₂, "
        "and look at the powers of β."
    ),
    well_done=(
        "The weights sum to 1/(1−β), nearly. That one number is the effective length "
        "of the memory, and what the step on a long slope is multiplied by."
    ),
    hints=[
        "Where to look: unroll(0.5, 2) is [0.25, 0.5, 1.0]. How old is each of the "
        "three gradients when v₂ is made?",
        "The book: Momentum: steps that remember, section The idea.",
    ],
    mistakes=[
        Mistake(
            "newest-first",
            _weights(lambda b, age: b**age, lambda t: np.arange(t + 1)),
            "Your weights are right and in the other order: the newest first. Asked "
            "for is the oldest first, so that they rise toward 1.",
        ),
        Mistake(
            "one-short",
            _weights(lambda b, age: b**age, lambda t: np.arange(t - 1, -1, -1)),
            "One weight is missing: from g₀ to g with the index {t} there are {t} + 1 "
            "gradients, like fence posts.",
        ),
        Mistake(
            "one-too-old",
            _weights(lambda b, age: b ** (age + 1)),
            "Your newest weight is β: every gradient is one step too old. The newest "
            "one has not faded at all; its weight is 1.",
        ),
        Mistake(
            "first-missing",
            _weights(lambda b, age: b**age, lambda t: np.arange(t, 0, -1)),
            "The newest gradient is missing: your last weight is β, and there is one "
            "too few. The range must go down to the power 0.",
        ),
        Mistake(
            "mean",
            _weights(lambda b, age: (1 - b) * b**age),
            "These are the weights of the mean, with a factor 1−β. In v ← βv + g a new "
            "gradient counts in full: the last weight is 1.",
        ),
        Mistake(
            "normalized",
            weights_sum_to_one,
            "You divide by the sum, so that your weights add to 1. The velocity is a "
            "sum and no mean: its weights add to nearly 1/(1−β).",
        ),
        Mistake(
            "friction",
            _weights(lambda b, age: (1 - b) ** age),
            "Your weights are powers of 1−β, which is what is lost in a step. What is "
            "left after a step is β: take powers of β.",
        ),
        Mistake(
            "multiples",
            _weights(lambda b, age: np.where(age == 0, 1, b * age)),
            "You multiply β by the age. Fading is repeated: a gradient of age 2 has "
            "lost twice in a row, so it counts β·β, a power.",
        ),
        Mistake(
            "logarithm",
            weights_by_logarithm,
            "For beta = 0 you take the logarithm of 0, and 0 times minus infinity is "
            "nan. The power itself knows better: `beta ** age`.",
        ),
        Mistake(
            "summed-up",
            _weights(lambda b, age: (1 - b ** (age + 1)) / (1 - b)),
            "You added the weights up: this is how far each gradient has moved x by "
            "now. Asked for is what it counts in the velocity.",
        ),
        Mistake(
            "sum-only",
            lambda beta, t: float(sum(beta**k for k in range(t + 1))),
            "You return the sum of the weights. Asked for are the weights one by one, "
            "the oldest first.",
        ),
    ],
    right=[
        _weights(lambda b, age: b**age),
        weights_by_fading,
        weights_by_watching,
    ],
)
def check_unroll(s):
    """Compare with the velocity that the loop makes; then a memory of nothing."""

    def judge(beta, t, otherwise):
        s.note(t=t, beta=beta)
        got = s.call("unroll", beta, t)
        s.expect_close(got, weights_by_watching(beta, t), otherwise, atol=1e-9)

    with s.part("the weights", points=2):
        for _ in range(2):
            judge(
                s.rng.uniform(0.6, 0.9),
                int(s.rng.integers(4, 9)),
                "For beta = {beta:.3f} and t = {t} your weights do not add the "
                "gradients up to v.",
            )
    with s.part("short memories"):
        judge(
            s.rng.uniform(0.6, 0.9),
            2,
            "For beta = {beta:.3f} and t = 2 the three weights are not right yet.",
        )
        judge(0.0, int(s.rng.integers(3, 6)), "For beta = 0 only the newest counts.")
        judge(s.rng.uniform(0.6, 0.9), 0, "For t = 0 there is one gradient, g₀.")
