# SPDX-License-Identifier: GPL-3.0-only
"""Dossiers that come from an organisation's own system: each once, brought up to date, never
emptied. With SQLite and PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from documents.store.accesses import AccessFilter
from documents.store.dossier_store import DossierStore
from documents.store.identities import NewDossier
from documents.store.incoming import IncomingDossier, Taken
from session.core.dossier_model import Access, AccessKind, ActingUser, CallerIdentity
from session.core.errors import StoreUnreachable
from tests.unit.documents.conftest import OpenStore

ORG, OTHER = "caf31", "cpam31"
IMPORT = Access(by=ActingUser(user="import", name="exploitante"), reason="import")
ALICE = Access(by=ActingUser(user="alice", name="Alice M."), session_id="s1")
ODILE = IncomingDossier(
    number="REF-1",
    caller=CallerIdentity(
        family_name="Lefèvre-Brun",
        given_names="Odile Marie",
        born_on="1980-02-29",
        caller_number="1234567",
        contact="06 12 34 56 78",
    ),
    procedure="Aide au logement",
)


@pytest.fixture
def store(open_store: OpenStore) -> DossierStore:
    return open_store()


def _take(store: DossierStore, *dossiers: IncomingDossier) -> Taken:
    would = store.incoming.try_take(ORG, dossiers)
    done = store.incoming.take(ORG, dossiers, IMPORT)
    assert would == done
    return done


def _with(dossier: IncomingDossier = ODILE, *, number: str = "", **caller: str) -> IncomingDossier:
    changed = msgspec.structs.replace(dossier.caller, **caller)
    return msgspec.structs.replace(dossier, caller=changed, number=number or dossier.number)


def _lines(store: DossierStore) -> Sequence[tuple[AccessKind, str]]:
    return [(line.kind, line.dossier) for line in store.accesses.listed(ORG, AccessFilter())]


def _made_by_alice(
    store: DossierStore, caller: CallerIdentity, *, provisional: bool = False
) -> str:
    new = NewDossier(request_id="r1", caller=caller, confirmed=True, provisional=provisional)
    made = store.identities.create(ORG, new, ALICE).dossier
    assert made is not None
    return made.number


def test_a_dossier_is_made_once_and_found_by_its_numbers(store: DossierStore) -> None:
    assert _take(store, ODILE) == Taken(new=1)
    assert _take(store, ODILE) == Taken(unchanged=1)
    dossier = store.open_dossier(ORG, "REF-1")
    assert dossier.caller_name == "Odile Marie Lefèvre-Brun"
    assert (dossier.procedure, dossier.contact) == ("Aide au logement", "06 12 34 56 78")
    found = store.find_by_caller_number(ORG, "1234567")
    assert found is not None
    assert found.number == "REF-1"
    assert store.find_by_caller_number(OTHER, "1234567") is None
    assert _lines(store) == [(AccessKind.CREATED, "REF-1")]


def test_a_changed_dossier_is_brought_up_to_date_and_found_by_its_new_name(
    store: DossierStore,
) -> None:
    _take(store, ODILE)
    assert _take(store, _with(family_name="Garnier")) == Taken(changed=1)
    caller = CallerIdentity(family_name="garnier", given_names="Odile", born_on="1980-02-29")
    hits = store.identities.find(ORG, caller, ALICE).hits
    assert [hit.number for hit in hits] == ["REF-1"]
    assert _lines(store)[1] == (AccessKind.CORRECTED, "REF-1")


def test_an_empty_field_erases_nothing(store: DossierStore) -> None:
    _take(store, ODILE)
    bare = msgspec.structs.replace(_with(caller_number="", contact=""), procedure="")
    assert _take(store, bare) == Taken(unchanged=1)
    dossier = store.open_dossier(ORG, "REF-1")
    assert (dossier.caller_number, dossier.contact) == ("1234567", "06 12 34 56 78")


def test_what_agents_added_to_the_subject_of_a_dossier_stays(store: DossierStore) -> None:
    _take(store, msgspec.structs.replace(ODILE, procedure=""))
    assert _take(store, ODILE) == Taken(changed=1)
    other = msgspec.structs.replace(ODILE, procedure="Autre chose")
    assert _take(store, other) == Taken(unchanged=1)
    assert store.open_dossier(ORG, "REF-1").procedure == "Aide au logement"


def test_a_number_that_another_dossier_has_is_not_taken_away_from_it(store: DossierStore) -> None:
    ours = _made_by_alice(store, ODILE.caller)
    assert _take(store, ODILE) == Taken(new=1, number_taken={"REF-1": ours})
    found = store.find_by_caller_number(ORG, "1234567")
    assert found is not None
    assert found.number == ours
    assert _take(store, ODILE) == Taken(unchanged=1, number_taken={"REF-1": ours})


def test_a_dossier_that_was_merged_here_is_left_alone(store: DossierStore) -> None:
    _take(store, ODILE, _with(number="REF-2", caller_number=""))
    store.merges.merge(ORG, "m1", keep="REF-2", merged="REF-1", access=IMPORT)
    assert _take(store, _with(family_name="Garnier")) == Taken(merged=["REF-1"])
    assert store.open_dossier(ORG, "REF-1").number == "REF-2"


def test_a_provisional_dossier_lets_its_number_go_and_is_certainly_the_same(
    store: DossierStore,
) -> None:
    ours = _made_by_alice(store, ODILE.caller, provisional=True)
    assert _take(store, ODILE) == Taken(new=1)
    (row,) = store.incoming.provisional(ORG)
    assert (row.number, row.caller) == (ours, ODILE.caller)
    assert store.incoming.certainly_same(ORG, row.caller) == ["REF-1"]
    assert store.incoming.certainly_same(OTHER, row.caller) == []


@pytest.mark.parametrize(
    ("said", "certain"),
    [
        ({"family_name": "lefevre brun", "given_names": "Marie Odile", "caller_number": ""}, True),
        ({"family_name": "Autre", "given_names": "Nom"}, True),
        ({"caller_number": "7654321"}, False),
        ({"caller_number": "", "given_names": "Odette"}, False),
        ({"caller_number": "", "given_names": ""}, False),
        ({"born_on": "1980-02-28"}, False),
    ],
)
def test_certain_is_the_same_birth_date_with_one_number_or_all_names(
    store: DossierStore, said: dict[str, str], certain: bool
) -> None:
    _take(store, ODILE)
    caller = msgspec.structs.replace(ODILE.caller, **said)
    assert store.incoming.certainly_same(ORG, caller) == (["REF-1"] if certain else [])


def test_a_batch_is_taken_whole_or_not_at_all(store: DossierStore) -> None:
    wrong = _with(number="REF-2", caller_number="")
    broken = msgspec.structs.replace(wrong, procedure=None)
    with pytest.raises(StoreUnreachable):
        store.incoming.take(ORG, [ODILE, broken], IMPORT)
    assert store.incoming.try_take(ORG, [ODILE]) == Taken(new=1)
    assert _lines(store) == []
