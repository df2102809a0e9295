# SPDX-License-Identifier: GPL-3.0-only
"""What a window remembers, and what an organisation has fixed."""

from __future__ import annotations

from pathlib import Path

from views.widgets.window_settings import IniSettings


def test_what_is_fixed_reads_as_never_chosen_and_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "window.ini"
    IniSettings(file).write("media/camera", "Camera A")
    fixed = IniSettings(file, {"media/camera"})
    assert fixed.is_fixed("media/camera")
    assert fixed.read("media/camera") == ""
    fixed.write("media/camera", "Camera B")
    fixed.write("media/speaker", "Headset")
    assert IniSettings(file).read("media/camera") == "Camera A"
    assert fixed.read("media/speaker") == "Headset"
