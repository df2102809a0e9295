# SPDX-License-Identifier: GPL-3.0-only
"""The drivers against devices: simulated ones, CUPS and the ones of others."""
