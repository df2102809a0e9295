# SPDX-License-Identifier: GPL-3.0-only
"""Appointments at an agent's desk, without Qt: those of the organisation, and those that the agent
takes in another booking service.

Entry points: `appointments.DeskAppointments`, `outside.OutsideBookings`. May import what
`expert_app.desk` may.
"""
