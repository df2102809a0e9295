# SPDX-License-Identifier: GPL-3.0-only
"""Copies of filed documents for agencies' own document systems (GED):
one module per system, and the courier. No Qt.
"""
