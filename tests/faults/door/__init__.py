# SPDX-License-Identifier: GPL-3.0-only
"""Floods at the hub's door for newcomers."""
