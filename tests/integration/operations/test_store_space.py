# SPDX-License-Identifier: GPL-3.0-only
"""A store that is filled: people are told first, the logs give way, and nobody is kept from hanging
up.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import expert_app.kiosk.app
from expert_app.hub.metrics import HubMetrics
from expert_app.hub.monitor import health_text
from session.core.errors import LogFull, StoreFull, StoreUnreachable
from session.hub.storage.store_space import TICKETS, StoreLimits, is_store_full
from session.kiosk.caller_acts import CallService, Touch
from session.protocol.hub.site import NetworkRequest
from session.protocol.hub.tickets import TicketState
from session.protocol.wire.roles import Role
from tests.support.hub_world import World, catalogue_text, hub_world
from tests.support.town_hall import Hall
from tests.support.waiting import until
from views.words.troubles import trouble_sentence

QUOTA = 24 << 20
SMALL = StoreLimits(quota_bytes=QUOTA, session_log_bytes=64 << 20)


def _record(number: int, size_bytes: int = 40_000) -> bytes:
    return json.dumps({"n": number, "pad": os.urandom(size_bytes // 2).hex()}).encode()


async def _codes(world: World) -> list[tuple[str, bool, str]]:
    assert world.hub is not None
    await world.hub.space.measure()
    found = await world.hub.monitoring.health.check()
    return [(one.code, one.grave, str(one.detail["part"])) for one in found if "part" in one.detail]


async def _fill(world: World, percent: int) -> None:
    """Until the tickets' share, where callers' numbers lie too, is used so far."""
    assert world.hub is not None
    assert world.connection is not None
    await world.hub.space.measure()
    while world.hub.space.parts[0].used_percent < percent:
        for _ in range(10):
            subject = f"caller.valdore.{os.urandom(8).hex()}"
            await world.connection.streams.append(subject, os.urandom(4_000))
        await world.hub.space.measure()


async def test_logs_are_told_first_and_then_the_oldest_leave_and_callers_are_served(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path, limits=SMALL) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        facts = await desk.accept((await kiosk.call("rights", "", "r1")).ticket.id)
        share = SMALL.log_shares(world.catalogue.served)["valdore"]
        assert await _codes(world) == []
        number = 0
        while number * 40_000 < share * 85 // 100:
            number = await kiosk.append_log(facts.id, number, [_record(number)])
        assert await _codes(world) == [("store_low", False, "LOGS_valdore")]
        for _ in range(2 * share // 40_000):
            number = await kiosk.append_log(facts.id, number, [_record(number)])
        assert await _codes(world) == [("oldest_leave", False, "LOGS_valdore")]
        # callers come, talk and hang up as ever
        second = await (await world.kiosk("kiosk2")).call("rights", "1234567", "r2")
        assert second.ticket.state is TicketState.WAITING
        await desk.hang_up(facts.id)
        await desk.close(facts.id)
        await desk.hang_up((await desk.accept(second.ticket.id)).id)
        # what is left of the log can be read, and says where it begins
        read = [json.loads(record)["n"] for record in await world.kept_log(facts.id)]
        assert read == list(range(read[0], number))
        assert read[0] > 0


async def test_a_store_full_of_tickets_refuses_calls_in_words_and_lets_everybody_hang_up(
    tmp_path: Path,
) -> None:
    text = catalogue_text().replace('letter = "L" }', 'letter = "L", callback = true }')
    async with hub_world(tmp_path, limits=SMALL, catalogue=text) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        facts = await desk.accept((await kiosk.call("rights", "1234567", "r1")).ticket.id)
        assert world.hub is not None
        assert world.connection is not None
        await _fill(world, 82)
        assert await _codes(world) == [("store_low", False, TICKETS)]
        other = await world.kiosk("kiosk2")
        waiting = await other.call("rights", "", "r2")
        await _fill(world, 91)
        assert (await _codes(world))[0] == ("store_full", True, TICKETS)
        with pytest.raises(StoreFull):
            await other.call("rights", "", "r3")
        with pytest.raises(StoreFull):
            await other.ask_callback("housing", "0612345678", "r4")
        # health and figures say so, and the operator's window shows it
        health = json.loads(health_text(await world.hub.monitoring.health.check(), {}))
        assert health["state"] == "failing"
        figures = HubMetrics(world.hub, world.connection).text("")[1].decode()
        assert 'poste_expert_store_bytes{part="tickets"}' in figures
        assert "poste_expert_store_quota_bytes 2.5165824e+07" in figures
        operator = await world.client(Role.OPERATOR, "oper", "network")
        state = world.hub.network.state  # it told of a store that is low before
        await until(lambda: any(one.code == "store_full" for one in state.troubles))
        answer = await operator.ask_once(NetworkRequest())
        [told] = [one for one in answer.hubs[0].troubles if one.code == "store_full"]
        assert trouble_sentence(told).startswith("The store of requests and callers is full (9")
        # those who are here are served to the end
        assert (await other.call("rights", "", "r2")).ticket.id == waiting.ticket.id
        await desk.hang_up(facts.id)
        await desk.close(facts.id)
        facts = await desk.accept(waiting.ticket.id)
        await other.hang_up(facts.id)
        await desk.close(facts.id)
        await until(lambda: not desk.queue)


async def test_one_conversation_cannot_fill_the_log_and_still_tells_how_it_ended(
    tmp_path: Path,
) -> None:
    limits = StoreLimits(quota_bytes=QUOTA, session_log_bytes=400_000)
    async with hub_world(tmp_path, limits=limits) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        facts = await desk.accept((await kiosk.call("rights", "", "r1")).ticket.id)
        number = 0
        while number < 9:
            number = await kiosk.append_log(facts.id, number, [_record(number)])
        with pytest.raises(LogFull):
            await kiosk.append_log(facts.id, number, [_record(number)])
        assert await kiosk.append_log(facts.id, number, [_record(number, 200)]) == number + 1
        assert await desk.append_log(facts.id, 0, [_record(0, 200)]) == 1
        # the limit is the conversation's, also at another hub
        await world.stop_hub()
        await world.start_hub()
        with pytest.raises(LogFull):
            await desk.append_log(facts.id, 1, [_record(1)])
        await desk.hang_up(facts.id)


async def test_a_smaller_quota_and_an_organisation_that_left_are_taken_at_the_next_start(
    tmp_path: Path,
) -> None:
    large = StoreLimits(quota_bytes=96 << 20)
    async with hub_world(tmp_path, limits=large) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        facts = await desk.accept((await kiosk.call("rights", "", "r1")).ticket.id)
        number = 0
        while number < 300:
            number = await kiosk.append_log(facts.id, number, [_record(number)])
        assert world.connection is not None
        # without a bound, as an older version made it
        await world.connection.streams.bound("LOGS_marais", -1)
    async with hub_world(tmp_path, limits=SMALL) as world:
        assert world.connection is not None
        uses = {use.name: use for use in await world.connection.streams.usage()}
        shares = SMALL.log_shares(world.catalogue.served)
        for organisation, share in shares.items():
            assert uses[f"LOGS_{organisation}"].max_bytes == share
        assert uses["LOGS_valdore"].size_bytes <= shares["valdore"]
        assert uses["AUDIT"].max_bytes == SMALL.audit_bytes
        second = await (await world.kiosk("kiosk2")).call("rights", "", "r2")
        assert second.ticket.state is TicketState.WAITING


async def test_a_server_with_less_room_than_the_quota_is_said_at_once(tmp_path: Path) -> None:
    more = StoreLimits(quota_bytes=8 << 30)  # the server has 4 GB
    async with hub_world(tmp_path, limits=more, with_hub=False) as world:
        with pytest.raises(StoreUnreachable) as found:
            await world.start_hub()
        assert is_store_full(found.value)
        world.hub = None


async def test_a_kiosk_whose_store_is_full_tells_its_caller_and_wipes_the_one_who_talks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expert_app.kiosk.app, "REFUSAL_STAYS_S", 0.1)
    async with hub_world(tmp_path / "hub", limits=SMALL) as world:
        hall = Hall(world, tmp_path)
        kiosk, other = await hall.kiosk(), await hall.kiosk("kiosk2")
        desk = await world.desk("alice")
        facts = await desk.accept(await hall.waiting(kiosk))
        await until(lambda: kiosk.screen.page == "session with Alice M.")
        await _fill(world, 91)
        other.app.on_act(CallService("housing"))
        await until(lambda: "store_full" in other.screen.troubles)
        await until(lambda: other.screen.page == "start")
        kiosk.app.on_act(Touch.LEAVE)
        await until(lambda: bool(kiosk.screen.wiped))
        assert kiosk.screen.wiped[0].left_over == 0
        await until(lambda: hall.tickets(TicketState.WRAP_UP) == [facts.ticket_id])
        await hall.close()
