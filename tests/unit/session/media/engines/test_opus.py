# SPDX-License-Identifier: GPL-3.0-only
"""Real Opus from our own encoder, decoded by the libopus of PyAV's wheel."""

from __future__ import annotations

import av
import numpy as np
import pytest

from session.media.audio.sound import BLOCK, RATE_HZ, ToneSource, rms
from session.media.audio.voice_encoder import VoiceEncoder
from session.media.engines.opus import OpusDecoder


def spoken(blocks: int) -> list[bytes]:
    encoder, source = VoiceEncoder(), ToneSource(level=0.4)
    packets: list[bytes] = []
    for index in range(blocks):
        frame = av.AudioFrame.from_ndarray(
            source.read().reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts = RATE_HZ, index * BLOCK
        packets += encoder.encode(frame)[0]
    return packets


PACKETS = spoken(100)


def test_what_is_not_opus_is_bridged_and_harms_nothing() -> None:
    decoder = OpusDecoder()
    decoder.decode(PACKETS[0])
    assert decoder.decode(b"\xff" * 700).size in (BLOCK, 5760)
    assert decoder.decode(b"").size == BLOCK
    assert rms(decoder.decode(PACKETS[1])) >= 0.0
    decoder.close()
    decoder.close()


def test_a_decoded_tone_keeps_its_level() -> None:
    decoder = OpusDecoder()
    sound = np.concatenate([decoder.decode(packet) for packet in PACKETS])
    decoder.close()
    source = ToneSource(level=0.4)
    said = np.concatenate([source.read() for _ in range(100)])
    assert rms(sound) == pytest.approx(rms(said), rel=0.1)
