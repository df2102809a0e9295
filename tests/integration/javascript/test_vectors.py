# SPDX-License-Identifier: GPL-3.0-only
"""The client computes what docs/vectors say, in a browser."""

from __future__ import annotations

import json
from pathlib import Path

from tests.integration.javascript.browsers import needs
from tests.integration.javascript.driver import VECTORS, DrivenPage


@needs("chromium")
async def test_the_client_comes_to_every_result(tmp_path: Path) -> None:
    page = DrivenPage("chromium", tmp_path)
    try:
        await page.open("", VECTORS)
        found = json.loads(await page.answer())
    finally:
        await page.close()
    assert found["wrong"] == []
    assert found["checks"] > 20
