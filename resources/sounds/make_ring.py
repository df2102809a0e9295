# SPDX-License-Identifier: GPL-3.0-only
"""Makes `ring.wav`: two soft bell tones, a fifth apart.
Run by a developer who wants another ring; no program uses it.
"""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

RATE_HZ = 22050
LENGTH_S = 1.5
TONES = ((0.0, 523.25), (0.22, 783.99))
"""(start in seconds, frequency in Hz): C5, then G5."""


def level(at_s: float) -> float:
    """Sound pressure at a moment, -1..1:
    each tone swells in 12 ms and dies away, with a little octave in it.
    """
    total = 0.0
    for start_s, hz in TONES:
        age = at_s - start_s
        if age > 0:
            swell = min(1.0, age / 0.012) * math.exp(-3.6 * age)
            total += swell * (
                math.sin(math.tau * hz * age) + 0.25 * math.sin(math.tau * 2 * hz * age)
            )
    return 0.32 * total * min(1.0, (LENGTH_S - at_s) / 0.1)


def main() -> None:
    """Writes the file beside this one, mono, 16 bit."""
    samples = [
        round(32767 * level(number / RATE_HZ)) for number in range(round(RATE_HZ * LENGTH_S))
    ]
    with wave.open(str(Path(__file__).with_name("ring.wav")), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        sound.writeframes(struct.pack(f"<{len(samples)}h", *samples))


if __name__ == "__main__":
    main()
