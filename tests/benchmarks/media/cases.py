# SPDX-License-Identifier: GPL-3.0-only
"""The cases of the media bench: what is done to the line, and what must be reached.
Used by `bench_media`.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import pairwise

from tests.benchmarks.media import measures
from tests.benchmarks.media.network import LAN, POOR_1, RURAL_1, RURAL_3, WIDE, Line
from tests.benchmarks.media.peers import Engine
from tests.benchmarks.media.stage import Measured, Stage, now_ms, on_stage

PAGE_BYTES = 1_000_000
NEVER_S = 1e9
OURS_TOOK, OTHERS_TOOK = "processor of both ends and the line", "processor of everybody else"

NOTICED_S = 2.0
"""So long it takes our kiosk at most to know that it has another address
(`expert_app.runtime.network_watch`).
"""


@dataclass(frozen=True)
class Cell:
    """One figure. `value` None: it never came.
    `most`/`least`: the bound that must be kept, or neither.
    """

    case: str
    metric: str
    value: float | None
    unit: str = ""
    most: float | None = None
    least: float | None = None

    @property
    def ok(self) -> bool:
        """True where no bound is given."""
        if self.most is None and self.least is None:
            return True
        if self.value is None:
            return False
        return (self.most is None or self.value <= self.most) and (
            self.least is None or self.value >= self.least
        )


@dataclass(frozen=True)
class Times:
    """How long the cases take, seconds, and how many calls are begun where the beginning counts."""

    settle_s: float = 4.0
    steady_s: float = 12.0
    lossy_s: float = 20.0
    long_s: float = 40.0
    calls: int = 3


def _machine(stage: Stage, case: str) -> list[Cell]:
    shared = stage.shared()
    return [
        Cell(case, OURS_TOOK, shared.ours, "% of a core"),
        Cell(case, OTHERS_TOOK, shared.others, "% of a core"),
    ]


async def _begin(stage: Stage, case: str, calls: int, bound: float) -> list[Cell]:
    """Accept -> first picture, some times over; the last call goes on."""
    first: dict[str, list[float]] = {end: [] for end in stage.shown}
    rows: dict[str, list[int]] = {end: [] for end in stage.shown}
    for number in range(calls):
        if number:
            await stage.end_call()
        await stage.call()
        await stage.wait(1.5, 0.3)
        for end, shown in stage.shown.items():
            first[end].append(measures.first_after(shown, stage.began_ms) or NEVER_S)
            rows[end].append(shown[0][2] if shown else 0)
    cells = []
    for end, found in first.items():
        middle, worst = sorted(found)[len(found) // 2], max(found)
        cells.append(
            Cell(
                case,
                f"first picture at the {end}, of {calls} the middle",
                _seconds(middle),
                "s",
                most=bound,
            )
        )
        cells.append(Cell(case, f"first picture at the {end}, the latest", _seconds(worst), "s"))
        cells.append(Cell(case, f"rows of the first picture at the {end}", min(rows[end]), "px"))
    return cells


def _seconds(value: float) -> float | None:
    return None if value >= NEVER_S else round(value, 3)


async def lan(engine: Engine, times: Times) -> list[Cell]:
    """Accept -> first picture where the line is no bound;
    then what a call of 720 rows both ways takes.
    """
    case = "LAN"
    async with on_stage(engine, LAN) as stage:
        cells = await _begin(stage, case, times.calls, 0.5)
        await stage.wait(times.settle_s)
        measured = await stage.measure(min(8.0, times.steady_s))
        for end in stage.shown:
            cells += [
                cell
                for cell in _flow(measured, case, end)
                if not cell.metric.startswith(("video", "freezes"))
            ]
        used = round(measured.processor["desk"])
        cells.append(
            Cell(case, "processor of the desk, 720 rows both ways", used, "% of a core", most=60)
        )
        cells.append(
            Cell(case, "processor of the kiosk", round(measured.processor["kiosk"]), "% of a core")
        )
        return cells + _machine(stage, case)


async def wide(engine: Engine, times: Times) -> list[Cell]:
    """4 Mb/s: 1080 rows at once."""
    case = "4 Mb/s"
    async with on_stage(engine, WIDE, height=1080) as stage:
        await stage.call()
        await stage.wait(times.settle_s, 0.2)
        measured = await stage.measure(min(8.0, times.steady_s))
        cells = _machine(stage, case)
        for end, shown in stage.shown.items():
            full = measures.first_after(shown, stage.began_ms, height=1080)
            cells.append(Cell(case, f"1080 rows at the {end} after", full, "s", most=0.5))
            cells.append(
                Cell(case, f"rows at the {end}", measured.windows[end].height, "px", least=1080)
            )
            cells.append(
                Cell(
                    case,
                    f"pictures at the {end}",
                    round(measured.decoded_fps.get(end, measured.windows[end].fps), 1),
                    "/s",
                    least=24,
                )
            )
        return cells


def _flow(measured: Measured, case: str, end: str) -> list[Cell]:
    """What every steady case tells of one end, without bounds."""
    seen = measured.windows[end]
    return [
        Cell(case, f"rows at the {end}", seen.height, "px"),
        Cell(
            case, f"pictures at the {end}", round(measured.decoded_fps.get(end, seen.fps), 1), "/s"
        ),
        Cell(case, f"video to the {end}", round(measured.video_kbps[end]), "kb/s"),
        Cell(case, f"age of pictures at the {end}, p50", seen.age_p50, "ms"),
        Cell(case, f"age of pictures at the {end}, p95", seen.age_p95, "ms"),
        Cell(case, f"freezes at the {end}", seen.freezes * 60 / seen.seconds, "/min"),
        Cell(
            case, f"freezes over 300 ms at the {end}", seen.long_freezes * 60 / seen.seconds, "/min"
        ),
        Cell(case, f"longest pause at the {end}", round(seen.longest_ms), "ms"),
        Cell(case, f"voice guessed at the {end}", round(measured.guessed[end] * 100, 2), "%"),
    ]


def _bounded(cells: list[Cell], bounds: Bounds) -> list[Cell]:
    """The same cells with (least, most) for metrics that begin with a key."""
    found = []
    for cell in cells:
        least, most = next(
            (b for name, b in bounds.items() if cell.metric.startswith(name)), (None, None)
        )
        found.append(Cell(cell.case, cell.metric, cell.value, cell.unit, most, least))
    return found


Bounds = dict[str, tuple[float | None, float | None]]


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Both directions loaded for some seconds on one line."""

    case: str
    line: Line
    seconds: float
    bounds: Bounds
    clip: str = "head"


async def steady(engine: Engine, times: Times, flow: Flow) -> list[Cell]:
    """A call begins and flows."""
    async with on_stage(engine, flow.line, clip=flow.clip) as stage:
        await stage.call()
        return await _steady(stage, times, flow)


async def rural(engine: Engine, times: Times) -> list[Cell]:
    """The reference line: how calls begin on it, and how one holds."""
    flow = Flow(
        case="512 kb/s, 1 % loss", line=RURAL_1, seconds=times.steady_s, bounds=RURAL_BOUNDS
    )
    async with on_stage(engine, flow.line) as stage:
        begun = await _begin(stage, flow.case, times.calls, 0.5)
        return begun + await _steady(stage, times, flow)


async def _steady(stage: Stage, times: Times, flow: Flow) -> list[Cell]:
    case = flow.case
    await stage.wait(times.settle_s)
    measured = await stage.measure(flow.seconds)
    cells = [cell for end in stage.shown for cell in _flow(measured, case, end)]
    cells = _bounded(cells, flow.bounds)
    cells.append(
        Cell(
            case,
            "packets that found the queue full",
            sum(way["overflowed"] for way in measured.line),
        )
    )
    for end, used in measured.processor.items():
        cells.append(Cell(case, f"processor of the {end}", round(used), "% of a core"))
    return cells + _machine(stage, case)


RURAL_BOUNDS: Bounds = {
    "rows": (720, None),
    "pictures": (24, None),
    "video": (None, 320),
    "age of pictures at the desk, p95": (None, 300),
    "age of pictures at the kiosk, p95": (None, 300),
    "freezes over": (None, 0),
    "voice": (None, 1),
}
LOSSY_BOUNDS: Bounds = {"voice": (None, 3), "freezes at": (None, 3)}
HARD_BOUNDS: Bounds = {
    "pictures at the desk": (8, None),
    "age of pictures at the desk, p95": (None, 600),
}
POOR_BOUNDS: Bounds = {"voice": (None, 1), "pictures": (4, None)}


async def outage(engine: Engine, times: Times) -> list[Cell]:
    """Nothing passes for five seconds."""
    case = "5 s outage, 512 kb/s, 1 % loss"
    async with on_stage(engine, RURAL_1) as stage:
        await stage.call()
        await stage.wait(times.settle_s)
        usual = await stage.measure(5.0)
        await stage.network.cut(True)
        await stage.wait(5.0)
        await stage.network.cut(False)
        back_ms = now_ms()
        await stage.wait(6.0, 0.25)
        cells = _machine(stage, case)
        for end, shown in stage.shown.items():
            fresh = measures.first_after(shown, back_ms, filmed_after=True)
            steady_again = measures.steady_after(
                shown, back_ms, usual.windows[end].age_p95 or 300.0
            )
            cells.append(Cell(case, f"fresh picture at the {end} after", fresh, "s", most=1.5))
            cells.append(
                Cell(case, f"lag at the {end} as before after", steady_again, "s", most=2.0)
            )
        return cells


async def moved(engine: Engine, times: Times) -> list[Cell]:
    """The kiosk gets another address.
    Ours notices and calls again; others wait until their transport has found it.
    """
    case = "address of the kiosk changes"
    async with on_stage(engine, RURAL_1) as stage:
        await stage.call()
        await stage.wait(times.settle_s)
        await stage.network.move_kiosk("10.77.0.9")
        moved_ms = now_ms()
        if engine.ours:
            await stage.wait(NOTICED_S, 0.25)
            await stage.call()
        await stage.wait(4.0 if engine.ours else 18.0, 0.25)
        cells = _machine(stage, case)
        for end, shown in stage.shown.items():
            fresh = measures.first_after(shown, moved_ms, filmed_after=True)
            cells.append(Cell(case, f"fresh picture at the {end} after", fresh, "s", most=4.0))
        return cells


async def page(engine: Engine, times: Times) -> list[Cell]:
    """1 MB crosses from the kiosk during the call:
    ours under the governor, others as fast as TCP can.
    """
    case = "1 MB page, 512 kb/s, 1 % loss"
    async with on_stage(engine, RURAL_1) as stage:
        await stage.call()
        await stage.wait(times.settle_s)
        sending = asyncio.create_task(send_page(stage, PAGE_BYTES, governed=engine.ours))
        measuring = asyncio.create_task(stage.measure(26.0))
        took_s = await asyncio.wait_for(sending, 150)
        measured = await measuring
        cells = [Cell(case, "page is across after", round(took_s, 1), "s", most=30)]
        cells += [cell for end in stage.shown for cell in _flow(measured, case, end)]
        return (
            _bounded(cells[1:], {"voice": (None, 1), "longest": (None, 1000)})
            + cells[:1]
            + _machine(stage, case)
        )


async def send_page(stage: Stage, size_bytes: int, *, governed: bool) -> float:
    """Through a TCP connection of the kiosk to the desk's namespace, as the bus has;
    seconds until its last byte.
    """
    address = stage.network.addresses[stage.network.desk]
    desk = stage.network.within(stage.network.desk)
    kiosk = stage.network.within(stage.network.kiosk)
    program = "tests.benchmarks.media.page_transfer"
    taking = await asyncio.create_subprocess_exec(
        *desk, *_python(program, "take", str(size_bytes)), stdout=subprocess.PIPE
    )
    assert taking.stdout is not None
    assert await asyncio.wait_for(taking.stdout.readline(), 60) == b"ready\n"
    began_s = time.monotonic()
    if governed:
        await stage.kiosk.do("page", timeout_s=150, address=address, bytes=size_bytes)
    else:
        sending = await asyncio.create_subprocess_exec(
            *kiosk, *_python(program, "send", address, str(size_bytes))
        )
        await sending.wait()
    await taking.wait()
    return time.monotonic() - began_s


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


async def _least_memory(stage: Stage) -> float:
    """Of three seconds: pictures that wait for their time are 5 MB each and come and go."""
    found = []
    for _sample in range(6):
        await stage.wait(0.5)
        found.append(stage.desk.memory_mb())
    return min(found)


WARM_S = 30.0
"""A page's pools of pictures are full after some 20 s of the bench's camera;
what grows later is no pool.
"""


async def long_call(engine: Engine, times: Times) -> list[Cell]:
    """A long call: the desk's memory, for each quarter of it, and the pictures' age.
    Peers promise nothing.
    """
    case = f"long call, {times.long_s:.0f} s"
    if not engine.ours:
        return []
    async with on_stage(engine, LAN) as stage:
        await stage.call()
        await stage.wait(WARM_S)
        first, memory_mb = await stage.measure(5.0), [await _least_memory(stage)]
        for _quarter in range(4):
            await _passed(stage, times.long_s / 4)
            memory_mb.append(await _least_memory(stage))
        last = await stage.measure(5.0)
        early, late = first.windows["desk"].age_p50, last.windows["desk"].age_p50
        drift_ms = late - early if early is not None and late is not None else None
        cells = [
            Cell(
                case,
                "memory grown at the desk",
                round(memory_mb[-1] - memory_mb[0], 1),
                "MB",
                most=20,
            )
        ]
        for quarter, (before_mb, after_mb) in enumerate(pairwise(memory_mb), 1):
            cells.append(
                Cell(case, f"of it in quarter {quarter}", round(after_mb - before_mb, 1), "MB")
            )
        cells.append(
            Cell(case, "age of pictures at the desk, p50, later - earlier", drift_ms, "ms", most=60)
        )
        return cells + _machine(stage, case)


async def _passed(stage: Stage, seconds: float) -> None:
    """Lets a part of a long call pass without keeping what was shown."""
    end_s = time.monotonic() + seconds
    while (left_s := end_s - time.monotonic()) > 0:
        await stage.wait(min(10.0, left_s))
        for shown in stage.shown.values():
            shown.clear()


Case = Callable[[Engine, Times], Awaitable[list[Cell]]]


def _lossy(engine: Engine, times: Times) -> Awaitable[list[Cell]]:
    flow = Flow(case="512 kb/s, 3 % loss", line=RURAL_3, seconds=times.lossy_s, bounds=LOSSY_BOUNDS)
    return steady(engine, times, flow)


def _poor(engine: Engine, times: Times) -> Awaitable[list[Cell]]:
    flow = Flow(case="256 kb/s, 1 % loss", line=POOR_1, seconds=times.steady_s, bounds=POOR_BOUNDS)
    return steady(engine, times, flow)


def _hard(engine: Engine, times: Times) -> Awaitable[list[Cell]]:
    flow = Flow(
        case="512 kb/s, 1 % loss, hard clip",
        line=RURAL_1,
        seconds=min(10.0, times.steady_s),
        bounds=HARD_BOUNDS,
        clip="hard",
    )
    return steady(engine, times, flow)


CASES: dict[str, Case] = {
    "lan": lan,
    "wide": wide,
    "rural1": rural,
    "hard": _hard,
    "rural3": _lossy,
    "poor": _poor,
    "outage": outage,
    "moved": moved,
    "page": page,
    "long": long_call,
}
