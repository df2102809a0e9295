# SPDX-License-Identifier: GPL-3.0-only
"""One invitation of `expert-app hub invite`, and `hub revoke`: commands on the book of identities,
whether the hub runs or not. Used by `__main__` and by its neighbours.
"""

from __future__ import annotations

import json
import time
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from expert_app.commands.hub.context import HubContext, hub_command
from expert_app.hub.certificates import authority_fingerprint, is_for
from expert_app.hub.convention_commands import load_catalogue
from expert_app.hub.words import refused
from expert_app.runtime.command_line import Argument
from expert_app.runtime.config import HubSettings
from expert_app.runtime.log_lines import acts
from expert_app.sign_on.at_hub import show_signed_on
from expert_app.stores.identities import open_book
from resources.texts import N_, _, ngettext
from session.bus.transport.tls import is_loopback
from session.core.clock import SystemClock
from session.core.spoken_letters import in_groups
from session.hub.access.identities import Identity, IdentityBook
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.problems import CatalogueWrong
from session.protocol.hub.invitation import InvitationLine
from session.protocol.wire.roles import Role

MACHINES = frozenset({Role.KIOSK, Role.DISPLAY, Role.VAULT})
"""Who is no person."""

APPLIED_S = 5.0
"""Longest wait for the hub that runs to take a change."""


@dataclass(frozen=True, kw_only=True)
class NamedIdentity:
    """Whom the command line means: `name` is that of the catalogue, or an id, or "" for the only
    one.
    """

    role: Role
    organisation: Annotated[str, Argument("id of the organisation", "ORGANISATION", name="--org")]
    name: Annotated[str, Argument("whose name the catalogue says, or whose id")] = ""


def _load(settings: HubSettings) -> Catalogue | None:
    try:
        return load_catalogue(settings)
    except CatalogueWrong as error:
        print(refused(error))
        return None


def _named(
    target: NamedIdentity, catalogue: Catalogue, busy: AbstractSet[Identity]
) -> tuple[Identity, str] | None:
    """The identity and its key in the catalogue;
    None, and a sentence, when none or several are meant.

    Args:
        busy: identities that are not meant when no name is given.
    """
    if target.organisation not in catalogue.organisations:
        print(
            _("There is no organisation {organisation} in the catalogue.").format(
                organisation=target.organisation
            )
        )
        return None
    keys = {
        Identity(organisation, role, user): key
        for (organisation, role, user), key in catalogue.identities().items()
        if (organisation, role) == (target.organisation, target.role)
    }
    names = {
        identity: catalogue.person_name(identity.organisation, identity.user) for identity in keys
    }
    if target.name:
        meant = [identity for identity in keys if target.name in (identity.user, names[identity])]
    else:
        meant = [identity for identity in keys if not keys[identity] and identity not in busy]
    if len(meant) == 1:
        return meant[0], keys[meant[0]]
    print(_("Say who is meant with --name. The catalogue has for this role:"))
    for member in keys:
        print(
            f"  {member.user}"
            if names[member] == member.user
            else f"  {member.user} ({names[member]})"
        )
    return None


ROLE_WORDS = {
    Role.KIOSK: N_("Kiosk"),
    Role.AGENT: N_("Agent"),
    Role.SUPERVISOR: N_("Supervisor"),
    Role.HELPDESK: N_("Helpdesk"),
    Role.FACILITATOR: N_("Host of a site"),
    Role.OPERATOR: N_("Operator"),
    Role.DISPLAY: N_("Waiting room's screen"),
    Role.VAULT: N_("Vault"),
}


def role_words(role: Role) -> str:
    """A role for people."""
    return _(ROLE_WORDS[role])


def needs_own_server() -> str:
    """Why there are no invitations here."""
    return _(
        "Invitations need the hub's own nats-server; with another one put the public key "
        "in the catalogue."
    )


def no_address() -> str:
    """Why there is no whole line."""
    return _(
        "The hub's settings do not say where it is reached: "
        'addresses = ["tls://hub.example:4222"].'
    )


@dataclass(frozen=True)
class MadeInvitation:
    """A fresh invitation.

    Attributes:
        line: that says everything; None when the settings name no address.
        has_key: who is invited has a key already, which the new one will replace.
        was_invited: an invitation before this one was still open; its code counts no more.
    """

    identity: Identity
    code: str
    until_utc: datetime
    line: InvitationLine | None = None
    has_key: bool = False
    was_invited: bool = False

    @property
    def who(self) -> str:
        """ "organisation/role/user"."""
        return identity_text(self.identity)

    def as_data(self) -> dict[str, str]:
        """Return the invitation as data, for `--json`."""
        return {
            "organisation": self.identity.organisation,
            "role": self.identity.role.name.lower(),
            "user": self.identity.user,
            "code": in_groups(self.code),
            "line": self.line.text if self.line is not None else "",
            "until_utc": self.until_utc.isoformat(),
        }


def invitation_line(settings: HubSettings, code: str) -> InvitationLine | None:
    """The whole line for a code; None when nobody knows the hub's address.

    Raises:
        CertificateTrouble: the hub's certificate cannot be read.
    """
    addresses = list(settings.addresses)
    if not addresses and not settings.tls_certificate and is_loopback(settings.listen_host):
        addresses = [f"nats://{settings.listen_host}:{settings.listen_port}"]
    if not addresses:
        return None
    file = settings.tls_certificate
    if file:
        mark = authority_fingerprint(Path(file))
    else:
        mark = ""
    return InvitationLine(tuple(addresses), code, mark)


def wrong_names(settings: HubSettings) -> str:
    """Return, in words, that the hub's certificate is not for one of its addresses; "" when all
    is well. Nobody could come with such an invitation.

    Raises:
        CertificateTrouble: the certificate cannot be read.
    """
    if not settings.tls_certificate:
        return ""
    certificate = Path(settings.tls_certificate)
    hosts = [urlsplit(address).hostname or "" for address in settings.addresses]
    wrong = [host for host in hosts if not is_for(certificate, host)]
    if not wrong:
        return ""
    words = _(
        "The certificate {file} is not for {hosts}, which the addresses of the settings name: "
        "desks and kiosks would refuse it. Correct addresses, or make another certificate."
    )
    return words.format(file=certificate, hosts=", ".join(wrong))


def invite_one(
    hub: HubContext, target: NamedIdentity, minutes: int, *, as_json: bool, adds: bool
) -> int:
    """Print a one-time code; without a name, for the only person of that role without a key.
    The exit code. `adds`: the new computer comes beside the person's others.

    Raises:
        CertificateTrouble: the hub's certificate cannot be read; nobody was invited.
    """
    settings = hub.settings
    if settings.bus:
        print(needs_own_server())
        return 2
    if adds and target.role in MACHINES:
        print(_("A kiosk, a display or a vault has one key: only people have several computers."))
        return 2
    catalogue = _load(settings)
    if catalogue is None:
        return 2
    book = open_book(hub.paths)
    enrolled = book.keys()
    named = _named(target, catalogue, {Identity(*identity) for identity in enrolled})
    if named is None:
        return 2
    if wrong := wrong_names(settings):
        print(wrong)
        return 2
    now, valid_for = _now(), timedelta(minutes=minutes)
    code = book.invite(named[0], now, valid_for, adds=adds)
    invitation = MadeInvitation(named[0], code, now + valid_for, invitation_line(settings, code))
    acts.info("%s is invited for %d minutes", invitation.who, minutes)
    if as_json:
        print(json.dumps(invitation.as_data(), ensure_ascii=False, indent=2))
        return 0
    print(in_groups(code))
    words = ngettext(
        "Valid once, for {minutes} minute, for {identity}.",
        "Valid once, for {minutes} minutes, for {identity}.",
        minutes,
    )
    print(words.format(minutes=minutes, identity=invitation.who))
    if invitation.line is not None:
        print(_("The whole line, for the page “Sign in” or expert-app enrol:"))
        print(invitation.line.text)
    else:
        print(no_address())
    return 0


@hub_command(act="revoke", needs_convention=True)
def revoke(hub: HubContext, target: NamedIdentity) -> int:
    """Take the keys of somebody away and wait for the hub that runs to cut the connection;
    the exit code.
    """
    settings = hub.settings
    catalogue = _load(settings)
    if catalogue is None:
        return 2
    if not target.name:
        print(_("Say who is meant with --name."))
        return 2
    book = open_book(hub.paths)
    show_signed_on(catalogue, book)
    named = _named(target, catalogue, frozenset())
    if named is None:
        return 2
    has_signed_on = any(entry.key and entry.identity == named[0] for entry in book.signed_on())
    invited = {entry.identity for entry in book.invitations(_now())}
    was_there = book.revoke(*named, _now())
    acts.info("the keys and invitations of %s are taken away", identity_text(named[0]))
    if not was_there:
        if named[0] in invited:
            words = _("The invitation of {identity} is withdrawn; there was no key.")
            print(words.format(identity=identity_text(named[0])))
            return 0
        print(_("{identity} has no key.").format(identity=identity_text(named[0])))
        return 1
    if has_signed_on:
        words = _(
            "{identity} had signed in with the organisation and can do so again: whoever is to "
            "stay out must be taken out of the group at the provider."
        )
        print(words.format(identity=identity_text(named[0])))
    if settings.bus:
        print(
            _(
                "The key is revoked. Give your nats-server the output of `hub bus-config` and "
                "reload it now."
            )
        )
        return 0
    if _wait_applied(book):
        print(_("The key is revoked; whoever used it is cut off."))
        return 0
    print(
        _(
            "The key is revoked, but no hub runs on this folder: it counts from the hub's next "
            "start."
        )
    )
    return 0


def identity_text(identity: Identity) -> str:
    """Somebody in one word: "organisation/role/user"."""
    return f"{identity.organisation}/{identity.role.name.lower()}/{identity.user}"


def _wait_applied(book: IdentityBook) -> bool:
    revision, end_s = book.wanted(), time.monotonic() + APPLIED_S
    while time.monotonic() < end_s:
        if book.applied() >= revision:
            return True
        time.sleep(0.05)  # a command, without an event loop
    return False


def _now() -> datetime:
    return SystemClock().utc_now()
