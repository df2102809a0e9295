# SPDX-License-Identifier: GPL-3.0-only
"""An engine and another end that is mad: broken descriptions, broken packets, floods, silence.
It survives them all.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import pytest
from aiortc import RTCConfiguration, RTCSessionDescription
from aiortc.codecs.base import Encoder
from aiortc.rtp import RtpPacket

from session.core.errors import CallLost
from session.media.audio.sound import ToneSource
from session.media.audio.voice_encoder import VoiceEncoder
from session.media.devices.sources import SyntheticCamera
from session.media.engines import aiortc_internals as internals
from session.media.engines.aiortc_engine import AiortcEngine, AiortcSettings
from session.media.engines.tracks import PictureTrack, VoiceTrack
from session.media.video.picture_encoder import PictureEncoder
from session.media.video.send_rate import SendRate
from tests.support.matrix import thinned
from tests.support.waiting import until


@pytest.fixture
async def engine() -> AsyncIterator[AiortcEngine]:
    made = AiortcEngine(
        SyntheticCamera(320, 180), settings=AiortcSettings(start_kbps=250, max_kbps=900)
    )
    yield made
    await made.close()


class Mad(Encoder):
    """Sends what `spoil` makes of a real encoder's payloads, until it is cured."""

    def __init__(self, real: Encoder, spoil: Callable[[list[bytes]], list[bytes]]) -> None:
        self._real, self._spoil = real, spoil
        self.mad = True
        self.target_bitrate = 0

    def encode(self, frame: Any, force_keyframe: bool = False) -> tuple[list[bytes], int]:
        payloads, at = self._real.encode(frame, force_keyframe)
        return (self._spoil(payloads) if self.mad else payloads), at

    def pack(self, packet: Any) -> tuple[list[bytes], int]:
        raise NotImplementedError


class Kiosk:
    """The other end: offers, and sends through encoders that the test chooses."""

    def __init__(self, codec: str, spoil: Callable[[list[bytes]], list[bytes]]) -> None:
        self.pc = internals.PeerConnection(RTCConfiguration(iceServers=[]))
        rate = SendRate(400_000, 400_000, line_known=True)
        self.encoders = {
            "audio": Mad(VoiceEncoder(), spoil),
            "video": Mad(PictureEncoder(rate, codec), spoil),
        }

    async def call(self, engine: AiortcEngine) -> None:
        tracks = (
            VoiceTrack(ToneSource()),
            PictureTrack(SyntheticCamera(320, 180), 25, on_sent=lambda frame: None),
        )
        for track in tracks:
            sender = cast(internals.MediaSender, self.pc.addTrack(track))
            sender.send_with(self.encoders[track.kind])
        await self.pc.setLocalDescription(await self.pc.createOffer())
        answer = await engine.answer(self.pc.localDescription.sdp)
        await self.pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    def cure(self) -> None:
        for encoder in self.encoders.values():
            encoder.mad = False


DICE = random.Random(11)


def noise(payloads: list[bytes]) -> list[bytes]:
    return [DICE.randbytes(DICE.randrange(0, 1200)) for _payload in payloads]


def cut(payloads: list[bytes]) -> list[bytes]:
    return [payload[: DICE.randrange(len(payload) + 1)] for payload in payloads]


def scratched(payloads: list[bytes]) -> list[bytes]:
    made = []
    for payload in payloads:
        bent = bytearray(payload)
        for _change in range(3):
            bent[DICE.randrange(len(bent))] ^= 1 << DICE.randrange(8)
        made.append(bytes(bent))
    return made


def flood(payloads: list[bytes]) -> list[bytes]:
    return [*payloads, *[DICE.randbytes(200) for _packet in range(60)]]


def own_threads() -> int:
    """Threads but those that asyncio keeps for whoever asks next."""
    return sum(not thread.name.startswith("asyncio_") for thread in threading.enumerate())


@pytest.mark.parametrize(
    ("spoil", "codec"),
    thinned(
        [(spoil, codec) for spoil in (noise, cut, scratched, flood) for codec in ("av1", "vp8")],
        kept=[(noise, "av1"), (cut, "vp8"), (scratched, "av1"), (flood, "vp8")],
    ),
)
async def test_broken_packets_are_survived_and_good_ones_shown_again(
    engine: AiortcEngine, codec: str, spoil: Callable[[list[bytes]], list[bytes]]
) -> None:
    engine._settings = AiortcSettings(start_kbps=400, codecs=(codec,))
    kiosk = Kiosk(codec, spoil)
    await kiosk.call(engine)
    await until(lambda: engine.stats().packets > 80)
    threads = own_threads()
    kiosk.cure()
    before = engine.stats().frames
    await until(lambda: engine.stats().frames > before + 5 and engine.stats().audio_level > 0.005)
    assert own_threads() <= threads + 2
    await kiosk.pc.close()


async def test_an_hour_of_floods_in_seconds_grows_nothing(engine: AiortcEngine) -> None:
    kiosk = Kiosk("av1", flood)
    await kiosk.call(engine)
    await until(lambda: engine.stats().packets > 50)
    call = cast(Any, engine)._call
    receivers = [transceiver.receiver for transceiver in call._pc.getTransceivers()]

    async def pour() -> None:
        dice = random.Random(4)
        for count in range(20_000):
            receiver = receivers[count % 2]
            kind = dice.choice(list(receiver._RTCRtpReceiver__codecs))
            packet = RtpPacket(
                payload_type=kind,
                marker=dice.randrange(2),
                sequence_number=dice.randrange(1 << 16),
                timestamp=dice.randrange(1 << 32),
                ssrc=receiver.media_ssrc if dice.random() < 0.9 else dice.randrange(1 << 32),
                payload=dice.randbytes(dice.randrange(300)),
            )
            packet.extensions.abs_send_time = dice.randrange(1 << 24)
            await receiver._handle_rtp_packet(packet, count)

    await cast(Any, engine)._thread.run(pour(), 60)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    await cast(Any, engine)._thread.run(pour(), 60)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 4_000_000
    kiosk.cure()
    await kiosk.pc.close()


async def offer() -> str:
    pc = internals.PeerConnection(RTCConfiguration(iceServers=[]))
    for kind in ("audio", "video"):
        pc.addTransceiver(kind, "sendrecv")
    await pc.setLocalDescription(await pc.createOffer())
    sdp: str = pc.localDescription.sdp
    await pc.close()
    return sdp


async def test_oversized_descriptions_are_refused_before_they_are_read(
    engine: AiortcEngine,
) -> None:
    good = await offer()
    candidate = "a=candidate:1 1 udp 2122260223 203.0.113.{} 50000 typ host\r\n"
    for bad in (
        good + "".join(candidate.format(number % 250) for number in range(1000)),
        good + "a=x:" + "y" * 100_000,
        good + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n" * 40,
    ):
        with pytest.raises(CallLost):
            await engine.answer(bad)
    assert (await engine.answer(good)).startswith("v=0")


async def test_damaged_descriptions_never_break_the_engine(engine: AiortcEngine) -> None:
    good, dice = await offer(), random.Random(9)
    lines = good.splitlines()
    answered = refused = 0
    for _round in range(60):
        bent = list(lines)
        for _change in range(dice.randrange(1, 5)):
            at = dice.randrange(len(bent))
            change = dice.randrange(4)
            if change == 0:
                del bent[at]
            elif change == 1:
                bent.insert(at, dice.choice(lines))
            elif change == 2:
                bent[at] = bent[at][: dice.randrange(len(bent[at]) + 1)]
            else:
                bent[at] = bent[at].replace(
                    dice.choice("0123456789:= "), dice.choice(["", "999999999999", "é", "\x00"])
                )
        try:
            await engine.answer("\r\n".join(bent) + "\r\n")
            answered += 1
        except CallLost:
            refused += 1
    assert refused > 5
    assert (await engine.answer(good)).startswith("v=0")
    assert threading.active_count() < 40


async def test_while_nothing_comes_no_pictures_are_sent_and_the_first_one_afterwards_is_whole(
    engine: AiortcEngine,
) -> None:
    cut_off: set[str] = set()
    kiosk = Kiosk("av1", lambda payloads: [] if cut_off else payloads)
    await kiosk.call(engine)
    await until(lambda: engine.stats().frames > 3)
    call = cast(Any, engine)._call
    cut_off.add("now")
    await until(lambda: call._encoder.paused)
    last = call._encoder.counts["pictures"] + 1  # that one may just be made
    await asyncio.sleep(0.5)
    keys, sent = call._encoder.counts["keys"], call._encoder.counts["pictures"]
    assert sent <= last
    cut_off.clear()
    await until(lambda: call._encoder.counts["pictures"] > sent)
    assert call._encoder.counts["keys"] == keys + 1
    await kiosk.pc.close()


async def test_an_end_that_stops_reading_gets_few_pictures_and_nothing_piles_up(
    engine: AiortcEngine,
) -> None:
    kiosk = Kiosk("av1", list)
    await kiosk.call(engine)
    await until(lambda: engine.stats().frames > 3 and engine.stats().sent_packets)
    call = cast(Any, engine)._call

    async def deaf(*_packet: object) -> None:
        """Neither reads nor reports."""

    for receiver in kiosk.pc.getReceivers():
        cast(Any, receiver)._send_rtcp = deaf
    for sender in kiosk.pc.getSenders():
        cast(Any, sender)._send_rtcp = deaf
    await until(lambda: call.picture.sparing)
    before, began_s = engine.stats().sent_frames, time.monotonic()
    await asyncio.sleep(2)
    few = 10 * (time.monotonic() - began_s)
    assert engine.stats().sent_frames - before < few
    assert len(cast(Any, call._picture_sender)._RTCRtpSender__rtp_history) <= 128
    await kiosk.pc.close()


async def test_an_end_that_never_reports_gets_few_pictures_too(
    engine: AiortcEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unheard(_sender: object, _packet: object) -> None:
        """No report ever arrives."""

    monkeypatch.setattr(internals.MediaSender, "_handle_rtcp_packet", unheard)
    kiosk = Kiosk("av1", list)
    await kiosk.call(engine)
    await until(lambda: cast(Any, engine)._call.picture.sparing)
    await kiosk.pc.close()
