# SPDX-License-Identifier: GPL-3.0-only
"""A secret tapped on a page's own key pad, and a finger over a field for a secret:
nothing of what leaves the kiosk tells them.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from PyQt6.QtCore import QPoint

from tests.support.cobrowse_stage import Stage, click
from tests.support.qt_loop import QtLoop

PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)
CODE = "4071"
POINTER = (1, 2, 6, 12, 14)

SHAPES = {
    "buttons": "`<button data-d=${d} id=k${d}>${d}</button>`",
    "links with pictures": "`<a href='#' data-d=${d} id=k${d}><img src=/t/${d}.png alt=${d} "
    "width=40 height=40></a>`",
    "divs in a shadow root": "`<div data-d=${d} id=k${d}><b>${d}</b></div>`",
    "a list": "`<li data-d=${d} id=k${d}>${d}</li>`",
    "digits of another script": "`<button data-d=${d} id=k${d}>"
    "${String.fromCodePoint(0x660 + Number(d))}</button>`",
    "letters under digits": "`<button data-d=${d} id=k${d}>"
    "${d} ${['', '', 'ABC', 'DEF', 'GHI', 'JKL', 'MNO', 'PQRS', 'TUV', 'WXYZ'][d]}</button>`",
    "drawings": "`<svg data-d=${d} id=k${d} width=40 height=40><text y=20>${d}</text></svg>`",
    "pictures without a name": "`<button data-d=${d} id=k${d} style='width: 40px; height: 40px; "
    "background: url(/t/${d}.png)'></button>${d === '4' ? '<br>' : ''}`",
}
"""Keys of a pad, each of a digit `d`."""

PAGE = """<html><head><style>
#pad > :not(br) {{ display: inline-block; min-width: 40px; min-height: 40px }}
</style></head><body><h1>Votre code</h1><div id=place></div><output id=shown></output>
<p id=beside>calme</p><p id=fin>Fin</p><script>
let root = document.getElementById('place');
if ({shadow}) root = root.attachShadow({{mode: 'open'}});
root.innerHTML = '<div id=pad>' + [...'0123456789'].map((d) => {keys}).join('') + '</div>';
window.code = '';
const keys = root.querySelectorAll('[data-d]');
for (const key of keys) key.addEventListener('click', (event) => {{
  event.preventDefault();
  const d = key.dataset.d;
  window.code += d;
  keys.forEach((each) => each.classList.remove('pressed-last'));
  key.classList.add('pressed-last');
  key.style.transform = 'scale(1.1)';
  key.insertAdjacentHTML('beforeend', '<i class=wave></i>');
  root.querySelector('#pad').setAttribute('aria-activedescendant', key.id);
  document.getElementById('shown').textContent = window.code;
  document.getElementById('beside').className = 'touch-' + d;
  setTimeout(() => document.getElementById('beside').className = '', 300);
}});
</script></body></html>"""


def events_of(stage: Stage, since: int = 0) -> list[dict[str, Any]]:
    return [event for told in stage.events[since:] for event in json.loads(told.text)]


def nodes_in(event: dict[str, Any]) -> list[dict[str, Any]]:
    found, pending = [], [event["data"].get("node") or {}]
    pending += [added["node"] for added in event["data"].get("adds") or []]
    while pending:
        node = pending.pop()
        found.append(node)
        pending += node.get("childNodes") or []
    return found


async def centre(stage: Stage, digit: str) -> QPoint:
    box = await stage.in_page(
        "JSON.stringify(((e) => (e.scrollIntoView(), e.getBoundingClientRect()))"
        f"((document.getElementById('place').shadowRoot || document).getElementById('k{digit}')))"
    )
    at = json.loads(box)
    return QPoint(round(at["x"] + at["width"] / 2), round(at["y"] + at["height"] / 2))


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_that_leaves_tells_which_keys_of_a_pad_were_tapped(
    stage: Stage, qt_loop: QtLoop, shape: str
) -> None:
    for digit in range(10):
        stage.web.pages[f"/t/{digit}.png"] = ("image/png", PIXEL)
    page = PAGE.format(keys=SHAPES[shape], shadow=str("shadow" in shape).lower())

    async def story() -> None:
        await stage.share(stage.web.page("/t/clavier.html", page))
        await stage.mirrored("document.getElementById('fin')?.textContent === 'Fin'")
        ids = json.loads(
            await stage.in_recorder(
                "JSON.stringify([...((document.getElementById('place').shadowRoot || document)"
                ".querySelectorAll('#pad, #pad *'))].map((e) => rrweb.record.mirror.getId(e)))"
            )
        )
        before = len(stage.events)
        for digit in CODE:
            click(stage, await centre(stage, digit))
            await stage.in_page_until(f"window.code.endsWith('{digit}')")
            stage.desk.request_snapshot()
        assert await stage.in_page("window.code") == CODE, "the caller did tap it"
        await stage.until(
            lambda: any(event["type"] == 2 for event in events_of(stage, before))
        )  # the picture after the touches
        told = events_of(stage, before)
        assert [e for e in told if e["type"] == 3 and e["data"]["source"] in POINTER] == []
        assert [e for e in told if e["type"] == 3 and touches(e["data"], ids)] == []
        text = without_chance(told, stage)
        traces = ("pressed-last", "scale(1.1)", "wave", "touch-", CODE, "activedescendant")
        assert [trace for trace in traces if trace in text] == []
        # and the pad is seen all the same
        await stage.mirrored(
            "(document.getElementById('place').shadowRoot || document)"
            ".querySelectorAll('#pad [id^=k]').length === 10"
        )

    qt_loop.run(stage.play(story()))


def without_chance(told: list[dict[str, Any]], stage: Stage) -> str:
    """What was told, without the numbers that may have any digits: times, and the site's port."""
    timeless = [{key: value for key, value in one.items() if key != "timestamp"} for one in told]
    return json.dumps(timeless).replace(stage.web.address, "")


def touches(data: dict[str, Any], ids: list[int]) -> bool:
    """Whether a change names one of these nodes."""
    named = [data.get("id")]
    for kind in ("texts", "attributes", "removes", "adds"):
        named += [change.get("id") for change in data.get(kind) or []]
        named += [change.get("parentId") for change in data.get(kind) or []]
    return any(each in ids for each in named)


def test_a_calendar_is_no_key_pad_and_a_pad_that_goes_away_gives_the_page_back(
    stage: Stage, qt_loop: QtLoop
) -> None:
    page = """<body><div id=mois></div><div id=pad></div><p id=fin>Fin</p><script>
    mois.innerHTML = [...Array(31).keys()].map((d) => d + 1)
      .map((d) => `<button id=j${d}>${d}</button>`).join('')
    </script></body>"""

    async def story() -> None:
        await stage.share(stage.web.page("/t/mois.html", page))
        await stage.mirrored("document.getElementById('j31') !== null")
        await stage.in_page("document.getElementById('j7').className = 'choisi'")
        await stage.mirrored("document.getElementById('j7').className === 'choisi'")
        keys = "[...'0123456789'].map((d) => `<b id=k${d}>${d}</b>`).join('')"
        await stage.in_page(f"document.getElementById('pad').innerHTML = {keys}")
        await stage.mirrored("document.getElementById('k9') !== null")
        await stage.in_page("document.getElementById('k4').className = 'touche'")
        await stage.in_page("document.getElementById('fin').textContent = 'Suite'")
        await stage.mirrored("document.getElementById('fin').textContent === 'Suite'")
        assert await stage.in_mirror("document.getElementById('k4').className") == ""
        await stage.in_page("document.getElementById('pad').innerHTML = '<p id=apres>42</p>'")
        await stage.mirrored("document.getElementById('apres')?.textContent === '42'")

    qt_loop.run(stage.play(story()))


def test_a_finger_is_not_told_of_while_the_page_asks_for_a_secret(
    stage: Stage, qt_loop: QtLoop
) -> None:
    page = "<body><p id=fin>Fin</p><input id=ville><div id=place></div></body>"

    async def story() -> None:
        await stage.share(stage.web.page("/t/doigt.html", page))
        await stage.mirrored("document.getElementById('fin') !== null")

        def moves(since: int) -> list[dict[str, Any]]:
            told = events_of(stage, since)
            return [e for e in told if e["type"] == 3 and e["data"]["source"] in POINTER]

        async def touch(x: int) -> None:
            await stage.in_page("window.touched = 0; onclick = () => window.touched = 1; 1")
            click(stage, QPoint(x, 200))
            await stage.in_page_until("window.touched === 1")
            await stage.in_page(f"document.getElementById('fin').textContent = 'Fin {x}'")
            await stage.mirrored(f"document.getElementById('fin').textContent === 'Fin {x}'")

        await touch(40)
        assert moves(0), "an ordinary page"
        await stage.in_page(
            "document.getElementById('place').attachShadow({mode: 'open'})"
            ".innerHTML = '<input style=\"-webkit-text-security: disc\">'"
        )
        await stage.mirrored(
            "!!document.getElementById('place').shadowRoot?.querySelector('input')"
        )
        before = len(stage.events)
        await touch(60)
        assert moves(before) == []
        await stage.in_page("document.getElementById('place').remove()")
        await stage.mirrored("document.getElementById('place') === null")
        await stage.until(lambda: any(event["type"] == 2 for event in events_of(stage, before)))
        await touch(80)
        assert moves(before), "as before"

    qt_loop.run(stage.play(story()))
