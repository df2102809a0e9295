# SPDX-License-Identifier: GPL-3.0-only
"""The queue on the left of the desk's window: its head, its rows, and the strip it folds to.

Entry point: `view.DeskQueueView`. Which callers concern this agent says `agent_queue`, without Qt.
May import `views.desk.acts`, `views.widgets` and `views.words`.
"""
