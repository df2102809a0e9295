# SPDX-License-Identifier: GPL-3.0-only
"""Sentences that several windows say."""
