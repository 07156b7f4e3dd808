"""No guess beats the conditional entropy, and descent on a text comes down to it."""

import json
from pathlib import Path

import numpy as np
import pytest
from golden.make_language import MODEL, TEXT, start
from golden.make_language import batches as golden_batches

from gdlib.datasets import minibatches, text
from gdlib.descent import descend
from gdlib.gradients import check_gradient
from gdlib.language import (
    Bigram,
    CharacterModel,
    alphabet,
    conditional_entropy,
    decode,
    encode,
    entropy,
    generate,
    perplexity,
    windows,
)
from gdlib.losses import softmax, softmax_cross_entropy
from gdlib.optimizers import adam, momentum
from gdlib.parameters import unflatten

GOLDEN = Path(__file__).with_name("golden") / "language.json"
TOY = "the cat sat on the mat and the hen sat on the hat then the ant ran at the man "


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def toy():
    """Return a bigram model of a toy text, and its pairs."""
    model = Bigram(alphabet(TOY))
    return model, *windows(encode(TOY, model.vocabulary), context=1)


def last(iterates):
    *_, x = iterates
    return x


def small_model(rng, n=9):
    model = CharacterModel("abcde", context=3, embedding=2, hidden=4)
    theta = rng.normal(size=len(model.init(rng)))
    return model, theta, rng.integers(5, size=(n, 3)), rng.integers(5, size=n)


# ------------------------------------------------------------------ text and numbers


def test_a_text_survives_encoding_and_decoding():
    vocabulary = alphabet(TOY)
    assert list(vocabulary) == sorted(set(TOY))
    codes = encode(TOY, vocabulary)
    assert codes.shape == (len(TOY),)
    assert codes.dtype.kind == "i"
    assert decode(codes, vocabulary) == TOY
    assert encode("", "ab").shape == (0,)


def test_each_window_is_followed_by_what_followed_it():
    codes = encode(TOY, alphabet(TOY))
    X, y = windows(codes, context=4)
    assert X.shape == (len(TOY) - 4, 4)
    for i in range(len(X)):
        assert X[i].tolist() == codes[i : i + 4].tolist()
        assert y[i] == codes[i + 4]
    assert np.shares_memory(X, codes)


def test_a_window_of_nothing_leaves_every_character_to_guess():
    X, y = windows(np.array([3, 1, 4]), context=0)
    assert X.shape == (3, 0)
    assert y.tolist() == [3, 1, 4]


# ------------------------------------------------------------ how well one can guess


def test_entropy_of_an_even_guess_is_ln_k():
    assert entropy([5, 5, 5, 5]) == pytest.approx(np.log(4), rel=1e-15)
    assert entropy([7, 0, 0]) == 0
    # Half, a quarter and two eighths: ½·1 + ¼·2 + ¼·3 = 1.75 bits.
    assert entropy([4, 2, 1, 1]) / np.log(2) == pytest.approx(1.75, rel=1e-15)


def test_what_is_settled_by_the_past_has_no_conditional_entropy(rng):
    past = rng.integers(6, size=1000)
    assert conditional_entropy(past, (5 * past + 2) % 6) == pytest.approx(0, abs=1e-14)


def test_a_past_that_says_nothing_leaves_the_whole_entropy():
    y = np.array([0, 1, 1, 2, 2, 2, 2, 0])
    for nothing in (np.zeros(8, int), np.zeros((8, 0), int)):
        assert conditional_entropy(nothing, y) == pytest.approx(
            entropy(np.bincount(y)), rel=1e-15
        )


def test_a_longer_past_never_leaves_more_entropy():
    codes = encode(TOY, alphabet(TOY))
    left = []
    for context in range(6):
        X, y = windows(codes[5 - context :], context)  # the same y for all
        left.append(conditional_entropy(X, y))
    assert (np.diff(left) < 1e-14).all()
    assert left[0] == pytest.approx(entropy(np.bincount(codes[5:])), rel=1e-14)


def test_perplexity_of_an_even_guess_is_the_number_of_characters():
    assert perplexity(np.log(27)) == pytest.approx(27, rel=1e-14)
    bits = np.log(27) / np.log(2)
    assert perplexity(np.log(27)) == pytest.approx(2**bits, rel=1e-14)
    np.testing.assert_allclose(perplexity(np.zeros(3)), 1)


# -------------------------------------------------------------------------- bigrams


def test_a_fresh_bigram_model_guesses_evenly(toy):
    model, X, y = toy
    loss = model.loss(model.init(), X, y)
    assert loss == pytest.approx(np.log(len(model.vocabulary)), rel=1e-14)


def test_the_counts_of_a_text_can_be_checked_by_eye():
    model = Bigram("abc")
    X, y = windows(encode("abacaba", "abc"), context=1)
    N = model.counts(X, y)
    np.testing.assert_array_equal(N, [[0, 2, 1], [2, 0, 0], [1, 0, 0]])
    np.testing.assert_array_equal(model.counts(X[:, 0], y), N)


def test_codes_in_one_byte_count_no_worse():
    model = Bigram("".join(map(chr, range(32, 72))))
    codes = np.arange(300, dtype=np.uint8) % 40  # 39 · 40 does not fit in a byte
    N = model.counts(*windows(codes, context=1))
    assert N[39, 0] == 7
    assert N.sum() == 299


def test_the_loss_of_counts_is_the_mean_over_the_text(toy, rng):
    model, X, y = toy
    theta = rng.normal(size=len(model.init()))
    pair_by_pair = softmax_cross_entropy.value(model.predict(theta, X), y)
    assert model.loss(theta, X, y) == pytest.approx(pair_by_pair, rel=1e-14)
    N = model.counts(X, y)
    assert model.loss_of_counts(theta, N) == model.loss(theta, X, y)
    np.testing.assert_array_equal(
        model.grad_of_counts(theta, N), model.grad(theta, X, y)
    )


def test_the_bigram_gradient_agrees_with_differences(toy, rng):
    model, X, y = toy
    theta = rng.normal(size=len(model.init()))
    report = check_gradient(
        lambda t: model.loss(t, X, y), lambda t: model.grad(t, X, y), theta
    )
    assert report, report.message
    assert report.error < 1e-7


def test_the_bigram_gradient_is_what_was_expected_less_what_was_seen(toy):
    model, X, y = toy
    V, n = len(model.vocabulary), len(y)
    g = model.grad(model.init(), X, y).reshape(V, V)
    seen = [[TOY.count(a + b) for b in model.vocabulary] for a in model.vocabulary]
    expected = [[TOY[:-1].count(a) / V] * V for a in model.vocabulary]
    np.testing.assert_allclose(g, (np.array(expected) - seen) / n, atol=1e-16)
    np.testing.assert_allclose(g.sum(axis=1), 0, atol=1e-16)


def test_at_the_frequencies_the_loss_is_the_conditional_entropy(toy):
    model, X, y = toy
    N = model.counts(X, y)
    theta = np.where(N > 0, np.log(np.maximum(N, 1)), -800.0).ravel()
    assert model.loss(theta, X, y) == pytest.approx(
        conditional_entropy(X, y), rel=1e-13
    )
    np.testing.assert_allclose(model.grad(theta, X, y), 0, atol=1e-15)


def test_no_table_beats_the_conditional_entropy(toy, rng):
    model, X, y = toy
    H = conditional_entropy(X, y)
    assert 0.5 < H < 1.5
    for scale in (0.1, 1, 10):
        for _ in range(20):
            theta = scale * rng.normal(size=len(model.init()))
            assert model.loss(theta, X, y) > H


def test_descent_comes_down_to_the_conditional_entropy(toy):
    model, X, y = toy
    H, N = conditional_entropy(X, y), model.counts(X, y)
    losses = {}
    walk = descend(
        lambda t: model.grad_of_counts(t, N), model.init(), learning_rate=5.0
    )
    for step, theta in enumerate(walk):
        if step in (0, 10, 100, 1000, 5000):
            losses[step] = model.loss_of_counts(theta, N)
        if step == 5000:
            break
    above = np.array(list(losses.values())) - H
    assert (above > 0).all()
    assert (np.diff(above) < 0).all()
    assert above[-2] < 1e-2
    assert above[-1] < 2e-3


def test_a_character_that_never_came_has_a_row_without_gradient(toy):
    _, X, y = toy
    vocabulary = alphabet(TOY) + "xz"
    model = Bigram(vocabulary)
    theta = np.random.default_rng(0).normal(size=len(model.init()))
    X, y = windows(encode(TOY, vocabulary), context=1)
    g = model.grad(theta, X, y).reshape(len(vocabulary), -1)
    assert (g[-2:] == 0).all()
    assert (g[:-2] != 0).all()  # a column of theirs does: they might have come


def test_with_one_past_for_all_a_bigram_is_a_unigram(rng):
    model, n = Bigram("abcd"), 200
    y = rng.choice(4, size=n, p=[0.5, 0.3, 0.1, 0.1])
    X, frequencies = np.zeros(n, int), np.bincount(y) / n
    theta = rng.normal(size=16)
    p = softmax(theta[:4])
    g = model.grad(theta, X, y)
    np.testing.assert_allclose(g[:4], p - frequencies, rtol=1e-13)
    assert (g[4:] == 0).all()
    walk = descend(model.grad, theta, learning_rate=2.0, batches=[(X, y)] * 300)
    assert model.loss(last(walk), X, y) == pytest.approx(entropy(n * frequencies), 1e-6)


def test_logits_of_any_size_give_a_finite_loss():
    model = Bigram("ab")
    theta = np.array([1e4, -1e4, 0.0, 1e4])
    X, y = np.array([0, 1]), np.array([1, 1])
    assert model.loss(theta, X, y) == 1e4  # 2·10⁴ for one of two pairs
    np.testing.assert_allclose(model.grad(theta, X, y), [0.5, -0.5, 0, 0], atol=1e-300)


# ------------------------------------------------------------- the model of characters


def test_the_gradient_of_the_character_model_agrees_with_differences(rng):
    model, theta, X, y = small_model(rng)
    report = check_gradient(
        lambda t: model.loss(t, X, y), lambda t: model.grad(t, X, y), theta, rng=rng
    )
    assert report, report.message
    assert report.error < 1e-7


def test_loss_and_gradient_in_one_pass_are_the_loss_and_the_gradient(rng):
    model, theta, X, y = small_model(rng)
    loss, g = model.loss_and_grad(theta, X, y)
    assert loss == model.loss(theta, X, y)
    np.testing.assert_array_equal(g, model.grad(theta, X, y))


def test_a_character_that_was_not_read_has_an_embedding_without_gradient(rng):
    model, theta, X, y = small_model(rng)
    X[X == 3] = 1
    g = unflatten(model.grad(theta, X, y), model.shapes)["E"]
    assert (g[3] == 0).all()
    assert (np.delete(g, 3, axis=0) != 0).all()


def test_a_character_read_twice_adds_up_both_slopes(rng):
    model, theta, _, y = small_model(rng, n=1)
    X = np.array([[2, 2, 4]])
    apart = np.array([[1, 2, 4]])  # the same points, if the row of 1 is that of 2
    p = unflatten(theta, model.shapes)
    p["E"][1] = p["E"][2]
    together = unflatten(model.grad(theta, X, y), model.shapes)["E"]
    split = unflatten(model.grad(theta, apart, y), model.shapes)["E"]
    assert (split[1:3] != 0).all()
    np.testing.assert_allclose(together[2], split[1] + split[2], rtol=1e-13)


def test_a_fresh_character_model_guesses_nearly_evenly(rng):
    model = CharacterModel(alphabet(TOY))
    X, y = windows(encode(TOY, model.vocabulary), model.context)
    loss = model.loss(model.init(rng), X, y)
    assert loss == pytest.approx(np.log(len(model.vocabulary)), abs=0.05)


def test_a_text_learned_by_heart_comes_down_to_its_conditional_entropy(rng):
    model = CharacterModel(alphabet(TOY), context=2, embedding=8, hidden=32)
    X, y = windows(encode(TOY, model.vocabulary), model.context)
    H = conditional_entropy(X, y)
    assert H > 0.2  # the mat, the man: two characters do not settle the third
    batches = [(X, y)] * 500
    theta = last(
        descend(model.grad, model.init(rng), adam, learning_rate=0.02, batches=batches)
    )
    assert H < model.loss(theta, X, y) < H + 0.01


def test_without_context_the_character_model_learns_frequencies(rng):
    model = CharacterModel("abcd", context=0, embedding=2, hidden=3)
    X, y = windows(rng.choice(4, size=300, p=[0.5, 0.3, 0.1, 0.1]), context=0)
    theta = last(
        descend(model.grad, model.init(rng), learning_rate=1.0, batches=[(X, y)] * 300)
    )
    frequencies = np.bincount(y) / len(y)
    np.testing.assert_allclose(
        softmax(model.predict(theta, X[:1]))[0], frequencies, atol=1e-6
    )
    assert model.loss(theta, X, y) == pytest.approx(conditional_entropy(X, y), rel=1e-9)


def test_eight_characters_of_alice_beat_every_table_of_pairs(rng):
    book = text()[:40_000]
    model = CharacterModel(alphabet(book), embedding=8, hidden=32)
    X, y = windows(encode(book, model.vocabulary), model.context)
    stream = minibatches(X, y, size=32, epochs=1, rng=rng)
    theta = model.init(rng).astype(np.float32)
    theta = last(descend(model.grad, theta, adam, learning_rate=0.005, batches=stream))
    assert theta.dtype == np.float32
    bound = conditional_entropy(X[:, -1], y)  # what no bigram model can beat
    assert model.loss(theta, X, y) < bound - 0.1


def test_training_takes_the_path_that_torch_takes():
    golden = json.loads(GOLDEN.read_text("utf-8"))
    X, y = windows(encode(TEXT, MODEL.vocabulary), MODEL.context)
    walk = descend(
        MODEL.grad,
        start(MODEL),
        momentum,
        learning_rate=0.1,
        batches=golden_batches(X, y),
    )
    for step, theta in enumerate(walk):
        if str(step) in golden["loss"]:
            np.testing.assert_allclose(
                MODEL.loss(theta, X, y), golden["loss"][str(step)], rtol=1e-12
            )
    assert step == 200
    np.testing.assert_allclose(theta[::7], golden["theta"], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(theta), golden["norm"], rtol=1e-12)


# ------------------------------------------------------------------------ writing on


def test_the_same_seed_writes_the_same_text(toy, rng):
    model, theta = toy[0], rng.normal(size=len(toy[0].init()))
    write = lambda seed: generate(
        model, theta, np.random.default_rng(seed), length=50, prompt="the "
    )
    assert write(1) == write(1) != write(2)
    assert write(1).startswith("the ")
    assert len(write(1)) == 54
    assert set(write(1)) <= set(model.vocabulary)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_characters_are_drawn_from_the_softmax_of_logits_over_temperature(
    temperature, rng
):
    logits = np.array([1.0, 0.0, -1.0, 0.5])
    model, n = Bigram("abcd"), 4000
    written = generate(
        model, np.tile(logits, 4), rng, length=n, prompt="a", temperature=temperature
    )
    p = softmax(logits / temperature)
    found = np.array([written[1:].count(c) for c in "abcd"]) / n
    assert (abs(found - p) < 4 * np.sqrt(p * (1 - p) / n)).all()


def test_at_temperature_zero_the_likeliest_is_written(rng):
    model, theta, *_ = small_model(rng)
    written = generate(model, theta, rng, length=30, prompt="abc", temperature=0)
    for i in range(3, 33):
        X = encode(written[i - 3 : i], "abcde")[None, :]
        assert written[i] == "abcde"[model.predict(theta, X)[0].argmax()]
    cold = generate(model, theta, rng, length=30, prompt="abc", temperature=1e-9)
    assert cold == written


def test_a_model_writes_the_text_that_it_knows_by_heart(rng):
    rhyme = "one for sorrow, two for joy, three for a girl"
    model = CharacterModel(alphabet(rhyme), context=7, embedding=8, hidden=32)
    X, y = windows(encode(rhyme, model.vocabulary), model.context)
    assert conditional_entropy(X, y) == 0  # seven characters settle the next
    batches = [(X, y)] * 200
    theta = last(
        descend(model.grad, model.init(rng), adam, learning_rate=0.02, batches=batches)
    )
    length = len(rhyme) - 7
    assert rhyme == generate(
        model, theta, rng, length=length, prompt=rhyme[:7], temperature=0
    )


# ------------------------------------------------------------------------- contracts


def test_float32_parameters_stay_float32(toy, rng):
    bigram, X, y = toy
    V = len(bigram.vocabulary)
    model, theta, X3, y3 = small_model(rng)
    for m, t, A, b in ((bigram, rng.normal(size=V * V), X, y), (model, theta, X3, y3)):
        small = t.astype(np.float32)
        assert m.predict(small, A).dtype == np.float32
        assert m.loss(small, A, b).dtype == np.float32
        assert m.grad(small, A, b).dtype == np.float32
        np.testing.assert_allclose(m.grad(small, A, b), m.grad(t, A, b), atol=1e-6)


def test_a_model_changes_nothing_it_is_given(rng):
    model, theta, X, y = small_model(rng)
    before = theta.copy(), X.copy(), y.copy()
    g = model.grad(theta, X, y)
    for array, copy in zip((theta, X, y), before, strict=True):
        np.testing.assert_array_equal(array, copy)
    assert not np.shares_memory(g, theta)


def test_what_cannot_be_encoded_is_explained():
    with pytest.raises(ValueError, match=r"'é'.*alphabet\(text\)"):
        encode("café", "acf")
    with pytest.raises(ValueError, match="has 3 characters"):
        windows(np.arange(3), context=3)
    with pytest.raises(ValueError, match="context is -1"):
        windows(np.arange(3), context=-1)


@pytest.mark.parametrize("model", [Bigram("abc"), CharacterModel("abc", context=1)])
def test_codes_outside_the_vocabulary_are_explained(model, rng):
    theta = model.init(rng)
    for wrong in (3, -1):
        X = np.array([[0], [wrong]])
        said = rf"X is {wrong} at position 1, 0; .*vocabulary of 3, .*from 0 to 2"
        with pytest.raises(ValueError, match=said):
            model.loss(theta, X, np.array([0, 0]))
        with pytest.raises(ValueError, match="0 to 2"):
            model.grad(theta, np.array([[0], [1]]), np.array([0, wrong]))
    with pytest.raises(TypeError, match=r"X has dtype float64; .*encode"):
        model.loss(theta, np.array([[0.0]]), np.array([0]))


@pytest.mark.parametrize("wrong", [3, -1])
def test_a_code_outside_the_vocabulary_is_no_character(wrong):
    """Python would count −1 from the end, and write a character that nobody meant."""
    said = rf"codes is {wrong} at position 1; .*vocabulary of 3, .*from 0 to 2"
    with pytest.raises(ValueError, match=said):
        decode([0, wrong], "abc")
    assert decode([], "abc") == ""


def test_zero_times_the_logarithm_of_zero_is_zero():
    assert entropy([0, 7]) == 0
    assert entropy([3, 0, 3]) == pytest.approx(np.log(2), rel=1e-15)


def test_windows_of_the_wrong_length_are_explained(rng):
    model = CharacterModel("abc", context=2)
    with pytest.raises(ValueError, match=r"needs \(n, 2\)"):
        model.loss(model.init(rng), np.zeros((4, 3), int), np.zeros(4, int))
    for wrong in (np.zeros((4, 2), int), np.zeros(1, int)):
        with pytest.raises(ValueError, match=r"y \(4,\), which makes no pairs"):
            Bigram("abc").loss(np.zeros(9), wrong, np.zeros(4, int))


def test_what_cannot_be_written_on_is_explained(rng):
    model = CharacterModel("abc", context=4)
    theta = model.init(rng)
    with pytest.raises(ValueError, match=r"prompt is 'abc'.*4 characters"):
        generate(model, theta, rng, length=3, prompt="abc")
    with pytest.raises(ValueError, match="'x'"):
        generate(model, theta, rng, length=3, prompt="abcx")
    with pytest.raises(ValueError, match="temperature is -1"):
        generate(model, theta, rng, length=3, prompt="abca", temperature=-1)
    assert generate(model, theta, rng, length=0, prompt="abca") == "abca"


def test_a_text_without_pairs_is_explained():
    model = Bigram("ab")
    with pytest.raises(ValueError, match="no pairs"):
        model.loss(model.init(), np.empty(0, int), np.empty(0, int))
