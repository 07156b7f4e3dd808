"""Many named arrays as one vector: there and back, by views, and shortened together."""

import numpy as np
import pytest

from gdlib.autodiff import Var, grad
from gdlib.parameters import (
    clip_by_global_norm,
    flatten,
    shapes_of,
    size,
    unflatten,
)

SHAPES = {"W": (3, 2), "b": (2,), "scale": (), "none": (0, 4), "K": (2, 1, 3)}
LENGTH = 6 + 2 + 1 + 0 + 6


def arrays(dtype=float):
    rng = np.random.default_rng(0)
    return {name: rng.normal(size=s).astype(dtype) for name, s in SHAPES.items()}


# ----------------------------------------------------------------------- there and back


def test_unflatten_undoes_flatten():
    before = arrays()
    after = unflatten(flatten(before), shapes_of(before))
    assert list(after) == list(before)
    for name in before:
        assert after[name].shape == SHAPES[name]
        assert np.array_equal(after[name], before[name])


def test_flatten_undoes_unflatten():
    theta = np.arange(float(LENGTH))
    assert np.array_equal(flatten(unflatten(theta, SHAPES)), theta)


def test_the_vector_has_the_order_of_the_dict_and_rows_before_columns():
    theta = flatten({"b": [5.0, 6.0], "W": np.array([[1.0, 2.0], [3.0, 4.0]]).T})
    assert np.array_equal(theta, [5, 6, 1, 3, 2, 4])
    theta = flatten({"W": [[1, 2], [3, 4]], "b": [5, 6]})
    assert np.array_equal(theta, [1, 2, 3, 4, 5, 6])


def test_the_size_is_the_sum_of_the_products_of_the_lengths():
    assert size(SHAPES) == LENGTH == len(flatten(arrays()))
    assert size({}) == 0
    assert size({"x": ()}) == 1
    assert size({"x": [2, np.int64(3)]}) == 6
    assert shapes_of({"a": 1.0, "b": [[1, 2, 3]]}) == {"a": (), "b": (1, 3)}
    assert shapes_of(arrays()) == SHAPES


def test_flattening_copies_and_unflattening_does_not():
    W = np.ones((3, 2))
    theta = flatten({"W": W})
    theta[0] = 7
    assert W[0, 0] == 1
    p = unflatten(theta, {"W": (2, 3)})
    p["W"][1, 2] = 9
    assert theta[5] == 9
    assert np.shares_memory(p["W"], theta)
    every_second = unflatten(np.zeros(12)[::2], {"W": (3, 2)})["W"]
    every_second[2, 1] = 4
    assert every_second.base is not None
    assert every_second.base[10] == 4


def test_a_single_array_is_copied_too():
    b = np.array([1.0, 2.0])
    assert not np.shares_memory(flatten({"b": b}), b)


def test_float32_stays_and_whole_numbers_become_float64():
    assert flatten(arrays(np.float32)).dtype == np.float32
    assert flatten({"a": [1, 2], "b": 3}).dtype == np.float64
    assert flatten({"a": np.ones(2, np.float32), "b": 1.0}).dtype == np.float64
    theta = np.zeros(LENGTH, np.float32)
    assert unflatten(theta, SHAPES)["W"].dtype == np.float32


def test_a_variable_is_seen_as_variables_and_each_part_has_its_slope():
    def f(theta):
        p = unflatten(theta, SHAPES)
        assert all(isinstance(a, Var) for a in p.values())
        assert {name: a.shape for name, a in p.items()} == SHAPES
        return (2 * p["W"]).sum() + (3 * p["b"]).sum() + (5 * p["K"]).sum()

    got = unflatten(grad(f)(np.ones(LENGTH)), SHAPES)
    for name, slope in {"W": 2, "b": 3, "scale": 0, "K": 5}.items():
        assert np.array_equal(got[name], np.full(SHAPES[name], slope))


# -------------------------------------------------------------------- what does not fit


@pytest.mark.parametrize("length", [LENGTH - 1, LENGTH + 1, 0])
def test_a_vector_of_another_length_is_refused_with_both_lengths(length):
    said = rf"theta has shape \({length},\), but .*'W': \(3, 2\).* needs \({LENGTH},\)"
    with pytest.raises(ValueError, match=said):
        unflatten(np.zeros(length), SHAPES)


def test_a_list_is_a_vector():
    assert np.array_equal(unflatten([1, 2, 3], {"a": (2, 1), "b": ()})["a"], [[1], [2]])


def test_a_column_is_not_a_vector():
    with pytest.raises(ValueError, match=r"shape \(15, 1\), but"):
        unflatten(np.zeros((LENGTH, 1)), SHAPES)
    with pytest.raises(ValueError, match=r"shape \(\), but"):
        unflatten(3.0, {"x": ()})


@pytest.mark.parametrize("shape", [3, 2.0, "32", (2.0,), None, ((2,),), np.ones(2)])
def test_a_shape_is_a_tuple_of_whole_numbers(shape):
    with pytest.raises(
        TypeError, match=r"the shape of 'b' is .* tuple of whole numbers"
    ):
        size({"W": (3, 2), "b": shape})
    with pytest.raises(TypeError, match="the shape of 'b'"):
        unflatten(np.zeros(8), {"W": (3, 2), "b": shape})


def test_no_length_is_negative():
    with pytest.raises(ValueError, match=r"'W' is \(-3, -2\); a length is 0 or more"):
        unflatten(np.zeros(6), {"W": (-3, -2)})


@pytest.mark.parametrize("bad", [[True], [1j], ["a"], [None]])
def test_a_parameter_is_a_real_number(bad):
    with pytest.raises(TypeError, match=r"'b' is of dtype .*real numbers"):
        flatten({"W": [1.0], "b": bad})


def test_no_arrays_make_no_vector():
    with pytest.raises(ValueError, match="no arrays to flatten"):
        flatten({})


# ----------------------------------------------------------------------------- clipping


def test_a_long_gradient_is_cut_to_the_limit_and_keeps_its_direction():
    g = np.random.default_rng(0).normal(size=(50, 3))
    for limit in (1e-3, 0.5, 1.0, 7.0):
        cut = clip_by_global_norm(g, limit)
        np.testing.assert_allclose(np.linalg.norm(cut), limit, rtol=1e-14)
        np.testing.assert_allclose(cut / limit, g / np.linalg.norm(g), rtol=1e-14)


def test_a_short_gradient_passes_to_the_last_bit():
    g = np.array([0.3, 0.4])
    for limit in (0.5, 0.6, 1e9, np.inf):
        assert np.array_equal(clip_by_global_norm(g, limit), [0.3, 0.4])
    assert not np.array_equal(clip_by_global_norm(g, 0.4999), g)


def test_clipping_twice_is_clipping_once():
    g = np.array([3.0, -4.0, 12.0])
    once = clip_by_global_norm(g, 1.0)
    np.testing.assert_allclose(clip_by_global_norm(once, 1.0), once, rtol=1e-15)
    assert np.array_equal(g, [3, -4, 12])


def test_nothing_is_the_direction_of_a_zero_gradient():
    assert np.array_equal(clip_by_global_norm(np.zeros(3), 1.0), np.zeros(3))
    assert clip_by_global_norm(np.zeros(0), 1.0).shape == (0,)


@pytest.mark.parametrize("scale", [1e-310, 1e-200, 1e200, 1e307])
def test_lengths_whose_square_is_no_number_are_clipped_all_the_same(scale):
    g = scale * np.array([3.0, 4.0])
    limit = scale / 1e3
    cut = clip_by_global_norm(g, limit)
    np.testing.assert_allclose(cut / limit, [0.6, 0.8], rtol=1e-10)
    assert np.array_equal(clip_by_global_norm(g, scale * 5.1), g)
    assert np.array_equal(clip_by_global_norm(g, max(1.0, scale * 5.1)), g)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_left_the_numbers_is_handed_on_for_the_descent_to_see(bad):
    g = np.array([1e9, bad])
    assert np.array_equal(clip_by_global_norm(g, 1.0), g, equal_nan=True)


def test_float32_is_clipped_in_float32():
    g = np.array([3e30, 4e30], np.float32)
    cut = clip_by_global_norm(g, 5.0)
    assert cut.dtype == np.float32
    np.testing.assert_allclose(cut, [3, 4], rtol=1e-6)


@pytest.mark.parametrize("limit", [0, -1.0, np.nan])
def test_a_limit_is_positive(limit):
    with pytest.raises(ValueError, match=r"limit is .*it must be positive"):
        clip_by_global_norm(np.ones(2), limit)
