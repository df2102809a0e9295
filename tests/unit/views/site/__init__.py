# SPDX-License-Identifier: GPL-3.0-only
"""The host's window and the screen of a waiting room."""
