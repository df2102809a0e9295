# SPDX-License-Identifier: GPL-3.0-only
"""The register of accesses at the board: a file with every line."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from expert_app.board.accesses import BoardAccesses, accesses_csv
from session.core.dossier_model import AccessKind, AccessLine
from session.core.errors import HubUnreachable
from session.core.tasks import Tasks
from session.desk.hub.identity import DossierRegisterLink
from session.protocol.dossier.identity import AccessesAnswer, AccessesRequest
from tests.support.waiting import until
from views.words.accesses import access_words


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


class Register(DossierRegisterLink):
    """The board's own link, over lines 1 to 5 instead of a hub: two on a page."""

    def __init__(self) -> None:
        self.lines = [line(number) for number in range(5, 0, -1)]
        self.fails = False

    async def accesses(self, request: AccessesRequest) -> AccessesAnswer:
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


def job(register: Register) -> BoardAccesses:
    return BoardAccesses(register, access_words, tasks=Tasks())


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
