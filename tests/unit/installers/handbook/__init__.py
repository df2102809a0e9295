# SPDX-License-Identifier: GPL-3.0-only
"""Tests of what builds the handbook."""
