# SPDX-License-Identifier: GPL-3.0-only
"""Takes the loudspeaker's sound and steady noise out of the microphone's. Made by
`expert_app.runtime.media_engines` for `views.media.sound_device`.

The work is done by WebRTC's audio processing module, of which the package `livekit` brings a build
(Apache-2.0, an optional extra: `expert-app[echo]`). Nothing else of that package is used, and it
opens no connection.
"""

from __future__ import annotations

import importlib.metadata
import logging
import math
import threading
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from session.media.audio.sound import RATE_HZ, Pcm, rms

if TYPE_CHECKING:
    from livekit.rtc import AudioProcessingModule

log = logging.getLogger(__name__)

FRAME = RATE_HZ // 100
"""10 ms: the only length that the module takes."""

DELAY_MS = 80
"""How much later the microphone brings what the loudspeaker took: two device buffers of 40 ms. The
module's search begins there; it finds the true delay itself, up to half a second.
"""

AUDIBLE = 0.003
"""A loudspeaker quieter than this leaves nothing to measure."""


def is_installed() -> bool:
    """True if the optional package is there. It is loaded (20 MB,
    0.2 s) only when a filter is made; one that could not be loaded then counts as missing.
    """
    try:
        importlib.metadata.version("livekit")
    except importlib.metadata.PackageNotFoundError:
        return False
    return _module.cache_info().currsize == 0 or _module() is not None


@cache
def _module() -> type[AudioProcessingModule] | None:
    try:
        from livekit.rtc import AudioProcessingModule
    except (ImportError, OSError) as error:  # no package, or a library that this system cannot load
        log.warning("no echo canceller: %s", error)
        return None
    return AudioProcessingModule


class VoiceFilter:
    """One loudspeaker and one microphone. `played` and `clean` may be called in two threads.

    Args:
        suppress_noise: of fans and traffic.
        gain: a quiet voice is raised; with a loudspeaker what is left of its echo would be too, by
            some 16 dB (measured).

    Raises:
        ImportError: the package is missing; ask `make_filter`, which gives None instead.
    """

    def __init__(self, *, suppress_noise: bool = True, gain: bool = False) -> None:
        module = _module()
        if module is None:
            raise ImportError("livekit")
        self._module = module(
            echo_cancellation=True,
            noise_suppression=suppress_noise,
            high_pass_filter=True,
            auto_gain_control=gain,
        )
        self._lock = threading.Lock()
        self._far = np.zeros(0, np.int16)
        self._near = np.zeros(0, np.int16)
        self._far_level = 0.0
        self._came = 0.0
        self._left = 0.0
        self._broken = False

    def played(self, samples: Pcm) -> None:
        """Take what the loudspeaker plays now, silence included; any number of samples."""
        frames, self._far = _frames(self._far, samples)
        for frame in frames:
            self._far_level = max(rms(frame), 0.95 * self._far_level)
            self._process(frame, near=False)

    def clean(self, samples: Pcm) -> Pcm:
        """Take what the microphone brought now; return whole frames of it, cleaned.
        The rest waits for the next call.
        """
        frames, self._near = _frames(self._near, samples)
        cleaned = [self._process(frame, near=True) for frame in frames]
        if self._far_level > AUDIBLE:
            self._came += sum(rms(frame) ** 2 for frame in frames)
            self._left += sum(rms(frame) ** 2 for frame in cleaned)
        if cleaned:
            return np.concatenate(cleaned)
        return np.zeros(0, np.int16)

    def measure(self) -> None:
        """Lets `removed_db` count anew."""
        self._came = self._left = 0.0

    @property
    def removed_db(self) -> float | None:
        """The amount by which the microphone became quieter while the loudspeaker played (ERLE
        when nobody spoke); None: it did not play.
        """
        if self._came <= 0.0:
            return None
        return 10 * math.log10(self._came / max(self._left, 1e-12))

    def _process(self, frame: Pcm, *, near: bool) -> Pcm:
        """Cleans a frame; one that the module refuses goes on as it came, because a voice with an
        echo is better than none.
        """
        from livekit.rtc import AudioFrame

        if self._broken:
            return frame
        sound = AudioFrame(bytearray(frame.tobytes()), RATE_HZ, 1, FRAME)
        try:
            with self._lock:
                if near:
                    self._module.set_stream_delay_ms(DELAY_MS)
                    self._module.process_stream(sound)
                else:
                    self._module.process_reverse_stream(sound)
        except (
            Exception
        ) as error:  # the package raises anything, asserts included, which would end the program
            self._broken = True
            log.warning("the echo canceller does not go on: %s: %s", type(error).__name__, error)
            return frame
        return np.frombuffer(sound.data, np.int16)


def make_filter(*, suppress_noise: bool = True, gain: bool = False) -> VoiceFilter | None:
    """A filter, or None where the package is missing or cannot be loaded."""
    if _module() is not None:
        return VoiceFilter(suppress_noise=suppress_noise, gain=gain)
    return None


def _frames(rest: Pcm, samples: Pcm) -> tuple[list[Pcm], Pcm]:
    if rest.size:
        joined = np.concatenate((rest, samples))
    else:
        joined = samples
    count = joined.size // FRAME
    return [joined[n * FRAME : (n + 1) * FRAME] for n in range(count)], joined[
        count * FRAME :
    ].copy()
