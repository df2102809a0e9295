# SPDX-License-Identifier: GPL-3.0-only
# The targets install what they need: uv, Qt's system libraries, Python packages, rrweb, the catalogues.
SHELL := /bin/bash
RUN := uv run --no-sync
export PATH := $(HOME)/.local/bin:$(PATH)

.PHONY: setup demo desk test lint format bench bench-start bench-paper translations schemas clean

setup:
	@installers/setup.sh

demo: setup
	@installers/demo.sh

lint: setup
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
	$(RUN) lint-imports
	$(RUN) python -m expert_app.schemas --check
	$(RUN) python installers/catalogues.py --check

format: setup
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

test: lint
	$(RUN) pytest

bench: bench-start bench-paper

bench-%: setup
	@mkdir -p build/bench
	$(RUN) python -m tests.benchmarks.bench_$*

schemas: setup
	$(RUN) python -m expert_app.schemas

translations: setup
	$(RUN) python installers/catalogues.py

clean:
	rm -rf build dist .venv .mypy_cache .ruff_cache .pytest_cache resources/vendor
