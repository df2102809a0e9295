# SPDX-License-Identifier: GPL-3.0-only
"""Connects the library and shown documents with the desk's window."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtGui import QKeySequence, QShortcut

from expert_app.desk.app import DeskTrouble
from expert_app.desk.jobs import DeskJobs
from expert_app.desk.shown_documents import Fetching
from resources.texts import _
from session.desk.cobrowse.shown_document import DrawnPicture, Ended, Shown
from session.desk.hub.client import DeskClient
from session.desk.session import DeskSession
from session.protocol.conversation.shown_document import ShownPagePainted
from views.desk.shared_page import acts
from views.desk.shared_page.view import SharedPageView
from views.desk.window import DeskWindow
from views.widgets.message_bar import Level
from views.words.errors import sentence

SHOWN = "shown document"
"""Key of what the message bar says of it."""


class ShownDocumentConnections:
    """The view on one side; on the other the session that is open, and the library."""

    def __init__(
        self,
        window: DeskWindow,
        jobs: DeskJobs,
        *,
        link: DeskClient,
    ) -> None:
        assert isinstance(window.cobrowse, SharedPageView)
        self._window = window
        self._view = window.cobrowse
        self._app = app = jobs.app
        self._documents = documents = jobs.shown_documents
        view, document = self._view, self._view.document
        view.library.push_requested.connect(documents.push)
        view.library.cancel_requested.connect(documents.cancel)
        view.acted.connect(self._on_page_act)
        document.acted.connect(self._on_document_act)
        for keys, act in (("Ctrl+B", view.toggle_library), ("Ctrl+O", view.choose_file)):
            QShortcut(QKeySequence(keys), window).activated.connect(self._in_page_mode(act))
        documents.library_changed.connect(view.library.show_items)
        documents.library_refused.connect(
            lambda error: view.library.show_not_read(sentence(error.code, error.detail).sentence)
        )
        documents.fetching.connect(self._on_fetching)
        link.convention_changed.connect(lambda _version: documents.load())
        app.session_opened.connect(self._follow)
        app.session_ended.connect(lambda _ended: documents.cancel())

    def _in_page_mode(self, act: Callable[[], None]) -> Callable[[], None]:
        """Does the act with the page in front: the face may fill the whole middle."""

        def do() -> None:
            if self._app.session is not None:
                self._window.conversation.show_page()
                act()

        return do

    def _on_page_act(self, act: acts.PageAct) -> None:
        match act:
            case acts.ShowFile(path):
                self._documents.show_file(path)
            case acts.OpenAddress():
                self._documents.hide_document()

    def _on_document_act(self, act: acts.DocumentAct) -> None:
        if self._app.session is None:
            return
        show = self._app.session.show
        match act:
            case acts.TurnDocument(page):
                show.turn(page)
            case acts.MarkDocument(mark):
                show.add_mark(mark)
            case acts.PointInDocument(x, y):
                show.move_pointer(x, y)
            case acts.DocumentPress.HIDE_POINTER:
                show.hide_pointer()
            case acts.DocumentPress.REMOVE_MARKS:
                show.remove_marks()
            case acts.DocumentPress.STOP:
                show.stop()

    def _follow(self, session: DeskSession) -> None:
        self._documents.load()
        show = session.show
        show.changed.connect(self._on_changed)
        session.page.sharing_changed.connect(lambda _sharing: self._keep_in_view(session))
        show.drawn.connect(self._on_drawn)
        show.progressed.connect(self._view.document.show_progress)
        show.marks_changed.connect(self._view.document.show_marks)
        show.painted.connect(self._on_painted)
        show.ended.connect(self._on_ended)

    def _on_fetching(self, fetching: Fetching | None) -> None:
        if fetching is None:
            self._view.library.progress.hide()
        else:
            self._view.library.show_fetching(fetching.title, fetching.percent)

    def _on_changed(self, document: Shown | None) -> None:
        if document is None:
            self._view.end_document()
        else:
            self._window.messages.clear(SHOWN)
            self._window.conversation.show_page()
            self._view.show_document(document.title, document.pages, document.page)

    def _keep_in_view(self, session: DeskSession) -> None:
        """The page's sharing ends or begins: what is shown stays in view."""
        if session.show.shown is not None:
            self._window.conversation.show_page()

    def _on_drawn(self, drawn: tuple[int, DrawnPicture]) -> None:
        page, picture = drawn
        self._view.document.show_picture(page, picture.data)

    def _on_painted(self, painted: ShownPagePainted) -> None:
        self._view.document.show_painted(painted.page)

    def _on_ended(self, ended: Ended) -> None:
        if ended.by_caller:
            self._window.messages.show_message(
                Level.INFO, _("The caller closed the document."), key=SHOWN
            )
        elif ended.code:
            trouble = DeskTrouble(ended.code, {}, SHOWN)
            self._window.messages.show_message(
                Level.ERROR, sentence(trouble.code).sentence, key=SHOWN
            )
