# SPDX-License-Identifier: GPL-3.0-only
"""Turns a text into sound by eSpeak NG, in a process of its own: a library in C stays out of the
process that shows STOP. Started by `views.media.voice`.

`python -m views.media.speech_program VOICE WORDS_PER_MINUTE`: reads the text (UTF-8) from standard
input and writes 16-bit samples of one channel, 22 050 a second, to standard output.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

import espeakng_loader

RATE_HZ = 22_050
"""What eSpeak NG's own voices have; `espeak_Initialize` returns it."""

# speak_lib.h of eSpeak NG
_SYNCHRONOUS = 2
_RATE, _CHARACTERS, _UTF8 = 1, 1, 1
_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


def speech(text: str, voice: str, words_per_minute: int) -> bytes:
    """The samples of a text; raises `LookupError` for a voice that is not there."""
    loader: Any = espeakng_loader
    library = ctypes.CDLL(loader.get_library_path())
    data = str(loader.get_data_path()).encode()
    if library.espeak_Initialize(_SYNCHRONOUS, 0, data, 0) != RATE_HZ:
        raise LookupError("eSpeak NG does not start")
    parts: list[bytes] = []

    def on_samples(samples: ctypes._Pointer[ctypes.c_short], count: int, _events: int) -> int:
        if samples and count > 0:
            parts.append(ctypes.string_at(samples, count * 2))
        return 0

    callback = _CALLBACK(on_samples)
    library.espeak_SetSynthCallback(callback)
    if library.espeak_SetVoiceByName(voice.encode()) != 0:
        raise LookupError(f"no voice {voice}")
    library.espeak_SetParameter(_RATE, words_per_minute, 0)
    words = text.encode() + b"\0"
    library.espeak_Synth(words, len(words), 0, _CHARACTERS, 0, _UTF8, None, None)
    library.espeak_Synchronize()
    return b"".join(parts)


def main() -> None:
    """One text from standard input."""
    voice, words_per_minute = sys.argv[1], int(sys.argv[2])
    text = sys.stdin.buffer.read().decode(errors="replace")
    sys.stdout.buffer.write(speech(text, voice, words_per_minute))


if __name__ == "__main__":
    main()
