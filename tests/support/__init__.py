# SPDX-License-Identifier: GPL-3.0-only
"""Builders and stand-ins that several folders of tests use."""
