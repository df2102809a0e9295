# SPDX-License-Identifier: GPL-3.0-only
"""Pages of a real site, one after the other, as an agent and a caller walk through it; for
`bench_cobrowse`.

The pages are examples of the State's design system (`tests.fidelity.design_systems`): some 650
elements, 57 style sheets of 915 kB; each brings some that the pages before it do not have.
"""

from __future__ import annotations

import asyncio
import statistics

import msgspec

from tests.benchmarks.cobrowse_ends import Ends
from tests.benchmarks.table import Row
from tests.fidelity.design_systems import dsfr

PAGES = (
    "layout/page/login/1-default",
    "component/footer",
    "layout/page/register/1-single",
    "component/radio",
    "layout/page/response/not-found/default",
    "component/table",
)
QUIET_S, LONGEST_S = 1.5, 60.0

# The time at which a picture was painted in the design system's own letters.
WATCH = """(() => { const styled = window.styled = []; let seen = null;
  const isStyled = (page) => page && page.body &&
    getComputedStyle(page.body).fontFamily.includes('Marianne');
  const after = new MessageChannel();
  after.port1.onmessage = () => styled.push(performance.timeOrigin + performance.now());
  const look = () => { const shown = mirror.visible(); const page = mirror.document();
    if (shown && shown !== seen && page === shown.replayer.iframe.contentDocument &&
        isStyled(page)) {
      seen = shown; requestAnimationFrame(() => after.port2.postMessage(0)); }
    setTimeout(look, 5); };
  look(); })()"""


class Visit(msgspec.Struct, frozen=True):
    """One page: milliseconds from "document is ready" at the kiosk to its painted picture, kB of
    the page on the line until then, and kB of pictures and fonts in all.
    """

    page: str
    painted_ms: float
    readable_kb: float
    parts_kb: float


async def _quiet(ends: Ends) -> None:
    """Waits until nothing was sent for a moment."""
    async with asyncio.timeout(LONGEST_S):
        before = -1
        while True:
            sent = ends.wire.bytes + ends.wire.chunk_bytes
            if sent == before:
                return
            before = sent
            await asyncio.sleep(QUIET_S)


async def _visit(ends: Ends, page: str) -> Visit:
    await ends.in_shell("styled.length = 0; 0")
    begun = ends.wire.bytes, ends.wire.chunk_bytes
    await ends.open(f"{ends.web.address}/t/dsfr/example/{page}/index.html")
    ready = await ends.in_page(
        "performance.timeOrigin + "
        "performance.getEntriesByType('navigation')[0].domContentLoadedEventStart"
    )
    # a picture of the page before may be painted late
    of_this_page = f"styled.find((at) => at > {float(ready)}) || 0"
    at = float(await ends.in_shell_until(of_this_page, LONGEST_S))
    readable = ends.wire.bytes - begun[0]
    await _quiet(ends)
    parts = ends.wire.chunk_bytes - begun[1]
    return Visit(page, at - float(ready), readable / 1000, parts / 1000)


async def visits(ends: Ends) -> list[Visit]:
    """The pages, in turn."""
    ends.web.folders["/t/dsfr/"] = dsfr()
    await ends.open(ends.web.page("/t/leer.html", "<body><p>.</p></body>"))
    ends.desk.request_snapshot()
    ends.share()
    await ends.in_shell_until("mirror.visible() && true || 0")
    await ends.in_shell(WATCH)
    await _quiet(ends)
    return [await _visit(ends, page) for page in PAGES]


def rows_of(visits: list[Visit], line: str, goal_ms: float) -> list[Row]:
    """Rows of the table."""
    first, further = visits[0], visits[1:]
    case = f"a site's first page{line}"
    later = f"its further pages{line}"
    times = [visit.painted_ms for visit in further]
    sizes = [visit.readable_kb for visit in further]
    return [
        Row(case, "kB until readable", first.readable_kb, goal=110),
        Row(case, "ms until painted", first.painted_ms),
        Row(case, "kB of pictures and fonts", first.parts_kb),
        Row(later, "kB until readable, median", statistics.median(sizes), goal=15),
        Row(later, "kB until readable, most", max(sizes)),
        Row(later, "ms until painted, median", statistics.median(times), goal=goal_ms),
        Row(later, "ms until painted, most", max(times)),
        Row(later, "kB of pictures and fonts, most", max(v.parts_kb for v in further)),
    ]
