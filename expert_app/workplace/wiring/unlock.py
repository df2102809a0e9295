# SPDX-License-Identifier: GPL-3.0-only
"""Asks for the passphrase of the file of keys before any window of a role. Used by
`expert_app.commands.desk` on a computer without a keyring.
"""

from __future__ import annotations

import asyncio
from functools import partial

from expert_app.runtime.config import DeskSettings
from expert_app.runtime.paths import Paths
from expert_app.runtime.window_program import Program
from expert_app.workplace.key_file import (
    NAME,
    KeyFileDamaged,
    PassphraseWrong,
    open_key_file,
    set_aside,
)
from expert_app.workplace.wiring.first_steps import FirstSteps, show_first
from resources.texts import _
from views.workplace.passphrase import UnlockView


async def unlock(settings: DeskSettings, paths: Paths, program: Program) -> bool:
    """True once the keys are open, or set aside; False when the person closed the window."""
    build = partial(Unlock, paths=paths, program=program)
    return await show_first(build, settings, program) is not None


class Unlock:
    """The window, and what its buttons do."""

    def __init__(self, settings: DeskSettings, *, paths: Paths, program: Program) -> None:
        self._path = paths.data / NAME
        self._program = program
        self.first = FirstSteps(settings, paths, program=program)
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.view = UnlockView()
        self.window = self.first.put_around(self.view)
        self.view.passphrase_given.connect(self._on_given)
        self.view.forgotten.connect(self._on_forgotten)

    def _on_given(self, passphrase: str) -> None:
        self.view.show_busy()
        self._program.tasks.start(self._open(passphrase), name="open the keys")

    async def _open(self, passphrase: str) -> None:
        try:
            await asyncio.to_thread(open_key_file, self._path, passphrase)
        except PassphraseWrong:
            self.view.show_error(
                _("This is not the passphrase. Look at capitals and the keyboard's language.")
            )
        except KeyFileDamaged:
            self.view.show_error(
                _("The file of keys is damaged: {file}. Begin anew with an invitation.").format(
                    file=self._path
                )
            )
        except OSError as error:
            self.view.show_error(
                _("{file} cannot be read: {why}.").format(file=self._path, why=error.strerror)
            )
        else:
            self.done.set_result(None)

    def _on_forgotten(self) -> None:
        set_aside(self._path)
        self.done.set_result(None)
