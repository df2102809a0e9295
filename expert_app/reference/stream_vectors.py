# SPDX-License-Identifier: GPL-3.0-only
"""Vectors of what is packed or counted: messages, the shared page's stream, the queue's digest.
Used by `expert_app.reference.vectors`.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import msgspec

from expert_app.reference.fixed_keys import Case, case, text64
from session.protocol.codec import encode, encode_session
from session.protocol.conversation.messages import CallOffered, Grant, GrantRequested
from session.protocol.conversation.mirror import Packer, parts_of
from session.protocol.hub.tickets import Ticket, TicketState, ticket_digest


def messages() -> list[Case]:
    """A message between two ends: JSON below 700 bytes, else a zstd frame. A receiver takes both,
    whatever their size, and knows them by the first four bytes (28 b5 2f fd). Another compressor
    gives other bytes of the same JSON.
    """
    short = GrantRequested(grant=Grant.SEE_PAGE, request_id="ask1")
    sdp = "v=0\r\n" + "".join(
        f"a=candidate:{n} 1 udp 1 192.0.2.{n} 5000 typ host\r\n" for n in range(1, 21)
    )
    long = CallOffered(call_id="call1", sdp=sdp)
    return [
        case(
            name,
            {"json": encode(message).decode()},
            {"json_bytes": len(encode(message)), "is_zstd": payload != encode(message)},
            {"payload_base64": text64(payload)},
        )
        for name, message in (("short", short), ("long", long))
        for payload in (encode_session(message),)
    ]


# ---- the shared page


def _events(kind: str, number: int) -> str:
    """An rrweb array; a picture has words that do not pack well, so that it comes in parts."""
    at = 1_772_444_465_000 + number
    if kind == "picture":
        words = " ".join(hashlib.sha256(f"{n}".encode()).hexdigest() for n in range(90))
        node = {
            "type": 2,
            "id": 2,
            "tagName": "p",
            "attributes": {},
            "childNodes": [{"type": 3, "id": 3, "textContent": words}],
        }
        page = {"type": 0, "id": 1, "childNodes": [node]}
        events: list[dict[str, Any]] = [
            {
                "type": 4,
                "data": {
                    "href": "https://caf.example/",
                    "width": 1280,
                    "height": 720,
                    "follows": True,
                },
                "timestamp": at,
            },
            {
                "type": 2,
                "data": {"node": page, "initialOffset": {"left": 0, "top": 0}},
                "timestamp": at,
            },
        ]
    else:
        change = {
            "source": 0,
            "texts": [{"id": 3, "value": f"étape {number}"}],
            "attributes": [],
            "removes": [],
            "adds": [],
        }
        events = [{"type": 3, "data": change, "timestamp": at}]
    return json.dumps(events, ensure_ascii=False, separators=(",", ":"))


_STREAM = (("picture", 1, True), ("change", 1, False), ("change", 1, False), ("picture", 2, True))


def raw_piece(text: bytes, *, start: bool) -> bytes:
    """A zstd frame's next piece without compression (RFC 8878, sections 3.1.1.1 and 3.1.1.2).

    The window is 4 MiB; a block holds at most 128 KiB.
    """
    if start:
        head = b"\x28\xb5\x2f\xfd" + bytes((0x00, 12 << 3))
    else:
        head = b""
    blocks = [text[at : at + 131_072] for at in range(0, len(text), 131_072)]
    return head + b"".join((len(block) << 3).to_bytes(3, "little") + block for block in blocks)


def mirror() -> list[Case]:
    """The topic `mirror`: payloads as they are sent, in order. To read: join the parts of a `seq`,
    unpack them as the next piece of the zstd stream, begun anew at `Start`. Another compressor
    gives other bytes of the same events.
    """
    return [
        _stream("packed", packed=True),
        _stream("raw blocks, without compression", packed=False),
    ]


def _stream(name: str, *, packed: bool) -> Case:
    packer = Packer()
    payloads, steps, sent = [], [], []
    for seq, (kind, epoch, start) in enumerate(_STREAM):
        text = _events(kind, seq)
        data = text.encode()
        if packed:
            piece = packer.pack(data, start=start)
        else:
            piece = raw_piece(data, start=start)
        parts = list(parts_of(piece, epoch=epoch, seq=seq, start=start))
        payloads.append({"epoch": epoch, "seq": seq, "start": start, "events": text})
        steps.append({"seq": seq, "piece_bytes": len(piece), "parts": len(parts)})
        sent += [
            {"headers": headers, "payload_base64": text64(payload)} for payload, headers in parts
        ]
    return case(name, {"payloads": payloads}, {"pieces": steps}, {"sent": sent})


# ---- the queue


def queue_digest() -> list[Case]:
    """QueueBeat.digest: CRC-32 (RFC 1952) of each ticket's text in UTF-8, XORed."""
    at = datetime(2026, 3, 2, 9, 41, 5, tzinfo=UTC)
    base: dict[str, Any] = {
        "organisation": "caf",
        "kiosk": "kiosk1",
        "site": "Mairie",
        "number": "L001",
        "arrived_at_utc": at,
    }
    first_ticket = Ticket(id="t1", service="rights", state=TicketState.WAITING, **base)
    two = Ticket(
        id="t2",
        service="housing",
        state=TicketState.IN_SESSION,
        priority=2,
        agent="alice",
        session="t2_1f00c0de",
        **base,
    )
    fields = ("id", "state", "service", "priority", "agent", "session", "assigned_to")
    cases = []
    for name, tickets in (("empty", []), ("one", [first_ticket]), ("two", [first_ticket, two])):
        digests = [ticket_digest(ticket) for ticket in tickets]
        digest = 0
        for each in digests:
            digest ^= each
        cases.append(
            case(
                name,
                {"tickets": [json.loads(msgspec.json.encode(ticket)) for ticket in tickets]},
                {
                    "texts": [
                        "\x1f".join(
                            str(getattr(ticket, field) or "0" * (field == "priority"))
                            for field in fields
                        )
                        for ticket in tickets
                    ],
                    "crc32": digests,
                },
                {"digest": digest},
            )
        )
    return cases
