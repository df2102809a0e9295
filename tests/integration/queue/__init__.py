# SPDX-License-Identifier: GPL-3.0-only
"""Callers, agents and hubs around one queue, over a real bus."""
