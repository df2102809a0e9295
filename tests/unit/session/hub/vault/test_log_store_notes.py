# SPDX-License-Identifier: GPL-3.0-only
"""A vault keeps the helpdesk's notes in its file: by revision, and no longer than the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from session.hub.vault.log_store import VaultLog

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


def test_notes_have_a_revision_and_go_with_their_log(tmp_path: Path) -> None:
    vault = VaultLog(tmp_path / "log.sqlite")
    for session_id in ("s1", "s2"):
        vault.open(session_id, ["a.h"], NOW)
    assert vault.log_notes("s1") == (b"[]", 0)
    assert vault.write_log_notes("s1", b"[1]", 0)
    assert not vault.write_log_notes("s1", b"[2]", 0)
    assert vault.write_log_notes("s1", b"[1,2]", 1)
    assert vault.write_log_notes("s2", b"[3]", 0)
    assert vault.log_notes("s1") == (b"[1,2]", 2)
    vault.erase("org", "s1")
    assert vault.log_notes("s1") == (b"[]", 0)
    vault.forget_older(NOW + timedelta(days=200), 90)
    assert vault.log_notes("s2") == (b"[]", 0)
