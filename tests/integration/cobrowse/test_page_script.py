# SPDX-License-Identifier: GPL-3.0-only
"""What a page's own script changes behind the back of an isolated recorder reaches the mirror all
the same.
"""

from __future__ import annotations

import asyncio

import pytest

from session.kiosk.cobrowse.browser_messages import EventsPushed
from session.protocol.conversation.messages import Grant
from tests.support.cobrowse_stage import Stage
from tests.support.qt_loop import QtLoop
from views.kiosk.browser import profile as kiosk_web

PAGE = """<head><style id=own></style></head><body>
<input id=nom value=""><input id=case type=checkbox><textarea id=texte></textarea>
<select id=liste><option>un<option>deux<option selected>trois</select>
<select id=plusieurs multiple><option>a<option selected>b<option>c</select>
<p id=p>texte</p><div id=hote>clair</div><canvas id=dessin width=60 height=40></canvas></body>"""

COLOUR = "getComputedStyle(document.getElementById('p')).color"

CHANGES = {
    "a value": (
        "document.getElementById('nom').value = 'Zoé'",
        "document.getElementById('nom').value === 'Zoé'",
    ),
    "an attribute many times in one turn": (
        "for (let n = 0; n < 50; n++) document.getElementById('p').className = `c${n}`",
        "document.getElementById('p').className === 'c49'",
    ),
    "a tick": (
        "document.getElementById('case').checked = true",
        "document.getElementById('case').checked",
    ),
    "a long text": (
        "document.getElementById('texte').value = 'a b'",
        "document.getElementById('texte').value === 'a b'",
    ),
    "a choice": (
        "document.getElementById('liste').selectedIndex = 0",
        "document.getElementById('liste').value === 'un'",
    ),
    "several choices": (
        "for (const o of document.getElementById('plusieurs').options) o.selected = o.text !== 'b'",
        "[...document.getElementById('plusieurs').selectedOptions].map((o) => o.text).join() === "
        "'a,c'",
    ),
    "a rule": (
        "document.getElementById('own').sheet.insertRule('p{color:rgb(1,2,3)}')",
        f"{COLOUR} === 'rgb(1, 2, 3)'",
    ),
    "a changed rule": (
        "const s = document.createElement('style'); s.textContent = 'p{color:red}'; "
        "document.head.append(s);"
        "setTimeout(() => { s.sheet.cssRules[0].style.color = 'rgb(7,8,9)' }, 700)",
        f"{COLOUR} === 'rgb(7, 8, 9)'",
    ),
    "an adopted sheet": (
        "const s = new CSSStyleSheet(); s.replaceSync('p{color:rgb(4,5,6)}'); "
        "document.adoptedStyleSheets = [s]",
        f"{COLOUR} === 'rgb(4, 5, 6)'",
    ),
    "a late shadow root": (
        "document.getElementById('hote').attachShadow({mode:'open'}).innerHTML = '<b>ombre</b>'",
        "document.getElementById('hote').shadowRoot?.querySelector('b')?.textContent === 'ombre'",
    ),
    "a value in a shadow root": (
        "const r = document.getElementById('hote').attachShadow({mode:'open'}); r.innerHTML = "
        "'<input>';"
        "setTimeout(() => { r.firstChild.value = 'dedans' }, 1500)",
        "document.getElementById('hote').shadowRoot?.querySelector('input')?.value === 'dedans'",
    ),
    "a field that came filled": (
        "const i = document.createElement('input'); i.id = 'venu'; document.body.append(i);"
        "setTimeout(() => { i.value = 'plein' }, 40)",
        "document.getElementById('venu')?.value === 'plein'",
    ),
    "a canvas": (
        "document.getElementById('dessin').getContext('2d').fillRect(0, 0, 60, 40)",
        "document.getElementById('dessin').style.backgroundImage.startsWith('url')",
    ),
}


@pytest.mark.parametrize("what", list(CHANGES))
def test_what_the_script_changed_is_mirrored(stage: Stage, qt_loop: QtLoop, what: str) -> None:
    change, seen = CHANGES[what]

    async def story() -> None:
        await stage.share(stage.web.page("/t/script.html", PAGE))
        await stage.mirrored("document.getElementById('p') !== null")
        await asyncio.sleep(0.4)  # a turn of the comparison has passed
        await stage.in_page(f"(() => {{ {change} }})()")
        await stage.mirrored(seen)
        assert (await stage.facts())["warnings"] == 0

    qt_loop.run(stage.play(story()))


def test_a_canvas_is_there_again_after_each_full_picture(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share(stage.web.page("/t/script.html", PAGE))
        await stage.in_page(
            "document.getElementById('dessin').getContext('2d').fillRect(0, 0, 60, 40)"
        )
        await stage.mirrored(CHANGES["a canvas"][1])
        pictures = (await stage.facts())["pictures"]
        stage.desk.request_snapshot()
        await stage.facts_until(lambda facts: facts["pictures"] > pictures)
        await stage.mirrored(CHANGES["a canvas"][1])

    qt_loop.run(stage.play(story()))


@pytest.mark.parametrize("then", ["", "<script>0</script>"], ids=["late", "first"])
def test_a_sheet_of_the_site_is_handed_over_once_and_again_when_asked_for(
    stage: Stage, qt_loop: QtLoop, then: str
) -> None:
    """A script waits for the sheet, so that it is there when the document is read."""
    rules = " ".join(f".rien-{n} {{ margin: {n}px }}" for n in range(200))
    css = f"p {{ color: rgb(1, 2, 3) }} p[data-ton=fort] {{ margin-left: 7px }} {rules}"
    stage.web.pages["/t/site.css"] = ("text/css", css.encode())
    page = f"<link rel=stylesheet href=site.css>{then}<p id=p data-ton=fort>texte %s"
    styled = "getComputedStyle(document.getElementById('p'))"
    looks = f"{styled}.color === 'rgb(1, 2, 3)' && {styled}.marginLeft === '7px'"
    pushed: list[bytes] = []
    stage.page.reported.connect(
        lambda fact, body: pushed.append(body) if isinstance(fact, EventsPushed) else None
    )

    def tellings() -> int:
        return sum(b"rien-7 " in body for body in pushed)

    async def story() -> None:
        await stage.share(stage.web.page("/t/eins.html", page % "un"))
        await stage.mirrored(looks)
        for number in ("deux", "trois"):
            told = tellings()
            await stage.open(stage.web.page(f"/t/{number}.html", page % number))
            await stage.mirrored(f"document.body.textContent.includes('{number}') && {looks}")
            assert tellings() == told, "the kiosk has it"
        stage.desk.request_snapshot()
        await stage.until(lambda: tellings() > told)
        await stage.mirrored(looks)

    qt_loop.run(stage.play(story()))


def test_a_page_is_told_once_while_it_loads(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share(stage.web.page("/t/leer.html", "<p>leer"))
        before = len(stage.events)
        await stage.open(stage.web.page("/t/einmal.html", "<body><p>texte"))
        await stage.in_page_until("document.readyState === 'complete'")
        await stage.in_page("setTimeout(() => document.body.append('fin'), 50)")
        await stage.mirrored("document.body.textContent.includes('fin')")
        assert sum(events.is_snapshot for events in stage.events[before:]) == 1

    qt_loop.run(stage.play(story()))


def test_a_picture_does_not_wait_for_the_page_own_work(stage: Stage, qt_loop: QtLoop) -> None:
    body = (
        "<p id=p>avant</p><script>document.addEventListener('DOMContentLoaded', () => {"
        "document.getElementById('p').textContent = 'après'; })</script>"
    )

    async def story() -> None:
        await stage.share(stage.web.page("/t/leer.html", "<p>leer"))
        before = len(stage.events)
        await stage.open(stage.web.page("/t/travail.html", f"<body>{body}"))
        await stage.mirrored("document.body.textContent.includes('après')")
        first = next(events for events in stage.events[before:] if events.is_snapshot)
        assert "avant" in first.text

    qt_loop.run(stage.play(story()))


def test_a_page_that_plays_with_its_sheets_gets_few_full_pictures(
    stage: Stage, qt_loop: QtLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(kiosk_web.RECORDER_SETTINGS, "compareMs", 30)
    play = (
        "let n = 0; const s = new CSSStyleSheet(); document.adoptedStyleSheets = [s];"
        "setInterval(() => s.replaceSync(`p{margin-left:${n++ % 50}px}`), 20)"
    )

    async def story() -> None:
        await stage.share(stage.web.page("/t/script.html", PAGE))
        await asyncio.sleep(0.4)

        def pictures() -> int:
            return sum(received.is_snapshot for received in stage.events)

        before = pictures()
        await stage.in_page(f"(() => {{ {play} }})()")
        await stage.until(lambda: pictures() > before)
        await asyncio.sleep(2)
        assert pictures() - before <= 3

    qt_loop.run(stage.play(story()))


FRAMED = (
    "<body><h1>dedans</h1><p>NIR 1 85 05 78 006 084 91</p>"
    "<input id=champ type=password value=Sesame-77></body>"
)
AROUND = """<body><h1>autour</h1><iframe id=f src="{inside}" width=400 height=200></iframe><script>
window.heard = [];
addEventListener('message', (e) => heard.push(JSON.stringify(e.data)));</script></body>"""
INNER = "document.getElementById('f')?.contentDocument"


def test_a_frame_of_a_listed_site_is_mirrored_masked_and_unheard(
    stage: Stage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        other = stage.web.page("/t/inside.html", FRAMED).replace("127.0.0.1", "localhost")
        address = stage.web.page("/t/around.html", AROUND.format(inside=other))
        stage.browser.set_allowed([stage.web.address + "/t/", other.rpartition("/")[0] + "/"])
        await stage.share(address)
        await stage.mirrored(f"{INNER}?.querySelector('h1')?.textContent === 'dedans'")
        stage.desk.request_snapshot()
        await asyncio.sleep(0.6)
        await stage.mirrored(f"{INNER}?.querySelector('h1')?.textContent === 'dedans'")
        assert "185057800608491" not in stage.raw.replace(" ", "")
        assert "Sesame-77" not in stage.raw
        assert await stage.in_page("heard.join('')") == ""
        nothing = "{source:0,adds:[],texts:[],removes:[],attributes:[]}"
        forged = f"{{type:'rrweb',origin:location.origin,event:{{type:3,data:{nothing}}}}}"
        await stage.in_page(f"frames[0].postMessage({forged}, '*'); postMessage({forged}, '*')")
        seen = len(stage.events)
        await asyncio.sleep(0.3)
        assert len(stage.events) == seen
        assert await stage.in_page("heard.join('')") == ""
        stage.consent.take_back(Grant.SEE_PAGE)
        await stage.until(lambda: not stage.desk.sharing)

    qt_loop.run(stage.play(story()))


def test_a_frame_of_a_site_that_is_not_listed_stays_empty(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        other = stage.web.page("/t/inside.html", FRAMED).replace("127.0.0.1", "localhost")
        await stage.share(stage.web.page("/t/around.html", AROUND.format(inside=other)))
        await stage.mirrored("document.querySelector('h1')?.textContent === 'autour'")
        await asyncio.sleep(0.6)
        assert "dedans" not in stage.raw

    qt_loop.run(stage.play(story()))


def test_a_frame_of_the_same_site_is_mirrored(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        inside = stage.web.page("/t/inside.html", FRAMED + "<input id=libre>")
        await stage.share(stage.web.page("/t/around.html", AROUND.format(inside=inside)))
        await stage.mirrored(f"{INNER}?.querySelector('h1')?.textContent === 'dedans'")
        await asyncio.sleep(0.8)
        await stage.in_page(
            "document.getElementById('f').contentDocument.getElementById('libre').value = 'Zoé'"
        )
        await stage.mirrored(f"{INNER}?.getElementById('libre')?.value === 'Zoé'")

    qt_loop.run(stage.play(story()))
