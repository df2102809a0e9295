# SPDX-License-Identifier: GPL-3.0-only
"""An outbox whose disk is stolen tells nothing, and one whose files were changed or exchanged says
so.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from documents.cipher import KEY_BYTES, Cipher, CipherWrong
from documents.hashes import sha256_of
from documents.pages.outbox import KeptPage, LeftoverReason, Outbox
from session.core.errors import PageDamaged

KEY = bytes(range(KEY_BYTES))
SECRET = b"Jeanne Exemple, 1 85 05 78 006 084" * 9


def _keep(outbox: Outbox, page_id: str = "p1", data: bytes = SECRET) -> None:
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    page = KeptPage(
        session_id="s1",
        page_id=page_id,
        sha256=sha256_of(data),
        size_bytes=len(data),
        media_type="image/jpeg",
        width_px=1,
        height_px=1,
        dpi=300,
        taken_at_utc=at,
    )
    outbox.keep_page(page, data)


def test_nothing_of_a_page_can_be_read_on_the_disk(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, Cipher(KEY))
    _keep(outbox)
    assert outbox.page_bytes("s1", "p1") == SECRET
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert b"Jeanne" not in file.read_bytes()
            assert b"image/jpeg" not in file.read_bytes()


def test_what_was_kept_before_there_was_a_key_is_still_read(tmp_path: Path) -> None:
    _keep(Outbox(tmp_path))
    after = Outbox(tmp_path, Cipher(KEY))
    assert after.recover() == []
    assert after.page_bytes("s1", "p1") == SECRET


def test_another_key_loses_nothing_and_says_so(tmp_path: Path) -> None:
    _keep(Outbox(tmp_path, Cipher(KEY)))
    left = Outbox(tmp_path, Cipher(bytes(KEY_BYTES))).recover()
    assert {one.reason for one in left} == {LeftoverReason.DAMAGED}
    assert all(one.path.is_file() for one in left)


def test_a_changed_or_exchanged_file_is_noticed(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, Cipher(KEY))
    _keep(outbox, "p1")
    _keep(outbox, "p2", b"another")
    first, second = (tmp_path / "pages" / "s1" / f"{name}.page" for name in ("p1", "p2"))
    whole = first.read_bytes()
    first.write_bytes(second.read_bytes())
    with pytest.raises(PageDamaged):
        outbox.page_bytes("s1", "p1")
    first.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(PageDamaged):
        outbox.page_bytes("s1", "p1")


def test_without_a_key_what_is_encrypted_is_refused() -> None:
    closed = Cipher(KEY).close(SECRET, "x")
    assert Cipher(KEY).close(SECRET, "x") != closed
    with pytest.raises(CipherWrong):
        Cipher().open(closed, "x")
    with pytest.raises(ValueError, match="not a key"):
        Cipher(b"short")
