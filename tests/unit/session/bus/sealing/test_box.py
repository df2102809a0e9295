# SPDX-License-Identifier: GPL-3.0-only
"""Boxes, windows, cards and pins: what opens, and what is refused with which word."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from session.bus.sealing.box import WINDOW, SealBox, Stamp, Window, public_text, shared
from session.bus.sealing.certificates import VaultSecret, sign_seal_key, valid_keys
from session.bus.sealing.pinned_keys import PinnedKeys
from session.bus.sealing.sealed_number import open_number, seal_number
from session.bus.transport.nkeys import new_seed, public_key
from session.core.clock import ManualClock
from session.core.errors import CallerNumberInvalid, SealBroken, SealKeyOld, SealKeyRefused
from session.protocol.codec import decode_request, encode
from session.protocol.hub.requests import TicketRequested
from session.protocol.hub.seal_keys import SealCard, SealKey
from tests.support.sealed_world import new_secret

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
TODAY = NOW.date()


def boxes(purpose: str = "p") -> tuple[SealBox, SealBox]:
    one, other = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    keys = f"{public_text(one)}\n{public_text(other)}"
    first = SealBox(shared(one, public_text(other)), keys, purpose=purpose, opens_first=True)
    return first, SealBox(shared(other, public_text(one)), keys, purpose=purpose, opens_first=False)


def test_each_direction_opens_at_the_other_end_only() -> None:
    desk, kiosk = boxes()
    stamp, sealed = desk.seal("mirror", b"words")
    assert kiosk.open("mirror", stamp, sealed) == b"words"
    with pytest.raises(SealBroken, match="changed"):
        desk.open("mirror", stamp, sealed)  # led back to its sender
    stamp, sealed = kiosk.seal("mirror", b"words")
    assert b"words" not in sealed
    assert desk.open("mirror", stamp, sealed) == b"words"


def test_what_was_sealed_for_another_subject_or_number_does_not_open() -> None:
    desk, kiosk = boxes()
    stamp, sealed = desk.seal("chunk", b"page")
    with pytest.raises(SealBroken, match="changed"):
        kiosk.open("mirror", stamp, sealed)
    with pytest.raises(SealBroken, match="changed"):
        kiosk.open("chunk", Stamp(stamp.epoch, stamp.number + 1), sealed)
    assert kiosk.open("chunk", stamp, sealed) == b"page"


def test_another_purpose_or_another_key_is_another_box() -> None:
    stamp, sealed = boxes("session 1")[0].seal("chunk", b"page")
    for other in (boxes("session 1")[1], boxes("session 2")[1]):
        assert other.epoch != stamp.epoch
        with pytest.raises(SealBroken, match="changed"):
            other.open("chunk", stamp, sealed)


def test_numbers_come_once_in_any_order_and_not_too_late() -> None:
    window = Window()
    for number in (3, 1, 2, WINDOW + 2):
        window.check(number)
        window.note(number)
    for number in (0, 1, 2, 3, WINDOW + 2):
        with pytest.raises(SealBroken, match="twice"):
            window.check(number)
    window.check(4)
    with pytest.raises(SealBroken, match="twice"):
        window.check(2)


def test_a_forged_number_does_not_move_the_window() -> None:
    desk, kiosk = boxes()
    stamp, sealed = desk.seal("chunk", b"page")
    with pytest.raises(SealBroken, match="changed"):
        kiosk.open("chunk", Stamp(stamp.epoch, 10**17), sealed)
    assert kiosk.open("chunk", stamp, sealed) == b"page"


def test_a_number_far_ahead_costs_no_memory() -> None:
    """The other end chooses it: a window that grew with it would take gigabytes."""
    window = Window()
    for number in (1, 2, 10**11, 10**11 - 1, 10**18 - 1):
        window.check(number)
        window.note(number)
    for number in (2, 10**11, 10**18 - 1):
        with pytest.raises(SealBroken, match="twice"):
            window.check(number)
    window.check(10**18 - 2)


@pytest.mark.parametrize(
    "header", ["", "x", "abc.1", "abcdefabcdef.", "abcdefabcdef.-1", "abcdefabcdef." + "9" * 19]
)
def test_a_stamp_that_is_none_is_refused(header: str) -> None:
    with pytest.raises(SealBroken, match="stamp"):
        Stamp.read(header)


def test_a_key_that_gives_zeros_is_refused() -> None:
    with pytest.raises(SealBroken, match="key"):
        shared(X25519PrivateKey.generate(), "A" * 43 + "=")


def test_a_secret_always_gives_the_same_two_keys_and_nonsense_none() -> None:
    text = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
    assert (VaultSecret(text).key, VaultSecret(text).certifier) == (
        VaultSecret(text).key,
        VaultSecret(text).certifier,
    )
    for nonsense in (b"", b"QUJD", b"\xff", b"not base64 at all"):
        with pytest.raises(ValueError, match=r"\w"):
            VaultSecret(nonsense)


# ---- cards and pins


class Organisation:
    def __init__(self) -> None:
        self.seed = new_seed()
        self.signer = public_key(self.seed)

    def key(self, first: date = TODAY, days: int = 30) -> SealKey:
        return sign_seal_key(
            "caisse",
            new_secret(),
            first=first,
            last=first + timedelta(days=days),
            signing_seed=self.seed,
        )

    def card(self, *keys: SealKey) -> SealCard:
        return SealCard(organisation="caisse", keys=list(keys or (self.key(),)))


def test_two_keys_hold_side_by_side_and_the_newest_is_first() -> None:
    own = Organisation()
    old, new = own.key(TODAY - timedelta(days=20)), own.key(TODAY)
    gone, later = own.key(TODAY - timedelta(days=90)), own.key(TODAY + timedelta(days=1))
    assert valid_keys("caisse", own.card(old, gone, later, new), own.signer, NOW) == [new, old]


def test_keys_that_have_expired_or_have_not_begun_are_told_as_old() -> None:
    own = Organisation()
    for key in (own.key(TODAY - timedelta(days=40)), own.key(TODAY + timedelta(days=2))):
        with pytest.raises(SealKeyOld):
            valid_keys("caisse", own.card(key), own.signer, NOW)


def test_a_longer_life_a_swapped_key_and_another_organisation_are_refused() -> None:
    own, other = Organisation(), Organisation()
    key = own.key()
    longer = msgspec.structs.replace(key, last=key.last + timedelta(days=365))
    swapped = msgspec.structs.replace(key, key=other.key().key)
    certifier = msgspec.structs.replace(key, certifier=other.key().certifier)
    for wrong in (longer, swapped, certifier):
        with pytest.raises(SealKeyRefused, match="signature"):
            valid_keys("caisse", own.card(wrong), own.signer, NOW)
    with pytest.raises(SealKeyRefused, match="signer"):
        valid_keys("caisse", own.card(key, other.key()), own.signer, NOW)
    with pytest.raises(SealKeyRefused, match="organisation"):
        valid_keys("mutuelle", own.card(key), own.signer, NOW)


def test_the_first_signer_is_kept_over_a_restart_and_another_one_refused(tmp_path: Path) -> None:
    own, other, clock = Organisation(), Organisation(), ManualClock(NOW)
    path = tmp_path / "signers.json"
    assert PinnedKeys(path, {}, clock=clock).accept("caisse", None) == []
    key = own.key()
    assert PinnedKeys(path, {}, clock=clock).accept("caisse", own.card(key)) == [key]
    again = PinnedKeys(path, {}, clock=clock)
    with pytest.raises(SealKeyRefused, match="signer"):
        again.accept("caisse", other.card())
    with pytest.raises(SealKeyRefused, match="missing"):
        again.accept("caisse", None)
    assert again.accept("caisse", own.card(key)) == [key]


def test_the_settings_win_over_what_was_seen_first(tmp_path: Path) -> None:
    own, other, clock = Organisation(), Organisation(), ManualClock(NOW)
    path = tmp_path / "signers.json"
    PinnedKeys(path, {}, clock=clock).accept("caisse", other.card())
    pins = PinnedKeys(path, {"caisse": own.signer}, clock=clock)
    with pytest.raises(SealKeyRefused, match="signer"):
        pins.accept("caisse", other.card())
    assert pins.accept("caisse", own.card())


def test_a_card_that_nobody_has_signed_rightly_is_not_kept_as_the_first(tmp_path: Path) -> None:
    own, clock = Organisation(), ManualClock(NOW)
    pins = PinnedKeys(tmp_path / "signers.json", {}, clock=clock)
    key = own.key()
    with pytest.raises(SealKeyRefused):
        pins.accept(
            "caisse", own.card(msgspec.structs.replace(key, last=key.last + timedelta(days=1)))
        )
    assert pins.signer("caisse") == ""
    damaged = tmp_path / "signers.json"
    damaged.write_text("{", encoding="ascii")
    with pytest.raises(SealKeyRefused, match="unreadable"):
        PinnedKeys(damaged, {}, clock=clock)


class NoText(str):
    """What a hostile kiosk closes: bytes that are no text."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return b"\xff\xfe"


def test_a_sealed_number_opens_for_the_vault_and_its_own_kiosk_only() -> None:
    ours, older, foreign = new_secret(), new_secret(), new_secret()
    sealed = seal_number(
        "1234567", [ours.key], organisation="caisse", home="reseau", kiosk="borne1"
    )
    assert (
        open_number(sealed, [older, ours], organisation="caisse", home="reseau", kiosk="borne1")
        == "1234567"
    )
    assert len(sealed) == len(
        seal_number(
            "12345678901234567890", [ours.key], organisation="caisse", home="reseau", kiosk="borne1"
        )
    )
    # who comes back is not seen
    assert sealed != seal_number(
        "1234567", [ours.key], organisation="caisse", home="reseau", kiosk="borne1"
    )
    four = seal_number(
        "1234567",
        [older.key, foreign.key, older.key, ours.key],
        organisation="caisse",
        home="reseau",
        kiosk="borne1",
    )
    # whichever secret the vault has
    assert (
        open_number(four, [ours], organisation="caisse", home="reseau", kiosk="borne1") == "1234567"
    )
    decode_request(
        TicketRequested, encode(TicketRequested(request_id="r", service="s", sealed_number=four))
    )
    no_text = seal_number(
        NoText(), [ours.key], organisation="caisse", home="reseau", kiosk="borne1"
    )
    with pytest.raises(SealBroken, match="number"):
        open_number(no_text, [ours], organisation="caisse", home="reseau", kiosk="borne1")
    elsewhere = (
        ("mutuelle", "reseau", "borne1"),
        ("caisse", "autre", "borne1"),
        ("caisse", "reseau", "borne2"),
    )
    for organisation, home, kiosk in elsewhere:
        with pytest.raises(SealBroken):
            open_number(sealed, [ours], organisation=organisation, home=home, kiosk=kiosk)
    changed = sealed[:-2] + ("A" if sealed[-2] != "A" else "B") + sealed[-1]
    for text, secrets in (
        (sealed, [foreign]),
        (changed, [ours]),
        (sealed[:50], [ours]),
        ("", [ours]),
        ("é" * 108, [ours]),
    ):
        with pytest.raises(SealBroken):
            open_number(text, secrets, organisation="caisse", home="reseau", kiosk="borne1")
    with pytest.raises(CallerNumberInvalid):
        seal_number("1" * 33, [ours.key], organisation="caisse", home="reseau", kiosk="borne1")
