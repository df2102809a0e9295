# SPDX-License-Identifier: GPL-3.0-only
"""The caller's receipt from what the store has: used by `expert_app.desk`, drawn by `documents.receipt`."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import NamedTuple

from documents.receipt import ReceiptFacts, ReceivedPiece, ServiceInCharge, receipt
from resources.texts import _
from session.desk.link import DeskLink
from session.protocol.hub_messages import DossierFacts, SessionFacts


class Place(NamedTuple):
    """Names that the session itself does not know: of organisation and service, and the ticket's short number."""

    organisation: str
    service: str
    ticket_number: str


def receipt_facts(session: SessionFacts, place: Place, dossier: DossierFacts, at: datetime) -> ReceiptFacts:
    """What stands on the receipt: documents filed since this session began, and pieces that are still expected.

    Args:
        at: timezone-aware, in the time zone of the site.
    """
    names = {piece.id: piece.name for piece in dossier.pieces}
    filed = [document for document in dossier.documents if document.filed_at_utc >= session.opened_at_utc]
    return ReceiptFacts(
        organisation=place.organisation,
        dossier_number=dossier.number,
        received_at=at,
        service=ServiceInCharge(
            name=" – ".join(name for name in (place.organisation, place.service) if name),
            postal_address=session.contact.postal_address,
            email=session.contact.email,
            phone=session.contact.phone,
        ),
        caller_name=dossier.caller_name,
        caller_number=dossier.caller_number,
        procedure=dossier.procedure,
        pieces=tuple(
            ReceivedPiece(
                name=names.get(document.piece_id, document.name), pages=document.pages, sha256=document.sha256
            )
            for document in filed
        ),
        missing=tuple(piece.name for piece in dossier.pieces if piece.is_missing),
        site=session.site,
        agent_name=session.agent_name,
        ticket_number=place.ticket_number,
        session_id=session.id,
    )


def place_of(facts: SessionFacts, link: DeskLink) -> Place:
    """Where a session took place, as the desk's link knows it."""
    return Place(
        link.organisation_name,
        next((service.name for service in link.services if service.id == facts.service), ""),
        next((ticket.number for ticket in link.queue if ticket.id == facts.ticket_id), ""),
    )


async def make_receipt(session: SessionFacts, place: Place, dossier: DossierFacts, at: datetime) -> tuple[str, bytes]:
    """(name, PDF/A) of the receipt."""
    facts = receipt_facts(session, place, dossier, at)
    name = _("Receipt {number}").format(number=dossier.number)
    return name, await asyncio.to_thread(receipt, facts)
