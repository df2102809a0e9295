# SPDX-License-Identifier: GPL-3.0-only
"""Records without what was on the shared page, for a vendor and for the network's operator.
Used by the hub, and by the file for a vendor.

Nothing is left out, so that numbers stay without gaps.
"""

from __future__ import annotations

import msgspec

from session.core.errors import LogUnreadable
from session.log.codec import decode_record, encode_record
from session.log.events import AddressOpened, MirrorChunk, Record

SITE = "site"
"""In place of a host's name."""


def without_page(record: Record, host: str = SITE) -> Record:
    """The record with an empty stretch of the page, and with this name in place of its host."""
    event = record.event
    match event:
        case MirrorChunk():
            event = msgspec.structs.replace(event, data=b"", is_snapshot=False, part=0, parts=1)
        case AddressOpened():
            event = msgspec.structs.replace(event, host=host)
        case _:
            return record
    return msgspec.structs.replace(record, event=event)


def line_without_page(line: bytes) -> bytes:
    """The same of a record's line; nothing of one that cannot be read: who knows what is in it."""
    try:
        return encode_record(without_page(decode_record(line)))
    except LogUnreadable:
        return b""
