# SPDX-License-Identifier: GPL-3.0-only
"""The caller's browser in processes of its own, and their window in the kiosk's screen.

Used by the wiring of the kiosk. One process serves a caller; from the first page on a spare one
waits, so that a page after a browser's death, and the next caller, wait for no start. The end of a
process and of its folder is the wipe. Nothing here waits for a browser: one that is silent, floods,
grows or dies is replaced, and the caller is reported.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PyQt6.QtCore import QObject, QProcess, QProcessEnvironment, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QGuiApplication, QHideEvent, QResizeEvent, QShowEvent, QWindow
from PyQt6.QtWidgets import QFrame, QVBoxLayout, QWidget

from session.core.child_process import Leash, kill_at_once, tied_command
from session.core.clock import Clock
from session.core.process_tree import BROWSER_MEMORY_BYTES, memory_bytes, session_members
from session.kiosk.cobrowse import browser_messages as messages
from session.kiosk.cobrowse.browser_frames import FactReader, FramesWrong, frame
from session.kiosk.wipe import open_web_folder
from views.kiosk.browser.touch_watch import TouchWatch

log = logging.getLogger(__name__)

EMBEDS = ("xcb", "windows")
"""Qt's platforms that can show another program's window in ours."""
UNSEEN = ("offscreen", "minimal")
"""Platforms on which nobody sees anything: the browser's window needs no place there."""

SPARE_AFTER_MS = 2_000
"""After a page that is loaded: who opens none needs no second browser, nor its memory."""
PULSE_MS = 500
SILENT_PULSES, LOST_PULSES = 2, 24
"""Unanswered pulses until the caller is told, and until the process is replaced."""
STUCK_PAGE_MS = 3_000
"""A page that is busy for longer is said to be silent; a large one is busy for a second or two."""
_UNREAD_BYTES = 4 << 20
ENDS_WITHIN_S = 30.0
"""A killed process of a busy machine is given so long to end before it counts as left.

Four seconds were too few: both screens said that not everything could be wiped, although it then
was. An alarm means that a person must come, so it is never taken back; the page of thanks stays
until the outcome is known, and nobody begins at this kiosk before.
"""
STOPS_WITHIN_S = 8.0
"""The same when the program itself stops; its next start removes what is left."""
_END_LOOK_MS, _LATE_LOOK_MS, _EARLY_S = 20, 250, 2.0
"""How often it is looked at, at first and then."""

_FOLDERS = ("TMPDIR", "MESA_SHADER_CACHE_DIR", "__GL_SHADER_DISK_CACHE_PATH")
"""Where the engine and the drivers of graphics (Mesa, NVIDIA) put what they keep: what a page has
drawn, too, so it goes with the folder.
"""

PageCommand = Callable[[Path], Sequence[str]]
"""Gives the command line of a browser for this folder."""


def can_show_pages() -> bool:
    """False on a display that cannot show another program's window (native Wayland, macOS)."""
    return QGuiApplication.platformName() in (*EMBEDS, *UNSEEN)


class PageProcess(QObject):
    """One browser's process.

    Args:
        command: its command line.
        runtime: where its folder is made.

    Signals:
        reported(BrowserFact, bytes): what it said.
        made(int): it is ready; its window's number.
        lost(greedy): it has died, or is not listened to any more because it wanted too much.
    """

    reported = pyqtSignal(object, bytes)
    made = pyqtSignal(int)
    lost = pyqtSignal(bool)

    def __init__(
        self, command: PageCommand, runtime: Path, *, clock: Clock, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._folder = open_web_folder(runtime)
        self._clock = clock
        self._reader = FactReader(clock)
        self._open = True
        self.unanswered = 0
        self.window: int | None = None
        self._pid = 0
        self._leash = Leash()
        self._process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("QT_QPA_PLATFORM", QGuiApplication.platformName())
        for name in _FOLDERS:
            environment.insert(name, str(self._folder))
        self._process.setProcessEnvironment(environment)
        self._process.setProcessChannelMode(QProcess.ProcessChannelMode.ForwardedErrorChannel)
        self._process.readyReadStandardOutput.connect(self._on_bytes)
        self._process.started.connect(self._on_started)
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_error)
        program, *arguments = tied_command(list(command(self._folder)))
        self._process.start(program, arguments)

    @property
    def pid(self) -> int:
        """The process; 0 before it runs."""
        return self._pid

    def _on_started(self) -> None:
        self._pid = self._process.processId()
        try:
            self._leash.tie(self._pid)
        except OSError as error:
            log.warning("the browser is not bound to our life: %s", type(error).__name__)

    def obey(self, command: messages.BrowserCommand) -> None:
        """Passes a command on; a browser that does not read is given up."""
        if not self._open:
            return
        if self._process.bytesToWrite() > _UNREAD_BYTES:
            self._on_lost(greedy=False)
        else:
            self._process.write(frame(command))

    def memory_bytes(self) -> int:
        """Return what it and its children hold."""
        if self._pid:
            return memory_bytes(session_members(self._pid))
        return 0

    def give_up(self) -> None:
        """It wanted too much: it is killed and not listened to any more."""
        self._on_lost(greedy=True)

    def _on_bytes(self) -> None:
        data = bytes(self._process.readAllStandardOutput().data())
        try:
            if self._open:
                facts = self._reader.feed(data)
            else:
                facts = []
        except FramesWrong:
            log.warning("the browser said what it may not, or too much")
            self._on_lost(greedy=True)
            return
        for fact, body in facts:
            self._take(fact, body)

    def _take(self, fact: messages.BrowserFact, body: bytes) -> None:
        if not self._open:
            return
        match fact:
            case messages.WindowMade(window=window):
                if window != self.window:
                    self.window = window
                    self.made.emit(window)
            case messages.PageSilent():
                log.warning("the browser speaks for its watch")
            case _:
                self.reported.emit(fact, body)

    def _on_finished(self) -> None:
        self._on_lost(greedy=False)

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            log.error("the browser cannot be started")
            self._on_lost(greedy=False)

    def _on_lost(self, *, greedy: bool) -> None:
        if self._open:
            self._open = False
            self._kill()
            self.lost.emit(greedy)

    def _kill(self) -> None:
        self._process.kill()
        for member in session_members(self._pid) if self._pid else ():
            try:
                kill_at_once(member)
            except OSError as error:
                log.debug("not killed: %s", type(error).__name__)

    # ---- the end ----

    def end(self, on_gone: Callable[[bool], None], *, within_s: float = ENDS_WITHIN_S) -> None:
        """Kills the process and its children and removes the folder.

        Args:
            on_gone: called once, as soon as nothing of it is left (True), or when something still
                is after `within_s` (False).
        """
        self._open = False
        self._kill()
        self._check_ended(on_gone, self._clock.monotonic_s(), within_s)

    def _check_ended(
        self, on_gone: Callable[[bool], None], since_s: float, within_s: float
    ) -> None:
        running = self._process.state() != QProcess.ProcessState.NotRunning
        gone = not running and not (self._pid and session_members(self._pid))
        if gone:
            shutil.rmtree(self._folder, ignore_errors=True)
            gone = not self._folder.exists()
        waited_s = self._clock.monotonic_s() - since_s
        if not gone and waited_s < within_s:
            self._kill()
            QTimer.singleShot(
                _END_LOOK_MS if waited_s < _EARLY_S else _LATE_LOOK_MS,
                lambda: self._check_ended(on_gone, since_s, within_s),
            )
            return
        if not gone:
            log.error("something of the caller's browser is left")
        on_gone(gone)
        self.deleteLater()


class PagePlace(QFrame):
    """The place of the browser's window in the kiosk's screen.

    Signals:
        resized(): it has another size.
        shown(): it is on the screen.
        hidden(): it is not any more.
    """

    resized = pyqtSignal()
    shown = pyqtSignal()
    hidden = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("browser_page")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._container: QWidget | None = None

    def show_window(self, window: int) -> None:
        """Puts another program's window here, where the display can."""
        self.clear()
        if QGuiApplication.platformName() not in EMBEDS:
            return
        foreign = QWindow.fromWinId(window)  # type: ignore[arg-type]  # takes a number as well
        if foreign is None:
            log.error("the browser's window cannot be shown here")
            return
        self._container = QWidget.createWindowContainer(foreign, self)
        # With a window of its own around it, the browser's stands at 0, 0 wherever that one goes.
        self._container.setAttribute(Qt.WidgetAttribute.WA_NativeWindow)
        self._column.addWidget(self._container)

    def clear(self) -> None:
        """Nothing stands here."""
        if self._container is not None:
            self._container.hide()
            self._container.setParent(None)
            self._container.deleteLater()
            self._container = None

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Tells the new size."""
        super().resizeEvent(event)
        self.resized.emit()

    def showEvent(self, event: QShowEvent | None) -> None:
        """Tells it."""
        super().showEvent(event)
        self.shown.emit()

    def hideEvent(self, event: QHideEvent | None) -> None:
        """Tells it."""
        super().hideEvent(event)
        self.hidden.emit()


@dataclass(frozen=True, kw_only=True)
class PageLimits:
    """The share of the kiosk that a browser may take.

    Attributes:
        memory_bytes: of its processes together.
    """

    memory_bytes: int = BROWSER_MEMORY_BYTES


class PageProcesses(QObject):
    """The caller's browser, and the spare one; satisfies `views.kiosk.browser.pane.PageSide`.

    Args:
        command: the browser's command line.
        runtime: where the browsers' folders are made.

    Signals:
        reported(BrowserFact, bytes): what the caller's browser said, or what is said of it.
    """

    reported = pyqtSignal(object, bytes)

    def __init__(
        self,
        command: PageCommand,
        runtime: Path,
        *,
        clock: Clock,
        limits: PageLimits | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._command = command
        self._runtime = runtime
        self._clock = clock
        self._limits = limits or PageLimits()
        self._kept: dict[type[messages.BrowserCommand], messages.BrowserCommand] = {}
        self._place = PagePlace()
        self._place.resized.connect(self._on_resized)
        self._place.hidden.connect(self._take_keyboard)
        self._silent = self._closed = False
        self._page_waits_ms = 0
        self._spare: PageProcess | None = None
        self._now: PageProcess | None = None
        self._spare_timer = QTimer(self)
        self._spare_timer.setSingleShot(True)
        self._spare_timer.setInterval(SPARE_AFTER_MS)
        self._spare_timer.timeout.connect(self._start_spare)
        self._pulse = QTimer(self)
        self._pulse.setInterval(PULSE_MS)
        self._pulse.timeout.connect(self._on_pulse)
        self._pulse.start()
        self._touches = TouchWatch(self)
        self._touches.touched.connect(self._take_keyboard)
        self._place.shown.connect(self._watch_touches)

    @property
    def widget(self) -> QWidget:
        """The widget where the page is seen."""
        return self._place

    @property
    def pid(self) -> int:
        """The process of the caller's browser; 0 when there is none."""
        if self._now is None:
            return 0
        return self._now.pid

    @property
    def spare_ready(self) -> bool:
        """True if the next browser waits already."""
        return self._spare is not None and self._spare.window is not None

    def prepare(self) -> None:
        """Starts the caller's browser, unless it runs: somebody waits for an agent.

        The first page starts it otherwise. While nobody is there, no browser takes memory.
        """
        if self._now is None and not self._closed:
            self._use(self._start())

    # ---- PageSide ----

    def obey(self, command: messages.BrowserCommand) -> None:
        """Passes a command on; what a browser that starts later must know as well is kept."""
        match command:
            case messages.AllowPages() | messages.UseAppearance() | messages.MayAct():
                self._kept[type(command)] = command
            case messages.LoadPage():
                self.prepare()
                if self._spare is None and not self._spare_timer.isActive():
                    self._spare_timer.start()
            case messages.EndPage() if self._is_silent_for(SILENT_PULSES):
                self._on_lost(False)
                return
            case messages.ShareBegin():
                self._kept[messages.ShareBegin] = command
            case messages.ShareEnd():
                self._kept.pop(messages.ShareBegin, None)
        if self._now is not None:
            self._now.obey(command)

    def _is_silent_for(self, pulses: int) -> bool:
        return self._now is not None and self._now.unanswered > pulses

    def forget(self, on_gone: Callable[[bool], None]) -> None:
        """Ends the caller's browser, and the spare one, which nobody needs before the next caller.

        Args:
            on_gone: called once, after `ENDS_WITHIN_S` at the latest; True when its processes and
                its folder are gone.
        """
        self._kept = {
            kind: command for kind, command in self._kept.items() if kind is messages.UseAppearance
        }
        spare = self._take_spare()
        now = self._let_go()
        self._end([process for process in (now, spare) if process is not None], on_gone)

    def close(self, on_gone: Callable[[bool], None]) -> None:
        """Ends all browsers: the kiosk's program stops."""
        self._closed = True
        self._pulse.stop()
        self._spare_timer.stop()
        self._place.clear()
        ends = [process for process in (self._now, self._spare) if process is not None]
        self._spare = None
        self._end(ends, on_gone, within_s=STOPS_WITHIN_S)

    # ---- processes ----

    @staticmethod
    def _end(
        processes: Sequence[PageProcess],
        on_gone: Callable[[bool], None],
        *,
        within_s: float = ENDS_WITHIN_S,
    ) -> None:
        """Ends browsers; calls back once, when the last one is gone."""
        results: list[bool] = []

        def on_one_gone(gone: bool) -> None:
            results.append(gone)
            if len(results) == len(processes):
                on_gone(all(results))

        if not processes:
            QTimer.singleShot(0, lambda: on_gone(True))
        for process in processes:
            process.end(on_one_gone, within_s=within_s)

    def _start(self) -> PageProcess:
        return PageProcess(self._command, self._runtime, clock=self._clock, parent=self)

    def _start_spare(self) -> None:
        if self._spare is None and not self._closed:
            self._spare = spare = self._start()
            spare.lost.connect(lambda _greedy: self._on_spare_lost(spare))

    def _on_spare_lost(self, spare: PageProcess) -> None:
        if self._spare is spare:
            self._spare = None
            spare.end(lambda _gone: None)
            if not self._closed:
                self._spare_timer.start()

    def _replace(self) -> None:
        """Puts the spare browser, or a new one, in the place of one that is lost."""
        spare = self._take_spare()
        lost = self._let_go()
        if lost is not None:
            lost.end(lambda _gone: None)
        self._use(spare or self._start())

    def _take_spare(self) -> PageProcess | None:
        self._spare_timer.stop()
        spare, self._spare = self._spare, None
        if spare is not None:
            spare.lost.disconnect()
        return spare

    def _let_go(self) -> PageProcess | None:
        """Returns what was the caller's browser, which tells nobody anything any more."""
        old, self._now = self._now, None
        self._place.clear()
        if old is not None:
            old.reported.disconnect()
            old.lost.disconnect()
            old.made.disconnect()
        return old

    def _use(self, process: PageProcess) -> None:
        """Makes it the caller's browser from now on."""
        self._now = process
        self._page_waits_ms = 0
        process.unanswered = 0
        process.reported.connect(self._on_reported)
        process.made.connect(self._on_made)
        process.lost.connect(self._on_lost)
        if process.window is not None:
            self._on_made(process.window)
        for command in self._kept.values():
            process.obey(command)

    def _on_made(self, window: int) -> None:
        self._place.show_window(window)
        self._on_resized()

    def _on_resized(self) -> None:
        if self._now is not None and self._now.window is not None:
            self._now.obey(messages.ShowWindow(self._place.width(), self._place.height()))

    def _on_lost(self, greedy: bool) -> None:
        log.warning("the caller's browser is gone%s", ": it wanted too much" if greedy else "")
        self._replace()
        self._set_silent(False)
        self.reported.emit(messages.PageDied(greedy), b"")

    def _on_reported(self, fact: messages.BrowserFact, body: bytes) -> None:
        if isinstance(fact, messages.PageAlive):
            if self._now is not None:
                self._now.unanswered = 0
            self._page_waits_ms = fact.waits_ms
        else:
            self.reported.emit(fact, body)

    # ---- the watch ----

    def _on_pulse(self) -> None:
        now = self._now
        if now is None or now.window is None:
            return
        if now.memory_bytes() > self._limits.memory_bytes:
            now.give_up()
            return
        if now.unanswered > LOST_PULSES:
            self._on_lost(False)
            return
        self._set_silent(now.unanswered > SILENT_PULSES or self._page_waits_ms > STUCK_PAGE_MS)
        now.unanswered += 1
        now.obey(messages.AnswerAlive())

    def _set_silent(self, silent: bool) -> None:
        if silent != self._silent:
            self._silent = silent
            self.reported.emit(messages.PageSilent(silent), b"")

    # ---- the keyboard ----

    def _watch_touches(self) -> None:
        if (window := self._place.window()) is not None:
            self._touches.watch(window.windowHandle())

    def _take_keyboard(self) -> None:
        """A touch on the screen brings the keyboard back from the page's window."""
        window = self._place.window()
        if window is not None and window.isVisible() and QGuiApplication.focusWindow() is None:
            window.activateWindow()
