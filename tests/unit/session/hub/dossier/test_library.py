# SPDX-License-Identifier: GPL-3.0-only
"""An organisation's library: what a convention may say, and that only the named files are
offered.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from session.core.errors import LibraryItemUnknown
from session.hub.access.handlers import Asker
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.problems import CatalogueWrong
from session.hub.dossier.library import Library, library_files, library_folder
from session.protocol.dossier.library import LibraryDocumentRequest, LibraryKind, LibraryRequest
from session.protocol.wire.roles import Role
from tests.support.shown_documents import invented_pdf

PDF = invented_pdf(2)
HASH = hashlib.sha256(PDF).hexdigest()
ALICE = Asker("caisse", Role.AGENT, "alice")

TEXT = f"""
[[organisations]]
id = "caisse"
name = "Caisse"
allowed_addresses = ["https://www.caisse.example/"]

[[organisations.library]]
id = "rights"
title = "Simuler mes droits"
words = "simulation"
address = "https://www.caisse.example/simulateur/"

[[organisations.library]]
id = "lease"
kind = "form"
title = "Attestation de loyer"
file = "loyer.pdf"
sha256 = "{HASH}"
"""


def folder_with(tmp_path: Path, data: bytes = PDF) -> Path:
    folder = library_folder(tmp_path)
    (folder / "caisse").mkdir(parents=True)
    (folder / "caisse" / "loyer.pdf").write_bytes(data)
    return folder


def problems(text: str) -> list[str]:
    with pytest.raises(CatalogueWrong) as caught:
        Catalogue.parse(text)
    return [problem.code for problem in caught.value.problems if not problem.advice]


async def test_addresses_and_documents_are_offered_with_their_kinds(tmp_path: Path) -> None:
    library = Library(Catalogue.parse(TEXT), folder_with(tmp_path))
    answer = await library.library(ALICE, LibraryRequest())
    assert [(item.id, item.kind, item.size_bytes) for item in answer.items] == [
        ("rights", LibraryKind.PAGE, 0),
        ("lease", LibraryKind.FORM, len(PDF)),
    ]
    part = await library.document(ALICE, LibraryDocumentRequest(item_id="lease", offset=3))
    assert (part.data, part.size_bytes) == (PDF[3:], len(PDF))


async def test_a_file_that_was_changed_is_not_offered_until_it_is_right_again(
    tmp_path: Path,
) -> None:
    folder = folder_with(tmp_path)
    library = Library(Catalogue.parse(TEXT), folder)
    assert (await library.library(ALICE, LibraryRequest())).total == 2
    (folder / "caisse" / "loyer.pdf").write_bytes(invented_pdf(3))
    assert (await library.library(ALICE, LibraryRequest())).total == 1
    with pytest.raises(LibraryItemUnknown):
        await Library(Catalogue.parse(TEXT), folder).document(
            ALICE, LibraryDocumentRequest(item_id="lease")
        )
    (folder / "caisse" / "loyer.pdf").write_bytes(PDF)
    assert (await library.library(ALICE, LibraryRequest())).total == 2


@pytest.mark.parametrize("item", ["rights", "nothing", "loyer"])
async def test_only_documents_have_bytes(tmp_path: Path, item: str) -> None:
    library = Library(Catalogue.parse(TEXT), folder_with(tmp_path))
    with pytest.raises(LibraryItemUnknown):
        await library.document(ALICE, LibraryDocumentRequest(item_id=item))


async def test_without_a_folder_there_are_addresses_only() -> None:
    answer = await Library(Catalogue.parse(TEXT), None).library(ALICE, LibraryRequest())
    assert [item.id for item in answer.items] == ["rights"]


def test_the_check_reads_every_file_and_says_what_is_wrong(tmp_path: Path) -> None:
    catalogue = Catalogue.parse(TEXT)
    assert list(library_files(catalogue, folder_with(tmp_path))) == []
    path = library_folder(tmp_path) / "caisse" / "loyer.pdf"
    path.write_bytes(b"%PDF-1.7 another")
    [problem] = library_files(catalogue, library_folder(tmp_path))
    assert problem.code == "library_file_hash"
    assert problem.values["sha256"] == hashlib.sha256(b"%PDF-1.7 another").hexdigest()
    path.write_bytes(b"MZ no document")
    assert [one.code for one in library_files(catalogue, library_folder(tmp_path))] == [
        "library_file_kind"
    ]
    path.unlink()
    assert [one.code for one in library_files(catalogue, library_folder(tmp_path))] == [
        "library_file_missing"
    ]
    path.symlink_to("/etc/hostname")
    assert [one.code for one in library_files(catalogue, library_folder(tmp_path))] == [
        "library_file_link"
    ]


def test_an_item_is_an_address_or_a_file_with_its_hash() -> None:
    assert problems(TEXT.replace('file = "loyer.pdf"\n', "")) == ["library_one_of"]
    assert problems(TEXT.replace('words = "simulation"', 'file = "x.pdf"')) == ["library_one_of"]
    assert problems(TEXT.replace(f'sha256 = "{HASH}"', "")) == ["library_no_hash"]
    assert problems(TEXT.replace('id = "lease"', 'id = "rights"')) == ["twice"]


@pytest.mark.parametrize("name", ["../caisse.toml", "a/b.pdf", ".hidden", "x\\y.pdf", "a" * 101])
def test_a_file_lies_in_its_own_folder(name: str) -> None:
    assert "misfit" in problems(TEXT.replace("loyer.pdf", name.replace("\\", "\\\\")))


def test_an_address_that_the_kiosk_refuses_is_named() -> None:
    catalogue = Catalogue.parse(TEXT.replace("caisse.example/simulateur/", "ailleurs.example/"))
    assert [problem.code for problem in catalogue.advice] == ["library_not_allowed"]


def test_another_library_is_another_version_of_the_convention() -> None:
    other = TEXT.replace("Simuler mes droits", "Mes droits")
    assert Catalogue.parse(TEXT).version != Catalogue.parse(other).version
