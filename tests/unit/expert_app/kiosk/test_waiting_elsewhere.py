# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's job for callers who do not stay:
the kiosk is free at once, the place is kept, the slip is printed.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest

import expert_app.kiosk.waiting_elsewhere
import session.bus.client
from session.core.errors import HubUnreachable
from session.hub.convention.catalogue import Catalogue
from session.kiosk.caller_acts import AskCallback, ComeBack, StepAway, Touch
from session.protocol.hub.requests import Request
from session.protocol.hub.tickets import TicketState
from tests.support.hub_world import catalogue_text, hub_world
from tests.support.town_hall import Hall, PaperTray
from tests.support.waiting import until


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried at once."""
    monkeypatch.setattr(session.bus.client, "AGAIN_S", 0.02)
    monkeypatch.setattr(expert_app.kiosk.waiting_elsewhere, "SHOWN_S", 0.1)


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    text = catalogue_text().replace('letter = "L" },', 'letter = "L", callback = true },')
    async with hub_world(tmp_path / "hub", with_hub=False) as world:
        world.catalogue = Catalogue.parse(text)
        await world.start_hub()
        made = Hall(world, tmp_path)
        yield made
        await made.close()


async def test_a_caller_goes_the_next_one_calls_and_the_first_comes_back(hall: Hall) -> None:
    tray = PaperTray()
    kiosk, other = await hall.kiosk(printer=tray), await hall.kiosk("kiosk2")
    first = await hall.waiting(kiosk)
    kiosk.app.on_act(StepAway("back", ""))
    await until(lambda: kiosk.screen.page == "kept D001 back on paper")
    kiosk.app.on_act(Touch.SLIP)
    await until(lambda: len(tray.printed) == 1)
    with pikepdf.open(io.BytesIO(tray.printed[0])) as slip:
        assert len(slip.pages) == 1
    second = await hall.waiting(kiosk)
    assert sorted(hall.tickets()) == sorted([first, second])

    other.app.on_act(Touch.RETURN)
    await until(lambda: other.screen.page == "returns D001")
    other.app.on_act(ComeBack("D001"))
    await until(lambda: other.screen.page == "waiting")
    assert other.screen.ticket == first
    desk = await hall.world.desk("alice")
    await desk.accept(first)
    await until(lambda: other.screen.page == "session with Alice M.")
    assert kiosk.screen.page == "waiting"


async def test_a_printer_that_is_gone_is_said_for_a_moment_and_keeps_nothing_from_the_caller(
    hall: Hall,
) -> None:
    tray = PaperTray()
    tray.gone = True
    kiosk = await hall.kiosk(printer=tray)
    await hall.waiting(kiosk)
    kiosk.app.on_act(StepAway("back", ""))
    await until(lambda: kiosk.screen.page.startswith("kept"))
    kiosk.app.on_act(Touch.SLIP)
    await until(lambda: kiosk.screen.troubles == ["printer_gone"])
    await until(lambda: kiosk.screen.trouble == "")


async def test_a_wrong_telephone_number_is_asked_again_and_the_place_stays(hall: Hall) -> None:
    kiosk = await hall.kiosk()
    ticket = await hall.waiting(kiosk)
    kiosk.app.on_act(StepAway("phone", "0812345678"))
    await until(lambda: "number refused" in kiosk.screen.story)
    assert hall.tickets() == [ticket]
    kiosk.app.on_act(StepAway("phone", "0612345678"))
    await until(lambda: kiosk.screen.page == "kept D001 phone")
    await kiosk.app.stop()
    assert hall.tickets() == [ticket], (
        "the kiosk that is switched off took somebody else's place away"
    )


async def test_going_while_the_hub_is_away_is_refused_for_a_moment_and_the_place_stays(
    hall: Hall,
) -> None:
    kiosk = await hall.kiosk()
    ticket = await hall.waiting(kiosk)
    await hall.world.stop_hub()
    kiosk.app.on_act(StepAway("back", ""))
    await until(lambda: "hub_unreachable" in kiosk.screen.troubles)
    assert kiosk.screen.page == "waiting"
    await hall.world.start_hub()
    await until(lambda: hall.tickets() == [ticket])
    kiosk.app.on_act(StepAway("back", ""))
    await until(lambda: kiosk.screen.page == "kept D001 back")


async def test_a_wish_to_be_called_outlives_a_hub_that_is_away(hall: Hall) -> None:
    kiosk = await hall.kiosk()
    await hall.world.stop_hub()
    kiosk.app.on_act(AskCallback("housing", "0612345678"))
    await until(lambda: "hub_unreachable" in kiosk.screen.troubles)
    await hall.world.start_hub()
    await until(lambda: kiosk.screen.page.startswith("callback 20"))
    await until(lambda: len(hall.tickets(TicketState.WAITING)) == 1)
    kiosk.app.on_act(AskCallback("rights", "0612345678"))  # which offers none
    await until(lambda: "not_allowed" in kiosk.screen.troubles)


async def test_a_number_that_nobody_waits_under_goes_back_to_the_services(hall: Hall) -> None:
    kiosk = await hall.kiosk()
    kiosk.app.on_act(ComeBack("D777"))
    await until(lambda: kiosk.screen.troubles == ["ticket_unknown"])
    assert kiosk.screen.page == "start"


async def test_a_wish_to_go_whose_answer_is_lost_is_seen_at_the_next_look(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk = await hall.kiosk()
    ticket = await hall.waiting(kiosk)
    ask = kiosk.link.bus.ask

    async def lose_the_answer(request: Request[Any]) -> Any:
        answer = await ask(request)
        if request.verb == "step_away":
            raise HubUnreachable
        return answer

    monkeypatch.setattr(kiosk.link.bus, "ask", lose_the_answer)
    kiosk.app.on_act(StepAway("back", ""))
    await until(lambda: "hub_unreachable" in kiosk.screen.troubles)
    await kiosk.link._ask(ticket)  # as every ten seconds
    await until(lambda: kiosk.screen.page == "kept D001 back")
    assert kiosk.link.ticket is None
