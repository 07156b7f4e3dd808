"""Noise: how wrong a batch is, how high the floor, what averaging and batches buy."""

from itertools import combinations, product

import numpy as np

from gdlib.grading import Mistake, question

BOOK = "The book: Noise: batch, stochastic, mini-batch, section"


# =================================================================== grad_variance
def _variance(
    spread=lambda g: g.var(axis=0),
    divide=lambda b: b,
    factor=lambda n, b: (n - b) / (n - 1),
    with_replacement=lambda n, b: 1,
    finish=lambda v: v,
):
    """Make a `grad_variance` in which one thing is done otherwise."""

    def grad_variance(gradients, size, replace):
        n = len(gradients)
        change = with_replacement(n, size) if replace else factor(n, size)
        return finish(spread(gradients) / divide(size) * change)

    return grad_variance


def centers_in_place(gradients, size, replace):
    n = len(gradients)
    gradients -= gradients.mean(axis=0)
    v = (gradients**2).mean(axis=0) / size
    return v if replace else v * (n - size) / (n - 1)


def swaps_the_cases(gradients, size, replace):
    return _variance()(gradients, size, not replace)


def variance_of_every_batch(gradients, size, replace):
    """Go to every batch there is; for small tables only."""
    n = len(gradients)
    if replace:
        batches = list(product(range(n), repeat=size))
    else:
        batches = list(combinations(range(n), size))
    return gradients[np.array(batches)].mean(axis=1).var(axis=0)


def variance_by_pairs(gradients, size, replace):
    """Add up squares, and the products of two draws."""
    n, v = len(gradients), gradients.var(axis=0)
    pair = 0 * v if replace else -v / (n - 1)
    return (size * v + size * (size - 1) * pair) / size**2


def variance_by_hand(gradients, size, replace):
    """Add up squares, coordinate by coordinate, with plain numbers."""
    n, out = len(gradients), []
    for column in np.transpose(gradients):
        mean = sum(column) / n
        v = sum((entry - mean) ** 2 for entry in column) / n / size
        out.append(v if replace else v * (n - size) / (n - 1))
    return out


@question(
    "batch-stochastic-minibatch.grad_variance",
    points=4,
    needs="grad_variance",
    start=(
        "Start with replacement: the variance of each column, divided by `size`. It is "
        "one line."
    ),
    well_done=(
        "Two lines, and they tell you before any run what a larger batch is worth: the "
        "error itself falls like the root, so half of it costs four times the answers."
    ),
    hints=[
        "Where to look: the slopes 0, 2, 10 have variance 56/3. In batches of two they "
        "give 28/3 with replacement, and 14/3 without.",
        f"{BOOK} The mathematics.",
    ],
    mistakes=[
        Mistake(
            "n-minus-1",
            _variance(spread=lambda g: g.var(axis=0, ddof=1)),
            "You divide the squares by n − 1. That is for a table that is itself a "
            "sample of something larger; here the {n} rows are all there is, so σ² is "
            "their mean square distance, with n.",
        ),
        Mistake(
            "no-correction",
            _variance(factor=lambda n, b: 1),
            "Without replacement you have the same as with it. But a batch of all {n} "
            "rows has no error left: there is a factor that is 1 for one row and 0 for "
            "all.",
        ),
        Mistake(
            "n-minus-1-alone",
            _variance(factor=lambda n, b: n / (n - 1)),
            "Without replacement you divide the squares by n − 1, and that is all. It "
            "makes the variance larger, and different rows make it smaller: a batch of "
            "all {n} rows has none left.",
        ),
        Mistake(
            "always-corrected",
            _variance(with_replacement=lambda n, b: (n - b) / (n - 1)),
            "You correct for the size of the table in both cases. With replacement the "
            "draws know nothing of each other, and n does not occur.",
        ),
        Mistake(
            "n-for-n-minus-1",
            _variance(factor=lambda n, b: (n - b) / n),
            "Your factor is (n − b)/n. Try a batch of one: without replacement or with "
            "it, that is one draw, and the factor has to be 1.",
        ),
        Mistake(
            "one-minus-b",
            _variance(factor=lambda n, b: (n - b + 1) / n),
            "Your factor is (n − b + 1)/n, which is not zero for the whole table. "
            "It is the share of rows left before the last draw; the factor is a ratio "
            "with n − 1 below.",
        ),
        Mistake(
            "cases-swapped",
            swaps_the_cases,
            "The two cases are exchanged: when `replace` is true, a row goes back into "
            "the table and can be drawn again, and the variance is σ²/b.",
        ),
        Mistake(
            "deviation",
            _variance(finish=np.sqrt),
            "This is the standard deviation. The variance is its square.",
        ),
        Mistake(
            "not-divided",
            _variance(divide=lambda b: 1),
            "This is the variance of a single row's slope, as if the batch had one. "
            "The mean of {size} rows is calmer.",
        ),
        Mistake(
            "root-of-size",
            _variance(divide=np.sqrt),
            "You divide by √b. That is how the standard deviation falls; the variance "
            "falls by b itself.",
        ),
        Mistake(
            "size-squared",
            _variance(divide=lambda b: b**2),
            "You divide by b². Dividing a sum by b does divide its variance by b², but "
            "the sum of b draws has b times the variance of one.",
        ),
        Mistake(
            "sum",
            _variance(divide=lambda b: 1 / b),
            "This is the variance of the sum over the batch. Asked for is that of the "
            "mean.",
        ),
        Mistake(
            "mean-square",
            _variance(spread=lambda g: (g**2).mean(axis=0)),
            "You take the mean of the squares and leave the mean in them. The variance "
            "measures from the mean of all rows.",
        ),
        Mistake(
            "all-columns",
            _variance(spread=lambda g: np.full(g.shape[1], g.var())),
            "Your σ² runs over the whole table, coordinates mixed. Each coordinate is "
            "a column with a variance of its own: axis=0.",
        ),
        Mistake(
            "total",
            _variance(finish=np.sum),
            "You add the coordinates up. Asked for is one variance for each.",
        ),
        Mistake(
            "along-rows",
            _variance(spread=lambda g: g.var(axis=1)),
            "You measure along each row, how its coordinates differ. Asked for is how "
            "the rows differ, coordinate by coordinate: axis=0.",
        ),
        Mistake(
            "in-place",
            centers_in_place,
            "The variance is right, and the table of the caller is changed: `-=` "
            "writes the centered numbers into it. `gradients - mean` makes a new one.",
        ),
    ],
    right=[_variance(), variance_by_pairs, variance_by_hand],
)
def check_grad_variance(s):
    """With replacement, without it, the two ends, and the table untouched."""

    def case(size):
        n = int(s.rng.integers(6, 8))
        s.note(n=n, size=size)
        scale = s.rng.uniform(1, 3, size=3)
        return s.rng.normal(size=(n, 3)) * scale + s.rng.uniform(1, 2, size=3)

    with s.part("with replacement"):
        g = case(size=3)
        got = s.call("grad_variance", g, 3, True)
        s.expect_close(
            got,
            variance_of_every_batch(g, 3, True),
            "Over all batches with replacement the variance is another.",
        )
    with s.part("without replacement", points=2):
        g = case(size=3)
        got = s.call("grad_variance", g, 3, False)
        s.expect_close(
            got,
            variance_of_every_batch(g, 3, False),
            "Over all batches of different rows the variance is another.",
        )
        s.note(size=1)
        got = s.call("grad_variance", g, 1, False)
        s.expect_close(
            got, g.var(axis=0), "A batch of one is one draw, replaced or not."
        )
        s.note(size=len(g))
        got = s.call("grad_variance", g, len(g), False)
        s.expect_close(
            got,
            np.zeros(3),
            "A batch of all {n} different rows has no error.",
            atol=1e-9,
        )
    with s.part("nothing else changes"):
        g = case(size=3)
        got = s.call("grad_variance", g, 3, True)
        s.expect_close(
            got,
            variance_of_every_batch(g, 3, True),
            "This counts once the variance is right.",
            explain=False,
        )
        s.expect_untouched("After the call, `gradients` has changed.")


# ===================================================================== noise_floor
def _floor(
    rate=lambda eta, lam: eta / (2 - eta * lam),
    noise=lambda sigma: sigma**2,
    batch=lambda b: b,
    height=lambda lam: 0.5,
    total=np.sum,
    wall=lambda eta, lam: (eta * lam >= 2).any(),
    beyond=np.inf,
):
    """Make a `noise_floor` in which one thing is done otherwise.

    `height` is what multiplies ησ²/(b(2 − ηλ)): half of λ, over the λ below.
    """

    def noise_floor(learning_rate, curvature, sigma, size):
        if wall(learning_rate, curvature):
            return beyond
        parts = (
            rate(learning_rate, curvature)
            * noise(sigma)
            * height(curvature)
            / batch(size)
        )
        return total(parts)

    return noise_floor


def scales_in_place(learning_rate, curvature, sigma, size):
    curvature *= learning_rate
    if (curvature >= 2).any():
        return np.inf
    return (learning_rate * sigma**2 / (2 * size * (2 - curvature))).sum()


def floor_by_waiting(learning_rate, curvature, sigma, size):
    """Let shrinking and throwing go on until they balance."""
    height = 0.0
    for lam, s in zip(curvature, sigma, strict=True):
        keep, v = (1 - learning_rate * lam) ** 2, 0.0
        if learning_rate * lam >= 2:
            return float("inf")
        for _ in range(3000):
            v = keep * v + learning_rate**2 * s**2 / size
        height += lam * v / 2
    return height


def floor_by_fixed_point(learning_rate, curvature, sigma, size):
    """Solve v = keep · v + throw for all coordinates at once."""
    keep = (1 - learning_rate * curvature) ** 2
    if (keep >= 1).any():
        return np.inf
    v = learning_rate**2 * sigma**2 / size / (1 - keep)
    return float(curvature @ v / 2)


@question(
    "batch-stochastic-minibatch.noise_floor",
    points=5,
    needs="noise_floor",
    start=(
        "Start with one coordinate, one line: v = ησ²/(bλ(2 − ηλ)). Half of λv is its "
        "height."
    ),
    well_done=(
        "A forecast without a run: it says how small η must be, or how large a batch, "
        "before any electricity is spent."
    ),
    hints=[
        "Where to look: with η = 1, λ = 1, σ = 2 and one example a step the floor is "
        "2, with two a step it is 1, and with η = 2 there is none.",
        f"{BOOK} The mathematics.",
    ],
    mistakes=[
        Mistake(
            "small-rate",
            _floor(rate=lambda eta, lam: eta / 2 + 0 * lam),
            "You put 2 where 2 − ηλ belongs. For small ηλ the two are nearly the same; "
            "here ηλ goes up to {reach:.2f}, and the floor is higher than that.",
        ),
        Mistake(
            "variance",
            _floor(height=lambda lam: 1 / lam),
            "You add up variances. Asked for is the height they cost: a coordinate "
            "with variance v and curvature λ lies ½λv above the bottom on average.",
        ),
        Mistake(
            "half-variance",
            _floor(height=lambda lam: 1 / (2 * lam)),
            "You take half of the variance. The bowl is ½λx²: the λ belongs to the "
            "height.",
        ),
        Mistake(
            "no-half",
            _floor(height=lambda lam: 1.0),
            "Twice what it should be: the bowl is ½λx², so its mean height is half of "
            "λv.",
        ),
        Mistake(
            "curvature-twice",
            _floor(height=lambda lam: lam / 2),
            "There is one λ too many. The height is ½λv, and v has a λ below the line "
            "that cancels it.",
        ),
        Mistake(
            "plus-sign",
            _floor(rate=lambda eta, lam: eta / (2 + eta * lam)),
            "You have 2 + ηλ below the line. It is 2 − ηλ: near ηλ = 2 the walk hardly "
            "forgets, and the floor goes to infinity.",
        ),
        Mistake(
            "no-shrinking-squared",
            _floor(rate=lambda eta, lam: eta + 0 * lam),
            "You took 1 − ηλ as what a step leaves of the variance. A step multiplies "
            "x by it, so the variance by its square: 1 − (1 − ηλ)² = ηλ(2 − ηλ) has to "
            "balance the throw.",
        ),
        Mistake(
            "size-forgotten",
            _floor(batch=lambda b: 1),
            "The batch does not occur: this is the floor for one example a step. Here "
            "there are {size}, and the variance of their mean is σ²/{size}.",
        ),
        Mistake(
            "size-root",
            _floor(batch=np.sqrt),
            "You divide by the root of the batch size. That is for the deviation; "
            "height goes with the variance, which is divided by b.",
        ),
        Mistake(
            "size-squared",
            _floor(batch=lambda b: b**2),
            "You divide by b². The variance of the mean of b gradients is σ²/b.",
        ),
        Mistake(
            "sigma-plain",
            _floor(noise=lambda sigma: sigma),
            "`sigma` is a standard deviation, and the formula has the variance: square "
            "it.",
        ),
        Mistake(
            "rate-squared",
            _floor(rate=lambda eta, lam: eta**2 / (2 - eta * lam)),
            "You have η², which is one throw. The throws pile up until the pull "
            "balances them, and the pull has a factor η too: one of the two cancels.",
        ),
        Mistake(
            "each-coordinate",
            _floor(total=np.asarray),
            "You return the height of each coordinate. The height of the walk is their "
            "sum.",
        ),
        Mistake(
            "mean-of-coordinates",
            _floor(total=np.mean),
            "You take the mean over the coordinates. Heights add up: f is a sum.",
        ),
        Mistake(
            "largest",
            _floor(total=np.max),
            "This is the height of the noisiest coordinate. All of them add to f.",
        ),
        Mistake(
            "no-wall",
            _floor(wall=lambda eta, lam: False),
            "Beyond ηλ = 2 your formula gives a number, a negative one or a division "
            "by zero. There the walk diverges: the floor is np.inf.",
        ),
        Mistake(
            "wall-for-all",
            _floor(wall=lambda eta, lam: (eta * lam >= 2).all()),
            "You return np.inf only when every coordinate diverges. One is enough: the "
            "steepest decides.",
        ),
        Mistake(
            "wall-too-early",
            _floor(wall=lambda eta, lam: (eta * lam >= 1).any()),
            "You see no floor from ηλ = 1 on. Between 1 and 2 the walk jumps from side "
            "to side, and still comes in.",
        ),
        Mistake(
            "nan",
            _floor(beyond=np.nan),
            "Where the walk diverges you return nan. It is known what the floor is "
            "there: infinitely high, np.inf.",
        ),
        Mistake(
            "in-place",
            scales_in_place,
            "The height is right, and the curvatures of the caller are gone: `*=` "
            "writes into their array. `learning_rate * curvature` makes a new one.",
        ),
    ],
    right=[_floor(), floor_by_waiting, floor_by_fixed_point],
)
def check_noise_floor(s):
    """One coordinate, several, and beyond the wall."""

    def case(d, low, high):
        curvature = s.rng.uniform(1.2, 4, size=d)
        curvature[0] = 4.5
        reach = s.rng.uniform(low, high)  # ηλ of the steepest
        size = int(s.rng.integers(3, 7))
        s.note(reach=reach, size=size)
        return reach / 4.5, curvature, s.rng.uniform(1.5, 3, size=d), size

    def judge(args, otherwise, explain=True):
        got = s.call("noise_floor", *args)
        want = floor_by_fixed_point(*args)
        s.expect_close(got, want, otherwise, explain=explain)

    with s.part("one coordinate", points=2):
        judge(case(1, 0.3, 0.8), "This is not the height of the floor.")
        judge(
            case(1, 1.2, 1.6),
            "For ηλ below 1 it is right; here ηλ is {reach:.2f}.",
            explain=False,
        )
    with s.part("several coordinates", points=2):
        judge(case(4, 0.6, 0.9), "With four coordinates it is another height.")
        s.expect_untouched(
            "The height is right, and after the call `curvature` or `sigma` has "
            "changed. Leave them as they were."
        )
    with s.part("beyond the wall"):
        judge(
            case(3, 0.6, 0.9),
            "This counts once there is a floor where there is one.",
            explain=False,
        )
        for d in (1, 3):
            got = s.array(s.call("noise_floor", *case(d, 2.05, 2.2)), ())
            s.expect(
                np.isposinf(got),
                "Along the steepest coordinate ηλ is {reach:.2f}, and the walk "
                "diverges: the floor is np.inf.",
            )


# ================================================================== polyak_average
def _running(
    weight=lambda k: 1 / k,
    begin=lambda skip: skip,
    first=lambda walk: np.zeros(walk.shape[1]),
    finish=lambda rows: np.array(rows),
):
    """Make a `polyak_average` in which one thing is done otherwise."""

    def polyak_average(walk, skip):
        mean, rows = first(walk), []
        for k, x in enumerate(walk[begin(skip) :], start=1):
            mean = mean + weight(k) * (x - mean)
            rows.append(mean)
        return finish(rows)

    return polyak_average


def divides_by_all(walk, skip):
    rows = walk[skip:].cumsum(axis=0)
    return rows / np.arange(skip + 1, len(walk) + 1)[:, None]


def cuts_afterwards(walk, skip):
    rows = walk.cumsum(axis=0) / np.arange(1, len(walk) + 1)[:, None]
    return rows[skip:]


def sums(walk, skip):
    return walk[skip:].cumsum(axis=0)


def appends_one_array(walk, skip):
    mean, rows = np.zeros(walk.shape[1]), []
    for k, x in enumerate(walk[skip:], start=1):
        mean += (x - mean) / k
        rows.append(mean)
    return np.array(rows)


def averages_in_place(walk, skip):
    for t in range(skip + 1, len(walk)):
        walk[t] = walk[t - 1] + (walk[t] - walk[t - 1]) / (t - skip + 1)
    return walk[skip:].copy()


def mean_of_two(walk, skip):
    rows = [walk[skip]]
    for x in walk[skip + 1 :]:
        rows.append((rows[-1] + x) / 2)
    return np.array(rows)


def along_coordinates(walk, skip):
    part = walk[skip:]
    return part.cumsum(axis=1) / np.arange(1, part.shape[1] + 1)


def average_by_sums(walk, skip):
    """Add up from `skip` on, and divide by how many there are."""
    part = walk[skip:]
    return part.cumsum(axis=0) / np.arange(1, len(part) + 1)[:, None]


def average_anew(walk, skip):
    """Take the mean of each beginning, from scratch."""
    return [list(np.mean(walk[skip : t + 1], axis=0)) for t in range(skip, len(walk))]


@question(
    "batch-stochastic-minibatch.polyak_average",
    points=4,
    needs="polyak_average",
    start=(
        "Start with skip = 0 and a loop that keeps two things: the mean so far, and "
        "how many places are in it."
    ),
    well_done=(
        "One place in memory and one line a step, for a walk of any length. The noise "
        "floor that you predicted before does not bind it."
    ),
    hints=[
        "Where to look: the walk 4, 0, 2, 6 has the running means 4, 2, 2, 3; with "
        "skip = 1 they are 0, 1, 8/3.",
        f"{BOOK} The code.",
    ],
    mistakes=[
        Mistake(
            "counts-from-zero",
            _running(weight=lambda k: 1 / max(k - 1, 1)),
            "Your count is one behind: the second place gets weight 1 and wipes out "
            "the first. When the k-th place comes, the mean moves toward it by 1/k.",
        ),
        Mistake(
            "counts-too-far",
            _running(weight=lambda k: 1 / (k + 1)),
            "Your count is one ahead, as if a place at the origin had come first. The "
            "first place you take has weight 1.",
        ),
        Mistake(
            "starts-at-x0",
            _running(
                weight=lambda k: 1 / (k + 1), first=lambda walk: walk[0].astype(float)
            ),
            "The start is in your mean, and counts twice when nothing is skipped. Take "
            "the places from `skip` on, each once.",
        ),
        Mistake(
            "moving-average",
            _running(weight=lambda k: 1 if k == 1 else 0.1),
            "You move toward each place by a fixed share: a moving average, which "
            "forgets. It has a noise floor of its own. The k-th place has weight 1/k.",
        ),
        Mistake(
            "halves",
            mean_of_two,
            "You take the mean of the old mean and the new place, so the last place "
            "always counts half. In the mean of k places each counts 1/k.",
        ),
        Mistake(
            "skip-ignored",
            _running(begin=lambda skip: 0),
            "You average from the start, whatever `skip` says. The first {skip} places "
            "remember where the walk came from.",
        ),
        Mistake(
            "skip-off-by-one",
            _running(begin=lambda skip: skip + 1),
            "You leave out one place too many. The first that counts is number {skip}, "
            "counted from 0.",
        ),
        Mistake(
            "cut-afterwards",
            cuts_afterwards,
            "You average from the start and cut the first rows off afterwards. The "
            "skipped places are still in every mean: leave them out of the sum.",
        ),
        Mistake(
            "divided-by-all",
            divides_by_all,
            "You sum from `skip` on, and divide by all places that came so far, the "
            "skipped ones included.",
        ),
        Mistake(
            "sums",
            sums,
            "These are running sums. Divide each by the number of places in it.",
        ),
        Mistake(
            "last-only",
            _running(finish=lambda rows: rows[-1]),
            "You return the mean of all, the last row. Asked for is the mean after "
            "every place, one row each.",
        ),
        Mistake(
            "one-array",
            appends_one_array,
            "All your rows are the last one: `mean += ...` changes the one array that "
            "you appended again and again. `mean = mean + ...` makes a new one.",
        ),
        Mistake(
            "along-coordinates",
            along_coordinates,
            "You average over the coordinates of a place. A row is a place; average "
            "over rows, axis=0.",
        ),
        Mistake(
            "in-place",
            averages_in_place,
            "The means are right, and they stand where the walk stood: it is lost. "
            "Write them to a list of your own.",
        ),
    ],
    right=[_running(), average_by_sums, average_anew],
)
def check_polyak_average(s):
    """From the start, after some places, and the walk untouched."""

    def case(skip):
        s.note(skip=skip)
        return s.rng.normal(size=(int(s.rng.integers(9, 12)), 3)) + 2

    with s.part("all places"):
        walk = case(0)
        got = s.call("polyak_average", walk, 0)
        s.expect_close(
            got, average_by_sums(walk, 0), "Not the running mean.", rows="place"
        )
    with s.part("the first ones left out", points=2):
        skip = int(s.rng.integers(3, 6))
        walk = case(skip)
        got = s.call("polyak_average", walk, skip)
        s.expect_close(
            got,
            average_by_sums(walk, skip),
            "With skip = {skip} these are not the means.",
            rows="place",
        )
    with s.part("the walk stays as it was"):
        walk = case(2)
        got = s.call("polyak_average", walk, 2)
        s.expect_close(
            got,
            average_by_sums(walk, 2),
            "This counts once the means are right.",
            explain=False,
        )
        s.expect_untouched("After the call, `walk` has changed.")


# ====================================================================== same_floor
def same_floor_by_formula(learning_rate, curvature, size, new_size):
    """Solve r/(2 − rλ) = k for the new rate r."""
    k = new_size / size * learning_rate / (2 - learning_rate * curvature)
    return 2 * k / (1 + k * curvature)


def same_floor_by_halving(learning_rate, curvature, size, new_size):
    """Halve the interval from 0 to 2/λ until the floors agree."""

    def floor(eta, b):
        return eta / (b * (2 - eta * curvature))

    low, high = 0.0, 2 / curvature
    for _ in range(100):
        middle = (low + high) / 2
        if floor(middle, new_size) < floor(learning_rate, size):
            low = middle
        else:
            high = middle
    return low


def same_floor_by_ratio(learning_rate, curvature, size, new_size):
    """Write it all over one fraction line."""
    lift = 2 * new_size * learning_rate
    wall = 2 * size + (new_size - size) * learning_rate * curvature
    return lift / wall


def _scaled(power):
    return lambda eta, lam, b, new: eta * (new / b) ** power


def no_two(learning_rate, curvature, size, new_size):
    k = new_size / size * learning_rate / (2 - learning_rate * curvature)
    return k / (1 + k * curvature)


def drops_the_old_wall(learning_rate, curvature, size, new_size):
    k = new_size / size * learning_rate / 2
    return 2 * k / (1 + k * curvature)


def drops_the_new_wall(learning_rate, curvature, size, new_size):
    return 2 * new_size / size * learning_rate / (2 - learning_rate * curvature)


@question(
    "batch-stochastic-minibatch.same_floor",
    points=4,
    needs="same_floor",
    start=(
        "Start on paper: write the floor of C3 for the old rate and size and for the "
        "new ones, set them equal, and solve for the new rate."
    ),
    well_done=(
        "The linear scaling rule with its limit built in: proportional to the batch "
        "while ηλ is small, and never past 2/λ."
    ),
    hints=[
        "Where to look: at η = 1, λ = 1 and one a step, three a step allow η = 1.5, "
        "and a thousand a step allow a little less than 2.",
        f"{BOOK} When it fails.",
    ],
    mistakes=[
        Mistake(
            "linear",
            _scaled(1),
            "This is the linear rule, η times the ratio of the sizes. It forgets that "
            "2 − ηλ changes as well: here it would take ηλ to {linear:.2f}, and at 2 "
            "the walk diverges.",
        ),
        Mistake(
            "root",
            _scaled(0.5),
            "You scale with the root of the ratio. That keeps the size of one throw, η "
            "times the deviation; the floor is a balance of throw and pull, and the "
            "pull grows with η too.",
        ),
        Mistake(
            "inverse",
            _scaled(-1),
            "The other way round: a larger batch is calmer, and can afford a larger η.",
        ),
        Mistake(
            "capped",
            lambda eta, lam, b, new: min(eta * new / b, 2 / lam),
            "This is the linear rule, cut off at 2/λ. At 2/λ itself there is no floor; "
            "the curve bends long before. Solve the equation with 2 − rλ in it, r for "
            "the new rate.",
        ),
        Mistake(
            "capped-at-one",
            lambda eta, lam, b, new: min(eta * new / b, 1 / lam),
            "This is the linear rule, cut off at 1/λ. Nothing special happens to the "
            "floor there. Solve the equation with 2 − rλ in it, r for "
            "the new rate.",
        ),
        Mistake(
            "no-two",
            no_two,
            "Half of what it should be. Call the new rate r: from r/(2 − rλ) = k comes "
            "r = 2k/(1 + kλ), with the 2 on top.",
        ),
        Mistake(
            "old-wall",
            drops_the_old_wall,
            "You have the bracket 2 − ηλ in the new floor, and a plain 2 in the old. "
            "Both have it; then an unchanged batch gives back η.",
        ),
        Mistake(
            "new-wall",
            drops_the_new_wall,
            "The old floor has its bracket 2 − ηλ, and the new one a plain 2. Both "
            "have it; then an unchanged batch gives back η.",
        ),
        Mistake(
            "sizes-swapped",
            lambda eta, lam, b, new: same_floor_by_formula(eta, lam, new, b),
            "The two sizes have changed places: you go from `new_size` to `size`. A "
            "larger new batch has to allow a larger η.",
        ),
        Mistake(
            "unchanged",
            lambda eta, lam, b, new: eta,
            "You return the rate as it was. With another batch size it has another "
            "floor.",
        ),
        Mistake(
            "no-curvature",
            lambda eta, lam, b, new: same_floor_by_formula(eta, 1.0, b, new),
            "The formula is right for λ = 1. Use the argument: here λ is {lam:.2f}.",
        ),
        Mistake(
            "factor",
            lambda eta, lam, b, new: same_floor_by_formula(eta, lam, b, new) / eta,
            "This is the factor by which η may grow. Asked for is the new η.",
        ),
    ],
    right=[same_floor_by_formula, same_floor_by_halving, same_floor_by_ratio],
)
def check_same_floor(s):
    """Larger batches, smaller ones, and far beyond the bend."""

    def judge(eta, lam, b, new, otherwise):
        s.note(lam=lam, linear=eta * lam * new / b, size=b, new_size=new)
        got = s.array(s.call("same_floor", eta, lam, b, new), ())
        s.note(reach=float(got) * lam)
        s.expect(
            0 < got * lam < 2,
            "A walk has a floor while ηλ is between 0 and 2. At the rate that you "
            "return it is {reach:.3g}.",
        )
        ratio = got / (2 - got * lam) / new / (eta / (2 - eta * lam) / b)
        s.note(ratio=float(ratio))
        s.expect_close(
            got, same_floor_by_formula(eta, lam, b, new), otherwise, explain=False
        )

    with s.part("a larger batch", points=2):
        lam, b = s.rng.uniform(2, 4), int(s.rng.integers(2, 4))
        eta = s.rng.uniform(0.7, 0.9) / lam
        judge(
            eta,
            lam,
            b,
            4 * b,
            "From {size} to {new_size} a step the floor is {ratio:.5g} times the old.",
        )
    with s.part("a smaller batch"):
        lam, b = s.rng.uniform(2, 4), int(s.rng.integers(3, 5))
        eta = s.rng.uniform(1.2, 1.5) / lam
        judge(
            eta,
            lam,
            4 * b,
            b,
            "From {size} to {new_size} a step the floor is {ratio:.5g} times the old.",
        )
    with s.part("far beyond the bend"):
        lam = s.rng.uniform(2, 4)
        eta = s.rng.uniform(0.4, 0.5) / lam
        judge(
            eta,
            lam,
            1,
            200,
            "From 1 to {new_size} a step the floor becomes {ratio:.5g} times the old.",
        )
