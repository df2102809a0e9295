# SPDX-License-Identifier: GPL-3.0-only
"""What the guide adds to what is proposed for the wrap-up."""

from __future__ import annotations

from msgspec.structs import replace

from expert_app.desk.dossier.closing import ClosingProposal
from expert_app.desk.dossier.wrap_up_proposal import GuideProgress, filled_note, guided
from session.core.dossier_model import PieceState
from session.protocol.dossier.guides import Guide, GuideCase, GuideStep
from tests.support.screens.invented import DOSSIER

GUIDE = Guide(
    id="logement",
    name="Housing",
    cases=[GuideCase(id="tenant", name="Tenant")],
    steps=[
        GuideStep(id="identity", name="Identity"),
        GuideStep(id="lease", name="Lease", only_if="tenant"),
        GuideStep(id="deed", name="Deed", unless="tenant"),
    ],
    done="complete",
    missing="papers_missing",
)
BEFORE = ClosingProposal("done", "Filed: Lease.", "0611223344")


def after(
    *done: str, cases: tuple[str, ...] = ("tenant",), guide: Guide = GUIDE
) -> tuple[str, str]:
    progress = GuideProgress(guide, frozenset(cases), frozenset(done))
    proposal = guided(BEFORE, progress, None)
    assert proposal.phone == BEFORE.phone
    return proposal.outcome, proposal.note


def test_all_steps_of_the_callers_case_are_needed_for_the_good_outcome() -> None:
    assert after() == BEFORE[:2], "nothing was followed"
    assert after("identity") == ("", "Housing. Done: Identity. Left to do: Lease.")
    assert after("identity", "lease") == ("complete", "Housing. Done: Identity, Lease.")
    assert after("identity", "lease", cases=())[0] == ""


def test_what_is_missing_comes_before_what_is_done() -> None:
    (piece, *_others) = DOSSIER.pieces
    lacks = replace(
        DOSSIER, pieces=(replace(piece, state=PieceState.EXPECTED, optional=False, name="Slip"),)
    )
    whole = GuideProgress(GUIDE, frozenset(), frozenset({"identity", "deed"}))
    proposal = guided(BEFORE, whole, lacks)
    assert proposal[:2] == ("papers_missing", "Housing. Done: Identity, Deed. Missing: Slip.")


def test_without_a_guide_and_after_a_cut_nothing_changes() -> None:
    whole = GuideProgress(GUIDE, frozenset(), frozenset({"identity", "deed"}))
    assert guided(BEFORE, None, None) == BEFORE
    cut = ClosingProposal("cut_off")
    assert guided(cut, whole, None) == cut


def test_the_organisations_own_words_make_the_note() -> None:
    own = replace(GUIDE, note="{procedure} ({cases}): {done} / {left} / {missing}")
    assert after("identity", guide=own)[1] == "Housing (Tenant): Identity / Lease / –"


def test_an_organisations_ready_note_is_filled_with_or_without_a_guide() -> None:
    assert filled_note("{procedure}. Missing: {missing}. Left: {left}", None, DOSSIER).startswith(
        "–. Missing: "
    )
