# SPDX-License-Identifier: GPL-3.0-only
"""What a program has observed, by name, for the script that drives it.

The script reads it at the *other* end than the one that acted. Observations are made from signals
that the program has anyway.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from operator import attrgetter
from typing import Any, Protocol

from session.core.clock import Clock

Value = str | int | float | bool | None
Field = str | Callable[[Any], Value]
"""The path of an attribute of the signal's value ("ticket.number"), or a function of the value."""


class Connectable(Protocol):
    """A signal: Qt's own or `session.core.signals.Signal`."""

    def connect(self, slot: Callable[..., Any], /) -> Any:
        """Call `slot` with each value."""
        ...


class Observations:
    """Named observations with their values and the moment they were made."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._observations: dict[str, dict[str, Value]] = {}

    def note(self, name: str, **values: Value) -> None:
        """Record `name` with `values`; a later note of the same name replaces it and counts.
        `count` and `seen_at_utc` are its own: no value may have one of these names.
        """
        assert not values.keys() & {"count", "seen_at_utc"}, f"{name} names a value as we do"
        count = self._observations.get(name, {}).get("count", 0)
        counted = (count if isinstance(count, int) else 0) + 1
        self._observations[name] = {
            **values,
            "count": counted,
            "seen_at_utc": self._clock.utc_now().isoformat(),
        }

    def record(self, signal: Connectable, name: str, /, *same: str, **fields: Field) -> None:
        """Note `name` each time the signal is emitted.

        Args:
            same: attributes of the signal's value that keep their name.
            fields: other values; of an enumeration its value is noted.
        """
        readers = {field: _reader(field) for field in same}
        readers |= {field: _reader(source) for field, source in fields.items()}

        def on_emitted(value: object = None) -> None:
            self.note(name, **{field: read(value) for field, read in readers.items()})

        signal.connect(on_emitted)

    def record_while(self, signal: Connectable, name: str, /, *same: str, **fields: Field) -> None:
        """Note `name` with each true value of the signal, and forget it with each other."""
        readers = {field: _reader(field) for field in same}
        readers |= {field: _reader(source) for field, source in fields.items()}

        def on_emitted(value: object = None) -> None:
            if value:
                self.note(name, **{field: read(value) for field, read in readers.items()})
            else:
                self.forget(name)

        signal.connect(on_emitted)

    def forget(self, name: str) -> None:
        """Drop an observation that is no longer true."""
        self._observations.pop(name, None)

    def all(self) -> dict[str, dict[str, Value]]:
        """Return everything observed so far."""
        return {name: dict(values) for name, values in self._observations.items()}


def itself(value: Value) -> Value:
    """Return the signal's value as it is: a `Field`."""
    return value


def _reader(field: Field) -> Callable[[Any], Value]:
    read: Callable[[Any], Any] = attrgetter(field) if isinstance(field, str) else field

    def value_of(value: object) -> Value:
        result: Value | Enum = read(value)
        if isinstance(result, Enum):
            enumerated: Value = result.value
            return enumerated
        return result

    return value_of
