# SPDX-License-Identifier: GPL-3.0-only
"""Connects the dossier on the screen, and the card that finds it, with the desk's work on them."""

from __future__ import annotations

from expert_app.desk.app import LOADING, DeskApp, DeskTrouble
from expert_app.desk.dossier.finding import NUMBER, PERSON, DossierFinding, FindingRefused
from session.core.dossier_model import Dossier
from session.desk.hub.client import DeskClient
from session.desk.session import DeskSession
from session.protocol.dossier.identity import DossierHits
from session.protocol.hub.requests import SessionFacts
from views.desk.dossier.find_card import OPEN
from views.desk.window import DeskWindow
from views.widgets.pdf_picture import pdf_picture


class DossierConnections:
    """The agent's requests go to the job; what the job found goes to the window."""

    def __init__(
        self, window: DeskWindow, app: DeskApp, *, finding: DossierFinding, link: DeskClient
    ) -> None:
        self._window = window
        self._app = app
        self._link = link
        view = window.dossier
        finder = view.finder
        app.session_opened.connect(self._on_opened)
        app.troubled.connect(self._on_trouble)
        app.number_opened.connect(self._on_number)
        app.dossier_changed.connect(self._on_dossier)
        app.document_opened.connect(self._on_document)
        link.connection_changed.connect(lambda up: finder.show_line_back() if up else None)
        view.piece_requested.connect(app.set_piece)
        view.document_requested.connect(app.open_document)
        view.person.number_given.connect(finding.give_number)
        view.person.person_corrected.connect(finding.correct_person)
        finding.alike.connect(view.person.show_likely)
        finder.search_requested.connect(finding.search)
        finder.open_requested.connect(finding.open)
        finder.create_requested.connect(finding.create)
        finding.asked.connect(self._on_asked)
        finding.found.connect(self._on_found)
        finding.likely.connect(finder.show_likely)
        finding.refused.connect(self._on_refused)

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
        self._window.reading.show_picture(name, pdf_picture(data))

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
            view.person.show_not_corrected(refused.code, refused.detail)
        else:
            view.finder.show_refused(refused.act, refused.code, refused.detail)
