# SPDX-License-Identifier: GPL-3.0-only
"""The example pages of the State's design system, as public services build their pages: what the
caller reads there is what the agent sees.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from session.protocol.conversation.messages import Grant
from tests.fidelity.comparing import compared
from tests.fidelity.design_systems import dsfr
from tests.support.cobrowse_pages import WebServer
from tests.support.cobrowse_stage import Stage
from tests.support.matrix import thinned
from tests.support.qt_loop import QtLoop

THRESHOLD = 0.1
"""Percent of the pixels that may differ visibly."""

DIAGONAL = (
    "analytics/component/button/button-a-external",
    "component/footer",
    "component/header",
    "component/radio",
    "layout/page/login/1-default",
    "layout/page/response/not-found/default",
)
"""Pages with each kind of picture that a style sheet draws, and a form; every run has two."""

LONGEST_S = 7_200.0
"""For the whole folder."""


@pytest.fixture(scope="module")
def examples(web: WebServer) -> Path:
    """The folder of examples, served below /t/dsfr/."""
    folder = dsfr()
    web.folders["/t/dsfr/"] = folder
    return folder / "example"


async def difference(stage: Stage, page: str) -> float:
    """The difference in percent of one page of the examples."""
    shared, pictures = len(stage.events), (await stage.facts())["pictures"]
    await stage.open(f"{stage.web.address}/t/dsfr/example/{page}/index.html")
    stage.consent.give(Grant.SEE_PAGE)
    await stage.until(lambda: len(stage.events) > shared)
    await stage.facts_until(lambda facts: facts["pictures"] > pictures)
    await stage.in_page("document.activeElement && document.activeElement.blur()")
    return await compared(stage, f"dsfr-{page.replace('/', '-')}", THRESHOLD)


@pytest.mark.parametrize("page", thinned(DIAGONAL, kept=["component/header", "component/radio"]))
def test_a_page_of_a_public_service_is_the_same_at_both_ends(
    stage: Stage, qt_loop: QtLoop, examples: Path, page: str
) -> None:
    async def story() -> None:
        assert (examples / page / "index.html").is_file()
        assert await difference(stage, page) <= THRESHOLD, "see build/fidelity"
        assert stage.pane.engine.blocked_requests == 0

    qt_loop.run(stage.play(story()), 180)


@pytest.mark.long
def test_every_page_of_the_design_system_is_the_same_at_both_ends(
    stage: Stage, qt_loop: QtLoop, examples: Path
) -> None:
    pages = sorted(
        file.parent.relative_to(examples).as_posix() for file in examples.rglob("*/index.html")
    )

    async def story() -> None:
        differing = {
            page: round(percent, 2)
            for page in pages
            if (percent := await difference(stage, page)) > THRESHOLD
        }
        assert not differing, "see build/fidelity"
        assert stage.pane.engine.blocked_requests == 0

    assert len(pages) > 200
    qt_loop.run(stage.play(story()), LONGEST_S)
