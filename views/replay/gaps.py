# SPDX-License-Identifier: GPL-3.0-only
"""The gaps of a log, where an end of a conversation told nothing, or where what it told is not
in the log. Pure; used by the replay window.

A calm conversation is no gap: each end measures the line every ten seconds. In logs of older
versions, which have no measurements, only cut lines and missing records are told.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resources.texts import _, ngettext
from session.log import events
from session.log.events import Writer
from session.log.merge import WRITERS
from session.log.playback.opened import OpenedLog
from views.replay.words import END_NAMES

CUT_S, SILENT_S = 5.0, 25.0
"""How long nothing must come while the line is cut, and else."""

MOST = 2000


class Gap(NamedTuple):
    """A silence of one end.

    Attributes:
        missing: records that should be here and are not.
        cut: its line was cut meanwhile.
    """

    begin_s: float
    end_s: float
    writer: Writer
    missing: int = 0
    cut: bool = False


def gap_words(gap: Gap) -> str:
    """Return what is missing, and why as far as it is known."""
    who, seconds = _(END_NAMES[gap.writer]), round(gap.end_s - gap.begin_s)
    if gap.missing:
        words = ngettext(
            "{who}: one event is missing here",
            "{who}: {count} events are missing here",
            gap.missing,
        )
        return words.format(who=who, count=gap.missing)
    if gap.cut:
        return _("{who}: no event for {seconds} s, its line was cut").format(
            who=who, seconds=seconds
        )
    return _("{who}: no event for {seconds} s").format(who=who, seconds=seconds)


def gaps_of(log: OpenedLog) -> list[Gap]:
    """All gaps of a log, in order of time."""
    gaps = [
        Gap(missing.at_s, missing.at_s, missing.writer, missing.records) for missing in log.missing
    ]
    begin_s, end_s = conversation(log)
    for place, writer in enumerate(WRITERS):
        gaps += _silences(log, place, writer, begin_s, end_s)
    return sorted(gaps)[:MOST]


def conversation(log: OpenedLog) -> tuple[float, float]:
    """Return the time from the agent's accept to the end of the conversation;
    the whole log where it tells neither.
    """
    begins = log.rows_of(
        lambda meaning: isinstance(meaning.event, events.TicketAccepted | events.SessionOpened)
    )
    ends = log.rows_of(
        lambda meaning: isinstance(meaning.event, events.HungUp | events.SessionEnded)
    )
    if len(begins):
        begin_s = log.offset_s(int(begins[0]))
    else:
        begin_s = 0.0
    if len(ends):
        end_s = log.offset_s(int(ends[-1]))
    else:
        end_s = log.duration_s
    if end_s > begin_s:
        return (begin_s, end_s)
    return (0.0, log.duration_s)


def _silences(
    log: OpenedLog, place: int, writer: Writer, begin_s: float, end_s: float
) -> list[Gap]:
    within = slice(*np.searchsorted(log.columns.at_s, (begin_s, end_s + 1e-9)).tolist())
    at_s = log.columns.at_s[within][log.columns.writer[within] == place]
    before = np.flatnonzero(np.diff(at_s) >= CUT_S)
    firsts, lasts = at_s[before], at_s[before + 1]
    cuts = _cuts(log, writer)
    lost, back = (np.array([cut[side] for cut in cuts] + [np.inf]) for side in (0, 1))
    following = np.searchsorted(back[:-1], firsts)
    overlap = np.minimum(lasts, back[following]) - np.maximum(firsts, lost[following])
    is_cut = overlap >= CUT_S / 2
    is_gap = is_cut
    if any(measure.by is writer for _at_s, measure in log.line):
        is_gap = is_cut | (lasts - firsts >= SILENT_S)
    return [
        Gap(float(firsts[number]), float(lasts[number]), writer, 0, bool(is_cut[number]))
        for number in np.flatnonzero(is_gap)[:MOST].tolist()
    ]


def _cuts(log: OpenedLog, writer: Writer) -> list[tuple[float, float]]:
    """Return when an end's line was cut."""
    rows = log.rows_of(
        lambda meaning: (
            isinstance(meaning.event, events.LineLost | events.LineBack)
            and meaning.event.by is writer
        )
    )
    cuts: list[tuple[float, float]] = []
    lost_s: float | None = None
    for row in rows.tolist():
        if isinstance(log.meaning(row).event, events.LineLost):
            if lost_s is None:
                lost_s = log.offset_s(row)
        elif lost_s is not None:
            cuts.append((lost_s, log.offset_s(row)))
            lost_s = None
    if lost_s is None:
        return cuts
    return [*cuts, (lost_s, log.duration_s)]
