# SPDX-License-Identifier: GPL-3.0-only
"""The decoders and parsers that meet bytes of others, each with good examples to begin from and the
errors that it may raise. Anything else that it raises is a finding.
"""

from __future__ import annotations

import hashlib
import io
import json
import tomllib
import zipfile
from datetime import UTC, date, datetime
from functools import cache

import msgspec
import pikepdf
import zstandard
from PIL import Image

from documents.imaging.pictures import open_picture
from documents.pdf.assemble import assemble
from documents.pdf.check import inspect_pdf
from documents.pdf.given_pdf import flatten
from documents.pdf.provenance import Origin, PageOrigin, seal, verify
from documents.pdf.text_layer import parse_words
from documents.printed.export_file import SEAL, SUMS, check_export, is_export
from documents.workers import Limits, Workers
from expert_app.backup.archive import (
    BackupDamaged,
    BackupFormatUnknown,
    BackupNotSigned,
    reading,
    writing,
)
from expert_app.register.csv_file import CsvRefused, read_csv
from expert_app.runtime.notary import notary_of
from session.bus.transport.nats_client import headers_of
from session.bus.transport.nkeys import new_seed
from session.core.errors import SessionError
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.problems import CatalogueWrong
from session.kiosk.cobrowse.mirror_filter import filter_events
from session.kiosk.cobrowse.web_rules import may_frame, may_load, why_refused
from session.kiosk.drivers import ipp_codec
from session.kiosk.drivers.escl_messages import parse_capabilities, parse_status
from session.kiosk.drivers.jpeg_header import jpeg_size
from session.log.page_structure import PageStructure
from session.log.reader import read_log
from session.masking.numbers import mask
from session.media import ice, sdp
from session.media.video import av1_payload
from session.protocol import codec
from session.protocol.conversation import mirror
from session.protocol.conversation.allowed_addresses import AllowList, without_query
from session.protocol.conversation.messages import Grant, GrantChanged
from session.protocol.endpoints.chunks import Assembly, parse_headers
from session.protocol.hub.invitation import read_invitation
from session.protocol.verbs import ALL_VERBS
from tests.fuzz.ends import ENDS
from tests.fuzz.files import FILES
from tests.fuzz.target import FOLDER, FuzzTarget, file_of
from tests.support.hub_world import catalogue_text

MOST_BYTES = 64 * 1024
"""Longer examples find nothing that shorter ones do not."""


# ---- messages ----

_GRANT = codec.encode_session(
    GrantChanged(grant=Grant.SCAN, allowed=True, at_utc=datetime(2026, 3, 2, 9, tzinfo=UTC))
)
_REQUEST = (
    b'{"type":"call","request_id":"abc","service":"rights","v":1,"session_id":"abc12345",'
    b'"number":"D-1","after":0,"first":-1,"records":[{}],"upload_id":"u","offset":0,"data":"AAAA"}'
)
_REQUESTS = list(ALL_VERBS.values())


def _all_requests(data: bytes) -> None:
    for kind in _REQUESTS:
        try:
            codec.decode_request(kind, data)
        except SessionError:
            continue


def _chunk(data: bytes) -> None:
    head, _, body = data.partition(b"\n")
    item, index, size, chunks, *_rest = [*head.decode("latin-1").split(" "), "", "", "", ""]
    item_id, place = parse_headers({"Item": item, "Index": index})
    if len(size) < 15 and size.isdecimal() and len(chunks) < 15 and chunks.isdecimal():
        page = Assembly(item_id, int(size), sha256="0" * 64, chunks=int(chunks))
        page.add(place, body)
        page.missing()


# ---- the shared page ----

_EVENTS = json.dumps(
    [
        {
            "type": 4,
            "data": {"href": "https://x.example/", "width": 1, "height": 1},
            "timestamp": 1,
        },
        {
            "type": 2,
            "data": {
                "node": {
                    "type": 0,
                    "id": 1,
                    "childNodes": [
                        {
                            "type": 2,
                            "tagName": "p",
                            "attributes": {"title": "1 85 05 78 006 084 36", "contenteditable": ""},
                            "id": 2,
                            "childNodes": [
                                {"type": 3, "textContent": "FR76 3000 6000 0112", "id": 3}
                            ],
                        }
                    ],
                },
                "initialOffset": {"left": 0, "top": 0},
            },
            "timestamp": 1,
        },
        {
            "type": 3,
            "data": {
                "source": 0,
                "texts": [{"id": 3, "value": "x"}],
                "removes": [],
                "adds": [],
                "attributes": [{"id": 2, "attributes": {"style": {"a": "b"}}}],
            },
            "timestamp": 2,
        },
        {
            "type": 5,
            "data": {"tag": "canvas", "payload": {"id": 3, "url": "data:,"}},
            "timestamp": 4,
        },
    ]
).encode()


def _unpack_stream(data: bytes) -> None:
    mirror.Unpacker().unpack(data, start=True)


def _frames(data: bytes) -> None:
    assembler = mirror.FrameAssembler()
    for line in data.split(b"\n"):
        frame, _, start = line.decode("latin-1").partition("|")
        assembler.add(line[:64], {"Frame": frame, "Start": start})


_LISTED = AllowList(["https://www.example.fr/espace/", "https://*.exemple.fr/"])


def _addresses(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    _LISTED.allows(text)
    without_query(text)
    may_load(text, "https://www.example.fr/", _LISTED)
    may_frame(text, "https://www.example.fr/", _LISTED)
    why_refused(text, _LISTED)
    AllowList([text]).allows(text)


# ---- devices ----

_IPP = ipp_codec.encode(
    ipp_codec.Message(
        code=0,
        request_id=1,
        groups=(
            (1, ipp_codec.operation_attributes(a=ipp_codec.keyword("x", "y"))),
            (
                4,
                {
                    "media-col": ipp_codec.Attribute(
                        ipp_codec.Tag.BEGIN_COLLECTION,
                        (
                            {
                                "m": ipp_codec.integer(3),
                                "r": ipp_codec.Attribute(ipp_codec.Tag.RESOLUTION, ((1, 2, 3),)),
                            },
                        ),
                    ),
                    "n": ipp_codec.name_value("é"),
                    "b": ipp_codec.boolean(True),
                },
            ),
        ),
    )
)
_ESCL = "http://schemas.hp.com/imaging/escl/2011/05/03"
_PWG = "http://www.pwg.org/schemas/2010/12/sm"
_CAPABILITIES = (
    f'<?xml version="1.0"?><s:ScannerCapabilities xmlns:s="{_ESCL}" xmlns:p="{_PWG}">'
    "<p:Version>2.6</p:Version><p:MakeAndModel>x</p:MakeAndModel><s:Platen><s:PlatenInputCaps>"
    "<s:MaxWidth>2550</s:MaxWidth><s:MaxHeight>3508</s:MaxHeight><s:SettingProfiles>"
    "<s:SettingProfile><s:SupportedResolutions><s:DiscreteResolutions><s:DiscreteResolution>"
    "<s:XResolution>300</s:XResolution></s:DiscreteResolution></s:DiscreteResolutions>"
    "</s:SupportedResolutions></s:SettingProfile></s:SettingProfiles></s:PlatenInputCaps>"
    "</s:Platen></s:ScannerCapabilities>"
).encode()
_STATUS = (
    f'<?xml version="1.0"?><s:ScannerStatus xmlns:s="{_ESCL}" xmlns:p="{_PWG}">'
    "<p:State>Idle</p:State><s:AdfState>ScannerAdfLoaded</s:AdfState><s:Jobs><s:JobInfo>"
    "<p:JobUri>/eSCL/ScanJobs/1</p:JobUri><p:JobState>Completed</p:JobState>"
    "<s:ImagesToTransfer>1</s:ImagesToTransfer></s:JobInfo></s:Jobs></s:ScannerStatus>"
).encode()
_ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">'
    f'<!ENTITY y "&x;&x;">]><s:ScannerStatus xmlns:s="{_ESCL}">&y;</s:ScannerStatus>'
).encode()


def _capabilities(data: bytes) -> None:
    told = parse_capabilities(data)
    if told.flatbed:
        told.flatbed.nearest_dpi(300)
        told.flatbed.clamped(told.flatbed.whole())


# ---- the call ----

_SDP = "\r\n".join(
    [
        "v=0",
        "o=- 1 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0 1",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "c=IN IP4 0.0.0.0",
        "a=ice-ufrag:abcd",
        "a=ice-pwd:abcdefghijklmnopqrstuvwx",
        "a=fingerprint:sha-256 " + ":".join(["AA"] * 32),
        "a=setup:actpass",
        "a=mid:0",
        "a=sendrecv",
        "a=rtcp-mux",
        "a=rtpmap:111 opus/48000/2",
        "a=fmtp:111 minptime=10;useinbandfec=1",
        "a=candidate:1 1 udp 2130706431 192.168.1.2 4000 typ host",
        "m=video 9 UDP/TLS/RTP/SAVPF 96 97 45",
        "c=IN IP4 0.0.0.0",
        "a=mid:1",
        "a=rtcp-mux",
        "a=rtpmap:96 VP8/90000",
        "a=rtcp-fb:96 nack pli",
        "a=rtpmap:97 rtx/90000",
        "a=fmtp:97 apt=96",
        "a=rtpmap:45 AV1/90000",
        "a=fmtp:45 profile=0",
        "",
    ]
).encode()


def _description(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    sdp.check_offer(text)
    text = sdp.in_order(sdp.without_local_names(text), ["av1", "vp8"])
    sdp.with_line_hints(text, start_kbps=1, max_kbps=2, voice_bps=3)
    sdp.lean(text)
    ice.allowed_candidates(text, ice.IcePlan(networks=("10.0.0.0/8",)))
    ice.has_relay(text)


_OBU = bytes([0x0A, 0x0B]) + b"0123456789a" + bytes([0x32, 0x90, 0x01]) + b"z" * 144


def _av1(data: bytes) -> None:
    av1_payload.join(data.split(b"\x00\x01"))
    av1_payload.packetize(data, 50)


# ---- files ----


def _picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("L", (60, 80), 200).save(out, kind)
    return out.getvalue()


def _pdf() -> bytes:
    out = io.BytesIO()
    with pikepdf.Pdf.new() as pdf:
        pdf.add_blank_page(page_size=(200, 200))
        pdf.save(out)
    return out.getvalue()


def _sealed_pdf() -> bytes:
    at, key = datetime(2026, 3, 2, 9, tzinfo=UTC), new_seed()
    page = PageOrigin(page_id="p1", scanned_sha256="1" * 64, scanned_bytes=9, dpi=300)
    origin = Origin(organisation="caf", session="s1", made_at_utc=at, pages=(page,))
    made = assemble([_picture("JPEG")], "x", at, origin=origin)
    notary = notary_of(key)
    return seal(made, notary.public_key, notary.sign)


def _export() -> bytes:
    out, document = io.BytesIO(), b"%PDF-1.7 x" * 20
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("documents/01_a.pdf", document)
        file.writestr(SUMS, f"{hashlib.sha256(document).hexdigest()}  documents/01_a.pdf\n")
        file.writestr(SEAL, '{"key":"' + "A" * 43 + '=","signature":"AAAA"}')
    return out.getvalue()


class _Facts(msgspec.Struct):
    a: int = 1


def _backup() -> bytes:
    path = FOLDER / "backup"
    with writing(path, new_seed()) as written:
        with written.part("files/x") as write:
            write(b"hello" * 100)
        with written.part("history") as write:
            write(b"{}")
        written.finish(_Facts())
    return path.read_bytes()


def _read_backup(data: bytes) -> None:
    with reading(file_of(data)) as found:
        for name in found.names:
            found.whole(name)


@cache
def _workers() -> Workers:
    """As the programs do: qpdf and pdfium end now and then, and take nothing but a worker along."""
    return Workers(limits=Limits(memory_mb=1200, task_cpu_s=15))


def _read_pdf(data: bytes) -> None:
    _workers().submit(inspect_pdf, data, validate=False).result()


def _read_given_pdf(data: bytes) -> None:
    _workers().submit(flatten, data, 2).result()


def _read_sealed_pdf(data: bytes) -> None:
    _workers().submit(verify, data).result()


def _read_export(data: bytes) -> None:
    path = file_of(data)
    if is_export(path):
        check_export(path)


_LOG = (
    b'{"format":1,"session_id":"abcdefgh"}\n{"writer":"k.kiosk1","seq":0,'
    b'"at_utc":"2026-01-01T00:00:00Z","mono_s":1.0,"event":{"type":"call_started"}}\n'
)
_CSV = "numero;nom;prenoms;naissance\nD-1;Garance;Éloïse;14/05/1988\n".encode()
_WORDS = b"level\tleft\ttop\twidth\theight\tconf\ttext\n5\t1\t2\t3\t4\t96.5\tGarance\n"

TARGETS = (
    FuzzTarget(
        "session-message",
        codec.decode_session,
        (_GRANT, zstandard.ZstdCompressor().compress(_GRANT)),
        (SessionError,),
    ),
    FuzzTarget(
        "hub-event",
        codec.decode_event,
        (b'{"type":"ticket_changed","ticket":{}}',),
        (SessionError,),
    ),
    FuzzTarget("request", _all_requests, (_REQUEST,)),
    FuzzTarget(
        "message-headers", headers_of, (b"NATS/1.0\r\nItem: a\r\n\r\n", b"NATS/1.0 503\r\n")
    ),
    FuzzTarget("chunk", _chunk, (b"abcdefgh12 3 40 4\n0123456789",), (SessionError,)),
    FuzzTarget(
        "page-filter",
        lambda data: filter_events(mirror.decode_events(data)),
        (_EVENTS,),
        (SessionError,),
    ),
    FuzzTarget(
        "page-text",
        lambda data: mask(data.decode("utf-8", "replace")),
        (b"1 85 05 78 006 084 36", b"FR76 3000 6000 0112 3456 7890 189", b'"\\"' * 20),
    ),
    FuzzTarget("page-record", PageStructure().keep, (_EVENTS,)),
    FuzzTarget(
        "page-stream",
        _unpack_stream,
        (mirror.Packer().pack(_EVENTS, start=True),),
        (SessionError,),
    ),
    FuzzTarget(
        "page-frames", _frames, (b"1 2 0 3|1\n1 2 1 3|1", b"9 1 4095 4096|"), (SessionError,)
    ),
    FuzzTarget(
        "address",
        _addresses,
        (
            b"https://www.example.fr/espace/x?y#z",
            b"https://user:pw@[::1]:443/",
            b"http://xn--nxasmq6b.fr:99999/%2e%2e/",
        ),
    ),
    FuzzTarget("ipp", ipp_codec.decode, (_IPP,), (ipp_codec.IppMalformed,)),
    FuzzTarget("escl-capabilities", _capabilities, (_CAPABILITIES, _ENTITIES), (SessionError,)),
    FuzzTarget("escl-status", parse_status, (_STATUS, _ENTITIES), (SessionError,)),
    FuzzTarget("jpeg-header", jpeg_size, (_picture("JPEG"),), (SessionError,)),
    FuzzTarget("sdp", _description, (_SDP,), (SessionError,)),
    FuzzTarget("av1", _av1, (_OBU, b"\x00\x01".join(av1_payload.packetize(_OBU))), (ValueError,)),
    FuzzTarget(
        "picture", open_picture, tuple(map(_picture, ("JPEG", "PNG", "TIFF"))), (SessionError,)
    ),
    FuzzTarget("pdf", _read_pdf, (_pdf(),), (SessionError,)),
    FuzzTarget("given-pdf", _read_given_pdf, (_pdf(),), (SessionError,)),
    FuzzTarget("sealed-pdf", _read_sealed_pdf, (_sealed_pdf(),), (SessionError,)),
    FuzzTarget("words-found", lambda data: parse_words(data.decode("utf-8", "replace")), (_WORDS,)),
    FuzzTarget("export", _read_export, (_export(),), (OSError,)),
    FuzzTarget(
        "backup", _read_backup, (_backup(),), (BackupDamaged, BackupNotSigned, BackupFormatUnknown)
    ),
    FuzzTarget(
        "log",
        lambda data: read_log(file_of(data)),
        (_LOG, zstandard.ZstdCompressor().compress(_LOG)),
        (SessionError,),
    ),
    FuzzTarget(
        "convention",
        lambda data: Catalogue.parse(data.decode("utf-8", "replace")),
        (catalogue_text().encode(),),
        (CatalogueWrong, tomllib.TOMLDecodeError),
    ),
    FuzzTarget(
        "csv-import",
        lambda data: read_csv(file_of(data), today=date(2026, 3, 2)),
        (_CSV,),
        (CsvRefused,),
    ),
    FuzzTarget(
        "invitation",
        lambda data: read_invitation(data.decode("utf-8", "replace")),
        (b"tls://hub.example:4222#7JFY-7YNS-AAAA-BBBB-CCCC-DDDD-EEEE-FFFF",),
        (SessionError,),
    ),
    *ENDS,
    *FILES,
)
"""All of them; `make fuzz` and `test_targets.py` walk this table."""
