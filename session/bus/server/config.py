# SPDX-License-Identifier: GPL-3.0-only
"""The text of nats-server's configuration: SYS, HUB and one account per organisation. Used by
`session.bus.server.process`.

JetStream exists in HUB only. HUB imports what an organisation's clients say, under a subject to
which the import adds the organisation, so no client can name another one. That comes over streams:
the hub sees the true reply subject, answers the asker's own inbox alone, and the server remembers
nothing of a request. See docs.nats.io, "Securing NATS", "Accounts".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from session.bus.server.leaf_links import (
    FIRST_BYTE,
    Partner,
    check_partners,
    hub_exports,
    hub_imports,
    leaf_block,
    link_accounts,
)
from session.bus.server.permissions import Vaults, rights_of
from session.bus.server.vault_accounts import vault_exports, vault_imports, vaults_of
from session.bus.transport.nkeys import enrolment_seed, public_key
from session.bus.transport.tls import is_loopback
from session.protocol.wire import subjects
from session.protocol.wire.ids import is_id
from session.protocol.wire.roles import Role

SAID = ("svc", "all", "hb", "ses")
"""First tokens of the subjects on which clients ask the hub."""

PING_S, PINGS_LOST = 6, 2
"""A connection that is silent so long is asked, and closed when it owes so many answers and another
interval is over.

A hub without power takes no more requests after 20 s (measured with a frozen one: 19.5 s).
"""

ROUTE_PING_S = 20
"""The same between the servers of a cluster:
with 6 s a cut of 12 s closed their lines (seen in their logs).
"""

ENROL_BYTES = 4096
"""Longest message of a newcomer: a request for enrolment has 400, one of a sign-on as much more as
its provider's code (2 kB with Entra ID).
"""

ENROL_CONNECTIONS = 1000
ENROL_ACCOUNT = "ENROL"
"""Newcomers who may be connected at once: those who hold the door's places take none of others."""

ENROL_ANSWER_MS = 500
"""So long, and at most twice as long, the server remembers whom an answer is for, and has memory
for each message of a flood. A newcomer who names its inbox (`ANSWER_TO`) is answered later, too.
"""

MAX_PENDING = "32MB"
"""What the server keeps for a connection that does not read, before it closes it: half of its own
default. A flood at the door may fill it for the hub, and no line that people work over needs more.
"""

TOLD = {"evt": "evt", subjects.ANSWERS: subjects.INBOX}
"""First tokens on which the hub notifies and answers clients, and what they are in the clients' own
accounts.
"""


@dataclass(frozen=True)
class BusUser:
    """One identity of an organisation."""

    role: Role
    user: str
    public_key: str


@dataclass(frozen=True)
class BusAccount:
    """An organisation on the bus; `vault`: it has its own dossier service and log keeper."""

    organisation: str
    users: tuple[BusUser, ...]
    vault: bool = False


@dataclass(frozen=True)
class ClusterSettings:
    """This server's place among the servers of one bus; three of them bear the loss of one.

    Attributes:
        node: this server's name, another one on each.
        host, port: where the other servers reach it.
        routes: "host:port" of each of the others.
        secret: what proves to the others that a server belongs to them; letters and digits.
        ca_file: with the server's own certificate, encrypts the routes; needed outside one machine.
        monitor_port: where this machine may ask whether the server has caught up; None for nowhere.
    """

    node: str
    port: int
    routes: tuple[str, ...]
    secret: str
    host: str = "127.0.0.1"
    name: str = "poste-expert"
    ca_file: Path | None = None
    monitor_port: int | None = None


@dataclass(frozen=True)
class ServerSettings:
    """The addresses on which the server listens,
    and the place of its store.

    Attributes:
        max_file_store: bytes JetStream may use on the disk.
        cluster: None for a server that is alone.
        tls_certificate, tls_key: PEM files; needed as soon as `host` is not this machine alone.
        websocket_port: a second listener, for those who may only use HTTP(S); None for none.
        enrolment: lets newcomers knock with a code.
        network: our name among partners; needed when there are any.
        leaf_port: where partners connect to us, None for nowhere.
    """

    folder: Path
    port: int
    host: str = "127.0.0.1"
    max_file_store: int = 4 << 30
    cluster: ClusterSettings | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    websocket_port: int | None = None
    enrolment: bool = False
    network: str = ""
    partners: tuple[Partner, ...] = ()
    leaf_port: int | None = None

    @property
    def store(self) -> Path:
        """The folder of JetStream."""
        return self.folder / "jetstream"

    @property
    def is_safe(self) -> bool:
        """False when this would listen to other machines without encryption."""
        has_certificate = self.tls_certificate is not None and self.tls_key is not None
        routes = self.cluster
        if (
            routes is not None
            and not is_loopback(routes.host)
            and not (has_certificate and routes.ca_file)
        ):
            return False
        return is_loopback(self.host) or has_certificate


def _quoted(text: str) -> str:
    return json.dumps(text)


def _list(subjects: Sequence[str]) -> str:
    return "[" + ", ".join(_quoted(subject) for subject in subjects) + "]"


def _user(user: BusUser, vaults: Vaults) -> str:
    rights = rights_of(user.role, user.user, vaults)
    publish, subscribe = _list(rights.publish), _list(rights.subscribe)
    allowed = f"publish: {{ allow: {publish} }}, subscribe: {{ allow: {subscribe} }}"
    if rights.answers:
        allowed += ', allow_responses: { max: 1, expires: "1m" }'
    return f"      {{ nkey: {user.public_key}, permissions: {{ {allowed} }} }}"


def _account(account: BusAccount, accounts: Sequence[BusAccount]) -> str:
    name = account.organisation
    vaults = vaults_of(account, accounts)
    users = "\n".join(_user(user, vaults) for user in account.users)
    exports = [
        *(f'{{ stream: "{token}.>", accounts: [HUB] }}' for token in SAID),
        *(f'{{ service: "{token}.>", accounts: [HUB] }}' for token in TOLD.values()),
        *vault_exports(account, accounts),
    ]
    return f"""  ORG_{name}: {{
    users: [
{users}
    ]
    exports: [
{_lines(exports)}
    ]
    imports: [
{_lines(vault_imports(name, vaults))}
    ]
  }}"""


def _imports(account: BusAccount) -> list[str]:
    """Return the lines of HUB's imports from an organisation: what its clients say, and where they
    are told and answered.

    WORKAROUND: what clients are told goes over services, to which nobody replies. Over streams each
    subscription of a client has a shadow in HUB, and nats-server 2.15.1 ends with a nil pointer
    when one comes during a reload (`client.addShadowSub`): any key could do that.
    """
    name = account.organisation
    streams = [
        f'{{ stream: {{ account: ORG_{name}, subject: "{token}.>" }}, to: "{token}.{name}.>" }}'
        for token in SAID
    ]
    services = [
        f'{{ service: {{ account: ORG_{name}, subject: "{local}.>" }}, to: "{token}.{name}.>" }}'
        for token, local in TOLD.items()
    ]
    return streams + services


def _lines(entries: Sequence[str]) -> str:
    return "\n".join(f"      {entry}" for entry in entries)


def _cluster(settings: ServerSettings) -> str:
    """The block `cluster` (docs.nats.io, "Clustering", "Configuration"), nothing for a server that
    is alone.

    A node that is told to stop gives its leaderships away at once and sends its clients to the
    others bit by bit ("Lame Duck Mode"; half a minute is the shortest the server takes).
    """
    cluster = settings.cluster
    if cluster is None:
        return ""
    if not (cluster.secret.isalnum() and is_id(cluster.node) and is_id(cluster.name)):
        raise ValueError("not a cluster's name, node or secret")
    routes = _list([f"nats-route://node:{cluster.secret}@{route}" for route in cluster.routes])
    if cluster.monitor_port:
        monitor = f'http: "127.0.0.1:{cluster.monitor_port}"\n'
    else:
        monitor = ""
    safe = ""
    if cluster.ca_file is not None:
        authority = _quoted(cluster.ca_file.absolute().as_posix())
        safe = f"  tls {{ {_tls(settings)}, ca_file: {authority}, verify: true, timeout: 5 }}\n"
    return f"""{monitor}lame_duck_duration: "30s"
lame_duck_grace_period: "2s"
cluster {{
  name: {cluster.name}
  listen: "{cluster.host}:{cluster.port}"
  ping_interval: "{ROUTE_PING_S}s"
  authorization {{ user: node, password: {_quoted(cluster.secret)} }}
{safe}  routes: {routes}
}}
"""


def _enrolment() -> str:
    """An account whose one right is to ask for enrolment; everybody knows its key.

    `share` tells the hub which connection asks: it counts by connection, and cuts off who floods
    (docs.nats.io, "Accounts", "Import Configuration Map").
    """
    publish, subscribe = _list([subjects.ENROL]), _list([f"{subjects.ENROL_INBOX}.>"])
    rights = f"publish: {{ allow: {publish} }}, subscribe: {{ allow: {subscribe} }}"
    service = f'account: HUB, subject: "{subjects.ENROL_AT_HUB}"'
    limits = f"max_payload: {ENROL_BYTES}, max_connections: {ENROL_CONNECTIONS}"
    return f"""  {ENROL_ACCOUNT}: {{
    limits {{ {limits}, max_subscriptions: 4 }}
    users: [ {{ nkey: {public_key(enrolment_seed())}, permissions: {{ {rights} }} }} ]
    exports: [ {{ service: "{subjects.ENROL_INBOX}.>", accounts: [HUB] }} ]
    imports: [ {{ service: {{ {service} }}, to: "{subjects.ENROL}", share: true }} ]
  }}"""


def _tls(settings: ServerSettings) -> str:
    if settings.tls_certificate is None or settings.tls_key is None:
        return ""
    files = (
        (key, path.absolute().as_posix())
        for key, path in _tls_files(settings.tls_certificate, settings.tls_key)
    )
    return ", ".join(f"{key}: {_quoted(path)}" for key, path in files)


def _tls_files(certificate: Path, key: Path) -> tuple[tuple[str, Path], tuple[str, Path]]:
    return ("cert_file", certificate), ("key_file", key)


def _listeners(settings: ServerSettings) -> str:
    lines = [f'listen: "{settings.host}:{settings.port}"']
    tls = _tls(settings)
    if tls:
        lines.append(f"tls {{ {tls}, {FIRST_BYTE}, timeout: 5 }}")
    if settings.websocket_port is not None:
        if tls:
            safe = f"tls {{ {tls} }}"
        else:
            safe = "no_tls: true"
        lines.append(f'websocket {{ listen: "{settings.host}:{settings.websocket_port}", {safe} }}')
    return "\n".join(lines)


def _leaf(settings: ServerSettings) -> str:
    if settings.leaf_port is not None:
        listen = f"{settings.host}:{settings.leaf_port}"
    else:
        listen = ""
    return leaf_block(settings.partners, listen, _tls(settings))


def _check(accounts: Sequence[BusAccount]) -> None:
    for account in accounts:
        for name in (account.organisation, *(user.user for user in account.users)):
            if not is_id(name):
                raise ValueError(f"not a name for a subject: {name!r}")
        for user in account.users:
            if not (user.public_key.isalnum() and user.public_key.startswith("U")):
                raise ValueError(f"not a public user key: {user.public_key!r}")


def config_text(
    settings: ServerSettings,
    accounts: Sequence[BusAccount],
    hub_key: str,
    system_key: str,
) -> str:
    """The whole configuration file.

    `sync_interval: always` because the default loses acknowledged tickets at
    a power cut, and no compression because it damages replicated streams in 2.15: both measured.

    Raises:
        ValueError: a name or a key that may not stand in the file, or a listener for others without
            encryption.
    """
    _check(accounts)
    if not settings.is_safe:
        raise ValueError("a listener outside this machine needs a certificate")
    check_partners(settings.network, settings.partners, settings.leaf_port, safe=settings.is_safe)
    name = settings.cluster.node if settings.cluster is not None else "poste-expert"
    store = _quoted(settings.store.as_posix())
    log_file = _quoted((settings.folder / "nats-server.log").as_posix())
    exports = _hub_exports(settings)
    imports = _hub_imports(settings, accounts)
    organisations = "\n".join(_account(account, accounts) for account in accounts)
    if settings.enrolment:
        organisations += "\n" + _enrolment()
    return f"""server_name: {name}
{_listeners(settings)}
max_payload: 1MB
max_control_line: 4KB
max_pending: {MAX_PENDING}
max_subscriptions: 200
ping_interval: "{PING_S}s"
ping_max: {PINGS_LOST}
log_file: {log_file}
logfile_size_limit: 10MB
logfile_max_num: 5
jetstream {{ store_dir: {store}, sync_interval: always, max_file_store: {settings.max_file_store} }}
accounts {{
  SYS: {{ users: [ {{ nkey: {system_key} }} ] }}
  HUB: {{
    jetstream: enabled
    users: [ {{ nkey: {hub_key} }} ]
    exports: [
{_lines(exports)}
    ]
    imports: [
{_lines(imports)}
    ]
  }}
{organisations}
{link_accounts(settings.network, settings.partners)}}}
system_account: SYS
{_leaf(settings)}{_cluster(settings)}"""


def _hub_exports(settings: ServerSettings) -> list[str]:
    exports = hub_exports(settings.network, settings.partners)
    if settings.enrolment:
        door = f'"{subjects.ENROL_AT_HUB}", accounts: [ENROL], threshold: "{ENROL_ANSWER_MS}ms"'
        exports.append(f"{{ service: {door} }}")
    return exports


def _hub_imports(settings: ServerSettings, accounts: Sequence[BusAccount]) -> list[str]:
    imports = [*chain.from_iterable(map(_imports, accounts))]
    imports += hub_imports(settings.network, settings.partners)
    if settings.enrolment:
        inbox = f'{{ account: {ENROL_ACCOUNT}, subject: "{subjects.ENROL_INBOX}.>" }}'
        imports.append(f'{{ service: {inbox}, to: "{subjects.ENROLLED}.>" }}')
    return imports
