# SPDX-License-Identifier: GPL-3.0-only
"""Help from afar over a real hub: a line before the kiosk hears of it, only for idle kiosks of
one's own, and only who asked sees what came of it.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from session.bus.client import BusClient
from session.core.errors import (
    AgentAway,
    KioskAway,
    KioskInUse,
    NotAllowed,
    RateLimited,
    ReasonWithoutWords,
    TicketUnknown,
)
from session.desk.hub.client import DeskClient
from session.desk.hub.helpdesk import HelpdeskClient
from session.desk.hub.remote_help import DeskHelpClient
from session.hub.parts import TIME_ZONE
from session.hub.remote_help import acts
from session.protocol.helpdesk.remote_help import (
    HelpKiosk,
    RemoteFact,
    RemoteHelp,
    RemoteHelpRequest,
    RemoteHelpsRequest,
    RemoteResult,
    RemoteState,
)
from session.protocol.hub.requests import RemoteAct, RemoteHelpWanted
from session.protocol.wire.roles import Role
from tests.support.hub_world import hub_world
from tests.support.waiting import until

WHY = "the caller says that nothing prints"
FACTS = RemoteResult(facts=(RemoteFact(name="version", value="0.2.0"),))


async def _want(
    who: BusClient,
    help_id: str,
    *,
    kiosk: str = "kiosk1",
    reason: str = WHY,
    organisation: str = "",
    act: RemoteAct = RemoteAct.STATE,
    desk: bool = False,
) -> RemoteHelp:
    request = HelpKiosk(
        help_id=help_id,
        kiosk=kiosk,
        act=act,
        reason=reason,
        organisation=organisation,
        desk=desk,
    )
    return await who.ask_once(request)


async def test_what_the_helpdesk_wants_is_a_line_is_done_and_is_seen_by_who_asked(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        assert world.hub is not None
        hub = world.hub
        await until(lambda: hub.history.projection.is_open)
        kiosk = await world.kiosk("kiosk1")
        heard: list[RemoteHelpWanted] = []
        kiosk.help_wanted.connect(heard.append)
        await until(lambda: hub.queue.presence.is_there("valdore", Role.KIOSK, "kiosk1"))
        helpdesk = await world.client(Role.HELPDESK, "help")
        asked = await _want(helpdesk, "h1")
        assert (asked.state, asked.by, asked.reason) == (RemoteState.ASKED, "h.help", WHY)
        await until(lambda: bool(heard))
        assert (heard[0].act, heard[0].by_name) == (RemoteAct.STATE, "Denis W.")
        assert (await _want(helpdesk, "h1")).asked_at_utc == asked.asked_at_utc
        other = await world.kiosk("kiosk2")
        await other.report_help("h1", RemoteResult(code="call_lost"))  # not what it was asked
        await kiosk.report_help("h1", FACTS)
        request = RemoteHelpRequest(help_id="h1")
        done = await helpdesk.ask_once(request)
        assert (done.state, done.result) == (RemoteState.DONE, FACTS)
        operator = await world.client(Role.OPERATOR, "oper", "network")
        with pytest.raises(TicketUnknown):
            await operator.ask_once(request)
        from_afar = await _want(operator, "h2", organisation="valdore")
        assert from_afar.state is RemoteState.ASKED
        boss = await world.client(Role.SUPERVISOR, "boss")
        lines = (await boss.ask_once(RemoteHelpsRequest())).helps
        assert [(one.help_id, one.by, one.result) for one in lines] == [
            ("h2", "o.oper", None),
            ("h1", "h.help", None),
        ]
        today = world.clock.utc_now().astimezone(ZoneInfo(TIME_ZONE)).date()
        yesterday = today - timedelta(days=1)
        for asked_for, found in (
            (RemoteHelpsRequest(by="h.help"), ["h1"]),
            (RemoteHelpsRequest(first=today, last=today), ["h2", "h1"]),
            (RemoteHelpsRequest(last=yesterday), []),
            (RemoteHelpsRequest(kiosk="kiosk1", act=RemoteAct.STATE, before="h2"), ["h1"]),
            (RemoteHelpsRequest(act=RemoteAct.DOCTOR), []),
        ):
            answer = await boss.ask_once(asked_for)
            assert [one.help_id for one in answer.helps] == found, asked_for
            assert not answer.more


async def test_the_places_that_can_be_helped_are_listed_with_when_they_were_seen(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        hub = world.hub
        assert hub is not None
        await world.kiosk("kiosk1")
        await world.desk("alice")
        await until(lambda: hub.queue.presence.is_there("valdore", Role.KIOSK, "kiosk1"))
        await until(lambda: hub.queue.presence.is_there("valdore", Role.AGENT, "alice"))
        helpdesk = HelpdeskClient(await world.client(Role.HELPDESK, "help"))
        places = await helpdesk.places()
        assert {one.organisation for one in places} == {"valdore"}
        known = {(one.id, one.desk): one for one in places}
        seen, silent, desk = known["kiosk1", False], known["kiosk2", False], known["alice", True]
        assert (seen.there, seen.seen_at_utc is not None, bool(seen.site)) == (True, True, True)
        assert (silent.there, silent.seen_at_utc) == (False, None)
        assert (desk.there, desk.seen_at_utc, bool(desk.name)) == (True, None, True)
        operator = HelpdeskClient(await world.client(Role.OPERATOR, "oper", "network"))
        assert {one.organisation for one in await operator.places()} > {"valdore", "network"}
        boss = HelpdeskClient(await world.client(Role.SUPERVISOR, "boss"))
        assert [one.id for one in await boss.places()] == [one.id for one in places]


async def test_a_desk_is_asked_by_its_agents_id_and_answers_for_itself(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        assert world.hub is not None
        hub = world.hub
        await until(lambda: hub.history.projection.is_open)
        desk_bus = await world.client(Role.AGENT, "alice")
        desk = DeskClient(desk_bus, world.clock, tasks=world.tasks)
        await desk.start()
        heard: list[RemoteHelpWanted] = []
        desk.help_wanted.connect(heard.append)
        await until(lambda: hub.queue.presence.is_there("valdore", Role.AGENT, "alice"))
        helpdesk = await world.client(Role.HELPDESK, "help")
        asked = await _want(helpdesk, "h1", kiosk="alice", desk=True)
        assert (asked.desk, asked.state) == (True, RemoteState.ASKED)
        await until(lambda: bool(heard))
        assert heard[0].by_name == "Denis W."
        link = DeskHelpClient(desk_bus, world.clock)
        rates = await link.measure_line(lambda: True)
        assert rates is not None
        assert rates.up_kbps > 0
        await link.report("h1", FACTS)
        done = await helpdesk.ask_once(RemoteHelpRequest(help_id="h1"))
        assert (done.state, done.result) == (RemoteState.DONE, FACTS)
        boss = await world.client(Role.SUPERVISOR, "boss")
        (line,) = (await boss.ask_once(RemoteHelpsRequest())).helps
        assert (line.kiosk, line.desk, line.by) == ("alice", True, "h.help")
        for kiosk, act, error in (
            ("bob", RemoteAct.STATE, AgentAway),
            ("boss", RemoteAct.STATE, NotAllowed),
            ("alice", RemoteAct.SCAN, NotAllowed),
            ("kiosk1", RemoteAct.STATE, NotAllowed),
        ):
            with pytest.raises(error):
                await _want(helpdesk, "h9", kiosk=kiosk, act=act, desk=True)


async def test_no_reason_a_strange_kiosk_too_many_or_a_caller_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hub_world(tmp_path) as world:
        assert world.hub is not None
        hub = world.hub
        await until(lambda: hub.history.projection.is_open)
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        await until(lambda: hub.queue.presence.is_there("valdore", Role.KIOSK, "kiosk1"))
        helpdesk = await world.client(Role.HELPDESK, "help")
        boss = await world.client(Role.SUPERVISOR, "boss")
        await _want(helpdesk, "h1")
        with pytest.raises(KioskAway):
            await _want(helpdesk, "h3", kiosk="kiosk2")
        for nothing in ("", ".."):
            with pytest.raises(ReasonWithoutWords):
                await _want(helpdesk, "h3", reason=nothing)
        with pytest.raises(NotAllowed):
            await _want(helpdesk, "h3", kiosk="nowhere")
        with pytest.raises(NotAllowed):
            await _want(boss, "h3")
        monkeypatch.setattr(acts, "MOST_AN_HOUR", 1)
        with pytest.raises(RateLimited):
            await _want(helpdesk, "h3")
        ticket = (await kiosk.call("housing", "", "r1")).ticket
        with pytest.raises(KioskInUse):
            await _want(helpdesk, "h4")
        await desk.accept(ticket.id)
        with pytest.raises(KioskInUse):
            await _want(helpdesk, "h4")
