# Everything runs in .venv, made here on first use from python3 and the pinned versions.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help install demo test test-fast test-gpu lint format types imports check clean

help:
	@echo "make demo       classify the bundled pictures with the bundled model"
	@echo "make test       all tests: the plain ones, then those that load a small model"
	@echo "make test-fast  the plain tests only"
	@echo "make test-gpu   the tests that need an accelerator"
	@echo "make check      lint, types, import rules and all tests"
	@echo "make format     rewrite the code in the house format"
	@echo "make clean      remove .venv and what the tools left behind"

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
	  || { echo "make: $(PYTHON) is missing or older than 3.10; name another one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "make: $(PYTHON) cannot make virtual environments; on Debian: apt install python3-venv" >&2; exit 1; }
	@echo "installing into $(VENV) (once; some minutes)" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -e '.[dev]' -c constraints.txt
	@touch $@

demo: $(STAMP)
	@$(BIN)/hiercls demo

test: $(STAMP)
	@$(BIN)/pytest

test-fast: $(STAMP)
	@$(BIN)/pytest -m "not slow and not gpu" --ignore=tests/model

test-gpu: $(STAMP)
	@$(BIN)/pytest -m gpu

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(STAMP)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(STAMP)
	@$(BIN)/mypy

imports: $(STAMP)
	@$(BIN)/lint-imports --no-logo

check: lint types imports test

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
