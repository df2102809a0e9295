# SPDX-License-Identifier: GPL-3.0-only
"""Connects the settings' page of sound and picture with the desk's engines: camera, microphone,
loudspeaker and engine.
"""

from __future__ import annotations

from dataclasses import asdict

import msgspec
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QWidget

from expert_app.runtime.media_engines import (
    CHOICES,
    DeskMedia,
    cancelled_by,
    chosen,
    open_camera,
    open_microphone,
    open_speaker,
    voice_filter,
)
from session.media.audio.echo_check import CancelCheck, EchoCheck, EchoFinding, tone
from session.media.audio.sound import LevelMeter, Pcm, SoundSink, SoundSource
from session.media.audio.voice_filter import VoiceFilter
from session.media.devices.sources import FrameSource
from session.media.frames import VideoFrame, to_screen
from views.media.devices import MediaDevices
from views.media.settings import MediaChoice, MediaSettingsPage
from views.media.sound import SoundDevices
from views.widgets.window_settings import WindowSettings

TICK_MS, BLOCKS_PER_TICK = 100, 5
PREVIEW_WIDTH_PX = 320
TONE_BLOCKS = 50


class MediaConnections:
    """The page on one side, the engines on the other; devices are tried only while it is seen."""

    def __init__(
        self,
        window: QWidget,
        media: DeskMedia,
        *,
        store: WindowSettings,
    ) -> None:
        self._media = media
        self._store = store
        self.page = MediaSettingsPage()
        self._devices = MediaDevices(window)
        self._sound = SoundDevices(window)
        self._camera: FrameSource | None = None
        self._microphone: SoundSource | None = None
        self._speaker: SoundSink | None = None
        self._meter = LevelMeter()
        self._number = 0
        self._tone_left = 0
        self._check: EchoCheck | None = None
        self._cancel_check: CancelCheck | None = None
        self._tick = QTimer(window)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self.page.chosen.connect(self._on_chosen)
        self.page.opened.connect(self._open)
        self.page.tone_requested.connect(self._on_tone)
        self.page.echo_requested.connect(self._on_echo)
        self.page.closed.connect(self._close_devices)

    def follow_devices(self) -> None:
        """Follow the devices: from now on what comes and goes is taken at once."""
        self._devices.changed.connect(self._on_devices)

    def _open(self) -> None:
        """Shows what there is and begins to try it."""
        self._show()
        self._open_devices()
        self.page.show_fixed([name for name in CHOICES if self._store.is_fixed(f"media/{name}")])

    def _show(self) -> None:
        settings = self._media.settings
        choice = MediaChoice(**{name: getattr(settings, name) for name in CHOICES})
        devices = self._devices
        self.page.show_devices(choice, devices.cameras(), devices.microphones(), devices.speakers())
        engine = chosen(settings)
        self.page.show_engine(engine, later=engine.kind is not self._media.choice.kind)
        self.page.show_cancelled(cancelled_by(settings))

    def _on_chosen(self, choice: MediaChoice) -> None:
        for name, value in asdict(choice).items():
            self._store.write(f"media/{name}", str(value))
        self._close_devices()
        self._media.set_media(msgspec.structs.replace(self._media.settings, **asdict(choice)))
        self._show()
        self._open_devices()

    def _on_devices(self) -> None:
        """A device came or went: the system's default may be another now, a chosen one may be
        back.
        """
        self._media.refresh_devices()
        if self.page.isVisible():
            self._close_devices()
            self._show()
            self._open_devices()

    # ---- trying ----

    def _open_devices(self) -> None:
        self._camera = self._camera_to_try()
        self.page.preview.set_source(
            self._media.main.own_frame if self._camera is None else self._frame
        )
        self._open_sound(None)
        self._tick.start()

    def _open_sound(self, voice: VoiceFilter | None) -> None:
        """Opens microphone and loudspeaker; without a voice filter, to show how loud the
        microphone is.
        """
        settings = self._media.settings
        self._microphone = open_microphone(settings.microphone, self._sound, voice)
        self._speaker = open_speaker(settings.speaker, self._sound, voice)

    def _camera_to_try(self) -> FrameSource | None:
        """The camera to try. A camera opens only once: where an engine has it open, the engine's
        picture is used.
        """
        if (shared := self._media.engines.shared) is not None:
            return shared.camera.view()
        if self._media.in_use:
            return None
        return open_camera(self._media.settings)

    def _close_devices(self) -> None:
        self._tick.stop()
        self._check = None
        self._cancel_check = None
        self._tone_left = 0
        self.page.show_testing(False)
        if self._camera is not None:
            self._camera.close()
        self._camera = None
        self._close_sound()

    def _close_sound(self) -> None:
        for device in (self._microphone, self._speaker):
            if device is not None:
                device.close()
        self._microphone = self._speaker = None

    def _frame(self) -> VideoFrame | None:
        if self._camera is None:
            return None
        self._number += 1
        return to_screen(self._camera.read(), self._number, PREVIEW_WIDTH_PX)

    def _on_tone(self) -> None:
        self._tone_left = TONE_BLOCKS
        self.page.show_testing(True)

    def _on_echo(self) -> None:
        self._check = EchoCheck()
        self.page.show_testing(True)

    def _on_tick(self) -> None:
        if self._microphone is None or self._speaker is None:
            return
        for _block in range(BLOCKS_PER_TICK):
            self._step(self._microphone.read(), self._speaker)
        self.page.show_level(self._meter.level)
        self._end_checks()

    def _step(self, heard: Pcm, speaker: SoundSink) -> None:
        self._meter.add(heard)
        played: Pcm | None = None
        if self._cancel_check is not None:
            played = self._cancel_check.step()
        elif self._check is not None:
            played = self._check.step(heard)
        elif self._tone_left:
            self._tone_left -= 1
            played = tone(self._tone_left)
            self.page.show_testing(self._tone_left > 0)
        if played is not None:
            speaker.write(played)

    def _end_checks(self) -> None:
        """Shows what a finished check found. An echo is checked a second time behind the program's
        canceller, where that is at work.
        """
        if self._check is not None and self._check.done:
            finding, self._check = self._check.result(), None
            if finding is EchoFinding.HEARD:
                voice = voice_filter(self._media.settings)
            else:
                voice = None
            if voice is None:
                self._show_echo(finding)
                return
            self._close_sound()
            self._open_sound(voice)
            self._cancel_check = CancelCheck(voice)
        elif self._cancel_check is not None and self._cancel_check.done:
            removed_db, self._cancel_check = self._cancel_check.removed_db(), None
            self._close_sound()
            self._open_sound(None)
            self._show_echo(EchoFinding.HEARD, removed_db)

    def _show_echo(self, finding: EchoFinding, removed_db: float | None = None) -> None:
        self.page.show_testing(False)
        self.page.show_echo(finding, cancelled_by(self._media.settings), removed_db)
