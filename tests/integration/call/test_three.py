# SPDX-License-Identifier: GPL-3.0-only
"""Hold and three people with real media:
QtWebEngine at the kiosk, each engine at two desks, a real hub between.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from session.core.clock import SystemClock
from session.core.tasks import Tasks
from session.desk.call.third_parties import DeskThirdParties
from session.desk.call.video_call import DeskCall
from session.desk.call.visit import Visit
from session.desk.hub.client import DeskClient
from session.desk.hub.third_parties import ThirdPartyClient
from session.kiosk.call.third_parties import KioskThirdParties
from session.kiosk.call.video_call import KioskCall
from session.media.engine import MediaState, PictureLimits
from session.protocol.conversation.line import LineGoverned, LineStep
from session.protocol.conversation.messages import CallRequested
from session.protocol.hub.talk_state import HoldReason, Talk, ThirdState
from session.protocol.hub.third_parties import TalkAnswer
from session.protocol.hub.tickets import Ticket
from session.protocol.topics import ASIDE_TOPIC, THIRD_TOPIC
from session.protocol.wire.roles import Role
from tests.integration.call.engines import AIORTC, BROWSER, MEDIA, Engine, both_engines, two_engines
from tests.support.hub_world import World, hub_world
from tests.support.qt_loop import QtLoop
from tests.support.waiting import until
from views.kiosk.call_pane import KioskCallPane


class Desk:
    """One agent's machine: a line to the hub and two engines on the same camera, microphone and
    loudspeaker.
    """

    def __init__(
        self, link: DeskClient, third_party_client: ThirdPartyClient, *, kind: str, tasks: Tasks
    ) -> None:
        self.link, self.third_party_client = link, third_party_client
        (self.main, _show), (self.aside, _show_aside) = two_engines(kind, tasks)

    async def close(self) -> None:
        await self.main.close()
        await self.aside.close()


class Scene:
    """Alice talks with the caller; whoever joins is `guest`."""

    def __init__(self, world: World, pane: KioskCallPane, *, kind: str) -> None:
        self.world, self.pane, self.kind = world, pane, kind
        self.desks: list[Desk] = []
        self.at_kiosk: list[TalkAnswer] = []
        self.guest: Visit | None = None
        self.clock = SystemClock()

    async def desk(self, user: str, role: Role = Role.AGENT) -> Desk:
        client = await self.world.client(role, user)
        link = DeskClient(client, self.clock, tasks=self.world.tasks)
        await link.start()
        await until(lambda: link.is_ready)
        desk = Desk(link, ThirdPartyClient(client), kind=self.kind, tasks=self.world.tasks)
        self.desks.append(desk)
        return desk

    async def begin(self) -> None:
        world, tasks = self.world, self.world.tasks
        self.kiosk = await world.kiosk("kiosk1", poll_s=0.5)
        self.alice = await self.desk("alice")
        self.ticket = (await self.kiosk.call("rights", "", "r1")).ticket
        self.session = (await self.alice.link.accept(self.ticket.id)).id
        await until(
            lambda: self.kiosk.ticket is not None and self.kiosk.ticket.session == self.session
        )
        now_s = self.clock.monotonic_s()
        channel = self.alice.link.bus.channel(self.session)
        self.call = DeskCall(
            channel, self.alice.main, clock=self.clock, tasks=tasks, accepted_at_s=now_s
        )
        self.talk = DeskThirdParties(
            channel,
            self.call,
            engine=self.alice.aside,
            link=self.alice.third_party_client,
            tasks=tasks,
        )
        there = self.kiosk.bus.channel(self.session)
        self.kiosk_call = KioskCall(
            there, self.pane, clock=self.clock, tasks=tasks, accepted_at_s=now_s, media=MEDIA
        )
        self.kiosk_talk = KioskThirdParties(
            there,
            self.kiosk_call,
            page=self.pane.third,
            link=self.kiosk,
            clock=self.clock,
            tasks=tasks,
            media=MEDIA,
        )
        self.kiosk_talk.changed.connect(self.at_kiosk.append)
        self.kiosk.ticket_changed.connect(lambda change: self.kiosk_talk.on_ticket(change.ticket))
        self.alice.link.queue_changed.connect(self._on_queue)
        self.call.start()
        self.kiosk_call.start()
        await until(
            lambda: self.alice.main.stats().frames > 5 and self.alice.main.stats().audio_packets > 5
        )

    def _on_queue(self, tickets: list[Ticket]) -> None:
        for ticket in tickets:
            if ticket.id == self.ticket.id:
                self.talk.on_ticket(ticket)

    def visit(self, desk: Desk) -> Visit:
        channel = desk.link.bus.channel(self.session)
        guest = Visit(
            desk.third_party_client.me,
            channel,
            caller_engine=desk.main,
            agent_engine=desk.aside,
            clock=self.clock,
            tasks=self.world.tasks,
        )
        self.guest = guest

        def on_queue(tickets: list[Ticket]) -> None:
            guest.on_ticket(next((one for one in tickets if one.id == self.ticket.id), None))

        desk.link.queue_changed.connect(on_queue)
        on_queue(desk.link.queue)
        return guest

    async def announced(self) -> None:
        """Both ends know of the third person and could name it."""
        await until(
            lambda: self.talk.talk.third is not None and self.kiosk_talk.talk.third is not None
        )
        await until(
            lambda: (
                (third := self.talk.talk.third) is not None
                and third.state is ThirdState.ANNOUNCED
                and self.kiosk_talk.talk.third is not None
                and self.kiosk_talk.talk.third.state is ThirdState.ANNOUNCED
            )
        )
        await until(lambda: bool(self.at_kiosk and self.at_kiosk[-1].third_name))

    async def seen(self, peer: str = "call") -> dict[str, object]:
        found = await self.pane.run(f"{peer}.seen()")
        assert isinstance(found, dict)
        return found

    async def grows(self, peer: str, name: str, by: int = 5) -> None:
        before = int(str((await self.seen(peer))[name]))
        async with asyncio.timeout(30):
            while int(str((await self.seen(peer))[name])) < before + by:  # noqa: ASYNC110 - the page is asked, it tells nobody
                await asyncio.sleep(0.1)

    async def close(self) -> None:
        await self.kiosk_talk.close()
        await self.kiosk_call.hang_up()
        await self.talk.close()
        await self.call.hang_up()
        if self.guest is not None:
            await self.guest.close()
        for desk in self.desks:
            await desk.close()


@asynccontextmanager
async def a_conversation(kind: str, folder: Path) -> AsyncIterator[Scene]:
    pane = KioskCallPane()
    pane.resize(480, 270)
    pane.show()
    async with hub_world(folder) as world:
        scene = Scene(world, pane, kind=kind)
        try:
            await scene.begin()
            yield scene
        finally:
            await scene.close()
            pane.close_page()
            pane.deleteLater()


async def nothing_comes(engine: Engine) -> bool:
    """Whether no packet arrives for a second. What was counted before may be told only now: a page
    is asked, and answers when it can.
    """
    for _ in range(3):
        before = engine.stats().packets
        await asyncio.sleep(1.0)
        if engine.stats().packets == before:
            return True
    return False


def seen_and_heard(engine: Engine) -> bool:
    stats = engine.stats()
    return stats.frames > 5 and stats.audio_level > 0


@both_engines
def test_on_hold_nothing_travels_either_way_and_the_talk_comes_back(
    kind: str, qt_loop: QtLoop, tmp_path: Path
) -> None:
    async def story() -> None:
        async with a_conversation(kind, tmp_path) as scene:
            filmed = "document.querySelector('#own video').srcObject.getTracks()[0]"
            assert await scene.pane.run(f"(window.filmed = {filmed}).readyState") == "live"
            await scene.alice.third_party_client.hold(scene.session, True, HoldReason.LOOKING)
            await until(
                lambda: scene.call.state == MediaState.HELD and scene.kiosk_call.state == "held"
            )
            await until(lambda: bool(scene.at_kiosk))
            assert scene.at_kiosk[-1].talk == Talk(held=True, hold_reason=HoldReason.LOOKING)
            assert await scene.pane.run("window.filmed.readyState") == "ended"
            assert (
                await scene.pane.run("music.playing() && !document.getElementById('hold').hidden")
                is True
            )
            held = await scene.seen()
            assert held["state"] == "closed"
            assert await nothing_comes(scene.alice.main)
            after = await scene.seen()
            assert (after["frames"], after["audio_packets"], scene.alice.main.own_frame()) == (
                0,
                0,
                None,
            )
            await scene.alice.third_party_client.hold(scene.session, False)
            await until(
                lambda: (
                    scene.call.state == MediaState.CONNECTED and scene.alice.main.stats().frames > 3
                )
            )
            await scene.grows("call", "audio_packets")
            assert await scene.pane.run("music.playing()") is False

    qt_loop.run(story())


@both_engines
def test_three_people_see_and_hear_each_other(kind: str, qt_loop: QtLoop, tmp_path: Path) -> None:
    async def story() -> None:
        async with a_conversation(kind, tmp_path) as scene:
            bob = await scene.desk("bob")
            assert scene.world.hub is not None
            presence = scene.world.hub.queue.presence
            await until(lambda: presence.is_there("valdore", Role.AGENT, "bob"))
            await scene.alice.third_party_client.invite(scene.session, "bob", is_on_hold=False)
            await bob.third_party_client.answer_invitation(scene.session, accept=True)
            await scene.announced()
            guest = scene.visit(bob)
            assert not guest.is_in
            scene.kiosk_talk.banner_painted("bob")
            scene.talk.banner_painted("bob")
            await until(lambda: guest.is_in)
            for engine in (bob.main, bob.aside, scene.alice.aside, scene.alice.main):
                await until(partial(seen_and_heard, engine))
            await scene.grows("third", "frames")
            await scene.grows("third", "audio_packets")
            await scene.grows("call", "frames")
            assert await scene.pane.run("document.body.classList.contains('three')") is True
            caps = [
                "call.share(2)",  # what each picture may take while two calls share the line up
                "third.share(2)",
            ]
            kbps = [int(str(await scene.pane.run(cap))) for cap in caps]
            assert all(0 < one <= MEDIA.max_kbps // 2 for one in kbps)
            third_call = scene.kiosk_talk.third_call
            assert third_call is not None
            third_call.limit_picture(PictureLimits(kbps=100, height_px=180, fps=12.0, motion=True))
            third_call.send_rule(
                LineGoverned(step=LineStep.FEW, face_kbps=100, budget_kbps=300, motion=True)
            )
            await until(lambda: bob.main.stats().height_px == 180)
            await until(lambda: 0 < bob.main.stats().sent_height_px <= 180)
            await bob.third_party_client.leave(scene.session)
            await until(
                lambda: scene.kiosk_talk.third_call is None and scene.talk.talk.third is None
            )
            await until(lambda: bob.main.stats().packets == 0)
            await scene.grows("call", "frames")
            assert await scene.pane.run("document.getElementById('third').hidden") is True

    qt_loop.run(story())


@both_engines
def test_a_supervisor_gets_no_media_while_one_banner_is_missing(
    kind: str, qt_loop: QtLoop, tmp_path: Path
) -> None:
    async def story() -> None:
        async with a_conversation(kind, tmp_path) as scene:
            boss = await scene.desk("boss", Role.SUPERVISOR)
            await boss.third_party_client.join(scene.ticket.id, "Aide à l'accueil")
            await scene.announced()
            guest = scene.visit(boss)
            # who does not wait for being let in gains nothing
            for topic in (THIRD_TOPIC, ASIDE_TOPIC):
                await boss.link.bus.channel(scene.session).send(topic, CallRequested())
            scene.talk.banner_painted("boss")
            assert await nothing_comes(boss.main)
            assert await nothing_comes(boss.aside)
            assert (boss.main.stats().packets, boss.aside.stats().packets, guest.is_in) == (
                0,
                0,
                False,
            )
            scene.kiosk_talk.banner_painted("boss")
            await until(lambda: guest.is_in)
            await until(lambda: boss.main.stats().frames > 3 and boss.aside.stats().frames > 3)
            assert scene.at_kiosk[-1].third_name == "Chantal V."

    qt_loop.run(story())


@pytest.mark.parametrize("kind", [AIORTC, pytest.param(BROWSER, marks=pytest.mark.long)])
def test_a_muted_agent_is_silent_for_the_third_person_too(
    kind: str, qt_loop: QtLoop, tmp_path: Path
) -> None:
    async def story() -> None:
        async with a_conversation(kind, tmp_path) as scene:
            boss = await scene.desk("boss", Role.SUPERVISOR)
            await boss.third_party_client.join(scene.ticket.id, "Aide à l'accueil")
            await scene.announced()
            guest = scene.visit(boss)
            scene.talk.banner_painted("boss")
            scene.kiosk_talk.banner_painted("boss")
            await until(lambda: guest.is_in and boss.aside.stats().audio_level > 0.001)
            scene.talk.set_own(camera_on=True, microphone_on=False)
            await until(lambda: boss.aside.stats().audio_level < 0.0005)
            await until(lambda: boss.main.stats().audio_level > 0.001)
            guest.set_microphone(False)
            await until(lambda: scene.alice.aside.stats().audio_level < 0.0005)
            guest.speak(True)  # Ctrl+Space is held: both hear
            await until(lambda: scene.alice.aside.stats().audio_level > 0.001)
            guest.speak(False)
            await until(lambda: scene.alice.aside.stats().audio_level < 0.0005)

    qt_loop.run(story())
