# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk, and the screen of a waiting room, under a script."""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from expert_app.driven.kiosk import observe_display, observe_kiosk
from expert_app.driven.kiosk_driver import KioskDriver
from expert_app.driven.script import WindowScript
from expert_app.driven.window_driver import WindowDriver
from expert_app.kiosk.wiring.display import DisplayProgram
from expert_app.kiosk.wiring.program import KioskProgram
from views.kiosk.window import KioskWindow


class KioskScript(WindowScript):
    """Notes what a caller does and sees."""

    def observe(self, built: object) -> None:
        """Note what happens at the kiosk, or on the waiting room's screen."""
        match built:
            case KioskProgram():
                observe_kiosk(built, self.observations)
            case DisplayProgram():
                observe_display(built, self.observations)

    def driver(self, shown: object) -> WindowDriver:
        """Return what touches the kiosk's screen and its web page."""
        if not isinstance(shown, KioskProgram):
            return super().driver(shown)
        panes = shown.panes
        return KioskDriver(
            panes.window,
            kiosk_names(panes.window),
            browser=panes.browser,
            note=self.observations.note,
        )


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
        "have_appointment": window.start_page.expected,
        "slip_send": window.typing_page.send,
        "waiting_book": window.waiting_page.book,
        "closed_book": window.closed_page.book,
        "written_yes": page.chat.answers[0],
        "written_send": page.chat.send,
        "pause": window.bar.pause,
        "call_host": window.bar.help,
        "closed_callback": window.closed_page.callback,
    }
    names |= {f"withdraw_{grant.value}": row for grant, row in page.powers.rows.items()}
    for keys in (pad.pad.digits, pad.pad.letters):
        names |= {f"key_{face}": key for face, key in keys.keys.items()}
    names |= {f"slip_{face}": key for face, key in window.typing_page.keys.items()}
    return names
