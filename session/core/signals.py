# SPDX-License-Identifier: GPL-3.0-only
"""Signals without Qt.
Parts of a session expose them; the programs' wiring connects them to views.
"""

from __future__ import annotations

from collections.abc import Callable


class Signal[Value]:
    """Calls its listeners with each value that is emitted:
    at once, in order, in the emitter's thread.
    """

    def __init__(self) -> None:
        self._listeners: list[Callable[[Value], None]] = []

    def connect(self, listener: Callable[[Value], None]) -> Callable[[], None]:
        """Adds `listener`; returns the call that removes it again."""
        self._listeners.append(listener)

        def disconnect() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return disconnect

    def emit(self, value: Value) -> None:
        """Calls every listener with `value`."""
        for listener in list(self._listeners):
            listener(value)
