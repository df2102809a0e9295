# SPDX-License-Identifier: GPL-3.0-only
"""The whole job with real windows for an organisation that keeps dossiers and log itself: the hub has none of it."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import pytest

from expert_app.demo_world import CALLER_NAME, DOSSIER, PIECES
from tests.talks.seal.operator_and_vault import files_with

pytestmark = pytest.mark.timeout(300)


async def test_the_whole_job_leaves_nothing_of_the_caller_with_the_hub(tmp_path: Path) -> None:
    folder, report = tmp_path / "demo", tmp_path / "report.json"
    words = ["demo", "--script", "walk", "--vault", "--folder", str(folder), "--report", str(report)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "expert_app", *words, stdout=PIPE, stderr=STDOUT
    )
    said, _ = await asyncio.wait_for(process.communicate(), 240)
    assert process.returncode == 0, said.decode()
    steps = {step["name"]: step["evidence"] for step in json.loads(report.read_text(encoding="utf-8"))["steps"]}
    assert {"page_shared", "page_scanned", "document_filed", "log_complete", "replayed"} <= steps.keys()
    filed = steps["document_filed"]["sha256"]
    [stored] = (folder / "vault").rglob(f"{filed}.pdf")
    document, names = stored.read_bytes(), [CALLER_NAME.encode(), DOSSIER.encode(), PIECES[3][1].encode()]
    pieces = [document[at : at + 40] for at in range(1000, len(document) - 40, len(document) // 8)]
    assert files_with(folder / "hub", [*names, *pieces]) == {}
    kept = files_with(folder / "vault", [*names, *pieces])
    pdfs = [name for name in kept if name.endswith(".pdf")]  # the walk files two documents
    assert any(filed in name for name in pdfs)
    assert len(pdfs) == 2
    assert kept.get("dossiers/dossiers.sqlite", 0) >= len(names)
