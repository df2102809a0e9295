# SPDX-License-Identifier: GPL-3.0-only
"""The life of every role's window, and the windows that every role has: first pages, settings,
support, about.

Entry point: `role_program.RoleProgram`. Used by the wirings of desk, board and helpdesk.
May import `views` and `expert_app.runtime`.
"""
