# SPDX-License-Identifier: GPL-3.0-only
"""Connects a window with the memos between colleagues. Used by the programs of agents and of
supervisors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from resources.texts import _
from session.core.clock import Clock
from session.desk.hub.memos import MemoBook, MemoClient, MemoFate
from session.protocol.hub.requests import Memo
from views.widgets.announcer import announce
from views.widgets.message_bar import Level, MessageAction, MessageBar
from views.workplace.memos import MemoView, ReadMemos, SendMemo

MEMO = "memo"


class MemoConnections:
    """Views on one side, memos on the other.

    Args:
        show_unread: shows how many memos were not read.
        open_thread: shows a thread, ready to answer.
        in_conversation: True while a caller is here: then a memo is only counted, and who writes
            is announced, once until it is read.
    """

    def __init__(
        self,
        memos: MemoClient,
        views: Sequence[MemoView],
        *,
        clock: Clock,
        messages: MessageBar,
        show_unread: Callable[[int], None],
        open_thread: Callable[[str], None],
        in_conversation: Callable[[], bool] = lambda: False,
    ) -> None:
        self._memos = memos
        self._views = views
        self._clock = clock
        self._messages = messages
        self._show_unread = show_unread
        self._open_thread = open_thread
        self._in_conversation = in_conversation
        memos.changed.connect(self._on_changed)
        memos.arrived.connect(self._on_arrived)
        memos.sent.connect(self._on_sent)
        self._on_changed(memos.book)

    def on_act(self, act: object) -> None:
        """Does what a view of memos tells; whatever else is told is another one's."""
        match act:
            case SendMemo(thread, text):
                self._memos.send(thread, text)
            case ReadMemos(thread):
                self._memos.mark_read(thread)
                self._messages.clear(_key(thread))

    def _on_changed(self, book: MemoBook) -> None:
        for view in self._views:
            view.show_book(book, self._clock.utc_now())
        self._show_unread(self._memos.book.unread())

    def _on_arrived(self, memo: Memo) -> None:
        thread = self._memos.book.thread_of(memo)
        if any(view.is_reading(thread) for view in self._views):
            return
        if self._in_conversation():
            if self._memos.book.unread(thread) > 1:
                return  # who has written was said, and stays counted
            announce(self._messages, _("{name} writes to you.").format(name=memo.by_name))
            return

        def answer() -> None:
            self._open_thread(thread)

        self._messages.show_message(
            Level.INFO,
            _("{name} writes to you: {text}").format(name=memo.by_name, text=memo.text),
            key=_key(thread),
            action=MessageAction(_("Answer"), answer),
        )

    def _on_sent(self, fate: MemoFate) -> None:
        for view in self._views:
            view.show_fate(fate)


def _key(thread: str) -> str:
    return f"{MEMO} {thread}"
