# SPDX-License-Identifier: GPL-3.0-only
"""Supervisors, hosts and operators, over a real bus."""
