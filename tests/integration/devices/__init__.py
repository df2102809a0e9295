# SPDX-License-Identifier: GPL-3.0-only
"""Scanner, printer and pages from one end to the other."""
