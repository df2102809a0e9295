# SPDX-License-Identifier: GPL-3.0-only
"""Appointments at the desk: taking, moving and cancelling one, and those of the caller.

Entry points: `drawer.AppointmentDrawer` and `caller_card.CallerAppointmentsCard`. May import
`views.widgets`, `views.words` and `views.desk.acts`; the window puts them in place.
"""
