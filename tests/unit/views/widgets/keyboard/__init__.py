# SPDX-License-Identifier: GPL-3.0-only
"""Widgets that several windows use."""
