# SPDX-License-Identifier: GPL-3.0-only
"""A call between the two real ends:
QtWebEngine's WebRTC at the kiosk, each of the two engines at the desk.
"""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace

import pytest
from PyQt6.QtGui import QImage
from PyQt6.QtWebEngineCore import QWebEnginePage
from PyQt6.QtWidgets import QWidget

from session.core.errors import CallLost
from session.kiosk.call.video_call import CallMedia
from session.media.engine import MediaState
from session.protocol.conversation.messages import CallFailed, CallOffered, CameraChanged
from tests.integration.call.ends import Ends, a_call
from tests.integration.call.engines import BROWSER, MEDIA, both_engines, in_aiortc, in_browser
from tests.support.qt_loop import QtLoop
from tests.support.waiting import LONGEST_S, until
from views.kiosk.call_pane import KioskCallPane
from views.media.video_pane import VideoPane


def held(states: list[str]) -> bool:
    """Connected once, and never lost; a busy computer may be short of packets for a moment."""
    return states[:2] == ["connecting", "connected"] and set(states[2:]) <= {
        "unstable",
        "connected",
    }


def sound_both_ways(ends: Ends) -> bool:
    return any(s.audio_level > 0 for s in ends.seen_at_desk) and any(
        s.audio_level > 0 for s in ends.seen_at_kiosk
    )


def painted(widget: QWidget) -> bytes:
    """The widget's middle as it is on the screen."""
    middle = widget.rect().adjusted(200, 80, -200, -80)
    image = widget.grab(middle).toImage().convertToFormat(QImage.Format.Format_RGB32)
    bits = image.constBits()
    assert bits is not None
    return bits.asstring(image.sizeInBytes())


@both_engines
def test_both_ends_see_and_hear_each_other(kind: str, qt_loop: QtLoop) -> None:
    async def story() -> None:
        async with a_call(kind) as ends:
            await until(lambda: ends.told_to_desk and ends.told_to_kiosk)
            for first in (ends.first_at_desk[0], ends.told_to_desk[0]):
                assert first.first_frame_ms is not None
                assert 0 < first.first_frame_ms < 1000 * LONGEST_S
            await until(lambda: len({s.checksum for s in ends.seen_at_desk}) > 1)
            await until(lambda: len({s.checksum for s in ends.seen_at_kiosk}) > 1)
            await until(lambda: sound_both_ways(ends))
            assert held(ends.desk_states)
            assert ends.first_at_desk[0].width_px == 320
            assert ends.kiosk.state == "connected"

    qt_loop.run(story())


@pytest.mark.parametrize("codec", ["av1", "vp8"])
def test_aiortc_and_chromium_speak_av1_and_vp8_both_ways(codec: str, qt_loop: QtLoop) -> None:
    async def story() -> None:
        async with a_call("aiortc", replace(MEDIA, codecs=(codec,))) as ends:
            await until(lambda: ends.told_to_desk and ends.told_to_kiosk)
            await until(lambda: len({s.checksum for s in ends.seen_at_desk}) > 1)
            await until(lambda: len({s.checksum for s in ends.seen_at_kiosk}) > 1)
            stats = ends.engine.stats()
            assert (stats.codec, stats.sent_codec) == (codec, codec)

    qt_loop.run(story())


@in_browser
def test_what_is_painted_changes_at_both_ends(kind: str, qt_loop: QtLoop) -> None:
    async def story() -> None:
        async with a_call(kind) as ends:
            pane = VideoPane()
            pane.resize(480, 270)
            ends.show(pane)
            pane.show()
            await until(lambda: ends.told_to_desk and ends.told_to_kiosk)
            before = (painted(pane), painted(ends.pane))
            await until(lambda: painted(pane) != before[0] and painted(ends.pane) != before[1])
            await until(lambda: ends.engine.own_frame() is not None)
            pane.set_picture(None)
            pane.close()
            pane.deleteLater()

    qt_loop.run(story())


@in_browser
def test_a_second_call_replaces_the_first(kind: str, qt_loop: QtLoop) -> None:
    async def story() -> None:
        async with a_call(kind) as ends:
            await until(lambda: ends.told_to_desk and ends.told_to_kiosk)
            ends.desk.request_call()
            await until(lambda: len(ends.first_at_desk) == 2)
            first, second = (seen.call_id for seen in ends.first_at_desk)
            assert first != second
            await until(lambda: any(seen.call_id == second for seen in ends.told_to_desk))
            assert ends.first_at_desk[1].frames < 60
            assert "lost" not in ends.desk_states
            # What is painted goes on too, at both ends:
            # a page could decode the second call and show the first.
            await until(
                lambda: all(
                    len({picture.checksum for picture in seen if picture.call_id == second}) > 2
                    for seen in (ends.seen_at_desk, ends.seen_at_kiosk)
                )
            )

    qt_loop.run(story())


@in_aiortc
def test_a_bad_offer_is_refused_and_the_call_goes_on(kind: str, qt_loop: QtLoop) -> None:
    async def story() -> None:
        async with a_call(kind) as ends:
            refused: list[CallFailed] = []
            told: list[CallFailed] = []
            ends.desk.not_set_up.connect(told.append)
            ends.kiosk_channel.on_message(
                "call", lambda m: refused.append(m) if isinstance(m, CallFailed) else None
            )
            await until(lambda: ends.first_at_desk)
            for bad in ("nonsense", "v=0\r\nm=video x\r\n", "v=0\r\n" + "a=candidate:1\r\n" * 100):
                await ends.kiosk_channel.send("call", CallOffered(call_id="bad", sdp=bad))
            await until(lambda: len(refused) == 3)
            assert {(failed.call_id, failed.code) for failed in refused} == {("bad", "call_lost")}
            assert told == refused
            frames = ends.engine.stats().frames
            await until(lambda: ends.engine.stats().frames > frames + 10)
            assert held(ends.desk_states)

    qt_loop.run(story())


@in_aiortc
def test_a_silent_kiosk_is_unstable_then_lost_then_called_again(kind: str, qt_loop: QtLoop) -> None:
    async def story() -> None:
        async with a_call(kind) as ends:
            await until(lambda: ends.first_at_desk and "connected" in ends.desk_states)
            page = ends.pane.findChild(QWebEnginePage)
            assert page is not None
            renderer = page.renderProcessPid()
            os.kill(renderer, signal.SIGSTOP)
            try:
                await until(lambda: ends.desk.state == MediaState.LOST)
                assert ends.desk_states[-2:] == ["unstable", "lost"]
                await until(lambda: ends.engine.latest_frame() is not None)
            finally:
                os.kill(renderer, signal.SIGCONT)
            await until(lambda: len(ends.first_at_desk) == 2)
            assert ends.desk.state == MediaState.CONNECTED

    qt_loop.run(story())


@in_browser
def test_a_kiosk_page_whose_process_dies_calls_again(kind: str, qt_loop: QtLoop) -> None:
    async def story() -> None:
        async with a_call(kind) as ends:
            await until(lambda: ends.first_at_desk)
            page = ends.pane.findChild(QWebEnginePage)
            assert page is not None
            os.kill(page.renderProcessPid(), signal.SIGKILL)
            await until(lambda: len(ends.first_at_desk) == 2)
            assert ends.first_at_desk[0].call_id != ends.first_at_desk[1].call_id

    qt_loop.run(story())


@in_aiortc
def test_without_devices_the_caller_still_sees_the_agent(kind: str, qt_loop: QtLoop) -> None:
    async def story() -> None:
        async with a_call(kind, CallMedia()) as ends:
            missing: list[str] = []
            ends.kiosk.device_missing.connect(missing.append)
            await until(lambda: any(seen.frames for seen in ends.told_to_desk))
            assert sorted(missing) == ["audio", "video"]
            assert not any(ends.kiosk.own_devices)
            assert ends.engine.stats().frames == 0
            await until(lambda: bool(ends.devices_at_desk))
            assert (
                ends.devices_at_desk[-1].camera_there,
                ends.devices_at_desk[-1].microphone_there,
            ) == (False, False)
            packets = ends.engine.stats().packets
            # silence keeps the line alive
            await until(lambda: ends.engine.stats().packets > packets + 2)
            await asyncio.sleep(1.5)
            assert ends.desk.state == MediaState.CONNECTED, "an empty kiosk is no lost line"
            assert (
                len(
                    [
                        message
                        for message in ends.kiosk_channel.sent
                        if isinstance(message, CallOffered)
                    ]
                )
                == 1
            )

    qt_loop.run(story())


async def message_with(words: str, pane: KioskCallPane) -> str:
    """What the middle of the kiosk says, as soon as these words are in it."""
    shown = ""
    for _try in range(200):
        shown = str(await pane.run(MESSAGE))
        if words in shown:
            break
        await asyncio.sleep(0.05)
    return shown


MESSAGE = "document.querySelector('#call .message').textContent"


@both_engines
def test_the_agents_camera_switched_off_is_told_and_sent_as_darkness(
    kind: str, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        async with a_call(kind) as ends:
            switched: list[CameraChanged] = []
            ends.kiosk.peer_camera_changed.connect(switched.append)
            await until(lambda: ends.told_to_desk)
            ends.desk.set_camera(False)
            await until(lambda: switched)
            assert not switched[0].camera_on
            await until(lambda: ends.engine.own_frame() is None)
            shown = await message_with("camera", ends.pane)
            assert "camera" in shown

    qt_loop.run(story())


def test_the_kiosk_does_not_wait_for_a_picture_that_will_not_come(qt_loop: QtLoop) -> None:
    async def story() -> None:
        async with a_call(BROWSER, desk_media=CallMedia()) as ends:
            assert "Connecting" in await message_with("Connecting", ends.pane)
            await until(lambda: ends.desk.state == MediaState.CONNECTED)
            shown = await message_with("camera is off", ends.pane)
            assert shown == "Your adviser's camera is off."
            assert not any(seen.frames for seen in ends.seen_at_kiosk)

    qt_loop.run(story())


@both_engines
def test_after_hanging_up_the_caller_is_no_longer_filmed(kind: str, qt_loop: QtLoop) -> None:
    async def story() -> None:
        async with a_call(kind) as ends:
            await until(lambda: ends.told_to_desk and ends.told_to_kiosk)
            track = "document.querySelector('#own video').srcObject.getTracks()[0]"
            assert await ends.pane.run(f"(window.filmed = {track}).readyState") == "live"
            await ends.kiosk.hang_up()
            assert await ends.pane.run("window.filmed.readyState") == "ended"
            assert (await ends.pane.run("call.seen()"))["state"] == "closed"  # type: ignore[index]  # JSON of call.js
            await ends.desk.hang_up()
            assert ends.engine.latest_frame() is None
            assert ends.desk.state == MediaState.CLOSED

    qt_loop.run(story())


def test_the_page_answers_nothing_once_closed(qt_loop: QtLoop) -> None:
    async def story() -> None:
        pane = KioskCallPane()
        assert await pane.run("1 + 1") == 2
        with pytest.raises(CallLost):
            await pane.run("nobody.knows()")
        waiting = pane.run("new Promise(() => 0)")
        assert pane.close_page()
        with pytest.raises(CallLost):
            await waiting
        with pytest.raises(CallLost):
            await pane.run("1 + 1")
        pane.deleteLater()

    qt_loop.run(story())
