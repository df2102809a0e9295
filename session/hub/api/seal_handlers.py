# SPDX-License-Identifier: GPL-3.0-only
"""What the hub still does for an organisation with a vault:
says its card, says whose session is whose, else refuses.

Used by `session.hub.api.handlers`; the vault asks through `session.hub.vault.sessions`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from session.core.errors import NotAllowed
from session.hub.access.request_server import Asker, Handler
from session.hub.convention.catalogue import Catalogue
from session.hub.dossier.log_keeper import LogKeeper
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


class _SealHandlers:
    def __init__(self, catalogue: Catalogue, sessions: Sessions, *, keeper: LogKeeper) -> None:
        self.catalogue, self.sessions, self.keeper = catalogue, sessions, keeper

    async def seal(self, asker: Asker, wish: SealCardRequest) -> SealCardAnswer:
        return SealCardAnswer(card=self.catalogue.card(wish.organisation or asker.organisation))

    async def owned(self, asker: Asker, wish: VaultOwnedRequest) -> VaultOwnedAnswer:
        ticket, record = await self.sessions.owned(asker.organisation, wish.agent, wish.session_id)
        facts = msgspec.structs.replace(
            self.sessions.kiosk_facts(ticket),
            caller_number=record.number,
            sealed_number=record.sealed,
            dossier=record.dossier,
        )
        return VaultOwnedAnswer(ticket=ticket, facts=facts)

    async def ends(self, asker: Asker, wish: VaultEndsRequest) -> VaultEndsAnswer:
        return VaultEndsAnswer(ends=await self.keeper.ends(asker.organisation, wish.session_id))


def seal_handlers(
    catalogue: Catalogue, sessions: Sessions, keeper: LogKeeper
) -> dict[str, Handler]:
    """Verb -> the rule that answers it."""
    rules = _SealHandlers(catalogue, sessions, keeper=keeper)
    return {"seal": rules.seal, "vault_owned": rules.owned, "vault_ends": rules.ends}


def unless_sealed(handlers: dict[str, Handler], catalogue: Catalogue) -> dict[str, Handler]:
    """The same, but what a vault answers is refused for organisations that have one:
    nothing comes here in clear.
    """

    def guarded(handler: Handler) -> Handler:
        async def answer(asker: Asker, wish: Any) -> HubMessage:
            if catalogue.card(asker.organisation) is not None:
                raise NotAllowed(why=SEALED)
            return await handler(asker, wish)

        return answer

    # A kiosk's part of a log is looked at by whom it is for, which only its own handler knows.
    return {
        verb: guarded(handler) if verb in VAULT_PARTS and verb != "log" else handler
        for verb, handler in handlers.items()
    }
