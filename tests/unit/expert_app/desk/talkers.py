# SPDX-License-Identifier: GPL-3.0-only
"""People who join a conversation, for tests."""

from __future__ import annotations

from expert_app.desk.third_parties import Invitation, ThirdPartyJob
from session.desk.call.visit import Visit
from session.desk.hub.third_parties import ThirdPartyClient
from session.kiosk.hub.client import KioskClient
from session.media.engine import MediaState
from session.protocol.hub.talk_state import Third
from session.protocol.hub.third_parties import PassedOnAnswer, TalkAnswer, TargetsAnswer
from session.protocol.hub.tickets import Ticket
from session.protocol.wire.roles import Role
from tests.support.program_parts import QuietEngine
from tests.support.waiting import until
from tests.unit.expert_app.desk.desk_at_work import Desk, Office


class Talker:
    """A desk with everything about talks that it told."""

    def __init__(self, office: Office, desk: Desk) -> None:
        self.desk = desk
        link = ThirdPartyClient(desk.client)

        def open_visit(session_id: str) -> Visit:
            channel = desk.link.bus.channel(session_id)
            return Visit(
                link.me,
                channel,
                caller_engine=QuietEngine(),
                agent_engine=QuietEngine(),
                clock=office.world.clock,
                tasks=desk.tasks,
            )

        self.talks = ThirdPartyJob(
            desk.app,
            desk.link,
            third_party_client=link,
            open_visit=open_visit,
            tasks=desk.tasks,
        )
        self.seen: list[TalkAnswer] = []
        self.notes: list[PassedOnAnswer] = []
        self.calls: list[Invitation | None] = []
        self.visits: list[Visit] = []
        self.left: list[Ticket | None] = []
        self.targets: list[TargetsAnswer] = []
        self.back: list[Ticket] = []
        self.talks.talk_changed.connect(self.seen.append)
        self.talks.note_received.connect(self.notes.append)
        self.talks.invited.connect(self.calls.append)
        self.talks.visit_began.connect(self.visits.append)
        self.talks.visit_ended.connect(self.left.append)
        self.talks.targets_found.connect(self.targets.append)
        self.talks.came_back.connect(self.back.append)

    def third(self) -> Third | None:
        session = self.desk.app.session
        return session.third_parties.talk.third if session is not None else None


async def talker(office: Office, user: str) -> Talker:
    client = await office.world.client(Role.AGENT, user)
    desk = office.add(Desk(office.world, client, office.folder / user, office.workers))
    made = Talker(office, desk)
    await desk.start()
    await desk.app.resumed.wait()
    return made


async def let_in(kiosk: KioskClient, agent: Talker, colleague: Talker) -> None:
    """Both screens show the colleague's banner."""
    third = agent.third()
    assert third is not None
    agent.desk.opened[0].third_parties.banner_painted("bob")
    await kiosk.banner_shown(agent.desk.opened[0].facts.id, third)
    await until(lambda: colleague.visits[0].is_in)
    assert colleague.visits[0].caller.state == MediaState.HELD
