# SPDX-License-Identifier: GPL-3.0-only
"""One connection to the bus that comes back by itself, over TCP, TLS or WebSocket, and the keys
that prove who connects.

Entry point: `connection.Connection`. The only package that imports nats-py; of the bus it imports
nothing.
"""
