# SPDX-License-Identifier: GPL-3.0-only
"""The host's and the operator's windows, with real widgets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from session.protocol.hub.site import (
    AuthorityAnswer,
    CallerState,
    ComputerFacts,
    HubFacts,
    HubTrouble,
    NetworkAnswer,
    OperatorAct,
    OperatorActsAnswer,
    SiteFacts,
)
from session.protocol.hub.tickets import HelpFrom, HelpState
from session.protocol.wire.roles import Role
from tests.support.screens.fingers import key
from tests.support.screens.site_gallery import large_network
from tests.unit.views.site.host_facts import kiosk
from views.site.authority_panel import FindMissing
from views.site.host_view import HostView
from views.site.network_view import NetworkView
from views.site.operator_acts_view import OperatorActsView
from views.site.sites_panel import FindSites, SetSiteState


def site(name: str, **more: Any) -> SiteFacts:
    facts = {"name": name.title(), "organisation": "caf", "kiosks": 1, "there": 0, **more}
    return SiteFacts(id=name, **facts)


def network(*conventions: str, closed: bool = False) -> NetworkAnswer:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    hubs = [
        HubFacts(id=f"hub{n}", started_at_utc=at, convention=one)
        for n, one in enumerate(conventions)
    ]
    decided = {"changed_by": "Marc L.", "reason": "a burst pipe", "at_utc": at} if closed else {}
    sites = [
        site("library", kiosks=2, there=1, closed=closed, own=True, **decided),
        site("hall", kiosks=1, there=1),
    ]
    return NetworkAnswer(your_name="Marc L.", hubs=hubs, sites=sites)


def test_a_kiosk_without_a_name_is_called_as_on_the_display(qtbot: QtBot) -> None:
    view = HostView()
    qtbot.addWidget(view)
    unnamed = msgspec.structs.replace(kiosk("borne1"), name="borne1", place=2)
    view.show_kiosks("Inès B.", [unnamed, kiosk("hall")])
    names = {name: card.findChild(QLabel, f"name_{name}") for name, card in view.cards.items()}
    assert [words.text() for words in names.values() if words] == ["Kiosk 2", "Borne hall"]


def test_the_host_reads_who_calls(qtbot: QtBot) -> None:
    view = HostView()
    qtbot.addWidget(view)
    agents = msgspec.structs.replace(kiosk("1", help=HelpState.WANTED), help_from=HelpFrom.AGENT)
    view.show_kiosks("Inès B.", [kiosk("2", help=HelpState.WANTED), agents])
    assert view.cards["2"].help.text() == "The caller calls for you"
    assert view.cards["1"].help.text() == "The adviser calls for you, for the caller"


def test_a_host_without_a_hub_does_not_read_that_nobody_is_there(qtbot: QtBot) -> None:
    view = HostView()
    qtbot.addWidget(view)
    view.show_connection(True)
    view.show_answer("Inès B.", [kiosk("1")])
    assert view.cards["1"].caller.text() == "Nobody"
    view.show_connection(False)
    assert view.cards["1"].caller.text() == "Connection lost"
    words = view.findChild(QLabel, "site_words")
    assert words is not None
    assert words.text().startswith("Connection lost")
    view.show_connection(True)
    view.show_answer("Inès B.", [kiosk("1")])
    assert view.cards["1"].caller.text() == "Nobody"


def test_a_call_for_help_stands_on_top_and_is_answered_by_its_buttons(qtbot: QtBot) -> None:
    view = HostView()
    qtbot.addWidget(view)
    view.show()
    said: list[tuple[str, HelpState]] = []
    view.answered.connect(lambda name, state: said.append((name, state)))
    view.show_kiosks(
        "Inès B.", [kiosk("1"), kiosk("2", help=HelpState.WANTED, caller=CallerState.WAITING)]
    )
    first, second = view.cards["1"], view.cards["2"]
    order = [card.facts.id for card in view.shown()]
    assert order == ["2", "1"]
    qtbot.waitUntil(second.isVisible)
    assert (first.coming.isVisible(), second.coming.isVisible()) == (False, True)
    assert not first.here.isVisible(), "nobody is there to be with"
    second.coming.click()
    view.show_kiosks("Inès B.", [kiosk("1"), kiosk("2", help=HelpState.COMING)])
    assert (second.coming.isVisible(), second.here.isVisible(), second.done.isVisible()) == (
        False,
        True,
        True,
    )
    second.here.click()
    view.show_kiosks("Inès B.", [kiosk("1"), kiosk("2", help=HelpState.HERE)])
    assert not second.here.isVisible()
    second.done.click()
    assert said == [("2", HelpState.COMING), ("2", HelpState.HERE), ("2", HelpState.NONE)]


def test_the_keyboard_begins_at_what_a_host_does_next(qtbot: QtBot) -> None:
    view = HostView()
    qtbot.addWidget(view)
    view.show()
    view.activateWindow()
    said: list[tuple[str, HelpState]] = []
    view.answered.connect(lambda name, state: said.append((name, state)))
    view.show_answer("Inès B.", [kiosk("1"), kiosk("2")])
    assert view.focusWidget() is view.cards["1"], "nobody calls: the first kiosk"
    view.show_answer("Inès B.", [kiosk("1"), kiosk("2", help=HelpState.WANTED)])
    assert view.focusWidget() is view.cards["2"].coming
    settings = view.findChild(QWidget, "site_settings")
    assert settings is not None
    settings.setFocus()
    view.show_answer("Inès B.", [kiosk("1", help=HelpState.WANTED), kiosk("2")])
    assert view.focusWidget() is settings, "who does something else is not disturbed"
    assert "The caller calls for you" in view.cards["1"].accessibleName()
    key(view.cards["1"], Qt.Key.Key_Return)
    assert said == [("1", HelpState.COMING)]


def test_an_operators_keyboard_begins_at_the_sites(qtbot: QtBot) -> None:
    view = NetworkView()
    qtbot.addWidget(view)
    view.show()
    view.show_network(network("a", "a"))
    view.take_keyboard()
    assert view.focusWidget() is view.sites.table


def test_a_kiosk_that_is_away_or_gone_from_the_convention_is_said(qtbot: QtBot) -> None:
    view = HostView()
    qtbot.addWidget(view)
    view.show()
    view.show_kiosks("Inès B.", [kiosk("1", there=False), kiosk("2", closed=True)])
    qtbot.waitUntil(view.cards["2"].there.isVisible)
    assert view.cards["1"].there.text() != view.cards["2"].there.text()
    view.show_kiosks("Inès B.", [kiosk("2")])
    assert list(view.cards) == ["2"]
    assert not view.cards["2"].there.isVisible()


def test_the_operator_closes_the_chosen_site_with_a_reason(qtbot: QtBot) -> None:
    view = NetworkView()
    qtbot.addWidget(view)
    view.show()
    asked: list[SetSiteState] = []
    view.acted.connect(asked.append)
    view.show_network(network("v1"))
    assert not view.sites.act.isEnabled()
    view.sites.table.choose("caf/library")
    view.sites.reason.setText("a burst pipe")
    view.sites.reason.returnPressed.emit()
    assert asked == [SetSiteState("library", True, "a burst pipe")]
    view.show_network(network("v1", closed=True))
    assert view.sites.table.chosen() == "caf/library"  # the selection stays over a new look
    view.sites.reason.setText("dry again")
    view.sites.act.click()
    assert asked[-1] == SetSiteState("library", False, "dry again")


def test_older_acts_come_below_the_newer_ones(qtbot: QtBot) -> None:
    view, asked = OperatorActsView(ManualClock()), list[int]()
    view.asked.connect(asked.append)
    qtbot.addWidget(view)
    view.show()

    def page(first: int, *, older: bool) -> OperatorActsAnswer:
        at = datetime(2026, 3, 2, tzinfo=UTC)
        lines = [
            OperatorAct(id=number, at_utc=at, by="root@hub1", what="backup", of=str(number))
            for number in range(first, first - 100, -1)
        ]
        return OperatorActsAnswer(acts=lines, older=older)

    view.ask()
    view.show_acts(page(250, older=True))
    older = view.findChild(QPushButton, "acts_older")
    assert older is not None
    older.click()
    assert asked == [0, 151]
    view.show_acts(page(150, older=False))
    assert view.table.ids() == [str(number) for number in range(250, 50, -1)]
    assert not older.isEnabled()
    view.ask()  # anew
    view.show_acts(page(251, older=True))
    assert view.table.ids()[0] == "251"
    assert len(view.table.ids()) == 100


def test_older_acts_of_another_machine_are_not_mixed_into_the_list(qtbot: QtBot) -> None:
    view = OperatorActsView(ManualClock())
    qtbot.addWidget(view)
    view.show()

    def page(machine: str, first: int) -> OperatorActsAnswer:
        at = datetime(2026, 3, 2, tzinfo=UTC)
        act = OperatorAct(id=first, at_utc=at, by=f"root@{machine}", what="backup")
        return OperatorActsAnswer(acts=[act], older=True, machine=machine)

    def text_of(name: str) -> str:
        label = view.findChild(QLabel, name)
        assert label is not None
        return label.text()

    view.ask()
    view.show_acts(page("hub1", 250))
    assert "hub1" in text_of("acts_state")
    older = view.findChild(QPushButton, "acts_older")
    assert older is not None
    older.click()
    view.show_acts(page("hub2", 249))  # the bus gives a request to any of the hubs
    assert view.table.ids() == ["250"]
    assert "hub2" in text_of("acts_trouble")
    older.click()
    view.show_acts(page("hub1", 249))
    assert view.table.ids() == ["250", "249"]
    view.ask()
    view.show_acts(page("hub2", 80))
    assert view.table.ids() == ["80"]
    assert "hub2" in text_of("acts_state")


def lacking(first: int, last: int, *, count: int = 5_000, hits: int = 4_880) -> AuthorityAnswer:
    return AuthorityAnswer(
        is_given=True,
        count=count,
        have=count - hits,
        hits=hits,
        missing=[
            ComputerFacts(organisation="caf", role=Role.KIOSK, user=f"borne{number}")
            for number in range(first, last)
        ],
    )


def test_who_has_the_next_authority_is_counted_and_who_has_not_is_found(qtbot: QtBot) -> None:
    view, acts = NetworkView(), list[object]()
    view.acted.connect(acts.append)
    qtbot.addWidget(view)
    view.show()
    view.show_network(network("v1"))
    panel = view.authority
    view.authority.show_answer(AuthorityAnswer(missing=[]))
    assert not panel.bar.isVisible()
    panel.show_answer(lacking(0, 100))
    count, opens, state = (
        view.findChild(kind, f"authority_{name}")
        for kind, name in ((QLabel, "count"), (QPushButton, "open"), (QLabel, "state"))
    )
    assert isinstance(count, QLabel)
    assert isinstance(state, QLabel)
    assert isinstance(opens, QPushButton)
    assert "120" in count.text()
    assert "5000" in count.text()
    assert not panel.isVisible()
    opens.click()
    assert panel.isVisible()
    assert not view.sites.isVisible()
    assert len(panel.table.ids()) == 100
    after = view.findChild(QPushButton, "authority_after")
    assert after is not None
    after.click()
    assert acts[-1] == FindMissing("", 1)
    panel.show_answer(lacking(100, 200))
    assert "101" in state.text()
    panel.words.setText("mairie")  # other words begin at their first page
    assert acts[-1] == FindMissing("mairie", 0)
    panel.show_not_read("the hub does not answer")
    assert state.text() == "the hub does not answer"
    panel.show_answer(lacking(0, 0, hits=0))
    assert not panel.bar.isHidden()
    assert not panel.isVisible()
    assert view.sites.isVisible()
    assert not opens.isVisible()


def test_a_page_that_is_no_more_is_the_last_one(qtbot: QtBot) -> None:
    view, acts = NetworkView(), list[object]()
    view.acted.connect(acts.append)
    qtbot.addWidget(view)
    view.show()
    view.authority.show_answer(lacking(0, 100, hits=250))
    for name in ("open", "after"):
        button = view.findChild(QPushButton, f"authority_{name}")
        assert button is not None
        button.click()
    assert acts[-1] == FindMissing("", 1)
    view.authority.show_answer(lacking(100, 200, hits=250))
    after = view.findChild(QPushButton, "authority_after")
    assert after is not None
    after.click()
    view.authority.show_answer(lacking(0, 0, hits=150))
    assert acts[-1] == FindMissing("", 1)


def test_hubs_with_different_conventions_are_warned_of(qtbot: QtBot) -> None:
    view = NetworkView()
    qtbot.addWidget(view)
    view.show()
    view.show_network(network("v1", "v1"))
    warning = view.findChild(QLabel, "network_warning")
    assert warning is not None
    assert not warning.isVisible()
    view.show_network(network("v1", "v2"))
    assert warning.isVisible()
    assert warning.text()


def test_what_was_not_taken_of_the_convention_is_said_once(qtbot: QtBot) -> None:
    view = NetworkView()
    qtbot.addWidget(view)
    view.show()
    answer = network("v1", "v1")
    hubs = [
        msgspec.structs.replace(hub, refused_parts=["caf.toml: signature_wrong"], behind=3)
        for hub in answer.hubs
    ]
    view.show_network(msgspec.structs.replace(answer, hubs=hubs))
    warning = view.findChild(QLabel, "network_warning")
    assert warning is not None
    assert warning.isVisible()
    assert warning.text().count("caf.toml: signature_wrong") == 1
    assert view.hubs.texts("hub0")[5] == "3 behind"


def test_what_is_wrong_with_the_hubs_is_said_with_what_to_do(qtbot: QtBot) -> None:
    view = NetworkView()
    qtbot.addWidget(view)
    view.show()
    answer = network("v1", "v1")
    low = HubTrouble(code="store_low", detail={"part": "LOGS_caf", "used_percent": 84})
    full = HubTrouble(code="store_full", grave=True, detail={"part": "tickets", "used_percent": 92})
    first, second = answer.hubs
    hubs = [
        msgspec.structs.replace(first, troubles=[low]),
        msgspec.structs.replace(second, troubles=[full, low]),
    ]
    view.show_network(msgspec.structs.replace(answer, hubs=hubs))
    warning = view.findChild(QLabel, "network_warning")
    assert warning is not None
    assert warning.isVisible()
    urgent, mild = warning.text().splitlines()
    assert urgent.startswith("hub1 · Urgent: The store of requests and callers is full (92 %)")
    assert mild.startswith("The store of the journals of caf is getting full (84 %)")
    view.show_network(answer)
    assert not warning.isVisible()


def test_rows_of_the_network_that_may_be_old_are_said_to_be_so_and_nothing_is_decided_by_them(
    qtbot: QtBot,
) -> None:
    view = NetworkView()
    qtbot.addWidget(view)
    view.show()
    line = view.findChild(QLabel, "network_line")
    assert line is not None
    view.show_connection(False)
    assert not line.isVisible()  # there are no rows yet
    view.show_network(network("v1"))
    view.sites.table.choose(view.sites.table.ids()[0])
    view.sites.reason.setText("Travaux dans la salle")
    view.show_connection(True)
    assert not line.isVisible()
    assert view.sites.act.isEnabled()
    view.show_connection(False)
    assert line.isVisible()
    assert "Connection lost" in line.text()
    assert not view.sites.act.isEnabled()


def test_a_warning_stands_at_a_site_only_where_a_kiosk_that_came_before_is_away(
    qtbot: QtBot,
) -> None:
    view = NetworkView()
    qtbot.addWidget(view)
    view.show()
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    sites = [
        site("away", kiosks=2, there=1),
        site("gone", kiosks=1, there=0, last_utc=at),
        site("new", kiosks=2, there=0, unopened=2),
        site("half", kiosks=2, there=1, unopened=1),
        site("night", kiosks=2, there=0, resting=True),
        site("shut", kiosks=2, there=0, closed=True),
        site("bare", kiosks=0, there=0),
    ]
    view.show_network(msgspec.structs.replace(network("v1"), sites=sites))
    table = view.sites.table
    items = [table.topLevelItem(place) for place in range(len(sites))]
    signs = [item is not None and not item.icon(2).isNull() for item in items]
    assert signs == [True, True, False, False, False, False, False]
    assert table.texts("caf/new")[2] == "not opened yet"
    assert table.texts("caf/half")[2] == "1 of 2 there, 1 never seen"
    assert "last seen 02/03" in table.texts("caf/gone")[2]
    assert table.texts("caf/night")[3] == "closed at this hour"


def test_a_site_of_another_organisation_is_only_looked_at(qtbot: QtBot) -> None:
    view = NetworkView()
    qtbot.addWidget(view)
    view.show()
    view.show_network(network("v1"))
    view.sites.table.choose("caf/hall")
    view.sites.reason.setText("a burst pipe")
    assert not view.sites.act.isEnabled()
    whose = view.findChild(QLabel, "site_whose")
    assert whose is not None
    assert whose.text() == "Hall belongs to caf, whose own operator closes and opens it."
    view.sites.table.choose("caf/library")
    assert view.sites.act.isEnabled()
    assert not whose.isVisible()


def test_of_a_thousand_sites_some_are_read_and_searched(qtbot: QtBot) -> None:
    view, acts = NetworkView(), list[object]()
    view.acted.connect(acts.append)
    qtbot.addWidget(view)
    view.show()
    view.show_network(large_network())
    assert len(view.sites.table.ids()) == 200
    state = view.findChild(QLabel, "sites_state")
    more = view.findChild(QPushButton, "sites_more")
    assert state is not None
    assert more is not None
    assert state.text().startswith("1000 sites")
    assert state.text().endswith("shown: 200 of 1000")
    more.click()
    for typed in ("o", "oye", "oyen"):
        view.sites.words.setText(typed)
    qtbot.waitUntil(lambda: len(acts) > 1)
    view.sites.which.button(True).click()
    assert acts == [FindSites(rows=400), FindSites("oyen"), FindSites("oyen", wrong=True)]
    assert view.hubs.texts("hub-n3")[7:] == ["1\u202f430 MB free", "33 h ago"]
