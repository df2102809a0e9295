# SPDX-License-Identifier: GPL-3.0-only
"""Colleagues who are there, and the memos of today with one of them, or with the supervisors. Used
by the windows of agents and of supervisors; nothing of it is ever before a caller.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct
from PyQt6.QtCore import QEvent, Qt, QTimer
from PyQt6.QtGui import QResizeEvent, QShowEvent
from PyQt6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QWidget,
)

from resources.plain_text import plain_text
from resources.texts import N_, _
from session.desk.hub.memos import SUPERVISORS, MemoBook, MemoFate
from session.protocol.colleagues.memos import MEMO_LETTERS, Colleague
from session.protocol.hub.board import AgentState
from session.protocol.hub.requests import Memo
from views.widgets.agent_state import AGENT_DOING
from views.widgets.icons import icon
from views.widgets.parts import (
    ElidedLabel,
    column,
    label,
    push_button,
    restyle,
    row,
    scroll_area,
    tool_button,
)
from views.widgets.theme import SPACE, text_scale
from views.words.errors import sentence
from views.words.waits import minutes_words

_THREAD = Qt.ItemDataRole.UserRole
SIDE_BY_SIDE_PX, ROOM_FOR_BOTH_PX = 640, 480
"""From this width on people stand beside an open thread, from this height on above it; usual
letters.
"""

MOST_LINES, MOST_LATEST = 50, 12
"""Memos of a thread that are shown, and of all threads while none is open: the newest."""

LATEST_PX = 160
"""Height that the last memos need below the people, usual letters."""

_NOT_SENT = {
    "not_allowed": N_(
        "This person has no desk any more, or shares no service with you: it was not sent."
    ),
    "rate_limited": N_("Many memos in a short time: this one was not sent. Send it again later."),
}
"""Why a memo was refused, where it can be said better than of every act; by an error's code."""

_WITH_SINCE = frozenset({AgentState.IN_SESSION, AgentState.WRAP_UP})
_WITH_END = frozenset({AgentState.PAUSED, AgentState.TRAINING})


class SendMemo(Struct, frozen=True):
    """Write this to an agent, or to the supervisors ("")."""

    thread: str
    text: str


class ReadMemos(Struct, frozen=True):
    """What stands in this thread was seen."""

    thread: str


MemoAct = SendMemo | ReadMemos


def doing_words(colleague: Colleague, now: datetime) -> str:
    """Return what a colleague does, and since when, or until when it does or meant to."""
    words = _(AGENT_DOING[colleague.state][0])
    if colleague.until_utc is not None and colleague.state in _WITH_END:
        end = f"{colleague.until_utc.astimezone():%H:%M}"
        if colleague.until_utc > now:
            return _("{state} until {time}").format(state=words, time=end)
        return _("{state}, was to end at {time}").format(state=words, time=end)
    if colleague.since_utc is not None and colleague.state in _WITH_SINCE:
        since = minutes_words((now - colleague.since_utc).total_seconds())
        return f"{words} · {since}"
    return words


class MemoView(QWidget):
    """People on top, what was written with the chosen one below, and a line to write.

    Args:
        tell: told what the person does.
    """

    def __init__(self, tell: Callable[[MemoAct], None]) -> None:
        super().__init__()
        self.setObjectName("memos")
        self._tell = tell
        self._book: MemoBook | None = None
        self._thread: str | None = None
        self._lines: dict[str, _MemoLine] = {}
        self._people = QListWidget()
        self._people.setObjectName("memo_people")
        self._people.setAccessibleName(_("Colleagues"))
        self._people.setWordWrap(True)
        self._people.setSizeAdjustPolicy(QListWidget.SizeAdjustPolicy.AdjustToContents)
        self._people.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._people.itemClicked.connect(self._on_person)
        self._people.itemActivated.connect(self._on_person)
        self._empty = label(_("Asking who is there…"), "soft", "memo_empty", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._latest: list[str] = []
        self._build_thread()
        self._both = column(None, self._people, self._talk, self._build_latest(), space=SPACE[2])
        for place, share in enumerate((1, 2, 2)):
            self._both.setStretch(place, share)
        column(self, self._empty, space=SPACE[1]).addLayout(self._both, 1)
        self._fit()

    def _build_thread(self) -> None:
        self._title = label(role="strong", name="memo_title", wrap=True)
        close = tool_button(_("Back to the colleagues"), "close", "memo_close")
        close.clicked.connect(self.close_thread)
        self._older = label(_("Older lines are no longer shown."), "soft", wrap=True)
        self._body = column(None, self._older, space=SPACE[1])
        self._body.addStretch(1)
        body = QWidget()
        body.setLayout(self._body)
        self._scroll = scroll_area(body)
        self._to_end = QTimer(self)
        self._to_end.setSingleShot(True)
        self._to_end.timeout.connect(self._scroll_to_end)
        self._entry = QLineEdit()
        self._entry.setObjectName("memo_entry")
        self._entry.setMaxLength(MEMO_LETTERS)
        self._entry.returnPressed.connect(self._on_send)
        self._send = push_button(_("Send"), "arrow_right", "primary", name="memo_send")
        self._send.clicked.connect(self._on_send)
        self._fate = label(role="small", name="memo_fate", wrap=True)
        self._note = label(
            _("Kept until midnight. The caller never sees it; numbers of people are masked."),
            "small",
            wrap=True,
        )
        self._talk = QWidget()
        top = row(None, space=SPACE[0])
        top.addWidget(self._title, 1)
        top.addWidget(close)
        box = column(self._talk, top, space=SPACE[1])
        box.addWidget(self._scroll, 1)
        box.addWidget(self._entry)
        box.addLayout(row(None, self._send, 0))
        box.addWidget(self._fate)
        box.addWidget(self._note)

    def _build_latest(self) -> QWidget:
        """What was written last, with anybody: it is read here, and answered in its thread."""
        self._latest_box = column(None, space=SPACE[1])
        self._none = label(role="soft", name="memo_none", wrap=True)
        body = QWidget()
        column(body, self._none, self._latest_box, 0, space=SPACE[1])
        self._last = QFrame()
        self._last.setObjectName("memo_latest")
        self._last.setAccessibleName(_("Last written"))
        column(self._last, label(_("Last written"), "caption"), scroll_area(body), space=SPACE[0])
        return self._last

    # ---- facts ----

    def show_book(self, book: MemoBook, now: datetime) -> None:
        """Show who is there and what was written."""
        self._book = book
        self._show_people(book, now)
        self._show_latest(book)
        self._fit()
        self._show_thread(book)

    def show_fate(self, fate: MemoFate) -> None:
        """Show what became of a memo: one that was refused can be sent again."""
        if fate.thread != self._thread or self._entry.isEnabled():
            return  # of the other view, where something else may be typed already
        for part in (self._entry, self._send):
            part.setEnabled(True)
        if fate.code:
            words = sentence(fate.code).sentence
            if fate.code in _NOT_SENT:
                words = _(_NOT_SENT[fate.code])
            restyle(self._fate, tone="bad")
        else:
            self._entry.setText("")  # `clear` could be undone
            words = "" if fate.there else _("Nobody is there: it will be read today, or not.")
            restyle(self._fate, tone="")
        self._fate.setText(words)
        self._fate.setVisible(bool(words))
        self._entry.setFocus()

    def open_thread(self, thread: str, words: str = "") -> None:
        """Shows what was written with an agent, or with the supervisors, ready to answer; `words`
        begin the answer.
        """
        if self._book is None:
            return
        if thread != self._thread:
            self._thread = thread
            self._entry.setText("")
            self._fate.hide()
            for part in (self._entry, self._send):
                part.setEnabled(True)
        if words:
            self._entry.setText(words)
        self._fit()
        self._show_thread(self._book)
        self._entry.setFocus()

    def close_thread(self) -> None:
        """Only the people are seen again, with the keyboard."""
        self._thread = None
        self._fit()
        self._go_to_people()

    def take_keyboard(self) -> None:
        """The keyboard goes to the line to write, or to the people: whoever has written first."""
        if self._thread is not None:
            self._entry.setFocus()
            return
        book = self._book
        if book is not None and book.unread():
            self.open_thread(next(name for name in book.threads() if book.unread(name)))
            return
        self._go_to_people()

    def _go_to_people(self) -> None:
        if self._people.currentRow() < 0:
            self._people.setCurrentRow(0)
        self._people.setFocus()

    def is_reading(self, thread: str) -> bool:
        """True if this thread is before the person's eyes."""
        return thread == self._thread and self.isVisible() and self.isActiveWindow()

    def showEvent(self, event: QShowEvent | None) -> None:
        """What came while it was hidden is read now."""
        super().showEvent(event)
        self._read()

    def event(self, event: QEvent | None) -> bool:
        """What came while the person was at another window is read now. Qt tells the parts of a
        window this, and `ActivationChange` to the window alone.
        """
        is_done = super().event(event)
        if event is not None and event.type() is QEvent.Type.WindowActivate:
            self._read()
        return is_done

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Where there is little room an open thread has all of it."""
        super().resizeEvent(event)
        self._fit()

    # ---- inside ----

    def _fit(self) -> None:
        is_open = self._thread is not None
        self._talk.setVisible(is_open)
        larger = max(1.0, text_scale())
        is_wide = self.width() >= SIDE_BY_SIDE_PX * larger
        directions = QBoxLayout.Direction
        self._both.setDirection(directions.LeftToRight if is_wide else directions.TopToBottom)
        has_room = is_wide or self.height() >= ROOM_FOR_BOTH_PX * larger
        self._people.setVisible(bool(self._people.count()) and (has_room or not is_open))
        rows = range(self._people.count())
        high = sum(self._people.sizeHintForRow(place) for place in rows)
        has_latest = not is_open and bool(rows) and self.height() - high > LATEST_PX * larger
        self._last.setVisible(has_latest)
        policy = QSizePolicy.Policy.Maximum if has_latest else QSizePolicy.Policy.Expanding
        self._people.setSizePolicy(QSizePolicy.Policy.Expanding, policy)
        self._both.setStretch(0, int(not has_latest))

    def _show_people(self, book: MemoBook, now: datetime) -> None:
        people = [(colleague.id, colleague.name) for colleague in book.colleagues]
        names = dict(people)
        left = [(name, book.name_of(name)) for name in book.threads() if name not in names]
        doing = {who.id: who for who in book.colleagues}
        if not book.is_supervisor:
            people.insert(0, (SUPERVISORS, _("Supervisors")))
            left = [person for person in left if person[0] != SUPERVISORS]
        self._empty.setVisible(bool(book.refused) or not book.colleagues)
        if book.refused:
            self._empty.setText(sentence(book.refused).sentence)
        elif book.known:
            self._empty.setText(_("No colleague shares your services."))
        for place, (thread, name) in enumerate((*people, *left)):
            item = self._people.item(place)
            if item is None:
                item = QListWidgetItem()
                self._people.addItem(item)
            words, icon_name = _("can no longer be written to"), "disconnected"
            if thread == SUPERVISORS:
                words = ", ".join(book.supervisors) or _("absent")
                icon_name = "agent" if book.supervisors else icon_name
            elif thread in doing:
                words = doing_words(doing[thread], now)
                icon_name = AGENT_DOING[doing[thread].state][1]
            _fill(item, thread, (name, words), (icon_name, book.unread(thread)))
        while self._people.count() > len(people) + len(left):
            self._people.takeItem(self._people.count() - 1)

    def _show_latest(self, book: MemoBook) -> None:
        """Show the last memos of all threads, the newest first."""
        memos = sorted(book.memos, key=lambda memo: memo.at_utc)[-MOST_LATEST:]
        self._none.setText(_("Nobody has written today. Choose somebody to write to."))
        self._none.setHidden(bool(memos))
        if [memo.memo_id for memo in memos] == self._latest:
            return
        self._latest = [memo.memo_id for memo in memos]
        while (item := self._latest_box.takeAt(0)) is not None:
            if (line := item.widget()) is not None:
                line.hide()
                line.deleteLater()
        for memo in reversed(memos):
            to = book.name_of(memo.to) if memo.to else _("Supervisors")
            self._latest_box.addWidget(_MemoLine(memo, is_own=book.is_own(memo), to=to))

    def _show_thread(self, book: MemoBook) -> None:
        thread = self._thread
        if thread is None:
            return
        name = book.name_of(thread) if thread != SUPERVISORS else _("Supervisors")
        self._title.setText(name)
        words = _("Write to {name}…").format(name=name.removesuffix("."))
        self._entry.setPlaceholderText(words)
        self._entry.setAccessibleName(words)
        memos = book.thread(thread)
        shown = {memo.memo_id: memo for memo in memos[-MOST_LINES:]}
        for memo_id in self._lines.keys() - shown.keys():
            line = self._lines.pop(memo_id)
            line.hide()
            line.deleteLater()
        self._older.setVisible(len(memos) > len(shown))
        for memo_id, memo in shown.items():
            if memo_id not in self._lines:
                line = self._lines[memo_id] = _MemoLine(memo, is_own=book.is_own(memo))
                self._body.insertWidget(self._body.count() - 1, line)  # before the stretch
                line.show()
                self._to_end.start()
        self._read()

    def _read(self) -> None:
        thread, book = self._thread, self._book
        if thread is None or book is None or not self.is_reading(thread):
            return
        if book.unread(thread):
            self._tell(ReadMemos(thread))

    def _scroll_to_end(self) -> None:
        if (bar := self._scroll.verticalScrollBar()) is not None:
            bar.setValue(bar.maximum())

    def _on_person(self, item: QListWidgetItem) -> None:
        self.open_thread(str(item.data(_THREAD)))

    def _on_send(self) -> None:
        text = self._entry.text().strip()
        if text and self._thread is not None and self._entry.isEnabled():
            for part in (self._entry, self._send):
                part.setEnabled(False)
            self._tell(SendMemo(self._thread, text))


def _fill(
    item: QListWidgetItem, thread: str, words: tuple[str, str], look: tuple[str, int]
) -> None:
    """Show name and state of a person, and how many memos were not read."""
    (name, doing), (icon_name, unread) = words, look
    title = f"{name} ({unread})" if unread else name
    spoken = f"{name}, {doing}"
    if unread:
        spoken += ", " + _("not read: {count}").format(count=unread)
    text = plain_text(f"{title}\n{doing}")
    if (item.text(), item.data(_THREAD)) != (text, thread):
        item.setText(text)
        item.setData(_THREAD, thread)
        item.setIcon(icon(icon_name, "accent" if unread else "soft"))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
        font = item.font()
        font.setBold(bool(unread))
        item.setFont(font)


class _MemoLine(QFrame):
    """A memo: who wrote it, when, and the text."""

    def __init__(self, memo: Memo, *, is_own: bool, to: str = "") -> None:
        super().__init__()
        self.setProperty("card", True)
        restyle(self, sunken=is_own)
        at = f"{memo.at_utc.astimezone():%H:%M}"
        who = _("You") if is_own else memo.by_name
        if to and is_own:
            who = _("You to {name}").format(name=to)
        text = label(memo.text, wrap=True, name="memo_text")
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        margins = (SPACE[1], SPACE[0], SPACE[1], SPACE[0])
        head = ElidedLabel(f"{at} · {who}", role="caption")
        column(self, head, text, space=2, margins=margins)
