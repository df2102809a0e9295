# SPDX-License-Identifier: GPL-3.0-only
"""Registers of organisations, asked and imported."""
