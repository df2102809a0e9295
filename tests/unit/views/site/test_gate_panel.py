# SPDX-License-Identifier: GPL-3.0-only
"""The gate of a chosen site in the operator's window."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from pytestqt.qtbot import QtBot

from session.protocol.helpdesk.site_gate import Lack, SiteGap, SiteGateAnswer
from session.protocol.hub.site import NetworkAnswer, SiteFacts, SiteTotals
from views.site.sites_panel import AskGate, SetSiteState, SitesPanel

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
GAPS = [SiteGap(gap=Lack.INSURANCE), SiteGap(gap=Lack.TRAINING, of="Inès <b>B.</b>")]


def _site(**facts: object) -> SiteFacts:
    values: dict[str, object] = {
        "id": "library",
        "name": "Médiathèque",
        "organisation": "valdore",
        "own": True,
        "kiosks": 1,
        "there": 1,
        "gate": True,
        "closed": True,
    }
    return SiteFacts(**{**values, **facts})  # type: ignore[arg-type]


def _panel(qtbot: QtBot, site: SiteFacts) -> tuple[SitesPanel, list[object]]:
    panel, acts = SitesPanel(), list[object]()
    qtbot.addWidget(panel)
    panel.acted.connect(acts.append)
    panel.show_sites(
        NetworkAnswer(your_name="Marc", hubs=[], totals=SiteTotals(sites=1), hits=1, sites=[site])
    )
    panel.show()
    panel.table.choose(f"{site.organisation}/{site.id}")
    return panel, acts


def test_a_site_opens_when_it_is_known_that_nothing_lacks(qtbot: QtBot) -> None:
    panel, acts = _panel(qtbot, _site())
    asked = AskGate("valdore", "library")
    assert acts == [asked]
    panel.reason.setText("recette du 2 mars")
    assert not panel.act.isEnabled()
    panel.show_gate(asked, SiteGateAnswer(gaps=GAPS))
    assert not panel.act.isEnabled()
    assert "Inès <b>B.</b>" in panel.gate._lacks.text()
    panel.show_gate(AskGate("valdore", "other"), SiteGateAnswer(gaps=[]))
    assert not panel.act.isEnabled()  # an answer about another site
    panel.show_gate(asked, SiteGateAnswer(gaps=[]))
    assert panel.act.isEnabled()
    panel.act.click()
    assert acts[-1] == SetSiteState("library", False, "recette du 2 mars")


def test_an_exception_needs_a_reason_and_a_day(qtbot: QtBot) -> None:
    panel, acts = _panel(qtbot, _site())
    panel.show_gate(AskGate("valdore", "library"), SiteGateAnswer(gaps=GAPS))
    assert panel.gate.exception.isVisible()
    assert not panel.gate.exception.isEnabled()
    panel.reason.setText("l'assurance est en route")
    day = date.today() + timedelta(days=3)
    panel.gate.day.setDate(day)
    panel.gate.exception.click()
    assert acts[-1] == SetSiteState("library", False, "l'assurance est en route", day)
    assert panel.reason.text() == ""


def test_the_gate_of_others_is_read_and_not_opened(qtbot: QtBot) -> None:
    panel, _acts = _panel(qtbot, _site(own=False))
    panel.show_gate(AskGate("valdore", "library"), SiteGateAnswer(gaps=GAPS))
    assert panel.gate.isVisible()
    assert not panel.gate.exception.isVisible()
    assert not panel.act.isEnabled()


def test_a_site_without_a_gate_shows_none(qtbot: QtBot) -> None:
    panel, acts = _panel(qtbot, _site(gate=False, closed=False))
    assert not panel.gate.isVisible()
    assert acts == []


def test_many_gaps_are_counted(qtbot: QtBot) -> None:
    panel, _acts = _panel(qtbot, _site(closed=False, is_exception=True, until_utc=AT))
    gaps = [SiteGap(gap=Lack.FAULT, of=f"Borne {number}") for number in range(100)]
    panel.show_gate(AskGate("valdore", "library"), SiteGateAnswer(gaps=gaps))
    assert "94" in panel.gate._lacks.text()
