# SPDX-License-Identifier: GPL-3.0-only
"""The same promise wherever documents lie: in a folder, in an S3 bucket, on a WebDAV share."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from documents.hashes import sha256_of
from documents.store.blobs import Blobs, BlobStore
from documents.store.dossier_store import DossierStore
from documents.store.remote_blobs import RemoteBlobs, StoreAway, s3_blobs, webdav_blobs
from session.core.dossier_model import NewDocument, PieceState
from session.core.errors import DocumentNotFiled, StoreUnreachable
from tests.support.far_stores import BUCKET, SECRET, USER, Share, s3_service, webdav_share
from tests.unit.documents.store.blob_places import far_blobs
from tests.unit.documents.store.filled_store import CALLER, PDF

DATA, OTHER = b"%PDF-1.7 une page" * 500, b"%PDF-1.7 une autre"
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REMOTE = ("s3", "webdav")


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with s3_service() as address:
        yield address


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Share]:
    with webdav_share(tmp_path_factory.mktemp("share")) as share:
        yield share


Spoil = Callable[[str, bytes | None], None]


@pytest.fixture(params=["folder", *REMOTE])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[BlobStore, Spoil]]:
    """A store, and how somebody else changes or removes a file in it."""
    blobs, spoil = _kept(request, tmp_path)
    yield blobs, spoil
    blobs.close()


def _kept(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[BlobStore, Spoil]:
    if request.param == "folder":
        return Blobs(tmp_path), lambda path, data: _spoil(tmp_path / path, data)
    prefix = f"t{abs(hash(request.node.nodeid)):x}"
    if request.param == "s3":
        blobs = s3_blobs(
            BUCKET,
            prefix,
            address=request.getfixturevalue("s3"),
            region="us-east-1",
            user=USER,
            secret=SECRET,
        )
        files: Any = blobs._files

        def spoil(path: str, data: bytes | None) -> None:
            place = f"{BUCKET}/{prefix}/{path}"
            files.rm_file(place) if data is None else files.pipe_file(place, data)

        return blobs, spoil
    share: Share = request.getfixturevalue("share")
    (share.folder / prefix).mkdir()
    blobs = webdav_blobs(share.address, prefix, user=USER, secret=SECRET)
    return blobs, lambda path, data: _spoil(share.folder / prefix / path, data)


def _spoil(file: Path, data: bytes | None) -> None:
    file.unlink() if data is None else file.write_bytes(data)


def test_what_is_kept_is_read_back_under_the_name_of_its_hash(
    kept: tuple[BlobStore, Spoil],
) -> None:
    blobs, _spoil = kept
    sha256 = sha256_of(DATA)
    path = blobs.put("caf31", DATA, sha256)
    assert path == f"caf31/{sha256[:2]}/{sha256[2:4]}/{sha256}.pdf"
    assert blobs.put("caf31", DATA, sha256) == path
    assert blobs.get(path, sha256) == DATA
    assert blobs.has(path)
    with pytest.raises(ValueError, match="organisation"):
        blobs.put("../ft", DATA, sha256)


def test_a_file_that_was_changed_or_is_gone_is_noticed_and_mended_by_the_same_bytes(
    kept: tuple[BlobStore, Spoil],
) -> None:
    blobs, spoil = kept
    sha256 = sha256_of(DATA)
    path = blobs.put("caf31", DATA, sha256)
    for damage, why in ((OTHER, "file_changed"), (None, "file_missing")):
        spoil(path, damage)
        assert blobs.has(path) is (damage is not None)
        with pytest.raises(DocumentNotFiled) as caught:
            blobs.get(path, sha256)
        assert caught.value.detail == {"why": why}
        blobs.put("caf31", DATA, sha256)
        assert blobs.get(path, sha256) == DATA


def test_nothing_is_kept_that_does_not_read_back(kept: tuple[BlobStore, Spoil]) -> None:
    blobs, _spoil = kept
    # what the far end holds is not what was promised
    with pytest.raises(DocumentNotFiled) as caught:
        blobs.put("caf31", OTHER, sha256_of(DATA))
    assert caught.value.detail == {"why": "read_back"}


def test_a_far_store_is_tried_without_leaving_anything(
    kept: tuple[BlobStore, Spoil], share: Share
) -> None:
    blobs, _spoil = kept
    if isinstance(blobs, RemoteBlobs):
        before = sorted(share.folder.rglob("*"))
        blobs.check()
        assert sorted(share.folder.rglob("*")) == before


@pytest.mark.parametrize("kind", REMOTE)
def test_a_store_that_is_away_files_nothing_and_the_repeat_files_once(
    kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, s3: str, share: Share
) -> None:
    caplog.set_level(logging.DEBUG)
    sha256 = sha256_of(PDF)

    def file(store: DossierStore) -> None:
        store.file(
            "caf31",
            "2026-0042",
            NewDocument(piece_id="identity", name="Papier", pages=2, sha256=sha256, upload_id="u1"),
            PDF,
            filed_at_utc=NINE,
        )

    with DossierStore(tmp_path / "store", blobs=far_blobs(kind, "http://127.0.0.1:9")) as store:
        store.create_dossier("caf31", CALLER)
        with pytest.raises(StoreUnreachable) as caught:
            file(store)
        assert SECRET not in f"{caught.value.detail}"
        piece = store.open_dossier("caf31", "2026-0042").piece("identity")
        assert piece is not None
        assert piece.state is PieceState.EXPECTED
    with DossierStore(
        tmp_path / "store", blobs=far_blobs(kind, s3 if kind == "s3" else share.address)
    ) as store:
        file(store)
        file(store)
        (document,) = store.open_dossier("caf31", "2026-0042").documents
        assert store.read("caf31", document.id) == PDF
        assert store.damaged("caf31") == []
    assert SECRET not in caplog.text


def test_a_share_that_does_not_know_us_is_away(share: Share) -> None:
    blobs = far_blobs("webdav", share.address, "faux")
    with pytest.raises(StoreAway):
        blobs.put("caf31", DATA, sha256_of(DATA))
    for ask in (blobs.check, lambda: blobs.has("caf31/x.pdf")):  # never "no" for "I cannot know"
        with pytest.raises(StoreAway):
            ask()
    blobs.close()
