# SPDX-License-Identifier: GPL-3.0-only
"""The session: the agent's face, the web page beside it, what the agent can do, and STOP.
Used by the kiosk window.

The face is never covered and never leaves the screen; neither do the STOP button and the line above
it. A question takes the page's place and gives the face more room: who asks is seen whole. The page
keeps its size meanwhile, so that nothing moves in the adviser's picture of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from PyQt6.QtCore import QTimer, pyqtSignal
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
from views.kiosk.conversation.consent import ConsentPanel, StoppedPanel
from views.kiosk.conversation.document_pane import DocumentPane
from views.kiosk.conversation.give_file_panel import GiveFilePanel
from views.kiosk.conversation.powers_sheet import PowersSheet
from views.kiosk.conversation.print_panel import CallerPrintPanel
from views.kiosk.conversation.question_sheet import QuestionSheet
from views.kiosk.conversation.session_sign import SignBand, chosen_sign
from views.kiosk.conversation.third_party_strip import ThirdPartyStrip
from views.kiosk.widgets.hold_off import FingerWatch
from views.kiosk.widgets.icons import IconView, StopSign
from views.kiosk.widgets.page_base import BigButton, KioskPage, label, words_in_sight
from views.kiosk.widgets.theme import BLUE, INK, SKY, WHITE, sized, spaced
from views.widgets.announcer import announce
from views.widgets.pdf_picture import pdf_picture
from views.words.caller_errors import kiosk_sentence
from views.words.consent import QUESTIONS, powers_sentence, time_words

TOGETHER_MS = 150
"""Powers of one question come one by one."""

FACE_SHARE, PAGE_SHARE = 25, 75
"""Of the stage for the face and for what is beside it, or below it on an upright screen."""
ASKED_FACE_SHARE, SHEET_SHARE = 40, 60
"""The same while a question stands: who asks is seen whole, the mouth too."""

LEAST_FACE_WIDTH, LEAST_FACE_HEIGHT = 0.225, 0.18
"""Of the window: no page may take more from the face, lying and upright."""
ASKED_FACE_WIDTH, ASKED_FACE_HEIGHT = 0.4, 0.22
"""The same while a question stands."""


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


SessionPanel = QuestionSheet | PowersSheet | ChatStrip | ThirdPartyStrip
"""A part of the session page in which the caller acts."""


class SessionPage(KioskPage):
    """One conversation.

    Args:
        call_pane: shows the agent.
        browser: the web page; shown on request.

    Signals:
        acted(Touch.STOP): everything stops at once. What else the caller does is said by the
            `panels`.
        asking_changed(bool): a question stands, or no longer.
    """

    asking_changed = pyqtSignal(bool)

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
        self.giving = GiveFilePanel(clock, self.fingers)
        self.talk = ThirdPartyStrip()
        self.chat = ChatStrip()
        self.chat.keyboard.opened.connect(self._place_page)
        self.powers = PowersSheet(clock)
        self.powers.shown_changed.connect(self._place_page)
        self._portrait = False
        self._shown_sheet: QuestionSheet | None = None
        self.band = SignBand(1.6)
        self.band.hide()
        for sheet in self._sheets:
            sheet.open_changed.connect(self._place_page)
        self._lay_out()
        self.retranslate()

    @property
    def panels(self) -> tuple[SessionPanel, ...]:
        """The parts in which the caller acts; each says so by its signal `acted`."""
        return (*self._sheets, self.powers, self.chat, self.talk)

    @property
    def _sheets(self) -> tuple[QuestionSheet, ...]:
        """The questions; the first that is open has the place."""
        return (self.stopped, self.consent, self.printing, self.giving)

    # ---- building ----

    def _lay_out(self) -> None:
        box = spaced(QVBoxLayout(self), (0,), 0)
        box.addWidget(self.talk)
        box.addWidget(self.band)
        box.addWidget(self._build_stage(), 1)
        for widget in (self.chat, self._build_bar()):
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
            self.chat.keyboard,
            self.powers,
        )
        for widget in beside:
            self._stage.addWidget(widget, PAGE_SHARE)
        for sheet in self._sheets:
            self._stage.addWidget(sheet, SHEET_SHARE)
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
        self.powers.set_portrait(portrait)

    def fit_panels(self, width_px: int, height_px: int) -> None:
        """The face keeps its least, at this size of the window."""
        asked = self._shown_sheet is not None
        width, height = (
            (ASKED_FACE_WIDTH, ASKED_FACE_HEIGHT)
            if asked
            else (LEAST_FACE_WIDTH, LEAST_FACE_HEIGHT)
        )
        if self._portrait:
            self.call_pane.setMinimumSize(1, round(height_px * height))
        else:
            self.call_pane.setMinimumSize(round(width_px * width), 1)

    def finish_slides(self) -> None:
        """Ends the sliding of a sheet at once (before a picture is taken)."""
        for sheet in self._sheets:
            sheet.finish_slide()

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
        sign = chosen_sign(self.band.sign)
        self.sign.show_icon(sign.picture, WHITE, sign.colour)
        self.band.show_sign(sign)
        self.chat.show_lines(())
        self.talk.show_talk(None)
        self.consent.forget()
        self.end_print()
        self.end_files()
        self.stopped.put_away()
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
        """Beside the face stands one thing: a question, what the adviser can do, the keyboard, the
        agent's document, the web page; the last two not in a privacy pause.
        """
        asked = next((sheet for sheet in self._sheets if sheet.is_open), None)
        shows_powers = self.powers.is_open and asked is None
        if asked is not None or shows_powers:
            self.chat.keyboard.close_keyboard()
        is_taken = asked is not None or shows_powers or self.chat.keyboard.is_open
        free = not is_taken and not self._private
        if not free:  # first: a page of another process is not to be made narrow on its way out
            self.document.hide()
            self.browser.hide()
        self._give_place(asked)
        self.powers.setVisible(shows_powers)
        self.document.setVisible(free and self.document.is_open)
        self.browser.setVisible(free and self._page_shown and not self.document.is_open)

    def _give_place(self, asked: QuestionSheet | None) -> None:
        """Show this question and no other; the face has more room while there is one."""
        for sheet in self._sheets:
            if sheet is not asked:
                sheet.hide()
        was_asking = self._shown_sheet is not None
        self._shown_sheet = asked
        is_asking = asked is not None
        self.band.setVisible(is_asking and asked is not self.stopped)
        window = self.window()
        if is_asking != was_asking and window is not None:
            self._stage.setStretch(0, ASKED_FACE_SHARE if is_asking else FACE_SHARE)
            self.fit_panels(window.width(), window.height())
            self.asking_changed.emit(is_asking)
            self._settle()
        if asked is not None:
            asked.show()

    def _settle(self) -> None:
        """Lay out from the face upwards at once: the page is shown again where it was, and is not
        moved after that, which the agent would see in the mirror.
        """
        part: QWidget | None = self.call_pane
        while part is not None:
            if (layout := part.layout()) is not None:
                layout.activate()
            part = part.parentWidget()

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
        self.stopped.put_away()
        self.consent.ask(question)
        words = QUESTIONS[question]
        announce(self, f"{_(words.title)} {_(words.detail)} {time_words(question)}", urgent=True)

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
        busy = any(self._grants.values()) or bool(self.consent.question) or self.document.is_open
        if self.isVisible() and busy:
            self._on_stop()

    # ---- texts ----

    def words(self) -> list[str]:
        """Return what is asked now, else what the sheet says, else with whom the caller talks
        and what the adviser can do; STOP always.
        """
        if self._notice:
            notice = [self._notice_words.text()]
        else:
            notice = []
        if self._shown_sheet is not None:
            sentences = words_in_sight(self._shown_sheet.panel)
        elif self.powers.is_open:
            sentences = self.powers.words()
        else:
            sentences = [f"{self._name.text().removesuffix('.')}.", self.line.text(), *notice]
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
        for sheet in self._sheets:
            sheet.retranslate()
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
