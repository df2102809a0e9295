# SPDX-License-Identifier: GPL-3.0-only
"""Lets a script drive every window of a program, and read what happened there."""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from expert_app.board.wiring.program import BoardProgram
from expert_app.board.wiring.site import HostProgram
from expert_app.commands.replay import ReplayProgram
from expert_app.desk.wiring.program import Desk
from expert_app.driven.automation import Automation
from expert_app.driven.board import observe_board, observe_host
from expert_app.driven.board_driver import BoardDriver
from expert_app.driven.desk import observe_desk
from expert_app.driven.desk_driver import DeskDriver
from expert_app.driven.helpdesk import ReplayObserver, observe_helpdesk
from expert_app.driven.kiosk import observe_display, observe_kiosk
from expert_app.driven.kiosk_driver import KioskDriver
from expert_app.driven.observations import Observations
from expert_app.driven.window_driver import WindowDriver
from expert_app.helpdesk.wiring.program import HelpdeskProgram
from expert_app.kiosk.wiring.display import DisplayProgram
from expert_app.kiosk.wiring.program import KioskProgram
from expert_app.runtime.window_program import Program
from views.kiosk.window import KioskWindow


def drive_windows(program: Program) -> None:
    """Observe and drive from now on what the program builds and shows."""
    driven = _DrivenProgram(program)
    program.built.connect(driven.observe)
    program.shown.connect(driven.drive)


class _DrivenProgram:
    """The observations of one program, and the commands of its script."""

    def __init__(self, program: Program) -> None:
        self._observations = Observations(program.clock)
        self._automation = Automation(None, self._observations, stop=program.stop.set)
        self._started = False

    def observe(self, built: object) -> None:
        observations = self._observations
        match built:
            case Desk():
                observe_desk(built.parts, built.jobs, built.screen, observations)
            case KioskProgram():
                observe_kiosk(built, observations)
            case DisplayProgram():
                observe_display(built, observations)
            case BoardProgram():
                observe_board(
                    built.app,
                    built.visits.visit,
                    deliveries=built.jobs.deliveries,
                    alert=built.jobs.access_alert,
                    accesses=built.jobs.accesses,
                    doubles=built.jobs.doubles,
                    observations=observations,
                )
            case HostProgram():
                observe_host(built.link, observations)
            case HelpdeskProgram():
                observe_helpdesk(built, observations)

    def drive(self, shown: object) -> None:
        """Act on the window that is shown now, and say that it is ready."""
        if isinstance(shown, ReplayProgram):
            ReplayObserver(shown, self._observations)
        self._automation.show_window(self._driver(shown))
        if not self._started:
            self._started = True
            self._automation.start()
        self._automation.send(ready=True)

    def _driver(self, shown: object) -> WindowDriver:
        match shown:
            case Desk():
                return DeskDriver(shown.screen.window, shown.screen.mirror)
            case KioskProgram():
                panes = shown.panes
                return KioskDriver(
                    panes.window,
                    kiosk_names(panes.window),
                    browser=panes.browser,
                    note=self._observations.note,
                )
            case BoardProgram():
                return BoardDriver(shown.window, shown.visit_window)
            case _:
                window = getattr(shown, "window", None)
                assert isinstance(window, QWidget), type(shown)
                return WindowDriver(window)


def kiosk_names(window: KioskWindow) -> dict[str, QWidget]:
    """The names by which a script finds what a caller touches."""
    page, pad = window.session_page, window.number_page
    names: dict[str, QWidget] = {
        "yes": page.consent.yes,
        "no": page.consent.no,
        "stop": page.bar.stop,
        "powers": page.bar.show_powers,
        "print_yes": page.printing.yes,
        "give_yes": page.giving.yes,
        "give_no": page.giving.no,
        "print_no": page.printing.no,
        "document_close": page.document.close_button,
        "number_send": pad.send,
        "number_skip": pad.skip,
        "goodbye_finish": window.goodbye_page.finish,
        "leave": window.waiting_page.leave,
        "leave_really": window.waiting_page.leave_really,
        "wait_elsewhere": window.waiting_page.elsewhere,
        "away_back": window.away_page.come_back,
        "away_phone": window.away_page.phone,
        "kept_finish": window.kept_page.finish,
        "kept_slip": window.kept_page.slip,
        "have_number": window.start_page.have_number,
        "written_yes": page.chat.answers[0],
        "written_send": page.chat.send,
        "pause": window.bar.pause,
        "call_host": window.bar.help,
        "closed_callback": window.closed_page.callback,
    }
    names |= {f"withdraw_{grant.value}": row for grant, row in page.powers.rows.items()}
    for keys in (pad.pad.digits, pad.pad.letters):
        names |= {f"key_{face}": key for face, key in keys.keys.items()}
    return names
