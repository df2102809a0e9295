# SPDX-License-Identifier: GPL-3.0-only
"""The basics that every part of a session uses:
the clock, tasks, signals, errors, child processes, and the words of a dossier.

Entry points: `tasks.Tasks` starts everything that runs on, `signals.Signal` announces,
`errors.SessionError` is the base of all that a person is told. Imports nothing of the project;
`documents` may import it too. No Qt.
"""
