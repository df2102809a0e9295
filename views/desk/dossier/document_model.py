# SPDX-License-Identifier: GPL-3.0-only
"""The documents of a dossier as lines of a list: grouped, in an order, narrowed by words, with
small pictures of those that were seen last. Used by the documents view and its delegate.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from enum import Enum
from itertools import groupby
from typing import Any, NamedTuple

from PyQt6.QtCore import QAbstractListModel, QBuffer, QByteArray, QIODevice, QModelIndex, Qt
from PyQt6.QtGui import QImageReader, QPixmap

from documents.search_words import asked, folded
from resources.plain_text import plain_text
from resources.texts import _, ngettext
from session.core.dossier_model import DocumentRecord, Dossier
from views.widgets.plain_words import tip_words
from views.words.counts import page_words

MOST_SKETCHES = 64
"""Small pictures that are kept, those seen last."""

MOST_SKETCH_PX = 400

_NOWHERE = QModelIndex()


class DocumentOrder(Enum):
    """The order of the documents, and so what they are grouped by: year, or piece."""

    NEWEST = "newest"
    OLDEST = "oldest"
    PIECE = "piece"


class Heading(NamedTuple):
    """The line above a group."""

    words: str
    size: int


class DocumentLine(NamedTuple):
    """A document, the last of its versions, or one of the earlier ones below it.

    Attributes:
        piece: name of its piece; "" for none.
        place: of the piece among the dossier's.
        earlier: its earlier versions, the newest first.
        is_earlier: it is one of them.
    """

    document: DocumentRecord
    piece: str
    place: int
    earlier: tuple[DocumentRecord, ...] = ()
    is_earlier: bool = False

    def facts(self) -> str:
        """Return what is known of it, for its second line."""
        document = self.document
        at = document.filed_at_utc.astimezone()
        words = _("{date} at {time} · {pages}").format(
            pages=page_words(document.pages),
            date=at.strftime("%d/%m/%Y"),
            time=at.strftime("%H:%M"),
        )
        if self.earlier:
            words = f"{words} · {_('version {number}').format(number=len(self.earlier) + 1)}"
        if self.is_earlier:
            return _("{facts} · replaced: {why}").format(facts=words, why=document.why)
        if self.piece and self.piece != document.name:
            return f"{words} · {self.piece}"
        return words


class Sketches:
    """Small pictures of documents; a null one cannot be had."""

    def __init__(self) -> None:
        self._pictures: OrderedDict[str, QPixmap] = OrderedDict()

    def __contains__(self, document_id: str) -> bool:
        return document_id in self._pictures

    def __len__(self) -> int:
        return len(self._pictures)

    def put(self, document_id: str, jpeg: bytes) -> None:
        """Keep a picture; the one that was seen longest ago goes for it."""
        self._pictures[document_id] = _picture(jpeg)
        while len(self._pictures) > MOST_SKETCHES:
            self._pictures.popitem(last=False)

    def see(self, document_id: str) -> QPixmap | None:
        """Return the picture, which is seen now."""
        if document_id in self._pictures:
            self._pictures.move_to_end(document_id)
        return self._pictures.get(document_id)

    def clear(self) -> None:
        """Forget all."""
        self._pictures.clear()


def _picture(jpeg: bytes) -> QPixmap:
    content = QByteArray(jpeg)
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(b"jpeg"))
    size = reader.size()
    if not size.isValid() or max(size.width(), size.height()) > MOST_SKETCH_PX:
        return QPixmap()
    return QPixmap.fromImage(reader.read())


class DocumentModel(QAbstractListModel):
    """Headings and documents.

    Attributes:
        sketches: small pictures.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sketches = Sketches()
        self._number = ""
        self._all: list[DocumentLine] = []
        self._texts: dict[str, str] = {}
        self._last_of: dict[str, str] = {}
        self._order = DocumentOrder.NEWEST
        self._words = ""
        self._hits: frozenset[str] = frozenset()
        self._unfolded: set[str] = set()
        self._lines: list[Heading | DocumentLine] = []
        self._count = 0

    # ---- what it shows ----

    def show_dossier(self, facts: Dossier | None) -> None:
        """The documents as the store has them; of another dossier nothing stays."""
        number = facts.number if facts is not None else ""
        if number != self._number:
            self._number = number
            self._words = ""
            self._hits = frozenset()
            self._unfolded.clear()
            self.sketches.clear()
        self._texts.clear()
        self._all, self._last_of = _documents(facts)
        self._arrange()

    def use_order(self, order: DocumentOrder) -> None:
        """Put them in this order."""
        self._order = order
        self._arrange()

    def narrow(self, words: str, hits: Iterable[str] = ()) -> None:
        """Show those whose name or piece has all of these words, and `hits`, whose text has them;
        without words all. As at the hub, a word finds words that begin with it.
        """
        self._words = words
        self._hits = frozenset(self._last_of.get(hit, hit) for hit in hits)
        self._arrange()

    def unfold(self, document_id: str) -> None:
        """Show the earlier versions of a document below it, or no more."""
        self._unfolded ^= {document_id}
        self._arrange()

    def is_unfolded(self, document_id: str) -> bool:
        """True while the earlier versions of a document stand below it."""
        return document_id in self._unfolded

    @property
    def count(self) -> int:
        """The documents that are shown; earlier versions do not count."""
        return self._count

    @property
    def total(self) -> int:
        """The documents of the dossier; earlier versions do not count."""
        return len(self._all)

    def line(self, place: int) -> Heading | DocumentLine | None:
        """Return what stands in a line."""
        if 0 <= place < len(self._lines):
            return self._lines[place]
        return None

    def place_of(self, document_id: str) -> int:
        """Return the line of a document, or of the first one when it is not shown; -1 for none."""
        first = -1
        for place, line in enumerate(self._lines):
            if isinstance(line, DocumentLine):
                if line.document.id == document_id:
                    return place
                first = place if first < 0 else first
        return first

    def unseen(self, places: Iterable[int]) -> tuple[str, ...]:
        """Return the documents of these lines that have no picture yet."""
        lines = (self.line(place) for place in places)
        return tuple(
            line.document.id
            for line in lines
            if isinstance(line, DocumentLine)
            and not line.is_earlier
            and line.document.id not in self.sketches
        )

    def show_sketch(self, document_id: str, jpeg: bytes) -> None:
        """The small picture of a document came; an empty one: it has none."""
        self.sketches.put(document_id, jpeg)
        place = self.place_of(document_id)
        if place >= 0:
            index = self.index(place)
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])

    # ---- the order of the lines ----

    def _arrange(self) -> None:
        shown = [line for line in self._all if self._matches(line)]
        if self._order is DocumentOrder.PIECE:
            shown.sort(key=lambda line: line.document.filed_at_utc, reverse=True)
            shown.sort(key=lambda line: line.place)
        else:
            shown.sort(
                key=lambda line: line.document.filed_at_utc,
                reverse=self._order is DocumentOrder.NEWEST,
            )
        self.beginResetModel()
        self._count = len(shown)
        self._lines = []
        for words, group in groupby(shown, key=self._group_words):
            lines = list(group)
            self._lines.append(Heading(words, len(lines)))
            for line in lines:
                self._lines.append(line)
                if line.document.id in self._unfolded:
                    self._lines += _earlier_lines(line)
        self.endResetModel()

    def _group_words(self, line: DocumentLine) -> str:
        if self._order is DocumentOrder.PIECE:
            return line.piece or _("Other documents")
        return str(line.document.filed_at_utc.astimezone().year)

    def _matches(self, line: DocumentLine) -> bool:
        if not self._words or line.document.id in self._hits:
            return True
        text = self._texts.get(line.document.id)
        if text is None:
            text = f" {folded(f'{line.document.name} {line.piece}')}"
            self._texts[line.document.id] = text
        return all(f" {word}" in text for word in asked(self._words))

    # ---- Qt ----

    def rowCount(self, parent: QModelIndex = _NOWHERE) -> int:
        """Lines."""
        if parent.isValid():
            return 0
        return len(self._lines)

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """A heading is only read."""
        if isinstance(self.line(index.row()), DocumentLine):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.NoItemFlags

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return words for a screen reader and the mouse; the delegate asks for the line itself."""
        line = self.line(index.row())
        if isinstance(line, Heading) and role in _SPOKEN:
            words = ngettext(
                "{group}, one document", "{group}, {count} documents", line.size
            ).format(group=line.words, count=line.size)
            return plain_text(words)
        if isinstance(line, DocumentLine) and role in _SPOKEN:
            return plain_text(f"{line.document.name}, {line.facts()}")
        if isinstance(line, DocumentLine) and role == Qt.ItemDataRole.ToolTipRole:
            return tip_words(f"{line.document.name}\n{line.facts()}")
        return None


_SPOKEN = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)


def _documents(facts: Dossier | None) -> tuple[list[DocumentLine], dict[str, str]]:
    """Return the last version of each document, and the id of the last version by id."""
    if facts is None:
        return [], {}
    names = {piece.id: (place, piece.name) for place, piece in enumerate(facts.pieces)}
    ids = {document.id for document in facts.documents}
    before = {document.replaced_by: document for document in facts.documents}
    last_of: dict[str, str] = {}
    lines = list[DocumentLine]()
    for document in facts.documents:
        if document.replaced_by in ids:
            continue
        earlier = _earlier(document, before)
        place, piece = names.get(document.piece_id, (len(names), ""))
        lines.append(DocumentLine(document, piece, place, earlier))
        last_of.update((version.id, document.id) for version in earlier)
    return lines, last_of


def _earlier(
    document: DocumentRecord, before: dict[str, DocumentRecord]
) -> tuple[DocumentRecord, ...]:
    versions = list[DocumentRecord]()
    previous = before.get(document.id)
    while previous is not None and previous not in versions:
        versions.append(previous)
        previous = before.get(previous.id)
    return tuple(versions)


def _earlier_lines(line: DocumentLine) -> Sequence[DocumentLine]:
    return [
        DocumentLine(version, line.piece, line.place, is_earlier=True) for version in line.earlier
    ]


def later_documents(facts: Dossier, document: DocumentRecord) -> list[DocumentRecord]:
    """Return those that were filed after a document and may take its place."""
    replacing = {record.replaced_by for record in facts.documents}
    return [
        record
        for record in facts.documents
        if record.filed_at_utc >= document.filed_at_utc
        and not record.replaced_by
        and record.id not in replacing
        and record.id != document.id
    ]
