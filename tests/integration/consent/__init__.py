# SPDX-License-Identifier: GPL-3.0-only
"""The caller's consent, from one end to the other."""
