"""Sliders around any figure that Python draws: for functions and rules of one's own.

    def draw(learning_rate=0.1, rule=momentum):
        plotting.path(minimize(f, x, rule, learning_rate=learning_rate))

    controls(draw, learning_rate=(0.01, 1), rule=[gradient_descent, momentum])

Each argument becomes a control, and each move draws the figure again. That takes a
running Python: the built book shows the figure as it is drawn at first, and says so.
"""

from __future__ import annotations

import html
import inspect
import io

import ipywidgets
import numpy as np

STILL = "In a running notebook this figure has controls: {names}."


class Controls(ipywidgets.VBox):
    """A figure with a control for each argument of the function that draws it.

    See `controls`, which makes one. ``dials`` maps the arguments to their ipywidgets,
    so that ``dials["learning_rate"].observe(…)`` and `ipywidgets.link` work as usual.
    """

    def __init__(self, draw, dials, alt):
        self.draw, self.dials, self.alt = draw, dials, alt
        self.picture = ipywidgets.HTML()
        super().__init__([*dials.values(), self.picture])
        for dial in dials.values():
            dial.observe(lambda change: self.show(), "value")
        self.show()

    def show(self):
        """Draw the figure again, with what the controls say."""
        values = {name: dial.value for name, dial in self.dials.items()}
        self.picture.value = as_svg(self.draw, values)

    def __repr__(self):
        said = ", ".join(f"{name}={d.value!r}" for name, d in self.dials.items())
        return f"Controls({said})"

    def _repr_mimebundle_(self, **kwargs):
        data = dict(super()._repr_mimebundle_(**kwargs) or {})
        note = STILL.format(names=", ".join(self.dials))
        data["text/html"] = (
            f'<figure class="gd-still" aria-label="{html.escape(self.alt)}">'
            f"{self.picture.value}<figcaption>{html.escape(note)}</figcaption></figure>"
        )
        data["text/plain"] = f"{self!r}: {note}"
        return data


def controls(draw, *, alt, **choices):
    """Put a control for each argument around a figure.

    Parameters
    ----------
    draw : callable
        Draws one matplotlib figure. Each argument has a default: where its control
        stands at first.
    alt : str
        What the figure shows, for somebody who cannot see it.
    **choices
        For each argument what it may be: a tuple (low, high) of numbers gives a slider,
        with whole steps if both are whole numbers; (low, high, "log") one that is
        even in the logarithm; a list gives a menu, in which a function is called by
        its name.

    Returns
    -------
    Controls
        An ipywidget: shown by Jupyter, with its controls in ``dials``.

    Raises
    ------
    TypeError
        If an argument has no control, a control no argument, or an argument no default.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> def draw(power=2):
    ...     plt.plot([t**power for t in range(5)])
    >>> figure = controls(draw, alt="A power of t.", power=(1, 4))
    >>> figure.dials["power"].value = 3  # draws it again
    >>> figure
    Controls(power=3)
    """
    arguments = inspect.signature(draw).parameters
    if set(arguments) != set(choices):
        raise TypeError(
            f"draw takes {', '.join(arguments) or 'nothing'}, and there are controls "
            f"for {', '.join(choices) or 'nothing'}: each argument needs one"
        )
    bare = [name for name, a in arguments.items() if a.default is a.empty]
    if bare:
        raise TypeError(
            f"{bare[0]} has no default; write {bare[0]}=… in the definition of draw, "
            "so that the figure knows where to start"
        )
    dials = {
        name: dial(name, choices[name], argument.default)
        for name, argument in arguments.items()
    }
    return Controls(draw, dials, alt)


def dial(name, choice, value):
    """Return the ipywidget for one argument."""
    look = {"description": name, "style": {"description_width": "initial"}}
    if isinstance(choice, list):
        names = [(getattr(one, "__name__", str(one)), one) for one in choice]
        return ipywidgets.Dropdown(options=names, value=value, **look)
    low, high, *scale = choice
    if scale == ["log"]:
        ends = {"min": np.log10(low), "max": np.log10(high)}
        return ipywidgets.FloatLogSlider(value, step=0.001, **ends, **look)
    if isinstance(low, int) and isinstance(high, int):
        return ipywidgets.IntSlider(value, low, high, **look)
    step = (high - low) / 100
    return ipywidgets.FloatSlider(
        value, min=low, max=high, step=step, readout_format=".3g", **look
    )


def as_svg(draw, values):
    """Return what `draw` draws with these values, as SVG text, and close the figure."""
    import matplotlib.pyplot as plt

    before = set(plt.get_fignums())
    try:
        draw(**values)
        text = io.StringIO()
        plt.gcf().savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    finally:
        for number in set(plt.get_fignums()) - before:
            plt.close(number)
    svg = text.getvalue()
    return svg[svg.index("<svg") :].strip()
