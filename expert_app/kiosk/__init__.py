# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's program: from the button to the wipe, and the waiting room's display.

Start with `app.KioskApp`, the kiosk's job: it asks the hub, decides which page the screen shows,
and opens and closes the conversation. It reaches the screen only through `screen.KioskScreen`.
`wiring.program.run_kiosk` builds the objects and starts them.
Only the package `wiring` may import Qt; nothing here may import `commands`, `desk` or `hub`.
"""
