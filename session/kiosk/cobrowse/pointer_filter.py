# SPDX-License-Identifier: GPL-3.0-only
"""The second guard of a caller's finger:
where a page asks for a secret, no event tells where it moves and what it touches.

Used by the second guard's process, `guard_worker`. The first guard, `record_pads.js` in
`resources/pages`, knows the page; this one looks at what it told: a field for a password, or nine
different digits that stand alone. What was seen counts until the next full picture.
"""

from __future__ import annotations

import re

from session.kiosk.cobrowse.mirror_filter import source_of
from session.protocol.conversation.mirror import FULL_SNAPSHOT, INCREMENTAL, MirrorEvent

POINTER = frozenset({1, 2, 6, 12, 14})
"""rrweb's sources: moves, clicks and focus, touches, drags, selections."""

_MUTATION = 0
_KEYS = 9
_PASSWORD = re.compile(
    rb'"(?:type|inputType)":"password"|"data-rr-is-password"|text-security:\s{0,3}(?!none)[a-z]'
)
_DIGIT = re.compile(rb'"(?:textContent|value|alt|aria-label)":"\s{0,3}(\d)\s{0,3}"', re.IGNORECASE)


def hides_letters(style: str) -> bool:
    """True if a style sheet makes fields look like one for a password."""
    return _PASSWORD.search(style.encode(errors="replace")) is not None


class PointerFilter:
    """Follows the pages of one sharing."""

    def __init__(self) -> None:
        self._password = False
        self._digits: set[bytes] = set()

    def filter(self, events: list[MirrorEvent]) -> list[MirrorEvent]:
        """Return what may leave the kiosk, in order."""
        return [event for event in events if self._allows(event)]

    def _allows(self, event: MirrorEvent) -> bool:
        if event.type == FULL_SNAPSHOT:
            self._password = False
            self._digits = set()
            self._note_fields(bytes(event.data))
        if event.type != INCREMENTAL:
            return True
        source = source_of(event)
        if source == _MUTATION:
            self._note_fields(bytes(event.data))
        return source not in POINTER or not (self._password or len(self._digits) >= _KEYS)

    def _note_fields(self, data: bytes) -> None:
        self._password = self._password or _PASSWORD.search(data) is not None
        if len(self._digits) < _KEYS:
            self._digits.update(_DIGIT.findall(data))
