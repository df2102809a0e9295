# SPDX-License-Identifier: GPL-3.0-only
"""The facts on the caller's receipt, from what the store has and what still waits for it.
Used by `expert_app.desk.receipts`.

Drawn by `documents.printed.receipt`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from documents.pages.outbox import QueuedDocument
from documents.printed.receipt.facts import (
    MOST_CONSENTS,
    GivenConsent,
    ImplicitDecision,
    ReceiptFacts,
    ReceivedPiece,
    ServiceInCharge,
    Silence,
)
from session.core.dossier_model import DocumentRecord, Dossier
from session.desk.hub.client import DeskClient
from session.protocol.conversation.messages import GrantActor, GrantChanged
from session.protocol.dossier.pieces import ProcedureFacts
from session.protocol.hub.requests import SessionFacts
from views.words.consent import sentence_of, title_of


class ReceiptPlace(NamedTuple):
    """Names that the session itself does not know:
    of organisation and service, and the ticket's short number.
    """

    organisation: str
    service: str
    ticket_number: str


def receipt_facts(
    session: SessionFacts,
    place: ReceiptPlace,
    dossier: Dossier,
    *,
    at: datetime,
    waiting: Sequence[QueuedDocument] = (),
    procedures: Sequence[ProcedureFacts] = (),
    given: Iterable[GrantChanged] = (),
) -> ReceiptFacts:
    """Return what stands on the receipt: documents filed since this session began, those that
    wait, pieces still expected.

    Args:
        at: timezone-aware, in the time zone of the site.
        waiting: documents of this session that are safe at the desk and not in the store:
            then the paper is an acknowledgement of registration.
        procedures: those of the organisation, for what silence means.
        given: what the caller said yes to.
    """
    names = {piece.id: piece.name for piece in dossier.pieces}
    filed = [
        document for document in dossier.documents if document.filed_at_utc >= session.opened_at_utc
    ]
    filed_sha256s = {document.sha256 for document in filed}
    late = [
        document
        for document in waiting
        if document.dossier == dossier.number and document.sha256 not in filed_sha256s
    ]
    brought = {document.piece_id for document in late}
    missing = tuple(
        piece.name for piece in dossier.pieces if piece.is_missing and piece.id not in brought
    )
    procedure = _procedure_of(
        dossier, {document.piece_id for document in filed} | brought, procedures
    )
    return ReceiptFacts(
        organisation=place.organisation,
        dossier_number=dossier.number,
        received_at=at,
        service=_service_in_charge(session, place),
        caller_name=dossier.caller_name,
        caller_number=dossier.caller_number,
        procedure=dossier.procedure or (procedure.name if procedure is not None else ""),
        pieces=(
            *(_piece(document, names) for document in filed),
            *(_piece(document, names, registered=True) for document in late),
        ),
        missing=missing,
        missing_by=_missing_by(procedure, at) if missing else None,
        decision=_decision(procedure, at, is_complete=not missing),
        site=session.site,
        agent_name=session.agent_name,
        ticket_number=place.ticket_number,
        session_id=session.id,
        consents=tuple(_consent(change, at) for change in given)[-MOST_CONSENTS:],
        registered_only=bool(late),
    )


def _consent(change: GrantChanged, at: datetime) -> GivenConsent:
    """A yes, with the sentence that was on the caller's screen, if this program still has it."""
    question = tuple(change.asked)
    return GivenConsent(
        at=change.at_utc.astimezone(at.tzinfo),
        sentence=sentence_of(question, change.text_version),
        shown=title_of(question),
        version=change.text_version,
        read_as=change.read_as.value,
        by_other=change.actor is GrantActor.FACILITATOR,
    )


def _service_in_charge(session: SessionFacts, place: ReceiptPlace) -> ServiceInCharge:
    return ServiceInCharge(
        name=" – ".join(name for name in (place.organisation, place.service) if name),
        postal_address=session.contact.postal_address,
        email=session.contact.email,
        phone=session.contact.phone,
    )


def _piece(
    document: DocumentRecord | QueuedDocument, names: Mapping[str, str], *, registered: bool = False
) -> ReceivedPiece:
    return ReceivedPiece(
        name=names.get(document.piece_id, document.name),
        pages=document.pages,
        sha256=document.sha256,
        registered=registered,
    )


def _procedure_of(
    dossier: Dossier, piece_ids: set[str], procedures: Sequence[ProcedureFacts]
) -> ProcedureFacts | None:
    """The procedure that asks for what was brought;
    where pieces do not say it, the one of the dossier's name.

    None when there is none, or pieces of several: two dates on one paper would mean nothing.
    """
    procedure_ids = {
        piece.procedure for piece in dossier.pieces if piece.id in piece_ids and piece.procedure
    }
    if procedure_ids:
        matches = [procedure for procedure in procedures if procedure.id in procedure_ids]
        if len(procedure_ids) == len(matches) == 1:
            return matches[0]
        return None
    return next(
        (
            procedure
            for procedure in procedures
            if dossier.procedure and procedure.name == dossier.procedure
        ),
        None,
    )


def _missing_by(procedure: ProcedureFacts | None, at: datetime) -> date | None:
    """Return until when the missing pieces may come, where the procedure says so."""
    if procedure is None or not procedure.missing_days:
        return None
    return (at + timedelta(days=procedure.missing_days)).date()


def _decision(
    procedure: ProcedureFacts | None, at: datetime, *, is_complete: bool
) -> ImplicitDecision | None:
    """Return what silence means (R. 112-5); the days run from today when nothing is missing (L.
    114-5).
    """
    if procedure is None or procedure.silence not in set(Silence) or not procedure.silence_days:
        return None
    return ImplicitDecision(
        silence=Silence(procedure.silence),
        on=(at + timedelta(days=procedure.silence_days)).date() if is_complete else None,
        days=procedure.silence_days,
        appeal=procedure.appeal,
    )


def place_of(facts: SessionFacts, link: DeskClient) -> ReceiptPlace:
    """Return where a session took place, as the desk's link knows it."""
    return ReceiptPlace(
        link.organisation_name,
        next((service.name for service in link.services if service.id == facts.service), ""),
        next((ticket.number for ticket in link.queue if ticket.id == facts.ticket_id), ""),
    )
