# SPDX-License-Identifier: GPL-3.0-only
"""Where documents lie is a setting; the password is not."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from documents.hashes import sha256_of
from documents.store.remote_blobs import RemoteBlobs
from expert_app.runtime.config import HubSettings, SettingsWrong, load
from expert_app.runtime.credentials import KeyMissing
from expert_app.runtime.paths import paths_for
from expert_app.runtime.store_settings import DocumentsSettings
from expert_app.stores.dossiers import open_blobs, open_copy, open_store, try_documents
from session.core.dossier_model import NewDocument
from tests.support.far_stores import SECRET, USER, webdav_share
from tests.unit.documents.store.filled_store import CALLER, NINE, PDF


def _settings(text: str, folder: Path) -> HubSettings:
    file = folder / "hub.toml"
    file.write_text(text, encoding="utf-8")
    return load(HubSettings, file)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('kind = "s3"', "bucket"),
        ('kind = "webdav"', "address"),
        ('kind = "webdav"\naddress = "http://partage.example/"', "https"),
        ('kind = "webdav"\naddress = "https://hub:mot@partage.example/"', "password"),
        ('kind = "webdav"\naddress = "https://partage.example/"\nprefix = "../x"', "prefix"),
        ('kind = "ftp"', "kind"),
    ],
)
def test_a_place_that_cannot_be_or_would_show_documents_is_refused(
    text: str, why: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsWrong) as caught:
        _settings(f"[documents]\n{text}\n", tmp_path)
    assert why in caught.value.why


def test_a_store_without_its_password_says_how_to_give_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTE_EXPERT_SECRET_DOCUMENTS", "")
    place = DocumentsSettings(kind="webdav", address="https://partage.example/", user=USER,
                              secret_file=str(tmp_path / "none"))  # fmt: skip
    with pytest.raises(KeyMissing):
        open_blobs(HubSettings(documents=place), paths_for("hub", tmp_path))
    monkeypatch.setenv("POSTE_EXPERT_SECRET_DOCUMENTS", SECRET)
    blobs = open_blobs(HubSettings(documents=place), paths_for("hub", tmp_path))
    assert isinstance(blobs, RemoteBlobs)
    blobs.close()


def test_a_share_is_tried_used_and_backed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POSTE_EXPERT_SECRET_DOCUMENTS", SECRET)
    folder, paths = tmp_path / "share", paths_for("hub", tmp_path / "hub")
    folder.mkdir()
    with webdav_share(folder) as share:
        place = DocumentsSettings(kind="webdav", address=share.address, user=USER)
        settings = HubSettings(documents=place)
        assert try_documents(settings, paths) == 0
        with open_store(settings, paths) as store:
            store.create_dossier("caf31", CALLER)
            store.file(
                "caf31",
                "2026-0042",
                NewDocument(
                    piece_id="", name="Papier", pages=2, sha256=sha256_of(PDF), upload_id="u1"
                ),
                PDF,
                filed_at_utc=NINE,
            )
        (path,) = folder.rglob("*.pdf")
        assert path.read_bytes() == PDF
        copy = open_copy(settings, paths)
        (name,) = copy.paths()
        assert copy.read(name) == PDF
        path.unlink()
        assert copy.missing() == 1
        copy.write(name, PDF)
        assert copy.missing() == 0
        with pytest.raises(ValueError, match="pdf"):
            copy.write(name, PDF + b" ")
        copy.close()
    capsys.readouterr()
    assert try_documents(settings, paths) == 1
    said = capsys.readouterr().out
    assert "outbox" in said or "envois" in said
    assert SECRET not in said
    assert SECRET not in repr(msgspec.to_builtins(settings))
