# SPDX-License-Identifier: GPL-3.0-only
"""Connects the board's pages of accesses and doubles, the card of corrections too, with the jobs
behind them. Used by `program`.
"""

from __future__ import annotations

from functools import partial

from expert_app.board.access_alert import AccessAlert
from expert_app.board.accesses import BoardAccesses
from expert_app.board.corrections import BoardCorrections, OpenedDossier
from expert_app.board.doubles import BoardDoubles, ComparedDossiers, DoublesTrouble
from resources.texts import _
from session.core.dossier_model import AccessLine, Dossier, DossierMerged
from session.core.errors import MergeImpossible, SessionError
from session.protocol.dossier.identity import AccessesRequest, MergeTrouble
from session.protocol.helpdesk.remote_help import RemoteHelpsRequest
from views.board.dossiers.doubles_page import MERGE_TROUBLES
from views.board.page_acts import (
    CompareDossiers,
    CorrectPerson,
    MergeDossiers,
    ReadDoubles,
    SaveList,
    UnmergeDossiers,
    ViewDossier,
)
from views.board.window import ACCESSES, DOUBLES, BoardWindow
from views.widgets.message_bar import Level, MessageAction
from views.words.accesses import LOG_KINDS
from views.words.errors import sentence

KEY, FILE = "doubles", "accesses"

DossierPagesAct = (
    AccessesRequest
    | RemoteHelpsRequest
    | SaveList
    | ReadDoubles
    | CompareDossiers
    | MergeDossiers
    | UnmergeDossiers
    | ViewDossier
    | CorrectPerson
)


class DossierPages:
    """The pages' requests to the jobs, the jobs' results to the window."""

    def __init__(
        self,
        window: BoardWindow,
        accesses: BoardAccesses,
        *,
        doubles: BoardDoubles,
        corrections: BoardCorrections,
        alert: AccessAlert,
    ) -> None:
        self._window = window
        self._accesses = accesses
        self._doubles = doubles
        self._corrections = corrections
        for part in (window.accesses, window.doubles, window.doubles.correction):
            part.acted.connect(self._on_act)
        accesses.received.connect(window.accesses.show_accesses)
        accesses.not_read.connect(self._on_accesses_not_read)
        doubles.not_read.connect(self._on_doubles_not_read)
        accesses.helps_received.connect(window.accesses.show_helps)
        accesses.places_received.connect(window.accesses.show_places)
        alert.refused.connect(self._on_too_many)
        accesses.saved.connect(self._on_saved)
        accesses.failed.connect(self._on_not_saved)
        page = window.doubles
        doubles.provisional.connect(page.show_provisional)
        doubles.merges.connect(page.show_merges)
        doubles.compared.connect(self._on_compared)
        doubles.merged.connect(self._on_merged)
        doubles.troubled.connect(self._on_trouble)
        card = page.correction
        corrections.opened.connect(self._on_opened)
        corrections.likely.connect(card.form.show_likely)
        corrections.corrected.connect(self._on_corrected)
        corrections.refused.connect(self._on_not_corrected)

    def _on_act(self, act: DossierPagesAct) -> None:
        match act:
            case AccessesRequest() | RemoteHelpsRequest():
                self._accesses.show(act)
            case SaveList():
                self._accesses.save(act.path)
            case ReadDoubles():
                self._doubles.reading.begin()
            case CompareDossiers():
                self._doubles.compare(act.keep, act.merged, act.reason)
            case MergeDossiers():
                self._doubles.merge(act.keep, act.merged, act.reason)
            case UnmergeDossiers():
                self._doubles.unmerge(act.merge_id, act.reason)
            case ViewDossier():
                self._corrections.view(act.number, act.reason)
            case CorrectPerson():
                self._corrections.correct(act.number, act.caller, act.confirmed, act.reason)

    def show(self, name: str) -> None:
        """A page came to the front."""
        if name == ACCESSES:
            self._window.accesses.ask()
        else:
            self._accesses.reading.rest()
        if name == DOUBLES:
            self._window.doubles.ask()
        else:
            self._doubles.reading.rest()

    def _on_accesses_not_read(self, error: SessionError) -> None:
        self._window.accesses.list.show_refused(sentence(error.code, error.detail).sentence)

    def _on_doubles_not_read(self, error: SessionError) -> None:
        self._window.doubles.show_not_read(sentence(error.code, error.detail).sentence)

    def _on_too_many(self, lines: list[AccessLine]) -> None:
        """A message for each person, with the way to that person's accesses."""
        for line in lines:
            who = _("{name} has opened or searched for too many dossiers within an hour")
            if line.kind in LOG_KINDS:
                who = _("{name} has wanted to read too many logs within an hour")
            name = line.by_name or line.user
            self._window.messages.show_message(
                Level.WARNING,
                _("Alert: {what}").format(what=who.format(name=name)),
                key=f"{line.kind} {line.user}",
                action=MessageAction(
                    _("Show the accesses"), partial(self._show_refused, line, name)
                ),
            )
        self._window.alert()

    def _show_refused(self, line: AccessLine, name: str) -> None:
        self._window.show_page(ACCESSES)
        self._window.accesses.show_refused_of(line.user, name, line.kind)

    def _on_saved(self, path: str) -> None:
        self._window.messages.show_message(
            Level.INFO, _("Saved: {path}").format(path=path), key=FILE
        )

    def _on_not_saved(self, why: str) -> None:
        text = _("The file was not written ({why}). Choose another place.").format(why=why)
        self._window.messages.show_message(Level.ERROR, text, key=FILE)

    def _on_compared(self, compared: ComparedDossiers) -> None:
        self._window.doubles.show_compared(compared.keep, compared.merged, compared.reason)

    def _on_merged(self, merge: DossierMerged) -> None:
        if merge.undone_at_utc is not None:
            words = _("{merged} and {keep} are two dossiers again.")
        else:
            self._window.doubles.show_merged()
            words = _("{merged} is now part of {keep}.")
        text = words.format(merged=merge.merged, keep=merge.keep)
        self._window.messages.show_message(Level.INFO, text, key=KEY)

    def _on_trouble(self, trouble: DoublesTrouble) -> None:
        error = trouble.error
        words = sentence(error.code, error.detail).sentence
        if isinstance(error, MergeImpossible) and "why" in error.detail:
            words = _(MERGE_TROUBLES[MergeTrouble(str(error.detail["why"]))])
        if trouble.number:
            self._window.doubles.show_refused(words, trouble.number)
        else:
            self._window.messages.show_message(Level.ERROR, words, key=KEY)

    def _on_opened(self, opened: OpenedDossier) -> None:
        self._window.doubles.correction.show_dossier(opened.dossier, opened.reason)

    def _on_corrected(self, facts: Dossier) -> None:
        self._window.doubles.correction.show_corrected()
        text = _("Dossier {number} is corrected: {name}.").format(
            number=facts.number, name=facts.caller_name
        )
        self._window.messages.show_message(Level.INFO, text, key=KEY)

    def _on_not_corrected(self, error: SessionError) -> None:
        self._window.doubles.correction.show_refused(error.code, error.detail)
