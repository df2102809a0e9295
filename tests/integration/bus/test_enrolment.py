# SPDX-License-Identifier: GPL-3.0-only
"""From an invitation to a working key, and to a lost key's end:
real server, real hub, both ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import keyring.errors
import pytest

from expert_app.__main__ import main
from expert_app.runtime.credentials import KeyMissing, load_seed
from expert_app.runtime.enrolment import enrol_here
from expert_app.runtime.folder_owner import own_folder
from expert_app.runtime.paths import paths_for
from session.bus.server.config import ENROL_ANSWER_MS
from session.bus.transport.connection import Connection
from session.bus.transport.nkeys import new_seed, public_key, sign
from session.core.errors import (
    BusRefusedIdentity,
    EnrolmentElsewhere,
    EnrolmentRefused,
    RateLimited,
)
from session.core.spoken_letters import tidy_code
from session.hub.access.identities import Identity, IdentityBook
from session.protocol.codec import decode_answer, encode
from session.protocol.hub.enrolment import EnrolAnswer, EnrolRequest, proof_text
from session.protocol.wire import subjects
from session.protocol.wire.program import ANSWER_TO
from session.protocol.wire.roles import Role
from tests.integration.bus.enrolment_door import Door
from tests.support.waiting import until

ALICE = Identity("valdore", Role.AGENT, "alice")
FEW = timedelta(minutes=15)


@contextlib.asynccontextmanager
async def open_door(folder: Path) -> AsyncIterator[Door]:
    door = Door(folder)
    try:
        await door.server.start()
        await door.connection.connect()
        await door.enrolment.start()
        yield door
    finally:
        for client in door.clients:
            await client.close()
        await door.enrolment.stop()
        await door.connection.close()
        await door.server.stop()
        await door.tasks.close()


async def test_a_code_makes_a_key_known_at_once_and_only_once(tmp_path: Path) -> None:
    async with open_door(tmp_path) as door:
        code = door.book.invite(ALICE, door.now, FEW)
        seed, thief = new_seed(), new_seed()
        with pytest.raises(BusRefusedIdentity):
            await door.client(seed).connect()
        typed = f" {code[:4].lower()}-{code[4:].lower()} "
        answer = await door.enrol(typed, seed)
        assert (answer.organisation, answer.role, answer.user) == ("valdore", Role.AGENT, "alice")
        await door.client(seed).connect()
        # an answer that was lost may be asked for again
        assert await door.enrol(code, seed) == answer
        with pytest.raises(EnrolmentRefused):
            await door.enrol(code, thief)
        assert door.book.keys() == {("valdore", Role.AGENT, "alice"): (public_key(seed),)}


async def test_wrong_old_replaced_and_foreign_codes_are_refused_alike(tmp_path: Path) -> None:
    async with open_door(tmp_path) as door:
        first = door.book.invite(ALICE, door.now, FEW)
        second = door.book.invite(ALICE, door.now, FEW)
        refusals = []
        for code in (first, "00000000", "short", ""):
            with pytest.raises(EnrolmentRefused) as refused:
                await door.enrol(code, new_seed())
            refusals.append(refused.value.detail)
        door.clock.advance(FEW.total_seconds() + 1)
        with pytest.raises(EnrolmentRefused) as refused:
            await door.enrol(second, new_seed())
        assert refusals == [refused.value.detail] * 4
        assert door.book.keys() == {}


async def _enrol_by_command(door: Door, code: str, folder: Path) -> tuple[int, str]:
    """`expert-app enrol`: its exit code and what it said."""
    said = io.StringIO()
    command = ["enrol", "--code", code, "--bus", door.server.url, "--folder", str(folder)]
    with contextlib.redirect_stdout(said):
        ended = await asyncio.to_thread(main, [*command, "--language", "en"])
    return ended, said.getvalue().strip()


async def test_a_code_for_a_program_that_runs_here_stays_good_until_it_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keyring.set_password", lambda *_words: None)
    async with open_door(tmp_path) as door:
        code = door.book.invite(ALICE, door.now, FEW)
        with own_folder(paths_for("desk", tmp_path).data, "desk"):
            ended, said = await _enrol_by_command(door, code, tmp_path)
            assert (ended, "in use by `expert-app desk`" in said) == (2, True)
        assert door.book.keys() == {}
        assert (await _enrol_by_command(door, code, tmp_path))[0] == 0


async def test_only_machines_without_a_person_keep_their_key_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, str] = {}
    monkeypatch.setattr(
        "keyring.set_password", lambda _service, name, word: kept.update({name: word})
    )
    key_file, kiosk = tmp_path / "new.key", Identity("valdore", Role.KIOSK, "kiosk1")
    async with open_door(tmp_path) as door:

        async def enrol_with(who: Identity) -> None:
            code = door.book.invite(who, door.now, FEW)
            await enrol_here([door.server.url], code, "", door.tasks, key_file=key_file)

        await enrol_with(kiosk)
        assert load_seed("", key_file)
        assert not kept
        key_file.unlink()
        with pytest.raises(EnrolmentElsewhere):
            await enrol_with(ALICE)
        assert not kept
        assert list(tmp_path.glob("new.key*")) == []
        assert [one.identity for one in door.book.invitations(door.now)] == [ALICE]

        def refuse(*_words: str) -> None:
            raise keyring.errors.NoKeyringError

        monkeypatch.setattr("keyring.set_password", refuse)
        code = door.book.invite(ALICE, door.now, FEW)
        with pytest.raises(KeyMissing):
            await enrol_here([door.server.url], code, "", door.tasks)
        assert [one.identity for one in door.book.invitations(door.now)] == [ALICE]
    arguments = [
        "enrol",
        "--organisation",
        "caf",
        "--role",
        "agent",
        "--user",
        "a1",
        "--key-file",
        str(key_file),
    ]
    assert main(arguments) == 2
    assert not key_file.exists()


async def test_a_key_of_somebody_else_cannot_be_enrolled(tmp_path: Path) -> None:
    async with open_door(tmp_path) as door:
        code = door.book.invite(ALICE, door.now, FEW)
        theirs, mine = public_key(new_seed()), new_seed()
        connection = await door.newcomer()
        request = EnrolRequest(code=code, key=theirs, proof=sign(mine, proof_text(code, theirs)))
        for message in (request, EnrolRequest(code=code, key=theirs, proof="no base64")):
            answer = await _asked(connection, encode(message))
            with pytest.raises(EnrolmentRefused):
                decode_answer(EnrolAnswer, answer)
        assert door.book.keys() == {}


async def test_an_answer_comes_after_the_server_has_forgotten_whom_it_is_for(
    tmp_path: Path,
) -> None:
    async with open_door(tmp_path) as door:
        code, seed = door.book.invite(ALICE, door.now, FEW), new_seed()
        connection = await door.newcomer()
        door.reload_s = 3 * ENROL_ANSWER_MS / 1000  # it forgets within twice that time
        key, tidy = public_key(seed), tidy_code(code)
        request = EnrolRequest(code=tidy, key=key, proof=sign(seed, proof_text(tidy, key)))
        answer = decode_answer(EnrolAnswer, await _asked(connection, encode(request)))
        assert answer.user == "alice"


async def _asked(connection: Connection, request: bytes) -> bytes:
    """Return the answer to a newcomer that says its inbox, however long it takes."""
    message = await connection.request(subjects.ENROL, request, 30.0, reply_header=ANSWER_TO)
    return message.payload


async def test_guessing_is_slow_and_stops_nobody_else(tmp_path: Path) -> None:
    async with open_door(tmp_path) as door:
        code, seed = door.book.invite(ALICE, door.now, FEW), new_seed()
        connection = await door.newcomer()

        async def guess(number: int) -> str:
            wrong, key = f"{number:08}", public_key(seed)
            request = encode(
                EnrolRequest(code=wrong, key=key, proof=sign(seed, proof_text(wrong, key)))
            )
            try:
                decode_answer(EnrolAnswer, await _asked(connection, request))
            except (EnrolmentRefused, RateLimited) as error:
                return error.code
            return "found"

        codes = await asyncio.gather(*(guess(number) for number in range(50)))
        assert codes.count("enrolment_refused") == 10
        assert codes.count("rate_limited") == 40
        assert (await door.enrol(code, seed)).user == "alice"


async def test_the_enrolment_identity_can_do_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="session.bus.transport.connection")
    async with open_door(tmp_path) as door:
        connection = await door.newcomer()
        said = [
            "enrol",
            "svc.a.alice.queue",
            "svc.enrol.more",
            "hb.a.alice",
            "$JS.API.INFO",
            "_I.enrol.x",
        ]
        heard = [">", "svc.enrol", "enrol", "evt.>", "svc.>", "_I.a.alice.>", "$SYS.>"]
        for subject in said:
            await connection.publish(subject, b"{}")
        for subject in heard:
            await connection.subscribe(subject, lambda message: None)

        def refused(kind: str) -> set[str]:
            marker = f"permissions violation for {kind} to "
            texts = [record.getMessage().lower() for record in caplog.records]
            return {
                text.partition(marker)[2].strip().strip("'\"") for text in texts if marker in text
            }

        await until(lambda: refused("publish") >= {subject.lower() for subject in said})
        await until(lambda: refused("subscription") >= {subject.lower() for subject in heard})


async def test_a_revoked_key_is_cut_off_at_once_and_stays_out(tmp_path: Path) -> None:
    async with open_door(tmp_path) as door:
        seeds = {"alice": new_seed(), "bob": new_seed()}
        for user, seed in seeds.items():
            await door.enrol(
                door.book.invite(Identity("valdore", Role.AGENT, user), door.now, FEW), seed
            )
        lost, stays = door.client(seeds["alice"]), door.client(seeds["bob"], "bob")
        refusals: list[None] = []
        lost.refused.connect(refusals.append)
        await lost.connect()
        await stays.connect()
        loop = asyncio.get_running_loop()
        revoked_s = loop.time()
        # As `expert-app hub revoke` does it: another program writes the book.
        assert IdentityBook(tmp_path / "identities.sqlite").revoke(ALICE, "", door.now)
        await until(lambda: not lost.is_connected and refusals != [])
        assert loop.time() - revoked_s < 10.0
        assert stays.is_connected
        await until(lambda: door.book.applied() == door.book.wanted())
        with pytest.raises(EnrolmentRefused):
            await door.enrol(door.book.invite(ALICE, door.now, FEW), seeds["alice"])
        fresh = new_seed()
        await door.enrol(door.book.invite(ALICE, door.now, FEW), fresh)
        await door.client(fresh).connect()


async def test_a_refused_desk_does_not_knock_all_the_time(tmp_path: Path) -> None:
    async with open_door(tmp_path) as door:
        stranger = door.client(new_seed())
        refusals: list[None] = []
        stranger.refused.connect(refusals.append)
        with pytest.raises(BusRefusedIdentity):
            await stranger.connect()
        await asyncio.sleep(0.6)  # at the usual pace it would have knocked three times
        assert len(refusals) == 1
