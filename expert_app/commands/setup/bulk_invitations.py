# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub invite`, and with `--from FILE.csv --sheets FILE.pdf` many invitations, a printed
page each. Used by `__main__`.

Everything is checked before the first code is made. The sheets hold codes: their file is the
account's alone, and is not written over.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, BinaryIO
from zoneinfo import ZoneInfo

from documents.printed.invitation import InvitationFacts, invitation_sheets
from expert_app.commands.hub.context import HubContext, hub_command
from expert_app.commands.setup.invitation_table import (
    MOST_BYTES,
    MOST_SAID,
    TableWrong,
    identities_of,
    read_table,
)
from expert_app.commands.setup.invitations import (
    MadeInvitation,
    NamedIdentity,
    identity_text,
    invitation_line,
    invite_one,
    needs_own_server,
    no_address,
    role_words,
    wrong_names,
)
from expert_app.hub.convention_commands import load_catalogue
from expert_app.runtime.command_line import Argument, Json, OneOf
from expert_app.runtime.config import HubSettings
from expert_app.runtime.log_lines import acts
from expert_app.runtime.paths import Paths
from expert_app.stores.identities import open_book
from resources.texts import _, ngettext
from session.core.spoken_letters import in_groups
from session.hub.access.identities import Identity
from session.hub.convention.catalogue import Catalogue
from session.protocol.wire.roles import Role

MACHINES = (Role.KIOSK, Role.DISPLAY, Role.VAULT)


VALID_MIN = 15
"""Minutes for which one code is good unless the operator says otherwise."""

VALID_DAYS = 7
"""The same in days, for the codes of many sheets."""

WHO = OneOf("who")


@dataclass(frozen=True, kw_only=True)
class BulkRequest:
    """The invitations to make, as the command line says. Without sheets their lines are printed."""

    table: Annotated[
        Path | None,
        Argument(
            "invite all of this table: organisation, role, name or site",
            "FILE.csv",
            name="--from",
            one_of=WHO,
        ),
    ] = None
    everybody: Annotated[
        bool,
        Argument("invite everybody who has no key and no invitation", name="--all", one_of=WHO),
    ] = False
    sheets: Annotated[
        Path | None, Argument("with --from or --all: one page for each to print", "FILE.pdf")
    ] = None
    days: Annotated[int, Argument("with --from or --all: how long they are valid")] = VALID_DAYS
    as_json: Json = False


@dataclass(frozen=True, kw_only=True)
class MaybeIdentity:
    """The person or machine to invite, where it is one."""

    role: Role | None = None
    org: Annotated[str, Argument("id of the organisation", "ORGANISATION")] = ""
    name: Annotated[str, Argument("whose name the catalogue says, or whose id")] = ""


@hub_command(act="invite", needs_convention=True)
def invite(
    hub: HubContext,
    identity: MaybeIdentity,
    many: BulkRequest,
    *,
    minutes: Annotated[int, Argument("how long the code is valid")] = VALID_MIN,
    another_computer: Annotated[
        bool, Argument("beside those that this person has already, which otherwise count no more")
    ] = False,
) -> int:
    """Invite one person or machine, or many; the exit code."""
    if many.table or many.everybody:
        return invite_many(hub, many)
    if many.sheets:
        print(_("--sheets goes with --from FILE.csv (one line is enough) or --all."))
        return 2
    if not (identity.role and identity.org):
        print(_("Say who is invited: --role and --org, or --from FILE.csv, or --all."))
        return 2
    target = NamedIdentity(organisation=identity.org, role=identity.role, name=identity.name)
    return invite_one(hub, target, minutes, as_json=many.as_json, adds=another_computer)


def invite_many(hub: HubContext, request: BulkRequest) -> int:
    """Make the invitations and their sheets; the exit code.

    Raises:
        CatalogueWrong: the convention cannot be used. CertificateTrouble: nor the certificate.
    """
    settings, paths = hub.settings, hub.paths
    if settings.bus:
        print(needs_own_server())
        return 2
    if not 1 <= request.days <= 60:
        print(_("An invitation is valid for 1 to 60 days (--days)."))
        return 2
    catalogue = load_catalogue(settings)
    try:
        meant = _meant(request, catalogue, paths)
    except TableWrong as error:
        _print_problems(request.table, error)
        return 2
    except OSError as error:
        print(_("{file} cannot be read: {why}.").format(file=error.filename, why=error.strerror))
        return 2
    if not meant:
        print(_("Everybody in the convention has a key or an open invitation: nobody is invited."))
        return 0
    if invitation_line(settings, "00000000") is None:
        print(no_address())
        return 2
    if wrong := wrong_names(settings):
        print(wrong)
        return 2
    if request.sheets is None:
        _print_made(make_invitations(meant, settings, paths, days=request.days), request)
        return 0
    try:
        with _new_private_file(request.sheets) as file:
            invitations = make_invitations(meant, settings, paths, days=request.days)
            file.write(
                invitation_sheets(
                    [_facts(invitation, catalogue, settings) for invitation in invitations]
                )
            )
    except OSError as error:
        words = _("{file} cannot be written: {why}.")
        print(words.format(file=request.sheets, why=error.strerror))
        return 2
    _print_made(invitations, request)
    return 0


def _meant(request: BulkRequest, catalogue: Catalogue, paths: Paths) -> list[Identity]:
    if request.table is not None:
        with request.table.open("rb") as file:
            return identities_of(read_table(file.read(MOST_BYTES + 1)), catalogue)
    book = open_book(paths)
    enrolled = book.keys()
    invited = {invitation.identity for invitation in book.invitations(datetime.now(UTC))}
    return [
        Identity(*who)
        for who, key in catalogue.identities().items()
        if not key and who not in enrolled and Identity(*who) not in invited
    ]


def _print_problems(table: Path | None, error: TableWrong) -> None:
    print(_("Nobody was invited: {file} is not as it should be.").format(file=table))
    for problem in error.problems[:MOST_SAID]:
        print(f"  {problem.sentence}")
    if len(error.problems) > MOST_SAID:
        more = len(error.problems) - MOST_SAID
        print("  " + _("and {count} more").format(count=more))


def _new_private_file(path: Path) -> BinaryIO:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "wb")


def make_invitations(
    meant: Sequence[Identity], settings: HubSettings, paths: Paths, *, days: int
) -> list[MadeInvitation]:
    """Make an invitation for each of them; one that was open counts no more."""
    book, now, valid_for = open_book(paths), datetime.now(UTC), timedelta(days=days)
    enrolled, invited = (
        book.enrolled_at(),
        {invitation.identity for invitation in book.invitations(now)},
    )
    invitations = []
    for identity in meant:
        code = book.invite(identity, now, valid_for)
        acts.info("%s is invited for %d days", identity_text(identity), days)
        invitations.append(
            MadeInvitation(
                identity,
                code,
                now + valid_for,
                line=invitation_line(settings, code),
                has_key=identity in enrolled,
                was_invited=identity in invited,
            )
        )
    return invitations


def _print_made(invitations: Sequence[MadeInvitation], request: BulkRequest) -> None:
    if request.as_json:
        print(json.dumps([entry.as_data() for entry in invitations], ensure_ascii=False, indent=2))
        return
    for invitation in invitations:
        notes = [_("has a key already; a new one takes its place")] * invitation.has_key
        notes += [_("the invitation before this one is worth nothing now")] * invitation.was_invited
        print("  ".join([invitation.who, *notes]))
        if request.sheets is None and invitation.line is not None:
            print(f"  {invitation.line.text}")
    if request.sheets is not None:
        words = _(
            "Invitations in {file}: {count}, valid for {days}. It is a bundle of keys: print it, "
            "give each sheet by hand, and delete it."
        )
        days = ngettext("{count} day", "{count} days", request.days).format(count=request.days)
        print(words.format(count=len(invitations), days=days, file=request.sheets))


def _facts(
    invitation: MadeInvitation, catalogue: Catalogue, settings: HubSettings
) -> InvitationFacts:
    """Return what stands on the sheet of one of them."""
    identity, line = invitation.identity, invitation.line
    assert line is not None
    organisation = catalogue.organisation(identity.organisation)
    address = ",".join(line.addresses)
    return InvitationFacts(
        who=catalogue.person_name(identity.organisation, identity.user),
        role=role_words(identity.role),
        organisation=organisation.name,
        site=_site_name(identity, catalogue),
        line=line.text,
        address=address,
        letters=line.text.removeprefix(f"{address}#"),
        fingerprint=in_groups(line.fingerprint),
        until=invitation.until_utc.astimezone(ZoneInfo(settings.time_zone)),
        program=identity.role.name.lower() if identity.role in MACHINES else "",
    )


def _site_name(identity: Identity, catalogue: Catalogue) -> str:
    organisation = catalogue.organisation(identity.organisation)
    places = {
        **{kiosk.id: kiosk.site for kiosk in organisation.kiosks},
        **{display.id: display.site for display in organisation.displays},
    }
    if identity.role not in (Role.KIOSK, Role.DISPLAY):
        return ""
    names = {site.id: site.name for site in organisation.sites}
    return names[places[identity.user]]
