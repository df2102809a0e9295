# SPDX-License-Identifier: GPL-3.0-only
"""Dossiers found, made and numbered once, and one dossier for a session, with SQLite and
PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from documents.hashes import sha256_of
from documents.store.accesses import MOST_DOSSIERS, MOST_SEARCHES, AccessFilter
from documents.store.dossier_store import DossierStore
from documents.store.identities import MadeDossier, NewDossier
from session.core.dossier_model import (
    Access,
    AccessKind,
    ActingUser,
    CallerIdentity,
    Dossier,
    HitReason,
    NewDocument,
    TalkSpan,
)
from session.core.errors import (
    DossierOfRegister,
    DossierUnknown,
    DossierWasMerged,
    NumberTaken,
    ReasonNeeded,
    SessionError,
    TooManyDossiers,
)
from tests.support.memory.dossiers import MemoryDossiers
from tests.support.postgres import new_database
from tests.unit.documents.store.filled_store import CALLER, PDF

ORG = "valdore"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ALICE = ActingUser(user="alice", name="Alice M.")
ZOE = CallerIdentity(
    family_name="Lefèvre-Exemple",
    given_names="Zoé Marie",
    born_on="1984-05-02",
    caller_number="1234567",
    contact="06 00 00 00 00",
)


class _Clock:
    """The store's time, which a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: _Clock) -> Iterator[DossierStore]:
    url = None
    if request.param == "postgresql":
        address: str = request.getfixturevalue("postgres")
        url = new_database(address, f"d{abs(hash(request.node.nodeid)):x}")
    with DossierStore(tmp_path, url, now=clock) as store:
        yield store


def _in(session: str, reason: str = "", by: ActingUser = ALICE) -> Access:
    return Access(by=by, session_id=session, reason=reason)


def _make(
    store: DossierStore,
    caller: CallerIdentity = ZOE,
    *,
    session: str = "s1",
    confirmed: bool = True,
    request: str = "",
) -> MadeDossier:
    new = NewDossier(request_id=request or session, caller=caller, confirmed=confirmed)
    return store.identities.create(ORG, new, _in(session))


def _kinds(store: DossierStore) -> list[AccessKind]:
    return [line.kind for line in store.accesses.listed(ORG, AccessFilter())][::-1]


def _many(store: DossierStore, count: int) -> list[str]:
    numbers = [f"{place:04}" for place in range(count)]
    for number in numbers:
        store.create_dossier(
            ORG, Dossier(number=number, caller_name=f"Invente {number}", caller_number="")
        )
    return numbers


def test_a_dossier_is_made_once_and_found_by_name_and_birth_date(store: DossierStore) -> None:
    made = _make(store).dossier
    assert made is not None
    assert made.number == "D-2026-000001"
    assert (made.caller_name, made.contact) == ("Zoé Marie Lefèvre-Exemple", "06 00 00 00 00")
    again = _make(store).dossier
    assert again == made
    asked = CallerIdentity(family_name="LEFEVRE EXEMPLE", given_names="marie", born_on="1984-05-02")
    found = store.identities.find(ORG, asked, _in("s2"))
    assert [(hit.number, hit.why) for hit in found.hits] == [
        (made.number, HitReason.SAME_NAME_AND_BIRTH)
    ]
    other_day = msgspec.structs.replace(asked, born_on="1984-02-05")
    assert store.identities.find(ORG, other_day, _in("s2")).hits == []
    assert store.identities.find("other", asked, _in("s2")).hits == []
    assert _kinds(store) == [AccessKind.CREATED, AccessKind.SEARCHED, AccessKind.SEARCHED]
    line = store.accesses.listed(ORG, AccessFilter(kind=AccessKind.SEARCHED))[1]
    assert (line.hits, line.dossier, line.reason, line.user) == (1, "", "", "alice")


def test_an_incomplete_birth_date_finds_whoever_it_may_be(store: DossierStore) -> None:
    for place, born_on in enumerate(["1957", "1957-05", "1957-05-14", "1958-05-14"]):
        caller = msgspec.structs.replace(ZOE, born_on=born_on, caller_number="")
        _make(store, caller, session=f"s{place}")

    def days_found(born_on: str) -> list[tuple[str, HitReason]]:
        asked = msgspec.structs.replace(ZOE, born_on=born_on, caller_number="")
        return [(hit.born_on, hit.why) for hit in store.identities.find(ORG, asked, _in("s9")).hits]

    same, similar = HitReason.SAME_NAME_AND_BIRTH, HitReason.SIMILAR_NAME_AND_BIRTH
    assert days_found("1957") == [("1957", same), ("1957-05", similar), ("1957-05-14", similar)]
    assert days_found("1957-05") == [("1957-05", same), ("1957", similar), ("1957-05-14", similar)]
    assert days_found("1957-05-14") == [
        ("1957-05-14", same),
        ("1957", similar),
        ("1957-05", similar),
    ]
    assert days_found("1957-06-14") == [("1957", similar)]
    assert days_found("1959") == []


def test_the_same_person_with_a_complete_birth_date_is_a_likely_double(store: DossierStore) -> None:
    caller = msgspec.structs.replace(ZOE, born_on="1957", caller_number="")
    made = _make(store, caller).dossier
    assert made is not None
    complete = msgspec.structs.replace(caller, born_on="1957-05-14")
    again = _make(store, complete, session="s2", confirmed=False)
    assert again.dossier is None
    assert [hit.number for hit in again.likely] == [made.number]


def test_five_hits_at_most_the_likeliest_first(store: DossierStore) -> None:
    twins = ["Zoé", "Zoée", "Zoë-Anne", "Zoé", "Zoé", "Zoé", "Zoé"]
    for place, given in enumerate(twins):
        caller = msgspec.structs.replace(ZOE, given_names=given, caller_number="")
        _make(store, caller, session=f"s{place}")
    asked = CallerIdentity(family_name="Lefèvre-Exemple", given_names="Zoé", born_on="1984-05-02")
    found = store.identities.find(ORG, asked, _in("s9"))
    assert len(found.hits) == 5
    assert found.more
    assert {hit.why for hit in found.hits} == {HitReason.SAME_NAME_AND_BIRTH}


def test_likely_doubles_are_shown_before_a_dossier_is_made(store: DossierStore) -> None:
    first = _make(store).dossier
    assert first is not None
    namesake = CallerIdentity(family_name="Lefevre-Exempel", born_on="1984-05-02")
    shown = _make(store, namesake, session="s2", confirmed=False)
    assert shown.dossier is None
    assert [hit.why for hit in shown.likely] == [HitReason.SIMILAR_NAME_AND_BIRTH]
    same_number = CallerIdentity(family_name="Autre", born_on="1990-01-01", caller_number="1234567")
    shown = _make(store, same_number, session="s3", confirmed=False)
    assert [(hit.number, hit.why) for hit in shown.likely] == [
        (first.number, HitReason.SAME_NUMBER)
    ]
    with pytest.raises(NumberTaken) as caught:
        _make(store, same_number, session="s3")
    assert caught.value.detail == {"dossier": first.number}
    second = _make(store, namesake, session="s2").dossier
    assert second is not None
    assert second.number == "D-2026-000002"


def test_a_number_is_given_later_and_only_to_one_dossier(store: DossierStore) -> None:
    first = _make(store).dossier
    second = _make(
        store, CallerIdentity(family_name="Autre", born_on="1990-01-01"), session="s2"
    ).dossier
    assert first is not None
    assert second is not None
    with pytest.raises(NumberTaken):
        store.identities.give_number(ORG, second.number, "1234567", _in("s2"))
    given = store.identities.give_number(ORG, second.number, "7654321", _in("s2"))
    assert given.caller_number == "7654321"
    store.identities.give_number(ORG, second.number, "7654321", _in("s2"))
    store.identities.give_number(ORG, second.number, "7654322", _in("s2"))
    found = store.find_by_caller_number(ORG, "7654322")
    assert found is not None
    assert found.number == second.number
    kinds = [AccessKind.SEARCHED, AccessKind.NUMBERED, AccessKind.CORRECTED]
    assert _kinds(store)[2:] == kinds, "to hear whose a number is is a search"


def test_a_session_has_one_dossier_and_another_one_for_a_reason(store: DossierStore) -> None:
    one, two, *_ = _many(store, 2)
    opened = store.identities.open(ORG, one, _in("s1"), named=True)
    assert opened.number == one
    store.identities.open(ORG, one, _in("s1"), named=True)
    with pytest.raises(ReasonNeeded) as caught:
        store.identities.open(ORG, two, _in("s1"), named=True)
    assert caught.value.detail == {"dossier": one}
    with pytest.raises(ReasonNeeded):
        store.identities.open(ORG, two, _in("s1", "  "), named=True)
    store.identities.open(ORG, two, _in("s1", "Pour son enfant"), named=True)
    new = NewDossier(request_id="r1", caller=ZOE, confirmed=True)
    with pytest.raises(ReasonNeeded):
        store.identities.create(ORG, new, _in("s1"))
    store.identities.open(ORG, one, _in("s2", by=ActingUser(user="bob")), named=True)
    with pytest.raises(DossierUnknown):
        store.identities.open(ORG, "none", _in("s3"), named=True)
    with pytest.raises(ReasonNeeded):  # whether there is one is not for asking
        store.identities.open(ORG, "none", _in("s1"), named=True)
    with pytest.raises(ReasonNeeded):
        store.identities.open(ORG, one, _in("s4"), bound=two, named=True)
    lines = store.accesses.listed(ORG, AccessFilter())[::-1]
    assert [(line.kind, line.dossier, line.reason) for line in lines] == [
        (AccessKind.OPENED, one, ""),
        (AccessKind.OPENED_OTHER, two, "Pour son enfant"),
        (AccessKind.OPENED, one, ""),
    ]


def test_twenty_dossiers_an_hour_then_refused_with_a_line(
    store: DossierStore, clock: _Clock
) -> None:
    numbers = _many(store, MOST_DOSSIERS + 2)
    for place, number in enumerate(numbers[:MOST_DOSSIERS]):
        store.identities.open(ORG, number, _in(f"s{place}"), named=True)
    with pytest.raises(TooManyDossiers) as caught:
        store.identities.open(ORG, numbers[-1], _in("s90"), named=True)
    assert caught.value.detail == {"limit": MOST_DOSSIERS}
    with pytest.raises(TooManyDossiers):
        _make(store, session="s91")
    with pytest.raises(TooManyDossiers):
        store.identities.open(ORG, "none", _in("s96"), named=True)
    store.identities.open(ORG, numbers[0], _in("s92"), named=True)  # one of those
    store.identities.open(ORG, numbers[-2], _in("s93"), named=False)  # the caller's own number
    store.identities.open(ORG, numbers[-1], _in("s94", by=ActingUser(user="bob")), named=True)
    assert store.accesses.refused_lately(ORG) == 3
    assert _kinds(store).count(AccessKind.REFUSED) == 3
    clock.now += timedelta(hours=1, minutes=1)
    assert store.accesses.refused_lately(ORG) == 0
    store.identities.open(ORG, numbers[-1], _in("s95"), named=True)


async def test_the_store_that_tests_of_the_hub_use_has_the_same_limits() -> None:
    dossiers = MemoryDossiers()
    numbers = [f"D-2026-{place:04}" for place in range(MOST_DOSSIERS + 1)]
    for number in numbers:
        dossiers.add(ORG, number, "Zoé Exemple", "")
    memory, last = dossiers.identities, numbers[-1]
    for place, number in enumerate(numbers[:MOST_DOSSIERS]):
        await memory.open(ORG, number, _in(f"s{place}"), bound="", named=True)
    with pytest.raises(TooManyDossiers):
        await memory.open(ORG, last, _in("s90"), bound="", named=True)
    with pytest.raises(ReasonNeeded):
        await memory.open(ORG, numbers[1], _in("s0"), bound="", named=True)
    await memory.open(ORG, numbers[0], _in("s92"), bound="", named=True)  # one of those
    await memory.open(ORG, last, _in("s93"), bound="", named=False)  # the caller's own number
    await memory.open(ORG, last, _in("s94", by=ActingUser(user="bob")), bound="", named=True)
    for _ in range(MOST_SEARCHES):
        await memory.find(ORG, ZOE, _in("s1"))
    with pytest.raises(TooManyDossiers):
        await memory.find(ORG, ZOE, _in("s1"))


def test_searches_have_a_limit_too(store: DossierStore) -> None:
    for _ in range(MOST_SEARCHES):
        store.identities.check_search(ORG, _in("s1"))
        store.identities.find(ORG, ZOE, _in("s1"))
    with pytest.raises(TooManyDossiers):
        store.identities.check_search(ORG, _in("s1"))
    with pytest.raises(TooManyDossiers) as caught:
        store.identities.find(ORG, ZOE, _in("s1"))
    assert caught.value.detail == {"limit": MOST_SEARCHES}


def test_whose_a_number_is_is_told_as_often_as_a_search_is_answered(store: DossierStore) -> None:
    _make(store)
    other = CallerIdentity(family_name="Autre", born_on="1990-01-01")
    second = _make(store, other, session="s2").dossier
    assert second is not None
    guess = msgspec.structs.replace(other, family_name="Encore", caller_number="1234567")
    for place in range(MOST_SEARCHES // 2):
        with pytest.raises(NumberTaken):
            store.identities.give_number(ORG, second.number, "1234567", _in("s2"))
        with pytest.raises(NumberTaken):
            _make(store, guess, session=f"g{place}")
    with pytest.raises(TooManyDossiers):
        store.identities.give_number(ORG, second.number, "1234567", _in("s2"))
    with pytest.raises(TooManyDossiers):
        _make(store, guess, session="g99")
    kinds = _kinds(store)
    assert kinds.count(AccessKind.SEARCHED) == MOST_SEARCHES
    assert kinds.count(AccessKind.REFUSED) == 2


def test_many_at_once_make_each_dossier_once_and_pass_no_limit(store: DossierStore) -> None:
    def make(place: int) -> str:
        made = _make(store, session=f"s{place}", request=f"r{place % 8}").dossier
        return made.number if made is not None else ""

    def once(place: int) -> str:
        caller = msgspec.structs.replace(ZOE, caller_number="", family_name=f"Nom{place % 8}")
        new = NewDossier(request_id=f"r{place % 8}", caller=caller, confirmed=True)
        by = ActingUser(user=f"agent{place}")
        made = store.identities.create(ORG, new, _in(f"s{place}", by=by)).dossier
        return made.number if made is not None else ""

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(once, range(16)))
        assert len(set(numbers)) == 8
        results = list(pool.map(lambda place: _tried(make, place), range(8, 12)))
        assert sorted(results) == sorted(numbers[:4])  # the same requests again

        def open_one(number: str) -> str:
            return store.identities.open(ORG, number, _in("crowd"), named=True).number

        opened = list(pool.map(lambda number: _tried(open_one, number), sorted(set(numbers))))
    assert len([number for number in opened if number]) == 1  # one session, one dossier

    taken = msgspec.structs.replace(ZOE, caller_number="9999999")

    def numbered(place: int) -> str:
        caller = msgspec.structs.replace(taken, family_name=f"Autre{place}")
        return _tried(lambda _: str(_make(store, caller, session=f"n{place}").dossier), place)

    with ThreadPoolExecutor(8) as pool:
        assert len([made for made in pool.map(numbered, range(8)) if made]) == 1


def _tried[Asked](act: object, asked: Asked) -> str:
    """What it gives, "" for a refusal."""
    assert callable(act)
    try:
        return str(act(asked))
    except (ReasonNeeded, NumberTaken, TooManyDossiers):
        return ""


def test_the_register_is_read_in_pages_by_day_person_dossier_and_kind(
    store: DossierStore, clock: _Clock
) -> None:
    one, two, three = _many(store, 3)
    store.identities.open(ORG, one, _in("s1"), named=True)
    clock.now += timedelta(days=1)
    store.identities.open(ORG, two, _in("s2", by=ActingUser(user="bob")), named=True)
    store.identities.open(ORG, three, _in("s3"), named=True)
    today = clock.now.astimezone().date()

    def dossiers(wanted: AccessFilter) -> list[str]:
        return [line.dossier for line in store.accesses.listed(ORG, wanted)]

    assert dossiers(AccessFilter(limit=2)) == [three, two]
    newest = store.accesses.listed(ORG, AccessFilter(limit=2))
    assert dossiers(AccessFilter(before=newest[-1].id)) == [one]
    assert dossiers(AccessFilter(first=today)) == [three, two]
    assert dossiers(AccessFilter(last=today - timedelta(days=1))) == [one]
    assert dossiers(AccessFilter(user="bob")) == [two]
    assert dossiers(AccessFilter(dossier=three)) == [three]
    assert dossiers(AccessFilter(kind=AccessKind.REFUSED)) == []
    assert store.accesses.listed("other", AccessFilter()) == []


def test_a_supervisor_who_looks_twice_leaves_two_lines(store: DossierStore) -> None:
    made = _make(store).dossier
    assert made is not None
    boss = Access(by=ActingUser(user="boss", name="Chantal V."), reason="Deux dossiers ?")
    for _time in range(2):
        assert store.identities.view(ORG, made.number, boss) == made
    lines = store.accesses.listed(ORG, AccessFilter(user="boss"))
    assert [(line.kind, line.dossier, line.reason, line.session_id) for line in lines] == [
        (AccessKind.OPENED, made.number, "Deux dossiers ?", "")
    ] * 2
    with pytest.raises(DossierUnknown):
        store.identities.view(ORG, "D-nobody", boss)


def _boss(reason: str = "Signalé par l'usager") -> Access:
    return Access(by=ActingUser(user="boss", name="Chantal V."), reason=reason)


def test_a_wrong_name_or_birth_date_is_corrected_and_found_by_the_right_one(
    store: DossierStore,
) -> None:
    made = _make(store).dossier
    assert made is not None
    right = CallerIdentity(
        family_name="Lefebvre-Exemple", given_names="Zoé Marie", born_on="1984-05-20"
    )
    access = _in("s1", "Mal tapé, papiers vus")
    done = store.identities.correct_person(ORG, made.number, right, access, confirmed=False)
    assert done.likely == []
    assert done.dossier is not None
    assert (done.dossier.caller_name, done.dossier.born_on) == (
        "Zoé Marie Lefebvre-Exemple",
        "1984-05-20",
    )
    assert (done.dossier.family_name, done.dossier.given_names) == ("Lefebvre-Exemple", "Zoé Marie")
    assert (done.dossier.caller_number, done.dossier.contact) == ("1234567", "06 00 00 00 00")
    again = store.identities.correct_person(ORG, made.number, right, access, confirmed=False)
    assert again == done
    line = store.accesses.listed(ORG, AccessFilter())[0]
    assert (line.kind, line.dossier, line.session_id, line.reason, line.user) == (
        AccessKind.CORRECTED,
        made.number,
        "s1",
        "Mal tapé, papiers vus",
        "alice",
    )
    assert _kinds(store) == [AccessKind.CREATED, AccessKind.CORRECTED], "once"
    (act,) = store.acts(ORG, made.number)
    assert (act.about, act.reason, act.by.name) == (
        "Zoé Marie Lefèvre-Exemple → Zoé Marie Lefebvre-Exemple · 1984-05-02 → 1984-05-20",
        "Mal tapé, papiers vus",
        "Alice M.",
    )
    assert [hit.number for hit in store.identities.find(ORG, right, _in("s2")).hits] == [
        made.number
    ]
    assert store.identities.find(ORG, ZOE, _in("s2")).hits == []


def test_likely_doubles_are_shown_before_a_person_is_corrected(store: DossierStore) -> None:
    first = _make(store).dossier
    second = _make(store, CallerIdentity(family_name="Lefèvre", born_on="1984-05-20"), session="s2")
    assert first is not None
    assert second.dossier is not None
    number = second.dossier.number
    right = msgspec.structs.replace(ZOE, caller_number="", contact="")
    shown = store.identities.correct_person(ORG, number, right, _boss(), confirmed=False)
    assert shown.dossier is None
    assert [(hit.number, hit.why) for hit in shown.likely] == [
        (first.number, HitReason.SAME_NAME_AND_BIRTH)
    ]
    assert store.open_dossier(ORG, number).born_on == "1984-05-20"
    done = store.identities.correct_person(ORG, number, right, _boss(), confirmed=True)
    assert done.dossier is not None
    assert done.dossier.born_on == "1984-05-02"
    assert _kinds(store)[2:] == [AccessKind.SEARCHED, AccessKind.CORRECTED]
    looked = store.identities.correct_person(ORG, number, right, _boss(), confirmed=False)
    assert looked == done
    assert _kinds(store)[4:] == [AccessKind.OPENED], "shown without a session is an opening"


def test_to_hear_of_doubles_by_corrections_is_searching(store: DossierStore) -> None:
    _make(store)
    other = _make(store, CallerIdentity(family_name="Autre", born_on="1990-01-01"), session="s2")
    assert other.dossier is not None

    def guess(confirmed: bool) -> MadeDossier:
        access = _in("s2", "Correction")
        assert other.dossier is not None
        number = other.dossier.number
        return store.identities.correct_person(ORG, number, ZOE, access, confirmed=confirmed)

    for _ in range(MOST_SEARCHES):
        assert guess(confirmed=False).dossier is None
    with pytest.raises(TooManyDossiers):
        guess(confirmed=False)
    assert store.accesses.refused_lately(ORG) == 1
    assert guess(confirmed=True).dossier is not None


def test_a_person_is_corrected_where_the_dossier_is_and_not_in_anothers_place(
    store: DossierStore,
) -> None:
    first = _make(store).dossier
    second = _make(store, CallerIdentity(family_name="Autre", born_on="1990-01-01"), session="s2")
    assert first is not None
    assert second.dossier is not None
    right = CallerIdentity(family_name="Autre", given_names="Max", born_on="1990-01-10")
    store.merges.merge(ORG, "m1", keep=first.number, merged=second.dossier.number, access=_boss())

    def tried(number: str, of_register: bool = False) -> SessionError | None:
        try:
            store.identities.correct_person(
                ORG, number, right, _boss(), confirmed=True, of_register=of_register
            )
        except SessionError as error:
            return error
        return None

    merged = tried(second.dossier.number)
    assert isinstance(merged, DossierWasMerged)
    assert merged.detail == {"dossier": first.number}
    assert isinstance(tried("none"), DossierUnknown)
    assert isinstance(tried(first.number, of_register=True), DossierOfRegister)
    assert store.open_dossier(ORG, first.number) == msgspec.structs.replace(
        first, merged=(second.dossier.number,)
    )
    new = NewDossier(request_id="p1", caller=right, confirmed=True, provisional=True)
    provisional = store.identities.create(ORG, new, _in("s3")).dossier
    assert provisional is not None
    wrong = msgspec.structs.replace(right, family_name="Autres")
    store.identities.correct_person(
        ORG, provisional.number, wrong, _boss(), confirmed=True, of_register=True
    )
    assert store.open_dossier(ORG, provisional.number).family_name == "Autres"
    store.erasures.erase(ORG, provisional.number)
    assert isinstance(tried(provisional.number), DossierUnknown)


def test_the_caller_of_a_conversation_is_told_to_the_agent_who_opened_the_dossier_in_it(
    store: DossierStore,
) -> None:
    store.create_dossier(ORG, CALLER)
    store.identities.open(ORG, CALLER.number, _in("s1"), named=True)
    for upload, session_id in (("u0", "s0"), ("u1", "s1"), ("u2", "")):
        document = NewDocument(
            piece_id="identity",
            name="Papier",
            pages=2,
            sha256=sha256_of(PDF),
            upload_id=upload,
            session_id=session_id,
        )
        store.file(ORG, CALLER.number, document, PDF, filed_at_utc=NOW)
    talk = TalkSpan("s1", NOW, NOW + timedelta(minutes=10))
    [caller] = store.identities.callers_of(ORG, "alice", [talk])
    assert caller == (CALLER.caller_name, 1), "what came in other conversations is not of it"
    assert store.identities.callers_of(ORG, "bob", [talk]) == [("", 0)]
    unknown = talk._replace(session_id="s2")
    assert store.identities.callers_of(ORG, "alice", [unknown]) == [("", 0)]
