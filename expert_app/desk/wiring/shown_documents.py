# SPDX-License-Identifier: GPL-3.0-only
"""Connects the library and shown documents with the desk's window."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtGui import QKeySequence, QShortcut

from expert_app.desk.app import DeskApp, DeskTrouble
from expert_app.desk.shown_documents import Fetching, ShownDocumentsJob
from resources.texts import _
from session.desk.cobrowse.shown_document import DrawnPicture, Ended, Shown
from session.desk.hub.client import DeskClient
from session.desk.session import DeskSession
from session.protocol.conversation.shown_document import ShownPagePainted
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
        app: DeskApp,
        *,
        documents: ShownDocumentsJob,
        link: DeskClient,
    ) -> None:
        assert isinstance(window.cobrowse, SharedPageView)
        self._window = window
        self._view = window.cobrowse
        self._app = app
        self._documents = documents
        view, document = self._view, self._view.document
        view.library.push_requested.connect(documents.push)
        view.library.cancel_requested.connect(documents.cancel)
        view.file_show_requested.connect(documents.show_file)
        view.address_requested.connect(lambda _address: documents.hide_document())
        document.turn_requested.connect(
            self._on_session(lambda session, page: session.show.turn(page))
        )
        document.mark_drawn.connect(
            self._on_session(lambda session, mark: session.show.add_mark(mark))
        )
        document.marks_remove_requested.connect(
            self._on_session(lambda session: session.show.remove_marks())
        )
        document.pointer_moved.connect(
            self._on_session(lambda session, x, y: session.show.move_pointer(x, y))
        )
        document.pointer_left.connect(self._on_session(lambda session: session.show.hide_pointer()))
        document.stop_requested.connect(self._on_session(lambda session: session.show.stop()))
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

    def _on_session(self, act: Callable[..., None]) -> Callable[..., None]:
        def request(*values: object) -> None:
            if self._app.session is not None:
                act(self._app.session, *values)

        return request

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
            self._view.library.end_fetching()
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
