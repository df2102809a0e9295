# SPDX-License-Identifier: GPL-3.0-only
"""Every verb that the hub answers, whichever page of messages it stands on.
Used by the hub's door and the schemas.
"""

from __future__ import annotations

from session.protocol.dossier.deliveries import DELIVERY_VERBS
from session.protocol.dossier.exports import EXPORT_VERBS
from session.protocol.dossier.guides import GUIDE_VERBS
from session.protocol.dossier.identity import IDENTITY_VERBS
from session.protocol.dossier.library import LIBRARY_VERBS
from session.protocol.dossier.long_dossier import DOCUMENT_VERBS
from session.protocol.dossier.pieces import PIECE_VERBS
from session.protocol.helpdesk.log_list import LOG_LIST_VERBS
from session.protocol.helpdesk.log_notes import NOTE_VERBS
from session.protocol.helpdesk.remote_help import REMOTE_HELP_VERBS
from session.protocol.helpdesk.self_test import SELF_TEST_VERBS
from session.protocol.hub.board import BOARD_VERBS
from session.protocol.hub.history import HISTORY_VERBS
from session.protocol.hub.line_probe import PROBE_VERBS
from session.protocol.hub.log import LOG_VERBS
from session.protocol.hub.network import NETWORK_VERBS
from session.protocol.hub.requests import VERBS, Verb
from session.protocol.hub.routing import ROUTING_VERBS
from session.protocol.hub.site import SITE_VERBS
from session.protocol.hub.statistics import STATISTICS_VERBS
from session.protocol.hub.third_parties import TALK_VERBS
from session.protocol.hub.waiting import WAITING_VERBS
from session.protocol.sealing import SEAL_VERBS

ALL_VERBS: dict[str, Verb] = {
    **VERBS,
    **LOG_VERBS,
    **LOG_LIST_VERBS,
    **NOTE_VERBS,
    **STATISTICS_VERBS,
    **BOARD_VERBS,
    **DELIVERY_VERBS,
    **DOCUMENT_VERBS,
    **EXPORT_VERBS,
    **HISTORY_VERBS,
    **IDENTITY_VERBS,
    **LIBRARY_VERBS,
    **NETWORK_VERBS,
    **PROBE_VERBS,
    **PIECE_VERBS,
    **GUIDE_VERBS,
    **REMOTE_HELP_VERBS,
    **ROUTING_VERBS,
    **SEAL_VERBS,
    **SELF_TEST_VERBS,
    **SITE_VERBS,
    **TALK_VERBS,
    **WAITING_VERBS,
}
"""Verb -> (roles that may say it, request, answer)."""
