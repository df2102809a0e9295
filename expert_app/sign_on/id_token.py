# SPDX-License-Identifier: GPL-3.0-only
"""The check that an ID token is the provider's, for us, for this computer and of now (OpenID
Connect Core, section 3.1.3.7). Pure; used by `provider`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import (
    BadSignatureError,
    ExpiredTokenError,
    InvalidClaimError,
    JoseError,
    MissingClaimError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import KeySet

from session.core.errors import SignOnRefused
from session.protocol.hub.enrolment import SignOnTrouble

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
"""Signatures by a key pair: nobody but the provider can make them. "none" and shared secrets are
refused, whatever the provider says it can.
"""

CLOCK_S = 120
"""So far the provider's clock and ours may be apart."""
LONGEST_S = 366 * 86_400
"""A token counts for minutes or hours; one that says years was made by mistake or for misuse."""

LATEST = 1 << 40
"""No date of a token is later: some 35,000 years."""

_OF_CLAIM = {
    "iss": SignOnTrouble.ISSUER,
    "aud": SignOnTrouble.AUDIENCE,
    "azp": SignOnTrouble.AUDIENCE,
    "nonce": SignOnTrouble.NONCE,
    "iat": SignOnTrouble.CLOCK,
    "nbf": SignOnTrouble.CLOCK,
    "exp": SignOnTrouble.EXPIRED,
    "sub": SignOnTrouble.SUBJECT,
}


_TEXTS, _DATES = ("iss", "sub", "nonce", "azp"), ("exp", "iat", "nbf")


@dataclass(frozen=True)
class Expected:
    """The values that the token must have.

    Attributes:
        nonce: None where there was no question in a browser: a token that came with a refresh.
    """

    issuer: str
    client_id: str
    nonce: str | None


class KeyNotKnown(Exception):
    """The token names a key that is not among these: the provider may have changed its keys."""


def key_id(token: str) -> str:
    """Which key has signed. Raises `SignOnRefused`: no token, or an algorithm we refuse."""
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise SignOnRefused(why=SignOnTrouble.TOKEN) from error
    if header.get("alg") not in ALGORITHMS:
        raise SignOnRefused(why=SignOnTrouble.ALGORITHM)
    return str(header.get("kid", ""))


def read_signed(token: str, keys: KeySet) -> dict[str, Any]:
    """Return what a token says, once its signature is right.

    Raises:
        KeyNotKnown: none of the keys is the one that it names.
        SignOnRefused.
    """
    kid = key_id(token)
    if kid and not any(key.kid == kid for key in keys.keys):
        raise KeyNotKnown
    try:
        return dict(jwt.decode(token, keys, algorithms=ALGORITHMS).claims)
    except BadSignatureError as error:
        raise SignOnRefused(why=SignOnTrouble.KEY) from error
    except UnsupportedAlgorithmError as error:
        raise SignOnRefused(why=SignOnTrouble.ALGORITHM) from error
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise SignOnRefused(why=SignOnTrouble.TOKEN) from error


def check_claims(
    claims: dict[str, Any], expected: Expected, now: Callable[[], float] = time.time
) -> None:
    """Raises `SignOnRefused` with what is wrong, the first of it."""
    _check_types(claims)
    required: dict[str, Any] = {
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.client_id},
        "sub": {"essential": True},
        "iat": {"essential": True},
        "exp": {"essential": True},
    }
    if expected.nonce is not None:
        required["nonce"] = {"essential": True, "value": expected.nonce}
    # several audiences: the token must have been made for us (section 3.1.3.7, 4 and 5)
    if "azp" in claims or (isinstance(claims.get("aud"), list) and len(claims["aud"]) > 1):
        required["azp"] = {"essential": True, "value": expected.client_id}
    registry = jwt.JWTClaimsRegistry(now=lambda: int(now()), leeway=CLOCK_S, **required)
    try:
        registry.validate(claims)
    except ExpiredTokenError as error:
        raise SignOnRefused(why=SignOnTrouble.EXPIRED) from error
    except (InvalidClaimError, MissingClaimError) as error:
        why = _OF_CLAIM.get(error.claim, SignOnTrouble.TOKEN)
        raise SignOnRefused(why=why) from error
    except (JoseError, TypeError, ValueError) as error:
        raise SignOnRefused(why=SignOnTrouble.TOKEN) from error
    if claims["exp"] - now() > LONGEST_S:
        raise SignOnRefused(why=SignOnTrouble.EXPIRED)


def _check_types(claims: dict[str, Any]) -> None:
    """Core, section 2: joserfc also takes lists, booleans and numbers without an end. What is
    missing is told later.
    """
    for names, is_right in ((_TEXTS, _is_text), (_DATES, _is_date)):
        for name in names:
            if claims.get(name) is not None and not is_right(claims[name]):
                raise SignOnRefused(why=_OF_CLAIM[name])


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_date(value: object) -> bool:
    """A NumericDate of RFC 7519, section 2, that a clock can reach."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value < LATEST
