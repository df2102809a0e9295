# SPDX-License-Identifier: GPL-3.0-only
"""A print is for one conversation and one kiosk: what both ends put into the binding.
Pure; used by both ends.

A document that was meant for somebody else, or comes again after the conversation, has another
binding and is refused.
"""

from __future__ import annotations

import hashlib


def print_binding(session_id: str, kiosk_key: str, sha256: str, copies: int) -> str:
    """SHA-256, hex, over session, the kiosk's public key, the document's hash and the copies."""
    return hashlib.sha256(
        "\n".join((session_id, kiosk_key, sha256, str(copies))).encode()
    ).hexdigest()
