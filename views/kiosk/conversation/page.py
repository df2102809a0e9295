# SPDX-License-Identifier: GPL-3.0-only
"""The session: the agent's face, the web page beside it, what the agent can do, and STOP.
Used by the kiosk window.

The face is never covered and never leaves the screen;
neither do the STOP button and the line above it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from resources.texts import N_, _
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
from views.kiosk.conversation.consent import ConsentPanel, SlidingPanel, StoppedPanel
from views.kiosk.conversation.document_pane import DocumentPane
from views.kiosk.conversation.give_file_panel import GiveFilePanel
from views.kiosk.conversation.powers_sheet import PowersSheet
from views.kiosk.conversation.print_panel import CallerPrintPanel, PrintSheet
from views.kiosk.conversation.session_sign import chosen_sign
from views.kiosk.conversation.third_party_strip import ThirdPartyStrip
from views.kiosk.widgets.hold_off import FingerWatch
from views.kiosk.widgets.icons import IconView, StopSign
from views.kiosk.widgets.page_base import BigButton, KioskPage, label, words_in_sight
from views.kiosk.widgets.theme import BLUE, INK, SKY, WHITE, sized, spaced
from views.widgets.announcer import announce
from views.widgets.pdf_picture import pdf_picture
from views.words.caller_errors import kiosk_sentence
from views.words.consent import powers_sentence, question_words, time_words

TOGETHER_MS = 150
"""Powers of one question come one by one."""

FACE_SHARE, PAGE_SHARE = 25, 75
"""Of the stage for the face and for what is beside it, or below it on an upright screen."""

LEAST_FACE_WIDTH, LEAST_FACE_HEIGHT = 0.225, 0.18
"""Of the window: no question and no page may take more from the face, lying and upright."""


class DeviceNotice(StrEnum):
    """The thing that scanner and printer want of the caller now."""

    PLACE_DOCUMENT = "place_document"
    SCANNING = "scanning"
    PREVIEWED = "previewed"
    SCANNED = "scanned"
    GIVEN = "given"
    PRINTING = "printing"
    TAKE_SHEET = "take_sheet"


_NOTICES: dict[DeviceNotice, tuple[str, str]] = {
    DeviceNotice.PLACE_DOCUMENT: (
        "file-download-outline",
        N_("Put your document on the glass, printed side down."),
    ),
    DeviceNotice.SCANNING: ("scanner", N_("Your document is being scanned. Do not touch it.")),
    DeviceNotice.PREVIEWED: (
        "scanner",
        N_("Your adviser is looking at your document. Leave it on the glass."),
    ),
    DeviceNotice.GIVEN: (
        "check-circle",
        N_("Your adviser has your document. You can take your stick back."),
    ),
    DeviceNotice.SCANNED: (
        "check-circle",
        N_("Your document is scanned. You can turn the page or take it back."),
    ),
    DeviceNotice.PRINTING: ("printer", N_("A sheet is being printed for you. Please wait.")),
    DeviceNotice.TAKE_SHEET: (
        "printer-check",
        N_("Your sheet is printed. Take it from the printer."),
    ),
}


SessionPanel = SlidingPanel | PowersSheet | ChatStrip | ThirdPartyStrip
"""A part of the session page in which the caller acts."""


class SessionPage(KioskPage):
    """One conversation.

    Args:
        call_pane: shows the agent.
        browser: the web page; shown on request.

    Signals:
        acted(Touch.STOP): everything stops at once. What else the caller does is said by the
            `panels`.
    """

    def __init__(
        self, call_pane: QWidget, browser: QWidget, *, clock: Clock, fingers: FingerWatch
    ) -> None:
        super().__init__()
        self.setObjectName("session")
        self._grants: dict[Grant, bool] = {}
        self._seen = self._heard = True
        self._agent_camera = self._agent_microphone = True
        self._held = False
        self._facts: SessionFacts | None = None
        self._notice = ""
        self._announced = ""
        self._announce_soon = QTimer(self)
        self._announce_soon.setSingleShot(True)
        self._announce_soon.setInterval(TOGETHER_MS)
        self._announce_soon.timeout.connect(self._announce_line)
        self.call_pane = call_pane
        self.browser = browser
        self.fingers = fingers
        self.consent = ConsentPanel(clock, self.fingers)
        self.stopped = StoppedPanel(clock, self.fingers)
        self._page_shown = self._private = False
        self.document = DocumentPane()
        self.document.shown_changed.connect(self._place_page)
        self.printing = CallerPrintPanel(clock, self.fingers)
        self.sheet = PrintSheet()
        self.printing.acted.connect(lambda _act: self.end_print())
        self.giving = GiveFilePanel(clock, self.fingers)
        self.giving.acted.connect(self._place_page)
        self.talk = ThirdPartyStrip()
        self.chat = ChatStrip()
        self.chat.keyboard.opened.connect(self._place_page)
        self.powers = PowersSheet(clock)
        self.powers.shown_changed.connect(self._place_page)
        self._portrait = False
        self.consent.mandate_shown.connect(self._place_page)
        self._lay_out()
        self.retranslate()

    @property
    def panels(self) -> tuple[SessionPanel, ...]:
        """The parts in which the caller acts; each says so by its signal `acted`."""
        questions = (self.consent, self.printing, self.giving, self.stopped)
        return (*questions, self.powers, self.chat, self.talk)

    # ---- building ----

    def _lay_out(self) -> None:
        box = spaced(QVBoxLayout(self), (0,), 0)
        questions = (self.printing, self.giving, self.consent, self.stopped)
        box.addWidget(self.talk)
        box.addWidget(self._build_stage(), 1)
        for widget in (self.chat, *questions, self._build_bar()):
            box.addWidget(widget)

    def _build_face(self) -> QWidget:
        """The adviser, with the name above, and below what the caller has to know of either end's
        devices: none of it takes room from the page.
        """
        column = QWidget()
        self._name = label("lead", heavy=True)
        self._name.setObjectName("adviser")
        says = spaced(QHBoxLayout(), (0.6, 0, 0, 0), 1)
        says.addWidget(IconView("account-voice", 3.6, colour=SKY))
        says.addWidget(self._name, 1)
        box = spaced(QVBoxLayout(column), (0,), 0.6)
        box.addLayout(says)
        box.addWidget(self.call_pane, 1)
        box.addWidget(self._build_switched_off())
        box.addWidget(self._build_notice())
        return column

    def _build_switched_off(self) -> QWidget:
        """Build the line under the face for what the agent has switched off."""
        self._switched_off = QFrame()
        self._off_words = label("body", heavy=True)
        self._switched_off.setObjectName("switched_off")
        self._off_icon = IconView("microphone-off", 3.2, colour=INK)
        off = spaced(QHBoxLayout(self._switched_off), (1, 0.6, 1, 0.6), 1)
        off.addWidget(self._off_icon)
        off.addWidget(self._off_words, 1)
        self._switched_off.hide()
        return self._switched_off

    def _build_stage(self) -> QWidget:
        stage = QFrame()
        stage.setObjectName("stage")
        for pane in (self.call_pane, self.browser, self.document):
            pane.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
            pane.setMinimumSize(1, 1)
        self._stage: QBoxLayout = spaced(QHBoxLayout(stage), (1.6, 0.8, 1.6, 0.8), 1.2)
        self._stage.addWidget(self._build_face(), FACE_SHARE)
        beside = (
            self.browser,
            self.document,
            self.consent.mandate,
            self.chat.keyboard,
            self.sheet,
            self.giving.sheet,
            self.powers,
        )
        for widget in beside:
            self._stage.addWidget(widget, PAGE_SHARE)
        self.browser.hide()
        return stage

    def _build_notice(self) -> QWidget:
        self._notice_strip = QFrame()
        self._notice_strip.setObjectName("notice")
        row = spaced(QHBoxLayout(self._notice_strip), (1, 1, 1, 1), 1)
        self._notice_icon = IconView("printer", 4, colour=BLUE)
        self._notice_words = label("body", heavy=True)
        row.addWidget(self._notice_icon)
        row.addWidget(self._notice_words, 1)
        self._notice_strip.hide()
        return self._notice_strip

    def _build_bar(self) -> QWidget:
        bar = QFrame()
        bar.setObjectName("bar")
        self.line = label("body")
        self.line.setObjectName("powers_line")
        self.show_powers = BigButton(
            "chip",
            "shield-account",
            colour=INK,
            icon_u=3.2,
            size="body",
            wrap=True,
            margins=(1.4, 0.4, 1.4, 0.4),
        )
        self.show_powers.setObjectName("powers")
        sized(self.show_powers, 34).setProperty("wider", 0.35)
        self.show_powers.clicked.connect(self.powers.open_sheet)
        self.stop = BigButton("stop", StopSign(7), size="large", margins=(2, 0.4, 2.6, 0.4))
        self.stop.clicked.connect(self._on_stop)
        tells = spaced(QHBoxLayout(), (0,), 2)
        self.sign = IconView("shield-account", 5, colour=SKY)
        tells.addWidget(self.sign)
        tells.addWidget(self.line, 1)
        buttons = spaced(QHBoxLayout(), (0,), 2)
        buttons.addWidget(self.show_powers)
        buttons.addWidget(self.stop, 1)
        self._bar: QBoxLayout = spaced(QHBoxLayout(bar), (2, 0.8, 2, 0.8), 2)
        self._bar.addLayout(tells, 1)
        self._bar.addLayout(buttons)
        return bar

    def set_portrait(self, portrait: bool) -> None:
        """Face above the page, answers under the questions, STOP across the foot."""
        self._portrait = portrait
        directions = QBoxLayout.Direction
        self._stage.setDirection(directions.TopToBottom if portrait else directions.LeftToRight)
        self._bar.setDirection(directions.TopToBottom if portrait else directions.LeftToRight)
        self.chat.set_portrait(portrait)
        self.consent.set_portrait(portrait)
        self.printing.set_portrait(portrait)
        self.giving.set_portrait(portrait)
        self.stopped.set_portrait(portrait)
        self.powers.set_portrait(portrait)

    def fit_panels(self, width_px: int, height_px: int) -> None:
        """The panels take the height they need at the window's width, and the face keeps its
        least.
        """
        if self._portrait:
            self.call_pane.setMinimumSize(1, round(height_px * LEAST_FACE_HEIGHT))
        else:
            self.call_pane.setMinimumSize(round(width_px * LEAST_FACE_WIDTH), 1)
        for panel in (self.consent, self.printing, self.giving, self.stopped):
            panel.fit(width_px)

    def finish_slides(self) -> None:
        """Ends the sliding of a panel at once (before a picture is taken)."""
        for panel in (self.consent, self.printing, self.giving, self.stopped):
            panel.finish_slide()

    # ---- facts ----

    def show_session(self, facts: SessionFacts) -> None:
        """A session begins (or is resumed): no power, no web page, nothing asked."""
        self._facts = facts
        self._grants = {}
        self._notice = ""
        self.powers.show_grants({})
        self.powers.show_times({})
        self.powers.close_sheet()
        self._seen = self._heard = True
        self._agent_camera = self._agent_microphone = True
        self._page_shown = self._private = False
        self.document.close_document()
        self._place_page()
        self._held = False
        sign = chosen_sign(self.consent.band.sign)
        self.sign.show_icon(sign.picture, WHITE, sign.colour)
        for question in (self.consent, self.printing, self.giving):
            question.show_sign(sign)
        self.chat.show_lines(())
        self.talk.show_talk(None)
        self.consent.forget()
        self.end_print()
        self.end_files()
        self.stopped.hide()
        self.retranslate()
        self._announced = self.line.text()

    def show_talk(self, answer: TalkAnswer) -> None:
        """Hold, and who else is in the conversation."""
        self._held = answer.talk.held
        self.talk.show_talk(answer)
        self.retranslate()

    def show_media(self, is_seen: bool, heard: bool) -> None:
        """Show whether the agent gets the caller's picture and sound now."""
        self._seen = is_seen
        self._heard = heard
        self.retranslate()

    def show_agent_switches(self, camera_on: bool, microphone_on: bool) -> None:
        """Show what the agent has switched off for a moment: silence is no lost line."""
        self._agent_camera = camera_on
        self._agent_microphone = microphone_on
        self.retranslate()

    def show_grants(self, grants: Mapping[Grant, bool]) -> None:
        """The powers as they are now."""
        self._grants = dict(grants)
        self.powers.show_grants(grants)
        self.retranslate()
        self._announce_soon.start()

    def _announce_line(self) -> None:
        """Grants of one question come one by one; they are said in one sentence."""
        if self.line.text() != self._announced:
            self._announced = self.line.text()
            announce(self, self._announced)

    def tick(self) -> None:
        """A moment has passed: the question's countdown and the powers' times."""
        self.consent.tick()
        self.printing.tick()
        self.powers.tick()

    def show_page(self, visible: bool) -> None:
        """Shows the web page beside the face, or the face alone."""
        self._page_shown = visible
        self._place_page()

    def show_private(self, on: bool) -> None:
        """A privacy pause: page and document are hidden;
        the pane of the faces says why, and hides them itself.
        """
        self._private = on
        self._place_page()
        self.retranslate()

    def _place_page(self) -> None:
        """Beside the face stands one thing:
        a mandate to be typed, a sheet to be printed, files to choose from, what the adviser can
        do, the keyboard, the agent's document, the web page; the last two not in a privacy pause.
        """
        takes_mandate = not self.consent.mandate.isHidden()
        is_asking = takes_mandate or not self.sheet.isHidden() or self.giving.is_asking
        shows_powers = self.powers.is_open and not is_asking
        if is_asking or shows_powers:
            self.chat.keyboard.close_keyboard()
        is_taken = is_asking or shows_powers or self.chat.keyboard.is_open
        free = not is_taken and not self._private
        if not free:  # first: a page of another process is not to be made narrow on its way out
            self.document.hide()
            self.browser.hide()
        self.powers.setVisible(shows_powers)
        self.document.setVisible(free and self.document.is_open)
        self.browser.setVisible(free and self._page_shown and not self.document.is_open)

    def show_print(self, preview: ShownPrint) -> None:
        """A document that prints when the caller says yes: `ConfirmPrint` follows, or nothing."""
        self.stopped.hide()
        self.sheet.show_pages(pdf_picture(preview.document), preview.name)
        self._place_page()
        self.printing.ask(preview, self.width())
        announce(self, self.printing.words(), urgent=True)

    def end_print(self, print_id: str = "") -> None:
        """The question about this document (or any) is over."""
        if print_id in ("", self.printing.print_id) or not self.printing.print_id:
            self.printing.end()
            self.sheet.show_pages(None, "")
            self._place_page()

    def show_files(self, files: tuple[OfferedFile, ...]) -> None:
        """The caller may give one of these to the agent; `GiveFile` follows, or nothing."""
        self.stopped.hide()
        self.giving.ask(files, self.width())
        self._place_page()

    def end_files(self) -> None:
        """Nothing is to be given any more."""
        self.giving.end()
        self._place_page()

    def show_notice(self, code: str) -> None:
        """A word of `DeviceNotice` or an error code about scanner and printer; empty removes it."""
        self._notice = code
        self.retranslate()
        if code:
            announce(self, self._notice_words.text())

    def ask(self, question: Question) -> None:
        """Puts a question to the caller; `AnswerQuestion` follows, or nothing (silence is kept by
        the program).
        """
        self.stopped.hide()
        self.consent.ask(question, self.width())
        _icon, title, detail = question_words(question)
        announce(self, f"{_(title)} {_(detail)} {time_words(question)}", urgent=True)

    def end_question(self, question: Question) -> None:
        """This question is over."""
        if self.consent.question == question:
            self.consent.end()

    def _on_stop(self) -> None:
        self.consent.end()
        self.end_print()
        self.document.close_by_caller()
        self.powers.close_sheet()
        self.acted.emit(Touch.STOP)
        self.stopped.slide_in(self.width())
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
        busy = any(self._grants.values()) or bool(self.consent.question) or self.document.is_open
        if self.isVisible() and busy:
            self._on_stop()

    # ---- texts ----

    def words(self) -> list[str]:
        """Return what is asked now, else what the sheet says, else with whom the caller talks
        and what the adviser can do; STOP always.
        """
        questions = (self.consent, self.printing, self.giving, self.stopped)
        open_panels = [panel for panel in questions if not panel.isHidden()]
        if self._notice:
            notice = [self._notice_words.text()]
        else:
            notice = []
        if open_panels:
            sentences = [words for panel in open_panels for words in words_in_sight(panel.panel)]
        elif self.powers.is_open:
            sentences = self.powers.words()
        else:
            sentences = [f"{self._name.text()}.", self.line.text(), *notice]
        return [*sentences, self.stop.accessibleName()]

    def retranslate(self) -> None:
        """Says every text again."""
        if self._facts:
            name = self._facts.agent_name
        else:
            name = ""
        self._name.setText(_("You are talking with {name}").format(name=name) if name else "")
        self.line.setText(self._powers())
        if self.line.accessibleName() != self.line.text():
            self.line.setAccessibleName(self.line.text())
        self.stop.set_words(
            _("STOP"), spoken=_("STOP. Takes everything back from your adviser at once. (Escape)")
        )
        self._show_switched_off()
        self.show_powers.set_words(_("What can my adviser do?"))
        self.powers.retranslate()
        self.talk.retranslate()
        self.chat.retranslate()
        self.document.retranslate()
        self.consent.retranslate()
        self.printing.retranslate()
        self.giving.retranslate()
        self.stopped.retranslate()
        self._show_notice()

    def _show_switched_off(self) -> None:
        words = {
            (True, True): "",
            (True, False): _("Your adviser's microphone is off for a moment."),
            (False, True): _("Your adviser's camera is off. You can go on talking."),
            (False, False): _("Your adviser's camera and microphone are off for a moment."),
        }[self._agent_camera, self._agent_microphone]
        self._switched_off.setVisible(bool(words) and not self._held)
        self._off_words.setText(words)
        self._off_icon.show_icon("video-off" if self._agent_microphone else "microphone-off", INK)

    def _powers(self) -> str:
        """Return what the agent can see and do now: nothing of what a privacy pause hides."""
        if self._private:
            hidden = dict.fromkeys((Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL, Grant.TYPE), False)
        else:
            hidden = {}
        is_seen = self._seen and not self._held and not self._private
        return powers_sentence({**self._grants, **hidden}, is_seen, self._heard and not self._held)

    def _show_notice(self) -> None:
        self._notice_strip.setVisible(bool(self._notice))
        if not self._notice:
            return
        if self._notice in list(DeviceNotice):
            icon, words = _NOTICES[DeviceNotice(self._notice)]
            self._notice_icon.show_icon(icon, BLUE)
            self._notice_words.setText(_(words))
        else:
            self._notice_icon.show_icon("alert-circle-outline", INK)
            self._notice_words.setText(kiosk_sentence(self._notice))
