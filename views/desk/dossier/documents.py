# SPDX-License-Identifier: GPL-3.0-only
"""The documents of the dossier: the last version of each, and its earlier versions on request.
Used by the dossier view.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtWidgets import QFrame, QVBoxLayout, QWidget

from resources.texts import _
from session.core.dossier_model import DocumentRecord
from views.desk.dossier import acts
from views.widgets.icons import IconLabel
from views.widgets.parts import ElidedLabel, column, label, restyle, row, tool_button
from views.widgets.theme import SPACE


class DocumentRow(QFrame):
    """A filed document: name, pages, when, Open, Correct, and its earlier versions.

    Args:
        act: told what the agent wants.
        correct: called with the id of a document to be corrected.
    """

    def __init__(
        self,
        document: DocumentRecord,
        earlier: Sequence[DocumentRecord],
        *,
        act: Callable[[acts.DossierAct], None],
        correct: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._act = act
        self.setObjectName(f"document_{document.id}")
        facts = _facts_words(document)
        if earlier:
            facts = _("version {number}").format(number=len(earlier) + 1) + " · " + facts
        name = ElidedLabel(document.name)
        words = column(None, name, ElidedLabel(facts, role="small"), space=0)
        show = tool_button(
            _("Open: {name}").format(name=document.name), "search", f"document_open_{document.id}"
        )
        show.clicked.connect(lambda: act(acts.OpenDocument(document.id)))
        pen = tool_button(
            _("Correct: {name}").format(name=document.name),
            "pen",
            f"document_correct_{document.id}",
        )
        pen.clicked.connect(lambda: correct(document.id))
        line = row(None, IconLabel("pdf", "soft", size_px=20), space=SPACE[1])
        line.addLayout(words, 1)
        self._versions = self._build_versions(earlier)
        if earlier:
            past = tool_button(
                _("Earlier versions: {name}").format(name=document.name),
                "history",
                f"document_versions_{document.id}",
            )
            past.setCheckable(True)
            past.toggled.connect(self._versions.setVisible)
            line.addWidget(past)
        line.addWidget(pen)
        line.addWidget(show)
        layout = column(self, space=0, margins=(2, 4, 0, 4))
        layout.addLayout(line)
        layout.addWidget(self._versions)
        self.setAccessibleName(f"{document.name}, {facts}")

    def _build_versions(self, earlier: Sequence[DocumentRecord]) -> QWidget:
        """The earlier versions, the newest first, each with the reason for its replacement."""
        page = QWidget()
        box = column(page, space=2, margins=(28, 2, 0, 2))
        for document in reversed(earlier):
            line = row(None, space=SPACE[1])
            words = _("{name} · {facts} · replaced: {why}")
            text = words.format(name=document.name, facts=_facts_words(document), why=document.why)
            line.addWidget(label(text, "small", wrap=True), 1)
            show = tool_button(
                _("Open: {name}").format(name=document.name),
                "search",
                f"document_open_{document.id}",
            )
            show.clicked.connect(
                lambda _checked=False, document_id=document.id: self._act(
                    acts.OpenDocument(document_id)
                )
            )
            line.addWidget(show)
            box.addLayout(line)
        page.hide()
        return page


def _facts_words(document: DocumentRecord) -> str:
    at = document.filed_at_utc.astimezone()
    return _("Pages: {pages} · {date} at {time}").format(
        pages=document.pages, date=at.strftime("%d/%m/%Y"), time=at.strftime("%H:%M")
    )


class DocumentList(QWidget):
    """The documents, the newest first.

    Args:
        act, correct: as for each row.
    """

    def __init__(
        self, act: Callable[[acts.DossierAct], None], correct: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._act = act
        self._correct = correct
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)

    def show_documents(
        self, documents: Sequence[DocumentRecord], all_documents: Sequence[DocumentRecord]
    ) -> None:
        """Shows these; an earlier version shows as the last one.

        Args:
            all_documents: all of the dossier.
        """
        while (item := self._box.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        by_id = {document.id: document for document in all_documents}
        last_versions = {
            last_version(document, by_id).id: last_version(document, by_id)
            for document in documents
        }
        for place, document in enumerate(
            sorted(last_versions.values(), key=lambda version: version.filed_at_utc, reverse=True)
        ):
            earlier = earlier_versions(document, all_documents)
            line = DocumentRow(document, earlier, act=self._act, correct=self._correct)
            restyle(line, first=place == 0)
            self._box.addWidget(line)


def last_version(document: DocumentRecord, documents: dict[str, DocumentRecord]) -> DocumentRecord:
    """The last version of a document."""
    for _step in range(len(documents)):
        if document.replaced_by:
            after = documents.get(document.replaced_by)
        else:
            after = None
        if after is None:
            break
        document = after
    return document


def earlier_versions(
    document: DocumentRecord, documents: Sequence[DocumentRecord]
) -> list[DocumentRecord]:
    """The versions that a document replaced, the oldest first."""
    versions: list[DocumentRecord] = []
    before = {record.replaced_by: record for record in documents if record.replaced_by}
    while (previous := before.get(document.id)) is not None and len(versions) < len(documents):
        versions.insert(0, previous)
        document = previous
    return versions
