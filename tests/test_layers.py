"""The package holds to its plan: imports point downwards, public names are documented.

Exercises' checks and the grader sit on one layer and may import each other.
"""

import ast
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

GDLIB = Path(__file__).resolve().parents[1] / "gdlib"

# Each row may import the rows above it, and nothing else of gdlib.
LAYERS = [
    "faults data",
    "objectives losses gradients autodiff parameters schedules optimizers datasets "
    "worlds",
    "descent linear svm networks language policies differentiable",
    "plotting static",
    "checks grading",
    "widgets cli",
    "__main__",
]
DEPTH = {name: depth for depth, names in enumerate(LAYERS) for name in names.split()}
PARTNERS = {("checks", "grading"), ("grading", "checks")}

MODULES = sorted(
    path
    for path in GDLIB.rglob("*.py")
    if path != GDLIB / "__init__.py" and "__pycache__" not in path.parts
)


def label(path):
    return path.relative_to(GDLIB).with_suffix("").as_posix()


def unit(path):
    """Return the module, or the subpackage, that a file belongs to."""
    return path.relative_to(GDLIB).parts[0].removesuffix(".py")


def imported_units(source):
    """Yield the gdlib modules that a module's text imports at any depth."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "gdlib":
            names = [f"gdlib.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "gdlib" and len(parts) > 1:
                yield parts[1]


def upward_imports(name, source):
    """Return what module `name` must not import, and does."""
    return [
        other
        for other in imported_units(source)
        if other in DEPTH
        and other != name
        and DEPTH[other] >= DEPTH[name]
        and (name, other) not in PARTNERS
    ]


def layer_faults(name, source):
    """Return the imports of module `name` that do not point downwards, in words."""
    return [
        f"{name} must not import {other}: it is on the same or a higher layer "
        "(CONTRIBUTING, The house)"
        for other in upward_imports(name, source)
    ]


def relative_imports(source):
    """Return the relative imports of a module's text, which hide their layer."""
    return [
        "." * node.level + (node.module or "")
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and node.level
    ]


def foreign_imports(source):
    """Return what a module imports beside the standard library, numpy and gdlib."""
    allowed = {*sys.stdlib_module_names, "numpy", "gdlib"}
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append("." * node.level + (node.module or ""))
    return [name for name in found if name.split(".")[0] not in allowed]


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_imports_point_downwards(path):
    assert unit(path) in DEPTH, f"{unit(path)} has no layer: add it to the table"
    assert not layer_faults(unit(path), path.read_text("utf-8"))


@pytest.mark.parametrize("path", [*MODULES, GDLIB / "__init__.py"], ids=label)
def test_imports_are_absolute(path):
    found = relative_imports(path.read_text("utf-8"))
    assert not found, f"{label(path)}: write `from gdlib.…`, not `from {found[0]}`"


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_mathematics_and_models_need_numpy_alone(path):
    if DEPTH[unit(path)] <= DEPTH["descent"]:
        found = foreign_imports(path.read_text("utf-8"))
        assert not found, (
            f"{label(path)} may import the standard library, numpy and gdlib only "
            "(CONTRIBUTING, The house)"
        )


def test_a_foreign_or_relative_import_is_noticed():
    assert foreign_imports("def f():\n    import matplotlib") == ["matplotlib"]
    assert foreign_imports("from .plotting import COLORS") == [".plotting"]
    assert not foreign_imports("import math\nimport numpy as np\nimport gdlib.losses")
    assert relative_imports("def f():\n    from . import cli") == ["."]
    assert relative_imports("from ..cli import main") == ["..cli"]
    assert not relative_imports("from gdlib.losses import squared\nimport math")


def test_an_upward_import_is_noticed():
    assert upward_imports("optimizers", "from gdlib.plotting import path") == [
        "plotting"
    ]
    assert upward_imports("descent", "from gdlib import cli") == ["cli"]
    assert upward_imports("losses", "import gdlib.schedules") == ["schedules"]
    assert not upward_imports("plotting", "import gdlib.descent")
    assert layer_faults("optimizers", "import gdlib.plotting") == [
        "optimizers must not import plotting: it is on the same or a higher layer "
        "(CONTRIBUTING, The house)"
    ]


def test_importing_gdlib_loads_nothing_heavy():
    heavy = ["matplotlib", "ipywidgets", "scipy", "IPython", "nbformat", "pandas"]
    program = f"import sys, gdlib; print(*[m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_importing_gdlib_loads_no_part_of_numpy_that_numpy_does_not():
    program = (
        "import sys, numpy; before = {m for m in sys.modules if m[:6] == 'numpy.'};"
        "import gdlib; after = {m for m in sys.modules if m[:6] == 'numpy.'};"
        "print(*sorted(after - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


@pytest.mark.parametrize(
    ("wanted", "loads"),
    [
        ("descend", []),
        ("lr_range_test", ["gdlib.descent.ranges"]),
        ("fit", ["gdlib.descent.training", "gdlib.datasets"]),
    ],
)
def test_descent_loads_training_and_the_range_test_only_when_asked(wanted, loads):
    late = ["gdlib.descent.ranges", "gdlib.descent.training", "gdlib.datasets"]
    program = (
        f"import sys; from gdlib.descent import {wanted}; assert callable({wanted});"
        f"print(*[m for m in {late} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == loads


@pytest.mark.parametrize("name", ["autodiff", "datasets", "descent", "objectives"])
def test_a_package_has_each_name_it_promises_and_lists_it(name):
    package = importlib.import_module(f"gdlib.{name}")
    assert package.__all__ == sorted(set(package.__all__))
    assert not [n for n in package.__all__ if not hasattr(package, n)]
    assert set(package.__all__) <= set(dir(package))
    with pytest.raises(AttributeError, match="nonsense"):
        package.nonsense  # noqa: B018


# ------------------------------------------------------------------- documentation


def public_objects():
    """Yield (qualified name, object) of what each module itself defines."""
    for path in MODULES:
        parts = path.relative_to(GDLIB.parent).with_suffix("").parts
        name = ".".join(parts).removesuffix(".__init__")
        if any(part.startswith("_") for part in name.split(".")):
            continue
        if name.startswith("gdlib.checks."):
            continue  # wrong functions, named by their mistake, and data of questions
        module = importlib.import_module(name)
        yield name, module
        for attribute, thing in vars(module).items():
            own = getattr(thing, "__module__", None) == name
            kind = inspect.isfunction(thing) or inspect.isclass(thing)
            if own and kind and not attribute.startswith("_"):
                yield f"{name}.{attribute}", thing


PUBLIC = dict(public_objects())
FUNCTIONS = {name: f for name, f in PUBLIC.items() if inspect.isfunction(f)}
SECTION = re.compile(r"^\s*Parameters\n\s*-{5,}\n(.*?)(?=^\s*\w[\w ]*\n\s*-{5,}|\Z)",
                     re.M | re.S)  # fmt: skip


def documented_parameters(doc):
    """Return the names in a docstring's Parameters section, without stars."""
    section = SECTION.search(inspect.cleandoc(doc))
    if section is None:
        return None
    heads = re.findall(r"^(\S[^:\n]*?) *(?::.*)?$", section[1], re.M)
    return [name.strip(" *") for head in heads for name in head.split(",")]


def parameter_faults(function):
    """Return what is wrong with a function's Parameters section, in words."""
    doc = inspect.getdoc(function) or ""
    wanted = [name for name in inspect.signature(function).parameters if name[0] != "_"]
    found = documented_parameters(doc)
    if found is None:
        # A rule is a few words with its equation; its body is shown beside it.
        short = len(doc.strip().splitlines()) <= 8
        return [] if short or not wanted else ["no Parameters section"]
    if sorted(found) != sorted(wanted):
        return [f"documents {found}, takes {wanted}"]
    section = SECTION.search(inspect.cleandoc(doc))[1]
    entries = re.split(r"\n(?=\S)", section)
    return [
        f"gives no shape: {entry.splitlines()[0]}"
        for entry in entries
        if re.search(r": .*\b(ndarray|array)\b", entry.splitlines()[0])
        and "shape" not in entry
    ]


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_public_name_is_documented(name):
    assert (inspect.getdoc(PUBLIC[name]) or "").strip(), f"{name} has no docstring"


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_docstring_names_each_parameter_and_the_shape_of_each_array(name):
    assert not parameter_faults(FUNCTIONS[name])


def test_a_missing_parameter_or_shape_is_noticed():
    def wrong(x, y):
        """Add.

        Parameters
        ----------
        x : ndarray
            First.

        Returns
        -------
        ndarray of shape (d,)
        """

    def right(x, *, y=1, **hyper):
        """Add.

        Parameters
        ----------
        x : ndarray of shape (d,)
            First.
        y : float
            Second.
        **hyper
            The rest.
        """

    assert documented_parameters(wrong.__doc__) == ["x"]
    assert parameter_faults(wrong)
    assert not parameter_faults(right)
