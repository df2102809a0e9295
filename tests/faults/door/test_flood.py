# SPDX-License-Identifier: GPL-3.0-only
"""Strangers who knock as fast as they can keep nobody out, and cost no memory."""

from __future__ import annotations

from pathlib import Path

from tests.faults.door.flood import HONEST, enrolment_flood


async def test_forty_newcomers_enrol_beside_a_flood(tmp_path: Path) -> None:
    found = await enrolment_flood(tmp_path / "hub", 3.0)
    assert found.knocks > 10_000
    assert (found.enrolled, found.refused, found.failed) == (HONEST, (), 0)
    assert found.grown_mb["hub"] < 60
