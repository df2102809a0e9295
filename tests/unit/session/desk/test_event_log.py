# SPDX-License-Identifier: GPL-3.0-only
"""What the desk writes down of a conversation's parts."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace
from typing import Any, cast

from session.core.clock import ManualClock
from session.core.signals import Signal
from session.desk.event_log import EventLog
from session.log import events
from session.log.troubles import trouble_of
from session.protocol.conversation.messages import CallFailed


class _Part(defaultdict[str, Signal[Any]]):
    """A part of a conversation: every name is a signal."""

    def __init__(self) -> None:
        super().__init__(Signal)

    def __getattr__(self, name: str) -> Signal[Any]:
        return self[name]


def test_a_call_that_failed_is_written_with_its_reason() -> None:
    written: list[events.AnyEvent] = []
    log = cast("Any", SimpleNamespace(write=written.append))
    call, page, devices = cast("Any", _Part()), cast("Any", _Part()), cast("Any", _Part())
    EventLog(cast("Any", None), log, clock=ManualClock()).listen(call, page, devices)

    call.not_set_up.emit(CallFailed(call_id="c1", code="Relay_unreachable!"))

    assert written == [events.CallFailed(call_id="c1", code="relay_unreachable")]
    assert trouble_of(written[0]) is not None
