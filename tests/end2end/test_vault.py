# SPDX-License-Identifier: GPL-3.0-only
"""An organisation that keeps dossiers and log itself, with real windows and the aiortc engine.

Only here: a desk, a kiosk or the vault is killed (-9) in a sealed session, which goes on under new
keys with nothing lost; afterwards the hub has nothing of all these conversations.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import msgspec
import pytest
import pytest_asyncio

from documents.printed.receipt.record import ReceiptVerdict, verify_receipt
from expert_app.demo.run import SCRIPT_MEDIA
from expert_app.demo.world import CALLER_NAME, DOSSIER, PIECES
from expert_app.runtime.child_programs import ChildFailed
from session.log.reader import read_log
from tests.end2end.conftest import RunningDemo, one_story
from tests.end2end.stage import EASY_SETUP, Stage
from tests.support.operator_and_vault import files_with

SEALED = replace(
    EASY_SETUP, media=msgspec.structs.replace(SCRIPT_MEDIA, engine="aiortc"), vault=True
)

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def with_vault(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningDemo]:
    """The demo with a vault, for all stories."""
    demo = RunningDemo(tmp_path_factory, SEALED)
    yield demo
    await demo.close()


@pytest_asyncio.fixture(loop_scope="module")
async def sealed(request: pytest.FixtureRequest, with_vault: RunningDemo) -> AsyncIterator[Stage]:
    """The demo with a vault, idle."""
    async for stage in one_story(request, with_vault):
        yield stage


@pytest.mark.long  # in every run: its new key in test_sealed_session, the kill in test_walk
async def test_a_desk_that_is_killed_goes_on_under_a_new_key(sealed: Stage) -> None:
    session = await sealed.call()
    assert await sealed.fact(sealed.desk, "media_engine", kind="aiortc")
    assert await sealed.fact(sealed.desk, "sealed", sealed=True)
    assert await sealed.fact(sealed.kiosk, "sealed", sealed=True)
    await sealed.allow_scan()
    await sealed.script.click(sealed.desk, "scan_page")
    await sealed.observed(sealed.desk, "page_arriving", percent=lambda percent: percent < 90)
    await sealed.kill_desk()
    await sealed.mark()
    await sealed.start_desk()
    assert await sealed.fact(sealed.desk, "session", id=session, resumed=True)
    assert await sealed.fact(sealed.desk, "page_kept")
    await sealed.seen_and_heard()
    await sealed.file()
    filed = await sealed.fact(sealed.desk, "document_filed")
    assert [document.sha256 for document in sealed.dossier().documents] == [filed["sha256"]]
    await sealed.end()


async def test_a_kiosk_that_is_killed_goes_on_under_a_new_key(sealed: Stage) -> None:
    session = await sealed.call()
    await sealed.allow_scan()
    await sealed.script.click(sealed.desk, "scan_page")
    await sealed.observed(sealed.desk, "page_arriving", percent=lambda percent: percent < 90)
    await sealed.mark()
    await sealed.kill_kiosk()
    await sealed.start_kiosk()
    assert await sealed.fact(sealed.kiosk, "session_opened", session=session)
    assert await sealed.observed(sealed.desk, "page_kept")
    await sealed.seen_and_heard()
    await sealed.end()


async def _read(sealed: Stage, widget: str) -> str:
    """What the desk's widget says; nothing while it is not there."""
    try:
        return str(await sealed.desk.ask("read", name=widget))
    except ChildFailed:
        return ""


async def test_while_the_vault_is_away_the_caller_gets_a_registration_and_the_receipt_follows(
    sealed: Stage,
) -> None:
    before = sealed.dossier().documents
    session = await sealed.call()
    await sealed.allow_scan()
    kept = await sealed.scan()
    await sealed.observed(sealed.desk, "page_cleaned", page=kept["page"])
    assert sealed.demo.vault is not None
    sealed.demo.vault.kill()
    await sealed.demo.vault.ended.wait()
    await sealed.file()
    async with asyncio.timeout(60):
        while "is safe on this computer" not in await _read(sealed, "message_waiting"):  # noqa: ASYNC110 - a window
            await asyncio.sleep(0.2)
    await sealed.pictures_move()
    registration, job = await _receipt(sealed, after=0, press=True)
    assert registration.record.registered_only
    await sealed.demo.start_vault()
    await sealed.observed(sealed.desk, "document_filed", timeout_s=60)
    assert len(sealed.dossier().documents) == len(before) + 1
    receipt, _job = await _receipt(sealed, after=job, press=False)
    assert not receipt.record.registered_only
    filed = [document.sha256 for document in sealed.dossier().documents[len(before) :]]
    assert [piece.sha256 for piece in receipt.record.pieces] == filed
    assert [piece.sha256 for piece in registration.record.pieces] == filed
    await sealed.end()
    assert len(read_log(await sealed.demo.export_log(session)).records) > 30, "the vault's log"


async def _receipt(sealed: Stage, after: int, *, press: bool) -> tuple[ReceiptVerdict, int]:
    """What the printer got, proved, and the number of its job: a registration that the agent asks
    for, or the receipt that follows by itself.
    """
    if press:
        await sealed.script.click(sealed.desk, "print_receipt")
    await sealed.fact(sealed.desk, "print", state="shown", timeout_s=60)
    await sealed.script.click(sealed.kiosk, "print_yes")
    done = await sealed.fact(
        sealed.desk, "print", state="done", job_id=lambda number: number > after, timeout_s=60
    )
    verdict = verify_receipt((sealed.demo.printer_spool / f"job-{done['job_id']}.pdf").read_bytes())
    assert verdict is not None
    assert verdict.genuine
    return verdict, done["job_id"]


async def test_the_hub_has_nothing_of_all_these_conversations(sealed: Stage) -> None:
    filed = sorted((sealed.demo.folder / "vault").rglob("*.pdf"))
    assert len(filed) == len(sealed.dossier().documents) > 0
    names = [CALLER_NAME.encode(), DOSSIER.encode(), PIECES[3][1].encode()]
    pieces = [
        document[at : at + 40]
        for document in (path.read_bytes() for path in filed)
        for at in range(1000, len(document) - 40, len(document) // 8)
    ]
    assert files_with(sealed.demo.hub_folder, [*names, *pieces]) == {}
    kept = files_with(sealed.demo.store_folder, [*names, *pieces])
    assert sum(name.endswith(".pdf") for name in kept) == len(filed)
    assert kept.get("dossiers/dossiers.sqlite", 0) >= len(names)
