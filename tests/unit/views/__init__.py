# SPDX-License-Identifier: GPL-3.0-only
"""Windows and widgets, each as a person sees and uses it."""
