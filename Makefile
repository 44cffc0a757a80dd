# Whatever CI does has a target here; `make` alone lists them. Each target sets up what it needs in
# .venv, once: the stamp files there are older than the lists of packages only if those have changed.

VENV  := .venv
BIN   := $(VENV)/bin
LISTS := pyproject.toml constraints.txt
# not compiled: a quarter of the time would go into files that nobody ever imports
PIP   := $(BIN)/python -m pip --disable-pip-version-check install -qq --no-compile -c constraints.txt
# AWS's client of DAX comes as source only; whoever cannot build it has everything else.
DAX_CLIENT = $(PIP) -e ".[dax]" || echo "amazon-dax-client, which comes as source only, could not be" \
	"built here: everything works but connecting to a DAX cluster (chapter 06)."
# Arguments for a target: make demo ARGS="--limit 200"
ARGS  ?=
# Tests to run: make test TESTS=tests/unit
TESTS ?= tests
# Files of tests that run at the same time, each with a cloud of its own; 0 runs all in one process
WORKERS ?= 4

# A name on PATH proves nothing (pyenv's shims may answer "command not found", and Debian ships a
# python3 that cannot make an environment), so each candidate is asked to show what it can do.
FIND_PYTHON = \
	for python in $${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14 python}; do \
	  if "$$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info)' >/dev/null 2>&1; \
	  then echo "$$python"; exit 0; fi; \
	done; \
	echo "No Python 3.11 or newer that can make a virtual environment was found here." >&2; \
	echo "Install one (on Debian and Ubuntu: python3.11 and python3.11-venv), or name it:" >&2; \
	echo "    make $(or $(MAKECMDGOALS),lab) PYTHON=/path/to/python3.12" >&2; \
	exit 1

export PYTHON
# Packages are compiled when they are first imported. Where that may not be kept, each of the many
# processes of a run compiles them again, which takes twice the time.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install lab demo cloud doctor test course coverage check lint types notebooks diagrams docs bench pins clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- set-up -------------------------------------------------------------------------------------

install: $(VENV)/.installed ## set up .venv with what learners need
	@echo "Ready: make lab, make demo, or $(BIN)/orderlab --help"

$(BIN)/python:
	@python=$$($(FIND_PYTHON)) && echo "Making $(VENV) with $$("$$python" --version)" \
	  && "$$python" -m venv $(VENV)

$(VENV)/.installed: $(LISTS) | $(BIN)/python
	@echo "Installing packages into $(VENV) (once; a minute or two)"
	@$(PIP) -e .
	@$(DAX_CLIENT)
	@touch $@

# what tests need includes what learners need
$(VENV)/.installed-dev: $(LISTS) | $(BIN)/python
	@echo "Installing packages, with those that tests need, into $(VENV) (once; a minute or two)"
	@$(PIP) -e ".[dev]"
	@$(DAX_CLIENT)
	@touch $(VENV)/.installed $@

# --- for learners -------------------------------------------------------------------------------

lab: $(VENV)/.installed ## open JupyterLab at the first notebook
	@$(BIN)/orderlab lab $(ARGS)

demo: $(VENV)/.installed ## send a week of real orders through the whole system, in the terminal
	@$(BIN)/orderlab demo $(ARGS)

cloud: $(VENV)/.installed ## run the local cloud by itself, for the AWS CLI, curl or boto3
	@$(BIN)/orderlab cloud $(ARGS)

doctor: $(VENV)/.installed ## say what is wrong with this machine, and how to mend it
	@$(BIN)/orderlab doctor

# --- for authors --------------------------------------------------------------------------------

test: $(VENV)/.installed-dev ## run the tests; TESTS=... chooses, ARGS=... goes to pytest
	@$(BIN)/python -m pytest -q -n $(WORKERS) --no-loadscope-reorder $(TESTS) $(ARGS)

course: $(VENV)/.installed-dev ## take the whole course in a browser, solved and unsolved (half an hour)
	@$(BIN)/python -m pytest -q -s -m course tests/browser/test_whole_course.py $(ARGS)

coverage: $(VENV)/.installed-dev ## run the unit tests, and print which share of each part they ran
	@$(BIN)/python -m pytest -q -n $(WORKERS) --no-loadscope-reorder --cov --cov-report= tests/unit $(ARGS)
	@$(BIN)/python -m coverage json -q -o - | $(BIN)/python .ci/coverage_by_part.py

check: lint types ## what must hold before a change is merged: lint and types

lint: $(VENV)/.installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	@$(BIN)/mypy

notebooks: $(VENV)/.installed-dev ## make the notebooks from solutions/*.py
	@$(BIN)/orderlab build $(ARGS)

diagrams: $(VENV)/.installed ## draw diagrams/*.svg from what the chapters deploy
	@$(BIN)/python -m orderlab.drawing.generate $(ARGS)

docs: $(VENV)/.installed-dev ## write the pages that come from the code, then build the site
	@$(BIN)/python -m orderlab.cloud.differences
	@$(BIN)/python -m orderlab.cloud.score
	@$(BIN)/python -m orderlab.cloud.lambda_.state_page
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs -q build --strict $(ARGS)

bench: $(VENV)/.installed-dev ## measure, print the table and keep it in benchmarks/
	@$(BIN)/python -m benchmarks $(ARGS)

pins: ## write constraints.txt anew from the newest packages that pyproject.toml allows
	@python=$$($(FIND_PYTHON)) && "$$python" -m venv $(VENV)-pins \
	  && $(VENV)-pins/bin/python -m pip --disable-pip-version-check install -qq -e ".[dev,dax]" \
	  && { sed -n '/^#/p' constraints.txt; $(VENV)-pins/bin/python -m pip freeze --exclude-editable; } > constraints.new \
	  && mv constraints.new constraints.txt; rm -rf $(VENV)-pins

clean: ## remove .venv and everything that was generated outside git
	rm -rf $(VENV) *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis report artifacts site .coverage
	find orderlab tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
