# SPDX-License-Identifier: GPL-3.0-only
"""Every verb that the hub answers, whichever page of messages it stands on. Used by the hub's door and the schemas."""

from __future__ import annotations

from session.protocol.board_messages import BOARD_VERBS
from session.protocol.delivery_messages import DELIVERY_VERBS
from session.protocol.export_messages import EXPORT_VERBS
from session.protocol.history_messages import HISTORY_VERBS
from session.protocol.hub_messages import VERBS, Verb
from session.protocol.library_messages import LIBRARY_VERBS
from session.protocol.log_messages import LOG_VERBS
from session.protocol.network_messages import NETWORK_VERBS
from session.protocol.piece_messages import PIECE_VERBS
from session.protocol.probe_messages import PROBE_VERBS
from session.protocol.routing_messages import ROUTING_VERBS
from session.protocol.seal_messages import SEAL_VERBS
from session.protocol.site_messages import SITE_VERBS
from session.protocol.statistics_messages import STATISTICS_VERBS
from session.protocol.talk_messages import TALK_VERBS
from session.protocol.waiting_messages import WAITING_VERBS

ALL_VERBS: dict[str, Verb] = {
    **VERBS,
    **LOG_VERBS,
    **STATISTICS_VERBS,
    **BOARD_VERBS,
    **DELIVERY_VERBS,
    **EXPORT_VERBS,
    **HISTORY_VERBS,
    **LIBRARY_VERBS,
    **NETWORK_VERBS,
    **PROBE_VERBS,
    **PIECE_VERBS,
    **ROUTING_VERBS,
    **SEAL_VERBS,
    **SITE_VERBS,
    **TALK_VERBS,
    **WAITING_VERBS,
}
"""Verb -> (roles that may say it, request, answer)."""
