# SPDX-License-Identifier: GPL-3.0-only
"""What travels beside a request, in its headers: the trace id of the act that it belongs to, and
how long its answer is still waited for. Written by clients, read by the hub and by a vault.

The time is told in seconds left, because the clocks of kiosks lie; it counts from the moment at
which the message is read, by the clock of the event loop, as every other time limit of the bus.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from session.protocol.wire.ids import is_id, new_id
from session.protocol.wire.program import SECONDS_LEFT, TRACE

_SECONDS = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?")


@dataclass(frozen=True)
class RequestContext:
    """The circumstances of one request.

    Attributes:
        trace: "" where whoever asks has sent none.
        until_s: by the clock of the event loop; later nobody hears the answer.
    """

    trace: str = ""
    until_s: float = math.inf

    @property
    def left_s(self) -> float:
        """Seconds until nobody waits any more; 0 afterwards."""
        return max(0.0, self.until_s - asyncio.get_running_loop().time())

    @property
    def is_late(self) -> bool:
        """True when nobody waits for the answer any more."""
        return self.left_s <= 0

    def headers(self, after_s: float = 0.0) -> dict[str, str]:
        """Return the headers of a request that is sent in so many seconds."""
        left_s = max(0.0, self.left_s - after_s)
        headers = {TRACE: self.trace} if self.trace else {}
        if left_s < math.inf:
            headers[SECONDS_LEFT] = f"{left_s:.3f}"
        return headers


NO_CONTEXT = RequestContext()

_answered: ContextVar[tuple[asyncio.Task[object] | None, RequestContext]] = ContextVar(
    "the request that a task answers", default=(None, NO_CONTEXT)
)


@contextmanager
def answering(context: RequestContext) -> Iterator[None]:
    """Mark the request that this task answers, for what it asks of others on the way."""
    token = _answered.set((asyncio.current_task(), context))
    try:
        yield
    finally:
        _answered.reset(token)


def answered_request() -> RequestContext:
    """Return the request that this very task answers. A task that it starts has none: its work
    goes on when nobody waits for the answer any more.
    """
    task, context = _answered.get()
    if task is not None and task is asyncio.current_task():
        return context
    return NO_CONTEXT


def new_trace() -> str:
    """Return the trace id of what this task asks: of the request that it answers, or a new one."""
    return answered_request().trace or new_id()


def context_for(answer_s: float, trace: str) -> RequestContext:
    """Return the context of a request that is asked now and answered in at most `answer_s`, and
    not later than the request that this task answers itself.
    """
    until_s = asyncio.get_running_loop().time() + answer_s
    return RequestContext(trace, min(until_s, answered_request().until_s))


def read_context(headers: Mapping[str, str]) -> tuple[RequestContext, int]:
    """Return what the headers of a message say, and how many of them say nothing that can be:
    those count as missing.
    """
    trace, left = headers.get(TRACE, ""), headers.get(SECONDS_LEFT, "")
    refused = 0
    if trace and not is_id(trace):
        refused += 1
        trace = ""
    until_s = math.inf
    if left and _SECONDS.fullmatch(left):
        until_s = asyncio.get_running_loop().time() + float(left)
    elif left:
        refused += 1
    return RequestContext(trace, until_s), refused
