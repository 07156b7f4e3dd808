"""Adam: the rule, its repair, decay beside it, where it fails, a fair comparison."""

import math

import numpy as np

from gdlib.grading import Mistake, question
from gdlib.optimizers import adam as the_rule

# ============================================================================ adam
FIRST = "from zeros, with g = 4, it returns d = 1, m = 0.4, v = 0.016 and t = 1"


def _adam(
    mean=lambda old, new, beta: beta * old + (1 - beta) * new,
    square=lambda g: g * g,
    count=lambda t: t + 1,
    m_hat=lambda m, v, t, beta1, beta2: m / (1 - beta1**t),
    v_hat=lambda m, v, t, beta1, beta2: v / (1 - beta2**t),
    direction=lambda g, m, v, eps: m / (np.sqrt(v) + eps),
    result=lambda d, m, v, t, hats: (d, m, v, t),
):
    """Make an Adam in which one thing is done otherwise."""

    def adam(g, m=0.0, v=0.0, t=0, beta1=0.9, beta2=0.999, eps=1e-8):
        t = count(t)
        m = mean(m, g, beta1)
        v = beta2 * v + (1 - beta2) * square(g)
        hats = m_hat(m, v, t, beta1, beta2), v_hat(m, v, t, beta1, beta2)
        return result(direction(g, *hats, eps), m, v, t, hats)

    return adam


def _as_is(m, v, t, beta1, beta2):
    return m


def _v_as_is(m, v, t, beta1, beta2):
    return v


def scales_the_rate(g, m=0.0, v=0.0, t=0, beta1=0.9, beta2=0.999, eps=1e-8):
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    scale = np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return scale * m / (np.sqrt(v) + eps), m, v, t


def forgets_to_count(g, m=0.0, v=0.0, t=0, beta1=0.9, beta2=0.999, eps=1e-8):
    d, m, v, _ = _adam()(g, m, v, t, beta1, beta2, eps)
    return d, m, v, t


def fixes_the_betas(g, m=0.0, v=0.0, t=0, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam()(g, m, v, t, 0.9, 0.999, eps)


def swaps_the_betas(g, m=0.0, v=0.0, t=0, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam()(g, m, v, t, beta2, beta1, eps)


def fixes_eps(g, m=0.0, v=0.0, t=0, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam()(g, m, v, t, beta1, beta2, 1e-8)


def works_in_place(g, m=0.0, v=0.0, t=0, beta1=0.9, beta2=0.999, eps=1e-8):
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g * g
    t += 1
    return m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, t


def corrects_before_counting(g, m=0.0, v=0.0, t=0, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    d = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return d, m, v, t + 1


def weighs_the_other_way(g, m=0.0, v=0.0, t=0, beta1=0.9, beta2=0.999, eps=1e-8):
    t = t + 1
    m = (1 - beta1) * m + beta1 * g
    v = (1 - beta2) * v + beta2 * g * g
    return m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, t


def squares_the_mean(g, m=0.0, v=0.0, t=0, beta1=0.9, beta2=0.999, eps=1e-8):
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * m * m
    return m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, t


def forgets_the_past(g, m=0.0, v=0.0, t=0, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam()(g, 0 * m, 0 * v, t, beta1, beta2, eps)


def returns_the_old_means(g, m=0.0, v=0.0, t=0, beta1=0.9, beta2=0.999, eps=1e-8):
    d, _, _, t = _adam()(g, m, v, t, beta1, beta2, eps)
    return d, m, v, t


def adam_by_the_rate(g, m=0.0, v=0.0, t=0, beta1=0.9, beta2=0.999, eps=1e-8):
    """Multiply through by the correction of v, ε with it."""
    t = t + 1
    m = m + (1 - beta1) * (g - m)
    v = v + (1 - beta2) * (g**2 - v)
    root = np.sqrt(1 - beta2**t)
    return m * root / ((1 - beta1**t) * (np.sqrt(v) + eps * root)), m, v, t


def adam_by_entries(g, m=0.0, v=0.0, t=0, beta1=0.9, beta2=0.999, eps=1e-8):
    """Treat one coordinate after the other, with plain numbers."""

    def entry(g, m, v):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        m_hat, v_hat = m / (1 - beta1 ** (t + 1)), v / (1 - beta2 ** (t + 1))
        return m_hat / (math.sqrt(v_hat) + eps), m, v

    return *np.vectorize(entry, otypes=[float] * 3)(g, m, v), t + 1


@question(
    "adam.adam",
    points=5,
    needs="adam",
    start=(
        "Start with the two running means, m = β₁m + (1−β₁)g and the same of g² for v, "
        "and return them beside a d."
    ),
    well_done=(
        "This is the rule that most networks are trained with. It tells d, and leaves "
        "η, x and the loop to others, so `descend` runs it as it stands."
    ),
    hints=[
        f"Where to look: one step by hand; {FIRST}. Then feed m, v and t back in with "
        "g = −1: d is 0.469.",
        "The book: Adam, AMSGrad, AdamW, section The idea.",
    ],
    mistakes=[
        Mistake(
            "no-correction",
            _adam(m_hat=_as_is, v_hat=_v_as_is),
            "You divide m by √v as they come. Both began at zero and are still too "
            "small, v for much longer than m, so the first steps come out several "
            "times too long. Divide m by 1 − β₁ᵗ and v by 1 − β₂ᵗ first.",
        ),
        Mistake(
            "one-beta",
            _adam(v_hat=lambda m, v, t, beta1, beta2: v / (1 - beta1**t)),
            "You correct both means with β₁. Each mean has its own memory, so each has "
            "its own factor: v goes with 1 − β₂ᵗ. A well-known cheat sheet prints it "
            "your way.",
        ),
        Mistake(
            "other-beta",
            _adam(m_hat=lambda m, v, t, beta1, beta2: m / (1 - beta2**t)),
            "You correct both means with β₂. Each mean has its own memory, so each has "
            "its own factor: m goes with 1 − β₁ᵗ.",
        ),
        Mistake(
            "crossed-corrections",
            _adam(
                m_hat=lambda m, v, t, beta1, beta2: m / (1 - beta2**t),
                v_hat=lambda m, v, t, beta1, beta2: v / (1 - beta1**t),
            ),
            "Your means are right and their corrections are exchanged: m, which fades "
            "with β₁, is divided by 1 − β₁ᵗ, and v by 1 − β₂ᵗ.",
        ),
        Mistake(
            "only-m-corrected",
            _adam(v_hat=_v_as_is),
            "You correct m and leave v as it is. But v is the one that is starved "
            "longest, and you divide by its root: v / (1 − β₂ᵗ) belongs there.",
        ),
        Mistake(
            "only-v-corrected",
            _adam(m_hat=_as_is),
            "You correct v and leave m as it is, so the first step is only 1 − β₁ of "
            "what it should be. m began at zero too: divide it by 1 − β₁ᵗ.",
        ),
        Mistake(
            "counts-late",
            corrects_before_counting,
            "You use t before you raise it. At the first step that is t = 0, where "
            "1 − β⁰ is zero and you divide by it. Count first: t = t + 1.",
        ),
        Mistake(
            "counts-ahead",
            _adam(
                m_hat=lambda m, v, t, beta1, beta2: m / (1 - beta1 ** (t + 1)),
                v_hat=lambda m, v, t, beta1, beta2: v / (1 - beta2 ** (t + 1)),
            ),
            "Your t runs one ahead: at the first step the factors should be 1 − β, and "
            "yours are 1 − β². You raise t, or add 1 to it, once too often.",
        ),
        Mistake(
            "counts-twice",
            _adam(result=lambda d, m, v, t, hats: (d, m, v, t + 1)),
            "Each call uses the right t and hands out one that is 1 too large: t is "
            "raised twice, once for the correction and once in the `return`. Raise it "
            "once, and return that t.",
        ),
        Mistake(
            "stands-still",
            forgets_to_count,
            "You return the t that you were given. At the next step it is t = 1 again, "
            "and the correction of the first step is made forever: return the raised "
            "one.",
        ),
        Mistake(
            "eps-inside",
            _adam(direction=lambda g, m, v, eps: m / np.sqrt(v + eps)),
            "Your ε stands under the root. There it acts like √ε, which is far larger: "
            "with ε = 10⁻⁸ it is 10⁻⁴, and small slopes get small steps. It belongs "
            "outside, √v̂ + ε.",
        ),
        Mistake(
            "eps-early",
            scales_the_rate,
            "You put both corrections into one factor and ε beside the uncorrected √v: "
            "the short form, which Keras has. It makes ε larger by 1/√(1 − β₂ᵗ). "
            "Correct v first, then add ε to its root.",
        ),
        Mistake(
            "no-eps",
            _adam(direction=lambda g, m, v, eps: m / np.sqrt(v)),
            "You left ε out. A coordinate that has met no slope is then 0/0, which is "
            "nan; and ε was handed to you. Divide by √v̂ + ε.",
        ),
        Mistake(
            "brackets",
            _adam(direction=lambda g, m, v, eps: m / np.sqrt(v) + eps),
            "Python divides before it adds: `m_hat / np.sqrt(v_hat) + eps` adds ε to "
            "the direction. The whole denominator needs brackets.",
        ),
        Mistake(
            "no-root",
            _adam(direction=lambda g, m, v, eps: m / (v + eps)),
            "The root is missing: you divide by the mean square itself. Then steep "
            "slopes make short steps and gentle ones long steps. With the root the "
            "scale cancels.",
        ),
        Mistake(
            "sign",
            _adam(direction=lambda g, m, v, eps: np.sign(g)),
            "You return the sign of g. That is Adam's first step and no other: from "
            "the second on, m̂ and v̂ remember, and a slope that contradicts the last "
            "one makes a short step.",
        ),
        Mistake(
            "rmsprop",
            _adam(
                v_hat=_v_as_is,
                direction=lambda g, m, v, eps: g / (np.sqrt(v) + eps),
            ),
            "This is RMSprop: the slope of today over the root of v. Adam has the mean "
            "slope above, m̂, and corrects both.",
        ),
        Mistake(
            "no-momentum",
            _adam(direction=lambda g, m, v, eps: g / (np.sqrt(v) + eps)),
            "Your denominator is right, and above it stands g. Adam puts the mean "
            "there, m̂; you have computed it already.",
        ),
        Mistake(
            "ascent",
            _adam(direction=lambda g, m, v, eps: -m / (np.sqrt(v) + eps)),
            "Your d has a minus, and so has the loop, x − ηd: together they walk "
            "uphill. A rule returns d without it.",
        ),
        Mistake(
            "corrected-memory",
            _adam(result=lambda d, m, v, t, hats: (d, *hats, t)),
            "You return m̂ and v̂ as the memory, so the next step corrects again what "
            "is corrected already. Keep the raw means, and correct copies: m_hat, "
            "v_hat.",
        ),
        Mistake(
            "no-past",
            forgets_the_past,
            "The m and v that you are given leave no trace: each of your means holds "
            "the new slope alone. The old m comes in with the weight β₁, the old v "
            "with β₂.",
        ),
        Mistake(
            "old-memory",
            returns_the_old_means,
            "Your first direction is right, and you return the m and v that came in. "
            "Return the new ones, or the next step knows nothing of this.",
        ),
        Mistake(
            "heavy-ball",
            _adam(mean=lambda old, new, beta: beta * old + new),
            "Your m is βm + g, the momentum of the book. Here it is a mean, β₁m + "
            "(1 − β₁)g: the correction only fits that.",
        ),
        Mistake(
            "no-square",
            _adam(square=lambda g: g),
            "Your v averages g, not g². Slopes of both signs then cancel in it, and "
            "the root of a negative number is nan.",
        ),
        Mistake(
            "square-of-mean",
            _adam(v_hat=lambda m, v, t, beta1, beta2: (m / (1 - beta1**t)) ** 2),
            "You divide by the size of the mean slope, so all that is left is its "
            "sign. The denominator is the root of the mean *square*, v̂.",
        ),
        Mistake(
            "root-corrected",
            _adam(v_hat=lambda m, v, t, beta1, beta2: v / (1 - beta2**t) ** 2),
            "You divide √v by 1 − β₂ᵗ. The factor belongs to v, under the root: "
            "√(v / (1 − β₂ᵗ)).",
        ),
        Mistake(
            "weights-reversed",
            weighs_the_other_way,
            "Your weights are the other way round: β₁ belongs to the old mean, which "
            "is to be kept for the most part, and 1 − β₁ to the new slope.",
        ),
        Mistake(
            "multiplied",
            _adam(
                m_hat=lambda m, v, t, beta1, beta2: m * (1 - beta1**t),
                v_hat=lambda m, v, t, beta1, beta2: v * (1 - beta2**t),
            ),
            "You multiply by 1 − βᵗ. The zero start has made the means too small by "
            "that factor, so divide by it.",
        ),
        Mistake(
            "times-t",
            _adam(
                m_hat=lambda m, v, t, beta1, beta2: m / (1 - beta1 * t),
                v_hat=lambda m, v, t, beta1, beta2: v / (1 - beta2 * t),
            ),
            "You multiply β by t; βᵗ is a power, `beta1**t`. At the first step the two "
            "are the same, and from the second on yours turns negative.",
        ),
        Mistake(
            "one-scale",
            _adam(square=lambda g: np.dot(g, g)),
            "Your v averages the squared *length* of g, one number for all "
            "coordinates. Adam gives each coordinate a scale of its own: g * g, entry "
            "by entry.",
        ),
        Mistake(
            "square-of-m",
            squares_the_mean,
            "You put m² into v. It is the mean of the squared *slopes*, g².",
        ),
        Mistake(
            "swapped-betas",
            swaps_the_betas,
            "You swapped β₁ and β₂: the slope gets the long memory and its square the "
            "short one. m goes with β₁, v with β₂.",
        ),
        Mistake(
            "fixed-betas",
            fixes_the_betas,
            "You use 0.9 and 0.999 whatever you are given. Use the arguments; this "
            "call asked for β₁ = {beta1:.2f} and β₂ = {beta2:.2f}.",
        ),
        Mistake(
            "fixed-eps",
            fixes_eps,
            "You use ε = 10⁻⁸ whatever you are given: use the argument `eps`. Here it "
            "was {eps:.2g}, as large as some of the slopes.",
        ),
        Mistake(
            "in-place",
            works_in_place,
            "The numbers are right, and `*=` and `+=` have changed the m and v that "
            "the caller still holds. `m = beta1 * m + ...` makes new arrays.",
        ),
        Mistake(
            "d-only",
            _adam(result=lambda d, m, v, t, hats: d),
            "You return d alone. A rule forgets everything between two calls, so it "
            "hands its memory out with the direction: `return d, m, v, t`.",
        ),
        Mistake(
            "memory-first",
            _adam(result=lambda d, m, v, t, hats: (m, v, t, d)),
            "The order is another: the direction first, then what it remembers, "
            "`return d, m, v, t`.",
        ),
    ],
    right=[_adam(), adam_by_the_rate, adam_by_entries],
)
def check_adam(s):
    """Six steps with scales from 100 to 1/10 000, and what is remembered."""

    def settings():
        beta1, beta2 = s.rng.uniform(0.6, 0.85), s.rng.uniform(0.9, 0.98)
        eps = 10 ** s.rng.uniform(-4.3, -4)
        s.note(beta1=beta1, beta2=beta2, eps=eps)
        return beta1, beta2, eps

    def slopes(steps):
        """Signs flip, and the sizes run from hundreds to ten-thousandths."""
        size = s.rng.uniform(0.5, 2, size=(steps, 4))
        flip = s.rng.choice([-1, 1], size=(steps, 4))
        flip[1] = -flip[0]
        return size * flip * [1e2, 1, 1e-2, 1e-4]

    def step(g, m, v, t, hyper):
        got = s.call("adam", g, m, v, t, *hyper)
        d, m, v, t = s.unpack(got, "d, m, v, t")
        d, m, v = (s.array(part, (4,)) for part in (d, m, v))
        return d, m, v, float(s.array(t, ()))

    with s.part("six steps", points=3):
        hyper, G = settings(), slopes(6)
        mine = theirs = (np.zeros(4), np.zeros(4), 0)
        got, want = [], []
        for g in G:
            d, *mine = step(g, *mine, hyper)
            mine[2] = int(mine[2]) if mine[2] == int(mine[2]) else mine[2]
            got.append(d)
            right, *theirs = _adam()(g, *theirs, *hyper)
            want.append(right)
        # each coordinate counts by itself: the slopes differ by a million
        s.expect_close(
            np.array(got),
            np.array(want),
            f"The directions of six steps are not Adam's. By hand: {FIRST}.",
            rows="step",
        )
    with s.part("what it remembers"):
        hyper, (before, g) = settings(), slopes(2)
        m, v, t = before * 0.1, before**2, 5
        _, m1, v1, t1 = step(g, m, v, t, hyper)
        right = _adam()(g, m, v, t, *hyper)
        s.expect_close(m1, right[1], "The m that you return is not the running mean.")
        s.expect_close(
            v1, right[2], "The v that you return is not the running mean of g²."
        )
        s.expect(t1 == 6, "After step 5 comes step 6: return t + 1 as the new t.")
    with s.part("m and v stay as they were"):
        hyper, (before, g) = settings(), slopes(2)
        m, v = before * 0.1, before**2
        d, *_ = step(g, m, v, 3, hyper)
        s.expect_close(
            d,
            _adam()(g, m, v, 3, *hyper)[0],
            "This counts once the direction is right.",
            explain=False,
        )
        s.expect_untouched("After the call, g, m or v has changed. Make new arrays.")


# ========================================================================= amsgrad
def _amsgrad(
    largest=lambda w, v, g, t, beta2: np.maximum(w, v),
    below=lambda w, v, t, beta2: w / (1 - beta2**t),
    above=lambda m, t, beta1: m / (1 - beta1**t),
    quotient=lambda m, w, eps: m / (np.sqrt(w) + eps),
    result=lambda d, m, v, w, t: (d, m, v, w, t),
):
    """Make an AMSGrad in which one thing is done otherwise."""

    def amsgrad(g, m=0.0, v=0.0, w=0.0, t=0, beta1=0.9, beta2=0.999, eps=1e-8):
        t = t + 1
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        w = largest(w, v, g, t, beta2)
        d = quotient(above(m, t, beta1), below(w, v, t, beta2), eps)
        return result(d, m, v, w, t)

    return amsgrad


def remembers_the_last_only(
    g, m=0.0, v=0.0, w=0.0, t=0, beta1=0.9, beta2=0.999, eps=1e-8
):
    d, m_new, v_new, w_new, t = _amsgrad()(g, m, v, v, t, beta1, beta2, eps)
    return d, m_new, v_new, w_new, t


def takes_yesterdays_v(g, m=0.0, v=0.0, w=0.0, t=0, beta1=0.9, beta2=0.999, eps=1e-8):
    w = np.maximum(w, v)
    d, m, v, _, t = _amsgrad(largest=lambda *_: w)(g, m, v, w, t, beta1, beta2, eps)
    return d, m, v, w, t


def returns_the_old_w(g, m=0.0, v=0.0, w=0.0, t=0, beta1=0.9, beta2=0.999, eps=1e-8):
    d, m, v, _, t = _amsgrad()(g, m, v, w, t, beta1, beta2, eps)
    return d, m, v, w, t


def takes_the_maximum_in_place(
    g, m=0.0, v=0.0, w=0.0, t=0, beta1=0.9, beta2=0.999, eps=1e-8
):
    d, m, v, new, t = _amsgrad()(g, m, v, w, t, beta1, beta2, eps)
    w[...] = new
    return d, m, v, w, t


def amsgrad_by_where(g, m=0.0, v=0.0, w=0.0, t=0, beta1=0.9, beta2=0.999, eps=1e-8):
    """Ask where v is larger, and write Adam around it."""
    _, m, v, t = _adam()(g, m, v, t, beta1, beta2, eps)
    w = np.where(v > w, v, w)
    root = np.sqrt(w / (1 - beta2**t))
    return m / (1 - beta1**t) / (root + eps), m, v, w, t


@question(
    "adam.amsgrad",
    points=4,
    needs="amsgrad",
    start=(
        "Start from your `adam`, and add one line: w, the larger of the old w and the "
        "new v. `np.maximum` compares two arrays entry by entry; `max` cannot."
    ),
    well_done=(
        "One line more than Adam, and the three votes are counted as they should be. "
        "The price is in the same line: what w has seen, it never forgets."
    ),
    hints=[
        "Where to look: from zeros, with g = 4 and then g = 1 (default betas), w is "
        "0.016 and then 0.016984: v still grows. Follow it with g = 0 and v falls, w "
        "stays.",
        "The book: Adam, AMSGrad, AdamW, section The code.",
    ],
    mistakes=[
        Mistake(
            "adam",
            _amsgrad(below=lambda w, v, t, beta2: v / (1 - beta2**t)),
            "This is Adam: you keep w, and divide by v all the same. The maximum does "
            "nothing until it stands below the line.",
        ),
        Mistake(
            "largest-square",
            _amsgrad(largest=lambda w, v, g, t, beta2: np.maximum(w, g * g)),
            "Your maximum is of g², so one loud slope sets the scale for good at its "
            "full size. AMSGrad takes the maximum of the *mean*, v.",
        ),
        Mistake(
            "last-two",
            remembers_the_last_only,
            "You compare the new v with the old v only, so the maximum is forgotten "
            "after one step. Compare with w, which carries the largest of all.",
        ),
        Mistake(
            "corrected-first",
            _amsgrad(
                largest=lambda w, v, g, t, beta2: np.maximum(w, v / (1 - beta2**t)),
                below=lambda w, v, t, beta2: w,
            ),
            "You correct v first and take the maximum of that, as Optax does. Then the "
            "first slope, which is a mean of one number, is never diluted. Take the "
            "maximum of the raw v and correct afterwards.",
        ),
        Mistake(
            "smallest",
            _amsgrad(largest=lambda w, v, g, t, beta2: np.minimum(w, v)),
            "You keep the smallest v. It starts at zero and stays there, and the steps "
            "grow without bound: np.maximum.",
        ),
        Mistake(
            "a-step-behind",
            takes_yesterdays_v,
            "You compare w with v before v has heard of the new slope, so the maximum "
            "is a step behind, and zero at the first. Update v, then take the maximum.",
        ),
        Mistake(
            "w-lost",
            returns_the_old_w,
            "You divide by the maximum and return the w that came in, so each step "
            "compares with zero again. Hand the new w out.",
        ),
        Mistake(
            "w-fades",
            _amsgrad(largest=lambda w, v, g, t, beta2: np.maximum(beta2 * w, v)),
            "Your w fades by β₂ before each comparison, and then it is hardly more "
            "than v. It is kept whole: np.maximum(w, v).",
        ),
        Mistake(
            "v-and-w-exchanged",
            _amsgrad(result=lambda d, m, v, w, t: (d, m, w, v, t)),
            "You return w in the place of v and v in the place of w. The order is "
            "that of the arguments: `return d, m, v, w, t`.",
        ),
        Mistake(
            "v-lost",
            _amsgrad(result=lambda d, m, v, w, t: (d, m, w, w, t)),
            "You return the maximum in the place of v, so the running mean itself is "
            "lost and can never fall. Keep both: v forgets, w does not.",
        ),
        Mistake(
            "not-corrected",
            _amsgrad(below=lambda w, v, t, beta2: w),
            "You correct m and leave w as it is. w was once a v, and v began at zero: "
            "divide it by 1 − β₂ᵗ.",
        ),
        Mistake(
            "no-correction",
            _amsgrad(below=lambda w, v, t, beta2: w, above=lambda m, t, beta1: m),
            "Neither m nor w is corrected for its zero start. (The paper on AMSGrad "
            "leaves that out; the book and the libraries keep it.) Divide by 1 − β₁ᵗ "
            "and 1 − β₂ᵗ.",
        ),
        Mistake(
            "only-w-corrected",
            _amsgrad(above=lambda m, t, beta1: m),
            "You correct w and leave m as it is, so the first step is only 1 − β₁ of "
            "what it should be. Divide m by 1 − β₁ᵗ, as in `adam`.",
        ),
        Mistake(
            "no-root",
            _amsgrad(quotient=lambda m, w, eps: m / (w + eps)),
            "The root is missing: you divide by the largest mean square itself. Take "
            "the root of the corrected w, then add ε.",
        ),
        Mistake(
            "in-place",
            takes_the_maximum_in_place,
            "The numbers are right, and the w that the caller still holds has changed. "
            "`w = np.maximum(w, v)` makes a new array.",
        ),
        Mistake(
            "one-for-all",
            _amsgrad(largest=lambda w, v, g, t, beta2: np.maximum(w, v).max()),
            "Your maximum runs over the coordinates, so the steepest one sets the "
            "scale of all. It runs over the steps: np.maximum(w, v), entry by entry.",
        ),
        Mistake(
            "root-first",
            _amsgrad(largest=lambda w, v, g, t, beta2: np.maximum(w, np.sqrt(v))),
            "You take the maximum of √v and then the root of that once more. Keep w on "
            "the scale of v, and take the root once, in d.",
        ),
        Mistake(
            "ascent",
            _amsgrad(quotient=lambda m, w, eps: -m / (np.sqrt(w) + eps)),
            "Your d has a minus, and so has the loop, x − ηd: together they walk "
            "uphill. A rule returns d without it.",
        ),
        Mistake(
            "eps-inside",
            _amsgrad(quotient=lambda m, w, eps: m / np.sqrt(w + eps)),
            "Your ε stands under the root, where it acts like √ε. It belongs outside, "
            "as in `adam`.",
        ),
    ],
    right=[_amsgrad(), amsgrad_by_where],
)
def check_amsgrad(s):
    """A loud slope and then quiet ones: the maximum holds where v falls."""

    def step(g, memory, hyper):
        got = s.call("amsgrad", g, *memory, *hyper)
        d, m, v, w, t = s.unpack(got, "d, m, v, w, t")
        d, m, v = (s.array(part, (3,)) for part in (d, m, v))
        w = s.array(w)
        w = np.full(3, w) if w.ndim == 0 else s.array(w, (3,))  # one for all?
        return d, (m, v, w, int(s.array(t, ())))

    def slopes(quiet):
        """The first is in between, the second loud, the others quiet."""
        size = s.rng.uniform(0.8, 1.2, size=(2 + quiet, 3))
        size *= s.rng.choice([-1, 1], size=size.shape)
        size[0] *= 2
        size[1] *= 10
        return size * [10, 1, 1e-3]

    beta1, beta2 = s.rng.uniform(0.5, 0.8), s.rng.uniform(0.6, 0.8)
    hyper = beta1, beta2, 1e-6
    nothing = (np.zeros(3), np.zeros(3), np.zeros(3), 0)
    for name, quiet, points in (("a loud slope", 1, 1), ("and then silence", 5, 2)):
        with s.part(name, points=points):
            mine = theirs = nothing
            got, want = [], []
            for g in slopes(quiet):
                d, mine = step(g, mine, hyper)
                right, *theirs = _amsgrad()(g, *theirs, *hyper)
                got.append(d)
                want.append(right)
            s.expect_close(
                np.array(got),
                np.array(want),
                "The directions are not AMSGrad's, m̂ over the root of the corrected w.",
                rows="step",
            )
    with s.part("what it remembers"):
        mine = theirs = nothing
        for g in slopes(2):
            _, mine = step(g, mine, hyper)
            _, *theirs = _amsgrad()(g, *theirs, *hyper)
        s.expect_close(mine[0], theirs[0], "m is not the running mean of the slopes.")
        s.expect_close(mine[1], theirs[1], "v is not the running mean of g².")
        s.expect_close(mine[2], theirs[2], "w is not the largest v so far.")
        s.expect(mine[3] == 4, "After four steps t is 4.")
        step(100 * g, theirs, hyper)  # so loud that w must grow
        s.expect_untouched("After the call, an argument has changed. Make new arrays.")


# =========================================================================== adamw
def _adamw(
    move=lambda x, d, eta, pull: x - eta * (d + pull * x),
    slope=lambda g, x, pull: g,
    mask=lambda decayed: decayed,
    factor=1.0,
    remember=True,
):
    """Make an AdamW in which one thing is done otherwise."""

    def adamw(grad, x0, learning_rate, weight_decay, decayed, steps):
        x, memory = np.array(x0, dtype=float), ()
        pull = factor * weight_decay * mask(decayed)
        for _ in range(steps):
            d, *kept = the_rule(slope(grad(x), x, pull), *memory)
            memory = kept if remember else ()
            x = move(x, d, learning_rate, pull)
        return x

    return adamw


def decays_toward_x0(grad, x0, learning_rate, weight_decay, decayed, steps):
    x, memory = np.array(x0, dtype=float), ()
    for _ in range(steps):
        d, *memory = the_rule(grad(x), *memory)
        x = x - learning_rate * (d + weight_decay * decayed * x0)
    return x


def asks_at_the_shrunken_place(grad, x0, learning_rate, weight_decay, decayed, steps):
    x, memory = np.array(x0, dtype=float), ()
    for _ in range(steps):
        x = x - learning_rate * weight_decay * decayed * x
        d, *memory = the_rule(grad(x), *memory)
        x = x - learning_rate * d
    return x


def changes_x0(grad, x0, learning_rate, weight_decay, decayed, steps):
    memory = ()
    for _ in range(steps):
        d, *memory = the_rule(grad(x0), *memory)
        x0 -= learning_rate * (d + weight_decay * decayed * x0)
    return x0


def masks_x(grad, x0, learning_rate, weight_decay, decayed, steps):
    x, memory = np.array(x0, dtype=float), ()
    for _ in range(steps):
        d, *memory = the_rule(grad(x), *memory)
        x = (1 - learning_rate * weight_decay) * decayed * x - learning_rate * d
    return x


def masks_the_step(grad, x0, learning_rate, weight_decay, decayed, steps):
    x, memory = np.array(x0, dtype=float), ()
    for _ in range(steps):
        d, *memory = the_rule(grad(x), *memory)
        x = x - learning_rate * decayed * (d + weight_decay * x)
    return x


def asks_at_x0(grad, x0, learning_rate, weight_decay, decayed, steps):
    x, memory = np.array(x0, dtype=float), ()
    for _ in range(steps):
        d, *memory = the_rule(grad(x0), *memory)
        x = x - learning_rate * (d + weight_decay * decayed * x)
    return x


def forgets_adam(grad, x0, learning_rate, weight_decay, decayed, steps):
    x = np.array(x0, dtype=float)
    for _ in range(steps):
        x = x - learning_rate * (grad(x) + weight_decay * decayed * x)
    return x


def returns_the_walk(grad, x0, learning_rate, weight_decay, decayed, steps):
    walk, memory = [np.array(x0, dtype=float)], ()
    for _ in range(steps):
        x = walk[-1]
        d, *memory = the_rule(grad(x), *memory)
        walk.append(x - learning_rate * (d + weight_decay * decayed * x))
    return np.array(walk)


def adamw_by_shrinking(grad, x0, learning_rate, weight_decay, decayed, steps):
    """Shrink first, then step with the slope of where we stood; Adam written out."""
    x = np.array(x0, dtype=float)
    m, v = np.zeros_like(x), np.zeros_like(x)
    shrink = np.where(decayed, 1 - learning_rate * weight_decay, 1.0)
    for t in range(1, steps + 1):
        g = np.asarray(grad(x))
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        d = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        x = shrink * x - learning_rate * d
    return x


def adamw_entry_by_entry(grad, x0, learning_rate, weight_decay, decayed, steps):
    """Decay the chosen entries one by one, after having asked for the direction."""
    x, memory = [float(entry) for entry in x0], ()
    for _ in range(steps):
        d, *memory = the_rule(np.array(grad(np.array(x))), *memory)
        for k, wanted in enumerate(decayed):
            old = x[k]
            x[k] = old - learning_rate * d[k]
            if wanted:
                x[k] -= learning_rate * weight_decay * old
    return np.array(x)


@question(
    "adam.adamw",
    points=5,
    needs="adamw",
    start=(
        "Start with the loop without decay: ask for the gradient, let `rule` turn it "
        "into d and keep its memory, `d, *memory = rule(g, *memory)`, then step."
    ),
    well_done=(
        "The slope decides where to go, the decay pulls beside it, and the biases are "
        "left in peace. That is what a training script means by AdamW."
    ),
    hints=[
        "Where to look: take one step by hand. With x = 10, a slope of 4, η = 0.1 and "
        "λ = 0.5, Adam's d is 1, so x becomes 0.95 · 10 − 0.1 = 9.4.",
        "The book: Adam, AMSGrad, AdamW, section The mathematics.",
    ],
    mistakes=[
        Mistake(
            "inside",
            _adamw(
                move=lambda x, d, eta, pull: x - eta * d,
                slope=lambda g, x, pull: g + pull * x,
            ),
            "You add λx to the slope before Adam sees it: that is the penalty, inside. "
            "Adam divides it by √v̂ with the rest, so steep coordinates are hardly "
            "decayed. Give Adam g alone, and let x shrink beside it.",
        ),
        Mistake(
            "both",
            _adamw(slope=lambda g, x, pull: g + pull * x),
            "You decay twice, inside the slope and beside the rule. Give Adam the "
            "gradient as it is.",
        ),
        Mistake(
            "no-rate",
            _adamw(move=lambda x, d, eta, pull: x - eta * d - pull * x),
            "Your decay is λx a step, not ηλx: when η goes down, the pull stays as "
            "strong as ever. Both parts of the step belong in the brackets: "
            "η(d + λx).",
        ),
        Mistake(
            "everywhere",
            _adamw(mask=lambda decayed: np.ones(len(decayed))),
            "You decay every entry. `decayed` says which: where it is 0, there is "
            "Adam's step and nothing else. Biases are meant to stay where they are.",
        ),
        Mistake(
            "no-decay",
            _adamw(factor=0.0),
            "This is Adam without decay: `weight_decay` does nothing yet. Each step "
            "also takes ηλx away from x, where `decayed` is 1.",
        ),
        Mistake(
            "mask-inverted",
            _adamw(mask=np.logical_not),
            "You decay exactly the entries that should be left alone: `decayed` is "
            "1 where decay is wanted.",
        ),
        Mistake(
            "mask-on-x",
            masks_x,
            "Your mask multiplies x itself, (1 − ηλ) · decayed · x, so an entry that "
            "should be left alone is set to 0. It belongs to the pull: "
            "x − η(d + λ · decayed · x).",
        ),
        Mistake(
            "mask-on-d",
            masks_the_step,
            "Your mask multiplies the whole step, so an entry without decay does not "
            "move at all. Adam's d is for every entry; the mask belongs to λx alone.",
        ),
        Mistake(
            "growth",
            _adamw(move=lambda x, d, eta, pull: x - eta * (d - pull * x)),
            "Your x grows: the sign of λx is turned round. Decay pulls toward zero, "
            "x − ηλx.",
        ),
        Mistake(
            "step-first",
            _adamw(move=lambda x, d, eta, pull: (1 - eta * pull) * (x - eta * d)),
            "You step first and shrink afterwards, so the step itself is shrunk with "
            "x. It is a small difference, ηλ of a step: shrink the old x, "
            "(1 − ηλ)x − ηd.",
        ),
        Mistake(
            "asks-late",
            asks_at_the_shrunken_place,
            "You shrink x and ask for the gradient there. It is asked where we stand "
            "before the step, and both parts of the step start from that place.",
        ),
        Mistake(
            "sign-decay",
            _adamw(move=lambda x, d, eta, pull: x - eta * (d + pull * np.sign(x))),
            "You pull by the sign of x, equally hard everywhere: that is the decay of "
            "a penalty |x|. Asked for is λx, in proportion to x.",
        ),
        Mistake(
            "twice",
            _adamw(factor=2.0),
            "Your pull is 2λx, the slope of λ‖x‖². The convention is ½λ‖x‖², so that "
            "each step shrinks x by the factor 1 − ηλ.",
        ),
        Mistake(
            "forgetful",
            _adamw(remember=False),
            "You call `adam` without its memory, so that every step is its first, "
            "which is the sign of g. Hand back what it returned: "
            "`d, *memory = rule(g, *memory)`.",
        ),
        Mistake(
            "toward-x0",
            decays_toward_x0,
            "You decay by λ times x0, the start, at every step. It is the x of this "
            "step that shrinks.",
        ),
        Mistake(
            "gradient-of-x0",
            asks_at_x0,
            "You ask for the gradient at x0 every time. Ask where you stand: "
            "`grad(x)`.",
        ),
        Mistake(
            "no-adam",
            forgets_adam,
            "The step is −η(g + λx): gradient descent with decay. Send g through "
            "`rule` first.",
        ),
        Mistake(
            "x0-walks",
            changes_x0,
            "The walk is right, and it took x0 along: `x0 -= ...` changes the array of "
            "the caller. Begin with `x = np.array(x0, dtype=float)`.",
        ),
        Mistake(
            "whole-walk",
            returns_the_walk,
            "You return every place of the walk; asked for is the last one, of the "
            "shape of x0.",
        ),
    ],
    right=[_adamw(), adamw_by_shrinking, adamw_entry_by_entry],
)
def check_adamw(s):
    """Plain Adam at λ = 0; then decay beside it, where it is wanted."""

    def run(weight_decay, decayed, steps):
        curvature = 10 ** s.rng.uniform(-1, 2, size=4)
        bottom, x0 = s.rng.normal(size=(2, 4)) * 3
        eta = s.rng.uniform(0.1, 0.2)
        grad = s.oracle(lambda x: curvature * (x - bottom), shape=(4,), limit=100)
        s.note(steps=steps)
        got = s.call("adamw", grad, x0, eta, weight_decay, decayed, steps)
        asked = grad.count
        want = _adamw()(grad.function, x0, eta, weight_decay, decayed, steps)
        return got, want, asked

    everywhere = np.ones(4)
    with s.part("without decay"):
        got, want, asked = run(0.0, everywhere, 5)
        s.array(got, (4,))
        s.note(asked=asked)
        s.expect(asked == 5, "Five steps take five gradients; you asked for {asked}.")
        s.expect_close(got, want, "With weight_decay 0 this should be Adam.")
        s.expect_untouched("After the walk, x0 has changed. Copy it first.")
    with s.part("with decay", points=2):
        got, want, _ = run(s.rng.uniform(0.3, 0.6), everywhere, 6)
        s.expect_close(
            got, want, "With decay the walk does not end where it should after 6 steps."
        )
        s.expect_untouched("After the walk, x0 has changed. Copy it first.")
    with s.part("only where it is wanted", points=2):
        decayed = s.rng.permutation([1.0, 1.0, 1.0, 0.0])
        got, want, _ = run(s.rng.uniform(0.3, 0.6), decayed, 4)
        s.expect_close(
            got, want, "With decay on some entries only, some of them are off."
        )
        s.expect_untouched("After the walk, x0 or the mask has changed. Copy first.")


# ================================================================= find_divergence
STEPS = 8000


def where_adam_ends(period, C, beta2):
    """Return the mean of x over the last 1000 of 8000 steps of Adam with β₁ = 0."""
    x = v = total = 0.0
    for t in range(1, STEPS + 1):
        g = C if t % period == 1 else -1.0
        v = beta2 * v + (1 - beta2) * g * g
        d = g / math.sqrt(v / (1 - beta2**t))
        x = min(1.0, max(-1.0, x - 0.5 / math.sqrt(t) * d))
        if t > STEPS - 1000:
            total += x
    return total / 1000


def _found(period, C):
    """Make an answer from a choice of the period and a formula for C."""

    def find_divergence(beta2, slope):
        n = period(beta2)
        return n, C(n, slope)

    return find_divergence


def _long(beta2):
    return math.ceil(4 / (1 - beta2))


def _mean(n, slope):
    return n * slope + n - 1


def finds_by_search(beta2, slope):
    """Make the round longer until Adam goes astray."""
    n = 3
    while where_adam_ends(n, (slope + 1) * n - 1, beta2) < 0.95:
        n *= 2
    return n, (slope + 1) * n - 1


@question(
    "adam.find_divergence",
    points=5,
    needs="find_divergence",
    start=(
        "Start with C. In a round of `period` slopes one is C and the others are −1; "
        "their mean is to be `slope`."
    ),
    well_done=(
        "You have rebuilt the heart of a theorem: whatever the memory, an example that "
        "is rare enough is outvoted. And the mean slope said downhill all the time."
    ),
    hints=[
        "Where to look: try your pairs on `where_adam_ends`. With β₂ = 0.1, period 3 "
        "and C = 3 Adam ends near +1; with β₂ = 0.9 the same round ends at −1. How "
        "many steps does a memory of 0.9 hold?",
        "The book: Adam, AMSGrad, AdamW, section When it fails.",
    ],
    mistakes=[
        Mistake(
            "others-forgotten",
            _found(_long, lambda n, slope: n * slope),
            "Your C makes the *sum* period · slope if it stood alone. The other "
            "period − 1 slopes of −1 pull the mean down: C has to make up for them.",
        ),
        Mistake(
            "slope-not-scaled",
            _found(_long, lambda n, slope: n - 1 + slope),
            "Your round adds up to `slope`; its *mean* is to be `slope`, so it adds up "
            "to period · slope.",
        ),
        Mistake(
            "all-count",
            _found(_long, lambda n, slope: n * slope + n),
            "You make up for `period` slopes of −1. One of the round is C itself, so "
            "there are period − 1 of them.",
        ),
        Mistake(
            "downhill",
            _found(_long, lambda n, slope: n - 1 - n * slope),
            "Your mean slope is −{slope:g}: the sign is turned round. Then the lowest "
            "point is +1, and Adam is right to go there.",
        ),
        Mistake(
            "three",
            _found(lambda beta2: 3, _mean),
            "A round of three is the one of the book, made for β₂ = 0.1. A memory of "
            "{beta2:.3g} holds about {memory:.0f} steps, and three slopes together: it "
            "weighs them correctly. Make the loud one rarer than that.",
        ),
        Mistake(
            "as-long-as-the-memory",
            _found(lambda beta2: math.ceil(1 / (1 - beta2)), _mean),
            "Your round is as long as the memory, 1/(1 − β₂), and there the loud slope "
            "is still remembered when the next one comes. It has to be a few times "
            "rarer.",
        ),
        Mistake(
            "half-memory",
            _found(lambda beta2: max(3, round(0.5 / (1 - beta2))), _mean),
            "Your round is shorter than the memory, so v holds the loud slope all the "
            "time and Adam is gradient descent with a fixed rate. Go the other way: "
            "rarer.",
        ),
        Mistake(
            "swapped",
            lambda beta2, slope: _found(_long, _mean)(beta2, slope)[::-1],
            "The other way round: `return period, C`, the length of the round first.",
        ),
        Mistake(
            "fraction",
            _found(lambda beta2: 4 / (1 - beta2) + 0.5, _mean),
            "Your period is not a whole number, and a round has a whole number of "
            "steps. Round it, and compute C from the rounded one.",
        ),
        Mistake(
            "rounded-late",
            lambda beta2, slope: (_long(beta2), _mean(4.3 / (1 - beta2), slope)),
            "C does not fit the period: you computed it from another one, before "
            "rounding perhaps. First the period, then C.",
        ),
    ],
    right=[
        _found(_long, _mean),
        _found(lambda beta2: int(6 // (1 - beta2)) + 1, lambda n, s: n * (1 + s) - 1),
        finds_by_search,
    ],
)
def check_find_divergence(s):
    """Two memories, and each time a round that Adam misjudges."""
    short = 1 - 1 / s.rng.uniform(5.0, 8.0)
    long = 1 - 1 / s.rng.uniform(25.0, 40.0)
    for name, beta2, points in (("a short memory", short, 2), ("a long one", long, 3)):
        with s.part(name, points=points):
            slope = float(s.rng.uniform(0.36, 0.5))
            s.note(beta2=beta2, slope=slope, memory=1 / (1 - beta2))
            got = s.call("find_divergence", float(beta2), slope)
            period, C = s.unpack(got, "period, C")
            period, C = (float(s.array(number, ())) for number in (period, C))
            s.note(period=period, limit=int(10 / (1 - beta2)))
            s.expect(
                period == round(period) and period >= 2,
                "The first thing you return is the length of the round, a whole number "
                "from 2 on; yours is {period:g}.",
            )
            s.expect(
                period <= 10 / (1 - beta2),
                "Your round has {period:g} steps. That is rare indeed; with a memory "
                "of {memory:.2f} you may use up to ten times as many, which is at most "
                "{limit} whole steps.",
            )
            s.note(mean=(C - (period - 1)) / period)
            s.expect(
                abs((C - (period - 1)) / period - slope) < 1e-6,
                "The mean slope of your round is {mean:.4g}, and it is to be "
                "{slope:.4g}.",
            )
            end = where_adam_ends(int(period), C, beta2)
            s.note(end=end)
            s.expect(
                end > 0.9,
                "With β₂ = {beta2:.3g} and a round of {period:g}, Adam ends near "
                "{end:.2f}; it should be led astray, above 0.9.",
            )


# ================================================================= fair_comparison
def _fair(
    lost=lambda scores: np.nan_to_num(scores, nan=0.0),
    choose=lambda kept, test: kept.mean(axis=2).argmax(axis=1),
    report=lambda kept, test: test,
    middle=lambda final: final.mean(axis=1),
    spread=lambda final: final.std(axis=1, ddof=1),
    result=np.column_stack,
):
    """Make a comparison in which one thing is done otherwise."""

    def fair_comparison(rates, kept, test):
        kept, test = lost(kept), lost(test)
        best = choose(kept, test)
        final = report(kept, test)[np.arange(len(test)), best]
        return result([rates[best], middle(final), spread(final)])

    return fair_comparison


def leaves_lost_runs_out(rates, kept, test):
    best = np.nanmean(kept, axis=2).argmax(axis=1)
    final = test[np.arange(len(test)), best]
    return np.column_stack(
        [rates[best], np.nanmean(final, axis=1), np.nanstd(final, axis=1, ddof=1)]
    )


def leaves_lost_runs_out_of_the_choice(rates, kept, test):
    test = np.nan_to_num(test)
    best = np.nanmean(kept, axis=2).argmax(axis=1)
    final = test[np.arange(len(test)), best]
    return np.column_stack([rates[best], final.mean(axis=1), final.std(axis=1, ddof=1)])


def tunes_each_start(rates, kept, test):
    kept, test = np.nan_to_num(kept), np.nan_to_num(test)
    best = kept.argmax(axis=1)
    final = np.take_along_axis(test, best[:, None, :], axis=1)[:, 0]
    overall = kept.mean(axis=2).argmax(axis=1)
    return np.column_stack(
        [rates[overall], final.mean(axis=1), final.std(axis=1, ddof=1)]
    )


def one_rate_for_all(kept, test):
    return np.full(len(kept), kept.mean(axis=(0, 2)).argmax())


def luckiest_run(kept, test):
    return kept.max(axis=2).argmax(axis=1)


def returns_the_index(rates, kept, test):
    return _fair()(np.arange(len(rates)), kept, test)


def fair_by_loops(rates, kept, test):
    """Go through the methods, and through the rates of each."""
    rows = []
    for on_kept, on_test in zip(kept, test, strict=True):
        chosen, best = 0, -1.0
        for j in range(len(rates)):
            value = sum(x if x == x else 0.0 for x in on_kept[j]) / len(on_kept[j])
            if value > best:
                chosen, best = j, value
        final = [float(x) if x == x else 0.0 for x in on_test[chosen]]
        mean = sum(final) / len(final)
        variance = sum((x - mean) ** 2 for x in final) / (len(final) - 1)
        rows.append([float(rates[chosen]), mean, variance**0.5])
    return rows


def fair_by_where(rates, kept, test):
    """Write zeros where the runs were lost, then pick with take_along_axis."""
    kept = np.where(np.isnan(kept), 0.0, kept)
    test = np.where(np.isnan(test), 0.0, test)
    best = kept.sum(axis=-1).argmax(axis=-1)
    final = np.take_along_axis(test, best[:, None, None], axis=1)[:, 0, :]
    n = final.shape[1]
    spread = np.sqrt(final.var(axis=1) * n / (n - 1))
    return np.stack([rates[best], final.mean(axis=1), spread], axis=1)


@question(
    "adam.fair_comparison",
    points=5,
    needs="fair_comparison",
    start=(
        "Start with one method: average its `kept` scores over the starts, and find "
        "the rate where that mean is highest."
    ),
    well_done=(
        "Each method had its own rate, the choice never saw the test data, and the "
        "lost runs were counted. Few published tables can say all three."
    ),
    hints=[
        "Where to look: with one method, rates [0.1, 1], kept [[[0.5, 0.7], [0.8, "
        "0.9]]] and test [[[0.9, 0.9], [0.6, 0.8]]] the answer is [[1, 0.7, 0.1414]].",
        "The book: Adam, AMSGrad, AdamW, section In practice.",
    ],
    mistakes=[
        Mistake(
            "chosen-on-test",
            _fair(choose=lambda kept, test: test.mean(axis=2).argmax(axis=1)),
            "You choose the rate by its *test* score, and then report that score. Of "
            "many noisy numbers the largest is too good to be true. Choose on `kept`, "
            "then look at `test` once.",
        ),
        Mistake(
            "reported-kept",
            _fair(report=lambda kept, test: kept),
            "You report the scores that you chose by. The winner of a choice has been "
            "lucky on the data that chose it: report `test`.",
        ),
        Mistake(
            "shared-rate",
            _fair(choose=one_rate_for_all),
            "You choose one rate for all methods. That is how the table of the two "
            "moons went astray: each method gets the rate that suits it.",
        ),
        Mistake(
            "lost-left-out",
            leaves_lost_runs_out,
            "You leave the lost runs out (nanmean), so a method that fails every other "
            "time looks as good as one that never does. A lost run scores 0.",
        ),
        Mistake(
            "lost-left-out-of-kept",
            leaves_lost_runs_out_of_the_choice,
            "You count the lost runs in the test, and leave them out where you choose "
            "(nanmean). So a rate wins that loses half of its runs: they score 0 "
            "there too.",
        ),
        Mistake(
            "lost-not-counted",
            _fair(lost=lambda scores: scores),
            "Some scores are nan: those runs left the numbers. A mean with a nan in it "
            "is nan, and argmax takes the nan for the largest. Put 0 in their place "
            "first.",
        ),
        Mistake(
            "lost-in-test-left",
            lambda rates, kept, test: _fair(lost=lambda scores: scores)(
                rates, np.nan_to_num(kept), test
            ),
            "You put 0 for the lost runs in `kept` and not in `test`, so a mean there "
            "is nan. They score 0 in both.",
        ),
        Mistake(
            "luckiest-run",
            _fair(choose=luckiest_run),
            "You choose the rate with the best single run. One lucky start decides "
            "then; average over the starts first, and choose by the mean.",
        ),
        Mistake(
            "chosen-by-median",
            _fair(choose=lambda kept, test: np.median(kept, axis=2).argmax(axis=1)),
            "You choose by the median over the starts, and a median looks away from "
            "the runs that are lost, as long as they are fewer than half. Choose by "
            "the mean.",
        ),
        Mistake(
            "each-start",
            tunes_each_start,
            "You choose a rate for each start. Nobody knows the start beforehand, so "
            "that cannot be had: one rate a method, for all of its starts.",
        ),
        Mistake(
            "worst-rate",
            _fair(choose=lambda kept, test: kept.mean(axis=2).argmin(axis=1)),
            "You choose the rate with the lowest score. These are shares of right "
            "answers, so higher is better: argmax.",
        ),
        Mistake(
            "steadiest-rate",
            _fair(choose=lambda kept, test: kept.std(axis=2).argmin(axis=1)),
            "You choose the rate whose scores differ least from start to start. A rate "
            "can be bad reliably: choose by the mean.",
        ),
        Mistake(
            "wrong-axis",
            _fair(
                choose=lambda kept, test: np.resize(
                    kept.mean(axis=1).argmax(axis=1), len(kept)
                )
            ),
            "You average over the rates and choose among the starts. The axes are "
            "methods, rates, starts: average over the last.",
        ),
        Mistake(
            "divided-by-n",
            _fair(spread=lambda final: final.std(axis=1)),
            "Your deviation divides by n. These few starts are a sample, and their own "
            "mean has been subtracted: divide by n − 1, `std(ddof=1)`.",
        ),
        Mistake(
            "standard-error",
            _fair(
                spread=lambda final: final.std(axis=1, ddof=1) / np.sqrt(final.shape[1])
            ),
            "You divide the deviation by √n: that is how well the *mean* is known. "
            "Asked for is how far one run lies from it.",
        ),
        Mistake(
            "variance",
            _fair(spread=lambda final: final.var(axis=1, ddof=1)),
            "This is the variance. Its root has the unit of the scores.",
        ),
        Mistake(
            "median",
            _fair(middle=lambda final: np.median(final, axis=1)),
            "You report the median. It is often the better middle, as the book says; "
            "here the mean is asked for, and goes with the deviation.",
        ),
        Mistake(
            "index",
            returns_the_index,
            "Your first column holds the number of the rate in the list. The reader "
            "wants the rate: `rates[best]`.",
        ),
        Mistake(
            "on-its-side",
            _fair(result=np.array),
            "Your table lies on its side: one row a method, with rate, mean and "
            "deviation in it. Transpose it.",
        ),
    ],
    right=[_fair(), fair_by_loops, fair_by_where],
)
def check_fair_comparison(s):
    """Three methods, six rates, five starts; scores that tempt in each wrong way."""
    methods, starts = 3, 5
    rates = np.geomspace(1e-4, 10, 6)

    def scores():
        """Hills of scores: another best rate for each method, and in kept and test."""
        best = 1 + s.rng.permutation(4)[:methods]
        tempting = 1 + s.rng.permutation(4)[:methods]
        while (tempting == best).any():
            tempting = 1 + s.rng.permutation(4)[:methods]
        kept, test = s.rng.uniform(0.45, 0.6, size=(2, methods, len(rates), starts))
        for i in range(methods):
            kept[i, best[i]] = s.rng.uniform(0.75, 0.8, size=starts)
            kept[i, 0] = s.rng.uniform(0.55, 0.552, size=starts)  # steady, and bad
            kept[i, tempting[i]] = s.rng.uniform(0.65, 0.7, size=starts)
            kept[i, tempting[i], s.rng.integers(starts)] = s.rng.uniform(0.9, 0.95)
            test[i, best[i]] = s.rng.uniform(0.6, 0.8, size=starts)
            test[i, tempting[i]] = s.rng.uniform(0.85, 0.95, size=starts)
        return kept, test, best

    def judge(kept, test):
        got = s.call("fair_comparison", rates, kept, test)
        got, want = s.array(got, (methods, 3)), _fair()(rates, kept, test)
        s.expect_close(
            got[:, 0], want[:, 0], "The first column is not the rate of each method."
        )
        s.expect_close(
            got[:, 1], want[:, 1], "The second column is not the mean test score."
        )
        s.expect_close(
            got[:, 2], want[:, 2], "The third is not the deviation over the starts."
        )

    with s.part("no run is lost", points=3):
        kept, test, _ = scores()
        judge(kept, test)
        s.expect_untouched(
            "After the call, kept or test has changed. np.nan_to_num makes a new array."
        )
    with s.part("some are lost", points=2):
        kept, test, best = scores()
        other = (best[0] + 1) % len(rates)  # good where it is not lost
        kept[0, other] = [np.nan, np.nan, 0.96, 0.97, 0.98]
        test[0, other] = [np.nan, np.nan, 0.96, 0.97, 0.98]
        test[1, best[1], s.rng.integers(starts)] = np.nan
        other = (best[2] + 1) % len(rates)  # the same, and the median is lost too
        kept[2, other] = [np.nan, np.nan, np.nan, 0.97, 0.98]
        test[2, other] = [np.nan, np.nan, np.nan, 0.97, 0.98]
        judge(kept, test)
        s.expect_untouched(
            "After the call, kept or test has changed. np.nan_to_num makes a new array."
        )
