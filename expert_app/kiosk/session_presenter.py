# SPDX-License-Identifier: GPL-3.0-only
"""Shows on the kiosk's screen what happens in one session. Built by `KioskApp` for each session."""

from __future__ import annotations

from expert_app.kiosk.screen import SessionScreen
from session.core.errors import DeskWithoutVoice
from session.kiosk.session import KioskSession
from session.protocol.conversation.messages import (
    CameraChanged,
    Grant,
    GrantChanged,
    MediaSeen,
    PrintChanged,
    PrintState,
    ScanEnded,
    ScanKind,
    ScanRequested,
    ScanSource,
)

PRINT_NOTICES = {
    PrintState.SENT: "printing",
    PrintState.PRINTING: "printing",
    PrintState.DONE: "take_sheet",
}

COMES_OUT = (PrintState.PRINTING, PrintState.DONE)
BELONGINGS = ("original", "sheets", "stick")
"""Of what the screen reminds the caller at the end."""


class SessionPresenter:
    """Connects one session's signals to the screen."""

    def __init__(self, session: KioskSession, screen: SessionScreen) -> None:
        self._session = session
        self._screen = screen
        self._done = "scanned"
        session.third_parties.changed.connect(screen.show_talk)
        session.chat.changed.connect(screen.show_chat)
        session.privacy.changed.connect(screen.show_private)
        session.privacy.caller_changed.connect(screen.show_own_pause)
        session.grants.asked.connect(screen.ask_grants)
        session.grants.settled.connect(screen.end_question)
        session.grants.changed.connect(self._on_grant)
        session.call.peer_media_seen.connect(self._on_peer_media)
        session.call.refused.connect(self._on_call_refused)
        session.call.peer_camera_changed.connect(self._on_agent_switches)
        session.page.not_shared.connect(screen.show_devices_notice)
        session.devices.scan_started.connect(self._on_scan_started)
        session.devices.scan_ended.connect(self._on_scan_ended)
        session.devices.print_changed.connect(self._on_print)
        session.devices.showing.asked.connect(screen.show_print)
        session.devices.showing.ended.connect(screen.end_print)

    def _on_grant(self, change: GrantChanged) -> None:
        self._screen.show_grants(self._session.grants.all())
        self._screen.show_times(self._session.grants.all_left_s())
        if change.grant == Grant.SEE_PAGE:
            self._screen.show_page(change.allowed)
        if change.grant == Grant.SCAN:
            self._screen.show_devices_notice("place_document" if change.allowed else "")
            if change.allowed:  # whoever was asked to lay a paper on the glass has left it there
                self._screen.remind_of("original")

    def _on_peer_media(self, media: MediaSeen) -> None:
        self._screen.show_media(media.frames > 0, media.audio_packets > 0)

    def _on_call_refused(self, code: str) -> None:
        """Show why there is no call: what calls again by itself is no word for the caller; a
        desk without voice never does.
        """
        if code == DeskWithoutVoice.code:
            self._screen.show_devices_notice(code)

    def _on_agent_switches(self, change: CameraChanged) -> None:
        self._screen.show_agent_switches(change.camera_on, change.microphone_on)

    def _on_scan_started(self, scan: ScanRequested) -> None:
        if scan.source is ScanSource.FILE:  # the screen asks for it
            self._done = "given"
            self._screen.remind_of("stick")
        else:
            if scan.kind is ScanKind.PREVIEW:
                self._done = "previewed"
            else:
                self._done = "scanned"
            self._screen.remind_of("original")
            self._screen.show_devices_notice("scanning")

    def _on_scan_ended(self, ended: ScanEnded) -> None:
        self._screen.show_devices_notice(ended.code or self._done)

    def _on_print(self, change: PrintChanged) -> None:
        if change.state in COMES_OUT:
            self._screen.remind_of("sheets")
        self._screen.show_devices_notice(change.code or PRINT_NOTICES.get(change.state, ""))
