# SPDX-License-Identifier: GPL-3.0-only
"""The shared page at the agent beside the caller's own, pixel by pixel."""
