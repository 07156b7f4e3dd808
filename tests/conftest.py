# Notebooks in here are data for tests of the grader, not tests.
collect_ignore_glob = ["*.ipynb"]
