# SPDX-License-Identifier: GPL-3.0-only
"""Tests of `expert_app.register`."""
