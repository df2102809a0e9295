# SPDX-License-Identifier: GPL-3.0-only
"""A loudspeaker beside a microphone: callers do not hear themselves, the agent is heard.
With the real canceller.
"""

from __future__ import annotations

import numpy as np
import pytest

from session.media.audio import voice_filter
from session.media.audio.echo_check import ENOUGH_DB, CancelCheck
from session.media.audio.sound import BLOCK, RATE_HZ, Pcm
from session.media.audio.voice_filter import FRAME, VoiceFilter, is_installed, make_filter
from tests.unit.session.media.audio.noisy_voice import Sound, voice


def echo_of(sound: Sound, delay_ms: float) -> Sound:
    """What a room of 100 ms gives back of a loudspeaker, at half its loudness."""
    dice, length = np.random.default_rng(3), RATE_HZ // 10
    room = dice.normal(0, 1, length) * np.exp(-np.arange(length) / (0.025 * RATE_HZ))
    size = 1 << int(np.ceil(np.log2(sound.size + length)))
    heard = np.fft.irfft(
        np.fft.rfft(sound, size) * np.fft.rfft(room / np.linalg.norm(room), size), size
    )
    late = np.concatenate((np.zeros(round(delay_ms * RATE_HZ / 1000)), 0.5 * heard))
    return np.asarray(late[: sound.size])


def pcm(sound: Sound) -> Pcm:
    return np.asarray(np.clip(sound, -32768, 32767), np.int16)


def run(filtered: VoiceFilter, far: Sound, near: Sound, step: int = 441) -> Sound:
    """Both devices in pieces that are no whole frames, as devices do it."""
    made = []
    for at in range(0, far.size, step):
        filtered.played(pcm(far[at : at + step]))
        made.append(filtered.clean(pcm(near[at : at + step])))
    return np.concatenate(made).astype(np.float64)


def level_db(sound: Sound) -> float:
    return float(10 * np.log10(np.mean(sound**2) + 1e-9))


def made() -> VoiceFilter:
    found = make_filter()
    assert found is not None
    return found


@pytest.mark.parametrize("delay_ms", [40, 250])
def test_twenty_decibels_of_an_echo_are_gone_after_two_seconds(delay_ms: float) -> None:
    far, filtered = voice(6, 1), made()
    heard = echo_of(far, delay_ms) + np.random.default_rng(0).normal(0, 15, far.size)
    sent = run(filtered, far, heard)
    for begin_s in (2, 4):
        piece = slice(begin_s * RATE_HZ, (begin_s + 2) * RATE_HZ - FRAME)
        assert level_db(heard[piece]) - level_db(sent[piece]) > 20
    assert filtered.removed_db is not None
    assert filtered.removed_db > 15  # its own measure, with the first seconds


def test_who_speaks_at_the_desk_is_heard_as_loud_as_before_and_nothing_is_counted_as_echo() -> None:
    near, filtered = voice(4, 7, pitch_hz=200), made()
    sent = run(filtered, np.zeros_like(near), near)
    later = slice(RATE_HZ, sent.size)
    assert abs(level_db(near[later]) - level_db(sent[later])) < 4
    assert filtered.removed_db is None


def test_a_fan_is_taken_out() -> None:
    fan, filtered = np.random.default_rng(5).normal(0, 300, 4 * RATE_HZ), made()
    sent = run(filtered, np.zeros_like(fan), fan)
    last = slice(3 * RATE_HZ, sent.size)
    assert level_db(fan[last]) - level_db(sent[last]) > 10


def test_a_quiet_voice_is_raised_where_gain_is_wanted() -> None:
    quiet = voice(5, 7, pitch_hz=200) / 30
    plain, raised = (
        run(VoiceFilter(gain=gain), np.zeros_like(quiet), quiet)[3 * RATE_HZ :]
        for gain in (False, True)
    )
    assert level_db(raised) - level_db(plain) > 3


def test_the_check_of_the_settings_measures_what_is_taken_away() -> None:
    for loudspeaker, expected in ((0.5, True), (0.0, False)):
        filtered = made()
        check = CancelCheck(filtered)
        air: list[Sound] = [np.zeros(BLOCK)] * 4
        dice = np.random.default_rng(2)
        while not check.done:
            block = check.step()
            filtered.played(block)
            air.append(loudspeaker * block.astype(np.float64))
            filtered.clean(pcm(air.pop(0) + dice.normal(0, 10, BLOCK)))
        assert (check.removed_db() >= ENOUGH_DB) is expected


def test_a_module_that_fails_lets_the_voice_through(monkeypatch: pytest.MonkeyPatch) -> None:
    filtered, block = made(), pcm(voice(0.1, 2))

    def refuse(*_sound: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("livekit.rtc.AudioProcessingModule.process_stream", refuse)
    assert np.array_equal(filtered.clean(block), block)
    filtered.played(block)
    assert np.array_equal(filtered.clean(block), block)


def test_without_the_package_there_is_no_filter_and_no_promise_of_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert is_installed()
    voice_filter._module.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "livekit.rtc", None)
    assert make_filter() is None
    assert not is_installed()
    with pytest.raises(ImportError):
        VoiceFilter()
    voice_filter._module.cache_clear()
