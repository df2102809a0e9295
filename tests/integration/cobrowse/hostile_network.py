# SPDX-License-Identifier: GPL-3.0-only
"""The caller's browser, in a network of its own, on a listed page that tries every way out:
`python -m tests.integration.cobrowse.hostile_network [direct]`.

Prints one JSON object: which packets went where, who was asked for names, who came to listeners,
what the page could read. Nothing but the proxy stands in the way: what a page may load is not
looked at. With `direct` there is no proxy either, which shows that the page tries and that what
counts does count.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from tests.support.namespace import network, traffic

PUBLIC = "93.184.216.34"
PAGE, AFTER = "/t/page.html", "/t/after.html"
NEIGHBOUR, NEIGHBOUR_V6 = "192.168.77.9", "fd77::9"

_LISTENED = [
    "fetch",
    "fetch_name",
    "xhr",
    "ws",
    "wss",
    "events",
    "image",
    "https_image",
    "preconnect",
    "preconnect_header",
    "prefetch",
    "preload",
    "module",
    "prerender",
    "frame",
    "form",
    "object",
    "embed",
    "worker",
    "worker_socket",
    "worker_import",
    "shared",
    "service",
    "video",
    "track",
    "style",
    "font",
    "manifest",
    "report",
    "csp",
    "beacon",
    "keepalive",
    "redirect",
    "socket_name",
    "turn_tcp",
    "turn_tls",
    "ice_tcp",
    "popup",
    "ping",
    "favicon",
    "image_set",
    "webkit_image_set",
    "cursor",
    "layer",
    "srcset",
    "imagesrcset",
    "lowsrc",
    "portal",
    "fenced",
    "fe_image",
    "svg_use",
    "svg_image",
    "formula",
    "mask",
    "shape",
    "shadow",
    "json_module",
    "css_module",
    "payment",
    "identity",
    "push",
    "later",
    "dictionary",
    "rules_header",
    "attribution",
    "interest",
    "background",
    "credential",
    "socket_stream",
    "protocol",
    "related",
]
_LISTENED_UDP = ["stun", "ice_udp", "transport", "turn_udp", "worker_transport"]

_HTML = """<!doctype html><html><head><title>page</title>
<link rel=preconnect href="http://127.0.0.1:%(preconnect)d">
<link rel=dns-prefetch href="//prefetched.example">
<link rel=preconnect href="https://preconnected.example">
<link rel=preconnect href="http://192.168.77.9:8080">
<link rel=prefetch href="http://127.0.0.1:%(prefetch)d/">
<link rel=preload as=script href="http://127.0.0.1:%(preload)d/">
<link rel=modulepreload href="http://127.0.0.1:%(module)d/">
<link rel=manifest href="http://127.0.0.1:%(manifest)d/">
<link rel=icon href="http://127.0.0.1:%(favicon)d/">
<link rel=stylesheet href="http://127.0.0.1:%(style)d/">
<style>@import url(http://127.0.0.1:%(layer)d/) layer(a) supports(display: grid);
@font-face { font-family: x; src: url(http://127.0.0.1:%(font)d/) }
i { background: image-set("http://127.0.0.1:%(image_set)d/" 1x);
 mask-image: url(http://127.0.0.1:%(mask)d/#m); shape-outside: url(http://127.0.0.1:%(shape)d/) }
b { background: -webkit-image-set(url(http://127.0.0.1:%(webkit_image_set)d/) 1x) }
body { cursor: url(http://127.0.0.1:%(cursor)d/) 2 2, pointer }</style>
<link rel=preload as=image imagesrcset="http://127.0.0.1:%(imagesrcset)d/ 1x" imagesizes=100vw>
<link rel=compression-dictionary href="http://127.0.0.1:%(dictionary)d/">
<script type=speculationrules>{"prefetch": [{"source": "list", "eagerness": "immediate",
 "urls": ["http://127.0.0.1:%(prerender)d/", "https://speculated.example/"]}],
 "prerender": [{"source": "list", "eagerness": "immediate",
 "urls": ["http://127.0.0.1:%(prerender)d/"]}]}</script>
</head><body style="font-family: x">words
<video src="http://127.0.0.1:%(video)d/"><track default src="http://127.0.0.1:%(track)d/"></video>
<object data="http://127.0.0.1:%(object)d/"></object>
<embed src="http://127.0.0.1:%(embed)d/">
<iframe src="http://127.0.0.1:%(frame)d/"></iframe>
<img src="http://rebound.example:%(web)d/t/first"><img src="/t/redirect"><img src="/t/secret">
<iframe src="/t/secret?frame"></iframe>
<i>i</i><b>b</b><img srcset="http://127.0.0.1:%(srcset)d/ 1x"
 lowsrc="http://127.0.0.1:%(lowsrc)d/">
<portal src="http://127.0.0.1:%(portal)d/"></portal>
<fencedframe src="http://127.0.0.1:%(fenced)d/"></fencedframe>
<svg width=9 height=9><filter id=fe><feImage href="http://127.0.0.1:%(fe_image)d/"/></filter>
<rect width=9 height=9 filter="url(#fe)"/><image href="http://127.0.0.1:%(svg_image)d/"/>
<use href="http://127.0.0.1:%(svg_use)d/#u"/></svg>
<math><mi href="http://127.0.0.1:%(formula)d/">x</mi>
<mglyph src="http://127.0.0.1:%(formula)d/"/></math>
<div><template shadowrootmode=closed><img src="http://127.0.0.1:%(shadow)d/"></template></div>
<img attributionsrc="http://127.0.0.1:%(attribution)d/" src=data:,>
<a id=a ping="http://127.0.0.1:%(ping)d/" href="#x">a</a>
<script>%(script)s</script></body></html>"""

_SCRIPT = """
window.out = {}; window.candidates = []; window.kept = [];
const P = %(ports)s;
const at = (name) => 'http://127.0.0.1:' + P[name] + '/' + name;
const go = (name, work) => { try { Promise.resolve(work()).then(
  (v) => out[name] = 'ok ' + String(v).slice(0, 60), (e) => out[name] = 'no ' + e.name); }
  catch (e) { out[name] = 'thrown ' + e.name; } };
const add = (tag, set) => { const made = Object.assign(document.createElement(tag), set);
  document.body.append(made); return made; };
go('fetch', () => fetch(at('fetch'), {mode: 'no-cors'}));
go('fetch_name', () => fetch('http://localhost:' + P.fetch_name + '/', {mode: 'no-cors'}));
go('numbers', () => Promise.allSettled(['http://2130706433:' + P.fetch, 'http://0x7f.1:' + P.fetch,
  'http://0177.0.0.1:' + P.fetch, 'http://[::ffff:127.0.0.1]:' + P.fetch, 'http://0:' + P.fetch,
  'http://localhost.:' + P.fetch, 'https://a@127.0.0.1:' + P.fetch, 'https://192.168.77.9',
  'https://[fd77::9]', 'https://192.168.77.2', 'https://169.254.169.254', 'https://printer.local',
  'https://printer', 'https://unlisted.example', 'https://inside.example', 'http://inside.example',
  'https://[64:ff9b::c0a8:4d09]', 'https://c\\u0430isse.example', 'http://127.1:' + P.fetch,
  ].map((a) => fetch(a, {mode: 'no-cors'}))));
go('xhr', () => { const x = new XMLHttpRequest(); x.open('GET', at('xhr')); x.send(); });
go('ws', () => kept.push(new WebSocket('ws://127.0.0.1:' + P.ws)));
go('wss', () => kept.push(new WebSocket('wss://127.0.0.1:' + P.wss)));
go('ws_lan', () => kept.push(new WebSocket('ws://192.168.77.9:9100')));
go('ws_own', () => kept.push(new WebSocket('ws://192.168.77.2:9100')));
go('socket_name', () => kept.push(new WebSocket('ws://localhost:' + P.socket_name)));
go('events', () => kept.push(new EventSource(at('events'))));
go('image', () => { new Image().src = at('image'); });
go('https_image', () => { new Image().src = 'https://127.0.0.1:' + P.https_image; });
go('beacon', () => navigator.sendBeacon(at('beacon'), 'x'));
go('popup', () => open(at('popup')));
go('ping', () => document.getElementById('a').click());
go('form', () => { add('iframe', {name: 'f'});
  add('form', {action: at('form'), method: 'POST', target: 'f'}).submit(); });
go('worker', () => kept.push(new Worker(URL.createObjectURL(new Blob([
  "const q = (f) => { try { f() } catch (e) {} };" +
  "q(() => fetch('" + at('worker') + "', {mode: 'no-cors'}).catch(() => 0));" +
  "q(() => new WebSocket('ws://127.0.0.1:" + P.worker_socket + "'));" +
  "q(() => new WebTransport('https://127.0.0.1:" + P.worker_transport + "/')" +
  ".ready.catch(() => 0));" +
  "q(() => importScripts('" + at('worker_import') + "'))"])))));
go('shared', () => kept.push(new SharedWorker('data:text/javascript,' +
  encodeURIComponent("fetch('" + at('shared') + "', {mode: 'no-cors'})"))));
setTimeout(() => go('rebound', () => fetch('http://rebound.example:' + P.web + '/t/second')), 1500);
const json = (name) => import(at(name), {with: {type: name.split('_')[0]}});
go('json_module', () => json('json_module'));
go('css_module', () => json('css_module'));
go('payment', () => new PaymentRequest([{supportedMethods: at('payment')},
  {supportedMethods: 'https://paid.example/'}],
  {total: {label: 'x', amount: {currency: 'EUR', value: '1'}}}).canMakePayment());
go('identity', () => navigator.credentials.get({identity: {providers: [
  {configURL: at('identity'), clientId: 'x'}, {configURL: 'https://identified.example/c.json',
  clientId: 'x'}]}}));
go('credential', () => navigator.credentials.store(new FederatedCredential(
  {id: 'x', provider: 'https://federated.example', iconURL: at('credential')})));
go('push', async () => { const r = await navigator.serviceWorker.ready;
  r.pushManager.subscribe({userVisibleOnly: true}); });
go('background', async () => { const r = await navigator.serviceWorker.ready;
  r.backgroundFetch.fetch('x', [at('background')]); });
go('later', () => fetchLater(at('later'), {activateAfter: 0}));
go('interest', () => navigator.joinAdInterestGroup({owner: 'https://owned.example', name: 'x',
  lifetimeMs: 9e6, biddingLogicURL: at('interest'), updateURL: at('interest')}, 99));
go('socket_stream', () => new WebSocketStream('ws://127.0.0.1:' + P.socket_stream).opened);
go('tcp', () => new TCPSocket('127.0.0.1', P.socket_stream).opened);
go('protocol', () => navigator.registerProtocolHandler('web+x', at('protocol') + '?%%s'));
go('related', () => navigator.getInstalledRelatedApps());
go('cast', () => new PresentationRequest([at('related')]).start());
go('printer', () => fetch('http://192.168.77.9:631/',
  {mode: 'no-cors', targetAddressSpace: 'private'}));
go('scopes', () => fetch('https://[fe80::1%%25eth0]/', {mode: 'no-cors'}));
go('odd_names', () => Promise.allSettled(['https://localhost6', 'https://ip6-localhost',
  'https://127.0.0.1.nip.example', 'https://0x7f000001', 'https://017700000001', 'https://127.0.0.1.',
  'https://\u2460\u2461\u2466.0.0.1', 'https://[::127.0.0.1]', 'https://[::ffff:c0a8:4d09]',
  'https://[2002:c0a8:4d09::1]', 'https://192.168.77.9.:443', 'https://0', 'https://router.lan',
  'https://borne.home.arpa', 'https://wpad'].map((a) => fetch(a, {mode: 'no-cors'}))));
go('service', () => navigator.serviceWorker.register('/t/service.js'));
go('transport', () => new WebTransport('https://127.0.0.1:' + P.transport + '/').ready);
go('transport_far', () => new WebTransport('https://8.8.8.8/').ready);
go('transport_name', () => new WebTransport('https://transported.example/').ready);
const hint = (rel, href) => document.head.append(
  Object.assign(document.createElement('link'), {rel, href}));
go('hints', () => { hint('dns-prefetch', '//hinted.example');
  hint('preconnect', '//hinted.example');
  hint('preconnect', 'https://192.168.77.9'); hint('preconnect', at('preconnect')); });
const ice = (name, W) => go(name, async () => {
  const servers = [{urls: ['stun:127.0.0.1:' + P.stun, 'stun:stunned.example:3478',
    'stun:8.8.8.8:19302', 'stun:192.168.77.9', 'stun:[2001:4860::8]:19302']},
    {urls: ['turn:127.0.0.1:' + P.turn_udp, 'turn:127.0.0.1:' + P.turn_tcp + '?transport=tcp',
    'turns:127.0.0.1:' + P.turn_tls + '?transport=tcp', 'turn:turned.example?transport=tcp',
    'turn:192.168.77.9:443?transport=tcp'], username: 'a', credential: 'b'}];
  const pc = new W.RTCPeerConnection({iceServers: servers, iceCandidatePoolSize: 2});
  kept.push(pc);
  pc.onicecandidate = (e) => e.candidate && e.candidate.candidate &&
    candidates.push(e.candidate.candidate);
  pc.createDataChannel('x');
  await pc.setLocalDescription(await pc.createOffer());
  const sdp = pc.localDescription.sdp, print = /a=fingerprint:.*/.exec(sdp)[0];
  await pc.setRemoteDescription({type: 'answer', sdp: ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-',
    't=0 0', 'a=group:BUNDLE 0', 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0', 'a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuvwx', print,
    'a=setup:passive', 'a=mid:0', 'a=sctp-port:5000',
    'a=candidate:1 1 udp 2130706431 127.0.0.1 ' + P.ice_udp + ' typ host',
    'a=candidate:2 1 udp 2130706430 192.168.77.9 5000 typ host',
    'a=candidate:3 1 udp 2130706429 0123abcd-0000-4000-8000-000000000000.local 5000 typ host',
    'a=candidate:4 1 tcp 1518280447 127.0.0.1 ' + P.ice_tcp + ' typ host tcptype passive',
    'a=candidate:5 1 tcp 1518280446 192.168.77.9 9100 typ host tcptype passive',
    'a=end-of-candidates', ''].join('\\r\\n')});
});
ice('ice', window);
ice('ice_blank', add('iframe', {}).contentWindow);
add('iframe', {srcdoc: '<p>x', onload() { ice('ice_srcdoc', this.contentWindow); }});
add('iframe', {src: 'javascript:"<p>x"', onload() { ice('ice_javascript', this.contentWindow); }});
go('written', () => { const f = add('iframe', {}); f.contentDocument.open();
  f.contentDocument.write('<p>x'); f.contentDocument.close();
  ice('ice_written', f.contentWindow); });
add('iframe', {sandbox: 'allow-scripts', srcdoc: '<script>const pc = new RTCPeerConnection(' +
  '{iceServers: [{urls: "stun:127.0.0.1:' + P.stun + '"}]}); pc.createDataChannel("x");' +
  'pc.onicecandidate = (e) => e.candidate && parent.postMessage(e.candidate.candidate, "*");' +
  'pc.createOffer().then((o) => pc.setLocalDescription(o))<' + '/script>'});
addEventListener('message', (e) => e.data && candidates.push(e.data));
addEventListener('pagehide', () => { fetch(at('keepalive'), {method: 'POST', mode: 'no-cors',
  keepalive: true, body: 'x'}); navigator.sendBeacon(at('keepalive'), 'x'); });
"""

_HEADERS = (
    "Link: <http://127.0.0.1:{preconnect_header}>; rel=preconnect, <//headed.example>; "
    "rel=dns-prefetch, <http://127.0.0.1:{preconnect_header}/x>; rel=preload; as=script\r\n"
    'Reporting-Endpoints: default="https://127.0.0.1:{report}/", '
    'main="https://reported.example/"\r\n'
    'Report-To: {{"group":"default","max_age":99,'
    '"endpoints":[{{"url":"https://127.0.0.1:{report}/"}}]}}\r\n'
    'NEL: {{"report_to":"default","max_age":99,"success_fraction":1}}\r\n'
    "Content-Security-Policy-Report-Only: img-src 'none'; report-uri http://127.0.0.1:{csp}/; "
    "report-to default\r\n"
    'Speculation-Rules: "http://127.0.0.1:{rules_header}/"\r\nUse-As-Dictionary: match="/*"\r\n'
    'X-DNS-Prefetch-Control: on\r\nAlt-Svc: h3=":{transport}"; ma=99\r\n'
)


class Site:
    """The listed site, on loopback and on a public address of this machine."""

    def __init__(self) -> None:
        self.listeners: dict[str, traffic.Listener] = {}
        self.asked: list[str] = []
        self.ports: dict[str, int] = {}

    def answer(self, data: bytes) -> bytes:
        """One answer to one request."""
        head = data.decode("latin-1")
        path = head.split(" ")[1] if head.startswith(("GET ", "POST ")) else ""
        authorization = [
            line for line in head.split("\r\n") if line.lower().startswith("authorization")
        ]
        self.asked.append(" ".join([path, *authorization]))
        name = path.partition("?")[0]
        if name == PAGE:
            script = _SCRIPT % {"ports": json.dumps(self.ports)}
            return _ok(_HTML % {**self.ports, "script": script}, _HEADERS.format(**self.ports))
        if name == "/t/redirect":
            return _head("302 Found", f"Location: http://127.0.0.1:{self.ports['redirect']}/\r\n")
        if name == "/t/secret":
            return _head("401 Unauthorized", 'WWW-Authenticate: Basic realm="x"\r\n')
        if name == "/t/service.js":
            at = f"http://127.0.0.1:{self.ports['service']}/"
            return _ok(f"fetch('{at}', {{mode: 'no-cors'}})", kind="text/javascript")
        return _ok("<title>after</title>x")


def _head(status: str, more: str, size: int = 0) -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\nConnection: close\r\n{more}\r\n"
    ).encode()


def _ok(body: str, more: str = "", kind: str = "text/html; charset=utf-8") -> bytes:
    data = body.encode()
    return _head("200 OK", f"Content-Type: {kind}\r\n{more}", len(data)) + data


def world() -> tuple[Site, traffic.Packets, dict[str, traffic.Listener]]:
    """The network with all that listens in it."""
    network.enter()
    network.add_far_host(PUBLIC)
    packets, site = traffic.Packets(), Site()
    came = {name: traffic.Listener() for name in _LISTENED}
    came |= {name: traffic.Listener(udp=True) for name in _LISTENED_UDP}
    here = traffic.Listener(answer=site.answer)
    for address in (PUBLIC, network.LAN_ADDRESS):
        traffic.Listener(address, here.port, answer=site.answer)
    traffic.Listener(PUBLIC, 443)
    site.ports = {name: listener.port for name, listener in came.items()} | {"web": here.port}
    return site, packets, came


def main(direct: bool) -> dict[str, Any]:
    """Plays it; what was seen."""
    site, packets, came = world()
    web = site.ports["web"]
    known = {"unlisted.example": [PUBLIC], "inside.example": [NEIGHBOUR]}
    rebound = {"rebound.example": [PUBLIC, "127.0.0.1"]}
    of_proxy = traffic.NameServer("127.0.0.2", {**known, **rebound})
    of_browser = traffic.NameServer("127.0.0.3", {**known, "rebound.example": [PUBLIC]})
    network.use_name_server("127.0.0.2")
    listed = [f"http://127.0.0.1:{web}/t/", f"http://rebound.example:{web}/t/"]

    from session.kiosk.web_proxy.process import WebProxy

    proxy = None if direct else WebProxy()
    if proxy is not None:
        proxy.allow(listed)
    network.use_name_server("127.0.0.3")
    seen = browse(proxy, listed, web)
    counted = proxy.allow(()) if proxy is not None else None
    return {
        "web": web,
        "proxy": proxy.port if proxy is not None else 0,
        "packets": Counter(
            f"{packet.kind} {packet.to} {packet.port}"
            for packet in packets.opened()
            if (packet.kind, packet.from_port) != ("udp", traffic.DNS_PORT)  # answers
        ),
        "came": sorted(name for name, listener in came.items() if listener.came),
        "site": site.asked,
        "names_of_proxy": sorted(set(of_proxy.asked)),
        "names_of_browser": sorted(set(of_browser.asked)),
        "connections": counted.connections if counted else 0,
        "refused": counted.refused if counted else {},
        **seen,
    }


def browse(proxy: Any, listed: list[str], web: int) -> dict[str, Any]:
    """Opens the page in the caller's browser and leaves it; what the page says."""
    from expert_app.runtime.window_program import prepare_browser
    from views.kiosk.browser.way_out import WayOut

    way_out = WayOut(port=proxy.port, secret=proxy.secret) if proxy is not None else None
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    prepare_browser(way_out.flags() if way_out is not None else ())

    import qasync
    from PyQt6.QtCore import QObject, QUrl
    from PyQt6.QtWebEngineWidgets import QWebEngineView
    from PyQt6.QtWidgets import QApplication

    from session.core.clock import SystemClock
    from session.protocol.conversation.allowed_addresses import AllowList
    from tests.support.cobrowse_stage import script
    from tests.support.waiting import until
    from views.kiosk.browser.profile import CallerWeb

    application = QApplication(sys.argv[:1])

    async def story() -> dict[str, Any]:
        owner, view = QObject(), QWebEngineView()
        web_of_caller = CallerWeb(
            AllowList(listed),
            owner,
            folder=Path(tempfile.mkdtemp()),
            clock=SystemClock(),
            way_out=way_out,
        )
        page = web_of_caller.page
        web_of_caller.profile.setUrlRequestInterceptor(None)
        view.setPage(page)
        view.show()

        async def open_page(path: str, title: str) -> None:
            page.load(QUrl(f"http://127.0.0.1:{web}{path}"))
            await until(lambda: page.title() == title)

        await open_page(PAGE, "page")
        await asyncio.sleep(5)
        text = await script(page, "JSON.stringify({out: window.out, candidates})")
        await open_page(AFTER, "after")
        await asyncio.sleep(1)
        view.setPage(None)
        answer: dict[str, Any] = json.loads(text)
        return answer

    with qasync.QEventLoop(application) as loop:
        answer: dict[str, Any] = loop.run_until_complete(story())
    return answer


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:] == ["direct"])), flush=True)
    os._exit(0)
