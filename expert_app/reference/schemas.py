# SPDX-License-Identifier: GPL-3.0-only
"""The protocol's JSON Schemas, in docs/schemas. Used by `expert_app.reference`."""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from documents.store.procedures import ProcedureFile
from expert_app.reference.files import Documents, json_text
from session.hub.convention.catalogue import WholeFile
from session.hub.convention.entries import OrganisationEntry
from session.hub.convention.loading import NetworkPart
from session.log.events import Record
from session.protocol.conversation.chat_and_privacy import BesideMessage
from session.protocol.conversation.line import LineMessage
from session.protocol.conversation.mirror_messages import MirrorMessage
from session.protocol.conversation.remote_control import ControlMessage
from session.protocol.conversation.shown_document import ShowMessages
from session.protocol.hub import requests as hub_messages
from session.protocol.hub.enrolment import EnrolAnswer, EnrolRequest
from session.protocol.hub.requests import HubEvent, Refusal
from session.protocol.hub.tickets import Ticket
from session.protocol.sealing import VAULT_VERBS, SealMessage, VaultHello, VaultWelcome
from session.protocol.topics import AnySessionMessage
from session.protocol.verbs import ALL_VERBS
from session.protocol.wire.version import PROTOCOL_VERSION

CONVENTION: list[Any] = [WholeFile, NetworkPart, OrganisationEntry]


def _session_types() -> list[Any]:
    kinds = [*get_args(AnySessionMessage), *(get_args(MirrorMessage) or [MirrorMessage])]
    return [
        *kinds,
        *get_args(ControlMessage),
        *get_args(SealMessage),
        *get_args(LineMessage),
        *get_args(BesideMessage),
        *get_args(ShowMessages),
    ]


def _hub_types() -> list[Any]:
    kinds: list[Any] = [Ticket, hub_messages.QueueBeat, Refusal, EnrolRequest, EnrolAnswer]
    kinds += [VaultHello, VaultWelcome]
    for _roles, request, answer in (*ALL_VERBS.values(), *VAULT_VERBS.values()):
        kinds += [kind for kind in (request, answer) if kind not in kinds]
    return kinds + [kind for kind in get_args(HubEvent) if kind not in kinds]


def _document(title: str, kinds: list[Any]) -> dict[str, Any]:
    _references, components = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": f"Protocol version {PROTOCOL_VERSION}",
        "$defs": components,
    }


def documents() -> Documents:
    """Every schema."""
    parts = {
        "convention.json": _document(
            "A convention in one file, and the parts of one in a folder", CONVENTION
        ),
        "procedures.json": _document("What an organisation's procedures ask for", [ProcedureFile]),
        "hub.json": _document("What kiosk, desk and hub say to each other", _hub_types()),
        "session.json": _document(
            "What the two ends of a session say to each other", _session_types()
        ),
        "log.json": _document("One record of a session's log", [Record]),
    }
    return {f"schemas/{name}": json_text(part) for name, part in parts.items()}
