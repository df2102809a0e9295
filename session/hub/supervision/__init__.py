# SPDX-License-Identifier: GPL-3.0-only
"""The acts of supervisors: on tickets and services, and taking them back; memos between people.

Entry points: `board.Board` (acts and what the board shows), `undo.Undo` (the history of acts) and
`memos.Memos`. May import `assignment`, `history`, `queue` and what stands below them.
"""
