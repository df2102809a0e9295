# SPDX-License-Identifier: GPL-3.0-only
"""Widgets that several windows use: theme, icons, buttons and labels, message bar, plots, sheets.

Start with `parts` (buttons, labels, rows and columns), `theme` (colours, fonts, spaces) and
`message_bar.MessageBar` (where every trouble is shown). May import `resources` and, for what a
widget shows, `session`; no other package of `views` but `words`.
"""
