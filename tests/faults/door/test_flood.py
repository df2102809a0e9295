# SPDX-License-Identifier: GPL-3.0-only
"""Strangers who knock as fast as they can keep nobody out, and cost no memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.door.crowd import STANDING, enrolment_crowd
from tests.faults.door.flood import HONEST, enrolment_flood


async def test_forty_newcomers_enrol_beside_a_flood(tmp_path: Path) -> None:
    found = await enrolment_flood(tmp_path / "hub", 3.0)
    assert found.knocks > 10_000
    assert (found.enrolled, found.refused, found.failed) == (HONEST, (), 0)
    assert found.grown_mb["hub"] < 60


@pytest.mark.long  # in every run: forty beside a flood
async def test_a_thousand_who_only_stand_at_the_door_keep_nobody_out(tmp_path: Path) -> None:
    found = await enrolment_crowd(tmp_path / "hub", STANDING)
    assert found.stood >= STANDING
    assert found.refused == ()
    assert found.slowest_s < 8  # thirteen and more where nobody is sent away
