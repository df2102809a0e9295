# SPDX-License-Identifier: GPL-3.0-only
"""The messages of a newcomer without a key to the hub, and its answer.
On `svc.enrol`, by the enrolment identity alone.

Who has no code may sign on with an organisation's provider (OpenID Connect): the desk's browser
gets a code there, and the hub exchanges it.
"""

from __future__ import annotations

import base64
import hashlib
from enum import StrEnum
from typing import Annotated

import msgspec

from session.core.field_types import UtcTime, whole
from session.core.spoken_letters import ALPHABET, tidy_code
from session.protocol.hub.requests import Done, HubMessage
from session.protocol.wire.ids import Id
from session.protocol.wire.roles import Role

Code = Annotated[str, msgspec.Meta(min_length=8, max_length=20)]
PublicKey = Annotated[str, msgspec.Meta(pattern=whole("U[A-Z2-7]{55}"))]
Signature = Annotated[str, msgspec.Meta(max_length=100)]
Computer = Annotated[str, msgspec.Meta(max_length=100)]
"""What a computer calls itself, for people; "" for one that does not say."""


class EnrolRequest(HubMessage, frozen=True, kw_only=True):
    """ "Here is my code; this is my key, and the proof that I hold it."

    Attributes:
        key: public nkey of the newcomer.
        proof: signature of `proof_text`, base64.
        roles: those that this program can be; a code for another one is not used up. Empty for all.
    """

    code: Code
    key: PublicKey
    proof: Signature
    roles: tuple[Role, ...] = ()
    computer: Computer = ""


class EnrolAnswer(HubMessage, frozen=True, kw_only=True):
    """The key is known to the bus from now on, as this identity.
    The same request again is answered the same.
    """

    organisation: Id
    role: Role
    user: Id


class SignOnTrouble(StrEnum):
    """Why a sign-on was refused: for the administrator, never a word of the token."""

    CODE = "code"
    """The provider does not take the code: used, too old, or not for us."""
    CLIENT = "client"
    """The provider does not know the hub: client id or secret."""
    TOKEN = "token"
    """No ID token, or it cannot be read."""
    ALGORITHM = "algorithm"
    KEY = "key"
    """Signed by a key that the provider does not publish."""
    ISSUER = "issuer"
    AUDIENCE = "audience"
    NONCE = "nonce"
    """The token is not for this computer's key, or for another sign-on."""
    EXPIRED = "expired"
    CLOCK = "clock"
    """It was made in the future, by the hub's clock."""
    SUBJECT = "subject"
    STATE = "state"
    """The browser brought the answer to a question that was not asked."""
    PROOF = "proof"
    """The newcomer does not hold its key."""
    PERSON = "person"
    """Somebody else works with this key."""


MOST_PAGE_LETTERS = 2000


class SignOnOffer(msgspec.Struct, frozen=True, kw_only=True):
    """One provider with which people sign on here.

    Attributes:
        name: of the organisation, for people.
        address: the provider's page for the browser (RFC 6749, section 3.1), with what is asked
            for but redirect, state, nonce and challenge.
        redirect: where the browser comes back to, on this computer (RFC 8252, section 7.3); without
            a port any free one.
        issuer: whose answer counts, where an answer says whose it is (RFC 9207); "" for anybody's.
    """

    id: Id
    name: Annotated[str, msgspec.Meta(max_length=200)]
    address: Annotated[str, msgspec.Meta(pattern=r"^https?://", max_length=MOST_PAGE_LETTERS)]
    redirect: Annotated[
        str, msgspec.Meta(pattern=r"^http://(127\.0\.0\.1|localhost)([:/]|$)", max_length=200)
    ]
    issuer: Annotated[str, msgspec.Meta(max_length=300)] = ""


class SignOnOffersRequest(HubMessage, frozen=True, kw_only=True):
    """ "With whom can people sign on here?" """


class SignOnOffersAnswer(HubMessage, frozen=True, kw_only=True):
    """These; none where only codes count."""

    offers: tuple[SignOnOffer, ...] = ()


class SignOnRequest(HubMessage, frozen=True, kw_only=True):
    """ "The provider gave me this code; this is my key, and the proof that I hold it."
    A key that is in already stays so for longer.

    Attributes:
        code: authorization code, for the hub to exchange.
        verifier: of the challenge (RFC 7636, section 4.1); the nonce follows from it and the key.
        redirect: the whole address to which the browser came back.
        proof: signature of `sign_on_proof_text`, base64.
        roles: as in `EnrolRequest`.
    """

    offer: Id
    code: Annotated[str, msgspec.Meta(min_length=1, max_length=2400)]
    verifier: Annotated[str, msgspec.Meta(pattern=whole(r"[A-Za-z0-9._~-]{43,128}"))]
    redirect: Annotated[str, msgspec.Meta(max_length=200)]
    key: PublicKey
    proof: Signature
    roles: tuple[Role, ...] = ()
    computer: Computer = ""


class SignOnAnswer(HubMessage, frozen=True, kw_only=True):
    """The key is known to the bus until then, as this identity.
    The same request again is answered the same.
    """

    organisation: Id
    role: Role
    user: Id
    until_utc: UtcTime


class SignOffRequest(HubMessage, frozen=True, kw_only=True):
    """ "My key shall count no more." Answered by `Done`, whether it was known or not."""

    key: PublicKey
    proof: Signature


NEWCOMERS: tuple[tuple[type[HubMessage], type[HubMessage]], ...] = (
    (EnrolRequest, EnrolAnswer),
    (SignOnOffersRequest, SignOnOffersAnswer),
    (SignOnRequest, SignOnAnswer),
    (SignOffRequest, Done),
)
"""What is said at the door, and its answer."""

Newcomer = EnrolRequest | SignOnOffersRequest | SignOnRequest | SignOffRequest


def sign_on_nonce(key: str, verifier: str) -> str:
    """The nonce of an ID token that is for this key and this sign-on alone (OpenID Connect Core,
    section 3.1.2.1).
    """
    digest = hashlib.sha256(f"poste-expert sign-on {key} {verifier}".encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def sign_on_proof_text(code: str, key: str) -> bytes:
    """Return what a newcomer signs, so that nobody signs on with a key of somebody else."""
    return f"poste-expert sign-on {code} {key}".encode()


def sign_off_proof_text(key: str) -> bytes:
    """Return what the holder of a key signs to have it forgotten."""
    return f"poste-expert sign-off {key}".encode()


def proof_text(code: str, key: str) -> bytes:
    """Return what a newcomer signs, so that nobody enrols a key of somebody else."""
    return f"poste-expert enrol {code} {key}".encode()


CODE_LETTERS = 8
"""40 bits: at one guess a second, fifteen minutes find one code in a thousand million."""

LONG_CODE_LETTERS = 12
"""60 bits, for a code that is good for days: at one guess a second as safe as the short one."""

CODE_LENGTHS = frozenset({CODE_LETTERS, LONG_CODE_LETTERS})


def is_code(typed: str) -> bool:
    """True when `typed` could be a code."""
    code = tidy_code(typed)
    return len(code) in CODE_LENGTHS and all(letter in ALPHABET for letter in code)
