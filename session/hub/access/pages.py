# SPDX-License-Identifier: GPL-3.0-only
"""Keeps a long answer for some seconds while its asker reads it page by page, so that it is made
once and all its pages are of one moment. Used by the door.

Another hub that gets one of the questions makes the answer anew: nothing depends on it.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import msgspec

from session.core.clock import Clock
from session.hub.access.handlers import Asker
from session.protocol.codec import encode
from session.protocol.hub.requests import ListAnswer, ListRequest, page_of

KEPT_S, MOST_KEPT = 10.0, 16
"""How long, and how many answers; of those least lately asked for none is kept."""


class PagedAnswers:
    """Whole answers that are being read."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[tuple[Asker, bytes], tuple[ListAnswer, float]] = OrderedDict()

    def rest(self, asker: Asker, request: object) -> ListAnswer | None:
        """Return the whole answer whose next page is asked for; None when it is to be made."""
        if not isinstance(request, ListRequest) or not request.after:
            return None
        answer, until_s = self._kept.get(_key(asker, request), (None, 0.0))
        if self._clock.monotonic_s() < until_s:
            return answer
        return None

    def keep(self, asker: Asker, request: object, answer: object) -> None:
        """Keep an answer that has more than one page."""
        if not isinstance(request, ListRequest) or not isinstance(answer, ListAnswer):
            return
        if page_of(answer, request.after).next:
            key = _key(asker, request)
            self._kept[key] = (answer, self._clock.monotonic_s() + KEPT_S)
            self._kept.move_to_end(key)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)


def _key(asker: Asker, request: ListRequest[Any]) -> tuple[Asker, bytes]:
    return asker, encode(msgspec.structs.replace(request, after=""))
