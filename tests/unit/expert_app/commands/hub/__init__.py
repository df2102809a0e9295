# SPDX-License-Identifier: GPL-3.0-only
"""Commands of the command line."""
