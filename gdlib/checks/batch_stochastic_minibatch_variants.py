"""Batches: cut the table, ask each batch, walk on the answers, and ask them all."""

from itertools import combinations, combinations_with_replacement, permutations, product

import numpy as np

from gdlib.grading import Mistake, question

BOOK = "The book: Batch, stochastic and mini-batch descent, section"


def starts(n, size):
    """Return where the batches of a table of n rows begin."""
    return range(0, n, size)


# ===================================================================== minibatches
def _dealt(cut):
    """Make the right `minibatches`, but for how one epoch is cut: `cut(rng, n, size)`.

    `cut` returns for each batch the rows of X and those of y.
    """

    def minibatches(X, y, size, epochs, seed):
        rng = np.random.default_rng(seed)
        batches = []
        for _ in range(epochs):
            batches += [(X[a], y[b]) for a, b in cut(rng, len(y), size)]
        return batches

    return minibatches


def _twice(batches):
    return [(rows, rows) for rows in batches]


@_dealt
def drops_the_rest(rng, n, size):
    order = rng.permutation(n)
    return _twice(order[k * size : (k + 1) * size] for k in range(n // size))


@_dealt
def fills_the_last_up(rng, n, size):
    order = rng.permutation(n)
    return _twice(order[min(k, n - size) :][:size] for k in starts(n, size))


@_dealt
def shuffles_apart(rng, n, size):
    one, other = rng.permutation(n), rng.permutation(n)
    return [(one[k : k + size], other[k : k + size]) for k in starts(n, size)]


@_dealt
def shuffles_inputs_alone(rng, n, size):
    order, rows = rng.permutation(n), np.arange(n)
    return [(order[k : k + size], rows[k : k + size]) for k in starts(n, size)]


@_dealt
def never_shuffles(rng, n, size):
    rows = np.arange(n)
    return _twice(rows[k : k + size] for k in starts(n, size))


@_dealt
def shuffles_inside_each_batch(rng, n, size):
    rows = np.arange(n)
    return _twice(rng.permutation(rows[k : k + size]) for k in starts(n, size))


@_dealt
def shuffles_the_batches(rng, n, size):
    *full, rest = [np.arange(n)[k : k + size] for k in starts(n, size)]
    return _twice([*(full[k] for k in rng.permutation(len(full))), rest])


@_dealt
def draws_with_replacement(rng, n, size):
    order = rng.integers(n, size=n)
    return _twice(order[k : k + size] for k in starts(n, size))


@_dealt
def draws_each_batch_anew(rng, n, size):
    return _twice(
        rng.choice(n, min(size, n - k), replace=False) for k in starts(n, size)
    )


@_dealt
def slides_the_window(rng, n, size):
    order = rng.permutation(n)
    return _twice(order[k : k + size] for k in range(-(-n // size)))


@_dealt
def evens_out(rng, n, size):
    return _twice(np.array_split(rng.permutation(n), -(-n // size)))


@_dealt
def makes_size_batches(rng, n, size):
    return _twice(np.array_split(rng.permutation(n), size))


def keeps_one_order(X, y, size, epochs, seed):
    order = np.random.default_rng(seed).permutation(len(y))
    rows = [order[k : k + size] for k in starts(len(y), size)] * epochs
    return [(X[r], y[r]) for r in rows]


def stops_after_one_epoch(X, y, size, epochs, seed):
    return minibatches_by_slices(X, y, size, 1, seed)


def keeps_the_last_epoch(X, y, size, epochs, seed):
    batches = minibatches_by_slices(X, y, size, epochs, seed)
    return batches[(epochs - 1) * len(batches) // epochs :]


def returns_inside_the_loop(X, y, size, epochs, seed):
    return minibatches_by_slices(X, y, size, 1, seed)[:1]


def fixes_the_seed(X, y, size, epochs, seed):
    return minibatches_by_slices(X, y, size, epochs, 0)


def swaps_the_pair(X, y, size, epochs, seed):
    return [(b, a) for a, b in minibatches_by_slices(X, y, size, epochs, seed)]


def returns_rows(X, y, size, epochs, seed):
    rows = np.arange(len(y))
    return [r for r, _ in minibatches_by_slices(rows, rows, size, epochs, seed)]


def groups_by_epoch(X, y, size, epochs, seed):
    flat = minibatches_by_slices(X, y, size, epochs, seed)
    each = len(flat) // epochs
    return [flat[k * each : (k + 1) * each] for k in range(epochs)]


def shuffles_in_place(X, y, size, epochs, seed):
    rng = np.random.default_rng(seed)
    batches = []
    for _ in range(epochs):
        order = rng.permutation(len(y))
        X[:], y[:] = X[order], y[order]
        for k in starts(len(y), size):
            batches.append((X[k : k + size].copy(), y[k : k + size].copy()))
    return batches


def hands_out_views(X, y, size, epochs, seed):
    rng = np.random.default_rng(seed)
    batches = []
    for _ in range(epochs):
        order = rng.permutation(len(y))
        X[:], y[:] = X[order], y[order]
        for k in starts(len(y), size):
            batches.append((X[k : k + size], y[k : k + size]))
    return batches


def minibatches_by_slices(X, y, size, epochs, seed):
    """Draw an order, then take slices of it."""
    rng = np.random.default_rng(seed)
    batches = []
    for _ in range(epochs):
        order = rng.permutation(len(y))
        for k in starts(len(y), size):
            batches.append((X[order[k : k + size]], y[order[k : k + size]]))
    return batches


def minibatches_by_split(X, y, size, epochs, seed):
    """Shuffle copies, and let NumPy cut them at every multiple of size."""
    rng = np.random.default_rng(seed)
    batches = []
    for _ in range(epochs):
        order = np.argsort(rng.random(len(y)))
        cuts = range(size, len(y), size)
        parts = np.split(X[order], cuts), np.split(y[order], cuts)
        batches.extend(zip(*parts, strict=True))
    return batches


def minibatches_by_lists(X, y, size, epochs, seed):
    """Deal rows from a list until it is empty, with plain lists."""
    rng = np.random.default_rng(seed)
    batches = []
    for _ in range(epochs):
        left = list(range(len(y)))
        rng.shuffle(left)
        while left:
            rows, left = left[:size], left[size:]
            batches.append([[list(X[i]) for i in rows], [y[i] for i in rows]])
    return batches


@question(
    "batch-stochastic-minibatch-variants.minibatches",
    points=5,
    needs="minibatches",
    start=(
        "Start with one epoch and no shuffle: a loop over `range(0, n, size)` that "
        "appends a pair of slices."
    ),
    well_done=(
        "These lines feed every training run of this book. The library's own are the "
        "same five, with `yield` in place of a list, so that no more than one epoch is "
        "in memory."
    ),
    hints=[
        "Where to look: call it with X = np.arange(10).reshape(10, 1), y = "
        "np.arange(10), size 4 and two epochs, and print the y of each batch. Their "
        "lengths are 4, 4, 2, 4, 4, 2.",
        f"{BOOK} The code.",
    ],
    mistakes=[
        Mistake(
            "rest-dropped",
            drops_the_rest,
            "The rows that do not fill a batch are lost: here {rest} of {n} in each "
            "epoch. They make a last, short batch; a slice that sticks out beyond the "
            "end is short by itself.",
        ),
        Mistake(
            "last-filled",
            fills_the_last_up,
            "You fill the last batch up with rows that have been used already, so some "
            "count twice in an epoch. Let the last batch be short: it has {rest} rows "
            "here.",
        ),
        Mistake(
            "shuffled-apart",
            shuffles_apart,
            "X and y are shuffled separately, so that rows lose their targets. No "
            "error will ever tell you; the model learns noise. Draw one order and use "
            "it for both.",
        ),
        Mistake(
            "X-alone",
            shuffles_inputs_alone,
            "You shuffle X and leave y in its old order, so that rows lose their "
            "targets. Use the same order for both: X[rows] and y[rows].",
        ),
        Mistake(
            "not-shuffled",
            never_shuffles,
            "The rows come in the order of the table, in every epoch. If the table is "
            "sorted, the last rows pull the walk their way each time: draw an order "
            "with rng.permutation(n).",
        ),
        Mistake(
            "shuffled-inside",
            shuffles_inside_each_batch,
            "You cut first and shuffle inside each batch, so every batch holds the "
            "same neighbors in each epoch. Shuffle all the rows, then cut.",
        ),
        Mistake(
            "batches-shuffled",
            shuffles_the_batches,
            "You cut the table first and shuffle the batches, so the same neighbors "
            "sit together in each epoch. Shuffle the rows, then cut.",
        ),
        Mistake(
            "with-replacement",
            draws_with_replacement,
            "You draw each row from the whole table, so some come twice in an epoch "
            "and some never. Here the rows are dealt out, like cards: "
            "rng.permutation(n).",
        ),
        Mistake(
            "each-batch-anew",
            draws_each_batch_anew,
            "Each batch is drawn from the whole table, with no memory of the batches "
            "before it, so an epoch misses some rows and repeats others. Shuffle once "
            "an epoch, then cut.",
        ),
        Mistake(
            "evened-out",
            evens_out,
            "Your batches are of nearly equal size; np.array_split evens them out. "
            "Asked for are batches of {size}, and a last one with the {rest} that are "
            "left.",
        ),
        Mistake(
            "sliding",
            slides_the_window,
            "Your slices begin at 0, 1, 2, …, so your batches overlap. The next one "
            "begins where the last has ended, at 0, {size}, 2 · {size}, …: "
            "`range(0, n, size)`.",
        ),
        Mistake(
            "size-is-count",
            makes_size_batches,
            "You cut the table into {size} batches. `size` is how many rows a batch "
            "has.",
        ),
        Mistake(
            "one-order",
            keeps_one_order,
            "Every epoch has the same order. Draw a new one inside the loop over the "
            "epochs; the generator, made from the seed, stays in front of that loop.",
        ),
        Mistake(
            "one-epoch",
            stops_after_one_epoch,
            "There is one epoch, and asked for were {epochs}. A loop around it does "
            "the rest.",
        ),
        Mistake(
            "last-epoch",
            keeps_the_last_epoch,
            "Only the last of {epochs} epochs is in your list: it is made anew in each "
            "of them. Make it once, in front of the loop over the epochs.",
        ),
        Mistake(
            "early-return",
            returns_inside_the_loop,
            "You return after the first batch: the `return` stands inside the loop. "
            "Move it out, to the indentation of the first `for`.",
        ),
        Mistake(
            "fixed-seed",
            fixes_the_seed,
            "The order does not depend on `seed`: you start the generator with 0 "
            "yourself. Give it the argument, np.random.default_rng(seed).",
        ),
        Mistake(
            "pair-swapped",
            swaps_the_pair,
            "The pair is the other way round: the rows of X come first, then y.",
        ),
        Mistake(
            "row-numbers",
            returns_rows,
            "You return the numbers of the rows. Asked for are the rows themselves, as "
            "pairs: (X[rows], y[rows]).",
        ),
        Mistake(
            "by-epoch",
            groups_by_epoch,
            "You return a list for each epoch, with batches inside. Here all batches "
            "stand in one list, one epoch after the other: `extend` in place of "
            "`append`.",
        ),
        Mistake(
            "in-place",
            shuffles_in_place,
            "The batches are right, and the table of the caller is shuffled: you "
            "write the new order into X and y. X[rows] makes a copy and leaves X "
            "alone.",
        ),
        Mistake(
            "views",
            hands_out_views,
            "You shuffle X and y themselves and hand out slices of them. A slice is a "
            "window on the table: when the next epoch shuffles it, all your earlier "
            "batches change too. X[rows] makes a copy.",
        ),
    ],
    right=[minibatches_by_slices, minibatches_by_split, minibatches_by_lists],
)
def check_minibatches(s):
    """Cut one epoch, keep pairs, shuffle anew, repeat by the seed."""

    def table():
        size = int(s.rng.integers(4, 6))
        count = size + int(s.rng.integers(0, 2))
        rest = int(s.rng.integers(1, size - 2))
        n = size * count + rest
        s.note(n=n, size=size, rest=rest, count=count + 1)
        return s.rng.normal(size=(n, 2)), s.rng.permutation(n) + 100.0, size

    def rows_of(got, X, y):
        """Read a list of pairs; return the numbers of the rows of each batch."""
        s.expect(
            isinstance(got, (list, tuple)) and len(got) > 0,
            "Return a list of pairs, (X_batch, y_batch), one for each batch.",
        )
        batches = []
        for pair in got:
            s.expect(
                isinstance(pair, (list, tuple)) and len(pair) == 2,
                "Each entry of the list is one pair, (X_batch, y_batch).",
            )
            a, b = s.array(pair[0]), s.array(pair[1])
            s.expect(
                a.ndim == 2 and a.shape[1] == 2 and b.shape == (len(a),),
                "In each pair X_batch is a table with the columns of X, and y_batch "
                "has one target for each of its rows.",
            )
            batches.append((a, b))
        a, b = map(np.concatenate, zip(*batches, strict=True))
        near = np.abs(a[:, None, 0] - X[:, 0]) + np.abs(a[:, None, 1] - X[:, 1])
        same = np.abs(b[:, None] - y)
        s.expect((near.min(axis=1) < 1e-9).all(), "There are rows that are not in X.")
        s.expect((same.min(axis=1) < 1e-9).all(), "There are targets not in y.")
        found = near.argmin(axis=1)
        s.expect(
            (found == same.argmin(axis=1)).all(),
            "Rows have lost their targets: what stands beside a row in y_batch is not "
            "what stood beside it in y.",
        )
        return np.split(found, np.cumsum([len(b) for _, b in batches])[:-1])

    def check_sizes(batches, n, size, epochs):
        seen = ", ".join(str(len(rows)) for rows in batches[: n // size + 1])
        s.note(epochs=epochs, got=len(batches), seen=seen)
        want = ([size] * (n // size) + [n % size]) * epochs
        s.expect(
            [len(rows) for rows in batches] == want,
            "With {n} rows and a size of {size}, an epoch is {count} batches of {size} "
            "rows, but for the last, which has {rest}. Yours begin with {seen} rows, "
            "and there are {got} batches in all; epochs asked for: {epochs}.",
        )

    def check_epochs(batches, n, epochs):
        orders = np.concatenate(batches).reshape(epochs, n)
        s.expect(
            (np.sort(orders, axis=1) == np.arange(n)).all(),
            "In an epoch some rows come twice and others never; each comes once.",
        )
        return orders

    def check_shuffled(batches, orders):
        s.expect(
            any(np.ptp(rows) >= len(rows) for rows in batches),
            "Each batch holds neighbors of the table: the rows are not shuffled before "
            "they are cut.",
        )
        s.expect(
            len({tuple(order) for order in orders}) == len(orders),
            "Two epochs have the same order; each draws a new one.",
        )

    with s.part("one epoch", points=2):
        X, y, size = table()
        n = len(y)
        seed = int(s.rng.integers(1, 1000))
        s.note(epochs=1)
        got = s.call("minibatches", X, y, size, 1, seed)
        batches = rows_of(got, X, y)
        check_sizes(batches, n, size, 1)
        check_epochs(batches, n, 1)
    with s.part("each epoch anew", points=2):
        X, y, size = table()
        n, epochs = len(y), int(s.rng.integers(2, 4))
        s.note(epochs=epochs)
        seed = int(s.rng.integers(1, 1000))
        got = s.call("minibatches", X, y, size, epochs, seed)
        batches = rows_of(got, X, y)
        check_sizes(batches, n, size, epochs)
        check_shuffled(batches, check_epochs(batches, n, epochs))
    with s.part("the seed decides"):
        X, y, size = table()
        n = len(y)
        s.note(epochs=2)
        seed = int(s.rng.integers(1, 1000))
        runs = []
        for this in (seed, seed, seed + 1):
            got = s.call("minibatches", X, y, size, 2, this)
            s.expect_untouched(
                "After the call, X or y has changed. They are the caller's: take the "
                "rows out with X[rows], which is a copy."
            )
            batches = rows_of(got, X, y)
            check_sizes(batches, n, size, 2)
            orders = check_epochs(batches, n, 2)
            check_shuffled(batches, orders)
            runs.append(orders)
        s.expect(
            (runs[0] == runs[1]).all(),
            "Called twice with one seed, it gives two different lists. Draw from one "
            "generator made inside the function, np.random.default_rng(seed), and from "
            "nothing else: np.random.permutation and an empty default_rng() are "
            "other sources.",
        )
        s.expect(
            (runs[0] != runs[2]).any(),
            "Another seed gives the same order. Does the seed reach the generator?",
        )


# ================================================================= batch_gradients
def _asked(
    divide=lambda m, n, size: m,
    cut=starts,
    factor=2.0,
    order=lambda b, w: [b, *w],
    take=lambda k, size: slice(k, k + size),
    residual=lambda b, w, X, y: b + X @ w - y,
):
    """Make a `batch_gradients` in which one thing is done otherwise."""

    def batch_gradients(theta, X, y, size):
        rows, n = [], len(y)
        for k in cut(n, size):
            Xb, yb = X[take(k, size)], y[take(k, size)]
            r = factor * residual(theta[0], theta[1:], Xb, yb)
            m = divide(len(yb), n, size)
            rows.append(order(r.sum() / m, Xb.T @ r / m))
        return np.array(rows)

    return batch_gradients


def one_row_for_all(theta, X, y, size):
    return _asked()(theta, X, y, size).mean(axis=0)


def first_batch_only(theta, X, y, size):
    return _asked()(theta, X, y, size)[0]


def row_for_each_example(theta, X, y, size):
    return _asked()(theta, X, y, 1)


def table_on_its_side(theta, X, y, size):
    return _asked()(theta, X, y, size).T


def residuals_of_a_column(theta, X, y, size):
    rows = []
    for k in starts(len(y), size):
        Xb = np.column_stack([np.ones(len(X[k : k + size])), X[k : k + size]])
        r = Xb @ theta[:, None] - y[k : k + size]  # (m, 1) − (m,): a table
        rows.append((2 * Xb.T @ r / len(Xb)).mean(axis=1))
    return np.array(rows)


def evens_the_batches(theta, X, y, size):
    cut = np.array_split(np.arange(len(y)), -(-len(y) // size))
    return np.concatenate([_asked()(theta, X[i], y[i], len(i)) for i in cut])


def running_total(theta, X, y, size):
    return np.cumsum(_asked()(theta, X, y, size), axis=0)


def gradients_by_design_matrix(theta, X, y, size):
    """Put a column of ones in front, and cut the table of all residuals."""
    table = np.column_stack([np.ones(len(y)), X])
    each = 2 * table * (table @ theta - y)[:, None]
    return np.array([each[k : k + size].mean(axis=0) for k in starts(len(y), size)])


def gradients_by_hand(theta, X, y, size):
    """Add up example after example, with plain numbers."""
    rows = []
    for k in range(0, len(y), size):
        total, count = [0.0] * len(theta), 0
        for x_i, y_i in zip(X[k : k + size], y[k : k + size], strict=True):
            inputs = [1.0, *map(float, x_i)]
            off = sum(t * v for t, v in zip(theta, inputs, strict=True)) - float(y_i)
            total = [a + 2 * off * v for a, v in zip(total, inputs, strict=True)]
            count += 1
        rows.append([a / count for a in total])
    return rows


@question(
    "batch-stochastic-minibatch-variants.batch_gradients",
    points=4,
    needs="batch_gradients",
    start=(
        "Start with one batch, the whole table: residuals r = ŷ − y, then 2·mean(r) "
        "for the intercept and 2·Xᵀr/n for the weights."
    ),
    well_done=(
        "Each row is what one surveyor hears. Average the rows, each weighted by the "
        "size of its batch, and you have the full gradient, to the last digits."
    ),
    hints=[
        "Where to look: theta = [0, 0], X = [[1], [1], [2]], y = [1, 3, 5], size 2. "
        "The rows are (−4, −4) and (−10, −20), and the second comes from one row.",
        f"{BOOK} The idea.",
    ],
    mistakes=[
        Mistake(
            "nominal-size",
            _asked(divide=lambda m, n, size: size),
            "You divide by `size`, and the last batch has {rest} rows, not {size}: its "
            "gradient comes out too short. Divide by the number of rows that are "
            "there, len(y_batch).",
        ),
        Mistake(
            "sum",
            _asked(divide=lambda m, n, size: 1),
            "This is the sum over the batch; the loss is a mean. Divide by the number "
            "of rows in the batch, or larger batches make longer steps.",
        ),
        Mistake(
            "divided-by-n",
            _asked(divide=lambda m, n, size: n),
            "You divide by the {n} rows of the whole table. The loss of a batch is the "
            "mean over the rows of that batch.",
        ),
        Mistake(
            "no-two",
            _asked(factor=1.0),
            "Half of what it should be: the loss is the mean of r², without a factor "
            "½, and its slope has a 2 in it.",
        ),
        Mistake(
            "residual-turned",
            _asked(factor=-2.0),
            "Every sign is turned: you take y − ŷ where the chain rule has ŷ − y. The "
            "gradient points to where the loss grows.",
        ),
        Mistake(
            "no-intercept",
            _asked(order=lambda b, w: w),
            "There is no slope for the intercept. θ has one more entry than X has "
            "columns; the first column of your answer is 2·mean(r).",
        ),
        Mistake(
            "intercept-last",
            _asked(order=lambda b, w: [*w, b]),
            "The intercept stands last. θ begins with b, and so does its gradient.",
        ),
        Mistake(
            "intercept-unused",
            _asked(residual=lambda b, w, X, y: X @ w - y),
            "The prediction leaves the intercept out: ŷ is theta[0] + X @ theta[1:].",
        ),
        Mistake(
            "rest-dropped",
            _asked(cut=lambda n, size: range(0, n - size + 1, size)),
            "The last, short batch is missing: {rest} rows are left over here, and "
            "they are a batch too.",
        ),
        Mistake(
            "last-filled",
            _asked(cut=lambda n, size: [min(k, n - size) for k in starts(n, size)]),
            "You fill the last batch up with rows of the one before. Let it be short: "
            "it has {rest} rows.",
        ),
        Mistake(
            "evened-out",
            evens_the_batches,
            "Your batches are of nearly equal size; np.array_split evens them out. "
            "Here each has {size} rows, and the last has the {rest} that are left.",
        ),
        Mistake(
            "first-again",
            _asked(take=lambda k, size: slice(0, size)),
            "All your rows are the gradient of the first batch. The slice has to move: "
            "from `start` to `start + size`.",
        ),
        Mistake(
            "slice-to-size",
            _asked(take=lambda k, size: slice(0, k + size)),
            "Your slices begin at row 0 each time, so the batches grow. A batch begins "
            "where the last one ended: X[start : start + size].",
        ),
        Mistake(
            "all-in-one",
            one_row_for_all,
            "You return one gradient, the mean of the batches. Asked for is what each "
            "batch says, one row for each.",
        ),
        Mistake(
            "first-only",
            first_batch_only,
            "You return the gradient of the first batch alone. Does the `return` stand "
            "inside the loop?",
        ),
        Mistake(
            "each-example",
            row_for_each_example,
            "You return one row for each example. Average over the {size} rows of a "
            "batch.",
        ),
        Mistake(
            "on-its-side",
            table_on_its_side,
            "The table lies on its side: each batch is a column. Here a batch is a "
            "row.",
        ),
        Mistake(
            "column-minus-row",
            residuals_of_a_column,
            "Somewhere a column of shape (m, 1) meets a row of shape (m,), and NumPy "
            "makes an m × m table of their differences. Keep ŷ and y both of shape "
            "(m,).",
        ),
        Mistake(
            "running-total",
            running_total,
            "Each row holds the batches before it too: the sum is not set back to zero "
            "when a new batch begins.",
        ),
    ],
    right=[_asked(), gradients_by_design_matrix, gradients_by_hand],
)
def check_batch_gradients(s):
    """Ask full batches, a short last one, the whole table, and single rows."""

    def case():
        d, size, rest = int(s.rng.integers(2, 4)), int(s.rng.integers(4, 6)), 2
        n = 2 * size + rest
        s.note(n=n, size=size, rest=rest)
        X, y = s.rng.normal(size=(n, d)), s.rng.normal(size=n) * 3
        return s.rng.normal(size=1 + d), X, y, size

    def want(theta, X, y, size):
        return gradients_by_design_matrix(theta, X, y, size)

    with s.part("a short last batch", points=2):
        theta, X, y, size = case()
        got = s.call("batch_gradients", theta, X, y, size)
        right = want(theta, X, y, size)
        full = s.array(got, right.shape)[:2]
        s.expect(
            not np.allclose(full[:, 1:], right[:2, 1:])
            or np.allclose(full[:, 0], right[:2, 0]),
            "The slopes of the weights are right, and those of the intercept, in the "
            "first column, are not. Its input is 1 in every row.",
        )
        s.expect_close(
            full,
            right[:2],
            "The rows are not the gradients of the batches.",
            rows="batch",
        )
        s.expect_close(
            got,
            right,
            "The full batches are right, and the last one, of {rest} rows, is not.",
            explain=False,
        )
    with s.part("the whole table, and single rows"):
        theta, X, y, size = case()
        s.note(rest=len(y))
        for size in (len(y), 1):
            s.note(size=size, rest=len(y) % size or size)
            got = s.call("batch_gradients", theta, X, y, size)
            s.expect_close(
                got,
                want(theta, X, y, size),
                "With {n} rows and a size of {size} it is not the gradient of each "
                "batch.",
                rows="batch",
            )
    with s.part("nothing else changes"):
        theta, X, y, size = case()
        got = s.call("batch_gradients", theta, X, y, size)
        s.expect_close(
            got,
            want(theta, X, y, size),
            "This counts once the gradients are right.",
            explain=False,
        )
        s.expect_untouched("After the call, theta, X or y has changed.")


# ======================================================================== sgd_loop
LIMIT = 400
ENDLESS = (
    f"Your loop asked `eta` {LIMIT} times and did not stop: how many steps are "
    "`epochs` times the number of batches?"
)


def _loop(
    clock=lambda t, epoch, k, m: t,
    mean=lambda houses, batches: houses.mean(axis=0),
    sign=1,
    rounds=lambda epochs: epochs,
    start=lambda x0: np.array(x0, dtype=float),
    record=lambda x: x,
):
    """Make an `sgd_loop` in which one thing is done otherwise."""

    def sgd_loop(x0, batches, eta, epochs):
        x = start(x0)
        walk, t = [record(x)], 0
        for epoch in range(rounds(epochs)):
            for k, houses in enumerate(batches):
                rate = eta(clock(t, epoch, k, len(batches)))
                x = x - sign * rate * (x - mean(houses, batches))
                walk.append(record(x))
                t += 1
        return np.array(walk)

    return sgd_loop


def stays_with_a_batch(x0, batches, eta, epochs):
    again = [houses for houses in batches for _ in range(epochs)]
    return _loop()(x0, again, eta, 1)


def counts_before(x0, batches, eta, epochs):
    return _loop(clock=lambda t, epoch, k, m: t + 1)(x0, batches, eta, epochs)


def asks_once(x0, batches, eta, epochs):
    rate = eta(0)
    return _loop()(x0, batches, lambda t: rate, epochs)


def stays_for_an_epoch(x0, batches, eta, epochs):
    x = np.array(x0, dtype=float)
    walk, t = [x], 0
    for _ in range(epochs):
        here = x
        for houses in batches:
            x = x - eta(t) * (here - houses.mean(axis=0))
            walk.append(x)
            t += 1
    return np.array(walk)


def counts_houses(x0, batches, eta, epochs):
    x, t = np.array(x0, dtype=float), 0
    walk = [x]
    for _ in range(epochs):
        for houses in batches:
            x = x - eta(t) * (x - houses.mean(axis=0))
            walk.append(x)
            t += len(houses)
    return np.array(walk)


def multiplies_by_rows(x0, batches, eta, epochs):
    x = np.array(x0, dtype=float)
    walk = [x]
    for epoch in range(epochs):
        for k, houses in enumerate(batches):
            rate = eta(epoch * len(houses) + k)
            x = x - rate * (x - houses.mean(axis=0))
            walk.append(x)
    return np.array(walk)


def takes_the_mean_for_the_gradient(x0, batches, eta, epochs):
    x, t = np.array(x0, dtype=float), 0
    walk = [x]
    for _ in range(epochs):
        for houses in batches:
            x = x - eta(t) * houses.mean(axis=0)
            walk.append(x)
            t += 1
    return np.array(walk)


def begins_again(x0, batches, eta, epochs):
    walk, t = [np.array(x0, dtype=float)], 0
    for _ in range(epochs):
        x = np.array(x0, dtype=float)
        for houses in batches:
            x = x - eta(t) * (x - houses.mean(axis=0))
            walk.append(x)
            t += 1
    return np.array(walk)


def steps_once_an_epoch(x0, batches, eta, epochs):
    x = np.array(x0, dtype=float)
    walk = [x]
    for t in range(epochs):
        x = x - eta(t) * (x - np.concatenate(batches).mean(axis=0))
        walk.append(x)
    return np.array(walk)


def takes_every_house(x0, batches, eta, epochs):
    singles = [house[None] for houses in batches for house in houses]
    return _loop()(x0, singles, eta, epochs)


def writes_each_epoch(x0, batches, eta, epochs):
    return _loop()(x0, batches, eta, epochs)[:: len(batches)]


def forgets_the_start(x0, batches, eta, epochs):
    return _loop()(x0, batches, eta, epochs)[1:]


def returns_the_last(x0, batches, eta, epochs):
    return _loop()(x0, batches, eta, epochs)[-1]


def records_one_array(x0, batches, eta, epochs):
    walk = _loop()(x0, batches, eta, epochs)
    return np.array([walk[-1]] * len(walk))


def walks_on_x0(x0, batches, eta, epochs):
    x, t = x0, 0
    walk = [x.copy()]
    for _ in range(epochs):
        for houses in batches:
            x -= eta(t) * (x - houses.mean(axis=0))
            walk.append(x.copy())
            t += 1
    return np.array(walk)


def keeps_whole_numbers(x0, batches, eta, epochs):
    walk = _loop()(x0, batches, eta, epochs)
    table = np.zeros(walk.shape, dtype=np.asarray(x0).dtype)
    t = 0
    table[0] = x0
    for _ in range(epochs):
        for houses in batches:
            table[t + 1] = table[t] - eta(t) * (table[t] - houses.mean(axis=0))
            t += 1
    return table


def loop_by_rows(x0, batches, eta, epochs):
    """Fill a table row by row; the row number is the clock."""
    m = len(batches)
    walk = np.empty((1 + m * epochs, len(x0)))
    walk[0] = x0
    for t in range(m * epochs):
        mean = np.mean(batches[t % m], axis=0)
        walk[t + 1] = walk[t] + eta(t) * (mean - walk[t])
    return walk


def loop_in_numbers(x0, batches, eta, epochs):
    """Step coordinate by coordinate, with plain lists."""
    walk = [[float(entry) for entry in x0]]
    for epoch in range(epochs):
        for k, houses in enumerate(batches):
            rate = float(eta(epoch * len(batches) + k))
            means = [sum(column) / len(houses) for column in zip(*houses, strict=True)]
            pairs = zip(walk[-1], means, strict=True)
            walk.append([a - rate * (a - c) for a, c in pairs])
    return walk


@question(
    "batch-stochastic-minibatch-variants.sgd_loop",
    points=5,
    needs="sgd_loop",
    start=(
        "Start with one loop inside another: epochs outside, batches inside, and a "
        "counter t that neither of them sets back."
    ),
    well_done=(
        "Batch, mini-batch and stochastic descent, all three: it depends on the list "
        "that you feed it. And the clock of your schedule never restarts."
    ),
    hints=[
        "Where to look: let eta print the t that it is asked for. With two batches and "
        "three epochs it should print 0, 1, 2, 3, 4, 5.",
        f"{BOOK} When it fails.",
    ],
    mistakes=[
        Mistake(
            "epoch-clock",
            _loop(clock=lambda t, epoch, k, m: k),
            "Your clock restarts in each epoch: eta is asked for 0, …, {last}, and "
            "then for 0 again, so that the learning rate jumps back up. Count all the "
            "steps: epoch · {m} + k, or a t of its own.",
        ),
        Mistake(
            "epoch-number",
            _loop(clock=lambda t, epoch, k, m: epoch),
            "You ask eta for the number of the epoch. It is a function of the step: "
            "{m} batches an epoch are {m} steps of the clock.",
        ),
        Mistake(
            "from-one",
            counts_before,
            "Your clock runs one ahead: the first step is step 0, and you ask for "
            "eta(1). Does t grow before it is used?",
        ),
        Mistake(
            "asked-once",
            asks_once,
            "You ask eta once, before the loop, and keep that rate. Ask it again at "
            "each step.",
        ),
        Mistake(
            "epoch-plus-batch",
            _loop(clock=lambda t, epoch, k, m: epoch + k),
            "You ask for epoch + k. An epoch has {m} steps, so the clock stands at "
            "epoch · {m} + k.",
        ),
        Mistake(
            "houses-counted",
            counts_houses,
            "Your clock counts houses: it goes on by the length of each batch. eta is "
            "a function of the step, and a step is one batch, however long.",
        ),
        Mistake(
            "epoch-times-rows",
            multiplies_by_rows,
            "You multiply the epoch by the rows of a batch. An epoch has as many steps "
            "as there are batches, {m}: epoch · len(batches) + k, or a t of its own.",
        ),
        Mistake(
            "mean-as-gradient",
            takes_the_mean_for_the_gradient,
            "You step against the mean house, x − η·mean. The gradient of the batch is "
            "x − mean, so that it is zero where x is the mean.",
        ),
        Mistake(
            "ascent",
            _loop(sign=-1),
            "You walk away from the houses: x + η(x − mean). The gradient is x − mean, "
            "and the step goes against it.",
        ),
        Mistake(
            "sum",
            _loop(mean=lambda houses, batches: houses.sum(axis=0)),
            "You take the sum of the houses of a batch where the mean is meant: "
            "houses.mean(axis=0).",
        ),
        Mistake(
            "loops-swapped",
            stays_with_a_batch,
            "Your loops are nested the other way round: you take all the steps of one "
            "batch before the next one comes. The epochs go outside, the batches "
            "inside.",
        ),
        Mistake(
            "nominal-size",
            _loop(mean=lambda houses, batches: houses.sum(axis=0) / len(batches[0])),
            "You divide each batch by the size of the first. The last one is shorter: "
            "its mean is over the houses that it has.",
        ),
        Mistake(
            "one-number",
            _loop(mean=lambda houses, batches: houses.mean()),
            "Your houses.mean() is one number, the mean over everything in the array. "
            "The mean house has an entry for each coordinate: houses.mean(axis=0).",
        ),
        Mistake(
            "first-house",
            _loop(mean=lambda houses, batches: houses[0]),
            "Of each batch you listen to the first house only. Take the mean of all of "
            "them.",
        ),
        Mistake(
            "everybody",
            _loop(mean=lambda houses, batches: np.concatenate(batches).mean(axis=0)),
            "Each of your steps asks all the houses. That is batch descent at {m} "
            "times the price; a step asks its own batch.",
        ),
        Mistake(
            "stale",
            stays_for_an_epoch,
            "Within an epoch all your gradients are taken at the place where the epoch "
            "began. Ask where you stand: the x of this step.",
        ),
        Mistake(
            "begins-again",
            begins_again,
            "Each epoch sets off from x0 again. It goes on from where the last one "
            "ended: make x once, in front of both loops.",
        ),
        Mistake(
            "one-epoch",
            _loop(rounds=lambda epochs: 1),
            "You go through the batches once, and {epochs} epochs were asked for.",
        ),
        Mistake(
            "once-an-epoch",
            steps_once_an_epoch,
            "You make one step an epoch, with all the houses. Asked for is a step for "
            "each batch.",
        ),
        Mistake(
            "every-house",
            takes_every_house,
            "You make a step for each house. Asked for is a step for each batch, along "
            "the mean of its houses.",
        ),
        Mistake(
            "row-an-epoch",
            writes_each_epoch,
            "You write down one place an epoch. Asked for is one a step, {steps} and "
            "the start.",
        ),
        Mistake(
            "start-missing",
            forgets_the_start,
            "The start is missing: row 0 is x0, before any step. {steps} steps make "
            "{steps} + 1 rows.",
        ),
        Mistake(
            "last-only",
            returns_the_last,
            "You return where the walk ends. Asked for is the whole walk, one place a "
            "row.",
        ),
        Mistake(
            "aliasing",
            records_one_array,
            "All your rows are the last place: the list holds one array many times, "
            "and `x -= ...` changes it. `x = x - ...` makes a new one.",
        ),
        Mistake(
            "x0-walks",
            walks_on_x0,
            "The walk is right, and it took the start with it: x is x0 itself, and "
            "`x -= ...` changes the array of the caller. Begin with np.array(x0, "
            "dtype=float).",
        ),
        Mistake(
            "truncation",
            keeps_whole_numbers,
            "Your table has the type of x0. When the start holds whole numbers, each "
            "place loses what stands after its point: make it a table of floats.",
        ),
    ],
    right=[_loop(), loop_by_rows, loop_in_numbers],
)
def check_sgd_loop(s):
    """One epoch, then the clock over several, then a start in whole numbers."""

    def case(epochs):
        m, size = int(s.rng.integers(3, 5)), int(s.rng.integers(3, 5))
        sizes = [size] * (m - 1) + [2]
        batches = [s.rng.normal(size=(rows, 3)) + 1 for rows in sizes]
        first, slower = s.rng.uniform(0.4, 0.6), s.rng.uniform(3, 6)
        eta = s.oracle(
            lambda t: float(first / (1 + t / slower)),
            name="eta",
            shape=(),
            limit=LIMIT,
            beyond=ENDLESS,
        )
        s.note(m=m, last=m - 1, epochs=epochs, steps=m * epochs)
        return s.rng.normal(size=3) * 4, batches, eta, epochs

    def want(x0, batches, eta, epochs):
        return loop_by_rows(x0, batches, eta.function, epochs)

    with s.part("one epoch", points=2):
        x0, batches, eta, epochs = case(1)
        right = want(x0, batches, eta, epochs)
        got = s.call("sgd_loop", x0, batches, eta, epochs)
        s.expect_close(
            got,
            right,
            "Each row is the one before it minus eta(t) times (x − mean of the batch).",
            rows="row",
        )
    with s.part("the clock", points=2):
        x0, batches, eta, epochs = case(int(s.rng.integers(3, 5)))
        right = want(x0, batches, eta, epochs)
        got = s.call("sgd_loop", x0, batches, eta, epochs)
        s.expect_close(
            s.array(got, right.shape),
            right,
            "In one epoch or another the walk leaves its way.",
            rows="row",
        )
        asked = [float(t) for t in eta.points]
        s.note(asked=", ".join(f"{t:g}" for t in asked[:8]))
        s.expect(
            asked == list(range(len(right) - 1)),
            "The walk is right, and eta was asked for {asked}, … It is asked once a "
            "step: 0, 1, 2, 3, …",
        )
    with s.part("x0 stays as it was"):
        x0, batches, eta, epochs = case(2)
        right = want(x0, batches, eta, epochs)
        got = s.call("sgd_loop", x0, batches, eta, epochs)
        s.expect_close(
            got, right, "This counts once the walk itself is right.", explain=False
        )
        s.expect_untouched(
            "After the walk, x0 or a batch has changed. Copy the start first: "
            "np.array(x0, dtype=float)."
        )
        x0 = s.rng.integers(-9, 9, size=3) * 2 + 1
        right = want(x0, batches, eta, epochs)
        got = s.call("sgd_loop", x0, batches, eta, epochs)
        s.expect_close(
            got,
            right,
            "When x0 holds whole numbers, such as np.array([3, 1]), the walk goes "
            "wrong.",
            rows="row",
        )


# ===================================================================== every_batch
def _each(choose, report=lambda rows: rows.mean(axis=0)):
    """Make an `every_batch` that goes through `choose(n, size)`."""

    def every_batch(gradients, size):
        batches = choose(len(gradients), size)
        return np.array([report(gradients[list(batch)]) for batch in batches])

    return every_batch


def all_sets(n, size):
    """Return every set of `size` numbers below n."""
    return combinations(range(n), size)


def always_pairs(gradients, size):
    return _each(all_sets)(gradients, 2)


def all_sizes(gradients, size):
    sizes = range(1, size + 1)
    return np.concatenate([_each(all_sets)(gradients, k) for k in sizes])


def mean_of_all(gradients, size):
    return gradients.mean(axis=0)


def divides_by_all(gradients, size):
    return _each(all_sets)(gradients, size) * size / len(gradients)


def one_number_each(gradients, size):
    return _each(all_sets, lambda rows: rows.mean())(gradients, size)


def stacks_the_rows(gradients, size):
    return _each(all_sets, lambda rows: rows)(gradients, size)


def pairs_and_self(gradients, size):
    return _each(lambda n, size: combinations_with_replacement(range(n), size))(
        gradients, size
    )


def batches_by_recursion(gradients, size):
    """Split into the batches with the last example, and those without it."""

    def sums(n, size):
        if size == 0:
            return [np.zeros(np.shape(gradients)[1])]
        if size > n:
            return []
        with_last = [total + gradients[n - 1] for total in sums(n - 1, size - 1)]
        return with_last + sums(n - 1, size)

    return [total / size for total in sums(len(gradients), size)]


def batches_by_bits(gradients, size):
    """Count in binary: the ones of a number say who is in the batch."""
    n = len(gradients)
    rows = []
    for number in range(2**n):
        inside = [i for i in range(n) if number >> i & 1]
        if len(inside) == size:
            rows.append(np.mean([gradients[i] for i in inside], axis=0))
    return np.array(rows)


@question(
    "batch-stochastic-minibatch-variants.every_batch",
    points=4,
    needs="every_batch",
    start=(
        "Let a loop run over itertools.combinations(range(n), size): each batch comes "
        "as a tuple of row numbers."
    ),
    well_done=(
        "The mean of your rows is the full gradient, whatever the size, and no single "
        "row needs to be near it. That is all that unbiased says."
    ),
    hints=[
        "Where to look: with the gradients 0, 2, 10 and size 2 there are three "
        "batches: 0 and 2, 0 and 10, 2 and 10. The rows are 1, 5, 6.",
        f"{BOOK} The mathematics.",
    ],
    mistakes=[
        Mistake(
            "ordered",
            _each(lambda n, size: permutations(range(n), size)),
            "You count orders: the batch of rows 1 and 2 is there again as 2 and 1. "
            "The mean comes out the same, at {times} times the work. Use combinations "
            "in place of permutations.",
        ),
        Mistake(
            "with-replacement",
            pairs_and_self,
            "In some of your batches an example stands twice. A batch has {size} "
            "different examples: combinations, without replacement.",
        ),
        Mistake(
            "all-draws",
            _each(lambda n, size: product(range(n), repeat=size)),
            "These are all ways to draw {size} times from the whole table, with the "
            "same example twice and every order on its own. A batch is a set of "
            "different examples: itertools.combinations.",
        ),
        Mistake(
            "windows",
            _each(
                lambda n, size: (range(k, k + size) for k in range(n - size + 1)),
            ),
            "You take neighbors only, rows k to k + {size} − 1. A batch can be any "
            "{size} of the {n} examples.",
        ),
        Mistake(
            "one-epoch",
            _each(lambda n, size: (range(n)[k : k + size] for k in starts(n, size))),
            "These are the batches of one epoch, cut one after the other. Asked for "
            "are all the batches that there could be: {count} of them.",
        ),
        Mistake(
            "sum",
            _each(all_sets, lambda rows: rows.sum(axis=0)),
            "These are sums over the batches. A batch reports the mean of its "
            "gradients: divide by {size}.",
        ),
        Mistake(
            "divided-by-n",
            divides_by_all,
            "You divide each batch by the {n} examples of the table. It has {size} of "
            "them.",
        ),
        Mistake(
            "one-number",
            one_number_each,
            "Each batch gives you one number: .mean() runs over everything. A gradient "
            "keeps its coordinates, .mean(axis=0).",
        ),
        Mistake(
            "wrong-axis",
            _each(all_sets, lambda rows: rows.mean(axis=1)),
            "You take the mean of each example over its coordinates. A batch is "
            "averaged over its examples, coordinate by coordinate: .mean(axis=0).",
        ),
        Mistake(
            "row-numbers",
            lambda gradients, size: np.array([*all_sets(len(gradients), size)]),
            "You return the numbers of the examples in each batch. Take their rows of "
            "`gradients`, and the mean of those.",
        ),
        Mistake(
            "always-pairs",
            always_pairs,
            "You take pairs, whatever `size` says; here it says {size}.",
        ),
        Mistake(
            "all-sizes",
            all_sizes,
            "You take the batches of all sizes up to {size}. Asked for is that one "
            "size.",
        ),
        Mistake(
            "the-answer",
            mean_of_all,
            "That is the full gradient, to which the mean over all batches comes. "
            "Asked for is the table before that mean is taken, one row for each batch.",
        ),
        Mistake(
            "not-averaged",
            stacks_the_rows,
            "For each batch you return the gradients of its examples. It reports their "
            "mean: .mean(axis=0).",
        ),
    ],
    right=[_each(all_sets), batches_by_recursion, batches_by_bits],
)
def check_every_batch(s):
    """Pairs, then larger batches and the whole table; in any order of the rows."""

    def ordered(table):
        return table[np.lexsort(np.round(table, 9).T)]

    def judge(n, size):
        gradients = s.rng.normal(size=(n, 3))
        right = _each(all_sets)(gradients, size)
        times = int(np.prod(np.arange(1, size + 1)))
        s.note(n=n, size=size, count=len(right), times=times)
        got = s.array(s.call("every_batch", gradients, size))
        if got.ndim == 2 and got.shape[1] == 3:
            s.note(got=len(got))
            s.expect(
                len(got) == len(right),
                "The number of batches of {size} among {n} examples is {count}; you "
                "return {got} rows.",
            )
            got = ordered(got)
        s.expect_close(
            got,
            ordered(right),
            "The rows are not the means of the batches of {size} among {n} examples.",
            explain=got.shape != right.shape,
        )
        s.expect_untouched("After the call, the array of gradients has changed.")

    with s.part("batches of two"):
        judge(int(s.rng.integers(5, 7)), 2)
    with s.part("larger batches", points=2):
        judge(int(s.rng.integers(6, 8)), 3)
    with s.part("one, and all"):
        n = int(s.rng.integers(4, 6))
        judge(n, 1)
        judge(n, n - 1)
        judge(n, n)
