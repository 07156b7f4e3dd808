"""Loss minimization: a stable price, one number for all, chords, and the first loss."""

import math

import numpy as np

from gdlib.grading import Mistake, question

# ======================================================================== log_loss
COIN = "Two scores of 0, one of each class, cost log 2 = 0.6931 each"


def overflows(s, y):
    return np.log(1 + np.exp((1 - 2 * y) * s)).mean()


def goes_by_probabilities(s, y):
    p = 1 / (1 + np.exp(-s))
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()


def picks_probabilities(s, y):
    p = 1 / (1 + np.exp(-s))
    return -np.log(np.where(y == 1, p, 1 - p)).mean()


def _clips(eps):
    def clips_probabilities(s, y):
        p = np.clip(1 / (1 + np.exp(-s)), eps, 1 - eps)
        return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()

    return clips_probabilities


def clips_scores(s, y):
    return np.logaddexp(0, (1 - 2 * y) * np.clip(s, -30, 30)).mean()


def adds_up(s, y):
    return np.logaddexp(0, (1 - 2 * y) * s).sum()


def swaps_the_classes(s, y):
    return np.logaddexp(0, (2 * y - 1) * s).mean()


def takes_bits_for_signs(s, y):
    return np.logaddexp(0, -y * s).mean()


def counts_in_bits(s, y):
    return log_loss_by_logaddexp(s, y) / np.log(2)


def squares_probabilities(s, y):
    return ((1 / (1 + np.exp(-s)) - y) ** 2).mean()


def forgets_class_0(s, y):
    return (y * np.logaddexp(0, -s)).mean()


def returns_one_for_each(s, y):
    return np.logaddexp(0, (1 - 2 * y) * s)


def prices_class_1_only(s, y):
    return np.logaddexp(0, -s).mean()


def takes_scores_for_probabilities(s, y):
    return -(y * np.log(s) + (1 - y) * np.log(1 - s)).mean()


def forgets_the_minus(s, y):
    return -log_loss_by_logaddexp(s, y)


def counts_mistakes(s, y):
    return ((s > 0) != (y == 1)).mean()


def means_each_class(s, y):
    return np.logaddexp(0, -s[y == 1]).mean() + np.logaddexp(0, s[y == 0]).mean()


def turns_scores_in_place(s, y):
    s[y == 1] *= -1
    return np.logaddexp(0, s).mean()


def log_loss_by_logaddexp(s, y):
    """Let NumPy take the larger exponent out."""
    return np.logaddexp(0, (1 - 2 * y) * s).mean()


def log_loss_by_hand(s, y):
    """Take the larger exponent out by hand."""
    z = np.where(y == 1, -s, s)
    return np.mean(np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))))


def log_loss_one_by_one(s, y):
    """Price one example after the other, without NumPy."""
    total = 0.0
    for score, label in zip(s, y, strict=True):
        z = float(-score if label else score)
        total += max(z, 0.0) + math.log1p(math.exp(-abs(z)))
    return total / len(s)


@question(
    "loss-minimization.log_loss",
    points=5,
    needs="log_loss",
    start=(
        "Start with the formula for one example of class 1, log(1 + e^(−s)), and ask "
        "what changes for class 0: the sign of s, and nothing else."
    ),
    well_done=(
        "A model that is sure and wrong pays in proportion to how sure it was, and no "
        "more: far out the log loss is a straight line. That is why its slope never "
        "explodes."
    ),
    hints=[
        f"Where to look: {COIN}. Then try a score of 1000 with class 0: e^1000 is "
        "beyond the largest float, and `np.logaddexp(0, z)` is log(1 + e^z) without "
        "that detour.",
        "The book: Making a loss small, section The code.",
    ],
    mistakes=[
        Mistake(
            "overflow",
            overflows,
            "The formula is right and the computer cannot follow: e^1000 is inf, and "
            "so is your loss, which should be near 1000 for such an example. Take the "
            "larger exponent out first; `np.logaddexp(0, z)` does it.",
        ),
        Mistake(
            "probabilities",
            goes_by_probabilities,
            "You go by way of p, and for a score of 1000 p is 1 to the last digit: "
            "log(1 − p) is −inf, and 0 times that is nan. What p has forgotten the "
            "score still knows: compute the loss from s.",
        ),
        Mistake(
            "picked-probabilities",
            picks_probabilities,
            "You take the logarithm of the right probability, and when the model is "
            "sure and off, that has been rounded to 0: the loss is inf. The score "
            "still knows how far off it was: compute the loss from s.",
        ),
        Mistake(
            "clipped",
            _clips(1e-12),
            "Clipping p keeps inf away and puts a lie in its place: no example can "
            "cost more than 27.6, however sure and off, and its slope is zero there. "
            "Compute the loss from s, where nothing needs to be clipped.",
        ),
        Mistake(
            "clipped-coarsely",
            _clips(1e-15),
            "Clipping p at 1e-15 caps the cost of an example at 34.5, however sure and "
            "off the model is. Compute the loss from s, where nothing needs clipping.",
        ),
        Mistake(
            "scores-clipped",
            clips_scores,
            "You clip the scores at ±30, so that no example costs more than 30, and "
            "beyond that the slope is zero. Nothing needs to be clipped: take the "
            "larger exponent out of the logarithm, as `np.logaddexp(0, z)` does.",
        ),
        Mistake(
            "sum",
            adds_up,
            "This is the sum; a loss is a mean. Divide by the {n} examples, or the "
            "learning rate that suits it will depend on how many there are.",
        ),
        Mistake(
            "classes-swapped",
            swaps_the_classes,
            "Your signs are swapped: a high score, which speaks for class 1, is "
            "expensive when the class is 1. For y = 1 it is e^(−s).",
        ),
        Mistake(
            "signs",
            takes_bits_for_signs,
            "This is log(1 + e^(−ys)), the form for labels −1 and 1. Here they are 0 "
            "and 1, and with y = 0 your examples cost log 2 whatever the score. Turn "
            "y into a sign first, 2y − 1.",
        ),
        Mistake(
            "bits",
            counts_in_bits,
            "You took the logarithm to base 2, which counts surprise in bits. Here it "
            "is the natural one, `np.log`.",
        ),
        Mistake(
            "squared",
            squares_probabilities,
            "This is the squared error of the probability. It is never more than 1, "
            "not convex in s, and flat exactly where the model is sure and off. Asked "
            "for is the logarithm.",
        ),
        Mistake(
            "one-class",
            forgets_class_0,
            "The examples of class 0 are free in your loss. They cost log(1 + e^s).",
        ),
        Mistake(
            "one-formula",
            prices_class_1_only,
            "You price every example as if its class were 1, and never look at y. "
            "Where y = 0 the sign of the score is the other way: log(1 + e^s).",
        ),
        Mistake(
            "scores-for-probabilities",
            takes_scores_for_probabilities,
            "You take the logarithm of the score itself, which may be negative. A "
            "score becomes a probability by p = 1/(1 + e^(−s)); put that in, and you "
            "are at the formula of the text, which goes by s.",
        ),
        Mistake(
            "not-averaged",
            returns_one_for_each,
            "These are the costs of the examples, one by one, and they are right. The "
            "loss is their mean, one number.",
        ),
        Mistake(
            "minus",
            forgets_the_minus,
            "Right size, other sign: yours is the mean log of the probability, which "
            "is never positive and should be large. A loss is minus that.",
        ),
        Mistake(
            "mistakes-counted",
            counts_mistakes,
            "You count mistakes. That is what one reports; it has no slope to descend "
            "on, and it does not see how sure the model was.",
        ),
        Mistake(
            "class-means",
            means_each_class,
            "You average within each class and add the two averages. The loss is one "
            "mean over all {n} examples, so a large class counts for more.",
        ),
        Mistake(
            "in-place",
            turns_scores_in_place,
            "Your loss is right, and the scores of the caller have changed their signs "
            "on the way. `np.where(y == 1, -s, s)` makes a new array.",
        ),
    ],
    right=[log_loss_by_logaddexp, log_loss_by_hand, log_loss_one_by_one],
)
def check_log_loss(s):
    """Price moderate scores, then far ones; leave the arguments alone."""

    def case(scale=1.0):
        y = np.array([0, 0, 0, 1, 1, 1, 1])
        score = np.array([-1.0, 0.9, 0.7, 1.1, 0.85, 0.6, -1.05])
        score = score * s.rng.uniform(0.9, 1.0, size=7)
        order = s.rng.permutation(7)
        s.note(n=7)
        return scale * score[order], y[order]

    with s.part("moderate scores", points=2):
        score, y = case()
        got = s.call("log_loss", score, y)
        coin = s.array(s.call("log_loss", np.zeros(2), np.array([0, 1])), ())
        s.note(coin=f"{float(coin):.4g}")
        s.expect(
            abs(coin - np.log(2)) < 1e-6,
            f"{COIN}, and so does their mean; yours is {{coin}}.",
        )
        s.expect_close(
            got,
            log_loss_by_hand(score, y),
            "This is not the mean of log(1 + e^(−s)) where y = 1, log(1 + e^s) where "
            "y = 0.",
        )
    with s.part("scores as far as 1000", points=2):
        score, y = case(900.0)
        got = s.call("log_loss", score, y)
        nearer = s.call("log_loss", score / 15, y)
        s.expect_close(
            nearer,
            log_loss_by_hand(score / 15, y),
            "For scores of about 60 the loss is off.",
        )
        s.expect_close(
            got,
            log_loss_by_hand(score, y),
            "For scores of several hundred the loss is off.",
        )
    with s.part("s and y stay as they were"):
        score, y = case()
        s.expect_close(
            s.call("log_loss", score, y),
            log_loss_by_hand(score, y),
            "This counts once the loss itself is right.",
            explain=False,
        )
        s.expect_untouched(
            "After the call, s or y has changed. Make a new array and leave both alone."
        )


# =================================================================== best_constant
def _constants(squared=np.mean, absolute=np.median, huber=None):
    """Make an answer of three, in which one thing is done otherwise."""

    def best_constant(y, price, delta):
        if price == "squared":
            return squared(y)
        if price == "absolute":
            return absolute(y)
        return (huber or clipped_means)(y, delta)

    return best_constant


def clipped_means(y, delta):
    c = np.median(y)
    for _ in range(200):
        c = np.clip(y, c - delta, c + delta).mean()
    return c


def drops_the_far(y, delta):
    c = np.median(y)
    for _ in range(200):
        c = y[np.abs(y - c) <= delta].mean()
    return c


def returns_the_lowest_loss(y, price, delta):
    r = np.abs(_constants()(y, price, delta) - y)
    if price == "squared":
        return (r**2).mean()
    if price == "absolute":
        return r.mean()
    q = np.minimum(r, delta)
    return (q * (r - q / 2)).mean()


def sorts_in_place(y, price, delta):
    y.sort()
    return _constants()(y, price, delta)


def stops_early(y, delta):
    c = np.median(y)
    for _ in range(3):
        c = np.clip(y, c - delta, c + delta).mean()
    return c


def takes_the_lower_middle(y):
    return np.sort(y)[len(y) // 2 - 1]


def takes_the_upper_middle(y):
    return np.sort(y)[len(y) // 2 + 1]


def constant_by_counting(y, price, delta):
    """Sort for the middle one; walk down Huber's slope for the third."""
    if price == "squared":
        return sum(y) / len(y)
    c = sorted(y)[len(y) // 2]
    if price == "absolute":
        return c
    for _ in range(400):
        c = c - sum(max(-delta, min(delta, c - one)) for one in y) / len(y)
    return c


def constant_by_bisection(y, price, delta):
    """Find where the pulls balance by halving, whatever the price."""
    pull = {
        "squared": lambda r: r,
        "absolute": np.sign,
        "huber": lambda r: np.clip(r, -delta, delta),
    }[price]
    low, high = float(np.min(y)), float(np.max(y))
    for _ in range(100):
        c = (low + high) / 2
        low, high = (low, c) if pull(c - y).sum() > 0 else (c, high)
    return c


@question(
    "loss-minimization.best_constant",
    points=5,
    needs="best_constant",
    start=(
        "Two of the three are a line each, and NumPy has them. For the third, take "
        "the formula in the text and put c into its right-hand side again and again."
    ),
    well_done=(
        "Your loop for the third was gradient descent on Huber's loss with a learning "
        "rate of 1, although no gradient is written in it: c minus the slope is the "
        "mean of the clipped data."
    ),
    hints=[
        "Where to look: y = (0, 0, 9) and delta = 1, where the answers are 3, 0 and "
        "0.5. Then shift all of y by 100: every answer must shift by 100 as well.",
        "The book: Making a loss small, section The mathematics.",
    ],
    mistakes=[
        Mistake(
            "halfway",
            _constants(huber=lambda y, d: (np.mean(y) + np.median(y)) / 2),
            "For Huber you go halfway between mean and median. It is near both, for a "
            "small and for a large δ, but it need not lie between them at all. Let the "
            "clipped mean find it.",
        ),
        Mistake(
            "clipped-once",
            _constants(
                huber=lambda y, d: np.clip(y, np.median(y) - d, np.median(y) + d).mean()
            ),
            "You clip around the median, once. The data must be clipped around c "
            "itself: put the new c in and clip again, until it stays.",
        ),
        Mistake(
            "clipped-around-mean",
            _constants(
                huber=lambda y, d: np.clip(y, np.mean(y) - d, np.mean(y) + d).mean()
            ),
            "You clip around the mean, once. The data must be clipped around c itself: "
            "put the new c in and clip again, until it stays.",
        ),
        Mistake(
            "clipped-around-zero",
            _constants(huber=lambda y, d: np.clip(y, -d, d).mean()),
            "You clip the data to −δ and δ, around zero. It is the distance from c "
            "that is cut at δ: clip to c − δ and c + δ.",
        ),
        Mistake(
            "dropped",
            _constants(huber=drops_the_far),
            "You drop what is farther than δ from c and average the rest. Huber's far "
            "examples still pull, with strength δ: move them in to c ± δ, `np.clip`, "
            "and keep all {n} in the mean.",
        ),
        Mistake(
            "stops-early",
            _constants(huber=stops_early),
            "Right loop, too few turns: after three, c is still on its way. A hundred "
            "cost nothing here.",
        ),
        Mistake(
            "delta-fixed",
            _constants(huber=lambda y, d: clipped_means(y, 1.0)),
            "Your δ is 1 whatever the argument says. Here it was {delta:.2f}.",
        ),
        Mistake(
            "delta-doubled",
            _constants(huber=lambda y, d: clipped_means(y, d / 2)),
            "You clip to half of δ on either side. The pull stays at δ from the "
            "distance δ on: c − δ and c + δ.",
        ),
        Mistake(
            "huber-is-median",
            _constants(huber=lambda y, d: np.median(y)),
            "For Huber you return the median. That is where the loop starts; the "
            "examples nearer than δ pull like springs, and move it.",
        ),
        Mistake(
            "unsorted",
            _constants(absolute=lambda y: y[len(y) // 2]),
            "For the absolute price you take the entry in the middle of the list as it "
            "comes. A median is in the middle of the *sorted* list.",
        ),
        Mistake(
            "lower-middle",
            _constants(absolute=takes_the_lower_middle),
            "For the absolute price you are one place too low in the sorted list. Of "
            "{n} numbers, counted from 0, the middle one has the index {middle}.",
        ),
        Mistake(
            "upper-middle",
            _constants(absolute=takes_the_upper_middle),
            "For the absolute price you are one place too high in the sorted list. Of "
            "{n} numbers, counted from 0, the middle one has the index {middle}.",
        ),
        Mistake(
            "midrange",
            _constants(absolute=lambda y: (np.min(y) + np.max(y)) / 2),
            "For the absolute price you go halfway between the smallest and the "
            "largest. That is where the *largest* error is smallest. For the mean "
            "error each example has one vote: a median.",
        ),
        Mistake(
            "always-mean",
            lambda y, price, delta: np.mean(y),
            "You return the mean for every price. It is right for squares, where "
            "examples pull in proportion to distance; under the other two a far "
            "example pulls no harder than its limit.",
        ),
        Mistake(
            "swapped",
            _constants(squared=np.median, absolute=np.mean),
            "You swapped the first two: squares want the mean, sizes a median.",
        ),
        Mistake(
            "lowest-loss",
            returns_the_lowest_loss,
            "This is how low the loss gets, min. Asked for is where it gets there, "
            "argmin: the constant c itself.",
        ),
        Mistake(
            "sorted-in-place",
            sorts_in_place,
            "Your constants are right, and y is sorted now for everyone who holds it, "
            "so that it no longer fits its inputs. `np.sort(y)` makes a new array; "
            "`y.sort()` does not.",
        ),
    ],
    right=[
        _constants(),
        constant_by_counting,
        constant_by_bisection,
    ],
)
def check_best_constant(s):
    """Ask each price of skewed data; an even list has many medians."""

    def data():
        y = np.array([2.1, 2.4, 3.0, 3.3, 3.5, 4.4, 6.2, 9.0, 14.0])
        y = s.rng.permutation(y * s.rng.uniform(0.97, 1.03, size=9))
        while y[4] in (np.median(y), np.sort(y)[3]):
            y = s.rng.permutation(y)
        delta = float(s.rng.uniform(1.6, 2.2))
        s.note(n=9, delta=delta, middle=4)
        return y, delta

    with s.part("squared"):
        y, delta = data()
        s.expect_close(
            s.call("best_constant", y, "squared", delta),
            y.mean(),
            "For the squared price another constant costs less.",
        )
    with s.part("absolute"):
        y, delta = data()
        s.expect_close(
            s.call("best_constant", y, "absolute", delta),
            np.median(y),
            "For the absolute price another constant costs less.",
        )
        y = y[:8]
        low, high = np.sort(y)[3:5]
        c = s.array(s.call("best_constant", y, "absolute", delta), ())
        s.expect(
            low - 1e-6 <= c <= high + 1e-6,
            "With nine numbers your constant for the absolute price is right. With "
            "eight, half of them must be on either side of it, and yours has more on "
            "one.",
        )
    with s.part("Huber", points=2):
        y, delta = data()
        c = s.array(s.call("best_constant", y, "huber", delta), ())
        down, up = (y < c).sum(), (y > c).sum()
        pull = np.clip(c - y, -delta, delta).sum()
        s.note(way="down" if pull > 0 else "up", down=down, up=up)
        s.expect(
            np.isfinite(c) and abs(pull) < 1e-5,
            "For Huber's price the pulls do not balance at your c: together they still "
            "pull it {way}.",
        )
    with s.part("y stays as it was"):
        y, delta = data()
        want = clipped_means(y, delta)
        s.expect_close(
            s.call("best_constant", y, "huber", delta),
            want,
            "This counts once the constants themselves are right.",
            explain=False,
        )
        s.expect_untouched("After the call, y has changed. Copy it before you sort it.")
        y, delta = data()
        s.expect_close(
            s.call("best_constant", y, "absolute", delta),
            np.median(y),
            "This counts once the constants themselves are right.",
            explain=False,
        )
        s.expect_untouched("After the call, y has changed. Copy it before you sort it.")


# ===================================================================== deepest_dip
def _chords(x, h, weight=lambda x, i, m, j: (x[m] - x[i]) / (x[j] - x[i])):
    """Yield how far each chord is below each place that it spans."""
    for i in range(len(x)):
        for j in range(i + 2, len(x)):
            for m in range(i + 1, j):
                w = weight(x, i, m, j)
                yield h[m] - ((1 - w) * h[i] + w * h[j])


def looks_at_neighbors(x, h):
    triples = (_chords(x[i : i + 3], h[i : i + 3]) for i in range(len(x) - 2))
    return max(0.0, *(next(triple) for triple in triples))


def looks_at_the_longest(x, h):
    chord = h[0] + (x - x[0]) / (x[-1] - x[0]) * (h[-1] - h[0])
    return max(0.0, (h - chord).max())


def starts_at_the_first(x, h):
    deepest = 0.0
    for j in range(3, len(x) + 1):
        deepest = max(deepest, looks_at_the_longest(x[:j], h[:j]))
    return deepest


def averages_the_ends(x, h):
    return max(0.0, *_chords(x, h, lambda *_: 0.5))


def swaps_the_weights(x, h):
    right = lambda x, i, m, j: (x[j] - x[m]) / (x[j] - x[i])
    return max(0.0, *_chords(x, h, right))


def counts_places(x, h):
    return max(0.0, *_chords(x, h, lambda x, i, m, j: (m - i) / (j - i)))


def looks_from_below(x, h):
    return max(0.0, *(-dip for dip in _chords(x, h)))


def takes_sizes(x, h):
    return max(abs(dip) for dip in _chords(x, h))


def goes_below_zero(x, h):
    return max(_chords(x, h))


def adds_the_dips(x, h):
    return sum(dip for dip in _chords(x, h) if dip > 0)


def counts_the_dips(x, h):
    return sum(dip > 0 for dip in _chords(x, h))


def says_yes_or_no(x, h):
    return max(_chords(x, h)) > 0


def takes_the_shallowest(x, h):
    return max(0.0, min(_chords(x, h)))


def keeps_the_last(x, h):
    return max(0.0, list(_chords(x, h))[-1])


def stops_at_the_first(x, h):
    return next((dip for dip in _chords(x, h) if dip > 0), 0.0)


def looks_at_midpoints(x, h):
    middle = [
        h[(i + j) // 2]
        - (h[i] + (x[(i + j) // 2] - x[i]) / (x[j] - x[i]) * (h[j] - h[i]))
        for i in range(len(x))
        for j in range(i + 2, len(x))
    ]
    return max(0.0, *middle)


def measures_the_hill(x, h):
    return h.max() - min(h[0], h[-1])


def levels_in_place(x, h):
    h -= h[0] + (x - x[0]) / (x[-1] - x[0]) * (h[-1] - h[0])
    return max(0.0, *_chords(x, h))


def dip_by_loops(x, h):
    """Try all triples."""
    return max(0.0, *_chords(x, h))


def dip_by_interpolation(x, h):
    """Let NumPy stretch the chords."""
    deepest = 0
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            chord = np.interp(x[i : j + 1], [x[i], x[j]], [h[i], h[j]])
            deepest = max(deepest, np.max(h[i : j + 1] - chord))
    return deepest


def dip_by_the_hull(x, h):
    """Stretch a string below the points: the deepest dip is under it."""
    hull = []
    for point in zip(x, h, strict=True):
        while len(hull) > 1:
            (a, fa), (b, fb) = hull[-2:]
            if (b - a) * (point[1] - fa) > (fb - fa) * (point[0] - a):
                break
            hull.pop()
        hull.append(point)
    return (h - np.interp(x, *np.transpose(hull))).max()


@question(
    "loss-minimization.deepest_dip",
    points=5,
    needs="deepest_dip",
    start=(
        "Start with one chord, from the first place to the last, and measure how far "
        "it is below each place between. Then let two loops choose its ends."
    ),
    well_done=(
        "A dip above zero is a proof that the function is not convex, found by a "
        "machine. A zero is no proof of anything between the places you looked at."
    ),
    hints=[
        "Where to look: x = (0, 1, 3), h = (0, 2, 3), where the answer is 1. Then h = "
        "x², where it is 0 wherever the places are; and h + 5x must give the same as "
        "h, since chords tilt along.",
        "The book: Making a loss small, section The mathematics.",
    ],
    mistakes=[
        Mistake(
            "neighbors",
            looks_at_neighbors,
            "You look at three neighbors at a time. That tells whether a chord dips; "
            "the deepest dip may be under a long one. Let both ends run freely.",
        ),
        Mistake(
            "longest",
            looks_at_the_longest,
            "You stretch one chord, from the first place to the last. A chord between "
            "two places inside may dip deeper: let both ends run.",
        ),
        Mistake(
            "from-the-first",
            starts_at_the_first,
            "All your chords start at the first place. A chord between two places "
            "inside may dip deeper: let both ends run.",
        ),
        Mistake(
            "average",
            averages_the_ends,
            "Your chord has the height (hᵢ + hⱼ)/2 everywhere. That is its height in "
            "the middle; elsewhere it depends on how far xₘ is along the way.",
        ),
        Mistake(
            "weights-swapped",
            swaps_the_weights,
            "Your weights are swapped: near xᵢ your chord is as high as at xⱼ. At "
            "xₘ = xᵢ it must have the height hᵢ.",
        ),
        Mistake(
            "even-steps",
            counts_places,
            "You go along the chord by counting places, (m − i)/(j − i), as if they "
            "stood in equal steps. Use the distances: (xₘ − xᵢ)/(xⱼ − xᵢ).",
        ),
        Mistake(
            "other-side",
            looks_from_below,
            "You measure how far chords are *above* the function. That is what they "
            "are if it is convex; asked for is how far they dip below.",
        ),
        Mistake(
            "sizes",
            takes_sizes,
            "You take distances without their sign, so a chord that is far above "
            "counts as a deep dip. Above is what convexity allows.",
        ),
        Mistake(
            "below-zero",
            goes_below_zero,
            "Where no chord dips you return a negative number. Then the deepest dip is "
            "0: start the comparison there.",
        ),
        Mistake(
            "sum",
            adds_the_dips,
            "You add all dips up. Asked for is the deepest one.",
        ),
        Mistake(
            "count",
            counts_the_dips,
            "You count the dips. Asked for is how deep the deepest one is.",
        ),
        Mistake(
            "yes-or-no",
            says_yes_or_no,
            "You say whether a chord dips. Asked for is by how much the deepest one "
            "does, a number.",
        ),
        Mistake(
            "shallowest",
            takes_the_shallowest,
            "You keep the smallest distance of all. The deepest dip is the largest.",
        ),
        Mistake(
            "last-kept",
            keeps_the_last,
            "You keep the last dip, whatever came before: each turn of the loop "
            "forgets the one before it. Compare with the deepest so far, `deepest = "
            "max(deepest, dip)`.",
        ),
        Mistake(
            "first-kept",
            stops_at_the_first,
            "You return the first dip that you meet. A deeper one may come later: "
            "remember the deepest so far, and return when both loops are done.",
        ),
        Mistake(
            "middles-only",
            looks_at_midpoints,
            "Under each chord you look at the place in the middle only. The deepest "
            "dip can be at any place between its ends.",
        ),
        Mistake(
            "height",
            measures_the_hill,
            "This is how high the function rises above its ends. A dip is the distance "
            "from a chord, which may itself lie high.",
        ),
        Mistake(
            "in-place",
            levels_in_place,
            "Your dips are right (a tilt changes none of them), and h has been "
            "tilted for the caller, too. Write `h = h - ...`, which makes a new array.",
        ),
    ],
    right=[dip_by_loops, dip_by_interpolation, dip_by_the_hull],
)
def check_deepest_dip(s):
    """Measure a wavy function, a convex one, and leave both arrays alone."""

    def places():
        gaps = np.array([0.7, 1.9, 0.4, 1.1, 0.3, 1.2]) * s.rng.uniform(0.9, 1.1, 6)
        return np.concatenate([[0], np.cumsum(gaps)])

    def wavy(h=(4.0, 0.2, 1.2, 2.6, 2.9, 0.5, 3.0)):
        """A hill between two hollows, not midway: its deepest chord spans 1 to 5."""
        x = places()
        return x, h + s.rng.uniform(-0.1, 0.1, size=7) + s.rng.uniform(-1, 1) * x

    def measure():
        cases = [wavy(), wavy((0.4, 0.2, 1.2, 2.6, 0.5, 1.6, 1.0))]
        got = [s.array(s.call("deepest_dip", x, h), ()) for x, h in cases]
        return got, [dip_by_loops(x, h) for x, h in cases]

    with s.part("a wavy function", points=2):
        got, want = measure()
        x, h = np.array([0.0, 1.0, 3.0]), np.array([0.0, 2.0, 3.0])
        hand = s.array(s.call("deepest_dip", x, h), ())
        s.note(by_hand=f"{float(hand):.4g}")
        s.expect(
            abs(hand - 1) < 1e-6,
            "For x = (0, 1, 3) and h = (0, 2, 3) yours is {by_hand}, and by hand it "
            "is 1.",
        )
        s.expect_close(got, want, "For seven places this is not the deepest dip.")
    with s.part("a convex function", points=2):
        got, want = measure()
        x = places()
        flat = s.call("deepest_dip", x, s.rng.uniform(0.5, 2) * (x - x[2]) ** 2)
        s.expect_close(
            got, want, "This counts once the dips themselves are right.", explain=False
        )
        s.expect_close(flat, 0.0, "Along a parabola no chord dips: the answer is 0.")
    with s.part("x and h stay as they were"):
        x, h = wavy()
        s.expect_close(
            s.call("deepest_dip", x, h),
            dip_by_loops(x, h),
            "This counts once the dip itself is right.",
            explain=False,
        )
        s.expect_untouched(
            "After the call, x or h has changed. Make a new array and leave both alone."
        )


# ======================================================================= baselines
def _two(blank=np.log, informed=None):
    """Make an answer of what each of the two is."""

    def baselines(y, classes):
        q = np.bincount(y, minlength=classes) / len(y)
        q = q[q > 0]
        return blank(classes), (informed or _entropy)(q)

    return baselines


def _entropy(q):
    return -(q * np.log(q)).sum()


def counts_bits(y, classes):
    blank, informed = _two()(y, classes)
    return blank / np.log(2), informed / np.log(2)


def counts_decimals(y, classes):
    blank, informed = _two()(y, classes)
    return blank / np.log(10), informed / np.log(10)


def meets_zero_times_infinity(y, classes):
    q = np.bincount(y, minlength=classes) / len(y)
    return np.log(classes), -(q * np.log(q)).sum()


def counts_what_is_there(y, classes):
    q = np.unique(y, return_counts=True)[1] / len(y)
    return np.log(len(q)), -(q * np.log(q)).sum()


def takes_the_highest_label(y, classes):
    return np.log(y.max() + 1), _two()(y, classes)[1]


def forgets_to_divide(y, classes):
    k = np.bincount(y)
    k = k[k > 0]
    return np.log(classes), -(k * np.log(k)).sum()


def sums_over_people(y, classes):
    blank, informed = _two()(y, classes)
    return len(y) * blank, len(y) * informed


def swaps_the_two(y, classes):
    return _two()(y, classes)[::-1]


def returns_perplexities(y, classes):
    blank, informed = _two()(y, classes)
    return np.exp(blank), np.exp(informed)


def lacks_the_minus(y, classes):
    blank, informed = _two()(y, classes)
    return blank, -informed


def sorts_the_labels(y, classes):
    y.sort()
    return _two()(y, classes)


def baselines_by_bincount(y, classes):
    """Count, leave the empty classes out, and put in."""
    q = np.bincount(y, minlength=classes) / len(y)
    q = q[q > 0]
    return np.log(classes), -(q * np.log(q)).sum()


def baselines_by_people(y, classes):
    """Ask everybody what they pay, and average."""
    paid = [-math.log(np.mean(y == label)) for label in y]
    return -math.log(1 / classes), sum(paid) / len(paid)


def baselines_by_dictionary(y, classes):
    """Count in a dictionary, without NumPy."""
    counts = {}
    for label in y:
        counts[int(label)] = counts.get(int(label), 0) + 1
    n = sum(counts.values())
    return [math.log(classes), sum(k / n * math.log(n / k) for k in counts.values())]


@question(
    "loss-minimization.baselines",
    points=5,
    needs="baselines",
    start=(
        "Start with `blank`: everybody's class gets the probability 1/C, so everybody "
        "pays −log(1/C), and so does the mean."
    ),
    well_done=(
        "A first loss far above `blank` is a bug, and one that settles at `informed` "
        "belongs to a model that does not look at its inputs. Two numbers, and a day "
        "of training saved."
    ),
    hints=[
        "Where to look: y = (0, 0, 1, 1) and four classes, where the answers are "
        "log 4 = 1.3863 and log 2 = 0.6931: two classes are absent, and they count "
        "for `blank` only.",
        "The book: Making a loss small, section The mathematics.",
    ],
    mistakes=[
        Mistake(
            "bits",
            counts_bits,
            "You count in bits, with the logarithm to base 2. The losses of this book, "
            "and of every library, take the natural one: `np.log`.",
        ),
        Mistake(
            "decimals",
            counts_decimals,
            "You took the logarithm to base 10. The losses of this book, and of every "
            "library, take the natural one: `np.log`.",
        ),
        Mistake(
            "zero-log-zero",
            meets_zero_times_infinity,
            "For an absent class you compute 0 times log 0, which is nan, and one nan "
            "makes the sum nan. Nobody is in that class and nobody pays: leave it out, "
            "`q[q > 0]`.",
        ),
        Mistake(
            "seen-only",
            counts_what_is_there,
            "You count the classes that occur in y. Who knows nothing does not know "
            "that one is absent, either: `blank` spreads over all `classes`, {classes} "
            "here.",
        ),
        Mistake(
            "highest-label",
            takes_the_highest_label,
            "You take the highest label in y for the number of classes. The last class "
            "may be absent: `blank` spreads over all `classes`, {classes} here.",
        ),
        Mistake(
            "not-divided",
            forgets_to_divide,
            "You put the counts into the formula. It wants frequencies: divide them by "
            "{n} first.",
        ),
        Mistake(
            "sum",
            sums_over_people,
            "These are sums over the {n} examples. A loss is a mean.",
        ),
        Mistake(
            "swapped",
            swaps_the_two,
            "You return the two in the other order. First the one who knows nothing.",
        ),
        Mistake(
            "perplexity",
            returns_perplexities,
            "This is e to the power of what is asked, called perplexity: how many "
            "equally likely classes would surprise as much. The loss is its logarithm.",
        ),
        Mistake(
            "minus",
            lacks_the_minus,
            "`informed` has the right size and is negative. Logarithms of frequencies "
            "are negative; the minus in front turns them into costs.",
        ),
        Mistake(
            "blank-negative",
            _two(blank=lambda classes: -np.log(classes)),
            "`blank` has the right size and is negative. It is −log(1/C), and that is "
            "log C.",
        ),
        Mistake(
            "probability",
            _two(blank=lambda classes: 1 / classes),
            "For `blank` you return the probability 1/C. What it costs is minus its "
            "logarithm.",
        ),
        Mistake(
            "most-frequent",
            _two(informed=lambda q: -np.log(q.max())),
            "Your `informed` is what people of the most frequent class pay. The others "
            "pay more; the loss is the mean over everybody, each class weighted by "
            "its frequency.",
        ),
        Mistake(
            "class-mean",
            _two(informed=lambda q: -np.log(q).mean()),
            "You average the costs over the classes. The mean is over the examples, so "
            "a class weighs as much as it has members: multiply by q before adding.",
        ),
        Mistake(
            "accuracy",
            _two(informed=lambda q: 1 - q.max()),
            "This is the share of mistakes if one always says the most frequent class. "
            "Asked for is the cross-entropy, −Σ q log q.",
        ),
        Mistake(
            "gini",
            _two(informed=lambda q: 1 - (q**2).sum()),
            "This is 1 − Σ q², which decision trees use. Cross-entropy takes the "
            "logarithm: −Σ q log q.",
        ),
        Mistake(
            "sorted-in-place",
            sorts_the_labels,
            "Both numbers are right, and the labels are sorted now for everyone who "
            "holds them, so that they no longer fit their inputs. Leave y alone: "
            "`np.bincount` does not need it sorted.",
        ),
    ],
    right=[baselines_by_bincount, baselines_by_people, baselines_by_dictionary],
)
def check_baselines(s):
    """Count uneven classes, then some that are absent; leave the labels alone."""

    def labels(members):
        y = np.repeat(np.arange(len(members)), members)
        y = s.rng.permutation(y)
        while (np.diff(y) >= 0).all():
            y = s.rng.permutation(y)
        s.note(n=len(y), classes=len(members))
        return y, len(members)

    def uneven():
        return labels(s.rng.permutation([2, 4, 7, 11]) + s.rng.integers(0, 2, size=4))

    def call(y, classes):
        pair = s.unpack(s.call("baselines", y, classes), "blank, informed")
        return [s.array(number, ()) for number in pair]

    with s.part("knowing nothing"):
        y, classes = uneven()
        blank, _ = call(y, classes)
        s.expect_close(
            blank,
            np.log(classes),
            "`blank` is off: who gives each of {classes} classes the same probability "
            "pays minus the logarithm of that.",
        )
    with s.part("knowing the frequencies", points=2):
        y, classes = uneven()
        _, informed = call(y, classes)
        s.expect_close(
            informed,
            baselines_by_people(y, classes)[1],
            "`informed` is off: it is −Σ q log q over the classes, with q the fraction "
            "of the {n} examples in each.",
        )
    with s.part("absent classes"):
        members = np.array([*s.rng.permutation([0, 3, 5]), 8, 0])
        y, classes = labels(members + (members > 0) * s.rng.integers(0, 2))
        s.expect_close(
            call(y, classes),
            baselines_by_people(y, classes),
            "With classes that nobody is in, one of the two is off.",
        )
    with s.part("y stays as it was"):
        y, classes = uneven()
        s.expect_close(
            call(y, classes),
            baselines_by_people(y, classes),
            "This counts once the two numbers are right.",
            explain=False,
        )
        s.expect_untouched("After the call, y has changed. Count without changing it.")
