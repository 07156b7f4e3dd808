"""Where gdlib/data and tests/golden/datasets.json come from.

Run by hand, once, with an interpreter that has scikit-learn (1.9.1 was used), and the
file alice29.txt of the Canterbury corpus, whose SHA-256 is ALICE below:

    python tests/golden/make_datasets.py path/to/alice29.txt

It writes the tables and the text, but not diabetes.csv, and what scikit-learn says of
each table: its sums, and the sums with which no two rows or columns can change places.
"""

import hashlib
import json
import re
import sys
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("datasets.json")
DATA = Path(__file__).resolve().parents[2] / "gdlib" / "data"
ALICE = "7467306ee0feed4971260f3c87421154a05be571d944e9cb021a5713700c38f0"


def fingerprint(X, y):
    """Return sums of a table X of shape (n, d) and targets y of shape (n,)."""
    n, d = X.shape
    rows, columns = np.arange(1, n + 1) / n, np.arange(1, d + 1) / d
    return {
        "shape": [n, d],
        "columns": X.sum(axis=0).tolist(),
        "squares": (X**2).sum(axis=0).tolist(),
        "placed": float(rows @ X @ columns),
        "classes": np.bincount(y.astype(int)).tolist() if y.max() < 20 else [],
        "targets": float(rows @ y),
    }


def shortest(number):
    return np.format_float_positional(number, trim="-")


def write_tables():
    from sklearn import datasets

    golden = {}
    for name in ("breast_cancer", "iris", "wine"):
        table = getattr(datasets, "load_" + name)()
        golden[name] = fingerprint(table.data, table.target)
        golden[name]["names"] = [str(one) for one in table.target_names]
        heads = [str(one) for one in table.feature_names]
        lines = [",".join([*heads, "class"])]
        for x, y in zip(table.data, table.target, strict=True):
            lines.append(",".join([*map(shortest, x), str(y)]))
        text = "\n".join(lines) + "\n"
        (DATA / f"{name}.csv").write_text(text, encoding="utf-8")
    digits = datasets.load_digits()
    golden["digits"] = fingerprint(digits.data, digits.target)
    golden["digits"]["names"] = [str(one) for one in digits.target_names]
    lines = [
        str(y) + "".join(chr(ord("A") + int(ink)) for ink in x)
        for x, y in zip(digits.data, digits.target, strict=True)
    ]
    (DATA / "digits.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    diabetes = datasets.load_diabetes(scaled=False)
    golden["diabetes"] = fingerprint(diabetes.data, diabetes.target)

    moons, half = datasets.make_moons(
        n_samples=300, noise=0.2, random_state=np.random.RandomState(3)
    )
    golden["two_moons"] = fingerprint(moons, half)
    lines = (f'"{name}": {json.dumps(one)}' for name, one in golden.items())
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def plain(book):
    """Return the story in lower case, a paragraph, heading or line of verse a line."""
    book = book.replace("\r", "").replace("\x1a", "").replace("`", "'")
    book = re.sub(r" +THE MILLENNIUM FULCRUM EDITION 2.9\n", "", book)
    book = re.sub(r"\n *\[later editions continued as follows[^]]*]", "", book)
    book = re.sub(r"_(\w+)_", r"\1", book)
    book = re.sub(r"[ *]+\n", "\n", book)  # rows of stars, and what a line trails
    # What is left of a verse that was too long for its line.
    tail = r"\n *(tail\.|(?:the )?dance[.?].*|sea!\"|askance--)(?=\n)"
    quadrille = ("'\"Will you", '"You can', "Will you", "'\"What matters")
    lines = []
    for block in re.split(r"\n{2,}", book.strip("\n")):
        indented = all(row.startswith("    ") for row in block.split("\n"))
        if indented or block.startswith(quadrille):
            lines += re.sub(tail, r" \1", block + "\n").strip("\n").split("\n")
        else:
            lines.append(re.sub(r"(?<=-)\n|\n(?=--)", "", block).replace("\n", " "))
    return "\n".join(re.sub(" +", " ", line).strip() for line in lines).lower() + "\n"


if __name__ == "__main__":
    raw = Path(sys.argv[1]).read_bytes()
    assert hashlib.sha256(raw).hexdigest() == ALICE, "that is another alice29.txt"
    (DATA / "alice.txt").write_text(plain(raw.decode("ascii")), encoding="ascii")
    write_tables()
