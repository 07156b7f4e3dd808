"""The card that a link to the book shows elsewhere: a picture, a title, a sentence.

The picture is drawn while the book is built, by gdlib, like every other figure. Those
who read the tags of a page want its whole address: `html_baseurl` in `_config.yml`.
"""

from __future__ import annotations

import html
from pathlib import Path

NAME = "card.png"
PIXELS = (1200, 630)


def tags(title: str, description: str, base: str) -> str:
    """Return the tags of a page's card.

    Parameters
    ----------
    title, description : str
        Of the page, as plain text.
    base : str
        The address under which the book is published, or nothing: then no picture is
        named, since a relative address would not be found.
    """
    said = {"og:type": "article", "og:title": title, "og:description": description}
    if base:
        said["og:image"] = f"{base.rstrip('/')}/_static/{NAME}"
        said["og:image:width"], said["og:image:height"] = map(str, PIXELS)
    return "\n    ".join(
        f'<meta property="{name}" content="{html.escape(text)}" />'
        for name, text in said.items()
    )


def draw(static: Path) -> None:
    """Draw the picture: one valley, three ways down, and the title."""
    import numpy as np
    from matplotlib.figure import Figure

    from gdlib.descent import minimize
    from gdlib.objectives import quadratic
    from gdlib.optimizers import adam, gradient_descent, momentum

    paper, line, ink = "#0b2a40", "#35607f", "#f4f1ea"
    valley = quadratic([1, 12])
    figure = Figure(figsize=(12, 6.3), dpi=100, facecolor=paper)
    ax = figure.add_axes((0, 0, 1, 1))
    x1, x2 = np.linspace(-8.5, 3.5, 400), np.linspace(-2.2, 4.1, 300)
    heights = valley(np.stack(np.meshgrid(x1, x2)))
    ax.contour(x1, x2, heights, np.geomspace(0.05, 150, 22), colors=line, linewidths=1)
    runs = [
        (gradient_descent, 0.155, "#ff8a3d"),
        (momentum, 0.012, "#6ec6f2"),
        (adam, 0.35, "#ffd166"),
    ]
    for rule, learning_rate, color in runs:
        start = [-7.6, 1.5]
        walk = minimize(valley, start, rule, learning_rate=learning_rate, steps=90)
        ax.plot(*walk.x.T, "-o", color=color, linewidth=2.4, markersize=4.5)
    ax.plot(-7.6, 1.5, "o", color=paper, mec=ink, mew=2.5, markersize=13)
    ax.plot(0, 0, "*", color=ink, markersize=22)
    for height, size, text in [
        (0.86, 54, "Gradient Descent"),
        (0.77, 27, "a runnable book"),
    ]:
        figure.text(0.05, height, text, size=size, color=ink, family="DejaVu Serif")
    ax.set(xlim=x1[[0, -1]], ylim=x2[[0, -1]])
    ax.axis("off")
    figure.savefig(static / NAME, metadata={"Software": None})
