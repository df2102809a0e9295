# SPDX-License-Identifier: GPL-3.0-only
"""The queue: tickets, the callers behind them, conversations, and what everybody is told of them.

Entry points: `ticket_changes.TicketChanges` is the only place that changes a ticket;
`view.QueueView` answers questions about the queue; `calls.Calls` (the kiosk's side) and
`sessions.Sessions` (the agent's side) are the rules behind the requests; `core.QueueCore` is what
nearly every rule is given. May import `access`, `convention`, `opening_hours` and `storage`.
"""
