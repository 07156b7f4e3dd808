"""`python -m gdlib` is `gdlib`."""

from gdlib.cli import main

main()
