# SPDX-License-Identifier: GPL-3.0-only
"""The governor's limits, carried out by the two real ends: Chromium's picture at the kiosk, aiortc's at the desk."""

from __future__ import annotations

from session.media.engine import PictureLimits
from session.media.governor import PHOTO_EVERY_S
from tests.talks.call.engines import both_engines
from tests.talks.call.test_call import a_call
from tests.talks.qt_loop import QtLoop, until


@both_engines
def test_the_callers_picture_keeps_to_its_limits_and_comes_back(kind: str, qt_loop: QtLoop) -> None:
    async def story() -> None:
        async with a_call(kind) as ends:
            await until(lambda: ends.seen_at_desk and ends.engine.stats().height_px == 360)
            ends.kiosk.limit_picture(PictureLimits(kbps=80, height_px=180, fps=8))
            await until(lambda: ends.engine.stats().height_px == 180, 8)
            counts = await ends.kiosk.count()
            assert counts.sent_height_px == 180
            assert counts.sent_bytes > 0
            assert counts.voice_blocks > 0
            ends.kiosk.limit_picture(PictureLimits())
            await until(lambda: ends.engine.stats().height_px == 360, 8)

    qt_loop.run(story())


@both_engines
def test_photos_of_the_caller_come_and_go_without_a_new_call(kind: str, qt_loop: QtLoop) -> None:
    async def story() -> None:
        async with a_call(kind) as ends:
            await until(lambda: ends.engine.stats().frames > 20)
            ends.kiosk.limit_picture(PictureLimits(kbps=40, height_px=270, fps=1 / PHOTO_EVERY_S))
            await until(lambda: ends.engine.stats().height_px == 270, 12)
            shown, packets = ends.engine.stats(), ends.engine.stats().audio_packets
            await until(lambda: ends.engine.stats().checksum != shown.checksum, 12)
            later = ends.engine.stats()
            assert later.frames - shown.frames <= 3, "a photo now and then, no film"
            await until(lambda: ends.engine.stats().audio_packets > packets + 20, 5)  # and the voice goes on
            ends.kiosk.limit_picture(PictureLimits())
            await until(lambda: ends.engine.stats().height_px == 360, 10)
            frames = ends.engine.stats().frames
            await until(lambda: ends.engine.stats().frames > frames + 30, 10)

    qt_loop.run(story())


@both_engines
def test_the_agents_picture_is_a_photo_when_it_must(kind: str, qt_loop: QtLoop) -> None:
    async def story() -> None:
        async with a_call(kind) as ends:
            await until(lambda: ends.seen_at_kiosk)
            before = (await ends.kiosk.count()).height_px
            ends.engine.set_picture_limit(60, height_px=180, fps=8.0)
            await until(lambda: ends.engine.stats().sent_height_px == 180, 8)
            ends.engine.set_picture_limit(40, height_px=180, fps=0.5)
            frames = (await ends.kiosk.count()).frames
            await until(lambda: ends.engine.stats().sent_height_px == 180, 8)
            await until(lambda: ends.seen_at_kiosk[-1].frames > frames, 8)
            assert before > 180
            assert (await ends.kiosk.count()).height_px == 180

    qt_loop.run(story())
