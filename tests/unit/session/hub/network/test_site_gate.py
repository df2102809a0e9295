# SPDX-License-Identifier: GPL-3.0-only
"""What lacks at a site before it may open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from session.core.errors import NotAllowed
from session.hub.convention.catalogue import Catalogue
from session.hub.network.site_gate import find_gaps
from session.protocol.helpdesk.self_test import CheckedPart, SelfCheck, SelfTestRow
from session.protocol.helpdesk.site_gate import Lack

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)

RECORD = """
address = "1 place du Puits, Arvenne"
contact = "accueil, 04 00 00 00 00"
closed_room = true
wheelchair = true
insured_until = 2026-03-02
signatures = [
  { organisation = "network", on = 2026-01-12 },
  { organisation = "valdore", on = 2026-01-20, by = "la directrice" },
]
refusals = [{ organisation = "marais", why = "déjà une permanence à Arvenne" }]
"""

TEXT = """
[[organisations]]
id = "valdore"
name = "Caisse d'entraide du Val-Doré"
services = [{ id = "rights", name = "Mes droits", letter = "D" }]

[[organisations]]
id = "network"
name = "Bornes du Val"
people = [
  { id = "host", name = "Inès B.", role = "facilitator", sites = ["library"], TRAINED },
]
kiosks = [{ id = "kiosk1", site = "library", name = "Borne du fond" }]

[[organisations.sites]]
id = "library"
name = "Médiathèque d'Arvenne"
services = ["valdore/rights"]
gate = true
[organisations.sites.record]
"""


def _gaps(
    *,
    record: str = RECORD,
    trained: str = "trained_on = 2025-09-01",
    tried_days: int | None = 1,
    code: str = "",
) -> list[tuple[Lack, str]]:
    catalogue = Catalogue.parse(TEXT.replace("TRAINED", trained) + record)
    tests = []
    if tried_days is not None:
        check = SelfCheck(part=CheckedPart.PRINTER, code=code)
        tests.append(
            SelfTestRow(
                organisation="network",
                kiosk="kiosk1",
                site="library",
                at_utc=NOW - timedelta(days=tried_days),
                checks=(check,),
            )
        )
    gaps = find_gaps(catalogue, "network", "library", tests=tests, now=NOW)
    return [(gap.gap, gap.of) for gap in gaps]


def test_nothing_lacks() -> None:
    assert _gaps() == []


def test_a_site_without_a_record_lacks_all_of_it() -> None:
    assert [gap for gap, _of in _gaps(record="")] == [
        Lack.ADDRESS,
        Lack.CONTACT,
        Lack.CLOSED_ROOM,
        Lack.WHEELCHAIR,
        Lack.INSURANCE,
        Lack.SIGNATURE,
        Lack.SIGNATURE,
    ]


@pytest.mark.parametrize(
    ("old", "new", "gap"),
    [
        ("insured_until = 2026-03-02", "insured_until = 2026-03-01", (Lack.INSURANCE, "")),
        ("on = 2026-01-12", "on = 2026-03-03", (Lack.SIGNATURE, "Bornes du Val")),
        (
            '"valdore", on',
            '"marais", on',
            (Lack.SIGNATURE, "Caisse d'entraide du Val-Doré"),
        ),
        ('contact = "accueil, 04 00 00 00 00"', 'contact = " "', (Lack.CONTACT, "")),
    ],
)
def test_one_thing_lacks(old: str, new: str, gap: tuple[Lack, str]) -> None:
    assert _gaps(record=RECORD.replace(old, new)) == [gap]


@pytest.mark.parametrize(
    "trained", ["trained_on = 2025-03-01", "trained_on = 2026-03-03", 'skills = ["lsf"]']
)
def test_a_host_is_trained_within_a_year(trained: str) -> None:
    assert _gaps(trained=trained) == [(Lack.TRAINING, "Inès B.")]


def test_a_site_has_a_host_and_a_kiosk() -> None:
    text = TEXT.replace('sites = ["library"], TRAINED', 'sites = ["other"]')
    text = text.replace(
        'kiosks = [{ id = "kiosk1", site = "library"', 'kiosks = [{ id = "k", site = "other"'
    )
    other = '\n[[organisations.sites]]\nid = "other"\nname = "Annexe"\n'
    gaps = find_gaps(
        Catalogue.parse(text + RECORD + other), "network", "library", tests=[], now=NOW
    )
    assert [gap.gap for gap in gaps] == [Lack.HOST, Lack.KIOSK]


@pytest.mark.parametrize("days", [None, 8])
def test_a_kiosk_has_tried_itself_this_week(days: int | None) -> None:
    assert _gaps(tried_days=days) == [(Lack.NOT_TRIED, "Borne du fond")]


def test_a_kiosk_with_a_fault_lacks_its_part() -> None:
    assert _gaps(code="printer_unreachable") == [(Lack.FAULT, "Borne du fond")]
    assert _gaps(code="absent") == []


def test_an_unknown_site_is_refused() -> None:
    catalogue = Catalogue.parse(TEXT.replace("TRAINED", "trained_on = 2026-01-01") + RECORD)
    with pytest.raises(NotAllowed):
        find_gaps(catalogue, "network", "gone", tests=[], now=NOW)
