# SPDX-License-Identifier: GPL-3.0-only
"""The guide of a procedure beside a conversation, without Qt: which one, the caller's cases, which
steps are done. `wiring.pieces` connects it with the window and does what a step says.
"""

from __future__ import annotations

import logging
from typing import Protocol

import msgspec

from documents.store.procedures import by_language, shipped_phrases
from expert_app.desk.app import DeskApp
from expert_app.desk.dossier.wrap_up_proposal import GuideProgress
from session.bus.client import BusClient
from session.core.dossier_model import Dossier, PieceState
from session.core.errors import NotAllowed, SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.session import DeskSession
from session.protocol.dossier.guides import (
    Guide,
    GuidesRequest,
    GuideStep,
    NoteTemplate,
    Phrase,
)

log = logging.getLogger(__name__)

TICKS = "guide/ticks"
"""Where it is kept how far the guide of the conversation in hand is."""

NOT_HERE = frozenset({PieceState.EXPECTED, PieceState.REFUSED})


class TickMemory(Protocol):
    """The desk's memory over a restart: short texts by name; "" for what was never kept."""

    def read(self, name: str) -> str:
        """The text under `name`."""
        ...

    def write(self, name: str, value: str) -> None:
        """Keeps a text under `name`."""
        ...


class ProcedureStarter(Protocol):
    """`expert_app.desk.dossier.pieces.DeskPieces`."""

    def start_procedure(self, procedure: str) -> None:
        """Adds what a procedure asks for to the dossier."""
        ...


class Ticks(msgspec.Struct, frozen=True):
    """The progress of a conversation's guide, as the agent said: ids only."""

    session: str = ""
    guide: str = ""
    cases: list[str] = []
    said: dict[str, bool] = {}


class DeskGuide:
    """One guide at a time; the order of its steps is free. How far it is survives a restart of the
    desk in the middle of a conversation.

    Attributes:
        guides_changed: what can be guided in this conversation.
        refused: nobody knows what can be guided, and why.
        notes_changed: the organisation's notes ready to be completed.
        phrases_changed: what is ready to be written: the organisation's, else the program's.
        progress_changed: the chosen guide and how far it is; None without one.
    """

    def __init__(
        self,
        app: DeskApp,
        bus: BusClient,
        *,
        pieces: ProcedureStarter,
        tasks: Tasks,
        memory: TickMemory,
    ) -> None:
        self.guides_changed: Signal[list[Guide]] = Signal()
        self.refused: Signal[SessionError] = Signal()
        self.phrases_changed: Signal[list[Phrase]] = Signal()
        self.notes_changed: Signal[list[NoteTemplate]] = Signal()
        self.progress_changed: Signal[GuideProgress | None] = Signal()
        self._app = app
        self._bus = bus
        self._pieces = pieces
        self._tasks = tasks
        self._memory = memory
        self._guides: list[Guide] = []
        self._shipped = [
            Phrase(id=phrase.id, say=by_language(phrase.say)) for phrase in shipped_phrases()
        ]
        self._known = False
        self._guide: Guide | None = None
        self._cases: set[str] = set()
        self._said: dict[str, bool] = {}

    def start(self) -> None:
        """Follows the conversation, with what comes with the program until the hub has answered."""
        self._app.session_opened.connect(self._on_opened)
        self._app.session_closed.connect(lambda _outcome: self._on_closed())
        self._app.dossier_changed.connect(self._on_dossier)
        self._forget()

    @property
    def progress(self) -> GuideProgress | None:
        """The chosen guide and how far it is."""
        if self._guide is None:
            return None
        done_ids = {step.id for step in self._guide.steps if self._is_done(step)}
        return GuideProgress(self._guide, frozenset(self._cases), frozenset(done_ids))

    # ---- what the agent does ----

    def choose(self, procedure: str) -> None:
        """Follows this procedure's guide, "" for none; its pieces come into the dossier."""
        self._guide = next((guide for guide in self._guides if guide.id == procedure), None)
        self._cases.clear()
        self._said.clear()
        self._begin_procedure(self._app.dossier)
        self._keep()

    def set_case(self, case: str, applies: bool) -> None:
        """The caller is in this case, or not."""
        (self._cases.add if applies else self._cases.discard)(case)
        self._keep()

    def set_done(self, step: str, is_done: bool) -> None:
        """A step is done, or not after all."""
        self._said[step] = is_done
        self._keep()

    def step(self, step: str) -> GuideStep | None:
        """A step of the chosen guide."""
        if self._guide is not None:
            steps = self._guide.steps
        else:
            steps = []
        return next((candidate for candidate in steps if candidate.id == step), None)

    # ---- what comes ----

    def _on_opened(self, session: DeskSession) -> None:
        self._forget()
        self._tasks.start(self._ask(session), name="ask for guides")

    async def _ask(self, session: DeskSession) -> None:
        try:
            answer = await self._bus.ask(GuidesRequest(session_id=session.facts.id))
        except SessionError as error:  # an older hub has none; a vault may be away
            if not isinstance(error, NotAllowed):
                self.refused.emit(error)
            return
        if self._app.session is not session:
            return
        self._known = True
        self._guides = answer.guides
        self._take_up(session.facts.id)
        self.guides_changed.emit(answer.guides)
        self.phrases_changed.emit(answer.phrases or self._shipped)
        self.notes_changed.emit(answer.notes)
        self._on_dossier(self._app.dossier)

    def _on_dossier(self, dossier: Dossier | None) -> None:
        session = self._app.session
        if session is None or dossier is None:
            return
        if not self._known:
            self._tasks.start(self._ask(session), name="ask for guides")
            return
        if self._guide is None:
            begun = {piece.procedure for piece in dossier.pieces}
            begun_guides = [guide for guide in self._guides if guide.id in begun]
            if len(begun_guides) == 1:
                self._guide = begun_guides[0]
            else:
                self._guide = None
        else:
            self._begin_procedure(dossier)
        self._publish()

    def _begin_procedure(self, dossier: Dossier | None) -> None:
        """The dossier gets the pieces of the guide that was chosen, once."""
        guide = self._guide
        if guide is None or dossier is None:
            return
        if all(piece.procedure != guide.id for piece in dossier.pieces):
            self._pieces.start_procedure(guide.id)

    def _is_done(self, step: GuideStep) -> bool:
        """Return True if the agent said so, else if the step's piece is here."""
        if step.id in self._said:
            return self._said[step.id]
        dossier = self._app.dossier
        if dossier is not None and step.piece:
            pieces = dossier.pieces
        else:
            pieces = ()
        return any(piece.id == step.piece and piece.state not in NOT_HERE for piece in pieces)

    def _keep(self) -> None:
        """Keep what the agent did over a restart: ids of the guide, nothing of the caller."""
        session = self._app.session
        if session is not None:
            ticks = Ticks(
                session=session.facts.id,
                guide=self._guide.id if self._guide is not None else "",
                cases=sorted(self._cases),
                said=self._said,
            )
            self._memory.write(TICKS, msgspec.json.encode(ticks).decode())
        self._publish()

    def _take_up(self, session_id: str) -> None:
        """Goes on where this desk was before a restart."""
        try:
            ticks = msgspec.json.decode(self._memory.read(TICKS) or "{}", type=Ticks)
        except msgspec.DecodeError:  # of another version
            return
        if ticks.session == session_id and self._guide is None:
            self._guide = next((guide for guide in self._guides if guide.id == ticks.guide), None)
            self._cases = set(ticks.cases)
            self._said = dict(ticks.said)

    def _on_closed(self) -> None:
        self._memory.write(TICKS, "")
        self._forget()

    def _publish(self) -> None:
        self.progress_changed.emit(self.progress)

    def _forget(self) -> None:
        self._guides = []
        self._guide = None
        self._known = False
        self._cases.clear()
        self._said.clear()
        self.guides_changed.emit([])
        self.phrases_changed.emit(self._shipped)
        self.notes_changed.emit([])
        self._publish()
