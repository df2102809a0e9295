# SPDX-License-Identifier: GPL-3.0-only
"""Does this page look like one that was seen before? A fingerprint of the picture, not of its bytes. Used for warnings.

A page scanned twice differs in every byte; its difference hash (dHash) hardly. Two payslips of one employer look alike
too: a likeness is a warning with the earlier page shown, never a refusal.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

SIDE = 16
ALIKE = 0.20
"""Part of the 256 bits that may differ. Measured: the same page scanned again 0.01 to 0.29, other pages 0.32 and more;
the warning keeps well away from the others."""


def look_of(jpeg: bytes) -> str:
    """The fingerprint of a cleaned page, 64 hexadecimal digits; "" of a page without any drawing.

    Raises:
        OSError, ValueError: no picture.
    """
    with Image.open(io.BytesIO(jpeg)) as picture:
        picture.draft("L", (SIDE * 16, SIDE * 16))
        small = picture.convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BOX)
    grey = np.asarray(small, np.int16)
    if int(grey.max()) - int(grey.min()) < 6:
        return ""
    return np.packbits(grey[:, 1:] > grey[:, :-1]).tobytes().hex()


def difference(look: str, other: str) -> float:
    """Part of the bits that differ, 0 to 1; 1 when one of them has no look."""
    if not look or len(look) != len(other):
        return 1.0
    return (int(look, 16) ^ int(other, 16)).bit_count() / (4 * len(look))
