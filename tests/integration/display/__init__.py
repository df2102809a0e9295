# SPDX-License-Identifier: GPL-3.0-only
"""Stories of the kiosk on a real X display."""
