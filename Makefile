# Every command a person or a build server needs. `make up` is the first.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
WORKERS ?= 2
export ACCORD_REAL_DATA ?= ../shared/data

.PHONY: up setup lock test test-long check bench browser clean

# The demo company comes with the first start; make up DEMO=0 goes without.
up: $(VENV)/.run
	@$(BIN)/accord up $(if $(filter 0,$(DEMO)),,--first-run) $(ARGS)

setup: $(VENV)/.dev

test: $(VENV)/.dev browser
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup

test-long: $(VENV)/.dev browser
	$(BIN)/pytest -m long

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python tools/vendor.py --check
	$(BIN)/python -W ignore::RuntimeWarning $(BIN)/accord makemigrations --check --dry-run
	$(BIN)/pytest tests/architecture

bench: $(VENV)/.dev
	$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY))

lock: $(VENV)/.dev
	tools/lock

browser:
	@tools/install-chromium

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Accord needs Python 3.11 or newer; $$($(PYTHON) --version) was found. Install it and run make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/.run: requirements/build.txt requirements/run.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing Accord (once; a minute or two) ..."
	@$(PIP) --require-hashes -r requirements/build.txt -r requirements/run.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing Accord and what its tests need ..."
	@$(PIP) --require-hashes -r requirements/dev.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) build dist *.egg-info
