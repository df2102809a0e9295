# SPDX-License-Identifier: GPL-3.0-only
"""The parts that concern the person at a window of ours, whatever their role: the report of a
crash, the file for the help desk, newer versions, the choices of this person, a key behind a
passphrase.

Entry points: `role_parts.build_role_parts`, `wiring.role_program.RoleProgram`. Used by
the programs of desk, board and helpdesk. May import `expert_app.runtime`, `views`, `session`; knows
no Qt outside `wiring`.
"""
