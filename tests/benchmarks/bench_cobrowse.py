# SPDX-License-Identifier: GPL-3.0-only
"""`make bench-cobrowse`: the shared page, from a change at the kiosk to the paint at the desk, and
what it costs.

Peers in the same run: the same minute of browsing as VP8 video of five pictures a second, and as a
VNC stream (`peer_pixels`). The narrow line is `narrow_line`. Seconds: `--minute 20` makes the
minute shorter, for a look.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from PyQt6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PyQt6.QtGui import QInputMethodEvent, QMouseEvent
from PyQt6.QtWidgets import QApplication

from session.desk.cobrowse.remote_control import Spot
from tests.benchmarks.cobrowse_ends import Ends, shared
from tests.benchmarks.cobrowse_sites import rows_of, visits
from tests.benchmarks.narrow_line import NarrowLine
from tests.benchmarks.peer_pixels import FPS, Tight, Vp8
from tests.benchmarks.table import Row, publish
from tests.fidelity.pictures import pixels_of
from tests.support.cobrowse_pages import WebServer
from tests.support.cobrowse_stage import script
from tests.support.qt_loop import QtLoop
from views.desk.shared_page.mirror_engine import register_schemes
from views.desk.shared_page.mirror_pane import MirrorPane

CHROMIUM = "--disable-gpu --disable-logging --log-level=3 --js-flags=--expose-gc"
"""With `gc()` in pages: the hour is fed in a minute, faster than the engine collects by itself."""

CHANGES, CLICKS = 120, 40
HOUR_EVENTS, HOUR_PICTURES = 100_000, 60
CORPUS = Path(__file__).resolve().parent.parent / "data" / "pages"

# A mark in the mirror, or in its first line, that changes is noted with the time at which its frame
# was painted.
# rrweb changes the mirror inside an animation frame: then the first task after it comes after the
# paint; else a frame is waited for.
WATCH = """(() => { const painted = window.painted = {}, last = {}; let seen = null, frameEnd = 0;
  const real = window.requestAnimationFrame;
  window.requestAnimationFrame = (turn) => real(
    (at) => { turn(at); frameEnd = performance.now(); });
  const look = () => ['sight', 'mark'].forEach((id) => {
    const now = mirror.document()?.getElementById(id)?.textContent;
    if (!now || now === last[id]) return;
    last[id] = now;
    const after = new MessageChannel();
    after.port1.onmessage = () => { painted[now] = performance.timeOrigin + performance.now(); };
    const paint = () => after.port2.postMessage(0);
    if (performance.now() - frameEnd < 1) paint(); else real(paint); });
  const follow = () => { const page = mirror.document();
    if (page && page !== seen) { seen = page;
      const all = {subtree: true, childList: true, characterData: true};
      new MutationObserver(look).observe(page, all); }
    look(); setTimeout(follow, 5); };
  follow(); })()"""
MARKED = (
    "<body><h1>Mesure</h1><p id=mark></p>"
    "<button id=b style='width:200px;height:60px'>Toucher</button><p>%s</p></body>"
)
NOW = "performance.timeOrigin + performance.now()"


def percentile(values: list[float], percent: int) -> float:
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


# ---- how long it takes


async def changes(ends: Ends) -> list[float]:
    """Milliseconds from a change of the page to its paint at the desk."""
    await ends.open(ends.web.page("/t/mesure.html", MARKED % ("texte " * 200)))
    ends.share()
    await ends.in_shell_until("mirror.document() && !!mirror.document().getElementById('mark')")
    await ends.in_shell(WATCH)
    await ends.in_page(
        f"window.told = {{}}; let n = 0; setInterval(() => {{ if (n >= {CHANGES}) return; n++; "
        f"told['c' + n] = {NOW};"
        "document.getElementById('mark').textContent = 'c' + n }, 90)"
    )
    await asyncio.sleep(CHANGES * 0.09 + 1)
    told = json.loads(await ends.in_page("JSON.stringify(told)"))
    painted = json.loads(await ends.in_shell("JSON.stringify(painted)"))
    return [painted[name] - at for name, at in told.items() if name in painted]


async def clicks(ends: Ends) -> list[float]:
    """Milliseconds from the agent's click on a mirrored button to its effect on the desk's
    screen.
    """
    await ends.in_page(
        "let k = 0; document.getElementById('b').onclick = () => {"
        "document.getElementById('mark').textContent = 'k' + ++k }"
    )
    node = await ends.in_shell(
        "mirror.visible().replayer.getMirror().getId(mirror.document().getElementById('b'))"
    )
    found = []
    for number in range(1, CLICKS + 1):
        began_ms = time.time() * 1000
        ends.control.click(Spot(ends.kiosk.epoch, int(node), 0.5, 0.5))
        at = await ends.in_shell_until(f"painted['k{number}'] || 0")
        found.append(float(at) - began_ms)
        await asyncio.sleep(0.12)
    return found


async def first_paint(ends: Ends, rows: int) -> tuple[float, float, int]:
    """Milliseconds from the kiosk's "document is ready" to the paint of its first line and of its
    end at the desk, and its elements.
    """
    table = "".join(
        f"<tr>{''.join(f'<td>{(n * 8 + c) * 7919 % 99991}' for c in range(8))}" for n in range(rows)
    )
    body = f"<p id=sight>vue{rows}</p><table>{table}</table><p id=mark>fin{rows}</p>"
    await ends.open(ends.web.page(f"/t/table{rows}.html", f"<body>{body}</body>"))
    seen = await ends.in_shell_until(f"painted['vue{rows}'] || 0")
    at = await ends.in_shell_until(f"painted['fin{rows}'] || 0")
    ready = await ends.in_page(
        "performance.timeOrigin + "
        "performance.getEntriesByType('navigation')[0].domContentLoadedEventStart"
    )
    elements = int(await ends.in_page("document.getElementsByTagName('*').length"))
    return float(seen) - float(ready), float(at) - float(ready), elements


# ---- a minute of browsing


def _move(ends: Ends, at: QPointF) -> None:
    target = ends.page_view.view.focusProxy()
    assert target is not None
    nothing = Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, at, at, nothing, nothing, Qt.KeyboardModifier.NoModifier
    )
    QCoreApplication.postEvent(target, event)


def _type(ends: Ends, letter: str) -> None:
    target = ends.page_view.view.focusProxy()
    assert target is not None
    event = QInputMethodEvent()
    event.setCommitString(letter)
    QCoreApplication.sendEvent(target, event)


async def minute(ends: Ends, seconds: float, each_tick: Callable[[], None] = lambda: None) -> None:
    """Five pages of a public service, a form filled, 65 turns of the wheel, the mouse moving a
    third of the time.
    """
    site, step_s = ends.web.site, 0.05
    pages = [
        site + name for name in ("index.html", "formulaire.html", "droits.html", "transports.html")
    ]
    pages.append(ends.web.address + "/t/table_200.html")
    ticks = round(seconds / len(pages) / step_s)
    words = "Martin de la Tour "
    for address in pages:
        ends.browser.open(address)
        for tick in range(ticks):
            started_s = time.monotonic()
            if 40 < tick < 120:
                _move(ends, QPointF(200 + tick * 5, 150 + (tick * 13) % 300))
            if tick % 18 == 17:
                ends.page.runJavaScript("scrollBy(0, 70)", 0)
            if address.endswith("formulaire.html") and tick == 45:
                ends.page_view.view.setFocus()
                ends.page.runJavaScript("document.getElementById('nom').focus()", 0)
            if (
                address.endswith("formulaire.html")
                and 50 <= tick < 50 + 5 * len(words)
                and tick % 5 == 0
            ):
                _type(ends, words[(tick - 50) // 5])
            if address.endswith("formulaire.html") and tick == 170:
                ends.page.runJavaScript("document.getElementById('couple').click()", 0)
            each_tick()
            await asyncio.sleep(max(0.0, step_s - (time.monotonic() - started_s)))


class Processor:
    """Seconds of processor that the kiosk's page used, whichever process runs it."""

    def __init__(self, ends: Ends) -> None:
        self.used_s = 0.0
        self._ends = ends
        self._last: tuple[int, float] = (-1, 0.0)

    def look(self) -> None:
        """To be called often."""
        try:
            process = self._ends.renderer()
            times = process.cpu_times()
        except (psutil.Error, ValueError):
            return
        now_s = times.user + times.system
        if self._last[0] == process.pid:
            self.used_s += now_s - self._last[1]
        self._last = (process.pid, now_s)


class Filming:
    """Gives every fourth tick's picture (five a second) to the peers."""

    def __init__(self, ends: Ends) -> None:
        self.video, self.vnc = Vp8(), Tight()
        self._ends, self._ticks = ends, 0

    def look(self) -> None:
        """To be called twenty times a second."""
        self._ticks += 1
        if self._ticks % (20 // FPS) == 0:
            pixels = pixels_of(self._ends.page_view.view)
            self.video.add(pixels)
            self.vnc.add(pixels)


# ---- the page's own scripts

UNFELT_MS = 0.5
"""A thirtieth of a frame. Five thousand changes in one turn of a script make the browser write as
many records for whoever observes the page, at some 50 ns each; the clock counts tenths of a
millisecond.
"""

ORDINARY = """(async () => { const times = [];
  for (let round = 0; round < 30; round++) { const begun = performance.now();
    for (let again = 0; again < 25; again++) for (const row of document.querySelectorAll('tr'))
      row.hidden = !row.textContent.includes(String((round + again) % 7));
    const count = document.querySelectorAll('tr:not([hidden])').length;
    document.querySelector('h1').textContent = count + ' paiements';
    const own = performance.now() - begun;
    const c = new MessageChannel();
    await new Promise((done) => { c.port1.onmessage = done; c.port2.postMessage(0) });
    times.push([own, performance.now() - begun]);
    await new Promise((done) => setTimeout(done, 60)); }
  window.spent = times })(); 0"""
VALIDATING = """(async () => { const times = []; let sum = 0;
  for (let round = 0; round < 30; round++) { const begun = performance.now();
    for (let n = 0; n < 40000; n++)
      sum += /^[A-ZÉÈ][a-zéèç-]+ \\\\d{2}$/u.test('Éloïse ' + (n % 100)) ? n : 1;
    const data = JSON.parse(JSON.stringify(Array.from({length: 400}, (_, n) => ({n, sum}))));
    document.querySelector('h1').textContent = 'Total ' + data.length + ' ' + round;
    const own = performance.now() - begun;
    const c = new MessageChannel();
    await new Promise((done) => { c.port1.onmessage = done; c.port2.postMessage(0) });
    times.push([own, performance.now() - begun]);
    await new Promise((done) => setTimeout(done, 60)); }
  window.spent = times })(); 0"""


async def script_ms(ends: Ends, code: str) -> tuple[float, float]:
    """Milliseconds of a turn of the page's script, and until the page is free again:
    lower quartiles of 30.

    The quartile and not the median: other programs only make it longer.
    """
    await ends.open(ends.web.address + "/t/table_200.html")
    await asyncio.sleep(0.8)
    await ends.in_page("window.spent = null; " + code)
    for _look in range(300):
        await asyncio.sleep(0.2)
        if spent := await ends.in_page("window.spent"):
            return percentile([own for own, _free in spent], 25), percentile(
                [free for _own, free in spent], 25
            )
    raise TimeoutError("the page's script does not end")


# ---- an hour


def _element(number: int, tag: str, children: list[Any], **attributes: str) -> dict[str, Any]:
    return {
        "type": 2,
        "tagName": tag,
        "attributes": attributes,
        "childNodes": children,
        "id": number,
    }


def _picture(at_ms: int) -> list[dict[str, Any]]:
    lines = [
        _element(10 + 2 * n, "p", [{"type": 3, "textContent": f"ligne {n}", "id": 11 + 2 * n}])
        for n in range(400)
    ]
    page = _element(2, "html", [_element(3, "head", []), _element(4, "body", lines)])
    return [
        {"type": 4, "data": {"href": "http://h/", "width": 978, "height": 638}, "timestamp": at_ms},
        {
            "type": 2,
            "data": {
                "node": {"type": 0, "childNodes": [page], "id": 1},
                "initialOffset": {"left": 0, "top": 0},
            },
            "timestamp": at_ms,
        },
    ]


def _text_change(number: int, at_ms: int) -> dict[str, Any]:
    text = {"id": 11 + 2 * (number % 400), "value": f"ligne {number} changée"}
    data = {"source": 0, "texts": [text], "attributes": [], "removes": [], "adds": []}
    return {"type": 3, "data": data, "timestamp": at_ms}


async def hour(pane: MirrorPane) -> tuple[float, float]:
    """Megabytes that the mirror's own process keeps after a sixth of an hour's events, and in its
    last quarter.
    """
    sizes: list[float] = []
    early, late = (5, 7, 9), range(HOUR_PICTURES - 13, HOUR_PICTURES, 3)
    per_picture = HOUR_EVENTS // HOUR_PICTURES
    told = 0

    for picture in range(HOUR_PICTURES):
        events = [*_picture(told), *(_text_change(n, told + n) for n in range(per_picture))]
        for start in range(0, len(events), 200):
            pane.feed(json.dumps(events[start : start + 200]))
        told += len(events)
        for _look in range(2400):
            await asyncio.sleep(0.05)
            if (
                int(await script(pane.engine.page, "window.mirror ? mirror.facts().events : 0"))
                >= told
            ):
                break
        await asyncio.sleep(0.3)  # the frames that are due
        if picture in early or picture in late:
            await script(pane.engine.page, "gc(); gc(); 0")
            await asyncio.sleep(1)
            sizes.append(
                psutil.Process(pane.engine.page.renderProcessPid()).memory_full_info().uss
                / (1 << 20)
            )
    return statistics.median(sizes[: len(early)]), statistics.median(sizes[len(early) :])


# ---- the run


async def measure_loopback(web: WebServer, folder: Path, seconds: float) -> list[Row]:
    rows: list[Row] = []
    async with shared(folder, web) as ends:
        found = await changes(ends)
        rows.append(
            Row("change at the kiosk -> painted", "ms, median", percentile(found, 50), goal=40)
        )
        rows.append(
            Row("change at the kiosk -> painted", "ms, p95", percentile(found, 95), goal=90)
        )
        touched = await clicks(ends)
        rows.append(
            Row(
                "agent's click -> effect at the desk",
                "ms, median",
                percentile(touched, 50),
                goal=80,
            )
        )
        rows.append(Row("agent's click -> effect at the desk", "ms, p95", percentile(touched, 95)))
        for count, goal in ((330, 350), (2220, 1500)):
            seen, whole, elements = await first_paint(ends, count)
            case = f"what the caller sees, {elements} elements"
            rows.append(Row(case, "ms until painted", seen, goal=300))
            rows.append(Row(f"the whole of {elements} elements", "ms", whole, goal=goal))
        rows += await measure_scripts(ends)
        rows += await measure_minute(ends, seconds)
    return rows


async def measure_scripts(ends: Ends) -> list[Row]:
    cases = (("filters a table", ORDINARY), ("checks and computes", VALIDATING))
    watched = [await script_ms(ends, code) for _name, code in cases]
    ends.consent.take_back(*ends.consent.given)
    alone = [await script_ms(ends, code) for _name, code in cases]
    rows: list[Row] = []
    for (name, _code), (own, free), (own_alone, free_alone) in zip(
        cases, watched, alone, strict=True
    ):
        goal = max(own_alone * 1.1, own_alone + UNFELT_MS)
        rows.append(Row(f"page {name}", "ms of script", own, own_alone, "not shared", goal))
        rows.append(Row(f"page {name}", "ms until free", free, free_alone, "not shared"))
    return rows


async def measure_minute(ends: Ends, seconds: float) -> list[Row]:
    """Three times the same: alone, shared, and filmed."""
    alone = Processor(ends)
    await minute(ends, seconds, alone.look)
    ends.share()
    await asyncio.sleep(0.5)
    recorded = Processor(ends)
    before = ends.wire.bytes, ends.wire.messages
    await minute(ends, seconds, recorded.look)
    ours, messages = ends.wire.bytes - before[0], ends.wire.messages - before[1]
    filming = Filming(ends)
    await minute(ends, seconds, filming.look)
    scale = 60 / seconds
    case = f"{seconds:.0f} s of browsing"
    return [
        Row(case, "kB on the wire", ours * scale / 1000, goal=50),
        Row(case, "messages", messages * scale),
        Row(
            case,
            "kB",
            ours / 1000,
            filming.video.bytes / 1000,
            "VP8, 5 pictures a second",
            filming.video.bytes / 30_000,
        ),
        Row(
            case,
            "kB",
            ours / 1000,
            filming.vnc.bytes / 1000,
            "VNC, tight",
            filming.vnc.bytes / 30_000,
        ),
        Row(
            "recorder while browsing",
            "% of a core",
            (recorded.used_s - alone.used_s) / seconds * 100,
            goal=3,
        ),
    ]


async def measure_narrow(web: WebServer, folder: Path, seconds: float) -> list[Row]:
    line = NarrowLine()
    call = asyncio.ensure_future(line.call())
    await asyncio.sleep(5)
    alone = list(line.voice_waits_s)
    try:
        async with shared(folder, web, line.open) as ends:
            ends.share()
            await asyncio.sleep(1)
            begun, lost = len(line.voice_waits_s), line.voice_lost
            ends.lags_ms.clear()
            await minute(ends, seconds)
            waits, lags = line.voice_waits_s[begun:], list(ends.lags_ms)
            lost = line.voice_lost - lost
    finally:
        call.cancel()
        await line.close()
    return [
        Row("512 kb/s in a call: lag of the page", "ms, median", percentile(lags, 50)),
        Row("512 kb/s in a call: lag of the page", "ms, p95", percentile(lags, 95), goal=500),
        Row(
            "512 kb/s: a voice packet waits",
            "ms, p95",
            percentile(waits, 95) * 1000,
            percentile(alone, 95) * 1000,
            "the call alone",
            percentile(alone, 95) * 1000 + 40,
        ),
        Row("512 kb/s: voice packets lost", "of all", lost / max(1, len(waits)), goal=0.0),
    ]  # fmt: skip


async def measure_sites(web: WebServer, folder: Path) -> list[Row]:
    """Walks through a real site, alone and beside a call on a narrow line."""
    async with shared(folder / "near", web) as ends:
        rows = rows_of(await visits(ends), "", 400)
    line = NarrowLine()
    call = asyncio.ensure_future(line.call())
    try:
        async with shared(folder / "far", web, line.open) as ends:
            rows += rows_of(await visits(ends), ", 512 kb/s in a call", 800)
    finally:
        call.cancel()
        await line.close()
    return rows


async def measure_hour() -> list[Row]:
    pane = MirrorPane()
    pane.resize(978, 638)
    pane.show()
    early, late = await hour(pane)
    pane.close()
    pane.deleteLater()
    return [Row("1 h, 100,000 events: memory kept", "x of minute 10", late / early, goal=1.15),
            Row("1 h, 100,000 events: memory kept", "MB (USS)", late)]  # fmt: skip


def main() -> int:
    """Runs all parts, or those named."""
    parser = argparse.ArgumentParser(prog="bench-cobrowse")
    parser.add_argument("parts", nargs="*", default=["loopback", "narrow", "sites", "hour"])
    parser.add_argument("--minute", type=float, default=60.0, metavar="SECONDS")
    wanted = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_LOGGING_RULES", "*=false")
    os.environ.setdefault("QTWEBENGINE_CHROMIUM_FLAGS", CHROMIUM)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
    register_schemes()
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    loop = QtLoop(app)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, WebServer() as web:
        for path in CORPUS.glob("*.html"):
            web.pages[f"/t/{path.name}"] = ("text/html; charset=utf-8", path.read_bytes())
        parts: dict[str, Callable[[], Awaitable[list[Row]]]] = {
            "loopback": partial(measure_loopback, web, Path(folder) / "a", wanted.minute),
            "narrow": partial(measure_narrow, web, Path(folder) / "b", wanted.minute),
            "sites": partial(measure_sites, web, Path(folder)),
            "hour": measure_hour,
        }
        for part in wanted.parts:
            (Path(folder) / "ab"[part == "narrow"]).mkdir(exist_ok=True)
            rows += loop.run(_run(parts[part]), 900)
    code = publish("cobrowse", rows)
    sys.stdout.flush()
    os._exit(code)  # the browser engine's own end takes seconds and may complain


async def _run(part: Callable[[], Awaitable[list[Row]]]) -> list[Row]:
    return await part()


if __name__ == "__main__":
    main()
