"""The next character: pairs, the floor, look-ups, writing on, and perplexity."""

import numpy as np

from gdlib.grading import Mistake, question


def _log_softmax(z, axis=-1):
    """Return log p, with the largest logit taken out first."""
    z = z - z.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


# =================================================================== bigram_counts
def _counts(codes, V):
    N = np.zeros((V, V), dtype=int)
    np.add.at(N, (codes[:-1], codes[1:]), 1)
    return N


def loses_repeats(codes, V):
    N = np.zeros((V, V), dtype=int)
    N[codes[:-1], codes[1:]] += 1
    return N


def goes_round(codes, V):
    N = _counts(codes, V)
    N[codes[-1], codes[0]] += 1
    return N


def takes_disjoint_pairs(codes, V):
    N = np.zeros((V, V), dtype=int)
    for a, b in zip(codes[:-1:2], codes[1::2], strict=True):
        N[a, b] += 1
    return N


def forgets_the_last_pair(codes, V):
    return _counts(codes[:-1], V)


def counts_shares(codes, V):
    N = _counts(codes, V)
    return N / np.maximum(N.sum(axis=1, keepdims=True), 1)


def counts_from_one(codes, V):
    return _counts(codes, V) + 1


def sizes_by_the_largest(codes, V):
    return _counts(codes, int(codes.max()) + 1)


def counts_characters(codes, V):
    return np.bincount(codes, minlength=V)


def counts_both_ways(codes, V):
    N = _counts(codes, V)
    return N + N.T


def counts_by_bincount(codes, V):
    """Number the pairs, and count the numbers."""
    pairs = np.asarray(codes[:-1]) * V + codes[1:]
    return np.bincount(pairs, minlength=V * V).reshape(V, V)


def counts_by_loop(codes, V):
    """Go through the text with a finger on each pair."""
    N = [[0] * V for _ in range(V)]
    for i in range(len(codes) - 1):
        N[codes[i]][codes[i + 1]] += 1
    return N


def searches_in_a_string(codes, V):
    told = "".join(chr(65 + a) for a in codes)
    pairs = [[chr(65 + a) + chr(65 + b) for b in range(V)] for a in range(V)]
    return np.array([[told.count(pair) for pair in row] for row in pairs])


PAIRS = "The pairs 01, 10, 00, 01 of [0, 1, 0, 0, 1] make the row 0 of 1, 2, 0"


@question(
    "natural-language-processing.bigram_counts",
    points=4,
    needs="bigram_counts",
    start="Begin with np.zeros((V, V)), and add 1 at [a, b] for each pair.",
    well_done=(
        "This table is all that a model with one character of memory can learn. The "
        "floor of its loss, its best bets and its gradient are made of it."
    ),
    hints=[
        f"Where to look: {PAIRS}; print yours, and look at each of its entries.",
        "The book: Natural language processing: the next character, section The idea.",
    ],
    mistakes=[
        Mistake(
            "repeats-lost",
            loses_repeats,
            "No entry of yours is above 1. `N[a, b] += 1` with arrays of places reads "
            "all entries first and writes each once, so a pair that comes a hundred "
            "times is counted once. np.add.at(N, (a, b), 1) adds every time.",
        ),
        Mistake(
            "transposed",
            lambda codes, V: _counts(codes, V).T,
            "Your table lies on its side: the row is the character that came first, "
            "the column the one that followed. N[a, b] counts ab.",
        ),
        Mistake(
            "round",
            goes_round,
            "You count one pair too many, from the last character back to the first. "
            "(np.roll does that.) A text is a line and not a ring.",
        ),
        Mistake(
            "disjoint",
            takes_disjoint_pairs,
            "You cut the text into pieces of two, and half of the pairs are lost. In "
            "abc both ab and bc are pairs: each character but the ends is in two.",
        ),
        Mistake(
            "last-lost",
            forgets_the_last_pair,
            "The last pair is missing: of n characters there are n − 1 pairs, "
            "codes[:-1] with codes[1:].",
        ),
        Mistake(
            "shares",
            counts_shares,
            "You return shares, with rows that add up to 1. Asked for are the counts; "
            "the loss needs to know how often a row came up.",
        ),
        Mistake(
            "plus-one",
            counts_from_one,
            "Each entry is one too large. To lend a count to pairs that never came is "
            "a good habit in a bet, and here it is not counting.",
        ),
        Mistake(
            "too-small",
            sizes_by_the_largest,
            "Your table is as large as the largest code in this text. Its shape is "
            "(V, V): another text may hold the characters that this one lacks.",
        ),
        Mistake(
            "single",
            counts_characters,
            "You count characters. A bigram counts pairs: a table of V rows and V "
            "columns.",
        ),
        Mistake(
            "string-count",
            searches_in_a_string,
            "A pair of equal characters is counted too seldom: the count of a string "
            "does not let findings overlap, and in aaa it sees aa once. There are two.",
        ),
        Mistake(
            "both-ways",
            counts_both_ways,
            "You count each pair both as ab and as ba. After q comes u; that says "
            "nothing about what comes after u.",
        ),
    ],
    right=[_counts, counts_by_bincount, counts_by_loop],
)
def check_bigram_counts(s):
    """Count a text; then one that lacks a character, and one that is very short."""

    def draw(V, n, missing=0):
        codes = s.rng.integers(V - missing, size=n)
        codes[7:10] = codes[7]  # aaa holds aa twice
        return codes

    with s.part("the counts", points=2):
        hand = s.call("bigram_counts", np.array([0, 1, 0, 0, 1]), 3)
        s.expect_close(hand, [[1, 2, 0], [1, 0, 0], [0, 0, 0]], f"{PAIRS}.")
        codes = draw(4, 60)
        got = s.call("bigram_counts", codes, 4)
        s.expect_close(got, _counts(codes, 4), "The counts are not those of the text.")
    with s.part("absent characters"):
        codes = draw(6, 50, missing=2)
        got = s.call("bigram_counts", codes, 6)
        want = _counts(codes, 6)
        s.expect_close(got, want, "Where V is larger than the codes need, they differ.")
    with s.part("the text stays as it was"):
        codes = draw(5, 31)
        got = s.call("bigram_counts", codes, 5)
        s.expect_close(
            got, _counts(codes, 5), "This counts once the counts do.", explain=False
        )
        s.expect_untouched("After the call, the codes have changed. Leave them alone.")


# ======================================================================= bigram_gd
def _descent(
    softmax=_log_softmax,
    gradient=lambda N, p, n, rows: (rows * p - N) / n,
    loss=lambda N, log_p, n: -(N * log_p).sum() / n,
    begin=lambda N: np.zeros(N.shape),
    sign=-1,
    shown=slice(None),
    more=0,
    result=lambda theta, losses: (theta, losses),
):
    """Make a descent in which one thing is done otherwise."""

    def bigram_gd(N, learning_rate, steps):
        n, rows = N.sum(), N.sum(axis=1, keepdims=True)
        theta, losses = begin(N), []
        for t in range(steps + 1 + more):
            log_p = softmax(theta)
            losses.append(loss(N, log_p, n))
            if t < steps + more:
                g = gradient(N, np.exp(log_p), n, rows)
                theta = theta + sign * learning_rate * g
        return result(theta, np.array(losses)[shown])

    return bigram_gd


def _unshifted(z):
    with np.errstate(all="ignore"):
        return np.log(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))


def descends_by_hand(N, learning_rate, steps):
    """Row by row: the rows of the table do not know of one another."""
    n, losses = N.sum(), np.zeros(steps + 1)
    theta = np.zeros(N.shape)
    for a, row in enumerate(N):
        z = theta[a]
        for t in range(steps + 1):
            weights = np.exp(z - z.max())
            p = weights / weights.sum()
            losses[t] += row.sum() / n * (np.log(weights.sum()) + z.max())
            losses[t] -= row @ z / n
            if t < steps:
                z = z - learning_rate * (row.sum() * p - row) / n
        theta[a] = z
    return theta, losses


@question(
    "natural-language-processing.bigram_gd",
    points=5,
    needs="bigram_gd",
    start="Start at np.zeros(N.shape), and write the loss of that table first.",
    well_done=(
        "It starts at ln V, it falls, and it stays above the conditional entropy. Keep "
        "these three: they catch more bugs in language models than any debugger."
    ),
    hints=[
        "Where to look: at θ = 0 every bet is 1/V. So the first loss is ln V, and the "
        "first slope of entry ab is (N_a/V − N_ab)/n.",
        "The book: Natural language processing: the next character, section The "
        "mathematics.",
    ],
    mistakes=[
        Mistake(
            "columns",
            _descent(softmax=lambda z: _log_softmax(z, axis=0)),
            "Your softmax goes down the columns. Each row is a bet on what comes next "
            "and adds up to 1: axis=1. Bets that do not add up to 1 can go below the "
            "conditional entropy, and that is how such a bug is found.",
        ),
        Mistake(
            "whole-table",
            _descent(softmax=lambda z: _log_softmax(z.ravel()).reshape(z.shape)),
            "You share one bet among all V² pairs, and your loss starts at 2 ln V. "
            "Given the last character only its row can come: one softmax a row.",
        ),
        Mistake(
            "rows-alike",
            _descent(
                gradient=lambda N, p, n, rows: np.where(
                    rows > 0, p - N / np.maximum(rows, 1), 0
                )
            ),
            "Your slope is p − N_ab/N_a, in which all rows count alike. The loss is a "
            "mean over pairs: a row counts as often as it came up, N_a/n.",
        ),
        Mistake(
            "sum-gradient",
            _descent(gradient=lambda N, p, n, rows: rows * p - N),
            "Your gradient is that of the sum over all pairs, n times too long. The "
            "loss is the mean: divide by n = N.sum().",
        ),
        Mistake(
            "sum-loss",
            _descent(loss=lambda N, log_p, n: -(N * log_p).sum()),
            "Your losses are sums over all pairs. Divide by n = N.sum(): then the "
            "first is ln V, whatever the length of the text.",
        ),
        Mistake(
            "rows-forgotten",
            _descent(gradient=lambda N, p, n, rows: (p - N) / n),
            "You compare a probability with a count. Expected is N_a·p: row a came up "
            "N_a times, and each time it bet p.",
        ),
        Mistake(
            "ascent",
            _descent(sign=1),
            "You walk uphill. The slope is expected less seen, and the step goes "
            "against it: what was seen more often than expected gets a larger logit.",
        ),
        Mistake(
            "bits",
            _descent(loss=lambda N, log_p, n: -(N * log_p).sum() / n / np.log(2)),
            "Your losses are in bits: the first is log₂ V. Here it is nats, np.log.",
        ),
        Mistake(
            "losses-late",
            _descent(shown=slice(1, None)),
            "The loss of the start is missing. It is the one that you know without "
            "computing, ln V: write it down before the first step.",
        ),
        Mistake(
            "losses-early",
            _descent(shown=slice(None, -1)),
            "The loss of the last table is missing: `steps` steps have `steps` + 1 "
            "places, both ends included.",
        ),
        Mistake(
            "one-more",
            _descent(more=1),
            "You take one step too many. Between `steps` + 1 losses there are `steps` "
            "steps.",
        ),
        Mistake(
            "probabilities",
            _descent(result=lambda theta, J: (np.exp(_log_softmax(theta)), J)),
            "The losses are right, and what you return with them are the bets p. Asked "
            "for is the table of logits, θ.",
        ),
        Mistake(
            "random-start",
            _descent(
                begin=lambda N: np.random.default_rng(0).normal(size=N.shape),
            ),
            "You start at random numbers. A single layer needs no luck to begin with: "
            "at θ = 0 all bets are even and the loss is ln V.",
        ),
        Mistake(
            "no-shift",
            _descent(softmax=_unshifted),
            "Where logits are large your losses are not numbers any more: e^1000 "
            "overflows, and the logarithm of a bet of 0 is −∞. Take the largest logit "
            "of each row away, and write ln p = z − ln Σ e^z.",
        ),
    ],
    right=[_descent(), descends_by_hand],
)
def check_bigram_gd(s):
    """Train on counts; look at the floor; then steps that make logits large."""

    def run(N, eta, steps):
        s.note(V=len(N), steps=steps, start=np.log(len(N)))
        theta, losses = s.unpack(s.call("bigram_gd", N, eta, steps), "theta, losses")
        return s.array(theta, N.shape), s.array(losses, (steps + 1,))

    def compare(N, eta, steps):
        theta, losses = run(N, eta, steps)
        table, heights = _descent()(N, eta, steps)
        s.note(first=losses[0], low=losses.min())
        seen = N[N > 0] / N.sum()
        rows = N.sum(axis=1) / N.sum()
        floor = -(seen * np.log(seen)).sum()
        floor += (rows[rows > 0] * np.log(rows[rows > 0])).sum()
        s.note(floor=floor)
        s.expect(
            abs(losses[0] - np.log(len(N))) < 1e-6,
            "Your first loss is {first:.4g}. At θ = 0 all bets are even, and that "
            "costs ln V = {start:.4g}.",
        )
        s.expect(
            losses.min() > floor - 1e-9,
            "A loss of yours is {low:.4g}, and the conditional entropy of these counts "
            "is {floor:.4g}. No table can do that: look whether each row of bets adds "
            "up to 1, and whether the loss is the mean of −ln p.",
        )
        s.expect_close(losses, heights, "The losses are not J.", rows="step")
        s.expect_close(theta, table, "The losses are right, the last table is not.")

    with s.part("the walk", points=3):
        N = s.rng.integers(1, 9, size=(4, 4)) * s.rng.integers(1, 4, size=(4, 1))
        compare(N, s.rng.uniform(1.0, 2.0), int(s.rng.integers(6, 12)))
    with s.part("pairs that never came"):
        N = s.rng.integers(1, 9, size=(5, 5))
        N[s.rng.permutation(5), np.arange(5)] = 0
        N[2] = 0
        compare(N, s.rng.uniform(1.0, 2.0), 7)
    with s.part("large logits"):
        N = 5 * np.eye(4, dtype=int)[s.rng.permutation(4)] + 0
        N[0] += s.rng.integers(1, 3, size=4)
        compare(N, s.rng.uniform(2e4, 3e4), 3)


# ================================================================== embedding_grad
def _adds(X, D, V):
    g = np.zeros((V, D.shape[-1]))
    np.add.at(g, X, D)
    return g


def loses_repeated_ids(X, D, V):
    g = np.zeros((V, D.shape[-1]))
    g[X] += D
    return g


def takes_means(X, D, V):
    seen = np.bincount(X.ravel(), minlength=V)
    return _adds(X, D, V) / np.maximum(seen, 1)[:, None]


def mixes_the_order(X, D, V):
    return _adds(X.T.ravel(), D.reshape(-1, D.shape[-1]), V)


def adds_with_one_hot(X, D, V):
    """Multiply with the transposed table of zeros and ones."""
    S = np.asarray(X).ravel()[:, None] == np.arange(V)
    return S.T.astype(float) @ D.reshape(-1, D.shape[-1])


def adds_by_loop(X, D, V):
    """Go through the places, one after another."""
    g = np.zeros((V, D.shape[2]))
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            g[X[i, j]] += D[i, j]
    return g


def adds_by_character(X, D, V):
    """Ask for each character where it was read."""
    return np.array([D[a == X].sum(axis=0) for a in range(V)])


TWICE = "X = [[2, 2]] with slopes 1 and 10 gives row 2 the sum, 11"


@question(
    "natural-language-processing.embedding_grad",
    points=4,
    needs="embedding_grad",
    start="Begin with np.zeros((V, D.shape[-1])) and add each slope to its row.",
    well_done=(
        "Who was read twice is taught twice, and who was not read is not taught. Every "
        "library that trains on words has this line at its bottom."
    ),
    hints=[
        f"Where to look: {TWICE}. What does yours say?",
        "The book: Natural language processing: the next character, section The "
        "mathematics.",
    ],
    mistakes=[
        Mistake(
            "repeats-lost",
            loses_repeated_ids,
            "A character that was read twice has the slope of its last reading only. "
            "`g[X] += D` reads all rows first and writes each once, and `g[a] = d` in "
            "a loop overwrites: repeated ids are lost, without a word. np.add.at(g, X, "
            "D) adds every time.",
        ),
        Mistake(
            "mean",
            takes_means,
            "You average the readings of a character. The loss is a mean already, and "
            "that is in D: what arrives at one row adds up.",
        ),
        Mistake(
            "divided",
            lambda X, D, V: _adds(X, D, V) / len(X),
            "You divide by the number of windows. D are slopes of the mean loss: the "
            "1/n is in them, and here it would come twice.",
        ),
        Mistake(
            "order",
            mixes_the_order,
            "Your slopes go to other characters than those that were read: X and D "
            "are laid flat in different orders. D[i, j] belongs to X[i, j].",
        ),
        Mistake(
            "first-place",
            lambda X, D, V: _adds(X[:, 0], D[:, 0], V),
            "You look at the first place of each window only. Every place looks up "
            "the same table, and all of them hand their slopes back to it.",
        ),
        Mistake(
            "last-place",
            lambda X, D, V: _adds(X[:, -1], D[:, -1], V),
            "You look at the last place of each window only. Every place looks up the "
            "same table, and all of them hand their slopes back to it.",
        ),
        Mistake(
            "seen-only",
            lambda X, D, V: _adds(X, D, V)[np.unique(X)],
            "You return rows only for what was read. θ has a row for each of the V "
            "characters, and the gradient has the shape of θ: the others are zero.",
        ),
        Mistake(
            "transposed",
            lambda X, D, V: _adds(X, D, V).T,
            "Yours has shape (k, V). A row of the gradient belongs to a character, as "
            "a row of E does: (V, k).",
        ),
        Mistake(
            "summed-points",
            lambda X, D, V: np.tile(D.sum(axis=(0, 1)), (V, 1)),
            "You give every character the sum of all slopes. Each slope belongs to the "
            "one character that was read at its place.",
        ),
    ],
    right=[_adds, adds_with_one_hot, adds_by_loop, adds_by_character],
)
def check_embedding_grad(s):
    """Repeated ids first, then absent ones; X and D stay."""

    def draw(V, n, c, k, missing=0):
        X = s.rng.integers(V - missing, size=(n, c))
        return X, s.rng.normal(size=(n, c, k))

    with s.part("the sums", points=2):
        X, D = np.array([[2, 2]]), np.array([[[1.0], [10.0]]])
        got = s.call("embedding_grad", X, D, 3)
        s.expect_close(got, [[0], [0], [11]], f"{TWICE}, and the rest is zero.")
        X, D = draw(4, 6, 3, 2)
        got = s.call("embedding_grad", X, D, 4)
        s.expect_close(got, _adds(X, D, 4), "The rows are not the sums of the slopes.")
    with s.part("who was not read"):
        X, D = draw(7, 5, 2, 3, missing=2)
        got = s.call("embedding_grad", X, D, 7)
        s.expect_close(got, _adds(X, D, 7), "Where characters are absent it differs.")
    with s.part("X and D stay as they were"):
        X, D = draw(3, 4, 3, 2)
        got = s.call("embedding_grad", X, D, 3)
        s.expect_close(
            got, _adds(X, D, 3), "This counts once the sums do.", explain=False
        )
        s.expect_untouched("After the call, X or D has changed. Leave both alone.")


# ===================================================================== sample_text
def _writer(
    row=lambda logits, last, first: logits[last],
    warm=lambda z, T: z / T,
    chances=lambda z: np.exp(_log_softmax(z)),
    draw=lambda rng, p: rng.choice(len(p), p=p / p.sum()),
    again=False,
    result=lambda first, written: np.array(written),
    more=0,
):
    """Make a writer in which one thing is done otherwise."""

    def sample_text(logits, first, length, temperature, seed):
        rng, last, written = np.random.default_rng(seed), first, []
        for _ in range(length + more):
            if again:
                rng = np.random.default_rng(seed)
            p = chances(warm(row(logits, last, first), temperature))
            last = int(draw(rng, p))
            written.append(last)
        return result(first, written)

    return sample_text


def writes_with_gumbel(logits, first, length, temperature, seed):
    rng, last, written = np.random.default_rng(seed), first, []
    for _ in range(length):
        noise = rng.gumbel(size=len(logits))
        last = int(np.argmax(logits[last] / temperature + noise))
        written.append(last)
    return np.array(written)


def _without_shift(z):
    with np.errstate(all="ignore"):
        return np.exp(z) / np.exp(z).sum()


def writes_by_sums(logits, first, length, temperature, seed):
    """Draw u, and walk along the sums of the bets until one is above it."""
    rng, codes = np.random.default_rng(seed), [first]
    for _ in range(length):
        z = [entry / temperature for entry in logits[codes[-1]]]
        weights = [np.exp(entry - max(z)) for entry in z]
        u, b = rng.random() * sum(weights), 0
        while u >= weights[b]:
            u, b = u - weights[b], b + 1
        codes.append(b)
    return codes[1:]


def writes_all_numbers_first(logits, first, length, temperature, seed):
    """Take all the numbers at once, then look them up in running sums."""
    z = logits / temperature
    sums = np.cumsum(np.exp(_log_softmax(z)), axis=1)
    last, written = first, np.zeros(length, dtype=int)
    for i, u in enumerate(np.random.default_rng(seed).random(length)):
        last = written[i] = np.argmax(u < sums[last] / sums[last, -1])
    return written


@question(
    "natural-language-processing.sample_text",
    points=5,
    needs="sample_text",
    start="Make the generator once, above the loop; in it: row, softmax, draw.",
    well_done=(
        "The same seed writes the same text, on every machine. That is what makes a "
        "bug in a generator something that you can show to somebody else."
    ),
    hints=[
        "Where to look: a table in which row 0 bets all on 1, row 1 all on 2 and row 2 "
        "all on 0. From 0 it writes 1, 2, 0, 1, whatever the seed.",
        "The book: Natural language processing: the next character, section The "
        "mathematics.",
    ],
    mistakes=[
        Mistake(
            "greedy",
            _writer(draw=lambda rng, p: p.argmax()),
            "You take the likeliest each time, and the seed does not matter. That goes "
            "round in circles; draw from p.",
        ),
        Mistake(
            "same-number",
            _writer(again=True),
            "You make the generator anew for each character, so all of them get the "
            "same number. Make it once, above the loop, and let it run.",
        ),
        Mistake(
            "hot-is-cold",
            _writer(warm=lambda z, T: z * T),
            "You multiply the logits by T, so that heat makes the model surer. The "
            "temperature divides: z/T.",
        ),
        Mistake(
            "no-temperature",
            _writer(warm=lambda z, T: z),
            "The temperature has no effect. (Bets that are divided by T and then "
            "made to add up to 1 are what they were.) Divide the logits, before the "
            "softmax.",
        ),
        Mistake(
            "first-row",
            _writer(row=lambda logits, last, first: logits[first]),
            "Each character is drawn from the row of `first`. The text goes on from "
            "what was written last: `last = ` the code that you drew.",
        ),
        Mistake(
            "columns",
            _writer(row=lambda logits, last, first: logits[:, last]),
            "You read a column: that is what may come *before* this character. The "
            "row of the last code bets on the next, logits[last].",
        ),
        Mistake(
            "first-included",
            _writer(result=lambda first, written: np.array([first, *written])),
            "Your text begins with `first`. Return only what was drawn, `length` "
            "codes.",
        ),
        Mistake(
            "one-short",
            _writer(more=-1),
            "You drew one code too few: `length` are asked for, and `first` is not "
            "one of them.",
        ),
        Mistake(
            "gumbel",
            writes_with_gumbel,
            "Gumbel's trick draws with the right chances, and takes V numbers a "
            "character, so it writes another text than this question can compare. "
            "Here take one number a character: rng.choice(V, p=p).",
        ),
        Mistake(
            "even-draws",
            _writer(draw=lambda rng, p: rng.integers(len(p))),
            "You draw all codes with equal chances. Hand the bets over: "
            "rng.choice(V, p=p).",
        ),
        Mistake(
            "no-shift",
            _writer(
                chances=_without_shift,
                draw=lambda rng, p: (
                    np.searchsorted(np.cumsum(p), rng.random())
                    if np.isfinite(p).all()
                    else 0
                ),
            ),
            "Where logits are a thousand, your bets are not numbers: e^1000 overflows. "
            "Take the largest logit of the row away first; it changes no bet.",
        ),
        Mistake(
            "no-shift-choice",
            _writer(
                chances=_without_shift,
                draw=lambda rng, p: rng.choice(len(p), p=p),
            ),
            "You hand rng.choice bets that are not numbers: e^1000 overflows to inf, "
            "and inf/inf is nan. Take the largest logit away before np.exp.",
        ),
    ],
    right=[_writer(), writes_by_sums, writes_all_numbers_first],
)
def check_sample_text(s):
    """A ring to walk, a text to write, a warm and a cold one, and large logits."""

    def write(logits, first, length, T, say):
        seed = int(s.rng.integers(10**6))
        s.note(temperature=T, length=length)
        got = s.call("sample_text", logits, first, length, T, seed)
        want = _writer()(logits, first, length, T, seed)
        again = s.call("sample_text", logits, first, length, T, seed)
        s.expect(
            np.array_equal(s.array(got, (length,)), s.array(again, (length,))),
            "Two calls with one seed write two texts. Draw from "
            "np.random.default_rng(seed), and from nothing else.",
        )
        s.expect_close(got, want, say)

    with s.part("one after another", points=2):
        V = 5
        logits = 1.5 * s.rng.normal(size=(V, V))
        write(logits, int(s.rng.integers(V)), 40, 1.0, "At T = 1 the text differs.")
    with s.part("temperature", points=2):
        for T in (0.4, 2.5):
            logits = s.rng.normal(size=(6, 6))
            say = "At T = {temperature} the text differs."
            write(logits, 2, 40, T, say)
    with s.part("large logits"):
        logits = 1000 + s.rng.normal(size=(4, 4))
        write(logits, 1, 30, 0.8, "With logits of a thousand the text differs.")


# ====================================================================== perplexity
def _perplexity(
    softmax=_log_softmax,
    loss=lambda log_p: -log_p.mean(),
    power=np.exp,
):
    """Make a perplexity in which one thing is done otherwise."""

    def perplexity(logits, y):
        with np.errstate(all="ignore"):
            log_p = softmax(logits)[np.arange(len(y)), y]
            return power(loss(log_p))

    return perplexity


def multiplies_first(logits, y):
    p = np.exp(_log_softmax(logits))[np.arange(len(y)), y]
    with np.errstate(all="ignore"):
        return np.prod(p) ** (-1 / len(y))


def multiplies_roots(logits, y):
    """Take the n-th root of each 1/p, and multiply them."""
    product = 1.0
    for z, b in zip(logits, y, strict=True):
        odds = sum(np.exp(entry - z[b]) for entry in z)  # 1/p
        product *= odds ** (1 / len(y))
    return product


def raises_two(logits, y):
    """Measure in bits, and raise 2 to it."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = shifted[np.arange(len(y)), y] / shifted.sum(axis=1)
    return 2 ** -np.log2(p).mean()


@question(
    "natural-language-processing.perplexity",
    points=4,
    needs="perplexity",
    start="First the mean of −ln p over the codes that came, then its exponential.",
    well_done=(
        "A number that needs no unit: in nats or in bits, the perplexity is the same, "
        "as long as the base fits the logarithm."
    ),
    hints=[
        "Where to look: two places with bets of 1/2 and 1/8 on what came. The mean of "
        "−ln p is ln 4, so the answer is 4.",
        "The book: Natural language processing: the next character, section The idea.",
    ],
    mistakes=[
        Mistake(
            "two-of-nats",
            _perplexity(power=np.exp2),
            "You raise 2 to a loss in nats. The base has to fit the logarithm: e for "
            "ln, 2 for log₂. Mixed, an even bet among four says 2.6.",
        ),
        Mistake(
            "e-of-bits",
            _perplexity(power=lambda J: np.exp(J / np.log(2))),
            "You raise e to a loss in bits. The base has to fit the logarithm: 2 for "
            "log₂, e for ln. Mixed, an even bet among four says 7.4.",
        ),
        Mistake(
            "loss",
            _perplexity(power=lambda J: J),
            "This is the loss J, in nats. Perplexity is its exponential, e^J.",
        ),
        Mistake(
            "sum",
            _perplexity(loss=lambda log_p: -log_p.sum()),
            "You add the costs of the whole text: that grows with its length. "
            "Perplexity is e to the *mean*.",
        ),
        Mistake(
            "mean-outside",
            _perplexity(loss=lambda log_p: -log_p, power=lambda J: np.exp(J).mean()),
            "You take the exponential first and the mean after: the mean of 1/p. One "
            "bet near zero decides it alone. First the mean of −ln p, then e.",
        ),
        Mistake(
            "mean-bet",
            _perplexity(loss=lambda log_p: log_p, power=lambda J: 1 / np.exp(J).mean()),
            "This is 1 over the mean bet. The mean has to be taken of the logarithms: "
            "perplexity is 1 over the *geometric* mean of the bets.",
        ),
        Mistake(
            "upside-down",
            _perplexity(loss=lambda log_p: log_p.mean()),
            "Yours is below 1: the minus is missing. The cost is −ln p.",
        ),
        Mistake(
            "columns",
            _perplexity(softmax=lambda z: _log_softmax(z, axis=0)),
            "Your softmax goes down the columns, over places of the text. Each place "
            "is one bet among V characters: axis=1.",
        ),
        Mistake(
            "all-columns",
            lambda logits, y: np.exp(-_log_softmax(logits)[:, y].mean()),
            "`[:, y]` takes the columns y of every row, n × n bets. Each place has one "
            "character that came: [np.arange(len(y)), y].",
        ),
        Mistake(
            "entropy",
            lambda logits, y: np.exp(
                -(np.exp(_log_softmax(logits)) * _log_softmax(logits)).sum(1).mean()
            ),
            "You measure how unsure the model is, and do not look at y. A model can be "
            "sure and mistaken: what counts is the bet on what came.",
        ),
        Mistake(
            "likeliest",
            _perplexity(
                softmax=lambda z: np.repeat(
                    _log_softmax(z).max(axis=1, keepdims=True), z.shape[1], axis=1
                )
            ),
            "You look at the largest bet of each row. What is paid for is the bet on "
            "the character that came, y.",
        ),
        Mistake(
            "no-shift",
            _perplexity(softmax=_unshifted),
            "Where logits are a thousand, you return no number: e^1000 overflows. Take "
            "the largest logit of each row away first.",
        ),
        Mistake(
            "product",
            multiplies_first,
            "On a long text the product of your bets is zero to the computer, and its "
            "root infinite. Add logarithms, and take e at the end.",
        ),
    ],
    right=[_perplexity(), multiplies_roots, raises_two],
)
def check_perplexity(s):
    """Two bets by hand, drawn bets, a long text, and large logits."""
    with s.part("the mean bet", points=2):
        by_hand = np.log([[0.5, 0.25, 0.25], [0.125, 0.5, 0.375]])
        got = s.call("perplexity", by_hand, np.array([0, 0]))
        s.expect_close(got, 4.0, "For bets of 1/2 and 1/8 on what came it is not 4.")
        logits = 1.5 * s.rng.normal(size=(7, 5))
        y = s.rng.integers(5, size=7)
        got = s.call("perplexity", logits, y)
        s.expect_close(got, _perplexity()(logits, y), "It is not e to the mean loss.")
    with s.part("a long text"):
        logits, y = s.rng.normal(size=(1500, 4)), s.rng.integers(4, size=1500)
        got = s.call("perplexity", logits, y)
        s.expect_close(got, _perplexity()(logits, y), "For 1500 places it is not e^J.")
    with s.part("large logits"):
        logits = 1000 * (1 + s.rng.integers(2, size=(6, 1)))
        logits = logits + s.rng.normal(size=(6, 4))
        y = s.rng.integers(4, size=6)
        got = s.call("perplexity", logits, y)
        s.expect_close(
            got, _perplexity()(logits, y), "With large logits it is not e^J."
        )
