# SPDX-License-Identifier: GPL-3.0-only
"""The two ends of a session over a real hub:
what passes it is sealed, and what is changed or repeated is not taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from session.bus.channel import BusChannel
from session.bus.sealing.certificates import certify
from session.bus.transport.connection import Incoming
from session.bus.transport.nkeys import new_seed, public_key
from session.core.errors import SessionError
from session.desk.sealing import DeskSeal
from session.kiosk.sealing import KioskSeal
from session.protocol.conversation.messages import AddressRequested, PageShown, SessionMessage
from session.protocol.hub.requests import SessionFacts
from session.protocol.hub.seal_keys import DeskCertificate
from session.protocol.wire.roles import Role
from tests.support.sealed_world import ORGANISATION, SealedWorld, sealed_world
from tests.support.waiting import until

SECRET = "Garrigue-Tesson"
SHOWN = PageShown(
    epoch=1, address=f"https://www.valdore.example/{SECRET}", title=SECRET, width_px=1, height_px=1
)


class Ends:
    """A kiosk and a desk with an open session."""

    def __init__(
        self, sealed: SealedWorld, facts: SessionFacts, kiosk: BusChannel, desk: BusChannel
    ) -> None:
        self.sealed, self.facts = sealed, facts
        self.kiosk, self.desk = kiosk, desk
        self.seed = sealed.world.seeds[ORGANISATION, Role.AGENT, facts.agent]
        self.at_desk: list[SessionMessage] = []
        self.raw_at_desk: list[tuple[bytes, Mapping[str, str]]] = []
        self.at_kiosk: list[SessionMessage] = []
        self.refused: list[SessionError] = []

    async def certificate(self) -> DeskCertificate:
        world = self.sealed.world
        return certify(
            self.sealed.keys.secrets[0],
            ORGANISATION,
            role=Role.AGENT,
            user=self.facts.agent,
            key=public_key(self.seed),
            now=world.clock.utc_now(),
        )

    def seal_desk(self, certificate: Callable[[], object] | None = None) -> DeskSeal:
        world = self.sealed.world
        how = certificate or self.certificate
        seal = DeskSeal(self.facts, how, seed=self.seed, clock=world.clock, tasks=world.tasks)  # type: ignore[arg-type]
        seal.refused.connect(self.refused.append)
        self.desk.protect(seal)
        self.desk.on_message("cobrowse", self.at_desk.append)
        self.desk.on_raw(
            "mirror", lambda payload, headers: self.raw_at_desk.append((payload, headers))
        )
        return seal

    def seal_kiosk(self) -> KioskSeal:
        world = self.sealed.world
        assert self.facts.seal is not None
        keys = self.sealed.seals("kiosk").take_card(ORGANISATION, self.facts.seal)
        seal = KioskSeal(self.facts, keys, clock=world.clock, tasks=world.tasks)
        seal.refused.connect(self.refused.append)
        self.kiosk.protect(seal)
        self.kiosk.on_message("cobrowse", self.at_kiosk.append)
        return seal


def record(seal: DeskSeal, into: list[tuple[str, Incoming]]) -> Callable[[str, Incoming], None]:
    """Keeps what comes to the desk, as whoever runs the hub may; returns how to send it again."""
    receive = seal.receive

    def receive_and_keep(topic: str, message: Incoming) -> None:
        into.append((topic, message))
        receive(topic, message)

    seal.receive = receive_and_keep  # type: ignore[method-assign]
    return receive


async def open_session(sealed: SealedWorld) -> Ends:
    kiosk, desk = await sealed.kiosk(), await sealed.desk("alice")
    answer = await kiosk.call("valdore/rights", "1234567", "r1")
    facts = await desk.accept(answer.ticket.id)
    return Ends(sealed, facts, kiosk.bus.channel(facts.id), desk.bus.channel(facts.id))


async def test_what_passes_the_hub_is_sealed_in_both_directions(tmp_path: Path) -> None:
    async with sealed_world(tmp_path) as sealed:
        ends = await open_session(sealed)
        heard = await sealed.overhear()
        await ends.kiosk.send("cobrowse", SHOWN)  # early: no handler, no key anywhere
        ends.seal_kiosk()
        ends.seal_desk()
        await ends.kiosk.send("cobrowse", SHOWN)
        await ends.kiosk.send_raw("mirror", SECRET.encode() * 100, {"Epoch": "7"})
        await ends.desk.send("cobrowse", AddressRequested(address=SHOWN.address))
        await until(lambda: bool(ends.at_desk and ends.raw_at_desk and ends.at_kiosk))
        assert ends.at_desk == [SHOWN]  # not the one that was said in clear
        assert ends.raw_at_desk == [(SECRET.encode() * 100, {"Epoch": "7"})]
        assert ends.at_kiosk == [AddressRequested(address=SHOWN.address)]
        whole = [f"{message.headers}".encode() + message.payload for message in heard[1:]]
        assert len(whole) > 6
        clear = [text for text in whole if SECRET.encode() in text]
        assert len(clear) <= 2, (
            "only the message that was said before the ends sealed, and its relayed copy"
        )
        assert ends.refused == []


async def test_a_restarted_desk_has_another_key_and_old_messages_do_not_open(
    tmp_path: Path,
) -> None:
    async with sealed_world(tmp_path) as sealed:
        ends = await open_session(sealed)
        kiosk = ends.seal_kiosk()
        first = ends.seal_desk()
        recorded: list[tuple[str, Incoming]] = []
        record(first, recorded)
        await ends.kiosk.send("cobrowse", SHOWN)
        await until(lambda: len(ends.at_desk) == 1)
        first.close()
        second = ends.seal_desk()
        await until(lambda: second.is_sealed)
        # whoever runs the hub says again what the kiosk has said before
        for topic, message in recorded:
            second.receive(topic, message)
        await asyncio.sleep(0.05)
        assert len(ends.at_desk) == 1
        await ends.kiosk.send("cobrowse", SHOWN)
        await until(lambda: len(ends.at_desk) >= 2)
        assert kiosk.is_sealed


async def test_a_restarted_kiosk_asks_for_a_new_key(tmp_path: Path) -> None:
    async with sealed_world(tmp_path) as sealed:
        ends = await open_session(sealed)
        ends.seal_kiosk().close()
        desk = ends.seal_desk()
        await until(lambda: desk.is_sealed)
        ends.seal_kiosk().ask()
        await ends.kiosk.send("cobrowse", SHOWN)
        await until(lambda: ends.at_desk == [SHOWN])


async def test_a_message_that_comes_twice_or_changed_or_on_another_topic_is_refused(
    tmp_path: Path,
) -> None:
    async with sealed_world(tmp_path) as sealed:
        ends = await open_session(sealed)
        ends.seal_kiosk()
        desk = ends.seal_desk()
        recorded: list[tuple[str, Incoming]] = []
        told: list[SessionMessage] = []
        ends.kiosk.on_message("end", told.append)
        receive = record(desk, recorded)
        await ends.kiosk.send_raw("mirror", b"frame", {"Epoch": "7"})
        await until(lambda: len(ends.raw_at_desk) == 1)
        [(topic, message)] = [entry for entry in recorded if entry[0] == "mirror"]
        receive(topic, message)
        assert [error.detail["why"] for error in ends.refused] == ["twice"]
        later = {"Seal": message.headers["Seal"].replace(".1", ".2")}
        receive(topic, Incoming(message.subject, message.payload, later, ""))
        receive("chunk", Incoming(message.subject, message.payload, later, ""))
        flipped = bytes([message.payload[0] ^ 1]) + message.payload[1:]
        receive(topic, Incoming(message.subject, flipped, later, ""))
        receive(topic, Incoming(message.subject, b"frame", {}, ""))
        assert {error.detail["why"] for error in ends.refused} == {"twice", "changed"}
        assert len(ends.raw_at_desk) == 1
        await until(lambda: len(told) == 5)
        whys = [(said.topic, said.code, said.why) for said in told]  # type: ignore[attr-defined]
        assert whys[0] == ("mirror", "seal_broken", "twice")
        assert whys[-1] == ("mirror", "seal_broken", "stamp")


@pytest.mark.parametrize(
    "wrong", ["somebody else", "unknown vault", "changed", "too old", "desk's signature"]
)
async def test_a_kiosk_gives_no_key_to_whom_the_organisation_has_not_vouched_for(
    tmp_path: Path, wrong: str
) -> None:
    async with sealed_world(tmp_path) as sealed:
        ends = await open_session(sealed)
        right = await ends.certificate()

        async def certificate() -> DeskCertificate:
            now = sealed.world.clock.utc_now()
            secret = sealed.keys.secrets[0]
            match wrong:
                case "somebody else":
                    return certify(
                        secret, ORGANISATION, role=Role.AGENT, user="bob", key=right.key, now=now
                    )
                case "unknown vault":
                    other = type(sealed.keys)().secrets[0]
                    return certify(
                        other, ORGANISATION, role=Role.AGENT, user="alice", key=right.key, now=now
                    )
                case "changed":
                    return msgspec.structs.replace(right, until_utc=now + timedelta(days=400))
                case "too old":
                    return certify(
                        secret,
                        ORGANISATION,
                        role=Role.AGENT,
                        user="alice",
                        key=right.key,
                        now=now - timedelta(days=30),
                    )
            return certify(
                secret,
                ORGANISATION,
                role=Role.AGENT,
                user="alice",
                key=public_key(new_seed()),
                now=now,
            )

        kiosk = ends.seal_kiosk()
        ends.seal_desk(certificate)
        await until(lambda: bool(ends.refused))
        assert wrong in str(ends.refused[0].detail["why"])
        assert not kiosk.is_sealed
