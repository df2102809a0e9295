# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub procedures`: what each organisation's procedures ask for, and all that is wrong
with their files.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from documents.store.procedures import (
    ProcedureProblem,
    Procedures,
    ProceduresWrong,
    load_procedures,
)
from resources.texts import N_, _, ngettext
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.entries import OrganisationEntry
from session.hub.monitoring.health import Trouble

_WORDS = {
    "unreadable": N_("This is not a file of procedures: {what}"),
    "file_name": N_("The file is not named after its organisation “{what}”."),
    "no_folder": N_("There is no such folder."),
    "no_procedure": N_("There is no procedure."),
    "no_piece": N_("The procedure asks for no piece."),
    "all_optional": N_("Every piece has a “when”: nothing is asked of everybody."),
    "twice": N_("“{what}” is there twice."),
    "one_choice": N_("“any_of” with one choice is no choice."),
    "silence": N_("“silence” is “acceptance” or “refusal”, not “{what}”."),
    "piece_unknown": N_("The procedure asks for no piece “{what}”."),
    "case_unknown": N_("The procedure has no case “{what}”."),
    "page_and_address": N_("Give “page” or “address”, not both."),
    "no_french": N_("The French text (“fr”) is missing: it is what the agent reads."),
    "not_in_library": N_("The library of the convention has no “{what}”."),
    "profile_unknown": N_("The convention has no scan profile “{what}”."),
    "service_unknown": N_("The convention has no service “{what}”."),
    "too_many": N_("There are too many: at most {what}."),
    "too_large": N_("Steps and phrases are too long together: at most {what} kB."),
    "note_field": N_(
        "The note does not know “{{{what}}}”: it knows {{procedure}}, {{done}}, {{left}}, "
        "{{missing}} and {{cases}}."
    ),
    "note_braces": N_("A brace in the note is not closed: {what}"),
    "no_appeal": N_(
        "A silence that refuses needs “appeal”: time limits and ways (CRPA, L. 112-6)."
    ),
}


def problem_words(problem: ProcedureProblem) -> str:
    """One problem in words, with its place."""
    return f"{problem.where}: {_(_WORDS[problem.code]).format(what=problem.what)}"


def procedures_refused(error: ProceduresWrong) -> str:
    """All that is wrong, a line each."""
    lines = "\n".join(f"  {problem_words(problem)}" for problem in error.problems)
    return f"{_('The procedures cannot be used:')}\n{lines}"


def names_unknown(problems: Sequence[ProcedureProblem]) -> str:
    """Return what the convention does not have, a line each: the hub works all the same."""
    lines = "\n".join(f"  {problem_words(problem)}" for problem in problems)
    return f"{_('Some buttons of the guides will do nothing:')}\n{lines}"


def unknown_names(procedures: Procedures, convention: Catalogue) -> list[ProcedureProblem]:
    """Return what procedures name and the convention of their organisation does not have: an
    agent's button would do nothing. Organisations that the convention does not know are left
    out.
    """
    owners = [owner for owner in procedures.organisations if owner in convention.organisations]
    entries = (convention.organisation(owner) for owner in owners)
    return [problem for entry in entries for problem in names_not_in(procedures, entry)]


def names_not_in(procedures: Procedures, entry: OrganisationEntry) -> list[ProcedureProblem]:
    """The same of one organisation."""
    problems: list[ProcedureProblem] = []
    services = {service.id for service in entry.services}
    pages = {item.id for item in entry.library}
    profiles = {profile.id for profile in entry.scan_profiles}
    for procedure in procedures.of(entry.id):
        where = f"{entry.id}.{procedure.id}"
        problems += [
            ProcedureProblem("service_unknown", where, service)
            for service in procedure.services
            if service not in services
        ]
        for step in procedure.steps:
            here = f"{where}.steps.{step.id}"
            if step.page and step.page not in pages:
                problems.append(ProcedureProblem("not_in_library", here, step.page))
            if step.scan and step.scan not in profiles:
                problems.append(ProcedureProblem("profile_unknown", here, step.scan))
    return problems


def name_troubles(problems: Sequence[ProcedureProblem]) -> list[Trouble]:
    """The same for a health page."""
    if not problems:
        return []
    first = f"{problems[0].where}: {problems[0].what}"
    return [Trouble("procedures_unknown", False, {"names": len(problems), "first": first})]


def list_procedures(
    folder: Path, *, as_json: bool = False, convention: Catalogue | None = None
) -> int:
    """Lists the procedures of a folder, or says all that is wrong; the exit code.

    Args:
        convention: what pages, scan profiles and services must be there; None: not compared.
    """
    try:
        procedures = load_procedures(folder)
        if convention is not None and (unknown := unknown_names(procedures, convention)):
            raise ProceduresWrong(unknown)
    except ProceduresWrong as error:
        problems = [{"where": problem.where, "code": problem.code} for problem in error.problems]
        print(json.dumps({"problems": problems}) if as_json else procedures_refused(error))
        return 1
    print(_data(procedures) if as_json else "\n".join(_lines(folder, procedures, convention)))
    return 0


def _data(procedures: Procedures) -> str:
    listed = {
        owner: [
            {
                "id": procedure.id,
                "name": procedure.name,
                "pieces": len(procedure.pieces),
                "steps": len(procedure.steps),
            }
            for procedure in procedures.of(owner)
        ]
        for owner in procedures.organisations
    }
    return json.dumps({"organisations": listed, "problems": []}, ensure_ascii=False, indent=2)


def _lines(folder: Path, procedures: Procedures, convention: Catalogue | None) -> list[str]:
    lines = [_("In {folder}:").format(folder=folder)]
    for owner in procedures.organisations:
        unknown = convention is not None and owner not in convention.organisations
        words = _("{organisation} (the convention does not know this organisation)")
        lines.append(words.format(organisation=owner) if unknown else owner)
        for procedure in procedures.of(owner):
            required = sum(not rule.when for rule in procedure.pieces)
            words = ngettext(
                "  {id}: {name} – {asked} piece, {maybe} more according to the case",
                "  {id}: {name} – {asked} pieces, {maybe} more according to the case",
                required,
            )
            line = words.format(
                id=procedure.id,
                name=procedure.name,
                asked=required,
                maybe=len(procedure.pieces) - required,
            )
            steps = ngettext(
                "{line}; a guide of {steps} step",
                "{line}; a guide of {steps} steps",
                len(procedure.steps),
            ).format(line=line, steps=len(procedure.steps))
            lines.append(steps if procedure.steps else line)
        if count := len(procedures.phrases(owner)):
            words = ngettext("  {count} phrase of its own", "  {count} phrases of its own", count)
            lines.append(words.format(count=count))
        if count := len(procedures.notes(owner)):
            words = ngettext("  {count} note of its own", "  {count} notes of its own", count)
            lines.append(words.format(count=count))
    return lines
