# SPDX-License-Identifier: GPL-3.0-only
"""What each procedure of an organisation asks for:
pieces, alternatives, how long they hold, who decides. Data.

One TOML file per organisation, `<organisation>.toml`.
Used by the hub, which starts a procedure in a caller's dossier, and by `expert-app hub procedures`,
which says everything that is wrong with such files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import msgspec

from resources import resource_path
from session.core.dossier_model import Piece

Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_-]{1,40}$")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Words = Annotated[str, msgspec.Meta(max_length=500)]
Days = Annotated[int, msgspec.Meta(ge=0, le=7300)]


class ChoiceRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the papers that will do for a piece."""

    id: Id
    name: Text


class PieceRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A piece that a procedure asks for.

    Attributes:
        any_of: papers of which one will do; none: the piece itself.
        when: for whom, in words ("si vous êtes locataire"); such a piece can be left out by the
            agent.
        hint: what the agent looks at ("les deux faces").
        holds_days: how long an accepted piece holds for later visits; 0: without end.
        decided_by: the person or office that decides, where it is not the agent ("le service
            instructeur").
    """

    id: Id
    name: Text
    any_of: list[ChoiceRule] = []
    when: Words = ""
    hint: Words = ""
    holds_days: Days = 0
    decided_by: Words = ""


class AnswerRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What silence means, and after how many days (code des relations entre le public et
    l'administration, L. 231-1).

    Attributes:
        silence: "acceptance" or "refusal".
        appeal: time limits and ways of appeal; needed with "refusal" (R. 112-5, L. 112-6).
    """

    after_days: Annotated[int, msgspec.Meta(ge=1, le=720)]
    silence: str
    appeal: Words = ""


class Procedure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request a caller can make.

    Attributes:
        services: ids of the convention's services whose agents start it; none: all.
        missing_days: how long a caller has for pieces that are missing (L. 114-5); 0: no date is
            given.
        decided_by: who decides on the request.
    """

    id: Id
    name: Text
    services: list[Id] = []
    decided_by: Words = ""
    missing_days: Days = 0
    answer: AnswerRule | None = None
    pieces: list[PieceRule]


class ProcedureFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An organisation's procedures. Whoever changes the file raises `edition`."""

    organisation: Id
    name: Text
    edition: Annotated[int, msgspec.Meta(ge=1)] = 1
    procedures: list[Procedure]


class ProcedureProblem(msgspec.Struct, frozen=True):
    """What is wrong with a file: a short code, where, and a value for the sentence."""

    code: str
    where: str
    what: str = ""


class ProceduresWrong(Exception):
    """Files that cannot be used.

    Attributes:
        problems: everything that was found.
    """

    def __init__(self, problems: Sequence[ProcedureProblem]) -> None:
        super().__init__(problems)
        self.problems = list(problems)


class Procedures:
    """The procedures of all organisations, by organisation."""

    def __init__(self, files: Mapping[str, ProcedureFile] | None = None) -> None:
        self._files = dict(files or {})

    def of(self, organisation: str, service: str = "") -> list[Procedure]:
        """Procedures that an agent of this service may start; an unknown organisation has none."""
        found = self._files.get(organisation)
        listed = found.procedures if found else []
        return [one for one in listed if not service or not one.services or service in one.services]

    def put(self, organisation: str, procedures: list[Procedure]) -> None:
        """Replaces those of an organisation."""
        self._files[organisation] = ProcedureFile(
            organisation=organisation, name=organisation, procedures=procedures
        )

    def find(self, organisation: str, procedure: str) -> Procedure | None:
        """The procedure of that id."""
        return next((one for one in self.of(organisation) if one.id == procedure), None)

    @property
    def organisations(self) -> list[str]:
        """Ids, sorted."""
        return sorted(self._files)


def shipped() -> Path:
    """The folder of the sets that come with the program:
    invented, realistic, a start for one's own.
    """
    return resource_path("procedures/caf.toml").parent


def load_procedures(folder: Path) -> Procedures:
    """Every file of a folder.

    Raises:
        ProceduresWrong: with everything that is wrong in any of them.
    """
    files: dict[str, ProcedureFile] = {}
    problems: list[ProcedureProblem] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            file = msgspec.toml.decode(path.read_bytes(), type=ProcedureFile)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            problems.append(ProcedureProblem("unreadable", path.name, str(error)))
            continue
        if file.organisation != path.stem:
            problems.append(ProcedureProblem("file_name", path.name, file.organisation))
        problems += (
            ProcedureProblem(code, f"{path.name}, {where}", what)
            for code, where, what in _wrong(file)
        )
        files[file.organisation] = file
    if not folder.is_dir():
        problems.append(ProcedureProblem("no_folder", str(folder)))
    if problems:
        raise ProceduresWrong(problems)
    return Procedures(files)


def piece_of(procedure: Procedure, rule: PieceRule) -> Piece:
    """A piece as a dossier has it when the procedure begins;
    its id is unique over all procedures of a dossier.
    """
    return Piece(
        id=piece_id(procedure.id, rule.id),
        name=rule.name,
        procedure=procedure.id,
        hint=" ".join(part for part in (_sentence(rule.when), _sentence(rule.hint)) if part),
        any_of=tuple(choice.name for choice in rule.any_of),
        optional=bool(rule.when),
        decided_by=rule.decided_by or procedure.decided_by,
    )


def piece_id(procedure: str, rule: str) -> str:
    """A piece's id in a dossier; not longer than ids may be."""
    return f"{procedure}-{rule}"[:40]


def holds_until(accepted_on: date, holds_days: int) -> date | None:
    """The last day on which an accepted piece holds; None: it holds without end."""
    return accepted_on + timedelta(days=holds_days) if holds_days else None


def _sentence(text: str) -> str:
    if not text:
        return ""
    end = "" if re.search(r"[.!?…]$", text) else "."
    return text[0].upper() + text[1:] + end


def _wrong(file: ProcedureFile) -> Iterator[tuple[str, str, str]]:
    """(code, where, what) of all that the types do not say."""
    if not file.procedures:
        yield "no_procedure", file.organisation, ""
    yield from _twice([one.id for one in file.procedures], "procedures")
    for procedure in file.procedures:
        where = f"procedures.{procedure.id}"
        if not procedure.pieces:
            yield "no_piece", where, ""
        if procedure.pieces and all(rule.when for rule in procedure.pieces):
            yield "all_optional", where, ""
        yield from _twice([rule.id for rule in procedure.pieces], f"{where}.pieces")
        yield from _twice(
            [piece_id(procedure.id, rule.id) for rule in procedure.pieces], f"{where}.pieces"
        )
        for rule in procedure.pieces:
            if len(rule.any_of) == 1:
                yield "one_choice", f"{where}.pieces.{rule.id}", ""
            yield from _twice(
                [choice.id for choice in rule.any_of], f"{where}.pieces.{rule.id}.any_of"
            )
        answer = procedure.answer
        if answer is not None:
            if answer.silence not in ("acceptance", "refusal"):
                yield "silence", f"{where}.answer", answer.silence
            if answer.silence == "refusal" and not answer.appeal:
                yield "no_appeal", f"{where}.answer", ""


def _twice(ids: Sequence[str], where: str) -> Iterator[tuple[str, str, str]]:
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        yield "twice", where, name
