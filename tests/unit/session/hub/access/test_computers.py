# SPDX-License-Identifier: GPL-3.0-only
"""The operator is told how many computers have the next authority, and which have not, a page at a
time, by what this run of the hub has heard and what the runs before had.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from session.bus.transport.connection import Incoming
from session.bus.transport.nkeys import new_seed, public_key
from session.core.clock import ManualClock
from session.hub.access.computers import PAGE_ROWS, AuthorityCoverage, Listed, next_authority
from session.hub.access.handlers import Asker
from session.hub.access.identities import Identity, IdentityBook
from session.hub.access.sightings import Sighting, Sightings
from session.protocol.hub.site import AuthorityAnswer, AuthorityRequest, HubFacts
from session.protocol.wire.program import AUTHORITIES, KEY_LETTERS
from session.protocol.wire.roles import Role

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
OPERATOR = Asker("network", Role.OPERATOR, "oper")


def hub(name: str, authority: str = "", next_authority: str = "") -> HubFacts:
    return HubFacts(
        id=name,
        started_at_utc=AT,
        convention="1",
        authority=authority,
        next_authority=next_authority,
    )


class Told:
    """A hub that gives the next authority, to those who are listed."""

    def __init__(
        self, listed: Listed, earlier: Sequence[Sighting], book: IdentityBook | None = None
    ) -> None:
        self.sightings = Sightings(ManualClock(), earlier)
        self.hubs = [hub("hub1")]
        self.rule = AuthorityCoverage(
            lambda: listed, book, hubs=lambda: self.hubs, sightings=self.sightings
        )

    async def ask(self, words: str = "", page: int = 0) -> AuthorityAnswer:
        return await self.rule.coverage(OPERATOR, AuthorityRequest(words=words, page=page))


async def test_who_has_it_is_counted_and_who_has_not_is_named(tmp_path: Path) -> None:
    keys = [public_key(new_seed()) for _ in range(4)]
    listed = {
        ("caf", Role.KIOSK, "borne1"): keys[0],
        ("caf", Role.KIOSK, "borne2"): keys[1],
        ("caf", Role.KIOSK, "borne3"): "",  # no key yet
        ("msa", Role.AGENT, "alice"): "",
    }
    book = IdentityBook(tmp_path / "book.sqlite")
    alice = Identity("msa", Role.AGENT, "alice")
    for name in ("PC-ÉTAGE", "PC-2"):
        code = book.invite(alice, AT, timedelta(minutes=15), adds=True)
        book.enrol(code, keys.pop(), AT, computer=name)
    told = Told(listed, [Sighting("caf", Role.KIOSK, "borne2", AT)], book)
    assert await told.ask() == AuthorityAnswer(missing=[])
    told.hubs = [hub("hub1", next_authority="NEW")]
    beat = {AUTHORITIES: f"{keys[0][:KEY_LETTERS]}:OLD,NEW"}
    told.sightings.on_message(Incoming("hb.caf.k.borne1", b"", beat))
    answer = await told.ask()
    assert (answer.is_given, answer.have, answer.count, answer.hits) == (True, 1, 4, 3)
    assert [(each.user, each.name, each.last_utc, each.is_silent) for each in answer.missing] == [
        ("borne2", "", AT, True),
        ("alice", "PC-ÉTAGE", None, True),
        ("alice", "PC-2", None, True),
    ]
    found = await told.ask("msa etage")
    assert (found.have, found.count, found.hits) == (1, 4, 1)
    assert found.missing[0].name == "PC-ÉTAGE"


def test_the_authority_is_the_same_at_whichever_hub_until_all_certificates_are_of_it() -> None:
    hubs = [
        hub("hub1", "OLD"),
        hub("hub2", "OLD"),
        hub("hub3"),
    ]  # the last has no authority of ours
    assert next_authority(hubs) == ""
    hubs[1] = hub("hub2", "OLD", "NEW")  # given at one machine
    assert next_authority(hubs) == "NEW"
    hubs[0] = hub("hub1", "OLD", "NEW")
    hubs[1] = hub("hub2", "NEW", "NEW")
    assert next_authority(hubs) == "NEW"
    hubs[0] = hub("hub1", "NEW", "NEW")
    assert next_authority(hubs) == ""
    hubs[2] = hub("hub3", next_authority="THIRD")
    assert next_authority(hubs) == "THIRD"


async def test_five_thousand_kiosks_come_a_page_at_a_time() -> None:
    keys = [f"U{number:011}REST" for number in range(5_000)]
    listed = {("caf", Role.KIOSK, f"k{number}"): key for number, key in enumerate(keys)}
    earlier = [
        Sighting("caf", Role.KIOSK, f"k{number}", AT, "", {key[:KEY_LETTERS]: ("OLD",)})
        for number, key in enumerate(keys)
    ]
    told = Told(listed, earlier, None)
    told.hubs = [hub("hub1", next_authority="NEW")]
    for number in range(120):
        beat = {AUTHORITIES: f"{keys[number][:KEY_LETTERS]}:OLD,NEW"}
        told.sightings.on_message(Incoming(f"hb.caf.k.k{number}", b"", beat))
    first, last, beyond = [await told.ask(page=page) for page in (0, 48, 49)]
    assert (first.have, first.count, first.hits) == (120, 5_000, 4_880)
    assert len(first.missing) == PAGE_ROWS
    assert first.missing[0].user == "k120"
    assert not first.missing[0].is_silent
    assert len(last.missing) == 80
    assert beyond.missing == []
