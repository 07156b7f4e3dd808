"""Interactive figures: in Jupyter they are widgets, in the built book they live alone.

Each class names what can be moved as traits, and an ES module of `gdlib/static` draws
it. The same module runs in both places: in the book it computes the walk itself, with a
twin of the rules that a test holds equal to them.

    d = Descent("quadratic", [1, 10], start=(-2.5, 0.5))
    d.learning_rate = 0.21
    d.observe(lambda change: print(change.new), "start")

`controls` puts sliders around any figure that Python draws, for functions and rules of
one's own; those move only where Python runs.
"""

from gdlib.widgets.controls import Controls, controls
from gdlib.widgets.figures import (
    Basins,
    Batches,
    Correction,
    Descent,
    Edge,
    Escape,
    Modes,
    NoiseFloor,
    Phase,
    Quotient,
    Race,
    Rose,
    Sweep,
    Terrain,
    best_rate,
    surface,
)
from gdlib.widgets.interactive import Interactive
from gdlib.widgets.models import (
    Doubt,
    Filters,
    Moons,
    NextCharacter,
    PolicyGrid,
    Street,
)

__all__ = [
    "Basins",
    "Batches",
    "Controls",
    "Correction",
    "Descent",
    "Doubt",
    "Edge",
    "Escape",
    "Filters",
    "Interactive",
    "Modes",
    "Moons",
    "NextCharacter",
    "NoiseFloor",
    "Phase",
    "PolicyGrid",
    "Quotient",
    "Race",
    "Rose",
    "Street",
    "Sweep",
    "Terrain",
    "best_rate",
    "controls",
    "surface",
]
