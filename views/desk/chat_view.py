# SPDX-License-Identifier: GPL-3.0-only
"""Chat beside the voice at the desk, for callers who hear badly or speak another language, with
sentences ready to be sent. A tab of the desk's right side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import (
    QComboBox,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from resources.plain_text import plain_text
from resources.texts import N_, _
from session.protocol.conversation.chat_and_privacy import MAX_WORDS
from session.protocol.dossier.guides import FRENCH, Phrase, words_in
from session.protocol.endpoints.chat import ChatLine, SentState
from views.widgets.parts import column, label, push_button, restyle, row, scroll_area
from views.widgets.plain_words import tip_words
from views.widgets.theme import SPACE
from views.words.languages import LANGUAGE_NAMES

_SENT = {
    SentState.SENDING: N_("on its way"),
    SentState.SHOWN: N_("on the kiosk's screen"),
    SentState.FAILED: N_("not sent"),
}
_PHRASE_ID = Qt.ItemDataRole.UserRole
_PHRASES_PX = 190


class ChatView(QWidget):
    """The lines of the chat, the ready phrases, and the field to write in. A phrase is sent in the
    caller's language where it is known in it; the agent reads it in French.

    Signals:
        send_requested(str): send these words.
    """

    send_requested = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("written_view")
        self._french: dict[str, str] = {}
        self._note = label(
            _(
                "The caller reads it large on the kiosk. Nothing of it is kept: the log says only "
                "that words were sent."
            ),
            role="soft",
            wrap=True,
        )
        self._bubbles: dict[str, _Bubble] = {}
        self._older = label(_("Older lines are no longer shown."), role="soft", wrap=True)
        self._older.setObjectName("written_older")
        self._older.hide()
        self._lines = column(None, self._older, space=SPACE[1])
        self._lines.addStretch(1)
        body = QWidget()
        body.setLayout(self._lines)
        self._scroll = scroll_area(body)
        self._to_end = QTimer(self)
        self._to_end.setSingleShot(True)
        self._to_end.timeout.connect(self._scroll_to_end)
        self.entry = QLineEdit()
        self.entry.setObjectName("written_entry")
        self.entry.setMaxLength(MAX_WORDS)
        self.entry.setPlaceholderText(_("Write to the caller…"))
        self.entry.setAccessibleName(_("Write to the caller"))
        self.entry.returnPressed.connect(self._on_send)
        self._send = push_button(_("Send"), "arrow_right", kind="primary", name="written_send")
        self._send.clicked.connect(self._on_send)
        box = column(
            self, self._note, space=SPACE[1], margins=(SPACE[2], SPACE[2], SPACE[2], SPACE[2])
        )
        box.addWidget(self._scroll, 1)
        box.addLayout(self._build_phrases())
        box.addLayout(row(None, self.entry, self._send, space=SPACE[1]))
        self.show_phrases(())
        self.set_in_session(False)

    def _build_phrases(self) -> QVBoxLayout:
        self._all: dict[str, Phrase] = {}
        self._language = QComboBox()
        self._language.setObjectName("written_language")
        self._language.setAccessibleName(_("Language of the caller"))
        self._language.setToolTip(tip_words(_("Language of the caller")))
        self._language.currentIndexChanged.connect(lambda _place: self._fill_phrases())
        self._phrases = QListWidget()
        self._phrases.setObjectName("written_phrases")
        self._phrases.setAccessibleName(_("Ready phrases"))
        self._phrases.setWordWrap(True)
        self._phrases.setMaximumHeight(_PHRASES_PX)
        self._phrases.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._phrases.itemClicked.connect(self._on_phrase)
        self._phrases.itemActivated.connect(self._on_phrase)
        title = row(None, label(_("Ready phrases"), "caption"), 0, self._language)
        return column(None, title, self._phrases, space=SPACE[0])

    # ---- ready phrases ----

    def show_phrases(self, phrases: Sequence[Phrase]) -> None:
        """Sentences that one press sends; those of the organisation, or of the program."""
        self._all = {phrase.id: phrase for phrase in phrases}
        languages = {language for phrase in phrases for language in phrase.say} | {FRENCH}
        chosen = self._language.currentData()
        self._language.blockSignals(True)
        self._language.clear()
        for language, name in LANGUAGE_NAMES.items():
            if language in languages:
                self._language.addItem(name, language)
        self._language.setCurrentIndex(max(0, self._language.findData(chosen)))
        self._language.blockSignals(False)
        self._language.setVisible(len(languages) > 1)
        self._fill_phrases()

    def show_language(self, language: str) -> None:
        """The language that the caller has chosen at the kiosk; French where it is not known."""
        self._language.setCurrentIndex(max(0, self._language.findData(language)))

    def language(self) -> str:
        """The language in which phrases are sent."""
        return str(self._language.currentData() or FRENCH)

    def phrases(self) -> list[tuple[str, str]]:
        """The ready phrases: a name for each, and its words as the agent reads them."""
        return [(name, words_in(phrase.say, FRENCH)) for name, phrase in self._all.items()]

    def send_phrase(self, name: str) -> None:
        """Sends a ready phrase in the caller's language."""
        phrase = self._all.get(name)
        if phrase is not None:
            self.send_words(phrase.say)

    def send_words(self, say: Mapping[str, str]) -> None:
        """Sends words in the caller's language; the agent sees in French what was sent."""
        words = words_in(say, self.language())
        if words and self.entry.isEnabled():
            self._french[words] = words_in(say, FRENCH)
            self.send_requested.emit(words)

    def _fill_phrases(self) -> None:
        self._phrases.clear()
        for phrase in self._all.values():
            french, translation = (
                words_in(phrase.say, FRENCH),
                words_in(phrase.say, self.language()),
            )
            item = QListWidgetItem(
                plain_text(french if translation == french else f"{french}\n{translation}")
            )
            item.setData(_PHRASE_ID, phrase.id)
            self._phrases.addItem(item)

    def _on_phrase(self, item: QListWidgetItem) -> None:
        self.send_phrase(str(item.data(_PHRASE_ID)))

    # ---- the lines ----

    def set_in_session(self, live: bool) -> None:
        """Set whether somebody is there to read."""
        for widget in (self.entry, self._send, self._phrases):
            widget.setEnabled(live)
        if not live:
            self.entry.setText("")  # `clear` could be undone
            self._french.clear()

    def show_lines(self, lines: tuple[ChatLine, ...]) -> None:
        """All lines that are kept, the oldest first; what stands there already stays as it is."""
        for words_id in self._bubbles.keys() - {line.words_id for line in lines}:
            bubble = self._bubbles.pop(words_id)
            self._lines.removeWidget(bubble)
            bubble.hide()
            bubble.deleteLater()
            self._older.show()
        if not lines:
            self._older.hide()
        for line in lines:
            bubble = self._bubbles.get(line.words_id) or self._append(line)
            bubble.show_line(line)

    def _append(self, line: ChatLine) -> _Bubble:
        if line.mine:
            french = self._french.get(line.text, line.text)
        else:
            french = line.text
        bubble = self._bubbles[line.words_id] = _Bubble(line, french)
        self._lines.insertWidget(self._lines.count() - 1, bubble)  # before the stretch
        self._to_end.start()
        return bubble

    def _scroll_to_end(self) -> None:
        if (bar := self._scroll.verticalScrollBar()) is not None:
            bar.setValue(bar.maximum())

    def _on_send(self) -> None:
        text = self.entry.text().strip()
        if text:
            self.entry.setText("")  # `clear` could be undone
            self.send_requested.emit(text)


class _Bubble(QFrame):
    """One line and who wrote it."""

    def __init__(self, line: ChatLine, french: str) -> None:
        super().__init__()
        self.setProperty("card", True)
        restyle(self, sunken=line.mine)
        self._who = label("", role="caption")
        self._sent: SentState | None = None
        text = label(line.text, wrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        beside = label(french, role="soft", wrap=True)
        beside.setVisible(french != line.text)
        margins = (SPACE[1], SPACE[0], SPACE[1], SPACE[0])
        column(self, self._who, text, beside, space=2, margins=margins)

    def show_line(self, line: ChatLine) -> None:
        """Says what has become of the line by now."""
        if line.sent is self._sent:
            return
        self._sent = line.sent
        mine = _("You · {state}").format(state=_(_SENT[line.sent]))
        self._who.setText(mine if line.mine else _("The caller"))
