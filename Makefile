# Everything runs in a virtual environment inside the checkout; nothing else is assumed but Python 3.11 or newer.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test check style setup pin clean

demo: .venv/ready
	$(BIN)/plaint demo

# All of it; pytest speaks last.
test: style
	$(BIN)/pytest tests -n auto --maxprocesses 6 --dist loadgroup

# The quick part: style, types, the boundaries between the rooms, pure rules.
check: style
	$(BIN)/pytest tests -m pure -n auto --maxprocesses 6

style: .venv/ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

setup: .venv/ready-dev

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Plaint needs Python 3.11 or newer; this is %d.%d. Set PYTHON=python3.x" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv

.venv/ready: requirements.txt pyproject.toml | .venv/bin/python
	$(PIP) -r requirements.txt
	$(PIP) --no-deps --editable .
	touch $@

.venv/ready-dev: requirements-dev.txt .venv/ready
	$(PIP) -r requirements-dev.txt
	touch $@

# Compile the pins again from pyproject.toml, as new as it allows.
pin: .venv/ready-dev
	$(BIN)/uv pip compile --quiet --universal --no-header --upgrade pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --no-header --upgrade --extra dev --extra deep --extra elastic --extra learn --extra parquet --extra redis -c requirements.txt pyproject.toml -o requirements-dev.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info
