# SPDX-License-Identifier: GPL-3.0-only
"""The queue of the desk, its rows and its head."""
