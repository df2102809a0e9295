# SPDX-License-Identifier: GPL-3.0-only
"""The site's host and the network's operator: what they see and do, and that they see no caller.
On a real server.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from session.bus.client import BusClient
from session.core.errors import NobodyThere, NotAllowed, QueueClosed, TicketUnknown
from session.hub.history import tables as history_tables
from session.kiosk.hub.host_call import HostCall
from session.protocol.hub.requests import ServicesChanged, ServicesRequest
from session.protocol.hub.site import (
    AuthorityRequest,
    CallerState,
    HelpCall,
    HostCallRequest,
    HostRequest,
    KioskFacts,
    NetworkAnswer,
    NetworkRequest,
    OpenSiteRequest,
    SiteRequest,
    SiteStateRequest,
)
from session.protocol.hub.tickets import HelpFrom, HelpState
from session.protocol.wire.roles import Role
from tests.support.hub_world import World, hub_world
from tests.support.tls_files import tls_files
from tests.support.waiting import until


async def _site(host: BusClient) -> KioskFacts:
    [kiosk] = (await host.ask(SiteRequest())).kiosks
    return kiosk


async def _say(kiosk: BusClient, state: HelpState) -> HelpState:
    return (await kiosk.ask(HelpCall(state=state))).state


async def test_a_caller_calls_the_host_who_comes_and_the_agent_knows(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        host = await world.client(Role.FACILITATOR, "host", "network")
        kiosk = await world.client(Role.KIOSK, "kiosk1", "network")
        caller = await world.kiosk("kiosk1", "network")
        alice = await world.desk("alice")
        assert (await kiosk.ask_once(ServicesRequest())).host
        ticket = (await caller.call("valdore/rights", "1234567", "r1")).ticket
        assert await _say(kiosk, HelpState.WANTED) is HelpState.WANTED
        seen = await _site(host)
        assert (seen.site, seen.caller, seen.help) == (
            "Médiathèque d'Arvenne",
            CallerState.WAITING,
            HelpState.WANTED,
        )

        await host.ask_once(HostRequest(kiosk="kiosk1", state=HelpState.COMING))
        assert await _say(kiosk, HelpState.WANTED) is HelpState.COMING
        await host.ask_once(HostRequest(kiosk="kiosk1", state=HelpState.HERE))
        assert await _say(kiosk, HelpState.COMING) is HelpState.HERE
        await until(lambda: [one.with_host for one in alice.queue] == [True])

        facts = await alice.accept(ticket.id)
        assert (await _site(host)).caller is CallerState.IN_SESSION
        await host.ask_once(HostRequest(kiosk="kiosk1", state=HelpState.NONE))
        await until(lambda: not alice.queue[0].with_host)
        assert await _say(kiosk, HelpState.NONE) is HelpState.NONE
        await caller.hang_up(facts.id)
        await alice.close(facts.id)


async def test_a_kiosk_is_named_to_its_host_as_to_the_waiting_room(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        host = await world.client(Role.FACILITATOR, "host", "network")
        seen = await _site(host)
        assert (seen.id, seen.place) == ("kiosk1", 1)  # it has no name in this convention


async def test_a_host_is_with_nobody_where_nobody_is(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        host = await world.client(Role.FACILITATOR, "host", "network")
        kiosk = await world.kiosk("kiosk1", "network")
        alice = await world.desk("alice")
        for said in (HelpState.HERE, HelpState.COMING):
            with pytest.raises(NobodyThere):
                await host.ask_once(HostRequest(kiosk="kiosk1", state=said))
        await host.ask_once(HostRequest(kiosk="kiosk1", state=HelpState.NONE))
        await kiosk.call("valdore/rights", "", "r1")
        await until(lambda: [one.with_host for one in alice.queue] == [False])
        assert (await _site(host)).help is HelpState.NONE


async def test_a_caller_who_comes_with_the_host_is_marked_too(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        host = await world.client(Role.FACILITATOR, "host", "network")
        kiosk = await world.kiosk("kiosk1", "network")
        alice = await world.desk("alice")
        await kiosk.call("valdore/rights", "", "r1")
        await host.ask_once(HostRequest(kiosk="kiosk1", state=HelpState.HERE))
        await until(lambda: [one.with_host for one in alice.queue] == [True])


async def test_the_kiosk_repeats_its_call_until_it_is_taken_back(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        host = await world.client(Role.FACILITATOR, "host", "network")
        link = await world.kiosk("kiosk1", "network")
        call = HostCall(link, world.tasks, again_s=0.05)
        heard: list[HelpState] = []
        call.changed.connect(heard.append)
        call.press()
        hub = world.hub
        assert hub is not None
        await until(lambda: hub.transfers.host_calls.state("network", "kiosk1") is HelpState.WANTED)
        await host.ask_once(HostRequest(kiosk="kiosk1", state=HelpState.COMING))
        await until(lambda: call.state is HelpState.COMING)
        call.press()
        await until(lambda: hub.transfers.host_calls.state("network", "kiosk1") is HelpState.NONE)
        assert heard == [HelpState.WANTED, HelpState.COMING, HelpState.NONE]
        call.press()
        await until(lambda: hub.transfers.host_calls.state("network", "kiosk1") is HelpState.WANTED)
        await host.ask_once(HostRequest(kiosk="kiosk1", state=HelpState.HERE))
        await until(lambda: call.state is HelpState.HERE)
        call.left_alone()  # a page goes back to the start, two people look at it
        assert heard[-1:] == [HelpState.HERE]
        call.reset()  # the caller's talk is over: the next one has no host
        assert heard[-1:] == [HelpState.NONE]
        await until(lambda: hub.transfers.host_calls.state("network", "kiosk1") is HelpState.NONE)


async def test_the_host_is_with_one_caller_and_not_with_the_next(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        host = await world.client(Role.FACILITATOR, "host", "network")
        kiosk = await world.kiosk("kiosk1", "network")
        alice = await world.desk("alice")
        first = (await kiosk.call("valdore/rights", "", "r1")).ticket
        await host.ask_once(HostRequest(kiosk="kiosk1", state=HelpState.HERE))
        await until(lambda: [one.with_host for one in alice.queue] == [True])
        await kiosk.leave(first.id)
        second = (await kiosk.call("valdore/rights", "", "r2")).ticket
        await until(lambda: [one.id for one in alice.queue] == [second.id])
        hub = world.hub
        assert hub is not None
        await until(lambda: hub.transfers.host_calls.state("network", "kiosk1") is HelpState.NONE)
        assert not alice.queue[0].with_host
        assert (await _site(host)).help is HelpState.NONE


async def test_the_agent_calls_the_host_and_both_hear_who_has_called(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        host = await world.client(Role.FACILITATOR, "host", "network")
        link = await world.kiosk("kiosk1", "network", poll_s=600)  # it is told
        alice = await world.desk("alice")
        at_kiosk = HostCall(link, world.tasks, again_s=0.05)
        link.ticket_changed.connect(lambda change: at_kiosk.on_ticket(change.ticket.help))
        ticket = (await link.call("valdore/rights", "", "r1")).ticket
        facts = await alice.accept(ticket.id)
        assert facts.host
        await alice.bus.ask(HostCallRequest(session_id=facts.id, state=HelpState.WANTED))
        seen = await _site(host)
        assert (seen.help, seen.help_from) == (HelpState.WANTED, HelpFrom.AGENT)
        await until(lambda: at_kiosk.state is HelpState.WANTED)  # the caller reads it

        await host.ask_once(HostRequest(kiosk="kiosk1", state=HelpState.COMING))
        await until(lambda: at_kiosk.state is HelpState.COMING)
        await until(lambda: alice.queue[0].help is HelpState.COMING)
        assert alice.queue[0].help_from is HelpFrom.AGENT
        await alice.bus.ask(
            HostCallRequest(session_id=facts.id, state=HelpState.NONE)
        )  # no longer needed
        await until(lambda: alice.queue[0].help is HelpState.NONE)
        await until(lambda: at_kiosk.state is HelpState.NONE)
        assert (await _site(host)).help is HelpState.NONE

        at_kiosk.press()
        await until(lambda: alice.queue[0].help is HelpState.WANTED)
        assert (await _site(host)).help_from is HelpFrom.CALLER
        await alice.bus.ask(
            HostCallRequest(session_id=facts.id, state=HelpState.NONE)
        )  # the caller's own call stays
        assert alice.queue[0].help is HelpState.WANTED
        at_kiosk.reset()
        await until(lambda: alice.queue[0].help is HelpState.NONE)


async def test_an_agent_calls_no_host_where_there_is_none_or_in_a_colleagues_conversation(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        own = await world.kiosk("kiosk2")
        alice, bob = await world.desk("alice"), await world.desk("bob")
        facts = await alice.accept((await own.call("rights", "", "r1")).ticket.id)
        assert not facts.host
        with pytest.raises(NotAllowed):
            await alice.bus.ask(HostCallRequest(session_id=facts.id, state=HelpState.WANTED))
        with pytest.raises(TicketUnknown):
            await bob.bus.ask(HostCallRequest(session_id=facts.id, state=HelpState.WANTED))


async def test_a_kiosk_that_was_restarted_calls_anew_when_the_host_has_just_finished(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        host = await world.client(Role.FACILITATOR, "host", "network")
        kiosk = await world.client(Role.KIOSK, "kiosk1", "network")
        await _say(kiosk, HelpState.WANTED)
        await host.ask_once(HostRequest(kiosk="kiosk1", state=HelpState.NONE))
        again = await kiosk.ask(HelpCall(state=HelpState.WANTED, new=True))
        # a repeat would have been told that the host has finished
        assert again.state is HelpState.WANTED
        assert (await _site(host)).help is HelpState.WANTED


async def test_a_page_that_goes_back_to_the_start_does_not_take_back_a_call_of_this_minute(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        call = HostCall(await world.kiosk("kiosk1", "network"), world.tasks, again_s=0.05)
        heard: list[HelpState] = []
        call.changed.connect(heard.append)
        call.press()
        call.left_alone()  # the goodbye of the caller before
        assert heard == [HelpState.WANTED]
        call._pressed_s -= 61
        call.left_alone()
        assert heard[-1] is HelpState.NONE


async def test_a_hub_that_starts_learns_of_the_call_from_the_kiosk(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        host = await world.client(Role.FACILITATOR, "host", "network")
        kiosk = await world.client(Role.KIOSK, "kiosk1", "network")
        await _say(kiosk, HelpState.WANTED)
        await world.stop_hub()
        await world.start_hub()
        assert (await _site(host)).help is HelpState.NONE
        assert await _say(kiosk, HelpState.COMING) is HelpState.COMING
        assert (await _site(host)).help is HelpState.COMING


async def test_a_host_has_its_own_sites_and_no_others(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        host = await world.client(Role.FACILITATOR, "host", "network")
        own = await world.client(Role.KIOSK, "kiosk2")
        with pytest.raises(NotAllowed):
            await host.ask_once(HostRequest(kiosk="kiosk2", state=HelpState.HERE))
        with pytest.raises(NotAllowed):
            await _say(own, HelpState.WANTED)
        assert not (await own.ask_once(ServicesRequest())).host


async def test_what_host_and_operator_read_names_no_caller_and_no_ticket(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk = await world.kiosk("kiosk1", "network")
        ticket = (await kiosk.call("valdore/rights", "1234567", "r1")).ticket
        for role, user, verb in (
            (Role.FACILITATOR, "host", "site"),
            (Role.OPERATOR, "oper", "network"),
        ):
            line = await world.connect_as(role, user, "network")
            request = (
                b'{"type":"SiteRequest","v":1}'
                if verb == "site"
                else b'{"type":"NetworkRequest","v":1}'
            )
            said = (await line.request(f"svc.{role}.{user}.{verb}", request, 3.0)).payload.decode()
            assert '"type":"' in said
            assert "Refusal" not in said
            for secret in (ticket.id, ticket.number, "1234567", "rights"):
                assert secret not in said
            # an operator reads whose each site is, but not whom a caller asked for
            assert "valdore" not in said or role is Role.OPERATOR


async def _acts_in_history(world: World) -> list[tuple[str, ...]]:
    """Kind, site, who and why, oldest first, once both have reached it."""
    assert world.hub is not None
    table, projection = history_tables.acts, world.hub.history.projection

    def read() -> list[tuple[str, ...]]:
        query = select(table.c.kind, table.c.service, table.c.changed_by, table.c.reason).order_by(
            table.c.seq
        )
        with projection.history.reading() as connection:
            return [tuple(row) for row in connection.execute(query)]

    await until(lambda: projection.is_open)  # a hub that has just started opens it beside its work
    await until(lambda: len(read()) >= 2)
    return read()


async def test_an_operator_sees_hubs_and_closes_a_site_of_its_own(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        assert world.hub is not None
        operator = await world.client(Role.OPERATOR, "oper", "network")
        kiosk = await world.kiosk("kiosk1", "network")
        heard: list[ServicesChanged] = []
        kiosk.services_changed.connect(heard.append)

        async def look(words: str = "médiathèque") -> NetworkAnswer:
            return await operator.ask(NetworkRequest(words=words))

        presence = world.hub.queue.presence
        await until(lambda: presence.is_there("network", Role.KIOSK, "kiosk1"))
        now = await look("")
        assert [(hub.id, hub.convention) for hub in now.hubs] == [
            (world.hub.network.state.hub_id, world.catalogue.version)
        ]
        rows = [(site.organisation, site.id, site.kiosks, site.there) for site in now.sites]
        assert rows == [
            ("valdore", "townhall", 2, 0),
            ("marais", "hall", 1, 0),
            ("network", "library", 1, 1),
        ]
        assert [site.own for site in now.sites] == [False, False, True]
        assert (now.totals.sites, now.totals.wrong, now.totals.unopened) == (3, 0, 2)
        assert [site.id for site in (await look("doré OYEN")).sites] == ["townhall"]

        closing = SiteStateRequest(site="library", reason="a burst pipe")
        await operator.ask_once(closing)
        await until(lambda: bool(heard))
        assert all(service.closed for service in (await kiosk.bus.ask(ServicesRequest())).services)
        with pytest.raises(QueueClosed):
            await kiosk.call("valdore/rights", "", "r1")
        [site] = (await look()).sites
        assert (site.closed, site.changed_by, site.reason) == (True, "Marc L.", "a burst pipe")

        await world.stop_hub()
        await world.start_hub()
        assert (await look()).sites[0].closed  # kept over a restart
        await operator.ask_once(OpenSiteRequest(site="library", reason="dry again"))
        assert await _acts_in_history(world) == [
            ("close_site", "library", "o.oper", "a burst pipe"),
            ("open_site", "library", "o.oper", "dry again"),
        ]
        assert (await kiosk.call("valdore/rights", "", "r1")).position == 1
        with pytest.raises(NotAllowed):
            await operator.ask_once(SiteStateRequest(site="townhall", reason="not mine"))


async def test_an_operator_sees_every_hub_and_which_convention_it_has(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        operator = await world.client(Role.OPERATOR, "oper", "network")
        first = world.hub
        connection = world.connection
        await world.start_hub()  # a second one beside the first
        assert first is not None
        assert world.hub is not None
        ids = {first.network.state.hub_id, world.hub.network.state.hub_id}
        for _ in range(20):
            answer = await operator.ask_once(NetworkRequest())
            assert {hub.id for hub in answer.hubs} <= ids
        await until(lambda: len(first.network.state.hubs()) == 2)
        first.authority.offer(tls_files(tmp_path / "ca-2").ca.read_text(encoding="ascii"))
        await first.network.state.publish()  # as its timers do
        second = world.hub.network.state
        await until(lambda: any(hub.next_authority for hub in second.hubs()))
        for _ in range(20):  # one or the other hub answers
            assert (await operator.ask_once(AuthorityRequest())).is_given
        await first.stop()
        assert connection is not None
        await connection.close()
