# SPDX-License-Identifier: GPL-3.0-only
"""A log of any size on one line of time: opened without being held in memory, and played.

Entry points: `opening.open_log` and `opening.open_lines` (for a worker thread), which make an
`opened.OpenedLog`; `replay.Replay` plays it. `state` is what a session had come to.
May import `session.log`; no Qt.
"""
