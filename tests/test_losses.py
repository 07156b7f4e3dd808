"""Each loss against what can be said of it on paper, and against other libraries."""

import json

import numpy as np
import pytest
from golden.make_losses import FILE

from gdlib import losses
from gdlib.gradients import check_gradient, numerical_gradient
from gdlib.losses import (
    Loss,
    absolute_error,
    binary_cross_entropy,
    hinge,
    huber,
    logistic,
    sigmoid,
    softmax,
    softmax_cross_entropy,
    squared_error,
    squared_hinge,
)

# name: (loss, its targets for n examples, its kinks in terms of score and target)
NUMBERS = {
    "squared_error": squared_error,
    "absolute_error": absolute_error,
    "huber_0.3": huber(0.3),
    "huber_1": huber(),
}
SIGNED = {"logistic": logistic, "hinge": hinge, "squared_hinge": squared_hinge}
LOSSES = {
    **NUMBERS,
    **SIGNED,
    "binary_cross_entropy": binary_cross_entropy,
    "softmax_cross_entropy": softmax_cross_entropy,
}
EVERY = pytest.mark.parametrize("name", sorted(LOSSES))


def draw(name, rng, n=8):
    """Return predictions and targets that suit a loss, a little off its kinks."""
    if name == "softmax_cross_entropy":
        return 2 * rng.normal(size=(n, 5)), rng.integers(5, size=n)
    if name in NUMBERS:
        target = rng.normal(size=n)
        off = rng.uniform(0.01, 3, size=n) * rng.choice([-1, 1], size=n)
        return target + off, target
    sign = rng.choice([-1.0, 1.0], size=n)
    margin = 1 + rng.uniform(0.01, 3, size=n) * rng.choice([-1, 1], size=n)
    return margin * sign, sign if name in SIGNED else (sign + 1) / 2


# ------------------------------------------------------------ against other libraries


@pytest.mark.parametrize(
    "case", json.loads(FILE.read_text("utf-8")), ids=lambda case: case["loss"]
)
def test_value_and_slope_agree_with_pytorch_and_scikit_learn(case):
    loss = getattr(losses, case["loss"])
    loss = loss if isinstance(loss, Loss) else loss(**case["settings"])
    arguments = case["prediction"], case["target"]
    np.testing.assert_allclose(loss.value(*arguments), case["value"], rtol=1e-12)
    slope = loss.slope(*arguments)
    np.testing.assert_allclose(slope, case["slope"], rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize(
    ("logits", "label", "published"),
    [
        ([10, 1, -2], 1, 9.00013),
        ([1, 4, 0.2], 0, 3.0696733),
        ([-np.inf, 0, 0], 1, 0.693147),
        ([-np.inf, 0, 0], 0, np.inf),
    ],
)
def test_softmax_cross_entropy_agrees_with_the_values_in_optax(
    logits, label, published
):
    found = softmax_cross_entropy.value([logits], [label])
    assert found == pytest.approx(published, rel=1e-6)


@pytest.mark.parametrize(
    ("loss", "score", "label", "value", "slope"),
    [
        (hinge, 1.1, 1, 0, 0),
        (hinge, -2, -1, 0, 0),
        (hinge, 0.5, 1, 0.5, -1),
        (hinge, 2, -1, 3, 1),
        (hinge, -0.5, -1, 0.5, 1),
        (hinge, 0, 1, 1, -1),
        (squared_hinge, 1, 1, 0, 0),
        (squared_hinge, -2, -1, 0, 0),
        (squared_hinge, 1, -1, 4, 4),
        (squared_hinge, -1, 1, 4, -4),
        (squared_hinge, 0.5, 1, 0.25, -1),
        (squared_hinge, 0.5, -1, 2.25, 3),
    ],
)
def test_hinges_by_hand(loss, score, label, value, slope):
    assert loss.value([score], [label]) == value
    assert loss.slope([score], [label]).tolist() == [slope]


# ------------------------------------------------------------------- closed forms


@pytest.mark.parametrize("n", [1, 7])
def test_a_score_of_zero_costs_log_two(n):
    for label in (0, 1):
        sign = np.full(n, 2 * label - 1)
        assert logistic.value(np.zeros(n), sign) == pytest.approx(np.log(2))
        value = binary_cross_entropy.value(np.zeros(n), np.full(n, label))
        assert value == pytest.approx(np.log(2), rel=1e-15)
        assert logistic.slope(np.zeros(n), sign) == pytest.approx(-sign / (2 * n))


@pytest.mark.parametrize("k", [2, 3, 10])
def test_equal_logits_cost_log_k_and_pull_all_classes_but_one_down_alike(k):
    label = np.arange(6) % k
    for height in (0.0, -4.0, 1e4):
        logits = np.full((6, k), height)
        value = softmax_cross_entropy.value(logits, label)
        assert value == pytest.approx(np.log(k), rel=1e-14)
        slope = softmax_cross_entropy.slope(logits, label)
        assert slope == pytest.approx((1 / k - np.eye(k)[label]) / 6)


def test_a_right_class_ten_times_as_likely_costs_log_eleven_tenths():
    s = np.log(10)  # odds of 10 to 1
    assert sigmoid(s) == pytest.approx(10 / 11)
    assert logistic.value([s], [1]) == pytest.approx(np.log(1.1))
    assert binary_cross_entropy.value([s], [1]) == pytest.approx(np.log(1.1))
    assert binary_cross_entropy.value([s], [0]) == pytest.approx(np.log(11))
    assert softmax_cross_entropy.value([[0, s]], [1]) == pytest.approx(np.log(1.1))


def test_huber_is_half_a_square_near_zero_and_straight_beyond_delta():
    assert huber(2).value([1.5], [0]) == 1.125
    assert huber(2).value([-5], [0]) == 2 * (5 - 1)
    assert huber(2).slope([-5, 1, 5], [0, 0, 0]).tolist() == [-2 / 3, 1 / 3, 2 / 3]


def test_huber_is_half_the_squared_error_for_large_delta_the_absolute_for_small():
    p, y = draw("huber_1", np.random.default_rng(0), n=50)
    half = squared_error.value(p, y) / 2
    assert huber(1e3).value(p, y) == pytest.approx(half, rel=1e-14)
    thin = huber(1e-9)
    assert thin.value(p, y) / 1e-9 == pytest.approx(absolute_error.value(p, y))
    assert thin.slope(p, y) / 1e-9 == pytest.approx(absolute_error.slope(p, y))


def test_labels_zero_and_one_cost_what_minus_one_and_one_do():
    s, y = draw("binary_cross_entropy", np.random.default_rng(1), n=50)
    sign = 2 * y - 1
    assert binary_cross_entropy.value(s, y) == pytest.approx(logistic.value(s, sign))
    assert binary_cross_entropy.slope(s, y) == pytest.approx(logistic.slope(s, sign))


def test_softmax_over_two_classes_is_the_logistic_loss_of_the_difference():
    s, y = draw("binary_cross_entropy", np.random.default_rng(2), n=50)
    z = np.stack([1 + s, 1 + 2 * s], axis=1)
    value = softmax_cross_entropy.value(z, y.astype(int))
    assert value == pytest.approx(binary_cross_entropy.value(s, y))
    assert softmax(z)[:, 1] == pytest.approx(sigmoid(s))


def test_sigmoid_is_odd_about_one_half_and_its_slope_is_p_times_one_minus_p():
    s = np.linspace(-8, 8, 41)
    assert sigmoid(-s) == pytest.approx(1 - sigmoid(s), abs=1e-15)
    h = 1e-5
    measured = (sigmoid(s + h) - sigmoid(s - h)) / (2 * h)
    assert measured == pytest.approx(sigmoid(s) * (1 - sigmoid(s)), abs=1e-10)


def test_softmax_sums_to_one_and_ignores_a_constant_added_to_a_row():
    z = np.random.default_rng(3).normal(size=(6, 4)) * 5
    p = softmax(z)
    assert (p > 0).all()
    assert p.sum(axis=1) == pytest.approx(np.ones(6), rel=1e-15)
    assert softmax(z + np.arange(6)[:, None] * 100) == pytest.approx(p)
    assert softmax(z[0]) == pytest.approx(p[0], rel=1e-15)
    assert np.log(p[:, 1] / p[:, 0]) == pytest.approx(z[:, 1] - z[:, 0])


def test_the_slope_of_softmax_cross_entropy_sums_to_zero_in_each_row():
    slope = softmax_cross_entropy.slope(*draw("softmax_cross_entropy", _rng()))
    assert slope.sum(axis=1) == pytest.approx(np.zeros(8), abs=1e-16)


def _rng():
    return np.random.default_rng(4)


# ----------------------------------------------------------------- differentiation


@EVERY
def test_the_slope_is_the_limit_of_differences_away_from_kinks(name):
    loss, rng = LOSSES[name], np.random.default_rng(5)
    for n in (1, 8, 8, 8):
        p, y = draw(name, rng, n)
        f = lambda p, loss=loss, y=y: loss.value(p, y)
        g = lambda p, loss=loss, y=y: loss.slope(p, y)
        report = check_gradient(f, g, p, rng=rng, directions=10)
        assert report, report.message
        assert report.error < 1e-7
        worst = abs(g(p) - numerical_gradient(f, p)).max()
        assert worst <= 1e-7 * max(1, np.linalg.norm(g(p)))


def test_at_the_kink_of_the_absolute_error_the_slope_is_zero():
    assert absolute_error.slope([3.0, 1.0], [3.0, 3.0]).tolist() == [0, -0.5]


def test_at_a_margin_of_exactly_one_the_slope_of_the_hinge_is_minus_y_over_n():
    assert hinge.slope([1.0, -1.0, 5.0], [1, -1, 1]).tolist() == [-1 / 3, 1 / 3, 0]


@pytest.mark.parametrize("name", ["absolute_error", "hinge", "huber_1"])
def test_at_a_kink_the_slope_is_a_subgradient(name):
    loss, at, y = LOSSES[name], np.array([1.0]), np.array([1.0])
    g = loss.slope(at, y)
    for p in np.linspace(-3, 3, 61):
        below = loss.value(at, y) + g[0] * (p - 1)
        assert loss.value([p], y) >= below - 1e-15


# ---------------------------------------------------------------- very sure, very wrong


@pytest.mark.parametrize("size", [40, 1000])
def test_a_large_score_costs_its_size_when_wrong_and_next_to_nothing_when_right(size):
    small = np.exp(-size)  # log(1 + small) is small, to 17 digits
    for wrong in (1, -1):
        s = np.array([-wrong * size], dtype=float)
        label = (wrong + 1) // 2
        assert logistic.value(s, [wrong]) == pytest.approx(size)
        assert logistic.slope(s, [wrong]) == pytest.approx([-wrong])
        assert binary_cross_entropy.value(s, [label]) == pytest.approx(size)
        assert binary_cross_entropy.slope(s, [label]) == pytest.approx([-wrong])
        assert logistic.value(-s, [wrong]) == pytest.approx(small, rel=1e-12, abs=0)
        slope = logistic.slope(-s, [wrong])
        assert slope == pytest.approx([-wrong * small], rel=1e-12, abs=0)
        value = binary_cross_entropy.value(-s, [label])
        assert value == pytest.approx(small, rel=1e-12, abs=0)


@pytest.mark.parametrize("size", [1e3, 1e4, 1e300])
def test_logits_as_large_as_they_come_cost_their_difference(size):
    z = [[size, -size], [-size, size]]
    assert softmax_cross_entropy.value(z, [1, 0]) == pytest.approx(2 * size)
    assert softmax_cross_entropy.value(z, [0, 1]) == 0
    assert softmax_cross_entropy.slope(z, [1, 1]).tolist() == [[0.5, -0.5], [0, 0]]


def test_a_class_that_is_ruled_out_may_be_there():
    z = [[-np.inf, 0.0, 0.0]]
    assert softmax(z).tolist() == [[0, 0.5, 0.5]]
    assert softmax_cross_entropy.slope(z, [1]).tolist() == [[0, -0.5, 0.5]]


def test_no_probability_overflows():
    assert sigmoid([-1e4, -745.0, 745.0, 1e4]) == pytest.approx([0, 0, 1, 1])
    assert sigmoid(-40.0) == pytest.approx(np.exp(-40), rel=1e-12, abs=0)
    assert softmax([1e4, -1e4]).tolist() == [1, 0]


# ---------------------------------------------------------------- convexity, minimizers


@EVERY
def test_no_chord_runs_below_the_loss(name):
    loss, rng = LOSSES[name], np.random.default_rng(6)
    for _ in range(50):
        a, y = draw(name, rng)
        b = a + rng.normal(size=a.shape) * rng.choice([0.1, 1, 10])
        for t in (0.1, 0.5, 0.8):
            chord = (1 - t) * loss.value(a, y) + t * loss.value(b, y)
            assert loss.value((1 - t) * a + t * b, y) <= chord * (1 + 1e-14)


def cost(loss, constant, y):
    return loss.value(np.full(len(y), constant), y)


def pull(loss, constant, y):
    """Return the derivative of the loss by one constant, predicted for all of y."""
    return loss.slope(np.full(len(y), constant), y).sum()


INCOMES = np.array([21.0, 23.0, 26.0, 29.0, 30.0, 34.0, 250.0])


def test_of_all_constants_the_mean_has_the_least_squared_error():
    mean = INCOMES.mean()
    assert pull(squared_error, mean, INCOMES) == pytest.approx(0, abs=1e-12)
    assert cost(squared_error, mean, INCOMES) == pytest.approx(INCOMES.var())
    for other in np.linspace(0, 250, 101):
        above = cost(squared_error, other, INCOMES) - INCOMES.var()
        assert above == pytest.approx((other - mean) ** 2)


def test_of_all_constants_the_median_has_the_least_absolute_error():
    median = np.median(INCOMES)
    assert pull(absolute_error, median, INCOMES) == 0
    least = cost(absolute_error, median, INCOMES)
    assert all(cost(absolute_error, c, INCOMES) > least for c in INCOMES if c != median)


def test_between_two_middle_examples_every_constant_has_the_least_absolute_error():
    y = INCOMES[:4]
    costs = [cost(absolute_error, c, y) for c in (23, 24.0, 25.5, 26)]
    assert costs == pytest.approx([costs[0]] * 4)
    assert cost(absolute_error, 22.9, y) > costs[0] < cost(absolute_error, 26.1, y)


@pytest.mark.parametrize("delta", [20, 50, 100])
def test_the_best_constant_of_huber_lies_between_median_and_mean(delta):
    best = (INCOMES[:6].sum() + delta) / 6  # six pull by their distance, one by delta
    assert np.median(INCOMES) < best < INCOMES.mean()
    assert pull(huber(delta), best, INCOMES) == pytest.approx(0, abs=1e-14)


def test_the_best_constant_of_huber_can_lie_below_both():
    assert pull(huber(5), np.median(INCOMES), INCOMES) == pytest.approx(2 / 7)


def test_the_best_constant_score_is_the_log_of_the_odds():
    y = np.array([1, 1, 1, 0])
    assert pull(binary_cross_entropy, np.log(3), y) == pytest.approx(0, abs=1e-16)
    assert pull(logistic, np.log(3), 2 * y - 1) == pytest.approx(0, abs=1e-16)


def test_the_best_constant_logits_are_log_frequencies_and_cost_the_entropy():
    label = np.array([0, 1, 1, 2, 2, 2, 2, 2])
    frequency = np.array([1, 2, 5]) / 8
    logits = np.tile(np.log(frequency), (8, 1))
    slope = softmax_cross_entropy.slope(logits, label)
    assert slope.sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-16)
    entropy = -(frequency @ np.log(frequency))
    assert softmax_cross_entropy.value(logits, label) == pytest.approx(entropy)


def test_hinge_and_logistic_loss_are_never_below_the_share_of_mistakes():
    rng = np.random.default_rng(7)
    for _ in range(100):
        s, y = draw("logistic", rng)
        mistakes = np.mean(s * y <= 0)
        assert hinge.value(s, y) >= mistakes
        assert squared_hinge.value(s, y) >= mistakes
        assert logistic.value(s, y) / np.log(2) >= mistakes


# --------------------------------------------------------------------- means, and types


@EVERY
def test_showing_every_example_twice_leaves_the_loss_and_halves_each_slope(name):
    loss = LOSSES[name]
    p, y = draw(name, np.random.default_rng(8))
    twice = np.concatenate([p, p]), np.concatenate([y, y])
    assert loss.value(*twice) == pytest.approx(loss.value(p, y), rel=1e-14)
    assert loss.slope(*twice)[: len(p)] == pytest.approx(loss.slope(p, y) / 2)


@EVERY
def test_float32_stays_float32_and_nothing_is_modified(name):
    loss = LOSSES[name]
    p, y = draw(name, np.random.default_rng(9))
    single = y.astype("f") if name in NUMBERS else y  # the type of labels is ignored
    for target in (single, y.astype(int)):
        p32 = p.astype("f")
        before = p32.copy(), target.copy()
        assert loss.value(p32, target).dtype == np.float32
        assert loss.slope(p32, target).dtype == np.float32
        np.testing.assert_array_equal(p32, before[0])
        np.testing.assert_array_equal(target, before[1])


def test_small_integers_do_not_wrap_around():
    three, five = np.array([3], np.uint8), np.array([5], np.uint8)
    assert squared_error.value(three, five) == 4
    assert absolute_error.slope(three, five).tolist() == [-1]
    assert logistic.value([0], np.array([-1], np.int8)) == pytest.approx(np.log(2))


def test_true_and_false_are_one_and_zero():
    s, y = np.array([0.3, -2.0]), np.array([True, False])
    assert binary_cross_entropy.value(s, y) == binary_cross_entropy.value(s, [1, 0])


# ------------------------------------------------------------- what is turned away


@pytest.mark.parametrize("name", [*sorted(NUMBERS | SIGNED), "binary_cross_entropy"])
@pytest.mark.parametrize("which", ["value", "slope"])
def test_a_column_beside_a_row_is_turned_away(name, which):
    function = getattr(LOSSES[name], which)
    with pytest.raises(ValueError, match=r"shape \(3,\), targets \(3, 1\).*stretch"):
        function(np.zeros(3), np.ones((3, 1)))


@EVERY
@pytest.mark.parametrize("which", ["value", "slope"])
def test_a_mean_of_nothing_is_turned_away(name, which):
    p = np.zeros((0, 3)) if name == "softmax_cross_entropy" else np.zeros(0)
    with pytest.raises(ValueError, match="no examples; a mean needs at least one"):
        getattr(LOSSES[name], which)(p, np.zeros(0, int))


@pytest.mark.parametrize(
    ("loss", "label", "message"),
    [
        (hinge, [0, 1, 1], r"labels are 0, 1; .* needs −1 and 1: pass 2 \* y - 1$"),
        (squared_hinge, [0, 0, 0], r"labels are 0; .*: pass 2 \* y - 1$"),
        (logistic, [1, 2, 1], r"are 1, 2; .*: pass np\.where\(y == 2, 1, -1\)$"),
        (logistic, [1, 2, 3], "are 1, 2, 3; .*two classes.*softmax_cross_entropy"),
        (binary_cross_entropy, [-1, 1, 1], r"needs 0 and 1: pass \(y \+ 1\) / 2$"),
        (binary_cross_entropy, [4, 7, 7], "are 4, 7; .*: pass y == 7$"),
        (binary_cross_entropy, [0.2, 1, 0], "are 0, 0.2, 1; .*two classes"),
        (hinge, [1, np.nan, 1], "are 1, nan; drop the examples"),
    ],
)
@pytest.mark.parametrize("which", ["value", "slope"])
def test_labels_of_another_convention_are_named_with_the_way_out(
    loss, label, message, which
):
    with pytest.raises(ValueError, match=message):
        getattr(loss, which)([0.5, -0.5, 2.0], label)


@pytest.mark.parametrize("loss", [hinge, binary_cross_entropy])
def test_following_the_advice_about_labels_is_let_in(loss):
    y = np.array([4, 7, 7])
    label = np.where(y == 7, 1, -1) if loss is hinge else y == 7
    assert loss.value(np.zeros(3), label) > 0


def test_of_many_labels_the_first_six_are_named():
    with pytest.raises(ValueError, match="are 0, 1, 2, 3, 4, 5, …; "):
        hinge.value(np.zeros(10), np.arange(10))


@pytest.mark.parametrize(
    ("label", "error", "message"),
    [
        ([0, 1, 3], ValueError, "from 0 to 3, but 3 columns .* classes 0 to 2$"),
        ([0, -1, 2], ValueError, "from -1 to 2, but 3 columns .* classes 0 to 2$"),
        ([1, 2, 3], ValueError, "classes 0 to 2: pass labels - 1$"),
        ([1, 2, 5], ValueError, "from 1 to 5, but 3 columns .* classes 0 to 2$"),
        ([0.0, 1.0, 2.0], TypeError, r"float64; .*labels\.astype\(int\)"),
        ([True, False, True], TypeError, r"bool; .*labels\.astype\(int\)"),
        ([[0], [1], [2]], ValueError, r"shape \(3, 1\).*pass labels\.ravel\(\)"),
        (np.eye(3), ValueError, r"shape \(3, 3\).*labels\.argmax\(axis=1\)"),
        ([0, 1], ValueError, r"shape \(2,\), but 3 rows of logits need \(3,\)$"),
    ],
)
@pytest.mark.parametrize("which", ["value", "slope"])
def test_labels_that_number_no_class_are_turned_away(label, error, message, which):
    with pytest.raises(error, match=message):
        getattr(softmax_cross_entropy, which)(np.zeros((3, 3)), label)


def test_logits_without_a_column_for_each_class_are_turned_away():
    with pytest.raises(ValueError, match=r"logits have shape \(3,\).*\(n, k\)"):
        softmax_cross_entropy.value(np.zeros(3), [0, 1, 2])


def test_logits_that_rule_out_every_class_are_turned_away():
    z = [[0, 1], [-np.inf, -np.inf]]
    for function in (softmax_cross_entropy.value, softmax_cross_entropy.slope):
        with pytest.raises(ValueError, match="row 1 are all −∞"):
            function(z, [0, 1])
    with pytest.raises(ValueError, match="row 0 are all −∞"):
        softmax([-np.inf, -np.inf])


@pytest.mark.parametrize("which", ["value", "slope"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_probabilities_in_the_place_of_logits_are_noticed(which, dtype):
    z = np.random.default_rng(0).normal(size=(50, 10)).astype(dtype)
    label, ask = np.arange(50) % 10, getattr(softmax_cross_entropy, which)
    right = ask(z, label)
    p = softmax(z)
    p[0] = np.eye(10)[3]  # a network that is sure of itself is noticed, too
    with pytest.warns(
        UserWarning, match=r"look like probabilities.*pass .*np\.log\(p\)"
    ):
        ask(p, label)
    advised = ask(np.log(softmax(z)), label)
    np.testing.assert_allclose(advised, right, rtol=1e-4, atol=1e-6)


def test_scores_are_not_taken_for_probabilities():
    """With warnings as errors, as here, each of these would raise."""
    rng, label = np.random.default_rng(0), np.array([0, 1])
    p = softmax(rng.normal(size=(2, 3)))
    tables = [
        np.zeros((2, 3)),  # where training starts
        np.eye(3)[:2],  # written by hand
        np.ones((2, 1)),  # one class
        np.vstack([p[0], p[1] + 0.1]),  # one row may be anything
        np.vstack([p[0], [-0.5, 0.5, 1.0]]),
        p[:, ::-1] - 1e-5,
        rng.random((2, 3)),
    ]
    for z in tables:
        softmax_cross_entropy.value(z, label % z.shape[1])


def test_a_loss_of_labels_says_so():
    of_labels = {name for name, loss in LOSSES.items() if loss.classifies}
    assert of_labels == {
        "logistic",
        "binary_cross_entropy",
        "hinge",
        "squared_hinge",
        "softmax_cross_entropy",
    }


@pytest.mark.parametrize("delta", [0, -1, np.inf, np.nan, [1, 2]])
def test_huber_needs_one_positive_number(delta):
    with pytest.raises(ValueError, match="must be one number, 0 < delta < ∞"):
        huber(delta)


def test_words_are_turned_away():
    with pytest.raises(TypeError, match=r"predictions are of dtype .* needs numbers"):
        squared_error.value(["one"], [1])
    with pytest.raises(TypeError, match="targets are of dtype object"):
        squared_error.slope([1], [None])
