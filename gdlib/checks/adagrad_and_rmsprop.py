"""AdaGrad and RMSprop: two rules, a valley that is turned, and a book read once."""

import numpy as np
from numpy.linalg import norm

from gdlib.grading import Mistake, question

SCALES = np.array([2.0, 1e-1, 1e-2, 1e-4])  # a slope may have any unit


def _slopes(s, steps):
    """Draw gradients of shape (steps, 4): every scale, and signs that change."""
    sizes = s.rng.uniform(0.5, 2.0, size=(steps, 4))
    signs = s.rng.permuted(np.resize([1.0, -1.0], (steps, 4)), axis=0)
    return SCALES * sizes * signs


def _follow(s, name, slopes, *hyper):
    """Feed slopes to a student's rule, and its own memory back to it."""
    memory, found = np.zeros(4), []
    for g in slopes:
        d, memory = s.unpack(s.call(name, g, memory, *hyper), "d, s")
        memory = s.array(memory, (4,))
        found.append([s.array(d, (4,)), memory])
    return np.swapaxes(found, 0, 1)


# ========================================================================= adagrad
def adagrad_forgets_root(g, s, eps):
    s = s + g**2
    return g / (s + eps), s


def adagrad_eps_inside(g, s, eps):
    s = s + g**2
    return g / np.sqrt(s + eps), s


def adagrad_stale(g, s, eps):
    return g / (np.sqrt(s) + eps), s + g**2


def adagrad_without_past(g, s, eps):
    s = g**2
    return g / (np.sqrt(s) + eps), s


def adagrad_returns_old_memory(g, s, eps):
    return g / (np.sqrt(s + g**2) + eps), s


def adagrad_fades(g, s, eps):
    s = 0.9 * s + 0.1 * g**2
    return g / (np.sqrt(s) + eps), s


def adagrad_adds_sizes(g, s, eps):
    s = s + abs(g)
    return g / (s + eps), s


def adagrad_forgets_square(g, s, eps):
    s = s + g
    return g / (np.sqrt(abs(s)) + eps), s


def adagrad_with_one_scale(g, s, eps):
    s = s + g @ g
    return g / (np.sqrt(s) + eps), s


def adagrad_in_place(g, s, eps):
    s += g**2
    return g / (np.sqrt(s) + eps), s


def adagrad_returns_direction_only(g, s, eps):
    return g / (np.sqrt(s + g**2) + eps)


def adagrad_swaps(g, s, eps):
    s = s + g**2
    return s, g / (np.sqrt(s) + eps)


def adagrad_points_downhill(g, s, eps):
    s = s + g**2
    return -g / (np.sqrt(s) + eps), s


def adagrad_remembers_root(g, s, eps):
    s = np.sqrt(s + g**2)
    return g / (s + eps), s


def adagrad_multiplies(g, s, eps):
    s = s + g**2
    return g * (np.sqrt(s) + eps), s


def adagrad_without_eps(g, s, eps):
    s = s + g**2
    return g / np.sqrt(s), s


def adagrad_adds_eps_to_memory(g, s, eps):
    s = s + g**2 + eps
    return g / np.sqrt(s), s


def adagrad_misplaces_brackets(g, s, eps):
    s = s + g**2
    return g / np.sqrt(s) + eps, s


def adagrad_adds_roots(g, s, eps):
    return g / (np.sqrt(s) + abs(g) + eps), s + g**2


def adagrad_takes_signs(g, s, eps):
    return np.sign(g), s + g**2


def adagrad_leaves_g(g, s, eps):
    return g, s + g**2


def adagrad_by_length(g, s, eps):
    return g / (norm(g) + eps), s + g**2


def adagrad_sums_before_dividing(g, s, eps):
    s = s + g**2
    return g / (np.sqrt(s.sum()) + eps), s


def adagrad_squares_the_sum(g, s, eps):
    s = (s + g) ** 2
    return g / (np.sqrt(s) + eps), s


def adagrad_squares_both(g, s, eps):
    s = s**2 + g**2
    return g / (np.sqrt(s) + eps), s


def adagrad_right(g, s, eps):
    s = s + g * g
    return g / (np.sqrt(s) + eps), s


def adagrad_by_entries(g, s, eps):
    """Treat every coordinate on its own, as one would by hand."""
    d, total = np.zeros(len(g)), np.zeros(len(g))
    for i in range(len(g)):
        total[i] = s[i] + g[i] ** 2
        d[i] = g[i] / (total[i] ** 0.5 + eps)
    return d, total


@question(
    "adagrad-and-rmsprop.adagrad",
    points=4,
    needs="adagrad",
    start="Add the squares to s first, then divide g by the root of the new s.",
    well_done=(
        "Two lines, and they fit into the book's own loop: every coordinate carries a "
        "ruler of its own."
    ),
    hints=[
        "Where to look: with eps = 0 and s = [0.] the slope [3.] gives d = [1.] and "
        "s = [9.]; then the slope [4.] gives d = [0.8] and s = [25.].",
        "The book: AdaGrad and RMSprop, section The idea.",
    ],
    mistakes=[
        Mistake(
            "no-root",
            adagrad_forgets_root,
            "You divide by s, not by its root. Then d has a unit, one over the slope: "
            "steep coordinates hardly move, and flat ones fly.",
        ),
        Mistake(
            "eps-inside",
            adagrad_eps_inside,
            "Your ε is under the root. There it acts like √ε, which is a lot larger. "
            "This book keeps it outside: divide by √s + ε.",
        ),
        Mistake(
            "stale",
            adagrad_stale,
            "You divide by the old s and add g² afterwards. In the very first step s "
            "is zero, and you divide by ε alone. Add first, then divide.",
        ),
        Mistake(
            "no-past",
            adagrad_without_past,
            "Your s is g² of this step alone: every step has full length, and nothing "
            "is remembered. Add g² to the s that you were given.",
        ),
        Mistake(
            "old-memory",
            adagrad_returns_old_memory,
            "Your direction is right, and you return the s that came in. The next "
            "step then knows nothing of this one: return the new sum.",
        ),
        Mistake(
            "fades",
            adagrad_fades,
            "This is RMSprop: a mean that fades. AdaGrad keeps every square at its "
            "full weight, s + g².",
        ),
        Mistake(
            "sizes",
            adagrad_adds_sizes,
            "You add |g| and divide by the sum. AdaGrad adds squares and takes the "
            "root of the sum; on a constant slope yours dies like 1/t, not 1/√t.",
        ),
        Mistake(
            "no-square",
            adagrad_forgets_square,
            "You add g and not g². Slopes of either sign then cancel in s, and s is "
            "no longer a measure of size.",
        ),
        Mistake(
            "one-scale",
            adagrad_with_one_scale,
            "You have one sum for all coordinates: `g @ g` adds over them. Then the "
            "steepest coordinate decides for everybody. `g**2` keeps them apart.",
        ),
        Mistake(
            "in-place",
            adagrad_in_place,
            "Your numbers are right, and `s += ...` has changed the array that the "
            "caller still holds. `s = s + ...` makes a new one.",
        ),
        Mistake(
            "direction-only",
            adagrad_returns_direction_only,
            "You return the direction alone, and what you have learned about the "
            "scale is lost. Return both, `return d, s`.",
        ),
        Mistake(
            "swapped",
            adagrad_swaps,
            "You return s first and d second. The loop steps along what comes first: "
            "`return d, s`.",
        ),
        Mistake(
            "downhill",
            adagrad_points_downhill,
            "Your d has a minus sign. The loop brings its own, x − ηd: with yours the "
            "walk climbs.",
        ),
        Mistake(
            "root-kept",
            adagrad_remembers_root,
            "You keep the root in s, and the next step adds a square to a root. Keep "
            "the sum itself, and take the root where you divide.",
        ),
        Mistake(
            "multiplied",
            adagrad_multiplies,
            "You multiply by √s + ε. That makes steep coordinates steeper: divide.",
        ),
        Mistake(
            "no-eps",
            adagrad_without_eps,
            "You left ε out. A coordinate that has met no slope yet is then 0/0, "
            "which is nan; and ε was handed to you, so divide by √s + ε.",
        ),
        Mistake(
            "eps-kept",
            adagrad_adds_eps_to_memory,
            "You put ε into s, so that it is added again at every step. It belongs "
            "beside the root, where you divide, and s holds squares only.",
        ),
        Mistake(
            "brackets",
            adagrad_misplaces_brackets,
            "Python divides before it adds: `g / np.sqrt(s) + eps` adds ε to the "
            "direction. Put the denominator in brackets, `g / (np.sqrt(s) + eps)`.",
        ),
        Mistake(
            "roots-added",
            adagrad_adds_roots,
            "You add the roots, √s + |g|. Add the squares first and take one root of "
            "the sum: with 3 and 4 that is 5, and yours is 7.",
        ),
        Mistake(
            "signs",
            adagrad_takes_signs,
            "You step by the sign of g. That is the first step of AdaGrad, and from "
            "then on the past counts too: divide by √s + ε.",
        ),
        Mistake(
            "not-divided",
            adagrad_leaves_g,
            "You keep s and never use it: your d is g itself. Divide by √s + ε.",
        ),
        Mistake(
            "by-length",
            adagrad_by_length,
            "You divide by the length of g, one number for all the coordinates and "
            "for this step only. Divide by √s + ε, entry by entry.",
        ),
        Mistake(
            "summed-late",
            adagrad_sums_before_dividing,
            "Your s keeps the coordinates apart, and where you divide you add them up "
            "to one number. Divide by √s + ε, entry by entry.",
        ),
        Mistake(
            "sum-squared",
            adagrad_squares_the_sum,
            "You square the sum, (s + g)². Square the slope first, then add: s + g².",
        ),
        Mistake(
            "both-squared",
            adagrad_squares_both,
            "You square s as well. It holds squares already: s + g².",
        ),
    ],
    right=[adagrad_right, adagrad_by_entries],
)
def check_adagrad(s):
    """Take a first step, then six with a memory; then look at flat ground."""
    eps = float(s.rng.uniform(0.5, 2.0)) * 1e-3
    with s.part("the first step"):
        slopes = _slopes(s, 1)
        (d,), (memory,) = _follow(s, "adagrad", slopes, eps)
        g = slopes[0]
        s.expect_close(d, g / (abs(g) + eps), "In the first step d is not right.")
        s.expect_close(memory, g**2, "After the first step s is not right.")
    with s.part("six steps", points=2):
        slopes = _slopes(s, 6)
        d, memory = _follow(s, "adagrad", slopes, eps)
        want = np.cumsum(slopes**2, axis=0)
        s.expect_close(memory, want, "In six steps, s goes astray.", rows="step")
        s.expect_close(
            d,
            slopes / (np.sqrt(want) + eps),
            "In six steps, d goes astray.",
            rows="step",
        )
    with s.part("flat ground, and a clean desk"):
        g, *past = _slopes(s, 4)
        before = np.sum(np.square(past), axis=0)
        g[1] = before[1] = 0.0
        d, memory = s.unpack(s.call("adagrad", g, before, eps), "d, s")
        want = before + g**2
        s.expect(
            s.array(d, (4,))[1] == 0,
            "One coordinate has met no slope yet. There d is 0, and yours is not.",
        )
        s.expect_close(d, g / (np.sqrt(want) + eps), "Here d is not right.")
        s.expect_close(memory, want, "The new s is not right.")
        s.expect_untouched("After the call, g or s has changed. Make new arrays.")


# ========================================================================= rmsprop
def rmsprop_swaps_weights(g, s, beta, eps):
    s = (1 - beta) * s + beta * g**2
    return g / (np.sqrt(s) + eps), s


def rmsprop_weights_half(g, s, beta, eps):
    s = beta * s + g**2
    return g / (np.sqrt(s) + eps), s


def rmsprop_keeps_all(g, s, beta, eps):
    s = s + (1 - beta) * g**2
    return g / (np.sqrt(s) + eps), s


def rmsprop_adds(g, s, beta, eps):
    s = s + g**2
    return g / (np.sqrt(s) + eps), s


def rmsprop_forgets_root(g, s, beta, eps):
    s = beta * s + (1 - beta) * g**2
    return g / (s + eps), s


def rmsprop_eps_inside(g, s, beta, eps):
    s = beta * s + (1 - beta) * g**2
    return g / np.sqrt(s + eps), s


def rmsprop_stale(g, s, beta, eps):
    return g / (np.sqrt(s) + eps), beta * s + (1 - beta) * g**2


def rmsprop_squares_the_mean(g, s, beta, eps):
    s = beta * s + (1 - beta) * g
    return g / (abs(s) + eps), s


def rmsprop_mean_of_sizes(g, s, beta, eps):
    s = beta * s + (1 - beta) * abs(g)
    return g / (s + eps), s


def rmsprop_squares_the_weight(g, s, beta, eps):
    s = beta * s + ((1 - beta) * g) ** 2
    return g / (np.sqrt(s) + eps), s


def rmsprop_with_one_scale(g, s, beta, eps):
    s = beta * s + (1 - beta) * np.mean(g**2)
    return g / (np.sqrt(s) + eps), s


def rmsprop_fixes_beta(g, s, beta, eps):
    s = 0.9 * s + 0.1 * g**2
    return g / (np.sqrt(s) + eps), s


def rmsprop_corrects_the_first(g, s, beta, eps):
    s = beta * s + (1 - beta) * g**2
    return g / (np.sqrt(s / (1 - beta)) + eps), s


def rmsprop_in_place(g, s, beta, eps):
    s *= beta
    s += (1 - beta) * g**2
    return g / (np.sqrt(s) + eps), s


def rmsprop_swaps(g, s, beta, eps):
    s = beta * s + (1 - beta) * g**2
    return s, g / (np.sqrt(s) + eps)


def rmsprop_returns_direction_only(g, s, beta, eps):
    return g / (np.sqrt(beta * s + (1 - beta) * g**2) + eps)


def rmsprop_points_downhill(g, s, beta, eps):
    s = beta * s + (1 - beta) * g**2
    return -g / (np.sqrt(s) + eps), s


def rmsprop_without_eps(g, s, beta, eps):
    s = beta * s + (1 - beta) * g**2
    return g / np.sqrt(s), s


def rmsprop_misplaces_brackets(g, s, beta, eps):
    s = beta * s + 1 - beta * g**2
    return g / (np.sqrt(s) + eps), s


def rmsprop_lets_all_fade(g, s, beta, eps):
    s = beta * (s + (1 - beta) * g**2)
    return g / (np.sqrt(s) + eps), s


def rmsprop_returns_old_memory(g, s, beta, eps):
    return g / (np.sqrt(beta * s + (1 - beta) * g**2) + eps), s


def rmsprop_remembers_root(g, s, beta, eps):
    s = np.sqrt(beta * s + (1 - beta) * g**2)
    return g / (s + eps), s


def rmsprop_weighs_g(g, s, beta, eps):
    s = beta * s + (1 - beta) * g**2
    return (1 - beta) * g / (np.sqrt(s) + eps), s


def rmsprop_adds_eps_to_memory(g, s, beta, eps):
    s = beta * s + (1 - beta) * g**2 + eps
    return g / np.sqrt(s), s


def rmsprop_weighs_both_with_beta(g, s, beta, eps):
    s = beta * s + beta * g**2
    return g / (np.sqrt(s) + eps), s


def rmsprop_without_past(g, s, beta, eps):
    s = g**2
    return g / (np.sqrt(s) + eps), s


def rmsprop_loses_the_past(g, s, beta, eps):
    s = (1 - beta) * g**2
    return g / (np.sqrt(s) + eps), s


def rmsprop_squares_it_all(g, s, beta, eps):
    s = (beta * s + (1 - beta) * g) ** 2
    return g / (np.sqrt(s) + eps), s


def rmsprop_multiplies(g, s, beta, eps):
    s = beta * s + (1 - beta) * g**2
    return g * (np.sqrt(s) + eps), s


def rmsprop_takes_signs(g, s, beta, eps):
    return np.sign(g), beta * s + (1 - beta) * g**2


def rmsprop_right(g, s, beta, eps):
    s = beta * s + (1 - beta) * g * g
    return g / (np.sqrt(s) + eps), s


def rmsprop_toward_the_new(g, s, beta, eps):
    """Move s a fraction 1 − β of the way to g², coordinate by coordinate."""
    d, mean = np.zeros(len(g)), np.zeros(len(g))
    for i, slope in enumerate(g):
        mean[i] = s[i] + (1 - beta) * (slope**2 - s[i])
        d[i] = slope / (mean[i] ** 0.5 + eps)
    return d, mean


@question(
    "adagrad-and-rmsprop.rmsprop",
    points=4,
    needs="rmsprop",
    start="Let the old s fade, s = beta * s + ..., then divide as in AdaGrad.",
    well_done=(
        "One factor β apart from AdaGrad, and the wall that was steep an hour ago is "
        "forgotten."
    ),
    hints=[
        "Where to look: with beta = 0.75, eps = 0 and s = [0.] the slope [4.] gives "
        "s = [4.] and d = [2.]. Which of the two weights belongs to the new square?",
        "The book: AdaGrad and RMSprop, section The idea.",
    ],
    mistakes=[
        Mistake(
            "weights-swapped",
            rmsprop_swaps_weights,
            "Your weights are exchanged: β on the new square, 1 − β on the past. With "
            "β = 0.9 you remember a tenth and not nine tenths.",
        ),
        Mistake(
            "no-new-weight",
            rmsprop_weights_half,
            "The new square has weight 1 in your s. Without 1 − β it is a fading sum "
            "and no mean: too large by up to 1/(1 − β).",
        ),
        Mistake(
            "beta-on-both",
            rmsprop_weighs_both_with_beta,
            "You weigh the old s and the new square with β alike. In a mean the two "
            "weights add up to 1: β on the past, 1 − β on the new square.",
        ),
        Mistake(
            "no-past",
            rmsprop_without_past,
            "Your s is g² of this step alone: nothing is remembered, and every step "
            "has full length. The old s that you were given comes in with weight β.",
        ),
        Mistake(
            "past-lost",
            rmsprop_loses_the_past,
            "Your s has the new square, rightly weighed, and nothing of the old s. Add "
            "β times the s that you were given.",
        ),
        Mistake(
            "all-squared",
            rmsprop_squares_it_all,
            "You square the whole mean, s and weights too. Square the slope only: "
            "`beta * s + (1 - beta) * g**2`.",
        ),
        Mistake(
            "multiplied",
            rmsprop_multiplies,
            "You multiply by √s + ε. That makes steep coordinates steeper still: "
            "divide.",
        ),
        Mistake(
            "signs",
            rmsprop_takes_signs,
            "You keep s and step by the sign of g. The size counts as well, against "
            "what is usual: divide g by √s + ε.",
        ),
        Mistake(
            "no-fading",
            rmsprop_keeps_all,
            "The old s does not fade: multiply it by β. As it stands your s grows "
            "without end, as AdaGrad's does.",
        ),
        Mistake(
            "adagrad",
            rmsprop_adds,
            "This is AdaGrad: a sum in which nothing fades, and no β. RMSprop keeps "
            "β of the old s and adds 1 − β of the new square.",
        ),
        Mistake(
            "no-root",
            rmsprop_forgets_root,
            "You divide by the mean of squares, not by its root. The R of RMS stands "
            "for it.",
        ),
        Mistake(
            "eps-inside",
            rmsprop_eps_inside,
            "Your ε is under the root, as in Keras. There it acts like √ε. This book "
            "keeps it outside, as PyTorch does: divide by √s + ε.",
        ),
        Mistake(
            "stale",
            rmsprop_stale,
            "You divide by the old s and bring it up to date afterwards. In the first "
            "step that is a division by ε alone. Update first.",
        ),
        Mistake(
            "mean-of-slopes",
            rmsprop_squares_the_mean,
            "Your s is a mean of the slopes, not of their squares. Slopes of either "
            "sign cancel in it, and then you divide by almost nothing.",
        ),
        Mistake(
            "mean-of-sizes",
            rmsprop_mean_of_sizes,
            "Your s is a mean of |g|. That is a measure of size as well, and another "
            "one: RMS takes squares first and the root last.",
        ),
        Mistake(
            "weight-squared",
            rmsprop_squares_the_weight,
            "You square 1 − β together with g. Square the slope only: "
            "`(1 - beta) * g**2`.",
        ),
        Mistake(
            "one-scale",
            rmsprop_with_one_scale,
            "You take the mean over the coordinates, so that all have one scale. The "
            "mean goes over the steps; each coordinate keeps its own.",
        ),
        Mistake(
            "fixed-beta",
            rmsprop_fixes_beta,
            "You use 0.9, whatever `beta` says. This call asked for {beta:.2f}.",
        ),
        Mistake(
            "corrected",
            rmsprop_corrects_the_first,
            "You divide s by 1 − β to make up for its start at zero. That is right "
            "for the first step only, and RMSprop leaves it alone; Adam does it, with "
            "a factor that changes with t.",
        ),
        Mistake(
            "in-place",
            rmsprop_in_place,
            "Your numbers are right, and `*=` or `+=` has changed the array that the "
            "caller still holds. `s = beta * s + ...` makes a new one.",
        ),
        Mistake(
            "swapped",
            rmsprop_swaps,
            "You return s first and d second. The loop steps along what comes first: "
            "`return d, s`.",
        ),
        Mistake(
            "direction-only",
            rmsprop_returns_direction_only,
            "You return the direction alone, and the mean is lost. Return both, "
            "`return d, s`.",
        ),
        Mistake(
            "downhill",
            rmsprop_points_downhill,
            "Your d has a minus sign. The loop brings its own, x − ηd: with yours the "
            "walk climbs.",
        ),
        Mistake(
            "no-eps",
            rmsprop_without_eps,
            "You left ε out. A coordinate that has met no slope yet is then 0/0, "
            "which is nan: divide by √s + ε.",
        ),
        Mistake(
            "brackets",
            rmsprop_misplaces_brackets,
            "`1 - beta * g**2` multiplies first. The weight of the new square is "
            "(1 − β): it needs brackets.",
        ),
        Mistake(
            "all-fade",
            rmsprop_lets_all_fade,
            "In your s the new square fades at once: β multiplies the whole bracket. "
            "Only the old s is multiplied by β.",
        ),
        Mistake(
            "old-memory",
            rmsprop_returns_old_memory,
            "Your direction is right, and you return the s that came in. Return the "
            "new one, or the next step knows nothing of this.",
        ),
        Mistake(
            "root-kept",
            rmsprop_remembers_root,
            "You keep the root in s, and the next step mixes a root with a square. "
            "Keep the mean of the squares, and take the root where you divide.",
        ),
        Mistake(
            "g-weighted",
            rmsprop_weighs_g,
            "You multiply g by 1 − β in the numerator as well. The mean is for s; the "
            "slope that you divide is today's, whole.",
        ),
        Mistake(
            "eps-kept",
            rmsprop_adds_eps_to_memory,
            "You put ε into s, so that it is added again at every step. It belongs "
            "beside the root, where you divide.",
        ),
    ],
    right=[rmsprop_right, rmsprop_toward_the_new],
)
def check_rmsprop(s):
    """Take a first step, then six with a memory; then look at flat ground."""
    beta = float(s.rng.uniform(0.6, 0.8))
    eps = float(s.rng.uniform(0.5, 2.0)) * 1e-3
    s.note(beta=beta)
    with s.part("the first step"):
        slopes = _slopes(s, 1)
        (d,), (memory,) = _follow(s, "rmsprop", slopes, beta, eps)
        want = (1 - beta) * slopes[0] ** 2
        s.expect_close(memory, want, "After the first step s is not right.")
        want = slopes[0] / (np.sqrt(want) + eps)
        s.expect_close(d, want, "In the first step d is not right.")
    with s.part("six steps", points=2):
        slopes = _slopes(s, 6)
        d, memory = _follow(s, "rmsprop", slopes, beta, eps)
        age = np.subtract.outer(np.arange(6), np.arange(6))
        weights = np.tril((1 - beta) * beta ** np.maximum(age, 0))
        want = weights @ slopes**2
        s.expect_close(memory, want, "In six steps, s goes astray.", rows="step")
        s.expect_close(
            d,
            slopes / (np.sqrt(want) + eps),
            "In six steps, d goes astray.",
            rows="step",
        )
    with s.part("flat ground, and a clean desk"):
        g, *past = _slopes(s, 4)
        before = np.sum(np.square(past), axis=0)
        g[1] = before[1] = 0.0
        d, memory = s.unpack(s.call("rmsprop", g, before, beta, eps), "d, s")
        want = before - (1 - beta) * (before - g**2)
        s.expect(
            s.array(d, (4,))[1] == 0,
            "One coordinate has met no slope yet. There d is 0, and yours is not.",
        )
        s.expect_close(d, g / (np.sqrt(want) + eps), "Here d is not right.")
        s.expect_close(memory, want, "The new s is not right.")
        s.expect_untouched("After the call, g or s has changed. Make new arrays.")


# ============================================================================ turn
def _rotation(angle):
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s], [s, c]])


def turns_back(A, angle):
    Q = _rotation(angle)
    return Q.T @ A @ Q


def turns_one_side(A, angle):
    return _rotation(angle) @ A


def turns_the_other_side(A, angle):
    return A @ _rotation(angle).T


def turns_both_with_q(A, angle):
    Q = _rotation(angle)
    return Q @ A @ Q


def stretches(A, angle):
    t = np.tan(angle)
    Q = np.array([[1, -t], [t, 1]])
    return Q @ A @ Q.T


def reads_degrees(A, angle):
    Q = _rotation(np.radians(angle))
    return Q @ A @ Q.T


def multiplies_entries(A, angle):
    Q = _rotation(angle)
    return Q * A * Q.T


def mirrors(A, angle):
    c, s = np.cos(angle), np.sin(angle)
    Q = np.array([[c, s], [s, -c]])
    return Q @ A @ Q.T


def forgets_the_minus(A, angle):
    c, s = np.cos(angle), np.sin(angle)
    Q = np.array([[c, s], [s, c]])
    return Q @ A @ Q.T


def keeps_the_diagonal(A, angle):
    Q = _rotation(angle)
    return np.diag(np.diag(Q @ A @ Q.T))


def turns_by_45(A, angle):
    Q = _rotation(np.pi / 4)
    return Q @ A @ Q.T


def turns_the_eigenvalues(A, angle):
    Q = _rotation(angle)
    return Q @ np.diag(np.linalg.eigvalsh(A)) @ Q.T


def turns_twice(A, angle):
    Q = _rotation(2 * angle)
    return Q @ A @ Q.T


def turns_in_place(A, angle):
    Q = _rotation(angle)
    A[:] = Q @ A @ Q.T
    return A


def returns_the_rotation(A, angle):
    return _rotation(angle)


def turn_right(A, angle):
    Q = _rotation(angle)
    return Q @ A @ Q.T


def turn_by_directions(A, angle):
    """Add each curvature along its own direction, turned."""
    values, vectors = np.linalg.eigh(A)
    total = np.zeros((2, 2))
    for value, vector in zip(values, vectors.T, strict=True):
        there = _rotation(angle) @ vector
        total += value * np.outer(there, there)
    return total


@question(
    "adagrad-and-rmsprop.turn",
    points=4,
    needs="turn",
    start="Build Q from the cosine and the sine of the angle; then it is Q A Qᵀ.",
    well_done=(
        "The same valley, looking another way: the curvatures are what they were. A "
        "famous text did not manage that."
    ),
    hints=[
        "Where to look: turned by 45 degrees, the valley [[1, 0], [0, 100]] becomes "
        "[[50.5, −49.5], [−49.5, 50.5]], whose eigenvalues are 1 and 100 still.",
        "The book: AdaGrad and RMSprop, section The mathematics.",
    ],
    mistakes=[
        Mistake(
            "turned-back",
            turns_back,
            "You turn the other way, clockwise: this is QᵀAQ. At the new place Qx the "
            "height must be the old one, and QAQᵀ sees to that.",
        ),
        Mistake(
            "one-side",
            turns_one_side,
            "You multiply from the left only. That turns the gradient and forgets to "
            "turn the place where it is asked for; the result is not even symmetric. "
            "Multiply by Qᵀ from the right as well.",
        ),
        Mistake(
            "right-side",
            turns_the_other_side,
            "You multiply from the right only: the place is turned, and the gradient "
            "is not turned with it. Multiply by Q from the left as well.",
        ),
        Mistake(
            "no-transpose",
            turns_both_with_q,
            "You multiply by Q on either side. One of them must undo the other: "
            "`Q @ A @ Q.T`.",
        ),
        Mistake(
            "stretched",
            stretches,
            "Your Q has rows like (1, −t) that are longer than 1: it turns and "
            "stretches. At 45 degrees this doubles both curvatures, and a famous text "
            "has that very slip. Use cosine and sine.",
        ),
        Mistake(
            "degrees",
            reads_degrees,
            "The angle comes in radians already, as np.cos and np.sin want it. You "
            "convert it once more, and hardly turn at all.",
        ),
        Mistake(
            "entrywise",
            multiplies_entries,
            "`*` multiplies entry by entry. The product of matrices is `@`.",
        ),
        Mistake(
            "mirrored",
            mirrors,
            "Your Q is a mirror, not a rotation. A valley along an axis does not show "
            "it, and a slanted one lies the other way round: the minus sign belongs "
            "to the sine in the first row.",
        ),
        Mistake(
            "no-minus",
            forgets_the_minus,
            "Both sines have a plus sign in your Q, so its columns are not at a right "
            "angle and the curvatures change. One sine is negative.",
        ),
        Mistake(
            "diagonal-only",
            keeps_the_diagonal,
            "You keep the diagonal only. What couples the two coordinates stands off "
            "the diagonal, and that coupling is what turning is about.",
        ),
        Mistake(
            "always-45",
            turns_by_45,
            "You turn by 45 degrees, whatever `angle` says. Use the argument.",
        ),
        Mistake(
            "only-eigenvalues",
            turns_the_eigenvalues,
            "You keep the curvatures of A and forget which way its valley ran: that is "
            "a valley along an axis, turned. Turn A itself.",
        ),
        Mistake(
            "twice",
            turns_twice,
            "You turn by twice the angle. One Q on either side turns the valley once.",
        ),
        Mistake(
            "in-place",
            turns_in_place,
            "Your matrix is right, and `A[:] = ...` has turned the valley of the "
            "caller as well. Return a new array.",
        ),
        Mistake(
            "rotation-only",
            returns_the_rotation,
            "This is Q, the rotation itself. Asked for is the valley, turned by it.",
        ),
    ],
    right=[turn_right, turn_by_directions],
)
def check_turn(s):
    """Turn a valley along an axis, then slanted ones; leave the old one alone."""
    with s.part("a valley along an axis", points=2):
        A = np.diag(s.rng.uniform([1.0, 50.0], [2.0, 100.0]))
        angle = float(s.rng.uniform(0.3, 0.6))
        B = s.array(s.call("turn", A, angle), (2, 2))
        ratio = np.sort(np.linalg.eigvals(B).real)[-1] / A[1, 1]
        s.note(ratio=ratio)
        want = turn_right(A, angle)
        s.expect(
            not np.allclose(B, B.T) or abs(ratio - 1) < 5e-3 or ratio <= 0,
            "The largest curvature should stay as it was, and yours is {ratio:.3g} "
            "times as large: Q must not stretch.",
        )
        s.expect_close(B, want, "The curvatures may be right; the directions are not.")
    with s.part("a slanted valley"):
        A = turn_right(np.diag(s.rng.uniform([1.0, 5.0], [2.0, 9.0])), 0.4)
        angle = float(s.rng.uniform(-1.2, -0.9))
        B = s.call("turn", A, angle)
        s.expect_close(
            B,
            turn_right(A, angle),
            "For a valley that is slanted already it is not QAQᵀ.",
        )
    with s.part("A stays as it was"):
        A = turn_right(np.diag(s.rng.uniform([1.0, 5.0], [2.0, 9.0])), 0.7)
        angle = float(s.rng.uniform(1.0, 1.3))
        B = s.call("turn", A, angle)
        want = turn_right(A, angle)
        s.expect_close(
            B, want, "This counts once the turned matrix is right.", explain=False
        )
        s.expect_untouched("After the call, A has changed. Return a new array.")


# ======================================================================= read_once
TINY = 1e-10


def _read(
    add=lambda s, g, x, t: s + g**2,
    divide=lambda g, s, t: g / (np.sqrt(s) + TINY),
    guess=lambda score: 1 / (1 + np.exp(-score)),
    slope=lambda p, y, x: (p - y) * x,
    rows=lambda n: range(n),
    result=lambda w, s: w,
):
    """Read once, with one thing done otherwise."""

    def read_once(X, y, learning_rate):
        w, s = np.zeros(X.shape[1]), np.zeros(X.shape[1])
        for t, i in enumerate(rows(len(X)), start=1):
            x = X[i]
            g = slope(guess(x @ w), y[i], x)
            s = add(s, g, x, t)
            w = w - learning_rate * divide(g, s, t)
        return result(w, s)

    return read_once


def reads_all_rows_at_once(X, y, learning_rate):
    p = 1 / (1 + np.exp(-(X @ np.zeros(X.shape[1]))))
    g = X.T @ (p - y) / len(y)
    return -learning_rate * g / (abs(g) + TINY)


def reads_stale(X, y, learning_rate):
    w, s = np.zeros(X.shape[1]), np.zeros(X.shape[1])
    for x, label in zip(X, y, strict=True):
        g = (1 / (1 + np.exp(-(x @ w))) - label) * x
        w = w - learning_rate * g / (np.sqrt(s) + TINY)
        s = s + g**2
    return w


def reads_first_row(X, y, learning_rate):
    w, s = np.zeros(X.shape[1]), np.zeros(X.shape[1])
    for x, label in zip(X, y, strict=True):
        g = (1 / (1 + np.exp(-(x @ w))) - label) * x
        s = s + g**2
        w = w - learning_rate * g / (np.sqrt(s) + TINY)
        return w


def reads_from_one(X, y, learning_rate):
    w, s = np.ones(X.shape[1]), np.zeros(X.shape[1])
    for x, label in zip(X, y, strict=True):
        g = (1 / (1 + np.exp(-(x @ w))) - label) * x
        s = s + g**2
        w = w - learning_rate * g / (np.sqrt(s) + TINY)
    return w


def reads_and_forgets(X, y, learning_rate):
    s = np.zeros(X.shape[1])
    for x, label in zip(X, y, strict=True):
        w = np.zeros(X.shape[1])
        g = (1 / (1 + np.exp(-(x @ w))) - label) * x
        s = s + g**2
        w = w - learning_rate * g / (np.sqrt(s) + TINY)
    return w


def reads_twice(X, y, learning_rate):
    rows, labels = np.concatenate([X, X]), np.concatenate([y, y])
    return reads_with_numpy(rows, labels, learning_rate)


def reads_word_by_word(X, y, learning_rate):
    w, s = np.zeros(X.shape[1]), np.zeros(X.shape[1])
    for x, label in zip(X, y, strict=True):
        g = (1 / (1 + np.exp(-(x * w))) - label) * x
        s = s + g**2
        w = w - learning_rate * g / (np.sqrt(s) + TINY)
    return w


def reads_with_squared_error(X, y, learning_rate):
    w, s = np.zeros(X.shape[1]), np.zeros(X.shape[1])
    for x, label in zip(X, y, strict=True):
        p = 1 / (1 + np.exp(-(x @ w)))
        g = (p - label) * p * (1 - p) * x
        s = s + g**2
        w = w - learning_rate * g / (np.sqrt(s) + TINY)
    return w


def reads_with_numpy(X, y, learning_rate):
    """Read row by row, as arrays."""
    w, s = np.zeros(X.shape[1]), np.zeros(X.shape[1])
    for x, label in zip(X, y, strict=True):
        g = (1 / (1 + np.exp(-(x @ w))) - label) * x
        s = s + g * g
        w = w - learning_rate * g / (np.sqrt(s) + TINY)
    return w


def reads_the_words_that_are_there(X, y, learning_rate):
    """Touch only the words of the row: the others have no slope."""
    w, s = [0.0] * X.shape[1], [0.0] * X.shape[1]
    for i in range(len(X)):
        there = np.flatnonzero(X[i])
        p = 1 / (1 + np.exp(-sum(X[i, j] * w[j] for j in there)))
        for j in there:
            g = (p - y[i]) * X[i, j]
            s[j] += g**2
            w[j] -= learning_rate * g / np.sqrt(s[j])
    return np.array(w)


@question(
    "adagrad-and-rmsprop.read_once",
    points=5,
    needs="read_once",
    start=(
        "Start with w and s at zero and write a loop over the rows; inside it come "
        "four lines: p, g, s and w."
    ),
    well_done=(
        "A word that came by once has had its full say, and a word that comes by all "
        "the time is heard with patience."
    ),
    hints=[
        "Where to look: X = [[1, 0], [1, 1]], y = [1, 1], learning_rate = 1. After "
        "the first row w = [1, 0]; in the second p = 0.731, and the new word's "
        "weight goes to 1 as well.",
        "The book: AdaGrad and RMSprop, section In practice.",
    ],
    mistakes=[
        Mistake(
            "one-scale",
            _read(add=lambda s, g, x, t: s + g @ g),
            "You have one sum of squares for all the words. Then a rare word steps as "
            "timidly as a common one, and that is what AdaGrad is there to avoid: "
            "`g**2`, not `g @ g`.",
        ),
        Mistake(
            "plain",
            _read(divide=lambda g, s, t: g),
            "This is plain gradient descent: you do not divide by √s. Rare words get "
            "few steps, and each is as short as those of the common ones.",
        ),
        Mistake(
            "no-rate",
            lambda X, y, learning_rate: reads_with_numpy(X, y, 1.0),
            "Your step has full length whatever `learning_rate` says: multiply by it.",
        ),
        Mistake(
            "no-memory",
            _read(add=lambda s, g, x, t: g**2),
            "Your s starts anew in each row, so every step has full length. Set s to "
            "zero once, before the loop, and add to it.",
        ),
        Mistake(
            "no-root",
            _read(divide=lambda g, s, t: g / (s + TINY)),
            "You divide by s, not by its root.",
        ),
        Mistake(
            "stale",
            reads_stale,
            "You divide by s before this row is in it. A new word then divides by "
            "almost nothing and jumps out of sight: add g² first.",
        ),
        Mistake(
            "nan",
            _read(divide=lambda g, s, t: g / np.sqrt(s)),
            "A word that has not come by yet has g = 0 and s = 0, and 0/0 is nan. The "
            "1e-10 beside the root is there for this: it makes 0 of it.",
        ),
        Mistake(
            "global-clock",
            _read(
                add=lambda s, g, x, t: s,
                divide=lambda g, s, t: g / np.sqrt(t),
            ),
            "You divide by √t, one clock for all the words. By the time a rare word "
            "comes, the clock is late and its step is short. Each word has its own s.",
        ),
        Mistake(
            "counts",
            _read(add=lambda s, g, x, t: s + (x != 0)),
            "You count how often a word came by. It is a good idea and an older one; "
            "AdaGrad adds the squared slopes, which also know how wrong we were.",
        ),
        Mistake(
            "uphill",
            _read(slope=lambda p, y, x: (y - p) * x),
            "Your g has the other sign, y − p, and you subtract it: the walk climbs. "
            "The slope is (p − y)x.",
        ),
        Mistake(
            "no-x",
            _read(slope=lambda p, y, x: (p - y) * np.ones(len(x))),
            "Your slope is p − y for every word, also for those that are not in this "
            "row. Multiply by x: where x is 0, there is no slope.",
        ),
        Mistake(
            "no-sigmoid",
            _read(guess=lambda score: score),
            "Your p is the score x·w itself. A probability needs the sigmoid, "
            "p = 1/(1 + exp(−x·w)).",
        ),
        Mistake(
            "sigmoid-sign",
            _read(guess=lambda score: 1 / (1 + np.exp(score))),
            "There is a minus missing in your sigmoid: 1/(1 + exp(−x·w)). Without it "
            "p falls where it should rise.",
        ),
        Mistake(
            "signs",
            _read(guess=lambda score: float(score > 0)),
            "Your p is 0 or 1, a decision. The slope needs the probability, so that "
            "being a little unsure moves w a little.",
        ),
        Mistake(
            "all-at-once",
            reads_all_rows_at_once,
            "You take one step with all the rows together. Asked for is a step after "
            "each row, in order.",
        ),
        Mistake(
            "first-row",
            reads_first_row,
            "You return after the first row: the `return` stands inside the loop. "
            "Move it to the left.",
        ),
        Mistake(
            "last-row-missing",
            _read(rows=lambda n: range(n - 1)),
            "You leave out the last row. `range(len(X))` ends at the right place.",
        ),
        Mistake(
            "backwards",
            _read(rows=lambda n: reversed(range(n))),
            "You read from the last row to the first. The order matters here, since "
            "each step starts where the one before it ended.",
        ),
        Mistake(
            "fading",
            _read(add=lambda s, g, x, t: 0.9 * s + 0.1 * g**2),
            "Your s fades, as in RMSprop. Then the scale of a rare word fades away "
            "between its appearances: AdaGrad keeps the whole sum.",
        ),
        Mistake(
            "s-returned",
            _read(result=lambda w, s: s),
            "You return s, what you remember. Asked for are the weights w.",
        ),
        Mistake(
            "starts-at-one",
            reads_from_one,
            "Your weights start at 1. A word that has said nothing yet should weigh "
            "nothing: `np.zeros`.",
        ),
        Mistake(
            "forgets-w",
            reads_and_forgets,
            "You set w back to zero in each row, so that the last row alone decides. "
            "Move that line above the loop.",
        ),
        Mistake(
            "reads-twice",
            reads_twice,
            "You read the table twice. Once is asked for.",
        ),
        Mistake(
            "word-by-word",
            reads_word_by_word,
            "You have a p for each word, from `x * w`. The words of a paragraph vote "
            "together: `x @ w` adds them up to one score and one p.",
        ),
        Mistake(
            "squared-error",
            reads_with_squared_error,
            "There is a factor p(1 − p) too many in your g: that is the slope of the "
            "squared error. In the logistic loss it cancels, and (p − y)x is left.",
        ),
    ],
    right=[reads_with_numpy, reads_the_words_that_are_there],
)
def check_read_once(s):
    """Read rows with common and rare words; then a word that never comes."""

    def book(n, d, often):
        X = (s.rng.uniform(size=(n, d)) < often).astype(float)
        X[:, 0] = 1.0  # a word like "the"
        X[s.rng.integers(n // 3, n - 2), d - 1] = 1.0
        y = s.rng.permutation(np.resize([0, 1], n))
        return X, y

    with s.part("common words and rare ones", points=3):
        X, y = book(16, 6, [1, 0.7, 0.5, 0.3, 0.2, 0.0])
        eta = float(s.rng.uniform(0.3, 0.8))
        w = s.array(s.call("read_once", X, y, eta), (6,))
        s.note(nans=int(np.isnan(w).sum()))
        s.expect(
            np.isfinite(w).all(),
            "{nans} of the 6 weights are not finite numbers: look for 0/0.",
        )
        want = reads_with_numpy(X, y, eta)
        s.expect(
            norm(w - want) < 1e-6 or not np.allclose(w, 0),
            "All your weights are zero still.",
        )
        s.expect_close(w, want, "The weights after one reading are not right.")
    with s.part("a word that never comes, and a clean desk", points=2):
        X, y = book(12, 5, [1, 0.6, 0.4, 0.3, 0.1])
        X[:, 2] = 0.0
        eta = float(s.rng.uniform(0.3, 0.8))
        w = s.array(s.call("read_once", X, y, eta), (5,))
        s.expect(
            w[2] == 0,
            "The third word never comes, and its weight is not 0.",
        )
        s.expect_close(
            w,
            reads_with_numpy(X, y, eta),
            "Here one word never comes, and the weights are not right.",
        )
        s.expect_untouched("After the call, X or y has changed. Leave both alone.")
