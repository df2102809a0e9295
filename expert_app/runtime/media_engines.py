# SPDX-License-Identifier: GPL-3.0-only
"""Makes the two media engines of a desk or board, with the devices that the settings name.
Used by the wiring of desk and board.

Which engine and which devices may change while the program runs:
a new engine takes the next conversation, other devices are taken at once.

The engines and what they need (FFmpeg, aiortc, NumPy) are loaded when they are made, which is when
somebody wants them or `DeskMedia.warm` is called: a window that starts does not wait for them.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

import msgspec

from expert_app.runtime.config import MediaSettings
from expert_app.runtime.ice_settings import ice_plan
from session.core.tasks import Tasks
from session.desk.call.third_party_call import OfferingEngine
from session.media.audio.echo_choice import EchoCanceller, EchoSetting, choose_canceller
from session.media.call_page import NONE, SIMULATED, CallMedia
from session.media.engine import MediaEngine
from session.media.engines.engine_choice import (
    EngineChoice,
    EngineKind,
    choose_engine,
    this_machine,
)
from session.media.frames import VideoFrame
from views.media.browser_call_pane import DeskCallPane
from views.media.devices import camera_path
from views.media.video_pane import VideoPane
from views.widgets.window_settings import WindowSettings

if TYPE_CHECKING:
    from session.media.audio.sound import SoundSink, SoundSource
    from session.media.audio.voice_filter import VoiceFilter
    from session.media.devices.shared_devices import (
        SharedCamera,
        SharedMicrophone,
        SharedSpeaker,
    )
    from session.media.devices.sources import FrameSource
    from session.media.engines.browser_engine import BrowserEngine
    from views.media.sound import SoundDevices

log = logging.getLogger(__name__)

DRAWN = (640, 360)
"""The largest picture of a drawn person, pixels: drawing costs a desk more than a camera does."""

LOADED_LATER = (
    "session.media.engines.aiortc_engine",
    "session.media.engines.browser_engine",
    "session.media.devices.shared_devices",
)
"""Modules of the engines. None makes an object of Qt, so that a thread may load them."""

CHOICES = ("camera", "microphone", "speaker", "engine", "headset", "echo")
"""Names of the settings that a person may choose in the window."""


class DeskEngine(MediaEngine, OfferingEngine, Protocol):
    """Either engine: it answers a kiosk and offers to a third person."""


@dataclass(frozen=True)
class SharedDevices:
    """The devices that both engines of aiortc share."""

    camera: SharedCamera
    microphone: SharedMicrophone
    speaker: SharedSpeaker


@dataclass
class Engines:
    """One engine for the call with the caller, one for a call with a third person;
    the devices are shared.
    """

    main: DeskEngine
    third_party: DeskEngine
    choice: EngineChoice
    pages: tuple[DeskCallPane, DeskCallPane] | None = None
    browsers: tuple[BrowserEngine, BrowserEngine] | None = None
    shared: SharedDevices | None = None

    def show(self, pane: VideoPane, *, third_party: bool = False, shows_own: bool = True) -> None:
        """Lets a pane show what one of them receives, and our own picture."""
        if third_party:
            engine = self.third_party
        else:
            engine = self.main
        pane.set_source(engine.latest_frame, engine.own_frame if shows_own else None)
        if self.pages is not None and self.browsers is not None:
            place = 1 if third_party else 0
            pane.set_picture(self.pages[place], self.browsers[place].picture_size)
        else:
            pane.set_picture(None)

    async def close(self) -> None:
        """Ends both and gives the devices back."""
        await self.main.close()
        await self.third_party.close()


class DeskMedia:
    """The engines of one program, as its settings are now.

    Args:
        settings: of the program, with what the person chose.

    Attributes:
        users: kinds of conversations that go on: the engine stays what it is.
    """

    def __init__(self, settings: MediaSettings, tasks: Tasks) -> None:
        self.settings = settings
        self._tasks = tasks
        self.users: set[str] = set()
        self._shown: list[Callable[[Engines], None]] = []
        self._sound: SoundDevices | None = None
        self._engines: Engines | None = None
        self._is_closed = False

    @property
    def engines(self) -> Engines:
        """Both engines, made at the first use."""
        return self._engines or self._make()

    async def warm(self) -> None:
        """Makes the engines before a conversation wants them; the window answers meanwhile."""
        for name in LOADED_LATER:
            await asyncio.to_thread(import_module, name)
        if self._engines is None and not self._is_closed:
            self._make()

    @property
    def main(self) -> DeskEngine:
        """The engine for the call with the caller."""
        return self.engines.main

    @property
    def third_party(self) -> DeskEngine:
        """The engine for a call with a third person."""
        return self.engines.third_party

    @property
    def in_use(self) -> bool:
        """True while a conversation goes on."""
        return bool(self.users)

    def own_frame(self) -> VideoFrame | None:
        """Our own picture, whichever engine has it now."""
        return self.main.own_frame()

    @property
    def choice(self) -> EngineChoice:
        """The engine in use, and why."""
        return self.engines.choice

    def show(self, pane: VideoPane, *, third_party: bool = False, shows_own: bool = True) -> None:
        """Lets a pane show what an engine receives, also after the engine has become another."""
        self._shown.append(
            lambda engines: engines.show(pane, third_party=third_party, shows_own=shows_own)
        )
        if self._engines is not None:
            self._shown[-1](self._engines)

    def set_media(self, settings: MediaSettings) -> None:
        """Takes other settings: devices at once, an engine as soon as no conversation goes on."""
        before, self.settings = self.settings, settings
        if self._key(settings) == self._key(before) and settings != before:
            self._swap_devices(settings, camera=settings.camera != before.camera)
        self.switch_engine()

    def refresh_devices(self) -> None:
        """A device came or went: voice and sound are opened again.
        Cameras and the browser look for themselves.
        """
        engines = self._engines
        if engines is None:
            return
        if engines.shared is not None and self.settings.microphone not in (SIMULATED, NONE):
            self._swap_devices(self.settings, camera=False)

    def switch_engine(self) -> None:
        """Makes the engine that the settings ask for now, unless a conversation goes on."""
        if self.in_use or chosen(self.settings) == self.engines.choice:
            return
        before, engines = self.engines, self._make()
        log.info("media engine: %s (%s)", engines.choice.kind, engines.choice.why)
        self._tasks.start(before.close(), name="close the engines before")

    async def close(self) -> None:
        """Ends the engines."""
        self._is_closed = True
        if self._engines is not None:
            await self._engines.close()

    @staticmethod
    def _key(settings: MediaSettings) -> tuple[object, ...]:
        return chosen(settings), ice_plan(settings), settings.start_kbps

    def _make(self) -> Engines:
        engines = self._engines = self._build()
        for show in self._shown:
            show(engines)
        return engines

    def _build(self) -> Engines:
        choice = chosen(self.settings)
        if choice.kind is EngineKind.BROWSER:
            return browser_engines(self.settings, choice, self._tasks)
        return aiortc_engines(self.settings, choice, self._devices())

    def _devices(self) -> SoundDevices:
        from views.media.sound import SoundDevices

        self._sound = self._sound or SoundDevices()
        return self._sound

    def _swap_devices(self, settings: MediaSettings, *, camera: bool) -> None:
        engines, sound = self._engines, self._devices()
        if engines is None:
            return
        if (shared := engines.shared) is not None:
            voice = voice_filter(settings)
            microphone = open_microphone(settings.microphone, sound, voice)
            speaker = speaker_of(settings, sound, voice)
            closings = [shared.microphone.swap(microphone).close]
            closings.append(shared.speaker.swap(speaker).close)
            if camera:
                closings.append(shared.camera.swap(open_camera(settings)).close)
            self._tasks.start(_close_all(closings), name="give the devices before back")
        for browser in engines.browsers or ():
            browser.set_devices(call_media(settings))


def with_choices(settings: MediaSettings, store: WindowSettings) -> MediaSettings:
    """The program's settings with what this person chose in the window;
    choices that are not valid any more are left out.
    """
    choices = {name: value for name in CHOICES if (value := store.read(f"media/{name}"))}
    chosen_settings = {
        **msgspec.structs.asdict(settings),
        **choices,
        "headset": choices.get("headset", str(settings.headset)) == "True",
    }
    try:
        return msgspec.convert(chosen_settings, MediaSettings)
    except msgspec.ValidationError:
        return settings


def chosen(settings: MediaSettings) -> EngineChoice:
    """The engine by the settings, and on "auto" by this machine."""
    machine = this_machine(settings.headset, settings.microphone, EchoSetting(settings.echo))
    return choose_engine(EngineKind(settings.engine), machine)


def cancelled_by(settings: MediaSettings) -> EchoCanceller:
    """Return what keeps callers from hearing themselves, with the engine that the settings ask
    for.
    """
    browser = chosen(settings).kind is EngineKind.BROWSER
    return choose_canceller(
        EchoSetting(settings.echo), browser=browser, microphone=settings.microphone
    )


def voice_filter(settings: MediaSettings) -> VoiceFilter | None:
    """The program's own echo filter for loudspeaker and microphone; None where the settings choose
    another way.
    """
    if settings.microphone in (SIMULATED, NONE) or cancelled_by(settings) is not EchoCanceller.APM:
        return None
    from session.media.audio.voice_filter import make_filter

    return make_filter(
        suppress_noise=settings.noise_suppression, gain=settings.gain and settings.headset
    )


def build_engines(settings: MediaSettings, tasks: Tasks) -> Engines:
    """Both engines, for programs whose settings do not change."""
    return DeskMedia(settings, tasks).engines


def browser_engines(settings: MediaSettings, choice: EngineChoice, tasks: Tasks) -> Engines:
    """Two pages; the second begins to load when a third person comes."""
    from session.media.engines.browser_engine import BrowserEngine, BrowserSettings

    pages = DeskCallPane(), DeskCallPane()
    media = BrowserSettings(media=call_media(settings), start_kbps=settings.start_kbps)
    main, third_party = (
        BrowserEngine(page, tasks, settings=media, close_page=page.leave) for page in pages
    )
    main.warm()
    return Engines(main, third_party, choice, pages=pages, browsers=(main, third_party))


def aiortc_engines(settings: MediaSettings, choice: EngineChoice, sound: SoundDevices) -> Engines:
    """Two engines on the same devices."""
    from session.media.devices.shared_devices import SharedCamera, SharedMicrophone, SharedSpeaker
    from session.media.engines.aiortc_engine import AiortcEngine, AiortcSettings

    voice = voice_filter(settings)
    shared = SharedDevices(
        camera=SharedCamera(open_camera(settings)),
        microphone=SharedMicrophone(open_microphone(settings.microphone, sound, voice)),
        speaker=SharedSpeaker(speaker_of(settings, sound, voice)),
    )
    plan = ice_plan(settings)
    line = AiortcSettings(
        ice_servers=plan.servers,
        relay_only=plan.relay_only,
        start_kbps=settings.start_kbps,
        fps=settings.camera_rate,
    )
    main, third_party = (
        AiortcEngine(
            shared.camera.view(),
            shared.microphone.tap(),
            speaker=shared.speaker.input(),
            settings=line,
        )
        for _number in range(2)
    )
    return Engines(main, third_party, choice, shared=shared)


def call_media(settings: MediaSettings) -> CallMedia:
    """The settings as a browser's page takes them."""
    camera, microphone, speaker = (
        "" if name == "auto" else name
        for name in (settings.camera, settings.microphone, settings.speaker)
    )
    width_px, height_px = _picture_size(settings)
    return CallMedia(
        camera=camera,
        microphone=microphone,
        speaker=speaker,
        width_px=width_px,
        height_px=height_px,
        fps=settings.camera_rate,
        cancel_echo=settings.echo not in ("off", "system"),
        suppress_noise=settings.noise_suppression,
        gain=settings.gain,
    ).with_plan(ice_plan(settings))


def speaker_of(
    settings: MediaSettings, sound: SoundDevices, voice: VoiceFilter | None = None
) -> SoundSink:
    """The loudspeaker of these settings; a silent one beside a drawn person."""
    if settings.microphone == SIMULATED:
        from session.media.audio.sound import NullSink

        return NullSink()
    return open_speaker(settings.speaker, sound, voice)


def open_speaker(name: str, sound: SoundDevices, voice: VoiceFilter | None = None) -> SoundSink:
    """The loudspeaker of this setting."""
    return sound.speaker("" if name == "auto" else name, voice)


def _picture_size(settings: MediaSettings) -> tuple[int, int]:
    """Return the size of a real camera's picture as the settings say; Python draws a person in
    a quarter of that.
    """
    if settings.camera == SIMULATED and settings.camera_rows > DRAWN[1]:
        return DRAWN
    return settings.camera_size


def open_camera(settings: MediaSettings) -> FrameSource:
    """The camera of these settings."""
    from session.media.devices.sources import (
        CameraSource,
        NoCamera,
        SyntheticCamera,
        camera_devices,
    )

    width_px, height_px = _picture_size(settings)
    if settings.camera == SIMULATED:
        return SyntheticCamera(width_px, height_px)
    if settings.camera == NONE:
        return NoCamera()
    if settings.camera != "auto":
        path = camera_path(settings.camera) or settings.camera
    else:
        if sys.platform == "linux":
            path = next(iter(camera_devices()), "")
        else:
            path = camera_path("")
    if not path:
        return NoCamera()
    return CameraSource(path, width_px, height_px=height_px, fps=settings.camera_rate)


def open_microphone(
    name: str, sound: SoundDevices, voice: VoiceFilter | None = None
) -> SoundSource:
    """The microphone of this setting, cleaned by `voice`."""
    from session.media.audio.sound import SilentSource, ToneSource

    if name == "simulated":
        return ToneSource()
    if name == "none":
        return SilentSource()
    return sound.microphone("" if name == "auto" else name, voice)


async def _close_all(closings: Sequence[Callable[[], None]]) -> None:
    for close in closings:
        await asyncio.to_thread(close)
