# SPDX-License-Identifier: GPL-3.0-only
"""The agent puts the library's leaflet and a file of its own before the caller, through the real
programs.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from expert_app.demo.walk_proofs import ProofMissing
from tests.end2end.stage import Stage
from tests.support.shown_documents import invented_pdf

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(180)]


async def use_tool(stage: Stage, tool: str) -> None:
    """Clicks a tool of the page's bar; what it wants room for goes first, as an agent would do."""
    for in_its_way in ("centre_mode_page", "toggle_side"):
        try:
            await stage.script.click(stage.desk, tool, timeout_s=2.0)
        except ProofMissing:
            await stage.script.click(stage.desk, in_its_way)
        else:
            return
    await stage.script.click(stage.desk, tool)


async def test_a_leaflet_of_the_library_is_shown_turned_and_closed_by_the_caller(
    stage: Stage,
) -> None:
    await stage.call()
    await use_tool(stage, "cobrowse_library")
    await stage.fact(stage.desk, "library", items=3)
    await stage.desk.ask("click", name="library:pieces a fournir")
    await stage.observed(stage.desk, "document_shown", pages=2)
    await stage.observed(stage.desk, "shown_page_painted", page=0)
    await stage.observed(stage.kiosk, "document", page=0)
    await stage.script.click(stage.desk, "shown_next")
    await stage.observed(stage.desk, "shown_page_painted", page=1)
    await stage.observed(stage.kiosk, "document", page=1)
    # the page store's key, of pages only
    left = [name for name in stage.left_at_kiosk() if not name.endswith("pages/key")]
    assert left == [], "only the kiosk's memory has it"
    await stage.script.click(stage.kiosk, "document_close")
    await stage.observed(stage.desk, "show_ended", by_caller=True)
    await stage.end()


async def test_a_file_of_the_agents_own_is_shown_until_the_session_ends(
    stage: Stage, tmp_path: Path
) -> None:
    path = tmp_path / "plan.pdf"
    path.write_bytes(await asyncio.to_thread(invented_pdf, 3))
    await stage.call()
    await use_tool(stage, "cobrowse_show_file")
    await stage.choose("show_file_dialog", str(path))
    await stage.observed(stage.kiosk, "document", page=0)
    await stage.end()  # its wipe finds nothing left over


async def test_a_form_of_the_library_opens_as_a_page(stage: Stage) -> None:
    await stage.call()
    await stage.script.allow("grant_see_page", "see_page")
    await use_tool(stage, "cobrowse_library")
    await stage.fact(stage.desk, "library", items=3)
    await stage.desk.ask("click", name="library:demande logement")
    await stage.observed(
        stage.kiosk, "page_shown", address=lambda address: address.endswith("formulaire.html")
    )
    await stage.end()
