# SPDX-License-Identifier: GPL-3.0-only
"""Fuzzing of everything that reads bytes of others: messages, pages, devices, files.

`make fuzz` (`python -m tests.fuzz`) runs each target of `targets.py` for a while under atheris,
guided by coverage, each in a process with limits of time and memory, and prints a table. What it
finds is kept in `build/fuzz`; copy it to `tests/data/fuzz/TARGET` and it becomes a test
(`test_targets.py`), which `make test` runs with every seed.
"""
