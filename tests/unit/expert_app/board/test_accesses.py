# SPDX-License-Identifier: GPL-3.0-only
"""The register of accesses at the board: a file with every line."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from expert_app.board.accesses import BoardAccesses, accesses_csv
from session.core.dossier_model import AccessKind, AccessLine
from session.core.errors import HubUnreachable
from session.core.tasks import Tasks
from session.desk.hub.helpdesk import HelpdeskClient
from session.desk.hub.identity import DossierRegisterClient
from session.protocol.dossier.identity import AccessesAnswer, AccessesRequest
from session.protocol.helpdesk.remote_help import (
    RemoteHelp,
    RemoteHelps,
    RemoteHelpsRequest,
    RemoteState,
)
from session.protocol.hub.requests import RemoteAct
from tests.support.waiting import until
from views.words.accesses import access_words
from views.words.self_tests import help_columns


def line(number: int, kind: AccessKind = AccessKind.OPENED, reason: str = "") -> AccessLine:
    return AccessLine(
        id=number,
        at_utc=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        user="alice",
        by_name="Alice Agent",
        kind=kind,
        dossier=f"D-{number}",
        session_id="s1",
        reason=reason,
    )


class Register(DossierRegisterClient):
    """The board's own link, over lines 1 to 5 instead of a hub: two on a page."""

    def __init__(self) -> None:
        self.lines = [line(number) for number in range(5, 0, -1)]
        self.fails = False
        self.bus = cast(Any, self)

    async def ask(self, request: AccessesRequest) -> AccessesAnswer:
        if self.fails:
            raise HubUnreachable
        lines = [
            one
            for one in self.lines
            if (not request.before or one.id < request.before)
            and (request.kind is None or one.kind is request.kind)
        ]
        count = min(2, request.limit)
        return AccessesAnswer(lines=lines[:count], more=len(lines) > count)


@pytest.fixture
def register() -> Register:
    return Register()


class Helps(HelpdeskClient):
    """What was wanted from afar, h5 to h1: two on a page."""

    def __init__(self) -> None:
        self.asked: list[RemoteHelpsRequest] = []

    async def helps(self, request: RemoteHelpsRequest | None = None) -> RemoteHelps:
        assert request is not None
        self.asked.append(request)
        ids = [f"h{n}" for n in range(5, 0, -1) if not request.before or f"h{n}" < request.before]
        return RemoteHelps(helps=tuple(map(wanted, ids[:2])), more=len(ids) > 2)


def wanted(help_id: str) -> RemoteHelp:
    return RemoteHelp(
        help_id=help_id,
        organisation="valdore",
        kiosk="borne1",
        act=RemoteAct.SCAN,
        state=RemoteState.DONE,
        by="h.aide",
        by_name="Denis W.",
        reason="=1+1",
        asked_at_utc=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    )


def job(register: Register, helps: Helps | None = None) -> BoardAccesses:
    return BoardAccesses(
        register,
        helps or Helps(),
        words=access_words,
        help_columns=help_columns,
        tasks=Tasks(),
    )


async def test_the_file_has_every_line_and_no_cell_that_runs(
    register: Register, tmp_path: Path
) -> None:
    register.lines[0] = line(5, reason="=HYPERLINK(1)")
    made, saved = job(register), cast(list[str], [])
    made.saved.connect(saved.append)
    made.save(str(tmp_path / "x.csv"))
    await until(lambda: bool(saved))
    rows = list(csv.reader((tmp_path / "x.csv").read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert [row[4] for row in rows[1:]] == ["D-5", "D-4", "D-3", "D-2", "D-1"]
    assert rows[1][5] == "'=HYPERLINK(1)"


async def test_what_was_wanted_from_afar_is_shown_and_every_line_of_it_is_in_the_file(
    register: Register, tmp_path: Path
) -> None:
    helps, shown, saved = Helps(), cast(list[RemoteHelps], []), cast(list[str], [])
    made = job(register, helps)
    made.helps_received.connect(shown.append)
    made.saved.connect(saved.append)
    request = RemoteHelpsRequest(kiosk="borne1")
    made.show(request)
    await until(lambda: bool(shown))
    made.reading.rest()
    assert (helps.asked[0], len(shown[0].helps), shown[0].more) == (request, 2, True)
    made.save(str(tmp_path / "x.csv"))
    await until(lambda: bool(saved))
    rows = list(csv.reader((tmp_path / "x.csv").read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert len(rows) == 6
    assert rows[1][1:] == ["Denis W.", "aide", "Test scan", "Kiosk borne1", "'=1+1", "done"]


async def test_a_file_that_cannot_be_written_is_told(register: Register, tmp_path: Path) -> None:
    made, failed = job(register), cast(list[str], [])
    made.failed.connect(failed.append)
    made.save(str(tmp_path / "missing" / "x.csv"))
    register.fails = True
    made.save(str(tmp_path / "x.csv"))
    await until(lambda: len(failed) == 2)
    assert "hub_unreachable" in failed


def test_a_search_says_how_many_it_found() -> None:
    searched = AccessLine(
        id=1,
        at_utc=datetime(2026, 3, 2, tzinfo=UTC),
        user="alice",
        by_name="",
        kind=AccessKind.SEARCHED,
        hits=3,
    )
    assert b"Searched by name and birth date: 3" in accesses_csv([searched], access_words)
