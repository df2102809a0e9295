# SPDX-License-Identifier: GPL-3.0-only
"""The columns of the list of conversations. Used by the list, and by its table as a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from resources.texts import N_, _
from session.protocol.helpdesk.log_list import LogRow, LogState
from views.helpdesk.words import (
    outcome_words,
    row_length,
    row_start_words,
    state_words,
    troubles_words,
)


class ListColumn(NamedTuple):
    """A column.

    Attributes:
        sample: a text as wide as the column; "" for the one that takes what is left.
        leaves: the place in the order in which columns give way where there is no room; 0: never.
    """

    key: str
    head: str
    sample: str
    leaves: int
    text: Callable[[LogRow, datetime], str]


COLUMNS: tuple[ListColumn, ...] = (
    ListColumn(
        "start",
        N_("Began"),
        "28/11 15:30",
        0,
        row_start_words,
    ),
    ListColumn("number", N_("Number"), "NMQW-NMQW", 0, lambda row, _now: row.short_number),
    ListColumn("ticket", N_("Ticket"), "MM000", 2, lambda row, _now: row.ticket_number),
    ListColumn(
        "organisation", N_("Organisation"), "caf-valdoree", 0, lambda row, _now: row.organisation
    ),
    ListColumn("site", N_("Site"), "Montclar-les-Eaux", 4, lambda row, _now: row.site),
    ListColumn(
        "kiosk", N_("Kiosk"), "borne-accueil-1", 0, lambda row, _now: row.kiosk_name or row.kiosk
    ),
    ListColumn(
        "service",
        N_("Service"),
        "logement-aides",
        3,
        lambda row, _now: row.service_name or row.service,
    ),
    ListColumn("length", N_("Length"), "21 min 36 s", 5, lambda row, _now: row_length(row)),
    ListColumn("troubles", N_("What failed"), "", 0, lambda row, _now: failed_words(row)),
    ListColumn(
        "outcome",
        N_("How it ended"),
        "borne perdue",
        1,
        lambda row, _now: outcome_words(row.outcome),
    ),
)
TROUBLES = next(place for place, column in enumerate(COLUMNS) if column.key == "troubles")

OF_ALL = next(place for place, column in enumerate(COLUMNS) if column.key == "organisation")
"""Shown only to people who see several organisations."""

LEAST_LETTERS = 34
"""Of what failed; other columns give way before it has less."""


def place_words(row: LogRow) -> str:
    """Return where it was: site and kiosk."""
    return " · ".join(part for part in (row.site, row.kiosk_name or row.kiosk) if part)


def failed_words(row: LogRow) -> str:
    """Return what failed, or where the conversation is when it cannot be opened."""
    if row.state is not LogState.ENDED:
        return state_words(row.state)
    return troubles_words(row.troubles) or _("nothing")
