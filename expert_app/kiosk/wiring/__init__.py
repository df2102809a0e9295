# SPDX-License-Identifier: GPL-3.0-only
"""Builds the kiosk's window and objects and connects them; the only part that knows Qt.

`program.run_kiosk` is the command `expert-app kiosk`; `program.build_kiosk` puts the parts together
that `panes`, `hub` and `conversations` build. `visit` decides which page is shown; `window`
connects what the caller touches with what does it. `display.run_display` is the command
`expert-app display`.
"""
