# SPDX-License-Identifier: GPL-3.0-only
"""A caller who signs, writes or speaks another language: who goes first, and what wait is told."""

from __future__ import annotations

from datetime import timedelta

from session.hub.queue.eligibility import Eligibility
from session.hub.queue.wait_estimates import HandlingTimes, Serving, play
from session.protocol.hub.requests import NeedsRequest, TicketRequested
from session.protocol.hub.tickets import SIGN_LANGUAGE, WRITING, Ticket
from tests.support.askers import a_kiosk
from tests.support.memory.queue import MemoryQueue

LSF = frozenset({SIGN_LANGUAGE})


async def a_call(queue: MemoryQueue, *needs: str) -> Ticket:
    wanted = TicketRequested(request_id="r1", service="housing", needs=needs)
    return (await queue.calls.call(a_kiosk(), wanted)).ticket


def may_serve(queue: MemoryQueue, agent: str, ticket: Ticket, waited_s: int = 0) -> bool:
    person = queue.catalogue.agent("valdore", agent)
    service = queue.catalogue.service("valdore", "housing")
    now = ticket.arrived_at_utc + timedelta(seconds=waited_s)
    return Eligibility(queue.catalogue).is_eligible(person, service, ticket, now)


async def test_who_signs_goes_first_and_after_a_while_anybody_may() -> None:
    queue = MemoryQueue()
    ticket = await a_call(queue, SIGN_LANGUAGE)
    assert ticket.skills == (SIGN_LANGUAGE,)
    assert may_serve(queue, "bob", ticket)
    assert not may_serve(queue, "alice", ticket)
    assert may_serve(queue, "alice", ticket, waited_s=120)


async def test_what_nobody_can_do_keeps_nobody_waiting_and_the_kiosk_can_say_so() -> None:
    queue = MemoryQueue()
    ticket = await a_call(queue, "ar", WRITING)
    assert (ticket.needs, ticket.skills) == (("ar", WRITING), ())
    assert may_serve(queue, "alice", ticket)


async def test_a_caller_who_waits_may_ask_later_and_take_it_back() -> None:
    queue = MemoryQueue()
    ticket = await a_call(queue)
    asked = NeedsRequest(ticket_id=ticket.id, needs=(SIGN_LANGUAGE,))
    answer = await queue.calls.needs(a_kiosk(), asked)
    assert answer.ticket.skills == (SIGN_LANGUAGE,)
    assert answer.position == 1, "the place is kept"
    none = NeedsRequest(ticket_id=ticket.id, needs=())
    answer = await queue.calls.needs(a_kiosk(), none)
    assert (answer.ticket.needs, answer.ticket.skills) == ((), ())


def test_the_wait_is_that_of_the_agents_with_the_skill_and_unknown_without_one() -> None:
    times = HandlingTimes()
    for _conversation in range(30):
        times.learn("o", "s", 590.0)
    busy, signing = Serving(0.0, "s", None, LSF), Serving()
    [told] = play([("s", LSF)], [busy, signing], lambda name: times.of("o", name))
    assert told is not None
    assert told.least_s >= 300, "the free agent does not sign"
    assert play([("s", LSF)], [signing], lambda name: times.of("o", name)) == [None]
    [plain] = play(["s"], [busy, signing], lambda name: times.of("o", name))
    assert plain is not None
    assert plain.least_s == 0
