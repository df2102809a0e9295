# SPDX-License-Identifier: GPL-3.0-only
"""The parts that make a window usable by its keys: the command palette, the actions that it
finds, and the order in which Tab goes.

Start with `command_palette.CommandPalette`, `window_actions.WindowActions` and
`tab_order.order_window`. May import what `views.widgets` may.
"""
