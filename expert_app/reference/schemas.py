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
from session.protocol.hub import requests as hub_messages
from session.protocol.hub.enrolment import NEWCOMERS
from session.protocol.hub.history import LineSample
from session.protocol.hub.requests import HubEvent, Refusal, type_of
from session.protocol.hub.tickets import Ticket
from session.protocol.sealing import VAULT_REQUESTS, VaultHello, VaultWelcome
from session.protocol.topics import SESSION_MESSAGES
from session.protocol.verbs import ALL_VERBS
from session.protocol.wire.version import PROTOCOL_VERSION

CONVENTION: list[Any] = [WholeFile, NetworkPart, OrganisationEntry]


def _hub_types() -> list[Any]:
    kinds: list[Any] = [Ticket, hub_messages.QueueBeat, Refusal]
    kinds += [kind for pair in NEWCOMERS for kind in pair]
    kinds += [LineSample, VaultHello, VaultWelcome]
    for request in (*ALL_VERBS.values(), *VAULT_REQUESTS):
        for kind in (request, request.answer):
            if kind not in kinds and type_of(kind) == kind.__name__:
                kinds.append(kind)
    return kinds + [kind for kind in get_args(HubEvent) if kind not in kinds]


def components_of(kinds: list[Any], ref_template: str = "#/$defs/{name}") -> dict[str, Any]:
    """The schema of each type and of what it holds, by name; of a message `v` and `type` are
    required, as the decoder wants them.
    """
    _references, components = msgspec.json.schema_components(kinds, ref_template=ref_template)
    for name, component in components.items():
        properties = component.get("properties", {})
        if properties.get("type") == {"enum": [name]} and "v" in properties:
            properties["v"] = {"const": PROTOCOL_VERSION}
            component["required"] = ["type", "v", *component["required"][1:]]
    return components


def _document(title: str, kinds: list[Any]) -> dict[str, Any]:
    components = components_of(kinds)
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
            "What the two ends of a session say to each other", list(SESSION_MESSAGES)
        ),
        "log.json": _document("One record of a session's log", [Record]),
    }
    return {f"schemas/{name}": json_text(part) for name, part in parts.items()}
