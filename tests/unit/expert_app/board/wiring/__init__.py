# SPDX-License-Identifier: GPL-3.0-only
"""How the windows of board and site are put together."""
