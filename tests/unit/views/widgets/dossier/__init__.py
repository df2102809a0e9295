# SPDX-License-Identifier: GPL-3.0-only
"""Whose dossier it is, as desk and board ask for it."""
