# SPDX-License-Identifier: GPL-3.0-only
"""The helpdesk reads a log of a hub by its id; a wrong id is told in the helpdesk's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from expert_app.helpdesk.reading import read_records
from session.core.errors import LogUnknown
from session.desk.hub.client import DeskClient
from session.protocol.wire.roles import Role
from tests.support.hub_world import hub_world
from views.words.errors import sentence


@pytest.mark.parametrize("wrong", ["A001", "0125223b7b7c9c164ce6_68fe9493"])
async def test_a_wrong_id_is_no_lost_request_of_an_agent(wrong: str, tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        link = DeskClient(await world.client(Role.HELPDESK, "help"), world.clock, tasks=world.tasks)
        with pytest.raises(LogUnknown) as unknown:
            await read_records(link, wrong, "a call this morning")
    words = sentence(unknown.value.code, unknown.value.detail).sentence
    assert wrong in words
    assert "queue" not in words
