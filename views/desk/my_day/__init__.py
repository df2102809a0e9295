# SPDX-License-Identifier: GPL-3.0-only
"""The middle of the desk between two conversations: the next caller, the work that is not
finished, the conversations of today.

Entry point: `page.IdlePage`, held by the desk's window. Imports `views.widgets`; knows no session.
"""
