# SPDX-License-Identifier: GPL-3.0-only
"""What a program has observed, by name, for whoever drives it from outside (the scripted walk,
tests).

The observers of desk, kiosk and board note what happens; the script reads it at the *other* end
than the one that acted.
"""

from __future__ import annotations

from session.core.clock import Clock

Value = str | int | float | bool | None


class Observations:
    """Named observations with their values and the moment they were made."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._observations: dict[str, dict[str, Value]] = {}

    def note(self, name: str, **values: Value) -> None:
        """Records `name` with `values`; a later note of the same name replaces it and counts."""
        count = self._observations.get(name, {}).get("count", 0)
        counted = (count if isinstance(count, int) else 0) + 1
        self._observations[name] = {
            **values,
            "count": counted,
            "seen_at_utc": self._clock.utc_now().isoformat(),
        }

    def forget(self, name: str) -> None:
        """Drops an observation that is no longer true."""
        self._observations.pop(name, None)

    def all(self) -> dict[str, dict[str, Value]]:
        """Everything observed so far."""
        return {name: dict(values) for name, values in self._observations.items()}
