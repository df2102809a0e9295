# SPDX-License-Identifier: GPL-3.0-only
"""Makes the hub's catalogue of a convention's files: decode, verify, merge, check.
Used by the hub.

A folder has `network.toml`, the operator's part (`NetworkPart`), and for each organisation that it
names one file with the fields of `OrganisationEntry`. One file alone has them all (`WholeFile`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from session.hub.convention.catalogue import Catalogue, WholeFile
from session.hub.convention.entries import OrganisationEntry
from session.hub.convention.files import NETWORK, ConventionPart, Files, read_files
from session.hub.convention.merge import without_unasked
from session.hub.convention.problems import CatalogueWrong, Problem
from session.hub.convention.signatures import is_genuine, signer
from session.hub.convention.toml_decoding import decode
from session.protocol.wire.ids import Id


class MemberEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An organisation of the network;
    `key` is the public key that signs its file, "" where nobody asks for one.
    """

    id: Id
    key: str = ""


class NetworkPart(OrganisationEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The operator's part: an account of its own with sites, kiosks and people, and who takes
    part.
    """

    organisations: list[MemberEntry] = msgspec.field(default_factory=list)


@dataclass
class Reading:
    """The result of reading a convention.

    Attributes:
        catalogue: None when the whole cannot be used.
        bad: parts that cannot be used, by name, each with its problems.
        problems: everything found, those of `bad` too.
        editions: of the parts that could be read, by name.
    """

    catalogue: Catalogue | None = None
    bad: dict[str, list[Problem]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    editions: dict[str, int] = field(default_factory=dict)

    def refuse(self, name: str, problems: list[Problem]) -> None:
        """Notes a part that cannot be used."""
        self.bad.setdefault(name, []).extend(problems)
        self.problems.extend(problems)


def load(path: Path, operator_key: str = "") -> Catalogue:
    """The catalogue of a file or folder.

    Args:
        operator_key: public key that must have signed the operator's part;
            "" asks for no signatures.

    Raises:
        CatalogueWrong: with everything that is wrong.
    """
    reading = read(read_files(path), operator_key)
    if reading.catalogue is None or reading.bad:
        raise CatalogueWrong(reading.problems)
    return reading.catalogue


def read(files: Files, operator_key: str = "", known_editions: Mapping[str, int] = {}) -> Reading:
    """The catalogue of these files, as far as they are right; never raises for their content.

    Args:
        known_editions: editions that the hub has already, by part; an older one is refused.
    """
    reading = Reading()
    if files.whole:
        entries = _whole(files, operator_key, reading)
    else:
        entries = _folder(files, operator_key, reading)
    for name, edition in reading.editions.items():
        if edition < known_editions.get(name, 0):
            values = {"edition": edition, "known": known_editions[name]}
            reading.refuse(name, [Problem("older_edition", files.parts[name].file, values)])
    if reading.bad:
        return reading
    problems: list[Problem] = []
    if not files.whole:
        entries, problems = without_unasked(entries)
    try:
        reading.catalogue = Catalogue(entries)
        problems += reading.catalogue.advice
    except CatalogueWrong as error:
        problems += error.problems
    reading.problems += [placed(problem, files) for problem in problems]
    return reading


def placed(problem: Problem, files: Files) -> Problem:
    """The problem at its place in the files:
    "caf.toml, services.x" for "organisations.caf.services.x" in a folder.
    """
    if files.whole:
        return problem
    head, _dot, rest = problem.where.partition(".")
    organisation, _dot, inside = rest.partition(".")
    if head != "organisations":
        return problem
    file = f"{organisation if organisation in files.parts else NETWORK}.toml"
    where = ", ".join(part for part in (file, inside) if part)
    return Problem(problem.code, where, problem.values, problem.advice)


def _whole(files: Files, operator_key: str, reading: Reading) -> list[OrganisationEntry]:
    [part] = files.parts.values()
    _verify(part, operator_key, reading, demanded=bool(operator_key))
    try:
        return decode(part.text, WholeFile, part.file).organisations
    except CatalogueWrong as error:
        reading.refuse(part.name, error.problems)
        return []


def _folder(files: Files, operator_key: str, reading: Reading) -> list[OrganisationEntry]:
    network = files.parts[NETWORK]
    _verify(network, operator_key, reading, demanded=bool(operator_key))
    try:
        operator = decode(network.text, NetworkPart, network.file)
    except CatalogueWrong as error:
        reading.refuse(NETWORK, error.problems)
        return []
    reading.editions[NETWORK] = operator.edition
    fields = {name: getattr(operator, name) for name in OrganisationEntry.__struct_fields__}
    entries = [OrganisationEntry(**fields)]
    for name in sorted(
        files.parts.keys() - {NETWORK, *(member.id for member in operator.organisations)}
    ):
        reading.problems.append(
            Problem("not_a_member", files.parts[name].file, {"id": name}, advice=True)
        )
    for member in operator.organisations:
        entries += _member(member, files, operator_key, reading)
    return entries


def _member(
    member: MemberEntry, files: Files, operator_key: str, reading: Reading
) -> Iterator[OrganisationEntry]:
    part = files.parts.get(member.id)
    if part is None:
        reading.refuse(
            member.id, [Problem("part_missing", f"{NETWORK}.toml", {"file": f"{member.id}.toml"})]
        )
        return
    _verify(part, member.key, reading, demanded=bool(operator_key))
    try:
        entry = decode(part.text, OrganisationEntry, part.file)
    except CatalogueWrong as error:
        reading.refuse(part.name, error.problems)
        return
    if entry.id != part.name:
        reading.refuse(part.name, [Problem("id_not_file", part.file, {"id": entry.id})])
        return
    operators = [person.id for person in entry.people if person.role == "operator"]
    if operators:  # sees all hubs: only who signs the network's part may name one
        place = f"{part.file}, people.{operators[0]}"
        reading.refuse(part.name, [Problem("operator_elsewhere", place)])
        return
    reading.editions[part.name] = entry.edition
    yield entry


def _verify(part: ConventionPart, key: str, reading: Reading, *, demanded: bool) -> None:
    """Refuses a part whose signature is demanded and not right."""
    problem: Problem | None = None
    if not key:
        problem = Problem("no_signer", part.file)
    elif not part.signature:
        problem = Problem("unsigned", part.file)
    elif not is_genuine(part.name, part.text, part.signature, key):
        by_other = signer(part.signature) != key
        problem = Problem(
            "signed_by_other" if by_other else "signature_wrong", part.file, {"key": key}
        )
    if problem is not None and demanded:
        reading.refuse(part.name, [problem])
