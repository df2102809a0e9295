# SPDX-License-Identifier: GPL-3.0-only
"""Parts of the product that keep everything in memory, for tests that need no server."""
