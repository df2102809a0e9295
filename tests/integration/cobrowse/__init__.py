# SPDX-License-Identifier: GPL-3.0-only
"""The shared page between a real browser at the kiosk and the mirror at the desk."""
