# SPDX-License-Identifier: GPL-3.0-only
"""Reads this person's key without keeping anybody from a window: a keyring that is locked asks the
person first, and may wait for ever. Used by the desk's command and its sign-in.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from expert_app.runtime.config import DeskSettings
from expert_app.runtime.credentials import KeyMissing, KeyringUnusable
from expert_app.runtime.paths import Paths
from expert_app.runtime.window_program import Program
from expert_app.workplace.wiring.first_steps import FirstSteps, show_first
from resources.texts import _
from views.workplace.passphrase import KeyringView

PATIENCE_S = 1.0
"""A keyring that takes longer is asking somebody: the window says so."""


class OwnKey(NamedTuple):
    """The key; None with the reason for which it cannot be read, "" where there is none."""

    seed: bytes | None
    why: str = ""


def in_background[Result](work: Callable[[], Result], name: str) -> asyncio.Future[Result]:
    """Runs what may wait for a person in a thread that ends with the program; asyncio's own threads
    would keep the program from ending.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Result] = loop.create_future()

    def settle(take: Callable[[], None]) -> None:
        def once() -> None:
            if not answer.done():
                take()

        with contextlib.suppress(RuntimeError):  # the program is over
            loop.call_soon_threadsafe(once)

    def run() -> None:
        try:
            result = work()
        except Exception as error:
            settle(partial(answer.set_exception, error))
        else:
            settle(partial(answer.set_result, result))

    threading.Thread(target=run, daemon=True, name=name).start()
    return answer


async def own_key(
    settings: DeskSettings,
    paths: Paths,
    program: Program,
    *,
    read: Callable[[], bytes],
) -> OwnKey | None:
    """The key of this installation; None when the person closed the window.

    Args:
        read: reads it; raises `KeyMissing`.
    """
    reading = in_background(read, "read the key")
    await asyncio.wait([reading], timeout=PATIENCE_S)
    if not reading.done():
        build = partial(_KeyringWindow, paths=paths, program=program, reading=reading)
        if await show_first(build, settings, program) is None:
            return None
    try:
        return OwnKey(reading.result())
    except KeyringUnusable:
        if settings.user and paths.config.is_file():
            return OwnKey(None, _known(settings.user))
        return OwnKey(None)  # never signed in: the settings' user is only their default
    except KeyMissing:
        return OwnKey(None)


def _known(user: str) -> str:
    return _(
        "This computer is known as {user}, but its keyring does not answer. Close this window, "
        "unlock the keyring or log in again, and open the desk again: no new invitation is needed."
    ).format(user=user)


class _KeyringWindow:
    """Says that the keyring asks, until it has answered."""

    def __init__(
        self,
        settings: DeskSettings,
        *,
        paths: Paths,
        program: Program,
        reading: asyncio.Future[bytes],
    ) -> None:
        self.first = FirstSteps(settings, paths, program=program)
        self.done = reading
        self.window = self.first.put_around(KeyringView(), demo=False)
