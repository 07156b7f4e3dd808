"""The range test finds where descent stops coming down."""

import numpy as np
import pytest

from gdlib.datasets import diabetes
from gdlib.descent import lr_range_test
from gdlib.linear import LinearRegression
from gdlib.objectives import quadratic, rosenbrock, training_loss
from gdlib.optimizers import momentum


@pytest.mark.parametrize("L", [0.5, 10.0, 300.0])
def test_for_a_quadratic_the_last_stable_rate_is_two_over_L(L):
    test = lr_range_test(
        quadratic([L / 7, L]), [1.0, 1.0], steps=400, rates=500, low=1e-4, high=1e2
    )
    spacing = test.learning_rate[1] / test.learning_rate[0]
    assert 2 / L / spacing**1.5 < test.stable < 2 / L * spacing**1.5


def test_with_momentum_the_limit_is_higher_by_one_plus_beta():
    f = quadratic([1.0, 10.0])
    test = lr_range_test(f, [1.0, 1.0], momentum, steps=2000, rates=300, low=1e-2)
    assert test.stable == pytest.approx(2 * 1.9 / 10, rel=0.05)


def test_a_loss_that_takes_one_theta_at_a_time_is_tested_all_the_same():
    table = diabetes()
    X, y = table.X[:, [2]] * np.sqrt(442), table.y
    loss = training_loss(LinearRegression(1), X, y)  # L = 2: centered, unit variance
    test = lr_range_test(loss, [0.0, 0.0], steps=200, rates=60, low=0.1, high=10.0)
    assert test.stable == pytest.approx(1.0, rel=0.1)
    short = lr_range_test(loss, [0.0, 0.0], steps=2, rates=60, low=0.1, high=10.0)
    assert short.best == pytest.approx(0.5, rel=0.1)  # 1/L lands on the bottom at once


def test_what_is_lost_is_infinite_and_what_comes_down_is_not():
    test = lr_range_test(rosenbrock(), steps=50, low=1e-6, high=10.0)
    assert np.isinf(test.f[-1])
    assert test.f[0] < rosenbrock()([-1.2, 1.0])
    assert 1e-4 < test.stable < 1e-2
    assert test.f.min() == test.f[test.learning_rate == test.best]


def test_where_nothing_comes_down_there_is_no_stable_rate():
    test = lr_range_test(quadratic([10.0]), [1.0], low=1.0, high=5.0)
    assert np.isnan(test.stable)


@pytest.mark.parametrize(
    "bad", [{"low": 0.0}, {"low": 2.0, "high": 1.0}, {"rates": 2.5}]
)
def test_a_range_that_is_none_is_refused(bad):
    with pytest.raises(ValueError, match=r"low|rates"):
        lr_range_test(quadratic([1.0]), [1.0], **bad)
