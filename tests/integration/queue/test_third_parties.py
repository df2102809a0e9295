# SPDX-License-Identifier: GPL-3.0-only
"""Hold, pass on, call in, join: kiosk, desks and a supervisor on a real bus with a real hub;
no media here.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from session.core.clock import ManualClock
from session.core.errors import (
    ColleagueBusy,
    NotAllowed,
    SessionError,
    TicketKept,
    TicketTaken,
    TicketUnknown,
)
from session.desk.hub.client import DeskClient
from session.desk.hub.third_parties import ThirdPartyClient
from session.protocol.conversation.messages import (
    CallOffered,
    CallRequested,
    MessageRefused,
    SessionMessage,
)
from session.protocol.hub.requests import SessionEnded, SessionFacts
from session.protocol.hub.talk_state import (
    HoldReason,
    PassReason,
    Talk,
    Third,
    ThirdEnd,
    ThirdState,
)
from session.protocol.hub.third_parties import BannerShown
from session.protocol.hub.tickets import KEPT, Ticket, TicketState
from session.protocol.wire.roles import Role
from tests.support.hub_world import World, catalogue_text, hub_world
from tests.support.waiting import until

OFFER = CallOffered(call_id="c1", sdp="v=0")


class Conversation:
    """Alice talks with the caller at kiosk1; bob and the supervisor are there."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ended_at_kiosk: list[SessionEnded] = []
        self.opened_at_kiosk: list[SessionFacts] = []

    async def begin(self, needs: tuple[str, ...] = ()) -> Conversation:
        world = self.world
        self.kiosk = await world.kiosk("kiosk1", poll_s=0.3)
        self.kiosk.needs = needs
        self.kiosk.session_ended.connect(self.ended_at_kiosk.append)
        self.kiosk.session_opened.connect(self.opened_at_kiosk.append)
        self.alice, self.alice_talk = await self.desk("alice")
        self.bob, self.bob_talk = await self.desk("bob")
        ticket = (await self.kiosk.call("rights", "1234567", "r1")).ticket
        self.ticket_id = ticket.id
        self.number = ticket.number
        self.arrived_at_utc = ticket.arrived_at_utc
        self.session = (await self.alice.accept(ticket.id)).id
        await until(lambda: bool(self.opened_at_kiosk))
        assert world.hub is not None
        presence = world.hub.queue.presence
        await until(
            lambda: all(presence.is_there("valdore", Role.AGENT, one) for one in ("alice", "bob"))
        )
        return self

    async def desk(self, user: str) -> tuple[DeskClient, ThirdPartyClient]:
        client = await self.world.client(Role.AGENT, user)
        link = DeskClient(client, self.world.clock, tasks=self.world.tasks)
        await link.start()
        await until(lambda: link.is_ready)
        return link, ThirdPartyClient(client)

    async def supervisor(self) -> ThirdPartyClient:
        client = await self.world.client(Role.SUPERVISOR, "boss")
        self.boss_client = client
        client.beat()
        return ThirdPartyClient(client)

    def seen(self, link: DeskClient) -> Ticket:
        return next(ticket for ticket in link.queue if ticket.id == self.ticket_id)

    def third(self, link: DeskClient) -> Third | None:
        talk = self.seen(link).talk
        return talk.third if talk is not None else None

    async def is_in(self) -> None:
        """Both banners are shown."""
        await until(lambda: self.third(self.alice) is not None)
        third = self.third(self.alice)
        assert third is not None
        await self.kiosk.banner_shown(self.session, third)
        await self.alice_talk.banner_shown(self.session, third)


async def test_a_held_caller_is_told_and_everybody_sees_it(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        talk = await Conversation(world).begin()
        told: list[Talk | None] = []
        talk.kiosk.ticket_changed.connect(lambda change: told.append(change.ticket.talk))
        await talk.alice_talk.hold(talk.session, True, HoldReason.LOOKING)
        await talk.alice_talk.hold(talk.session, True, HoldReason.LOOKING)
        await until(lambda: told == [Talk(held=True, hold_reason=HoldReason.LOOKING)])
        await until(lambda: talk.seen(talk.bob).talk == told[0])
        await talk.alice_talk.hold(talk.session, False)
        await until(lambda: told[-1] is None and talk.seen(talk.alice).talk is None)
        with pytest.raises(TicketUnknown):
            await talk.bob_talk.hold(talk.session, True)


async def test_a_caller_passed_on_keeps_number_and_arrival_and_waits_for_that_colleague(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        talk = await Conversation(world).begin()
        targets = await talk.alice_talk.targets(talk.session)
        assert "bob" in [agent.id for agent in targets.agents]
        assert "alice" not in [agent.id for agent in targets.agents]
        rights = next(one for one in targets.services if one.id == "rights")
        assert (rights.waiting, rights.wait_s) == (0, 0), "bob is free"
        assert rights.wait_most_s is not None
        for _again in range(2):
            await talk.alice_talk.pass_on(
                talk.session,
                PassReason.SPECIALIST,
                agent="bob",
                note="attestation de loyer",
                pieces_missing=2,
            )
        await until(lambda: talk.seen(talk.bob).state is TicketState.WAITING)
        ticket = talk.seen(talk.bob)
        assert (ticket.number, ticket.arrived_at_utc, ticket.assigned_to) == (
            talk.number,
            talk.arrived_at_utc,
            "bob",
        )
        assert "attestation" not in json.dumps(str(ticket))
        await until(lambda: [ended.reason for ended in talk.ended_at_kiosk] == ["passed_on"])
        status = await talk.kiosk.status(talk.ticket_id)
        assert (status.ticket.state, status.position) == (TicketState.WAITING, 1)
        with pytest.raises(TicketKept):
            await talk.alice.accept(talk.ticket_id)
        dossier = await talk.alice.dossier(talk.session)
        assert dossier.caller_number == "1234567"
        await talk.alice.close(talk.session)
        facts = await talk.bob.accept(talk.ticket_id)
        assert facts.id != talk.session
        said = await talk.bob_talk.passed_on(facts.id)
        assert (said.by_name, said.note, said.pieces_missing) == (
            "Alice M.",
            "attestation de loyer",
            2,
        )
        await until(lambda: len(talk.opened_at_kiosk) == 2)
        with pytest.raises(TicketUnknown):
            await talk.alice_talk.passed_on(facts.id)


async def test_a_caller_nobody_takes_is_open_to_everybody_after_a_minute(tmp_path: Path) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock) as world:
        talk = await Conversation(world).begin()
        await talk.alice_talk.pass_on(talk.session, PassReason.OTHER, agent="bob")
        clock.advance(KEPT.total_seconds() + 1)
        await until(lambda: bool((passed := talk.seen(talk.alice).passed) and passed.lapsed))
        await until(
            lambda: bool(
                talk.kiosk.ticket and talk.kiosk.ticket.passed and talk.kiosk.ticket.passed.lapsed
            )
        )
        assert (await talk.alice.accept(talk.ticket_id)).agent == "alice"


async def test_a_caller_passed_on_survives_the_hub_and_the_first_desk(tmp_path: Path) -> None:
    text = catalogue_text().replace('"Bob T.",', '"Bob T.", services = ["housing"],')
    async with hub_world(tmp_path, catalogue=text) as world:
        talk = await Conversation(world).begin(needs=("lsf",))
        assert talk.seen(talk.alice).skills == (), "only Bob signs, and not for this service"
        await talk.alice_talk.pass_on(
            talk.session, PassReason.OTHER_SERVICE, service="housing", note="loyer"
        )
        await until(lambda: talk.seen(talk.bob).skills == ("lsf",))
        await world.stop_hub()
        world.kill_server()
        await world.start_hub()
        await until(lambda: talk.bob.is_ready and talk.seen(talk.bob).service == "housing")
        assert talk.seen(talk.bob).state is TicketState.WAITING
        assert (await talk.alice.resume()).sessions == []
        facts = await talk.bob.accept(talk.ticket_id)
        assert (await talk.bob_talk.passed_on(facts.id)).note == "loyer"


async def test_nobody_who_is_away_or_busy_is_a_target(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        talk = await Conversation(world).begin()
        with pytest.raises(ColleagueBusy):
            await talk.alice_talk.pass_on(talk.session, PassReason.OTHER, agent="agent3")
        with pytest.raises(ColleagueBusy):
            await talk.alice_talk.invite(talk.session, "alice", is_on_hold=False)
        with pytest.raises(NotAllowed):
            await talk.alice_talk.pass_on(talk.session, PassReason.OTHER)
        second = await world.kiosk("kiosk2")
        other = (await second.call("housing", "", "r2")).ticket
        await talk.bob.accept(other.id)
        with pytest.raises(ColleagueBusy):
            await talk.alice_talk.invite(talk.session, "bob", is_on_hold=True)


async def test_a_colleague_is_called_comes_and_takes_over(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        talk = await Conversation(world).begin()
        await talk.alice_talk.invite(talk.session, "bob", is_on_hold=True)
        await until(
            lambda: (third := talk.third(talk.bob)) is not None and third.state is ThirdState.CALLED
        )
        assert talk.seen(talk.bob).talk == Talk(
            held=True, hold_reason=HoldReason.COLLEAGUE, third=talk.third(talk.bob)
        )
        await talk.bob_talk.answer_invitation(talk.session, accept=True)
        await talk.is_in()
        await until(
            lambda: (third := talk.third(talk.bob)) is not None and third.state is ThirdState.IN
        )
        names = await talk.kiosk.talk(talk.session)
        # an interpreter: hands will talk
        assert (names.third_name, names.signs) == ("Bob T.", True)
        for _again in range(2):
            await talk.alice_talk.hand_over(talk.session, PassReason.SPECIALIST, "suite du dossier")
        await until(lambda: talk.seen(talk.bob).agent == "bob")
        ticket = talk.seen(talk.bob)
        assert (ticket.state, ticket.talk) == (TicketState.IN_SESSION, None)
        await until(
            lambda: len(talk.opened_at_kiosk) == 2 and talk.ended_at_kiosk[0].reason == "passed_on"
        )
        facts = await talk.bob.accept(talk.ticket_id)
        assert facts.id == talk.opened_at_kiosk[1].id
        assert (await talk.bob_talk.passed_on(facts.id)).note == "suite du dossier"


async def test_a_colleague_who_declines_or_does_not_answer_is_told(tmp_path: Path) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock) as world:
        talk = await Conversation(world).begin()
        await talk.alice_talk.invite(talk.session, "bob", is_on_hold=False)
        await talk.bob_talk.answer_invitation(talk.session, accept=False)
        await until(lambda: talk.seen(talk.alice).talk == Talk(last=ThirdEnd.DECLINED))
        await talk.alice_talk.invite(talk.session, "bob", is_on_hold=False)
        clock.advance(timedelta(seconds=31).total_seconds())
        await until(lambda: talk.seen(talk.alice).talk == Talk(last=ThirdEnd.NO_ANSWER))
        with pytest.raises(TicketUnknown):
            await talk.bob_talk.answer_invitation(talk.session, accept=True)


async def test_a_supervisor_hears_nothing_before_both_banners_are_on_the_screens(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        talk = await Conversation(world).begin()
        boss = await talk.supervisor()
        assert await boss.join(talk.ticket_id, "Aide à l'accueil") == talk.session
        await until(lambda: talk.third(talk.alice) is not None)
        third = talk.third(talk.alice)
        assert third is not None
        assert (third.role, third.user, third.state) == (
            Role.SUPERVISOR,
            "boss",
            ThirdState.ANNOUNCED,
        )
        heard: list[SessionMessage] = []
        at_kiosk: list[SessionMessage] = []
        for topic in ("third", "aside", "call", "grant", "device"):
            talk.boss_client.channel(talk.session).on_message(topic, heard.append)
        talk.kiosk.bus.channel(talk.session).on_message("third", at_kiosk.append)
        assert world.hub is not None
        relay = world.hub.network.relay

        async def everybody_speaks() -> None:
            before = relay.dropped
            await talk.kiosk.bus.channel(talk.session).send("third", OFFER)
            await talk.alice.bus.channel(talk.session).send("aside", OFFER)
            await talk.boss_client.channel(talk.session).send("third", CallRequested())
            await until(lambda: relay.dropped >= before + 3)

        await everybody_speaks()
        await talk.alice_talk.banner_shown(talk.session, third)
        await everybody_speaks()
        assert (heard, at_kiosk) == ([], [])
        await talk.kiosk.banner_shown(talk.session, third)
        await until(
            lambda: (now := talk.third(talk.alice)) is not None and now.state is ThirdState.IN
        )
        await talk.kiosk.bus.channel(talk.session).send("third", OFFER)
        await talk.alice.bus.channel(talk.session).send("aside", OFFER)
        await talk.boss_client.channel(talk.session).send("third", CallRequested())
        await until(lambda: heard == [OFFER, OFFER] and at_kiosk == [CallRequested()])
        with pytest.raises(NotAllowed):
            await talk.alice_talk.leave(talk.session)
        await boss.leave(talk.session)
        await until(lambda: talk.third(talk.alice) is None)
        await everybody_speaks()
        assert len(heard) == 2


async def test_a_banner_that_does_not_come_sends_the_joiner_away(tmp_path: Path) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock) as world:
        talk = await Conversation(world).begin()
        boss = await talk.supervisor()
        await boss.join(talk.ticket_id, "Aide à l'accueil")
        await until(lambda: talk.third(talk.alice) is not None)
        clock.advance(21)
        await until(lambda: talk.seen(talk.alice).talk == Talk(last=ThirdEnd.LOST))


async def test_who_is_no_participant_reaches_nobody(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        talk = await Conversation(world).begin()
        boss = await talk.supervisor()
        await talk.alice_talk.invite(talk.session, "bob", is_on_hold=False)
        await talk.bob_talk.answer_invitation(talk.session, accept=True)
        await talk.is_in()
        heard: list[SessionMessage] = []
        for link in (talk.kiosk, talk.alice, talk.bob):
            for topic in ("call", "third", "aside", "grant", "cobrowse", "device", "end"):
                link.bus.channel(talk.session).on_message(topic, heard.append)
        assert world.hub is not None
        before = world.hub.network.relay.dropped
        stranger, _ = await talk.desk("agent5")
        for topic in ("call", "third", "aside", "grant"):
            await stranger.bus.channel(talk.session).send(topic, OFFER)
            # "call" and "grant": the server refuses
            await talk.boss_client.channel(talk.session).send(topic, OFFER)
        # a third person talks, and has no other power
        for topic in ("call", "grant", "cobrowse", "device"):
            await talk.bob.bus.channel(talk.session).send(topic, OFFER)
        await until(
            lambda: world.hub is not None and world.hub.network.relay.dropped >= before + 10
        )
        # who says what is not his to say is told so; nothing of it reaches anybody
        assert {type(message) for message in heard} <= {MessageRefused}
        for act in (
            boss.talk(talk.session),
            ThirdPartyClient(talk.boss_client).leave(talk.session),
            talk.bob_talk.hold(talk.session, True),
            talk.bob_talk.hand_over(talk.session, PassReason.OTHER),
            talk.bob.dossier(talk.session),
        ):
            with pytest.raises(SessionError):
                await act
        with pytest.raises(ColleagueBusy):
            await boss.join(talk.ticket_id, "Aide à l'accueil")


async def test_a_banner_is_acknowledged_by_the_two_ends_only(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        talk = await Conversation(world).begin()
        boss = await talk.supervisor()
        await boss.join(talk.ticket_id, "Aide à l'accueil")
        await until(lambda: talk.third(talk.alice) is not None)
        third = talk.third(talk.alice)
        assert third is not None
        other = await world.kiosk("kiosk2")
        for liar in (talk.bob_talk, other):
            with pytest.raises(TicketUnknown):
                await liar.banner_shown(talk.session, third)
        for wrong in (BannerShown(session_id=talk.session, role=Role.AGENT, user="bob"),):
            with pytest.raises(TicketUnknown):
                await talk.alice_talk._bus.ask_once(wrong)
        assert Role.SUPERVISOR not in BannerShown.roles
        waiting = (await other.call("housing", "", "r9")).ticket
        with pytest.raises(TicketTaken):
            await boss.join(waiting.id, "Aide à l'accueil")


async def test_a_caller_is_passed_on_to_another_organisation_without_the_note(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        talk = await Conversation(world).begin()
        zoe = await world.desk("zoe", "marais")
        targets = await talk.alice_talk.targets(talk.session)
        assert "marais/care" in [target.ref for target in targets.elsewhere]
        await talk.alice_talk.pass_on(
            talk.session, PassReason.OTHER_SERVICE, service="marais/care", note="secret"
        )
        await until(lambda: [ticket.service for ticket in zoe.queue] == ["care"])
        assert zoe.queue[0].state is TicketState.WAITING
        assert talk.seen(talk.alice).state is TicketState.WRAP_UP
        await until(lambda: [ended.reason for ended in talk.ended_at_kiosk] == ["passed_on"])
        facts = await zoe.accept(zoe.queue[0].id)
        assert facts.caller_number == ""
        with pytest.raises(TicketUnknown):
            await talk.alice_talk.passed_on(facts.id)
        await until(lambda: len(talk.opened_at_kiosk) == 2)
        assert talk.opened_at_kiosk[1].organisation == "marais"
