# SPDX-License-Identifier: GPL-3.0-only
"""An agent takes back its own note or document: only its own, and for ten minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from session.core.clock import ManualClock
from session.core.dossier_model import Access, OwnNote, OwnPaper, OwnWork, PaperPlace
from session.core.errors import (
    CorrectionTooLate,
    DossierUnknown,
    GrantMissing,
    TicketUnknown,
    UndoImpossible,
)
from session.hub.access.handlers import Asker
from session.hub.dossier.keep_consent import KeepConsentRecord, KeepConsents
from session.hub.history.audit import AuditEntry
from session.hub.history.own_talks import OwnTalks
from session.hub.history.projection import Projection
from session.hub.history.taking_back import TakingBack
from session.protocol.hub.history import (
    CorrectOutcomeRequest,
    OwnWorkRequest,
    TakeBackDocumentRequest,
    TakeBackNoteRequest,
)
from session.protocol.wire.roles import Role
from tests.support.invented_tickets import FIRST_DAY, ticket
from tests.support.memory.dossiers import MemoryDossiers
from tests.support.memory.queue import MemoryQueue
from tests.unit.session.hub.history.databases import OpenHistory

CLOSED = FIRST_DAY + timedelta(hours=9, minutes=11)
OWN = OwnWork(
    notes=(OwnNote(id="n1", text="Bring the lease"),),
    papers=(OwnPaper(id="d1", name="Papier", dossier="A1"),),
    places=(PaperPlace(dossier="A1", piece_id="identity", name="Pièce d'identité"),),
)
OUT = TakeBackDocumentRequest(
    session_id="t0_s", document_id="d1", request_id="r1", reason="Mauvais dossier"
)
MOVED = TakeBackDocumentRequest(
    session_id="t0_s", document_id="d1", request_id="r1", reason="Mauvais dossier", dossier="B2"
)
NOTE = TakeBackNoteRequest(session_id="t0_s", note_id="n1", request_id="r1", text=" Autre ")


class Dossiers(MemoryDossiers):
    """Says what is asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[object] = []
        self.is_gone = False

    async def own_work(self, organisation: str, author: Access) -> OwnWork:
        return OWN

    async def take_back_note(
        self, organisation: str, note_id: str, author: Access, *, text: str, new_id: str
    ) -> None:
        self._say(organisation, author.by.user, author.session_id, note_id, text, new_id)

    async def take_back_document(
        self,
        organisation: str,
        document_id: str,
        author: Access,
        *,
        request_id: str,
        place: PaperPlace | None,
    ) -> None:
        self._say(organisation, author.by.user, author.reason, document_id, place)

    def _say(self, *values: object) -> None:
        if self.is_gone:
            raise DossierUnknown(what="document")
        self.asked.append(values)


class Keep:
    """The word of the kiosk; "" for none."""

    def __init__(self) -> None:
        self.records: dict[str, KeepConsentRecord] = {}

    async def get(self, organisation: str, session_id: str) -> KeepConsentRecord | None:
        return self.records.get(session_id)

    async def put(self, organisation: str, session_id: str, record: KeepConsentRecord) -> None:
        self.records[session_id] = record


class Rule:
    """One conversation of Alice's, closed at 9:11, and corrected at 9:20."""

    def __init__(self, open_history: OpenHistory, now: datetime) -> None:
        history = open_history()
        closed = ticket(0)
        entries = [
            AuditEntry(1, CLOSED, closed),
            AuditEntry(2, CLOSED + timedelta(minutes=9), ticket(0, reason="information")),
        ]
        history.apply(history.stream("x"), entries)

        async def fresh() -> object:
            return history

        projection = cast("Projection", SimpleNamespace(fresh=fresh))
        clock = ManualClock(now)
        self.dossiers, self.keep = Dossiers(), Keep()
        self.talks = OwnTalks(
            projection,
            clock,
            changes=MemoryQueue().core.changes,
            dossiers=self.dossiers,
            time_zone="Europe/Paris",
        )
        self.rule = TakingBack(
            self.talks,
            clock,
            dossiers=self.dossiers,
            keep=KeepConsents(self.keep, clock),
            name_of=lambda _organisation, user: f"{user} M.",
        )


def _asker(user: str = "alice", organisation: str = "valdore") -> Asker:
    return Asker(organisation=organisation, role=Role.AGENT, user=user)


async def test_for_ten_minutes_an_agent_sees_what_it_may_take_back(
    open_history: OpenHistory,
) -> None:
    made = Rule(open_history, CLOSED + timedelta(minutes=10))
    answer = await made.rule.own_work(_asker(), OwnWorkRequest(session_id="t0_s"))
    assert (tuple(answer.notes), tuple(answer.papers)) == (OWN.notes, OWN.papers)
    assert answer.until_utc == CLOSED + timedelta(minutes=10)
    await made.rule.note(_asker(), NOTE)
    await made.rule.document(_asker(), OUT)
    assert made.dossiers.asked == [
        ("valdore", "alice", "t0_s", "n1", "Autre", "r1"),
        ("valdore", "alice", "Mauvais dossier", "d1", None),
    ]


async def test_afterwards_it_is_refused_whatever_outcome_was_corrected_since(
    open_history: OpenHistory,
) -> None:
    made = Rule(open_history, CLOSED + timedelta(minutes=10, seconds=1))
    answer = await made.rule.own_work(_asker(), OwnWorkRequest(session_id="t0_s"))
    assert (answer.notes, answer.papers, answer.until_utc) == ([], [], None)
    with pytest.raises(CorrectionTooLate):
        await made.rule.note(_asker(), NOTE)
    with pytest.raises(CorrectionTooLate):
        await made.rule.document(_asker(), OUT)
    assert made.dossiers.asked == []
    late = Rule(open_history, CLOSED + timedelta(minutes=20))
    correction = CorrectOutcomeRequest(session_id="t0_s", outcome="done")
    with pytest.raises(CorrectionTooLate):
        await late.talks.correct(_asker(), correction)


@pytest.mark.parametrize("asker", [_asker("bob"), _asker("alice", "other")])
async def test_nobody_else_takes_anything_back(asker: Asker, open_history: OpenHistory) -> None:
    made = Rule(open_history, CLOSED)
    for ask in (
        made.rule.own_work(asker, OwnWorkRequest(session_id="t0_s")),
        made.rule.note(asker, NOTE),
        made.rule.document(asker, OUT),
    ):
        with pytest.raises(TicketUnknown):
            await ask
    assert made.dossiers.asked == []


async def test_a_document_goes_to_another_dossier_only_where_the_caller_lets_it_be_kept(
    open_history: OpenHistory,
) -> None:
    made = Rule(open_history, CLOSED)
    with pytest.raises(GrantMissing):
        await made.rule.document(_asker(), MOVED)
    until = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    await made.keep.put("valdore", "t0_s", KeepConsentRecord(allowed=True, until_utc=until))
    await made.rule.document(_asker(), MOVED)
    [(*_who, place)] = cast("list[tuple[object, ...]]", made.dossiers.asked)
    assert place == PaperPlace(dossier="B2")


async def test_what_is_gone_meanwhile_is_said_in_words_about_the_act(
    open_history: OpenHistory,
) -> None:
    made = Rule(open_history, CLOSED)
    made.dossiers.is_gone = True
    with pytest.raises(UndoImpossible):
        await made.rule.note(_asker(), NOTE)
    with pytest.raises(UndoImpossible):
        await made.rule.document(_asker(), OUT)
