# SPDX-License-Identifier: GPL-3.0-only
"""Parts that tell what a test makes them tell."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from session.core.signals import Signal


class Either(Signal[Any]):
    """A notifier, or a wish that nobody fulfils."""

    def __call__(self, *_said: object) -> None:
        return


class Telling:
    """Every attribute tells or is asked, but those that are given."""

    def __init__(self, **given: Any) -> None:
        self._notifiers: dict[str, Either] = defaultdict(Either)
        vars(self).update(given)

    def __getattr__(self, name: str) -> Any:
        return self._notifiers[name]
