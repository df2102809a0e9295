# SPDX-License-Identifier: GPL-3.0-only
"""Desks and kiosks with an organisation's vault, over a real server and a real hub that only sees
sealed things.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from session.bus.sealing.box import SEAL_HEADER
from session.bus.sealing.client import CARD_S
from session.bus.sealing.vault_client import REFUSED_HEADER, UNKNOWN
from session.bus.transport.connection import Incoming
from session.bus.transport.nkeys import new_seed, public_key
from session.core.clock import ManualClock
from session.core.dossier_model import AccessLine, PieceState
from session.core.errors import (
    DeskNotAdmitted,
    LogReasonNeeded,
    LogRunning,
    NotAllowed,
    SealBroken,
    SealKeyOld,
    SealKeyRefused,
    SessionError,
    TicketUnknown,
    VaultAway,
)
from session.desk.hub.client import DeskClient
from session.desk.hub.third_parties import ThirdPartyClient
from session.hub.access import request_server
from session.hub.convention.catalogue import Catalogue
from session.hub.vault.handlers import NEW_BURST
from session.protocol.dossier.deliveries import DeliveriesRequest
from session.protocol.dossier.identity import LogAccessesRequest
from session.protocol.hub.requests import (
    DossierRequest,
    SessionFacts,
    TicketRequested,
)
from session.protocol.hub.talk_state import PassReason
from session.protocol.sealing import SEALED, Part
from session.protocol.wire.roles import Role
from tests.support.sealed_world import (
    ORGANISATION,
    SealedWorld,
    SigningKeys,
    new_secret,
    sealed_catalogue,
    sealed_world,
)

RECORD = (
    b'{"at_utc":"2026-03-02T10:00:00Z","writer":"desk","number":0,"event":{"type":"PageClosed"}}'
)


async def in_session(sealed: SealedWorld, user: str = "alice") -> tuple[DeskClient, SessionFacts]:
    kiosk, desk = await sealed.kiosk(), await sealed.desk(user)
    answer = await kiosk.call("valdore/rights", "1234567", "r1")
    return desk, await desk.accept(answer.ticket.id)


async def test_the_vault_answers_what_the_hub_refuses(tmp_path: Path) -> None:
    async with sealed_world(tmp_path) as sealed:
        desk, facts = await in_session(sealed)
        assert facts.seal is not None
        dossier = await desk.dossier(facts.id)
        assert dossier.number == "D-2026-0001"
        filed = await desk.upload(
            facts.id,
            dossier.number,
            piece_id="payslip",
            name="Bulletin",
            pages=1,
            data=b"a" * 100_000,
        )
        assert await desk.document(facts.id, filed.document.id) == b"a" * 100_000
        plain = await sealed.world.client(Role.AGENT, "alice")
        with pytest.raises(NotAllowed):
            await plain.ask_once(DossierRequest(session_id=facts.id))
        boss = await sealed.desk("boss", Role.SUPERVISOR)
        assert (await boss.bus.ask_once(DeliveriesRequest())).targets == []
        unsealed = await sealed.world.client(Role.SUPERVISOR, "boss")
        with pytest.raises(NotAllowed) as caught:
            await unsealed.ask_once(DeliveriesRequest())
        assert caught.value.detail == {"why": SEALED}


async def test_the_number_that_is_typed_is_read_by_the_vault_and_one_in_clear_is_not_kept(
    tmp_path: Path,
) -> None:
    async with sealed_world(tmp_path) as sealed:
        heard = await sealed.overhear()
        desk, facts = await in_session(sealed)
        assert (facts.caller_number, await desk.caller_number(facts.id)) == ("", "1234567")
        assert (await desk.dossier(facts.id)).number == "D-2026-0001"  # found by it
        with pytest.raises(TicketUnknown):
            await (await sealed.desk("bob")).caller_number(facts.id)
        await desk.hang_up(facts.id)
        await desk.close(facts.id)
        assert not any(b"1234567" in message.payload for message in heard)

        # a kiosk that cannot seal
        older = await sealed.world.client(Role.KIOSK, "kiosk1", "network")
        request = TicketRequested(
            request_id="r2", service="valdore/rights", caller_number="1234567"
        )
        ticket = (await older.ask_once(request)).ticket
        assert not ticket.caller_number_given
        facts = await desk.accept(ticket.id)
        assert (facts.caller_number, facts.sealed_number, await desk.caller_number(facts.id)) == (
            "",
            "",
            "",
        )


async def test_a_kiosk_of_the_network_gives_its_part_of_the_log_to_the_vault(
    tmp_path: Path,
) -> None:
    async with sealed_world(tmp_path) as sealed:
        desk, facts = await in_session(sealed)
        kiosk = await sealed.kiosk()
        assert await kiosk.append_log(facts.id, 0, [RECORD]) == 1
        assert await desk.append_log(facts.id, 0, [RECORD]) == 1
        assert await kiosk.append_log(facts.id, 0, [RECORD]) == 1
        helpdesk = await sealed.desk("help", Role.HELPDESK)
        with pytest.raises(LogRunning):
            await helpdesk.read_log(facts.id, "picture stood still")
        assert await register_of(sealed) == []
        await desk.hang_up(facts.id)
        with pytest.raises(LogReasonNeeded):
            await helpdesk.read_log(facts.id, "")
        assert await helpdesk.read_log(facts.id, "picture stood still", "pc7") == [RECORD, RECORD]
        with pytest.raises(NotAllowed):
            await desk.read_log(facts.id, "picture stood still")
        (line,) = await register_of(sealed)
        assert (line.user, line.session_id) == ("help", facts.id)
        assert (line.reason, line.computer) == ("picture stood still", "pc7")


async def register_of(sealed: SealedWorld) -> list[AccessLine]:
    """What the supervisor sees of it, from the vault."""
    client = await sealed.world.client(Role.SUPERVISOR, "boss", seals=sealed.seals("boss"))
    return (await client.ask_once(LogAccessesRequest())).lines


async def test_a_vault_that_was_restarted_is_greeted_again(tmp_path: Path) -> None:
    async with sealed_world(tmp_path) as sealed:
        desk, facts = await in_session(sealed)
        await desk.dossier(facts.id)
        await sealed.stop_vault()
        with pytest.raises(VaultAway):
            await desk.dossier(facts.id)
        await sealed.start_vault()
        assert (await desk.dossier(facts.id)).number == "D-2026-0001"


async def test_a_desk_that_the_organisation_does_not_know_gets_nothing(tmp_path: Path) -> None:
    """Whoever runs the hub can let any key into the bus as alice, but not into the vault."""
    async with sealed_world(tmp_path) as sealed:
        sealed.admitted[Role.AGENT, "alice"] = public_key(new_seed())
        desk, facts = await in_session(sealed)
        with pytest.raises(DeskNotAdmitted) as refused:
            await desk.dossier(facts.id)
        assert refused.value.detail["key"] == sealed.world.keys[ORGANISATION, Role.AGENT, "alice"]


async def test_a_desk_that_is_sent_away_is_out_at_once(tmp_path: Path) -> None:
    async with sealed_world(tmp_path) as sealed:
        desk, facts = await in_session(sealed)
        await desk.dossier(facts.id)
        del sealed.admitted[Role.AGENT, "alice"]
        with pytest.raises(DeskNotAdmitted):
            await desk.dossier(facts.id)


async def test_a_vault_without_the_key_that_was_meant_says_that_it_is_old(tmp_path: Path) -> None:
    async with sealed_world(tmp_path) as sealed:
        sealed.secrets[:] = [new_secret()]
        desk, facts = await in_session(sealed)
        with pytest.raises(SealKeyOld):
            await desk.dossier(facts.id)


async def test_an_impostor_of_the_vault_cannot_answer(tmp_path: Path) -> None:
    """The operator may run a vault of its own on the bus:
    without the secret it cannot say its first word.
    """
    async with sealed_world(tmp_path) as sealed:
        right = sealed.keys.secrets[0]

        class Liar:
            key, certifier, certifier_seed = right.key, right.certifier, right.certifier_seed
            exchange = new_secret().exchange

        sealed.secrets[:] = [Liar()]  # type: ignore[list-item]
        desk, facts = await in_session(sealed)
        with pytest.raises(Exception, match="seal_broken"):
            await desk.dossier(facts.id)


async def test_a_swapped_key_and_a_card_that_is_gone_are_refused(tmp_path: Path) -> None:
    async with sealed_world(tmp_path) as sealed:
        desk, facts = await in_session(sealed)
        await desk.dossier(facts.id)
        seals = desk.bus.seals
        assert seals is not None
        assert facts.seal is not None
        with pytest.raises(SealKeyRefused, match="missing"):
            seals.take_card(ORGANISATION, None)
        other = type(sealed.keys)()
        swapped = type(facts.seal)(organisation=ORGANISATION, keys=[other.key(other.secrets[0])])
        with pytest.raises(SealKeyRefused, match="signer"):
            seals.take_card(ORGANISATION, swapped)


async def test_the_parts_may_be_two_processes(tmp_path: Path) -> None:
    async with sealed_world(tmp_path, with_vault=False) as sealed:
        await sealed.start_vault((Part.LOG,))
        desk, facts = await in_session(sealed)
        assert await desk.append_log(facts.id, 0, [RECORD]) == 1
        with pytest.raises(VaultAway):
            await desk.dossier(facts.id)


async def test_the_note_for_the_next_agent_goes_by_the_vault(tmp_path: Path) -> None:
    async with sealed_world(tmp_path) as sealed:
        alice, facts = await in_session(sealed)
        bob = await sealed.desk("bob")
        heard = await sealed.overhear()
        note = "Rappeler-apres-le-jugement"
        await ThirdPartyClient(alice.bus).pass_on(
            facts.id, PassReason.SPECIALIST, agent="bob", note=note
        )
        taken = await bob.accept(facts.ticket_id)
        answer = await ThirdPartyClient(bob.bus).passed_on(taken.id)
        assert (answer.by_name, answer.reason, answer.note) == (
            "Alice M.",
            PassReason.SPECIALIST,
            note,
        )
        assert not any(note.encode() in message.payload for message in heard)
        assert len(heard) > 3


async def test_a_question_that_is_said_again_by_others_is_not_answered(tmp_path: Path) -> None:
    """Whoever runs the server may keep a sealed question and say it once more, also to a vault that
    was restarted.
    """
    async with sealed_world(tmp_path) as sealed:
        desk, facts = await in_session(sealed)
        line = desk.bus._connection
        kept: list[tuple[str, bytes, dict[str, str]]] = []
        request = line.request

        async def keep(
            subject: str,
            payload: bytes,
            timeout_s: float,
            headers: Mapping[str, str] | None = None,
            **more: Any,
        ) -> Any:
            if headers and SEAL_HEADER in headers:
                kept.append((subject, payload, dict(headers)))
            return await request(subject, payload, timeout_s, headers, **more)

        line.request = keep  # type: ignore[method-assign]
        await desk.set_piece(
            facts.id, (await desk.dossier(facts.id)).number, "identity", state=PieceState.ACCEPTED
        )
        refused = await desk.set_piece(
            facts.id, "D-2026-0001", "identity", state=PieceState.REFUSED, reason="flou"
        )
        assert refused.pieces[1].state is PieceState.REFUSED
        subject, payload, headers = kept[1]  # the first change, sealed
        said = await request(subject, payload, 5.0, headers)
        assert (said.headers[REFUSED_HEADER], said.payload) == ("seal_broken", b"")
        await sealed.stop_vault()
        await sealed.start_vault()
        said = await request(subject, payload, 5.0, headers)
        assert said.headers[REFUSED_HEADER] == UNKNOWN
        assert (await desk.dossier(facts.id)).pieces[1].state is PieceState.REFUSED


async def test_a_refusal_that_others_write_makes_nobody_throw_anything_away(tmp_path: Path) -> None:
    """Whoever runs the server can refuse in the vault's name, but only what a vault says in clear.
    A log that is said to be closed, or a session to be unknown, would be given up.
    """
    async with sealed_world(tmp_path) as sealed:
        desk, facts = await in_session(sealed)
        await desk.append_log(facts.id, 0, [RECORD])
        line = desk.bus._connection
        request = line.request

        for code in ("log_closed", "ticket_unknown", "log_full", "dossier_unknown", "anything"):

            async def lie(subject: str, *_given: Any, code: str = code, **_more: Any) -> Any:
                return Incoming(subject, b"", {REFUSED_HEADER: code})

            line.request = lie  # type: ignore[method-assign]
            with pytest.raises(SealBroken):
                await desk.append_log(facts.id, 1, [RECORD])
        line.request = request  # type: ignore[method-assign]
        assert await desk.append_log(facts.id, 1, [RECORD]) == 2


async def test_who_invents_sessions_does_not_use_up_what_the_vault_may_ask(tmp_path: Path) -> None:
    async with sealed_world(tmp_path) as sealed:
        alice, facts = await in_session(sealed)
        bob = await sealed.desk("bob")
        codes: Counter[str] = Counter()

        async def invent(number: int) -> None:
            try:
                await bob.append_log(f"invented{number:04d}", 0, [RECORD])
            except SessionError as error:
                codes[error.code] += 1

        await asyncio.gather(*(invent(number) for number in range(300)))
        assert set(codes) == {"ticket_unknown", "rate_limited"}
        assert NEW_BURST <= codes["ticket_unknown"] < 2 * NEW_BURST
        assert (await alice.dossier(facts.id)).number == "D-2026-0001"


async def test_the_desks_of_a_vault_together_may_ask_more_than_one_desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each opening of a dossier is a question of the vault, one client, to the hub."""
    monkeypatch.setattr(request_server, "PER_S", 0.01)  # however slow this machine is
    async with sealed_world(tmp_path) as sealed:
        alice, facts = await in_session(sealed)
        kiosk, bob = await sealed.kiosk(home=ORGANISATION), await sealed.desk("bob")
        second = await bob.accept((await kiosk.call("rights", "1234567", "r2")).ticket.id)
        desks = ((alice, facts.id), (bob, second.id))
        opened = [desk.dossier(session) for desk, session in desks for _ in range(95)]
        assert {dossier.number for dossier in await asyncio.gather(*opened)} == {"D-2026-0001"}


async def test_a_vault_without_the_newest_key_is_asked_under_the_one_before(tmp_path: Path) -> None:
    keys = SigningKeys(secrets=[new_secret(), new_secret()])
    async with sealed_world(tmp_path, keys=keys) as sealed:
        for missing in (0, 1):
            sealed.secrets[:] = [secret for at, secret in enumerate(keys.secrets) if at != missing]
            desk = await sealed.desk("alice" if missing else "bob")
            kiosk = await sealed.kiosk("kiosk1")
            answer = await kiosk.call("valdore/rights", "1234567", f"r{missing}")
            facts = await desk.accept(answer.ticket.id)
            assert (await desk.dossier(facts.id)).number == "D-2026-0001"
            await desk.hang_up(facts.id)
            await desk.close(facts.id)


async def test_a_key_that_follows_is_taken_without_a_restart(tmp_path: Path) -> None:
    clock = ManualClock(datetime.now(UTC))
    keys = SigningKeys()
    async with sealed_world(tmp_path, clock=clock, keys=keys) as sealed:
        desk, facts = await in_session(sealed)
        await desk.dossier(facts.id)
        seals, following = desk.bus.seals, new_secret()
        assert seals is not None
        keys.secrets.append(following)
        assert sealed.world.hub is not None
        await sealed.world.hub.take_catalogue(Catalogue.parse(sealed_catalogue(keys)))
        sealed.secrets[:] = [following]
        await sealed.stop_vault()
        await sealed.start_vault()
        clock.advance(CARD_S + 1)
        assert (await desk.dossier(facts.id)).number == "D-2026-0001"
