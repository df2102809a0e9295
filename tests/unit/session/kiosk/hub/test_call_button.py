# SPDX-License-Identifier: GPL-3.0-only
"""From press to ticket, with a hub that answers late, twice or not at all."""

from __future__ import annotations

import asyncio

import pytest

from session.core.clock import ManualClock
from session.core.errors import HubUnreachable, SessionError
from session.kiosk.hub.call_button import SAME_PRESS_S, CallButton
from session.protocol.hub.requests import TicketAnswer
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.ids import ticket_id


class Link:
    """A link that makes tickets as the hub does: the same request id is the same ticket."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.asked: list[tuple[str, str, str]] = []
        self.fails: list[SessionError] = []

    async def call_once(self, service: str, caller_number: str, request_id: str) -> TicketAnswer:
        self.asked.append((service, caller_number, request_id))
        await asyncio.sleep(0)
        if self.fails:
            raise self.fails.pop(0)
        ticket = Ticket(
            id=ticket_id("caf", "k1", request_id),
            organisation="caf",
            service=service,
            kiosk="k1",
            site="Mairie",
            number="A001",
            state=TicketState.WAITING,
            arrived_at_utc=self.clock.utc_now(),
        )
        return TicketAnswer(ticket=ticket, revision=1, position=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def link(clock: ManualClock) -> Link:
    return Link(clock)


@pytest.fixture
def button(link: Link, clock: ManualClock) -> CallButton:
    return CallButton(link, clock)


async def test_double_tap_is_one_ticket(button: CallButton, link: Link) -> None:
    first, second = await asyncio.gather(button.press("rsa"), button.press("rsa"))
    assert first.ticket.id == second.ticket.id
    assert len(link.asked) == 1


async def test_a_tap_on_another_service_while_waiting_is_still_one_ticket(
    button: CallButton, link: Link
) -> None:
    first = await button.press("rsa")
    second = await button.press("housing")
    assert second.ticket.id == first.ticket.id
    assert len(link.asked) == 1


async def test_press_with_unknown_outcome_repeats_the_same_request(
    button: CallButton, link: Link
) -> None:
    link.fails = [HubUnreachable()]
    with pytest.raises(HubUnreachable):
        await button.press("rsa", "1234567")
    await button.press("rsa", "1234567")
    assert link.asked[0] == link.asked[1]


async def test_double_tap_tries_again_when_the_first_tap_failed(
    button: CallButton, link: Link
) -> None:
    link.fails = [HubUnreachable()]
    first, second = await asyncio.gather(
        button.press("rsa"), button.press("rsa"), return_exceptions=True
    )
    assert isinstance(first, HubUnreachable)
    assert isinstance(second, TicketAnswer)
    assert link.asked[0] == link.asked[1]


async def test_another_number_is_another_request(button: CallButton, link: Link) -> None:
    link.fails = [HubUnreachable()]
    with pytest.raises(HubUnreachable):
        await button.press("rsa", "1234567")
    await button.press("rsa", "7654321")
    assert link.asked[0][2] != link.asked[1][2]


async def test_next_caller_has_a_new_ticket(button: CallButton) -> None:
    first = await button.press("rsa")
    button.release()
    assert button.request_id == ""
    assert (await button.press("rsa")).ticket.id != first.ticket.id


async def test_an_old_failed_press_is_not_the_next_callers(
    button: CallButton, link: Link, clock: ManualClock
) -> None:
    link.fails = [HubUnreachable()]
    with pytest.raises(HubUnreachable):
        await button.press("rsa")
    clock.advance(SAME_PRESS_S)
    await button.press("rsa")
    assert link.asked[0][2] != link.asked[1][2]


async def test_an_answer_after_the_caller_left_is_not_kept(button: CallButton, link: Link) -> None:
    pressed = asyncio.ensure_future(button.press("rsa"))
    await asyncio.sleep(0)
    button.release()
    late = await pressed
    assert (await button.press("rsa")).ticket.id != late.ticket.id
