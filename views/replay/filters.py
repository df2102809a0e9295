# SPDX-License-Identifier: GPL-3.0-only
"""Which events of a log are looked at: by part, by end, troubles only, by words.
Pure; used by the replay window.
"""

from __future__ import annotations

import unicodedata

import msgspec
import numpy as np
import numpy.typing as npt

from resources.texts import _
from session.log.events import Lane, Writer, code_of
from session.log.merge import WRITERS
from session.log.playback.opened import Meaning, OpenedLog
from views.replay.words import LANES, describe


class EventFilter(msgspec.Struct, frozen=True, kw_only=True):
    """The filter of a log's events.

    Attributes:
        lanes, writers: nothing means all.
        troubles: only what a helpdesk looks for.
        words: all of them stand in the event's sentence, its part, its name or its code;
            capitals and accents make no difference.
    """

    lanes: frozenset[Lane] = frozenset()
    writers: frozenset[Writer] = frozenset()
    troubles: bool = False
    words: str = ""

    @property
    def is_all(self) -> bool:
        """True if nothing is left out."""
        return self == EventFilter()


def plain(text: str) -> str:
    """Small letters without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


class Matcher:
    """Finds the rows of one log; the sentences are made once."""

    def __init__(self, log: OpenedLog) -> None:
        self._log = log
        self._texts: list[str] | None = None

    def marks(self, event_filter: EventFilter) -> npt.NDArray[np.int64]:
        """The marks of the timeline that are wanted, in order."""
        if event_filter.is_all:
            return self._log.marks
        needles = plain(event_filter.words).split()
        if needles:
            texts = self._all_texts()
        else:
            texts = [""] * len(self._log.meanings)
        table = np.array(
            [
                self._fits(meaning, event_filter) and all(needle in text for needle in needles)
                for meaning, text in zip(self._log.meanings, texts, strict=True)
            ],
            dtype=np.bool_,
        )
        fits = self._log.spread(table)
        if event_filter.writers:
            places = [place for place, name in enumerate(WRITERS) if name in event_filter.writers]
            fits = fits & np.isin(self._log.columns.writer, places)
        return np.flatnonzero(fits)

    @staticmethod
    def _fits(meaning: Meaning, event_filter: EventFilter) -> bool:
        return (
            meaning.is_mark
            and (meaning.is_trouble or not event_filter.troubles)
            and (not event_filter.lanes or meaning.lane in event_filter.lanes)
        )

    def _all_texts(self) -> list[str]:
        if self._texts is None:
            self._texts = [
                plain(
                    " ".join(
                        (
                            describe(meaning.event),
                            _(LANES[meaning.lane][0]),
                            meaning.label,
                            code_of(meaning.event),
                        )
                    )
                )
                for meaning in self._log.meanings
            ]
        return self._texts
