# SPDX-License-Identifier: GPL-3.0-only
"""A desk's mirror in a computer of its own, where every packet is seen:
fed with what no recorder would send.

Run by `test_silent_desk` inside `unshare --net --mount`: `python -m
tests.integration.cobrowse.silent_desk`. All addresses of the world lead to a device that swallows
and counts; each case has an address and a name of its own, so that a packet tells which case sent
it. Prints JSON: {"cases", "pictures", "part", "far_styles": [rule with an address],
"leaked": [case], "control": [what the control was seen to send]}.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import re
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from PyQt6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile
from PyQt6.QtWidgets import QApplication

from tests.integration.cobrowse.web_names import (
    AS,
    ATTRIBUTES,
    CUT_SHEETS,
    ELEMENTS,
    IMAGES,
    METAS,
    PROPERTIES,
    RELS,
    SHEETS,
)
from tests.support.cobrowse_stage import script
from tests.support.qt_loop import QtLoop
from views.desk.shared_page.mirror_engine import register_schemes
from views.desk.shared_page.mirror_pane import MirrorPane

Node = dict[str, Any]

PORT = 8099
DRAWING = "http://drawing.silent.example/icons.svg"
ALL_PACKETS = 3  # ETH_P_ALL
IP4, IP6 = 0x0800, 0x86DD
TCP, UDP = 6, 17
NETWORK = "10.0.0.0"
CONTROL = "198.51.100.7"
CONTROL_NAME = "control.silent.example"


# ---- the computer and its packets ----


def set_up_network() -> None:
    """Loopback, and a device for everything else; the resolver is ours."""
    for words in (
        "link set lo up",
        "link add out type veth peer name wall",
        "link set wall up",
        "link set out up arp off",
        "addr add 192.0.2.2/24 dev out",
        "route add default dev out",
        "-6 addr add 2001:db8::2/64 dev out nodad",
        "-6 route add default dev out",
    ):
        subprocess.run(["ip", *words.split()], check=True)
    with tempfile.NamedTemporaryFile() as own:
        own.write(b"nameserver 127.0.0.1\n")
        own.flush()
        Path(own.name).chmod(0o644)
        subprocess.run(["mount", "--bind", own.name, "/etc/resolv.conf"], check=True)


class Packets:
    """Everything that any device of this computer carries but the chatter of IPv6 itself."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ALL_PACKETS))
        threading.Thread(target=self._listen, daemon=True).start()
        self._answer_names()
        self._take_connections()

    def _listen(self) -> None:
        while True:
            data, address = self._wire.recvfrom(65535)
            if address[1] == IP4 and data[9] != 2:  # not IGMP
                self.seen.append(f"{ipaddress.ip_address(data[16:20])} {self._name_in(data)}")
            elif address[1] == IP6 and data[6] in (TCP, UDP):
                self.seen.append(str(ipaddress.ip_address(data[24:40])))

    @staticmethod
    def _name_in(data: bytes) -> str:
        """The name that is asked for, in a packet for a resolver."""
        found = re.search(rb"[\x06\x07](c\d{5}|control)[\x06-\x07]", data)
        return found[1].decode() if found else ""

    @staticmethod
    def _answer_names() -> None:
        """Says to every question that the name is at an address that is nobody's."""
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", 53))

        def serve() -> None:
            while True:
                question, asker = server.recvfrom(4096)
                end = question.index(b"\0", 12) + 5
                is_ip4 = question[end - 4 : end - 2] == b"\0\1"
                record = b"\xc0\x0c\0\1\0\1\0\0\0\x05\0\x04" + socket.inet_aton("203.0.113.9")
                head = question[:2] + b"\x81\x80\0\1\0" + bytes([is_ip4]) + b"\0\0\0\0"
                server.sendto(head + question[12:end] + (record if is_ip4 else b""), asker)

        threading.Thread(target=serve, daemon=True).start()

    @staticmethod
    def _take_connections() -> None:
        listener = socket.create_server(("", PORT))
        threading.Thread(
            target=lambda: [listener.accept() for _ in iter(int, 1)], daemon=True
        ).start()


# ---- what is fed ----


class Cases:
    """Gives each case its address; knows the case of an address again."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def address(self, name: str) -> str:
        """By turns a number far away, a number of this computer, and a name."""
        number = len(self.names)
        self.names.append(name)
        far = ipaddress.ip_address(NETWORK) + number + 1
        here = ipaddress.ip_address("127.0.0.0") + number + 256
        hosts = (f"{far}:{PORT}", f"c{number:05}.silent.example:{PORT}", f"{here}:{PORT}")
        return f"http://{hosts[number % 3]}/"

    def named(self, packet: str) -> str:
        """The case that a packet belongs to."""
        where, _, asked = packet.partition(" ")
        if asked.startswith("c") and asked[1:].isdigit():
            return self.names[int(asked[1:])]
        for start in (NETWORK, "127.0.0.0"):
            number = int(ipaddress.ip_address(where)) - int(ipaddress.ip_address(start))
            number -= 1 if start == NETWORK else 256
            if 0 <= number < len(self.names):
                return self.names[number]
        return f"? {packet}"


class Forger:
    """Makes events no recorder would make, as a kiosk in wrong hands could."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
        self._ids = 100

    def node(self, tag: str, attributes: Node | None = None, *inside: Node, **more: Any) -> Node:
        self._ids += 1
        return {
            "type": 2,
            "tagName": tag,
            "attributes": attributes or {},
            "childNodes": list(inside),
            "id": self._ids,
            **more,
        }

    def text(self, text: str) -> Node:
        self._ids += 1
        return {"type": 3, "textContent": text, "id": self._ids}

    def style(self, words: str) -> Node:
        return self.node("style", {}, self.text(words))

    def filled(self, name: str, text: str) -> str:
        return text.replace("ADDRESS", self._cases.address(name) + "x")

    @staticmethod
    def picture(head: list[Node], body: list[Node]) -> list[Node]:
        last = {"type": 2, "tagName": "p", "attributes": {"id": "end"}, "childNodes": [], "id": 9}
        tops = [
            {"type": 2, "tagName": tag, "attributes": {}, "childNodes": inside, "id": number}
            for tag, inside, number in (("head", head, 3), ("body", [*body, last], 4))
        ]
        html = {"type": 2, "tagName": "html", "attributes": {}, "childNodes": tops, "id": 2}
        tree = {"type": 0, "childNodes": [html], "id": 1}
        return [
            {"type": 4, "data": {"href": "http://x/", "width": 800, "height": 600}, "timestamp": 1},
            {"type": 2, "data": {"node": tree, "initialOffset": {}}, "timestamp": 2},
        ]

    @staticmethod
    def change(source: int, **data: Any) -> Node:
        return {"type": 3, "data": {"source": source, **data}, "timestamp": 3}

    def mutation(self, **data: Any) -> Node:
        empty: Node = {"texts": [], "removes": [], "adds": [], "attributes": []}
        return self.change(0, **{**empty, **data})

    def added(self, node: Node, parent: int = 4) -> Node:
        return {"parentId": parent, "nextId": None, "node": node}

    # ---- pictures ----

    def every_element(self) -> Iterator[Node]:
        """Each element, with all attributes at once, in each namespace."""
        for tag in ELEMENTS:
            for is_svg in (False, True):
                if tag == "iframe" and is_svg:
                    continue
                # One address for an element: its attributes would be as many again.
                address = self._cases.address(f"<{tag}> svg={is_svg}")
                yield self.node(
                    tag, {name: f"{address}{name}" for name in ATTRIBUTES}, isSVG=is_svg
                )

    def elements_by_attribute(self) -> Iterator[Node]:
        """What loads, with one attribute at a time."""
        loads = (
            "img input video audio source track object embed iframe frame body table a area form"
        )
        loads += " button base link script image use feImage set animate html picture applet portal"
        for tag in loads.split():
            for name in ATTRIBUTES:
                address = self._cases.address(f"<{tag} {name}>")
                plain = {"type": "image"} if tag == "input" else {}
                is_svg = tag in ("image", "use", "feImage", "set", "animate")
                yield self.node(tag, {**plain, name: address}, isSVG=is_svg)

    def links(self) -> Iterator[Node]:
        for tag in ("link", "LINK"):
            for rel in RELS:
                for kind in AS:
                    address = self._cases.address(f"<{tag} rel={rel} as={kind}>")
                    more = {"crossorigin": ""} if kind == "font" else {"imagesrcset": address}
                    yield self.node(tag, {"rel": rel, "as": kind, "href": address, **more})

    def heads(self) -> Iterator[Node]:
        for equiv in METAS:
            address = self._cases.address(f"<meta http-equiv={equiv}>")
            content = f"0;url={address}" if equiv == "refresh" else f"<{address}>; rel=preconnect"
            yield self.node("meta", {"http-equiv": equiv, "content": content})
        for kind in ("speculationrules", "importmap", "module", ""):
            address = self._cases.address(f"<script type={kind}>")
            rules = {"source": "list", "urls": [address], "eagerness": "immediate"}
            words = json.dumps({"prefetch": [rules], "prerender": [rules]})
            yield self.node("script", {"type": kind}, self.text(words))
        yield self.node("base", {"href": self._cases.address("<base>")})

    def styles(self) -> Iterator[Node]:
        for sheet in SHEETS:
            yield self.style(self.filled(f"<style> {sheet}", sheet))
            yield self.node("style", {"_cssText": self.filled(f"_cssText {sheet}", sheet)})
            yield self.node(
                "link", {"rel": "stylesheet", "_cssText": self.filled(f"link {sheet}", sheet)}
            )
            inside = self.text(self.filled(f"svg style {sheet}", sheet))
            yield self.node("svg", {}, self.node("style", {}, inside, isSVG=True), isSVG=True)

    def styled(self) -> Iterator[Node]:
        for name in PROPERTIES:
            for image in IMAGES:
                words = self.filled(f"style {name}: {image}", f"{name}: {image}")
                yield self.node("p", {"style": words}, self.text("x"))
            for image in IMAGES:
                value = self.filled(f"<rect {name}={image}>", image)
                yield self.node("rect", {name: value, "width": "9", "height": "9"}, isSVG=True)

    def inside(self) -> Iterator[Node]:
        """In shadow roots, templates and pictures as data."""
        address = self._cases.address("shadow root")
        link = self.node("link", {"rel": "preconnect", "href": address}, isShadow=True)
        yield self.node("div", {}, link, isShadowHost=True)
        yield self.node("template", {"shadowrootmode": "open"}, *self.links())
        address = self._cases.address("data: picture")
        drawn = f"<svg xmlns='http://www.w3.org/2000/svg'><image href='{address}'/></svg>"
        yield self.node("img", {"src": f"data:image/svg+xml,{drawn}"})
        for start in ("blob:", "cbres://r/", "view-source:", "filesystem:", "//", "ws:", "ftp:"):
            far = self._cases.address(start).removeprefix("http:")
            yield self.node("img", {"src": start + far, "srcset": f"{start}{far} 2x"})

    def drawing(self) -> str:
        """A drawing in another file that asks for what it can."""
        styles = "".join(
            f"<style><![CDATA[{self.filled(f'drawing style {sheet}', sheet)}]]></style>"
            for sheet in SHEETS
        )
        loads = ("image", "use", "feImage", "script", "link", "set", "animate", "iframe", "a")
        elements = "".join(
            f"<{space}{tag} attributeName='href' {name}={quoteattr(address)} rel='preconnect'/>"
            for tag in loads
            for space in ("", "h:")
            for name in ("href", "x:href", "src", "to", "values")
            if (address := self._cases.address(f"drawing <{space}{tag} {name}>"))
        )
        styled = "".join(
            f"<rect {name}={quoteattr(value)} width='9' height='9'/>"
            for name in ("style", "fill", "filter", "mask", "clip-path", "marker-end", "cursor")
            for image in IMAGES
            if (value := self.filled(f"drawing {name}: {image}", image))
        )
        names = (
            "xmlns='http://www.w3.org/2000/svg' xmlns:x='http://www.w3.org/1999/xlink' "
            "xmlns:h='http://www.w3.org/1999/xhtml'"
        )
        far = self._cases.address("drawing's own style sheet")
        return (
            f"<?xml-stylesheet href='{far}'?><svg {names}>{styles}<g id='all' onload='x()'>"
            f"<circle r='9' id='seen'/>{elements}{styled}"
            f"<foreignObject><h:div>{elements}</h:div></foreignObject></g></svg>"
        )

    def parts(self) -> Iterator[Node]:
        """Parts of that drawing."""
        use = self.node("use", {"href": f"{DRAWING}#all"}, isSVG=True)
        yield self.node("svg", {"id": "parts"}, use, isSVG=True)

    # ---- changes ----

    def changes(self) -> Iterator[Node]:
        target, sheet = self.node("div"), self.style("p {} div {}")
        frame, image = self.node("iframe"), self.node("img")
        ids = (target["id"], frame["id"], image["id"], sheet["id"])
        yield self.mutation(adds=[self.added(each) for each in (target, sheet, frame, image)])
        yield from self._added_later(frame)
        for each in ids:
            for name in ATTRIBUTES:
                attributes = {name: self._cases.address(f"changed {name}")}
                yield self.mutation(attributes=[{"id": each, "attributes": attributes}])
        for name in PROPERTIES:
            for image_words in IMAGES:
                value = self.filled(f"changed style {name}: {image_words}", image_words)
                changed = {"style": {name: value}}
                yield self.mutation(attributes=[{"id": target["id"], "attributes": changed}])
        yield from self._rules(sheet["id"])
        yield from self._confused(sheet["childNodes"][0]["id"])
        yield from self._others(target["id"])

    def _added_later(self, frame: Node) -> Iterator[Node]:
        for link in [*self.links(), *self.heads(), *self.styles(), *self.inside()]:
            yield self.mutation(adds=[self.added(link)])
        inner = self.node("html", {}, self.node("head", {}, *self.links(), *self.styles()))
        document = {"type": 0, "childNodes": [inner], "id": 77}
        yield self.mutation(adds=[self.added(document, frame["id"])], isAttachIframe=True)
        late = self.node("link", {"rel": "preconnect", "href": self._cases.address("frame, late")})
        yield self.mutation(adds=[self.added({**late, "rootId": 77}, inner["childNodes"][0]["id"])])

    def _rules(self, sheet: int) -> Iterator[Node]:
        for words in SHEETS:
            rule = self.filled(f"rule {words}", words)
            yield self.change(8, id=sheet, adds=[{"rule": rule, "index": 0}])
            whole = self.filled(f"adopted {words}", words)
            styles = [{"styleId": 5, "rules": [{"rule": whole, "index": 0}]}]
            yield self.change(15, id=1, styleIds=[5], styles=styles)
            whole = self.filled(f"replaced {words}", words)
            yield self.change(8, styleId=5, replace=whole)
            whole = self.filled(f"replaced at once {words}", words)
            yield self.change(8, styleId=5, replaceSync=whole)
        for name in PROPERTIES:
            for words in IMAGES:
                value = self.filled(f"declared {name}: {words}", words)
                yield self.change(13, id=sheet, index=[0], set={"property": name, "value": value})

    def _confused(self, styled_text: int) -> Iterator[Node]:
        """Says one thing of a node and then another."""
        rule = self.filled("text of a style", "*{background:url(ADDRESS)}")
        yield self.mutation(texts=[{"id": styled_text, "value": rule}])
        style = self.node("style")
        yield self.mutation(adds=[self.added(style)])
        # A node that no parent takes does not make another of the one with its number.
        yield self.mutation(adds=[self.added({**self.node("div"), "id": style["id"]}, 987_654)])
        words = self.filled("text in a style that was called a div", "*{background:url(ADDRESS)}")
        yield self.mutation(adds=[self.added(self.text(words), style["id"])])
        yield {"type": 2, "data": {"node": None}, "timestamp": 4}
        words = self.filled("text in a style of before", "*{background:url(ADDRESS)}")
        yield self.mutation(adds=[self.added(self.text(words), style["id"])])
        words = self.filled("text that moves into a style", "*{background:url(ADDRESS)}")
        moving = self.text(words)
        yield self.mutation(adds=[self.added(moving)])
        yield self.mutation(adds=[self.added(moving, style["id"])])
        inside = self.node("style")
        words = self.filled("text before its style", "*{background:url(ADDRESS)}")
        yield self.mutation(adds=[self.added(self.text(words), inside["id"]), self.added(inside)])
        link = self.node("link")
        yield self.mutation(adds=[self.added(link)])
        for name, value in (("rel", "preconnect"), ("href", self._cases.address("link, later"))):
            yield self.mutation(attributes=[{"id": link["id"], "attributes": {name: value}}])
        for style in self.cut_styles():
            texts, style["childNodes"] = style["childNodes"], []
            yield self.mutation(adds=[self.added(style)])
            for text in texts:
                yield self.mutation(adds=[self.added(text, style["id"])])
        change = self.node("animate", {"begin": "0s"}, isSVG=True)
        drawn = self.node("image", {}, change, isSVG=True)
        yield self.mutation(adds=[self.added(self.node("svg", {}, drawn, isSVG=True))])
        for name, value in (("to", self._cases.address("animated")), ("attributeName", "href")):
            yield self.mutation(attributes=[{"id": change["id"], "attributes": {name: value}}])

    def cut_styles(self) -> Iterator[Node]:
        """Sheets that hold an address only where their pieces are put together."""
        for pieces in CUT_SHEETS:
            first, *rest = (self.filled(f"cut {pieces}", piece) for piece in pieces)
            yield self.node("style", {}, self.text(first), *map(self.text, rest))
            split = "/* rr_split */".join([first, *rest])
            empty = [self.text("") for _ in pieces]
            yield self.node("style", {"_cssText": split}, *empty)
            yield self.node("style", {"_cssText": split}, self.text(""))
            yield self.node("style", {"_cssText": first}, self.text(""), *map(self.text, rest))
            yield self.node("link", {"_cssText": split}, *map(self.text, rest))

    def _others(self, target: int) -> Iterator[Node]:
        address = self._cases.address
        drawn = [{"rr_type": "HTMLImageElement", "src": address("canvas argument")}]
        yield self.change(9, id=target, type=0, commands=[{"property": "drawImage", "args": drawn}])
        font = f"url({address('font event')})"
        yield self.change(10, family="e", fontSource=font, buffer=False, descriptors={})
        yield self.change(7, id=target, type=0, currentTime=1)
        for source in range(-1, 40):
            yield self.change(source, id=target, url=address(f"source {source}"), payload=[])
        for tag, key in (("canvas", "url"), ("canvas", "display"), ("place", "id"), ("own", "url")):
            payload = {"id": target, "width": 9, "height": 9, key: f'x"),url("{address(tag)}'}
            yield {"type": 5, "data": {"tag": tag, "payload": payload}, "timestamp": 5}
        options = [f'<link rel=preconnect href="{address("option")}">']
        payload = {"id": target, "open": True, "index": 0, "options": options}
        yield {"type": 5, "data": {"tag": "select", "payload": payload}, "timestamp": 5}
        for kind in (0, 1, 6, 7, "2", None):
            data = {"plugin": "rrweb/console@1", "payload": {"url": address(f"type {kind}")}}
            yield {"type": kind, "data": data, "timestamp": 6}

    def pictures(self) -> Iterator[list[Node]]:
        """One after the other: a page that loads itself anew may hide what stood before."""
        yield self.picture(list(self.links()), list(self.links()))
        yield self.picture(list(self.heads()), list(self.inside()))
        yield self.picture([*self.styles(), *self.cut_styles()], list(self.styled()))
        yield self.picture([], list(self.elements_by_attribute()))
        yield self.picture([], list(self.every_element()))
        yield [*self.picture([], []), *self.changes()]
        yield self.picture([], list(self.parts()))


# ---- the story ----


async def _count(pane: MirrorPane) -> int:
    known = "window.mirror ? mirror.facts().pictures : 0"
    return int(await script(pane.engine.page, known))


_FAR_STYLES = """(() => {
  const inner = mirror.document(), far = [], address = /(?:url\\(|@import )"(?!cbres:|data:|#)/;
  const look = (text) => address.test(text) && far.push(text.slice(0, 200));
  for (const sheet of [...inner.styleSheets, ...inner.adoptedStyleSheets])
    for (const rule of sheet.cssRules) look(rule.cssText);
  for (const element of inner.querySelectorAll("[style]")) look(element.style.cssText);
  return JSON.stringify(far);
})()"""
"""Rules and styles with an address that the engine would have asked for, but for its policy."""


_PART_IS_DRAWN = """(() => {
  const parts = mirror.document() && mirror.document().querySelector("#parts use");
  return parts !== null && parts.getBoundingClientRect().width > 0;
})()"""


async def feed_all(pane: MirrorPane, cases: Cases) -> tuple[int, list[str]]:
    """Feeds all, and touches what can be touched; the number of pictures that were drawn, and the
    styles in them that name an address.
    """
    far: list[str] = []
    forger = Forger(cases)
    drawing = forger.drawing().encode()
    pane.engine.resources.asked.connect(
        lambda address: pane.engine.resources.give(
            address, drawing if address == DRAWING else b"", "image/svg+xml"
        )
    )
    for number, events in enumerate(forger.pictures(), start=1):
        pane.feed(json.dumps(events))
        with contextlib.suppress(TimeoutError):  # one that does not come says enough by its leaks
            async with asyncio.timeout(20):
                while await _count(pane) < number:  # noqa: ASYNC110 - another program
                    await asyncio.sleep(0.05)
        await script(
            pane.engine.page,
            "mirror.document().querySelectorAll('a,area,button,input,summary,form').forEach((e) => "
            "{ try { e.click(); e.requestSubmit && e.requestSubmit(); } catch (error) {} }), 1",
        )
        far += json.loads(str(await script(pane.engine.page, _FAR_STYLES)))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(20):
            while not await script(pane.engine.page, _PART_IS_DRAWN):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    return await _count(pane), far


async def control(packets: Packets, parent: QApplication) -> list[str]:
    """A page that is not locked sends packets, and they are seen; what was seen."""
    profile = QWebEngineProfile(parent)
    page = QWebEnginePage(profile, parent)
    page.setHtml(
        f"<link rel=preconnect href='http://{CONTROL}:{PORT}'>"
        f"<link rel=preconnect href='http://{CONTROL_NAME}:{PORT}'>"
    )
    wanted = (CONTROL, "127.0.0.1 control", "203.0.113.9")
    async with asyncio.timeout(60):
        while not all(any(seen.startswith(one) for seen in packets.seen) for one in wanted):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    page.deleteLater()
    return [one for one in wanted if any(seen.startswith(one) for seen in packets.seen)]


async def story(app: QApplication) -> dict[str, object]:
    packets, cases, pane = Packets(), Cases(), MirrorPane()
    pane.resize(800, 600)
    pane.show()
    pictures, far = await feed_all(pane, cases)
    await asyncio.sleep(1.0)  # what would leave is on its way by now
    early = list(packets.seen)
    seen = await control(packets, app)
    own = (CONTROL, "127.0.0.", "203.0.113.9")
    late = [packet for packet in packets.seen[len(early) :] if not packet.startswith(own)]
    leaked = sorted({cases.named(packet) for packet in early + late})
    pane.close()
    return {
        "cases": len(cases.names),
        "pictures": pictures,
        "part": await script(pane.engine.page, _PART_IS_DRAWN),
        "far_styles": far[:20],
        "leaked": leaked,
        "control": seen,
        "blocked": pane.engine.blocked_requests,
    }


def main() -> None:
    set_up_network()
    register_schemes()
    app = QApplication(sys.argv[:1])
    loop = QtLoop(app)
    print(json.dumps(loop.run(story(app), 240)), flush=True)


if __name__ == "__main__":
    main()
