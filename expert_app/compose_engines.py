# SPDX-License-Identifier: GPL-3.0-only
"""Makes a desk's or board's two engines, with the devices that the settings name. Used by the compose modules."""

from __future__ import annotations

from typing import NamedTuple

from expert_app.config import MediaSettings
from session.media.aiortc_engine import AiortcEngine, EngineSettings, IceServer
from session.media.shared_devices import SharedCamera, SharedMicrophone, SharedSpeaker
from session.media.sound import NullSink, SilentSource, SoundSink, SoundSource, ToneSource
from session.media.sources import CameraSource, FrameSource, NoCamera, SyntheticCamera, camera_devices
from views.sound import SoundDevices


class Engines(NamedTuple):
    """One for the call with the caller, one for a call with a third person; camera, voice and sound are shared."""

    main: AiortcEngine
    aside: AiortcEngine

    async def close(self) -> None:
        """Ends both and gives the devices back."""
        await self.main.close()
        await self.aside.close()


def shared_engines(
    camera: FrameSource, microphone: SoundSource, speaker: SoundSink, settings: EngineSettings
) -> Engines:
    """Two engines on the same devices."""
    eye, ear, mouth = SharedCamera(camera), SharedMicrophone(microphone), SharedSpeaker(speaker)
    made = [AiortcEngine(eye.view(), ear.tap(), mouth.input(), settings) for _number in range(2)]
    return Engines(*made)


def make_engines(settings: MediaSettings) -> Engines:
    """The engines with the devices that the settings name."""
    sound = SoundDevices()
    simulated = settings.microphone == "simulated"
    speaker: SoundSink = NullSink() if simulated else sound.speaker()
    servers = tuple(IceServer(url=url) for url in settings.ice_servers)
    line = EngineSettings(ice_servers=servers, start_kbps=settings.start_kbps)
    return shared_engines(_camera(settings.camera), _microphone(settings.microphone, sound), speaker, line)


def _camera(name: str) -> FrameSource:
    if name == "simulated":
        return SyntheticCamera()
    if name == "none":
        return NoCamera()
    if name != "auto":
        return CameraSource(name)
    found = camera_devices()
    return CameraSource(found[0]) if found else NoCamera()


def _microphone(name: str, sound: SoundDevices) -> SoundSource:
    if name == "simulated":
        return ToneSource()
    return SilentSource() if name == "none" else sound.microphone()
