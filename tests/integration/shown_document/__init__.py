# SPDX-License-Identifier: GPL-3.0-only
"""Documents that the agent shows, at both ends."""
