# SPDX-License-Identifier: GPL-3.0-only
"""Builds the kiosk's window and objects and connects them; the only part that knows Qt.

`program.run_kiosk` is the command `expert-app kiosk`; `program.build_kiosk` puts the parts together
that `panes`, `hub` and `conversations` build. `window` connects what the caller touches to the job.
`display.run_display` is the command `expert-app display`.
"""
