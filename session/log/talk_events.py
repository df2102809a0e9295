# SPDX-License-Identifier: GPL-3.0-only
"""Events of a conversation beyond two people talking.
Part of `session.log.events`; mostly the desk writes them.
"""

from __future__ import annotations

from session.log.event_base import Code, Event, Writer


class HeldChanged(Event, frozen=True, kw_only=True):
    """The caller waits a moment, no voice and no picture travel; or the talk goes on."""

    held: bool
    reason: Code = ""


class CallerPassedOn(Event, frozen=True, kw_only=True):
    """The agent passed the caller on, to one colleague or to a queue."""

    reason: Code
    to_agent: bool


class ThirdChanged(Event, frozen=True, kw_only=True):
    """A third person is announced on both screens, is in the conversation, or is gone ("announced",
    "in", "gone").
    """

    role: Code
    state: Code


class PrivacyChanged(Event, frozen=True, kw_only=True):
    """Neither face nor page is shown or sent for a moment, the voice goes on;
    or everything is seen again.

    `by_caller`: it was the caller who began it.
    """

    on: bool
    by_caller: bool = False


class WordsSent(Event, frozen=True, kw_only=True):
    """`by` sent written words; which is kept nowhere."""

    by: Writer


TalkEvent = HeldChanged | CallerPassedOn | ThirdChanged | PrivacyChanged | WordsSent
