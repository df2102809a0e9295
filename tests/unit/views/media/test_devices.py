# SPDX-License-Identifier: GPL-3.0-only
"""Cameras by the names that people know."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from session.media.devices import sources
from views.media import devices


class Camera:
    """As much of a QCameraDevice as is asked."""

    def __init__(self, name: str, path: bytes) -> None:
        self._name, self._path = name, path

    def description(self) -> str:
        return self._name

    def id(self) -> SimpleNamespace:
        return SimpleNamespace(data=lambda: self._path)


@pytest.fixture(autouse=True)
def two_cameras(monkeypatch: pytest.MonkeyPatch) -> None:
    cameras = [Camera("Inside", b"/dev/video0"), Camera("Above", b"/dev/video2")]
    listed = SimpleNamespace(QMediaDevices=SimpleNamespace(videoInputs=lambda: cameras))
    monkeypatch.setattr(devices, "_qt_multimedia", lambda: listed)


@pytest.mark.parametrize(
    ("name", "path"), [("Above", "/dev/video2"), ("", "/dev/video0"), ("Gone", "")]
)
def test_a_camera_of_linux_is_a_file(monkeypatch: pytest.MonkeyPatch, name: str, path: str) -> None:
    monkeypatch.setattr(sources, "CAMERA_FORMAT", "v4l2")
    assert devices.camera_path(name) == path


@pytest.mark.parametrize(
    ("name", "path"), [("Above", "video=Above"), ("", "video=Inside"), ("Gone", "")]
)
def test_a_camera_of_windows_is_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, path: str
) -> None:
    monkeypatch.setattr(sources, "CAMERA_FORMAT", "dshow")
    assert devices.camera_path(name) == path
