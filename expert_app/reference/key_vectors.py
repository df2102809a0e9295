# SPDX-License-Identifier: GPL-3.0-only
"""Vectors of keys: enrolment, an organisation's seal, a caller's number, the vault's hello.
Used by `expert_app.reference.vectors`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from expert_app.reference.fixed_keys import (
    Case,
    case,
    exchange,
    nkey,
    seed,
    text64,
    vault_secret,
    x25519,
)
from session.bus.sealing.box import SealBox, public_text, shared
from session.bus.sealing.certificates import certify, desk_key_text, sign_seal_key
from session.bus.sealing.channel import agree
from session.bus.sealing.sealed_number import LENGTH_BYTES, box_text, number_info, open_number
from session.bus.sealing.vault_client import (
    ANSWERED,
    ASKED,
    HELLO_HEADER,
    Caller,
    hello_text,
    vault_box,
)
from session.bus.transport.nkeys import enrolment_seed, public_key, sign
from session.core.spoken_letters import tidy_code
from session.protocol.codec import encode
from session.protocol.conversation.messages import Grant, GrantChanged, GrantRequested
from session.protocol.hub.enrolment import EnrolRequest, proof_text
from session.protocol.hub.invitation import fingerprint_of, read_invitation
from session.protocol.hub.log import LogAck, LogAppend
from session.protocol.hub.seal_keys import DeskCertificate, SealKey
from session.protocol.sealing import (
    Part,
    SealOffered,
    SealRequested,
    VaultCall,
    VaultHello,
    VaultWelcome,
)
from session.protocol.wire.roles import Role

ORGANISATION, AGENT, KIOSK = "caf", "alice", "kiosk1"
SESSION = "0f3a91c2d4e5f6a7_9b1c"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def enrolment() -> list[Case]:
    """EnrolRequest: the code as it is compared, and the proof, Ed25519 of `signed`, base64. The
    identity that connects is the same for all newcomers.
    """
    return [_enrol(code) for code in ("QS2V-BF20", "qs2v bf2o", "7JFY-7YNS-4C9X")]


def _enrol(typed: str) -> Case:
    code, key = tidy_code(typed), public_key(seed("newcomer"))
    text = proof_text(code, key)
    proof = sign(seed("newcomer"), text)
    message = EnrolRequest(code=code, key=key, proof=proof, roles=(Role.KIOSK,))
    return case(
        typed,
        {
            "typed": typed,
            "newcomers_key": nkey("newcomer"),
            "enrolment_identity": {
                "seed": enrolment_seed().decode(),
                "public": public_key(enrolment_seed()),
            },
        },
        {"code": code, "signed": text.decode()},
        {"proof": proof, "subject": "svc.enrol", "request": encode(message).decode()},
    )


def invitations() -> list[Case]:
    """The authority's fingerprint: the first 140 bits of the SHA-256 of its certificate, in 28
    letters of Crockford's base 32, the most significant first.
    """
    certificate = b"".join(hashlib.sha256(bytes((n,))).digest() for n in range(20))
    letters = fingerprint_of(certificate)
    line = f"tls://hub.example:4222#7jfy-7yns{letters.lower()}"
    read = read_invitation(line)
    return [
        case(
            "a line with a fingerprint",
            {"line": line, "certificate_der_hex": certificate.hex()},
            {"sha256": hashlib.sha256(certificate).hexdigest()},
            {"addresses": read.addresses, "code": read.code, "fingerprint": read.fingerprint},
        )
    ]


# ---- a sealed session


def _key_steps(secret: bytes, keys: str, purpose: str) -> dict[str, str]:
    salt = hashlib.sha256(keys.encode()).digest()
    info = f"poste-expert seal 1\n{purpose}".encode()
    key_bytes = HKDF(SHA256(), 64, salt, info).derive(secret)
    return {
        "secret_hex": secret.hex(),
        "salt_of": keys,
        "salt_hex": salt.hex(),
        "info": info.decode(),
        "first_key_hex": key_bytes[:32].hex(),
        "last_key_hex": key_bytes[32:].hex(),
        "epoch_of_hex": (salt + purpose.encode()).hex(),
    }


_SAID: tuple[tuple[str, str, dict[str, str], bytes], ...] = (
    ("desk", "grant", {}, encode(GrantRequested(grant=Grant.SCAN, request_id="ask1"))),
    ("desk", "chunk", {"Item": "r1Kd5ZbNs3eHu6Qg", "Index": "0"}, b"%PDF-1.7 invented"),
    (
        "kiosk",
        "grant",
        {},
        encode(GrantChanged(grant=Grant.SCAN, allowed=False, at_utc=NOON, request_id="ask1")),
    ),
)


def _sealed(box: SealBox, who: str, topic: str, headers: dict[str, str], payload: bytes) -> Any:
    if headers:
        text = json.dumps(headers).encode()
    else:
        text = b""
    plain = len(text).to_bytes(2, "big") + text + payload
    stamp, sealed = box.seal(topic, plain)
    return {
        "by": who,
        "topic": topic,
        "headers": headers,
        "payload_hex": payload.hex(),
        "plain_hex": plain.hex(),
        "nonce_hex": stamp.number.to_bytes(12, "big").hex(),
        "associated_data": f"{topic}\n{stamp}",
        "sent_headers": {"Seal": str(stamp)},
        "sent_hex": sealed.hex(),
    }


def seal() -> list[Case]:
    """A sealed session: what is signed (`..._lines`, joined by line feeds), the common key, and
    three messages as they are sent. The first key is the desk's, the last the kiosk's. Each of
    `refused` is a change of one of `said` that must not be taken.
    """
    card_key, certificate = _seal_key(), _desk_certificate()
    desk, kiosk = exchange("desk fresh"), exchange("kiosk fresh")
    desk_key, kiosk_key = public_text(desk), public_text(kiosk)
    request = SealRequested(
        key=desk_key,
        certificate=certificate,
        signature=sign(seed("desk"), desk_key_text(SESSION, desk_key)),
    )
    purpose = f"session\n{ORGANISATION}\n{SESSION}"
    keys = (desk_key, kiosk_key)
    ends = {
        "desk": agree(desk, kiosk_key, keys, purpose, opens_first=True),
        "kiosk": agree(kiosk, desk_key, keys, purpose, opens_first=False),
    }
    said = [_sealed(ends[who], who, *rest) for who, *rest in _SAID]  # type: ignore[arg-type]
    return [
        case(
            "a sealed session",
            {
                "organisation": ORGANISATION,
                "session_id": SESSION,
                "agent": AGENT,
                "now_utc": NOON.isoformat(),
                "organisations_signing_key": nkey("convention"),
                "card": {"organisation": ORGANISATION, "keys": [json_of(card_key)]},
                "desks_nkey": nkey("desk"),
                "desks_fresh_key": x25519("desk fresh"),
                "kiosks_fresh_key": x25519("kiosk fresh"),
            },
            {
                **_signed_lines(card_key, certificate),
                "desk_key_lines": ["poste-expert desk key 1", SESSION, desk_key],
                **_key_steps(shared(desk, kiosk_key), f"{desk_key}\n{kiosk_key}", purpose),
            },
            {
                "seal_requested": json_of(request),
                "seal_offered": json_of(SealOffered(desk_key=desk_key, key=kiosk_key)),
                "epoch": ends["desk"].epoch,
                "said": said,
                "refused": _CHANGES,
            },
        )
    ]


def _seal_key() -> SealKey:
    return sign_seal_key(
        ORGANISATION,
        vault_secret("vault"),
        first=date(2026, 1, 1),
        last=date(2026, 6, 30),
        signing_seed=seed("convention"),
    )


def _desk_certificate() -> DeskCertificate:
    return certify(
        vault_secret("vault"),
        ORGANISATION,
        role=Role.AGENT,
        user=AGENT,
        key=public_key(seed("desk")),
        now=NOON,
    )


_CHANGES: list[dict[str, object]] = [
    {"why": "the same number again", "message": 0, "change": "nothing"},
    {"why": "another topic", "message": 0, "topic": "device"},
    {"why": "a changed byte", "message": 1, "flip_byte": 0},
    {"why": "another number", "message": 1, "number": 9},
]


def _signed_lines(card_key: SealKey, certificate: DeskCertificate) -> dict[str, list[str]]:
    """Return what the organisation signs of its own key, and of the desk's."""
    key_lines = ["poste-expert seal key 1", ORGANISATION, card_key.key, card_key.certifier]
    who_lines = [ORGANISATION, certificate.role, AGENT, certificate.key]
    until = certificate.until_utc.isoformat()
    return {
        "card_key_lines": [*key_lines, str(card_key.first), str(card_key.last)],
        "certificate_lines": ["poste-expert desk 1", *who_lines, until, certificate.certifier],
    }


def json_of(message: msgspec.Struct) -> Any:
    """A struct as plain JSON values."""
    return json.loads(msgspec.json.encode(message))


def caller_number() -> list[Case]:
    """TicketRequested.sealed_number: for each key of the card 108 letters, the encapsulated key and
    the ciphertext of HPKE (RFC 9180).
    """
    return [_number(("vault",)), _number(("vault", "older vault"))]


def _number(names: tuple[str, ...]) -> Case:
    secrets = [vault_secret(name) for name in names]
    fresh = [f"number {n}" for n in range(len(names))]
    info = number_info(ORGANISATION, "mairies", KIOSK)
    boxes = [
        _hpke(exchange(name), secret.key, info) for name, secret in zip(fresh, secrets, strict=True)
    ]
    text = "".join(box_text(bytes.fromhex(box["sealed_hex"])) for box in boxes)
    where = {"organisation": ORGANISATION, "home": "mairies", "kiosk": KIOSK}
    assert all(open_number(text, [secret], **where) == "1234567" for secret in secrets)
    return case(
        f"keys of the card: {len(names)}",
        {
            "number": "1234567",
            "organisation": ORGANISATION,
            "kiosks_account": "mairies",
            "kiosk": KIOSK,
            "card_keys": [secret.key for secret in secrets],
            "vaults_private_keys_hex": [
                secret.exchange.private_bytes_raw().hex() for secret in secrets
            ],
            "fresh_keys": [x25519(name) for name in fresh],
        },
        {"plain_hex": _PLAIN.hex(), "info": info.decode(), "boxes": boxes},
        {"sealed_number": text},
    )


_PLAIN = b"1234567".ljust(LENGTH_BYTES, b"\0")
_KEM, _HPKE = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x02"


def _hpke(mine: X25519PrivateKey, key: str, info: bytes) -> dict[str, str]:
    """The steps of RFC 9180, base mode, with a fresh key that is told beforehand, which no library
    takes: sections 4 (labels), 4.1 (DHKEM) and 5.1 (key schedule).
    """
    encapsulated = base64.b64decode(public_text(mine))
    agreed = _labelled(_KEM, b"eae_prk", shared(mine, key))
    both = encapsulated + base64.b64decode(key)
    secret = _expanded(agreed, b"", _labelled(_KEM, b"shared_secret", both), 32)
    context = b"\0" + _extracted(b"psk_id_hash", b"") + _extracted(b"info_hash", info)
    start = _labelled(_HPKE, b"secret", b"")
    cipher_key = _expanded(start, secret, _labelled(_HPKE, b"key", context), 32)
    nonce = _expanded(start, secret, _labelled(_HPKE, b"base_nonce", context), 12)
    sealed = encapsulated + AESGCM(cipher_key).encrypt(nonce, _PLAIN, b"")
    return {
        "shared_secret_hex": secret.hex(),
        "key_hex": cipher_key.hex(),
        "base_nonce_hex": nonce.hex(),
        "sealed_hex": sealed.hex(),
    }


def _labelled(suite: bytes, label: bytes, data: bytes) -> bytes:
    return b"HPKE-v1" + suite + label + data


def _extracted(label: bytes, data: bytes) -> bytes:
    return hmac.digest(bytes(32), _labelled(_HPKE, label, data), "sha256")


def _expanded(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, length.to_bytes(2, "big") + info).derive(material)


def vault_hello() -> list[Case]:
    """The way in which a kiosk brings its log to an organisation's vault. The first key is the
    kiosk's, the last the vault's.
    """
    caller = Caller("mairies", Role.KIOSK, KIOSK)
    vault, mine, theirs = vault_secret("vault"), exchange("hello"), exchange("welcome")
    keys = (vault.key, public_text(mine), public_text(theirs))
    text = hello_text(ORGANISATION, Part.LOG, caller, vault_key=vault.key, key=keys[1])
    signature = sign(seed(KIOSK), text)
    hello = VaultHello(
        vault_key=vault.key, key=keys[1], signer=public_key(seed(KIOSK)), signature=signature
    )
    secrets = (shared(mine, vault.key), shared(mine, keys[2]))
    purpose = f"vault\n{ORGANISATION}\n{Part.LOG.value}"
    ours = vault_box(secrets, keys, ORGANISATION, Part.LOG, asks=True)
    vault_end = vault_box(secrets, keys, ORGANISATION, Part.LOG, asks=False)
    proof_stamp, proof = vault_end.seal(HELLO_HEADER, b"", 1)
    body = encode(LogAppend(session_id=SESSION, first=0, records=[msgspec.Raw(b"{}")]))
    question = msgspec.json.encode(VaultCall(verb="log", body=msgspec.Raw(body)))
    asked_stamp, sealed_question = ours.seal(ASKED, question)
    answer = encode(LogAck(next=1))
    _stamp, answered = vault_end.seal(ANSWERED, answer, asked_stamp.number)
    return [
        case(
            "a kiosk asks the log keeper of another account",
            {
                "organisation": ORGANISATION,
                "kiosks_account": "mairies",
                "kiosk": KIOSK,
                "kiosks_nkey": nkey(KIOSK),
                "vaults_key": {
                    "private_hex": vault.exchange.private_bytes_raw().hex(),
                    "public": vault.key,
                },
                "kiosks_fresh_key": x25519("hello"),
                "vaults_fresh_key": x25519("welcome"),
                "question": question.decode(),
                "answer": answer.decode(),
            },
            {
                "signed": text.decode(),
                **_key_steps(b"".join(secrets), "\n".join(keys), purpose),
                "proof_associated_data": f"{HELLO_HEADER}\n{proof_stamp}",
                "question_associated_data": f"{ASKED}\n{asked_stamp}",
                "answer_associated_data": f"{ANSWERED}\n{asked_stamp}",
            },
            {
                "subject": f"vto.{ORGANISATION}.k.{KIOSK}.log",
                "hello_headers": {HELLO_HEADER: "1"},
                "hello": json_of(hello),
                "welcome_headers": {"Seal": str(proof_stamp)},
                "welcome": json_of(VaultWelcome(key=keys[2], proof=proof)),
                "question_headers": {"Seal": str(asked_stamp)},
                "question_base64": text64(sealed_question),
                "answer_headers": {"Seal": str(asked_stamp)},
                "answer_base64": base64.b64encode(answered).decode(),
            },
        )
    ]
