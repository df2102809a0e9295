# SPDX-License-Identifier: GPL-3.0-only
"""The middle of a conversation at the desk: face, shared page and papers in the layout that the
agent chooses, remembered for each screen.

Entry point: `stage.WorkStage`, held by the desk's window. May import `views.widgets` and the views
of `views.desk` that it arranges; it knows no session.
"""
