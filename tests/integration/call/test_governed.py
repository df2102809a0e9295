# SPDX-License-Identifier: GPL-3.0-only
"""The governor's limits, carried out by the two real ends:
Chromium's picture at the kiosk, aiortc's at the desk.
"""

from __future__ import annotations

import asyncio

from session.media.engine import PictureLimits
from session.media.line.governor import PHOTO_EVERY_S
from tests.integration.call.ends import a_call
from tests.integration.call.engines import LARGER, in_aiortc, in_browser
from tests.support.qt_loop import QtLoop
from tests.support.waiting import until
from views.kiosk.call_pane import KioskCallPane


@in_browser
def test_the_callers_picture_keeps_to_its_limits_and_comes_back(kind: str, qt_loop: QtLoop) -> None:
    async def story() -> None:
        async with a_call(kind, LARGER, desk_media=LARGER) as ends:
            await until(lambda: ends.seen_at_desk and ends.engine.stats().height_px == 360)
            ends.kiosk.limit_picture(PictureLimits(kbps=80, height_px=180, fps=8))
            await until(lambda: ends.engine.stats().height_px == 180)
            counts = await ends.kiosk.count()
            async with asyncio.timeout(30):
                # the browser counts a moment behind what the desk sees
                while counts.sent_height_px != 180:
                    await asyncio.sleep(0.1)
                    counts = await ends.kiosk.count()
            assert counts.sent_bytes > 0
            assert counts.voice_blocks > 0
            ends.kiosk.limit_picture(PictureLimits())
            await until(lambda: ends.engine.stats().height_px == 360)

    qt_loop.run(story())


@in_aiortc
def test_each_end_knows_how_many_of_its_packets_the_other_one_speaks_of(
    kind: str, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        async with a_call(kind, LARGER, desk_media=LARGER) as ends:
            await until(lambda: ends.engine.stats().sent_packets > 100)
            assert 0 <= ends.engine.stats().sent_missed <= 3
            counts = await ends.kiosk.count()
            async with asyncio.timeout(30):
                while counts.sent_packets < 100:
                    await asyncio.sleep(0.5)
                    counts = await ends.kiosk.count()
            assert 0 <= counts.sent_missed <= 3

    qt_loop.run(story())


@in_browser
def test_photos_of_the_caller_come_and_go_without_a_new_call(kind: str, qt_loop: QtLoop) -> None:
    async def story() -> None:
        async with a_call(kind, LARGER, desk_media=LARGER) as ends:
            await until(lambda: ends.engine.stats().frames > 20)
            ends.kiosk.limit_picture(PictureLimits(kbps=40, height_px=270, fps=1 / PHOTO_EVERY_S))
            await until(lambda: ends.engine.stats().height_px == 270)
            shown, packets = ends.engine.stats(), ends.engine.stats().audio_packets
            await until(lambda: ends.engine.stats().checksum != shown.checksum)
            later = ends.engine.stats()
            assert later.frames - shown.frames <= 3, "a photo now and then, no film"
            # and the voice goes on
            await until(lambda: ends.engine.stats().audio_packets > packets + 20)
            ends.kiosk.limit_picture(PictureLimits())
            await until(lambda: ends.engine.stats().height_px == 360)
            frames = ends.engine.stats().frames
            await until(lambda: ends.engine.stats().frames > frames + 30)

    qt_loop.run(story())


@in_aiortc
def test_the_agents_picture_is_a_photo_when_it_must(kind: str, qt_loop: QtLoop) -> None:
    async def story() -> None:
        async with a_call(kind, LARGER, desk_media=LARGER) as ends:
            await until(lambda: any(seen.height_px > 180 for seen in ends.seen_at_kiosk))
            ends.engine.set_picture_limit(60, height_px=180, fps=8.0)
            await until(lambda: ends.engine.stats().sent_height_px == 180)
            ends.engine.set_picture_limit(40, height_px=180, fps=0.5)
            frames = (await ends.kiosk.count()).frames
            await until(lambda: ends.engine.stats().sent_height_px == 180)
            await until(lambda: ends.seen_at_kiosk[-1].frames > frames)
            assert (await ends.kiosk.count()).height_px == 180

    qt_loop.run(story())


STRAIN = """(async () => {
  const governed = makeGoverned(() => null), sender = { track: { getSettings: () => ({
    height: 720 }) } };
  const rowsAfter = (seconds, look) => {
    for (let second = 0; second < seconds; second++) governed.strain(look);
    const parameters = { encodings: [{}] };
    governed.shape(parameters, sender);
    return 720 / parameters.encodings[0].scaleResolutionDownBy;
  };
  const overrun = { fps: 2, share: 0.2 }, slow = { fps: 2, share: 1 }, fine = { fps: 25, share: 1 };
  const ungoverned = rowsAfter(9, overrun);
  await governed.set({ kbps: 300, height_px: 720, fps: 30 });
  const flood = { fps: 8, share: 1, over: 1.9 };
  return [ungoverned, rowsAfter(9, slow), rowsAfter(1, overrun), rowsAfter(1, overrun),
    rowsAfter(9, overrun),
    rowsAfter(11, fine), rowsAfter(1, fine), rowsAfter(12, fine), rowsAfter(40, fine),
    rowsAfter(1, flood), rowsAfter(2, flood), rowsAfter(1, flood),
    rowsAfter(14, fine), rowsAfter(1, flood),
    rowsAfter(25, fine),
    rowsAfter(1, fine), rowsAfter(60, fine), rowsAfter(1, { ...flood, over: 2.5 }),
    rowsAfter(60, fine), rowsAfter(4, { ...slow, filmed: 25 })];
})()"""

FIRST_PICTURES = """(async () => {
  const sender = { track: { getSettings: () => ({ height: 720 }) } };
  const rowsAfter = async (frames, bytes, fps = 30) => {
    const governed = makeGoverned(() => null), parameters = { encodings: [{}] };
    await governed.set({ kbps: 427, height_px: 720, fps });
    governed.flood({ frames, bytes });
    governed.shape(parameters, sender);
    const [{ active, scaleResolutionDownBy }] = parameters.encodings;
    governed.goOn();
    governed.shape(parameters, sender);
    return [active, parameters.encodings[0].active, 720 / scaleResolutionDownBy];
  };
  return {
    motion: await rowsAfter(1, 23000),
    "a face's first whole picture": await rowsAfter(1, 12000),
    "a face in a room full of things": await rowsAfter(4, 35000),
    "a photo": await rowsAfter(1, 23000, 0.25),
  };
})()"""


def test_a_picture_that_overruns_the_line_gets_fewer_rows_until_it_is_calm(qt_loop: QtLoop) -> None:
    async def story() -> None:
        pane = KioskCallPane()
        assert await pane.run(STRAIN) == [
            720,
            720,
            720,
            360,
            180,
            180,
            360,
            720,
            720,
            360,
            360,
            180,
            360,
            180,
            180,
            360,
            720,
            180,
            720,
            360,
        ]
        pane.close_page()
        pane.deleteLater()

    qt_loop.run(story())


def test_the_first_pictures_tell_motion_from_a_face(qt_loop: QtLoop) -> None:
    async def story() -> None:
        pane = KioskCallPane()
        assert await pane.run(FIRST_PICTURES) == {
            "motion": [False, True, 180],
            "a face's first whole picture": [True, True, 720],
            "a face in a room full of things": [True, True, 720],
            "a photo": [True, True, 720],
        }
        pane.close_page()
        pane.deleteLater()

    qt_loop.run(story())


SILENCE = """(async () => {
  const told = { both: [], "no microphone": [] }, at = { audio: 1, video: 1 };
  const receiver = (kind) => ({ track: { kind }, getSynchronizationSources: () => [{
    timestamp: at[kind] }] });
  const none = { track: { kind: "audio" }, getSynchronizationSources: () => [] };
  const present = () => true, wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const made = (...receivers) => ({ connection: { getReceivers: () => receivers } });
  watchSilence(made(receiver("audio"), receiver("video")), present,
    (silent) => told.both.push(silent));
  watchSilence(made(none, receiver("video")), present,
    (silent) => told["no microphone"].push(silent));
  await wait(300);
  at.audio = at.video = 2;
  await wait(1700);
  at.video = 3;
  await wait(300);
  return told;
})()"""


def test_silence_is_told_where_there_was_a_voice_and_not_between_the_photos_of_who_has_none(
    qt_loop: QtLoop,
) -> None:
    async def story() -> None:
        pane = KioskCallPane()
        pane.show()  # a page that nobody sees has slow clocks
        assert await pane.run(SILENCE) == {"both": [True, False], "no microphone": []}
        pane.close_page()
        pane.deleteLater()

    qt_loop.run(story())
