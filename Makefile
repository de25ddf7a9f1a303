# `make run` and `make test` are all a new machine needs: each prepares what is missing.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup run test lint bench shots lock train clean

setup: .venv/ready
	@$(BIN)/python scripts/system_libraries.py

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
	$(BIN)/uv pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

run: setup
	@$(BIN)/python scripts/run.py

test: setup
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m tests.benchmarks

shots: setup
	$(BIN)/python -m scripts.shots

# Trains the built-in networks anew and writes their cards: make train PHOTOS=folder. An hour and a half on two cores.
train: .venv-training/ready
	for name in natural-x2 fast-x2 natural-x4 repair-x2 repair-x4; do \
		.venv-training/bin/python -m training.train $$name --photos "$(PHOTOS)" && \
		.venv-training/bin/python -m training.export $$name || exit 1; done
	.venv-training/bin/python -m training.evaluate --photos "$(PHOTOS)"

.venv-training/ready: pyproject.toml | setup
	$(PYTHON) -m venv .venv-training
	$(BIN)/uv pip install --quiet --python .venv-training/bin/python --group training
	@touch $@

# Resolves the dependencies anew, for every platform, with hashes and without any registry's address.
lock: setup
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --group dev --upgrade pyproject.toml --output-file requirements.lock

clean:
	rm -rf .venv .venv-training build .mypy_cache .ruff_cache .pytest_cache .hypothesis
