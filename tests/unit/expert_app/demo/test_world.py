# SPDX-License-Identifier: GPL-3.0-only
"""What the demonstration writes for its programs."""

from __future__ import annotations

from pathlib import Path

from expert_app.demo.world import new_world, write_settings
from expert_app.runtime.config import MediaSettings


def test_the_settings_of_every_program_are_written(tmp_path: Path) -> None:
    world = new_world(tmp_path, 4222, "http://127.0.0.1:1")
    files = write_settings(
        world, scanner="127.0.0.1:1", printer="127.0.0.1:2", media=MediaSettings(), language="fr"
    )
    assert {"hub", "kiosk", "desk", "supervisor", "host"} <= set(files)
