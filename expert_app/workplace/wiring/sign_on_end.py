# SPDX-License-Identifier: GPL-3.0-only
"""Says in a window that the hours of a sign-on end soon, and prolongs them by one click.
Used by the programs of agent, supervisor and helpdesk.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from expert_app.runtime.config import SettingsWrong
from resources.texts import _, ngettext
from session.core.clock import Clock
from session.core.errors import SessionError
from session.core.tasks import Tasks
from views.widgets.message_bar import Level, MessageAction, MessageBar
from views.words.errors import sentence

log = logging.getLogger(__name__)

SIGN_ON_END = "sign_on_end"
WARNINGS = (timedelta(minutes=15), timedelta(minutes=5), timedelta(0))
"""So long before the end it is said; the last time that it has come."""

CHECK_S = 15.0
"""Between two looks at the time: a computer that slept must not miss a warning."""


class SignOnEnd:
    """The message bar of a window, and the end of a sign-on.

    Args:
        until: as the settings have it; "" after a code: then nothing is ever said.
        prolong: signs the same person on again; the new end.
    """

    def __init__(
        self,
        messages: MessageBar,
        until: str,
        *,
        prolong: Callable[[], Awaitable[datetime]],
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self._messages = messages
        self._prolong = prolong
        self._clock = clock
        self._tasks = tasks
        self._until = datetime.fromisoformat(until) if until else None
        self._warned: timedelta | None = None
        self._busy = False
        if self._until is not None:
            tasks.keep(self._watch, name="the end of the sign-on")

    def check(self) -> None:
        """Says what is to be said now, once for each warning."""
        if self._until is None:
            return
        remaining = self._until - self._clock.utc_now()
        due = [warning for warning in WARNINGS if remaining <= warning]
        if due and due[-1] != self._warned:
            self._warned = due[-1]
            self._warn(max(remaining, timedelta(0)))

    def over(self, begin_anew: Callable[[], None]) -> None:
        """The hub lets this computer in no more; nothing happens after a code."""
        if self._until is not None:
            self._until = None
            words = _("The first page opens, and what you have done is kept.")
            action = MessageAction(_("Sign in again"), begin_anew)
            self._messages.show_message(Level.ERROR, words, SIGN_ON_END, action, stays=True)

    async def _watch(self) -> None:
        while True:
            self.check()
            await asyncio.sleep(CHECK_S)

    def _warn(self, remaining: timedelta) -> None:
        if remaining:
            minutes = -(-remaining // timedelta(minutes=1))
            words = ngettext(
                "Your sign-in ends in {minutes} minute. Sign in again now: your work goes on "
                "meanwhile.",
                "Your sign-in ends in {minutes} minutes. Sign in again now: your work goes on "
                "meanwhile.",
                minutes,
            ).format(minutes=minutes)
        else:
            words = _(
                "The hours of your sign-in are over. A conversation can be finished; then this "
                "window loses the network. Sign in again to go on."
            )
        self._show(Level.WARNING if remaining else Level.ERROR, words)

    def _show(self, level: Level, words: str) -> None:
        action = MessageAction(_("Sign in again"), self._on_again)
        self._messages.show_message(level, words, SIGN_ON_END, action, stays=True)

    def _on_again(self) -> None:
        if not self._busy:
            self._busy = True
            words = _("Finish in the browser; your work goes on here.")
            self._messages.show_message(Level.INFO, words, SIGN_ON_END, stays=True)
            self._tasks.start(self._again(), name="sign in again")

    async def _again(self) -> None:
        try:
            self._until = await self._prolong()
        except SessionError as error:
            message = sentence(error.code, error.detail)
            self._show(Level.ERROR, message.sentence)
        except (SettingsWrong, OSError) as error:
            self._show(Level.ERROR, _("The settings cannot be written: {why}").format(why=error))
        else:
            self._warned = None
            at = self._until.astimezone().strftime("%H:%M")
            words = _("You are signed in until {time}.").format(time=at)
            self._messages.show_message(Level.INFO, words, SIGN_ON_END)
        finally:
            self._busy = False
