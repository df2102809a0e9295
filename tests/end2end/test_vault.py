# SPDX-License-Identifier: GPL-3.0-only
"""The whole job with real windows for an organisation that keeps dossiers and log itself:
the hub has none of it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from expert_app.demo.world import CALLER_NAME, DOSSIER, PIECES
from tests.end2end.test_walk import the_whole_job
from tests.support.operator_and_vault import files_with

pytestmark = pytest.mark.timeout(480)


async def test_the_whole_job_leaves_nothing_of_the_caller_with_the_hub(tmp_path: Path) -> None:
    """With the aiortc engine; `test_walk` does it with the browser's, and dossiers at the hub."""
    folder, steps = tmp_path / "demo", await the_whole_job(tmp_path, "aiortc", "--vault")
    filed = steps["document_filed"]["sha256"]
    [stored] = (folder / "vault").rglob(f"{filed}.pdf")
    document = stored.read_bytes()
    names = [CALLER_NAME.encode(), DOSSIER.encode(), PIECES[3][1].encode()]
    pieces = [document[at : at + 40] for at in range(1000, len(document) - 40, len(document) // 8)]
    assert files_with(folder / "hub", [*names, *pieces]) == {}
    kept = files_with(folder / "vault", [*names, *pieces])
    pdfs = [name for name in kept if name.endswith(".pdf")]  # the walk files two documents
    assert any(filed in name for name in pdfs)
    assert len(pdfs) == 2
    assert kept.get("dossiers/dossiers.sqlite", 0) >= len(names)
