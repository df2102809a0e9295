# SPDX-License-Identifier: GPL-3.0-only
"""The demo's town with a mail server and RDV Service Public, and with days that pass. Nobody here
exists.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from expert_app.demo.run import Demo, DemoSetup
from expert_app.demo.world import ORGANISATION, SUPERVISOR
from expert_app.rdv_service_public.notification import SIGNATURE
from expert_app.runtime.child_programs import Child
from expert_app.runtime.config import HubSettings, load, save
from expert_app.runtime.paths import private_folder
from expert_app.runtime.ports import free_port
from expert_app.runtime.store_settings import MailSettings, RdvSettings
from session.bus.client import BusClient
from session.core.clock import SystemClock
from session.core.tasks import Tasks
from session.protocol.wire.roles import Role

SECRET = "secret-partagé-7f3a"
MOTIF, LIEU = "Point sur ma famille", "Mairie de Saint-Oyen-le-Vieux"
"""Reason and place as RDV Service Public names them; the reason means the service `famille`."""
AGENT_MAIL = "camille@valdore.example"


class AppointmentTown(Demo):
    """The demo, whose hub writes mails and believes RDV Service Public.

    Args:
        mail_port: of the organisation's mail server on this machine.

    Attributes:
        ahead: how much later it is for all programs that start from now on.
    """

    def __init__(self, folder: Path, tasks: Tasks, *, setup: DemoSetup, mail_port: int) -> None:
        super().__init__(folder, tasks, setup=setup)
        self._mail_port = mail_port
        self._door = free_port()
        self.ahead = timedelta()

    def now(self) -> datetime:
        """The time of the programs, UTC."""
        return datetime.now(UTC) + self.ahead

    async def start_hub(self) -> Child:
        """Starts the hub (again), with what this town has more than the demo."""
        self._write_more()
        return await super().start_hub()

    def _write_more(self) -> None:
        secrets = private_folder(self.folder / "secrets")
        secret = secrets / ORGANISATION
        secret.touch(mode=0o600)
        secret.write_text(SECRET, encoding="utf-8")
        file = self.folder / "hub.toml"
        settings = msgspec.structs.replace(
            load(HubSettings, file),
            mail=[
                MailSettings(
                    organisation=ORGANISATION,
                    host="127.0.0.1",
                    port=self._mail_port,
                    security="none",
                    sender="rendez-vous@valdore.example",
                )
            ],
            rdv=RdvSettings(
                listen=f"127.0.0.1:{self._door}",
                organisations=[ORGANISATION],
                secret_folder=str(secrets),
            ),
        )
        save(settings, file)
        convention = self.folder / "catalogue.toml"
        entries = msgspec.toml.decode(convention.read_bytes())
        ours = entries["organisations"][0]
        for service in ours["services"]:
            if service["id"] == "famille":
                service["appointments"]["rdv_motifs"] = [MOTIF]
        ours["sites"][0]["rdv_lieux"] = [LIEU]
        ours["people"][0]["rdv_email"] = AGENT_MAIL
        convention.write_bytes(msgspec.toml.encode(entries))

    async def _launch(
        self, name: str, arguments: list[str], environment: dict[str, str] | None = None
    ) -> Child:
        if self.ahead and arguments[:2] == ["-m", "expert_app"]:
            later = str(self.ahead.total_seconds())
            arguments = ["-m", "tests.appointment.later", later, *arguments[2:]]
        return await super()._launch(name, arguments, environment)

    async def sleep_until(self, moment: datetime) -> None:
        """Everybody goes home; in the morning of that moment the hub is started."""
        for child in (self.desk, self.kiosk, self.board, self.hub):
            if child is not None:
                await child.stop()
        self.board = None
        self.ahead = moment - datetime.now(UTC)
        self.hub = await self.start_hub()

    # ---- who asks the hub, and who tells it

    @asynccontextmanager
    async def supervisor(self) -> AsyncIterator[BusClient]:
        """A supervisor's line to the hub, beside the windows."""
        assert self.world is not None
        tasks = Tasks()
        client = BusClient(
            [self.world.bus],
            Role.SUPERVISOR,
            user=SUPERVISOR,
            seed=self.world.supervisor_seed,
            tasks=tasks,
            clock=SystemClock(),
        )
        try:
            await client.connect()
            yield client
        finally:
            await client.close()
            await tasks.close()

    async def notify(self, event: str, rdv: dict[str, Any]) -> int:
        """RDV Service Public tells what has happened to an appointment; the hub's status."""
        meta = {"model": "Rdv", "event": event, "event_occurred_at": self.now().isoformat()}
        body = json.dumps({"data": rdv, "meta": meta}).encode()
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        address = f"http://127.0.0.1:{self._door}/rdv/{ORGANISATION}"
        async with (
            aiohttp.ClientSession() as http,
            http.post(address, data=body, headers={SIGNATURE: signature}) as answer,
        ):
            return answer.status


def their_rdv(starts_at: datetime) -> dict[str, Any]:
    """An appointment as RDV Service Public says it."""
    return {
        "id": 4711,
        "status": "unknown",
        "starts_at": starts_at.isoformat(),
        "duration_in_min": 30,
        "motif": {"id": 5, "name": MOTIF},
        "lieu": {"id": 77, "name": LIEU},
        "users": [
            {
                "first_name": "Éloïse",
                "last_name": "Garance",
                "birth_date": "1987-02-14",
                "affiliation_number": "1234567",
            }
        ],
        "agents": [{"email": AGENT_MAIL}],
    }
