# SPDX-License-Identifier: GPL-3.0-only
"""Our voice on a narrow line: real Opus."""

from __future__ import annotations

import av

from session.media.audio.sound import BLOCK, RATE_HZ, Pcm, ToneSource, silence
from session.media.audio.voice_encoder import VoiceEncoder
from tests.benchmarks.media.voice import Speech


def voiced(blocks: list[Pcm]) -> list[tuple[list[bytes], int]]:
    encoder, made = VoiceEncoder(), []
    for index, block in enumerate(blocks):
        frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE_HZ, index * BLOCK
        made.append(encoder.encode(frame))
    return made


def test_each_packet_of_speech_carries_the_one_before_it_once_more() -> None:
    """RFC 6716, sections 4.2.3 and 4.2.4:
    of the bits after the table of contents the second tells of such a copy.
    """
    speech = Speech()
    packets = [
        packet for made, _first in voiced([speech.read() for _ in range(250)]) for packet in made
    ]
    coded_as_speech = [packet for packet in packets[1:] if packet[0] >> 3 < 16]
    assert len(coded_as_speech) == 249
    assert sum(bool(packet[1] & 0x40) for packet in coded_as_speech) >= 248


def test_while_nobody_speaks_hardly_anything_is_sent_and_time_goes_on() -> None:
    source = ToneSource(level=0.4)
    spoken = [source.read() for _number in range(50)]
    made = voiced([*spoken, *[silence()] * 100, *spoken])
    sent = [bool(packets) for packets, _at in made]
    assert sum(sent[:50]) >= 48
    assert sum(sent[70:150]) <= 16
    assert sum(sent[151:]) >= 45
    times = [at for packets, at in made if packets]
    assert times == sorted(set(times))
    assert times[-1] >= 195 * BLOCK
