# SPDX-License-Identifier: GPL-3.0-only
"""The configuration of nats-servers: the hub's own, one by itself, the nodes of a cluster.
Used by the hub's commands.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from expert_app.hub.convention_commands import load_catalogue
from expert_app.runtime.config import (
    ClusterFileSettings,
    HubSettings,
    NodeSettings,
    PartnerSettings,
    SettingsWrong,
)
from expert_app.runtime.credentials import KeyMissing, key_name, load_seed
from expert_app.runtime.paths import Paths
from expert_app.stores.identities import open_book
from expert_app.stores.jetstream import hub_seed, server_store_bytes
from resources.texts import _
from session.bus.server.config import ClusterSettings, ServerSettings, config_text
from session.bus.server.leaf_links import Partner, check_partners
from session.bus.server.process import server_binary
from session.bus.transport.nkeys import new_seed, public_key
from session.hub.storage.store_space import QUOTA_BYTES

SECRET_LETTERS = 32
"""Shortest secret among servers."""


def bus_config(settings: HubSettings, paths: Paths, node: str = "") -> str:
    """The configuration of a nats-server that is not ours, or of the one called `node` of a
    cluster.

    Raises:
        SettingsWrong, KeyMissing, CatalogueWrong.
    """
    book = open_book(paths)
    accounts = load_catalogue(settings).accounts(book.keys(), book.revoked())
    if node:
        place = _node(settings, node)
    else:
        place = _alone(settings)
    if not place.is_safe:
        words = _(
            "Servers on other machines need tls_certificate, tls_key and, under [cluster], ca_file."
        )
        raise SettingsWrong(Path(node or "bus-config"), words)
    seed = hub_seed(settings)
    return config_text(place, accounts, public_key(seed), public_key(new_seed()))


def _alone(settings: HubSettings) -> ServerSettings:
    room = server_store_bytes(settings, None)
    return server_settings(settings, Path("/var/lib/nats"), enrolment=False, store_bytes=room)


def _node(settings: HubSettings, name: str) -> ServerSettings:
    cluster = settings.cluster
    named = {node.name: node for node in cluster.nodes}
    if name not in named:
        words = _("The settings' cluster has no node {name}; it has: {names}.")
        raise SettingsWrong(Path("cluster"), words.format(name=name, names=", ".join(named) or "-"))
    node = named[name]
    return ServerSettings(
        folder=Path(cluster.store),
        max_file_store=server_store_bytes(settings, None),
        host=node.host,
        port=node.port,
        tls_certificate=Path(settings.tls_certificate) if settings.tls_certificate else None,
        tls_key=Path(settings.tls_key) if settings.tls_key else None,
        websocket_port=settings.websocket_port or None,
        cluster=ClusterSettings(
            node=node.name,
            host=_peer(node),
            port=node.peer_port,
            routes=tuple(
                f"{_peer(other)}:{other.peer_port}" for other in cluster.nodes if other.name != name
            ),
            secret=_secret(cluster),
            name=cluster.name,
            ca_file=Path(cluster.ca_file) if cluster.ca_file else None,
            monitor_port=node.monitor_port or None,
        ),
    )


def _peer(node: NodeSettings) -> str:
    return node.peer_host or node.host


def _secret(cluster: ClusterFileSettings) -> str:
    path = Path(cluster.secret_file)
    try:
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsWrong(path, str(error)) from error
    if not secret.isalnum() or len(secret) < SECRET_LETTERS:
        raise SettingsWrong(
            path, _("A line of at least 32 letters and digits is needed: openssl rand -hex 32")
        )
    return secret


def become_server(config: Path) -> int:
    """This process is the nats-server from now on, under the same number: its signals reach it."""
    binary = str(server_binary())
    sys.stdout.flush()
    os.execv(binary, [binary, "-c", str(config)])


def server_settings(
    settings: HubSettings, folder: Path, *, enrolment: bool, store_bytes: int = QUOTA_BYTES
) -> ServerSettings:
    """Return where and how our nats-server listens, and how much room it may take.

    Raises:
        SettingsWrong: it would listen to other machines without encryption, or a partner cannot be
            had so.
    """
    server = ServerSettings(
        folder=folder,
        max_file_store=store_bytes,
        host=settings.listen_host,
        port=settings.listen_port,
        tls_certificate=Path(settings.tls_certificate) if settings.tls_certificate else None,
        tls_key=Path(settings.tls_key) if settings.tls_key else None,
        websocket_port=settings.websocket_port or None,
        enrolment=enrolment,
        network=settings.network,
        leaf_port=settings.leaf_port or None,
        partners=tuple(partner_of(partner) for partner in settings.partners),
    )
    try:
        check_partners(server.network, server.partners, server.leaf_port, safe=server.is_safe)
    except ValueError as error:
        raise SettingsWrong(Path("partners"), str(error)) from error
    if not server.is_safe:
        words = _(
            "Others than this machine may only connect with encryption: set tls_certificate and "
            "tls_key in the hub's "
            "settings (expert-app hub make-ca FOLDER makes an authority), or listen on 127.0.0.1."
        )
        raise SettingsWrong(Path(f"{settings.listen_host}:{settings.listen_port}"), words)
    return server


def partner_of(settings: PartnerSettings) -> Partner:
    """A partner with our key for it. Raises `SettingsWrong` when we are to connect and have
    none.
    """
    seed = b""
    if settings.address:
        try:
            seed = load_seed(
                link_key_name(settings.network),
                Path(settings.key_file) if settings.key_file else None,
            )
        except KeyMissing as error:
            words = _(
                "There is no key for the network {network} yet: run `expert-app hub link --partner "
                "{network}`."
            )
            raise SettingsWrong(Path("partners"), words.format(network=settings.network)) from error
    return Partner(
        network=settings.network,
        key=settings.key,
        address=settings.address,
        seed=seed,
        ca_file=Path(settings.ca_file) if settings.ca_file else None,
    )


def link_key_name(network: str) -> str:
    """The name under which our key for a partner is kept."""
    return key_name("hub", "link", network)
