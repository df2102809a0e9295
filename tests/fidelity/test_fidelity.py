# SPDX-License-Identifier: GPL-3.0-only
"""Side by side: every page of the corpus, as the caller sees it and as the agent sees it.

A page that fails leaves both pictures and their difference in `build/fidelity`.
"""

from __future__ import annotations

import asyncio

import pytest

from session.protocol.conversation.messages import Grant
from tests.fidelity.comparing import compared
from tests.fidelity.pictures import percent, pixels_of
from tests.support.cobrowse_stage import Stage
from tests.support.qt_loop import QtLoop

THRESHOLDS = {
    "form": 0.1,
    "table_200": 0.1,
    "table_20000": 0.2,  # two rows of its numbers are, by chance, social security numbers
    "dialogs": 0.1,
    "csp": 0.1,
    "shadow": 0.1,
    "canvas": 0.1,
    "svg": 0.1,
    "drawings": 0.1,
    "rtl": 0.1,
    "zoom": 0.1,
    "fonts": 0.1,
    "frames": 0.1,
    "images": 0.1,
    "scroll": 0.1,
    "styles": 0.1,
}
"""Percent of the pixels that may differ visibly."""


async def side_by_side(stage: Stage, name: str) -> None:
    """Opens the page on the kiosk and shares it; both panes have the same size."""
    await stage.open(stage.web.address + f"/t/{name}.html")
    stage.consent.give(Grant.SEE_PAGE)
    await stage.until(lambda: stage.events)
    # What differs by itself: a caret blinks, and marks of what is typed wrong come when the page
    # has the focus.
    await stage.in_page("document.activeElement && document.activeElement.blur()")
    await stage.facts_until(lambda facts: facts["pictures"] > 0)
    stage.pane.resize(stage.page.view.size())
    # that page changes itself half a second after its birth
    await asyncio.sleep(0.8 if name == "styles" else 0.1)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.long if name == "table_20000" else ())
        for name in THRESHOLDS
    ],
)
def test_the_agent_sees_what_the_caller_sees(stage: Stage, qt_loop: QtLoop, name: str) -> None:
    async def story() -> None:
        await side_by_side(stage, name)
        found = await compared(stage, name, THRESHOLDS[name])
        assert found <= THRESHOLDS[name], f"{found:.2f} % of {name} differ, see build/fidelity"
        assert stage.pane.engine.blocked_requests == 0
        assert all(
            size_bytes for address, size_bytes in stage.resources if "absente" not in address
        )
        assert (await stage.facts())["sandbox"] == "allow-same-origin"

    qt_loop.run(stage.play(story()))


def test_a_page_that_differs_is_found(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await side_by_side(stage, "csp")
        await compared(stage, "csp", 0.1)
        desk = pixels_of(stage.pane)
        await stage.in_page("document.querySelector('h1').style.color = 'teal'; scrollTo(0, 9)")
        stage.kiosk_line.cut = True
        await stage.in_page("document.querySelector('.note').remove()")
        await stage.until(lambda: percent(pixels_of(stage.page.view), desk) > 0.5)

    qt_loop.run(stage.play(story()))
