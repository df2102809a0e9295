# SPDX-License-Identifier: GPL-3.0-only
"""Every answer with a list or a map, also deep inside, comes in pages or has a bound that fits a
message; a new verb that has neither fails here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from session.core.dossier_model import DocumentRecord, Dossier, DossierNote, Piece
from session.hub.access.handlers import answer_bytes
from session.protocol.codec import decode_answer
from session.protocol.dossier.long_dossier import DocumentsAnswer, DocumentsRequest, whole
from session.protocol.hub.history import LineFacts, LinesAnswer, LinesRequest, LineTotals
from session.protocol.hub.requests import (
    PAGE_BYTES,
    DossierAnswer,
    DossierRequest,
    ListAnswer,
    ListRequest,
    page_of,
    with_page,
)
from session.protocol.verbs import ALL_VERBS
from session.protocol.wire.version import MAX_CONTROL_BYTES

CUT = frozenset(
    {
        "QueueAnswer.tickets",  # read on by `offset`
        "LogsFound.rows",  # by `before` and `next`
        "HistoryAnswer.acts",  # by `before`, the time of the last one
        "RemoteHelps.helps",  # by `before`, the id of the last one
        "Dossier.documents",  # the newest; the others by "dossier_documents"
    }
)
"""Cut by the hub to `PAGE_BYTES`, each by a way of its own."""

PARTS = frozenset({"LogPart.records"})
"""Filled up to a number of bytes by the keeper."""

MOST: dict[str, int] = {
    # one after the other, by `before` or `offset`
    "AccessesAnswer.lines": 100,
    "DeliveriesAnswer.deliveries": 100,
    "LibraryAnswer.items": 80,
    "PieceHistory.acts": 200,
    "PieceHistory.steps": 200,
    # the first ones only
    "ColleaguesAnswer.supervisors": 20,
    "DossierCreated.likely": 5,
    "DossierHits.hits": 5,
    "PersonCorrected.likely": 5,
    "Dossier.notes": 50,
    "LogCounts.kiosks": 50,
    "LogCounts.services": 50,
    "LogCounts.sites": 50,
    "LogCounts.troubles": 50,
    "LogNotes.notes": 200,
    # by what they count
    "LogCounts.days": 1_100,
    "LogRow.devices": 2,
    "LogRow.troubles": 60,
    "StatisticsRow.left": 12,
    "StatisticsRow.outcomes": 20,
    "StatisticsRow.solved": 3,
    "TrendsAnswer.quarters": 97,
    # by what one conversation, person or dossier has
    "CallerPreview.missing": 200,
    "Dossier.merged": 20,
    "Dossier.pieces": 100,
    "Piece.any_of": 5,
    "Piece.documents": 4,
    "SessionsAnswer.sessions": 3,
    "SessionsAnswer.states": 3,
    "Third.shown": 2,
    "Ticket.declined_by": 20,
    "VaultEndsAnswer.ends": 20,
    # by the convention, or by the operator's own machines
    "AgentFacts.services": 50,
    "BoardAnswer.queues": 50,
    "DeliveriesAnswer.targets": 20,
    "Guide.cases": 20,
    "HubFacts.refused_parts": 20,
    "HubFacts.troubles": 30,
    "HubTrouble.detail": 5,
    "LogsFound.elsewhere": 100,
    "NetworkAnswer.hubs": 5,
    "QueueAnswer.services": 50,
    "Service.away": 2,
    "Service.messages": 11,
    "ServiceWork.outcomes": 20,
    "ServicesAnswer.allowed_addresses": 100,
    "ServicesAnswer.contacts": 6,
    "ServicesAnswer.notices": 20,
    "ServicesAnswer.services": 6,
    "SessionFacts.allowed_addresses": 100,
    "SessionFacts.record_text": 100,
    "SessionFacts.scan_profiles": 20,
    "SiteFacts.messages": 20,
    "WorkAnswer.services": 50,
}
"""Struct and field -> how many entries; what the type itself bounds is not here."""

ENTRY_BYTES = {"LogCounts.days": 40}
"""Where an entry is shorter than its type allows: a day has ten letters."""

LETTERS = 80
"""Of a text whose longest is longer: as names, reasons and addresses are at their longest."""


def _fields(kind: inspect.StructType) -> Iterator[tuple[str, inspect.Field]]:
    for field in kind.fields:
        yield f"{kind.cls.__name__}.{field.name}", field


def _bound(path: str, kind: Any) -> int | None:
    return kind.max_length if kind.max_length is not None else MOST.get(path)


def _largest(kind: Any, path: str = "") -> int:
    """Return how many bytes of JSON a value of this type takes at most."""
    match kind:
        case inspect.StructType():
            paged = getattr(kind.cls, "PAGED", ())
            return 30 + sum(
                len(field.encode_name) + 4 + _largest(field.type, at)
                for at, field in _fields(kind)
                if field.name not in paged
            )
        case _ if path in CUT | PARTS:
            return PAGE_BYTES
        case inspect.ListType() | inspect.VarTupleType() | inspect.SetType():
            entry_bytes = ENTRY_BYTES.get(path) or _largest(kind.item_type)
            return 2 + (_bound(path, kind) or 0) * (entry_bytes + 1)
        case inspect.DictType():
            entry_bytes = _largest(kind.key_type) + _largest(kind.value_type) + 2
            return 2 + (_bound(path, kind) or 0) * entry_bytes
        case inspect.UnionType():
            return max(_largest(one, path) for one in kind.types)
        case inspect.Metadata():
            return _largest(kind.type, path)
        case inspect.StrType():
            return 2 + min(kind.max_length or 40, LETTERS) * 11 // 10  # one letter in ten is an "é"
        case inspect.BytesType():
            return 2 + 4 * 32_768 // 3  # a part of a document
    return _longest_word(kind)


def _longest_word(kind: Any) -> int:
    match kind:
        case inspect.EnumType():
            return 2 + max(len(str(one.value)) for one in kind.cls)
        case inspect.LiteralType():
            return 2 + max(len(str(one)) for one in kind.values)
        case inspect.DateTimeType():
            return 30
        case inspect.DateType() | inspect.IntType() | inspect.FloatType():
            return 12
        case inspect.BoolType() | inspect.NoneType():
            return 5
    raise AssertionError(f"no size for {kind}")


def _unbounded(kind: Any, path: str = "", seen: tuple[type, ...] = ()) -> Iterator[str]:
    match kind:
        case inspect.StructType() if kind.cls not in seen:
            paged = getattr(kind.cls, "PAGED", ())
            for at, field in _fields(kind):
                rows = getattr(field.type, "item_type", field.type)
                inner = rows if field.name in paged else field.type
                yield from _unbounded(inner, at, (*seen, kind.cls))
        case inspect.ListType() | inspect.VarTupleType() | inspect.SetType():
            if _bound(path, kind) is None and path not in CUT | PARTS:
                yield path
            yield from _unbounded(kind.item_type, "", seen)
        case inspect.DictType():
            if _bound(path, kind) is None:
                yield path
            yield from _unbounded(kind.value_type, "", seen)
        case inspect.UnionType():
            for one in kind.types:
                yield from _unbounded(one, path, seen)


@pytest.mark.parametrize("verb", ALL_VERBS)
def test_each_answer_comes_in_pages_or_fits_a_message(verb: str) -> None:
    request = ALL_VERBS[verb]
    answer = request.answer
    assert issubclass(request, ListRequest) == issubclass(answer, ListAnswer)
    kind = inspect.type_info(answer)
    assert list(_unbounded(kind)) == []
    beside_bytes = _largest(kind)
    page_bytes = PAGE_BYTES if issubclass(answer, ListAnswer) else 0
    assert beside_bytes + page_bytes <= MAX_CONTROL_BYTES


def test_no_row_of_a_page_is_longer_than_a_message() -> None:
    for request in ALL_VERBS.values():
        answer = request.answer
        if issubclass(answer, ListAnswer):
            kind = inspect.type_info(answer)
            assert isinstance(kind, inspect.StructType)
            beside_bytes = _largest(kind)
            for at, field in _fields(kind):
                if field.name in answer.PAGED:
                    rows: Any = field.type
                    assert beside_bytes + _largest(rows.item_type) <= MAX_CONTROL_BYTES, at


# ---- what is sent


def _lines(count: int) -> LinesAnswer:
    site = "Mairie de Saint-Oyen-sur-Val, quartier de l'Évêché"
    lines = [LineFacts(kiosk=f"kiosk{n}", site=site, place=n) for n in range(count)]
    return LinesAnswer(totals=LineTotals(kiosks=count), hits=count, lines=lines)


def test_all_pages_together_are_the_whole() -> None:
    whole_answer, request, sizes = _lines(5_000), LinesRequest(), list[int]()
    answer: LinesAnswer | None = None
    while answer is None or answer.next:
        payload = answer_bytes(request, whole_answer)
        sizes.append(len(payload))
        page = decode_answer(LinesAnswer, payload)
        answer = page if answer is None else with_page(answer, page)
        request = LinesRequest(after=answer.next)
    assert answer == whole_answer
    assert 1 < len(sizes) < 20
    assert max(sizes) < PAGE_BYTES + 1_000


def test_a_page_behind_the_end_is_empty() -> None:
    assert page_of(_lines(3), "7").lines == []
    assert page_of(_lines(3), "7").next == ""


def _dossier(documents: int) -> Dossier:
    records = msgspec.convert(
        [
            {
                "id": f"document{n:031}",
                "name": "Avis d'imposition, deuxième page comprise",
                "piece_id": f"piece{n % 4}",
                "pages": 2,
                "size_bytes": 123_456,
                "sha256": "0" * 64,
                "filed_at_utc": "2026-03-02T09:41:05Z",
            }
            for n in range(documents)
        ],
        tuple[DocumentRecord, ...],
    )
    pieces = tuple(
        Piece(
            id=f"piece{at}",
            name="Avis d'imposition",
            documents=tuple(one.id for one in records if one.piece_id == f"piece{at}"),
        )
        for at in range(4)
    )
    return Dossier(
        number="D-1",
        caller_name="Jeanne Exemple",
        caller_number="",
        pieces=pieces,
        documents=records,
    )


def test_a_dossier_of_5000_documents_travels_with_its_newest_and_is_read_on() -> None:
    full = _dossier(5_000)
    short = decode_answer(
        DossierAnswer, answer_bytes(DossierRequest(session_id="s"), DossierAnswer(dossier=full))
    ).dossier
    assert short.earlier == 5_000 - len(short.documents) > 0
    assert short.documents[-1] == full.documents[-1]
    assert {one for piece in short.pieces for one in piece.documents} == {
        document.id for document in short.documents
    }
    earlier, request = list[DocumentRecord](), DocumentsRequest(dossier="D-1")
    while len(earlier) < short.earlier:
        answer = DocumentsAnswer(documents=list(full.documents))
        page = decode_answer(DocumentsAnswer, answer_bytes(request, answer))
        earlier += page.documents
        request = DocumentsRequest(dossier="D-1", after=page.next)
    assert whole(short, earlier[: short.earlier]) == full


NOTED_UTC = datetime(2026, 3, 2, 9, 41, tzinfo=UTC)


def test_a_dossier_of_500_notes_travels_with_its_newest_and_is_read_on() -> None:
    notes = tuple(
        DossierNote(id=f"n{n}", text=f"{n} " + "€" * 400, by_name="Claire F.", at_utc=NOTED_UTC)
        for n in range(500)
    )
    full = msgspec.structs.replace(_dossier(40), notes=notes)
    short = decode_answer(
        DossierAnswer, answer_bytes(DossierRequest(session_id="s"), DossierAnswer(dossier=full))
    ).dossier
    assert (short.notes, short.earlier_notes, short.earlier) == (notes[-50:], 450, 0)
    earlier, request = list[DossierNote](), DocumentsRequest(dossier="D-1", notes=True)
    while len(earlier) < short.earlier_notes:
        page = decode_answer(
            DocumentsAnswer, answer_bytes(request, DocumentsAnswer(notes=list(notes)))
        )
        earlier += page.notes
        request = DocumentsRequest(dossier="D-1", notes=True, after=page.next)
    assert whole(short, (), earlier[: short.earlier_notes]) == full


def test_a_usual_dossier_travels_as_it_is() -> None:
    full = _dossier(40)
    payload = answer_bytes(DossierRequest(session_id="s"), DossierAnswer(dossier=full))
    assert decode_answer(DossierAnswer, payload).dossier == full
