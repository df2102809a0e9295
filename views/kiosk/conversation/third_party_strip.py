# SPDX-License-Identifier: GPL-3.0-only
"""Above the faces at the kiosk: who else is in the conversation, and why the caller waits.
Used by the session page.

A third person is named here before the first sound, and until that person has gone;
`ReadBanner` says that the words are really on the screen, and only then may that person be let in.
"""

from __future__ import annotations

from PyQt6.QtCore import QTimer, pyqtSignal
from PyQt6.QtGui import QPaintEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from resources.texts import N_, _
from session.kiosk.caller_acts import ReadBanner
from session.protocol.hub.talk_state import HoldReason, Third, ThirdState
from session.protocol.hub.third_parties import TalkAnswer
from session.protocol.wire.roles import Role
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import label
from views.kiosk.widgets.theme import BLUE, spaced

HOLD_WORDS: dict[HoldReason, str] = {
    HoldReason.LOOKING: N_("Your adviser is looking something up for you."),
    HoldReason.COLLEAGUE: N_("Your adviser is talking with a colleague about your request."),
    HoldReason.PAPERS: N_("Your adviser is reading your papers."),
    HoldReason.MOMENT: N_("Your adviser will be back in a moment."),
}
"""Why the caller waits, in plain words."""


def third_words(name: str, third: Third, is_held: bool) -> str:
    """Return who is there or about to be, and what that person can do."""
    is_in = third.state is ThirdState.IN
    if is_held:
        words = _("{name} is talking with your adviser. They cannot see or hear you now.")
    elif third.role is Role.SUPERVISOR and is_in:
        words = _(
            "{name}, supervisor, is here. This person sees you, hears you and can talk to you."
        )
    elif third.role is Role.SUPERVISOR:
        words = _(
            "{name}, supervisor, is joining. This person will see you, hear you and talk to you."
        )
    elif is_in:
        words = _(
            "{name}, a colleague of your adviser, is here. This person sees you, hears you and "
            "can talk to you."
        )
    else:
        words = _(
            "{name}, a colleague of your adviser, is joining. This person will see you, hear "
            "you and talk to you."
        )
    return words.format(name=name)


class ThirdPartyStrip(QFrame):
    """Hidden while two people simply talk.

    Signals:
        acted(ReadBanner): the words that name a third person have been painted.
    """

    acted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notice")
        self._answer: TalkAnswer | None = None
        self._reported = ""
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._report)
        self._third = label("lead", heavy=True)
        self._hold = label("lead", heavy=True)
        self._third.setObjectName("talk_third_words")
        self._icons = (
            IconView("account-group", 6, colour=BLUE),
            IconView("clock-outline", 6, colour=BLUE),
        )
        lines = spaced(QVBoxLayout(self), (3, 1.4, 3, 1.4), 1)
        for icon, words in zip(self._icons, (self._third, self._hold), strict=True):
            line = spaced(QHBoxLayout(), (0,), 2)
            line.addWidget(icon)
            line.addWidget(words, 1)
            lines.addLayout(line)
        self.hide()

    def show_talk(self, answer: TalkAnswer | None) -> None:
        """The talk as it is now; None for two people who simply talk."""
        self._answer = answer
        self.retranslate()

    def retranslate(self) -> None:
        """Says every text again."""
        if self._answer is not None:
            talk = self._answer.talk
        else:
            talk = None
        if talk is not None:
            third = talk.third
        else:
            third = None
        is_named = (
            third is not None and third.state is not ThirdState.CALLED and self._answer is not None
        )
        is_held = talk is not None and talk.held
        if not is_named:
            self._reported = ""
        if is_named and third is not None and self._answer is not None:
            self._third.setText(third_words(self._answer.third_name, third, is_held))
        if talk is not None and talk.held:
            self._hold.setText(_(HOLD_WORDS[talk.hold_reason or HoldReason.MOMENT]))
        for is_shown, icon, words in zip(
            (is_named, is_held), self._icons, (self._third, self._hold), strict=True
        ):
            icon.setVisible(is_shown)
            words.setVisible(is_shown)
            words.setAccessibleName(words.text() if is_shown else "")
        self.setVisible(is_named or is_held)
        self.update()

    def paintEvent(self, a0: QPaintEvent | None) -> None:
        """Emits `ReadBanner` once per third person, after the words are painted too."""
        super().paintEvent(a0)
        if self._answer is not None:
            third = self._answer.talk.third
        else:
            third = None
        if (
            third is not None
            and third.state is not ThirdState.CALLED
            and self._reported != _key(third.user, third.at_utc)
        ):
            self._reported = _key(third.user, third.at_utc)
            self._soon.start()

    def _report(self) -> None:
        """The labels lie above the strip and are painted in the same round."""
        if self._answer is not None:
            third = self._answer.talk.third
        else:
            third = None
        if third is None or not self._third.isVisible() or self._third.visibleRegion().isEmpty():
            self._reported = ""
        else:
            self.acted.emit(ReadBanner(third.user))


def _key(user: str, at_utc: object) -> str:
    return f"{user} {at_utc}"
