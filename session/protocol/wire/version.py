# SPDX-License-Identifier: GPL-3.0-only
"""The number of the protocol that hub, desk and kiosk speak; another number is refused in words."""

PROTOCOL_VERSION = 1

MAX_CONTROL_BYTES = 256 * 1024
"""Largest control message (JSON), well under the bus's own 1 MB."""

MAX_CHUNK_BYTES = 48 * 1024
"""Largest raw chunk of a page or a file."""

SEAL_BYTES = 4096
"""Most that sealing adds to a raw payload: its headers, and 18 bytes."""

MAX_ITEM_BYTES = 24 * 1024 * 1024
"""Largest page or file that is sent in chunks."""
