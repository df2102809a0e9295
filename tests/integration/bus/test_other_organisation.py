# SPDX-License-Identifier: GPL-3.0-only
"""Everybody of one organisation tries every verb on what is another's, by its real names: nothing
of it is in an answer, and nothing of it changes.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from documents.store.dossier_store import DossierStore
from documents.store.identities import NewDossier
from expert_app.hub.dossier_adapter import DossierAdapter
from session.core.dossier_model import Access, ActingUser, CallerIdentity
from session.hub.access import request_server
from session.protocol.appointments.booking import BOOKING_REQUESTS
from session.protocol.codec import encode
from session.protocol.verbs import ALL_VERBS
from session.protocol.wire.roles import Role
from tests.integration.log.any_message import made
from tests.support.hub_world import HubAnswers, catalogue_text, hub_world, refusal_in

CALLER = CallerIdentity(
    family_name="Garrigue-Tesson",
    given_names="Odile",
    born_on="1980-02-29",
    caller_number="1234567",
)
RECORD = json.dumps({"page": "Rue des Glycines"}).encode()
PEOPLE = """people = [{ id = "zoe", name = "Zoé K." },
  { id = "ruth", name = "Ruth A.", role = "supervisor" },
  { id = "hugo", name = "Hugo P.", role = "helpdesk" }]
displays = [{ id = "screen9", site = "hall" }]"""
OTHERS = {
    Role.AGENT: "zoe",
    Role.SUPERVISOR: "ruth",
    Role.HELPDESK: "hugo",
    Role.KIOSK: "kiosk9",
    Role.DISPLAY: "screen9",
}
"""One of each role of the other organisation."""

SITES_WITH_OWNERS = {request.verb for request in BOOKING_REQUESTS}
"""Requests that name a site with its organisation."""


def names_for(verb: str, known: dict[str, str]) -> dict[str, str]:
    """The real names, as this request writes them."""
    if verb == "find_logs":
        return {name: text for name, text in known.items() if name != "number"}
    if verb in SITES_WITH_OWNERS:
        return {**known, "site": "valdore/townhall"}
    return known


async def test_nobody_of_another_organisation_reads_or_changes_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_server, "BURST", 1000.0)
    catalogue = catalogue_text().replace('people = [{ id = "zoe", name = "Zoé K." }]', PEOPLE)
    assert '"ruth"' in catalogue
    async with hub_world(tmp_path, with_hub=False, catalogue=catalogue) as world:
        store = DossierStore(tmp_path / "dossiers")
        world.store = DossierAdapter(store, world.clock)
        new = NewDossier(request_id="r1", caller=CALLER, confirmed=True)
        by = Access(by=ActingUser(user="alice", name="Alice M."), session_id="s1")
        dossier = store.identities.create("valdore", new, by).dossier
        assert dossier is not None
        await world.start_hub()
        assert world.hub is not None
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        waiting = (await (await world.kiosk("kiosk2")).call("housing", "", "r2")).ticket
        called = await kiosk.call("rights", "1234567", "r1")
        facts = await desk.accept(called.ticket.id)
        await desk.dossier(facts.id, dossier.number)
        await kiosk.append_log(facts.id, 0, [RECORD])
        known = {
            **dict.fromkeys(("session_id", "session", "note_id"), facts.id),
            **dict.fromkeys(("dossier", "keep", "merged"), dossier.number),
            **dict.fromkeys(("agent", "user", "target"), "alice"),
            "ticket_id": waiting.id,
            "reason": "standstill",
            "kiosk": "kiosk2",
            "site": "townhall",
            "service": "housing",
            "to": "rights",
            "organisation": "valdore",
            "family_name": CALLER.family_name,
            "given_names": CALLER.given_names,
            "born_on": CALLER.born_on,
            "caller_number": CALLER.caller_number,
        }
        before = list(world.hub.queue.view.tickets("valdore"))
        ours = ("Alice M.", "Bob T.", "Garrigue", "Glycines", waiting.number, called.ticket.number)
        done: Counter[str] = Counter()
        answers = HubAnswers(world, monkeypatch)
        for role, user in OTHERS.items():
            for verb, kind in ALL_VERBS.items():
                subject = f"svc.marais.{role}.{user}.{verb}"
                number = waiting.number if verb == "come_back" else dossier.number
                asked = made(kind, names_for(verb, {**known, "number": number}))
                answer = await answers.ask(subject, encode(asked))
                said = answer.decode("utf-8", "replace")
                if (refusal := refusal_in(answer)) is not None:
                    done[refusal.code] += 1
                else:
                    assert role in kind.roles, (role, verb)
                    done["answered"] += 1
                found = [text for text in ours if text in said]
                assert not found, (role, verb, found, said)
        assert done["answered"] > 30
        assert done["message_malformed"] < 5
        assert list(world.hub.queue.view.tickets("valdore")) == before
        assert store.open_dossier("valdore", dossier.number).caller_name == dossier.caller_name
        store.close()
