# SPDX-License-Identifier: GPL-3.0-only
"""Decodes Opus and makes up for lost packets. Used by the aiortc engine for the caller's voice.

PyAV's decoder gives neither error correction nor concealment, so ctypes calls the libopus that
PyAV's wheel brings. The functions and numbers are those of opus.h (RFC 6716); only the library's
place inside the wheel is not documented, and a system's libopus serves as well.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from functools import cache
from pathlib import Path

import av
import numpy as np

from session.media.audio.sound import BLOCK, RATE_HZ, Pcm

MAX_SAMPLES = 5760
"""The longest packet there is: 120 ms (RFC 6716, section 2.1.4)."""


class OpusMissing(Exception):
    """No libopus beside PyAV nor in the system: the installation is broken."""


@cache
def _library() -> ctypes.CDLL:
    site = Path(av.__file__).resolve().parent.parent
    for folder in (site / "av.libs", site / "av" / ".dylibs"):
        for path in sorted(folder.glob("*opus*")):
            return _declared(ctypes.CDLL(str(path)))
    name = ctypes.util.find_library("opus")
    if name is None:
        raise OpusMissing
    return _declared(ctypes.CDLL(name))


def _declared(library: ctypes.CDLL) -> ctypes.CDLL:
    library.opus_decoder_create.restype = ctypes.c_void_p
    library.opus_decoder_create.argtypes = [
        ctypes.c_int,
        ctypes.c_int,
        ctypes.POINTER(ctypes.c_int),
    ]
    library.opus_decoder_destroy.argtypes = [ctypes.c_void_p]
    library.opus_decode.restype = ctypes.c_int
    library.opus_decode.argtypes = [
        ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_int,
    ]  # fmt: skip
    return library


class OpusDecoder:
    """One voice, decoded to one channel."""

    def __init__(self) -> None:
        self._library = _library()
        error = ctypes.c_int()
        self._decoder = self._library.opus_decoder_create(RATE_HZ, 1, ctypes.byref(error))
        if error.value != 0:
            raise OpusMissing
        self._out = np.zeros(MAX_SAMPLES, np.int16)

    def decode(self, packet: bytes) -> Pcm:
        """A packet's sound; what is not Opus is made up for like a lost packet."""
        if packet:
            return self._decode(packet, MAX_SAMPLES, use_fec=False)
        return self.conceal()

    def recover(self, following: bytes) -> Pcm:
        """The sound of a lost packet, from the error correction in the one that followed it."""
        return self._decode(following, BLOCK, use_fec=True)

    def conceal(self) -> Pcm:
        """A guess at a lost packet's sound from what went before."""
        return self._decode(None, BLOCK, use_fec=False)

    def _decode(self, packet: bytes | None, room: int, *, use_fec: bool) -> Pcm:
        size = len(packet) if packet else 0
        count = self._library.opus_decode(
            self._decoder, packet, size, self._out.ctypes.data, room, int(use_fec)
        )
        if count < 0:
            if packet is None:
                return np.zeros(BLOCK, np.int16)
            return self.conceal()
        return self._out[:count].copy()

    def close(self) -> None:
        """Frees the decoder; nothing may be decoded afterwards."""
        if self._decoder is not None:
            self._library.opus_decoder_destroy(self._decoder)
            self._decoder = None
