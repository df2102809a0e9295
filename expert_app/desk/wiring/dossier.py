# SPDX-License-Identifier: GPL-3.0-only
"""Connects the dossier on the screen, and the card that finds it, with the desk's work on them."""

from __future__ import annotations

from expert_app.desk.app import LOADING, DeskTrouble
from expert_app.desk.dossier.finding import NUMBER, PERSON, FindingRefused
from expert_app.desk.jobs import DeskJobs
from session.core.dossier_model import Dossier
from session.desk.hub.client import DeskClient
from session.desk.session import DeskSession
from session.protocol.dossier.identity import DossierHits
from session.protocol.hub.requests import SessionFacts
from views.desk.devices.acts import ScanPiece
from views.desk.dossier import acts
from views.desk.dossier.find_card import OPEN
from views.desk.window import DeskWindow
from views.widgets.pdf_picture import pdf_picture


class DossierConnections:
    """The agent's acts go to the jobs; what these found goes to the window."""

    def __init__(self, window: DeskWindow, jobs: DeskJobs, *, link: DeskClient) -> None:
        self._window = window
        self._jobs = jobs
        self._app = app = jobs.app
        self._link = link
        view, finder, finding = window.dossier, window.dossier.finder, jobs.finding
        view.acted.connect(self._on_act)
        app.session_opened.connect(self._on_opened)
        app.troubled.connect(self._on_trouble)
        app.number_opened.connect(self._on_number)
        app.dossier_changed.connect(self._on_dossier)
        app.document_opened.connect(self._on_document)
        link.connection_changed.connect(lambda up: finder.show_line_back() if up else None)
        finding.alike.connect(view.person.form.show_likely)
        finding.asked.connect(self._on_asked)
        finding.found.connect(self._on_found)
        finding.likely.connect(finder.show_likely)
        finding.refused.connect(self._on_refused)

    def _on_act(self, act: acts.DossierAct) -> None:
        pieces = self._jobs.pieces
        match act:
            case acts.DossierPress.PRINT_MISSING:
                pieces.print_missing()
            case acts.DossierPress.ASK_HISTORY:
                pieces.ask_history()
            case acts.StartProcedure(procedure_id):
                pieces.start_procedure(procedure_id)
            case acts.DecidePiece(piece_id, state, reason):
                self._app.set_piece(piece_id, state, reason)
            case acts.OpenDocument(document_id):
                self._app.open_document(document_id)
            case acts.SearchDocuments(words):
                pieces.search(words)
            case acts.SketchDocuments(document_ids):
                pieces.sketch(document_ids)
            case acts.CorrectDocument(document_id, piece_id, name, reason):
                pieces.correct(document_id, piece_id=piece_id, name=name, reason=reason)
            case acts.SupersedeDocument(document_id, later_id, reason):
                pieces.supersede(document_id, by_document_id=later_id, reason=reason)
            case ScanPiece():
                pass  # `wiring.pieces`
            case _:
                self._on_person_act(act)

    def _on_person_act(self, act: acts.OnPerson) -> None:
        finding = self._jobs.finding
        match act:
            case acts.FindDossiers(person):
                finding.search(person)
            case acts.OpenDossier(number, reason):
                finding.open(number, reason)
            case acts.CreateDossier(person, confirmed, reason):
                finding.create(person, confirmed, reason)
            case acts.GiveNumber(number):
                finding.give_number(number)
            case acts.CorrectCaller(person, confirmed, reason):
                finding.correct_person(person, confirmed, reason)

    def _on_trouble(self, trouble: DeskTrouble) -> None:
        """Shows why the caller's dossier did not open by itself."""
        if trouble.key == LOADING:
            self._window.dossier.show_search()
            self._window.dossier.finder.show_refused(OPEN, trouble.code, trouble.detail)

    def _on_opened(self, session: DeskSession) -> None:
        self._show_caller(session.facts, session.facts.caller_number)

    def _on_number(self, opened: tuple[str, str]) -> None:
        """The organisation's own service has read a sealed number."""
        session_id, number = opened
        session = self._app.session
        if session is not None and session.facts.id == session_id:
            self._show_caller(session.facts, number)

    def _show_caller(self, facts: SessionFacts, number: str) -> None:
        services = {service.id: service for service in self._link.services}
        service = services.get(facts.service)
        self._window.dossier.show_caller(service.number_kind if service else "", number)

    def _on_dossier(self, facts: Dossier | None) -> None:
        if facts is None:
            self._window.dossier.show_search()
            self._window.dossier.finder.show_line_back()
            self._window.devices.set_pieces([], dossier_open=False)
        else:
            self._window.dossier.show_dossier(facts)
            self._show_number(facts.caller_number)
            self._window.devices.set_pieces(facts.pieces, dossier_open=True)

    def _show_number(self, number: str) -> None:
        """A caller without a number at the kiosk has one now: it stands above the face too."""
        session = self._app.session
        if session is not None and number and not session.facts.caller_number:
            self._window.conversation.header.show_number(session.facts.id, number)

    def _on_document(self, document: tuple[str, bytes]) -> None:
        name, data = document
        self._window.paper.show_picture(name, pdf_picture(data))

    def _on_asked(self, act: str) -> None:
        if act not in (NUMBER, PERSON):
            self._window.dossier.finder.show_busy(act)

    def _on_found(self, answer: DossierHits) -> None:
        self._window.dossier.finder.show_found(
            answer.hits, more=answer.more, register=answer.register
        )

    def _on_refused(self, refused: FindingRefused) -> None:
        view = self._window.dossier
        if refused.act == NUMBER:
            view.person.show_refused(refused.code, refused.detail)
        elif refused.act == PERSON:
            view.person.form.show_refused(refused.code, refused.detail)
        else:
            view.finder.show_refused(refused.act, refused.code, refused.detail)
