# SPDX-License-Identifier: GPL-3.0-only
"""The process of the second guard: reads what the recorder hands over, answers what may leave.
Started by `page_guard`, with Python's `-m`.

It has little memory and, for each push, little time: a page that makes it want more ends it, and
nothing else. It ends by itself when the kiosk's screen is gone.
"""

from __future__ import annotations

import sys
from typing import BinaryIO

import msgspec

from session.kiosk.cobrowse.guard_frames import (
    LENGTH,
    MAX_PUSH_BYTES,
    FilteredEvent,
    FilteredPush,
    encode_filtered,
    framed,
)
from session.kiosk.cobrowse.mirror_filter import filter_events
from session.protocol.conversation.mirror import MirrorEvent

MEMORY_BYTES = 1 << 30
"""Address space; a push of the largest size wants a third of it."""

PUSH_CPU_S = 6


class _Push(msgspec.Struct, frozen=True):
    """What the recorder hands over: a random name of its web document, the document's address,
    rrweb events.
    """

    document: str
    address: str
    events: list[MirrorEvent]


_push = msgspec.json.Decoder(_Push)


def filtered(text: bytes) -> FilteredPush:
    """What of the recorder's text may leave."""
    try:
        push = _push.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return FilteredPush()
    kept = filter_events(push.events)
    return FilteredPush(
        document=push.document,
        address=push.address,
        events=[FilteredEvent(event.type, bytes(event.data), event.timestamp) for event in kept],
        dropped=len(push.events) - len(kept),
    )


def _limit_memory() -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _allow_time() -> None:
    """So many seconds of the processor from now on; SIGXCPU ends who wants more."""
    if sys.platform == "win32":
        return
    import resource

    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent_s = int(usage.ru_utime + usage.ru_stime) + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (spent_s + PUSH_CPU_S, hard))


def serve(pushes: BinaryIO, answers: BinaryIO) -> None:
    """Answers each push until there are no more."""
    answers.write(framed(b""))
    answers.flush()
    while len(head := pushes.read(LENGTH.size)) == LENGTH.size:
        (size,) = LENGTH.unpack(head)
        if size > MAX_PUSH_BYTES:
            return
        text = pushes.read(size)
        _allow_time()
        answers.write(framed(encode_filtered(filtered(text))))
        answers.flush()


if __name__ == "__main__":
    _limit_memory()
    serve(sys.stdin.buffer, sys.stdout.buffer)
