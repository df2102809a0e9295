# SPDX-License-Identifier: GPL-3.0-only
"""The part of a line that the picture may use.
Used by the engines; the governor decides within it.
"""

from __future__ import annotations

from collections.abc import Sequence

ASKED_VOICE_BPS = 32_000
"""The rate of voice that we ask of a Chromium. Its libopus expects the loss that it measures, and
then adds error correction only from 32 kb/s on: at 3 % loss 3.9 % of the voice was guessed at 28
kb/s, and 0.1 % at 32 (measured).
"""

VOICE_KBPS = 59
"""One voice with all headers: at most 32 kb/s of Opus in fifty packets a second."""

PICTURE_SHARE = 0.7
"""Of what the voice leaves. The rest is for packets sent again, headers, the shared page and the
bus.
"""

WIDE_KBPS = 2500
"""From here on the processor is the bound, not the line: two cores of a kiosk made 20 pictures a
second of 1080 rows in AV1, and 25 in VP8.
"""

MIN_PICTURE_KBPS = 50
MAX_PICTURE_KBPS = 4000


def picture_kbps(line_kbps: int, otherwise: int) -> int:
    """The picture's part of a line of `line_kbps` of IP each way;
    `otherwise` when the line is not known (0).

    512 gives 317, 256 gives 138: never more than the line has, so it may be given to the other end
    as a start.
    """
    if line_kbps <= 0:
        return otherwise
    share = round((line_kbps - VOICE_KBPS) * PICTURE_SHARE)
    return max(min(MIN_PICTURE_KBPS, line_kbps), min(MAX_PICTURE_KBPS, share))


def cheap_first(codecs: Sequence[str], line_kbps: int) -> tuple[str, ...]:
    """The picture's codecs in the order for this line: on a wide one those that cost less processor
    time come first.
    """
    if line_kbps >= WIDE_KBPS:
        return tuple(sorted(codecs, key=lambda codec: codec != "vp8"))
    return tuple(codecs)
