# SPDX-License-Identifier: GPL-3.0-only
"""Connects the settings' page of sound and picture with the desk's engines: camera, microphone,
loudspeaker and engine. Its trial of the devices is the one of the check before the first caller,
too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import msgspec
import numpy as np
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QWidget

from expert_app.runtime.media_engines import (
    CHOICES,
    DeskMedia,
    cancelled_by,
    chosen,
    open_camera,
    open_microphone,
    speaker_of,
    voice_filter,
)
from session.media.audio.echo_check import CancelCheck, EchoCheck, EchoFinding, tone
from session.media.audio.sound import LevelMeter, NullSink, Pcm, SoundSink, SoundSource
from session.media.audio.voice_filter import VoiceFilter
from session.media.call_page import SIMULATED
from session.media.devices.sources import FrameSource
from session.media.frames import VideoFrame, to_screen
from views.media.devices import MediaDevices
from views.media.settings import MediaChoice, MediaSettingsPage
from views.media.sound import SoundDevices
from views.widgets.window_settings import WindowSettings

TICK_MS, BLOCKS_PER_TICK = 100, 5
PREVIEW_WIDTH_PX = 320
TONE_BLOCKS = 50


class DeviceTrial:
    """Camera, microphone and loudspeaker as the settings name them, open while somebody tries them.

    Args:
        ticked: called ten times a second meanwhile.
        step: called with each block (20 ms) that the microphone brings; returns what is played,
            None for the tone or nothing.
    """

    def __init__(
        self,
        owner: QWidget,
        media: DeskMedia,
        *,
        ticked: Callable[[], None],
        step: Callable[[Pcm], Pcm | None] = lambda _heard: None,
    ) -> None:
        self._media = media
        self._ticked = ticked
        self._step = step
        self._sound = SoundDevices(owner)
        self._camera: FrameSource | None = None
        self._microphone: SoundSource | None = None
        self._speaker: SoundSink | None = None
        self._meter = LevelMeter()
        self._number = 0
        self._latest: VideoFrame | None = None
        self._tone_left = 0
        self._tick = QTimer(owner)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._on_tick)

    # ---- what there is

    @property
    def is_open(self) -> bool:
        """True while devices are tried."""
        return self._tick.isActive()

    @property
    def is_simulated(self) -> bool:
        """True if the picture is drawn."""
        return self._camera is not None and self._camera.simulated

    @property
    def has_camera(self) -> bool:
        """False when no picture is to be expected."""
        return self._camera is None or self._camera.there

    @property
    def has_microphone(self) -> bool:
        """False when no sound is to be expected."""
        return self._microphone is not None and self._microphone.there

    @property
    def has_speaker(self) -> bool:
        """False when what is played is heard nowhere."""
        is_drawn = self._media.settings.microphone == SIMULATED
        return is_drawn or not isinstance(self._speaker, NullSink)

    @property
    def is_playing(self) -> bool:
        """True until the tone is over."""
        return self._tone_left > 0

    @property
    def level(self) -> float:
        """RMS of the microphone, 0..1."""
        return self._meter.level

    def frames(self) -> VideoFrame | None:
        """Return the picture of this moment: of the camera, or of the engine that has it open."""
        if self._camera is None:
            self._latest = self._media.main.own_frame()
        else:
            self._number += 1
            self._latest = to_screen(self._camera.read(), self._number, PREVIEW_WIDTH_PX)
        return self._latest

    def spread(self) -> float:
        """Standard deviation of the last picture's brightness, 0 to 255; 0 without a picture."""
        frame = self._latest
        if frame is None:
            return 0.0
        rows = np.frombuffer(frame.pixels, np.uint8).reshape(-1, frame.stride_bytes)
        return float(rows[::4, 1 : 4 * frame.width_px : 16].std())  # green, of each fourth pixel

    # ---- what is done

    def open(self) -> None:
        """Opens what the settings name now."""
        self.close()
        self._camera = self._camera_to_try()
        self.open_sound(None)
        self._tick.start()

    def open_sound(self, voice: VoiceFilter | None) -> None:
        """Opens microphone and loudspeaker; without a voice filter, to show how loud the
        microphone is.
        """
        self.close_sound()
        settings = self._media.settings
        self._microphone = open_microphone(settings.microphone, self._sound, voice)
        self._speaker = speaker_of(settings, self._sound, voice)

    def close(self) -> None:
        """Gives them back."""
        self._tick.stop()
        self._tone_left = 0
        self._latest = None
        if self._camera is not None:
            self._camera.close()
        self._camera = None
        self.close_sound()

    def close_sound(self) -> None:
        """Gives microphone and loudspeaker back."""
        for device in (self._microphone, self._speaker):
            if device is not None:
                device.close()
        self._microphone = self._speaker = None

    def play_tone(self) -> None:
        """Plays it for a second."""
        self._tone_left = TONE_BLOCKS

    def _camera_to_try(self) -> FrameSource | None:
        """The camera to try. A camera opens only once: where an engine has it open, the engine's
        picture is used.
        """
        if (shared := self._media.engines.shared) is not None:
            return shared.camera.view()
        if self._media.in_use:
            return None
        return open_camera(self._media.settings)

    def _on_tick(self) -> None:
        if self._microphone is None or self._speaker is None:
            return
        for _block in range(BLOCKS_PER_TICK):
            heard = self._microphone.read()
            self._meter.add(heard)
            played = self._step(heard)
            if played is None and self._tone_left:
                self._tone_left -= 1
                played = tone(self._tone_left)
            if played is not None:
                self._speaker.write(played)
        self._ticked()


class MediaConnections:
    """The page on one side, the engines on the other; devices are tried only while it is seen.

    Attributes:
        devices: tells when one comes or goes.
    """

    def __init__(
        self,
        window: QWidget,
        media: DeskMedia,
        *,
        store: WindowSettings,
    ) -> None:
        self._window = window
        self._media = media
        self._store = store
        self.page = MediaSettingsPage()
        self.devices = MediaDevices(window)
        self._check: EchoCheck | None = None
        self._cancel_check: CancelCheck | None = None
        self._trial = DeviceTrial(window, media, ticked=self._on_tick, step=self._step)
        self.page.chosen.connect(self._on_chosen)
        self.page.opened.connect(self._open)
        self.page.tone_requested.connect(self._on_tone)
        self.page.echo_requested.connect(self._on_echo)
        self.page.closed.connect(self._close_devices)

    def follow_devices(self) -> None:
        """Follow the devices: from now on what comes and goes is taken at once."""
        self.devices.changed.connect(self._on_devices)

    def new_trial(self, ticked: Callable[[], None]) -> DeviceTrial:
        """Return another trial of the same devices; one at a time is open."""
        return DeviceTrial(self._window, self._media, ticked=ticked)

    def _open(self) -> None:
        """Shows what there is and begins to try it."""
        self._show()
        self._open_devices()
        self.page.show_fixed([name for name in CHOICES if self._store.is_fixed(f"media/{name}")])

    def _show(self) -> None:
        settings = self._media.settings
        choice = MediaChoice(**{name: getattr(settings, name) for name in CHOICES})
        devices = self.devices
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
        self._trial.open()
        self.page.preview.set_source(self._trial.frames)

    def _close_devices(self) -> None:
        self._check = None
        self._cancel_check = None
        self._trial.close()
        self.page.show_testing(False)

    def _on_tone(self) -> None:
        self._trial.play_tone()

    def _on_echo(self) -> None:
        self._check = EchoCheck()

    def _on_tick(self) -> None:
        self.page.level.show_level(self._trial.level)
        self._end_checks()
        checks = self._check is not None or self._cancel_check is not None
        self.page.show_testing(self._trial.is_playing or checks)

    def _step(self, heard: Pcm) -> Pcm | None:
        if self._cancel_check is not None:
            return self._cancel_check.step()
        if self._check is not None:
            return self._check.step(heard)
        return None

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
            self._trial.open_sound(voice)
            self._cancel_check = CancelCheck(voice)
        elif self._cancel_check is not None and self._cancel_check.done:
            removed_db, self._cancel_check = self._cancel_check.removed_db(), None
            self._trial.open_sound(None)
            self._show_echo(EchoFinding.HEARD, removed_db)

    def _show_echo(self, finding: EchoFinding, removed_db: float | None = None) -> None:
        self.page.show_echo(finding, cancelled_by(self._media.settings), removed_db)
