# SPDX-License-Identifier: GPL-3.0-only
"""Session logs: written by both ends, kept by the hub, read again."""
