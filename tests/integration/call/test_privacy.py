# SPDX-License-Identifier: GPL-3.0-only
"""The privacy pause with real media and a real page in the kiosk's pane, for each engine at the
desk.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from session.core.clock import ManualClock, SystemClock
from session.core.tasks import Tasks
from session.desk.call.privacy import DeskPrivacy
from session.desk.call.third_parties import DeskThirdParties
from session.desk.call.video_call import DeskCall
from session.kiosk.call.privacy import KioskPrivacy
from session.kiosk.cobrowse.shared_page import KioskSharedPage
from session.protocol.conversation.chat_and_privacy import TOPIC, PrivacyShown
from session.protocol.conversation.messages import GrantsRequested, SharingChanged
from tests.integration.call.ends import Ends, a_call
from tests.integration.call.engines import both_engines
from tests.integration.call.told_engine import ToldEngine, settle
from tests.support.memory.channel import channel_pair
from tests.support.memory.page_guard import DirectGuard
from tests.support.program_parts import QuietAsker, QuietBrowser, QuietEngine
from tests.support.qt_loop import QtLoop
from tests.support.waiting import until
from tests.unit.session.kiosk.cobrowse.page_grants import Grants


@dataclass
class Pause:
    """Both ends' pauses, and what was told."""

    ends: Ends
    desk: DeskPrivacy
    kiosk: KioskPrivacy
    page: KioskSharedPage
    confirmed: list[bool] = field(default_factory=list)
    at_kiosk: list[bool] = field(default_factory=list)


@asynccontextmanager
async def a_pause(kind: str) -> AsyncIterator[Pause]:
    tasks = Tasks()
    async with a_call(kind) as ends:
        grants = Grants(ManualClock())
        page = KioskSharedPage(
            ends.kiosk_channel,
            QuietBrowser(),
            grants=grants,
            guard=DirectGuard(),
            clock=SystemClock(),
            tasks=tasks,
        )
        asker: Any = QuietAsker()
        talk = DeskThirdParties(
            ends.desk_channel, ends.desk, engine=QuietEngine(), link=asker, tasks=tasks
        )
        desk = DeskPrivacy(ends.desk_channel, ends.desk, talk=talk, tasks=tasks)
        kiosk = KioskPrivacy(ends.kiosk_channel, ends.kiosk, page=page, tasks=tasks)
        pause = Pause(ends, desk, kiosk, page)
        desk.confirmed.connect(lambda shown: pause.confirmed.append(shown.on))
        kiosk.changed.connect(pause.at_kiosk.append)
        await until(lambda: ends.told_to_desk and ends.told_to_kiosk)
        try:
            yield pause
        finally:
            page.close()
            desk.close()
            await kiosk.close()
            await tasks.close()


def is_shared(pause: Pause) -> bool:
    return pause.page.sharing


async def luma_at_desk(ends: Ends) -> float:
    """Mean brightness of what the desk shows of the caller, 0..255."""
    await until(lambda: ends.engine.latest_frame() is not None)
    frame = ends.engine.latest_frame()
    assert frame is not None
    pixels = bytes(frame.pixels)
    return sum(pixels[::97]) / len(pixels[::97])


async def until_dark(ends: Ends, dark: bool) -> None:
    async with asyncio.timeout(30):
        while (await luma_at_desk(ends) < 70) != dark:  # noqa: ASYNC110 - a picture tells nobody that it is dark
            await asyncio.sleep(0.1)


@both_engines
def test_in_a_pause_no_picture_and_no_page_crosses_and_the_voice_goes_on(
    kind: str, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        async with a_pause(kind) as pause:
            ends = pause.ends
            await until_dark(ends, dark=False)
            assert is_shared(pause)
            pause.desk.set(True)
            await until(lambda: pause.confirmed == [True])
            assert pause.at_kiosk == [True]
            assert not is_shared(pause)
            assert SharingChanged(sharing=False) in ends.kiosk_channel.sent
            await until_dark(ends, dark=True)
            await until(lambda: ends.engine.own_frame() is None)
            shown = "getComputedStyle(document.querySelector('#call video')).visibility"
            assert await ends.pane.run(shown) == "hidden"
            assert (
                await ends.pane.run("getComputedStyle(document.getElementById('private')).display")
                == "flex"
            )
            voice = ends.engine.stats().audio_packets
            await until(lambda: ends.engine.stats().audio_packets > voice + 20)
            pause.desk.set(False)
            await until(lambda: pause.confirmed == [True, False])
            await until_dark(ends, dark=False)
            assert is_shared(pause)
            assert (
                await ends.pane.run("getComputedStyle(document.getElementById('private')).display")
                == "none"
            )

    qt_loop.run(story())


@both_engines
def test_a_new_call_in_a_pause_stays_hidden(kind: str, qt_loop: QtLoop) -> None:
    async def story() -> None:
        async with a_pause(kind) as pause:
            ends = pause.ends
            pause.desk.set(True)
            await until(lambda: pause.confirmed == [True])
            ends.desk.request_call()
            await until(lambda: len(ends.first_at_desk) == 2)
            # the kiosk was told again: it might have been another one
            await until(lambda: len(pause.confirmed) == 2)
            await until_dark(ends, dark=True)

    qt_loop.run(story())


@both_engines
def test_a_desk_that_was_restarted_in_a_pause_goes_on_with_it(kind: str, qt_loop: QtLoop) -> None:
    async def story() -> None:
        async with a_pause(kind) as pause:
            pause.desk.set(True)
            await until(lambda: pause.confirmed == [True])
            pause.desk.on = pause.desk.mine = pause.desk._asked = False  # what a new program knows
            await pause.ends.desk_channel.send("grant", GrantsRequested())
            await until(lambda: pause.desk.on)
            assert (pause.desk.mine, pause.desk.callers) == (True, False)

    qt_loop.run(story())


@both_engines
def test_the_caller_has_a_pause_too_and_each_ends_its_own(kind: str, qt_loop: QtLoop) -> None:
    async def story() -> None:
        async with a_pause(kind) as pause:
            own: list[bool] = []
            pause.kiosk.caller_changed.connect(own.append)
            pause.kiosk.set_by_caller(True)
            await until(lambda: pause.confirmed == [True])
            assert (pause.desk.on, pause.desk.mine, pause.desk.callers) == (True, False, True)
            assert not is_shared(pause)
            await until_dark(pause.ends, dark=True)
            # the agent is not filmed either
            await until(lambda: pause.ends.engine.own_frame() is None)
            pause.desk.set(True)
            await until(lambda: len(pause.confirmed) == 2)
            pause.kiosk.set_by_caller(False)
            await until(lambda: len(pause.confirmed) == 3)
            assert (pause.kiosk.on, pause.desk.on, pause.desk.callers) == (True, True, False)
            pause.desk.set(False)
            await until(lambda: pause.confirmed == [True, True, True, False])
            await until_dark(pause.ends, dark=False)
            assert own == [True, False]
            assert pause.at_kiosk == [True, False], (
                "the screen never showed a face between the two pauses"
            )

    qt_loop.run(story())


async def test_a_pause_that_was_ended_at_once_does_not_come_back_by_an_old_word() -> None:
    tasks, (kiosk, channel) = Tasks(), channel_pair()
    call = DeskCall(channel, ToldEngine(), clock=ManualClock(), tasks=tasks, accepted_at_s=0.0)
    talk = DeskThirdParties(channel, call, engine=QuietEngine(), link=QuietAsker(), tasks=tasks)  # type: ignore[arg-type]
    desk = DeskPrivacy(channel, call, talk=talk, tasks=tasks)
    desk.set(True)
    desk.set(False)
    await kiosk.send(TOPIC, PrivacyShown(on=True, agent=True))  # of the first wish
    await settle()
    assert not desk.on
    await tasks.close()
