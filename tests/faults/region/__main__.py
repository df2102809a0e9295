# SPDX-License-Identifier: GPL-3.0-only
"""A region, whole: three servers and three hubs from `installers/cluster` over PostgreSQL and an S3
store. A machine is killed, each one is upgraded, and everything is restored elsewhere.

`python -m tests.faults.region`; exits with 0 only when every document was there after the kill, the
upgrade and the restore, and the waiting caller at the end.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from session.bus.transport.nkeys import new_seed, public_key
from session.core.dossier_model import CallerIdentity
from session.core.errors import SessionError
from session.desk.hub.client import DeskClient
from session.desk.hub.identity import DossierIdentityClient
from session.kiosk.hub.client import KioskClient
from session.protocol.hub.tickets import TicketState
from tests.end2end.recipe import READY_S, Machine, Recipe, Region, healthy, serve
from tests.integration.dossier.conversation import say
from tests.support import postgres
from tests.support.far_stores import BUCKET, SECRET, USER, s3_service
from tests.support.programs import ROLES
from tests.support.waiting import until
from tests.unit.documents.store.filled_store import pdf_like

NEWER = "9.9.0"
"""The version that a machine's programs say they are after its upgrade."""

CALLER = CallerIdentity(
    family_name="Zorvak", given_names="Ilse", born_on="1970-01-01", caller_number="1234567"
)

DOCUMENTS = """
[documents]
kind = "s3"
address = "{address}"
bucket = "{bucket}"
region = "us-east-1"
user = "{user}"
secret_file = "{secret}"
"""


class Story:
    """What is done to a region, and what must be there afterwards."""

    def __init__(self, region: Region) -> None:
        self._region = region
        self._recipe = region.recipe
        self._documents: dict[str, str] = {}
        self.faults: list[str] = []

    async def connect(self) -> None:
        region = self._region
        self._kiosk = KioskClient(await region.client("kiosk1"), region.clock, tasks=region.tasks)
        self._waiting = KioskClient(await region.client("kiosk2"), region.clock, tasks=region.tasks)
        self._desk = DeskClient(await region.client("alice"), region.clock, tasks=region.tasks)
        for client in (self._kiosk, self._waiting, self._desk):
            await client.start()
        await until(lambda: self._desk.is_ready, READY_S)

    async def file(self, label: str) -> None:
        """Calls, files a document and reads every one before it back."""
        data = pdf_like(label, pages=1)
        ticket = (
            await self._kiosk.call("housing", "1234567", f"f-{label}".replace(" ", "-"))
        ).ticket
        facts = await self._desk.accept(ticket.id)
        await say(self._desk, self._kiosk, facts.id, allowed=True)
        if not self._documents:
            await DossierIdentityClient(self._desk.bus).create(facts.id, CALLER, request_id="d1")
        dossier = await self._desk.dossier(facts.id)
        filed = await self._desk.upload(
            facts.id, dossier.number, piece_id="", name=label, pages=1, data=data
        )
        self._documents[filed.document.id] = hashlib.sha256(data).hexdigest()
        for document, digest in self._documents.items():
            read = await self._desk.document(facts.id, document)
            if hashlib.sha256(read).hexdigest() != digest:
                self.faults.append(f"{label}: document {document} is not what was filed")
        await self._desk.hang_up(facts.id)
        await self._desk.close(facts.id, "done")

    async def wait_in_the_queue(self) -> None:
        """A caller waits from now on, through everything."""
        self._ticket = (await self._waiting.call("housing", "7654321", "waits")).ticket

    async def kill(self, machine: Machine) -> None:
        """A machine loses its power: server and hub at once, and they come back."""
        await asyncio.gather(machine.hub.stop(signal.SIGKILL), machine.bus.stop(signal.SIGKILL))
        await serve(self._region, self._kiosk, self._desk, "killed")
        await self._start(machine)

    async def upgrade(self, machine: Machine, release: Path) -> None:
        """As docs/operator.md says: stop hub and server, install, start, wait for `ok`."""
        await machine.hub.stop()
        await machine.bus.stop()
        text = self._recipe.program.read_text("ascii")
        if "PYTHONPATH" not in text:  # one program file for all: the others have theirs in memory
            text = text.replace("exec ", f"export PYTHONPATH={release}\nexec ", 1)
            self._recipe.program.write_text(text, encoding="ascii")
        await serve(self._region, self._kiosk, self._desk, f"upgrade-{machine.node}")
        await self._start(machine)
        logs = (machine.folder / "var").rglob("*.log*")
        if not any(NEWER in log.read_text("utf-8", "replace") for log in logs):
            self.faults.append(f"{machine.node} does not say that it is {NEWER}")

    async def _start(self, machine: Machine) -> None:
        await machine.bus.start()
        await healthy(machine.monitor_port)
        await machine.hub.start()
        await healthy(machine.metrics_port)

    async def restore(self, database: str) -> None:
        """Every disk and the database are lost; what a backup has comes back."""
        machines, file = self._recipe.machines, self._recipe.folder / "region.backup"
        words: tuple[str, ...] = ("hub", "backup", str(file), "--with-dossiers", "--language", "en")
        said = await self._recipe.run(*words, *self._place(machines[0]))
        signer = said.partition("Signed by ")[2].partition(": write")[0]
        await self._region.close()
        for machine in machines:
            await asyncio.gather(machine.hub.stop(signal.SIGKILL), machine.bus.stop(signal.SIGKILL))
            shutil.rmtree(machine.folder / "var")
            (machine.folder / "var").mkdir()
            settings = machine.folder / "etc" / "hub.toml"
            was = settings.read_text("utf-8")
            settings.write_text(was.replace(self._recipe.database, database), encoding="utf-8")
        await asyncio.gather(*(machine.bus.start() for machine in machines))
        await asyncio.gather(*(healthy(machine.monitor_port) for machine in machines))
        words = ("hub", "restore", str(file), "--key", signer)
        await self._recipe.run(*words, *self._place(machines[0]))
        await asyncio.gather(*(machine.hub.start() for machine in machines))
        await asyncio.gather(*(healthy(machine.metrics_port) for machine in machines))

    @staticmethod
    def _place(machine: Machine) -> tuple[str, ...]:
        etc, var = machine.folder / "etc" / "hub.toml", machine.folder / "var"
        return ("--settings", str(etc), "--folder", str(var))

    async def look(self, region: Region) -> None:
        """Goes on with another connection: the caller still waits, at the same place."""
        self._region = region
        await self.connect()
        status = await self._waiting.status(self._ticket.id)
        if status.ticket.state is not TicketState.WAITING:
            self.faults.append(f"the caller who waited is {status.ticket.state}")
        if status.ticket.arrived_at_utc != self._ticket.arrived_at_utc:
            self.faults.append("the caller who waited has another time of arrival")


def newer_release(folder: Path) -> Path:
    """A folder that makes the programs say that they are `NEWER`."""
    about = folder / f"expert_app-{NEWER}.dist-info"
    about.mkdir(parents=True)
    words = f"Metadata-Version: 2.1\nName: expert-app\nVersion: {NEWER}\n"
    (about / "METADATA").write_text(words, encoding="ascii")
    return folder


def _done(label: str, begun_s: float) -> None:
    print(f"{label:<44} {time.monotonic() - begun_s:5.1f} s", flush=True)


async def run(folder: Path, server: str, store: str) -> list[str]:
    """The whole story; what was not as it should be."""
    seeds = {name: new_seed() for name in ROLES}
    secret = folder / "documents.secret"
    secret.write_text(SECRET, encoding="ascii")
    secret.chmod(0o600)
    more = DOCUMENTS.format(address=store, bucket=BUCKET, user=USER, secret=secret)
    recipe = Recipe(
        folder,
        {name: public_key(seed) for name, seed in seeds.items()},
        database=postgres.new_database(server, "poste"),
        more=more,
    )
    await recipe.prepare()
    region = Region(recipe, seeds)
    story = Story(region)
    begun_s = time.monotonic()
    try:
        await region.start()
        await story.connect()
        await story.file("first")
        await story.wait_in_the_queue()
        _done("three machines serve and file", begun_s)
        await story.kill(await region.leader())
        await story.file("after a kill")
        _done("the leader's machine was killed", begun_s)
        release = newer_release(folder / "release")
        for machine in recipe.machines:
            await story.upgrade(machine, release)
        await story.file("after the upgrade")
        _done("each machine was upgraded", begun_s)
        await story.restore(postgres.new_database(server, "anew"))
        _done("everything was restored", begun_s)
        region = Region(recipe, seeds)
        await story.look(region)
        await story.file("after the restore")
        _done("the caller still waits, and every document is there", begun_s)
    except (SessionError, TimeoutError, AssertionError) as error:
        story.faults.append(f"{type(error).__name__}: {error}")
    finally:
        await region.close()
        await recipe.close()
    return story.faults


def main() -> int:
    logging.basicConfig(level=logging.ERROR)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    programs = postgres.programs()
    if sys.platform != "linux" or programs is None:
        print("region: not possible here (Linux and PostgreSQL are needed)")
        return 0
    with (
        tempfile.TemporaryDirectory(prefix="region", ignore_cleanup_errors=True) as folder,
        postgres.server(programs, durable=True) as server,
        s3_service() as store,
    ):
        faults = asyncio.run(run(Path(folder), server, store))
        for fault in faults:
            print(f"region: {fault}")
        if faults:
            shutil.copytree(folder, "build/faults/region", dirs_exist_ok=True)
    print(f"region faults {len(faults)}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
