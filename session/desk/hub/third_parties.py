# SPDX-License-Identifier: GPL-3.0-only
"""Requests of a desk or board to the hub about holding, passing on and third people.
The other end: `session.hub.transfers.third_parties`.

Used by `session.desk.call.third_parties`, `session.desk.call.visit` and the board.
Every request may be repeated: it is done once.
"""

from __future__ import annotations

import msgspec

from session.bus.client import BusClient
from session.protocol.hub.talk_state import HoldReason, PassReason, Third
from session.protocol.hub.third_parties import (
    BannerShown,
    HandOverRequest,
    HoldRequest,
    InvitationAnswered,
    InviteRequest,
    JoinRequest,
    LeaveTalkRequest,
    PassedOnAnswer,
    PassedOnRequest,
    PassOnRequest,
    TalkAnswer,
    TalkRequest,
    TargetsAnswer,
    TargetsRequest,
)
from session.protocol.sealing import LeaveNoteRequest, Part, PassedNoteRequest
from session.protocol.wire.roles import Role


class ThirdPartyClient:
    """Requests of one desk or board. Each raises what the hub refused, and as
    `session.desk.hub.client`.
    """

    def __init__(self, bus: BusClient) -> None:
        self._bus = bus

    @property
    def me(self) -> tuple[Role, str]:
        """Role and user of this desk or board."""
        return self._bus.role, self._bus.user

    async def hold(
        self, session_id: str, is_on_hold: bool, reason: HoldReason = HoldReason.MOMENT
    ) -> None:
        """The caller waits a moment, or the talk goes on."""
        await self._bus.ask(HoldRequest(session_id=session_id, held=is_on_hold, reason=reason))

    async def talk(self, session_id: str) -> TalkAnswer:
        """Return who is in the conversation, with names."""
        return await self._bus.ask(TalkRequest(session_id=session_id))

    async def targets(self, session_id: str) -> TargetsAnswer:
        """Whom the caller can be passed on to, and who can be called in."""
        return await self._bus.ask(TargetsRequest(session_id=session_id))

    async def pass_on(
        self,
        session_id: str,
        reason: PassReason,
        *,
        agent: str = "",
        service: str = "",
        note: str = "",
        pieces_missing: int = -1,
    ) -> None:
        """Passes the caller on; our conversation ends. Raises `ColleagueBusy`, `QueueClosed`."""
        note = await self._aside(session_id, note)
        request = PassOnRequest(
            session_id=session_id,
            reason=reason,
            agent=agent,
            service=service,
            note=note,
            pieces_missing=pieces_missing,
        )
        await self._bus.ask(request)

    async def passed_on(self, session_id: str) -> PassedOnAnswer:
        """Return what the agent before wanted us to know; an empty name when there was none."""
        answer = await self._bus.ask(PassedOnRequest(session_id=session_id))
        if answer.by_name:
            vault = await self._bus.vault(Part.DOSSIER)
        else:
            vault = None
        if vault is None:
            return answer
        request = PassedNoteRequest(session_id=session_id)
        note = (await vault.ask(request)).note
        return msgspec.structs.replace(answer, note=note)

    async def invite(self, session_id: str, agent: str, is_on_hold: bool) -> None:
        """Calls a colleague in. Raises `ColleagueBusy`."""
        await self._bus.ask(InviteRequest(session_id=session_id, agent=agent, held=is_on_hold))

    async def answer_invitation(self, session_id: str, accept: bool) -> None:
        """We come, or we do not."""
        await self._bus.ask(InvitationAnswered(session_id=session_id, accept=accept))

    async def join(self, ticket_id: str, reason: str) -> str:
        """A supervisor joins, visibly; the session's id. Raises `TicketTaken`, `ColleagueBusy`."""
        return (await self._bus.ask(JoinRequest(ticket_id=ticket_id, reason=reason))).session_id

    async def banner_shown(self, session_id: str, third: Third) -> None:
        """Our screen names the third person now."""
        await self._bus.ask(
            BannerShown(session_id=session_id, role=third.role, user=third.user),
        )

    async def leave(self, session_id: str) -> None:
        """We leave somebody's conversation, or send the third person of ours away."""
        await self._bus.ask(LeaveTalkRequest(session_id=session_id))

    async def hand_over(
        self, session_id: str, reason: PassReason, note: str = "", pieces_missing: int = -1
    ) -> None:
        """Leaves the caller to the colleague who was called in."""
        note = await self._aside(session_id, note)
        request = HandOverRequest(
            session_id=session_id, reason=reason, note=note, pieces_missing=pieces_missing
        )
        await self._bus.ask(request)

    async def _aside(self, session_id: str, note: str) -> str:
        """The part of the note that goes to the hub: all of it, or nothing where the
        organisation's vault keeps it.
        """
        if note:
            vault = await self._bus.vault(Part.DOSSIER)
        else:
            vault = None
        if vault is None:
            return note
        await vault.ask(LeaveNoteRequest(session_id=session_id, note=note))
        return ""
