# SPDX-License-Identifier: GPL-3.0-only
"""Sound devices on a machine that may have none."""

from __future__ import annotations

import sys

import pytest
from pytestqt.qtbot import QtBot

from session.media.audio.sound import NullSink, SilentSource
from views.media.sound import SoundDevices


def test_without_the_systems_sound_library_the_call_is_silent_and_it_is_said(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "views.media.sound_device", raising=False)
    # as if the library could not be loaded
    monkeypatch.setitem(sys.modules, "PyQt6.QtMultimedia", None)
    devices = SoundDevices()
    missing: list[str] = []
    devices.missing.connect(missing.append)
    assert isinstance(devices.speaker(), NullSink)
    assert isinstance(devices.microphone("Desk headset"), SilentSource)
    assert missing == ["speaker", "microphone"]
