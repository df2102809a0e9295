# SPDX-License-Identifier: GPL-3.0-only
"""Plots that several windows have: what all of them share, and the curves of a line.

Entry points: `themed_plot.ThemedPlot`, `line_curves`.
May import pyqtgraph and the other widgets.
"""
