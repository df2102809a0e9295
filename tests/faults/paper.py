# SPDX-License-Identifier: GPL-3.0-only
"""The way of paper, killed at every await and every write. Part of `make test-faults`.

Sheets are scanned onto the kiosk, sent, kept at the desk, cleaned, made into documents,
uploaded, filed.
- state: one run shows what is on the disk at every single point;
  from each different state another run goes on, as after kill -9. power: the same, of what was
  flushed by then.
- kill: the process is really killed, at every n-th point.
  again: killed in the run after a kill, too.
- full: the disk is full at every single call that writes.
  lost: the store's answer is lost; hour: the store is away for an hour of tries.
At the end every sheet must be in the store, once; one that was announced is never scanned again.
The last line is `pages N lost 0 twice 0`, or it fails. `python -m tests.faults.paper [--every N]
[--sheets N]`.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import itertools
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from documents.store.dossier_store import DossierStore
from session.core.errors import SessionError
from tests.faults.paper_points import Deaths, Points, PowerCuts, Snapshots
from tests.faults.paper_world import HOUR_TRIES, NUMBER, ORGANISATION, fresh, sheets, stored, work

SHEETS = 3
TRIES = 3
"""Whoever was told an error tries again."""
LOST_ANSWERS = 12
type Watch = Deaths | PowerCuts | Snapshots


class Run(NamedTuple):
    """How a run ended: exit code or signal, points that it passed, their places, different states
    of its disk.
    """

    status: int
    points: int = 0
    places: frozenset[str] = frozenset()
    states: int = 0


class Score:
    """What was found so far."""

    def __init__(self, papers: list[bytes], base: Path) -> None:
        self.papers, self.base = papers, base
        self.pages = self.lost = self.twice = self.broken = 0
        self._folders = itertools.count(1)

    def another(self, template: Path) -> Path:
        """A copy to work in."""
        folder = self.base / f"run{next(self._folders)}"
        shutil.copytree(template, folder)
        return folder

    def finish(self, folder: Path, name: str, status: int = 1) -> None:
        """Goes on until all is filed, then counts."""
        for _again in range(TRIES):
            if status == 0:
                break
            status = run(folder, self.papers, lambda: Deaths("none", 0)).status
        gone, double = judge(folder, self.papers)
        if gone or double or status:
            print(f"{name}: lost {gone} twice {double} status {status}, see {folder}")
        else:
            shutil.rmtree(folder)
        self.pages, self.lost, self.twice = (
            self.pages + len(self.papers),
            self.lost + gone,
            self.twice + double,
        )
        self.broken += status != 0

    @property
    def is_bad(self) -> bool:
        """Something was lost, filed twice, or never ended well."""
        return bool(self.lost or self.twice or self.broken)


def run(
    folder: Path,
    papers: list[bytes],
    watch: Callable[[], Watch],
    *,
    lost_at: int = 0,
    away: int = 0,
) -> Run:
    """One run in a process of its own, a fork of this one, so that nothing has to be imported
    again.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        watching = watch()
        points, code = Points(watching.before, watching.after), 0
        try:
            points.arm()
            asyncio.run(work(folder, papers, lost_at, away))
        except (SessionError, OSError):
            code = 1  # said to the agent, who tries again
        except BaseException as error:
            print(f"{folder.name}: {error!r}", file=sys.stderr)
            code = 3
        states = 0 if isinstance(watching, Deaths) else watching.count
        passed = watching.seen if isinstance(watching, Deaths) else points.count
        told = json.dumps([passed, sorted(points.places), states]).encode()
        while told:
            told = told[os.write(writing, told) :]
        os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as counted:
        said = counted.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    passed, places, states = json.loads(said) if said else (0, [], 0)
    return Run(status, passed, frozenset(places), states)


def judge(folder: Path, papers: list[bytes]) -> tuple[int, int]:
    """(lost, twice): announced or not, every sheet must be in the store; and each one once."""
    with DossierStore(folder / "store") as store:
        found = stored(store)
        damaged = store.damaged(ORGANISATION)
        documents = len(store.open_dossier(ORGANISATION, NUMBER).documents)
    hashes = [hashlib.sha256(paper).hexdigest() for paper in papers]
    lost = sum(sha256 not in found for sha256 in hashes) + len(damaged)
    return lost, sum(found.count(sha256) > 1 for sha256 in hashes) + (documents > len(papers))


def states(score: Score, template: Path, kind: type[Snapshots | PowerCuts], every: int = 1) -> str:
    """Every different state of one run's disk, gone on from."""
    folder, kept = score.another(template), score.base / f"{kind.__name__}"
    seen = run(folder, score.papers, lambda: kind(folder, kept))
    score.finish(folder, kind.__name__, seen.status)
    found = sorted(kept.iterdir())[::every]
    for state in found:
        score.finish(state, f"{kind.__name__} {state.name}")
    return (
        f"{seen.points} points at {len(seen.places)} places, {seen.states} different disks, "
        f"{len(found)} gone on from"
    )


def deaths(score: Score, template: Path, mode: str, every: int) -> str:
    """Dies, or finds the disk full, at every n-th point."""
    killed = 0
    for at in itertools.count(every, every):
        folder = score.another(template)
        ended = run(folder, score.papers, lambda: Deaths(mode, at))  # noqa: B023
        killed += ended.status == -signal.SIGKILL
        score.finish(folder, f"{mode} at {at}", ended.status)
        if ended.status != -signal.SIGKILL and ended.points < at:
            return f"{at // every - 1} points, {killed} killed"
    return ""


def again(score: Score, template: Path, every: int) -> str:
    """Killed at some point, and in the run after it at each different state of the disk."""
    tried = 0
    for at in itertools.count(every, every):
        folder = score.another(template)
        ended = run(folder, score.papers, lambda: Deaths("kill", at))  # noqa: B023
        if ended.status != -signal.SIGKILL:
            score.finish(folder, f"again at {at}", ended.status)
            return f"{tried} disks of second runs"
        kept = score.base / f"again{at}"
        seen = run(folder, score.papers, lambda: Snapshots(folder, kept))  # noqa: B023
        score.finish(folder, f"again at {at}", seen.status)
        for state in sorted(kept.iterdir()):
            score.finish(state, f"again at {at}, {state.name}")
            tried += 1
    return ""


def answers(score: Score, template: Path) -> str:
    """The store's answer is lost at each place, before and after it has stored."""
    for at in range(1, LOST_ANSWERS + 1):
        folder = score.another(template)
        score.finish(
            folder,
            f"lost {at}",
            run(folder, score.papers, lambda: Deaths("none", 0), lost_at=at).status,
        )
    return f"{LOST_ANSWERS} answers"


def hour(score: Score, template: Path) -> str:
    """The store is away for an hour; the agent does nothing, the desk tries again by itself."""
    folder = score.another(template)
    score.finish(
        folder, "hour", run(folder, score.papers, lambda: Deaths("none", 0), away=HOUR_TRIES).status
    )
    return f"{HOUR_TRIES} tries in vain"


def parts(score: Score, template: Path, every: int) -> Iterator[tuple[str, Callable[[], str]]]:
    """(name, act); with `every` above 1 some of the points only."""
    yield "state", lambda: states(score, template, Snapshots, every)
    yield "power", lambda: states(score, template, PowerCuts, max(1, every // 6))
    yield "full", lambda: deaths(score, template, "full", every)
    yield "kill", lambda: deaths(score, template, "kill", 40 * every)
    yield "again", lambda: again(score, template, 350 * every)
    yield "lost", lambda: answers(score, template)
    yield "hour", lambda: hour(score, template)


def main(arguments: list[str] | None = None) -> int:
    """Dies at every point, then says what was lost; 0 when nothing was."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1, help="only every n-th")
    parser.add_argument("--sheets", type=int, default=SHEETS)
    parser.add_argument("--only", help="one part: state, power, full, kill, again, lost, hour")
    wanted = parser.parse_args(arguments)
    base = Path(tempfile.mkdtemp(prefix="paper-"))
    template = base / "template"
    template.mkdir()
    fresh(template)
    score = Score(sheets(wanted.sheets), base)
    for name, act in parts(score, template, wanted.every):
        if wanted.only in (None, name):
            began_s = time.monotonic()
            print(f"{name}: {act()}, {time.monotonic() - began_s:.0f} s", flush=True)
    if not score.is_bad:
        shutil.rmtree(base)
    print(f"pages {score.pages} lost {score.lost} twice {score.twice}")
    return 1 if score.is_bad else 0


if __name__ == "__main__":
    sys.exit(main())
