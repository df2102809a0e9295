# SPDX-License-Identifier: GPL-3.0-only
"""Who has gone is remembered over a restart, and nothing is left when the hub knows."""

from __future__ import annotations

from pathlib import Path

from expert_app.kiosk.unreported_leavings import UnreportedLeavings


def test_a_ticket_is_owed_to_the_hub_until_it_knows(tmp_path: Path) -> None:
    path = tmp_path / "ticket.left"
    book = UnreportedLeavings(path)
    for ticket in ("t1", "t2", "t1"):
        book.add(ticket)
    assert UnreportedLeavings(path).all() == ["t1", "t2"]
    book.remove("t1")
    assert UnreportedLeavings(path).all() == ["t2"]
    book.remove("t2")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ticket.left"
    path.write_bytes(b"\xff\xfe")
    assert UnreportedLeavings(path).all() == []
    path.write_text("../../etc/passwd t3")
    assert UnreportedLeavings(path).all() == ["t3"]
