# SPDX-License-Identifier: GPL-3.0-only
"""Every verb that the hub answers, whichever page of messages it stands on.
Used by the hub's door and the schemas.
"""

from __future__ import annotations

from typing import Any

from session.protocol.appointments.booking import BOOKING_REQUESTS
from session.protocol.appointments.day import DAY_REQUESTS
from session.protocol.appointments.outside import OUTSIDE_REQUESTS
from session.protocol.colleagues.memos import MEMO_REQUESTS
from session.protocol.dossier.deliveries import DELIVERY_REQUESTS
from session.protocol.dossier.exports import EXPORT_REQUESTS
from session.protocol.dossier.guides import GUIDE_REQUESTS
from session.protocol.dossier.identity import IDENTITY_REQUESTS
from session.protocol.dossier.library import LIBRARY_REQUESTS
from session.protocol.dossier.long_dossier import DOCUMENT_REQUESTS
from session.protocol.dossier.pieces import PIECE_REQUESTS
from session.protocol.helpdesk.log_list import LOG_LIST_REQUESTS
from session.protocol.helpdesk.log_notes import NOTE_REQUESTS
from session.protocol.helpdesk.remote_help import REMOTE_HELP_REQUESTS
from session.protocol.helpdesk.self_test import SELF_TEST_REQUESTS
from session.protocol.helpdesk.site_gate import SITE_GATE_REQUESTS
from session.protocol.hub.board import BOARD_REQUESTS
from session.protocol.hub.history import HISTORY_REQUESTS
from session.protocol.hub.line_probe import PROBE_REQUESTS
from session.protocol.hub.log import LOG_REQUESTS
from session.protocol.hub.network import NETWORK_REQUESTS
from session.protocol.hub.requests import REQUESTS, Request, Requests
from session.protocol.hub.routing import ROUTING_REQUESTS
from session.protocol.hub.site import SITE_REQUESTS
from session.protocol.hub.statistics import STATISTICS_REQUESTS
from session.protocol.hub.third_parties import TALK_REQUESTS
from session.protocol.hub.waiting import WAITING_REQUESTS
from session.protocol.sealing import SEAL_REQUESTS

_REQUESTS: Requests = (
    *REQUESTS,
    *BOOKING_REQUESTS,
    *DAY_REQUESTS,
    *OUTSIDE_REQUESTS,
    *LOG_REQUESTS,
    *LOG_LIST_REQUESTS,
    *NOTE_REQUESTS,
    *STATISTICS_REQUESTS,
    *BOARD_REQUESTS,
    *DELIVERY_REQUESTS,
    *DOCUMENT_REQUESTS,
    *EXPORT_REQUESTS,
    *HISTORY_REQUESTS,
    *MEMO_REQUESTS,
    *IDENTITY_REQUESTS,
    *LIBRARY_REQUESTS,
    *NETWORK_REQUESTS,
    *PROBE_REQUESTS,
    *PIECE_REQUESTS,
    *GUIDE_REQUESTS,
    *REMOTE_HELP_REQUESTS,
    *ROUTING_REQUESTS,
    *SEAL_REQUESTS,
    *SELF_TEST_REQUESTS,
    *SITE_REQUESTS,
    *SITE_GATE_REQUESTS,
    *TALK_REQUESTS,
    *WAITING_REQUESTS,
)

ALL_VERBS: dict[str, type[Request[Any]]] = {request.verb: request for request in _REQUESTS}
"""Each verb and its request, which says who may say it and what answers it."""
