# SPDX-License-Identifier: GPL-3.0-only
"""Dossiers, pieces and documents between desk, hub and store."""
