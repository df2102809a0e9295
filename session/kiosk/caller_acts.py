# SPDX-License-Identifier: GPL-3.0-only
"""The acts of a caller at the screen, as values: made by the kiosk's pages, done by its program.
Pure; used by both.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from session.kiosk.appointment_acts import AppointmentAct
from session.kiosk.call.consent import Question
from session.protocol.conversation.messages import Grant
from session.protocol.hub.requests import Service
from session.protocol.hub.statistics import Solved

HowAway = Literal["back", "phone"]
"""Comes back to the kiosk, or is called by telephone."""


class Step(Enum):
    """A step from one page to another, which needs nobody else."""

    BACK = auto()
    """To the page before."""
    GONE = auto()
    """The caller is through with this kiosk."""
    STATEMENT = auto()
    """Read the statement of accessibility."""
    LANGUAGES = auto()
    """Choose a language."""
    WAYS = auto()
    """Read how to wait elsewhere."""
    STAY = auto()
    """Wait in front of the screen after all."""
    PHONE = auto()
    """Type the number where to be called when it is one's turn."""
    CALLBACK = auto()
    """Type the number where to be called once the service is open."""
    KEY = auto()
    """A key was pressed: somebody is there."""


class Choice(Enum):
    """A button of the bar at the foot, whose state the bar has."""

    LISTEN = auto()
    """Hear the page, or nothing any more."""
    NEEDS = auto()
    """What the caller needs of the agent is another now."""


class Touch(Enum):
    """A button that says all by itself."""

    STOP = auto()
    """Every power is taken back at once."""
    HERE = auto()
    """The question was touched beside its buttons: somebody reads it."""
    LEAVE = auto()
    """The caller leaves the queue, or ends the conversation; confirmed on the screen."""
    NO_NUMBER = auto()
    """The caller does not have the number that is asked for."""
    RETURN = auto()
    """The caller has a ticket number already."""
    SLIP = auto()
    """Print the number that was kept."""
    HOST = auto()
    """Call the site's host, or take it back."""
    CLOSE = auto()
    """The window is to be closed; it stays until the program has stopped in order."""


@dataclass(frozen=True)
class ShowClosed:
    """A service that is closed was touched."""

    service: Service


@dataclass(frozen=True)
class ChooseLanguage:
    """All texts in this language."""

    language: str


@dataclass(frozen=True)
class ChooseLook:
    """Letters so many times as large, and light on black or not."""

    text: float
    contrast: bool


@dataclass(frozen=True)
class ChangeVolume:
    """The voice less loud (-1) or louder (1)."""

    step: int


@dataclass(frozen=True)
class CallService:
    """A service's button was touched."""

    service: str


@dataclass(frozen=True)
class EnterNumber:
    """The caller number that was asked for."""

    number: str


@dataclass(frozen=True)
class StepAway:
    """The caller waits elsewhere and keeps the place; a telephone number for "phone"."""

    how: HowAway
    phone: str = ""


@dataclass(frozen=True)
class AskCallback:
    """The caller of a closed service wants to be called."""

    service: str
    phone: str


@dataclass(frozen=True)
class ComeBack:
    """The caller of this ticket number is here."""

    number: str


@dataclass(frozen=True)
class RateTalk:
    """What the caller says of the conversation."""

    solved: Solved


@dataclass(frozen=True)
class AnswerQuestion:
    """The answer to a question for consent, with the powers that are given."""

    question: Question
    given: Question


@dataclass(frozen=True)
class ActForCaller:
    """Somebody who acts for the caller has the screen, with this mandate as typed so far; None:
    the caller touches again.
    """

    mandate: str | None


@dataclass(frozen=True)
class WithdrawGrant:
    """The caller takes one power back."""

    grant: Grant


@dataclass(frozen=True)
class ConfirmPrint:
    """The document on the screen is to be printed, or not."""

    print_id: str
    is_wanted: bool


@dataclass(frozen=True)
class GiveFile:
    """This file of the stick goes to the agent; "" for none."""

    file_id: str


@dataclass(frozen=True)
class SayWords:
    """The caller answers in writing."""

    text: str


@dataclass(frozen=True)
class ReadWords:
    """The adviser's words with this id stand on the screen."""

    words_id: str


@dataclass(frozen=True)
class ReadBanner:
    """The screen names this third person (user id) now."""

    user: str


@dataclass(frozen=True)
class SetPause:
    """The caller's own privacy pause begins or ends."""

    on: bool


VisitAct = Step | ShowClosed
"""An act that changes the page."""

ChoiceAct = Choice | ChooseLanguage | ChooseLook | ChangeVolume
"""An act that changes how all pages look and sound."""

QueueAct = Touch | CallService | EnterNumber | StepAway | AskCallback | ComeBack | RateTalk
"""An act on the caller's place in the queue."""

TalkAct = (
    Touch
    | AnswerQuestion
    | ActForCaller
    | WithdrawGrant
    | ConfirmPrint
    | GiveFile
    | SayWords
    | ReadWords
    | ReadBanner
    | SetPause
)
"""An act during a conversation."""

CallerAct = VisitAct | ChoiceAct | QueueAct | TalkAct | AppointmentAct
