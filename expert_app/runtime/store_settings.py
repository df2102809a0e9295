# SPDX-License-Identifier: GPL-3.0-only
"""Settings of what a hub keeps: the bus's store, backups, the dossiers' store, the agencies' own
systems: document systems (GED), registers of dossiers, mail servers. Part of the hub's settings.

A secret is never a setting: it lies in the keyring, the environment or a file of its own
(`expert_app.stores.passwords`).
"""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from session.core.field_types import whole
from session.protocol.wire.ids import Id

LEAST_QUOTA_MB = 64
"""With less there is no room for a morning's tickets."""

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def check_address(address: str) -> None:
    """Refuses an address that would show documents or a password to others.

    Raises:
        ValueError: not https (or http on this machine), or with a name or password in it.
    """
    parts = urlsplit(address)
    if parts.username or parts.password:
        raise ValueError("name and password do not belong into an address")
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme != "http" or parts.hostname not in _LOOPBACK:
        raise ValueError(f"{address!r} must be https://..., or http:// on this machine")


class StoreSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Room of the bus's store (tickets, logs, the trace of changes), in megabytes.

    Attributes:
        quota_mb: all of it; 0 for half of the disk that the hub's folder lies on, or 4096 where the
            nats-server is not ours.
        session_log_mb: the log of one conversation.
        log_mb: organisations whose logs get so much; the others share equally what is left of the
            logs' part.
    """

    quota_mb: Annotated[int, msgspec.Meta(ge=0)] = 0
    session_log_mb: Annotated[int, msgspec.Meta(ge=1)] = 32
    log_mb: dict[Id, Annotated[int, msgspec.Meta(ge=1)]] = {}

    def __post_init__(self) -> None:
        if 0 < self.quota_mb < LEAST_QUOTA_MB:
            raise ValueError(f"quota_mb must be 0, or at least {LEAST_QUOTA_MB}")


class BackupSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Backups that a timer makes, and from when on a missing one is told.

    Attributes:
        folder: where they lie; "" where somebody else makes them.
        keep: how many; the oldest ones go when a newer one was read back whole.
        warn_hours: age of the newest from which health, metrics and the operator's window warn.
        with_dossiers: all dossiers and documents are in them too.
    """

    folder: str = ""
    keep: Annotated[int, msgspec.Meta(ge=1)] = 14
    warn_hours: Annotated[int, msgspec.Meta(ge=1)] = 36
    with_dossiers: bool = False


class DocumentsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The place where filed documents lie.

    Attributes:
        kind: in the hub's folder, in an S3 bucket (extra `s3`), or on a WebDAV share (extra
            `webdav`).
        address: of the share, or of the S3 service ("" for Amazon's).
        bucket, region: of S3.
        prefix: folder inside bucket or share.
        user: name at the share, or S3 access key; "" for what this machine may do by itself.
        secret_file: holds the password or secret key (0600); "" for environment or keyring.
        ca_file: authority of its certificate; "" for the system's.
    """

    kind: Literal["folder", "s3", "webdav"] = "folder"
    address: str = ""
    bucket: Annotated[str, msgspec.Meta(pattern=whole(r"[A-Za-z0-9._-]{0,63}"))] = ""
    region: str = ""
    prefix: Annotated[str, msgspec.Meta(pattern=whole(r"([A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*)?"))] = ""
    user: str = ""
    secret_file: str = ""
    ca_file: str = ""

    def __post_init__(self) -> None:
        if self.kind == "s3" and not self.bucket:
            raise ValueError("an S3 store needs a bucket")
        if self.kind == "webdav" and not self.address:
            raise ValueError("a WebDAV store needs an address")
        if self.address:
            check_address(self.address)


class GedSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An agency's own document system, which gets a copy of what is filed.

    Attributes:
        name: as supervisors read it.
        organisation: whose documents go there.
        kind: a folder that it watches, Paperless-ngx (REST), or CMIS 1.1 (browser binding).
        folder, sidecar: of "folder": where, and the form of the file that says what the document
            is.
        address: of the others.
        repository: of CMIS; "" for its first.
        path: folder there.
        user: of CMIS.
        secret_file: holds token or password (0600); "" for environment or keyring.
        ca_file: authority of its certificate; "" for the system's.
        earlier: what was filed before it was set up goes there too.
        tries_from_s, tries_most_s: wait after a first failure, doubled each time up to the most.
    """

    name: Id
    organisation: Id
    kind: Literal["folder", "paperless", "cmis"]
    folder: str = ""
    sidecar: Literal["json", "xml"] = "json"
    address: str = ""
    repository: str = ""
    path: Annotated[str, msgspec.Meta(pattern=whole(r"(/[^/\\?#%]+)*"))] = "/Poste Expert"
    user: str = ""
    secret_file: str = ""
    ca_file: str = ""
    earlier: bool = False
    tries_from_s: Annotated[float, msgspec.Meta(ge=0.1, le=3600)] = 30.0
    tries_most_s: Annotated[float, msgspec.Meta(ge=1, le=86_400)] = 21_600.0

    def __post_init__(self) -> None:
        if self.kind == "folder":
            if not self.folder:
                raise ValueError("a folder that a GED watches needs `folder`")
            return
        if not self.address:
            raise ValueError("a GED needs an address")
        check_address(self.address)


_PLACES = re.compile(r"\{([^{}]*)\}")
PERSON = frozenset({"family_name", "given_names", "born_on"})


class RegisterSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The source of an organisation's dossiers: its own system, asked while a caller is served
    (REST, or CMIS 1.1), or files that are imported.

    Attributes:
        organisation: whose dossiers.
        created_by: "agent": agents create dossiers with their callers; "register": only the
            register does, and while it is away agents make provisional ones.
        by_number, by_caller_number, by_person: of "rest": addresses, with {number},
            {caller_number}, or {family_name}, {given_names} and {born_on} where these belong; "" is
            not asked.
        records: of "rest": where the list of dossiers is in the answer, e.g. "data.items"; "" for
            the whole answer.
        fields: our name of a field -> theirs: with dots for a field inside another one, or of CMIS
            the id of a property. Those not named have our name, or of CMIS are not asked for.
        secret_header, secret_prefix: of "rest": the header that carries the secret, and what stands
            before it; "" for none.
        address, repository, user: of "cmis", as of a GED.
        type: of "cmis": the type of the objects that are dossiers.
        secret_file: holds token or password (0600); "" for environment or keyring.
        ca_file: authority of its certificate; "" for the system's.
        answer_s: the longest wait for an answer; then the register counts as away.
        remember_s: how long an answer is remembered, in memory only; 0 for never.
        poll_s: between two looks whether it answers, and whether it has what was missing.
    """

    organisation: Id
    kind: Literal["rest", "cmis", "import"] = "rest"
    created_by: Literal["agent", "register"] = "agent"
    by_number: str = ""
    by_caller_number: str = ""
    by_person: str = ""
    records: Annotated[str, msgspec.Meta(pattern=whole(r"([^.\s]+(\.[^.\s]+)*)?"))] = ""
    fields: dict[
        Literal[
            "number",
            "family_name",
            "given_names",
            "born_on",
            "caller_number",
            "contact",
            "procedure",
        ],
        Annotated[str, msgspec.Meta(min_length=1, max_length=200)],
    ] = {}
    secret_header: Annotated[str, msgspec.Meta(pattern=whole(r"[A-Za-z0-9-]{0,60}"))] = (
        "Authorization"
    )
    secret_prefix: Annotated[str, msgspec.Meta(pattern=whole(r"[\x20-\x7e]{0,40}"))] = "Bearer "
    address: str = ""
    repository: str = ""
    user: str = ""
    type: Annotated[str, msgspec.Meta(pattern=whole(r"[A-Za-z0-9_:-]{1,80}"))] = "cmis:folder"
    secret_file: str = ""
    ca_file: str = ""
    answer_s: Annotated[float, msgspec.Meta(ge=0.2, le=4)] = 3.0
    remember_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 60.0
    poll_s: Annotated[float, msgspec.Meta(ge=0.1, le=86_400)] = 60.0

    def __post_init__(self) -> None:
        if self.kind == "cmis":
            self._check_cmis()
        if self.kind == "rest":
            self._check_rest()

    def _check_cmis(self) -> None:
        if not self.address:
            raise ValueError("a register by CMIS needs an address")
        check_address(self.address)
        missing = {"number", "family_name", "born_on"} - set(self.fields)
        if missing:
            raise ValueError(f"a register by CMIS needs `fields` for {', '.join(sorted(missing))}")
        for name in self.fields.values():
            if not re.fullmatch(r"[A-Za-z0-9_:]{1,80}", name):
                raise ValueError(f"{name!r} is not the id of a property")

    def _check_rest(self) -> None:
        if not self.by_number:
            raise ValueError("a register needs `by_number`: an address with {number}")
        questions = (
            (self.by_number, frozenset({"number"}), frozenset({"number"})),
            (self.by_caller_number, frozenset({"caller_number"}), frozenset({"caller_number"})),
            (self.by_person, PERSON, frozenset({"family_name", "born_on"})),
        )
        for address, allowed, needed in questions:
            if not address:
                continue
            places = set(_PLACES.findall(address))
            if places - allowed or needed - places:
                placeholders = ", ".join(f"{{{name}}}" for name in sorted(needed))
                raise ValueError(f"{address!r} needs {placeholders}, and nothing else in braces")
            check_address(address)
            if _PLACES.search(urlsplit(address).netloc):
                raise ValueError(f"{address!r}: its host cannot be part of the question")


class MailSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The mail server of an organisation (RFC 6409).

    Attributes:
        organisation: whose callers get mails.
        host, port: of the server.
        security: TLS after a plain greeting (587), TLS from the first byte (465), or none, on this
            machine only.
        sender: the address that mails come from.
        user: name at the server; "" for a server that asks for none.
        secret_file: holds the password (0600); "" for environment or keyring.
        ca_file: authority of its certificate; "" for the system's.
    """

    organisation: Id
    host: Annotated[str, msgspec.Meta(pattern=whole(r"[A-Za-z0-9.:-]{1,253}"))]
    sender: Annotated[str, msgspec.Meta(pattern=whole(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]+"))]
    port: Annotated[int, msgspec.Meta(ge=1, le=65_535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    secret_file: str = ""
    ca_file: str = ""

    def __post_init__(self) -> None:
        if self.security == "none" and self.host not in _LOOPBACK:
            raise ValueError("mails leave this machine with TLS only: `security`")


class SmsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A gateway for SMS: it gets a POST of JSON, {"to": number, "text": words}, with the secret as
    a bearer token (RFC 6750), and any 2xx means that it takes the message.

    Attributes:
        organisation: whose callers get messages.
        secret_file: holds the token (0600); "" for environment or keyring.
        ca_file: authority of its certificate; "" for the system's.
    """

    organisation: Id
    address: str
    secret_file: str = ""
    ca_file: str = ""

    def __post_init__(self) -> None:
        check_address(self.address)


class RdvSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """RDV Service Public. In: the door for its notifications, a POST to /rdv/ORGANISATION, plain
    HTTP behind the operator's own reverse proxy. Out: agents take appointments there.

    Attributes:
        listen: host and port, "127.0.0.1:8790"; "" for no door.
        organisations: who books there; each has a shared secret, in the keyring as
            rdv.ORGANISATION or in `secret_folder` as a file (0600) of that name.
        public_address: of the door as browsers reach it, "https://hub.example".
        address: of the service, "https://rdv.anct.gouv.fr"; "" and nothing goes out.
        client_id: of this hub there (OAuth 2.0); its secret is in the keyring as rdv_client, or in
            `secret_file` (0600).
        ca_file: authority of its certificate; "" for the system's.
    """

    listen: Annotated[str, msgspec.Meta(pattern=whole(r"(.{1,253}:[0-9]{1,5})?"))] = ""
    organisations: list[Id] = []
    secret_folder: str = ""
    public_address: str = ""
    address: str = ""
    client_id: Annotated[str, msgspec.Meta(max_length=200)] = ""
    secret_file: str = ""
    ca_file: str = ""

    def __post_init__(self) -> None:
        if self.public_address:
            check_address(self.public_address)
        if not self.address:
            return
        check_address(self.address)
        if not (self.listen and self.public_address and self.client_id):
            raise ValueError("an `address` needs `listen`, `public_address` and `client_id` too")
