# SPDX-License-Identifier: GPL-3.0-only
"""What supervisors did is read back and taken back, on a real bus;
never over what somebody did later.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from session.bus.client import BusClient
from session.core.clock import ManualClock
from session.core.errors import NotAllowed, QueueClosed, StoreUnreachable, UndoImpossible
from session.desk.hub.board_acts import GiveToService
from session.hub.supervision import undo
from session.protocol.codec import encode
from session.protocol.hub.history import (
    ActFacts,
    ActKind,
    HistoryRequest,
    LineFacts,
    LineQuality,
    LineSample,
    LinesRequest,
    TrendsRequest,
    UndoRequest,
    UndoState,
)
from session.protocol.hub.requests import Announcement, Request
from session.protocol.hub.tickets import TicketState
from session.protocol.wire.roles import Role
from tests.integration.supervision.at_the_board import (
    at_the_board,
    prioritise,
    to_agent,
    to_service,
)
from tests.support.hub_world import hub_world
from tests.support.waiting import until

TODAY = datetime.now(UTC).date()
REQUEST = HistoryRequest(first=TODAY - timedelta(days=1), last=TODAY + timedelta(days=1))


async def asked(past: BusClient, request: HistoryRequest) -> list[ActFacts]:
    """What the history has; nothing while a hub that was just started opens it."""
    try:
        return (await past.ask_once(request)).acts
    except StoreUnreachable:
        return []


async def told(past: BusClient, count: int, request: HistoryRequest = REQUEST) -> list[ActFacts]:
    """The acts, once the history has that many."""
    async with asyncio.timeout(30):
        while True:
            acts = await asked(past, request)
            if len(acts) >= count:
                assert len(acts) == count
                return acts
            await asyncio.sleep(0.05)


async def test_every_act_is_in_the_history_and_each_is_taken_back(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk = await world.kiosk("kiosk1")
        link, board, past = await at_the_board(world)
        await kiosk.call("housing", "", "r1")
        await until(lambda: len(link.queue) == 1)
        await prioritise(board, link.queue[0], 10, "cannot stand for long", act_id="a1")
        await until(lambda: link.queue[0].act == "a1")
        await to_service(board, link.queue[0], "rights", "wrong button", act_id="a2")
        await until(lambda: link.queue[0].act == "a2")
        await to_agent(board, link.queue[0], "bob", "knows the case", act_id="a3")
        acts = await told(past, 3)
        assert [(act.id, act.kind, act.reason, act.by_name) for act in acts] == [
            ("a3", ActKind.AGENT, "knows the case", "Chantal V."),
            ("a2", ActKind.SERVICE, "wrong button", "Chantal V."),
            ("a1", ActKind.PRIORITY, "cannot stand for long", "Chantal V."),
        ]
        assert [act.undo for act in acts] == [
            UndoState.POSSIBLE,
            UndoState.CHANGED,
            UndoState.CHANGED,
        ]
        with pytest.raises(UndoImpossible):
            await past.ask(UndoRequest(act_id="u0", undoes="a1", reason="not over the later ones"))

        await past.ask(UndoRequest(act_id="u1", undoes="a3", reason="everybody after all"))
        await past.ask(
            UndoRequest(act_id="u1", undoes="a3", reason="everybody after all")
        )  # asked again after a lost answer
        await until(lambda: link.queue[0].assigned_to is None and link.queue[0].undoes == "a3")
        assert (link.queue[0].service, link.queue[0].priority) == ("rights", 10)
        undone = {act.id: act for act in await told(past, 4)}
        assert (undone["a3"].undo, undone["u1"].undoes, undone["u1"].undo) == (
            UndoState.UNDONE,
            "a3",
            UndoState.POSSIBLE,
        )
        with pytest.raises(UndoImpossible) as refused:
            await past.ask(UndoRequest(act_id="u2", undoes="a3", reason="once more"))
        assert refused.value.detail["why"] == UndoState.UNDONE


async def test_a_caller_who_was_taken_or_has_left_is_not_brought_back(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        first = await world.kiosk("kiosk1")
        second = await world.kiosk("kiosk2")
        desk = await world.desk("alice")
        link, board, past = await at_the_board(world)
        taken = (await first.call("housing", "", "r1")).ticket
        gone = (await second.call("rights", "", "r2")).ticket
        await prioritise(board, taken, 5, "in a hurry", act_id="a1")
        await prioritise(board, gone, 5, "in a hurry too", act_id="a2")
        await told(past, 2)
        await desk.accept(taken.id)
        await second.leave(gone.id)
        await until(lambda: len(link.queue) == 1)
        states = {act.id: act.undo for act in await told(past, 2)}
        assert states == {"a1": UndoState.TAKEN, "a2": UndoState.ENDED}
        for act, why in (
            ("a1", UndoState.TAKEN),
            ("a2", UndoState.ENDED),
            ("nothing", UndoState.NEVER),
        ):
            with pytest.raises(UndoImpossible) as refused:
                await past.ask(UndoRequest(act_id="u1", undoes=act, reason="too late for it"))
            assert refused.value.detail["why"] == why


async def test_one_act_on_several_is_one_line_and_is_taken_back_part_by_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undo, "BACK_AT_ONCE", 1)
    async with hub_world(tmp_path) as world:
        desk = await world.desk("alice")
        link, board, past = await at_the_board(world)
        for name in ("kiosk1", "kiosk2"):
            await (await world.kiosk(name)).call("housing", "", "r1")
        await until(lambda: len(link.queue) == 2)
        act = GiveToService(tuple(link.queue), "rights")
        results = await board.act_on_tickets(act, "agency closes", "a1")
        assert [(result.code, result.already) for result in results] == [("", False)] * 2
        again = await board.act_on_tickets(act, "agency closes", "a1")
        assert again == results, "asked again after a lost answer"
        [one_line] = await told(past, 1)
        assert (one_line.id, one_line.tickets, one_line.undo) == ("a1", 2, UndoState.POSSIBLE)

        back = UndoRequest(act_id="u1", undoes="a1", reason="it opens again")
        answers = [await past.ask(back) for _ in range(2)]
        assert [(one.moved, one.left, one.rest) for one in answers] == [(1, 0, 1), (2, 0, 0)]
        await until(lambda: {one.service for one in link.queue} == {"housing"})
        await desk.accept(link.queue[0].id)
        await until(lambda: link.queue[0].state is TicketState.IN_SESSION)
        forth = await past.ask(onward := UndoRequest(act_id="u2", undoes="u1", reason="it closes"))
        if forth.rest:
            forth = await past.ask(onward)
        assert (forth.moved, forth.left, forth.rest) == (1, 1, 0), "one has an agent"
        acts = {act.id: act for act in await told(past, 3)}
        assert (acts["a1"].undo, acts["u1"].undo) == (UndoState.UNDONE, UndoState.UNDONE)
        assert (acts["u1"].tickets, acts["u2"].tickets) == (2, 1)
        parts = await told(past, 2, msgspec.structs.replace(REQUEST, act="u1"))
        assert sorted(part.undo for part in parts) == [UndoState.TAKEN, UndoState.UNDONE]
        rest = msgspec.structs.replace(REQUEST, act="u1", after=parts[0].ticket_id)
        assert await told(past, 1, rest) == parts[1:]


async def test_a_moved_queue_comes_back_but_for_those_who_were_taken(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        first = await world.kiosk("kiosk1")
        second = await world.kiosk("kiosk2")
        desk = await world.desk("alice")
        link, board, past = await at_the_board(world)
        stays = (await first.call("housing", "", "r1")).ticket
        goes = (await second.call("housing", "", "r2")).ticket
        await board.move_queue("housing", "rights", "the agency closes", act_id="m1")
        await desk.accept(goes.id)
        async with asyncio.timeout(30):
            while True:  # the audit copies tickets and acts each at its own pace
                (move,) = await told(past, 1)
                if move.tickets == 2:
                    break
                await asyncio.sleep(0.05)
        assert (move.kind, move.service, move.to, move.tickets) == (
            ActKind.MOVE,
            "housing",
            "rights",
            2,
        )
        done = await past.ask(UndoRequest(act_id="u1", undoes="m1", reason="it opens again"))
        assert (done.moved, done.left) == (1, 1)
        await until(
            lambda: (
                {one.id: one.service for one in link.queue}
                == {stays.id: "housing", goes.id: "rights"}
            )
        )
        assert [act.kind for act in await told(past, 2)] == [ActKind.MOVE, ActKind.MOVE]
        again = await past.ask(UndoRequest(act_id="u1", undoes="m1", reason="it opens again"))
        assert again == done


async def test_a_closing_is_taken_back_unless_somebody_decided_again(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk = await world.kiosk("kiosk1")
        _link, board, past = await at_the_board(world)
        await board.set_queue("housing", True, "no agent until two", act_id="c1")
        with pytest.raises(QueueClosed):
            await kiosk.call("housing", "", "r1")
        await past.ask(UndoRequest(act_id="u1", undoes="c1", reason="an agent came"))
        await kiosk.call("housing", "", "r2")
        await board.set_queue("rights", True, "no agent until two", act_id="c2")
        await board.set_queue("rights", False, "there is one", act_id="c3")
        with pytest.raises(UndoImpossible):
            await past.ask(UndoRequest(act_id="u2", undoes="c2", reason="open it"))
        kinds = [act.kind for act in await told(past, 4)]
        assert kinds == [ActKind.OPEN, ActKind.CLOSE, ActKind.OPEN, ActKind.CLOSE]


async def test_a_message_to_all_is_kept_with_its_reason_and_withdrawn(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        desk = await world.desk("alice")
        _link, board, past = await at_the_board(world)
        heard: list[Announcement] = []
        desk.announced.connect(heard.append)
        withdrawn: list[str] = []
        desk.withdrawn.connect(withdrawn.append)
        await board.broadcast("Use the other printer.", "the printer burns", act_id="b1")
        await until(lambda: len(heard) == 1)
        (said,) = await told(past, 1)
        assert (said.kind, said.text, said.reason) == (
            ActKind.BROADCAST,
            "Use the other printer.",
            "the printer burns",
        )
        await world.stop_hub()
        await world.start_hub()
        await past.ask(UndoRequest(act_id="u1", undoes="b1", reason="it does not burn"))
        await until(lambda: withdrawn == ["b1"])
        assert [act.undo for act in await told(past, 2)] == [UndoState.NEVER, UndoState.UNDONE]
        assert len(heard) == 1


async def test_only_supervisors_read_the_history_and_take_acts_back(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        agents = await world.client(Role.AGENT, "alice")
        questions: tuple[Request[Any], ...] = (
            REQUEST,
            UndoRequest(act_id="u1", undoes="a1", reason="because"),
            TrendsRequest(hours=8),
            LinesRequest(),
        )
        for question in questions:
            with pytest.raises(NotAllowed):
                await agents.ask_once(question)


async def test_the_last_hours_tell_who_waits(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        _link, _board, past = await at_the_board(world)
        facts = await desk.accept((await kiosk.call("housing", "", "r1")).ticket.id)
        await desk.close(facts.id, "done")
        await kiosk.call("rights", "", "r2")
        async with asyncio.timeout(30):
            while True:
                try:
                    quarters = (await past.ask_once(TrendsRequest(hours=2))).quarters
                except StoreUnreachable:
                    quarters = []
                if (
                    sum(one.arrived for one in quarters) == 2
                    and sum(one.answered for one in quarters) == 1
                ):
                    break
                await asyncio.sleep(0.05)
        assert len(quarters) == 8
        assert quarters[-1].waiting >= 1
        assert (
            sum(
                one.arrived
                for one in (await past.ask_once(TrendsRequest(hours=2, service="rights"))).quarters
            )
            == 1
        )


async def test_a_line_is_judged_by_what_its_ends_measure_and_by_nobody_else(tmp_path: Path) -> None:
    async with hub_world(tmp_path, clock=ManualClock()) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        _link, _board, past = await at_the_board(world)
        facts = await desk.accept((await kiosk.call("housing", "", "r1")).ticket.id)

        async def line(name: str = "kiosk1") -> LineFacts:
            return next(
                one for one in (await past.ask_once(LinesRequest())).lines if one.kiosk == name
            )

        async def beat(user: str, sample: LineSample) -> None:
            bare = await world.connect_as(Role.AGENT, user)
            await bare.publish(f"hb.a.{user}", encode(sample))

        assert (await line()).quality is LineQuality.UNKNOWN
        bad = LineSample(session_id=facts.id, loss_percent=14.0, rtt_ms=420.0, kbps=61.0, freezes=2)
        await beat("bob", bad)  # not an end of this session
        await beat("alice", LineSample(session_id="other_1", loss_percent=50.0))
        await beat("alice", bad)
        async with asyncio.timeout(30):
            while True:
                found = await line()
                if found.quality is LineQuality.BAD:
                    break
                await asyncio.sleep(0.05)
        assert (found.loss_percent, found.rtt_ms, found.kbps, found.freezes) == (
            14.0,
            420.0,
            61.0,
            2,
        )
        assert (found.ticket, found.present, found.site) == ("L001", True, "Mairie de Saint-Oyen")
        assert (await line("kiosk2")).quality is LineQuality.UNKNOWN
