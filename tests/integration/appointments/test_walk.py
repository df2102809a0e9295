# SPDX-License-Identifier: GPL-3.0-only
"""Appointments from the conversation to the hour, with real programs, mails and days that pass.

Every run has each part over a real hub, in the other files of this folder.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.appointment.__main__ import play

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(400),
    pytest.mark.skipif(sys.platform == "win32", reason="a hub's own server"),
]


async def test_of_three_appointments_one_is_kept_one_moved_there_and_one_missed(
    tmp_path: Path,
) -> None:
    report = await play(tmp_path / "town", tmp_path / "report.json", tmp_path / "pictures")

    assert [step for step in report["steps"] if not step["ok"]] == []
    assert report["ok"]
    assert report["steps"][-1]["evidence"]["states"] == ["kept", "booked", "missed"]
    pictures = {picture.name[:2] for picture in (tmp_path / "pictures").glob("*.png")}
    assert pictures >= {f"{number:02}" for number in range(1, len(report["steps"]) + 1)}
