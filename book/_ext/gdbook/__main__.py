"""What the Makefile asks of the extension.

python -m gdbook npm               # install typefaces and MathJax
python -m gdbook notebooks work    # every chapter and exercise, in ./work
"""

import sys
from pathlib import Path

from gdbook import node, notebooks


def main(arguments: list[str]) -> str | None:
    """Run one command; return what went wrong, if anything."""
    match arguments:
        case ["npm"]:
            try:
                node.install()
            except RuntimeError as error:
                return str(error)
        case ["notebooks", folder]:
            files = notebooks.working_copies()
            for name in notebooks.write_unless_changed(files, Path(folder)):
                print(f"kept your {folder}/{name}")
        case _:
            return __doc__
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
