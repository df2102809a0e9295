# SPDX-License-Identifier: GPL-3.0-only
"""A kiosk that talks, and nothing more: `talk_driver.py` is its caller, `talk_log.py` its log."""

from pathlib import Path

from talk_driver import drive
from talk_log import TalkLog

from session.bus.client import BusClient
from session.bus.enrolment import enrol
from session.bus.transport.nkeys import new_seed
from session.bus.transport.tls import client_tls
from session.core.clock import SystemClock
from session.core.tasks import Tasks
from session.kiosk.call.privacy import KioskPrivacy
from session.kiosk.call.third_parties import KioskThirdParties
from session.kiosk.call.video_call import CallMedia, KioskCall
from session.kiosk.hub.client import KioskClient
from session.media.engines.plain_peer import PlainCallPage
from session.protocol.conversation.messages import KioskWiped
from session.protocol.endpoints.chat import Chat
from session.protocol.wire.roles import Role

NOW = {"clock": SystemClock(), "tasks": Tasks()}


class TalkKiosk:
    async def begin(self, servers, code, ca_file):
        seed, tls = new_seed(), client_tls(Path(ca_file) if ca_file else None)  # keep a real seed
        me = await enrol(servers, code, seed, roles=[Role.KIOSK], tasks=NOW["tasks"], tls=tls)
        bus = BusClient(servers, me.role, user=me.user, seed=seed, tls=tls, **NOW)
        await bus.connect()
        self.link = KioskClient(bus, **NOW)
        self.link.session_opened.connect(self.on_opened)
        self.link.session_ended.connect(lambda end: NOW["tasks"].start(self.wipe(end), name="wipe"))
        await self.link.start()

    def on_opened(self, facts):
        self.session, channel = facts.id, self.link.bus.channel(facts.id)
        self.log, now_s = TalkLog(self.link, facts, **NOW), NOW["clock"].monotonic_s()
        self.call = KioskCall(channel, PlainCallPage(), accepted_at_s=now_s, **NOW)
        third = {"page": PlainCallPage(), "media": CallMedia(), "link": self.link, **NOW}
        self.third_parties = KioskThirdParties(channel, self.call, **third)
        self.third_parties.changed.connect(self.show_third)
        self.link.ticket_changed.connect(lambda change: self.third_parties.on_ticket(change.ticket))
        self.chat = Chat(channel, NOW["tasks"])
        self.chat.received.connect(lambda line: self.chat.shown(line.words_id))  # once painted
        self.privacy = KioskPrivacy(channel, self.call, page=self, tasks=NOW["tasks"])
        self.call.start()

    def show_third(self, answer):  # a screen would show the name
        if answer.talk.third is not None:
            self.third_parties.banner_painted(answer.talk.third.user)

    def set_private(self, on): ...  # it shows no page that a pause would hide

    async def wipe(self, end):
        for part in (self.privacy.close(), self.third_parties.close(), self.call.hang_up()):
            await part
        self.chat.forget()
        nothing = KioskWiped(pages_removed=0, files_removed=0, profile_removed=True, left_over=0)
        await self.link.bus.channel(end.session_id).send("end", nothing)
        self.log.write_wiped(nothing)


if __name__ == "__main__":
    drive(TalkKiosk())
