# SPDX-License-Identifier: GPL-3.0-only
"""The documents of the dossier: found by words, by year or by piece, with a small picture of each,
however many there are. A tab of the desk's right side; the dossier view fills it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PyQt6.QtCore import QEvent, QItemSelectionModel, QModelIndex, Qt, QTimer
from PyQt6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QAbstractItemView, QComboBox, QLineEdit, QListView, QWidget

from resources.texts import N_, _, ngettext
from session.core.dossier_model import DocumentRecord, Dossier
from views.desk.dossier import acts
from views.desk.dossier.correct_panel import CorrectPanel
from views.desk.dossier.document_model import (
    DocumentLine,
    DocumentModel,
    DocumentOrder,
    later_documents,
)
from views.desk.dossier.document_row import DocumentDelegate
from views.widgets.list_state import ListState
from views.widgets.parts import (
    EmptyState,
    FlowLayout,
    column,
    label,
    label_button,
    push_button,
    tell_choice,
)
from views.widgets.theme import SPACE
from views.words.counts import filed_words

TYPED_MS = 400
"""The texts of the documents are searched so long after the last key."""

LEAST_LETTERS = 3
"""Of the words that are searched in texts; fewer are in nearly all."""

SEEN_MS = 120
"""A line is on the screen so long before its picture is asked for."""

ORDER_WORDS = {
    DocumentOrder.NEWEST: N_("Newest first"),
    DocumentOrder.OLDEST: N_("Oldest first"),
    DocumentOrder.PIECE: N_("By piece"),
}


class _List(QListView):
    """The list; Enter opens a document, and what is on the screen is told after each move."""

    def __init__(self, opened: Callable[[], None], moved: Callable[[], None]) -> None:
        super().__init__()
        self._opened = opened
        self._moved = moved
        self.setObjectName("documents_list")
        self.setAccessibleName(_("Documents"))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.doubleClicked.connect(lambda _index: opened())

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Enter opens."""
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._opened()
        else:
            super().keyPressEvent(event)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Other lines are on the screen."""
        super().scrollContentsBy(dx, dy)
        self._moved()

    def places_on_screen(self) -> range:
        """Return the lines that are seen."""
        seen = self.viewport()
        assert seen is not None
        first, last = self.indexAt(seen.rect().topLeft()), self.indexAt(seen.rect().bottomLeft())
        if not first.isValid():
            return range(0)
        model = self.model()
        assert model is not None
        return range(first.row(), (last.row() if last.isValid() else model.rowCount() - 1) + 1)


class DocumentsView(QWidget):
    """The list, the words that narrow it, and what can be done with the chosen document.

    Args:
        act: told what the agent wants.
        now: the time; an aware one.
    """

    def __init__(
        self, act: Callable[[acts.DossierAct], None], *, now: Callable[[], datetime]
    ) -> None:
        super().__init__()
        self.setObjectName("dossier_documents")
        self._act = act
        self._facts: Dossier | None = None
        self._searched = ""
        self._asked: tuple[str, ...] = ()
        self._model = DocumentModel()
        self._list = _List(self._on_open, self._on_moved)
        self._list.setModel(self._model)
        self._rows = DocumentDelegate(self._model, self._list)
        self._list.setItemDelegate(self._rows)
        self._empty = EmptyState("pdf", "", advice="", name="documents_empty")
        self._count = label(role="caption", name="documents_count")
        self.state = ListState(
            self._list, self._empty, now=now, name="documents", counts=[self._count]
        )
        self._typed = self._timer(TYPED_MS, self._search)
        self._seen = self._timer(SEEN_MS, self._ask_sketches)
        self._correct = CorrectPanel(act)
        self._build()
        self.show_dossier(None)

    def _timer(self, wait_ms: int, on_timeout: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(wait_ms)
        timer.timeout.connect(on_timeout)
        return timer

    def _build(self) -> None:
        self.words = QLineEdit()
        self.words.setObjectName("documents_search")
        self.words.setPlaceholderText(_("Search a name, words of a text"))
        self.words.setAccessibleName(_("Search a name, words of a text"))
        self.words.setClearButtonEnabled(True)
        self.words.setMaxLength(200)
        self.words.textChanged.connect(self._on_words)
        self.words.returnPressed.connect(self._on_enter)
        self._order = tell_choice(QComboBox())
        self._order.setObjectName("documents_order")
        self._order.setAccessibleName(_("Order of the documents"))
        for order, words in ORDER_WORDS.items():
            self._order.addItem(_(words), order)
        self._order.currentIndexChanged.connect(
            lambda _place: self._arranged(lambda: self._model.use_order(self._order.currentData()))
        )
        selection = self._list.selectionModel()
        assert selection is not None
        selection.currentChanged.connect(lambda _index, _before: self._show_acts())
        head, buttons = QWidget(), QWidget()
        column(head, FlowLayout(self._count, self._order))
        column(buttons, FlowLayout(*self._acts()))
        parts = (self.words, head, self.state, self._correct, buttons)
        margins = (SPACE[2], SPACE[2], SPACE[2], SPACE[2])
        column(self, *parts, space=SPACE[1], margins=margins).setStretch(2, 1)

    def _acts(self) -> tuple[QWidget, ...]:
        self._open = push_button(_("Open"), "search", "primary", name="document_open")
        self._open.clicked.connect(self._on_open)
        self._pen = push_button(_("Correct"), "pen", name="document_correct")
        self._pen.clicked.connect(self._on_correct)
        self._past = push_button("", "history", name="document_versions")
        self._past.setCheckable(True)
        self._past.clicked.connect(self._on_versions)
        return self._open, self._pen, self._past

    # ---- facts ----

    def show_dossier(self, facts: Dossier | None) -> None:
        """The dossier as the store has it; of another one nothing stays."""
        before, self._facts = self._facts, facts
        if facts is None or before is None or facts.number != before.number:
            self._typed.stop()
            self._searched = ""
            self._asked = ()
            self._correct.close_panel()
            self.words.setText("")  # not `clear`, which can be undone
        self._arranged(lambda: self._model.show_dossier(facts))

    def show_found(self, words: str, document_ids: list[str]) -> None:
        """The documents with these words in their text; an answer to other words is none."""
        if words == self._wanted():
            self._searched = words
            self._arranged(lambda: self._model.narrow(words, document_ids))

    def show_not_searched(self, words: str) -> None:
        """The texts were not searched, and why: what has the words in its name stays."""
        self.state.show_refused(words)

    def show_sketch(self, document_id: str, jpeg: bytes) -> None:
        """The small picture of a document."""
        self._model.show_sketch(document_id, jpeg)

    def take_keyboard(self) -> None:
        """The next words search."""
        self.words.setFocus()
        self.words.selectAll()

    # ---- searching ----

    def _wanted(self) -> str:
        return self.words.text().strip()

    def _on_words(self) -> None:
        """What is here is narrowed at once; the texts are searched when the agent pauses."""
        words = self._wanted()
        self._searched = ""
        self._typed.stop()
        if len(words) >= LEAST_LETTERS and self._facts is not None:
            self._typed.start()
        self._arranged(lambda: self._model.narrow(words))

    def _search(self) -> None:
        words = self._wanted()
        if words and words != self._searched and self._facts is not None:
            self._act(acts.SearchDocuments(words))

    def _on_enter(self) -> None:
        """To the first document; without one the texts are searched now."""
        if self._model.count:
            self._list.setFocus()
        else:
            self._typed.stop()
            self._search()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Down goes from the words to the documents, Escape from there back and to all of them."""
        here = self.words.hasFocus()
        if event is not None and event.key() == Qt.Key.Key_Down and here and self._model.count:
            self._list.setFocus()
        elif event is not None and event.key() == Qt.Key.Key_Escape and self._wanted():
            self.words.clear()
            self.words.setFocus()
        else:
            super().keyPressEvent(event)

    # ---- what is seen ----

    def _arranged(self, arrange: Callable[[], None]) -> None:
        """Other lines, or another order: the chosen document stays chosen while it is there."""
        chosen = self._chosen()
        arrange()
        place = self._model.place_of(chosen.document.id if chosen is not None else "")
        index = self._model.index(place) if place >= 0 else QModelIndex()
        selection = self._list.selectionModel()
        assert selection is not None
        selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if chosen is None or self._wanted():
            self._list.scrollToTop()
        self._show_words()
        self.state.show_answer(self._model.count > 0)
        self._show_acts()
        self._on_moved()

    def _show_words(self) -> None:
        total = self._model.total
        if self._wanted():
            hits = self._model.count
            words = ngettext("One of {all} documents", "{count} of {all} documents", hits)
            self._count.setText(words.format(count=hits, all=total))
        else:
            self._count.setText(filed_words(total))
        self.words.setEnabled(total > 0)
        self._order.setVisible(total > 1)
        if self._facts is None:
            title, advice = _("No dossier is open"), _("Its documents show here.")
        elif not total:
            title = _("Nothing is filed yet.")
            advice = _("Scan a page and file it: it shows here, with its picture.")
        elif self._wanted() == self._searched:
            title = _("No document has these words")
            advice = _("Check how they are written, or take fewer words.")
        elif len(self._wanted()) < LEAST_LETTERS:
            title = _("No name has these letters")
            advice = _("With three letters the texts are searched too.")
        else:
            title, advice = _("No name has these words"), _("The texts are being searched…")
        self._empty.show_words(title, advice)

    def _chosen(self) -> DocumentLine | None:
        line = self._model.line(self._list.currentIndex().row())
        return line if isinstance(line, DocumentLine) else None

    def _show_acts(self) -> None:
        chosen = self._chosen()
        earlier = len(chosen.earlier) if chosen is not None else 0
        self._open.setVisible(chosen is not None)
        self._pen.setVisible(chosen is not None and not chosen.is_earlier)
        self._past.setVisible(earlier > 0)
        label_button(self._past, _("Versions ({count})").format(count=earlier + 1))
        self._past.setChecked(chosen is not None and self._model.is_unfolded(chosen.document.id))

    def _on_moved(self) -> None:
        self._seen.start()

    def _ask_sketches(self) -> None:
        """Pictures of the lines on the screen, once each."""
        wanted = self._model.unseen(self._list.places_on_screen())
        if self._list.isVisible() and wanted and wanted != self._asked:
            self._asked = wanted
            self._act(acts.SketchDocuments(wanted))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """More lines are on the screen, or fewer."""
        super().resizeEvent(event)
        self._on_moved()

    def showEvent(self, event: QShowEvent | None) -> None:
        """The lines are on the screen now."""
        super().showEvent(event)
        self._on_moved()

    def changeEvent(self, event: QEvent | None) -> None:
        """The heights of the lines follow the letters."""
        super().changeEvent(event)
        if event is not None and event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._rows.use_font(self._list.font())
            self._list.scheduleDelayedItemsLayout()

    # ---- acts of the agent ----

    def _on_open(self) -> None:
        if (chosen := self._chosen()) is not None:
            self._act(acts.OpenDocument(chosen.document.id))

    def _on_versions(self) -> None:
        if (chosen := self._chosen()) is not None:
            self._arranged(lambda: self._model.unfold(chosen.document.id))

    def _on_correct(self) -> None:
        chosen, facts = self._chosen(), self._facts
        if chosen is not None and facts is not None:
            document: DocumentRecord = chosen.document
            self._correct.open(document, facts.pieces, later_documents(facts, document))
