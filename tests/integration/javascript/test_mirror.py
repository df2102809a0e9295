# SPDX-License-Identifier: GPL-3.0-only
"""The client shares its page while the caller allows it, and no secret of the page leaves it."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

from session.masking.numbers import PAGE_PATTERNS
from session.protocol.conversation.mirror import (
    FULL_SNAPSHOT,
    META,
    FrameAssembler,
    Unpacker,
    decode_events,
)
from tests.integration.javascript.browsers import needs
from tests.integration.javascript.driver import MIRROR, ROOT, DrivenPage
from views.kiosk.browser.profile import RECORDER_SETTINGS

# as they stand in mirror.html and are typed by mirror.js, without what is between their signs
PLANTED = ("185057800608436", "hunter2", "4970101234567899", "30006000011234567890189", "7654321")


@needs("chromium")
async def test_a_shared_page_leaves_masked_and_stops_with_the_leave(tmp_path: Path) -> None:
    page = DrivenPage("chromium", tmp_path)
    try:
        await page.open("", MIRROR)
        found = json.loads(await page.answer())
    finally:
        await page.close()
    assembler, unpacker, starts = FrameAssembler(), Unpacker(), 0
    texts: list[str] = []
    for one in found["sent"]:
        if one["topic"] != "mirror":
            texts.append(json.dumps(one, ensure_ascii=False))
            continue
        for frame in assembler.add(base64.b64decode(one["payload"]), one["headers"]):
            assert frame.in_order
            text = unpacker.unpack(frame.data, start=frame.start).decode()
            events = decode_events(text)
            if frame.start:
                starts += 1
                assert [event.type for event in events[:2]] == [META, FULL_SNAPSHOT]
            texts.append(text)
    said = "\n".join(texts)
    assert starts == 2, "the first picture, and that after the caller allowed it again"
    assert "Bonjour du Val" in said
    assert "Camille Exemple" in said
    assert "Ceci ne se voit pas" not in said
    signs = re.sub(r"[^0-9A-Za-z]", "", said)
    assert [secret for secret in PLANTED if secret in signs] == []
    assert found["after"] == found["stopped"], "nothing of the page leaves without the power"
    assert found["violations"] == []


def test_the_recorder_is_set_as_in_the_reference_kiosk() -> None:
    text = (ROOT / "resources/pages/client/page/recorder.js").read_text("utf-8")
    settings = text.partition("export const SETTINGS = {")[2].partition("};")[0]
    theirs = json.loads("{" + re.sub(r"(?m)^  (\w+):", r'  "\1":', settings).rstrip(", \n") + "}")
    assert theirs == RECORDER_SETTINGS
    numbers = text.partition("export const NUMBERS = [")[2].partition("\n];")[0]
    assert json.loads("[" + numbers.rstrip(", \n") + "]") == list(PAGE_PATTERNS)
