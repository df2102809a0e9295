# SPDX-License-Identifier: GPL-3.0-only
"""The desk's engine and devices become others while the program runs."""

from __future__ import annotations

import msgspec
from PyQt6.QtWidgets import QWidget

from expert_app.desk.wiring.media import MediaConnections
from expert_app.runtime.config import MediaSettings
from expert_app.runtime.media_engines import DeskMedia, with_choices
from session.core.clock import SystemClock
from session.core.tasks import Tasks
from session.desk.call.video_call import DeskCall
from session.kiosk.call.video_call import KioskCall
from session.media.engines.engine_choice import EngineKind
from session.protocol.conversation.messages import MediaSeen
from tests.integration.call.engines import MEDIA
from tests.support.memory.channel import channel_pair
from tests.support.memory.window_settings import MemorySettings
from tests.support.qt_loop import QtLoop
from tests.support.waiting import until
from views.kiosk.call_pane import KioskCallPane
from views.media.settings import MediaChoice
from views.media.video_pane import VideoPane

SIMULATED = MediaSettings(engine="aiortc", camera="simulated", microphone="simulated")


async def converse(
    media: DeskMedia, pane: KioskCallPane, tasks: Tasks
) -> tuple[MediaSeen, MediaSeen]:
    """One conversation until both ends see each other: (what the desk saw, what the kiosk saw)."""
    clock = SystemClock()
    kiosk_channel, desk_channel = channel_pair()
    now_s = clock.monotonic_s()
    desk = DeskCall(desk_channel, media.main, clock=clock, tasks=tasks, accepted_at_s=now_s)
    kiosk = KioskCall(
        kiosk_channel,
        pane,
        clock=clock,
        tasks=tasks,
        accepted_at_s=now_s,
        media=MEDIA,
    )
    at_desk: list[MediaSeen] = []
    at_kiosk: list[MediaSeen] = []
    # the first report may be of the voice alone
    desk.media_seen.connect(lambda seen: at_desk.append(seen) if seen.frames else None)
    kiosk.media_seen.connect(lambda seen: at_kiosk.append(seen) if seen.frames else None)
    desk.start()
    kiosk.start()
    await until(lambda: at_desk and at_kiosk)
    await kiosk.hang_up()
    await desk.hang_up()
    return at_desk[0], at_kiosk[0]


def test_the_next_conversation_has_the_engine_that_was_chosen_in_the_one_before(
    qt_loop: QtLoop,
) -> None:
    async def story() -> None:
        tasks = Tasks()
        pane, shown = KioskCallPane(), VideoPane()
        pane.show()
        shown.show()
        media = DeskMedia(SIMULATED, tasks)
        media.show(shown)
        kinds = []
        for next_engine in ("browser", "aiortc", None):
            media.users.add("session")
            for seen in await converse(media, pane, tasks):
                assert seen.frames > 0
            if next_engine is not None:
                before = media.main
                media.set_media(msgspec.structs.replace(media.settings, engine=next_engine))
                assert media.main is before  # not while somebody talks
            media.users.discard("session")
            kinds.append(media.choice.kind)
            media.switch_engine()
        assert kinds == [EngineKind.AIORTC, EngineKind.BROWSER, EngineKind.AIORTC]
        shown.set_picture(None)
        await media.close()
        await tasks.close()
        pane.close_page()
        for widget in (pane, shown):
            widget.deleteLater()

    qt_loop.run(story(), timeout_s=100)


def test_the_dialog_tries_the_devices_and_its_choice_is_kept(qt_loop: QtLoop) -> None:
    async def story() -> None:
        tasks, store, window = Tasks(), MemorySettings(), QWidget()
        media = DeskMedia(SIMULATED, tasks)
        dialog = MediaConnections(window, media, store=store)
        dialog.page.show()
        await until(lambda: dialog.page.level.value() > 0)
        await until(lambda: dialog.page.preview._frames[0] is not None)
        dialog.page.echo_requested.emit()
        await until(lambda: not dialog.page._echo_words.isHidden())
        dialog.page.chosen.emit(
            MediaChoice(camera="none", microphone="none", headset=False, engine="browser")
        )
        assert media.choice.kind is EngineKind.BROWSER
        dialog.page.close()
        wanted = with_choices(MediaSettings(), store)
        assert (wanted.camera, wanted.microphone, wanted.headset, wanted.engine) == (
            "none",
            "none",
            False,
            "browser",
        )
        store.write("media/engine", "a third one")
        assert with_choices(SIMULATED, store) == SIMULATED
        await media.close()
        await tasks.close()
        window.deleteLater()

    qt_loop.run(story())
