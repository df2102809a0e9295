# SPDX-License-Identifier: GPL-3.0-only
"""The requirements of each procedure of an organisation: pieces, alternatives, how long they
hold, who decides; the steps that guide an agent through it, and sentences ready to be written.
Data.

One TOML file per organisation, `<organisation>.toml`. Used by the hub, which starts a procedure
in a caller's dossier, and by `expert-app hub procedures`, which says everything that is wrong
with such files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from string import Formatter
from typing import Annotated, Literal

import msgspec

from resources import resource_path
from session.core.dossier_model import Piece
from session.core.field_types import NOT_DECODED, whole

Id = Annotated[str, msgspec.Meta(pattern=whole(r"[a-z0-9_-]{1,40}"))]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Words = Annotated[str, msgspec.Meta(max_length=500)]
Days = Annotated[int, msgspec.Meta(ge=0, le=7300)]

Language = Annotated[str, msgspec.Meta(pattern=whole(r"[a-z]{2}(_[a-z]{2,8})?"))]
Spoken = Annotated[str, msgspec.Meta(max_length=400)]
Said = Spoken | dict[Language, Spoken]
"""Words for the caller: French, or one text for each language ("fr", "en")."""
Address = Annotated[str, msgspec.Meta(pattern=whole(r"(https?://.{3,1990})?"))]
Power = Literal["see_page", "point", "control", "type", "scan", "print", "keep"]
"""What a caller allows, as `session.protocol.conversation.messages.Grant` names it."""

FRENCH = "fr"
NOTE_FIELDS = frozenset({"procedure", "done", "left", "missing", "cases"})
"""What may stand in braces in the note of a wrap-up."""
MOST_STEPS, MOST_PHRASES, MOST_NOTES = 40, 60, 30
MOST_BYTES = 400_000
"""Of all guides and phrases of an organisation together: they travel in one message."""


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
    """The meaning of silence, and after how many days (code des relations entre le public et
    l'administration, L. 231-1).

    Attributes:
        silence: "acceptance" or "refusal".
        appeal: time limits and ways of appeal; needed with "refusal" (R. 112-5, L. 112-6).
    """

    after_days: Annotated[int, msgspec.Meta(ge=1, le=720)]
    silence: str
    appeal: Words = ""


class CaseRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case that changes the steps ("locataire"); the agent ticks those that the caller is in."""

    id: Id
    name: Text


class StepRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step of the guide: one button at the desk does all that it names.

    Attributes:
        say: what the agent says, also ready to be written to the caller.
        page: id of an item of the organisation's library that is put before the caller.
        address: a web page that is opened instead.
        powers: what the caller is asked for, in one question.
        scan: id of a scan profile of the convention, with which the scan begins.
        piece: id of a piece of this procedure that is scanned; the step is done when it is here.
        only_if, unless: id of a case.
    """

    id: Id
    name: Text
    say: Said = ""
    page: Annotated[str, msgspec.Meta(pattern=whole(r"[A-Za-z0-9_-]{0,40}"))] = ""
    address: Address = ""
    powers: list[Power] = []
    scan: Annotated[str, msgspec.Meta(pattern=whole(r"[A-Za-z0-9_-]{0,40}"))] = ""
    piece: str = ""
    only_if: str = ""
    unless: str = ""


class WrapUpRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The proposals of the guide at the end; ids of the service's outcomes, or of the
    program's.

    Attributes:
        done: when every step is done and no piece is missing.
        missing: when pieces are missing.
        note: for colleagues, with {procedure}, {done}, {left}, {missing} and {cases}.
    """

    done: Id = "done"
    missing: Id = "pieces_missing"
    note: Words = ""


class PhraseRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sentence that agents write to callers by one press."""

    id: Id
    say: Said


class NoteRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A note ready to be completed, whatever the procedure; with the fields of a wrap-up's note."""

    id: Id
    name: Text
    text: Words


class Procedure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request a caller can make.

    Attributes:
        services: ids of the convention's services whose agents start it; none: all.
        missing_days: how long a caller has for pieces that are missing (L. 114-5); 0: no date is
            given.
        decided_by: who decides on the request.
        cases, steps, wrap_up: the guide; without steps there is none.
    """

    id: Id
    name: Text
    services: list[Id] = []
    decided_by: Words = ""
    missing_days: Days = 0
    answer: AnswerRule | None = None
    pieces: list[PieceRule]
    cases: list[CaseRule] = []
    steps: list[StepRule] = []
    wrap_up: WrapUpRule = WrapUpRule()


class ProcedureFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An organisation's procedures, and what its agents write ready-made: to callers (without
    `phrases`: what comes with the program), and to colleagues. Whoever changes the file raises
    `edition`.
    """

    organisation: Id
    name: Text
    edition: Annotated[int, msgspec.Meta(ge=1)] = 1
    procedures: list[Procedure]
    phrases: list[PhraseRule] = []
    notes: list[NoteRule] = []


class ProcedureProblem(msgspec.Struct, frozen=True):
    """An error in a file: a short code, where, and a value for the sentence."""

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
        file = self._files.get(organisation)
        listed = file.procedures if file else []
        return [
            procedure
            for procedure in listed
            if not service or not procedure.services or service in procedure.services
        ]

    def phrases(self, organisation: str) -> list[PhraseRule]:
        """Its sentences ready to be written; none where it wrote none."""
        file = self._files.get(organisation)
        if file:
            return file.phrases
        return []

    def notes(self, organisation: str) -> list[NoteRule]:
        """Its notes ready to be completed."""
        file = self._files.get(organisation)
        if file:
            return file.notes
        return []

    def put(self, organisation: str, procedures: list[Procedure]) -> None:
        """Replaces those of an organisation."""
        self._files[organisation] = ProcedureFile(
            organisation=organisation, name=organisation, procedures=procedures
        )

    def find(self, organisation: str, procedure: str) -> Procedure | None:
        """The procedure of that id."""
        return next(
            (candidate for candidate in self.of(organisation) if candidate.id == procedure), None
        )

    @property
    def organisations(self) -> list[str]:
        """Ids, sorted."""
        return sorted(self._files)


def shipped() -> Path:
    """The folder of the sets that come with the program:
    invented, realistic, a start for one's own.
    """
    return resource_path("procedures/caf.toml").parent


class _Phrases(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    phrases: list[PhraseRule]


def shipped_phrases() -> list[PhraseRule]:
    """The sentences that come with the program."""
    text = resource_path("phrases.toml").read_bytes()
    return msgspec.toml.decode(text, type=_Phrases).phrases


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
        except NOT_DECODED as error:
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


def by_language(words: Said) -> dict[str, str]:
    """Words by language; a plain text is French, no text is nothing."""
    if isinstance(words, str):
        if words:
            return {FRENCH: words}
        return {}
    return dict(words)


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
    if holds_days:
        return accepted_on + timedelta(days=holds_days)
    return None


def _sentence(text: str) -> str:
    if not text:
        return ""
    if re.search(r"[.!?…]$", text):
        end = ""
    else:
        end = "."
    return text[0].upper() + text[1:] + end


def _wrong(file: ProcedureFile) -> Iterator[tuple[str, str, str]]:
    """(code, where, what) of all that the types do not say."""
    if not file.procedures:
        yield "no_procedure", file.organisation, ""
    yield from _twice([procedure.id for procedure in file.procedures], "procedures")
    yield from _wrong_phrases(file)
    for procedure in file.procedures:
        yield from _wrong_guide(procedure, f"procedures.{procedure.id}")
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


def _wrong_phrases(file: ProcedureFile) -> Iterator[tuple[str, str, str]]:
    yield from _twice([phrase.id for phrase in file.phrases], "phrases")
    if len(file.phrases) > MOST_PHRASES:
        yield "too_many", "phrases", str(MOST_PHRASES)
    for phrase in file.phrases:
        if not by_language(phrase.say).get(FRENCH):
            yield "no_french", f"phrases.{phrase.id}", ""
    yield from _twice([note.id for note in file.notes], "notes")
    if len(file.notes) > MOST_NOTES:
        yield "too_many", "notes", str(MOST_NOTES)
    for note in file.notes:
        yield from _wrong_note(note.text, f"notes.{note.id}")
    written = (file.phrases, file.notes, [procedure.steps for procedure in file.procedures])
    size = len(msgspec.json.encode(written))
    if size > MOST_BYTES:
        yield "too_large", file.organisation, str(MOST_BYTES // 1000)


def _wrong_guide(procedure: Procedure, where: str) -> Iterator[tuple[str, str, str]]:
    """Yield the errors of a guide: what the steps name must be there."""
    cases = {case.id for case in procedure.cases}
    pieces = {rule.id for rule in procedure.pieces}
    yield from _twice([case.id for case in procedure.cases], f"{where}.cases")
    yield from _twice([step.id for step in procedure.steps], f"{where}.steps")
    if len(procedure.steps) > MOST_STEPS:
        yield "too_many", f"{where}.steps", str(MOST_STEPS)
    for step in procedure.steps:
        here = f"{where}.steps.{step.id}"
        if step.piece and step.piece not in pieces:
            yield "piece_unknown", here, step.piece
        for case in (step.only_if, step.unless):
            if case and case not in cases:
                yield "case_unknown", here, case
        if step.page and step.address:
            yield "page_and_address", here, ""
        if step.say and not by_language(step.say).get(FRENCH):
            yield "no_french", here, ""
    yield from _wrong_note(procedure.wrap_up.note, f"{where}.wrap_up.note")


def _wrong_note(note: str, where: str) -> Iterator[tuple[str, str, str]]:
    try:
        fields = {name for _text, name, _spec, _how in Formatter().parse(note) if name is not None}
    except ValueError as error:
        yield "note_braces", where, str(error)
        return
    for name in sorted(fields - NOTE_FIELDS):
        yield "note_field", where, name


def _twice(ids: Sequence[str], where: str) -> Iterator[tuple[str, str, str]]:
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        yield "twice", where, name
