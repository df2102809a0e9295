# SPDX-License-Identifier: GPL-3.0-only
"""What an agent takes back of its own work in the minutes after a wrap-up: a note, or a document in
the wrong dossier or on the wrong piece. Answers the agents' verbs "own_work", "take_back_note" and
"take_back_document".
"""

from __future__ import annotations

from session.core.clock import Clock
from session.core.dossier_model import Access, ActingUser, PaperPlace
from session.core.errors import CorrectionTooLate, DossierUnknown, UndoImpossible
from session.hub.access.handlers import Asker, handles
from session.hub.dossier.deliveries import NameOf
from session.hub.dossier.keep_consent import KeepConsents
from session.hub.dossier.store import DossierStoreLike
from session.hub.history.own_talks import OwnTalks
from session.protocol.hub.history import (
    OwnWorkAnswer,
    OwnWorkRequest,
    TakeBackDocumentRequest,
    TakeBackNoteRequest,
    UndoState,
)
from session.protocol.hub.requests import Done


class TakingBack:
    """Answers the verbs.

    Args:
        talks: whose conversations they are, and until when.
        dossiers: the hub's own; an organisation with a vault has none here.
        keep: what callers said about keeping documents.
    """

    def __init__(
        self,
        talks: OwnTalks,
        clock: Clock,
        *,
        dossiers: DossierStoreLike,
        keep: KeepConsents,
        name_of: NameOf,
    ) -> None:
        self._talks = talks
        self._clock = clock
        self._dossiers = dossiers
        self._keep = keep
        self._name_of = name_of

    @handles(OwnWorkRequest)
    async def own_work(self, asker: Asker, request: OwnWorkRequest) -> OwnWorkAnswer:
        """See `OwnWorkRequest`; nothing where it is too late. Raises `TicketUnknown`."""
        until_utc = await self._talks.own_until(asker, request.session_id)
        if until_utc < self._clock.utc_now():
            return OwnWorkAnswer(notes=[], papers=[], places=[])
        author = self._author(asker, request.session_id)
        work = await self._dossiers.own_work(asker.organisation, author)
        return OwnWorkAnswer(
            notes=list(work.notes),
            papers=list(work.papers),
            places=list(work.places),
            until_utc=until_utc,
        )

    @handles(TakeBackNoteRequest)
    async def note(self, asker: Asker, request: TakeBackNoteRequest) -> Done:
        """See `TakeBackNoteRequest`; a repeat changes nothing.

        Raises:
            TicketUnknown: not this agent's own conversation of today.
            CorrectionTooLate: the minutes are over.
            UndoImpossible: it is not this agent's note, or is gone. StoreUnreachable.
        """
        await self._check(asker, request.session_id)
        try:
            await self._dossiers.take_back_note(
                asker.organisation,
                request.note_id,
                self._author(asker, request.session_id),
                text=request.text.strip(),
                new_id=request.request_id,
            )
        except DossierUnknown as error:
            raise UndoImpossible(why=UndoState.CHANGED.value) from error
        return Done()

    @handles(TakeBackDocumentRequest)
    async def document(self, asker: Asker, request: TakeBackDocumentRequest) -> Done:
        """See `TakeBackDocumentRequest`; a repeat changes nothing.

        Raises:
            TicketUnknown, CorrectionTooLate: as `note`.
            GrantMissing: the caller does not let documents be kept, so it is filed nowhere else.
            CopyDelivered: a copy has left for a document system.
            UndoImpossible: not this agent's document, or no such place. StoreUnreachable.
        """
        await self._check(asker, request.session_id)
        place = None
        if request.dossier:
            await self._keep.check(asker.organisation, request.session_id)
            place = PaperPlace(dossier=request.dossier, piece_id=request.piece_id)
        try:
            await self._dossiers.take_back_document(
                asker.organisation,
                request.document_id,
                self._author(asker, request.session_id, request.reason),
                request_id=request.request_id,
                place=place,
            )
        except DossierUnknown as error:
            raise UndoImpossible(why=UndoState.CHANGED.value) from error
        return Done()

    async def _check(self, asker: Asker, session_id: str) -> None:
        if await self._talks.own_until(asker, session_id) < self._clock.utc_now():
            raise CorrectionTooLate

    def _author(self, asker: Asker, session_id: str, reason: str = "") -> Access:
        name = self._name_of(asker.organisation, asker.user)
        by = ActingUser(user=asker.user, name=name, computer=asker.computer)
        return Access(by=by, session_id=session_id, reason=reason.strip())
