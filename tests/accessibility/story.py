# SPDX-License-Identifier: GPL-3.0-only
"""A desk that plays a whole conversation for a screen reader: the real window and the real
announcements; hub and kiosk answer at once, as a caller who says yes. Used by
`tests.accessibility.windows`, whose keys are the only hands.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import msgspec

from expert_app.desk.devices import Printing
from expert_app.desk.wiring.announcements import DeskAnnouncements
from resources.texts import _
from session.core.dossier_model import PieceState
from session.media.engine import MediaState
from session.protocol.conversation.messages import (
    Grant,
    GrantChanged,
    PageShown,
    PrintChanged,
    PrintState,
    ScanEnded,
)
from session.protocol.hub.requests import SessionEnded
from tests.support.screens.invented import (
    DEVICES,
    DOSSIER,
    NOW,
    SERVICES,
    SESSION,
    TICKETS,
    allow,
    desk,
    drawn_page,
)
from tests.unit.expert_app.desk.wiring.telling import Telling
from tests.unit.expert_app.desk.wiring.told_grants import Powers
from views.desk.acts import AcceptNext, CallAct, CallPress, FinishWrapUp, QueueAct, WrapUpAct
from views.desk.call_controls import CallState
from views.desk.devices import acts
from views.desk.dossier.acts import DossierAct
from views.widgets.message_bar import Level

DOSSIER_BEFORE = msgspec.structs.replace(
    DOSSIER,
    pieces=tuple(
        msgspec.structs.replace(one, state=PieceState.EXPECTED) for one in DOSSIER.pieces[:2]
    ),
)


class StoryDesk:
    """The window and what answers it."""

    def __init__(self) -> None:
        self.window = desk()
        self._app, self._work, self._devices = Telling(session=None), Telling(), Telling()
        self._spoken = DeskAnnouncements(
            self.window,
            app=cast(Any, self._app),
            work=cast(Any, self._work),
            devices=cast(Any, self._devices),
            filing=cast(Any, Telling()),
        )
        window = self.window
        window.show_identity("Caisse d'entraide du Val-Doré", "Claire Fontanel")
        window.status.show_connection(True)
        window.queue.set_tickets(TICKETS[1:], SERVICES)
        window.queue.acted.connect(self._on_queue_act)
        window.conversation.header.grants.wanted.connect(self._allows)
        window.dossier.acted.connect(self._on_act)
        window.devices.acted.connect(self._on_act)
        window.call.acted.connect(self._on_call_act)
        window.wrap_up.acted.connect(self._on_wrap_up_act)

    def _on_queue_act(self, act: QueueAct) -> None:
        if isinstance(act, AcceptNext):
            self._opens()

    def _on_call_act(self, act: CallAct) -> None:
        if act is CallPress.HANG_UP:
            self._ends()

    def _on_wrap_up_act(self, act: WrapUpAct) -> None:
        if isinstance(act, FinishWrapUp):
            self._closes()

    def comes(self) -> None:
        """One more caller waits."""
        self.window.queue.set_tickets(TICKETS, SERVICES)
        self.window.queue.ring(TICKETS[0].id)
        self.window.queue.ticket_rang.emit(TICKETS[0].id)

    def brings_page(self) -> None:
        """The page that the agent asked for is there."""
        shown = PageShown(
            epoch=1,
            address="https://caisse.example/logement",
            title="Aide au logement",
            width_px=1000,
            height_px=700,
        )
        self._app.session.page.page_shown.emit(shown)

    def _opens(self) -> None:
        session = SimpleNamespace(
            facts=SESSION,
            grants=Powers(left_s={}),
            call=Telling(),
            line=Telling(),
            page=Telling(),
            chat=Telling(),
            devices=Telling(),
        )
        vars(self._app).update(session=session)
        self.window.show_session(SESSION)
        self.window.dossier.show_dossier(DOSSIER_BEFORE)
        self.window.devices.set_pieces(DOSSIER_BEFORE.pieces, dossier_open=True)
        self.window.devices.show_devices(
            msgspec.structs.replace(DEVICES, printer=DEVICES.scanner, printer_code="")
        )
        self.window.chat.set_in_session(True)
        self._app.session_opened.emit(session)
        self.window.call.controls.show_state(CallState.CONNECTED)
        session.call.state_changed.emit(MediaState.CONNECTED)

    def _allows(self, *grants: Grant) -> None:
        for grant in grants:
            self._app.session.grants.changed.emit(
                GrantChanged(grant=grant, allowed=True, at_utc=NOW)
            )
        allow(self.window, dict.fromkeys(grants, True))

    def _scans(self) -> None:
        self._allows(Grant.SCAN, Grant.KEEP)
        self._app.session.devices.scan_ended.emit(ScanEnded(scan_id="n1", pages=1, code=""))
        devices = self.window.devices
        devices.pages.show_page_image("page0", drawn_page())
        devices.pages.show_page_cleaned("page0", drawn_page())
        self.window.paper.show_scanned(["page0"], 0)

    def _on_act(self, act: acts.DevicesAct | DossierAct) -> None:
        match act:
            case acts.ScanPiece():
                self._scans()
            case acts.FileDocuments(documents):
                self._files(documents[0].name)
            case acts.PrintReceipt():
                self._prints()

    def _files(self, name: str) -> None:
        words = _("Filed in dossier {number}: {name}").format(number=DOSSIER.number, name=name)
        self.window.devices.filing.set_filing(True)
        self.window.messages.show_message(Level.INFO, words, key="filed")
        self.window.devices.filing.set_filing(False)
        self.window.devices.show_pages_filed(["page0"])
        self.window.devices.show_document_filed(name, 1)

    def _prints(self) -> None:
        self._allows(Grant.PRINT)
        change = PrintChanged(print_id="p1", state=PrintState.DONE)
        self._devices.printing.emit(Printing(change, _("Receipt {number}").format(number="1")))

    def _ends(self) -> None:
        self._app.session_ended.emit(SessionEnded(session_id="s1", by="agent", reason="done"))
        self.window.show_wrap_up()

    def _closes(self) -> None:
        vars(self._app).update(session=None)
        self.window.show_idle()
