# SPDX-License-Identifier: GPL-3.0-only
"""The acts of a caller at the screen, as values: made by the kiosk's pages, done by its program.
Pure; used by both.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from session.kiosk.call.consent import Question
from session.protocol.conversation.messages import Grant


class Touch(Enum):
    """A button that says all by itself."""

    STOP = auto()
    """Every power is taken back at once."""
    LEAVE = auto()
    """The caller leaves the queue, or ends the conversation; confirmed on the screen."""


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
class WriteWords:
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


TalkAct = (
    Touch
    | AnswerQuestion
    | ActForCaller
    | WithdrawGrant
    | ConfirmPrint
    | GiveFile
    | WriteWords
    | ReadWords
    | ReadBanner
    | SetPause
)
"""An act during a conversation."""
