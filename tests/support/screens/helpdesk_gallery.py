# SPDX-License-Identifier: GPL-3.0-only
"""Pictures of the helpdesk's and the operator's window, to look at, and for the documents:
`python -m tests.support.screens.helpdesk_gallery DIR [SIZE [PERCENT [light|dark]]]`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from PyQt6.QtWidgets import QApplication, QToolButton

from expert_app.runtime.window_program import make_application
from resources.texts import use_language
from session.core.clock import ManualClock
from session.log.playback.opening import open_records
from session.log.summary import summarise
from session.protocol.helpdesk.log_list import LogRow, LogsFound
from session.protocol.helpdesk.log_notes import LogNote
from session.protocol.helpdesk.remote_help import RemoteHelp, RemoteState
from session.protocol.helpdesk.self_test import CheckedPart, SelfCheck, SelfTestRow
from session.protocol.hub.requests import RemoteAct
from tests.benchmarks.bench_replay import wait
from tests.benchmarks.replay_log import Session
from tests.support.screens.site_gallery import acts_view, busy_network
from tests.unit.views.helpdesk.invented_rows import NOW, SITES, counts_of, log_row
from views.desk.shared_page.mirror_pane import MirrorPane
from views.helpdesk.window import HelpdeskView, OperatorPages
from views.replay.view import ReplayView
from views.site.network_view import NetworkView
from views.widgets.plain_window import PlainWindow
from views.widgets.theme import apply_theme

ROWS = (1, 40, 10_000)
RECORDS = (1_200, 100_000)
ASKED = (
    (RemoteAct.DOCTOR, RemoteState.DONE, "la caméra est sombre depuis lundi"),
    (RemoteAct.PRINT, RemoteState.FAILED, "l'usager dit que rien ne s'imprime"),
    (RemoteAct.RESTART, RemoteState.SILENT, "l'écran est figé"),
)
ORGANISATIONS = ("caf", "cpam", "france-travail")


def _rows(number: int, *, of_all: bool) -> tuple[LogRow, ...]:
    if not of_all:
        return tuple(map(log_row, range(number)))
    return tuple(log_row(at, organisation=ORGANISATIONS[at % 3]) for at in range(number))


def _tests() -> list[SelfTestRow]:
    well = [SelfCheck(part=part) for part in CheckedPart]
    faults = (
        (SelfCheck(part=CheckedPart.CAMERA, code="dark", value=3),),
        (SelfCheck(part=CheckedPart.PRINTER, code="printer_out_of_paper"),),
        (),
        (),
    )
    return [
        SelfTestRow(
            organisation=ORGANISATIONS[at % 3],
            kiosk=f"borne-{at + 1}",
            site=SITES[at % 3],
            at_utc=NOW - timedelta(hours=12, minutes=at),
            checks=(*found, *well[len(found) :]),
        )
        for at, found in enumerate(faults)
    ]


def _help(at: int, act: RemoteAct, state: RemoteState, reason: str) -> RemoteHelp:
    return RemoteHelp(
        help_id=f"h{at}",
        organisation=ORGANISATIONS[at % 3],
        kiosk=f"borne-{at + 1}",
        act=act,
        state=state,
        by="h.aide1",
        by_name="Assistance",
        reason=reason,
        asked_at_utc=NOW - timedelta(minutes=7 * at),
    )


def _view(*, of_all: bool = False) -> HelpdeskView:
    network = NetworkView()
    network.show_network(busy_network())
    view = HelpdeskView(
        ReplayView(MirrorPane(), ManualClock()),
        lambda: NOW.astimezone(),
        operator=OperatorPages(network, acts_view(NOW)) if of_all else None,
    )
    view.show_identity("reseau" if of_all else "caf", "exploitant1" if of_all else "aide1")
    view.show_connection(True)
    return view


def _page(view: HelpdeskView, name: str) -> None:
    button = view.findChild(QToolButton, f"helpdesk_pages_{name}")
    assert button is not None
    button.click()


def _listed(number: int, *, of_all: bool = False) -> HelpdeskView:
    view, rows = _view(of_all=of_all), _rows(number, of_all=of_all)
    _page(view, "list")
    view.list.show_found(LogsFound(rows=rows[:100], next="n", counts=counts_of(rows)), first=True)
    return view


def _kiosks(*, of_all: bool = False) -> HelpdeskView:
    view = _view(of_all=of_all)
    _page(view, "kiosks")
    view.kiosks.show_tests(_tests())
    view.kiosks.show_helps([_help(at, *asked) for at, asked in enumerate(ASKED)])
    view.kiosks.kiosks.setCurrentRow(0)
    return view


def _conversation(number: int) -> HelpdeskView:
    view, log = _view(), open_records("s1", Session(number).records())
    title = "Entretien 0125-223B · Mairie de Valdoré · borne-1 · 02/11/2026 08:00"
    view.show_conversation(title, log, summarise(log))
    note = LogNote(id="n1", at_s=430.0, words="rouleaux à nettoyer", by="aide1", kept_at_utc=NOW)
    view.conversation.show_notes([note])
    wait(1.0)
    view.conversation.replay.player.seek(float(log.columns.at_s[len(log) // 2]))
    return view


def main(folder: Path, size: str = "1366x768", percent: str = "100", theme: str = "light") -> None:
    """Draws all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
    use_language("fr")
    application = make_application("fr")
    assert isinstance(application, QApplication)
    apply_theme(application, theme == "dark", int(percent) / 100)
    width, height = map(int, size.split("x"))
    scenes: dict[str, Callable[[], HelpdeskView]] = {
        **{f"list-{number}": partial(_listed, number) for number in ROWS},
        "kiosks": _kiosks,
        "operator-list": partial(_listed, 40, of_all=True),
        "operator-network": partial(_view, of_all=True),
        "operator-kiosks": partial(_kiosks, of_all=True),
        **{f"conversation-{number}": partial(_conversation, number) for number in RECORDS},
    }
    for name, scene in scenes.items():
        window = PlainWindow(scene(), "Assistance")
        window.resize(width, height)
        window.show()
        wait(2.0 if name.startswith("conversation") else 0.3)
        window.grab().save(str(folder / f"{name}_{size}_{percent}_{theme}.png"))
        window.hide()
    os._exit(0)  # the browser engine's own end takes seconds


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
