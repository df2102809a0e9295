# SPDX-License-Identifier: GPL-3.0-only
"""A convention in a folder: merged into one matrix, signed part by part, the last good one kept
when one is wrong.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from session.bus.transport.nkeys import new_seed, public_key
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.files import read_files, signature_path
from session.hub.convention.loading import load, read
from session.hub.convention.problems import CatalogueWrong
from session.hub.convention.signatures import is_genuine, signature_file
from session.hub.convention.watcher import ConventionWatcher
from tests.support.convention_folder import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "convention")


def codes(folder: Folder, key: str | None = None) -> list[tuple[str, str]]:
    """(place, code) of all that is wrong."""
    with pytest.raises(CatalogueWrong) as caught:
        load(folder.path, folder.operator_key if key is None else key)
    return [(problem.where, problem.code) for problem in caught.value.problems]


def buttons(catalogue: Catalogue) -> list[str]:
    return [service.id for service in catalogue.offer("reseau", "borne1").services]


def test_the_operators_site_has_the_buttons_of_those_it_is_shared_with_in_its_order(
    folder: Folder,
) -> None:
    catalogue = load(folder.path, folder.operator_key)
    assert catalogue.organisations == ["reseau", "caisse", "mutuelle"]
    assert buttons(catalogue) == ["mutuelle/soins", "caisse/logement", "caisse/famille"]
    assert catalogue.serving("reseau", "borne1", "caisse/logement")[0] == "caisse"


def test_the_version_is_the_contents_and_the_same_everywhere(
    folder: Folder, tmp_path: Path
) -> None:
    first = load(folder.path).version
    other = Folder(tmp_path / "other")  # the same parts, other signing keys
    assert load(other.path).version == first
    folder.change("caisse", "08:30", "09:00")
    assert load(folder.path).version != first


def advised(folder: Folder) -> list[tuple[str, str]]:
    """(place, code) of what has no effect in a convention that can be used."""
    reading = read(read_files(folder.path), folder.operator_key)
    assert reading.catalogue is not None
    return [(problem.where, problem.code) for problem in reading.problems if problem.advice]


def test_an_organisation_cannot_put_a_button_on_a_site_that_is_not_shared_with_it(
    folder: Folder,
) -> None:
    folder.change("network", 'shared_with = ["mutuelle", "caisse"]', 'shared_with = ["mutuelle"]')
    assert advised(folder) == [("caisse.toml, offers.oyen", "not_shared")]
    assert buttons(load(folder.path)) == ["mutuelle/soins"]


# ---- signatures


@pytest.mark.parametrize("name", ["network", "caisse"])
def test_one_flipped_byte_breaks_a_signature(folder: Folder, name: str) -> None:
    file = folder.file(name)
    text = bytearray(file.read_bytes())
    text[text.index(b"name") + 8] ^= 1
    file.write_bytes(bytes(text))
    assert codes(folder) == [(f"{name}.toml", "signature_wrong")]


def test_every_byte_of_a_signature_counts(folder: Folder) -> None:
    text, seed = folder.file("caisse").read_bytes(), folder.seeds["caisse"]
    right = signature_file("caisse", text, seed).encode()
    key = public_key(seed)
    assert is_genuine("caisse", text, right, key)
    # the last letters of base64 hold bits that mean nothing
    for place in range(0, len(right) - 4, 3):
        wrong = bytearray(right)
        wrong[place] ^= 1
        assert not is_genuine("caisse", text, bytes(wrong), key), place
    assert not is_genuine("mutuelle", text, right, key)  # nobody's part stands for another one


def test_a_part_that_is_unsigned_or_signed_by_another_is_refused_and_named(folder: Folder) -> None:
    signature_path(folder.file("caisse")).unlink()
    folder.sign("mutuelle", new_seed())
    assert codes(folder) == [("caisse.toml", "unsigned"), ("mutuelle.toml", "signed_by_other")]
    # where nobody asks for signatures
    assert load(folder.path).organisations == ["reseau", "caisse", "mutuelle"]


def test_an_organisation_that_the_operator_gave_no_key_cannot_sign(folder: Folder) -> None:
    key = public_key(folder.seeds["caisse"])
    folder.change("network", f', key = "{key}"', "")
    assert codes(folder) == [("caisse.toml", "no_signer")]


def test_another_operators_signature_is_none(folder: Folder) -> None:
    assert ("network.toml", "signed_by_other") in codes(folder, public_key(new_seed()))


def test_a_convention_in_one_file_is_signed_by_the_operator(tmp_path: Path) -> None:
    file, seed = tmp_path / "all.toml", new_seed()
    file.write_text('[[organisations]]\nid = "a"\nname = "A"\n', encoding="utf-8")
    with pytest.raises(CatalogueWrong, match="unsigned"):
        load(file, public_key(seed))
    signature_path(file).write_text(
        signature_file("all", file.read_bytes(), seed), encoding="ascii"
    )
    assert load(file, public_key(seed)).organisations == ["a"]


# ---- files


def test_missing_unknown_and_misnamed_files_are_named(folder: Folder) -> None:
    folder.file("mutuelle").unlink()
    folder.change("caisse", 'id = "caisse"', 'id = "kasse"')
    folder.file("mairie").write_text('id = "mairie"\nname = "Mairie"\n', encoding="utf-8")
    assert codes(folder) == [
        ("mairie.toml", "not_a_member"),
        ("caisse.toml", "id_not_file"),
        ("network.toml", "part_missing"),
    ]
    folder.file("network").unlink()
    assert codes(folder) == [("convention", "no_network_part")]


def test_everything_wrong_is_named_at_once(folder: Folder) -> None:
    folder.change("caisse", 'letter = "L"', 'letter = "ll", colour = "red"')
    folder.change("caisse", 'name = "Famille", ', "")
    folder.change("mutuelle", "[{ id", "[ id")
    assert codes(folder) == [
        ("caisse.toml, services.logement.colour", "unknown_field"),
        ("caisse.toml, services.logement.letter", "misfit"),
        ("caisse.toml, services.famille", "missing_field"),
        ("mutuelle.toml", "not_toml"),
    ]


# ---- the last good one


@pytest.fixture
def keeper(folder: Folder, tmp_path: Path) -> ConventionWatcher:
    return ConventionWatcher(folder.path, folder.operator_key, kept_path=tmp_path / "last-good")


def look(keeper: ConventionWatcher) -> Catalogue | None:
    """Two looks: the files have to stay as they are for that long."""
    return keeper.poll() or keeper.poll()


def test_a_changed_cell_is_seen_and_nothing_else_is(
    folder: Folder, keeper: ConventionWatcher
) -> None:
    keeper.start()
    assert look(keeper) is None
    os.utime(folder.file("caisse"))
    assert look(keeper) is None  # only the time is another one
    folder.change("caisse", "08:30", "09:00")
    found = look(keeper)
    assert found is not None
    assert found.service("caisse", "logement").hours == ["mon-fri 09:00-12:00,13:30-17:00"]
    assert keeper.state.version == found.version
    assert look(keeper) is None


def test_a_mistake_of_one_organisation_stays_its_own(
    folder: Folder, keeper: ConventionWatcher, caplog: pytest.LogCaptureFixture
) -> None:
    before = keeper.start()
    # not signed
    folder.file("caisse").write_text(
        folder.text("caisse").replace("08:30", "07:00"), encoding="utf-8"
    )
    folder.change("mutuelle", "carte", "carte verte")
    with caplog.at_level(logging.ERROR):
        found = look(keeper)
    assert found is not None
    assert found.service("mutuelle", "soins").message == "Ayez votre carte verte."
    assert found.service("caisse", "logement") == before.service("caisse", "logement")
    assert [str(problem)[:29] for problem in keeper.state.problems] == [
        "caisse.toml: signature_wrong "
    ]
    assert "caisse.toml: signature_wrong" in caplog.text
    folder.sign("caisse")
    assert look(keeper) is not None
    assert keeper.state.problems == ()


def test_parts_that_do_not_fit_together_change_nothing(
    folder: Folder, keeper: ConventionWatcher
) -> None:
    version = keeper.start().version
    folder.change("network", 'site = "oyen"', 'site = "elsewhere"')
    assert look(keeper) is None
    assert [problem.code for problem in keeper.state.problems] == ["unknown_site"]
    assert keeper.state.version == version


def test_who_takes_anothers_key_changes_nothing_but_its_own_part(
    folder: Folder, keeper: ConventionWatcher
) -> None:
    key = public_key(new_seed())
    folder.change("mutuelle", 'name = "Zoé K."', f'name = "Zoé K.", key = "{key}"')
    keeper.start()
    folder.change("caisse", 'name = "Alice M."', f'name = "Alice M.", key = "{key}"')
    folder.change("network", "Réseau", "Le réseau")
    found = look(keeper)
    assert found is not None
    assert found.organisation("reseau").name.startswith("Le réseau")
    assert [person.key for person in found.organisation("mutuelle").people] == [key]
    assert [person.key for person in found.organisation("caisse").people] == [""]


def test_nobody_puts_a_button_of_another_organisation_on_its_own_site(folder: Folder) -> None:
    folder.change(
        "caisse",
        "people = ",
        'sites = [{ id = "chez", name = "Chez", services = ["mutuelle/soins"] }]\npeople = ',
    )
    assert advised(folder) == [("caisse.toml, sites.chez", "not_offered")]
    assert load(folder.path).organisation("caisse").sites[0].services == []


def test_only_the_operators_part_names_operators(folder: Folder) -> None:
    folder.change("caisse", 'name = "Alice M."', 'name = "Alice M.", role = "operator"')
    assert codes(folder) == [("caisse.toml, people.alice", "operator_elsewhere")]


def test_a_hub_that_starts_beside_a_wrong_file_goes_on_with_the_last_good_one(
    folder: Folder, keeper: ConventionWatcher, tmp_path: Path
) -> None:
    version = keeper.start().version
    folder.file("caisse").write_text("id = 7", encoding="utf-8")
    again = ConventionWatcher(folder.path, folder.operator_key, kept_path=tmp_path / "last-good")
    assert again.start().version == version
    assert {problem.where for problem in again.state.problems} >= {"caisse.toml, id"}
    for file in read_files(folder.path).parts.values():
        (folder.path / file.file).unlink()
    assert (
        ConventionWatcher(folder.path, folder.operator_key, kept_path=tmp_path / "last-good")
        .start()
        .version
        == version
    )
    with pytest.raises(CatalogueWrong):
        ConventionWatcher(folder.path, folder.operator_key, kept_path=tmp_path / "nothing").start()


def test_an_old_part_with_its_right_signature_is_not_taken_again(
    folder: Folder, keeper: ConventionWatcher, tmp_path: Path
) -> None:
    folder.change("caisse", 'name = "Caisse d', 'edition = 1\nname = "Caisse d')
    old = folder.text("caisse")
    keeper.start()
    folder.change("caisse", "edition = 1", "edition = 2")
    newest = look(keeper)
    assert newest is not None
    folder.write("caisse", old)
    assert look(keeper) is None
    assert [problem.code for problem in keeper.state.problems] == ["older_edition"]
    again = ConventionWatcher(folder.path, folder.operator_key, kept_path=tmp_path / "last-good")
    assert again.start().version == newest.version
    assert [problem.code for problem in again.state.problems] == ["older_edition"]


def test_what_was_kept_is_believed_only_with_its_signatures(
    folder: Folder, keeper: ConventionWatcher, tmp_path: Path
) -> None:
    keeper.start()
    kept = tmp_path / "last-good"
    assert kept.stat().st_mode & 0o077 == 0 or os.name == "nt"
    kept.write_bytes(kept.read_bytes().replace(b"08:30", b"05:30"))
    folder.file("caisse").unlink()
    with pytest.raises(CatalogueWrong, match="part_missing"):
        ConventionWatcher(folder.path, folder.operator_key, kept_path=kept).start()
    kept.write_bytes(b"\x00")
    with pytest.raises(CatalogueWrong):
        ConventionWatcher(folder.path, folder.operator_key, kept_path=kept).start()


def test_a_convention_that_could_not_be_taken_is_given_again(
    folder: Folder, keeper: ConventionWatcher
) -> None:
    keeper.start()
    folder.change("caisse", "08:30", "09:00")
    assert look(keeper) is not None
    keeper.again()
    assert look(keeper) is not None


def test_who_leaves_or_takes_its_word_back_is_obeyed_at_once(
    folder: Folder, keeper: ConventionWatcher
) -> None:
    folder.change(
        "caisse",
        'letter = "F"',
        'letter = "F", overflow = [{ to = "mutuelle/soins", after_s = 60 }]',
    )
    folder.change("mutuelle", 'letter = "S"', 'letter = "S", overflow_from = ["caisse"]')
    keeper.start()
    folder.change("mutuelle", ', overflow_from = ["caisse"]', "")
    without = look(keeper)
    assert without is not None
    assert without.service("mutuelle", "soins").overflow_from == []
    network = folder.text("network")
    member = network[network.index(', { id = "mutuelle"') : network.index("}]\nsites")] + "}"
    folder.change("network", member, "")
    folder.change("network", '"mutuelle", ', "")
    alone = look(keeper)
    assert alone is not None
    assert alone.organisations == ["reseau", "caisse"]
    assert keeper.state.problems == ()


def test_a_half_written_file_takes_nothing_away(folder: Folder, tmp_path: Path) -> None:
    # where no signature would tell
    keeper = ConventionWatcher(folder.path, "", kept_path=tmp_path / "last-good")
    keeper.start()
    whole = folder.text("caisse")
    folder.file("caisse").write_text(whole[: whole.index("people = ")], encoding="utf-8")
    assert keeper.poll() is None
    assert keeper.is_settling
    folder.file("caisse").write_text(whole.replace("Alice M.", "Alice Martin"), encoding="utf-8")
    assert keeper.poll() is None
    found = keeper.poll()
    assert found is not None
    assert [person.name for person in found.organisation("caisse").people] == ["Alice Martin"]
    assert not keeper.is_settling


def test_text_made_to_hurt_is_a_wrong_part_and_no_more(
    folder: Folder, keeper: ConventionWatcher
) -> None:
    keeper.start()
    for text in (
        "a = " + "[" * 100_000,
        "a.b" * 1,
        "x = 1\n" * 2,
        "\x00",
        "[" * 3000 + "x" + "]" * 3000,
    ):
        folder.write("caisse", text)
        assert look(keeper) is None
        assert (
            next(problem.where.partition(",")[0] for problem in keeper.state.problems)
            == "caisse.toml"
        )
    folder.file("caisse").unlink()
    folder.file("caisse").mkdir()
    assert look(keeper) is None
    assert [problem.code for problem in keeper.state.problems] == ["unreadable"]
