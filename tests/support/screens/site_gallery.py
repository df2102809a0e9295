# SPDX-License-Identifier: GPL-3.0-only
"""Pictures of the host's and the operator's windows, to look at:
`python -m tests.support.screens.site_gallery DIR`.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from PyQt6.QtWidgets import QApplication, QWidget

from resources.texts import use_language
from session.core.clock import ManualClock
from session.protocol.helpdesk.site_gate import Lack, SiteGap
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
    SiteTotals,
)
from session.protocol.hub.tickets import HelpState
from session.protocol.wire.roles import Role
from tests.unit.views.site.host_facts import kiosk
from views.site.host_view import HostView
from views.site.network_view import NetworkView
from views.site.operator_acts_view import OperatorActsView
from views.widgets.theme import apply_theme


def busy_network() -> NetworkAnswer:
    """Three hubs of a region, one of which has older files, and a site that is closed."""
    at = datetime(2026, 3, 2, 6, 4, tzinfo=UTC)
    refused = ["marais.toml: signature_wrong (key UA3P…7QK)"]
    hubs = [
        HubFacts(
            id="hub-n1",
            disk_free_mb=48210,
            backup_hours=9,
            started_at_utc=at,
            convention="434175c54728",
            answered=184_120,
            refused=37,
            behind=0,
        ),
        HubFacts(
            id="hub-n2",
            disk_free_mb=51004,
            backup_hours=9,
            started_at_utc=at,
            convention="434175c54728",
            answered=179_884,
            refused=41,
            behind=0,
        ),
        HubFacts(
            id="hub-n3",
            disk_free_mb=1430,
            backup_hours=33,
            started_at_utc=at + timedelta(hours=3),
            convention="9f12ab34cd56",
            answered=20_391,
            refused=2,
            behind=118,
            refused_parts=refused,
        ),
    ]
    names = (
        "Médiathèque de Saint-Aubin",
        "Mairie de Saint-Oyen-le-Vieux",
        "Maison commune de Sableuse",
        "France services",
    )
    sites = [
        SiteFacts(
            id=f"s{n}",
            name=name,
            organisation=("valdore", "marais")[n % 2],
            organisation_name=("Caisse d'entraide du Val-Doré", "Mutuelle du Marais")[n % 2],
            own=n % 2 == 0,
            kiosks=2,
            there=(2, 2, 1, 0)[n % 4],
            unopened=2 if n % 4 == 3 else 0,
            last_utc=at if n % 4 == 2 else None,
        )
        for n, name in enumerate(names[1:])
    ]
    decided = {"changed_by": "Marc L.", "reason": "dégât des eaux", "at_utc": at}
    closed = SiteFacts(
        id="library",
        name=names[0],
        organisation="valdore",
        organisation_name="Caisse d'entraide du Val-Doré",
        own=True,
        kiosks=2,
        there=1,
        closed=True,
        **decided,  # type: ignore[arg-type]
    )
    every = sorted([closed, *sites], key=lambda site: not site.is_wrong)
    return NetworkAnswer(
        your_name="Marc L.", hubs=hubs, totals=totals_of(every), hits=len(every), sites=every
    )


def totals_of(sites: list[SiteFacts]) -> SiteTotals:
    """As the hub counts them."""
    return SiteTotals(
        sites=len(sites),
        wrong=sum(site.is_wrong for site in sites),
        closed=sum(site.closed for site in sites),
        unopened=sum(site.is_unopened for site in sites),
    )


GAPS = [
    SiteGap(gap=Lack.INSURANCE),
    SiteGap(gap=Lack.SIGNATURE, of="Mutuelle du Marais"),
    SiteGap(gap=Lack.TRAINING, of="Inès B."),
    SiteGap(gap=Lack.NOT_TRIED, of="Borne du fond"),
]


def gated_network() -> NetworkAnswer:
    """The chosen site lacks things; another one is open all the same until a day."""
    answer = busy_network()
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    sites = [
        msgspec.structs.replace(site, gate=True)
        if site.closed
        else msgspec.structs.replace(
            site,
            gate=True,
            is_exception=True,
            until_utc=at + timedelta(days=30),
            changed_by="Marc L.",
            at_utc=at,
            reason="assurance en route",
        )
        if site.id == "s0"
        else site
        for site in answer.sites
    ]
    return msgspec.structs.replace(answer, sites=sites)


def large_network() -> NetworkAnswer:
    """A thousand sites, the first two hundred of which were read."""
    answer = busy_network()
    every = [
        msgspec.structs.replace(
            answer.sites[n % len(answer.sites)], id=f"s{n}", name=f"{answer.sites[n % 4].name} {n}"
        )
        for n in range(1000)
    ]
    every.sort(key=lambda site: (not site.is_wrong, site.name))
    totals = totals_of(every)
    return msgspec.structs.replace(answer, totals=totals, hits=1000, sites=every[:200], next="200")


def full_network() -> NetworkAnswer:
    """One hub's store fills, another one's is full, and a register does not answer."""
    answer = busy_network()
    first, second, _third = answer.hubs
    troubles = [
        [
            HubTrouble(
                code="store_full", grave=True, detail={"part": "tickets", "used_percent": 100}
            ),
            HubTrouble(code="register_away", detail={"organisation": "caf", "why": "timeout"}),
        ],
        [HubTrouble(code="store_low", detail={"part": "LOGS_caf", "used_percent": 83})],
    ]
    hubs = [
        msgspec.structs.replace(hub, troubles=its, certificate_days=212)
        for hub, its in zip((first, second), troubles, strict=True)
    ]
    return msgspec.structs.replace(answer, hubs=hubs)


def next_authority(count: int, missing: int) -> AuthorityAnswer:
    """A network that changes its authority; some computers have not the next one yet."""
    at = datetime(2026, 3, 2, 6, 4, tzinfo=UTC)
    kinds = (
        ComputerFacts(organisation="valdore", role=Role.KIOSK, user="borne", last_utc=at),
        ComputerFacts(
            organisation="valdore",
            role=Role.AGENT,
            user="agent",
            name="PC-ACCUEIL",
            last_utc=at,
            is_silent=True,
        ),
        ComputerFacts(organisation="marais", role=Role.DISPLAY, user="ecran"),
    )
    computers = [
        msgspec.structs.replace(kinds[n % 3], user=f"{kinds[n % 3].user}{n + 1}")
        for n in range(min(missing, 100))
    ]
    return AuthorityAnswer(
        is_given=True, count=count, have=count - missing, hits=missing, missing=computers
    )


def acts_view(now: datetime) -> OperatorActsView:
    """What the operator did in the last days."""
    lines = (
        ("backup", "/var/backups/poste-expert/hub-20260302T023000Z.backup", ""),
        ("start", "0.2.0", ""),
        ("settings", "store, backup", ""),
        ("killed", "2026-02-27 08:03 UTC (28505)", ""),
        ("revoke", "valdore/agent/agent1", ""),
        ("enrol", "valdore/agent/agent2", ""),
        ("invite", "valdore/agent/agent2", ""),
        ("renew-certificate", "/etc/poste-expert/ca-2", "2"),
        ("close_site", "valdore/library", ""),
        ("seal-key", "", ""),
    )
    by = {
        "enrol": "valdore/agent/agent2",
        "close_site": "valdore/operator/oper",
    }
    acts = [
        OperatorAct(
            id=len(lines) - at,
            at_utc=now - timedelta(hours=3 * at),
            by=by.get(what, "poste-expert@hub1"),
            what=what,
            of=of,
            outcome=outcome,
        )
        for at, (what, of, outcome) in enumerate(lines)
    ]
    view = OperatorActsView(ManualClock(now))
    view.show_acts(OperatorActsAnswer(acts=acts, older=True, machine="hub1"))
    return view


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication(sys.argv[:1])
    use_language("fr")
    for dark in (False, True):
        apply_theme(application, dark)
        site, operator = HostView(), NetworkView()
        site.show_kiosks(
            "Inès B.",
            [
                kiosk("1", caller=CallerState.IN_SESSION),
                kiosk("2", caller=CallerState.WAITING, help=HelpState.WANTED),
                kiosk("3", there=False),
                kiosk("4", help=HelpState.HERE, caller=CallerState.IN_SESSION),
            ],
        )
        operator.show_network(busy_network())
        operator.sites.table.choose("valdore/library")
        views: dict[str, QWidget] = {"site": site, "network": operator}
        for name, view in views.items():
            view.resize(1000, 680)
            view.show()
            application.processEvents()
            view.grab().save(str(folder / f"{name}-{'dark' if dark else 'light'}.png"))
            view.close()


if __name__ == "__main__":
    main()
