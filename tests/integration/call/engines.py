# SPDX-License-Identifier: GPL-3.0-only
"""The desk's two engines, each with simulated devices, for tests that must hold for both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import pytest

from session.core.tasks import Tasks
from session.desk.call.third_party_call import OfferingEngine
from session.media.audio.sound import NullSink, ToneSource
from session.media.call_page import CallMedia, simulated
from session.media.devices.shared_devices import SharedCamera, SharedMicrophone, SharedSpeaker
from session.media.devices.sources import SyntheticCamera
from session.media.engine import MediaEngine
from session.media.engines.aiortc_engine import AiortcEngine
from session.media.engines.browser_engine import BrowserEngine, BrowserSettings
from tests.support.matrix import thinned
from views.media.browser_call_pane import DeskCallPane
from views.media.video_pane import VideoPane

MEDIA = simulated(width_px=320, height_px=180, fps=10)
"""Small and slow enough for many calls on one machine; what a line carries is `test_shaped`'s."""

LARGER = simulated(width_px=640, height_px=360, fps=10)
"""For tests in which a picture becomes smaller."""


class Engine(MediaEngine, OfferingEngine, Protocol):
    """Whichever is tested."""


AIORTC, BROWSER = "aiortc", "browser"
both_engines = pytest.mark.parametrize("kind", [AIORTC, BROWSER])
in_aiortc = pytest.mark.parametrize("kind", thinned([AIORTC, BROWSER], kept=[AIORTC]))
in_browser = pytest.mark.parametrize("kind", thinned([AIORTC, BROWSER], kept=[BROWSER]))
"""With both engines before a release: what a call does whichever carries it. Seeing and hearing
each other, and what must not be seen or heard, is tried with both in every run.
"""

Show = Callable[[VideoPane], None]
"""Lets a pane show what the engine receives."""


def two_engines(kind: str, tasks: Tasks) -> tuple[tuple[Engine, Show], tuple[Engine, Show]]:
    """The engines of one desk: for the caller and for a third person, with how each is shown."""
    if kind == BROWSER:
        return _browser_engine(tasks), _browser_engine(tasks)
    eye = SharedCamera(_camera(MEDIA))
    ear = SharedMicrophone(ToneSource())
    mouth = SharedSpeaker(NullSink())
    main, aside = (
        AiortcEngine(eye.view(), ear.tap(), speaker=mouth.input()) for _number in range(2)
    )
    return (main, _shown_as_frames(main)), (aside, _shown_as_frames(aside))


def one_engine(kind: str, tasks: Tasks, media: CallMedia = MEDIA) -> tuple[Engine, Show]:
    """An engine for one call."""
    if kind == BROWSER:
        return _browser_engine(tasks, media)
    engine = AiortcEngine(_camera(media))
    return engine, _shown_as_frames(engine)


def _camera(media: CallMedia) -> SyntheticCamera:
    return SyntheticCamera(media.width_px, media.height_px)


def _shown_as_frames(engine: Engine) -> Show:
    return lambda pane: pane.set_source(engine.latest_frame, engine.own_frame)


def _browser_engine(tasks: Tasks, media: CallMedia = MEDIA) -> tuple[Engine, Show]:
    page = DeskCallPane()
    page.resize(480, 270)
    page.show()

    settings = BrowserSettings(media=media)
    engine = BrowserEngine(page, tasks, settings=settings, close_page=page.leave)

    def show(pane: VideoPane) -> None:
        pane.set_source(engine.latest_frame, engine.own_frame)
        pane.set_picture(page, engine.picture_size)

    return engine, show
