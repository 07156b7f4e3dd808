"""Schedules against the tables of PyTorch's, and at both of their ends."""

import math

import pytest

from gdlib.schedules import (
    constant,
    cosine,
    exponential,
    inverse_time,
    polynomial,
    step_decay,
    warmup,
)

EVERY = {
    "constant": constant(0.05),
    "step_decay": step_decay(0.05, every=3),
    "exponential": exponential(0.05, factor=0.9),
    "inverse_time": inverse_time(0.05, halves_after=4),
    "polynomial": polynomial(0.05, steps=5, power=0.9),
    "cosine": cosine(0.05, steps=10),
    "warmup": warmup(cosine(0.05, steps=10), steps=4),
}


def table(schedule, steps):
    return [schedule(t) for t in range(steps)]


def test_step_decay_is_a_staircase():
    expected = [0.05] * 3 + [0.005] * 3 + [0.0005] * 3 + [0.00005]
    assert table(EVERY["step_decay"], 10) == pytest.approx(expected, rel=1e-12)
    halves = step_decay(8.0, every=1, factor=0.5)
    assert table(halves, 5) == [8, 4, 2, 1, 0.5]


def test_exponential_keeps_a_ratio_and_sums_to_a_finite_road():
    # torch.optim.lr_scheduler.ExponentialLR(gamma=0.9) from 0.05
    expected = [0.05, 0.045, 0.0405, 0.03645, 0.032805, 0.0295245, 0.02657205]
    assert table(EVERY["exponential"], 7) == pytest.approx(expected, rel=1e-12)
    assert sum(table(EVERY["exponential"], 2000)) == pytest.approx(0.05 / (1 - 0.9))


def test_polynomial_agrees_with_pytorch():
    # torch.optim.lr_scheduler.PolynomialLR(total_iters=5, power=0.9) from 0.05
    expected = [
        0.05,
        0.04090260730254292,
        0.031572293374467764,
        0.021919164527704347,
        0.011746189430880188,
        0,
        0,
    ]
    assert table(EVERY["polynomial"], 7) == pytest.approx(expected, rel=1e-12)


def test_polynomial_of_power_one_is_a_straight_line_to_its_last_value():
    line = polynomial(25.0, steps=5, last=10.0)
    assert table(line, 8) == pytest.approx([25, 22, 19, 16, 13, 10, 10, 10])
    parabola = polynomial(25.0, steps=5, last=10.0, power=2)
    assert parabola(4) == pytest.approx(10 + 15 / 25)


def test_cosine_agrees_with_pytorch():
    # torch.optim.lr_scheduler.CosineAnnealingLR(T_max=10, eta_min=0) from 0.05
    expected = [
        0.05,
        0.04877641290737884,
        0.04522542485937369,
        0.03969463130731183,
        0.03272542485937369,
        0.025,
        0.017274575140626316,
        0.010305368692688177,
        0.004774575140626317,
        0.0012235870926211616,
        0,
    ]
    assert table(EVERY["cosine"], 11) == pytest.approx(expected, rel=1e-12, abs=1e-17)


def test_cosine_is_symmetric_about_its_middle_and_rests_at_its_last_value():
    rate = cosine(3.0, steps=8, last=1.0)
    assert rate(0) == 3
    assert rate(4) == pytest.approx(2)
    assert rate(8) == rate(9) == rate(10**9) == 1
    assert [rate(t) + rate(8 - t) for t in range(9)] == pytest.approx([4] * 9)


def test_inverse_time_halves_when_it_says():
    rate = inverse_time(1.0, halves_after=10)
    assert [rate(t) for t in (0, 10, 30, 990)] == pytest.approx([1, 0.5, 0.25, 0.01])
    root = inverse_time(1.0, halves_after=10, power=0.5)
    assert root(30) == pytest.approx(0.5)
    assert root(10) == pytest.approx(math.sqrt(0.5))


def test_inverse_time_meets_robbins_and_monro():
    """The sum grows without bound, as the logarithm; that of squares does not."""
    rate = inverse_time(1.0, halves_after=1)
    sums = [sum(table(rate, n)) for n in (10_000, 20_000)]
    assert sums[1] - sums[0] == pytest.approx(math.log(2), rel=1e-3)
    assert sum(r * r for r in table(rate, 20_000)) == pytest.approx(
        math.pi**2 / 6, rel=1e-4
    )


def test_warmup_climbs_evenly_and_then_follows():
    after = cosine(0.05, steps=10)
    rate = warmup(after, steps=4)
    assert table(rate, 4) == pytest.approx([0.0125, 0.025, 0.0375, 0.05])
    assert [rate(3 + t) for t in range(12)] == table(after, 12)
    assert table(warmup(after, steps=1), 12) == table(after, 12)


@pytest.mark.parametrize("name", EVERY)
def test_a_schedule_is_pure(name):
    schedule = EVERY[name]
    forwards = table(schedule, 30)
    backwards = [schedule(t) for t in reversed(range(30))]
    assert forwards == backwards[::-1]


@pytest.mark.parametrize("name", EVERY)
def test_a_schedule_never_turns_negative(name):
    assert all(rate >= 0 for rate in table(EVERY[name], 200))
    assert EVERY[name](0) == pytest.approx(0.0125 if name == "warmup" else 0.05)


@pytest.mark.parametrize(
    "make",
    [
        lambda n: step_decay(0.1, every=n),
        lambda n: inverse_time(0.1, halves_after=n),
        lambda n: polynomial(0.1, steps=n),
        lambda n: cosine(0.1, steps=n),
        lambda n: warmup(constant(0.1), steps=n),
    ],
    ids=["step_decay", "inverse_time", "polynomial", "cosine", "warmup"],
)
@pytest.mark.parametrize("n", [0, -3, float("nan"), "10", None])
def test_a_schedule_of_no_length_is_refused_with_the_name_and_the_value(make, n):
    with pytest.raises(ValueError, match=rf"(every|after|steps) is {n}.*1 or more"):
        make(n)
