# SPDX-License-Identifier: GPL-3.0-only
"""A fingerprint of a page's picture, not of its bytes (difference hash, dHash); `likeness` compares
two of them. Used by the desk and by the store's index.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

SIDE = 16


def fingerprint_of(jpeg: bytes) -> str:
    """The fingerprint of a cleaned page, 64 hexadecimal digits; "" of a page without any drawing.

    Raises:
        OSError, ValueError: no picture.
    """
    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as picture:
            picture.draft("L", (SIDE * 16, SIDE * 16))
            small = picture.convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BOX)
    except Image.DecompressionBombError as error:
        raise ValueError("larger than any page") from error
    grey = np.asarray(small, np.int16)
    if int(grey.max()) - int(grey.min()) < 6:
        return ""
    return np.packbits(grey[:, 1:] > grey[:, :-1]).tobytes().hex()
