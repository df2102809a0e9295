# SPDX-License-Identifier: GPL-3.0-only
"""One big button of a kiosk, as the hub tells it.
Part of `session.protocol.hub.requests`, which says it on.
"""

from __future__ import annotations

import msgspec

from session.core.field_types import Text as Text
from session.protocol.wire.ids import OptionalId, ServiceRef


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """One big button. `number_kind` names the caller number's check: "allocataire",
    "france_travail", "nir" or "".

    At a kiosk of another organisation `id` is "organisation/service". A supervisor has `closed` it
    for new calls. Hours: `opens_at` when not `open_now`, `closes_at` when it is (ISO 8601, the
    site's clock, "" unknown). `message` to callers is French; `messages` has it by language.
    `away`: how its callers may wait elsewhere, "back" or "phone".

    For desks and boards, 0 for what is usual there: the wait that is promised (`within_s`), the one
    that is too long (`longest_s`), and how many waiting callers are too many (`most_waiting`).
    """

    id: ServiceRef
    name: Text
    subtitle: Text = ""
    number_kind: str = ""
    icon: str = "help"
    closed: bool = False
    organisation: OptionalId = ""
    organisation_name: Text = ""
    open_now: bool = True
    opens_at: str = ""
    closes_at: str = ""
    callback: bool = False
    away: list[str] = []
    message: Text = ""
    messages: dict[str, Text] = {}
    within_s: int = 0
    longest_s: int = 0
    most_waiting: int = 0
