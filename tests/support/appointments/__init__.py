# SPDX-License-Identifier: GPL-3.0-only
"""Appointments for tests: invented ones, and the desk's moments around them."""
