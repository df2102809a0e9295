# SPDX-License-Identifier: GPL-3.0-only
"""The session: the agent's face, the web page beside it, what the agent can do, and STOP.
Used by the kiosk window.

The face is never covered and never leaves the screen; neither do the STOP button and the line above
it.
"""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from resources.texts import _
from session.core.clock import Clock
from session.kiosk.call.consent import Question
from session.kiosk.caller_acts import Touch
from session.kiosk.cobrowse.browser_messages import BrowserFact, PageTouched, StopKeyPressed
from session.kiosk.devices.given_files import OfferedFile
from session.kiosk.devices.print_preview import ShownPrint
from session.protocol.conversation.messages import Grant
from session.protocol.hub.requests import SessionFacts
from session.protocol.hub.third_parties import TalkAnswer
from views.kiosk.conversation.chat import ChatStrip
from views.kiosk.conversation.consent import ConsentPanel, StoppedPanel
from views.kiosk.conversation.document_pane import DocumentPane
from views.kiosk.conversation.face_column import FaceColumn
from views.kiosk.conversation.give_file_panel import GiveFilePanel
from views.kiosk.conversation.powers_bar import PowersBar
from views.kiosk.conversation.powers_sheet import PowersSheet
from views.kiosk.conversation.print_panel import CallerPrintPanel
from views.kiosk.conversation.question_sheet import QuestionSheet
from views.kiosk.conversation.session_sign import SignBand, chosen_sign
from views.kiosk.conversation.stage import SessionStage
from views.kiosk.conversation.third_party_strip import ThirdPartyStrip
from views.kiosk.widgets.hold_off import FingerWatch
from views.kiosk.widgets.page_base import KioskPage, words_in_sight
from views.kiosk.widgets.theme import spaced
from views.widgets.announcer import announce
from views.widgets.pdf_picture import pdf_picture
from views.words.consent import QUESTIONS, time_words

SessionPanel = QuestionSheet | PowersSheet | ChatStrip | ThirdPartyStrip
"""A part of the session page in which the caller acts."""


class SessionPage(KioskPage):
    """One conversation: what is asked and answered in it.

    Args:
        call_pane: shows the agent.
        browser: the web page; shown on request.

    Attributes:
        face: the agent, and what is said below the face.
        stage: the face and what stands beside it.
        bar: what the agent can do, and STOP.

    Signals:
        acted(Touch.STOP): everything stops at once. What else the caller does is said by the
            `panels`.
    """

    def __init__(
        self, call_pane: QWidget, browser: QWidget, *, clock: Clock, fingers: FingerWatch
    ) -> None:
        super().__init__()
        self.setObjectName("session")
        self.fingers = fingers
        self.consent = ConsentPanel(clock, fingers)
        self.stopped = StoppedPanel(clock, fingers)
        self.document = DocumentPane()
        self.printing = CallerPrintPanel(clock, fingers)
        self.giving = GiveFilePanel(clock, fingers)
        self.talk = ThirdPartyStrip()
        self.chat = ChatStrip()
        self.powers = PowersSheet(clock)
        self.band = SignBand(1.6)
        self.bar = PowersBar()
        self.face = FaceColumn(call_pane, self.bar)
        self.stage = SessionStage(
            self.face,
            browser,
            document=self.document,
            chat=self.chat,
            powers=self.powers,
            stopped=self.stopped,
            questions=(self.consent, self.printing, self.giving),
            band=self.band,
        )
        self.bar.show_powers.clicked.connect(self.powers.open_sheet)
        self.bar.stop.clicked.connect(self._on_stop)
        self._lay_out()
        self.retranslate()

    def _lay_out(self) -> None:
        self._box = spaced(QVBoxLayout(self), (0,), 0)
        self._box.addWidget(self.talk)
        self._box.addWidget(self.band)
        self._box.addWidget(self.stage, 1)

    @property
    def panels(self) -> tuple[SessionPanel, ...]:
        """The parts in which the caller acts; each says so by its signal `acted`."""
        return (*self.stage.sheets, self.powers, self.chat, self.talk)

    def set_portrait(self, portrait: bool) -> None:
        """Face above the page, answers under the questions, STOP across the foot."""
        if portrait:
            self._box.addWidget(self.bar)
        self.stage.set_portrait(portrait)
        self.powers.set_portrait(portrait)

    # ---- facts ----

    def show_session(self, facts: SessionFacts) -> None:
        """A session begins (or is resumed): no power, no web page, nothing asked."""
        self.powers.show_grants({})
        self.powers.show_times({})
        self.powers.close_sheet()
        self.face.show_agent(facts.agent_name)
        self.stage.forget_page()
        sign = chosen_sign(self.band.sign)
        self.band.show_sign(sign)
        self.bar.show_session(sign)
        self.chat.show_lines(())
        self.talk.show_talk(None)
        self.consent.forget()
        self.end_print()
        self.end_files()
        self.stopped.put_away()
        self.retranslate()

    def show_talk(self, answer: TalkAnswer) -> None:
        """Hold, and who else is in the conversation."""
        self.talk.show_talk(answer)
        self.face.show_held(answer.talk.held)
        self.bar.show_held(answer.talk.held)

    def show_grants(self, grants: Mapping[Grant, bool]) -> None:
        """The powers as they are now."""
        self.powers.show_grants(grants)
        self.bar.show_grants(grants)

    def show_private(self, on: bool) -> None:
        """A privacy pause: nothing of the page is shown, nor said to be seen."""
        self.stage.show_private(on)
        self.bar.show_private(on)

    def tick(self) -> None:
        """A moment has passed: the question's countdown and the powers' times."""
        self.consent.tick()
        self.printing.tick()
        self.powers.tick()

    # ---- questions ----

    def ask(self, question: Question) -> None:
        """Puts a question to the caller; `AnswerQuestion` follows, or nothing (silence is kept by
        the program).
        """
        self.stopped.put_away()
        self.consent.ask(question)
        words = QUESTIONS[question]
        announce(self, f"{_(words.title)} {_(words.detail)} {time_words(question)}", urgent=True)

    def end_question(self, question: Question) -> None:
        """This question is over."""
        if self.consent.question == question:
            self.consent.end()

    def show_print(self, preview: ShownPrint) -> None:
        """A document that prints when the caller says yes: `ConfirmPrint` follows, or nothing."""
        self.stopped.put_away()
        self.printing.ask(preview, pdf_picture(preview.document))
        announce(self, self.printing.words(), urgent=True)

    def end_print(self, print_id: str = "") -> None:
        """The question about this document (or any) is over."""
        if print_id in ("", self.printing.print_id) or not self.printing.print_id:
            self.printing.end()

    def show_files(self, files: tuple[OfferedFile, ...]) -> None:
        """The caller may give one of these to the agent; `GiveFile` follows, or nothing."""
        self.stopped.put_away()
        self.giving.ask(files)

    def end_files(self) -> None:
        """Nothing is to be given any more."""
        self.giving.end()

    def _on_stop(self) -> None:
        self.consent.end()
        self.end_print()
        self.document.close_by_caller()
        self.powers.close_sheet()
        self.acted.emit(Touch.STOP)
        self.stopped.open()
        announce(self, self.stopped.words(), urgent=True)

    def on_web_page(self, fact: BrowserFact, _body: bytes) -> None:
        """Counts what the caller does in the web page: Escape and every touch."""
        match fact:
            case StopKeyPressed():
                self.press_stop_key()
            case PageTouched():
                self.fingers.note_tap()

    def press_stop_key(self) -> None:
        """The caller pressed Escape, anywhere in the window or in the web page."""
        busy = self.bar.gives_power or bool(self.consent.question) or self.document.is_open
        if self.isVisible() and busy:
            self._on_stop()

    # ---- texts ----

    def words(self) -> list[str]:
        """Return what is asked now, else what the sheet says, else with whom the caller talks
        and what the adviser can do; STOP always.
        """
        if self.stage.asked is not None:
            sentences = words_in_sight(self.stage.asked.panel)
        elif self.powers.is_open:
            sentences = self.powers.words()
        else:
            sentences = [*self.face.words(), self.bar.line.text(), *self.face.notice.words()]
        return [*sentences, self.bar.stop.accessibleName()]

    def retranslate(self) -> None:
        """Says every text again."""
        self.face.retranslate()
        self.bar.retranslate()
        self.powers.retranslate()
        self.talk.retranslate()
        self.chat.retranslate()
        self.document.retranslate()
        for sheet in self.stage.sheets:
            sheet.retranslate()
