# SPDX-License-Identifier: GPL-3.0-only
"""The desk's panels for scanner, printer and pages."""
