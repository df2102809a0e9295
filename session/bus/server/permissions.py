# SPDX-License-Identifier: GPL-3.0-only
"""The one table of who may publish on and subscribe to which subjects; the server enforces it.
Used by the server's configuration.

Subjects are those inside an organisation's account.
Nobody but the hub has a right on JetStream (`$JS.>`, `$KV.>`).
"""

from __future__ import annotations

from dataclasses import dataclass

from session.protocol.sealing import Part
from session.protocol.topics import ASIDE_TOPIC, THIRD_TOPIC
from session.protocol.wire import subjects
from session.protocol.wire.roles import Role


@dataclass(frozen=True)
class Rights:
    """Subjects that one user may publish on and subscribe to.

    `answers`: it may also answer, once and soon, requests on the subjects it subscribes to.
    """

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    answers: bool = False


_TALKS_IN_SESSIONS = frozenset({Role.KIOSK, Role.AGENT})
_SEES_THE_QUEUE = frozenset({Role.AGENT, Role.SUPERVISOR})


@dataclass(frozen=True)
class Vaults:
    """Organisations with a vault, as seen from one account:
    `own` is its own name or "", `others` those elsewhere.
    """

    own: str = ""
    others: tuple[str, ...] = ()


NO_VAULTS = Vaults()
_ASKS_OWN_VAULT = frozenset({Role.KIOSK, Role.AGENT, Role.SUPERVISOR, Role.HELPDESK})


def _asks(role: Role, user: str, vaults: Vaults) -> list[str]:
    """Which vaults it may ask: its own organisation's;
    a kiosk gives its part of the log to whoever has served.
    """
    vault_subjects = []
    if vaults.own and role in _ASKS_OWN_VAULT:
        vault_subjects += [subjects.vault_in(vaults.own, role, user, part) for part in Part]
    if role is Role.KIOSK:
        vault_subjects += [
            subjects.vault_out(other, role, user, Part.LOG) for other in vaults.others
        ]
    return vault_subjects


def rights_of(role: Role, user: str, vaults: Vaults = NO_VAULTS) -> Rights:
    """Return what `user` may do as `role`; nothing else passes the server."""
    publish = [f"svc.{role}.{user}.>", f"all.{role}.{user}.>", subjects.beat(role, user)]
    subscribe = [f"{subjects.inbox(role, user)}.>", f"evt.u.{role}.{user}.>"]
    if role in _TALKS_IN_SESSIONS:
        publish.append(f"ses.{role}.{user}.>")
    # a supervisor who joins a conversation may talk, and nothing else
    if role is Role.SUPERVISOR:
        publish += [f"ses.{role}.{user}.*.{topic}" for topic in (THIRD_TOPIC, ASIDE_TOPIC)]
    if role in _SEES_THE_QUEUE:
        subscribe += [subjects.QUEUE_EVENTS, subjects.QUEUE_BEAT]
    publish += _asks(role, user, vaults)
    if role is Role.VAULT:
        subscribe += [subjects.VAULT_HEARS.format(part=part) for part in Part]
    return Rights(publish=tuple(publish), subscribe=tuple(subscribe), answers=role is Role.VAULT)
