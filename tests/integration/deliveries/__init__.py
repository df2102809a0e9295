# SPDX-License-Identifier: GPL-3.0-only
"""Copies of filed documents in agencies' own systems, with real hubs and stores."""
