# SPDX-License-Identifier: GPL-3.0-only
"""The window's words and acts when something went wrong: the report of the last crash, and the
file for the help desk. Used by the programs of desk, board and helpdesk.
"""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import platformdirs
from PyQt6.QtGui import QGuiApplication

from expert_app.runtime.crash import report_text, unreported_crash
from expert_app.runtime.paths import LOG_FOLDER, Paths
from expert_app.runtime.window_program import Program
from expert_app.workplace.release_watch import ReleaseWatch
from resources.texts import _
from session.bus.client import BusClient
from session.core.child_process import NO_WINDOW, own_python
from session.core.program_version import other_packages, program_version
from session.protocol.hub.requests import ReleaseAnswer
from views.widgets.message_bar import Level, MessageAction, MessageBar
from views.words.releases import package_words, release_words

CRASH, SUPPORT = "crash_report", "support_file"
RELEASE, PACKAGES = "release", "packages"


def documents_folder() -> Path:
    """Return the folder where a person finds a file again."""
    folder = Path(platformdirs.user_documents_dir())
    if folder.is_dir():
        return folder
    return Path.home()


class SupportConnections:
    """The message bar of a window on one side, the program's log folder and the hub on the other.

    Args:
        language: of what `expert-app doctor` writes.
    """

    def __init__(
        self, messages: MessageBar, paths: Paths, *, language: str, program: Program, bus: BusClient
    ) -> None:
        self._messages = messages
        self._paths = paths
        self._language = language
        self._tasks = program.tasks
        self._clock = program.clock
        self._releases = ReleaseWatch(bus, program.tasks)
        self._releases.wanted.connect(self._on_release)

    def report_crash(self) -> None:
        """Says that the program did not end in order the last time, once."""
        report = unreported_crash(self._paths.folder(LOG_FOLDER))
        if report is None:
            return
        words = _(
            "The program ended unexpectedly, or met an error, the last time. Its report has "
            "nothing of a caller: copy it for the help desk if this comes back."
        )
        self._messages.show_message(
            Level.WARNING,
            words,
            CRASH,
            MessageAction(_("Copy the report"), partial(self._copy, report)),
            other=MessageAction(_("Delete the report"), partial(self._delete, report)),
            stays=True,
        )

    def report_packages(self) -> None:
        """Says that an upgrade of the programs has left another package of ours behind."""
        words = package_words(other_packages(), program_version())
        if words:
            self._messages.show_message(Level.WARNING, words, PACKAGES, stays=True)

    def _on_release(self, release: ReleaseAnswer) -> None:
        """A newer release stays in sight until somebody has read it."""
        today = self._clock.utc_now().astimezone().date()
        notice = release_words(release, program_version(), today)
        if notice is None:
            self._messages.clear(RELEASE)
            return
        if notice.late:
            level = Level.WARNING
        else:
            level = Level.INFO
        self._messages.show_message(level, notice.text, RELEASE, stays=True)

    def write_file(self) -> None:
        """Makes the file for the help desk, and says where it is."""
        self._tasks.start(self._write(), name="write the file for the help desk")

    def _copy(self, report: Path) -> None:
        clipboard = QGuiApplication.clipboard()
        text = report_text(report)
        if clipboard is None or not text:
            words = _("The report is no longer there.")
        else:
            clipboard.setText(text)
            words = _("Copied: paste it into your message to the help desk.")
        self._messages.show_message(Level.INFO, words, CRASH)

    def _delete(self, report: Path) -> None:
        report.unlink(missing_ok=True)
        self._messages.show_message(Level.INFO, _("The report is deleted."), CRASH)

    async def _write(self) -> None:
        """`expert-app doctor` in a process of its own: it tries everything, which takes a while."""
        words = _("The file for the help desk is being made; this takes some seconds.")
        self._messages.show_message(Level.INFO, words, SUPPORT)
        process = await asyncio.create_subprocess_exec(
            *(*own_python(), "-m", "expert_app"),
            *("doctor", "--support", str(documents_folder())),
            *("--language", self._language, *self._paths.arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            creationflags=NO_WINDOW,
        )
        try:
            output = (await process.communicate())[1].decode(errors="replace").strip()
        finally:  # the program may be closed meanwhile
            if process.returncode is None:
                process.kill()
                await process.wait()
        if output:
            text = output.splitlines()[-1]
        else:
            text = _("The file for the help desk could not be made.")
        self._messages.show_message(Level.WARNING, text, SUPPORT)
