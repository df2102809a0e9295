# SPDX-License-Identifier: GPL-3.0-only
"""Why a program is not connected yet, in words."""

from __future__ import annotations

import pytest

from resources.texts import use_language
from session.bus.transport.connection import NOBODY_ANSWERS
from session.bus.transport.connection import UNKNOWN_NAME as UNKNOWN_THERE
from session.core.errors import (
    BusCertificateExpired,
    BusCertificateNotYetValid,
    BusCertificateOtherName,
    BusCertificateRefused,
    BusRefusedIdentity,
    BusUnreachable,
    SessionError,
)
from views.words.connection import UNKNOWN_NAME, why_not_connected

ADDRESS = "tls://hub.example:4222"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (BusUnreachable(why=UNKNOWN_NAME), "name in the address tls://hub.example:4222 is unknown"),
        (BusUnreachable(why=NOBODY_ANSWERS), "Nothing answers at tls://hub.example:4222"),
        (BusUnreachable(), "Nothing answers"),
        (BusRefusedIdentity(), "does not recognise this computer"),
        (BusCertificateRefused(), "does not trust"),
        (BusCertificateNotYetValid(here="27/11/2026 08:00"), "not valid yet, by this computer's"),
        (BusCertificateExpired(here="29/11/2026 08:00"), "has ended, by this computer's clock (29"),
        (BusCertificateOtherName(), "for another address"),
    ],
)
def test_each_reason_has_its_own_words(error: SessionError, words: str) -> None:
    use_language("en")
    assert words in why_not_connected(error, [ADDRESS])
    assert UNKNOWN_NAME == UNKNOWN_THERE
