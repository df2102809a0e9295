# SPDX-License-Identifier: GPL-3.0-only
"""Files that people give, and addresses and codes that they open. A part of `targets`."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from documents.printed.receipt.facts import MARK
from documents.printed.receipt.record import read_code
from documents.store.procedures import ProceduresWrong, load_procedures, shipped
from expert_app.commands.setup.invitation_table import TableWrong, read_table
from expert_app.helpdesk.address import read_address
from expert_app.helpdesk.bundle import BundleSource, read_bundle, write_bundle
from session.bus.transport.nkeys import new_seed
from session.core.errors import SessionError
from session.hub.convention.files import NETWORK as OPERATOR
from session.hub.convention.files import ConventionPart, Files
from session.hub.convention.loading import read
from session.kiosk.devices.given_files import read_file
from session.log.playback.opening import open_log
from session.log.reader import write_log
from session.protocol.hub.invitation import read_network
from tests.fuzz.target import FOLDER, FuzzTarget, file_of
from tests.support.convention_folder import CAISSE, MUTUELLE, NETWORK
from tests.support.log_story import whole_session

_DEEP = b"a=" + b"[" * 5_000


def _procedures(data: bytes) -> None:
    folder = FOLDER / "procedures"
    folder.mkdir(exist_ok=True)
    (folder / "caf.toml").write_bytes(data)
    load_procedures(folder)


def _parts(data: bytes) -> None:
    """A member's part among those of the others: whatever it holds, the hub reads on."""
    texts = {OPERATOR: NETWORK.encode(), "caisse": data, "mutuelle": MUTUELLE.encode()}
    parts = {name: ConventionPart(name, f"{name}.toml", text) for name, text in texts.items()}
    read(Files(parts, whole=False))


def _bundle() -> bytes:
    path = FOLDER / "entretien.zip"
    source = BundleSource("s1", whole_session()[:40], "0125-223B", "caisse")
    at = datetime(2026, 3, 3, 8, tzinfo=UTC)
    write_bundle(path, source, new_seed(), exported_by="h1", exported_at=at, with_pages=True)
    return path.read_bytes()


def _log() -> bytes:
    path = FOLDER / "journal.jsonl"
    write_log(path, "s1", whole_session())
    return path.read_bytes()


def _letters(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


_CODE = "|".join(
    [
        MARK,
        "caf",
        "D-1",
        "2026-03-02T09:00:00+00:00",
        "2",
        "ab" * 32,
        "filed",
        _letters(b"\x01" * 32),
        _letters(bytes(64)),
    ]
)
_TABLE = "role;id;nom;service\nagent;sol;Solange;logement\n"
_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

FILES = (
    FuzzTarget(
        "procedures",
        _procedures,
        ((shipped() / "caf.toml").read_bytes(), _DEEP),
        (ProceduresWrong,),
    ),
    FuzzTarget("convention-part", _parts, (CAISSE.encode(), _DEEP)),
    FuzzTarget("invitation-table", read_table, (_TABLE.encode(),), (TableWrong,)),
    FuzzTarget(
        "invitation-of-a-network",
        lambda data: read_network(data.decode("utf-8", "replace")),
        (b"tls://hub.example:4222#7JFY-7YNS-AAAA-BBBB-CCCC-DDDD-EEEE-FFFF",),
        (SessionError,),
    ),
    FuzzTarget(
        "conversation-file", lambda data: read_bundle(file_of(data)), (_bundle(),), (SessionError,)
    ),
    FuzzTarget("log-opened", lambda data: open_log(file_of(data)), (_log(),), (SessionError,)),
    FuzzTarget(
        "conversation-address",
        lambda data: read_address(data.decode("utf-8", "replace")),
        (b"poste-expert://entretien/0125-223B?at=12:30:05",),
    ),
    FuzzTarget(
        "receipt-code", lambda data: read_code(data.decode("utf-8", "replace")), (_CODE.encode(),)
    ),
    FuzzTarget(
        "given-file",
        lambda data: read_file(file_of(data)),
        (_PNG, b"%PDF-1.7\n", b"\xff\xd8\xff"),
        (SessionError,),
    ),
)
"""Joined with the others in `targets.TARGETS`."""
