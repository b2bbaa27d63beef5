# Two commands for a fresh machine: `make demo` and `make test`. Each makes its own environment in .venv.
# Needs Python >= 3.11, a C compiler and Rust (https://rustup.rs).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test lint rust-test python-test guard fuzz soak install clean

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
	# As an installation does; without it each start of the command compiles its modules where Python may not keep them.
	$(BIN)/python -m compileall -q python/mgmine
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

# The six fuzz targets, SECONDS each, two at a time. libFuzzer needs coverage, which stable Rust gives with these options.
SECONDS ?= 60
# The same inputs in the same order each time; 0 is another seed each time.
SEED ?= 1
FUZZ := gzip pubmed jats nbib lexicon
FUZZ_TARGET := $(shell rustc -vV | sed -n 's/^host: //p')
FUZZ_BIN := rust/fuzz/target/$(FUZZ_TARGET)/release
FUZZ_FLAGS := --cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
  -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1

fuzz: $(STAMP)
	cd rust/fuzz && RUSTFLAGS="$(FUZZ_FLAGS)" cargo build --release --locked --target $(FUZZ_TARGET)
	$(MAKE) -j2 $(FUZZ:%=fuzz-%) fuzz-manifest

# What is found new goes into rust/fuzz/found; an input that fails is kept in rust/fuzz/artifacts.
fuzz-%:
	mkdir -p rust/fuzz/found/$* rust/fuzz/artifacts/$*
	$(FUZZ_BIN)/$* -seed=$(SEED) -max_total_time=$(SECONDS) -timeout=20 -rss_limit_mb=1024 -max_len=8192 -print_final_stats=1 -verbosity=0 \
	  -dict=rust/fuzz/words.dict -artifact_prefix=rust/fuzz/artifacts/$*/ rust/fuzz/found/$* rust/fuzz/corpus/$*

fuzz-manifest: $(STAMP)
	MGMINE_FUZZ_SECONDS=$(SECONDS) $(BIN)/pytest tests/fuzz -s

# Hours: every fault point, all kills, all readers, an hour of each fuzz target.
soak: $(STAMP)
	$(BIN)/pytest --soak --long -s tests/faults tests/update tests/hostile
	$(MAKE) fuzz SECONDS=3600 SEED=0

clean:
	rm -rf $(VENV) target demo
