# SPDX-License-Identifier: GPL-3.0-only
"""The desk's mirror of the caller's page, and its tools."""
