# SPDX-License-Identifier: GPL-3.0-only
"""The wishes of the board's pages, as values: told by a page's one signal `acted`, matched once in
`expert_app.board.wiring`. Pure.

A page whose list the hub reads tells the hub's own request instead (`HistoryRequest`,
`TrendsRequest`, `StatisticsRequest`, `DeliveriesRequest`, `AccessesRequest`, `RemoteHelpsRequest`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from session.core.dossier_model import CallerIdentity
from session.desk.hub.board_acts import Act
from session.protocol.hub.statistics import StatisticsBy


@dataclass(frozen=True)
class DoAct:
    """An act on the queue, and why."""

    act: Act
    reason: str


@dataclass(frozen=True)
class UndoLastAct:
    """The last act of this board is taken back."""


@dataclass(frozen=True)
class UndoAct:
    """The act of the history with this id is taken back."""

    act_id: str
    reason: str


@dataclass(frozen=True)
class ReadLines:
    """Lines of the kiosks with these words in site, name or id; so many rows."""

    words: str
    rows: int


@dataclass(frozen=True)
class SaveFigures:
    """Figures of these days as .csv or .pdf."""

    first: date
    last: date
    path: str
    grouped: tuple[StatisticsBy, StatisticsBy]


@dataclass(frozen=True)
class SaveList:
    """Everything that the page's filters find, as .csv."""

    path: str


@dataclass(frozen=True)
class RetryCopies:
    """Copies with these ids are tried again now."""

    ids: Sequence[int]


@dataclass(frozen=True)
class GiveUpCopies:
    """Nobody tries the copies with these ids any more."""

    ids: Sequence[int]
    reason: str


@dataclass(frozen=True)
class ExportDossier:
    """A whole dossier as .zip."""

    number: str
    reason: str
    path: str


@dataclass(frozen=True)
class ReadDoubles:
    """Provisional dossiers and merges."""


@dataclass(frozen=True)
class CompareDossiers:
    """Two dossiers side by side; each is opened, and that is written down."""

    keep: str
    merged: str
    reason: str


@dataclass(frozen=True)
class MergeDossiers:
    """The second of two compared dossiers becomes a part of the first."""

    keep: str
    merged: str
    reason: str


@dataclass(frozen=True)
class UnmergeDossiers:
    """The merge with this id is taken back."""

    merge_id: str
    reason: str


@dataclass(frozen=True)
class ViewDossier:
    """A dossier, to correct whose it is."""

    number: str
    reason: str


@dataclass(frozen=True)
class CorrectPerson:
    """Another person for a dossier; `confirmed`: likely doubles were looked at."""

    number: str
    caller: CallerIdentity
    confirmed: bool
    reason: str
