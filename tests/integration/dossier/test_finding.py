# SPDX-License-Identifier: GPL-3.0-only
"""An agent finds, makes and numbers dossiers in the real window, over a real hub with an empty
store; a supervisor merges them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

from documents.workers import Workers
from expert_app.board.access_alert import AccessAlert
from expert_app.board.doubles import BoardDoubles, ComparedDossiers, DoublesTrouble
from expert_app.desk.dossier.finding import DossierFinding
from expert_app.desk.wiring.dossier import DossierConnections
from expert_app.driven.window_driver import WindowDriver
from session.core.clock import ManualClock
from session.core.dossier_model import AccessKind, AccessLine, DossierMerged
from session.desk.hub.identity import DossierIdentityClient, DossierRegisterClient
from session.protocol.dossier.identity import AccessesRequest
from session.protocol.wire.roles import Role
from tests.integration.dossier.identity_world import identity_world
from tests.support.hub_world import World
from tests.support.qt_loop import QtLoop
from tests.support.screens.fingers import click, key, rewrite, write
from tests.support.screens.invented import NOW, desk
from tests.support.waiting import until
from tests.unit.expert_app.desk.desk_at_work import Desk


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers() as started:
        yield started


class Seat:
    """An agent at a real window."""

    def __init__(self, world: World, made: Desk) -> None:
        self.world, self.desk, self.app = world, made, made.app
        self.window = desk(ManualClock(NOW))
        self.driver = WindowDriver(self.window)
        self.finding = DossierFinding(
            made.app, DossierIdentityClient(made.client), tasks=made.tasks
        )
        jobs = SimpleNamespace(app=made.app, finding=self.finding, pieces=None)
        self.connections = DossierConnections(self.window, cast(Any, jobs), link=made.link)
        made.app.session_opened.connect(lambda session: self.window.show_session(session.facts))
        made.app.session_closed.connect(lambda _outcome: self.window.show_idle())
        self.window.resize(1280, 800)
        self.window.show()

    async def serve(self, request: str, number: str = "") -> None:
        """Takes a caller who typed this number."""
        kiosk = await self.world.kiosk("kiosk1")
        self.app.accept((await kiosk.call("rights", number, request)).ticket.id)
        await until(lambda: self.app.session is not None and bool(self.desk.dossiers))

    async def finish(self) -> None:
        """Ends the conversation and the wrap-up."""
        self.app.hang_up()
        await until(lambda: bool(self.desk.ended))
        self.app.finish("done")
        await until(lambda: self.app.session is None)
        self.desk.ended.clear()
        self.desk.dossiers.clear()

    def line(self, name: str) -> QLineEdit:
        return self._find(QLineEdit, name)

    def words(self, name: str) -> str:
        found = self._find(QLabel, name)
        return found.text() if found.isVisible() else ""

    def press(self, name: str) -> None:
        click(self._find(QPushButton, name))

    def type_caller(self, family_name: str, given_names: str, born_on: str) -> None:
        for name, text in (
            ("dossier_family_name", family_name),
            ("dossier_given_names", given_names),
            ("dossier_born_on", born_on),
        ):
            self.line(name).setText("")
            self.driver.type_text(name, text)

    def _find[Kind: QWidget](self, kind: type[Kind], name: str) -> Kind:
        found = self.window.findChild(kind, name)
        assert found is not None
        return found


@asynccontextmanager
async def seat(folder: Path, workers: Workers) -> AsyncIterator[Seat]:
    """A hub with an empty store, and Alice's desk."""
    async with identity_world(folder) as (world, _store):
        client = await world.client(Role.AGENT, "alice")
        made = Desk(world, client, folder / "alice", workers)
        await made.start()
        at = Seat(world, made)
        yield at
        await made.close()
        await world.stop_hub()  # nobody asks the store that is closed next
        at.window.close_now()


async def _make_zoe(at: Seat) -> str:
    """Makes a dossier with the caller, by hand; its number."""
    at.type_caller("Lefèvre", "Zoé", "02/05/1984")
    at.press("dossier_find")
    await until(lambda: "No dossier has this name" in at.words("dossier_refused"))
    at.press("dossier_create_begin")
    at.press("dossier_create")
    await until(lambda: at.app.dossier is not None)
    assert at.app.dossier is not None
    return at.app.dossier.number


async def _correct_zoe(at: Seat) -> None:
    """Name and birth date were typed wrongly: corrected by the keyboard."""
    at.press("dossier_correct_person")
    for name, text in (
        ("person_family_name", "Lefebvre"),
        ("person_born_on", "20/05/1984"),
        ("person_reason", "Faute de frappe"),
    ):
        rewrite(at.line(name), text)
    key(at.line("person_reason"), Qt.Key.Key_Return)
    await until(lambda: at.words("dossier_name") == "Zoé Lefebvre")
    assert "born on 20/05/1984" in at.words("dossier_who")
    assert not at.line("person_reason").isVisible()


def test_a_caller_without_a_dossier_gets_one_and_is_found_when_coming_back(
    qt_loop: QtLoop, tmp_path: Path, workers: Workers
) -> None:
    async def story() -> None:
        async with seat(tmp_path, workers) as at:
            await at.serve("r1")
            assert at.words("dossier_find_title") == "Which dossier?"
            number = await _make_zoe(at)
            assert number in at.words("dossier_who")
            at.press("dossier_give_number")
            write(at.line("dossier_new_number"), "123 4567")
            key(at.line("dossier_new_number"), Qt.Key.Key_Return)
            await until(lambda: "caller number 1234567" in at.words("dossier_who"))
            await _correct_zoe(at)
            await at.finish()
            assert [line.text() for line in at.window.dossier.findChildren(QLineEdit)] == [
                ""
            ] * len(at.window.dossier.findChildren(QLineEdit))

            await at.serve("r2", "1234567")
            await until(lambda: number in at.words("dossier_who"))
            await at.finish()

            await at.serve("r3")
            at.type_caller("LEFEBVRE", "", "20.5.1984")
            key(at.line("dossier_born_on"), Qt.Key.Key_Return)
            await until(lambda: at.window.dossier.finder.hits.count() == 1)
            key(at.window.dossier.finder.hits, Qt.Key.Key_Return)
            await until(lambda: number in at.words("dossier_who"))

    qt_loop.run(story())


def test_a_double_is_shown_and_another_dossier_needs_a_reason(
    qt_loop: QtLoop, tmp_path: Path, workers: Workers
) -> None:
    async def story() -> None:
        async with seat(tmp_path, workers) as at:
            await at.serve("r1")
            first = await _make_zoe(at)
            await at.finish()
            await at.serve("r2", "7654321")
            at.press("dossier_create_begin")
            at.type_caller("Lefevre", "Zoe", "02051984")
            at.press("dossier_create")
            await until(lambda: at.window.dossier.finder.hits.chosen() == first)
            assert at.app.dossier is None
            at.press("dossier_create_anyway")
            await until(lambda: at.app.dossier is not None)
            assert "caller number 7654321" in at.words("dossier_who")
            at.window.dossier.show_search()
            write(at.line("dossier_number"), first)
            at.press("dossier_open")
            assert "only with a reason" in at.words("dossier_reason_wrong")
            write(at.line("dossier_reason"), "Dossier de sa fille")
            at.press("dossier_open")
            await until(lambda: first in at.words("dossier_who"))
            link = DossierRegisterClient(await at.world.client(Role.SUPERVISOR, "boss"))
            lines = (await link.bus.ask(AccessesRequest(kind=AccessKind.OPENED_OTHER))).lines
            assert [(one.dossier, one.reason) for one in lines] == [(first, "Dossier de sa fille")]

    qt_loop.run(story())


def test_a_search_while_the_hub_is_away_loses_nothing(
    qt_loop: QtLoop, tmp_path: Path, workers: Workers
) -> None:
    async def story() -> None:
        async with seat(tmp_path, workers) as at:
            await at.serve("r1")
            await at.world.stop_hub()
            at.type_caller("Lefèvre", "Zoé", "02/05/1984")
            at.press("dossier_create_begin")
            at.press("dossier_create")
            await until(
                lambda: "Nothing that you typed is lost" in at.words("dossier_refused"), 30.0
            )
            assert at.line("dossier_family_name").text() == "Lefèvre"
            await at.world.start_hub()
            at.press("dossier_create")
            await until(lambda: at.app.dossier is not None, 30.0)
            assert at.app.dossier is not None
            assert at.app.dossier.caller_name == "Zoé Lefèvre"

    qt_loop.run(story(), timeout_s=90)


def test_a_supervisor_compares_merges_and_takes_back(
    qt_loop: QtLoop, tmp_path: Path, workers: Workers
) -> None:
    async def story() -> None:
        async with seat(tmp_path, workers) as at:
            await at.serve("r1")
            first = await _make_zoe(at)
            await at.finish()
            await at.serve("r2")
            at.press("dossier_create_begin")
            at.type_caller("Lefebvre", "Zoé", "02/05/1984")
            at.press("dossier_create")
            await until(lambda: at.window.dossier.finder.hits.count() == 1)
            at.press("dossier_create_anyway")
            await until(lambda: at.app.dossier is not None)
            assert at.app.dossier is not None
            second = at.app.dossier.number
            link = DossierRegisterClient(await at.world.client(Role.SUPERVISOR, "boss"))
            job = BoardDoubles(link, tasks=at.world.tasks)
            compared: list[ComparedDossiers] = []
            merged: list[DossierMerged] = []
            troubles: list[DoublesTrouble] = []
            job.compared.connect(compared.append)
            job.merged.connect(merged.append)
            job.troubled.connect(troubles.append)
            lists: list[list[DossierMerged]] = []
            job.merges.connect(lists.append)
            job.compare(first, second, "Même personne")
            await until(lambda: bool(compared))
            assert compared[0].merged.caller_name == "Zoé Lefebvre"
            job.compare(first, "D-nobody", "Même personne")
            await until(lambda: bool(troubles))
            assert troubles[0].number == "D-nobody"
            job.merge(first, second, "Même personne")
            await until(lambda: bool(merged))
            job.unmerge(merged[0].id, "Deux personnes")
            await until(lambda: len(lists) == 2)
            assert merged[1].undone_at_utc is not None
            assert lists[1][0].undone_at_utc is not None
            answer = await link.bus.ask(AccessesRequest(user="boss"))
            assert Counter(one.kind for one in answer.lines) == {
                AccessKind.OPENED: 3,
                AccessKind.MERGED: 2,
                AccessKind.UNMERGED: 2,
            }

    qt_loop.run(story())


def _ask_for_a_reason(at: Seat, born_on: str) -> None:
    """Wants one more dossier in the same conversation."""
    if at.app.dossier is not None:
        at.window.dossier.show_search()
        at.driver.type_text("dossier_reason", "Toute la fratrie")
    at.press("dossier_create_begin")
    at.type_caller("Lefèvre", "Zoé", born_on)
    at.press("dossier_create")


async def _make_for_a_reason(at: Seat, born_on: str) -> None:
    before = at.app.dossier
    _ask_for_a_reason(at, born_on)
    await until(lambda: at.app.dossier != before)


def test_an_agent_at_the_limit_is_told_so_and_the_board_alerts(
    qt_loop: QtLoop, tmp_path: Path, workers: Workers
) -> None:
    async def story() -> None:
        async with seat(tmp_path, workers) as at:
            await at.serve("r1")
            for day in range(1, 21):
                await _make_for_a_reason(at, f"{day:02}/05/1984")
            assert at.app.dossier is not None
            twentieth = at.app.dossier.number
            _ask_for_a_reason(at, "21/05/1984")
            await until(lambda: "one hour allows (20)" in at.words("dossier_refused"))
            assert at.app.dossier.number == twentieth
            link = DossierRegisterClient(await at.world.client(Role.SUPERVISOR, "boss"))
            told: list[list[AccessLine]] = []
            alert = AccessAlert(link, at.world.tasks)
            alert.refused.connect(told.append)
            alert.start()
            await until(lambda: bool(told))
            assert [line.user for line in told[0]] == ["alice"]

    qt_loop.run(story(), timeout_s=90)
