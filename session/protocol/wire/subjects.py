# SPDX-License-Identifier: GPL-3.0-only
"""Names of the bus's subjects, as a client inside its organisation's account writes them.

The account's import adds the organisation as second token, so the hub sees
`svc.<organisation>.<role>.<user>.<verb>`.
"""

from __future__ import annotations

from typing import NamedTuple

from session.protocol.wire.ids import is_id
from session.protocol.wire.roles import Role


class Sender(NamedTuple):
    """The identity that a subject names, as the hub hears it. The organisation of a partner's kiosk
    is "<network>:<organisation>".
    """

    organisation: str
    role: Role
    user: str

    def __str__(self) -> str:
        return f"{self.organisation}.{self.role}.{self.user}"


def sender_of(subject: str) -> Sender | None:
    """Return who speaks on `<first token>.<organisation>.<role>.<user>...`; None for a subject that
    names no role or no id, which no client of ours can write.
    """
    tokens = subject.split(".", 4)
    if len(tokens) < 4:
        return None
    _, organisation, letter, user = tokens[:4]
    is_known = letter in _LETTERS and all(map(is_id, (*organisation.split(":"), user)))
    if is_known:
        return Sender(organisation, Role(letter), user)
    return None


_LETTERS = frozenset(Role)

INBOX = "_I"
"""First token of every reply subject of a client."""

ANSWERS = "ans"
"""First token under which the hub writes an answer; the asker's account imports it as `_I`."""


def is_own_inbox(sender: Sender, reply: str) -> bool:
    """True for a reply subject in the asker's own inbox; a client may write whatever it likes
    there, and the server does not check it.
    """
    is_own = reply.startswith(f"{inbox(sender.role, sender.user)}.")
    return is_own and all(map(is_id, reply.split(".")))


def answer_subject(organisation: str, inbox_subject: str) -> str:
    """Return the subject on which the hub reaches an inbox of an organisation's account."""
    return f"{ANSWERS}.{organisation}.{inbox_subject.removeprefix(INBOX + '.')}"


def service(role: Role, user: str, verb: str) -> str:
    """A request to the hub."""
    return f"svc.{role}.{user}.{verb}"


def to_all(role: Role, user: str, verb: str) -> str:
    """The same request to every hub, where the one that has it does not answer."""
    return f"all.{role}.{user}.{verb}"


def newcomers_inbox(inbox_subject: str) -> str:
    """Return the subject on which the hub reaches an inbox of a newcomer; "" for what is none."""
    tokens = inbox_subject.split(".")
    is_inbox = inbox_subject.startswith(f"{ENROL_INBOX}.") and all(map(is_id, tokens))
    if is_inbox:
        return ".".join((ENROLLED, *tokens[2:]))
    return ""


def beat(role: Role, user: str) -> str:
    """A sign of life."""
    return f"hb.{role}.{user}"


def session_out(role: Role, user: str, session: str, topic: str) -> str:
    """Something for the other end of a session; the hub checks both ends and passes it on."""
    return f"ses.{role}.{user}.{session}.{topic}"


def session_in(role: Role, user: str) -> str:
    """Return the subject on which a user hears the other end of its sessions:
    `...ses.<session>.<topic>`.
    """
    return f"evt.u.{role}.{user}.ses.*.*"


def notifications(role: Role, user: str) -> str:
    """Return the subject on which the hub tells one user something (`HubEvent`)."""
    return f"evt.u.{role}.{user}.hub"


def inbox(role: Role, user: str) -> str:
    """Prefix of the user's reply subjects."""
    return f"{INBOX}.{role}.{user}"


def vault_in(home: str, role: Role, user: str, part: str) -> str:
    """A question to the vault, as it hears it in its own account; `home` is the asker's account."""
    return f"vin.{home}.{role}.{user}.{part}"


def vault_out(organisation: str, role: Role, user: str, part: str) -> str:
    """A question to the vault of another organisation than our own;
    the account's import says who we are.
    """
    return f"vto.{organisation}.{role}.{user}.{part}"


VAULT_HEARS = "vin.*.*.*.{part}"
"""What the vault's part subscribes to."""

QUEUE_EVENTS = "evt.q.*"
"""Every committed change of a ticket, payload `Ticket`, header `Nats-Sequence` its revision."""

QUEUE_BEAT = "evt.hb"
"""Every 2 s: payload `QueueBeat`; a gap is healed by a new snapshot."""

ENROL = "svc.enrol"
"""Where a newcomer shows its code, as the enrolment identity; its only right."""

ENROL_AT_HUB = "enrol"
"""The same, as the hub hears it."""

ENROLLED = "enrolled"
"""First token under which the hub writes answers to newcomers; their account imports it as
`ENROL_INBOX`.
"""

ENROL_INBOX = "_I.enrol"
"""Prefix of newcomers' reply subjects.
They share an identity, so nothing secret is ever answered there.
"""
