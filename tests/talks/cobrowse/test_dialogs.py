# SPDX-License-Identifier: GPL-3.0-only
"""What a page shows beside itself - lists, questions, files, paper - is shown at the desk as what it is."""

from __future__ import annotations

from PyQt6.QtCore import QPoint

from tests.talks.cobrowse.stage import Stage, script
from tests.talks.cobrowse.test_shared_page import click
from tests.talks.qt_loop import QtLoop

LIST = """<body style="margin:0"><select id=mois style="position:absolute;left:20px;top:20px;width:160px">
<option>janvier<option selected>février<option>NIR 1 85 05 78 006 084 91</select></body>"""
CHOICES = "[...document.querySelectorAll('.choices li')].map((line) => line.textContent).join('|')"


def test_the_choices_of_a_list_are_shown_while_it_is_open(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share(stage.web.page("/t/list.html", LIST))
        await stage.mirrored("document.getElementById('mois') !== null")

        def open_list() -> None:
            click(stage, QPoint(60, 30))

        open_list()
        await stage.shown(f"{CHOICES} === 'janvier|février|NIR •••'", again=open_list)
        assert await script(stage.pane.page, "document.querySelector('.choices .chosen').textContent") == "février"
        await stage.in_page("document.getElementById('mois').remove()")
        await stage.shown("document.querySelector('.choices') === null")

    qt_loop.run(stage.play(story()))
