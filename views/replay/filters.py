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
    """What is wanted of a log.

    Attributes:
        lanes, writers: nothing means all.
        troubles: only what a helpdesk looks for.
        words: all of them stand in the event's sentence, its part, its name or its code; capitals
            and accents make no difference.
    """

    lanes: frozenset[Lane] = frozenset()
    writers: frozenset[Writer] = frozenset()
    troubles: bool = False
    words: str = ""

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
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

    def marks(self, wanted: EventFilter) -> npt.NDArray[np.int64]:
        """The marks of the timeline that are wanted, in order."""
        if wanted.is_all:
            return self._log.marks
        needles = plain(wanted.words).split()
        texts = self._all_texts() if needles else [""] * len(self._log.meanings)
        table = np.array(
            [
                self._fits(meaning, wanted) and all(needle in text for needle in needles)
                for meaning, text in zip(self._log.meanings, texts, strict=True)
            ],
            dtype=np.bool_,
        )
        fits = self._log.spread(table)
        if wanted.writers:
            places = [place for place, name in enumerate(WRITERS) if name in wanted.writers]
            fits = fits & np.isin(self._log.columns.writer, places)
        return np.flatnonzero(fits)

    @staticmethod
    def _fits(meaning: Meaning, wanted: EventFilter) -> bool:
        return (
            meaning.is_mark
            and (meaning.is_trouble or not wanted.troubles)
            and (not wanted.lanes or meaning.lane in wanted.lanes)
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
