# SPDX-License-Identifier: GPL-3.0-only
"""An invitation as one line that is typed, pasted or scanned: address of the network, code, and the
authority that has signed the network's certificate. Used by hub, `enrol` and sign-in.

`tls://hub.example:4222#7JFY-7YNS-4C9X-...`: capitals or not, dashes and spaces do not matter.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from session.core.errors import EnrolmentRefused
from session.core.spoken_letters import ALPHABET, in_groups, tidy_code
from session.protocol.hub.enrolment import CODE_LENGTHS

FINGERPRINT_LETTERS = 28
"""140 bits of a certificate's SHA-256: nobody makes another certificate that begins with the same.
"""

_BITS_A_LETTER = 5

_ADDRESS = re.compile(r"[a-z]{1,10}://([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{1,45}\])(:\d{1,5})?/?")
"""What a bus's address looks like; which schemes are safe is checked elsewhere."""


@dataclass(frozen=True)
class InvitationLine:
    """The content of the line.

    Attributes:
        addresses: of the network's servers.
        code: as `tidy_code` has it; "" where people sign on with their organisation's provider.
        fingerprint: of the authority's certificate; "" where the system's authorities count.
    """

    addresses: tuple[str, ...]
    code: str
    fingerprint: str = ""

    @property
    def text(self) -> str:
        """The line."""
        return f"{','.join(self.addresses)}#{in_groups(self.code + self.fingerprint)}"


def fingerprint_of(certificate: bytes) -> str:
    """The first bits of a certificate's SHA-256, in the letters of codes.

    Args:
        certificate: DER.
    """
    digest = hashlib.sha256(certificate).digest()
    number = int.from_bytes(digest) >> (len(digest) * 8 - FINGERPRINT_LETTERS * _BITS_A_LETTER)
    letters = (
        ALPHABET[number >> (_BITS_A_LETTER * place) & 31] for place in range(FINGERPRINT_LETTERS)
    )
    return "".join(letters)[::-1]


def read_invitation(text: str) -> InvitationLine:
    """Read what somebody typed or pasted; an address without scheme is an encrypted one.

    Raises:
        EnrolmentRefused: this is no such line.
    """
    addresses, _, rest = re.sub(r"\s*[#\s]\s*", "#", text.strip(), count=1).partition("#")
    letters = tidy_code(rest)
    named = [part if "//" in part else f"tls://{part}" for part in addresses.split(",") if part]
    if not named or not all(map(_ADDRESS.fullmatch, named)) or not set(letters) <= set(ALPHABET):
        raise EnrolmentRefused
    if len(letters) in CODE_LENGTHS:
        return InvitationLine(tuple(named), letters)
    if len(letters) == FINGERPRINT_LETTERS:
        return InvitationLine(tuple(named), "", letters)
    code, fingerprint = letters[:-FINGERPRINT_LETTERS], letters[-FINGERPRINT_LETTERS:]
    if len(code) not in CODE_LENGTHS:
        raise EnrolmentRefused
    return InvitationLine(tuple(named), code, fingerprint)


def read_network(text: str) -> InvitationLine:
    """An address alone, or a line without a code. Raises `EnrolmentRefused`: this is neither."""
    if "#" in text:
        return read_invitation(text)
    addresses = tuple(part if "//" in part else f"tls://{part}" for part in text.strip().split(","))
    if not all(map(_ADDRESS.fullmatch, addresses)):
        raise EnrolmentRefused
    return InvitationLine(addresses, "")


def is_line(text: str) -> bool:
    """True for a whole line, which needs no address beside it."""
    try:
        read_invitation(text)
    except EnrolmentRefused:
        return False
    return True
