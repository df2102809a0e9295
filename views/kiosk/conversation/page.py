# SPDX-License-Identifier: GPL-3.0-only
"""The session: the agent's face, the web page beside it, what the agent can do, and STOP.
Used by the kiosk window.

The face is never covered and never leaves the screen;
neither do the STOP button and the line above it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from resources.texts import N_, _
from session.core.clock import Clock
from session.kiosk.call.consent import Question
from session.kiosk.devices.given_files import OfferedFile
from session.kiosk.devices.print_preview import ShownPrint
from session.protocol.conversation.messages import Grant
from session.protocol.hub.requests import SessionFacts
from session.protocol.hub.talk_state import ThirdState
from session.protocol.hub.third_parties import TalkAnswer
from session.protocol.hub.tickets import HelpState
from views.kiosk.conversation.chat import ChatStrip
from views.kiosk.conversation.consent import ConsentPanel, StoppedPanel
from views.kiosk.conversation.document_pane import DocumentPane
from views.kiosk.conversation.give_file_panel import GiveFilePanel
from views.kiosk.conversation.print_panel import CallerPrintPanel, PrintSheet
from views.kiosk.conversation.session_sign import chosen_sign
from views.kiosk.conversation.third_party_strip import ThirdPartyStrip
from views.kiosk.header import show_help_words
from views.kiosk.widgets.hold_off import FingerWatch
from views.kiosk.widgets.icons import IconView, StopSign
from views.kiosk.widgets.page_base import BigButton, KioskPage, label
from views.kiosk.widgets.theme import BLUE, INK, SKY, WHITE, sized, spaced
from views.widgets.announcer import announce
from views.widgets.pdf_picture import pdf_picture
from views.words.consent import CHIPS, left_words, powers_sentence
from views.words.errors import kiosk_sentence

FACE_SHARE, PAGE_SHARE, KEYBOARD_SHARE = 40, 60, 88
"""Of the stage for the face and for what is beside it:
ten keys in a row need the width of ten fingers.
"""


class DeviceNotice(StrEnum):
    """What scanner and printer want of the caller now."""

    PLACE_DOCUMENT = "place_document"
    SCANNING = "scanning"
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


class SessionPage(KioskPage):
    """One conversation.

    Args:
        call_pane: shows the agent.
        browser: the web page; shown on request.

    Signals:
        stop_requested: STOP was touched; everything stops at once.
        leave_requested: the caller ends the session.
        print_answered(str, bool): print id, whether the caller wants it.
        question_answered, grant_withdrawn, acting_changed: as of the kiosk window.
        help_requested: the caller calls the site's host, or takes it back.
        pause_requested(bool): the caller's own privacy pause begins or ends. faces_changed(str,
        str): names of the agent and of a third person ("" for none), to stand under their faces.
    """

    stop_requested = pyqtSignal()
    leave_requested = pyqtSignal()
    question_answered = pyqtSignal(object, object)
    grant_withdrawn = pyqtSignal(Grant)
    print_answered = pyqtSignal(str, bool)
    acting_changed = pyqtSignal(bool, str)
    help_requested = pyqtSignal()
    pause_requested = pyqtSignal(bool)
    faces_changed = pyqtSignal(str, str)

    def __init__(
        self, call_pane: QWidget, browser: QWidget, *, clock: Clock, fingers: FingerWatch
    ) -> None:
        super().__init__()
        self.setObjectName("session")
        self._grants: dict[Grant, bool] = {}
        self._until_s: dict[Grant, float] = {}
        self._clock = clock
        self._seen = self._heard = True
        self._agent_camera = self._agent_microphone = True
        self._held = self._has_host = False
        self._help_state = HelpState.NONE
        self._facts: SessionFacts | None = None
        self._notice = ""
        self.call_pane, self.browser = call_pane, browser
        self.fingers = fingers
        self.consent = ConsentPanel(clock, self.fingers)
        self.stopped = StoppedPanel(clock, self.fingers)
        self.consent.answered.connect(self.question_answered)
        self.consent.acting_changed.connect(self.acting_changed)
        self._page_shown = self._private = self._own_pause = False
        self.document = DocumentPane()
        self.document.shown_changed.connect(lambda _shown: self._place_page())
        self.printing, self.sheet = CallerPrintPanel(clock, self.fingers), PrintSheet()
        self.printing.answered.connect(self._on_print_answered)
        self.giving = GiveFilePanel(clock, self.fingers)
        self.giving.answered.connect(lambda _file_id: self._place_page())
        self.talk, self.chat = ThirdPartyStrip(), ChatStrip()
        self.chat.keyboard.opened.connect(lambda _open: self._place_page())
        self._mandate_shown = False
        self.consent.mandate_shown.connect(self._on_mandate)
        self.stopped.end_requested.connect(self.leave_requested)
        self._lay_out()
        self.retranslate()

    # ---- building ----

    def _lay_out(self) -> None:
        box = spaced(QVBoxLayout(self), (0,), 0)
        above = (self._build_name(), self._build_switched_off(), self.talk)
        questions = (self.printing, self.giving, self.consent, self.stopped)
        for widget in above:
            box.addWidget(widget)
        box.addWidget(self._build_stage(), 1)
        below = (self.chat, self._build_notice(), *questions, self._build_bar())
        for widget in below:
            box.addWidget(widget)

    def _build_name(self) -> QWidget:
        strip = QFrame()
        strip.setObjectName("name")
        self._name = label("lead", heavy=True)
        says = spaced(QHBoxLayout(), (0,), 1.4)
        says.addWidget(IconView("account-voice", 4.2, colour=SKY))
        says.addWidget(self._name, 1)
        self._help_icon = IconView("hand-heart", 3.2, colour=INK)
        margins = (1.4, 0.4, 1.4, 0.4)
        self.help = BigButton("chip", self._help_icon, size="body", margins=margins)
        self.help.clicked.connect(self.help_requested)
        self.pause = BigButton(
            "chip", "eye-off-outline", colour=INK, icon_u=3.2, size="body", margins=margins
        )
        self.pause.clicked.connect(lambda: self.pause_requested.emit(not self._own_pause))
        buttons = spaced(QHBoxLayout(), (0,), 1.4)
        buttons.addWidget(self.help)
        buttons.addWidget(self.pause)
        self._name_box: QBoxLayout = spaced(QHBoxLayout(strip), (3, 0.8, 3, 0.4), 1.4)
        self._name_box.addLayout(says, 1)
        self._name_box.addLayout(buttons)
        return strip

    def _build_switched_off(self) -> QWidget:
        """What the agent has switched off: a line of its own under the name, over no face."""
        self._switched_off, self._off_words = QFrame(), label("body", heavy=True)
        self._switched_off.setObjectName("switched_off")
        self._off_icon = IconView("microphone-off", 3.2, colour=INK)
        off = spaced(QHBoxLayout(self._switched_off), (3, 0.6, 3, 0.6), 1.4)
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
        self._stage: QBoxLayout = spaced(QHBoxLayout(stage), (2, 1.2, 2, 1.2), 1.6)
        self._stage.addWidget(self.call_pane, FACE_SHARE)
        self._stage.addWidget(self.browser, PAGE_SHARE)
        self._stage.addWidget(self.document, PAGE_SHARE)
        self._stage.addWidget(self.consent.mandate, PAGE_SHARE)
        self._stage.addWidget(self.chat.keyboard, KEYBOARD_SHARE)
        self._stage.addWidget(self.sheet, PAGE_SHARE)
        self._stage.addWidget(self.giving.sheet, PAGE_SHARE)
        self.browser.hide()
        return stage

    def _build_notice(self) -> QWidget:
        self._notice_strip = QFrame()
        self._notice_strip.setObjectName("notice")
        row = spaced(QHBoxLayout(self._notice_strip), (3, 1.6, 3, 1.6), 2)
        self._notice_icon = IconView("printer", 6, colour=BLUE)
        self._notice_words = label("lead", heavy=True)
        row.addWidget(self._notice_icon)
        row.addWidget(self._notice_words, 1)
        self._notice_strip.hide()
        return self._notice_strip

    def _build_bar(self) -> QWidget:
        bar = QFrame()
        bar.setObjectName("bar")
        self.line = label("body")
        self.chips: dict[Grant, BigButton] = {}
        self._chips = spaced(QGridLayout(), (0,), 1)
        for grant, (icon, _words) in CHIPS.items():
            chip = BigButton(
                "chip",
                icon,
                colour=INK,
                icon_u=3.2,
                size="body",
                wrap=True,
                margins=(1.4, 0.4, 1.4, 0.4),
            )
            chip.clicked.connect(lambda _checked, grant=grant: self.grant_withdrawn.emit(grant))
            self.chips[grant] = chip
            self._chips.addWidget(chip)
            chip.hide()
        self.stop = BigButton("stop", StopSign(8), size="large", margins=(2.4, 0.8, 3, 0.8))
        sized(self.stop, None, 11)
        self.stop.clicked.connect(self._on_stop)
        tells = spaced(QHBoxLayout(), (0,), 2)
        self.sign = IconView("shield-account", 5, colour=SKY)
        tells.addWidget(self.sign)
        tells.addWidget(self.line, 1)
        says = spaced(QVBoxLayout(), (0,), 1)
        says.addLayout(tells)
        says.addLayout(self._chips)
        self._bar: QBoxLayout = spaced(QHBoxLayout(bar), (3, 1.4, 3, 1.6), 2)
        self._bar.addLayout(says, 1)
        self._bar.addWidget(self.stop)
        return bar

    def set_portrait(self, portrait: bool) -> None:
        """Face above the page, answers under the questions, STOP across the foot."""
        directions = QBoxLayout.Direction
        self._name_box.setDirection(directions.TopToBottom if portrait else directions.LeftToRight)
        self._stage.setDirection(directions.TopToBottom if portrait else directions.LeftToRight)
        self._bar.setDirection(directions.TopToBottom if portrait else directions.LeftToRight)
        self.chat.set_portrait(portrait)
        self.consent.set_portrait(portrait)
        self.printing.set_portrait(portrait)
        self.giving.set_portrait(portrait)
        self.stopped.set_portrait(portrait)

    def fit_panels(self) -> None:
        """The panels take the height they need at this width."""
        for panel in (self.consent, self.printing, self.giving, self.stopped):
            panel.fit(self.width())

    def finish_slides(self) -> None:
        """Ends the sliding of a panel at once (before a picture is taken)."""
        for panel in (self.consent, self.printing, self.giving, self.stopped):
            panel.finish_slide()

    # ---- facts ----

    def show_session(self, facts: SessionFacts) -> None:
        """A session begins (or is resumed): no power, no web page, nothing asked."""
        self._facts = facts
        self._grants, self._until_s, self._notice = {}, {}, ""
        self._seen = self._heard = True
        self._agent_camera = self._agent_microphone = True
        self._page_shown = self._private = self._own_pause = False
        self.document.close_document()
        self._place_page()
        self._held = False
        sign = chosen_sign(self.consent.band.sign)
        self.sign.show_icon(sign.picture, WHITE, sign.colour)
        for question in (self.consent, self.printing, self.giving):
            question.show_sign(sign)
        self.chat.show_lines(())
        self.talk.show_talk(None)
        self.faces_changed.emit(facts.agent_name, "")
        self.consent.forget()
        self.end_print()
        self.end_files()
        self.stopped.hide()
        self.retranslate()

    def show_talk(self, answer: TalkAnswer) -> None:
        """Hold, and who else is in the conversation."""
        self._held = answer.talk.held
        self.talk.show_talk(answer)
        self.retranslate()
        third = answer.talk.third
        is_face = third is not None and third.state is ThirdState.IN and not answer.talk.held
        self.faces_changed.emit(
            self._facts.agent_name if self._facts else "", answer.third_name if is_face else ""
        )

    def show_media(self, seen: bool, heard: bool) -> None:
        """Whether the agent gets the caller's picture and sound now."""
        self._seen, self._heard = seen, heard
        self.retranslate()

    def offer_help(self, offered: bool) -> None:
        """Whether this site has a host who can be called."""
        self._has_host = offered
        self._place_page()

    def show_help(self, state: HelpState) -> None:
        """What the site's host has answered."""
        self._help_state = state
        self.retranslate()

    def show_agent_switches(self, camera_on: bool, microphone_on: bool) -> None:
        """What the agent has switched off for a moment: silence is no lost line."""
        self._agent_camera, self._agent_microphone = camera_on, microphone_on
        self.retranslate()

    def show_grants(self, grants: Mapping[Grant, bool]) -> None:
        """The powers as they are now."""
        self._grants = dict(grants)
        self.retranslate()

    def show_times(self, left_s: Mapping[Grant, float]) -> None:
        """Seconds that are left of each power."""
        now_s = self._clock.monotonic_s()
        self._until_s = {grant: now_s + left for grant, left in left_s.items()}
        self._show_times_left()

    def tick(self) -> None:
        """A moment has passed: the question's countdown and the powers' times."""
        self.consent.tick()
        self.printing.tick()
        self._show_times_left()

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

    def show_own_pause(self, on: bool) -> None:
        """Whether the caller's own pause goes on;
        the adviser's may go on beside it, and the button ends only this.
        """
        self._own_pause = on
        self.retranslate()

    def _on_mandate(self, shown: bool) -> None:
        self._mandate_shown = shown
        self._place_page()

    def _place_page(self) -> None:
        """Beside the face stands one thing:
        a mandate to be typed, a sheet to be printed, files to choose from, the keyboard, the
        agent's document, the web page; the last two not in a privacy pause.
        """
        asked = self._mandate_shown or not self.sheet.isHidden() or self.giving.is_asking
        if asked:
            self.chat.keyboard.close_keyboard()
        # its height is needed by what is typed
        self.pause.setVisible(not asked and self.chat.keyboard.isHidden())
        self.help.setVisible(self._has_host and self.chat.keyboard.isHidden())
        free = not asked and self.chat.keyboard.isHidden() and not self._private
        self.document.setVisible(free and self.document.is_open)
        self.browser.setVisible(free and self._page_shown and not self.document.is_open)

    def show_print(self, shown: ShownPrint) -> None:
        """A document that prints when the caller says yes."""
        self.stopped.hide()
        self.sheet.show_pages(pdf_picture(shown.document), shown.name)
        self._place_page()
        self.printing.ask(shown, self.width())

    def end_print(self, print_id: str = "") -> None:
        """The question about this document (or any) is over."""
        if print_id in ("", self.printing.print_id) or not self.printing.print_id:
            self.printing.end()
            self.sheet.show_pages(None, "")
            self._place_page()

    def _on_print_answered(self, print_id: str, wanted: bool) -> None:
        self.end_print(print_id)
        self.print_answered.emit(print_id, wanted)

    def show_files(self, files: tuple[OfferedFile, ...]) -> None:
        """The caller may give one of these to the agent; `giving.answered` follows, or nothing."""
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

    @property
    def notice(self) -> str:
        """What scanner and printer want of the caller, in words; "" for nothing."""
        return self._notice_words.text() if self._notice else ""

    def ask(self, question: Question) -> None:
        """Puts a question to the caller."""
        self.stopped.hide()
        self.consent.ask(question, self.width())

    def end_question(self, question: Question) -> None:
        """This question is over."""
        if self.consent.question == question:
            self.consent.end()

    def _on_stop(self) -> None:
        self.consent.end()
        self.end_print()
        self.document.close_by_caller()
        self.stop_requested.emit()
        self.stopped.slide_in(self.width())
        announce(self, self.stopped.words(), urgent=True)

    def press_stop_key(self) -> None:
        """The caller pressed Escape, anywhere in the window or in the web page."""
        busy = any(self._grants.values()) or bool(self.consent.question) or self.document.is_open
        if self.isVisible() and busy:
            self._on_stop()

    # ---- texts ----

    def retranslate(self) -> None:
        """Says every text again."""
        name = self._facts.agent_name if self._facts else ""
        self._name.setText(_("You are talking with {name}").format(name=name) if name else "")
        self.line.setText(self._powers())
        self.line.setAccessibleName(self.line.text())
        self.stop.set_words(
            _("STOP"), spoken=_("STOP. Takes everything back from your adviser at once. (Escape)")
        )
        self.pause.set_words(
            _("End my privacy pause") if self._own_pause else _("Privacy pause"),
            spoken=_(
                "Privacy pause: your adviser and you do not see each other, and nobody sees the "
                "page."
            ),
        )
        show_help_words(self.help, self._help_icon, self._help_state, INK)
        self._show_switched_off()
        self._place_chips()
        self._show_times_left()
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
        """What the agent can see and do now: nothing of what a privacy pause hides."""
        hidden = (
            dict.fromkeys((Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL, Grant.TYPE), False)
            if self._private
            else {}
        )
        seen = self._seen and not self._held and not self._private
        return powers_sentence({**self._grants, **hidden}, seen, self._heard and not self._held)

    def _place_chips(self) -> None:
        """The powers that are given stand side by side; more than four in two rows."""
        given = [grant for grant in self.chips if self._grants.get(grant, False)]
        per_row = 4 if len(given) > 4 else max(1, len(given))
        for chip in self.chips.values():
            self._chips.removeWidget(chip)
        for place, grant in enumerate(given):
            self._chips.addWidget(self.chips[grant], *divmod(place, per_row))
        for grant, chip in self.chips.items():
            chip.setVisible(grant in given)

    def _show_times_left(self) -> None:
        now_s = self._clock.monotonic_s()
        for grant, chip in self.chips.items():
            words, until_s = _(CHIPS[grant][1]), self._until_s.get(grant, 0.0)
            chip.set_words(f"{words} ({left_words(until_s - now_s)})" if until_s > now_s else words)

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
