# SPDX-License-Identifier: GPL-3.0-only
"""The pages of the kiosk outside of a conversation, one module each.

`start` offers the services, `number` asks for a number, `waiting` shows the place. `away`,
`place_kept` and `come_back` are for callers who do not stay, `closed` is for a closed service,
`goodbye` for the end, `trouble` for what does not work. `views.kiosk.window` decides which page
is shown.
May import `views.kiosk.widgets`.
"""
