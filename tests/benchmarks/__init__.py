# SPDX-License-Identifier: GPL-3.0-only
"""`make bench`: one `bench_*` a command, each with goals where the field has them.
See docs/benchmarks.md.
"""
