# SPDX-License-Identifier: GPL-3.0-only
"""A whole dossier for somebody who may have it:
supervisors only, with a reason, noted in the dossier's own history.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from session.core.dossier_model import Dossier
from session.protocol.dossier.deliveries import DossierNumber
from session.protocol.dossier.pieces import PieceHistory
from session.protocol.hub.board import Reason
from session.protocol.hub.requests import (
    BULK_S,
    LONG_S,
    DocumentPart,
    HubMessage,
    Request,
    Requests,
)
from session.protocol.wire.ids import Id
from session.protocol.wire.roles import Role


class ExportAnswer(HubMessage, frozen=True, kw_only=True):
    """The dossier as it is. Its history is asked for in parts: it may be long."""

    dossier: Dossier


class ExportRequest(
    Request[ExportAnswer],
    frozen=True,
    kw_only=True,
    verb="export",
    answer_s=LONG_S,
    roles=(Role.SUPERVISOR,),
):
    """The whole dossier; from the answer on, its history and its documents' bytes may be read for
    an hour.
    """

    dossier: DossierNumber
    reason: Reason


class ExportHistoryRequest(
    Request[PieceHistory],
    frozen=True,
    kw_only=True,
    verb="export_history",
    roles=(Role.SUPERVISOR,),
):
    """Steps and acts of a dossier that this person is exporting, `MAX_LISTED` of each from `offset`
    on.
    """

    dossier: DossierNumber
    offset: Annotated[int, msgspec.Meta(ge=0)] = 0


class ExportPartRequest(
    Request[DocumentPart],
    frozen=True,
    kw_only=True,
    verb="export_part",
    answer_s=BULK_S,
    roles=(Role.SUPERVISOR,),
):
    """Bytes of a document of a dossier that this person is exporting."""

    dossier: DossierNumber
    document_id: Id
    offset: Annotated[int, msgspec.Meta(ge=0)] = 0


EXPORT_REQUESTS: Requests = (
    ExportRequest,
    ExportHistoryRequest,
    ExportPartRequest,
)
