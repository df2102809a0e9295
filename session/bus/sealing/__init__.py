# SPDX-License-Identifier: GPL-3.0-only
"""Keys, certificates and messages that are encrypted between two ends: they keep a
conversation, a caller's number and an organisation's vault unreadable for whoever runs the hub.

Entry point: `client.SealingClient`, given to `session.bus.client.BusClient`. Used by desks,
kiosks and vaults. Of the bus it may import `transport` alone. docs/sealing.md has the whole on
one page.
"""
