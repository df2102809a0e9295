# SPDX-License-Identifier: GPL-3.0-only
"""A page that was really shared, logged to a file, read again and replayed:
the helpdesk sees the structure of what the agent saw.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from session.core.clock import ManualClock, SystemClock
from session.log.events import (
    AnyEvent,
    MirrorChunk,
    Record,
    SharingChanged,
    Writer,
    mirror_parts,
)
from session.log.page_structure import FILLED
from session.log.playback.opening import open_log
from session.log.playback.replay import whole_chunks
from session.log.reader import write_log
from session.protocol.conversation import mirror
from tests.support.cobrowse_stage import POLICY, Stage, script, type_text
from tests.support.qt_loop import QtLoop
from views.desk.shared_page.mirror_pane import MirrorPane
from views.replay.view import ReplayView


class Log:
    """Records of the desk, as its event_log writes them."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def write(self, event: AnyEvent) -> None:
        number = len(self.records)
        self.records.append(
            Record(at_utc=SystemClock().utc_now(), writer=Writer.DESK, number=number, event=event)
        )

    def on_chunk(self, chunk: MirrorChunk) -> None:
        for part in mirror_parts(
            chunk.started_at_utc, chunk.data, is_snapshot=chunk.is_snapshot, events=chunk.events
        ):
            self.write(part)


VALUES = (
    "[...(mirror.document()?.querySelectorAll('input') ?? [])]"
    ".map((field) => field.value).filter((value) => /\u2586/.test(value)).join()"
)
HIDDEN = ",".join([FILLED] * 3)
WORDS = "mirror.document()?.body?.innerText ?? ''"
SANDBOXES = (
    "[...document.querySelectorAll('iframe')].map((frame) => frame.getAttribute('sandbox')).join()"
)


async def type_form(stage: Stage) -> None:
    for field, text in (("nom", "Martin"), ("nir", "1850578006084"), ("motdepasse", "Sesame-77")):
        typed = f"document.getElementById('{field}').value === '{text}'"
        while not await stage.in_page(typed):  # the page may not have the keyboard yet
            await stage.in_page(f"document.getElementById('{field}').value = ''")
            await stage.in_page(f"document.getElementById('{field}').focus()")
            type_text(stage, text)
            await asyncio.sleep(0.1)


async def share_and_log(stage: Stage, path: Path) -> list[Record]:
    """Fills in a form on the shared page; its log is in the file."""
    log = Log()
    stage.desk.mirror_chunk.connect(log.on_chunk)
    stage.desk.sharing_changed.connect(lambda sharing: log.write(SharingChanged(sharing=sharing)))
    await stage.share(stage.web.site + "formulaire.html")
    await stage.mirrored("document.getElementById('nom') !== null")
    stage.browser.activateWindow()
    stage.page.view.setFocus()
    await type_form(stage)
    await stage.mirrored("document.getElementById('nom').value === 'Martin'")
    # what comes last must be there too before the log ends
    for hidden in ("nir", "motdepasse"):
        await stage.mirrored(f"document.getElementById('{hidden}').value.length === 6")
    pictures = len(stage.events)
    stage.desk.request_snapshot()
    await stage.until(lambda: any(one.is_snapshot for one in stage.events[pictures:]))
    stage.desk.close()
    await stage.desk.stretch.finish()
    write_log(path, "s1", log.records)
    return log.records


async def replay(stage: Stage, path: Path) -> None:
    view = ReplayView(MirrorPane(), ManualClock())
    view.resize(1000, 700)
    view.show()
    view.show_log("Entretien", open_log(path))
    view.player.seek(view.player.duration_s)
    # The mirror takes the log piece by piece: the last field comes last.
    async with asyncio.timeout(30):
        while await script(view.mirror.engine.page, VALUES) != HIDDEN:  # noqa: ASYNC110 - another program
            await asyncio.sleep(0.03)
    assert view.mirror.isVisible()
    words = await script(view.mirror.engine.page, WORDS)
    assert words.strip()
    assert not any(letter.isalnum() for letter in words)
    assert await script(view.mirror.engine.page, SANDBOXES) == "allow-same-origin"
    policy = await script(
        view.mirror.engine.page, "document.querySelector('meta[http-equiv]').content"
    )
    assert re.sub(r"'nonce-[\w-]{16,}'", "'nonce-NONCE'", policy) == POLICY
    assert view.mirror.placement.viewport == stage.pane.placement.viewport
    view.player.seek(0.0)
    view.close()
    view.deleteLater()


def test_the_replay_shows_the_structure_of_the_page_the_agent_saw(
    stage: Stage, qt_loop: QtLoop, tmp_path: Path
) -> None:
    path, records = tmp_path / "s1.jsonl.zst", list[Record]()

    async def share() -> None:
        records.extend(await share_and_log(stage, path))

    qt_loop.run(stage.play(share()))
    qt_loop.run(replay(stage, path))
    logged = b"".join(mirror.unpack(chunk.data) for chunk in whole_chunks(records))
    assert b'"tagName":"form"' in logged  # the page itself is there
    for written in (b"Martin", b"1850578006084", b"Sesame-77"):
        assert written not in logged
