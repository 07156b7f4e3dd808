# `make` lists what there is to make.
# Nothing is installed outside this folder: .venv and node_modules hold it all.

SHELL := /bin/sh
CANDIDATES := python3.13 python3.12 python3.11 python3
SUITABLE := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PYTHON ?= $(firstword $(foreach p,$(CANDIDATES),$(shell \
	$(p) -c '$(SUITABLE)' >/dev/null 2>&1 && echo $(p))))
PY := .venv/bin/python
PORT ?= 8000
EXT := PYTHONPATH=book/_ext $(PY) -m

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUTF8 := 1
# Pages are run side by side: a second thread in each would only be in the way.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
# Jupyter's own, quieter folders: no frozen-module warning, platform directories.
export PYDEVD_DISABLE_FILE_VALIDATION := 1
export JUPYTER_PLATFORM_DIRS := 1

.DEFAULT_GOAL := help
.PHONY: help install book serve lab exercises test oldest check bench lock clean

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

install: .venv/installed .venv/editable node_modules/.package-lock.json  ## install what the other targets need

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=/path/to/python3.12"; exit 1; }
	@echo "==> Making .venv with $(PYTHON)"
	@$(PYTHON) -m venv .venv

.venv/installed: requirements.lock | .venv/bin/python
	@echo "==> Installing the locked packages (a minute or two, once)"
	@$(PY) -m pip install --progress-bar on --require-hashes -r requirements.lock
	@touch $@

.venv/editable: pyproject.toml .venv/installed
	@echo "==> Installing gdlib, editable"
	@$(PY) -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

node_modules/.package-lock.json: package-lock.json | .venv/installed
	@echo "==> Installing typefaces and MathJax"
	@$(EXT) gdbook npm

book: install  ## build the HTML book
	@echo "==> Building the book (runs every changed cell; a warning is an error)"
	@$(PY) -c "from jupyter_book.cli.main import main; main()" build . --all -W -n --keep-going
	@echo "==> Open _build/html/index.html in a browser, or run: make serve"

serve:  ## show the built book at http://localhost:8000 (PORT=8000)
	@test -f _build/html/index.html || { echo "Run \`make book\` first."; exit 1; }
	@$(PY) -c "import socket, sys; sys.exit(socket.socket().connect_ex(('127.0.0.1', $(PORT))) == 0)" \
		|| { echo "Port $(PORT) is taken: make serve PORT=8001"; exit 1; }
	@echo "==> http://localhost:$(PORT)/  (Ctrl+C stops it)"
	@$(PY) -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

lab: install  ## open every chapter and exercise in JupyterLab, in work/ (LAB=its flags)
	@echo "==> Writing notebooks to work/ (yours are never overwritten)"
	@$(EXT) gdbook notebooks work
	@echo "==> Opening JupyterLab (Ctrl+C stops it)"
	@cd work && ../$(PY) -m jupyterlab --LabApp.default_url=/lab/tree/book/intro.ipynb \
		--LabApp.news_url= --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate $(LAB)

exercises: install  ## regenerate exercises/*.ipynb from exercises/source
	@echo "==> Writing the exercise notebooks"
	@$(PY) -m gdlib.cli release

test: book  ## build the book, then run every test
	@echo "==> Testing gdlib, its exercises, every notebook and the built site"
	@$(PY) -m pytest -n 2 --nbval \
		--nbval-sanitize-with tests/nbval.cfg --nbval-cell-timeout 120 \
		tests gdlib _build/jupyter_execute

# What needs more than numpy and matplotlib: notebooks, the built site, the commands.
BEYOND := cli notebooks site extension pages layers widgets browser

oldest: .venv-oldest/installed  ## test the core on the oldest numpy and matplotlib it must run on
	@echo "==> Testing the core on numpy 2.0.2 and matplotlib 3.8.4"
	@SEEDS=2 PYTHONPATH=. .venv-oldest/bin/python -m pytest -n 2 -p no:cacheprovider \
		$(BEYOND:%=--ignore=tests/test_%.py) \
		--ignore=gdlib/cli.py --ignore=gdlib/widgets --ignore=gdlib/__main__.py tests gdlib

.venv-oldest/installed: requirements-oldest.lock | .venv/bin/python
	@echo "==> Installing the oldest packages into .venv-oldest"
	@.venv/bin/python -m venv .venv-oldest
	@.venv-oldest/bin/python -m pip install --quiet --require-hashes -r requirements-oldest.lock
	@touch $@

check: install  ## lint, format, spelling, types
	@echo "==> ruff"
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@echo "==> codespell"
	@$(PY) -m codespell_lib
	@echo "==> mypy"
	@$(PY) -m mypy

bench: install  ## time gdlib
	@$(PY) tests/benchmarks/run.py

LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 \
	--generate-hashes --no-emit-package gdlib --custom-compile-command "make lock"

lock:  ## resolve pyproject.toml into the lock files (needs uv)
	@echo "==> Resolving requirements.lock and requirements-oldest.lock"
	@$(LOCK) --extra dev -o requirements.lock
	@$(LOCK) --extra oldest -o requirements-oldest.lock

clean:  ## remove what was built; keep .venv, node_modules and work/
	@echo "==> Removing _build and caches"
	@rm -rf _build .pytest_cache .ruff_cache .mypy_cache
