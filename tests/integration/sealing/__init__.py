# SPDX-License-Identifier: GPL-3.0-only
"""Sealed conversations and an organisation's own vault: what the operator cannot see."""
