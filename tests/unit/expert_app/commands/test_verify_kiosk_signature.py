# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app verify` says of each page whether the kiosk signed it before it left."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from documents.pdf.assemble import assemble
from documents.pdf.provenance import Origin, PageOrigin, seal
from expert_app.commands.verify import verify_files
from expert_app.runtime.notary import notary_of
from session.bus.transport.nkeys import new_seed, public_key, sign
from session.protocol.conversation.page_signing import page_words
from tests.unit.documents.pdf.sealed_document import jpeg

AT = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
KIOSK, NOTARY = new_seed(), notary_of(new_seed())
WORDS = page_words("s1", "p1", sha256="1" * 64, size_bytes=1000, dpi=300, taken_at=AT)
SIGNED = PageOrigin(
    page_id="p1", scanned_sha256="1" * 64, scanned_bytes=1000, scanned_at_utc=AT, dpi=300,
    signer=public_key(KIOSK), signature=sign(KIOSK, WORDS),
)  # fmt: skip


@pytest.mark.parametrize(
    ("page", "code", "words"),
    [
        (SIGNED, 0, f"Signed by the kiosk that scanned it: {public_key(KIOSK)}"),
        (msgspec.structs.replace(SIGNED, signer="", signature=""), 0, "Not signed by a kiosk."),
        (
            msgspec.structs.replace(SIGNED, scanned_sha256="2" * 64),
            1,
            "FORGED: the kiosk did not sign this scan.",
        ),
        (msgspec.structs.replace(SIGNED, signer=public_key(new_seed())), 1, "FORGED"),
        (msgspec.structs.replace(SIGNED, scanned_at_utc=None), 1, "FORGED"),
    ],
    ids=["signed", "unsigned", "another scan", "another kiosk", "another time"],
)
def test_a_page_is_signed_by_the_kiosk_or_the_document_says_so(
    page: PageOrigin, code: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    origin = Origin(organisation="caf", session="s1", made_at_utc=AT, pages=(page,))
    path = tmp_path / "document.pdf"
    path.write_bytes(
        seal(assemble([jpeg(0)], "x", AT, origin=origin), NOTARY.public_key, NOTARY.sign)
    )
    assert verify_files([str(path)]) == code
    assert words in capsys.readouterr().out


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the system's zone cannot be chosen here")
def test_a_time_is_that_of_the_readers_clock_and_says_of_which_zone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = Origin(organisation="caf", session="s1", made_at_utc=AT, pages=(SIGNED,))
    path = tmp_path / "document.pdf"
    path.write_bytes(
        seal(assemble([jpeg(0)], "x", AT, origin=origin), NOTARY.public_key, NOTARY.sign)
    )
    with monkeypatch.context() as there:
        there.setenv("TZ", "Europe/Paris")
        time.tzset()
        verify_files([str(path)])
    time.tzset()
    assert "10:00 (CET)" in capsys.readouterr().out
