# SPDX-License-Identifier: GPL-3.0-only
"""Pictures of both ends side by side: how much differs, and where. Used by the fidelity suite."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QWidget

FOLDER = Path(__file__).resolve().parents[2] / "build" / "fidelity"

VISIBLE = 40
"""A pixel differs when a channel differs by more than this of 255:
less is the edge of a letter, drawn elsewhere.
"""

Pixels = NDArray[np.uint8]


def pixels_of(widget: QWidget) -> Pixels:
    """What the widget shows: uint8 (height, width, 3), RGB."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    bits: Any = image.constBits()
    rows = np.frombuffer(bits.asarray(image.sizeInBytes()), np.uint8).reshape(
        image.height(), image.bytesPerLine()
    )
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def differing(left: Pixels, right: Pixels) -> NDArray[np.bool_]:
    """True where the two differ visibly; both of the same shape."""
    return (np.abs(left.astype(np.int16) - right.astype(np.int16)) > VISIBLE).any(axis=2)


def percent(left: Pixels, right: Pixels) -> float:
    """How much of the picture differs, 0..100."""
    return 100.0 if left.shape != right.shape else float(differing(left, right).mean() * 100)


def _save(path: Path, pixels: Pixels) -> None:
    height, width, _ = pixels.shape
    QImage(
        np.ascontiguousarray(pixels).tobytes(),
        width,
        height,
        width * 3,
        QImage.Format.Format_RGB888,
    ).save(str(path))


def keep(name: str, kiosk: Pixels, desk: Pixels) -> Path:
    """Writes both pictures and the difference (red on a pale picture) into `build/fidelity`;
    returns the folder.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    _save(FOLDER / f"{name}-kiosk.png", kiosk)
    _save(FOLDER / f"{name}-desk.png", desk)
    if kiosk.shape == desk.shape:
        pale = (255 - (255 - kiosk.astype(np.int16)) // 4).astype(np.uint8)
        pale[differing(kiosk, desk)] = (200, 0, 0)
        _save(FOLDER / f"{name}-difference.png", pale)
    return FOLDER
