# SPDX-License-Identifier: GPL-3.0-only
"""What other ends, processes and servers say: who has a seal's key, the caller's browser and its
guard, who asks the web proxy, an organisation's provider and its register. A part of `targets`.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import json
import time
from collections.abc import Sequence

import h11
import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from expert_app.ged.connector import NotDelivered
from expert_app.register.rest import inside
from expert_app.register.source import records_of
from expert_app.runtime.config import SignOnRule, SignOnSettings
from expert_app.sign_on.id_token import Expected, KeyNotKnown, check_claims, read_signed
from expert_app.sign_on.roles import place_of
from session.bus.sealing.box import SEAL_HEADER, SealBox, Stamp, public_text
from session.bus.sealing.channel import SealBase, agree
from session.bus.sealing.sealed_number import open_number, seal_number
from session.bus.transport.connection import Incoming
from session.core.clock import SystemClock
from session.core.errors import SessionError
from session.core.tasks import Tasks
from session.hub.convention.catalogue import Catalogue
from session.kiosk.cobrowse import browser_frames, browser_messages
from session.kiosk.cobrowse.guard_frames import (
    FilteredEvent,
    FilteredPush,
    decode_filtered,
    encode_filtered,
)
from session.kiosk.cobrowse.guard_worker import PushFilter
from session.kiosk.web_proxy.dialler import Dialler
from session.kiosk.web_proxy.server import ProxyServer
from session.media.engines.opus import OpusDecoder
from session.protocol.conversation.allowed_addresses import AllowList
from tests.fuzz.target import FuzzTarget
from tests.support.hub_world import catalogue_text
from tests.support.sealed_world import new_secret

# ---- who has a seal's key


class _End(SealBase):
    """An end that has its key already; it counts what it could open."""

    def __init__(self, box: SealBox) -> None:
        super().__init__("caisse", "s1", tasks=Tasks())
        self._box = box
        self.attach(self._nobody, lambda topic, message: None)

    async def _nobody(self, topic: str, payload: bytes, headers: object) -> None:
        raise AssertionError


def _sealed(data: bytes) -> None:
    """By whom has the key (first byte even), or by somebody on the way."""
    one, other = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    keys = (public_text(one), public_text(other))
    end = _End(agree(one, keys[1], keys, "session\ncaisse\ns1", opens_first=True))
    theirs = agree(other, keys[0], keys, "session\ncaisse\ns1", opens_first=False)
    if data[:1] < b"\x80":
        number = int.from_bytes(data[1:8], "big") % 10**18 or 1
        for told in (1, number, number + 1):
            stamp, sealed = theirs.seal("mirror", data[8:], told)
            end.receive("mirror", Incoming("x", sealed, {SEAL_HEADER: str(stamp)}, ""))
    else:
        head, _, sealed = data[1:].partition(b"\n")
        header = head.decode("latin-1").replace("EPOCH", theirs.epoch)
        end.receive("mirror", Incoming("x", sealed, {SEAL_HEADER: header}, ""))


_SECRET = new_secret()
_NUMBER = seal_number(
    "1234567", [_SECRET.key], organisation="caisse", home="reseau", kiosk="borne1"
)


def _sealed_number(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    open_number(text, [_SECRET], organisation="caisse", home="reseau", kiosk="borne1")


# ---- the caller's browser, its guard and its proxy

_PUSH = json.dumps(
    {
        "document": "d",
        "address": "https://x.example/",
        "events": [
            {
                "type": 3,
                "timestamp": 1,
                "data": {
                    "source": 0,
                    "texts": [{"id": 3, "value": "1 85 05 78"}, {"id": 4, "value": "006 084 36"}],
                    "adds": [
                        {
                            "parentId": 1,
                            "nextId": None,
                            "node": {"type": 3, "textContent": "x", "id": 9},
                        }
                    ],
                },
            }
        ],
    }
).encode()
_FILTERED = encode_filtered(
    FilteredPush(document="d", address="a", events=[FilteredEvent(3, b"{}", 1)], dropped=1)
)
_FACT = browser_frames.frame(browser_messages.ViewChanged(title="Espace"), b"")


def _unknown(host: str) -> Sequence[str]:
    raise OSError(host)


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


@functools.cache
def _proxy() -> ProxyServer:
    """It knows no name, so it connects to nobody."""
    server = ProxyServer(Dialler(_unknown, far_proxy=lambda address: None))
    _loop().run_until_complete(server.start())
    listed = AllowList(["https://www.example.fr/", "http://www.example.fr/"])
    _loop().run_until_complete(server.allow(listed))
    return server


def _ask_proxy(data: bytes) -> None:
    """It answers with HTTP or not at all, and serves the next one."""
    _loop().run_until_complete(_one_request(_proxy(), data))


async def _one_request(server: ProxyServer, data: bytes) -> None:
    async with asyncio.timeout(5):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(data.replace(b"SECRET", _password(server)))
        writer.write_eof()
        try:
            said = await reader.read()
        except ConnectionError:
            said = b""
        writer.close()
    if said:
        client = h11.Connection(h11.CLIENT)
        client.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
        client.receive_data(said)
        client.next_event()


def _password(server: ProxyServer) -> bytes:
    return base64.b64encode(b"x:" + server.secret.encode())


# ---- a provider, and a register

_KEY = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig"})
_ISSUER = "https://sso.example/"
_SIGN_ON = SignOnSettings(
    issuer=_ISSUER,
    client_id="poste",
    claim="realm_access.roles",
    user_claim="nom",
    rules=[SignOnRule(values=["conseil"], role="agent", organisation="valdore")],
)
_CLAIMS = {
    "iss": _ISSUER,
    "aud": ["poste", "autre"],
    "azp": "poste",
    "sub": "s-1",
    "nonce": "n",
    "iat": int(time.time()),
    "exp": int(time.time()) + 10_000_000,
    "name": "Solange",
    "realm_access": {"roles": ["conseil", 7]},
}


@functools.cache
def _catalogue() -> Catalogue:
    return Catalogue.parse(catalogue_text())


def _token(data: bytes) -> None:
    read_signed(data.decode("utf-8", "replace"), KeySet([_KEY]))


def _claims(data: bytes) -> None:
    """What a provider has signed rightly, whatever it says."""
    try:
        claims = json.loads(data)
    except (ValueError, RecursionError):
        return
    if not isinstance(claims, dict):
        return
    check_claims(claims, Expected(_ISSUER, "poste", "n"))
    place_of(claims, _SIGN_ON, _catalogue())


_RECORDS = json.dumps(
    {"data": {"items": [{"number": "D-1", "nom": {"usage": "Garance"}, "born_on": "1988-05-14"}]}}
).encode()


def _field(record: dict[str, object], name: str) -> object:
    return inside(record, {"family_name": "nom.usage"}.get(name, name))


def _register(data: bytes) -> None:
    try:
        found = inside(json.loads(data), "data.items")
    except (ValueError, RecursionError):
        return
    items = [
        one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict)
    ]
    records_of([functools.partial(_field, one) for one in items])


def _voice(data: bytes) -> None:
    decoder = OpusDecoder()
    for packet in data.split(b"\x00\xff"):
        decoder.decode(packet)
        decoder.recover(packet)
    decoder.close()


_AUTHORISED = b"Proxy-Authorization: Basic SECRET\r\n\r\n"
_SEALED_FACTS = b"\x00" + (7).to_bytes(7, "big") + b'\x00\x0d{"Epoch":"7"}page'

ENDS = (
    FuzzTarget(
        "sealed-message",
        _sealed,
        (_SEALED_FACTS, b"\x00" + (10**11).to_bytes(7, "big") + b"\x00\x00", b"\x80EPOCH.3\nxxxx"),
        (SessionError,),
    ),
    FuzzTarget(
        "seal-stamp",
        lambda data: Stamp.read(data.decode("latin-1")),
        (b"abcdefabcdef.1",),
        (SessionError,),
    ),
    FuzzTarget(
        "sealed-number",
        _sealed_number,
        (_NUMBER.encode(),),
        (SessionError,),
    ),
    FuzzTarget("page-push", PushFilter().filtered, (_PUSH,)),
    FuzzTarget("guard-answer", decode_filtered, (_FILTERED,), (msgspec.MsgspecError,)),
    FuzzTarget(
        "browser-fact",
        lambda data: browser_frames.FactReader(SystemClock()).feed(data),
        (_FACT,),
        (browser_frames.FramesWrong,),
    ),
    FuzzTarget(
        "proxy-request",
        _ask_proxy,
        (
            b"CONNECT www.example.fr:443 HTTP/1.1\r\nHost: www.example.fr:443\r\n" + _AUTHORISED,
            b"GET http://www.example.fr/x?y HTTP/1.1\r\nHost: www.example.fr\r\n" + _AUTHORISED,
            b"CONNECT [::1]:443 HTTP/1.1\r\nHost: x\r\n" + _AUTHORISED,
        ),
    ),
    FuzzTarget(
        "id-token",
        _token,
        (jwt.encode({"alg": "ES256", "kid": "k1"}, _CLAIMS, _KEY).encode(),),
        (SessionError, KeyNotKnown),
    ),
    FuzzTarget("id-claims", _claims, (json.dumps(_CLAIMS).encode(),), (SessionError,)),
    FuzzTarget("register-answer", _register, (_RECORDS,), (NotDelivered,)),
    FuzzTarget("voice", _voice, (bytes([0x78]) + bytes(20), bytes([0x4B, 0x41]) + bytes(40))),
)
"""Joined with the others in `targets.TARGETS`."""
