# SPDX-License-Identifier: GPL-3.0-only
"""The one table of who may say and hear what on the bus; the server enforces it. Used by the server's configuration.

Subjects are those inside an organisation's account. Nobody but the hub has a right on JetStream (`$JS.>`, `$KV.>`).
"""

from __future__ import annotations

from dataclasses import dataclass

from session.protocol import subjects
from session.protocol.roles import Role
from session.protocol.session_messages import ASIDE_TOPIC, THIRD_TOPIC


@dataclass(frozen=True)
class Rights:
    """Subjects that one user may publish on and subscribe to."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


_TALKS_IN_SESSIONS = frozenset({Role.KIOSK, Role.AGENT})
_SEES_THE_QUEUE = frozenset({Role.AGENT, Role.SUPERVISOR})


def rights_of(role: Role, user: str) -> Rights:
    """What `user` may do as `role`; nothing else passes the server."""
    publish = [f"svc.{role}.{user}.>", subjects.beat(role, user)]
    subscribe = [f"{subjects.inbox(role, user)}.>", f"evt.u.{role}.{user}.>"]
    if role in _TALKS_IN_SESSIONS:
        publish.append(f"ses.{role}.{user}.>")
    if role is Role.SUPERVISOR:  # who joins may talk, and nothing else; the hub passes it on once both screens say so
        publish += [f"ses.{role}.{user}.*.{topic}" for topic in (THIRD_TOPIC, ASIDE_TOPIC)]
    if role in _SEES_THE_QUEUE:
        subscribe += [subjects.QUEUE_EVENTS, subjects.QUEUE_BEAT]
    return Rights(publish=tuple(publish), subscribe=tuple(subscribe))
