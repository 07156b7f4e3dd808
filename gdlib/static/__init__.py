"""The JavaScript of the interactive figures, put together as text.

The modules of this folder import one another. A widget's module reaches Jupyter as one
text, and the built book wants one classic script, so both are made by standing the
modules one below the other: what they share first, without the words import and export.
"""

import re
from importlib import resources

IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w-]+)\.mjs";\n', re.MULTILINE)
FACE = "export default "  # begins what draws a figure


def read(name):
    """Return the text of a file of this folder."""
    return (resources.files(__name__) / name).read_text("utf-8")


def faces():
    """Return the names of the modules that draw an interactive figure, sorted."""
    files = [path.name for path in resources.files(__name__).iterdir()]
    modules = [name for name in files if name.endswith(".mjs")]
    return sorted(name[: -len(".mjs")] for name in modules if FACE in read(name))


def needed(*names):
    """Return what modules import, and what that imports first, each once."""
    found = []
    for name in names:
        for other in IMPORT.findall(read(f"{name}.mjs")):
            found += [one for one in [*needed(other), other] if one not in found]
    return found


def body(name):
    """Return a module's text, to stand below what it imports and exporting nothing."""
    text = IMPORT.sub("", read(f"{name}.mjs"))
    return re.sub(r"^export (?!default )", "", text, flags=re.MULTILINE)


def module(name):
    """Return one ES module that holds a module of this folder and all it imports.

    Parameters
    ----------
    name : str
        A module of this folder, without its ending.

    Returns
    -------
    str
    """
    return "\n".join(body(one) for one in [*needed(name), name])


def script(*names):
    """Return one classic script for a page of the book with some interactive figures.

    Parameters
    ----------
    *names : str
        The modules that draw them. Default: all that there are.

    Returns
    -------
    str
        It finds the figures of a page and makes them move; nothing in it is global,
        and the comments are left out.
    """
    names = sorted(names) or faces()
    parts = [body(one) for one in [*needed(*names), *needed("host"), "host"]]
    for name in names:
        inside = body(name).replace(FACE, "return ")
        parts.append(f"const {name} = (() => {{\n{inside}}})();")
    parts.append(f"host({{ {', '.join(names)} }});")
    text = "(() => {\n" + "\n".join(parts) + "\n})();\n"
    return re.sub(r"^ *//.*\n", "", text, flags=re.MULTILINE)
