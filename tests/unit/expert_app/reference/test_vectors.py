# SPDX-License-Identifier: GPL-3.0-only
"""docs/vectors, read as a stranger reads them: nothing here calls their generators.

Each is computed twice, from the words of its file with plain primitives, and by the code that our
own ends run.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from zlib import crc32

import msgspec
import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from documents.printed.receipt.facts import from_letters
from documents.printed.receipt.record import names_all, read_code
from session.bus.transport.nkeys import is_signed, public_key
from session.core.spoken_letters import tidy_code
from session.protocol.codec import decode_request, decode_session, encode, encode_session
from session.protocol.conversation.messages import PageOffered
from session.protocol.conversation.mirror import FrameAssembler, Unpacker
from session.protocol.conversation.page_signing import words_of
from session.protocol.conversation.print_binding import print_binding
from session.protocol.endpoints.chunks import Assembly, chunk_bytes_for, parse_headers, split
from session.protocol.hub.enrolment import EnrolRequest
from session.protocol.hub.invitation import fingerprint_of, read_invitation
from session.protocol.hub.tickets import Ticket, ticket_digest
from tests.unit.expert_app.reference.published_vectors import Case, cases, signature_of


@pytest.mark.parametrize("case", cases("page_signature"))
def test_a_page_is_signed(case: Case) -> None:
    given, steps, result = case["given"], case["steps"], case["result"]
    at = datetime.fromisoformat(given["taken_at_utc"]).astimezone(UTC)
    time = at.strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")
    numbers = [given["sha256"], str(given["size_bytes"]), str(given["dpi"])]
    lines = ["poste-expert page 1", given["session_id"], given["page_id"], *numbers, time]
    assert lines == steps["lines"]
    text = "\n".join(lines).encode()
    assert text == bytes.fromhex(steps["signed_hex"])
    assert signature_of(given["kiosk_key"], text) == result["signature"]
    assert public_key(given["kiosk_key"]["seed"].encode()) == result["signer"]
    offer = msgspec.convert(
        {
            "page_id": given["page_id"],
            "scan_id": "s1",
            "kind": "page",
            "media_type": "image/jpeg",
            "size_bytes": given["size_bytes"],
            "sha256": given["sha256"],
            "width_px": 1,
            "height_px": 1,
            "dpi": given["dpi"],
            "chunks": 1,
            "taken_at_utc": given["taken_at_utc"],
            "type": "PageOffered",
        },
        PageOffered,
    )
    words = words_of(given["session_id"], offer)
    assert is_signed(result["signer"], words, result["signature"])
    assert not is_signed(result["signer"], words + b" ", result["signature"])


@pytest.mark.parametrize("case", cases("print_binding"))
def test_a_print_is_bound(case: Case) -> None:
    given = case["given"]
    lines = [given["session_id"], given["kiosk_key"], given["sha256"], str(given["copies"])]
    assert lines == case["steps"]["lines"]
    bound = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    session_id, key, sha256, copies = lines
    assert bound == print_binding(session_id, key, sha256, int(copies))
    assert bound == case["result"]["bound_to"]


@pytest.mark.parametrize("case", cases("enrolment_proof"))
def test_a_newcomer_proves_its_key(case: Case) -> None:
    given, steps, result = case["given"], case["steps"], case["result"]
    letters = given["typed"].upper().replace("-", "").replace(" ", "")
    code = letters.replace("O", "0").replace("I", "1").replace("L", "1")
    assert code == steps["code"] == tidy_code(given["typed"])
    text = f"poste-expert enrol {code} {given['newcomers_key']['public']}"
    assert text == steps["signed"]
    assert signature_of(given["newcomers_key"], text.encode()) == result["proof"]
    request = decode_request(EnrolRequest, result["request"].encode())
    assert (request.code, request.proof) == (code, result["proof"])
    identity = given["enrolment_identity"]
    raw = base64.b32decode(identity["seed"] + "=" * (-len(identity["seed"]) % 8))[2:34]
    assert raw == hashlib.sha256(b"poste-expert enrolment").digest()
    assert public_key(identity["seed"].encode()) == identity["public"]


@pytest.mark.parametrize("case", cases("invitation_line"))
def test_an_invitation_names_its_authority(case: Case) -> None:
    given, result = case["given"], case["result"]
    certificate = bytes.fromhex(given["certificate_der_hex"])
    digest = hashlib.sha256(certificate).hexdigest()
    assert digest == case["steps"]["sha256"]
    bits = f"{int(digest, 16):0256b}"[:140]
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    fingerprint = "".join(letters[int(bits[at : at + 5], 2)] for at in range(0, 140, 5))
    assert fingerprint == result["fingerprint"] == fingerprint_of(certificate)
    read = read_invitation(given["line"])
    assert list(read.addresses) == result["addresses"]
    assert (read.code, read.fingerprint) == (result["code"], result["fingerprint"])


@pytest.mark.parametrize("case", cases("packed_message"))
def test_a_message_is_read_packed_or_not(case: Case) -> None:
    payload = base64.b64decode(case["result"]["payload_base64"])
    is_zstd = payload.startswith(b"\x28\xb5\x2f\xfd")
    assert is_zstd == case["steps"]["is_zstd"]
    plain = zstandard.ZstdDecompressor().decompress(payload) if is_zstd else payload
    assert plain.decode() == case["given"]["json"]
    message = decode_session(payload)
    assert encode(message) == plain
    assert encode_session(message) == payload


@pytest.mark.parametrize("case", cases("mirror"))
def test_the_shared_page_is_read(case: Case) -> None:
    wanted = [payload["events"] for payload in case["given"]["payloads"]]
    sent = [
        (one["headers"], base64.b64decode(one["payload_base64"])) for one in case["result"]["sent"]
    ]
    joined: dict[int, tuple[bool, bytes]] = {}
    for headers, payload in sent:
        seq = int(headers["Frame"].split(" ")[1])
        joined[seq] = (headers.get("Start") == "1", joined.get(seq, (False, b""))[1] + payload)
    read, stream = [], zstandard.ZstdDecompressor(max_window_size=1 << 22).decompressobj()
    for _seq, (start, data) in sorted(joined.items()):
        if start:
            stream = zstandard.ZstdDecompressor(max_window_size=1 << 22).decompressobj()
        read.append(stream.decompress(data).decode())
    assert read == wanted
    assert len(joined[0][1]) > 2048  # it is in parts
    assembler, unpacker, ours = FrameAssembler(), Unpacker(), []
    for headers, payload in [*reversed(sent[:2]), *sent[2:]]:
        for frame in assembler.add(payload, headers):
            ours.append(unpacker.unpack(frame.data, start=frame.start).decode())
    assert ours == wanted


@pytest.mark.parametrize("case", cases("queue_digest"))
def test_a_queue_has_a_digest(case: Case) -> None:
    whole = ours = 0
    for ticket, text, crc in zip(
        case["given"]["tickets"], case["steps"]["texts"], case["steps"]["crc32"], strict=True
    ):
        names = ("id", "state", "service", "priority", "agent", "session", "assigned_to")
        fields = [str(ticket.get(name) or ("0" if name == "priority" else "")) for name in names]
        assert "\x1f".join(fields) == text
        assert crc32(text.encode()) == crc
        whole ^= crc
        ours ^= ticket_digest(msgspec.convert(ticket, Ticket))
    assert whole == ours == case["result"]["digest"]


@pytest.mark.parametrize("case", cases("receipt_code"))
def test_a_receipt_has_a_code(case: Case) -> None:
    given, steps, result = case["given"], case["steps"], case["result"]
    minute = datetime.fromisoformat(given["received_at"]).isoformat(timespec="minutes")
    lines = [given["dossier"], minute, *sorted(given["pieces_sha256"])]
    assert lines == steps["lines"]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    assert digest == steps["digest"]
    assert result["control_code"].replace(" ", "") == digest[:16].upper()
    count, state = str(len(given["pieces_sha256"])), "received"
    facts = [given["organisation"], given["dossier"], minute, count, digest, state]
    assert steps["signed"] == "|".join(["RECEPISSE-2", *facts])
    signed, key, signature = result["code"].removeprefix(given["verify_url"]).rsplit("|", 2)
    assert signed == steps["signed"]
    public = bytes.fromhex(given["key"]["ed25519_public_hex"])
    assert from_letters(key) == public
    Ed25519PublicKey.from_public_bytes(public).verify(from_letters(signature), signed.encode())
    code = read_code(result["code"])
    assert code is not None
    assert code.genuine
    assert names_all(code, given["pieces_sha256"])


@pytest.mark.parametrize("case", cases("chunk_plan"))
def test_an_item_is_cut(case: Case) -> None:
    given, result = case["given"], case["result"]
    data = bytes((i * 7 + i // 256) % 256 for i in range(given["size_bytes"]))
    assert hashlib.sha256(data).hexdigest() == result["sha256"]
    length = -(-len(data) // result["chunks"])
    assert length == case["steps"]["chunk_bytes"] <= case["steps"]["chunk_bytes_at_most"]
    parts = [data[at : at + length] for at in range(0, len(data), length)]
    assert len(parts) == result["chunks"]
    assert parts == split(data, chunk_bytes_for(given["kbps"]))
    for told in result["first_and_last"]:
        item, index = parse_headers(told["headers"])
        assert item == given["item_id"]
        assert len(parts[index]) == told["size_bytes"]
        assert hashlib.sha256(parts[index]).hexdigest() == told["sha256"]
    assembly = Assembly(
        given["item_id"], len(data), sha256=result["sha256"], chunks=result["chunks"]
    )
    for index, part in enumerate(parts):
        assembly.add(index, part)
    assert assembly.finish() == data
