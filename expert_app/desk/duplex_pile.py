# SPDX-License-Identifier: GPL-3.0-only
"""Scans both sides of a pile with a feeder that reads one side: fronts, then the turned pile's
backs.
Pure; used by `expert_app.desk.devices`.

Turned over as a whole the pile comes out from its last sheet to its first:
the backs are in the opposite order.
"""

from __future__ import annotations

from collections.abc import Sequence


class DuplexPile:
    """One pile being scanned by hand.
    A jam in the middle is no end: what comes afterwards is added.
    """

    def __init__(self) -> None:
        self._fronts: list[str] = []
        self._backs: list[str] = []
        self.is_turned = False

    @property
    def sheets(self) -> int:
        """Fronts so far."""
        return len(self._fronts)

    @property
    def missing(self) -> int:
        """Backs that are still to come; less than 0 when there are too many."""
        return len(self._fronts) - len(self._backs)

    def came(self, page_id: str) -> None:
        """A page of the pile came."""
        (self._backs if self.is_turned else self._fronts).append(page_id)

    def pages(self) -> list[str]:
        """Front, back, front, back. When there are too many or too few backs, they are given to
        the last sheets.
        """
        backs = list(reversed(self._backs))
        lacking = max(0, self.missing)
        rows: list[str] = []
        for place, front in enumerate(self._fronts):
            rows.append(front)
            if 0 <= place - lacking < len(backs):
                rows.append(backs[place - lacking])
        return rows + backs[len(self._fronts) - lacking :]


def in_order(everything: Sequence[str], pile: Sequence[str]) -> list[str]:
    """All pages, those of the pile together in its order, where the first of them stands now."""
    those = set(pile)
    place = next((at for at, page_id in enumerate(everything) if page_id in those), len(everything))
    before = [page_id for page_id in everything[:place] if page_id not in those]
    after = [page_id for page_id in everything[place:] if page_id not in those]
    present_ids = set(everything)
    return [*before, *(page_id for page_id in pile if page_id in present_ids), *after]
