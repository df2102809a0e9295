# SPDX-License-Identifier: GPL-3.0-only
"""The operator's work: backup, restore, upgrade."""
