# SPDX-License-Identifier: GPL-3.0-only
"""What the caller of `talk_kiosk.py` does, as the conformance program says it, a line for each act.

expert-app conformance --kiosk --level talk --driver "python docs/examples/talk_kiosk.py"
"""

import asyncio
import contextlib
import json
import sys
from pathlib import Path

from session.bus.enrolment import enrol
from session.bus.transport.nkeys import new_seed
from session.bus.transport.tls import client_tls
from session.core.errors import SessionError
from session.core.tasks import Tasks
from session.protocol.hub.requests import ServicesRequest
from session.protocol.wire.ids import new_id


class Caller:
    def __init__(self, kiosk):
        self.kiosk = kiosk

    async def begin(self, instruction):
        address, code = instruction["servers"], instruction["code"]
        await self.kiosk.begin(address, code, instruction.get("ca_file", ""))
        await self.kiosk.link.bus.ask(ServicesRequest())

    async def enrol_elsewhere(self, instruction):
        authority, code = client_tls(Path(instruction["ca_file"])), instruction["code"]
        with contextlib.suppress(SessionError):
            await enrol(instruction["servers"], code, new_seed(), tasks=Tasks(), tls=authority)

    async def press(self, instruction):
        number = instruction.get("number", "")
        await self.kiosk.link.call(instruction["service"], number, new_id())

    async def leave(self, _instruction):
        await self.kiosk.link.leave(self.kiosk.link.ticket.id)

    async def hang_up(self, _instruction):
        await self.kiosk.link.hang_up(self.kiosk.session)

    async def write(self, instruction):
        self.kiosk.chat.send(instruction["text"])

    async def pause(self, instruction):
        self.kiosk.privacy.set_by_caller(instruction["on"])


async def follow(kiosk):
    caller = Caller(kiosk)
    while (line := await asyncio.to_thread(sys.stdin.readline)) and '"finish"' not in line:
        instruction = json.loads(line)
        act = getattr(caller, instruction["do"], None)
        await act(instruction) if act else None
        print("done" if act else "cannot", flush=True)
    print("done", flush=True)


def drive(kiosk):
    asyncio.run(follow(kiosk))
