# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub trust-authority` and `authorities`: the next authority is given to every program
before it counts, and which computers have it. Used by `__main__` and `renew-certificate`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec

from expert_app.commands.hub.context import HubContext, hub_command
from expert_app.commands.hub.words import local_time
from expert_app.hub.certificates import authority_of, authority_text
from expert_app.hub.convention_commands import load_catalogue
from expert_app.runtime.command_line import Argument, Json
from expert_app.sign_on.at_hub import show_signed_on
from expert_app.stores.identities import open_book
from expert_app.stores.last_seen import read_sightings
from expert_app.stores.next_authority import read_offer, write_offer
from expert_app.stores.operator_acts import note_act
from resources.texts import _, ngettext
from session.bus.transport.authority import fingerprints_in
from session.hub.access.computers import known_computers

PAGE_ROWS = 50


class Computer(msgspec.Struct, frozen=True, kw_only=True):
    """A computer that has a key, as `--json` gives it.

    Attributes:
        computer: as it calls itself; "" for one that does not say.
        believes: fingerprints of authorities, as it last named them; None for one that was not
            heard, or whose program names none.
    """

    organisation: str
    role: str
    user: str
    name: str
    computer: str = ""
    believes: tuple[str, ...] | None = None
    last_seen_utc: datetime | None = None


class AuthorityList(msgspec.Struct, frozen=True, kw_only=True):
    """The output of `--json`. `authority`: fingerprint of the next one."""

    authority: str
    have: int
    missing: list[Computer]


def computers_of(hub: HubContext) -> list[Computer]:
    """Every computer that may come in now, in the convention's order. Raises `CatalogueWrong`."""
    catalogue, book = load_catalogue(hub.settings), open_book(hub.paths)
    show_signed_on(catalogue, book)
    computers = known_computers(catalogue.identities(), book, read_sightings(hub.paths))
    return [
        Computer(
            organisation=each.identity.organisation,
            role=each.identity.role.name.lower(),
            user=each.identity.user,
            name=catalogue.person_name(each.identity.organisation, each.identity.user),
            computer=each.name,
            believes=each.believes,
            last_seen_utc=each.last_seen_utc,
        )
        for each in computers
    ]


def without(computers: Sequence[Computer], authority: str) -> list[Computer]:
    """Those that are not known to believe this authority, by its fingerprint."""
    return [each for each in computers if authority not in (each.believes or ())]


@hub_command(act="trust-authority", needs_convention=True)
def trust_authority(
    hub: HubContext,
    *,
    ca: Annotated[Path | None, Argument("the next authority's folder", "FOLDER")] = None,
    stop: Annotated[bool, Argument("give it no more; who has it keeps it")] = False,
) -> int:
    """Have the hub give the next authority to desks and kiosks; the exit code."""
    if stop:
        write_offer(hub.paths, "")
        print(_("No authority is given any more."))
        return 0
    if ca is None:
        print(_("Say which authority is given: --ca FOLDER."))
        return 2
    text = authority_text(ca)
    write_offer(hub.paths, text)
    note_act(hub.paths, "trust-authority", str(ca))
    both = _write_both(hub, ca, text)
    words = _(
        "The hub gives {folder} to every desk, kiosk, screen and vault that is connected, within a "
        "minute, and to the others as soon as they come; each keeps both. "
        "Nothing else has changed.\n"
        "  Who has it:  expert-app hub authorities\n"
        "  Then:        expert-app hub renew-certificate --ca {folder}"
    )
    print(words.format(folder=ca))
    if both is not None:
        words = _(
            "By hand, for computers whose file an administrator keeps, and for partners' networks: "
            "{file} has both."
        )
        print(words.format(file=both))
    return 0


def _write_both(hub: HubContext, ca: Path, text: str) -> Path | None:
    """Writes the authority of the certificate and the next one into one file; None without one."""
    certificate = hub.settings.tls_certificate
    if not certificate or not (present := authority_of(Path(certificate))):
        return None
    file = ca / "both.pem"
    file.write_text(present + text, encoding="ascii", newline="\n")
    return file


@hub_command(needs_convention=True)
def list_authorities(
    hub: HubContext,
    *,
    page: Annotated[int, Argument("which fifty of those that are missing", "NUMBER")] = 1,
    as_json: Json = False,
) -> int:
    """Print how many computers have the next authority, and who is missing; 1 while one is."""
    names = fingerprints_in(read_offer(hub.paths).encode())
    if not names:
        print(_("No authority is given: expert-app hub trust-authority --ca FOLDER."))
        return 2
    computers = computers_of(hub)
    missing = without(computers, names[0])
    have = len(computers) - len(missing)
    if as_json:
        listed = AuthorityList(authority=names[0], have=have, missing=missing)
        print(msgspec.json.format(msgspec.json.encode(listed), indent=2).decode())
    else:
        print(coverage_words(have, len(computers)))
        for line in missing_lines(hub, missing, page):
            print(line)
    return 1 if missing else 0


def coverage_words(have: int, count: int) -> str:
    """Say how many have it."""
    words = ngettext(
        "{have} of {count} computer has it.", "{have} of {count} computers have it.", count
    )
    return words.format(have=have, count=count)


def missing_lines(hub: HubContext, missing: Sequence[Computer], page: int) -> Iterator[str]:
    """Say who is missing, and by which way each gets it, fifty at a time."""
    if not missing:
        return
    first = max(page - 1, 0) * PAGE_ROWS
    yield _("Missing:")
    for each in missing[first : first + PAGE_ROWS]:
        who = each.user if each.name == each.user else f"{each.user} ({each.name})"
        if each.computer:
            who = f"{who}, {each.computer}"
        yield f"  {each.organisation}  {each.role}  {who}: {_way(hub, each)}"
    if (rest := len(missing) - first - PAGE_ROWS) > 0:
        words = ngettext("  {count} more: --page {page}", "  {count} more: --page {page}", rest)
        yield words.format(count=rest, page=max(page, 1) + 1)


def _way(hub: HubContext, computer: Computer) -> str:
    if computer.last_seen_utc is None:
        return _("never seen; gets it when it is connected, or by a new invitation afterwards")
    at = local_time(computer.last_seen_utc, hub.settings)
    if computer.believes is None:
        words = _(
            "seen {at}, does not say what it believes: an older program, another computer, or no "
            "authority of its own; by hand"
        )
    else:
        words = _("seen {at}; gets it while it is connected, unless its file cannot be written")
    return words.format(at=at)
