# SPDX-License-Identifier: GPL-3.0-only
"""Reading a log is an act: after the end, for a reason, with a line in the register. Nobody reads
along in a conversation that is going on: every role tries every verb.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from documents.store.accesses import AccessFilter
from documents.store.dossier_store import DossierStore
from expert_app.hub.dossier_adapter import DossierAdapter
from session.core.dossier_model import AccessKind
from session.core.errors import LogReasonNeeded, LogRunning, TicketUnknown
from session.desk.hub.client import DeskClient
from session.hub.access import request_server
from session.protocol.codec import encode
from session.protocol.conversation.chat_and_privacy import WordsSaid
from session.protocol.conversation.messages import SessionMessage
from session.protocol.dossier.identity import (
    AccessesRequest,
    LogAccessesRequest,
)
from session.protocol.helpdesk.log_notes import NOTE_REQUESTS
from session.protocol.hub.log import LogRequest, ReadEvents
from session.protocol.sealing import VAULT_PARTS, Part
from session.protocol.verbs import ALL_VERBS
from session.protocol.wire.roles import Role
from tests.integration.log.any_message import made
from tests.support.hub_world import HubAnswers, World, hub_world, refusal_in
from tests.support.waiting import until

WHY = "the picture stood still"
PAGE, WORDS = "Garrigue-Tesson", "rue des Glycines"
RECORD = json.dumps({"page": PAGE}).encode()

STRANGERS = {
    Role.KIOSK: ("valdore", "kiosk2"),
    Role.AGENT: ("valdore", "bob"),
    Role.SUPERVISOR: ("valdore", "boss"),
    Role.HELPDESK: ("valdore", "help"),
    Role.DISPLAY: ("valdore", "screen1"),
    Role.FACILITATOR: ("network", "host"),
    Role.OPERATOR: ("network", "oper"),
    Role.VAULT: ("valdore", "coffre"),
}
"""One of each role who is no end of the conversation."""


async def _helpdesk(world: World) -> DeskClient:
    return DeskClient(await world.client(Role.HELPDESK, "help"), world.clock, tasks=world.tasks)


async def test_every_role_tries_every_verb_and_reads_nothing_of_a_conversation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_server, "BURST", 1000.0)
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        ticket = (await kiosk.call("housing", "", "r1")).ticket
        facts = await desk.accept(ticket.id)
        heard: list[SessionMessage] = []
        desk.bus.channel(facts.id).on_message("beside", heard.append)
        await kiosk.bus.channel(facts.id).send("beside", WordsSaid(words_id="w1", text=WORDS))
        await until(lambda: bool(heard))
        await kiosk.append_log(facts.id, 0, [RECORD])
        assert world.hub is not None
        known = {"session_id": facts.id, "session": facts.id, "ticket_id": ticket.id}
        known |= {"reason": "standstill", "kiosk": "kiosk1", "agent": "alice"}
        done: Counter[str] = Counter()
        answers = HubAnswers(world, monkeypatch)
        for role, (organisation, user) in STRANGERS.items():
            for verb, kind in ALL_VERBS.items():
                roles = kind.roles
                subject = f"svc.{organisation}.{role}.{user}.{verb}"
                answer = await answers.ask(subject, encode(made(kind, known)))
                if (refusal := refusal_in(answer)) is not None:
                    is_role = refusal.detail.get("why") == "role"
                    assert is_role is (role not in roles), (role, verb)
                    done[refusal.code] += 1
                else:
                    assert role in roles, (role, verb)
                    done["answered"] += 1
                said = answer.decode("utf-8", "replace")
                assert PAGE not in said, (role, verb)
                assert WORDS not in said, (role, verb)
        assert done["answered"] > 25
        assert done["log_running"] == 7
        assert done["message_malformed"] < 10
        assert world.hub.queue.view.is_running(facts.id)
        assert world.dossiers.readings.read == []


def test_helpdesk_has_no_dossier_and_only_two_roles_read_logs() -> None:
    dossier = {verb for verb, part in VAULT_PARTS.items() if part is Part.DOSSIER}
    helpdesk = {verb for verb, kind in ALL_VERBS.items() if Role.HELPDESK in kind.roles}
    remote = {"help_kiosk", "help_places", "remote_help", "remote_helps"}
    listed = {"seal", "read_log", "find_logs", "self_tests"}
    assert helpdesk == {"release", *listed, *remote, *(request.verb for request in NOTE_REQUESTS)}
    assert not helpdesk & dossier
    assert LogRequest.roles == {Role.HELPDESK, Role.SUPERVISOR}
    assert ReadEvents.roles == {Role.OPERATOR}
    assert LogAccessesRequest.roles == {Role.SUPERVISOR}


async def test_a_log_is_read_after_the_end_for_a_reason_and_the_supervisor_sees_it(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path, with_hub=False) as world:
        store = DossierStore(tmp_path / "dossiers")
        world.store = DossierAdapter(store, world.clock)
        await world.start_hub()
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        facts = await desk.accept((await kiosk.call("housing", "", "r1")).ticket.id)
        await kiosk.append_log(facts.id, 0, [RECORD])
        helpdesk, boss = await _helpdesk(world), await world.client(Role.SUPERVISOR, "boss")
        with pytest.raises(LogRunning):
            await helpdesk.read_log(facts.id, WHY)
        await desk.hang_up(facts.id)
        for empty in ("", "  ", "1.2.3"):
            with pytest.raises(LogReasonNeeded):
                await helpdesk.read_log(facts.id, empty)
        with pytest.raises(TicketUnknown):
            await helpdesk.read_log("nosuch_00000000", WHY)
        assert store.accesses.listed("valdore", AccessFilter(of_logs=True)) == []
        assert await helpdesk.read_log(facts.id, WHY, "pc-assistance") == [RECORD]
        assert await helpdesk.read_log(facts.id, WHY, "pc-assistance") == [RECORD]
        answer = await boss.ask_once(LogAccessesRequest())
        (line,) = answer.lines
        assert (line.kind, line.user, line.by_name) == (AccessKind.READ_LOG, "help", "Denis W.")
        assert (line.session_id, line.reason) == (facts.id, WHY)
        assert (line.computer, line.dossier) == ("pc-assistance", "")
        # the register of dossiers, which older boards read, has no such line
        assert (await boss.ask_once(AccessesRequest())).lines == []
        store.close()
