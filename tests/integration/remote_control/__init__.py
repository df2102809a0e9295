# SPDX-License-Identifier: GPL-3.0-only
"""The agent's acts on the caller's page, in a real browser."""
