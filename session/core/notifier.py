# SPDX-License-Identifier: GPL-3.0-only
"""A fact told to whoever listens, without Qt.
Parts of a session expose these; compose connects them to views.
"""

from __future__ import annotations

from collections.abc import Callable


class Notifier[Fact]:
    """A list of listeners for one kind of fact;
    listeners run at once, in the caller's thread, in order.
    """

    def __init__(self) -> None:
        self._listeners: list[Callable[[Fact], None]] = []

    def connect(self, listener: Callable[[Fact], None]) -> Callable[[], None]:
        """Adds `listener`; returns the call that removes it again."""
        self._listeners.append(listener)

        def disconnect() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return disconnect

    def emit(self, fact: Fact) -> None:
        """Tells every listener."""
        for listener in list(self._listeners):
            listener(fact)
