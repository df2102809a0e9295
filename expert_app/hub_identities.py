# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub --invite` and `--revoke`: commands on the book of identities, whether the hub runs or not."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

from expert_app.config import HubSettings
from expert_app.paths import Paths
from resources.texts import _
from session.clock import SystemClock
from session.hub.catalogue import Catalogue, CatalogueWrong
from session.hub.identities import Identity, IdentityBook
from session.protocol.roles import Role

VALID_MIN = 15
"""Minutes for which a code is good unless the operator says otherwise."""

APPLIED_S = 5.0
"""Longest wait for the hub that runs to take a change."""

ROLES = {"agent": Role.AGENT, "supervisor": Role.SUPERVISOR, "helpdesk": Role.HELPDESK, "kiosk": Role.KIOSK}


def open_book(paths: Paths) -> IdentityBook:
    """The book in the hub's folder."""
    return IdentityBook(paths.folder("identities") / "identities.sqlite")


def parse_identity(text: str) -> Identity | None:
    """The identity that "organisation/role/user" names, or None when it is not of this form."""
    organisation, _slash, rest = text.partition("/")
    role, _slash, user = rest.partition("/")
    if not (organisation and user and role in ROLES):
        return None
    return Identity(organisation, ROLES[role], user)


def _load(settings: HubSettings) -> Catalogue | None:
    try:
        return Catalogue.load(Path(settings.catalogue))
    except CatalogueWrong as error:
        print(_("The catalogue cannot be used: {why}").format(why=error))
        return None


def _named(text: str, catalogue: Catalogue) -> tuple[Identity, str] | None:
    """The identity and its key in the catalogue; None, and a sentence, when the catalogue has no such identity."""
    identity = parse_identity(text)
    if identity is None:
        print(
            _("{identity} is not ORGANISATION/ROLE/USER, with role agent, supervisor, helpdesk or kiosk.").format(
                identity=text
            )
        )
        return None
    keys = catalogue.identities()
    if (identity.organisation, identity.role, identity.user) not in keys:
        print(_("{identity} is not in the catalogue.").format(identity=text))
        return None
    return identity, keys[identity.organisation, identity.role, identity.user]


def invite(text: str, minutes: int, settings: HubSettings, paths: Paths) -> int:
    """Prints a code for "organisation/role/user"; the exit code."""
    if settings.bus:
        print(_("Invitations need the hub's own nats-server; with another one put the public key in the catalogue."))
        return 2
    catalogue = _load(settings)
    named = _named(text, catalogue) if catalogue is not None else None
    if named is None:
        return 2
    code = open_book(paths).invite(named[0], _now(), timedelta(minutes=minutes))
    print(f"{code[:4]}-{code[4:]}")
    print(_("Valid once, for {minutes} minutes, for {identity}.").format(minutes=minutes, identity=text))
    return 0


def revoke(text: str, settings: HubSettings, paths: Paths) -> int:
    """Takes the keys of "organisation/role/user" away and waits for the hub that runs to cut it off; the exit code."""
    catalogue = _load(settings)
    named = _named(text, catalogue) if catalogue is not None else None
    if named is None:
        return 2
    book = open_book(paths)
    if not book.revoke(*named, _now()):
        print(_("{identity} has no key.").format(identity=text))
        return 1
    if settings.bus:
        print(_("The key is revoked. Give your nats-server the output of --print-bus-config and reload it now."))
        return 0
    if _wait_applied(book):
        print(_("The key is revoked; whoever used it is cut off."))
        return 0
    print(_("The key is revoked, but no hub runs on this folder: it counts from the hub's next start."))
    return 0


def _wait_applied(book: IdentityBook) -> bool:
    wanted, end_s = book.wanted(), time.monotonic() + APPLIED_S
    while time.monotonic() < end_s:
        if book.applied() >= wanted:
            return True
        time.sleep(0.05)  # a command of its own, without a loop
    return False


def _now() -> datetime:
    return SystemClock().utc_now()
