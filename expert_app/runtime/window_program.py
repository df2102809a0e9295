# SPDX-License-Identifier: GPL-3.0-only
"""The common frame of every program with a window: Qt set up, one loop, an orderly end.

Only the packages `wiring` build objects and connect them; all other objects are given what they
need.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

import qasync
from PyQt6.QtCore import (
    QLibraryInfo,
    QObject,
    QTimer,
    QtMsgType,
    QTranslator,
    qInstallMessageHandler,
)
from PyQt6.QtGui import QGuiApplication, QIcon
from PyQt6.QtWidgets import QApplication

from expert_app.runtime import crash
from resources import resource_path
from resources.texts import _
from session.core.child_process import NO_WINDOW
from session.core.clock import SystemClock
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from views.desk.shared_page.mirror_engine import register_schemes
from views.media.call_page import CHROMIUM_FLAGS
from views.media.voice import open_voice

if TYPE_CHECKING:  # the caller's browser has no bus
    from session.bus.client import BusClient

log = logging.getLogger(__name__)

STOP_S = 15.0

AGAIN = 75
"""Exit code inside the process where the program is to begin anew when it has ended (EX_TEMPFAIL of
sysexits.h); `start_again` does it, and the process ends with 0.
"""

COLLECT_MS, WHOLE = 500, 1200
"""Between two looks for garbage; each of so many (ten minutes) collects everything: a tenth of a
second in which the window stands still.
"""


def prepare_browser(own_flags: Sequence[str] = CHROMIUM_FLAGS) -> None:
    """Settings that the browser engine reads once, before the application exists.

    Args:
        own_flags: what this process tells the engine; by default for a program that has the call's
            page.
    """
    flags = [*own_flags, "--disable-logging", "--log-level=3"]
    if os.environ.get("QT_QPA_PLATFORM", "").startswith("offscreen"):
        flags.append("--disable-gpu")
    inherited = os.environ.get("QTWEBENGINE_CHROMIUM_FLAGS", "").split()
    inherited_flags = [flag for flag in inherited if flag not in CHROMIUM_FLAGS]
    os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] = " ".join(dict.fromkeys(inherited_flags + flags))
    if (
        sys.platform == "linux"
        and os.geteuid() == 0
        and "QTWEBENGINE_DISABLE_SANDBOX" not in os.environ
    ):
        # Chromium refuses to start as root with its sandbox;
        # a real kiosk or desk never runs as root.
        log.warning("running as root: the browser's sandbox is off; never do so where callers are")
        os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
    if sys.platform == "linux":
        # WORKAROUND: Chromium (dbus/bus.cc, "D-Bus connection was disconnected.
        # Aborting.") ends the whole program when the system's D-Bus restarts. Nothing of ours needs
        # it; keyring and screen readers use the session's.
        os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = "unix:path=/nonexistent"
    register_schemes()


def has_screen() -> bool:
    """False where no window can be shown: a server, a service."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def no_screen() -> str:
    """Return what is wrong without a screen, and what to do."""
    return _(
        "There is no screen here, and this program is a window. Start it in a desktop session, or "
        "set DISPLAY (X11) or WAYLAND_DISPLAY to a screen that this account may use."
    )


def _qt_message(kind: QtMsgType, context: object, text: str | None) -> None:
    if kind == QtMsgType.QtFatalMsg and "platform plugin" in (text or ""):
        # Qt ends the process when this returns, with SIGABRT and words for developers.
        print(no_screen(), file=sys.stderr, flush=True)
        os._exit(2)
    levels = {QtMsgType.QtDebugMsg: logging.DEBUG, QtMsgType.QtInfoMsg: logging.INFO}
    logging.getLogger("qt").log(levels.get(kind, logging.INFO), "%s", text)


def make_application(language: str) -> QApplication:
    """The application object; windows closing do not end it, the program's own stop does.

    Args:
        language: of Qt's own texts: dialogs, names of keys.
    """
    prepare_browser()
    qInstallMessageHandler(_qt_message)
    if sys.platform == "win32":
        # The taskbar shows our windows as ours, not as Python's ("Application User Model IDs").
        ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID("PosteExpert.Desk")
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    GarbageCollection(application)
    QGuiApplication.setDesktopFileName("poste-expert")
    application.setApplicationName("Poste Expert")
    application.setWindowIcon(QIcon(str(resource_path("icons/poste-expert.svg"))))
    translator = QTranslator(application)
    if translator.load(
        f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    ):
        application.installTranslator(translator)
    return application


def own_application() -> QApplication:
    """Return the application object of this process, which `make_application` made."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    return application


class GarbageCollection(QObject):
    """Python's garbage is collected in the windows' thread, between two events.

    By itself Python collects at any moment: a window that is part of a cycle, as a sign-in that is
    over, would be destroyed while Qt goes through its windows, and Qt would read freed memory.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # what the imports made lives as long as the program
        self._ticks = 0
        self._timer = QTimer(self)
        self._timer.setInterval(COLLECT_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def stop(self) -> None:
        """Python collects by itself again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def _tick(self) -> None:
        self._ticks += 1
        young, middle, _old = gc.get_count()
        most_young, most_middle, _ = gc.get_threshold()
        if self._ticks % WHOLE == 0:
            gc.collect()
        elif young > most_young:
            gc.collect(1 if middle > most_middle else 0)


class Program:
    """One program's life: its clock, its tasks, and the event that ends it.

    Attributes:
        built: the objects of a window are there and not started yet.
        shown: a person can use the window of these objects.
        failed: an error that nobody expected; the name of its class.
        starts_again: after its end the same command begins anew.
    """

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.tasks = Tasks(on_error=self._on_task_error)
        self.stop = asyncio.Event()
        self.built: Signal[object] = Signal()
        self.shown: Signal[object] = Signal()
        self.failed: Signal[str] = Signal()
        self.starts_again = False

    def restart(self) -> None:
        """Ends in order, then the same command begins anew."""
        self.starts_again = True
        self.stop.set()

    def _on_task_error(self, name: str, error: BaseException) -> None:
        log.error("task %s failed: %s", name, type(error).__name__, exc_info=error)
        self.failed.emit(type(error).__name__)

    async def connect(self, bus: BusClient) -> None:
        """Connects in the background: a bus that is away is tried again for ever."""
        try:
            await bus.connect()
        except SessionError as error:
            log.warning("the bus does not answer yet: %s", error.code)


Watch = Callable[[Program], None]
"""Given each program before it begins, by the command line; only a script watches."""


def run_application(
    main: Callable[[Program], Coroutine[Any, Any, None]],
    language: str,
    *,
    watch: Watch | None = None,
) -> int:
    """Runs `main` until its end inside Qt's loop.

    Returns:
        The exit code: 2 without a screen, `AGAIN` where `Program.restart` was wanted.
    """
    if not has_screen():
        print(no_screen(), file=sys.stderr)
        return 2
    application = make_application(language)
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    again = False

    async def life() -> None:
        nonlocal again
        program = Program()
        if watch is not None:
            watch(program)
        crash.install(lambda kind: loop.call_soon_threadsafe(program.failed.emit, kind))
        for name in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError, RuntimeError):
                loop.add_signal_handler(name, program.stop.set)
        try:
            await main(program)
        finally:
            again = program.starts_again
            await program.tasks.close()

    with loop:
        loop.run_until_complete(life())
    sys.stdout.flush()
    if again:
        return AGAIN
    return 0


def start_again() -> None:
    """Begins the same command anew. The last act of the process: its folder is its own until
    then.
    """
    subprocess.Popen(sys.orig_argv, start_new_session=True, creationflags=NO_WINDOW)


def media_devices() -> tuple[list[str], list[str]]:
    """(names of cameras, names of microphones) of this machine."""
    from PyQt6.QtMultimedia import QMediaDevices

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication(sys.argv[:1])
    cameras = [device.description() for device in QMediaDevices.videoInputs()]
    microphones = [device.description() for device in QMediaDevices.audioInputs()]
    del application
    return cameras, microphones


def voice_name() -> str:
    """Return the name of what speaks on this machine; "" when nothing does."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication(sys.argv[:1])
    voice = open_voice(0)
    del application
    if voice is not None:
        return voice.name
    return ""
