# SPDX-License-Identifier: GPL-3.0-only
"""Stories of whole conversations with the real programs, driven by a script."""
