# SPDX-License-Identifier: GPL-3.0-only
"""Lists cameras, microphones and loudspeakers, and signals when one comes or goes.
Used by the wiring of desk and board.

Qt's lists need libraries of the system that a bare machine lacks:
without them there are no devices to choose from.
"""

from __future__ import annotations

import logging
from types import ModuleType

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

log = logging.getLogger(__name__)

SETTLE_MS = 400
"""A headset that is plugged in comes as several devices, one after the other."""


class MediaDevices(QObject):
    """The machine's devices, by the names that people read.

    Signals:
        changed(): one came or went.
    """

    changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._qt = _qt_multimedia()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SETTLE_MS)
        self._soon.timeout.connect(self.changed)
        if self._qt is not None:
            self._list = self._qt.QMediaDevices(self)
            for signal in (
                self._list.videoInputsChanged,
                self._list.audioInputsChanged,
                self._list.audioOutputsChanged,
            ):
                signal.connect(self._soon.start)

    def cameras(self) -> list[str]:
        """Names of cameras."""
        if self._qt is not None:
            return _names(self._qt.QMediaDevices.videoInputs())
        return []

    def microphones(self) -> list[str]:
        """Names of microphones."""
        if self._qt is not None:
            return _names(self._qt.QMediaDevices.audioInputs())
        return []

    def speakers(self) -> list[str]:
        """Names of loudspeakers and headsets."""
        if self._qt is not None:
            return _names(self._qt.QMediaDevices.audioOutputs())
        return []


def camera_path(name: str) -> str:
    """Return what FFmpeg opens for the camera of this name ("" for the first), e.g.
    "/dev/video0", on Windows "video=" and its name (ffmpeg.org, "dshow"); "" when there is
    none.
    """
    qt = _qt_multimedia()
    if qt is None:
        return ""
    for device in qt.QMediaDevices.videoInputs():
        if device.description() == name or not name:
            from session.media.devices.sources import CAMERA_FORMAT

            if CAMERA_FORMAT == "dshow":
                return f"video={device.description()}"
            return bytes(device.id().data()).decode(errors="replace")
    return ""


def _names(devices: list[object]) -> list[str]:
    return list(dict.fromkeys(str(device.description()) for device in devices))  # type: ignore[attr-defined]  # Qt's


def _qt_multimedia() -> ModuleType | None:
    try:
        from PyQt6 import QtMultimedia
    except ImportError as error:
        log.warning("no list of devices: %s", error)
        return None
    return QtMultimedia
