# SPDX-License-Identifier: GPL-3.0-only
"""Pages that would drown the kiosk: storms, megabytes, depth, no end.
The caller's screen stays alive.
"""

from __future__ import annotations

import asyncio
import time

import psutil
import pytest

from expert_app.driven.loop_gaps import LoopGaps
from session.kiosk.cobrowse.mirror_sender import DEFAULT_KBPS
from session.protocol.conversation.messages import Grant
from tests.support.cobrowse_stage import Stage
from tests.support.qt_loop import QtLoop
from views.kiosk.browser.profile import RECORDER_SETTINGS

STALL_S = 0.4
"""The loop of this stage stands still no longer than this at one thing. The caller's browser, the
kiosk's screen and the desk's mirror share it here; `test_heavy_pages` measures a kiosk's screen.
"""

STORM = """<html><head><title>Tempête</title></head><body><h1 id=h>0</h1><div id=d></div><script>
const d = document.getElementById('d'); let n = 0; const until = performance.now() + 4000;
(function storm() {
  for (let k = 0; k < 400; k++) {
    const p = document.createElement('p');
      p.textContent = 'ligne ' + n++; p.title = 'x'.repeat(40); d.append(p);
    if (d.childNodes.length > 3000) d.firstChild.remove();
  }
  if (performance.now() < until) setTimeout(storm, 0);
  else { d.replaceChildren(); document.getElementById('h').textContent = 'calme'; }
})();
</script></body></html>"""


@pytest.fixture
def stage(guarded: Stage) -> Stage:
    """What takes the second guard long is its own process's business."""
    return guarded


@pytest.fixture
def narrow(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that is full: no acknowledgement comes in time, so that only what is always allowed
    may go.
    """
    monkeypatch.setattr(stage.kiosk._stream.window, "received", lambda _ack: None)


@pytest.mark.long  # each run has the page without end
@pytest.mark.usefixtures("narrow")
def test_a_mutation_storm_costs_neither_the_line_nor_the_screen(
    stage: Stage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        await stage.open(stage.web.page("/t/tempete.html", STORM))
        stage.consent.give(Grant.SEE_PAGE)
        started_s, own = time.monotonic(), psutil.Process().cpu_times()

        gaps = LoopGaps()
        await stage.mirrored("document.getElementById('h')?.textContent === 'calme'", timeout_s=30)
        worst_s = gaps.stop() / 1000
        took_s, now = time.monotonic() - started_s, psutil.Process().cpu_times()
        share = (now.user + now.system - own.user - own.system) / took_s
        print(
            f"storm: {took_s:.1f} s, {stage.wire_bytes} bytes, stall {worst_s:.2f} s, {share:.0%} "
            f"of a processor"
        )
        assert share <= 0.6, "recorder, filter and mirror together"
        assert stage.wire_bytes <= DEFAULT_KBPS * 125 * (took_s + 1)
        assert worst_s < STALL_S

    qt_loop.run(stage.play(story()), timeout_s=90)


TURMOIL = """<html><body><h1 id=h>0</h1><div id=d></div><script>
const d = document.getElementById('d'); let n = 0;
window.turning = setInterval(() => {
  const rows = Array.from({length: 900}, () => { const p = document.createElement('p');
    p.textContent = 'ligne ' + n++; p.title = 'x'.repeat(40); p.append(document.createElement('b'));
      return p; });
  d.replaceChildren(...rows);
}, 25);
function calm() { clearInterval(window.turning); d.textContent = 'calme'; return 1; }
</script></body></html>"""


def test_the_recorder_rests_when_a_page_changes_without_end(stage: Stage, qt_loop: QtLoop) -> None:
    """What it may cost is what its settings say, in the browser's own process;
    and afterwards the mirror is right.
    """
    share = float(RECORDER_SETTINGS["recordShare"])
    burst_ms = float(RECORDER_SETTINGS["recordBurstMs"])
    overdraft_ms = 1500.0  # one batch and one picture may begin with hardly anything left

    async def story() -> None:
        await stage.share(stage.web.page("/t/tourment.html", TURMOIL))
        started_s = time.monotonic()
        await asyncio.sleep(4)
        cost, took_s = await stage.in_recorder("posteRecorder.cost()"), time.monotonic() - started_s
        kept = await stage.in_recorder("rrweb.record.mirror.getIds().length")
        print(f"turmoil: {cost} in {took_s:.1f} s, {kept} elements remembered")
        assert cost["rests"] > 0
        assert cost["spentMs"] <= burst_ms + share * took_s * 1000 + overdraft_ms
        assert kept < 20_000, "what the page threw away is forgotten"
        await stage.in_page("calm()")
        await stage.mirrored("document.getElementById('d')?.textContent === 'calme'", timeout_s=30)

    qt_loop.run(stage.play(story()), timeout_s=90)


PAGES = {
    "five megabytes": "<p id=fin>fin</p>" + ("<p>" + "paragraphe sans fin " * 50 + "</p>") * 5000,
    "deep": "<div>" * 3000 + "<p id=fin>fin</p>" + "</div>" * 3000,
    "one endless word": "<p id=fin>fin</p><p>" + "mot" * 1_500_000 + "</p>",
    "half a million digits": "<p id=fin>fin</p><p>" + "1 85 05 78 006 0 " * 30_000 + "</p>",
}


@pytest.mark.parametrize(
    "name",
    [
        "half a million digits",
        *(pytest.param(name, marks=pytest.mark.long) for name in list(PAGES)[:3]),
    ],
)
def test_a_page_without_measure_is_mirrored_and_nothing_stands_still(
    stage: Stage, qt_loop: QtLoop, name: str
) -> None:
    async def story() -> None:
        await stage.open(
            stage.web.page("/t/grand.html", f"<html><body>{PAGES[name]}</body></html>")
        )
        stage.consent.give(Grant.SEE_PAGE)
        gaps = LoopGaps()
        await stage.mirrored("document.getElementById('fin') !== null", timeout_s=90)
        worst_s = gaps.stop() / 1000
        print(f"{name}: stall {worst_s:.2f} s, {stage.wire_bytes} bytes")
        assert worst_s < STALL_S

    qt_loop.run(stage.play(story()), timeout_s=110)


@pytest.mark.usefixtures("narrow")
def test_a_page_without_end_never_fills_the_line_and_the_desk_keeps_up(
    stage: Stage, qt_loop: QtLoop
) -> None:
    grows = """<html><body><h1>Sans fin</h1><div id=d></div><script>
    const d = document.getElementById('d'); let n = 0;
    // No digits: one line in thirty would look like
    // somebody's social security number, and be masked.
    const letters = () => (Math.random().toString(36) + Math.random().toString(36))
      .replace(/[0-9.]/g, '');
    window.growing = setInterval(() => { for (let k = 0; k < 50; k++) {
      const p = document.createElement('p'); p.textContent = 'encore ' + n++ + ' ' + letters();
      d.append(p); } }, 20);
    </script></body></html>"""

    async def story() -> None:
        await stage.share(stage.web.page("/t/sans-fin.html", grows))
        before, started_s = stage.wire_bytes, time.monotonic()
        await asyncio.sleep(4)
        used, took_s = stage.wire_bytes - before, time.monotonic() - started_s
        print(f"endless: {used} bytes in {took_s:.1f} s")
        assert used <= DEFAULT_KBPS * 125 * (took_s + 1)
        await stage.in_page("(clearInterval(window.growing), 1)")
        last = await stage.in_page("document.getElementById('d').lastChild.textContent")
        await stage.mirrored(
            f"document.getElementById('d')?.lastChild?.textContent === {last!r}", timeout_s=50
        )

    qt_loop.run(stage.play(story()), timeout_s=90)
