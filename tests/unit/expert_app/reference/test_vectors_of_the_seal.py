# SPDX-License-Identifier: GPL-3.0-only
"""docs/vectors of sealed organisations, read as a stranger reads them, and by our own ends."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from session.bus.sealing.box import SealBox, Stamp, shared
from session.bus.sealing.certificates import check_certificate, desk_key_text, valid_keys
from session.bus.sealing.channel import agree
from session.bus.sealing.vault_client import vault_box
from session.bus.transport.nkeys import is_signed
from session.core.errors import SealBroken
from session.protocol.hub.seal_keys import SealCard
from session.protocol.sealing import SealRequested
from tests.unit.expert_app.reference.published_vectors import Case, cases, signature_of


def private(hexadecimal: str) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(bytes.fromhex(hexadecimal))


def agreed(mine: X25519PrivateKey, theirs: str) -> bytes:
    return mine.exchange(X25519PublicKey.from_public_bytes(base64.b64decode(theirs)))


def lines(text: list[str]) -> bytes:
    return "\n".join(text).encode()


def check_keys(steps: dict[str, str], secret: bytes, keys: list[str], purpose: str) -> str:
    """The common key as its file says; returns the epoch."""
    assert steps["secret_hex"] == secret.hex()
    assert steps["salt_of"] == "\n".join(keys)
    salt = hashlib.sha256(lines(keys)).digest()
    assert steps["salt_hex"] == salt.hex()
    info = f"poste-expert seal 1\n{purpose}"
    assert steps["info"] == info
    whole = HKDF(SHA256(), 64, salt, info.encode()).derive(secret)
    assert whole.hex() == steps["first_key_hex"] + steps["last_key_hex"]
    assert steps["epoch_of_hex"] == (salt + purpose.encode()).hex()
    return hashlib.sha256(salt + purpose.encode()).hexdigest()[:12]


@pytest.mark.parametrize("case", cases("seal"))
def test_what_is_signed_for_a_sealed_session(case: Case) -> None:
    given, steps, result = case["given"], case["steps"], case["result"]
    [key] = given["card"]["keys"]
    signer = given["organisations_signing_key"]
    names = ("key", "certifier", "first", "last")
    assert steps["card_key_lines"][2:] == [key[name] for name in names]
    assert signature_of(signer, lines(steps["card_key_lines"])) == key["signature"]
    requested = msgspec.convert(result["seal_requested"], SealRequested)
    certificate = result["seal_requested"]["certificate"]
    who = ("organisation", "role", "user", "key", "until_utc", "certifier")
    told = [certificate[name] for name in who]
    told[4] = told[4].replace("Z", "+00:00")
    assert steps["certificate_lines"] == ["poste-expert desk 1", *told]
    text = lines(steps["certificate_lines"])
    assert is_signed(certificate["certifier"], text, certificate["signature"])
    text = lines(steps["desk_key_lines"])
    assert signature_of(given["desks_nkey"], text) == result["seal_requested"]["signature"]
    card, now = msgspec.convert(given["card"], SealCard), datetime.fromisoformat(given["now_utc"])
    keys = valid_keys(given["organisation"], card, signer["public"], now)
    check_certificate(
        requested.certificate, given["organisation"], user=given["agent"], keys=keys, now=now
    )
    assert desk_key_text(given["session_id"], requested.key) == text


@pytest.mark.parametrize("case", cases("seal"))
def test_a_sealed_session_is_read_and_written(case: Case) -> None:
    given, steps, result = case["given"], case["steps"], case["result"]
    desk, kiosk = given["desks_fresh_key"], given["kiosks_fresh_key"]
    purpose = f"session\n{given['organisation']}\n{given['session_id']}"
    keys = [desk["public"], kiosk["public"]]
    secret = agreed(private(desk["private_hex"]), kiosk["public"])
    assert secret == agreed(private(kiosk["private_hex"]), desk["public"])
    epoch = check_keys(steps, secret, keys, purpose)
    assert epoch == result["epoch"]
    counts = {"desk": 0, "kiosk": 0}
    for said in result["said"]:
        counts[said["by"]] += 1
        stamp = f"{epoch}.{counts[said['by']]}"
        assert said["sent_headers"] == {"Seal": stamp}
        assert said["associated_data"] == f"{said['topic']}\n{stamp}"
        key = steps["first_key_hex" if said["by"] == "desk" else "last_key_hex"]
        nonce = counts[said["by"]].to_bytes(12, "big")
        assert nonce.hex() == said["nonce_hex"]
        plain = bytes.fromhex(said["plain_hex"])
        size = int.from_bytes(plain[:2], "big")
        assert (json.loads(plain[2 : 2 + size]) if size else {}) == said["headers"]
        assert plain[2 + size :].hex() == said["payload_hex"]
        box = ChaCha20Poly1305(bytes.fromhex(key))
        assert box.encrypt(nonce, plain, said["associated_data"].encode()).hex() == said["sent_hex"]
    pair = (keys[0], keys[1])
    desk_box = agree(private(desk["private_hex"]), keys[1], pair, purpose, opens_first=True)
    kiosk_box = agree(private(kiosk["private_hex"]), keys[0], pair, purpose, opens_first=False)
    for said in result["said"]:
        there, here = (desk_box, kiosk_box) if said["by"] == "desk" else (kiosk_box, desk_box)
        stamp_, sealed = there.seal(said["topic"], bytes.fromhex(said["plain_hex"]))
        assert (str(stamp_), sealed.hex()) == (said["sent_headers"]["Seal"], said["sent_hex"])
        assert here.open(said["topic"], stamp_, sealed).hex() == said["plain_hex"]
    for refused in result["refused"]:
        fresh = agree(private(kiosk["private_hex"]), keys[0], pair, purpose, opens_first=False)
        _must_refuse(fresh, result["said"][refused["message"]], refused)


def _must_refuse(box: SealBox, said: dict[str, Any], change: dict[str, Any]) -> None:
    sealed, stamp = bytearray.fromhex(said["sent_hex"]), Stamp.read(said["sent_headers"]["Seal"])
    if change.get("change") == "nothing":
        box.open(said["topic"], stamp, bytes(sealed))
    if "flip_byte" in change:
        sealed[change["flip_byte"]] ^= 1
    stamp = Stamp(stamp.epoch, change.get("number", stamp.number))
    with pytest.raises(SealBroken):
        box.open(change.get("topic", said["topic"]), stamp, bytes(sealed))


@pytest.mark.parametrize("case", cases("caller_number"))
def test_a_callers_number_is_for_the_vault_alone(case: Case) -> None:
    given, steps = case["given"], case["steps"]
    text = case["result"]["sealed_number"]
    assert len(text) == 108 * len(given["card_keys"])
    where = [given[name] for name in ("organisation", "kiosks_account", "kiosk")]
    info = "\n".join(["poste-expert caller number 2", *where])
    assert info == steps["info"]
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    for at, step in enumerate(steps["boxes"]):
        box = text[at * 108 : (at + 1) * 108]
        sealed = base64.b64decode(box[:44]) + base64.b64decode(box[44:])
        assert box[:44] == given["fresh_keys"][at]["public"]
        assert sealed.hex() == step["sealed_hex"]
        vaults_key = private(given["vaults_private_keys_hex"][at])
        plain = suite.decrypt(sealed, vaults_key, info.encode())
        assert plain.hex() == steps["plain_hex"]
        assert plain.rstrip(b"\0").decode() == given["number"]
        key, nonce = (bytes.fromhex(step[name]) for name in ("key_hex", "base_nonce_hex"))
        assert AESGCM(key).decrypt(nonce, sealed[32:], b"") == plain


@pytest.mark.parametrize("case", cases("vault_hello"))
def test_a_kiosk_brings_its_log_to_the_vault(case: Case) -> None:
    given, steps, result = case["given"], case["steps"], case["result"]
    kiosk, vault, fresh = (
        given[name] for name in ("kiosks_fresh_key", "vaults_key", "vaults_fresh_key")
    )
    who = [given["organisation"], "log", given["kiosks_account"], "k", given["kiosk"]]
    text = lines(["poste-expert vault hello 1", *who, vault["public"], kiosk["public"]])
    assert text.decode() == steps["signed"]
    assert signature_of(given["kiosks_nkey"], text) == result["hello"]["signature"]
    mine = private(kiosk["private_hex"])
    secrets = [agreed(mine, vault["public"]), agreed(mine, fresh["public"])]
    keys = [vault["public"], kiosk["public"], fresh["public"]]
    purpose = f"vault\n{given['organisation']}\nlog"
    epoch = check_keys(steps, b"".join(secrets), keys, purpose)
    there = ChaCha20Poly1305(bytes.fromhex(steps["first_key_hex"]))
    back = ChaCha20Poly1305(bytes.fromhex(steps["last_key_hex"]))
    proof = base64.b64decode(result["welcome"]["proof"])
    one, two = (1).to_bytes(12, "big"), (2).to_bytes(12, "big")
    assert back.decrypt(one, proof, f"Seal-Hello\n{epoch}.1".encode()) == b""
    assert result["question_headers"] == result["answer_headers"] == {"Seal": f"{epoch}.2"}
    asked = base64.b64decode(result["question_base64"])
    question = there.decrypt(two, asked, f"question\n{epoch}.2".encode())
    assert question.decode() == given["question"]
    answered = base64.b64decode(result["answer_base64"])
    answer = back.decrypt(two, answered, f"answer\n{epoch}.2".encode())
    assert answer.decode() == given["answer"]
    ours = vault_box(
        [shared(mine, vault["public"]), shared(mine, fresh["public"])],
        keys,
        given["organisation"],
        "log",
        asks=True,
    )
    assert ours.open("Seal-Hello", Stamp.read(result["welcome_headers"]["Seal"]), proof) == b""
    stamp, sealed = ours.seal("question", given["question"].encode())
    assert (str(stamp), sealed) == (f"{epoch}.2", asked)
    assert ours.open("answer", stamp, answered).decode() == given["answer"]
