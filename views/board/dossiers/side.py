# SPDX-License-Identifier: GPL-3.0-only
"""One of two dossiers that are compared before they become one. Used by the page of doubles."""

from __future__ import annotations

from resources.texts import _, ngettext
from session.core.dossier_model import SETTLED, Dossier
from views.widgets.dossier.birth_date import french_day
from views.widgets.parts import Card, label, restyle
from views.widgets.theme import SPACE
from views.words.counts import filed_words

SHOWN_DOCUMENTS = 8


class DossierSide(Card):
    """A dossier's person, numbers and content; what differs from the other side stands out."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__(name, space=SPACE[0])
        self._role = label(role, "caption")
        self._number = label(role="title", name=f"{name}_number", wrap=True)
        self._who = label(role="strong", name=f"{name}_who", wrap=True)
        self._born = label(name=f"{name}_born", wrap=True)
        self._caller = label(name=f"{name}_caller_number", wrap=True)
        self._contact = label(role="soft", name=f"{name}_contact", wrap=True)
        self._what = label(role="soft", name=f"{name}_what", wrap=True)
        self._documents = label(role="small", name=f"{name}_documents", wrap=True)
        for part in (
            self._role,
            self._number,
            self._who,
            self._born,
            self._caller,
            self._contact,
            self._what,
            self._documents,
        ):
            self.body.addWidget(part)
        self.body.addStretch(1)

    def show_dossier(self, facts: Dossier | None, other: Dossier | None) -> None:
        """Shows one beside the other."""
        self.setVisible(facts is not None)
        if facts is None:
            return
        self._number.setText(facts.number)
        self._who.setText(facts.caller_name)
        self._born.setText(
            _("born on {date}").format(date=french_day(facts.born_on))
            if facts.born_on
            else _("birth date not known")
        )
        self._caller.setText(
            _("caller number {number}").format(number=facts.caller_number)
            if facts.caller_number
            else _("without number")
        )
        self._contact.setText(facts.contact)
        self._contact.setVisible(bool(facts.contact))
        self._what.setText(_content_words(facts))
        self._documents.setText(_document_words(facts))
        for text_label, same in (
            (self._who, other is None or facts.caller_name == other.caller_name),
            (self._born, other is None or facts.born_on == other.born_on),
            (self._caller, other is None or facts.caller_number == other.caller_number),
        ):
            restyle(text_label, tone="" if same else "warn")
        self.setAccessibleName(f"{self._role.text()}: {facts.number}, {facts.caller_name}")


def _content_words(facts: Dossier) -> str:
    if facts.procedure:
        parts = [facts.procedure]
    else:
        parts = []
    if facts.pieces:
        settled = sum(piece.state in SETTLED for piece in facts.pieces)
        parts.append(
            _("Pieces settled: {done} of {all}").format(done=settled, all=len(facts.pieces))
        )
    parts.append(filed_words(len(facts.documents)))
    notes = sum(note.withdrawn_at_utc is None for note in facts.notes)
    parts.append(ngettext("One note", "{count} notes", notes).format(count=notes))
    if facts.provisional:
        parts.append(_("provisional"))
    return " · ".join(parts)


def _document_words(facts: Dossier) -> str:
    newest = list(reversed(facts.documents))
    lines = [
        f"{document.filed_at_utc.astimezone():%d/%m/%Y}  {document.name}"
        for document in newest[:SHOWN_DOCUMENTS]
    ]
    if len(newest) > SHOWN_DOCUMENTS:
        lines.append(_("and {count} more").format(count=len(newest) - SHOWN_DOCUMENTS))
    return "\n".join(lines)
