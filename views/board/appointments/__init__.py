# SPDX-License-Identifier: GPL-3.0-only
"""The board's page of appointments: a day, its times and its changes, and the figures.

Entry point: `page.BoardAppointmentsPage`. May import `views.board`, `views.widgets` and
`views.words`; the board's window puts it in place.
"""
