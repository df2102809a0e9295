# SPDX-License-Identifier: GPL-3.0-only
"""A whole dossier for somebody who may have it: supervisors only, with a reason, noted in the dossier's own history."""

from __future__ import annotations

from typing import Annotated

import msgspec

from session.protocol.board_messages import Reason
from session.protocol.delivery_messages import DeliveryFacts, DossierNumber
from session.protocol.hub_messages import DocumentPart, DossierFacts, HubMessage, Verb
from session.protocol.ids import Id
from session.protocol.piece_messages import ActStep, PieceStep
from session.protocol.roles import Role


class ExportRequest(HubMessage, frozen=True, kw_only=True):
    """Everything of this dossier but its documents' bytes; from the answer on, those may be read for an hour."""

    dossier: DossierNumber
    reason: Reason


class ExportAnswer(HubMessage, frozen=True, kw_only=True):
    """The dossier as it is, its history, acts on it, and its copies in the agency's own systems."""

    dossier: DossierFacts
    steps: list[PieceStep]
    acts: list[ActStep]
    copies: list[DeliveryFacts]


class ExportPartRequest(HubMessage, frozen=True, kw_only=True):
    """Bytes of a document of a dossier that this person is exporting."""

    dossier: DossierNumber
    document_id: Id
    offset: Annotated[int, msgspec.Meta(ge=0)] = 0


_S = frozenset({Role.SUPERVISOR})

EXPORT_VERBS: dict[str, Verb] = {
    "export": (_S, ExportRequest, ExportAnswer),
    "export_part": (_S, ExportPartRequest, DocumentPart),
}
"""Verb -> (roles that may say it, request, answer)."""
