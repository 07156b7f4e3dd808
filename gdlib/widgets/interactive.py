"""What every interactive figure is: traits that can be moved, and a module that draws.

In Jupyter, anywidget carries the traits between the module and Python, so that they can
be set, observed and linked like those of any ipywidget. For the built book, where there
is no Python, the figure leaves its traits as JSON, and the module does the rest.
"""

from __future__ import annotations

import json

import anywidget
import numpy as np

from gdlib import static


def synced(kind, *args):
    """Return a trait that the module sees, and may change."""
    return kind(*args).tag(sync=True)


class Interactive(anywidget.AnyWidget):
    """A figure with traits that can be moved; `module` draws it, in `gdlib/static`.

    A new one is a class with that name, its traits and a module that draws them; see
    CONTRIBUTING, How to add an interactive figure.
    """

    module = ""
    _css = static.read("interactive.css")

    def __init_subclass__(cls, **kwargs):
        if "module" in vars(cls):  # anywidget makes subclasses of its own
            cls._esm = static.module(cls.module)
        super().__init_subclass__(**kwargs)

    def __init__(self, **traits):
        super().__init__(**plain(traits))

    def state(self):
        """Return the traits that the module reads, as plain JSON data."""
        own = set(self.trait_names(sync=True)) - set(Interactive.class_trait_names())
        return {
            name: plain(getattr(self, name))
            for name in sorted(own)
            if not name.startswith("_")
        }

    def __repr__(self):
        """Return the same text in every session, so that a page can be compared."""
        said = ", ".join(f"{name}={value!r}" for name, value in self.state().items())
        return f"{type(self).__name__}({said})"

    def _repr_mimebundle_(self, **kwargs):
        """Add to the live widget what the built book makes its own figure from."""
        out = super()._repr_mimebundle_(**kwargs)
        data, metadata = out if isinstance(out, tuple) else (out, {})
        traits = json.dumps(self.state(), separators=(",", ":")).replace("</", "<\\/")
        box = (
            f'<div class="gd-interactive" data-name="{self.module}">'
            f'<script type="application/json">{traits}</script></div>'
        )
        return {**(data or {}), "text/html": box, "text/plain": repr(self)}, metadata


def plain(value):
    """Return lists and Python numbers for what may be arrays and NumPy's."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value
