# SPDX-License-Identifier: GPL-3.0-only
"""Every paper, with hostile words in every text: what looks like markup is drawn as text, nothing
is lost, nothing turns what follows, and nothing runs over the edges of the paper.
"""

# mypy: disable-error-code="no-untyped-call"
# pypdfium2 has no types.

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pypdfium2
import pytest

from documents.printed.appointment_slip import slip_pdf
from documents.printed.appointment_words import AppointmentSlip
from documents.printed.invitation import InvitationFacts, invitation_sheets
from documents.printed.missing_pieces import MissingFacts, MissingPiece, missing_list
from documents.printed.receipt.facts import (
    ImplicitDecision,
    ReceiptFacts,
    ReceivedPiece,
    ServiceInCharge,
    Silence,
)
from documents.printed.receipt.large_print import large_receipt
from documents.printed.receipt.pdf import receipt
from documents.printed.report.pdf import ReportFacts, report
from documents.printed.report.words import Chapter, Crossed, ReportFigures
from documents.printed.sheet import HEIGHT, MARGIN, WIDTH
from documents.printed.slip import SlipFacts, make_slip
from documents.printed.trial_sheet import TrialSheetFacts, make_trial_sheet
from expert_app.helpdesk.summary_pdf import summary_pdf
from session.log.playback.opening import open_records
from session.log.summary import summarise
from tests.support.log_story import whole_session

NOW = datetime(2026, 3, 2, 9, 4, tzinfo=UTC)
SIGNS = "<b>&amp;<font size='99'>&Val</para><br/>\u202e{n}\x1b"
FILLINGS = {"short": "", "words": " mot" * 50, "word": "W" * 200}

SERVICE = ServiceInCharge(name="s", postal_address="a", email="e", phone="p")
FIGURES = ReportFigures(
    key="x",
    name="n",
    callers=3,
    answered=2,
    abandoned=1,
    across="y",
    across_name="a",
    outcomes={"done": 2, "foreign": 1},
    left={"left": 1},
)
ROW = msgspec.structs.replace(FIGURES, across="", across_name="")
TOTAL = msgspec.structs.replace(ROW, name="")
DAY, HOUR = (msgspec.structs.replace(TOTAL, key=key) for key in ("2026-03-02", "09"))
PAPERS: dict[str, tuple[Callable[[Any], bytes], msgspec.Struct]] = {
    "slip": (
        make_slip,
        SlipFacts(number="A001", organisation="o", service="s", site="t", printed_at=NOW),
    ),
    "appointment": (
        lambda facts: slip_pdf(facts, NOW),
        AppointmentSlip(
            code="K7M2PX",
            qr="RDV-1|K7M2PX",
            service_name="s",
            organisation_name="o",
            site_name="t",
            starts_at=NOW,
            length_min=20,
            cancel_until=NOW,
            agent_name="a",
            bring=("b", "c"),
            phone="p",
        ),
    ),
    "trial": (make_trial_sheet, TrialSheetFacts(site="s", printed_at=NOW)),
    "missing": (
        missing_list,
        MissingFacts(
            organisation="o",
            procedure="p",
            pieces=tuple(
                MissingPiece(name=f"n{at}", reason="r", hint="h", any_of=("one", "other"))
                for at in range(4)
            ),
            printed_at=NOW,
            before=date(2026, 4, 1),
            phone="p",
            site="s",
        ),
    ),
    "invitation": (
        lambda facts: invitation_sheets([facts, facts]),
        InvitationFacts(
            who="w",
            role="r",
            organisation="o",
            line="tls://hub.example#abc",
            address="tls://hub.example",
            letters="abc",
            until=NOW,
            site="s",
            fingerprint="f",
        ),
    ),
    **{
        name: (
            make,
            ReceiptFacts(
                organisation="o",
                dossier_number="D-1",
                received_at=NOW,
                service=SERVICE,
                caller_name="c",
                caller_number="n",
                procedure="p",
                pieces=tuple(
                    ReceivedPiece(name=f"n{at}", pages=2, sha256="ab" * 32) for at in (1, 2)
                ),
                missing=("m", "k"),
                missing_by=date(2026, 4, 1),
                decision=ImplicitDecision(silence=Silence.REFUSAL, on=None, days=60, appeal="a"),
                legal_mention="l",
                site="s",
                agent_name="a",
            ),
        )
        for name, make in (("receipt", receipt), ("large receipt", large_receipt))
    },
    "report": (
        report,
        ReportFacts(
            first=date(2026, 3, 2),
            last=date(2026, 3, 3),
            made_at=NOW,
            time_zone="Europe/Paris",
            chapters=tuple(
                Chapter(
                    organisation=f"o{at}",
                    total=TOTAL,
                    days=(DAY,),
                    hours=(HOUR,),
                    services=(ROW,),
                    sites=(ROW,),
                    crossed=(Crossed(by="service", across="site", rows=(FIGURES,)),),
                )
                for at in (1, 2)
            ),
        ),
    ),
}
OUR_OWN = {
    "number",
    "key",
    "across",
    "by",
    "time_zone",
    "language",
    "sha256",
    "line",
    "letters",
    "session_id",
    "verify_url",
    "dossier_number",
    "first",
    "last",
    "program",
    "code",
    "qr",
}
"""What is chosen from a list of ours, or made by the hub."""


class Planter:
    """Plants a text of its own everywhere, so that each can be looked for."""

    def __init__(self, filling: str) -> None:
        self._filling = filling
        self.planted: list[str] = []

    def plant(self, value: Any, name: str = "") -> Any:
        if (
            isinstance(value, str)
            and value
            and name not in OUR_OWN
            and not isinstance(value, Silence)
        ):
            self.planted.append(SIGNS.format(n=f"N{len(self.planted)}N") + self._filling)
            return self.planted[-1]
        if isinstance(value, msgspec.Struct):
            changed = {one: self.plant(getattr(value, one), one) for one in value.__struct_fields__}
            return msgspec.structs.replace(value, **changed)
        if isinstance(value, tuple):
            return tuple(self.plant(one) for one in value)
        return value


def drawn(data: bytes) -> tuple[str, list[str]]:
    """Return all words of a paper without spaces, and what stands over its edges."""
    words, over = "", []
    with pypdfium2.PdfDocument(data) as pdf:
        for number, page in enumerate(pdf, 1):
            text = page.get_textpage()
            words += text.get_text_range()
            for at in range(text.count_chars()):
                left, bottom, right, top = text.get_charbox(at, loose=True)
                if left < MARGIN - 2 or right > WIDTH - MARGIN + 2 or bottom < 6 or top > HEIGHT:
                    over.append(
                        f"page {number}: {text.get_text_range(at, 1)!r} at {left:.0f} {bottom:.0f}"
                    )
    return without_space(words), over


def without_space(words: str) -> str:
    return re.sub(r"[\s\x02\ufffe\u2010-]", "", words)


@pytest.mark.parametrize("filling", FILLINGS)
@pytest.mark.parametrize("name", PAPERS)
def test_papers_say_what_was_written(name: str, filling: str) -> None:
    make, facts = PAPERS[name]
    planter = Planter(FILLINGS[filling])
    words, over = drawn(make(planter.plant(facts)))
    assert planter.planted
    for text in planter.planted:
        plain = without_space(text.replace("\u202e", "").replace("\x1b", ""))
        assert plain in words, f"lost: {plain[:60]}"
    assert "\u202e" not in words
    assert not over, "\n".join(over[:20])


@pytest.mark.parametrize("filling", FILLINGS)
def test_the_summary_for_a_vendor_does(filling: str) -> None:
    planter = Planter(FILLINGS[filling])
    summary = summarise(open_records("s1", whole_session()))
    names = {one: planter.plant("x") for one in ("organisation", "service", "kiosk", "agent")}
    words, over = drawn(
        summary_pdf(msgspec.structs.replace(summary, **names), planter.plant("t"), NOW)
    )
    for text in planter.planted:
        plain = without_space(text.replace("\u202e", "").replace("\x1b", ""))
        assert plain in words, f"lost: {plain[:60]}"
    assert not over, "\n".join(over[:20])
