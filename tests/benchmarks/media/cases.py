# SPDX-License-Identifier: GPL-3.0-only
"""The cases of the media bench: what is done to the line, and what must be reached. Used by `bench_media`."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.benchmarks.media import measures
from tests.benchmarks.media.network import LAN, POOR_1, RURAL_1, RURAL_3, WIDE, Line
from tests.benchmarks.media.peers import Engine
from tests.benchmarks.media.stage import Measured, Stage, now_ms, on_stage

PAGE_BYTES = 1_000_000
SILENT_S = 3.0
"""After so long without a packet our application sets up a second connection."""


@dataclass(frozen=True)
class Cell:
    """One figure. `value` None: it never came. `most`/`least`: the bound that must be kept, or neither."""

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
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)


@dataclass(frozen=True)
class Times:
    """How long the cases take, seconds."""

    settle_s: float = 6.0
    steady_s: float = 30.0
    long_s: float = 300.0


def _first(stage: Stage, case: str, height: int, bound: float) -> list[Cell]:
    cells = []
    for end, shown in stage.shown.items():
        first = measures.first_after(shown, stage.began_ms)
        cells.append(Cell(case, f"first picture at the {end}", first, "s", most=bound))
        full = measures.first_after(shown, stage.began_ms, height=height)
        cells.append(Cell(case, f"first of {height} rows at the {end}", full, "s"))
    return cells


async def start(engine: Engine, times: Times, line: Line, name: str) -> list[Cell]:
    """Accept -> first picture."""
    async with on_stage(engine, line) as stage:
        await stage.call()
        await stage.wait(min(4.0, times.settle_s), 0.2)
        return _first(stage, f"accept, {name}", 720, 0.5)


async def wide(engine: Engine, times: Times) -> list[Cell]:
    """4 Mb/s: 1080 rows at once."""
    case = "4 Mb/s"
    async with on_stage(engine, WIDE, height=1080) as stage:
        await stage.call()
        await stage.wait(times.settle_s, 0.2)
        measured = await stage.measure(min(10.0, times.steady_s))
        cells = []
        for end, shown in stage.shown.items():
            full = measures.first_after(shown, stage.began_ms, height=1080)
            cells.append(Cell(case, f"1080 rows at the {end} after", full, "s", most=0.5))
            cells.append(Cell(case, f"rows at the {end}", measured.windows[end].height, "px", least=1080))
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
        Cell(case, f"pictures at the {end}", round(measured.decoded_fps.get(end, seen.fps), 1), "/s"),
        Cell(case, f"video to the {end}", round(measured.video_kbps[end]), "kb/s"),
        Cell(case, f"age of pictures at the {end}, p50", seen.age_p50, "ms"),
        Cell(case, f"age of pictures at the {end}, p95", seen.age_p95, "ms"),
        Cell(case, f"freezes at the {end}", seen.freezes * 60 / seen.seconds, "/min"),
        Cell(case, f"freezes over 300 ms at the {end}", seen.long_freezes * 60 / seen.seconds, "/min"),
        Cell(case, f"longest pause at the {end}", round(seen.longest_ms), "ms"),
        Cell(case, f"voice guessed at the {end}", round(measured.guessed[end] * 100, 2), "%"),
    ]


def _bounded(cells: list[Cell], bounds: dict[str, tuple[float | None, float | None]]) -> list[Cell]:
    """The same cells with (least, most) for metrics that begin with a key."""
    found = []
    for cell in cells:
        least, most = next((b for name, b in bounds.items() if cell.metric.startswith(name)), (None, None))
        found.append(Cell(cell.case, cell.metric, cell.value, cell.unit, most, least))
    return found


async def steady(
    engine: Engine, times: Times, line: Line, case: str, bounds: dict[str, tuple[float | None, float | None]],
    clip: str = "head",
) -> list[Cell]:  # fmt: skip
    """Both directions loaded for a while."""
    async with on_stage(engine, line, clip=clip) as stage:
        await stage.call()
        await stage.wait(times.settle_s)
        measured = await stage.measure(times.steady_s)
        cells = [cell for end in stage.shown for cell in _flow(measured, case, end)]
        overflowed = sum(way["overflowed"] for way in measured.line)
        cells.append(Cell(case, "packets that found the queue full", overflowed))
        cells += [
            Cell(case, f"processor of the {end}", round(used), "% of a core")
            for end, used in measured.processor.items()
        ]
        return _bounded(cells, bounds)


RURAL_BOUNDS: dict[str, tuple[float | None, float | None]] = {
    "rows": (720, None),
    "pictures": (24, None),
    "video": (None, 320),
    "age of pictures at the desk, p95": (None, 300),
    "age of pictures at the kiosk, p95": (None, 300),
    "freezes over": (None, 0),
    "voice": (None, 1),
}
LOSSY_BOUNDS: dict[str, tuple[float | None, float | None]] = {"voice": (None, 3), "freezes at": (None, 3)}
POOR_BOUNDS: dict[str, tuple[float | None, float | None]] = {"voice": (None, 1), "pictures": (4, None)}


async def outage(engine: Engine, times: Times) -> list[Cell]:
    """Nothing passes for five seconds."""
    case = "5 s outage, 512 kb/s, 1 % loss"
    async with on_stage(engine, RURAL_1) as stage:
        await stage.call()
        await stage.wait(times.settle_s)
        usual = await stage.measure(min(8.0, times.steady_s))
        await stage.network.cut(True)
        await stage.wait(5.0)
        await stage.network.cut(False)
        back_ms = now_ms()
        await stage.wait(8.0, 0.25)
        cells = []
        for end, shown in stage.shown.items():
            fresh = measures.first_after(shown, back_ms, filmed_after=True)
            steady_again = measures.steady_after(shown, back_ms, usual.windows[end].age_p95 or 300.0)
            cells.append(Cell(case, f"fresh picture at the {end} after", fresh, "s", most=1.5))
            cells.append(Cell(case, f"lag at the {end} as before after", steady_again, "s", most=2.0))
        return cells


async def moved(engine: Engine, times: Times) -> list[Cell]:
    """The kiosk gets another address. Ours calls again after three silent seconds, as its watchdog does."""
    case = "address of the kiosk changes"
    async with on_stage(engine, RURAL_1) as stage:
        await stage.call()
        await stage.wait(times.settle_s)
        await stage.network.move_kiosk("10.77.0.9")
        moved_ms = now_ms()
        if engine.ours:
            silent = False
            while not silent and now_ms() < moved_ms + 2 * SILENT_S * 1000:
                await asyncio.sleep(0.1)
                await stage.look()
                heard_ms = max([moved_ms, *(shown[0] for shown in stage.shown["desk"][-1:])])
                silent = now_ms() - heard_ms > SILENT_S * 1000
            if silent:  # else it has found its way by itself
                await stage.call()
        await stage.wait(4.0 if engine.ours else 20.0, 0.25)
        return [
            Cell(case, f"fresh picture at the {end} after",
                 measures.first_after(shown, moved_ms, filmed_after=True), "s", most=4.0)
            for end, shown in stage.shown.items()
        ]  # fmt: skip


async def page(engine: Engine, times: Times) -> list[Cell]:
    """1 MB crosses from the kiosk during the call: ours under the governor, others as fast as TCP can."""
    case = "1 MB page, 512 kb/s, 1 % loss"
    async with on_stage(engine, RURAL_1) as stage:
        await stage.call()
        await stage.wait(times.settle_s)
        sending = asyncio.create_task(_send_page(stage, governed=engine.ours))
        measuring = asyncio.create_task(stage.measure(26.0))
        took_s = await asyncio.wait_for(sending, 150)
        measured = await measuring
        cells = [Cell(case, "page is across after", round(took_s, 1), "s", most=30)]
        cells += [cell for end in stage.shown for cell in _flow(measured, case, end)]
        return _bounded(cells[1:], {"voice": (None, 1), "longest": (None, 1000)}) + cells[:1]


async def _send_page(stage: Stage, *, governed: bool) -> float:
    """Through a TCP connection of the kiosk to the desk's namespace, as the bus has; seconds until its last byte."""
    address = stage.network.addresses[stage.network.desk]
    desk, kiosk = stage.network.within(stage.network.desk), stage.network.within(stage.network.kiosk)
    program = "tests.benchmarks.media.page_transfer"
    taking = await asyncio.create_subprocess_exec(*desk, *_python(program, "take", str(PAGE_BYTES)))
    await asyncio.sleep(0.7)
    began_s = time.monotonic()
    if governed:
        await stage.kiosk.do("page", timeout_s=150, address=address, bytes=PAGE_BYTES)
    else:
        sending = await asyncio.create_subprocess_exec(*kiosk, *_python(program, "send", address, str(PAGE_BYTES)))
        await sending.wait()
    await taking.wait()
    return time.monotonic() - began_s


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


async def _least_memory(stage: Stage) -> float:
    """Of five seconds: pictures that wait for their time are 5 MB each and come and go."""
    found = []
    for _look in range(10):
        await stage.wait(0.5)
        found.append(stage.desk.memory_mb())
    return min(found)


async def long_call(engine: Engine, times: Times) -> list[Cell]:
    """An hour, shortened: what the desk's memory and the pictures' age do over `long_s`, told for an hour."""
    case = f"1 h call, shortened to {times.long_s:.0f} s"
    async with on_stage(engine, LAN) as stage:
        await stage.call()
        await stage.wait(20.0)
        first = await stage.measure(15.0)
        memory_mb, began_s = await _least_memory(stage), time.monotonic()
        await stage.wait(max(0.0, times.long_s - 50.0))
        last = await stage.measure(15.0)
        grown_mb = await _least_memory(stage) - memory_mb
        minutes = (time.monotonic() - began_s) / 60
        early, late = first.windows["desk"].age_p50, last.windows["desk"].age_p50
        drift_ms = late - early if early is not None and late is not None else None
        return [
            Cell(case, "memory grown at the desk", round(grown_mb, 1), "MB", most=20),
            Cell(case, "memory grown, told for an hour", round(grown_mb * 60 / minutes, 1), "MB/h"),
            Cell(case, "age of pictures at the desk, p50, later - earlier", drift_ms, "ms", most=60),
            Cell(
                case, "processor of the desk, 720 rows both ways", round(last.processor["desk"]), "% of a core", most=60
            ),
            Cell(case, "processor of the kiosk", round(last.processor["kiosk"]), "% of a core"),
        ]


Case = Callable[[Engine, Times], Awaitable[list[Cell]]]

CASES: dict[str, Case] = {
    "lan": lambda engine, times: start(engine, times, LAN, "LAN"),
    "start512": lambda engine, times: start(engine, times, RURAL_1, "512 kb/s, 1 % loss"),
    "wide": wide,
    "rural1": lambda engine, times: steady(engine, times, RURAL_1, "512 kb/s, 1 % loss", RURAL_BOUNDS),
    "hard": lambda engine, times: steady(engine, times, RURAL_1, "512 kb/s, 1 % loss, hard clip", {}, "hard"),
    "rural3": lambda engine, times: steady(engine, times, RURAL_3, "512 kb/s, 3 % loss", LOSSY_BOUNDS),
    "poor": lambda engine, times: steady(engine, times, POOR_1, "256 kb/s, 1 % loss", POOR_BOUNDS),
    "outage": outage,
    "moved": moved,
    "page": page,
    "long": long_call,
}
