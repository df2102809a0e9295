# SPDX-License-Identifier: GPL-3.0-only
"""The web proxy as a browser, and as somebody else's program, sees it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from session.kiosk.web_proxy import server
from session.kiosk.web_proxy.dialler import Dialler
from session.kiosk.web_proxy.server import ProxyServer
from session.protocol.conversation.allowed_addresses import AllowList
from tests.support.waiting import until

INTRANET = "espace.caisse.example"
"""The operator lets it answer with an address of inside."""


@dataclass
class Site:
    """A web server that keeps what it got and answers with `answer`."""

    port: int = 0
    got: list[bytes] = field(default_factory=list)
    answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
    open: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                self.got.append(data)
                writer.write(self.answer)
                await writer.drain()
        self.open -= 1
        writer.close()


@dataclass
class World:
    """`names`: what the next look-ups of a name give, in turn; the last one stays.
    `far`: the system's HTTP proxy.
    """

    proxy: ProxyServer
    site: Site
    names: dict[str, list[list[str]]]
    asked: list[str]
    far: list[str]

    @property
    def listed(self) -> str:
        return f"127.0.0.1:{self.site.port}"

    async def allow(self, *prefixes: str) -> None:
        await self.proxy.allow(AllowList(prefixes))

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.proxy.port)

    def request(self, line: str, *headers: str, password: str | None = None) -> bytes:
        word = f"any:{self.proxy.secret if password is None else password}"
        pass_on = "Proxy-Authorization: Basic " + base64.b64encode(word.encode()).decode()
        return "\r\n".join([line, "Host: x", *headers, pass_on, "", ""]).encode("latin-1")

    async def ask(self, data: bytes) -> bytes:
        """All that comes back."""
        reader, writer = await self.open()
        writer.write(data)
        async with asyncio.timeout(10):
            answer = await reader.read()
        writer.close()
        return answer

    async def status(self, line: str, *headers: str) -> int:
        return int((await self.ask(self.request(line, *headers))).split()[1])


@pytest.fixture
async def world() -> AsyncIterator[World]:
    names: dict[str, list[list[str]]] = {}
    asked: list[str] = []

    def look_up(host: str) -> list[str]:
        asked.append(host)
        answers = names.get(host)
        if not answers:
            raise OSError(host)
        return answers.pop(0) if len(answers) > 1 else answers[0]

    site = Site()
    listener = await asyncio.start_server(site.serve, "127.0.0.1", 0)
    site.port = listener.sockets[0].getsockname()[1]
    far: list[str] = []
    dialler = Dialler(
        look_up,
        read_networks=list,
        far_proxy=lambda _address: far[0] if far else None,
        intranet=[INTRANET],
    )
    proxy = ProxyServer(dialler)
    await proxy.start()
    try:
        yield World(proxy, site, names, asked, far)
    finally:
        await proxy.close()
        listener.close()


async def test_a_request_in_clear_reaches_a_listed_site_as_the_browser_sent_it(
    world: World,
) -> None:
    await world.allow(f"http://{world.listed}/t/")
    answer = await world.ask(
        world.request(
            f"POST http://{world.listed}/t/a%20b?x=1 HTTP/1.1",
            "Content-Length: 3",
            "Cookie: a=b",
            "Proxy-Connection: keep-alive",
            "X-Mine: 1",
            "Connection: x-mine",
        )
        + b"abc"
    )
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"hi")
    got = b"".join(world.site.got)
    assert got.startswith(b"POST /t/a%20b?x=1 HTTP/1.1\r\nHost: " + world.listed.encode())
    assert got.endswith(b"\r\n\r\nabc")
    assert b"cookie: a=b" in got
    for word in (b"proxy", b"x-mine: 1", b"keep-alive"):
        assert word not in got.lower()
    assert world.proxy.connections == 1


async def test_a_tunnel_carries_bytes_both_ways_and_ends_with_the_browser(world: World) -> None:
    await world.allow(f"http://{world.listed}/")
    reader, writer = await world.open()
    writer.write(world.request(f"CONNECT {world.listed} HTTP/1.1"))
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    world.site.answer = b"answer"
    writer.write(b"\x16\x03 anything")
    assert await reader.readexactly(6) == b"answer"
    assert world.site.got == [b"\x16\x03 anything"]
    writer.close()
    await until(lambda: world.site.open == 0)


@pytest.mark.parametrize("password", ["", "wrong", "0" * 64])
async def test_another_program_of_the_machine_gets_nothing(world: World, password: str) -> None:
    await world.allow(f"http://{world.listed}/")
    line = f"GET http://{world.listed}/ HTTP/1.1"
    answer = await world.ask(world.request(line, password=password))
    assert answer.startswith(b"HTTP/1.1 407")
    assert b"Proxy-Authenticate: Basic" in answer
    answer = await world.ask(f"{line}\r\nHost: x\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 407")
    assert not world.site.got
    assert not world.proxy.connections


async def test_nothing_passes_without_a_session_and_its_end_ends_what_runs(world: World) -> None:
    assert await world.status(f"CONNECT {world.listed} HTTP/1.1") == 403
    await world.allow(f"http://{world.listed}/")
    reader, writer = await world.open()
    writer.write(world.request(f"CONNECT {world.listed} HTTP/1.1"))
    await reader.readuntil(b"\r\n\r\n")
    await world.allow()
    with contextlib.suppress(ConnectionError):
        assert await reader.read() == b""
    await until(lambda: world.site.open == 0)
    assert await world.status(f"CONNECT {world.listed} HTTP/1.1") == 403
    assert await world.status(f"GET http://{world.listed}/ HTTP/1.1") == 403
    writer.close()


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("www.caisse.example:80", "port"),
        ("www.caisse.example:22", "port"),
        ("ailleurs.example:3478", "port"),
        ("127.0.0.1:443", "inside"),
        ("[::1]:443", "inside"),
        ("[::ffff:127.0.0.1]:443", "inside"),
        ("imprimante:443", "inside"),
        ("imprimante.local:443", "inside"),
        ("localhost:443", "inside"),
        ("localhost.:443", "inside"),
        ("IMPRIMANTE.LAN.:443", "inside"),
        ("2130706433:443", "malformed"),
        ("0x7f.1:443", "malformed"),
        ("0177.0.0.1:443", "malformed"),
        ("127.1:443", "malformed"),
        ("[fe80::1%25lo]:443", "malformed"),
        ("[fe80::1%lo]:443", "malformed"),
        ("::1:443", "malformed"),
        ("a@www.caisse.example:443", "malformed"),
        ("www.cai%73se.example:443", "malformed"),
        ("www.caisse.example..:443", "malformed"),
        ("www.caisse.example:0", "malformed"),
        ("www.caisse.example:99999", "malformed"),
        ("www.caisse.example:+443", "malformed"),
        ("www.caisse.example:", "malformed"),
        ("www.caisse.example", "malformed"),
        ("www.xn--cisse-3ve.example:443", "look_alike"),
        ("http://www.caisse.example/:443", "malformed"),
    ],
)
async def test_no_spelling_of_a_tunnel_leads_inside(world: World, target: str, why: str) -> None:
    await world.allow("https://www.caisse.example/espace/")
    assert await world.status(f"CONNECT {target} HTTP/1.1") == 403
    assert world.proxy.refused == {why: 1}
    assert not world.asked  # nobody was asked about the name either


@pytest.mark.parametrize(
    "target",
    [
        "http://www.caisse.example/",
        "http://www.caisse.example:443/espace/",
        "http://127.0.0.1/",
        "http://localhost/",
        "https://www.caisse.example/",
        "ftp://www.caisse.example/",
        "ws://www.caisse.example/",
        "//www.caisse.example/",
        "/espace/",
        "*",
        "http://a@listed.example:8080/",
        "http://listed.example:8080\\@mal.example/",
        "http://listed.example:8081/",
        "http://listed.exampl%65:8080/",
        "http:///x",
    ],
)
async def test_only_listed_addresses_are_asked_for_in_clear(world: World, target: str) -> None:
    await world.allow("https://www.caisse.example/espace/", "http://listed.example:8080/")
    assert await world.status(f"GET {target} HTTP/1.1") == 403
    assert not world.asked


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["::1"],
        ["fd00::1"],
        ["fe80::1%lo"],
        ["64:ff9b::7f00:1"],
        ["2002:7f00:1::"],
        ["0.0.0.0"],
        ["100.64.0.1"],
        ["224.0.0.251"],
        ["93.184.216.34", "127.0.0.1"],
    ],
)
async def test_a_name_that_answers_with_an_inner_address_is_refused_listed_or_not(
    world: World, addresses: list[str]
) -> None:
    await world.allow(f"https://listed.example:{world.site.port}/", "https://www.caisse.example/")
    world.names |= {"listed.example": [addresses], "other.example": [addresses]}
    assert await world.status(f"CONNECT listed.example:{world.site.port} HTTP/1.1") == 403
    assert await world.status("CONNECT other.example:443 HTTP/1.1") == 403
    assert world.proxy.refused == {"inside": 2}
    assert not world.proxy.connections
    assert not world.site.got


async def test_a_name_of_the_intranet_is_reached_inside_where_the_operator_named_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []

    async def start_connection(infos: list[tuple[object, ...]], **_more: object) -> None:
        tried.extend(info[-1] for info in infos)
        raise ConnectionRefusedError

    monkeypatch.setattr("aiohappyeyeballs.start_connection", start_connection)
    await world.allow(f"https://{INTRANET}/", "https://www.caisse.example/")
    world.names |= {INTRANET: [["10.1.2.3"], ["127.0.0.1"]], "www.caisse.example": [["10.1.2.3"]]}
    assert await world.status(f"CONNECT {INTRANET}:443 HTTP/1.1") == 502
    assert tried == [("10.1.2.3", 443)]
    assert await world.status(f"CONNECT {INTRANET}:443 HTTP/1.1") == 403  # now it is the kiosk
    assert await world.status("CONNECT www.caisse.example:443 HTTP/1.1") == 403
    await world.allow("https://www.caisse.example/")  # the list does not name it any more
    world.names[INTRANET] = [["10.1.2.3"]]
    assert await world.status(f"CONNECT {INTRANET}:443 HTTP/1.1") == 403
    assert len(tried) == 1


async def test_what_the_network_wraps_into_ipv6_counts_as_what_is_inside(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network without IPv4, whose translator reaches IPv4 hosts below a prefix of its own."""
    tried: list[object] = []

    async def start_connection(infos: list[tuple[Any, ...]], **_more: object) -> None:
        tried.extend(info[-1][0] for info in infos)
        raise ConnectionRefusedError

    monkeypatch.setattr("aiohappyeyeballs.start_connection", start_connection)
    await world.allow("https://www.caisse.example/")
    world.names |= {
        "ipv4only.arpa": [["192.0.0.170", "2606:4700:64::c000:aa", "2606:4700:64::c000:ab"]],
        "www.caisse.example": [["2606:4700:64::a00:7"], ["2606:4700:64::808:808"]],
        "other.example": [["2606:4700:64::c0a8:109"]],
    }
    assert await world.status("CONNECT www.caisse.example:443 HTTP/1.1") == 403  # 10.0.0.7
    assert await world.status("CONNECT other.example:443 HTTP/1.1") == 403  # 192.168.1.9
    assert await world.status("CONNECT [2606:4700:64::7f00:1]:443 HTTP/1.1") == 403
    assert not tried
    assert await world.status("CONNECT www.caisse.example:443 HTTP/1.1") == 502  # 8.8.8.8
    assert tried == ["2606:4700:64::808:808"]
    assert world.asked.count("ipv4only.arpa") == 1


@pytest.mark.parametrize(
    ("why", "tried_addresses"),
    [
        (socket.EAI_NONAME, ["2606:4700::7", "93.184.216.34"]),  # no translator
        (socket.EAI_AGAIN, ["93.184.216.34"]),  # nobody says
    ],
)
async def test_an_ipv6_address_is_used_once_it_is_known_what_the_network_wraps(
    world: World, monkeypatch: pytest.MonkeyPatch, why: int, tried_addresses: list[str]
) -> None:
    tried: list[object] = []

    async def start_connection(infos: list[tuple[Any, ...]], **_more: object) -> None:
        tried.extend(info[-1][0] for info in infos)
        raise ConnectionRefusedError

    def look_up(name: str) -> list[str]:
        if name == "ipv4only.arpa":
            raise socket.gaierror(why, "")
        return ["2606:4700::7"] if name == "six.example" else ["2606:4700::7", "93.184.216.34"]

    monkeypatch.setattr("aiohappyeyeballs.start_connection", start_connection)
    monkeypatch.setattr(world.proxy._dialler, "_look_up", look_up)
    await world.allow("https://www.caisse.example/")
    assert await world.status("CONNECT www.caisse.example:443 HTTP/1.1") == 502
    assert tried == tried_addresses
    assert await world.status("CONNECT six.example:443 HTTP/1.1") == 502
    assert len(tried) == len([*tried_addresses, *tried_addresses[:-1]])


async def test_a_name_is_looked_up_once_for_each_connection(world: World) -> None:
    """So one that changes its answer is never connected to with an answer that nobody checked."""
    await world.allow("https://listed.example/")
    # the machine has no way to this public address, or nobody there answers
    world.names["listed.example"] = [["192.0.0.1"], ["127.0.0.1"]]
    for _turn in range(2):
        assert await world.status("CONNECT listed.example:443 HTTP/1.1") == 403
    assert world.asked == ["listed.example"] * 2


async def test_who_cannot_be_found_or_reached_is_told_from_who_may_not_be(world: World) -> None:
    await world.allow("https://listed.example/", "http://127.0.0.1:9/")
    assert await world.status("CONNECT listed.example:443 HTTP/1.1") == 502
    # in clear, an answer would be shown as the site's own
    assert await world.ask(world.request("GET http://127.0.0.1:9/ HTTP/1.1")) == b""
    assert not world.proxy.refused


async def test_names_of_this_machine_are_its_loopback_and_ask_nobody(world: World) -> None:
    await world.allow(f"http://*.caisse.localhost:{world.site.port}/")
    at = f"a.caisse.localhost:{world.site.port}"
    assert await world.status(f"GET http://{at}/ HTTP/1.1") == 200
    assert await world.status(f"CONNECT localhost:{world.site.port} HTTP/1.1") == 403
    assert not world.asked


async def test_a_site_cannot_speak_in_the_proxys_name(world: World) -> None:
    await world.allow(f"http://{world.listed}/")
    line = f"GET http://{world.listed}/ HTTP/1.1"
    world.site.answer = (
        b'HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="kiosk"\r\nContent-Length: 0\r\n\r\n'
    )
    assert await world.ask(world.request(line)) == b""
    world.site.answer = (
        b"HTTP/1.1 103 Early\r\nLink: <http://127.0.0.1:1/>; rel=preconnect\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nProxy-Authenticate: Basic\r\nContent-Length: 2\r\n\r\nhi"
    )
    answer = await world.ask(world.request(line))
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"preconnect" not in answer
    assert b"roxy-" not in answer
    world.site.answer = b"nonsense\r\n\r\n"
    assert await world.ask(world.request(line)) == b""


async def test_who_asks_for_too_much_is_cut_off(world: World) -> None:
    await world.allow(f"http://{world.listed}/")
    answer = await world.ask(
        world.request(f"GET http://{world.listed}/ HTTP/1.1", "X: " + "x" * 70_000)
    )
    assert answer == b""
    assert not world.site.got


async def test_who_says_nothing_leaves_the_others_their_room(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_MOST_STRANGERS", 4)
    await world.allow(f"http://{world.listed}/")
    idle = [await world.open() for _turn in range(6)]
    await until(lambda: sum(reader.at_eof() for reader, _writer in idle) == 2)
    for _reader, writer in idle:
        writer.close()
    async with asyncio.timeout(10):
        while not (await world.ask(world.request(f"GET http://{world.listed}/ HTTP/1.1"))):
            pass


async def test_where_an_agency_has_a_proxy_that_one_is_asked(world: World) -> None:
    """It is told nothing that the rules refuse, and no listed number."""
    await world.allow("https://listed.example/", f"http://{world.listed}/")
    got: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await reader.readuntil(b"\r\n\r\n"))
        refused = b"refused" in got[-1]
        writer.write(b"HTTP/1.1 403 No\r\n\r\n" if refused else b"HTTP/1.1 200 OK\r\n\r\nhello")
        await writer.drain()
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    world.far.append(f"http://zoe:s%40@127.0.0.1:{listener.sockets[0].getsockname()[1]}")
    answer = await world.ask(world.request("CONNECT listed.example:443 HTTP/1.1"))
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"hello")
    word = base64.b64encode(b"zoe:s@")
    assert got[0].startswith(b"CONNECT listed.example:443 HTTP/1.1\r\nHost: listed.example:443")
    assert b"Proxy-Authorization: Basic " + word in got[0]
    assert world.proxy.secret.encode() not in got[0]
    assert await world.status("CONNECT refused.example:443 HTTP/1.1") == 502
    assert await world.status("CONNECT 10.0.0.1:443 HTTP/1.1") == 403
    assert await world.status("CONNECT printer.lan:443 HTTP/1.1") == 403
    assert await world.status(f"GET http://{world.listed}/ HTTP/1.1") == 200
    assert len(got) == 2
    assert not world.asked
    listener.close()
