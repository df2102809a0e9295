# SPDX-License-Identifier: GPL-3.0-only
"""The process of the second guard: reads what the recorder hands over, answers what may leave.
Started by `page_guard`, with Python's `-m`.

It has little memory and, for each push, little time: a page that makes it want more ends it, and
nothing else. It ends by itself when the kiosk's screen is gone.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable
from typing import Any, BinaryIO

import msgspec

from session.core.child_process import leave_no_memory_behind
from session.core.field_types import NOT_DECODED
from session.kiosk.cobrowse.guard_frames import (
    LENGTH,
    MAX_PUSH_BYTES,
    FilteredEvent,
    FilteredPush,
    encode_filtered,
    framed,
)
from session.kiosk.cobrowse.mirror_filter import filter_events, source_of
from session.kiosk.cobrowse.named_sheets import MarkUnknown, SheetNaming
from session.kiosk.cobrowse.page_texts import TEXT_SOURCES, PageTexts
from session.kiosk.cobrowse.pointer_filter import PointerFilter
from session.protocol.conversation.mirror import FULL_SNAPSHOT, MAX_EVENTS_BYTES, MirrorEvent

MEMORY_BYTES = 1 << 30
"""Address space; a push of the largest size wants a third of it."""

PUSH_CPU_S = 6

_COLLECT_BYTES = 1 << 20
"""So much is looked at until garbage is collected: between two answers, never while one is made."""

_UNKNOWN = -1


class _Push(msgspec.Struct, frozen=True):
    """The push that the recorder hands over: a random name of its web document,
    the document's address, rrweb events, and whether it could make no picture.
    """

    document: str
    address: str
    events: list[MirrorEvent]
    lost: bool = False


_push = msgspec.json.Decoder(_Push)


class PushFilter:
    """The filter that decides what of the recorder's texts may leave, one after the other."""

    def __init__(self) -> None:
        self._document = ""
        self._texts = PageTexts()
        self._pointer = PointerFilter()
        self._naming = SheetNaming()
        self._lacks = False

    def filtered(self, text: bytes) -> FilteredPush:
        """The events that may leave, masked."""
        try:
            push = _push.decode(text)
        except NOT_DECODED:
            return FilteredPush()
        if push.document != self._document:
            self._document = push.document
            self._texts = PageTexts()
        self._lacks = False
        masked = filter_events([self._with_neighbours(event) for event in push.events])
        events = self._pointer.filter(masked)
        return FilteredPush(
            document=push.document,
            address=push.address,
            events=[
                FilteredEvent(event.type, bytes(event.data), event.timestamp) for event in events
            ],
            dropped=len(push.events) - len(masked),
            lost=push.lost or self._lacks or _pictures(push.events) > _pictures(masked),
            sheets=self._naming.take_new(),
        )

    def _with_neighbours(self, event: MirrorEvent) -> MirrorEvent:
        """The event without the parts of numbers that are cut over several texts; what cannot be
        understood becomes an event that nobody knows.
        """
        if len(event.data) > MAX_EVENTS_BYTES:
            return event
        try:
            if event.type != FULL_SNAPSHOT and source_of(event) not in TEXT_SOURCES:
                return event
            data = msgspec.json.decode(event.data, type=dict[str, Any])
            is_picture = event.type == FULL_SNAPSHOT
            if is_picture:
                changed = self._texts.mask_picture(data)
            else:
                changed = self._texts.mask_change(data)
            changed = self._naming.put_names(self._texts.links) or changed
        except MarkUnknown:
            self._lacks = True
            return MirrorEvent(_UNKNOWN, event.data, event.timestamp)
        except (msgspec.MsgspecError, ValueError, TypeError, KeyError, AttributeError):
            return MirrorEvent(_UNKNOWN, event.data, event.timestamp)
        if not changed:
            return event
        return MirrorEvent(event.type, msgspec.Raw(msgspec.json.encode(data)), event.timestamp)


def _pictures(events: Iterable[MirrorEvent]) -> int:
    return sum(event.type == FULL_SNAPSHOT for event in events)


def _limit_memory() -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    leave_no_memory_behind()


def _allow_time() -> None:
    """Allow so many seconds of the processor from now on; SIGXCPU ends who wants more."""
    if sys.platform == "win32":
        return
    import resource

    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent_s = int(usage.ru_utime + usage.ru_stime) + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (spent_s + PUSH_CPU_S, hard))


def serve(pushes: BinaryIO, answers: BinaryIO) -> None:
    """Answers each push until there are no more."""
    filtering = PushFilter()
    gc.disable()
    uncollected = 0
    answers.write(framed(b""))
    answers.flush()
    while len(head := pushes.read(LENGTH.size)) == LENGTH.size:
        (size,) = LENGTH.unpack(head)
        if size > MAX_PUSH_BYTES:
            return
        text = pushes.read(size)
        _allow_time()
        answers.write(framed(encode_filtered(filtering.filtered(text))))
        answers.flush()
        uncollected += size
        if uncollected > _COLLECT_BYTES:
            gc.collect()
            uncollected = 0


if __name__ == "__main__":
    _limit_memory()
    serve(sys.stdin.buffer, sys.stdout.buffer)
