# SPDX-License-Identifier: GPL-3.0-only
"""A supervisor's export of a whole dossier: asked for with a reason, read part by part, written as
one sealed ZIP. No Qt.

Used by the board. Nothing is kept but the file that the person asked for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from documents.printed.export_file import (
    ExportedDocument,
    ExportedEvent,
    ExportedPiece,
    ExportIndex,
    file_of,
    write_export,
)
from expert_app.runtime.notary import Notary
from resources.texts import _
from session.core.clock import Clock
from session.core.dossier_model import AccessLine, Dossier, PieceStep
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.hub.exports import ExportClient
from session.desk.hub.identity import DossierRegisterClient
from session.protocol.dossier.identity import AccessesRequest
from session.protocol.dossier.pieces import ActStep, PieceHistory

log = logging.getLogger(__name__)

Words = Callable[[PieceStep | ActStep | AccessLine], str]
"""One line of the history, or of the register of accesses, in words."""


class Exporter(NamedTuple):
    """The means of an export: the links that read, the key that seals the file, and
    (organisation, person) as the hub knows them.
    """

    link: ExportClient
    register: DossierRegisterClient
    notary: Notary
    names: Callable[[], tuple[str, str]]


class DossierExport:
    """Exports one dossier after the other.

    Attributes:
        progressed: percent.
        exported: the file.
        troubled: what was refused.
        failed: why the file was not written.
    """

    def __init__(self, exporter: Exporter, words: Words, *, clock: Clock, tasks: Tasks) -> None:
        self.progressed: Signal[int] = Signal()
        self.exported: Signal[str] = Signal()
        self.troubled: Signal[SessionError] = Signal()
        self.failed: Signal[str] = Signal()
        self._link = exporter.link
        self._words = words
        self._exporter = exporter
        self._clock = clock
        self._tasks = tasks
        self._one_at_a_time = asyncio.Lock()

    def export(self, number: str, reason: str, path: str) -> None:
        """Writes the dossier to `path`; `exported`, `troubled` or `failed` follows."""
        self._tasks.start(self._export(number, reason, Path(path)), name="export a dossier")

    async def _export(self, number: str, reason: str, path: Path) -> None:
        async with self._one_at_a_time:
            try:
                self.progressed.emit(0)
                dossier = (await self._link.export(number, reason)).dossier
                past = await self._link.history(number)
                request = AccessesRequest(dossier=dossier.number)
                index = msgspec.structs.replace(
                    self._index(dossier, past, reason),
                    accesses=self._accesses(
                        (await self._exporter.register.every_access(request))[::-1]
                    ),
                )
                read = await self._read(index)
                notary = self._exporter.notary
                await asyncio.to_thread(
                    write_export,
                    path,
                    index,
                    lambda document: read[document.id],
                    public_key=notary.public_key,
                    sign=notary.sign,
                )
            except SessionError as error:
                self.troubled.emit(error)
            except OSError as error:
                log.info("an export was not written: %s", type(error).__name__)
                self.failed.emit(error.strerror or type(error).__name__)
            else:
                self.exported.emit(str(path))

    async def _read(self, index: ExportIndex) -> dict[str, bytes]:
        read: dict[str, bytes] = {}
        for place, document in enumerate(index.documents, start=1):
            read[document.id] = await self._link.document(
                index.dossier, document.id, document.sha256
            )
            self.progressed.emit(100 * place // len(index.documents))
        return read

    def _index(self, dossier: Dossier, past: PieceHistory, reason: str) -> ExportIndex:
        organisation, name = self._exporter.names()
        names = {piece.id: piece.name for piece in dossier.pieces}
        return ExportIndex(
            organisation=organisation,
            dossier=dossier.number,
            caller_name=dossier.caller_name,
            caller_number=dossier.caller_number,
            born_on=dossier.born_on,
            procedure=dossier.procedure,
            exported_at_utc=self._clock.utc_now(),
            exported_by=name,
            reason=reason,
            pieces=tuple(
                ExportedPiece(
                    id=piece.id,
                    name=piece.name,
                    state=piece.state.value,
                    reason=piece.reason,
                    procedure=piece.procedure,
                )
                for piece in dossier.pieces
            ),
            documents=_documents(dossier, names),
            history=self._history(past, names),
            notes=tuple(
                ExportedEvent(
                    at_utc=note.at_utc,
                    what=note.text or _("Note withdrawn by its author"),
                    by=note.by_name,
                )
                for note in dossier.notes
            ),
            contact=dossier.contact,
            merged=dossier.merged,
        )

    def _accesses(self, lines: list[AccessLine]) -> tuple[ExportedEvent, ...]:
        return tuple(
            ExportedEvent(
                at_utc=line.at_utc, what=self._words(line), reason=line.reason, by=line.by_name
            )
            for line in lines
        )

    def _history(self, past: PieceHistory, names: dict[str, str]) -> tuple[ExportedEvent, ...]:
        events: list[tuple[datetime, ExportedEvent]] = []
        for step in past.steps:
            what = f"{names.get(step.piece_id, step.piece_id)} : {self._words(step)}"
            place = " · ".join(part for part in (step.site, step.kiosk) if part)
            changed = ExportedEvent(
                at_utc=step.at_utc, what=what, reason=step.reason, by=step.by_name, place=place
            )
            events.append((step.at_utc, changed))
        for act in past.acts:
            act_event = ExportedEvent(
                at_utc=act.at_utc, what=self._words(act), reason=act.reason, by=act.by_name
            )
            events.append((act.at_utc, act_event))
        return tuple(event for _at, event in sorted(events, key=lambda entry: entry[0]))


def _documents(dossier: Dossier, names: dict[str, str]) -> tuple[ExportedDocument, ...]:
    return tuple(
        ExportedDocument(
            file=file_of(place, document.name, document.id, replaced=bool(document.replaced_by)),
            id=document.id,
            name=document.name,
            piece=names.get(document.piece_id, ""),
            pages=document.pages,
            size_bytes=document.size_bytes,
            sha256=document.sha256,
            filed_at_utc=document.filed_at_utc,
            replaced_by=document.replaced_by,
        )
        for place, document in enumerate(dossier.documents, start=1)
    )
