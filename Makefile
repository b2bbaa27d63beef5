# Two commands for a fresh machine: `make demo` and `make test`. Each makes its own environment in .venv.
# Needs Python >= 3.11, a C compiler and Rust (https://rustup.rs).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test lint rust-test python-test guard install clean

demo: install
	$(BIN)/mgmine demo -o demo

test: lint rust-test python-test

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("mgmine needs Python 3.11 or newer, this is " + sys.version) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

# The package as a user gets it: an optimised build of the Rust core, with the language pass.
install: $(BIN)/python
	$(BIN)/python -m pip install --quiet ".[nlp]"

$(STAMP): pyproject.toml $(BIN)/python
	$(BIN)/python -m pip install --quiet "maturin>=1.9,<2"
	VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/maturin develop --release --locked --extras nlp,test
	touch $@

lint: $(STAMP)
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

rust-test:
	cargo test --workspace --locked

# In place, so that the tests run on the tree.
python-test: $(STAMP)
	VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/maturin develop --release --locked --skip-install
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

# What the parts of a scan cost in instructions, against the counts on file; skipped where there is no valgrind.
guard:
	$(PYTHON) benchmarks/instructions.py

clean:
	rm -rf $(VENV) target demo
