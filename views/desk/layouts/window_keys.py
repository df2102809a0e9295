# SPDX-License-Identifier: GPL-3.0-only
"""Keys that the desk's window has wherever the keyboard is; what each does is said in
`views.desk.help`. Used by the window.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from session.protocol.conversation.messages import Grant
from views.desk.dossier.guide import NEXT_KEYS
from views.desk.layouts.columns import DeskColumns
from views.desk.layouts.conversation import ConversationView
from views.desk.layouts.layout import LAYOUTS

SIDE_KEYS = "Shift+F6"


class CallerKeys:
    """Keys of columns and conversation; without a caller most of them do nothing."""

    def __init__(self, columns: DeskColumns, conversation: ConversationView) -> None:
        self._columns = columns
        self._conversation = conversation
        self._devices = columns.side.devices

    def acts(self) -> dict[str, Callable[[], object]]:
        """Return each key and what it does."""
        devices, side = self._devices, self._columns.side
        acts: dict[str, Callable[[], object]] = {
            "Ctrl+1": self._columns.toggle_queue,
            "Ctrl+2": self._conversation.take_keyboard,
            "Ctrl+3": partial(self._columns.open_tab, side.dossier),
            "Ctrl+4": partial(self._columns.open_tab, side.devices),
            "Ctrl+6": partial(self._columns.open_tab, side.guide),
            "Ctrl+F": self._search_documents,
            NEXT_KEYS: side.guide.press_next,
            SIDE_KEYS: self._conversation.toggle_side,
            "F6": partial(self._with_devices, devices.scan.press_preview),
            "F7": partial(self._with_devices, devices.scan.press_scan),
            "Shift+F7": partial(self._with_devices, devices.scan_piece),
            "F8": partial(self._file, devices.filing.file.click),
            "Ctrl+F8": partial(self._file, devices.filing.receipt.click),
            "Shift+F8": partial(self._file, devices.filing.each.click),
            "Ctrl+P": partial(self._with_devices, devices.printing.press_receipt),
            "Ctrl+Alt+P": partial(self._with_devices, devices.printing.press_file),
            "Ctrl+D": self._conversation.toggle_page,
        }
        for layout, look in LAYOUTS.items():
            acts[look[3]] = partial(self._conversation.choose_layout, layout)
        for place, grant in enumerate(Grant, start=1):
            acts[f"Alt+G, {place}"] = partial(self._ask, grant)
        return acts

    def _ask(self, grant: Grant) -> None:
        if self._columns.has_caller:
            self._conversation.header.grants.wanted.emit(grant)

    def _search_documents(self) -> None:
        if self._columns.has_caller:
            self._columns.open_tab(self._columns.side.dossier.documents)
            self._columns.side.dossier.documents.take_keyboard()

    def _with_devices(self, act: Callable[[], object]) -> None:
        """Shows scanner and printer, then does it: nobody scans or prints unseen."""
        if self._columns.has_caller:
            if not self._columns.side.is_open(self._devices):
                self._columns.open_tab(self._devices)
            act()

    def _file(self, act: Callable[[], object]) -> None:
        """Files when the piece is on the screen; else it is shown, and the next press files."""
        if self._columns.side.is_open(self._devices):
            act()
        elif self._columns.has_caller:
            self._columns.open_tab(self._devices)
            self._devices.filing.take_keyboard()
