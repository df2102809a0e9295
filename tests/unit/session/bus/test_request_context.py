# SPDX-License-Identifier: GPL-3.0-only
"""What travels beside a request: what of it is believed, and who passes it on."""

from __future__ import annotations

import asyncio
import math

import pytest

from session.bus.request_context import (
    NO_CONTEXT,
    RequestContext,
    answered_request,
    answering,
    context_for,
    new_trace,
    read_context,
)
from session.protocol.wire.program import SECONDS_LEFT, TRACE


async def test_what_is_written_is_read_on_the_other_side() -> None:
    written = context_for(5.0, "press-1")
    context, refused = read_context(written.headers())
    assert (context.trace, refused) == ("press-1", 0)
    assert 4.0 < context.left_s <= 5.0
    assert not context.is_late
    assert float(written.headers(after_s=1.5)[SECONDS_LEFT]) <= 3.5


async def test_a_message_without_these_headers_waits_as_long_as_it_likes() -> None:
    assert read_context({}) == (NO_CONTEXT, 0)
    assert NO_CONTEXT.left_s == math.inf
    assert NO_CONTEXT.headers() == {}


@pytest.mark.parametrize(
    "left",
    ["-1", "nan", "inf", "1e9", "9999", "1.23456", "5 s", "٥", "+5", "0x5", "5,0", "." * 900],
)
async def test_seconds_that_are_none_count_as_missing(left: str) -> None:
    assert read_context({SECONDS_LEFT: left}) == (NO_CONTEXT, 1)


@pytest.mark.parametrize("trace", ["a b", "a.b", "é", "x" * 41, "a\nb", "<b>"])
async def test_a_trace_that_is_no_id_counts_as_missing(trace: str) -> None:
    assert read_context({TRACE: trace, SECONDS_LEFT: "900"})[0].trace == ""
    assert read_context({TRACE: trace}) == (NO_CONTEXT, 1)


async def test_nobody_waits_once_the_seconds_are_over() -> None:
    context, _ = read_context({SECONDS_LEFT: "0"})
    assert context.is_late
    assert context.headers()[SECONDS_LEFT] == "0.000"


async def test_what_is_asked_on_the_way_to_an_answer_has_its_trace_and_its_time() -> None:
    given = RequestContext("press-1", asyncio.get_running_loop().time() + 2.0)
    with answering(given):
        assert new_trace() == "press-1"
        assert context_for(30.0, "press-1").until_s == given.until_s
        assert context_for(1.0, "press-1").left_s <= 1.0
    assert answered_request() is NO_CONTEXT
    assert new_trace() != "press-1"


async def test_a_task_that_an_answer_starts_has_a_time_of_its_own() -> None:
    async def later() -> RequestContext:
        return answered_request()

    with answering(RequestContext("press-1", 0.0)):
        assert await asyncio.create_task(later()) is NO_CONTEXT
