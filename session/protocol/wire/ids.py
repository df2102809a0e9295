# SPDX-License-Identifier: GPL-3.0-only
"""Opaque names that may stand in a subject: letters, digits, `_` and `-`, at most 40.
Used by every end.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Annotated

import msgspec

from session.core.field_types import ID_PATTERN, whole
from session.core.field_types import Id as Id
from session.core.field_types import OptionalId as OptionalId
from session.core.field_types import Sha256 as Sha256

ServiceRef = Annotated[
    str, msgspec.Meta(pattern=whole(r"([A-Za-z0-9_-]{1,40}/)?[A-Za-z0-9_-]{1,40}"))
]
"""A service as a kiosk names it: its id, or "organisation/service" for that of another organisation
than its own.
"""

_ID = re.compile(ID_PATTERN)


def is_id(text: str) -> bool:
    """True when `text` may stand in a subject."""
    return _ID.fullmatch(text) is not None


def new_id() -> str:
    """A fresh opaque id, 96 bits, 16 characters."""
    return secrets.token_urlsafe(12).replace("-", "_")


def ticket_id(organisation: str, kiosk: str, request_id: str) -> str:
    """The ticket's id; the same request of the same kiosk is always the same ticket."""
    source = f"{organisation}|{kiosk}|{request_id}".encode()
    return hashlib.blake2b(source, digest_size=10).hexdigest()


def split_service(ref: str, home: str) -> tuple[str, str]:
    """(organisation, service) that `ref` means to a kiosk that lives in `home`."""
    organisation, slash, service = ref.rpartition("/")
    if slash:
        return (organisation, service)
    return (home, ref)
