# SPDX-License-Identifier: GPL-3.0-only
"""Every role at every subject and every verb, against the real server and hub:
what is not allowed is refused.

What is expected stands here a second time, written from the protocol's page and not from the table
that the server's configuration is made of: a mistake in that table shows here.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from session.bus.server.config import BusUser
from session.bus.transport.connection import Connection
from session.bus.transport.nkeys import new_seed, public_key
from session.protocol.verbs import ALL_VERBS
from session.protocol.wire import subjects
from session.protocol.wire.roles import Role
from tests.support.hub_world import World, hub_world, one_computer_each
from tests.support.sealed_world import SigningKeys, sealed_catalogue
from tests.support.waiting import until

USERS = {
    Role.KIOSK: "kiosk1",
    Role.AGENT: "alice",
    Role.SUPERVISOR: "boss",
    Role.HELPDESK: "help",
    Role.FACILITATOR: "host",
    Role.OPERATOR: "oper",
    Role.DISPLAY: "screen1",
    Role.VAULT: "coffre",
}
TALKS = {Role.KIOSK, Role.AGENT}
SEES_QUEUE = {Role.AGENT, Role.SUPERVISOR}
ASKS_VAULT = {Role.KIOSK, Role.AGENT, Role.SUPERVISOR, Role.HELPDESK}
PARTS = ("dossier", "log")
NOBODYS = (
    "$JS.API.INFO",
    "$JS.API.STREAM.NAMES",
    "$KV.tk.valdore.t1",
    "$SYS.REQ.SERVER.PING",
    "caller.x",
    "log.x",
)


def _places() -> list[tuple[Role, str]]:
    """Every role's own user, and a second user of the same role."""
    return [*USERS.items(), *((role, "another") for role in USERS)]


def may_say(me: Role, subject: str) -> bool:
    """What docs/protocol.md lets `me` publish."""
    kind, *rest = subject.split(".")
    if kind in ("vin", "vto"):
        whose, role, user, part = rest
        if (role, user) != (me.value, USERS[me]):
            return False
        if kind == "vin":  # the vault of the own organisation, from the own account
            return whose == "valdore" and me in ASKS_VAULT
        return whose == "marais" and me is Role.KIOSK and part == "log"
    mine = rest[:2] == [me.value, USERS[me]]
    return mine and (kind in ("svc", "all", "hb") or (kind == "ses" and me in TALKS))


def may_hear(me: Role, subject: str) -> bool:
    """What docs/protocol.md lets `me` subscribe to."""
    if subject in ("evt.q.*", "evt.q.t1", "evt.hb"):
        return me in SEES_QUEUE
    if subject.startswith("vin."):
        return me is Role.VAULT and subject.count(".") == 4 and subject.rpartition(".")[2] in PARTS
    own = f"{me.value}.{USERS[me]}."
    return subject.startswith((f"_I.{own}", f"evt.u.{own}"))


def said_subjects() -> list[str]:
    found = [
        f"{to}.{role.value}.{user}.{verb}"
        for to in ("svc", "all")
        for role, user in _places()
        for verb in ALL_VERBS
    ]
    for role, user in _places():
        who = f"{role.value}.{user}"
        found += [
            f"hb.{who}",
            f"ses.{who}.s1.call",
            f"evt.u.{who}.hub",
            f"evt.u.{who}.ses.s1.call",
            f"_I.{who}.x",
        ]
        found += [
            f"vin.{home}.{who}.{part}"
            for home in ("valdore", "network", "marais")
            for part in PARTS
        ]
        found += [f"vto.{whose}.{who}.{part}" for whose in ("valdore", "marais") for part in PARTS]
    return [*found, "evt.q.t1", "evt.hb", "svc.enrol", "enrol", *NOBODYS]


def heard_subjects() -> list[str]:
    found = []
    for role, user in _places():
        who = f"{role.value}.{user}"
        found += [
            f"_I.{who}.*",
            f"evt.u.{who}.hub",
            f"evt.u.{who}.ses.*.*",
            f"svc.{who}.>",
            f"all.{who}.>",
            f"ses.{who}.>",
            f"hb.{who}",
            f"vin.valdore.{who}.log",
        ]
    wild = [
        ">",
        "*.>",
        "evt.>",
        "evt.u.>",
        "evt.u.*.*.hub",
        "_I.>",
        "_I.*.*.*",
        "svc.>",
        "all.>",
        "svc.enrol",
        "ses.>",
        "hb.>",
    ]
    wild += ["all.>", "vin.>", "vin.*.*.*.dossier", "vin.*.*.*.log", "vin.*.*.*.*", "vto.>"]
    return [*found, *wild, "evt.q.*", "evt.q.t1", "evt.hb", *NOBODYS]


async def _connection_of(world: World, role: Role) -> Connection:
    """A connection of `role`; roles that no catalogue lists yet get a key beside it."""
    user = USERS[role]
    if ("valdore", role, user) not in world.seeds:
        seed = world.seeds["valdore", role, user] = new_seed()
        accounts = world.catalogue.accounts(one_computer_each(world.keys))
        known = next(account for account in accounts if account.organisation == "valdore")
        more = replace(known, users=(*known.users, BusUser(role, user, public_key(seed))))
        await world.server.reload(
            [more, *(account for account in accounts if account is not known)]
        )
    return await world.connect_as(role, user)


def _refused(caplog: pytest.LogCaptureFixture, kind: str) -> set[str]:
    marker = f"permissions violation for {kind} to "
    texts = [record.getMessage().lower() for record in caplog.records]
    return {text.partition(marker)[2].strip().strip("'\"") for text in texts if marker in text}


@pytest.mark.parametrize("me", list(Role))
async def test_the_server_lets_a_role_say_and_hear_what_is_its_own_and_nothing_else(
    tmp_path: Path, me: Role, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="session.bus.transport.connection")
    catalogue = sealed_catalogue(SigningKeys(), SigningKeys("marais"))
    async with hub_world(tmp_path, with_hub=False, catalogue=catalogue) as world:
        connection = await _connection_of(world, me)
        said, heard = said_subjects(), heard_subjects()
        for subject in said:
            await connection.publish(subject, b"{}")
        forbidden = {subject.lower() for subject in said if not may_say(me, subject)}
        await until(lambda: _refused(caplog, "publish") >= forbidden)
        for subject in heard:
            await connection.subscribe(subject, lambda message: None)
        unheard = {subject.lower() for subject in heard if not may_hear(me, subject)}
        await until(lambda: _refused(caplog, "subscription") >= unheard)
        await asyncio.sleep(0.05)
        assert _refused(caplog, "publish") == forbidden
        assert _refused(caplog, "subscription") == unheard
        assert connection.is_connected


@pytest.mark.parametrize("me", list(Role))
async def test_the_hub_refuses_a_role_every_verb_that_is_not_its_own(
    tmp_path: Path, me: Role
) -> None:
    async with hub_world(tmp_path) as world:
        connection = await _connection_of(world, me)

        async def answer(verb: str) -> tuple[str, str]:
            """(code, why) of the refusal that an empty request gets;
            ("", "") when there was none.
            """
            subject = subjects.service(me, USERS[me], verb)
            said: dict[str, Any] = {"code": "rate_limited"}
            while said.get("code") == "rate_limited":  # there are more verbs than a burst may hold
                reply = await connection.request(subject, b'{"type":"Nothing","v":1}', 5.0)
                said = json.loads(reply.payload)
                await asyncio.sleep(0.2 if said.get("code") == "rate_limited" else 0)
            return str(said.get("code", "")), str(said.get("detail", {}).get("why", ""))

        for verb, request in ALL_VERBS.items():
            code, why = await answer(verb)
            if me in request.roles:
                # the door was open: what was said was read
                assert code == "message_malformed", verb
            else:
                assert (code, why) == ("not_allowed", "role"), verb
        assert await answer("no_such_verb") == ("not_allowed", "unknown verb")
