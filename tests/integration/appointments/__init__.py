# SPDX-License-Identifier: GPL-3.0-only
"""Appointments from the first question to the hour, over a real hub."""
