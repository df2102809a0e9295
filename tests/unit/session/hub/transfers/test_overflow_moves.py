# SPDX-License-Identifier: GPL-3.0-only
"""Overflow rules: who else may answer a caller who waits, and from when on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from session.hub.convention.catalogue import Catalogue
from session.hub.queue.eligibility import Eligibility
from session.hub.transfers.overflow_moves import OverflowTarget, overflow_targets
from session.protocol.hub.tickets import Ticket, TicketState

ARRIVED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

TEXT = """
[[organisations]]
id = "caisse"
name = "Caisse"
services = [
  { id = "logement", name = "Logement", letter = "L", overflow = [
    { to = "famille", after_s = 120, when_nobody = true },
    { to = "mutuelle/soins", after_s = 300 },
  ] },
  { id = "famille", name = "Famille", letter = "F", skills = ["anglais"], relax_s = 200 },
]
people = [
  { id = "lucie", name = "Lucie", services = ["logement"] },
  { id = "fred", name = "Fred", services = ["famille"], skills = ["anglais"] },
  { id = "nina", name = "Nina", services = ["famille"] },
]

[[organisations]]
id = "mutuelle"
name = "Mutuelle"
services = [{ id = "soins", name = "Soins", letter = "S", overflow_from = ["caisse/logement"] }]
"""


def ticket() -> Ticket:
    return Ticket(
        id="t1",
        organisation="caisse",
        service="logement",
        kiosk="k1",
        site="Mairie",
        number="L001",
        state=TicketState.WAITING,
        arrived_at_utc=ARRIVED,
    )


def after(person: str, answering: int = 1) -> int | None:
    catalogue = Catalogue.parse(TEXT)
    rules = Eligibility(catalogue, lambda organisation, service: answering)
    return rules.after_s(
        "caisse", catalogue.agent("caisse", person), catalogue.service("caisse", "logement")
    )


def test_colleagues_of_the_other_service_may_answer_after_the_rules_time() -> None:
    assert (after("lucie"), after("fred")) == (0, 120)
    assert after("nina") == 200  # the other service's skills count there too


def test_they_may_at_once_when_nobody_of_the_service_is_there() -> None:
    assert (after("fred", answering=0), after("nina", answering=0)) == (0, 200)


def test_the_targets_of_a_caller_grow_with_the_wait() -> None:
    catalogue = Catalogue.parse(TEXT)

    def targets(waited_s: int, answering: int = 1) -> list[OverflowTarget]:
        return overflow_targets(
            catalogue, ticket(), ARRIVED + timedelta(seconds=waited_s), lambda o, s: answering
        )

    assert targets(119) == []
    assert targets(120) == [OverflowTarget("caisse", "famille", 120)]
    assert targets(300) == [
        OverflowTarget("caisse", "famille", 120),
        OverflowTarget("mutuelle", "soins", 300),
    ]
    assert targets(0, answering=0) == [OverflowTarget("caisse", "famille", 0)]
