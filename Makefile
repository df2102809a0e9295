# SPDX-License-Identifier: GPL-3.0-only
# The targets install what they need: uv, Qt's system libraries, Python packages, rrweb, the catalogues.
SHELL := /bin/bash
BIN := .venv/bin

ROUNDS ?= 1
PRODUCT := expert_app views session documents resources

# The tests start programs hundreds of times: Python compiles them once.
unexport PYTHONDONTWRITEBYTECODE

# Where the set-up may install all that the tests use (root on Debian), none of them is skipped.
WHOLE := $(if $(filter 0,$(shell id -u)),$(if $(wildcard /etc/debian_version),--nothing-skipped))

.PHONY: setup demo test test-strict test-units test-stories test-long pilot walk-appointment test-faults fuzz packages test-packages windows test-windows release image test-image lint lint-types lint-rest format bench bench-hub bench-paper bench-replay pictures schemas translations handbook clean

setup:
	@installers/setup.sh

demo: setup
	@installers/demo.sh

lint: setup
	@$(MAKE) --no-print-directory -j2 --output-sync=target lint-types lint-rest

# The second look is Windows': what only other systems have is an error there.
lint-types:
	$(BIN)/mypy
	$(BIN)/mypy --platform win32 --no-warn-unreachable --cache-dir .mypy_cache/win32 $(PRODUCT:%=--package=%)

lint-rest:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/vulture
	$(BIN)/deptry $(PRODUCT)
	$(BIN)/python -m expert_app.reference --check
	$(BIN)/python installers/catalogues.py --check
	$(BIN)/python installers/check_client.py

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Programs and people are waited for; meanwhile what waits for nobody computes, and gives way.
# A test that failed is tried once more, alone, at the end; `make test-strict` has no second try.
test: LATER := yes
test test-strict:
	@installers/setup.sh test
	@mkdir -p build
	@rm -f build/failed-*.txt build/second-try.txt
	@echo "lint and units: build/units.log"
	@trap 'kill $$beside' INT TERM; \
	nice -n 10 $(MAKE) --no-print-directory -j2 --output-sync=target lint test-units LATER=$(LATER) >build/units.log 2>&1 & beside=$$!; \
	$(MAKE) --no-print-directory test-stories LATER=$(LATER); stories=$$?; \
	wait $$beside; units=$$?; cat build/units.log; exit $$((stories || units))
	$(if $(LATER),$(BIN)/python -m tests.second_try $(WHOLE))

# Should the browser engine take a worker down, the run goes on and names the test.
test-units:
	$(BIN)/pytest -n 3 -m "not long" $(WHOLE) $(if $(LATER),--failed-to build/failed-units.txt) tests/unit

# One worker for each kind that waits in real time, then for the rest (CONTRIBUTING.md, "Tests").
test-stories:
	$(BIN)/pytest -n 3 --dist loadscope -m "not long" $(WHOLE) $(if $(LATER),--failed-to build/failed-stories.txt) --ignore tests/unit

# What takes both processors for minutes, one after the other: before each release.
test-long:
	@installers/setup.sh long
	$(BIN)/pytest -m long $(WHOLE) tests

pilot:
	@installers/setup.sh test
	$(BIN)/python -m tests.pilot

# Each part runs, whatever became of those before it; the last lines say which of them failed.
FAULTS ?= "paper" "power_cut" "door.flood 30" "hostile 30" "chaos.press --rounds $(ROUNDS)" "run_cluster --rounds $(ROUNDS)" "region" "chaos"

# A week of appointments in a minute, with a picture of each step: build/appointment.
walk-appointment:
	@installers/setup.sh test
	$(BIN)/python -m tests.appointment

test-faults: setup
	@failed=0; report=; for part in $(FAULTS); do \
		if $(BIN)/python -m tests.faults.$$part; then report+="passed: $$part"$$'\n'; \
		else report+="FAILED: $$part"$$'\n'; failed=1; fi; done; \
	printf 'test-faults\n%s' "$$report"; exit $$failed

# Debian 13 on amd64 builds them: dist/*.deb, from uv.lock, the same bytes for the same commit.
packages:
	@installers/setup.sh packages
	/usr/bin/python3.13 installers/debian/build.py

# On Linux: dist/*.msi, from uv.lock and Python's own package for Windows (docs/windows.md).
windows:
	@installers/setup.sh windows
	$(BIN)/python installers/windows/build.py $(WINDOWS)

# Needs wine, Xvfb and mingw; an agent works at a desk under wine (docs/windows.md). Before each release.
test-windows: windows
	$(BIN)/python -m tests.windows "$$(ls -t dist/*.msi | head -n 1)"

# As root; half an hour. Before each release.
test-packages: packages
	@installers/setup.sh test-packages
	$(BIN)/python -m tests.packages

# docs/releasing.md. Publishes nothing. OPTIONS=--trial: of a commit without a tag.
release:
	@installers/setup.sh packages
	$(BIN)/python installers/release.py $(OPTIONS)

# As root: the hub as an OCI image, from the .deb and a Debian of its own.
image:
	installers/image/build.sh

test-image: image
	$(BIN)/python -m tests.packages.container

# atheris is for this run only.
fuzz: setup
	PATH="$$PATH:$(HOME)/.local/bin:$(CURDIR)/build/uv/bin" uv run --no-sync --with atheris python -m tests.fuzz

bench:
	@$(MAKE) --no-print-directory --keep-going bench-start bench-work bench-paper bench-statistics bench-log_list bench-scale bench-appointments bench-import bench-cobrowse bench-replay bench-hub bench-media

bench-paper: setup
	@installers/bench_peers.sh
	$(BIN)/python -m tests.benchmarks.bench_paper

bench-replay: setup
	@installers/bench_peers.sh replay
	$(BIN)/python -m tests.benchmarks.bench_replay

bench-%: setup
	$(BIN)/python -m tests.benchmarks.bench_$*

# The peers' drivers are for this run only: PostgreSQL and Valkey themselves come from the system.
bench-hub: setup
	PATH="$$PATH:$(HOME)/.local/bin:$(CURDIR)/build/uv/bin" \
		uv run --no-sync --with asyncpg --with redis python -m tests.benchmarks.bench_hub

# Every window in every state: two languages, two themes, three screens. ONLY=desk/ draws the desk's.
# Fails when one is not as accepted (tests/data/pictures.txt); ACCEPT=1 accepts all that is drawn now.
# What has changed is drawn beside what it was when it was accepted, or at BASE=commit: build/pictures/index.html.
pictures: setup
	$(BIN)/python -m tests.support.screens.pictures $(ONLY) $(if $(ACCEPT),--accept) $(if $(BASE),--base=$(BASE))

schemas: setup
	$(BIN)/python -m expert_app.reference

# The pages of docs as HTML that is read from the disk: build/handbook/index.html.
handbook: setup
	$(BIN)/python installers/handbook/build.py

translations: setup
	$(BIN)/python installers/catalogues.py

clean:
	rm -rf build dist .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache resources/vendor
