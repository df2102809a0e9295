# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's job on a real bus with a real hub and a screen that remembers:
from the button to the wipe.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import expert_app.kiosk.app
import session.bus.client
from session.bus.client import BusClient
from session.bus.transport.nkeys import new_seed
from session.core.clock import ManualClock
from session.core.errors import BusRefusedIdentity, BusUnreachable, StoreUnreachable
from session.hub.access.handlers import Asker
from session.hub.history.audit import AnswerRecord, Audit
from session.hub.parts import KIOSK_RETURN_S, RETURN_S
from session.hub.queue.calls import Calls
from session.kiosk.caller_acts import CallService, EnterNumber, RateTalk, Touch
from session.kiosk.hub.client import KioskClient
from session.log.codec import decode_record
from session.log.events import CallRequestedAtKiosk
from session.protocol.hub.requests import HubMessage, SessionEnded, TicketRequested
from session.protocol.hub.statistics import Solved
from session.protocol.hub.tickets import TicketState
from session.protocol.wire.roles import Role
from tests.support.hub_world import Answer, answer_around, hub_world
from tests.support.town_hall import Hall, Kiosk
from tests.support.waiting import until


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried at once."""
    monkeypatch.setattr(session.bus.client, "AGAIN_S", 0.02)
    monkeypatch.setattr(expert_app.kiosk.app, "RETRY_S", 0.05)
    monkeypatch.setattr(expert_app.kiosk.app, "REFUSAL_STAYS_S", 0.1)


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with hub_world(tmp_path / "hub") as world:
        made = Hall(world, tmp_path)
        yield made
        await made.close()


async def test_a_kiosk_that_the_bus_does_not_know_says_so_until_it_is_let_in(hall: Hall) -> None:
    kiosk = await hall.kiosk()
    link = kiosk.link
    link.connection_changed.emit(False)
    assert kiosk.screen.trouble == "bus_unreachable"
    link.connection_failed.emit(BusUnreachable())
    assert kiosk.screen.trouble == "bus_unreachable"
    link.connection_failed.emit(BusRefusedIdentity())
    assert kiosk.screen.trouble == "bus_refused_identity"
    link.connection_changed.emit(True)
    assert kiosk.screen.trouble == ""


async def test_a_kiosk_that_is_refused_from_its_start_asks_nobody_to_wait(hall: Hall) -> None:
    world = hall.world
    bus = BusClient(
        [world.server.url],
        Role.KIOSK,
        user="kiosk1",
        seed=new_seed(),
        tasks=world.tasks,
        clock=world.clock,
    )
    kiosk = Kiosk(
        world.clock, KioskClient(bus, world.clock, tasks=world.tasks), hall.folder / "kiosk1"
    )
    hall.kiosks.append(kiosk)
    await kiosk.app.start()
    with pytest.raises((BusRefusedIdentity, BusUnreachable)):
        await bus.connect()
    await until(lambda: kiosk.screen.trouble == "bus_refused_identity")
    seen = len(kiosk.screen.troubles)
    await until(lambda: len(kiosk.screen.troubles) > seen + 2)
    assert set(kiosk.screen.troubles[seen:]) == {"bus_refused_identity"}
    assert kiosk.screen.page == "", "nothing was said of services"
    await bus.close()


async def test_a_wrong_number_is_refused_and_may_be_typed_again(hall: Hall) -> None:
    kiosk = await hall.kiosk()
    kiosk.app.on_act(CallService("rights"))
    kiosk.app.on_act(EnterNumber("99"))
    await until(lambda: kiosk.screen.page == "number refused")
    assert hall.tickets() == []
    kiosk.app.on_act(EnterNumber("1234567"))
    await until(lambda: kiosk.screen.page == "waiting")
    assert kiosk.screen.story == [
        "start",
        "number allocataire",
        "calling",
        "number refused",
        "calling",
        "waiting",
    ]


async def test_a_service_without_a_number_and_a_caller_without_one_call_at_once(hall: Hall) -> None:
    kiosk = await hall.kiosk()
    kiosk.app.on_act(CallService("housing"))
    await until(lambda: kiosk.screen.page == "waiting")
    kiosk.app.on_act(Touch.LEAVE)
    await until(lambda: kiosk.screen.page == "start")
    # the caller goes at once, the hub hears it a moment later
    await until(lambda: hall.tickets() == [])
    kiosk.app.on_act(CallService("rights"))
    kiosk.app.on_act(Touch.NO_NUMBER)
    await until(lambda: kiosk.screen.page == "waiting")
    assert hall.tickets() == [kiosk.screen.ticket]


async def test_a_press_while_the_hub_is_away_becomes_one_ticket_when_it_is_back(hall: Hall) -> None:
    kiosk = await hall.kiosk()
    await hall.world.stop_hub()
    kiosk.app.on_act(CallService("rights"))
    kiosk.app.on_act(EnterNumber("1234567"))
    await until(lambda: kiosk.screen.troubles.count("hub_unreachable") > 1)
    assert kiosk.screen.page == "calling"
    await hall.world.start_hub()
    await until(lambda: kiosk.screen.page == "waiting")
    assert hall.tickets() == [kiosk.screen.ticket]
    assert kiosk.screen.trouble == ""


async def test_a_press_that_the_store_may_have_taken_is_the_same_ticket(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = 8

    async def call_and_lose_the_answer(
        call: Answer, asker: Asker, request: TicketRequested
    ) -> HubMessage:
        nonlocal lost
        answer = await call(asker, request)
        lost -= 1
        if lost >= 0:
            raise StoreUnreachable
        return answer

    await hall.world.stop_hub()
    answer_around(monkeypatch, Calls, TicketRequested, around=call_and_lose_the_answer)
    await hall.world.start_hub()
    kiosk = await hall.kiosk()
    kiosk.app.on_act(CallService("housing"))
    await until(lambda: kiosk.screen.page == "waiting")
    assert lost < 0
    assert hall.tickets() == [kiosk.screen.ticket]
    assert kiosk.screen.story == ["start", "calling", "waiting"]
    assert set(kiosk.screen.troubles) == {"store_unreachable"}


async def test_the_log_of_a_conversation_has_the_trace_that_the_hubs_log_shows_of_the_press(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "session.hub.queue")
    kiosk, desk = await hall.kiosk(), await hall.world.desk("alice")
    facts = await desk.accept(await hall.waiting(kiosk))
    await until(lambda: kiosk.screen.page == "session with Alice M.")
    [spool] = (hall.folder / "kiosk1" / "logs").iterdir()
    records = [decode_record(line) for line in spool.read_bytes().splitlines()]
    [event] = [one.event for one in records if isinstance(one.event, CallRequestedAtKiosk)]
    assert event.trace != ""
    assert f"ticket {facts.ticket_id} waits, trace {event.trace}" in caplog.text


async def test_the_caller_hangs_up_and_nothing_stays(hall: Hall) -> None:
    kiosk, desk = await hall.kiosk(), await hall.world.desk("alice")
    facts = await desk.accept(await hall.waiting(kiosk))
    await until(lambda: kiosk.screen.page == "session with Alice M.")
    (kiosk.runtime / f"session-{facts.id}" / "page").write_bytes(b"of the caller")
    kiosk.app.on_act(Touch.LEAVE)
    await until(lambda: bool(kiosk.screen.wiped))
    [wiped] = kiosk.screen.wiped
    assert (wiped.files_removed, wiped.profile_removed, wiped.left_over) == (1, True, 0)
    assert (kiosk.files(), kiosk.browser.wiped, kiosk.screen.page) == ([], 1, "goodbye")
    await until(lambda: hall.tickets(TicketState.WRAP_UP) == [facts.ticket_id])


async def test_what_the_caller_says_of_the_talk_is_told_once_and_says_not_who(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[tuple[str, AnswerRecord]] = []

    async def keep(_audit: Audit, organisation: str, record: AnswerRecord) -> None:
        kept.append((organisation, record))

    monkeypatch.setattr(Audit, "add_answer", keep)
    kiosk, desk = await hall.kiosk(), await hall.world.desk("alice")
    kiosk.app.on_act(RateTalk(Solved.NO))  # nobody has talked yet
    await desk.accept(await hall.waiting(kiosk))
    await until(lambda: kiosk.screen.page == "session with Alice M.")
    kiosk.app.on_act(Touch.LEAVE)
    await until(lambda: bool(kiosk.screen.wiped))
    kiosk.app.on_act(RateTalk(Solved.PARTLY))
    kiosk.app.on_act(RateTalk(Solved.YES))
    await until(lambda: bool(kept))
    ((organisation, record),) = kept
    assert (organisation, record.service, record.solved) == ("valdore", "rights", "partly")


async def test_a_caller_who_goes_while_the_hub_is_away_is_wiped_and_the_hub_told_later(
    hall: Hall,
) -> None:
    kiosk, desk = await hall.kiosk(), await hall.world.desk("alice")
    facts = await desk.accept(await hall.waiting(kiosk))
    await until(lambda: kiosk.screen.page == "session with Alice M.")
    await hall.world.stop_hub()
    kiosk.app.on_act(Touch.LEAVE)
    await until(lambda: bool(kiosk.screen.wiped))
    assert kiosk.files() == []
    await hall.world.start_hub()
    await until(lambda: hall.tickets(TicketState.WRAP_UP) == [facts.ticket_id])
    assert len(kiosk.sessions) == 1, "the session was opened again for nobody"
    next_ticket = await hall.waiting(kiosk)
    assert next_ticket != facts.ticket_id


async def test_a_caller_who_leaves_the_queue_while_the_hub_is_away_goes_at_once_the_hub_hears_later(
    hall: Hall,
) -> None:
    kiosk = await hall.kiosk()
    await hall.waiting(kiosk)
    await hall.world.stop_hub()
    kiosk.app.on_act(Touch.LEAVE)
    await until(lambda: kiosk.screen.page == "start", 3.0)
    await kiosk.die()  # even a power cut between the two does not forget it
    await hall.world.start_hub()
    assert hall.tickets() != []
    again = await hall.kiosk()
    await until(lambda: hall.tickets() == [])
    assert again.screen.story == ["start"]


async def test_a_caller_who_left_as_an_agent_accepted_is_not_called_back_to_the_screen(
    hall: Hall,
) -> None:
    kiosk, desk = await hall.kiosk(), await hall.world.desk("alice")
    ticket = await hall.waiting(kiosk)
    kiosk.link.drop_ticket()
    await desk.accept(ticket)
    await kiosk.link.leave_for_good(ticket)
    await until(lambda: hall.tickets(TicketState.WRAP_UP) == [ticket])
    await kiosk.link.leave_for_good(ticket)
    assert kiosk.sessions == []


async def test_a_caller_whose_desk_is_lost_waits_again_at_the_head(tmp_path: Path) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path / "hub", clock=clock) as world:
        hall = Hall(world, tmp_path)
        kiosk, desk = await hall.kiosk(), await world.desk("alice")
        facts = await desk.accept(await hall.waiting(kiosk))
        await until(lambda: kiosk.screen.page == "session with Alice M.")
        clock.advance(RETURN_S + 1)
        await until(lambda: kiosk.screen.page == "waiting")
        assert kiosk.screen.ticket == facts.ticket_id
        assert kiosk.files() == []
        assert "goodbye" not in kiosk.screen.story
        again = await (await world.desk("bob")).accept(facts.ticket_id)
        await until(lambda: kiosk.screen.page == "session with Bob T.")
        assert again.id != facts.id
        await hall.close()


async def test_a_killed_kiosk_finds_its_place_in_the_queue_again(hall: Hall) -> None:
    ticket = await hall.waiting(await hall.kiosk())
    await hall.kiosks[0].die()
    again = await hall.kiosk()
    await until(lambda: again.screen.page == "waiting")
    assert (again.screen.ticket, hall.tickets()) == (ticket, [ticket])


async def test_a_kiosk_that_is_switched_off_takes_its_caller_out_of_the_queue(hall: Hall) -> None:
    kiosk = await hall.kiosk()
    await hall.waiting(kiosk)
    await kiosk.app.stop()
    await until(lambda: hall.tickets() == [])
    await kiosk.die()
    again = await hall.kiosk()
    assert again.screen.story == ["start"]


async def test_a_kiosk_opens_as_soon_as_the_line_is_there_and_complains_of_nothing(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expert_app.kiosk.app, "RETRY_S", 60.0)
    world = hall.world
    seed = world.seeds["valdore", Role.KIOSK, "kiosk1"]
    client = BusClient(
        [world.server.url],
        Role.KIOSK,
        user="kiosk1",
        seed=seed,
        tasks=world.tasks,
        clock=world.clock,
    )
    kiosk = Kiosk(
        world.clock, KioskClient(client, world.clock, tasks=world.tasks), hall.folder / "kiosk"
    )
    hall.kiosks.append(kiosk)
    await kiosk.app.start()
    await client.connect()
    await until(lambda: kiosk.screen.page == "start")
    assert kiosk.screen.troubles == []
    await client.close()


async def test_a_kiosk_that_starts_before_the_hub_says_so_and_opens_by_itself(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path / "hub", with_hub=False) as world:
        hall = Hall(world, tmp_path)
        client = await world.client(Role.KIOSK, "kiosk1")
        kiosk = Kiosk(
            world.clock, KioskClient(client, world.clock, tasks=world.tasks), tmp_path / "kiosk"
        )
        hall.kiosks.append(kiosk)
        await kiosk.app.start()
        await until(lambda: kiosk.screen.trouble == "hub_unreachable")
        await world.start_hub()
        await until(lambda: kiosk.screen.page == "start")
        assert kiosk.screen.trouble == ""
        await hall.close()


async def test_a_kiosk_has_two_minutes_to_come_back_and_then_its_agent_finishes_alone(
    tmp_path: Path,
) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path / "hub", clock=clock, tick_s=3600) as world:
        hall = Hall(world, tmp_path)
        kiosk, desk = await hall.kiosk(), await world.desk("alice")
        facts = await desk.accept(await hall.waiting(kiosk))
        await until(lambda: kiosk.screen.page == "session with Alice M.")
        ended: list[SessionEnded] = []
        desk.session_ended.connect(ended.append)
        await kiosk.die()

        async def silence(seconds: float) -> None:
            assert world.hub is not None
            clock.advance(seconds)
            world.hub.queue.presence.mark_alive("valdore", Role.AGENT, "alice")
            await world.hub.tick()

        await silence(KIOSK_RETURN_S - 1)
        again = await hall.kiosk()
        await until(lambda: again.screen.page == "session with Alice M.")
        assert ended == []
        await again.die()
        await silence(KIOSK_RETURN_S + 1)
        await until(
            lambda: [(each.session_id, each.reason) for each in ended] == [(facts.id, "kiosk_lost")]
        )
        late = await hall.kiosk()
        assert late.screen.story == ["start"]
        assert late.files() == []
        await hall.close()
