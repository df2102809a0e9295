# SPDX-License-Identifier: GPL-3.0-only
"""Connects the helpdesk's window with its jobs and the bus.

Entry point: `program.HelpdeskProgram`, opened by `expert-app desk` for the roles "helpdesk"
and "operator".
May import what a program's wiring may: `views`, `expert_app.helpdesk`, `expert_app.runtime`.
"""
