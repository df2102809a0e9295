# SPDX-License-Identifier: GPL-3.0-only
"""Real windows on a real screen, one after the other, for a screen reader:
`tests.accessibility.bus` starts it and talks to it by lines of JSON.

`{"show": "desk/face"}` shows this state of `tests.support.screens.every`, "story" the desk of
`story.py`, "visit" the kiosk of `kiosk_story.py`, "page" the caller's page of `page_story.py`;
`{"press": "Tab"}` presses a key; `{"take": "yes"}` gives the keyboard to that part of the story and
presses Enter; `{"announce": [...]}` says words; `{"happens": "comes"}` lets something happen in the
story. Each is answered when the window has taken it in.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from PyQt6.QtCore import QSocketNotifier, Qt
from PyQt6.QtGui import QKeySequence
from PyQt6.QtWidgets import QApplication, QWidget

from resources.texts import use_language
from tests.accessibility.kiosk_story import StoryKiosk
from tests.accessibility.layout import settle
from tests.accessibility.page_story import StoryPage
from tests.accessibility.story import StoryDesk
from tests.support.screens.every import EVERY
from tests.support.screens.fingers import key
from views.widgets.announcer import announce
from views.widgets.theme import apply_theme

Story = StoryDesk | StoryKiosk | StoryPage
STORIES: dict[str, Callable[[], Story]] = {
    "story": StoryDesk,
    "visit": StoryKiosk,
    "page": StoryPage,
}


class Windows:
    """Shows one window at a time."""

    def __init__(self, application: QApplication) -> None:
        self._application = application
        self._window: QWidget | None = None
        self._story: Story | None = None
        self._number = 0
        self._lines = QSocketNotifier(
            sys.stdin.fileno(),  # type: ignore[arg-type]  # the stub knows another one
            QSocketNotifier.Type.Read,
        )
        self._lines.activated.connect(self._on_line)

    def _on_line(self) -> None:
        line = sys.stdin.readline()
        if not line:
            self._lines.setEnabled(False)
            self._application.exit()  # `quit` asks each window, and a conversation refuses
            return
        said = self._do(json.loads(line))
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()

    def _do(self, what: dict[str, Any]) -> Any:
        if "show" in what:
            return self._show(what["show"], what.get("size", [1366, 768]))
        assert self._window is not None
        if "press" in what:
            return self._press(what["press"])
        if "take" in what:
            return self._take(what["take"])
        if "happens" in what:
            getattr(self._story, what["happens"])()
            return settle()
        announce(self._window, what["announce"], urgent=what["urgent"])
        return None

    def _show(self, name: str, size: list[int]) -> str:
        if self._window is not None:
            self._window.hide()
            self._window.deleteLater()
        played = STORIES.get(name)
        self._story = played() if played is not None else None
        self._window = window = EVERY[name]() if self._story is None else self._story.window
        self._number += 1
        window.setWindowTitle(f"{name} {self._number}")
        window.resize(*size)
        window.show()
        window.activateWindow()
        settle()
        return window.windowTitle()

    def _take(self, name: str) -> None:
        """Tab has come there (`test_window_whole_visit.py` of the kiosk goes the whole way)."""
        assert isinstance(self._story, StoryKiosk)
        wanted = self._story.part(name)
        wanted.setFocus(Qt.FocusReason.TabFocusReason)
        settle()
        key(wanted, Qt.Key.Key_Return)
        return settle()

    def _press(self, keys: str) -> str:
        pressed = QKeySequence(keys)[0]
        there = self._application.focusWidget() or self._window
        assert there is not None
        key(there, pressed.key(), pressed.keyboardModifiers())
        settle()
        now = self._application.focusWidget()
        return now.accessibleName() or type(now).__name__ if now is not None else ""


def main() -> None:
    """Runs until the other end closes."""
    use_language("fr")
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Poste Expert")
    application.setQuitOnLastWindowClosed(False)
    application.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeMenuBar)
    apply_theme(application, dark=False)
    shown = Windows(application)
    sys.stdout.write(json.dumps("ready") + "\n")
    sys.stdout.flush()
    application.exec()
    del shown


if __name__ == "__main__":
    main()
