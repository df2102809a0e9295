# SPDX-License-Identifier: GPL-3.0-only
"""The guide's additions to what is proposed for the wrap-up. Used by `wiring.agent_work`; the
agent decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from expert_app.desk.dossier.closing import ClosingProposal
from resources.texts import _
from session.core.dossier_model import NOTE_LETTERS, Dossier
from session.protocol.dossier.guides import Guide, GuideStep, concerns

CUT = "cut_off"


class GuideProgress(NamedTuple):
    """The progress of a guide: the cases that the caller is in, and the steps that are done."""

    guide: Guide
    cases: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()

    def steps(self) -> list[GuideStep]:
        """Return the steps for this caller."""
        return [step for step in self.guide.steps if concerns(step, self.cases)]

    def done_names(self) -> list[str]:
        """Return the names of the steps that are done."""
        return [step.name for step in self.steps() if step.id in self.done]

    def case_names(self) -> list[str]:
        """The caller's cases, by name."""
        return [case.name for case in self.guide.cases if case.id in self.cases]

    def left(self) -> list[GuideStep]:
        """Return the steps that are not done."""
        return [step for step in self.steps() if step.id not in self.done]


def guided(
    proposal: ClosingProposal, progress: GuideProgress | None, dossier: Dossier | None
) -> ClosingProposal:
    """The proposal as the guide has it, where one was followed: its outcome once all of its steps
    are done or pieces are missing, and its note. What was cut off stays cut off.
    """
    if progress is None or proposal.outcome == CUT:
        return proposal
    guide, open_steps = progress.guide, progress.left()
    steps, missing = progress.done_names(), _missing(dossier)
    if not steps and not missing:
        return proposal
    if missing:
        outcome = guide.missing
    else:
        if open_steps:
            outcome = ""
        else:
            outcome = guide.done
    note = _note(progress, dossier)
    return proposal._replace(outcome=outcome, note=note[:NOTE_LETTERS])


def filled_note(text: str, progress: GuideProgress | None, dossier: Dossier | None) -> str:
    """An organisation's words for a note, with what the guide and the dossier know."""
    guide_progress = progress or GuideProgress(Guide(id="none", name="–", steps=[]))
    return text.format(
        procedure=guide_progress.guide.name,
        done=_listed(guide_progress.done_names()),
        left=_listed([step.name for step in guide_progress.left()]),
        missing=_listed(_missing(dossier)),
        cases=_listed(guide_progress.case_names()),
    )[:NOTE_LETTERS]


def _note(progress: GuideProgress, dossier: Dossier | None) -> str:
    guide = progress.guide
    if guide.note:
        return filled_note(guide.note, progress, dossier)
    parts = [f"{guide.name}."]
    for words, names in (
        (_("Done: {names}."), progress.done_names()),
        (_("Left to do: {names}."), [step.name for step in progress.left()]),
        (_("Missing: {names}."), _missing(dossier)),
    ):
        if names:
            parts.append(words.format(names=_listed(names)))
    return " ".join(parts)


def _missing(dossier: Dossier | None) -> list[str]:
    if dossier is not None:
        return [piece.name for piece in dossier.missing]
    return []


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "–"
