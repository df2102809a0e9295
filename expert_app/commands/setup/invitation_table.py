# SPDX-License-Identifier: GPL-3.0-only
"""The table of people and machines to be invited at once (CSV): read, and compared with the
convention line by line. Pure. Used by `bulk_invitations`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from resources.texts import N_, _
from session.hub.access.identities import Identity
from session.hub.convention.catalogue import Catalogue
from session.protocol.wire.roles import Role

MOST_BYTES = 1_000_000
MOST_ROWS = 5000
MOST_SAID = 50
"""Problems that are told; the rest is only counted."""

COLUMNS = {
    "organisation": "organisation",
    "organisme": "organisation",
    "role": "role",
    "rôle": "role",
    "name": "name",
    "nom": "name",
    "site": "site",
    "point d'accueil": "site",
}
"""Heading, as it may be written -> what it is."""

ROLES = {role.name.lower(): role for role in Role}
ROLE_WORDS = {
    **ROLES,
    "conseiller": Role.AGENT,
    "superviseur": Role.SUPERVISOR,
    "assistance": Role.HELPDESK,
    "animateur": Role.FACILITATOR,
    "exploitant": Role.OPERATOR,
    "borne": Role.KIOSK,
    "écran": Role.DISPLAY,
    "coffre": Role.VAULT,
}

AT_SITES = (Role.KIOSK, Role.DISPLAY)

SENTENCES: dict[str, str] = {
    "too_large": N_("the file has more than {most} bytes"),
    "too_many": N_("the file has more than {most} lines"),
    "empty": N_("the file is empty"),
    "not_utf8": N_("this line is not UTF-8: save the file as “CSV UTF-8”"),
    "unreadable": N_("this line cannot be read ({why})"),
    "column_missing": N_("the first line needs the columns organisation, role, name"),
    "column_unknown": N_("there is no column “{name}”: organisation, role, name, site"),
    "cells": N_("cells: {count}, the first line has {wanted}"),
    "organisation": N_("there is no organisation “{name}” in the convention"),
    "role": N_("there is no role “{name}”: {roles}"),
    "site": N_("“{organisation}” has no site “{name}”"),
    "nobody": N_("nobody is “{name}” with this role in the convention"),
    "not_at_site": N_("“{name}” is not at the site “{site}”"),
    "several": N_("several are meant: {names}; give the name"),
    "twice": N_("the same as line {line}"),
}
"""Code of a problem -> what to say."""


@dataclass(frozen=True)
class RowProblem:
    """The fault of one line; 1 is the first of the file."""

    line: int
    code: str
    values: dict[str, str | int] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The problem as a sentence for people."""
        words = _(SENTENCES[self.code]).format(**self.values)
        return _("line {line}: {what}").format(line=self.line, what=words)


@dataclass(frozen=True)
class InvitedRow:
    """One line, as it was written."""

    line: int
    organisation: str
    role: str
    name: str
    site: str


class TableWrong(Exception):
    """Nothing can be made of this table; `problems` has all reasons."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = list(problems)


def read_table(data: bytes) -> list[InvitedRow]:
    """The lines of a CSV file in UTF-8; semicolons, commas or tabs.

    Raises:
        TableWrong: the file is not such a table.
    """
    if len(data) > MOST_BYTES:
        raise TableWrong([RowProblem(1, "too_large", {"most": MOST_BYTES})])
    text = _decoded(data.removeprefix(b"\xef\xbb\xbf"))
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    problems: list[RowProblem] = []
    rows: list[InvitedRow] = []
    names: list[str] = []
    try:
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if not names:
                names = _columns(cells, lines.line_num)
            elif len(cells) != len(names):
                values: dict[str, str | int] = {"count": len(cells), "wanted": len(names)}
                problems.append(RowProblem(lines.line_num, "cells", values))
            else:
                rows.append(_row(lines.line_num, names, cells))
            if len(rows) > MOST_ROWS:
                raise TableWrong([RowProblem(lines.line_num, "too_many", {"most": MOST_ROWS})])
    except csv.Error as error:
        problems.append(RowProblem(lines.line_num, "unreadable", {"why": str(error)}))
    if not names or not (rows or problems):
        problems.append(RowProblem(1, "empty"))
    if problems:
        raise TableWrong(problems)
    return rows


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise TableWrong(list(_undecodable(data))) from None


def _undecodable(data: bytes) -> Iterator[RowProblem]:
    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            yield RowProblem(number, "not_utf8")


def _delimiter(text: str) -> str:
    first = text.lstrip().partition("\n")[0]
    return max(";,\t", key=first.count)


def _columns(cells: Sequence[str], line: int) -> list[str]:
    names = []
    for cell in cells:
        name = COLUMNS.get(cell.strip().lower())
        if name is None or name in names:
            raise TableWrong([RowProblem(line, "column_unknown", {"name": cell.strip()})])
        names.append(name)
    if not {"organisation", "role"} <= set(names) or not {"name", "site"} & set(names):
        raise TableWrong([RowProblem(line, "column_missing")])
    return names


def _row(line: int, names: Sequence[str], cells: Sequence[str]) -> InvitedRow:
    columns = dict(zip(names, (cell.strip() for cell in cells), strict=True))
    return InvitedRow(
        line,
        columns["organisation"],
        columns["role"].lower(),
        columns.get("name", ""),
        columns.get("site", ""),
    )


def identities_of(rows: Sequence[InvitedRow], catalogue: Catalogue) -> list[Identity]:
    """Whom the lines mean, in their order.

    Raises:
        TableWrong: with every line that means nobody, several, or the same as another one.
    """
    problems: list[RowProblem] = []
    lines_by_identity: dict[Identity, int] = {}
    users: dict[tuple[str, Role], list[str]] = {}
    for owner, role, user in catalogue.identities():
        users.setdefault((owner, role), []).append(user)
    for row in rows:
        meant = _identity(row, users, catalogue)
        if isinstance(meant, RowProblem):
            problems.append(meant)
        elif meant in lines_by_identity:
            problems.append(RowProblem(row.line, "twice", {"line": lines_by_identity[meant]}))
        else:
            lines_by_identity[meant] = row.line
    if problems:
        raise TableWrong(problems)
    return list(lines_by_identity)


def _identity(
    row: InvitedRow, users: Mapping[tuple[str, Role], Sequence[str]], catalogue: Catalogue
) -> Identity | RowProblem:
    if row.organisation not in catalogue.served:
        return RowProblem(row.line, "organisation", {"name": row.organisation})
    role = ROLE_WORDS.get(row.role)
    if role is None:
        return RowProblem(row.line, "role", {"name": row.role, "roles": ", ".join(ROLES)})
    organisation = catalogue.organisation(row.organisation)
    if row.site and row.site not in [site.id for site in organisation.sites]:
        return RowProblem(row.line, "site", {"organisation": row.organisation, "name": row.site})
    candidates = list(users.get((row.organisation, role), ()))
    if row.name:
        names = {user: catalogue.person_name(row.organisation, user) for user in candidates}
        candidates = [user for user in candidates if row.name in (user, names[user])]
    if row.site:
        here = _at_site(candidates, row, role, catalogue)
    else:
        here = candidates
    if candidates and not here:
        return RowProblem(row.line, "not_at_site", {"name": row.name, "site": row.site})
    if not here:
        return RowProblem(row.line, "nobody", {"name": row.name})
    if len(here) > 1:
        return RowProblem(row.line, "several", {"names": ", ".join(here)})
    return Identity(row.organisation, role, here[0])


def _at_site(users: Sequence[str], row: InvitedRow, role: Role, catalogue: Catalogue) -> list[str]:
    """Return those whose place is at the site of the line; people have no place and stay."""
    if role not in AT_SITES:
        return list(users)
    entry = catalogue.organisation(row.organisation)
    placed = entry.kiosks if role is Role.KIOSK else entry.displays
    here = {place.id for place in placed if place.site == row.site}
    return [user for user in users if user in here]
