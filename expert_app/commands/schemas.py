# SPDX-License-Identifier: GPL-3.0-only
"""Exports the protocol's JSON Schemas to docs/schemas, or checks that those in the repository are
the current ones.

Run by `make schemas` and, with `--check`, by `make lint`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, get_args

import msgspec

from documents.store.procedures import ProcedureFile
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

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "schemas"


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


def documents() -> dict[str, str]:
    """File name -> its text, as it should be in docs/schemas."""
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
    return {
        name: msgspec.json.format(msgspec.json.encode(part), indent=2).decode() + "\n"
        for name, part in parts.items()
    }


def main(arguments: list[str]) -> int:
    """Writes the schemas, or with `--check` compares them; 0 when all is well."""
    stale = []
    for name, text in documents().items():
        path = FOLDER / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            FOLDER.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if stale and "--check" in arguments:
        print(
            f"docs/schemas is not what the message types say ({', '.join(stale)}): run `make "
            f"schemas`"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
