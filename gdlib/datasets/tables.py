"""Tables that somebody measured, and a story: files that ship in the package.

`gdlib/data` holds them, and its README tells the origin and the license of each.
"""

from typing import NamedTuple

import numpy as np


class Dataset(NamedTuple):
    """A table of examples with what is to be predicted from it.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Inputs, one example a row.
    y : ndarray of shape (n,)
        Targets in the same order: numbers, or integers that number the classes from 0.
    features : tuple of str
        The d column names of X.
    target : str
        What y is, with its unit.
    classes : tuple of str
        What each class is called, where y numbers classes; empty where it does not.
    """

    X: np.ndarray
    y: np.ndarray
    features: tuple[str, ...]
    target: str
    classes: tuple[str, ...] = ()


def diabetes(*, scaled=True):
    """Ten measurements of 442 people with diabetes, and how it went a year later.

    Parameters
    ----------
    scaled : bool, default=True
        Center each column of X and divide it by its length, so that it sums to 0 and
        its squares sum to 1, as the paper does. If False, X is in the units of the
        clinic: body mass index, column 2, in kg/m².

    Returns
    -------
    Dataset
        X of shape (442, 10), y of shape (442,): a score of progression, 25 to 346.

    References
    ----------
    .. [1] B. Efron, T. Hastie, I. Johnstone, R. Tibshirani, "Least angle regression",
       Annals of Statistics 32 (2004), 407–499.

    Examples
    --------
    >>> data = diabetes()
    >>> data.X.shape, data.features[2]
    ((442, 10), 'bmi')
    """
    X, y, names = _table("diabetes.csv")
    if scaled:
        X = X - X.mean(axis=0)
        X = X / np.linalg.norm(X, axis=0)
    return Dataset(X, y, names, "disease progression after one year (score)")


def breast_cancer():
    """Thirty measurements of the cell nuclei in 569 lumps: malignant, or benign.

    Returns
    -------
    Dataset
        X of shape (569, 30): of ten properties the mean over the nuclei, its standard
        error, and the mean of the three largest. Units were not published, and scales
        differ: column means range from 0.004 to 881. y of shape (569,): 0 malignant
        (212), 1 benign (357).

    References
    ----------
    .. [1] W. N. Street, W. H. Wolberg, O. L. Mangasarian, "Nuclear feature extraction
       for breast tumor diagnosis", Proceedings of SPIE 1905 (1993), 861–870.
    """
    return _classified("breast_cancer.csv", "diagnosis", "malignant benign")


def iris():
    """Length and width of sepals and petals, in cm, of 150 irises of three species.

    Returns
    -------
    Dataset
        X of shape (150, 4), y of shape (150,): 50 of each species, in order. The length
        of a petal is enough to tell the first from the others.

    References
    ----------
    .. [1] R. A. Fisher, "The use of multiple measurements in taxonomic problems",
       Annals of Eugenics 7 (1936), 179–188.
    """
    return _classified("iris.csv", "species", "setosa versicolor virginica")


def wine():
    """Thirteen chemical measurements of 178 wines, of three grapes from one region.

    Returns
    -------
    Dataset
        X of shape (178, 13), in units that differ by column: proline is around 750,
        hue around 1. y of shape (178,): 59 wines of the first kind, 71 and 48 of the
        others, in order.

    References
    ----------
    .. [1] M. Forina, C. Armanino, M. Castino, M. Ubigli, "Multivariate data analysis as
       a discriminating method of the origin of wines", Vitis 25 (1986), 189–201.
    """
    return _classified("wine.csv", "kind of wine", "Barolo Grignolino Barbera")


def digits():
    """Handwritten digits, 1797 images of 8 × 8 pixels.

    Thirteen people wrote them, and neighbors are by one hand: a digit looks more like
    the same digit a few rows away than like one far away. To test on people whose hand
    was not learned from, `split` without an `rng`.

    Returns
    -------
    Dataset
        X of shape (1797, 64), row after row of each image: 0. is paper, 16. is ink.
        y of shape (1797,): the digit.

    References
    ----------
    .. [1] E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI
       Machine Learning Repository (1998).

    Examples
    --------
    >>> images = digits().X.reshape(-1, 8, 8)
    >>> images[0, :2].astype(int)
    array([[ 0,  0,  5, 13,  9,  1,  0,  0],
           [ 0,  0, 13, 15, 10, 15,  5,  0]])
    """
    lines = _file("digits.txt").read_bytes().split()  # such as 0AAFNJB…: digit, pixels
    table = np.frombuffer(b"".join(lines), np.uint8).reshape(len(lines), 65)
    X = table[:, 1:] - float(ord("A"))
    y = table[:, 0].astype(int) - ord("0")
    names = tuple(f"row {i}, column {j}" for i in range(8) for j in range(8))
    return Dataset(X, y, names, "digit", tuple("0123456789"))


def text():
    r"""*Alice's Adventures in Wonderland*, by Lewis Carroll (1865), in lower case.

    Each line is a paragraph, a line of verse or a heading, so that a line break means
    something. What is left of the printed page are 39 characters: a to z, space, line
    break and ``!"'(),-.:;?``.

    Returns
    -------
    str
        The whole story, 141,709 characters.

    Examples
    --------
    >>> story = text()
    >>> story.split("\n")[6][:52]
    'there was nothing so very remarkable in that; nor di'
    >>> len(set(story))
    39
    """
    return _file("alice.txt").read_text(encoding="ascii")


def _file(name):
    from importlib import resources  # slow to load, and not always needed

    return resources.files("gdlib") / "data" / name


def _table(name):
    """Read a packaged CSV file: X of shape (n, d), the last column y, the names."""
    with _file(name).open(encoding="utf8") as file:
        names = tuple(file.readline().strip().split(","))
        table = np.loadtxt(file, delimiter=",")
    return table[:, :-1].copy(), table[:, -1].copy(), names[:-1]


def _classified(name, target, classes):
    X, y, names = _table(name)
    return Dataset(X, y.astype(int), names, target, tuple(classes.split()))
