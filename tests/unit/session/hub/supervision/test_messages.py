# SPDX-License-Identifier: GPL-3.0-only
"""A supervisor's message reaches those whom it is for, and nobody else."""

from __future__ import annotations

import pytest

from session.core.errors import NotAllowed, ServiceUnknown
from session.hub.convention.open_now import OpenNow
from session.hub.queue.kiosk_offers import KioskOffers
from session.protocol.hub.board import BoardRequest, MessageRequest, MessageTo
from session.protocol.hub.requests import Announcement, ServicesChanged
from session.protocol.wire.roles import Role
from tests.support.askers import a_supervisor
from tests.unit.session.hub.supervision.duty_hub import Supervising
from tests.unit.session.hub.supervision.supervised_hub import Supervised

ORG = "valdore"


async def say(desk: Supervised, to: MessageTo, target: str, message: str = "m1") -> int:
    request = MessageRequest(
        message_id=message, to=to, target=target, text="Agents come late", reason="strike"
    )
    return (await desk.messages.message(a_supervisor(), request)).there


def readers(desk: Supervised) -> list[str]:
    return [
        user
        for role, user, event in desk.notifications.sent
        if role is Role.AGENT and isinstance(event, Announcement)
    ]


async def test_one_agent_or_those_of_a_service_read_it_and_the_board_hears_how_many() -> None:
    desk = Supervising()
    assert await say(desk, MessageTo.AGENT, "bob") == 1
    assert readers(desk) == ["bob"]
    await desk.set_services("housing", agent="bob")
    assert await say(desk, MessageTo.SERVICE, "rights", "m2") == 1, "Alice; Bob serves another"
    assert "bob" not in readers(desk)[1:]
    stored = desk.board_store.messages[ORG, "m2"][1]
    assert (stored.to, stored.target, stored.reason) == ("service", "rights", "strike")


async def test_callers_of_a_site_read_it_on_its_kiosks_for_half_a_day() -> None:
    desk = Supervised()
    offers = KioskOffers(desk.core, OpenNow(desk.catalogue, desk.clock))
    desk.presence.mark_alive(ORG, Role.KIOSK, "kiosk1")
    assert await say(desk, MessageTo.SITE, "townhall") == 1
    told = {one[1] for one in desk.notifications.sent if isinstance(one[2], ServicesChanged)}
    assert told == {"kiosk1", "kiosk2"}
    (notice,) = offers.of(ORG, "kiosk2").notices
    assert (notice.text, notice.organisation_name) == (
        "Agents come late",
        "Caisse d'entraide du Val-Doré",
    )
    assert offers.of("network", "kiosk1").notices == []
    board = await desk.board.board(a_supervisor(), BoardRequest())
    assert [(one.ref, one.there, one.kiosks, one.messages) for one in board.sites] == [
        ("townhall", 1, 2, ["Agents come late"]),
        ("network/library", 0, 1, []),
    ]
    desk.clock.advance(12 * 3600)
    assert offers.of(ORG, "kiosk2").notices == []


async def test_a_site_of_another_organisation_may_be_told_when_it_has_a_button_of_ours() -> None:
    desk = Supervised()
    offers = KioskOffers(desk.core, OpenNow(desk.catalogue, desk.clock))
    await say(desk, MessageTo.SITE, "network/library")
    assert len(offers.of("network", "kiosk1").notices) == 1
    with pytest.raises(NotAllowed):
        await say(desk, MessageTo.SITE, "marais/hall", "m2")
    with pytest.raises(NotAllowed):
        await say(desk, MessageTo.AGENT, "zoe", "m3")
    with pytest.raises(ServiceUnknown):
        await say(desk, MessageTo.SERVICE, "care", "m4")


async def test_the_same_message_asked_again_is_stored_once() -> None:
    desk = Supervised()
    await say(desk, MessageTo.AGENT, "bob")
    await say(desk, MessageTo.AGENT, "bob")
    assert len(desk.board_store.messages) == 1
