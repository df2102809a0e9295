# SPDX-License-Identifier: GPL-3.0-only
"""The work that the hub still does for an organisation with a vault: it gives out the vault's
public card, tells the vault whose session is whose, and refuses what the vault answers.

Used by `session.hub.composition`; the vault asks through `session.hub.vault.sessions`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from session.core.errors import NotAllowed
from session.hub.access.handlers import Asker, Handler, handles
from session.hub.convention.catalogue import Catalogue
from session.hub.dossier.log_keeper import LogKeeper
from session.hub.dossier.log_service import KnownSessions
from session.hub.queue.sessions import Sessions
from session.protocol.hub.requests import HubMessage
from session.protocol.sealing import (
    SEALED,
    VAULT_PARTS,
    SealCardAnswer,
    SealCardRequest,
    VaultEndsAnswer,
    VaultEndsRequest,
    VaultOwnedAnswer,
    VaultOwnedRequest,
)


class SealedOrganisations:
    """Answers desks and kiosks that seal, and the vaults themselves."""

    def __init__(
        self,
        catalogue: Catalogue,
        sessions: Sessions,
        *,
        keeper: LogKeeper,
        view: KnownSessions,
    ) -> None:
        self._catalogue = catalogue
        self._sessions = sessions
        self._keeper = keeper
        self._view = view

    @handles(SealCardRequest)
    async def seal(self, asker: Asker, request: SealCardRequest) -> SealCardAnswer:
        """The card of an organisation's vault, None without one."""
        return SealCardAnswer(card=self._catalogue.card(request.organisation or asker.organisation))

    @handles(VaultOwnedRequest)
    async def owned(self, asker: Asker, request: VaultOwnedRequest) -> VaultOwnedAnswer:
        """A vault asks for an agent's own session. Raises `TicketUnknown`."""
        ticket, record = await self._sessions.owned(
            asker.organisation, request.agent, request.session_id
        )
        facts = msgspec.structs.replace(
            self._sessions.kiosk_facts(ticket),
            caller_number=record.number,
            sealed_number=record.sealed,
            dossier=record.dossier,
        )
        return VaultOwnedAnswer(ticket=ticket, facts=facts)

    @handles(VaultEndsRequest)
    async def ends(self, asker: Asker, request: VaultEndsRequest) -> VaultEndsAnswer:
        """A vault asks who writes a session's log, and whether it is over. Raises
        `TicketUnknown`.
        """
        ends = await self._keeper.ends(asker.organisation, request.session_id)
        stored = self._view.session_anywhere(request.session_id)
        return VaultEndsAnswer(
            ends=ends,
            over=not self._view.is_running(request.session_id),
            ticket=stored.ticket if stored is not None else None,
        )


def unless_sealed(handlers: dict[str, Handler], catalogue: Catalogue) -> dict[str, Handler]:
    """The same, but what a vault answers is refused for organisations that have one:
    nothing comes here in clear.
    """

    def guarded(handler: Handler) -> Handler:
        async def answer(asker: Asker, request: Any) -> HubMessage:
            if catalogue.card(asker.organisation) is not None:
                raise NotAllowed(why=SEALED)
            return await handler(asker, request)

        return answer

    # "log" is left out: a kiosk's part may belong to another organisation, which only
    # `LogService.log` finds out.
    return {
        verb: guarded(handler) if verb in VAULT_PARTS and verb != "log" else handler
        for verb, handler in handlers.items()
    }
