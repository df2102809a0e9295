# SPDX-License-Identifier: GPL-3.0-only
"""The way in which ends come to a common key that the hub does not have,
and what vault and hub ask each other.

A vault is an organisation's own dossier service and log keeper. Between the ends of a session:
topic "seal". To the vault: subjects `vin.<home>.<role>.<user>.<part>`
(`session.bus.sealing.vault_client`), where the hub is no party at all.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from session.protocol.conversation.messages import SessionMessage
from session.protocol.dossier.deliveries import DELIVERY_REQUESTS
from session.protocol.dossier.exports import EXPORT_REQUESTS
from session.protocol.dossier.guides import GUIDE_REQUESTS
from session.protocol.dossier.identity import IDENTITY_REQUESTS
from session.protocol.dossier.long_dossier import DOCUMENT_REQUESTS
from session.protocol.dossier.pieces import PIECE_REQUESTS
from session.protocol.helpdesk.log_list import LOG_LIST_REQUESTS
from session.protocol.helpdesk.log_notes import NOTE_REQUESTS
from session.protocol.hub.requests import Done, HubMessage, Number, Request, Requests, SessionFacts
from session.protocol.hub.seal_keys import DeskCertificate, ExchangeKey, NKey, SealCard, Signature
from session.protocol.hub.tickets import Ticket
from session.protocol.wire.ids import Id, OptionalId
from session.protocol.wire.roles import Role

# ---- between the ends of a session, topic "seal"


class SealRequested(SessionMessage, frozen=True, kw_only=True):
    """Desk: a fresh key of mine, signed by my nkey, and the vault's word that I am who I say."""

    key: ExchangeKey
    certificate: DeskCertificate
    signature: Signature


class SealOffered(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: a fresh key of mine as answer to `desk_key`; what follows is sealed with both."""

    desk_key: ExchangeKey
    key: ExchangeKey


class SealNeeded(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: I have no key with you (a restart), please ask again."""


SealMessage = SealRequested | SealOffered | SealNeeded

# ---- with the vault


class Part(StrEnum):
    """A part of an organisation's vault that is asked; each may be a process of its own."""

    DOSSIER = "dossier"
    LOG = "log"


def _verbs(requests: Requests) -> list[str]:
    return [request.verb for request in requests]


VAULT_PARTS: dict[str, Part] = {
    "dossier": Part.DOSSIER,
    "piece": Part.DOSSIER,
    "note": Part.DOSSIER,
    "upload_begin": Part.DOSSIER,
    "upload_chunk": Part.DOSSIER,
    "upload_commit": Part.DOSSIER,
    "document": Part.DOSSIER,
    **dict.fromkeys(_verbs(PIECE_REQUESTS), Part.DOSSIER),
    **dict.fromkeys(_verbs(GUIDE_REQUESTS), Part.DOSSIER),
    **dict.fromkeys(_verbs(DOCUMENT_REQUESTS), Part.DOSSIER),
    **dict.fromkeys(_verbs(DELIVERY_REQUESTS), Part.DOSSIER),
    **dict.fromkeys(_verbs(EXPORT_REQUESTS), Part.DOSSIER),
    **dict.fromkeys(_verbs(IDENTITY_REQUESTS), Part.DOSSIER),
    "log": Part.LOG,
    "read_log": Part.LOG,
    "log_accesses": Part.LOG,
    **dict.fromkeys(_verbs(LOG_LIST_REQUESTS), Part.LOG),
    **dict.fromkeys(_verbs(NOTE_REQUESTS), Part.LOG),
}
"""Verbs that the vault answers where there is one: the hub then refuses them."""


SEALED = "sealed"
"""Why the hub does not answer such a verb (`NotAllowed`)."""


class VaultHello(HubMessage, frozen=True, kw_only=True):
    """To the vault: a fresh key of mine for its key `vault_key`;
    `signature` by my nkey `signer`.
    """

    vault_key: ExchangeKey
    key: ExchangeKey
    signer: NKey
    signature: Signature


class VaultWelcome(HubMessage, frozen=True, kw_only=True):
    """The vault's fresh key; `proof` can only be made by the holder of its secret (sealed,
    base64).
    """

    key: ExchangeKey
    proof: bytes


class VaultCall(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The call that is sealed to the vault: a verb, and its request as it would go to the hub;
    what the computer calls itself, as the header `Computer` says to a hub.
    """

    verb: str
    body: msgspec.Raw
    computer: str = ""


class CertifyAnswer(HubMessage, frozen=True, kw_only=True):
    """The certificate for the key that the desk has shown."""

    certificate: DeskCertificate


class CertifyRequest(
    Request[CertifyAnswer],
    frozen=True,
    kw_only=True,
    verb="certify",
    roles=(Role.AGENT, Role.SUPERVISOR, Role.HELPDESK),
):
    """A desk asks the vault for its certificate."""


class LeaveNoteRequest(
    Request[Done], frozen=True, kw_only=True, verb="leave_note", roles=(Role.AGENT,)
):
    """An agent who passes its caller on leaves a note for the next one, at the vault instead of the
    hub.
    """

    session_id: Id
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class PassedNoteAnswer(HubMessage, frozen=True, kw_only=True):
    """The last note that was left with this caller, "" for none."""

    note: str = ""


class PassedNoteRequest(
    Request[PassedNoteAnswer], frozen=True, kw_only=True, verb="read_note", roles=(Role.AGENT,)
):
    """The next agent asks for it."""

    session_id: Id


class CallerNumberAnswer(HubMessage, frozen=True, kw_only=True):
    """The number, "" when the caller gave none."""

    caller_number: Number = ""


class CallerNumberRequest(
    Request[CallerNumberAnswer],
    frozen=True,
    kw_only=True,
    verb="caller_number",
    roles=(Role.AGENT,),
):
    """An agent asks for the number that the caller typed: the kiosk has sealed it for the vault."""

    session_id: Id


VAULT_REQUESTS: Requests = (
    CertifyRequest,
    LeaveNoteRequest,
    CallerNumberRequest,
    PassedNoteRequest,
)
"""What a vault alone answers, beside `VAULT_PARTS`."""

# ---- vault and others with the hub


class SealCardAnswer(HubMessage, frozen=True, kw_only=True):
    """Its card, None when it does not."""

    card: SealCard | None = None


class SealCardRequest(
    Request[SealCardAnswer],
    frozen=True,
    kw_only=True,
    verb="seal",
    roles=(Role.KIOSK, Role.AGENT, Role.SUPERVISOR, Role.HELPDESK, Role.VAULT),
):
    """Does this organisation ("" for our own) seal its conversations?"""

    organisation: OptionalId = ""


class VaultOwnedAnswer(HubMessage, frozen=True, kw_only=True):
    """It is; `facts` have the caller's sealed number."""

    ticket: Ticket
    facts: SessionFacts


class VaultOwnedRequest(
    Request[VaultOwnedAnswer], frozen=True, kw_only=True, verb="vault_owned", roles=(Role.VAULT,)
):
    """A vault asks: is this a session of this agent, and whose caller?"""

    session_id: Id
    agent: Id


class VaultEndsAnswer(HubMessage, frozen=True, kw_only=True):
    """The ends as the log names its writers: "k.<kiosk>", "a.<agent>".

    `over`: nobody is in this conversation any more. A hub of before does not say so, and then
    nobody reads the log. `ticket`: for the vault's list of conversations, while the hub knows it.
    """

    ends: list[str]
    over: bool = False
    ticket: Ticket | None = None


class VaultEndsRequest(
    Request[VaultEndsAnswer], frozen=True, kw_only=True, verb="vault_ends", roles=(Role.VAULT,)
):
    """A log keeper asks who the ends of a session of its organisation are."""

    session_id: Id


SEAL_REQUESTS: Requests = (
    SealCardRequest,
    VaultOwnedRequest,
    VaultEndsRequest,
)
