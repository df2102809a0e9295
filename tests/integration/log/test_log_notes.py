# SPDX-License-Identifier: GPL-3.0-only
"""Bookmarks and notes of a conversation at a real hub: kept with its log, gone with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from session.core.errors import LogRunning, NotAllowed, TicketUnknown
from session.hub.access.log_notes import notes_in
from session.hub.dossier.stream_notes import LOG_NOTES, note_subject
from session.protocol.helpdesk.log_notes import KeepLogNote, ReadLogNotes, RemoveLogNote
from session.protocol.wire.roles import Role
from tests.support.hub_world import hub_world

NIR = "1 85 05 78 006 084 91"


async def test_notes_are_kept_with_the_log_and_go_with_it(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        helpdesk = await world.client(Role.HELPDESK, "help")
        ticket = (await kiosk.call("housing", "", "r1")).ticket
        session_id = (await desk.accept(ticket.id)).id
        first = KeepLogNote(session_id=session_id, note_id="n1", at_s=12.5, words=f"see {NIR}")
        with pytest.raises(LogRunning):
            await helpdesk.ask(first)
        await desk.hang_up(session_id)
        await desk.close(session_id, "done")
        assert (await helpdesk.ask_once(ReadLogNotes(session_id=session_id))).notes == ()
        await helpdesk.ask(first)
        await helpdesk.ask(first)  # the answer was lost
        mark = KeepLogNote(session_id=session_id, note_id="n2", at_s=3.0)
        notes = (await helpdesk.ask(mark)).notes
        assert [(one.id, one.at_s, one.by) for one in notes] == [
            ("n2", 3.0, "help"),
            ("n1", 12.5, "help"),
        ]
        assert notes[1].by_name
        assert notes[1].words.startswith("see ")
        assert "006" not in notes[1].words
        left = (await helpdesk.ask(RemoveLogNote(session_id=session_id, note_id="n2"))).notes
        assert [one.id for one in left] == ["n1"]

        assert world.hub is not None
        streams = world.hub.parts.connection.streams
        stored = await streams.last(LOG_NOTES, note_subject("valdore", session_id))
        assert stored is not None
        assert {one.removed_by for one in notes_in.decode(stored.payload)} == {"", "help"}

        boss = await world.client(Role.SUPERVISOR, "boss")
        assert (await boss.ask_once(ReadLogNotes(session_id=session_id))).notes == left
        with pytest.raises(NotAllowed):
            await boss.ask(mark)
        with pytest.raises(TicketUnknown):
            await helpdesk.ask_once(ReadLogNotes(session_id="0125223b7b7c9c164ce6_68fe9493"))

        await world.stop_hub()
        hub = await world.start_hub()
        streams = hub.parts.connection.streams
        assert (await boss.ask_once(ReadLogNotes(session_id=session_id))).notes == left

        await world.log_keeper().kept.erase("valdore", session_id)
        assert await streams.last(LOG_NOTES, note_subject("valdore", session_id)) is None
