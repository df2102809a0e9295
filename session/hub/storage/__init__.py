# SPDX-License-Identifier: GPL-3.0-only
"""The hub's store of tickets, callers and what the board decides:
JetStream, with revisions.

Entry points: `interfaces.TicketStore`, which the hub's rules know, and
`ticket_store.NatsTicketStore`, which is built. `lease.Lease` elects the hub that does the work
of one, `disk_space.DiskSpace` refuses calls before the disk is full. May import `session.bus`,
`session.core` and `session.protocol`.
"""
