# SPDX-License-Identifier: GPL-3.0-only
"""The last guard: planted secrets never pass, honest records are left alone.
All numbers are invented.
"""

from __future__ import annotations

import pytest

from session.log.codec import decode_record, encode_record
from session.log.events import (
    AnyEvent,
    DocumentFiled,
    GrantChanged,
    HungUp,
    MirrorChunk,
    PieceFiled,
    Record,
    SessionOpened,
    TicketAccepted,
    TroubleShown,
    Writer,
)
from session.log.redact import REPLACEMENT, SLICE_CHARS, check_clean, redact
from session.protocol.conversation.messages import Grant, GrantActor
from session.protocol.wire.ids import new_id, ticket_id
from tests.support.log_story import START, frame, whole_session

NIR = "185057800608491"  # key 97 - 1850578006084 mod 97 = 91
IBAN = "FR1420041010050500013M02606"  # the example of the European Committee for Banking Standards


def record(event: AnyEvent) -> Record:
    return Record(at_utc=START, writer=Writer.DESK, number=0, event=event)


@pytest.mark.parametrize(
    ("secret", "kind"),
    [
        (NIR, "nir"),
        ("1850578006084", "nir"),
        ("1 85 05 78 006 084 91", "nir"),
        ("2 85 05 2A 006 084 10", "nir"),
        (IBAN, "iban"),
        (IBAN.lower(), "iban"),
        ("FR14 2004 1010 0505 0001 3M02 606", "iban"),
        ("jeanne.martin@exemple.fr", "email"),
        ("0612345678", "phone"),
        ("+33 6 12 34 56 78", "phone"),
        ("1234567", "caller_number"),
        ("caf-1234567", "caller_number"),
        ("1234567A", "caller_number"),
        ("12345678901", "caller_number"),
        ("https://www.exemple.fr/mon-compte", "address"),
        ("compte?numero=12", "address"),
        ("Jeanne Martin", "shape"),
        ("Une phrase libre de l'agent.", "shape"),
    ],
)
def test_a_planted_secret_is_named_and_replaced(secret: str, kind: str) -> None:
    planted = record(HungUp(by=Writer.DESK, reason=secret))
    assert kind in {finding.kind for finding in check_clean(planted)}
    kept = redact(planted)
    assert kept.redacted
    assert kept.event == HungUp(by=Writer.DESK, reason=REPLACEMENT)
    assert secret.encode() not in encode_record(kept)
    assert decode_record(encode_record(kept)) == kept


def test_only_the_field_that_holds_the_secret_is_replaced() -> None:
    kept = redact(record(TicketAccepted(ticket_id="t1", agent="jeanne@exemple.fr")))
    assert kept.event == TicketAccepted(ticket_id="t1", agent=REPLACEMENT)


def test_a_broken_hash_becomes_no_hash_so_that_the_record_can_be_read() -> None:
    broken = DocumentFiled(
        document_id="d1", sha256="Jeanne Martin", size_bytes=1, pages=1, piece_id=""
    )
    kept = redact(record(broken))
    assert decode_record(encode_record(kept)) == kept
    assert b"Jeanne" not in encode_record(kept)


def test_an_honest_session_passes_unchanged() -> None:
    for honest in whole_session():
        assert redact(honest) is honest


def test_our_own_ids_are_never_taken_for_secrets() -> None:
    for number in range(3000):
        event = SessionOpened(
            ticket_id=ticket_id("caisse", "k1", str(number)),
            organisation="caisse",
            service="aides",
            kiosk="k1",
            agent=new_id(),
        )
        assert check_clean(record(event)) == []
    assert check_clean(record(PieceFiled(piece_id="justificatif-2025"))) == []
    assert check_clean(record(TroubleShown(by=Writer.KIOSK, code="printer_out_of_paper"))) == []


def chunk(*texts: object) -> Record:
    return record(
        MirrorChunk(started_at_utc=START, data=frame(*texts), is_snapshot=True, events=len(texts))
    )


@pytest.mark.parametrize(
    "secret", [NIR, "1 85 05 78 006 084 91", IBAN, "FR14 2004 1010 0505 0001 3M02 606"]
)
def test_a_mirrored_page_with_a_proven_secret_is_not_kept(secret: str) -> None:
    kept = redact(chunk({"type": 3, "data": {"text": f"N° {secret}"}}))
    assert kept.redacted
    assert isinstance(kept.event, MirrorChunk)
    assert kept.event.data == b""


@pytest.mark.parametrize("before", [0, 1, 5, 10, 20, 21, 22])
def test_a_secret_on_the_edge_of_what_is_searched_at_once_is_found(before: int) -> None:
    text = "." * (SLICE_CHARS - before) + " 1 85 05 78 006 084 91 "
    for more in (text, text + "." * SLICE_CHARS):
        assert check_clean(chunk(more)), before


def test_a_mirrored_page_with_times_and_a_public_telephone_is_kept() -> None:
    honest = chunk(
        {"timestamp": 1772442000123, "text": "Appelez le 01 23 45 67 89"},
        {"timestamp": 1850578006084},
    )
    assert redact(honest) is honest


def test_a_frame_that_cannot_be_unpacked_or_unpacks_too_large_is_not_kept() -> None:
    assert check_clean(
        record(MirrorChunk(started_at_utc=START, data=b"no zstd", is_snapshot=False, events=1))
    )
    bomb = frame("a" * 20_000_000)
    assert len(bomb) < 10_000
    found = check_clean(
        record(MirrorChunk(started_at_utc=START, data=bomb, is_snapshot=False, events=1))
    )
    assert [finding.kind for finding in found] == ["too_large"]


def test_a_mandates_reference_is_kept_whatever_number_it_looks_like_but_never_a_persons() -> None:
    def under(mandate: str) -> Record:
        given = GrantChanged(
            grant=Grant.SCAN, allowed=True, actor=GrantActor.FACILITATOR, mandate=mandate
        )
        return redact(record(given))

    for mandate in ("1234567", "AC-2026-0042", "20260042117"):
        kept = under(mandate)
        assert isinstance(kept.event, GrantChanged)
        assert (kept.event.mandate, kept.redacted) == (mandate, False)
    assert under(NIR).redacted
