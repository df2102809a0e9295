# SPDX-License-Identifier: GPL-3.0-only
"""What a newcomer without a key says to the hub, and its answer.
On `svc.enrol`, by the enrolment identity alone.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from session.core.spoken_letters import ALPHABET, tidy_code
from session.protocol.hub.requests import HubMessage
from session.protocol.wire.ids import Id
from session.protocol.wire.roles import Role

Code = Annotated[str, msgspec.Meta(min_length=8, max_length=20)]
PublicKey = Annotated[str, msgspec.Meta(pattern="^U[A-Z2-7]{55}$")]
Signature = Annotated[str, msgspec.Meta(max_length=100)]


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


class EnrolAnswer(HubMessage, frozen=True, kw_only=True):
    """The key is known to the bus from now on, as this identity.
    The same request again is answered the same.
    """

    organisation: Id
    role: Role
    user: Id


def proof_text(code: str, key: str) -> bytes:
    """What a newcomer signs, so that nobody enrols a key of somebody else."""
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
