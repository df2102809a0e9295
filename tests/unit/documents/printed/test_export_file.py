# SPDX-License-Identifier: GPL-3.0-only
"""An exported dossier opens anywhere, and says by itself whether anything in it was changed."""

from __future__ import annotations

import csv
import io
import os
import shutil
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from documents.hashes import sha256_of
from documents.printed.export_file import (
    INDEX,
    README,
    SEAL,
    SUMS,
    TABLE,
    ExportedDocument,
    ExportedPiece,
    ExportIndex,
    ExportLimit,
    _limit,
    check_export,
    file_of,
    write_export,
)
from expert_app.commands.verify import verify_files
from tests.unit.documents.store.filled_store import NINE, PDF, pdf_like

KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw()
OLD = pdf_like("Ancienne")
BYTES = {"d1": OLD, "d2": PDF}


def _document(place: int, document_id: str, name: str, replaced_by: str = "") -> ExportedDocument:
    data = BYTES[document_id]
    return ExportedDocument(
        file=file_of(place, name, document_id, replaced=bool(replaced_by)),
        id=document_id,
        name=name,
        piece="Pièce d’identité",
        pages=2,
        size_bytes=len(data),
        sha256=sha256_of(data),
        filed_at_utc=NINE,
        replaced_by=replaced_by,
    )


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    index = ExportIndex(
        organisation="Caisse d'entraide du Val-Doré",
        dossier="2026-0042",
        caller_name="Éloïse Garance",
        caller_number="1234567",
        born_on="1987-02-14",
        procedure="Aide au logement",
        exported_at_utc=NINE,
        exported_by="Chantal V.",
        reason="Demande de l’usager",
        pieces=(ExportedPiece(id="identity", name="Pièce d’identité", state="filed"),),
        documents=(
            _document(1, "d1", "Carte d’identité", "d2"),
            _document(2, "d2", "=cmd() Carte / nouvelle"),
        ),
        history=(),
    )
    path = tmp_path / "dossier.zip"
    write_export(path, index, lambda one: BYTES[one.id], public_key=PUBLIC, sign=KEY.sign)
    return path


def test_it_opens_anywhere_and_its_hashes_are_checked_without_us(
    exported: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "open"
    with zipfile.ZipFile(exported) as file:
        file.extractall(folder)
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {
        "versions/01_carte-d-identite_d1.pdf",
        "documents/02_cmd-carte-nouvelle_d2.pdf",
        INDEX,
        TABLE,
        SUMS,
        SEAL,
        README,
    }
    assert (folder / "documents/02_cmd-carte-nouvelle_d2.pdf").read_bytes() == PDF
    if shutil.which("sha256sum"):
        checked = subprocess.run(
            ["sha256sum", "-c", SUMS], cwd=folder, capture_output=True, check=False, timeout=20
        )
        assert checked.returncode == 0, checked.stderr
    rows = list(csv.reader(io.StringIO((folder / TABLE).read_text("utf-8-sig")), delimiter=";"))
    assert rows[2][1] == "'=cmd() Carte / nouvelle"
    if os.name == "posix":
        assert exported.stat().st_mode & 0o077 == 0


def test_verify_says_that_it_is_whole(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify_files([str(exported)]) == 0
    said = capsys.readouterr().out
    assert "WHOLE" in said or "INTACT" in said
    assert "2026-0042" in said
    verdict = check_export(exported, [PUBLIC])
    assert (verdict.whole, verdict.trusted) == (True, True)
    assert check_export(exported, [b"x" * 32]).trusted is False
    assert len(verdict.documents) == 2


def _changed(path: Path, name: str, data: bytes | None, extra: str = "") -> Path:
    """The same ZIP with one file changed, removed (None) or added."""
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info.filename, old.read(info.filename))
            elif data is not None:
                new.writestr(name, data)
        if extra:
            new.writestr(extra, b"x")
    return target


@pytest.mark.parametrize("name", ["documents/02_cmd-carte-nouvelle_d2.pdf", INDEX, TABLE, README])
def test_a_changed_or_missing_file_is_named(
    exported: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _changed(exported, name, PDF + b"\n")
    assert verify_files([str(path)]) == 1
    assert name in capsys.readouterr().out
    assert check_export(path).changed == (name,)
    assert check_export(_changed(exported, name, None)).missing == (name,)
    assert check_export(_changed(exported, "", None, "virus.exe")).added == ("virus.exe",)


def test_hashes_made_to_fit_do_not_have_the_seal(exported: Path) -> None:
    with zipfile.ZipFile(exported) as file:
        listed = file.read(SUMS).replace(sha256_of(PDF).encode(), sha256_of(b"x").encode())
    verdict = check_export(_changed(exported, SUMS, listed))
    assert (verdict.readable, verdict.sealed, verdict.whole) == (True, False, False)


def test_a_flipped_bit_is_found_wherever_it_is(exported: Path, tmp_path: Path) -> None:
    data = bytearray(exported.read_bytes())
    path = tmp_path / "bit.zip"
    for place in range(200, len(data) - 100, max(1, len(data) // 40)):
        data[place] ^= 1
        path.write_bytes(data)
        assert not check_export(path).whole or zipfile.ZipFile(path).testzip() is None
        data[place] ^= 1


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06" + b"\0" * 18, b"PK\x03\x04 nothing"])
def test_what_is_no_export_is_refused_in_words(
    tmp_path: Path, data: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    assert verify_files([str(path)]) != 0
    assert capsys.readouterr().out


def _zeros(path: Path, files: int, mb: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(files):
            with file.open(f"documents/{number}.pdf", "w") as member:
                for _ in range(mb):
                    member.write(bytes(1 << 20))
    return path


def _overlapping(path: Path, entries: int) -> Path:
    """Many names for one packed megabyte (David Fifield, "A better zip bomb", 2019)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = packer.compress(bytes(1 << 20)) + packer.flush()
    crc = zlib.crc32(bytes(1 << 20))
    fields = struct.pack("<HHIIIHH", 0, 0, crc, len(data), 1 << 20, 5, 0)
    local = b"PK\3\4" + struct.pack("<HHH", 20, 0, 8) + fields + b"00000" + data
    listed = b"".join(
        b"PK\1\2"
        + struct.pack("<HHHH", 20, 20, 0, 8)
        + fields
        + struct.pack("<HHHII", 0, 0, 0, 0, 0)
        + f"{number:05}".encode()
        for number in range(entries)
    )
    end = struct.pack("<HHHHIIH", 0, 0, entries, entries, len(listed), len(local), 0)
    path.write_bytes(local + listed + b"PK\5\6" + end)
    return path


@pytest.mark.parametrize(
    ("make", "limit", "words"),
    [
        (lambda path: _zeros(path, 5001, 0), ExportLimit.TOO_MANY_FILES, "5000"),
        (lambda path: _zeros(path, 1, 257), ExportLimit.FILE_TOO_LARGE, "256"),
        (lambda path: _zeros(path, 2, 40), ExportLimit.SWELLS, "4"),
        (lambda path: _overlapping(path, 50), ExportLimit.OVERLAPS, ""),
    ],
)
def test_a_bomb_is_not_unpacked_and_it_is_said_why(
    tmp_path: Path,
    make: Callable[[Path], Path],
    limit: ExportLimit,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = make(tmp_path / "bomb.zip")
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_words, **_named: pytest.fail("unpacked"))
    assert check_export(path).limit == limit
    assert verify_files([str(path)]) == 1
    said = capsys.readouterr().out
    assert "bomb.zip" in said
    assert words in said


def test_a_dossier_of_thousands_of_documents_is_within_the_limits() -> None:
    infos = []
    for number in range(4000):
        info = zipfile.ZipInfo(f"documents/{number}.pdf")
        info.file_size = info.compress_size = 2_000_000
        info.header_offset = number * 2_000_100
        infos.append(info)
    assert _limit(infos, 4000 * 2_000_100) is None
    infos[7].file_size = infos[7].compress_size = 255 << 20
    assert _limit(infos, 4000 * 2_000_100) is ExportLimit.OVERLAPS
    for info in infos:
        info.file_size = info.compress_size = 3_000_000
    assert _limit(infos, 4000 * 3_000_100) is ExportLimit.TOO_LARGE


def test_a_file_that_cannot_be_written_leaves_nothing(exported: Path, tmp_path: Path) -> None:
    index = check_export(exported).index
    assert index is not None

    def gone(_document: ExportedDocument) -> bytes:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="space"):
        write_export(tmp_path / "new.zip", index, gone, public_key=PUBLIC, sign=KEY.sign)
    assert not list(tmp_path.glob("new.zip*"))
