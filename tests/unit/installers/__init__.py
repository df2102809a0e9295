# SPDX-License-Identifier: GPL-3.0-only
"""Tests of what the packages bring beside the programs: the handbook, man pages, completions."""
