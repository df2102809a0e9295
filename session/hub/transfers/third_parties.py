# SPDX-License-Identifier: GPL-3.0-only
"""Holding a caller and third people in a conversation: called colleagues and supervisors who join.
Used by the hub.

Nobody can listen unseen: a third person is first announced, and only when kiosk and desk have both
said that their banner is on the screen does its state become "in"; `relay_peers` passes nothing
on before that.
"""

from __future__ import annotations

import logging
from datetime import timedelta

import msgspec

from session.core.errors import ColleagueBusy, NotAllowed, TicketTaken, TicketUnknown
from session.hub.access.handlers import Asker, handles
from session.hub.parts import SILENT_S
from session.hub.queue.core import QueueCore
from session.hub.queue.notifications import notify_kiosk
from session.hub.queue.ticket_changes import Decide
from session.hub.storage.interfaces import StoredTicket
from session.protocol.hub.requests import Done, TicketChanged
from session.protocol.hub.talk_state import BANNERS, HoldReason, Talk, Third, ThirdEnd, ThirdState
from session.protocol.hub.third_parties import (
    BannerShown,
    HoldRequest,
    InvitationAnswered,
    InviteRequest,
    JoinAnswer,
    JoinRequest,
    LeaveTalkRequest,
    TalkAnswer,
    TalkRequest,
)
from session.protocol.hub.tickets import SIGN_LANGUAGE, Ticket, TicketState
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

RING = timedelta(seconds=30)
"""How long a colleague is called."""

BANNER = timedelta(seconds=20)
"""How long a banner may take to come onto both screens; after that the third person is sent away.
"""


class ThirdParties:
    """Rules of holding and of third people; every change is a compare-and-set of the ticket."""

    def __init__(self, core: QueueCore) -> None:
        self._changes = core.changes
        self._catalogue = core.catalogue
        self._presence = core.presence
        self._notifications = core.notifications
        self._clock = core.clock

    # ---- questions

    @handles(TalkRequest)
    async def talk(self, asker: Asker, request: TalkRequest) -> TalkAnswer:
        """Return who is in the conversation, for its ends and its third person.
        Raises `TicketUnknown`.
        """
        ticket = (await self._of(asker, request.session_id)).ticket
        if not _is_in(ticket, asker):
            raise TicketUnknown
        talk = ticket.talk or Talk()
        third_name, by_name, signs = "", "", False
        if talk.third is not None:
            third_name = self._catalogue.person_name(ticket.organisation, talk.third.user)
            signs = SIGN_LANGUAGE in self._catalogue.skills_of(ticket.organisation, talk.third.user)
            by_name = self._catalogue.person_name(
                ticket.organisation, talk.third.by.partition(".")[2]
            )
        return TalkAnswer(
            session_id=request.session_id,
            talk=talk,
            third_name=third_name,
            by_name=by_name,
            signs=signs,
        )

    # ---- hold

    @handles(HoldRequest)
    async def hold(self, asker: Asker, request: HoldRequest) -> Done:
        """The caller waits, or the talk goes on. Raises `TicketUnknown`, `NotAllowed`."""

        def decide(ticket: Ticket) -> Ticket | None:
            talk = _own_talk(ticket, asker, request.session_id)
            if request.held:
                reason = request.reason
            else:
                reason = None
            if (talk.held, talk.hold_reason) == (request.held, reason):
                return None
            return _with(
                ticket,
                asker.writer,
                msgspec.structs.replace(talk, held=request.held, hold_reason=reason),
            )

        await self._change(asker, request.session_id, decide)
        return Done()

    # ---- third people

    @handles(InviteRequest)
    async def invite(self, asker: Asker, request: InviteRequest) -> Done:
        """Calls a colleague in.

        Raises:
            ColleagueBusy: not there, in another conversation, or somebody else is being called
            already. TicketUnknown, NotAllowed.
        """
        self._catalogue.agent(asker.organisation, request.agent)
        third = Third(
            role=Role.AGENT,
            user=request.agent,
            state=ThirdState.CALLED,
            by=asker.writer,
            at_utc=self._clock.utc_now(),
        )

        def decide(ticket: Ticket) -> Ticket | None:
            talk = _own_talk(ticket, asker, request.session_id)
            if talk.third is not None:
                if (talk.third.user, talk.third.role) == (request.agent, Role.AGENT):
                    return None
                raise ColleagueBusy
            if not self.is_free(asker.organisation, request.agent) or request.agent == asker.user:
                raise ColleagueBusy
            if request.held:
                reason = HoldReason.COLLEAGUE
            else:
                reason = None
            changed = msgspec.structs.replace(
                talk, held=request.held, hold_reason=reason, third=third, last=None
            )
            return _with(ticket, asker.writer, changed)

        await self._change(asker, request.session_id, decide)
        return Done()

    @handles(InvitationAnswered)
    async def answer_invitation(self, asker: Asker, request: InvitationAnswered) -> Done:
        """The colleague comes or not. Raises `TicketUnknown` when the call is over."""

        def decide(ticket: Ticket) -> Ticket | None:
            talk = ticket.talk or Talk()
            third = talk.third
            if ticket.session != request.session_id or ticket.state is not TicketState.IN_SESSION:
                raise TicketUnknown
            if third is None and not request.accept:
                return None
            if third is None or (third.role, third.user) != (asker.role, asker.user):
                raise TicketUnknown
            if not request.accept:
                return _with(ticket, asker.writer, _without_third(talk, ThirdEnd.DECLINED))
            if third.state is not ThirdState.CALLED:
                return None
            announced = msgspec.structs.replace(
                third, state=ThirdState.ANNOUNCED, at_utc=self._clock.utc_now()
            )
            return _with(ticket, asker.writer, msgspec.structs.replace(talk, third=announced))

        await self._change(asker, request.session_id, decide)
        return Done()

    @handles(JoinRequest)
    async def join(self, asker: Asker, request: JoinRequest) -> JoinAnswer:
        """A supervisor is announced on both screens; the session's id.

        Raises:
            TicketTaken: nobody is in conversation there now.
            ColleagueBusy: a third person is there already. TicketUnknown.
        """
        third = Third(
            role=Role.SUPERVISOR,
            user=asker.user,
            state=ThirdState.ANNOUNCED,
            by=asker.writer,
            at_utc=self._clock.utc_now(),
        )

        def decide(ticket: Ticket) -> Ticket | None:
            if ticket.state is not TicketState.IN_SESSION:
                raise TicketTaken
            talk = ticket.talk or Talk()
            if talk.third is not None:
                if (talk.third.role, talk.third.user) == (asker.role, asker.user):
                    return None
                raise ColleagueBusy
            changed = msgspec.structs.replace(talk, third=third, last=None)
            return _with(ticket, asker.writer, changed, request.reason)

        stored, changed = await self._changes.change(asker.organisation, request.ticket_id, decide)
        if changed:
            log.info("a supervisor joins a conversation visibly: %s", asker.writer)
            await self._notify(stored)
        assert stored.ticket.session is not None
        return JoinAnswer(session_id=stored.ticket.session)

    @handles(BannerShown)
    async def banner_shown(self, asker: Asker, request: BannerShown) -> Done:
        """A screen names the third person; with both screens the third person is let in.
        Raises `TicketUnknown`.
        """

        def decide(ticket: Ticket) -> Ticket | None:
            talk = ticket.talk or Talk()
            third = talk.third
            if not _is_end(ticket, asker) or ticket.session != request.session_id or third is None:
                raise TicketUnknown
            if (third.role, third.user) != (
                request.role,
                request.user,
            ) or third.state is ThirdState.CALLED:
                raise TicketUnknown
            if asker.role in third.shown:
                return None
            shown_to = tuple(sorted({*third.shown, asker.role}))
            if set(shown_to) >= BANNERS:
                state = ThirdState.IN
            else:
                state = third.state
            changed = msgspec.structs.replace(third, shown=shown_to, state=state)
            return _with(ticket, asker.writer, msgspec.structs.replace(talk, third=changed))

        await self._change(asker, request.session_id, decide)
        return Done()

    @handles(LeaveTalkRequest)
    async def leave(self, asker: Asker, request: LeaveTalkRequest) -> Done:
        """The third person goes, or the agent ends that call;
        the caller is not held any more for it.

        Raises `TicketUnknown`.
        """

        def decide(ticket: Ticket) -> Ticket | None:
            talk = ticket.talk or Talk()
            if ticket.session != request.session_id or not _is_in(ticket, asker):
                if ticket.session == request.session_id and talk.third is None:
                    return None
                raise TicketUnknown
            if talk.third is None:
                return None
            is_owner = asker.role is Role.AGENT and asker.user == ticket.agent
            if is_owner and talk.third.role is Role.SUPERVISOR:
                raise NotAllowed(why="a supervisor leaves by itself")
            return _with(
                ticket,
                asker.writer,
                _without_third(talk, ThirdEnd.REMOVED if is_owner else ThirdEnd.LEFT),
            )

        await self._change(asker, request.session_id, decide)
        return Done()

    def is_free(self, organisation: str, agent: str) -> bool:
        """True when the agent is there and in no conversation, neither an own one nor a
        colleague's.
        """
        if not self._presence.is_there(organisation, Role.AGENT, agent):
            return False
        view = self._changes.view
        return not view.of_agent(organisation, agent) and not view.helping(organisation, agent)

    # ---- timers

    async def check(self, ticket: Ticket) -> None:
        """Ends what took too long: a call nobody answers, a banner that does not come, a third desk
        that is gone.
        """
        if ticket.talk is not None:
            third = ticket.talk.third
        else:
            third = None
        if third is None or self._why_over(ticket, third) is None:
            return

        def decide(now: Ticket) -> Ticket | None:
            talk = now.talk or Talk()
            if talk.third is not None:
                why = self._why_over(now, talk.third)
            else:
                why = None
            if why is None:
                return None
            return _with(now, "hub", _without_third(talk, why))

        stored, changed = await self._changes.change(ticket.organisation, ticket.id, decide)
        if changed:
            await self._notify(stored)

    def _why_over(self, ticket: Ticket, third: Third) -> ThirdEnd | None:
        if ticket.state is not TicketState.IN_SESSION:
            return ThirdEnd.LEFT
        lasted = self._clock.utc_now() - third.at_utc
        if third.state is ThirdState.CALLED:
            if lasted > RING:
                return ThirdEnd.NO_ANSWER
            return None
        if third.state is ThirdState.ANNOUNCED and lasted > BANNER:
            return ThirdEnd.LOST
        silent_s = self._presence.silent_s(ticket.organisation, third.role, third.user)
        if silent_s > SILENT_S:
            return ThirdEnd.LOST
        return None

    # ---- changing

    async def _of(self, asker: Asker, session_id: str) -> StoredTicket:
        if asker.role is Role.KIOSK:
            return await self._changes.session_at_kiosk(asker.organisation, asker.user, session_id)
        return await self._changes.by_session(asker.organisation, session_id)

    async def _change(self, asker: Asker, session_id: str, decide: Decide) -> None:
        current = await self._of(asker, session_id)
        stored, changed = await self._changes.change(
            current.ticket.organisation, current.ticket.id, decide
        )
        if changed:
            await self._notify(stored)

    async def _notify(self, stored: StoredTicket) -> None:
        """Notifies the kiosk (desks follow tickets). A lost notification is found later: the kiosk
        asks for its ticket, too.
        """
        await notify_kiosk(
            self._notifications, stored.ticket, TicketChanged(ticket=stored.ticket, position=0)
        )


def _with(ticket: Ticket, by: str, talk: Talk, reason: str | None = None) -> Ticket:
    if reason is None:
        new_reason = ticket.reason
    else:
        new_reason = reason
    return msgspec.structs.replace(
        ticket, talk=talk if talk != Talk() else None, changed_by=by, reason=new_reason
    )


def _without_third(talk: Talk, why: ThirdEnd) -> Talk:
    """A caller who waited for the colleague's sake goes on waiting until the agent talks again."""
    return msgspec.structs.replace(talk, third=None, last=why)


def _is_end(ticket: Ticket, asker: Asker) -> bool:
    """True for the kiosk and the agent of the conversation."""
    if asker.role is Role.KIOSK:
        return ticket.is_at(asker.organisation, asker.user)
    return (
        asker.role is Role.AGENT
        and asker.user == ticket.agent
        and asker.organisation == ticket.organisation
    )


def _is_in(ticket: Ticket, asker: Asker) -> bool:
    """True for the ends and the third person."""
    if ticket.talk is not None:
        third = ticket.talk.third
    else:
        third = None
    is_third = third is not None and (third.role, third.user) == (asker.role, asker.user)
    return _is_end(ticket, asker) or (is_third and asker.organisation == ticket.organisation)


def _own_talk(ticket: Ticket, asker: Asker, session_id: str) -> Talk:
    """The talk of the agent's own running conversation. Raises `TicketUnknown`."""
    if (
        ticket.session != session_id
        or ticket.state is not TicketState.IN_SESSION
        or not _is_end(ticket, asker)
    ):
        raise TicketUnknown
    return ticket.talk or Talk()
