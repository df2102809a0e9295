# SPDX-License-Identifier: GPL-3.0-only
"""Which rule of holding, passing on and third people answers which verb.
Used by `session.hub.composition`.
"""

from __future__ import annotations

from session.hub.access.request_server import Asker, Handler
from session.hub.transfers.pass_on import Passing
from session.hub.transfers.third_parties import Talks
from session.protocol.hub.requests import Done
from session.protocol.hub.third_parties import (
    BannerShown,
    HandOverRequest,
    HoldRequest,
    InvitationAnswered,
    InviteRequest,
    JoinAnswer,
    JoinRequest,
    LeaveTalkRequest,
    PassedOnAnswer,
    PassedOnRequest,
    PassingAnswer,
    PassingRequest,
    PassOnRequest,
    TalkAnswer,
    TalkRequest,
    TargetsAnswer,
    TargetsRequest,
)


class _TalkHandlers:
    def __init__(self, talks: Talks, passing: Passing) -> None:
        self.talks = talks
        self.passing = passing

    async def hold(self, asker: Asker, wish: HoldRequest) -> Done:
        await self.talks.hold(asker, wish)
        return Done()

    async def talk(self, asker: Asker, wish: TalkRequest) -> TalkAnswer:
        return await self.talks.talk(asker, wish.session_id)

    async def targets(self, asker: Asker, wish: TargetsRequest) -> TargetsAnswer:
        return await self.passing.targets(asker.organisation, asker.user, wish.session_id)

    async def pass_on(self, asker: Asker, wish: PassOnRequest) -> Done:
        await self.passing.pass_on(asker.organisation, asker.user, wish)
        return Done()

    async def passed_on(self, asker: Asker, wish: PassedOnRequest) -> PassedOnAnswer:
        return await self.passing.passed_on(asker.organisation, asker.user, wish.session_id)

    async def whereto(self, asker: Asker, wish: PassingRequest) -> PassingAnswer:
        return await self.passing.passing(asker.organisation, asker.user, wish.ticket_id)

    async def invite(self, asker: Asker, wish: InviteRequest) -> Done:
        await self.talks.invite(asker, wish)
        return Done()

    async def answer_invitation(self, asker: Asker, wish: InvitationAnswered) -> Done:
        await self.talks.answer_invitation(asker, wish)
        return Done()

    async def join(self, asker: Asker, wish: JoinRequest) -> JoinAnswer:
        return JoinAnswer(session_id=await self.talks.join(asker, wish))

    async def banner_shown(self, asker: Asker, wish: BannerShown) -> Done:
        await self.talks.banner_shown(asker, wish)
        return Done()

    async def leave_talk(self, asker: Asker, wish: LeaveTalkRequest) -> Done:
        await self.talks.leave(asker, wish.session_id)
        return Done()

    async def hand_over(self, asker: Asker, wish: HandOverRequest) -> Done:
        await self.passing.hand_over(asker.organisation, asker.user, wish)
        return Done()


def talk_handlers(talks: Talks, passing: Passing) -> dict[str, Handler]:
    """Verb -> the rule that answers it."""
    rules = _TalkHandlers(talks, passing)
    return {
        "hold": rules.hold,
        "talk": rules.talk,
        "targets": rules.targets,
        "pass_on": rules.pass_on,
        "passed_on": rules.passed_on,
        "passing": rules.whereto,
        "invite": rules.invite,
        "answer_invitation": rules.answer_invitation,
        "join": rules.join,
        "banner_shown": rules.banner_shown,
        "leave_talk": rules.leave_talk,
        "hand_over": rules.hand_over,
    }
