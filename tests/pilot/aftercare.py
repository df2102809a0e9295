# SPDX-License-Identifier: GPL-3.0-only
"""The operator's work: a backup of use, a key taken away, an old folder, a second hub."""

from __future__ import annotations

import asyncio
import re
import shutil
import time
from datetime import date, timedelta
from pathlib import Path

from tests.compatibility import hub_sample
from tests.compatibility.hub_sample import unpack_hub
from tests.pilot.driven import Evidence, NotSeen
from tests.pilot.pilot import Pilot, Step, free_port, same
from tests.pilot.town import ORGANISATION

SAMPLE_COUNTS = ("10 lignes d’historique", "avec 2 documents")
"""What a backup of the sample counts, as the program that made it counted."""

REVOKED_S = 1.0


class Aftercare:
    """The last steps."""

    def __init__(self, pilot: Pilot) -> None:
        self._pilot = pilot

    def plan(self) -> list[Step]:
        """Names and acts, in order, but `upgraded`, which is of another hub."""
        return [
            ("second_hub_refused", self.second_hub_refused),
            ("backup_restored", self.backup_restored),
            ("revoked", self.revoked),
        ]

    async def second_hub_refused(self) -> Evidence:
        """A second hub on the same folder says who has it, and ends."""
        hub = await self._pilot.computer("hub")
        said = await hub.run("hub", "--settings", self._pilot.settings)
        same("exit code", said.code, 2)
        holder = str(self._pilot.open["hub"].pid)
        if holder not in said.out + said.err:
            raise NotSeen(f"the holder {holder} is not named: {said.out}{said.err}")
        return {"exit code": said.code, "said": (said.out + said.err).strip()}

    async def backup_restored(self) -> Evidence:
        """A backup of the running hub, restored on another machine, gives the same figures."""
        pilot = self._pilot
        file = pilot.folder / "etat.backup"
        saved = await pilot.hub("backup", str(file), "--with-dossiers")
        [signer] = re.findall(r"(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}", saved.out)
        other = await pilot.computer("hub-2")
        settings = other.home / "hub.toml"
        text = Path(pilot.settings).read_text(encoding="utf-8")
        moved = text.replace(str(pilot.folder / "hub"), str(other.home))
        settings.write_text(moved.replace(str(pilot.port), str(free_port())), encoding="utf-8")
        for name in ("hub.pem", "hub.key", "convention.toml"):
            await asyncio.to_thread(_copy, pilot.hub_folder / name, other.home / "poste" / name)
        restoring = ("restore", str(file), "--settings", str(settings))
        said = await other.run("hub", *restoring)
        same("exit code without the signer", (said.code, signer in said.out), (1, True))
        said = await other.run("hub", *restoring, "--key", signer)
        same("exit code of the restore", said.code, 0)
        first, last = date.today() - timedelta(days=1), date.today()
        reports = []
        for computer, where in ((pilot.computers["hub"], pilot.settings), (other, str(settings))):
            path = computer.home / "report.csv"
            words = ("report", str(first), str(last), str(path), "--settings", where)
            told = await computer.run("hub", *words)
            same("exit code of the report", (told.code, told.err), (0, ""))
            reports.append(path.read_text(encoding="utf-8-sig"))
        same("figures", reports[1], reports[0])
        acts = (await other.run("hub", "acts", "--settings", str(settings))).out
        for act in ("Restauré d’une sauvegarde", "Invité"):
            if act not in acts:
                raise NotSeen(f"the other machine's register does not say {act!r}: {acts}")
        return {"bytes": file.stat().st_size, "report_lines": len(reports[0].splitlines())}

    async def revoked(self) -> Evidence:
        """An agent whose computer is lost is out within a second, and nobody can write to it."""
        desk = self._pilot.open["agent2"]
        words = ("revoke", "--role", "agent", "--org", ORGANISATION, "--name", "agent2")
        asked = asyncio.create_task(self._pilot.hub(*words))
        await desk.seen("connection", connected=False)
        out = time.monotonic()
        said = await asked
        answered = time.monotonic()
        late = out - answered
        if late > REVOKED_S:
            raise NotSeen(f"the desk was out {late:.1f} s after the answer")
        board = self._pilot.open["chef1"]
        await board.click("board_pages_memos")
        await board.type("memo_people", "on ne peut plus lui écrire")
        await board.type("memo_entry", "Tu es là ?")
        await board.click("key:Return")
        refused = await board.reads("memo_fate", "n’a plus de poste")
        await board.click("board_pages_live")
        return {
            "seconds after the hub's answer": round(max(0.0, late), 2),
            "said": said.out.strip(),
            "a memo to this person": refused,
        }

    async def upgraded(self) -> Evidence:
        """A hub's folder from before this release: started, looked at, its dossier is whole."""
        machine = await self._pilot.computer("hub-3")
        settings = unpack_hub(machine.home, free_port())
        where = ("--folder", str(machine.home), "--settings", str(settings))
        hub = await machine.open("hub", *where)
        saved = await machine.run("hub", "backup", str(machine.home / "etat.backup"), *where)
        for counted in SAMPLE_COUNTS:
            if counted not in saved.out:
                raise NotSeen(f"{counted!r} is not in {saved.out}{saved.err}")
        words = (
            "dossiers",
            "accesses",
            hub_sample.DOSSIER,
            "--org",
            hub_sample.ORGANISATION,
            "--json",
        )
        told = await machine.run("hub", *words, *where)
        same("exit code", (told.code, told.err), (0, ""))
        await hub.stop()
        return {"saved": saved.out.strip(), "accesses": told.out.strip()}


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy2(source, target)
