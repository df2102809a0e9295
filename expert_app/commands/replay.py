# SPDX-License-Identifier: GPL-3.0-only
"""Builds the replay window over a log file, or over a session's log brought from the hub:
`expert-app replay`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from expert_app.helpdesk.bundle import is_bundle, read_bundle
from expert_app.helpdesk.bundle_words import bundle_lines, fault_words
from expert_app.helpdesk.reading import fetch_lines
from expert_app.runtime.config import DeskSettings
from expert_app.runtime.credentials import KeyMissing, key_name_of, load_seed
from expert_app.runtime.paths import Paths
from expert_app.runtime.sealing import seals_for
from expert_app.runtime.window_program import Program, Watch, own_application, run_application
from resources.texts import _
from session.bus.sealing.client import SealingClient
from session.core.clock import SystemClock
from session.core.errors import (
    LogReasonNeeded,
    LogUnknown,
    LogUnreadable,
    SessionError,
)
from session.core.tasks import Tasks
from session.log.playback.opened import OpenedLog
from session.log.playback.opening import Progress, open_lines, open_log, session_in
from session.protocol.wire.ids import is_id
from session.protocol.wire.typed_words import LEAST_LETTERS, is_reason
from views.desk.shared_page.mirror_pane import MirrorPane
from views.replay.view import ReplayView
from views.replay.whole import whole_log
from views.widgets.plain_window import PlainWindow
from views.widgets.theme import apply_theme
from views.words.errors import sentence

WINDOW_SIZE = (1280, 800)


class BundleRefused(Exception):
    """A conversation that was saved is not believed; the text says why."""


class LogSource(NamedTuple):
    """A log that is at hand and not read yet; `open` is for a worker thread."""

    session_id: str
    open: Callable[[Progress], OpenedLog]


def run_replay(
    log: str, settings: DeskSettings, paths: Paths, *, reason: str, watch: Watch | None = None
) -> int:
    """Shows the log until the window is closed; the exit code.

    Args:
        log: the path of a log or of a saved conversation, or a session's id when there is no such
            file.
        reason: why a session's log is read; its keeper writes it down.
    """
    try:
        source = _source(log, settings, paths, reason)
    except KeyMissing as error:
        print(error)
        return 2
    except BundleRefused as error:
        print(error)
        return 1
    except (LogUnknown, LogReasonNeeded) as error:
        print(sentence(error.code, error.detail).sentence)
        return 1
    except SessionError as error:
        print(f"{log}: {sentence(error.code, error.detail).sentence}")
        return 1
    except OSError as error:
        print(f"{log}: {error.strerror}")
        return 1
    return run_application(partial(_main, source, settings), settings.language, watch=watch)


def _source(log: str, settings: DeskSettings, paths: Paths, reason: str) -> LogSource:
    path = Path(log)
    if path.exists() and is_bundle(path):
        return _read_bundle(path)
    if path.exists() or not is_id(log):
        return LogSource(session_in(path), partial(open_log, path))
    if not is_reason(reason):
        raise LogReasonNeeded(letters=LEAST_LETTERS)
    seed = load_seed(key_name_of(settings))
    seals = seals_for(settings, paths, SystemClock())
    lines = asyncio.run(_fetch(settings, seed, log, reason=reason, seals=seals))
    return LogSource(log, partial(open_lines, log, lines))


def _read_bundle(path: Path) -> LogSource:
    """The log of a saved conversation; whose it is stands first on the screen of commands."""
    verdict, log = read_bundle(path)
    if log is None:
        raise BundleRefused(fault_words(verdict, path.name))
    print("\n".join(bundle_lines(verdict, path.name)))
    return LogSource(log.session_id, lambda _told: log)


async def _fetch(
    settings: DeskSettings, seed: bytes, session_id: str, *, reason: str, seals: SealingClient
) -> list[bytes]:
    tasks = Tasks()
    try:
        return await fetch_lines(
            settings, seed, session_id, reason=reason, tasks=tasks, seals=seals
        )
    finally:
        await tasks.close()


async def _main(source: LogSource, settings: DeskSettings, program: Program) -> None:
    apply_theme(own_application(), settings.theme == "dark")
    replay = ReplayProgram(source, program)
    replay.window.show()
    await program.tasks.start(replay.open(), name="open the log")
    program.shown.emit(replay)
    await program.stop.wait()
    replay.close()


class ReplayProgram:
    """The window over its log, which is read while the window is there already."""

    def __init__(self, source: LogSource, program: Program) -> None:
        self._source = source
        self.view = ReplayView(MirrorPane(), program.clock)
        self._title = _("Session {session}").format(session=source.session_id)
        self.window = PlainWindow(self.view, self._title)
        self.window.resize(*WINDOW_SIZE)
        self.window.close_requested.connect(program.stop.set)
        self.view.show_opening(self._title, 0.0)

    async def open(self) -> None:
        """Reads the log and shows it, or why it cannot be read."""
        loop = asyncio.get_running_loop()

        def show_progress(share: float) -> None:
            loop.call_soon_threadsafe(self.view.show_opening, self._title, share)

        try:
            log = await asyncio.to_thread(self._read, show_progress)
        except LogUnreadable as error:
            self.view.show_failure(sentence(error.code, error.detail).sentence)
        except OSError as error:
            self.view.show_failure(error.strerror or type(error).__name__)
        else:
            self.view.show_log(self._title, log)

    def _read(self, progress: Progress) -> OpenedLog:
        """In a thread of its own, with all that the window shows at once."""
        log = self._source.open(progress)
        whole_log(log)
        return log

    def close(self) -> None:
        """Stops playing and takes the window away."""
        self.view.player.pause()
        self.window.hide()
