# SPDX-License-Identifier: GPL-3.0-only
"""`make test-faults`, part "chaos": three kiosks, two desks, a hub and its server work as real
programs, and now and then one of them is killed.

`python -m tests.faults.chaos [--kills 20] [--seed N]`. Callers press, agents accept, scan, file and
hang up, each by what stands on the screen. Afterwards all must be idle, every ticket over, and
every document that a desk calls filed in the store, no page twice. The last line is
`callers N lost 0 documents M missing 0 twice 0 stuck 0`, or the run fails.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from documents.pdf.provenance import read_origin
from documents.store.dossier_store import DossierStore
from session.core.errors import DossierUnknown
from tests.pilot.computer import ComputerMissing
from tests.pilot.driven import Driven, NotSeen
from tests.pilot.pilot import Pilot
from tests.pilot.setting_up import SettingUp
from tests.pilot.town import ORGANISATION, Member, convention

LOOK_S = 0.4
CALM_S = (6.0, 25.0)
"""Between two kills."""
DOWN_S = (0.5, 4.0)
"""Until the person starts the program again."""
SETTLE_S = 240.0
KIOSKS = ("borne1", "borne2", "borne3")
DESKS = ("agent1", "agent2")
MEMBERS = (
    *(Member(name, "agent") for name in DESKS),
    *(Member(name, "kiosk", "kiosk") for name in KIOSKS),
)
CALLERS = {"borne1": "2071531", "borne2": "2071532", "borne3": "2071533"}
"""Who stands at which kiosk: an invented number."""


def town(site: str) -> str:
    """The pilot's town with a third kiosk, and scanned pages that need no procedure."""
    second = '{ id = "borne2", site = "bois" }'
    return convention(site).replace(second, f'{second}, {{ id = "borne3", site = "oyen" }}')


@dataclass
class Seen:
    """What was observed while the programs worked."""

    called: set[str] = field(default_factory=set)
    filed: set[str] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)


class Chaos:
    """The programs at work, and who kills them."""

    def __init__(self, pilot: Pilot, *, seed: int, kills: int) -> None:
        self._pilot = pilot
        self._chance, self._kills = random.Random(seed), kills
        self._calling = True
        self._work: list[asyncio.Task[None]] = []
        self.seen = Seen()

    # ---- setting up ----

    async def begin(self) -> None:
        """An installation with three callers' dossiers; everybody starts to work."""
        pilot = self._pilot
        steps = SettingUp(pilot, members=MEMBERS, written=town)
        await steps.hub_initialised()
        await steps.roles_enrolled()
        table = pilot.folder / "hub" / "dossiers.csv"
        lines = [
            f"D-{number};Garance;Éloïse;14/05/1988;{number};Aide au logement"
            for number in CALLERS.values()
        ]
        head = "numero;nom;prenoms;naissance;matricule;demarche"
        table.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
        await pilot.hub("dossiers", "import", str(table), "--org", ORGANISATION)
        for member in MEMBERS:
            if member.id in pilot.open:
                await pilot.open.pop(member.id).stop()
            await pilot.open_program(member.id, member.program)
        self._work = [
            *(asyncio.create_task(self._keep_on(name, self._caller)) for name in KIOSKS),
            *(asyncio.create_task(self._keep_on(name, self._agent)) for name in DESKS),
        ]

    async def _keep_on(
        self, name: str, act: Callable[[str, Driven, list[str]], Awaitable[None]]
    ) -> None:
        """Looks at the screen and acts, for ever; a program that is dead or silent is looked at
        again later.
        """
        while True:
            program = self._pilot.open[name]
            with contextlib.suppress(NotSeen, ConnectionError, OSError):
                if program.returncode is None:
                    await self._note(name, program)
                    await act(name, program, await program.visible())
            await asyncio.sleep(LOOK_S)

    async def _note(self, name: str, program: Driven) -> None:
        facts = await program.ask("facts")
        ticket, filed = facts.get("ticket", {}), facts.get("document_filed", {})
        if name in KIOSKS and ticket.get("id"):
            self.seen.called.add(str(ticket["id"]))
        if filed:
            self.seen.filed.add(str(filed["document"]))

    # ---- people ----

    async def _caller(self, name: str, kiosk: Driven, shown: list[str]) -> None:
        if "yes" in shown:
            await kiosk.ask("click", name="yes")
        elif "goodbye_finish" in shown:
            await kiosk.ask("click", name="goodbye_finish")
        elif "number_skip" in shown:
            await kiosk.keys(CALLERS[name])
            await kiosk.click("number_send", timeout_s=5)
        elif "service_logement" in shown and self._calling:
            await kiosk.ask("click", name="service_logement")

    async def _agent(self, _name: str, desk: Driven, shown: list[str]) -> None:
        accept = next((one for one in shown if one.startswith("accept_")), "")
        if "outcome_done" in shown:
            await desk.ask("click", name="outcome_done")
            await desk.click("wrap_up_finish", timeout_s=5)
        elif "call_hang_up" in shown:
            await self._serve(desk)
        elif accept:
            await desk.ask("click", name=accept)

    async def _serve(self, desk: Driven) -> None:
        """One page, filed, if nothing breaks; then the end. What breaks is begun anew next time."""
        filed = await desk.count("document_filed")
        try:
            await self._turn_to_scanner(desk)
            kept = await desk.count("page_cleaned")
            await desk.click("scan_page", timeout_s=10)
            await desk.seen("page_cleaned", count=lambda n: n > kept, timeout_s=40)
            await desk.click("file_document", timeout_s=10)
            await desk.seen("document_filed", count=lambda n: n > filed, timeout_s=40)
        except NotSeen as error:
            self.seen.refused[str(error).partition(";")[0][:60]] += 1
        await self._note("", desk)
        for _twice in range(2):
            await desk.click("call_hang_up", timeout_s=5)

    async def _turn_to_scanner(self, desk: Driven) -> None:
        if "scan_page" in await desk.visible():
            return
        await desk.seen("dossier", number=bool, timeout_s=15)
        with contextlib.suppress(NotSeen):  # the caller's first visit
            await desk.type("procedure_menu", "Aide au logement", timeout_s=3)
        await desk.shown("piece_scan_", timeout_s=15)
        await desk.click("key:Ctrl+4", timeout_s=5)

    # ---- accidents ----

    async def run(self) -> None:
        """All the kills, each told; then nobody calls any more."""
        for number in range(1, self._kills + 1):
            await asyncio.sleep(self._chance.uniform(*CALM_S))
            victim = self._chance.choice((*KIOSKS, *DESKS, "hub", "server"))
            down_s = self._chance.uniform(*DOWN_S)
            print(f"kill {number:2}: {victim}", flush=True)
            await self._kill(victim, down_s)
        self._calling = False

    async def _kill(self, victim: str, down_s: float) -> None:
        pilot = self._pilot
        if victim == "server":  # the hub starts it again
            for pid in _children(pilot.open["hub"].pid, "nats-server"):
                os.kill(pid, signal.SIGKILL)
            return
        await pilot.open[victim].kill()
        await asyncio.sleep(down_s)
        words = ("hub", "--settings", pilot.settings) if victim == "hub" else ()
        computer = await pilot.computer(victim)
        program = next((one.program for one in MEMBERS if one.id == victim), "hub")
        pilot.open[victim] = await computer.open(*(words or (program,)))

    # ---- the end ----

    async def settle(self) -> list[str]:
        """Waits until everybody is idle; who is not, in the end."""
        end = time.monotonic() + SETTLE_S
        busy = [*KIOSKS, *DESKS]
        while busy and time.monotonic() < end:
            await asyncio.sleep(1.0)
            busy = [name for name in (*KIOSKS, *DESKS) if not await self._is_idle(name)]
        for work in self._work:
            if work.done():
                work.result()  # a mistake of this script
            work.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        return [f"{name}: {', '.join(await self._pilot.open[name].visible())}" for name in busy]

    async def _is_idle(self, name: str) -> bool:
        with contextlib.suppress(NotSeen):
            program = self._pilot.open[name]
            shown = await program.visible()
            if name in KIOSKS:
                return "service_logement" in shown
            facts = await program.ask("facts")
            busy = {"outcome_done", "call_hang_up"} & set(shown)
            return not busy and facts.get("queue", {}).get("open") == 0
        return False


def _children(pid: int, name: str) -> list[int]:
    """Processes of that name that this one started (Linux)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            head, _, rest = stat.read_text().rpartition(")")
            if rest.split()[1] == str(pid) and head.partition("(")[2].startswith(name):
                found.append(int(stat.parent.name))
    return found


@dataclass
class Verdict:
    """What the store says to what the desks were told."""

    callers: int
    lost: list[str]
    documents: int
    missing: list[str]
    twice: list[str]
    stuck: list[str]

    @property
    def is_good(self) -> bool:
        return self.callers > 0 and not (self.lost or self.missing or self.twice or self.stuck)

    @property
    def line(self) -> str:
        """The last line."""
        return (
            f"callers {self.callers} lost {len(self.lost)} documents {self.documents} "
            f"missing {len(self.missing)} twice {len(self.twice)} stuck {len(self.stuck)}"
        )


def _course(history: sqlite3.Connection, ticket: str) -> str:
    """What became of a ticket, step by step."""
    rows = history.execute(
        "SELECT stored_at_utc, state, agent, session, changed_by, reason FROM history_transition "
        "WHERE ticket = ? ORDER BY seq",
        (ticket,),
    )
    return "; ".join(" ".join(str(value) for value in row if value) for row in rows)


def judge(folder: Path, seen: Seen, stuck: list[str]) -> Verdict:
    """Compares what kiosks and desks were told with what the hub has, once nothing runs any more.

    Args:
        folder: what the hub keeps.
    """
    with contextlib.closing(sqlite3.connect(folder / "history" / "history.sqlite")) as history:
        rows = history.execute("SELECT ticket, state FROM history_transition ORDER BY seq")
        states = dict(rows.fetchall())
        courses = {one: _course(history, one) for one in seen.called}
    documents: list[str] = []
    pages: Counter[str] = Counter()
    with DossierStore(folder / "dossiers") as store:
        for number in CALLERS.values():
            try:
                dossier = store.open_dossier(ORGANISATION, f"D-{number}")
            except DossierUnknown:
                continue
            for record in dossier.documents:
                documents.append(record.id)
                origin = read_origin(store.read(ORGANISATION, record.id))
                pages.update(page.page_id for page in (origin.pages if origin else ()))
    return Verdict(
        callers=len(seen.called),
        lost=sorted(
            f"{one}: {courses[one]}"
            for one in seen.called
            if states.get(one) not in ("closed", "abandoned")
        ),
        documents=len(documents),
        missing=sorted(seen.filed - set(documents)),
        twice=sorted(page for page, count in pages.items() if count > 1),
        stuck=stuck,
    )


def _last_lines(folder: Path) -> str:
    """What each program has told its developers last; the folder is about to go."""
    ends = [
        f"---- {log.relative_to(folder)}\n"
        + "\n".join(log.read_text(errors="replace").splitlines()[-25:])
        for log in sorted(folder.glob("*/*.log"))
    ]
    return "\n".join(ends)


async def play(folder: Path, *, seed: int, kills: int) -> Verdict:
    """The whole run in an empty folder."""
    pilot = Pilot(folder, Path(sys.executable).parent)
    try:
        chaos = Chaos(pilot, seed=seed, kills=kills)
        await chaos.begin()
        await chaos.run()
        stuck = await chaos.settle()
        if stuck:
            print(_last_lines(folder), flush=True)
    except NotSeen as error:
        print(f"{error}\n{_last_lines(folder)}", flush=True)
        raise
    finally:
        await pilot.close()
    for why, count in chaos.seen.refused.most_common():
        print(f"  broken off {count}: {why}")
    data = next(folder.joinpath("hub").rglob("history.sqlite")).parents[1]
    return judge(data, chaos.seen, stuck)


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.faults.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
    print(f"chaos: --seed {arguments.seed} --kills {arguments.kills}", flush=True)
    try:
        with tempfile.TemporaryDirectory(prefix="chaos") as folder:
            verdict = asyncio.run(play(Path(folder), seed=arguments.seed, kills=arguments.kills))
    except ComputerMissing as error:
        print(f"chaos: not possible here ({error})")
        return 0
    for what in (*verdict.lost, *verdict.missing, *verdict.twice, *verdict.stuck):
        print(f"  {what}")
    print(f"chaos: {verdict.line}")
    return 0 if verdict.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
