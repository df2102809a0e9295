# SPDX-License-Identifier: GPL-3.0-only
"""Copies for agencies' document systems."""
