# SPDX-License-Identifier: GPL-3.0-only
"""What the list of conversations calls kiosks and services."""

from __future__ import annotations

from datetime import UTC, datetime

from session.hub.convention.entries import KioskEntry, OrganisationEntry, ServiceEntry, SiteEntry
from session.hub.log_index.service import PlaceNames
from session.protocol.helpdesk.log_list import CountOf, LogCounts, LogRow, LogState


def _organisation(name: str, kiosk: str, kiosk_name: str, service_name: str) -> OrganisationEntry:
    return OrganisationEntry(
        id=name,
        name=name.upper(),
        sites=[SiteEntry(id="hall", name="Mairie d’Oyen", services=[])],
        kiosks=[KioskEntry(id=kiosk, site="hall", name=kiosk_name)],
        services=[ServiceEntry(id="housing", name=service_name, letter="L")],
    )


def _row(kiosk: str) -> LogRow:
    return LogRow(
        session_id="s1",
        short_number="0125-223B",
        state=LogState.ENDED,
        started_at_utc=datetime(2026, 11, 30, tzinfo=UTC),
        organisation="caf",
        kiosk=kiosk,
        service="housing",
    )


def test_rows_and_counts_have_the_convention_s_names() -> None:
    names = PlaceNames([_organisation("caf", "k1", "Borne 1", "Aide au logement")])
    row = names.name(_row("k1"))
    assert (row.kiosk, row.kiosk_name, row.service_name) == ("k1", "Borne 1", "Aide au logement")
    unknown = names.name(_row("k9"))
    assert (unknown.kiosk, unknown.kiosk_name) == ("k9", "")
    counts = LogCounts(
        kiosks=(CountOf(name="k1", count=2),), services=(CountOf(name="housing", count=2),)
    )
    worded = names.name_counts(counts, ["caf"])
    assert [one.words for one in worded.kiosks] == ["Borne 1 · Mairie d’Oyen"]
    assert [one.words for one in worded.services] == ["Aide au logement"]


def test_an_id_that_means_two_things_is_given_no_wrong_name() -> None:
    names = PlaceNames(
        [
            _organisation("caf", "k1", "Borne 1", "Aide au logement"),
            _organisation("msa", "k1", "Borne verte", "Retraite"),
        ]
    )
    row = names.name(_row("k1"))
    assert (row.kiosk_name, row.service_name) == ("", "Aide au logement")
    counts = LogCounts(services=(CountOf(name="housing", count=2),))
    assert names.name_counts(counts, ["caf", "msa"]).services[0].words == ""
    assert names.name_counts(counts, ["msa"]).services[0].words == "Retraite"
