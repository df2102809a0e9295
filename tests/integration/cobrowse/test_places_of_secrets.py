# SPDX-License-Identifier: GPL-3.0-only
"""A secret in each place where a page can hide one; a test per place, over one shared page."""

from __future__ import annotations

import asyncio

import pytest

from session.kiosk.cobrowse.browser_messages import QuestionShown
from session.log.events import MirrorChunk
from session.protocol.conversation import mirror
from session.protocol.conversation.messages import Grant
from session.protocol.conversation.mirror_messages import DialogKind, DialogShown
from tests.support.cobrowse_pages import WebServer
from tests.support.cobrowse_stage import Stage
from tests.support.qt_loop import QtLoop

# What stands in the page, and pieces of it that must not leave.
# Numbers differ, so that a find names its place.
PLACES: dict[str, tuple[str, tuple[str, ...]]] = {
    "card in a text": ("<p>Carte 4970 1012 3456 7893</p>", ("4970 1012", "3456 7893")),
    "job seeker in a text": ("<p>Dossier 1234567A</p>", ("1234567A",)),
    "beneficiary in a text": ("<p>Allocataire n° 7654321</p>", ("7654321",)),
    "number cut over nodes": ("<p><b>2 91 03</b> <i>75 116 208</i></p>", ("2 91 03", "75 116 208")),
    "spoken label": ("<p aria-label='1850578006001'>a</p>", ("1850578006001",)),
    "words for a picture": ("<img alt='1850578006002'>", ("1850578006002",)),
    "address of a picture": ("<img src='/t/x.png?nir=1850578006003'>", ("1850578006003",)),
    "data attribute": ("<p data-x='1850578006004'>d</p>", ("1850578006004",)),
    "choice of a list": ("<select><option>1850578006005</option></select>", ("1850578006005",)),
    "content of a style": (
        "<style>#q::before{content:'1850578006006'}</style><p id=q></p>",
        ("1850578006006",),
    ),
    "text in a drawing": ("<svg><text y=20>1850578006007</text></svg>", ("1850578006007",)),
    "editable text": ("<div contenteditable>1850578006008</div>", ("1850578006008",)),
    "shadow root": ("<div id=h></div>", ("1850578006009",)),
    "frame of the same site": ("<iframe src='/t/lieu-cadre.html'></iframe>", ("1850578006010",)),
    "title of the page": ("", ("1850578006011",)),
    "path of the address": ("", ("1850578006012",)),
    "sensitive canvas": (
        "<canvas id=c class=sensible width=50 height=50></canvas>",
        ("data:image/webp",),
    ),
    "dialog": ("", ("1850578006013",)),
}
WRITTEN = "Val-Doré"
SCRIPT = """<script>document.getElementById('h').attachShadow({mode: 'open'})
.innerHTML = '<p>1850578006009</p>';
c.getContext('2d').fillRect(0, 0, 9, 9)</script>"""


class Taken:
    """All text that left the kiosk, and all that the desk would keep of the page."""

    left = ""
    kept = ""


@pytest.fixture(scope="module")
def shared_once() -> list[Taken]:
    """Holds what the first test of this file took;
    the loop of both ends lives for one test only.
    """
    return []


@pytest.fixture
def taken(qt_loop: QtLoop, web: WebServer, shared_once: list[Taken]) -> Taken:
    """One page with every place, shared and written in."""
    if not shared_once:
        shared_once.append(_share(qt_loop, web))
    return shared_once[0]


def _share(qt_loop: QtLoop, web: WebServer) -> Taken:
    stage, result, chunks = qt_loop.run(Stage.build(web)), Taken(), list[MirrorChunk]()
    web.page("/t/lieu-cadre.html", "<body><p>1850578006010</p></body>")
    planted = "".join(html for html, _pieces in PLACES.values())
    page = (
        f"<html><head><title>Suivi 1850578006011</title></head><body>{planted}"
        "<input id=ville><p id=fin>Fin</p>"
    )

    async def story() -> None:
        stage.desk.mirror_chunk.connect(chunks.append)
        await stage.share(web.page("/t/1850578006012/lieux.html", page + SCRIPT + "</body></html>"))
        await stage.mirrored("document.getElementById('fin')?.textContent === 'Fin'")
        await stage.in_page(f"document.getElementById('ville').value = '{WRITTEN}'")
        await stage.mirrored(f"document.getElementById('ville').value === '{WRITTEN}'")
        asked = DialogShown(
            dialog_id="d1", kind=DialogKind.ALERT, text="NIR 1850578006013", waits=True
        )
        stage.browser.reported.emit(QuestionShown(asked), b"")
        stage.desk.request_snapshot()
        await asyncio.sleep(1.2)
        stage.desk.close()
        await stage.desk.stretch.finish()
        result.left = stage.raw + repr([*stage.kiosk_line.sent])
        result.kept = "".join(mirror.unpack(chunk.data).decode() for chunk in chunks)

    qt_loop.run(stage.play(story()))
    return result


def test_the_page_itself_was_shared_and_kept(taken: Taken) -> None:
    assert "Fin" in taken.left
    assert '"tagName":"select"' in taken.kept
    assert "Fin" not in taken.kept
    assert "NIR •••" in taken.left, "the dialog was told"


@pytest.mark.parametrize("place", PLACES)
def test_no_secret_leaves_from(taken: Taken, place: str) -> None:
    assert [piece for piece in PLACES[place][1] if piece in taken.left + taken.kept] == []


def test_an_ordinary_field_is_seen_live_and_never_kept(taken: Taken) -> None:
    assert WRITTEN in taken.left
    assert WRITTEN not in taken.kept


# Numbers that a page cuts over its nodes, or spells in its own way.
DEEP = "<span>" * 4, "</span>" * 4
CELLS = "".join(f"<td>{cell}</td>" for cell in ("2", "81", "03", "69", "387", "145", "22"))
SINGLE = "".join(f"<li>{digit}</li>" for digit in "2690675120433")
BOXES = "".join(f"<input maxlength=1 size=1 value={digit}>" for digit in "839172")
PARTS = "".join(f"<input size=3 value={part}>" for part in ("2", "74", "11", "93", "421", "337"))
CUT_PAGE = f"""<html><body>
<p>{DEEP[0]}2 79 0{DEEP[1]}{DEEP[0]}1 35 238 411{DEEP[1]}</p>
<p>{"texte " * 50}<b>2 76 07</b> <b>44 109 512</b></p>
<table><tr>{CELLS}</tr></table><ul>{SINGLE}</ul>
<p>２８３０４７５１０５３３７</p><p>2•82•04•75•105•338</p><p>1 85 05 974 06 084 36</p>
<p>2&lrm;82&lrm;07&lrm;75&lrm;105&lrm;340</p>
<p style='white-space:pre'>2    82    06    75    105    339</p>
<p>RIB : 30006 00001 12345678901 89</p><p>4970/1012/3456/7893</p>
<p><i>4970</i> <i>1012</i> <i>3456</i> <i>7893</i></p>
<form>{BOXES}</form><form>{PARTS}</form>
<table><tr>{"".join(f"<td>{day}</td>" for day in range(1, 32))}</tr></table>
<p id=later></p><p id=fin>01 23 45 67 89</p></body></html>"""
CUT_SECRETS = (
    *(
        "2 79 0",
        "1 35 238 411",
        "44 109 512",
        '"387"',
        '"145"',
        "２８３０４７５",
        "75•105",
        "974 06",
    ),
    *("105    339", "\u200e105\u200e340", "12345678901", "1012/3456", '"1012"', '"421"', '"337"'),
    *('"value":"8"', '"value":"3"', '"value":"9"'),
)


def test_numbers_that_are_cut_over_a_page_never_leave(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.open(stage.web.page("/t/coupes.html", CUT_PAGE))
        stage.consent.give(Grant.SEE_PAGE)
        await stage.mirrored("document.getElementById('fin')?.textContent === '01 23 45 67 89'")
        await stage.in_page(
            "for (const part of ['2 84 05', ' 78 006', ' 042']) "
            "{ const b = document.createElement('b'); b.textContent = part; later.append(b) }"
            "fin.textContent = 'fin'"
        )
        await stage.mirrored("document.getElementById('fin')?.textContent === 'fin'")
        left = [secret for secret in (*CUT_SECRETS, "78 006") if secret in stage.raw]
        assert left == []
        assert ">31<" in await stage.in_mirror("document.body.innerHTML")

    qt_loop.run(stage.play(story()))
