# SPDX-License-Identifier: GPL-3.0-only
"""The book of identities: codes that count once, keys that come and go, two programs at the same
file.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from session.bus.transport.nkeys import is_public_key, is_signed, new_seed, public_key, sign
from session.core.errors import EnrolmentRefused, SignOnRefused
from session.core.spoken_letters import ALPHABET, tidy_code
from session.hub.access.identities import FORMAT, OLDEST, Identity, IdentityBook, SignedOn
from session.hub.convention.catalogue import Catalogue
from session.hub.storage.format import StoredFormatUnknown
from session.protocol.hub.enrolment import is_code
from session.protocol.wire.roles import Role

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FEW = timedelta(minutes=15)
KIOSK = Identity("caf", Role.KIOSK, "k1")
AGENT = Identity("caf", Role.AGENT, "a1")


def test_the_file_is_private_and_holds_no_code(tmp_path: Path) -> None:
    path = tmp_path / "book"
    code = IdentityBook(path).invite(KIOSK, NOW, FEW)
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
    assert code.encode() not in path.read_bytes()


def _invite_many(book: IdentityBook) -> None:
    for number in range(1000):
        book.invite(Identity("caf", Role.AGENT, f"a{number}"), NOW, FEW)


def test_a_full_disk_is_said_and_nothing_is_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = IdentityBook(tmp_path / "book", "root@hub1")
    few_pages = (tmp_path / "book").stat().st_size // 4096
    connect = sqlite3.connect

    def on_full_disk(*where: Any, **how: Any) -> sqlite3.Connection:
        base: sqlite3.Connection = connect(*where, **how)
        base.execute(f"PRAGMA max_page_count = {few_pages}")
        return base

    with monkeypatch.context() as full:
        full.setattr(sqlite3, "connect", on_full_disk)
        with pytest.raises(OSError, match="No space left"):
            _invite_many(book)
    assert book.invite(KIOSK, NOW, FEW)


def test_what_is_done_stands_in_the_book_and_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "book"
    book = IdentityBook(path, "root@hub1")
    key = public_key(new_seed())
    code = book.invite(AGENT, NOW, FEW)
    book.enrol(code, key, NOW)
    book.enrol(code, key, NOW)  # asked again: done once
    book.revoke(AGENT, "", NOW)
    book.note("close_site", "caf/hall", NOW, by="caf/operator/oper")
    acts = book.acts(10)
    assert [(act.by, act.what, act.of) for act in acts] == [
        ("caf/operator/oper", "close_site", "caf/hall"),
        ("root@hub1", "revoke", "caf/agent/a1"),
        ("caf/agent/a1", "enrol", "caf/agent/a1"),
        ("root@hub1", "invite", "caf/agent/a1"),
    ]
    assert [act.id for act in book.acts(2, before=acts[1].id)] == [acts[2].id, acts[3].id]
    assert code not in repr(acts)
    with closing(sqlite3.connect(path)) as base, pytest.raises(sqlite3.IntegrityError):
        base.execute("UPDATE act SET by = 'somebody else'")


def test_acts_are_kept_as_long_as_the_convention_says(tmp_path: Path) -> None:
    book = IdentityBook(tmp_path / "book", "root@hub1")
    for days in (0, 91):
        book.note("backup", f"{days}", NOW - timedelta(days=days))
    book.forget_acts(NOW - timedelta(days=90))
    assert [act.of for act in book.acts(10)] == ["0"]


def test_codes_are_long_enough_differ_and_read_well(tmp_path: Path) -> None:
    book = IdentityBook(tmp_path / "book")
    codes = {book.invite(KIOSK, NOW, FEW) for _ in range(50)}
    assert len(codes) == 50
    assert all(is_code(code) and len(code) == 8 and set(code) <= set(ALPHABET) for code in codes)
    assert tidy_code("o1l2-il 0u") == "011211" + "0U"
    assert not is_code("0123456U")


def test_many_programs_with_one_code_enrol_one_key(tmp_path: Path) -> None:
    code = IdentityBook(tmp_path / "book").invite(AGENT, NOW, FEW)
    won: list[str] = []

    def enrol(key: str) -> None:
        try:
            IdentityBook(tmp_path / "book").enrol(code, key, NOW)
        except EnrolmentRefused:
            return
        won.append(key)

    threads = [threading.Thread(target=enrol, args=(public_key(new_seed()),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert list(IdentityBook(tmp_path / "book").keys().values()) == [tuple(won)]


def test_revoking_takes_enrolled_and_listed_keys_and_open_codes(tmp_path: Path) -> None:
    book = IdentityBook(tmp_path / "book")
    listed, enrolled = public_key(new_seed()), public_key(new_seed())
    book.enrol(book.invite(AGENT, NOW, FEW), enrolled, NOW)
    open_code = book.invite(AGENT, NOW, FEW)
    before = book.wanted()
    assert book.revoke(AGENT, listed, NOW)
    assert book.wanted() == before + 1
    assert book.revoked() == {listed, enrolled}
    assert book.keys() == {}
    with pytest.raises(EnrolmentRefused):
        book.enrol(open_code, public_key(new_seed()), NOW)
    assert not book.revoke(KIOSK, "", NOW)


def test_the_catalogue_gives_no_account_to_a_revoked_key() -> None:
    key, fresh = public_key(new_seed()), public_key(new_seed())
    text = f"""
[[organisations]]
id = "caf"
name = "Caisse"
services = [{{ id = "s", name = "S", letter = "S" }}]
sites = [{{ id = "t", name = "T", services = ["s"] }}]
kiosks = []
people = [{{ id = "a1", name = "Camille R.", key = "{key}" }}]
"""
    catalogue = Catalogue.parse(text)
    assert catalogue.identities() == {("caf", Role.AGENT, "a1"): key}
    assert [user.public_key for user in catalogue.accounts()[0].users] == [key]
    assert catalogue.accounts(revoked={key})[0].users == ()
    again = catalogue.accounts({("caf", Role.AGENT, "a1"): (fresh,)}, {key})[0].users
    assert [user.public_key for user in again] == [fresh]


def test_a_clock_that_is_set_back_opens_no_invitation_again(tmp_path: Path) -> None:
    book, key = IdentityBook(tmp_path / "book"), public_key(new_seed())
    code, before = book.invite(AGENT, NOW, FEW), NOW - timedelta(days=30)
    with pytest.raises(EnrolmentRefused):
        book.enrol(code, key, before)
    assert not book.is_anybody_invited(before)
    assert book.invitations(before) == []
    assert book.enrol(code, key, NOW) == AGENT


def test_what_was_applied_never_goes_back(tmp_path: Path) -> None:
    book = IdentityBook(tmp_path / "book")
    book.set_applied(3)
    book.set_applied(2)
    assert book.applied() == 3


def test_a_signature_counts_for_its_key_and_text_only() -> None:
    seed, text = new_seed(), b"text"
    key, proof = public_key(seed), sign(seed, text)
    assert is_public_key(key)
    assert is_signed(key, text, proof)
    assert not is_signed(key, b"other", proof)
    assert not is_signed(public_key(new_seed()), text, proof)
    for wrong in (
        "",
        "U" * 56,
        key[:-1],
        key.lower(),
        f"{key[:-1]}{'A' if key[-1] != 'A' else 'B'}",
        f"{key}=",
        "é" * 56,
    ):
        assert not is_public_key(wrong)
        assert not is_signed(wrong, text, proof)
    for nonsense in ("", "@@@", "é", proof[:-4]):
        assert not is_signed(key, text, nonsense)


def test_a_sign_on_has_an_end_and_the_name_stays(tmp_path: Path) -> None:
    book, keys = IdentityBook(tmp_path / "book"), [public_key(new_seed()) for _ in range(3)]
    who = Identity("caf", Role.AGENT, "o_camille")

    def signed_on(key: str) -> SignedOn:
        return SignedOn(who, key, "Camille Roc", ("rights", "care"), "sso", NOW + FEW)

    book.sign_on(signed_on(keys[0]), NOW)
    assert book.signed_on() == [signed_on(keys[0])]
    assert book.keys() == {("caf", Role.AGENT, "o_camille"): (keys[0],)}
    book.sign_on(signed_on(keys[1]), NOW, computer="accueil-2")  # at another computer
    assert book.keys() == {("caf", Role.AGENT, "o_camille"): (keys[0], keys[1])}
    assert book.computers() == {keys[0]: "", keys[1]: "accueil-2"}
    assert book.sign_off(keys[0])  # which goes on
    assert not book.sign_off(keys[0])
    assert book.ended_sign_ons(NOW) == []
    assert book.ended_sign_ons(NOW + FEW) == [signed_on(keys[1])]
    before = book.wanted()
    assert book.sign_off(keys[1])
    assert (book.keys(), book.wanted()) == ({}, before + 1)
    assert book.signed_on() == [signed_on("")]
    assert book.ended_sign_ons(NOW + FEW) == []
    book.sign_on(signed_on(keys[2]), NOW)
    assert book.revoke(who, "", NOW)
    with pytest.raises(EnrolmentRefused):
        book.sign_on(signed_on(keys[2]), NOW)
    assert book.signed_on() == [signed_on("")]


def test_a_clock_that_is_set_back_gives_no_sign_on_more_hours(tmp_path: Path) -> None:
    """The hub was down when it ended, and starts with a clock of days ago."""
    book, key = IdentityBook(tmp_path / "book.sqlite"), public_key(new_seed())
    person = SignedOn(AGENT, key, "", (), "sso", NOW + FEW)
    book.sign_on(person, NOW)
    assert book.ended_sign_ons(NOW - timedelta(minutes=5)) == []
    assert book.ended_sign_ons(NOW - timedelta(days=3)) == [person]
    assert book.sign_off(key)
    assert book.ended_sign_ons(NOW - timedelta(days=3)) == []


def test_a_code_takes_the_place_of_a_sign_on(tmp_path: Path) -> None:
    book = IdentityBook(tmp_path / "book")
    book.sign_on(SignedOn(AGENT, public_key(new_seed()), "", (), "sso", NOW + FEW), NOW)
    key = public_key(new_seed())
    book.enrol(book.invite(AGENT, NOW, FEW), key, NOW)
    assert book.ended_sign_ons(NOW + timedelta(days=9)) == []
    assert list(book.keys().values()) == [(key,)]


def test_a_code_may_add_a_computer_and_revoking_ends_them_all(tmp_path: Path) -> None:
    book, keys = IdentityBook(tmp_path / "book"), [public_key(new_seed()) for _ in range(4)]
    for key, adds in zip(keys, (False, True, True, False), strict=True):
        book.enrol(book.invite(AGENT, NOW, FEW, adds=adds), key, NOW, computer=key[-4:])
        if key == keys[2]:
            assert book.keys() == {("caf", Role.AGENT, "a1"): tuple(keys[:3])}
    assert book.keys() == {("caf", Role.AGENT, "a1"): (keys[3],)}  # the others were replaced
    book.sign_on(SignedOn(AGENT, keys[0], "", (), "sso", NOW + FEW), NOW)
    assert book.revoke(AGENT, "", NOW)
    assert book.keys() == {}
    assert book.revoked() == {keys[0], keys[3]}


def test_a_key_is_of_one_person(tmp_path: Path) -> None:
    book, key = IdentityBook(tmp_path / "book"), public_key(new_seed())
    other = Identity("caf", Role.AGENT, "a2")
    book.enrol(book.invite(AGENT, NOW, FEW), key, NOW)
    with pytest.raises(SignOnRefused):
        book.sign_on(SignedOn(other, key, "", (), "sso", NOW + FEW), NOW)
    book.enrol(book.invite(other, NOW, FEW), key, NOW)
    assert book.keys() == {("caf", Role.AGENT, "a2"): (key,)}


def test_whoever_signs_on_everywhere_leaves_the_first_computer(tmp_path: Path) -> None:
    book, keys = IdentityBook(tmp_path / "book"), [public_key(new_seed()) for _ in range(6)]
    for minutes, key in enumerate(keys):
        until_utc = NOW + FEW + timedelta(minutes=minutes)
        book.sign_on(SignedOn(AGENT, key, "", (), "sso", until_utc), NOW)
    assert book.keys() == {("caf", Role.AGENT, "a1"): tuple(keys[1:])}
    longer = SignedOn(AGENT, keys[1], "", (), "sso", NOW + timedelta(hours=9))
    book.sign_on(longer, NOW)  # again with the same key: for longer
    assert longer in book.signed_on()
    assert len(book.signed_on()) == 5


@pytest.mark.parametrize("number", [0, OLDEST - 1, FORMAT + 1])
def test_a_book_of_another_layout_is_refused_and_stays_as_it_is(
    number: int, tmp_path: Path
) -> None:
    IdentityBook(tmp_path / "book")
    with closing(sqlite3.connect(tmp_path / "book")) as base:
        base.execute(f"PRAGMA user_version = {number}")
    before = (tmp_path / "book").read_bytes()
    with pytest.raises(StoredFormatUnknown):
        IdentityBook(tmp_path / "book")
    assert (tmp_path / "book").read_bytes() == before
