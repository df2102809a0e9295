# SPDX-License-Identifier: GPL-3.0-only
"""Invented data in real windows, and galleries that save their pictures."""
