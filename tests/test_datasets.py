"""The data are what they were when they were published, and batches lose none."""

import hashlib
import json
import re
import string
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from golden.make_datasets import FILE, fingerprint

import gdlib
from gdlib import datasets
from gdlib.datasets import (
    blobs,
    diabetes,
    digits,
    iris,
    line,
    minibatches,
    spirals,
    split,
    standardize,
    text,
    two_moons,
    wine,
)

# Of scikit-learn's load_diabetes(scaled=False), whose table is the published one.
SUMS = [
    21445,
    649,
    11658.1,
    41833.98,
    83600,
    51024.1,
    22006.5,
    1799.05,
    2051.5036,
    40337,
]
NORMS = [
    1056.5296966957437,
    32.60368077380221,
    562.2275784769013,
    2010.9267798206874,
    4042.3161677434387,
    2509.5982965407024,
    1081.4093813168074,
    89.76057764965641,
    98.19478812523606,
    1933.7649805496014,
]


def test_diabetes_is_the_published_table():
    X, y, features, target, *_ = diabetes(scaled=False)
    assert X.shape == (442, 10)
    assert y.shape == (442,)
    assert features == ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")
    assert "score" in target
    np.testing.assert_allclose(X.sum(axis=0), SUMS, rtol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(X, axis=0), NORMS, rtol=1e-12)
    assert X[0].tolist() == [59, 2, 32.1, 101, 157, 93.2, 38, 4, 4.8598, 87]
    assert X[-1].tolist() == [36, 1, 19.6, 71, 250, 133.2, 97, 3, 4.5951, 92]
    assert (y.sum(), y.min(), y.max()) == (67243, 25, 346)
    assert y[[0, 1, 2, -1]].tolist() == [151, 75, 141, 57]
    assert np.linalg.norm(y) == pytest.approx(3584.8181264884274, rel=1e-12)


def test_scaled_columns_are_centred_and_of_length_one():
    X, y, *_ = diabetes()
    np.testing.assert_allclose(X.sum(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose((X**2).sum(axis=0), 1, rtol=1e-12)
    first = [0.038075906433423026, 0.05068011873981862, 0.061696206518683294]
    np.testing.assert_allclose(X[0, :3], first, rtol=1e-12)
    assert X[-1, 9] == pytest.approx(0.0030644094143684884, rel=1e-11)
    assert (y == diabetes(scaled=False).y).all()


def test_scaling_moves_and_stretches_but_does_not_reorder():
    raw, scaled = diabetes(scaled=False).X, diabetes().X
    for j in range(10):
        assert np.corrcoef(raw[:, j], scaled[:, j])[0, 1] == pytest.approx(1)


def test_each_call_gives_its_own_arrays():
    one = diabetes()
    one.X[:] = 0
    assert diabetes().X.any()


# ------------------------------------------------------------------- measured tables

GOLDEN = json.loads(FILE.read_text("utf-8"))
TABLES = {
    "breast_cancer": datasets.breast_cancer,
    "diabetes": partial(diabetes, scaled=False),
    "digits": digits,
    "iris": iris,
    "wine": wine,
}
CLASSIFIED = sorted(TABLES.keys() - {"diabetes"})


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_has_the_sums_of_scikit_learns_and_each_number_its_place(name):
    X, y, *_ = TABLES[name]()
    for key, value in fingerprint(X, y).items():
        np.testing.assert_allclose(value, GOLDEN[name][key], rtol=1e-12, err_msg=key)


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("breast_cancer", [212, 357]),
        ("digits", [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]),
        ("iris", [50, 50, 50]),
        ("wine", [59, 71, 48]),
    ],
)
def test_each_class_has_its_name_and_its_published_size(name, counts):
    data = TABLES[name]()
    assert np.bincount(data.y).tolist() == counts
    assert len(set(data.classes)) == len(counts)
    if name != "wine":  # where scikit-learn has numbers, we have names
        assert list(data.classes) == GOLDEN[name]["names"]


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_is_plain_floats_with_a_name_for_each_column(name):
    X, y, features, target, _ = TABLES[name]()
    assert X.dtype == np.float64
    assert y.dtype.kind == "fi"[name in CLASSIFIED]
    assert y.shape == X.shape[:1]
    assert len(set(features)) == X.shape[1]
    assert X.flags.c_contiguous
    assert target
    assert np.isfinite(X).all()


@pytest.mark.parametrize("name", sorted(TABLES))
def test_changing_one_array_changes_no_other(name):
    load = TABLES[name]
    one, before = load(), load()
    one.X[:] = -7
    assert (one.y == before.y).all()
    one.y[:] = -7
    assert (load().X == before.X).all()
    assert (load().y == before.y).all()


@pytest.mark.parametrize("load", [*TABLES.values(), line, text])
def test_loading_takes_less_than_fifty_milliseconds(load):
    spent = []
    for _ in range(3):
        start = time.process_time()
        load()
        spent.append(time.process_time() - start)
    assert min(spent) < 0.05


def test_iris_is_fishers_table_and_not_the_copy_with_two_wrong_rows():
    assert iris().X[34].tolist() == [4.9, 3.1, 1.5, 0.2]
    assert iris().X[37].tolist() == [4.9, 3.6, 1.4, 0.1]


def test_the_length_of_a_petal_tells_setosa_from_the_others():
    X, y, *_ = iris()
    assert X[y == 0, 2].max() < 2.5 < X[y != 0, 2].min()


def test_breast_cancer_columns_differ_in_scale_as_its_docstring_says():
    means = datasets.breast_cancer().X.mean(axis=0)
    assert (round(means.min(), 3), round(means.max())) == (0.004, 881)


def test_a_pixel_is_a_whole_number_from_paper_to_ink():
    assert (np.unique(digits().X) == np.arange(17)).all()


def test_digits_a_few_rows_apart_are_by_one_hand():
    X, y, *_ = digits()
    X, y = X[:600], y[:600]
    i, j = np.triu_indices(len(y), 1)
    i, j = i[y[i] == y[j]], j[y[i] == y[j]]
    unlike = np.linalg.norm(X[i] - X[j], axis=1)
    assert unlike[j - i < 40].mean() < 0.85 * unlike[j - i > 140].mean()


def test_the_readme_of_the_data_names_every_file_its_origin_and_license():
    folder = Path(gdlib.__file__).parent / "data"
    lines = (folder / "README.md").read_text("utf-8").splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line[:3] == "| `"]
    files = {path.name for path in folder.iterdir() if path.suffix in {".csv", ".txt"}}
    assert {row[0].strip("`") for row in rows} == files
    assert len(rows) == len(files) == 6
    extras = {path.name for path in folder.iterdir() if path.is_file()} - files
    assert extras <= {"README.md", "__init__.py"}
    for name, what, origin, license in rows:
        assert len(what) > 40, name
        assert re.search(r"https?://|\b1865\b", origin), name
        assert re.search("CC BY 4.0|public domain|none is stated", license), name
        assert (folder / name.strip("`")).stat().st_size < 150_000


# ------------------------------------------------------------------------- the story

ALICE_IN_LOWER_CASE = "8a2b692f89480217ad197ae0276d539a7822656b17a69d46da2986dd1722a542"


def test_the_story_is_there_from_the_title_to_the_end():
    lines = text().split("\n")
    assert lines[0] == "alice's adventures in wonderland"
    assert lines[2:4] == ["chapter i", "down the rabbit-hole"]
    assert lines[-3].endswith(
        "remembering her own child-life, and the happy summer days."
    )
    assert lines[-2:] == ["the end", ""]
    chapters = [line for line in lines if re.fullmatch("chapter [ivx]+", line)]
    assert len(chapters) == len(set(chapters)) == 12
    assert chapters[-1] == "chapter xii"


def test_the_story_is_141709_characters_of_39_kinds():
    story = text()
    assert len(story) == 141_709
    assert set(story) == set(string.ascii_lowercase) | set("\n !\"'(),-.:;?")
    digest = hashlib.sha256(story.encode("ascii")).hexdigest()
    assert digest == ALICE_IN_LOWER_CASE


def test_a_line_break_ends_a_paragraph_or_a_verse_and_nothing_else():
    story = text()
    for stray in ("  ", " \n", "\n ", "\n\n", "\r", "later editions", "fulcrum"):
        assert stray not in story, repr(stray)
    for whole in (
        "a watch out of its waistcoat-pocket, and",
        "near the looking-glass. there",
        "the duchess and the baby--the fire-irons came first",
        "\n'how doth the little crocodile\nimprove his shining tail,\n",
        "\nwould not, could not, would not, could not, would not join the dance.\n",
        "by-the-bye, what became of the baby?",
    ):
        assert whole in story, whole


# ---------------------------------------------------------------------- drawn points


def test_the_line_of_the_notebook_is_fitted_by_the_numbers_it_prints():
    X, y, *_ = line()
    assert X.shape == (100, 1)
    assert y.shape == (100,)
    A = np.column_stack([np.ones(100), X])
    solution = np.linalg.solve(A.T @ A, A.T @ y)
    assert np.round(solution, 8).tolist() == [4.21509616, 2.77011339]


def test_the_line_is_the_same_for_everybody_and_leaves_numpys_generator_alone():
    np.random.seed(7)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    assert (line().X == line().X).all()
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


DRAWN = {"blobs": blobs, "two_moons": two_moons, "spirals": spirals}
EVERY_DRAWN = pytest.mark.parametrize("name", sorted(DRAWN))


def draw(name, n=30, seed=0, **options):
    quiet = "spread" if name == "blobs" else "noise"
    if "noise" in options:
        options[quiet] = options.pop("noise")
    return DRAWN[name](n, **options, rng=np.random.default_rng(seed))


@EVERY_DRAWN
@pytest.mark.parametrize("n", [2, 30, 31])
def test_classes_are_equally_many_and_in_random_order(name, n):
    X, y, features, _, classes = draw(name, n)
    assert X.shape == (n, 2)
    assert features == ("x1", "x2")
    counts = np.bincount(y, minlength=2)
    odd_one = [n // 2, n - n // 2] if name == "two_moons" else [n - n // 2, n // 2]
    assert counts.tolist() == odd_one
    assert len(classes) == 2
    if n > 2:
        assert (
            0 < np.count_nonzero(np.diff(y)) < n - 1
        )  # neither sorted nor alternating
        assert np.count_nonzero(np.diff(y)) > n // 4


@EVERY_DRAWN
def test_the_same_seed_draws_the_same_points_and_another_draws_others(name):
    first, again, other = (draw(name, seed=s) for s in (1, 1, 2))
    assert (first.X == again.X).all()
    assert (first.y == again.y).all()
    assert (first.X != other.X).any()
    assert (first.y != other.y).any()


@EVERY_DRAWN
def test_noise_moves_each_coordinate_by_a_normal_number_times_its_size(name):
    still, little, much = (draw(name, 2000, noise=s).X for s in (0.0, 0.1, 0.3))
    np.testing.assert_allclose(much - still, 3 * (little - still), atol=1e-14)
    moved = (little - still) / 0.1
    assert abs(moved.mean(axis=0)).max() < 0.1  # four standard deviations
    assert moved.std(axis=0) == pytest.approx([1, 1], abs=0.07)
    assert abs(np.corrcoef(moved.T)[0, 1]) < 0.1


def test_blobs_without_spread_sit_on_their_centers():
    centers = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 9, 9]]
    data = draw("blobs", 10, centers=centers, noise=0)
    assert data.X.tolist() == [centers[k] for k in data.y]
    assert np.bincount(data.y).tolist() == [3, 3, 2, 2]
    assert data.features == ("x1", "x2", "x3")
    assert data.classes == ("0", "1", "2", "3")


def test_moons_without_noise_are_two_half_circles_of_radius_one():
    X, y, *_ = draw("two_moons", 41, noise=0)
    for label, center, up, count in ((0, (0, 0), 1, 20), (1, (1, 0.5), -1, 21)):
        moon = (X[y == label] - center) * [1, up]
        assert np.linalg.norm(moon, axis=1) == pytest.approx(np.ones(count))
        assert (moon[:, 1] > -1e-15).all()
        across = np.cos(np.linspace(np.pi, 0, count))  # equal steps along the arc
        np.testing.assert_allclose(np.sort(moon[:, 0]), across, atol=1e-14)


def test_moons_from_a_frozen_generator_are_those_of_scikit_learn():
    X, y, *_ = two_moons(300, noise=0.2, rng=np.random.RandomState(3))
    for key, value in fingerprint(X, y).items():
        np.testing.assert_allclose(value, GOLDEN["two_moons"][key], rtol=1e-12)


@pytest.mark.parametrize(("arms", "turns"), [(1, 1.0), (2, 1.0), (3, 0.5), (5, -2.0)])
def test_spirals_without_noise_wind_evenly_and_are_one_another_turned(arms, turns):
    X, y, *_ = draw("spirals", 20 * arms, arms=arms, turns=turns, noise=0)
    r = np.linalg.norm(X, axis=1)
    z = X @ [1, 1j]
    first = z[y == 0][np.argsort(r[y == 0])]
    assert abs(first) == pytest.approx(np.arange(1, 21) / 20)
    assert first[-1] == pytest.approx(np.exp(2j * np.pi * turns))
    step = np.angle(first[1:] / first[:-1])
    assert step == pytest.approx(np.full(19, 2 * np.pi * turns / 20))
    for k in range(arms):
        arm = z[y == k][np.argsort(r[y == k])]
        assert arm == pytest.approx(first * np.exp(2j * np.pi * k / arms))


@EVERY_DRAWN
@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"n": 1}, ValueError, "n is 1; it must be a whole number, 2 or more"),
        ({"n": 10.0}, ValueError, r"n is 10\.0; it must be a whole number"),
        ({"noise": -0.1}, ValueError, r"is -0\.1; it must be one number, 0 ≤"),
        ({"noise": np.nan}, ValueError, "is nan; it must be one number"),
        ({"noise": np.inf}, ValueError, "is inf; it must be one number"),
        ({"noise": [1, 2]}, ValueError, r"is \[1, 2\]; it must be one number"),
        ({"rng": 3}, TypeError, r"rng is 3; pass np\.random\.default_rng\(seed\)"),
    ],
)
def test_what_cannot_be_drawn_is_refused(name, change, error, said):
    if name == "blobs" and "noise" in change:
        change = {"spread": change["noise"]}
    with pytest.raises(error, match=said):
        DRAWN[name](**{"n": 10, "rng": np.random.default_rng(0)} | change)


def test_no_arms_and_centers_in_a_row_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"arms is 0; .* 1 or more"):
        spirals(arms=0, rng=rng)
    with pytest.raises(ValueError, match=r"centers have shape \(2,\); .* \(k, d\)"):
        blobs(centers=(0, 1), rng=rng)


# --------------------------------------------------------- what is learned, what is not


def halves(n=10, **options):
    X = np.arange(2.0 * n).reshape(n, 2)
    return split(X, X[:, 0], **options)


@pytest.mark.parametrize("rng", [None, np.random.default_rng(0)])
@pytest.mark.parametrize("test", [1, 3, 9, 0.25, np.int64(4), np.float64(0.5)])
def test_a_split_has_each_example_on_one_side_and_with_its_target(test, rng):
    X_train, X_test, y_train, y_test = halves(test=test, rng=rng)
    assert (X_train[:, 0] == y_train).all()
    assert (X_test[:, 0] == y_test).all()
    assert sorted([*y_train, *y_test]) == list(range(0, 20, 2))
    assert len(y_test) == (test if test >= 1 else {0.25: 3, 0.5: 5}[test])


def test_without_rng_the_last_examples_are_put_aside_in_order():
    _, _, y_train, y_test = halves(test=3)
    assert y_train.tolist() == [0, 2, 4, 6, 8, 10, 12]
    assert y_test.tolist() == [14, 16, 18]


def test_with_rng_each_example_is_put_aside_as_often_as_any_other():
    rng = np.random.default_rng(0)
    chosen = np.concatenate([halves(test=3, rng=rng)[3] for _ in range(400)])
    counts = np.bincount((chosen / 2).astype(int), minlength=10)
    assert counts.sum() == 1200
    assert abs(counts - 120).max() < 40  # nine is one standard deviation
    same = [halves(test=3, rng=np.random.default_rng(5))[3].tolist() for _ in "ab"]
    assert same[0] == same[1]


def test_half_of_the_digits_is_the_half_of_scikit_learns_example():
    X, y, *_ = digits()
    X_train, X_test, _, y_test = split(X, y, test=0.5)
    assert (len(X_train), len(X_test)) == (898, 899)
    assert (X_train == X[: 1797 // 2]).all()
    assert (y_test == y[1797 // 2 :]).all()


@pytest.mark.parametrize(
    ("n", "test", "count"),
    [(100, 0.07, 7), (100, 0.071, 8), (3, 0.01, 1), (10, 0.3, 3)],
)
def test_a_fraction_is_rounded_up_but_not_by_what_rounding_adds(n, test, count):
    assert len(halves(n, test=test)[3]) == count


def test_a_split_leaves_the_data_alone():
    X, y = np.ones((4, 2)), np.ones(4)
    for part in split(X, y, test=2):
        part[:] = 0
    assert X.all()
    assert y.all()


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (0, "test is 0, which puts 0 of 10 .*at least one must remain"),
        (10, "test is 10, which puts 10 of 10 .*at least one must remain"),
        (-3, "test is -3, which puts -3 of 10"),
        (0.95, r"test is 0\.95, which puts 10 of 10"),
        (1.0, r"test is 1\.0; it must be a number of examples, .* or a fraction"),
        (0.0, r"test is 0\.0; it must be"),
        (True, "test is True; it must be"),
        (None, "test is None; it must be"),
    ],
)
def test_a_split_with_an_empty_side_is_refused(test, said):
    with pytest.raises(ValueError, match=said):
        halves(test=test)


def test_what_cannot_be_split_is_refused():
    with pytest.raises(ValueError, match="X has 3 rows and y has 2"):
        split(np.ones((3, 1)), np.ones(2), test=1)
    with pytest.raises(TypeError, match="rng is 0; pass"):
        halves(test=1, rng=0)


def test_standardized_columns_have_mean_zero_and_deviation_one():
    Z = standardize(datasets.breast_cancer().X)
    np.testing.assert_allclose(Z.mean(axis=0), 0, atol=1e-13)
    np.testing.assert_allclose((Z**2).mean(axis=0), 1, rtol=1e-12)


def test_the_mean_and_deviation_are_those_of_the_training_examples():
    train, test = [[1.0, 10], [3, 30]], [[2.0, 60], [5, 20], [1e9, -1e9]]
    Z_train, Z_test = standardize(train, test)
    assert Z_train.tolist() == [[-1, -1], [1, 1]]
    assert Z_test[:2].tolist() == [[0, 4], [3, 0]]


def test_no_test_row_leaks_into_what_is_learned():
    X, y, *_ = wine()
    X_train, X_test, *_ = split(X, y, test=50, rng=np.random.default_rng(0))
    alone = standardize(X_train)
    other = np.random.default_rng(1).normal(size=X_test.shape) * 1e6
    assert (standardize(X_train, X_test)[0] == alone).all()
    assert (standardize(X_train, other)[0] == alone).all()
    together = [standardize(X_train, row[None])[1][0] for row in X_test]
    assert (standardize(X_train, X_test)[1] == together).all()


def test_a_column_that_never_changes_becomes_zero():
    train = np.array([[0.1, 1.0], [0.1, 2.0], [0.1, 6.0]])  # 0.1 + 0.1 + 0.1 > 0.3
    Z_train, Z_test = standardize(train, [[0.1, 3.0], [2.1, 3.0]])
    assert Z_train[:, 0].tolist() == [0, 0, 0]
    assert Z_test[:, 0].tolist() == [0, 2.1 - 0.1]
    assert Z_train[:, 1].std() == pytest.approx(1)
    assert standardize(digits().X)[:, 0].tolist() == [0] * 1797


def test_targets_are_standardized_like_a_column():
    Z, other = standardize([1.0, 3.0], [5.0])
    assert Z.tolist() == [-1, 1]
    assert other.tolist() == [3]
    assert standardize([7, 7]).tolist() == [0, 0]


def test_one_array_comes_back_as_one_and_none_is_modified():
    train, test = np.array([[1, 2], [3, 5]]), np.array([[2.0, 2.0]])
    assert isinstance(standardize(train), np.ndarray)
    assert [len(Z) for Z in standardize(train, test, test)] == [2, 1, 1]
    assert train.tolist() == [[1, 2], [3, 5]]
    assert test.tolist() == [[2, 2]]
    assert standardize(train.astype("f")).dtype == np.float32


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ([np.ones((0, 2))], r"train has shape \(0, 2\); a mean needs at least one row"),
        ([[[1, np.nan], [2, 3]]], r"train has nan at position \[0, 1\]; drop that row"),
        ([[[1, 2], [np.inf, 3]]], r"train has inf at position \[1, 0\]"),
        ([np.ones((2, 3)), np.ones((2, 2))], r"\(2, 3\) and \(2, 2\) have different"),
        ([np.ones((2, 3)), np.ones(3)], r"\(2, 3\) and \(3,\) have different columns"),
    ],
)
def test_what_has_no_mean_is_refused(arrays, said):
    with pytest.raises(ValueError, match=said):
        standardize(*arrays)


# --------------------------------------------------------------------------- batches

X, Y = np.arange(20.0).reshape(10, 2), np.arange(10) * 2.0  # each y is x₁


def batches(size, epochs=1, seed=0, X=X, y=Y):
    rng = np.random.default_rng(seed)
    return list(minibatches(X, y, size=size, epochs=epochs, rng=rng))


@pytest.mark.parametrize("size", range(1, 11))
def test_an_epoch_sees_each_example_once(size):
    seen = np.concatenate([y for _, y in batches(size, epochs=3)]).reshape(3, 10)
    assert (np.sort(seen) == Y).all()


@pytest.mark.parametrize("size", range(1, 11))
def test_each_input_keeps_its_target(size):
    for inputs, targets in batches(size, epochs=3):
        assert (inputs[:, 0] == targets).all()
        assert inputs.shape == (len(targets), 2)


@pytest.mark.parametrize(
    ("size", "lengths"),
    [(10, [10]), (9, [9, 1]), (5, [5, 5]), (3, [3, 3, 3, 1]), (1, [1] * 10)],
)
def test_the_last_batch_of_an_epoch_may_be_short(size, lengths):
    assert [len(y) for _, y in batches(size, epochs=2)] == 2 * lengths


def test_the_same_seed_gives_the_same_batches_and_another_gives_others():
    first, again, other = (
        np.concatenate([y for _, y in batches(3, epochs=2, seed=s)]) for s in (7, 7, 8)
    )
    assert (first == again).all()
    assert (first != other).any()


def test_each_epoch_has_an_order_of_its_own():
    seen = np.concatenate([y for _, y in batches(4, epochs=5)]).reshape(5, 10)
    assert len({tuple(order) for order in seen}) == 5
    assert not any((order == Y).all() for order in seen)


def test_every_example_comes_first_sooner_or_later():
    rng = np.random.default_rng(0)
    stream = minibatches(X, Y, size=10, epochs=400, rng=rng)
    first = np.bincount([int(y[0] / 2) for _, y in stream], minlength=10)
    assert first.min() > 15  # 40 expected, and 6 is one standard deviation


def test_the_data_stay_as_they_were():
    inputs, targets = X.copy(), Y.copy()
    for batch_inputs, batch_targets in batches(3, X=inputs, y=targets):
        batch_inputs[:] = -1
        batch_targets[:] = -1
    assert (inputs == X).all()
    assert (targets == Y).all()


def test_lists_are_data_too():
    got = batches(2, X=X.tolist(), y=Y.tolist())
    assert sorted(np.concatenate([y for _, y in got])) == Y.tolist()


def test_no_epochs_are_no_batches():
    assert batches(3, epochs=0) == []


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"size": 0}, ValueError, r"size is 0.*between 1 and the 10"),
        ({"size": -1}, ValueError, "size is -1.*between 1 and"),
        ({"size": 11}, ValueError, "size is 11.*between 1 and the 10"),
        ({"size": 2.0}, ValueError, "size is 2.0.*whole number"),
        ({"size": True}, ValueError, "size is True.*whole number"),
        ({"size": None}, ValueError, "size is None.*whole number"),
        ({"epochs": -1}, ValueError, "epochs is -1.*0 or more"),
        ({"epochs": 1.5}, ValueError, "epochs is 1.5.*whole number"),
        ({"rng": 0}, TypeError, r"rng is 0.*default_rng\(seed\)"),
        ({"rng": None}, TypeError, "rng is None"),
        ({"y": Y[:9]}, ValueError, "X has 10 rows and y has 9"),
        ({"X": X[:0], "y": Y[:0]}, ValueError, "between 1 and the 0"),
    ],
)
def test_what_cannot_be_batched_is_refused_before_the_first_batch(change, error, said):
    rng = np.random.default_rng(0)
    given = {"X": X, "y": Y, "size": 2, "epochs": 1, "rng": rng} | change
    with pytest.raises(error, match=said):
        minibatches(given.pop("X"), given.pop("y"), **given)
