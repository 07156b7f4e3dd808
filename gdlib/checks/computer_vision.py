"""Computer vision: filters and their slopes, pooling, augmentation, honest splits."""

import numpy as np

from gdlib.grading import Mistake, question

# =========================================================================== conv2d
HAND = (
    "With the image [[1, 2, 3], [4, 5, 6]] and K = [[1, 10]] the map is [[21, 32], "
    "[54, 65]]"
)


def _conv(
    kernel=lambda K: K,
    padded=np.pad,
    short=0,
    merge=np.sum,
    kind=lambda image: float,
    shape=lambda rows, cols: (rows, cols),
):
    """Make a convolution in which one thing is done otherwise."""

    def conv2d(image, K, pad):
        K, wide = kernel(np.asarray(K)), padded(image, pad)
        a, b = K.shape
        rows, cols = wide.shape[0] - a + 1 - short, wide.shape[1] - b + 1 - short
        out = np.zeros(shape(rows, cols), dtype=kind(image))
        for r, c in np.ndindex(rows, cols):
            out[r, c] = merge(K * wide[r : r + a, c : c + b])
        return out

    return conv2d


def keeps_the_size(image, K, pad):
    out = np.zeros(image.shape)
    inner = _conv()(image, K, pad)
    rows, cols = np.minimum(inner.shape, out.shape)
    out[:rows, :cols] = inner[:rows, :cols]
    return out


def steps_by_the_window(image, K, pad):
    full = _conv()(image, K, pad)
    return full[:: K.shape[0], :: K.shape[1]]


def pads_the_map(image, K, pad):
    return np.pad(_conv()(image, K, 0), pad)


def multiplies_matrices(image, K, pad):
    wide = np.pad(image, pad)
    a, b = K.shape
    out = np.zeros((wide.shape[0] - a + 1, wide.shape[1] - b + 1))
    for r, c in np.ndindex(out.shape):
        out[r, c] = (K @ wide[r : r + a, c : c + b]).sum()
    return out


def bends_too(image, K, pad):
    return np.maximum(_conv()(image, K, pad), 0)


def conv2d_by_slices(image, K, pad):
    """Add up one shifted picture for each weight."""
    wide = np.pad(np.asarray(image, dtype=float), pad)
    rows, cols = wide.shape[0] - K.shape[0] + 1, wide.shape[1] - K.shape[1] + 1
    return sum(
        K[i, j] * wide[i : i + rows, j : j + cols] for i, j in np.ndindex(K.shape)
    )


def conv2d_by_patches(image, K, pad):
    """Look at all windows at once."""
    wide = np.pad(image, ((pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(wide, K.shape)
    return np.einsum("rcij,ij->rc", windows, K)


def conv2d_by_lists(image, K, pad):
    """Four loops over plain numbers."""
    rows, cols = len(image), len(image[0])
    ink = lambda r, c: image[r][c] if 0 <= r < rows and 0 <= c < cols else 0.0
    return [
        [
            float(
                sum(
                    K[i][j] * ink(r + i - pad, c + j - pad)
                    for i in range(len(K))
                    for j in range(len(K[0]))
                )
            )
            for c in range(cols + 2 * pad - len(K[0]) + 1)
        ]
        for r in range(rows + 2 * pad - len(K) + 1)
    ]


@question(
    "computer-vision.conv2d",
    points=5,
    needs="conv2d",
    start=(
        "Start with the size of the map: how many places has a window of a rows in a "
        "padded picture of h + 2·pad rows?"
    ),
    well_done=(
        "The same few weights at every place. A library lays the windows out as "
        "columns and does this as one product of matrices; the numbers are yours."
    ),
    hints=[
        f"Where to look: one that can be done by hand, without padding. {HAND}.",
        "The book: Computer vision: a small convolutional network, section The idea.",
    ],
    mistakes=[
        Mistake(
            "flipped",
            _conv(kernel=lambda K: K[::-1, ::-1]),
            "Your filter is turned by half a turn: this is the convolution of the "
            "mathematicians, K[::-1, ::-1]. Networks, and this book, lay the filter on "
            "the picture as it is.",
        ),
        Mistake(
            "upside-down",
            _conv(kernel=lambda K: K[::-1]),
            "Your filter stands on its head: its last row meets the first row of the "
            "window. Weight K[i, j] goes with pixel (r + i, c + j).",
        ),
        Mistake(
            "transposed",
            _conv(kernel=lambda K: K.T),
            "Rows and columns of the filter are exchanged: weight K[i, j] meets pixel "
            "(r + j, c + i). For a filter that is not square the shape of the map "
            "gives it away.",
        ),
        Mistake(
            "one-short",
            _conv(short=1),
            "The last row and the last column of the map are missing. A window of a "
            "rows has h − a + 1 places in h rows: count them for h = a.",
        ),
        Mistake(
            "no-padding",
            _conv(padded=lambda image, pad: image),
            "You do not use `pad`: with pad=1 one row of zeros belongs above the "
            "picture, one below, and a column on either side.",
        ),
        Mistake(
            "half-padded",
            _conv(padded=lambda image, pad: np.pad(image, ((pad, 0), (pad, 0)))),
            "Your padding is above and to the left only. It goes on all four sides: "
            "`np.pad(image, pad)` does that.",
        ),
        Mistake(
            "edge-padding",
            _conv(padded=lambda image, pad: np.pad(image, pad, mode="edge")),
            "You pad by repeating the border of the picture. Asked for are zeros, "
            "which are paper: `np.pad(image, pad)`.",
        ),
        Mistake(
            "padded-map",
            pads_the_map,
            "You put the zeros around the map. They go around the picture, before the "
            "filter slides: then the window can look over the border.",
        ),
        Mistake(
            "same-size",
            keeps_the_size,
            "Your map has the shape of the picture, filled up with zeros. The map is "
            "as large as there are places for the window, and no larger.",
        ),
        Mistake(
            "strides",
            steps_by_the_window,
            "Your window jumps by its own size. It moves by one pixel at a time, and "
            "neighboring windows overlap.",
        ),
        Mistake(
            "mean",
            _conv(merge=np.mean),
            "You take the mean over the window. The formula is a sum: here the mean is "
            "too small by the number of weights.",
        ),
        Mistake(
            "matrix-product",
            multiplies_matrices,
            "`K @ window` is a product of matrices, rows times columns. Here each "
            "weight meets one pixel: `(K * window).sum()`.",
        ),
        Mistake(
            "relu",
            bends_too,
            "You cut the map off at zero. That is the next line of the network; the "
            "convolution itself may be negative.",
        ),
        Mistake(
            "whole-numbers",
            _conv(kind=lambda image: np.asarray(image).dtype),
            "Your map has the type of the picture. When the pixels are whole numbers, "
            "as most cameras give them, every sum is cut off at the point: make the "
            "map with `np.zeros(shape)`, which holds floats.",
        ),
    ],
    right=[_conv(), conv2d_by_slices, conv2d_by_patches, conv2d_by_lists],
)
def check_conv2d(s):
    """Slide square and oblong filters, with and without paper around."""
    want = conv2d_by_slices
    with s.part("the formula", points=2):
        image, K = s.rng.normal(size=(6, 7)), s.rng.normal(size=(3, 3))
        got = s.call("conv2d", image, K, 0)
        s.expect_close(
            got,
            want(image, K, 0),
            f"The map is not the sum of products at each place. {HAND}.",
        )
    with s.part("any shape"):
        image, K = s.rng.normal(size=(5, 8)), s.rng.normal(size=(2, 4))
        got = s.call("conv2d", image, K, 0)
        s.expect_close(
            got, want(image, K, 0), "For a filter of 2 × 4 the map is another."
        )
    with s.part("padding"):
        for pad in (1, 2):
            image, K = s.rng.normal(size=(4, 5)), s.rng.normal(size=(3, 3))
            s.note(pad=pad)
            got = s.call("conv2d", image, K, pad)
            s.expect_close(
                got, want(image, K, pad), "With pad={pad} the map is another."
            )
    with s.part("whole numbers"):
        image, K = s.rng.integers(0, 17, size=(6, 7)), s.rng.normal(size=(3, 3))
        K -= K.mean()  # so that the map has both signs
        got = s.call("conv2d", image, K, 0)
        s.expect_close(
            got, want(image, K, 0), "For a picture of whole numbers the map is another."
        )
        s.expect_untouched("After the call image or K has changed: leave both alone.")


# ==================================================================== conv_backward
def _back(
    by_filter=lambda delta, image, K, r, c: delta[r, c] * _window(image, K, r, c),
    kernel=lambda K: K,
    scale=lambda delta: 1.0,
    result=lambda dK, dimage: (dK, dimage),
    kind=lambda image: float,
):
    """Make a backward pass in which one thing is done otherwise."""

    def conv_backward(delta, image, K):
        dK, dimage = np.zeros(K.shape), np.zeros(image.shape, dtype=kind(image))
        a, b = K.shape
        for r, c in np.ndindex(delta.shape):
            dK += by_filter(delta, image, K, r, c)
            piece = dimage[r : r + a, c : c + b]
            piece[...] = piece + delta[r, c] * kernel(K)
        return result(dK * scale(delta), dimage)

    return conv_backward


def _window(image, K, r, c):
    return image[r : r + K.shape[0], c : c + K.shape[1]]


def writes_over_the_copies(delta, image, K):
    dK, dimage = _back()(delta, image, K)
    a, b = K.shape
    for r, c in np.ndindex(delta.shape):
        dimage[r : r + a, c : c + b] = delta[r, c] * K
    return dK, dimage


def slides_the_filter_forward(delta, image, K):
    a, b = K.shape
    wide = np.pad(delta, ((a - 1, a - 1), (b - 1, b - 1)))
    return _back()(delta, image, K)[0], conv2d_by_slices(wide, K, 0)


def forgets_the_border(delta, image, K):
    dK, _ = _back()(delta, image, K)
    return dK, conv2d_by_slices(delta, K[::-1, ::-1], 0)


def forgets_delta(delta, image, K):
    return _back()(np.ones_like(delta), image, K)


def keeps_the_last_place(delta, image, K):
    _, dimage = _back()(delta, image, K)
    r, c = delta.shape[0] - 1, delta.shape[1] - 1
    return delta[r, c] * _window(image, K, r, c), dimage


def backward_by_slices(delta, image, K):
    """One shifted picture for each weight, in both directions."""
    rows, cols = delta.shape
    dK, dimage = np.zeros(K.shape), np.zeros(image.shape)
    for i, j in np.ndindex(K.shape):
        dK[i, j] = (delta * image[i : i + rows, j : j + cols]).sum()
        dimage[i : i + rows, j : j + cols] += K[i, j] * delta
    return dK, dimage


def backward_by_convolving(delta, image, K):
    """Slide δ over the picture, and the turned filter over δ with a border of zeros."""
    a, b = K.shape
    wide = np.pad(delta, ((a - 1, a - 1), (b - 1, b - 1)))
    return (
        conv2d_by_slices(image, delta, 0),
        conv2d_by_slices(wide, K[::-1, ::-1], 0),
    )


@question(
    "computer-vision.conv_backward",
    points=5,
    needs="conv_backward",
    start=(
        "Start with zeros of the shapes of K and image, and a loop over the places "
        "(r, c) of delta: what did that one place use?"
    ),
    well_done=(
        "Two sums over the same places, and no new idea: a weight that is used often "
        "adds up its slopes, and so does a pixel that is seen often."
    ),
    hints=[
        "Where to look: set all of delta to zero but delta[0, 0] = 1. Then dK is the "
        "upper left window of the picture, and dimage is K in its upper left corner.",
        "The book: Computer vision: a small convolutional network, section The "
        "mathematics.",
    ],
    mistakes=[
        Mistake(
            "unflipped",
            slides_the_filter_forward,
            "Your dimage slides K over delta as in the forward pass. Pixel (r, c) met "
            "K[i, j] at the place (r − i, c − j), with a minus: slide the filter "
            "turned by half a turn, or add delta[r, c]·K to each window.",
        ),
        Mistake(
            "flipped-filter-slope",
            _back(
                by_filter=lambda d, image, K, r, c: (
                    d[r, c] * _window(image, K, r, c)[::-1, ::-1]
                )
            ),
            "Your dK is turned by half a turn. Weight K[i, j] met pixel (r + i, c + j) "
            "on the way up, so it gets the slope with that pixel on the way down.",
        ),
        Mistake(
            "overwritten",
            writes_over_the_copies,
            "In dimage a window writes over what its neighbors left. A pixel is seen "
            "by several windows and gets the sum of their slopes: `+=`, not `=`.",
        ),
        Mistake(
            "mean",
            _back(scale=lambda delta: 1 / delta.size),
            "Your dK is the mean over the places. Moving a weight moves the map at all "
            "places at once, so their slopes add up.",
        ),
        Mistake(
            "no-border",
            forgets_the_border,
            "Your dimage is smaller than the picture. The turned filter has to hang "
            "over the border of delta: pad delta by the size of the filter less one.",
        ),
        Mistake(
            "no-delta",
            forgets_delta,
            "You do not use the values of delta. It says how fast the loss changes "
            "with each place of the map; multiply each window by its own.",
        ),
        Mistake(
            "last-place",
            keeps_the_last_place,
            "Your dK holds the last window only: in the loop `dK = ...` begins anew at "
            "each place. Start with zeros and use `+=`.",
        ),
        Mistake(
            "transposed",
            _back(kernel=lambda K: np.resize(K.T, K.shape)),
            "In dimage rows and columns of the filter are exchanged. The pixel at (r + "
            "i, c + j) met K[i, j], and gets its slope through that weight.",
        ),
        Mistake(
            "swapped",
            _back(result=lambda dK, dimage: (dimage, dK)),
            "The other way round: `return dK, dimage`, the filter first.",
        ),
        Mistake(
            "picture-missing",
            _back(result=lambda dK, dimage: dK),
            "You return the slope by the filter and not the one by the picture. Below "
            "this layer there may be another: `return dK, dimage`.",
        ),
        Mistake(
            "whole-numbers",
            _back(kind=lambda image: np.asarray(image).dtype),
            "Your dimage has the type of the picture, and where pixels are whole "
            "numbers its slopes are cut off at the point: `np.zeros(image.shape)` "
            "holds floats.",
        ),
    ],
    right=[_back(), backward_by_slices, backward_by_convolving],
)
def check_conv_backward(s):
    """Send slopes to the filter, to the picture, and through oblong windows."""

    def case(image, K):
        shape = np.subtract(image.shape, K.shape) + 1
        delta = s.rng.normal(size=shape) + 0.5
        return delta, backward_by_slices(delta, image, K)

    def answer(delta, image, K):
        got = s.call("conv_backward", delta, image, K)
        return s.unpack(got, "dK, dimage")

    with s.part("by the filter", points=2):
        image, K = s.rng.normal(size=(5, 6)), s.rng.normal(size=(3, 3))
        delta, (want, _) = case(image, K)
        dK, _ = answer(delta, image, K)
        s.expect_close(
            dK, want, "dK is not the slope by the filter, Σ delta[r, c] · window."
        )
    with s.part("by the picture", points=2):
        image, K = s.rng.normal(size=(5, 6)), s.rng.normal(size=(3, 3))
        delta, (_, want) = case(image, K)
        _, dimage = answer(delta, image, K)
        s.expect_close(
            dimage,
            want,
            "dimage is not the slope by the pixels: each gets delta times weight from "
            "every window that saw it.",
        )
    with s.part("any shape, whole numbers"):
        image, K = s.rng.integers(0, 17, size=(4, 7)), s.rng.normal(size=(2, 3))
        delta, want = case(image, K)
        dK, dimage = answer(delta, image, K)
        s.expect_close(dK, want[0], "For a filter of 2 × 3 dK is another.")
        s.expect_close(dimage, want[1], "For a filter of 2 × 3 dimage is another.")
        s.expect_untouched("After the call an argument has changed: make new arrays.")


# ================================================================= maxpool_backward
def _routed(choose):
    """Make a backward pass; `choose` gives shares (2, 2) for a window (2, 2)."""

    def maxpool_backward(slope, h):
        g = np.zeros(h.shape)
        for r, c in np.ndindex(slope.shape):
            window = np.s_[2 * r : 2 * r + 2, 2 * c : 2 * c + 2]
            g[window] = slope[r, c] * choose(h[window])
        return g

    return maxpool_backward


def _one(k):
    return np.eye(4)[k].reshape(2, 2)


def forgets_the_slope(slope, h):
    return _routed(lambda w: _one(w.argmax()))(np.ones_like(slope), h)


def one_winner_in_all(slope, h):
    g = np.zeros(h.shape)
    k = np.unravel_index(h.argmax(), h.shape)
    g[k] = slope[k[0] // 2, k[1] // 2]
    return g


def returns_the_winners(slope, h):
    return _routed(lambda w: w.max() * _one(w.argmax()))(np.ones_like(slope), h)


def starts_with_h(slope, h):
    g = h.copy()
    for r, c in np.ndindex(slope.shape):
        i, j = divmod(int(h[2 * r : 2 * r + 2, 2 * c : 2 * c + 2].argmax()), 2)
        g[2 * r + i, 2 * c + j] = slope[r, c]
    return g


def overlaps(slope, h):
    g = np.zeros(h.shape)
    for r, c in np.ndindex(slope.shape):
        i, j = np.unravel_index(h[r : r + 2, c : c + 2].argmax(), (2, 2))
        g[r + i, c + j] += slope[r, c]
    return g


def pool_by_masks(slope, h):
    """Ask the four corners in turn; a window that has given is done."""
    corners = [h[i::2, j::2] for i, j in np.ndindex(2, 2)]
    top, g = np.max(corners, axis=0), np.zeros(h.shape)
    waiting = np.ones(slope.shape, dtype=bool)
    for (i, j), corner in zip(np.ndindex(2, 2), corners, strict=True):
        wins = waiting & (corner == top)
        g[i::2, j::2] = slope * wins
        waiting &= ~wins
    return g


def pool_by_argmax(slope, h):
    """Lay the windows out in rows of four, and set one of each."""
    rows, cols = slope.shape
    windows = h.reshape(rows, 2, cols, 2).swapaxes(1, 2).reshape(-1, 4)
    g = np.zeros(windows.shape)
    g[np.arange(len(g)), windows.argmax(axis=1)] = slope.ravel()
    return g.reshape(rows, cols, 2, 2).swapaxes(1, 2).reshape(h.shape)


@question(
    "computer-vision.maxpool_backward",
    points=5,
    needs="maxpool_backward",
    start=(
        "Start with zeros of the shape of h. For each window find the place of its "
        "largest number, and put one slope there."
    ),
    well_done=(
        "One winner a window, ties included. The sum of what you hand out is the sum "
        "of what came in, which is a test worth keeping."
    ),
    hints=[
        "Where to look: for h = [[1, 5], [5, 0]] and slope = [[3]] the answer is [[0, "
        "3], [0, 0]]. The sum of your result has to be the sum of `slope`.",
        "The book: Computer vision: a small convolutional network, section The "
        "mathematics.",
    ],
    mistakes=[
        Mistake(
            "all-winners",
            _routed(lambda w: w == w.max()),
            "Where two numbers tie, both get the full slope: more goes out than came "
            "in. If both rise by one the maximum rises by one, so choose the first.",
        ),
        Mistake(
            "shared",
            _routed(lambda w: (w == w.max()) / (w == w.max()).sum()),
            "Where numbers tie you share the slope among them. That is a subgradient "
            "too, and not the one asked for: of equals the first in reading order "
            "takes it all.",
        ),
        Mistake(
            "last-winner",
            _routed(lambda w: _one(3 - w.ravel()[::-1].argmax())),
            "Of equals, yours is the last one. Asked for is the first in reading "
            "order; with `>=` in a comparison a later one takes over, with `>` not.",
        ),
        Mistake(
            "column-order",
            _routed(lambda w: _one(w.T.argmax()).T),
            "Of equals, yours is the first down the columns. Reading order goes along "
            "the upper row, then along the lower.",
        ),
        Mistake(
            "spread",
            _routed(lambda w: np.full((2, 2), 0.25)),
            "You give each of the four a quarter. That is the gradient of the mean; "
            "the maximum knows its winner only.",
        ),
        Mistake(
            "everybody",
            _routed(lambda w: np.ones((2, 2))),
            "All four get the slope, the losers too. A number below the maximum can "
            "move a little and the maximum stays: its slope is zero.",
        ),
        Mistake(
            "no-slope",
            forgets_the_slope,
            "You mark the winners with 1. What they get is the slope of their window: "
            "multiply.",
        ),
        Mistake(
            "values",
            returns_the_winners,
            "You put the largest numbers themselves back in their places. On the way "
            "down it is `slope` that goes there.",
        ),
        Mistake(
            "losers-kept",
            starts_with_h,
            "The winners get their slope, and the losers keep what they had in h. "
            "Their slope is zero: start with `np.zeros(h.shape)`, not with a copy.",
        ),
        Mistake(
            "one-for-all",
            one_winner_in_all,
            "One number in all of h gets a slope: `h.argmax()` looks at the whole "
            "table. Each window of 2 × 2 has a winner of its own.",
        ),
        Mistake(
            "swapped-place",
            _routed(lambda w: _one(w.argmax()).T),
            "The winners of the right upper and the left lower corner are exchanged: "
            "place k of a window is row k // 2, column k % 2.",
        ),
        Mistake(
            "smallest",
            _routed(lambda w: _one(w.argmin())),
            "The smallest number of each window gets the slope. It was the largest "
            "that went up.",
        ),
        Mistake(
            "overlapping",
            overlaps,
            "Your windows overlap: they begin at each row and column. A window of the "
            "pooled place (r, c) begins at (2r, 2c).",
        ),
        Mistake(
            "positive-only",
            _routed(lambda w: _one(w.argmax()) * (w > 0)),
            "Where the winner is negative you hand on nothing. Cutting off at zero is "
            "the work of relu; the maximum of four negative numbers has a slope.",
        ),
    ],
    right=[pool_by_masks, pool_by_argmax, _routed(lambda w: _one(w.argmax()))],
)
def check_maxpool_backward(s):
    """Windows without ties, windows with them, and windows below zero."""
    with s.part("the winner", points=2):
        h, slope = s.rng.uniform(0.1, 3, size=(6, 8)), s.rng.normal(size=(3, 4))
        h[:2, :2] = [[0.2, 3.5], [0.3, 0.1]]
        got = s.call("maxpool_backward", slope, h)
        s.expect_close(
            got,
            pool_by_masks(slope, h),
            "Each window hands its slope to its largest number, and zero to the rest.",
        )
    with s.part("ties", points=2):
        h = s.rng.integers(1, 4, size=(6, 6)).astype(float)
        slope = s.rng.normal(size=(3, 3))
        h[:2, :2] = [[1, 3], [3, 2]]
        h[2:4, 2:4] = 2.0
        got = s.call("maxpool_backward", slope, h)
        s.expect_close(
            got,
            pool_by_masks(slope, h),
            "Where several numbers of a window are largest, the first in reading order "
            "takes the whole slope.",
        )
    with s.part("below zero"):
        h, slope = -s.rng.uniform(0.1, 3, size=(4, 6)), s.rng.normal(size=(2, 3))
        h[:2, :2] = [[-2.0, -0.05], [-1.0, -3.0]]
        got = s.call("maxpool_backward", slope, h)
        s.expect_close(
            got,
            pool_by_masks(slope, h),
            "When all numbers are negative the largest still wins.",
        )
        s.expect_untouched("After the call slope or h has changed: make a new array.")


# ==================================================================== shift_augment
WAYS = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))  # as is, up, down, left, right


def _moved(X, down, across, mode="constant"):
    rows, cols = X.shape[1:]
    wide = np.pad(X, ((0, 0), (1, 1), (1, 1)), mode=mode)
    return wide[:, 1 - down : 1 - down + rows, 1 - across : 1 - across + cols]


def _copies(
    ways=WAYS,
    moved=_moved,
    join=np.concatenate,
    labels=lambda y: np.tile(y, 5),
):
    """Make an augmentation in which one thing is done otherwise."""

    def shift_augment(X, y):
        return join([moved(X, *way) for way in ways]), labels(y)

    return shift_augment


def shifts_the_shifted(X, y):
    copies = [X]
    for way in WAYS[1:]:
        copies.append(_moved(copies[-1], *way))
    return np.concatenate(copies), np.tile(y, 5)


def keeps_copies_together(X, y):
    copies = np.stack([_moved(X, *way) for way in WAYS], axis=1)
    return copies.reshape(-1, *X.shape[1:]), np.repeat(y, 5)


def wipes_the_border(X, y):
    copies = [X]
    for edge in (np.s_[:, -1], np.s_[:, 0], np.s_[:, :, -1], np.s_[:, :, 0]):
        copy = X.copy()
        copy[edge] = 0
        copies.append(copy)
    return np.concatenate(copies), np.tile(y, 5)


def writes_into_the_pictures(X, y):
    out, _ = _copies()(X, y)
    X[:] = _moved(X, 0, 1)
    return out, np.tile(y, 5)


def augment_by_slices(X, y):
    """Write each shifted copy into zeros."""
    copies = [X] + [np.zeros(X.shape) for _ in range(4)]
    copies[1][:, :-1] = X[:, 1:]
    copies[2][:, 1:] = X[:, :-1]
    copies[3][:, :, :-1] = X[:, :, 1:]
    copies[4][:, :, 1:] = X[:, :, :-1]
    return np.concatenate(copies), np.concatenate([y] * 5)


def augment_by_rolling(X, y):
    """Roll, and wipe what came in at the other side."""
    copies = [np.asarray(X, dtype=float)]
    for axis, step in ((1, -1), (1, 1), (2, -1), (2, 1)):
        copy = np.roll(copies[0], step, axis=axis)
        edge = [slice(None)] * 3
        edge[axis] = -1 if step < 0 else 0
        copy[tuple(edge)] = 0
        copies.append(copy)
    return np.vstack(copies), np.tile(y, 5)


@question(
    "computer-vision.shift_augment",
    points=4,
    needs="shift_augment",
    start=(
        "Start with one shift, up: zeros of the shape of X, and then rows 1 and below "
        "of X written into the rows above."
    ),
    well_done=(
        "Five pictures for one, and five labels. Do it after the split and to the "
        "training pictures only, or copies of a test picture are in the training."
    ),
    hints=[
        "Where to look: one picture [[1, 2], [3, 4]] with label 7. Shifted up it is "
        "[[3, 4], [0, 0]], to the left [[2, 0], [4, 0]], and there are five labels 7.",
        "The book: Computer vision: a small convolutional network, section When it "
        "fails.",
    ],
    mistakes=[
        Mistake(
            "rolled",
            _copies(moved=lambda X, d, a: np.roll(X, (d, a), axis=(1, 2))),
            "What leaves at one side comes back at the other: np.roll goes round. Ink "
            "that leaves is gone, and zeros come in.",
        ),
        Mistake(
            "repeated-border",
            _copies(moved=lambda X, d, a: _moved(X, d, a, mode="edge")),
            "What comes in repeats the border of the picture, as if a stroke went on "
            "out there. Asked for are zeros, which are paper.",
        ),
        Mistake(
            "labels-repeated",
            _copies(labels=lambda y: np.repeat(y, 5)),
            "Pictures and labels are in different orders: np.repeat gives each label "
            "five times in a row, and your pictures come as five whole copies. "
            "np.tile(y, 5) matches them.",
        ),
        Mistake(
            "labels-few",
            _copies(labels=lambda y: y),
            "There are five times the pictures and as many labels as before. A shifted "
            "picture has a label too, the same.",
        ),
        Mistake(
            "originals-missing",
            _copies(ways=WAYS[1:], labels=lambda y: np.tile(y, 4)),
            "The pictures themselves are missing: the first of the five copies is X as "
            "it is.",
        ),
        Mistake(
            "opposite",
            _copies(ways=[(-d, -a) for d, a in WAYS]),
            "Your shifts go the other way: up is down and left is right. Row 0 is at "
            "the top, so up takes row 1 to row 0.",
        ),
        Mistake(
            "axes-swapped",
            _copies(ways=[(a, d) for d, a in WAYS]),
            "Rows and columns are exchanged: your up goes to the left. Axis 0 of X "
            "counts pictures, axis 1 rows, axis 2 columns.",
        ),
        Mistake(
            "cumulative",
            shifts_the_shifted,
            "Each copy is shifted from the one before, and what has left does not come "
            "back. Shift X itself every time.",
        ),
        Mistake(
            "stacked",
            _copies(join=np.stack),
            "Your copies are stacked along a new axis. The result is one long list of "
            "pictures, of shape (5n, rows, cols): np.concatenate.",
        ),
        Mistake(
            "interleaved",
            keeps_copies_together,
            "Pictures and labels match, in another order than asked: you keep the five "
            "copies of a picture together. Asked for are all of X, then all shifted "
            "up, and so on.",
        ),
        Mistake(
            "wiped",
            wipes_the_border,
            "You wipe a border and leave the ink where it was. All pixels move by one; "
            "the zeros come in behind them.",
        ),
        Mistake(
            "in-place",
            writes_into_the_pictures,
            "The copies are right, and X has changed: you wrote a shift into the array "
            "that the caller still holds. Write it into a new one.",
        ),
    ],
    right=[_copies(), augment_by_slices, augment_by_rolling],
)
def check_shift_augment(s):
    """Pictures, labels, and the caller's arrays."""

    def answer():
        X = s.rng.uniform(0.1, 1, size=(3, 4, 5))
        y = s.rng.choice(10, size=3, replace=False)
        got = s.call("shift_augment", X, y)
        return s.unpack(got, "X5, y5"), augment_by_slices(X, y)

    with s.part("the pictures", points=2):
        (pictures, _), (want, _) = answer()
        s.expect_close(
            pictures,
            want,
            "Asked for are X, then X shifted up, down, left and right by one pixel.",
            rows="picture",
        )
    with s.part("the labels"):
        (_, labels), (_, want) = answer()
        s.expect_close(
            labels, want, "The labels are those of X, five times over, in one row."
        )
    with s.part("X stays as it was"):
        (pictures, _), (want, _) = answer()
        s.expect_close(
            pictures,
            want,
            "This counts once the pictures are right.",
            explain=False,
        )
        s.expect_untouched("After the call X or y has changed: make new arrays.")


# ==================================================================== split_matters
def _distance(A, B):
    return ((A[:, None] - B) ** 2).sum(axis=2)


def _by_group(
    train=lambda groups, g: groups != g,
    test=lambda groups, g: groups == g,
    distance=_distance,
    order=np.unique,
    mark=np.mean,
    nearest=np.argmin,
    result=np.array,
):
    """Make an evaluation in which one thing is done otherwise."""

    def split_matters(X, y, groups):
        out = []
        for g in order(groups):
            a, b = train(groups, g), test(groups, g)
            k = nearest(distance(X[b], X[a]), axis=1)
            out.append(mark(y[a][k] == y[b]))
        return result(out)

    return split_matters


def leaves_out_one_picture(X, y, groups):
    d = _distance(X, X)
    np.fill_diagonal(d, np.inf)
    hits = y[d.argmin(axis=1)] == y
    return np.array([hits[groups == g].mean() for g in np.unique(groups)])


def stays_in_the_group(X, y, groups):
    d = _distance(X, X)
    d[groups[:, None] != groups] = np.inf
    np.fill_diagonal(d, np.inf)
    hits = y[d.argmin(axis=1)] == y
    return np.array([hits[groups == g].mean() for g in np.unique(groups)])


def marks_everything(X, y, groups):
    out = []
    for g in np.unique(groups):
        d = _distance(X, X[groups != g])
        out.append((y[groups != g][d.argmin(axis=1)] == y).mean())
    return np.array(out)


def looks_up_the_wrong_labels(X, y, groups):
    out = []
    for g in np.unique(groups):
        b = groups == g
        d = _distance(X[b], X[~b])
        out.append((y[d.argmin(axis=1)] == y[b]).mean())
    return np.array(out)


def in_order_of_appearance(groups):
    return list(dict.fromkeys(groups.tolist()))


def groups_by_masked_table(X, y, groups):
    """One table of distances; those within a group do not count."""
    d = _distance(X, X)
    d[groups[:, None] == groups] = np.inf
    hits = y[d.argmin(axis=1)] == y
    return np.array([hits[groups == g].mean() for g in np.unique(groups)])


def groups_by_loops(X, y, groups):
    """Picture after picture, with plain numbers."""
    out = []
    for g in sorted(set(groups.tolist())):
        inside = [k for k in range(len(y)) if groups[k] == g]
        outside = [k for k in range(len(y)) if groups[k] != g]
        hits = 0
        for k in inside:
            near = min(outside, key=lambda m: float(((X[k] - X[m]) ** 2).sum()))
            hits += int(y[near] == y[k])
        out.append(hits / len(inside))
    return out


@question(
    "computer-vision.split_matters",
    points=4,
    needs="split_matters",
    start=(
        "Start with one group g: `test = groups == g` are the examples to test, and "
        "`~test` those to learn from."
    ),
    well_done=(
        "A test that withholds whole groups: writers, patients, cameras, days. Beside "
        "a shuffled one it shows what acquaintance was worth."
    ),
    hints=[
        "Where to look: X = [[0], [1], [10], [12]], y = [0, 1, 1, 1], groups = [5, 5, "
        "9, 9]. For group 5 both pictures have 10 as their nearest and one label is "
        "right; for group 9 both have 1. The answer is [0.5, 1].",
        "The book: Computer vision: a small convolutional network, section In "
        "practice.",
    ],
    mistakes=[
        Mistake(
            "acquainted",
            leaves_out_one_picture,
            "You leave out one picture at a time, so each may learn from the rest of "
            "its own group. That is the shuffled split again: leave out the whole "
            "group.",
        ),
        Mistake(
            "itself",
            _by_group(train=lambda groups, g: np.ones(len(groups), dtype=bool)),
            "Each picture finds itself, at distance zero, and is always right. The "
            "examples to learn from are those of the other groups, `~(groups == g)`.",
        ),
        Mistake(
            "swapped",
            _by_group(
                train=lambda groups, g: groups == g,
                test=lambda groups, g: groups != g,
            ),
            "The sides are exchanged: you learn from one group and test on all the "
            "others.",
        ),
        Mistake(
            "in-group",
            stays_in_the_group,
            "You look for the nearest picture within the same group. It is the other "
            "groups that one may learn from.",
        ),
        Mistake(
            "everything-marked",
            marks_everything,
            "You learn from the other groups, and then mark all pictures, those you "
            "learned from included. They find themselves; mark the group that was left "
            "out.",
        ),
        Mistake(
            "other-labels",
            looks_up_the_wrong_labels,
            "The place that argmin gives counts the training pictures, and you look it "
            "up in all of y. Take the labels of the same rows: y[~test][nearest].",
        ),
        Mistake(
            "mean",
            _by_group(result=np.mean),
            "You return one mean. Asked for is an accuracy for each group: how far "
            "they lie apart says how much the answer depends on who wrote.",
        ),
        Mistake(
            "errors",
            _by_group(mark=lambda hits: 1 - hits.mean()),
            "These are the shares of mistakes. Asked for is the share of right labels, "
            "one minus that.",
        ),
        Mistake(
            "counts",
            _by_group(mark=np.sum),
            "You count the right labels of each group. Divide by the number of its "
            "pictures: groups may differ in size.",
        ),
        Mistake(
            "farthest",
            _by_group(nearest=np.argmax),
            "You take the label of the farthest picture: argmax where argmin belongs.",
        ),
        Mistake(
            "block-distance",
            _by_group(
                distance=lambda A, B: np.abs(A[:, None] - B).sum(axis=2),
            ),
            "You measure by the block, Σ|a − b|. Asked for is the straight line, "
            "Σ(a − b)², which may have another nearest.",
        ),
        Mistake(
            "signed",
            _by_group(distance=lambda A, B: (A[:, None] - B).sum(axis=2)),
            "Your differences keep their signs, and the most negative sum wins. Square "
            "them before you add.",
        ),
        Mistake(
            "square-of-sum",
            _by_group(distance=lambda A, B: (A[:, None] - B).sum(axis=2) ** 2),
            "You add the differences and square their sum, so that a step to the right "
            "and one to the left cancel. Square each difference first, then add.",
        ),
        Mistake(
            "appearance",
            _by_group(order=in_order_of_appearance),
            "The accuracies are right and their order is that in which groups appear. "
            "Asked for is the order of np.unique: from the smallest name to the "
            "largest.",
        ),
        Mistake(
            "names-counted",
            _by_group(order=lambda groups: range(len(np.unique(groups)))),
            "You count the groups 0, 1, 2 and look for those names. A group is called "
            "whatever stands in `groups`: np.unique lists them.",
        ),
    ],
    right=[_by_group(), groups_by_masked_table, groups_by_loops],
)
def check_split_matters(s):
    """Groups that differ, groups of any name, and a ruler that matters."""

    def crowd(names, sizes):
        """Examples along one line, where every ruler finds the same nearest."""
        groups = s.rng.permutation(np.repeat(names, sizes))
        y = s.rng.integers(0, 3, size=len(groups))
        hand = {g: s.rng.normal() for g in names}
        place = y + [hand[g] for g in groups] + 0.4 * s.rng.normal(size=len(y))
        return np.outer(place, s.rng.uniform(0.5, 1, size=4)), y, groups

    with s.part("each group in turn", points=2):
        X, y, groups = crowd(range(4), [11, 13, 17, 19])
        order = np.argsort(groups, kind="stable")
        X, y, groups = X[order], y[order], groups[order]
        got = s.call("split_matters", X, y, groups)
        s.expect_close(
            got,
            groups_by_masked_table(X, y, groups),
            "Not the accuracy of the nearest neighbor for each group that is left out.",
            rows="group",
        )
    with s.part("any names"):
        names = np.sort(s.rng.choice(np.arange(5, 60), size=5, replace=False))
        X, y, groups = crowd(names, [7, 11, 9, 13, 8])
        first = np.flatnonzero(groups == names[-1])[0]
        X[[0, first]], y[[0, first]] = X[[first, 0]], y[[first, 0]]
        groups[[0, first]] = groups[[first, 0]]
        got = s.call("split_matters", X, y, groups)
        s.expect_close(
            got,
            groups_by_masked_table(X, y, groups),
            "For groups with other names, in no order, it is another.",
            rows="group",
        )
        s.expect_untouched("After the call an argument has changed: leave all alone.")
    with s.part("the straight line"):
        scale = s.rng.uniform(0.5, 2)
        X = np.array([[0, 0], [3, 3], [0, 5], [20, 20], [23, 23], [20, 25.0]])
        X = scale * np.vstack([X, [[60, 60], [61, 60], [65, 55]]])
        y = np.array([0, 0, 1, 2, 2, 1, 0, 0, 1])
        groups = np.array([1, 2, 2, 3, 2, 2, 4, 2, 2])
        got = s.call("split_matters", X, y, groups)
        s.expect_close(
            got,
            groups_by_masked_table(X, y, groups),
            "The nearest is the one at the smallest straight distance.",
            rows="group",
        )
