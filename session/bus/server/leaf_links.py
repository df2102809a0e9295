# SPDX-License-Identifier: GPL-3.0-only
"""Two networks joined by a leaf connection: what nats-server's configuration says of partners.
Used by `session.bus.server.config`.

Each partner has an account LINK_<partner> of its own in which nothing exists but
`xfer.<to>.<from>.>`. The names in these subjects are fixed by exports and imports on both sides, so
a partner can neither speak as somebody else nor reach our organisations, our JetStream or another
partner. See docs.nats.io, "Leaf Nodes".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from session.bus.transport.tls import is_loopback
from session.protocol.wire.ids import is_id

XFER = "xfer"


@dataclass(frozen=True)
class Partner:
    """Another network.

    Attributes:
        network: its name, as its own hub's settings say it.
        key: its public key, when it connects to us; "" when we connect to it.
        address: tls:// or wss:// when we connect to it; in clear on this machine only.
        seed: our key for it.
        ca_file: its authority's certificate, None for the system's authorities.
    """

    network: str
    key: str = ""
    address: str = ""
    seed: bytes = field(default=b"", repr=False)
    ca_file: Path | None = None

    @property
    def seed_variable(self) -> str:
        """Name of the environment's variable in which our server finds `seed`:
        it never stands in a file.
        """
        return "POSTE_EXPERT_LINK_" + self.network.replace("-", "_").upper()


def check_partners(
    network: str, partners: Sequence[Partner], leaf_port: int | None, *, safe: bool
) -> None:
    """Raises `ValueError` for what may not stand in the file, or would be a connection that others
    can read.
    """
    if not partners:
        return
    names = [network, *(partner.network for partner in partners)]
    if not all(is_id(name) for name in names) or len(
        {name.upper().replace("-", "_") for name in names}
    ) < len(names):
        raise ValueError(f"not names of networks: {names}")
    for partner in partners:
        if bool(partner.key) == bool(partner.address):
            raise ValueError(f"partner {partner.network}: either its key or its address")
        if partner.key and not (partner.key.isalnum() and partner.key.startswith("U")):
            raise ValueError(f"not a public user key: {partner.key!r}")
        if partner.key and (leaf_port is None or not safe):
            raise ValueError(
                f"partner {partner.network}: needs a port for partners, and a certificate"
            )
        parts = urlsplit(partner.address)
        is_clear = parts.scheme not in ("tls", "wss") and not is_loopback(parts.hostname or "")
        if partner.address and (is_clear or not partner.seed):
            raise ValueError(f"partner {partner.network}: needs tls:// or wss://, and our key")


def hub_exports(network: str, partners: Sequence[Partner]) -> list[str]:
    """Lines of HUB's exports: the subjects on which a partner may ask us."""
    return [
        f'{{ service: "{XFER}.{network}.{partner.network}.>", accounts: [LINK_{partner.network}] }}'
        for partner in partners
    ]


def hub_imports(network: str, partners: Sequence[Partner]) -> list[str]:
    """Lines of HUB's imports: the subjects on which we may ask partners."""
    return [
        f"{{ service: {{ account: LINK_{partner.network}, subject: "
        f'"{XFER}.{partner.network}.{network}.>" }} }}'
        for partner in partners
    ]


def link_accounts(network: str, partners: Sequence[Partner]) -> str:
    """An account for each partner."""
    return "".join(_account(network, partner) for partner in partners)


def _account(network: str, partner: Partner) -> str:
    theirs, ours = f"{XFER}.{network}.{partner.network}.>", f"{XFER}.{partner.network}.{network}.>"
    users = ""
    if partner.key:
        # _R_ are replies over an import; with $LDS two servers find loops;
        # both only between the two.
        publish, subscribe = [theirs, "_R_.>", "$LDS.>"], [ours, "_R_.>", "$LDS.>"]
        rights = (
            f"publish: {{ allow: {json.dumps(publish)} }}, "
            f"subscribe: {{ allow: {json.dumps(subscribe)} }}"
        )
        users = f"\n    users: [ {{ nkey: {partner.key}, permissions: {{ {rights} }} }} ]"
    return f"""  LINK_{partner.network}: {{{users}
    imports: [ {{ service: {{ account: HUB, subject: "{theirs}" }} }} ]
    exports: [ {{ service: "{ours}", accounts: [HUB] }} ]
  }}
"""


FIRST_BYTE = 'handshake_first: "500ms"'
"""Clients encrypt from the first byte. Whoever has said nothing for so long is greeted in clear, as
our own look at a port that has just been opened is; the 50 ms of nats-server's "auto" are too few
where the first packet is lost, or the computer is busy.
"""


def leaf_block(partners: Sequence[Partner], listen: str, tls: str) -> str:
    """The block `leafnodes`.

    Args:
        listen: "host:port" for partners who connect to us, "" for none.
        tls: the server's files, as in its own block.
    """
    if not partners:
        return ""
    lines = ["reconnect: 1s"]
    if listen:
        lines.append(f'listen: "{listen}"')
        if tls:
            lines.append(f"tls {{ {tls}, {FIRST_BYTE}, timeout: 5 }}")
    remotes = [_remote(partner) for partner in partners if partner.address]
    if remotes:
        lines.append("remotes: [\n    " + "\n    ".join(remotes) + "\n  ]")
    return "leafnodes {\n  " + "\n  ".join(lines) + "\n}\n"


def _remote(partner: Partner) -> str:
    parts = urlsplit(partner.address)
    if partner.ca_file is not None:
        ca = f"ca_file: {json.dumps(partner.ca_file.absolute().as_posix())}"
    else:
        ca = ""
    if parts.scheme == "tls":
        first = "handshake_first: true"
    else:
        first = ""
    tls = ", ".join(text for text in (ca, first) if text)
    if parts.scheme in ("tls", "wss") and tls:
        safe = f", tls {{ {tls} }}"
    else:
        safe = ""
    account = f"account: LINK_{partner.network}, nkey: ${partner.seed_variable}"
    return f"{{ url: {json.dumps(partner.address)}, {account}{safe} }}"
