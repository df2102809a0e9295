# SPDX-License-Identifier: GPL-3.0-only
"""What the callers' and agents' programs saw, one line for each answer; survives a kill -9.
Written by `load`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

Kind = Literal[
    "acked",
    "accepted",
    "served",
    "finished",
    "passed",
    "held",
    "declined",
    "refused",
    "moved",
    "two",
]


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of the hub. Times are seconds since 1970, of one computer's one clock.

    Attributes:
        kind: "acked": a call has its ticket; "accepted": an agent has the session; "finished": the
            agent closed it; "served": the kiosk knows that its ticket is over; "passed": the agent
            passed the caller on; "held": it let the caller wait a moment; "declined": it did not
            take an offer; "refused": the hub refused it (`session` says why); "moved": the
            supervisor is about to change the ticket's place; "two": an agent has two callers.
        sent_s: when the request was first sent; `at_s`: when the answer came.
    """

    kind: Kind
    user: str
    ticket: str
    session: str = ""
    sent_s: float
    at_s: float


class History:
    """Appends to one program's file."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)

    def write(self, seen: Seen) -> None:
        self._file.write(msgspec.json.encode(seen) + b"\n")

    def close(self) -> None:
        self._file.close()


def read(folder: Path) -> Iterator[Seen]:
    """All lines of all programs; a line that a kill cut short was not yet an answer."""
    decoder = msgspec.json.Decoder(Seen)
    for path in sorted(folder.glob("*/history.jsonl")):
        for line in path.read_bytes().split(b"\n")[:-1]:
            yield decoder.decode(line)
