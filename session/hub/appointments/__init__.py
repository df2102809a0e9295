# SPDX-License-Identifier: GPL-3.0-only
"""Appointments: which times are free, taking one, and the caller who comes at the hour.

Entry point: `wiring.build`. `slots` is pure; `booking` answers those who book, `check_in` the kiosk
at the hour, `day` those who work by them. The rows are the dossiers' store's
(`session.hub.dossier.appointment_store`). May import `session.hub.convention`,
`session.hub.opening_hours`, `session.hub.dossier` and `session.hub.queue`.
"""
