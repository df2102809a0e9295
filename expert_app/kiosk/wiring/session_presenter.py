# SPDX-License-Identifier: GPL-3.0-only
"""Shows on the kiosk's screen what happens in one session. Built for each session by
`expert_app.kiosk.wiring.conversations`.
"""

from __future__ import annotations

from expert_app.kiosk.wiring.visit import KioskVisit
from session.core.errors import DeskWithoutVoice
from session.kiosk.call.consent import OVER_PAGE, Question
from session.kiosk.devices.print_preview import ShownPrint
from session.kiosk.session import KioskSession
from session.protocol.conversation.messages import (
    CameraChanged,
    Grant,
    GrantChanged,
    MediaSeen,
    PrintChanged,
    PrintState,
    ReadAs,
    ScanEnded,
    ScanKind,
    ScanRequested,
    ScanSource,
)
from session.protocol.hub.talk_state import ThirdState
from session.protocol.hub.third_parties import TalkAnswer
from views.kiosk.browser.pane import KioskBrowser
from views.kiosk.call_pane import KioskCallPane
from views.kiosk.conversation.device_notice import DeviceNotice
from views.kiosk.conversation.question_sheet import QuestionSheet
from views.kiosk.conversation.sheet_picture import Signs
from views.kiosk.pages.goodbye import Belonging

PRINT_NOTICES = {
    PrintState.SENT: DeviceNotice.PRINTING,
    PrintState.PRINTING: DeviceNotice.PRINTING,
    PrintState.DONE: DeviceNotice.TAKE_SHEET,
}

COMES_OUT = (PrintState.PRINTING, PrintState.DONE)


class SessionPresenter:
    """Connects one session's signals to the page and the panes that show it.

    Args:
        signs: the questions in sign language.
    """

    def __init__(
        self,
        session: KioskSession,
        visit: KioskVisit,
        *,
        call: KioskCallPane,
        browser: KioskBrowser,
        signs: Signs,
    ) -> None:
        window = visit.window
        self._session = session
        self._visit = visit
        self._page = page = window.session_page
        self._notice = page.face.notice
        self._call = call
        self._browser = browser
        self._signs = signs
        self._remind_of = window.goodbye_page.remind_of
        self._done = DeviceNotice.SCANNED
        session.third_parties.changed.connect(self._on_talk)
        session.chat.changed.connect(page.chat.show_lines)
        session.privacy.changed.connect(page.show_private)
        session.privacy.caller_changed.connect(window.bar.show_pause)
        session.grants.asked.connect(self._on_question)
        session.grants.prolonged.connect(lambda _nothing: page.consent.prolong())
        session.grants.settled.connect(page.end_question)
        session.grants.changed.connect(self._on_grant)
        session.call.peer_media_seen.connect(self._on_peer_media)
        session.call.own_devices_changed.connect(lambda own: page.bar.show_devices(*own))
        session.call.refused.connect(self._on_call_refused)
        session.call.peer_camera_changed.connect(self._on_agent_switches)
        session.page.not_shared.connect(self._notice.show_notice)
        session.devices.scan_started.connect(self._on_scan_started)
        session.devices.scan_ended.connect(self._on_scan_ended)
        session.devices.print_changed.connect(self._on_print)
        session.devices.showing.asked.connect(self._on_print_asked)
        session.devices.showing.prolonged.connect(lambda _nothing: page.printing.prolong())
        session.devices.showing.ended.connect(page.end_print)
        if session.files is not None:
            session.files.asked.connect(page.show_files)
            session.files.ended.connect(lambda _nothing: page.end_files())
        for thing in Belonging if session.resumed else ():  # nobody knows what was used before
            self._remind_of(thing)
        page.show_grants(session.grants.all())
        page.bar.show_devices(*session.call.own_devices)
        self._call.show_names(session.facts.agent_name, "")

    def _on_talk(self, answer: TalkAnswer) -> None:
        self._page.show_talk(answer)
        third = answer.talk.third
        is_face = third is not None and third.state is ThirdState.IN and not answer.talk.held
        self._call.show_names(self._session.facts.agent_name, answer.third_name if is_face else "")

    def _on_question(self, question: Question) -> None:
        self._visit.leave_aside()  # a question may not wait behind other pages
        self._use_signs(self._page.consent)
        if self._browser.isVisible() and OVER_PAGE.issuperset(question):
            self._browser.controlled.take_picture(
                lambda data, _media_type: self._page.consent.show_page(question, data)
            )
        self._page.ask(question)
        self._note_signs()

    def _use_signs(self, sheet: QuestionSheet) -> None:
        """Before the question is put."""
        sheet.use_signs(self._signs if self._visit.window.bar.signs else {})

    def _note_signs(self) -> None:
        """Who asked for signs is asked in signs too."""
        if self._visit.window.bar.signs:
            self._session.grants.note_life(ReadAs.SIGNED)

    def _on_print_asked(self, preview: ShownPrint) -> None:
        self._visit.leave_aside()
        self._use_signs(self._page.printing)
        self._page.show_print(preview)
        self._note_signs()

    def _on_grant(self, change: GrantChanged) -> None:
        page = self._page
        page.show_grants(self._session.grants.all())
        page.powers.show_times(self._session.grants.all_left_s())
        if change.grant == Grant.SEE_PAGE:
            page.stage.show_page(change.allowed)
        if change.grant == Grant.SCAN:
            self._notice.show_notice(DeviceNotice.PLACE_DOCUMENT if change.allowed else "")
            if change.allowed:  # whoever was asked to lay a paper on the glass has left it there
                self._remind_of(Belonging.ORIGINAL)

    def _on_peer_media(self, media: MediaSeen) -> None:
        self._page.bar.show_media(media.frames > 0, media.audio_packets > 0)

    def _on_call_refused(self, code: str) -> None:
        """Show why there is no call: what calls again by itself is no word for the caller; a
        desk without voice never does.
        """
        if code == DeskWithoutVoice.code:
            self._notice.show_notice(code)

    def _on_agent_switches(self, change: CameraChanged) -> None:
        self._page.face.show_agent_switches(change.camera_on, change.microphone_on)

    def _on_scan_started(self, scan: ScanRequested) -> None:
        if scan.source is ScanSource.FILE:  # the screen asks for it
            self._done = DeviceNotice.GIVEN
            self._remind_of(Belonging.STICK)
            return
        if scan.kind is ScanKind.PREVIEW:
            self._done = DeviceNotice.PREVIEWED
        else:
            self._done = DeviceNotice.SCANNED
        self._remind_of(Belonging.ORIGINAL)
        self._notice.show_notice(DeviceNotice.SCANNING)

    def _on_scan_ended(self, ended: ScanEnded) -> None:
        self._notice.show_notice(ended.code or self._done)

    def _on_print(self, change: PrintChanged) -> None:
        if change.state in COMES_OUT:
            self._remind_of(Belonging.SHEETS)
        self._notice.show_notice(change.code or PRINT_NOTICES.get(change.state, ""))
