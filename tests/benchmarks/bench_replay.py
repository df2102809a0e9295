# SPDX-License-Identifier: GPL-3.0-only
"""`make bench-replay`: the helpdesk's replay over logs of 1,000 to 1,000,000 records, as its window
opens, plays and searches them.

Peer in the same run: rrweb-player (from the npm registry, `installers/bench_peers.sh replay`) over
the same page events, in the same engine; it has no other events, no list and no search. Each log is
measured in a process of its own. `--most 100000` leaves the largest out, for a look.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
from PyQt6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QApplication

from expert_app.runtime.window_program import make_application
from resources.texts import use_language
from session.core.clock import SystemClock
from session.log.playback.opened import OpenedLog
from session.log.playback.opening import open_log
from session.protocol.conversation import mirror
from tests.benchmarks import replay_log
from tests.benchmarks.table import Row, publish
from views.desk.shared_page.mirror_pane import MirrorPane
from views.replay.filters import EventFilter
from views.replay.timeline import Timeline
from views.replay.view import ReplayView
from views.replay.whole import whole_log
from views.widgets.plain_window import PlainWindow
from views.widgets.theme import apply_theme

SIZES = (1_000, 10_000, 100_000, 1_000_000)
SEEKS, PAGES, PLAY_S = 40, 12, 5.0
SEARCHES = ("panne", "papier", "kiosk page click", "www.caf.fr", "nothing of that kind")
PEER = Path(__file__).resolve().parents[2] / "build" / "peers" / "rrweb-player"
GOALS: dict[int, dict[str, float]] = {
    100_000: {"open": 1.0, "memory": 250.0, "seek": 0.2, "page": 0.5, "find": 0.3, "tick": 1 / 24},
    1_000_000: {"open": 3.0, "seek": 0.4, "page": 0.5},
}
STANDS_S = {1_000_000: 0.15}
"""The window's loop stands still no longer than this while a log opens; others: 0.1 s."""


def p95(values: list[float]) -> float:
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]


def spin(until: Callable[[], bool], timeout_s: float = 60.0) -> None:
    """Qt's loop lives until something is so."""
    loop, timer = QEventLoop(), QTimer()
    end_s = time.monotonic() + timeout_s

    def look() -> None:
        if until() or time.monotonic() > end_s:
            loop.quit()

    timer.timeout.connect(look)
    timer.start(2)
    loop.exec()
    timer.stop()


def wait(seconds: float) -> None:
    end_s = time.monotonic() + seconds
    spin(lambda: time.monotonic() >= end_s)


class Standstill:
    """The longest time in which the loop of the window did nothing else."""

    def __init__(self) -> None:
        self.longest_s = self.processor_s = 0.0
        self._last_s, self._last_cpu_s = time.monotonic(), time.thread_time()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._note)
        self._timer.start(1)

    def _note(self) -> None:
        now_s, cpu_s = time.monotonic(), time.thread_time()
        if now_s - self._last_s > self.longest_s:
            self.longest_s, self.processor_s = now_s - self._last_s, cpu_s - self._last_cpu_s
        self._last_s, self._last_cpu_s = now_s, cpu_s

    def stop(self) -> float:
        self._timer.stop()
        return self.longest_s


def memory_mb() -> float:
    """Of this process; the engine's processes draw the page whatever the log's length."""
    return float(psutil.Process().memory_info().rss) / 1_048_576


class _Painted(QObject):
    """Whether the timeline was painted since."""

    def __init__(self, view: ReplayView) -> None:
        timeline = view.findChild(Timeline)
        assert isinstance(timeline, Timeline)
        super().__init__(timeline)
        self.is_so = False
        timeline.installEventFilter(self)

    def eventFilter(self, _of: QObject | None, event: QEvent | None) -> bool:  # noqa: N802  (Qt's name)
        self.is_so = self.is_so or (event is not None and event.type() == QEvent.Type.Paint)
        return False


def _read(path: Path) -> OpenedLog:
    """As the programs read a log, in a thread of its own."""
    log = open_log(path)
    whole_log(log)
    return log


class Measured:
    """The window over one log."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.view = ReplayView(MirrorPane(), SystemClock())
        self._window = PlainWindow(self.view, "bench")
        self._window.resize(1280, 800)
        self._window.show()
        wait(2.0)
        self._chance = random.Random(11)

    def _paint(self) -> None:
        self._window.repaint()

    def open(self) -> dict[str, float]:
        """From the command to the first picture of the log."""
        before = memory_mb()
        standstill = Standstill()
        began_s, cpu_s = time.monotonic(), time.process_time()
        with ThreadPoolExecutor(1) as pool:
            reading = pool.submit(_read, self._path)
            spin(reading.done)
        painted = _Painted(self.view)
        self.view.show_log("bench", reading.result())
        spin(lambda: painted.is_so)
        took_s, spent_s = time.monotonic() - began_s, time.process_time() - cpu_s
        wait(0.3)
        return {
            "open": took_s,
            "open_cpu": spent_s,
            "memory": memory_mb() - before,
            "stands": standstill.stop(),
            "stands_cpu": standstill.processor_s,
        }

    def _moment(self) -> float:
        """Of the shared page, which is nearly all of the conversation."""
        pages = self.view.player.log.stretches
        return self._chance.uniform(pages[0].written_s, pages[-1].written_s)

    def seek(self) -> dict[str, float]:
        took, spent = [], []
        for _ in range(SEEKS):
            at_s = self._moment()
            began_s, cpu_s = time.monotonic(), time.thread_time()
            self.view.player.seek(at_s)
            self._paint()
            took.append(time.monotonic() - began_s)
            spent.append(time.thread_time() - cpu_s)
            wait(0.05)
        return {"seek": p95(took), "seek_cpu": p95(spent)}

    def page(self) -> dict[str, float]:
        """Until the page of a moment stands in the mirror."""
        took = []
        for _ in range(PAGES):
            before = self._pictures()
            began_s = time.monotonic()
            self.view.player.seek(self._moment())
            while self._pictures() <= before and time.monotonic() - began_s < 10:
                pass
            took.append(time.monotonic() - began_s)
        return {"page": p95(took)}

    def _pictures(self) -> int:
        return int(script(self.view.mirror.engine.page, "mirror.facts().pictures") or 0)

    def play(self) -> dict[str, float]:
        ticks: list[float] = []
        self.view.player.seek(self.view.player.duration_s * 0.3)
        self.view.set_speed(8)
        self.view.player.moved.connect(lambda: ticks.append(time.monotonic()))
        ticks.clear()
        self.view.player.play()
        wait(PLAY_S)
        self.view.player.pause()
        return {"tick": (ticks[-1] - ticks[0]) / max(1, len(ticks) - 1)}

    def find(self) -> dict[str, float]:
        took = []
        for words in SEARCHES:
            began_s = time.monotonic()
            self.view.side.set_filter(EventFilter(words=words))
            self._paint()
            took.append(time.monotonic() - began_s)
        self.view.side.set_filter(EventFilter())
        return {"find": max(took)}

    def page_events(self) -> str:
        """All rrweb events of the log, for the peer."""
        texts = [
            page_of(self.view.player.log, place)
            for place in range(len(self.view.player.log.stretches))
        ]
        return "[" + ",".join(text for text in texts if text) + "]"


def page_of(log: OpenedLog, place: int) -> str:
    chunk = log.chunk(log.stretches[place])
    return mirror.unpack(chunk.data).decode()[1:-1] if chunk is not None else ""


def script(page: Any, code: str, timeout_s: float = 60.0) -> Any:
    """What a script in a page answers."""
    answers: list[Any] = []
    page.runJavaScript(code, answers.append)
    spin(lambda: bool(answers), timeout_s)
    return answers[0] if answers else None


# ---- the peer


def measure_peer(events: str) -> dict[str, float]:
    """rrweb-player: open and seek, until the frame after it was painted."""
    view = QWebEngineView()
    view.resize(1280, 800)
    view.show()
    loaded: list[bool] = []
    view.loadFinished.connect(loaded.append)
    style = (PEER / "style.css").read_text("utf-8")
    view.setHtml(f"<!doctype html><style>{style}</style><div id=player></div>")
    spin(lambda: bool(loaded))
    page = view.page()
    script(page, (PEER / "player.js").read_text("utf-8") + ";1")
    script(page, "window.text = ''; 1")
    for begin in range(0, len(events), 1_000_000):
        script(page, f"text += {json.dumps(events[begin : begin + 1_000_000])}; 1")
    script(page, _PEER_STEPS)
    began_s = time.monotonic()
    script(page, "begin(); 1")
    while not script(page, "window.opened || 0") and time.monotonic() - began_s < 120:
        pass
    found = {"open": float(script(page, "opened")) / 1000}
    chance, seeks = random.Random(11), []
    for _ in range(PAGES):
        script(page, f"seek({chance.uniform(0.02, 0.98)}); 1")
        began_s = time.monotonic()
        while not script(page, "window.sought || 0") and time.monotonic() - began_s < 60:
            pass
        seeks.append(float(script(page, "sought") or 60_000) / 1000)
    view.close()
    return found | {"page": p95(seeks)}


_PEER_STEPS = """
  window.painted = (told) => requestAnimationFrame(() => requestAnimationFrame(told));
  window.begin = () => { const at = performance.now(); window.opened = 0;
    const make = window.rrwebPlayer.default || window.rrwebPlayer.Player || window.rrwebPlayer;
    window.player = new make({ target: document.getElementById('player'),
      props: { events: JSON.parse(text), autoPlay: false, width: 1000, height: 560 } });
    painted(() => { window.opened = performance.now() - at; }); };
  window.seek = (share) => { window.sought = 0; const at = performance.now();
    const all = player.getMetaData().totalTime;
    player.goto(share * all, false); painted(() => { window.sought = performance.now() - at; }); };
  1"""


# ---- all together


def measure(path: Path, with_peer: bool) -> dict[str, dict[str, float]]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_LOGGING_RULES", "*=false")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
    use_language("fr")
    application = make_application("fr")
    assert isinstance(application, QApplication)
    apply_theme(application, dark=False)
    window = Measured(path)
    ours = window.open()
    for part in (window.seek, window.page, window.play, window.find):
        ours |= part()
    peer = measure_peer(window.page_events()) if with_peer else {}
    return {"ours": ours, "peer": peer}


_METRICS = {
    "open": ("open to the first picture", "s", 1.0),
    "open_cpu": ("the same, processor time", "s", 1.0),
    "stands": ("the window stands still meanwhile", "ms", 1000.0),
    "stands_cpu": ("the same, processor time of the window", "ms", 1000.0),
    "memory": ("memory over an empty window", "MB", 1.0),
    "seek": ("seek, 95th percentile", "ms", 1000.0),
    "seek_cpu": ("the same, processor time", "ms", 1000.0),
    "page": ("page at a moment, 95th percentile", "ms", 1000.0),
    "tick": ("play 8x, between two ticks", "ms", 1000.0),
    "find": ("find, the slowest of five", "ms", 1000.0),
}


def rows_of(number: int, found: dict[str, dict[str, float]]) -> list[Row]:
    ours, peer = found["ours"], found["peer"]
    goals = GOALS.get(number, {}) | {"stands": STANDS_S.get(number, 0.1)}
    rows = []
    for key, (words, unit, times) in _METRICS.items():
        goal, other = goals.get(key), peer.get(key)
        rows.append(
            Row(
                f"{number:,}: {words}",
                unit,
                ours[key] * times,
                None if other is None else other * times,
                "rrweb-player" if other is not None else "",
                None if goal is None else goal * times,
                cause="the machine is shared" if ours.get(f"{key}_cpu", 9e9) < (goal or 0) else "",
            )
        )
    return rows


def main() -> int:
    """All logs, each in a process of its own; or one, told as JSON."""
    parser = argparse.ArgumentParser(prog="bench-replay")
    parser.add_argument("--most", type=int, default=SIZES[-1])
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.one is not None:
        print(json.dumps(measure(wanted.one, wanted.peer)), flush=True)
        os._exit(0)  # the browser engine's own end takes seconds and may complain
    rows: list[Row] = []
    has_peer = (PEER / "player.js").exists()
    with tempfile.TemporaryDirectory() as folder:
        for number in [size for size in SIZES if size <= wanted.most]:
            path = Path(folder) / f"{number}.jsonl"
            replay_log.write(number, path)
            command = [sys.executable, "-m", "tests.benchmarks.bench_replay", "--one", str(path)]
            command += ["--peer"] if has_peer and number <= 100_000 else []
            told = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=900).stdout
            rows += rows_of(number, json.loads(told.splitlines()[-1]))
            path.unlink()
    if not has_peer:
        print("rrweb-player is not here: installers/bench_peers.sh replay brings it")
    return publish("replay", rows)


if __name__ == "__main__":
    sys.exit(main())
