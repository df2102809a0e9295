# SPDX-License-Identifier: GPL-3.0-only
"""The pictures that a person has looked at and accepted, each as the light of 64 x 36 fields, and
what has changed since. Used by `make pictures`.

Fields are so coarse that another rasteriser of letters changes nothing, and so fine that another
word, colour or place does. See decision 0129.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QImage

FILE = Path("tests/data/pictures.txt")
FIELDS = QSize(64, 36)
MOST = 10
"""Of 255: more than this in a field is another picture."""

Print = NDArray[np.uint8]


def print_of(picture: QImage) -> Print:
    """The light of each field, uint8 (36, 64)."""
    small = picture.convertToFormat(QImage.Format.Format_RGB32).scaled(
        FIELDS, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    grey = small.convertToFormat(QImage.Format.Format_Grayscale8)
    bits = grey.constBits()
    assert bits is not None
    rows = np.frombuffer(bits.asstring(grey.sizeInBytes()), np.uint8)
    return rows.reshape(FIELDS.height(), grey.bytesPerLine())[:, : FIELDS.width()].copy()


def difference(one: Print, other: Print) -> int:
    """How far the field that differs most does, 0 to 255."""
    return int(np.abs(one.astype(np.int16) - other.astype(np.int16)).max())


def read(path: Path = FILE) -> dict[str, Print]:
    """What was accepted, by name."""
    found = {}
    lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    for line in lines:
        name, packed = line.split(" ")
        fields = np.frombuffer(zlib.decompress(base64.b64decode(packed)), np.uint8)
        found[name] = fields.reshape(FIELDS.height(), FIELDS.width())
    return found


def write(prints: Mapping[str, Print], path: Path = FILE) -> None:
    """Accepts these: a line each, so that a change shows which."""
    lines = [
        f"{name} {base64.b64encode(zlib.compress(fields.tobytes(), 9)).decode()}"
        for name, fields in sorted(prints.items())
    ]
    path.write_text("\n".join([*lines, ""]), encoding="ascii")


def changes(now: Mapping[str, Print], accepted: Mapping[str, Print], begins: str) -> list[str]:
    """What is another picture than the accepted one, new, or gone; of names that begin so."""
    found = []
    for name, fields in sorted(now.items()):
        if name not in accepted:
            found.append(f"{name}: new")
        elif (far := difference(fields, accepted[name])) > MOST:
            found.append(f"{name}: changed by {far}")
    gone = [name for name in accepted if name.startswith(begins) and name not in now]
    return [*found, *(f"{name}: gone" for name in sorted(gone))]
