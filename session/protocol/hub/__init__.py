# SPDX-License-Identifier: GPL-3.0-only
"""Messages between the hub and its clients, and the tables of verbs; JSON on the wire.

Entry points: `requests` (base classes and the queue's verbs), `tickets` (a ticket, its states, its
digest); each further module holds the messages of one subject. All verbs together:
`session.protocol.verbs`. May import `session.protocol.conversation` and `session.protocol.wire`.
"""
