# SPDX-License-Identifier: GPL-3.0-only
"""Requests of desk and board to the hub, one module for each kind of question,
and the copy of the queue that the hub keeps up to date here.

Entry points: `client.DeskClient` (queue, tickets, dossier), `board.BoardClient` (supervisors).
May import what `session.desk` may import, but no other package of `session.desk`.
"""
