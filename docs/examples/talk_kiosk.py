# SPDX-License-Identifier: GPL-3.0-only
"""A kiosk that talks, and nothing more, out of `session.bus` and `session.kiosk`.

expert-app conformance --kiosk --level talk --driver "python docs/examples/talk_kiosk.py"
"""

import asyncio
import json
import sys
import tempfile
from functools import partial
from pathlib import Path

from session.bus.client import BusClient
from session.bus.enrolment import enrol
from session.bus.transport.nkeys import new_seed
from session.bus.transport.tls import client_tls
from session.core.clock import SystemClock
from session.core.tasks import Tasks
from session.kiosk.call.privacy import KioskPrivacy
from session.kiosk.call.third_parties import KioskThirdParties
from session.kiosk.call.video_call import CallMedia, KioskCall
from session.kiosk.hub.client import KioskLink
from session.log import events
from session.log.events import Writer
from session.log.writer import LogWriter
from session.media.engines.plain_peer import PlainCallPage
from session.protocol.conversation.messages import KioskWiped
from session.protocol.endpoints.chat import Chat
from session.protocol.wire.ids import new_id
from session.protocol.wire.roles import Role

CLOCK, TASKS = SystemClock(), Tasks()
NOW = {"clock": CLOCK, "tasks": TASKS}


class NoPage:  # a kiosk that shows no pages has none to hide
    def set_private(self, on): ...


class TalkKiosk:
    async def begin(self, instruction):
        seed, servers = new_seed(), instruction["servers"]  # a real kiosk keeps its seed
        safe = client_tls(Path(instruction["ca_file"]) if instruction.get("ca_file") else None)
        both = {"tasks": TASKS, "tls": safe}
        me = await enrol(servers, instruction["code"], seed, roles=[Role.KIOSK], **both)
        bus = BusClient(servers, me.role, user=me.user, seed=seed, clock=CLOCK, **both)
        await bus.connect()
        self.link = KioskLink(bus, CLOCK, tasks=TASKS)
        self.link.session_opened.connect(self.on_opened)
        self.link.session_ended.connect(lambda end: TASKS.start(self.wipe(end), name="wipe"))
        self.link.ticket_changed.connect(lambda change: self.third_parties.on_ticket(change.ticket))
        await self.link.start()
        await self.link.services()

    async def press(self, instruction):
        await self.link.call(instruction["service"], instruction.get("number", ""), new_id())

    def on_opened(self, facts):
        self.session, channel = facts.id, self.link.channel(facts.id)
        self.log = LogWriter(
            facts.id,
            Writer.KIOSK,
            folder=Path(tempfile.mkdtemp()),  # a real kiosk keeps what the hub does not have yet
            send=partial(self.link.append_log, facts.id),
            **NOW,
        )
        self.log.write(
            events.CallRequestedAtKiosk(ticket_id=facts.ticket_id, service=facts.service)
        )
        now_s = CLOCK.monotonic_s()
        both = {"page": PlainCallPage(), "media": CallMedia(), **NOW}
        self.call = KioskCall(channel, **both, accepted_at_s=now_s)
        both["page"] = PlainCallPage()
        self.third_parties = KioskThirdParties(channel, self.call, link=self.link, **both)
        # a screen would show these; what is painted is told
        self.third_parties.changed.connect(
            lambda t: t.talk.third and self.third_parties.banner_painted(t.talk.third.user)
        )
        self.chat = Chat(channel, TASKS)
        self.chat.received.connect(lambda line: self.chat.shown(line.words_id))
        self.privacy = KioskPrivacy(channel, self.call, page=NoPage(), tasks=TASKS)
        self.call.start()

    async def wipe(self, end):
        for part in (self.privacy.close(), self.third_parties.close(), self.call.hang_up()):
            await part
        self.chat.forget()
        nothing = {"pages_removed": 0, "files_removed": 0, "profile_removed": True, "left_over": 0}
        await self.link.channel(end.session_id).send("end", KioskWiped(**nothing))
        self.log.write(events.KioskWiped(**nothing))

    async def leave(self, _instruction):
        await self.link.leave(self.link.ticket.id)

    async def hang_up(self, _instruction):
        await self.link.hang_up(self.session)

    async def write(self, instruction):
        self.chat.send(instruction["text"])

    async def pause(self, instruction):
        self.privacy.set_by_caller(instruction["on"])


async def main():
    kiosk = TalkKiosk()
    while (line := await asyncio.to_thread(sys.stdin.readline)) and '"finish"' not in line:
        instruction = json.loads(line)
        act = getattr(kiosk, instruction["do"], None)
        await act(instruction) if act else None
        print("done" if act else "cannot", flush=True)
    print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
