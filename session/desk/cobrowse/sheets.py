# SPDX-License-Identifier: GPL-3.0-only
"""Style sheets and other public files of shared pages that a desk keeps, and the events that wait
for a sheet.

Used by `session.desk.cobrowse.shared_page`; a desk's program has one `PublicFiles` for all its
conversations. In memory only. What one conversation brought is gone with it; what two have brought
is nobody's own, and is kept for the next.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping

import msgspec

from session.protocol.conversation.sheets import MAX_CHARS, sheet_name

MOST_KEPT = 32 * 1024 * 1024
"""Bytes of files, and letters of style sheets."""
MOST_SEEN = 20_000
"""Names of which it is known that a conversation brought them."""

AGAIN_S, MOST_ASKED = 2.0, 2
"""A sheet that does not come is asked for again, so often; then its page is shown without it."""
LONGEST_S = 8.0
"""So long something else that arrives is taken for a slow line with the sheet still on it."""

MOST_HELD, MOST_HELD_BYTES = 1_000, 8 * 1024 * 1024

File = bytes | str


class PublicFiles:
    """Files by their name, which is made of what they hold; the least used give way."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, File] = OrderedDict()
        self._size = 0
        self._owners: OrderedDict[str, str] = OrderedDict()
        """Who brought a file; "" when two conversations have. Outlives the files."""

    def get(self, name: str, session_id: str) -> File | None:
        """Return the file, for a conversation that brought it or when two have."""
        if self._owners.get(name) in ("", session_id) and name in self._files:
            self._files.move_to_end(name)
            return self._files[name]
        return None

    def add(self, name: str, file: File, session_id: str) -> None:
        """Keep what a conversation brought."""
        owner = self._owners.pop(name, session_id)
        self._owners[name] = session_id if owner == session_id else ""
        self._drop(name)
        self._files[name] = file
        self._size += len(file)
        while self._size > MOST_KEPT:
            self._drop(next(iter(self._files)))
        while len(self._owners) > MOST_SEEN:
            self._drop(self._owners.popitem(last=False)[0])

    def end(self, session_id: str) -> None:
        """The conversation is over: what only it has brought is forgotten."""
        for name in [name for name in self._files if self._owners.get(name) == session_id]:
            self._drop(name)

    def _drop(self, name: str) -> None:
        file = self._files.pop(name, None)
        if file is not None:
            self._size -= len(file)


class HeldEvents(msgspec.Struct, frozen=True):
    """The content of one payload, and the names of the sheets in it."""

    text: bytes
    is_snapshot: bool
    epoch: int
    events: int
    names: list[str]


class SheetWait:
    """Holds one conversation's events back, in order, until the sheets that they name are there.

    Args:
        show: takes events whose turn it is, and the sheets they name, as far as there are any.
        ask: asks the kiosk for sheets.
        give_up: no sheet came for a while: the kiosk is to send full texts.
    """

    def __init__(
        self,
        session_id: str,
        files: PublicFiles,
        *,
        show: Callable[[HeldEvents, Mapping[str, str]], None],
        ask: Callable[[list[str]], None],
        give_up: Callable[[], None],
    ) -> None:
        self._session_id = session_id
        self._files = files
        self._show = show
        self._ask = ask
        self._give_up = give_up
        self._held: deque[HeldEvents] = deque()
        self._asked: dict[str, int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._patient_until_s = 0.0

    def hear(self) -> None:
        """Something of the kiosk arrives: its line is slow, not silent."""
        if self._timer is not None and asyncio.get_running_loop().time() < self._patient_until_s:
            self._start_timer()

    def take_events(self, events: HeldEvents) -> None:
        """Show them, or hold them back; a full picture needs nothing that stood before it."""
        if events.is_snapshot:
            self._held.clear()
        self._held.append(events)
        held_bytes = sum(len(held.text) for held in self._held)
        if len(self._held) > MOST_HELD or held_bytes > MOST_HELD_BYTES:
            self._release()
        self._go_on()

    def take_texts(self, texts: list[str]) -> None:
        """Keep those that were asked for; a text is what its name says, or nobody asked for it."""
        for text in texts:
            if len(text) > MAX_CHARS:
                continue
            try:
                name = sheet_name(text)
            except ValueError:
                continue
            if self._asked.pop(name, 0):
                self._files.add(name, text, self._session_id)
                self._ask_later()
        self._go_on()

    def close(self) -> None:
        """Nothing more is shown; what only this conversation brought is forgotten."""
        self._held.clear()
        self._stop_asking()
        self._files.end(self._session_id)

    def _sheets(self, events: HeldEvents) -> dict[str, str]:
        sheets = {name: self._files.get(name, self._session_id) for name in events.names}
        return {name: text for name, text in sheets.items() if isinstance(text, str)}

    def _go_on(self) -> None:
        while self._held:
            sheets = self._sheets(self._held[0])
            lacking = [name for name in self._held[0].names if name not in sheets]
            if lacking:
                self._ask_for(lacking)
                return
            self._show(self._held.popleft(), sheets)
        self._stop_asking()

    def _ask_for(self, lacking: list[str]) -> None:
        new = [name for name in lacking if name not in self._asked]
        if new:
            self._asked |= dict.fromkeys(new, 1)
            self._ask(new)
            self._ask_later()

    def _ask_later(self) -> None:
        self._patient_until_s = asyncio.get_running_loop().time() + LONGEST_S
        self._start_timer()

    def _start_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(AGAIN_S, self._on_silence)

    def _on_silence(self) -> None:
        """Ask again for what did not come, or go on without it."""
        self._timer = None
        if not self._held:
            return
        sheets = self._sheets(self._held[0])
        lacking = [name for name in self._held[0].names if name not in sheets]
        if all(self._asked.get(name, 0) < MOST_ASKED for name in lacking):
            self._asked |= {name: self._asked.get(name, 0) + 1 for name in lacking}
            self._ask(lacking)
            self._ask_later()
        else:
            self._release()
            self._give_up()

    def _release(self) -> None:
        while self._held:
            events = self._held.popleft()
            self._show(events, self._sheets(events))
        self._stop_asking()

    def _stop_asking(self) -> None:
        self._asked.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
