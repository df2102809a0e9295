# SPDX-License-Identifier: GPL-3.0-only
"""A saved conversation opens elsewhere as it was, or says in a sentence of its own why it is not
believed.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from msgspec.structs import replace

from expert_app.commands.verify import verify_files
from expert_app.helpdesk import bundle
from expert_app.helpdesk.bundle import (
    BundleFault,
    BundleSource,
    is_bundle,
    read_bundle,
    without_pages,
    write_bundle,
)
from expert_app.helpdesk.bundle_words import bundle_lines, fault_words
from resources.texts import use_language
from session.bus.transport.nkeys import new_seed, public_key, sign
from session.kiosk.call.consent import SHEET
from session.log.events import (
    AddressOpened,
    EndDescribed,
    GrantChanged,
    MirrorChunk,
    Record,
    SheetAnswered,
    Writer,
)
from session.log.playback.opening import open_records
from session.log.summary import summarise
from session.protocol.conversation.messages import Grant, ReadAs
from tests.support.log_story import whole_session
from views.words.consent import text_version

SEED = new_seed()
DESCRIBED = EndDescribed(by=Writer.KIOSK, version="0.2.0", scanner="canon_dr_s150")
SOURCE = BundleSource("s1", whole_session(), "0125-223B", "caisse")
AT = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


def _saved(folder: Path, *, with_pages: bool = True) -> Path:
    path = folder / "entretien.zip"
    write_bundle(path, SOURCE, SEED, exported_by="h1", exported_at=AT, with_pages=with_pages)
    return path


def _changed(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w") as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return path


def test_a_saved_conversation_is_opened_elsewhere_as_it_was(tmp_path: Path) -> None:
    path = _saved(tmp_path)
    assert path.stat().st_mode & 0o077 == 0
    assert is_bundle(path)
    verdict, log = read_bundle(path, [public_key(SEED)])
    assert (verdict.fault, verdict.trusted) == (None, True)
    assert verdict.manifest is not None
    assert (verdict.manifest.short_number, verdict.manifest.exported_by) == ("0125-223B", "h1")
    assert log is not None
    assert summarise(log) == summarise(open_records("s1", SOURCE.records))
    assert [list(tmp_path.iterdir())] == [[path]]


def test_without_pages_nothing_of_a_page_and_no_host_is_in_it(tmp_path: Path) -> None:
    _verdict, log = read_bundle(_saved(tmp_path, with_pages=False))
    assert log is not None
    events = [record.event for _row, record in log.records()]
    assert len(events) == len(SOURCE.records)
    assert {one.data for one in events if isinstance(one, MirrorChunk)} == {b""}
    hosts = {one.host for one in events if isinstance(one, AddressOpened)}
    assert hosts == {"site-1"}
    assert b"exemple" not in b"".join(
        zipfile.ZipFile(tmp_path / "entretien.zip").read(name) for name in bundle.PARTS
    )
    assert [one.number for one in without_pages(SOURCE.records)] == [
        one.number for one in SOURCE.records
    ]


def test_the_summary_is_a_pdf_of_a_page(tmp_path: Path) -> None:
    with zipfile.ZipFile(_saved(tmp_path)) as file:
        pdf = pikepdf.open(io.BytesIO(file.read(bundle.SUMMARY)))
    assert len(pdf.pages) == 1


def test_the_versions_of_both_ends_and_their_devices_are_told(tmp_path: Path) -> None:
    records = whole_session()
    described = Record(at_utc=AT, writer=Writer.KIOSK, number=99, event=DESCRIBED)
    path = tmp_path / "v.zip"
    source = BundleSource("s1", [*records, described])
    write_bundle(path, source, SEED, exported_by="h1", exported_at=AT, with_pages=True)
    with zipfile.ZipFile(path) as file:
        told = json.loads(file.read(bundle.VERSIONS))
    assert (told["kiosk"], told["scanner"]) == ("0.2.0", "canon_dr_s150")


def _edit_log(parts: dict[str, bytes]) -> None:
    parts[bundle.LOG] = parts[bundle.LOG].replace(b"aides", b"autre")


def _edit_manifest(parts: dict[str, bytes]) -> None:
    parts[bundle.MANIFEST] = parts[bundle.MANIFEST].replace(b"0125-223B", b"9999-9999")


def _newer(parts: dict[str, bytes]) -> None:
    manifest = json.loads(parts[bundle.MANIFEST]) | {"poste-expert": 99}
    text = json.dumps(manifest).encode()
    parts[bundle.MANIFEST] = text
    signed = {"key": public_key(SEED), "signature": sign(SEED, bundle._SIGNED + text)}
    parts[bundle.SIGNATURE] = json.dumps(signed).encode()


@pytest.mark.parametrize(
    ("change", "fault", "part"),
    [
        (_edit_log, BundleFault.CHANGED, bundle.LOG),
        (_edit_manifest, BundleFault.SIGNATURE, ""),
        (lambda parts: parts.pop(bundle.SUMMARY), BundleFault.MISSING, bundle.SUMMARY),
        (lambda parts: parts.pop(bundle.SIGNATURE), BundleFault.MISSING, bundle.SIGNATURE),
        (lambda parts: parts.update({"plus.txt": b"x"}), BundleFault.ADDED, "plus.txt"),
        (lambda parts: parts.update({bundle.SIGNATURE: b"[1]"}), BundleFault.UNREADABLE, ""),
        (_newer, BundleFault.TOO_NEW, ""),
    ],
)
def test_each_fault_has_its_sentence_and_nothing_is_opened(
    change: Callable[[dict[str, bytes]], None],
    fault: BundleFault,
    part: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = _changed(_saved(tmp_path), change)
    verdict, log = read_bundle(path)
    assert verdict.fault is fault
    assert log is None
    words = fault_words(verdict, path.name)
    assert path.name in words
    assert part in words
    assert verify_files([str(path)]) == 1
    assert words in capsys.readouterr().out


def test_a_foreign_key_is_named_and_a_trusted_one_is_said(tmp_path: Path) -> None:
    path = _saved(tmp_path)
    verdict, log = read_bundle(path, [public_key(new_seed())])
    assert (verdict.fault, log) == (BundleFault.FOREIGN, None)
    assert public_key(SEED) in fault_words(verdict, path.name)
    assert verify_files([str(path)], keys=[public_key(SEED)]) == 0
    assert public_key(SEED) in "\n".join(bundle_lines(read_bundle(path).verdict, path.name))


def test_what_unpacks_to_too_much_or_to_nothing_is_not_opened(tmp_path: Path) -> None:
    big = _changed(
        _saved(tmp_path), lambda parts: parts.update({"a": b"0" * (bundle.SMALL_BYTES + 1)})
    )
    assert read_bundle(big).verdict.fault is BundleFault.TOO_LARGE
    torn = tmp_path / "torn.zip"
    torn.write_bytes(_saved(tmp_path).read_bytes()[:900])
    assert read_bundle(torn).verdict.fault is BundleFault.UNREADABLE
    assert not is_bundle(torn)
    with pytest.raises(FileNotFoundError):
        read_bundle(tmp_path / "nothing.zip")


def test_the_sentences_that_the_caller_read_are_in_the_proof(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    use_language("fr")
    version = text_version((Grant.SEE_PAGE,))
    use_language("en")

    def asked(record: Record) -> Record:
        if isinstance(record.event, GrantChanged) and record.event.grant is Grant.SEE_PAGE:
            event = replace(record.event, asked=(Grant.SEE_PAGE,), text_version=version)
            return replace(record, event=event)
        return record

    path = tmp_path / "entretien.zip"
    source = BundleSource("s1", [asked(record) for record in whole_session()])
    write_bundle(path, source, SEED, exported_by="h1", exported_at=AT, with_pages=True)
    assert verify_files([str(path)]) == 0
    assert "(read: “Votre conseiller peut-il voir la page Internet" in capsys.readouterr().out


def test_a_yes_to_a_sheet_is_in_the_proof_as_a_grant_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    use_language("fr")
    version = text_version(SHEET)
    use_language("en")
    answer = SheetAnswered(print_id="p1", wanted=True, text_version=version, read_as=ReadAs.HEARD)
    path = tmp_path / "entretien.zip"
    first, *others = whole_session()
    source = BundleSource("s1", [first, *others, replace(others[-1], event=answer, number=900)])
    write_bundle(path, source, SEED, exported_by="h1", exported_at=AT, with_pages=True)
    assert verify_files([str(path)]) == 0
    said = "The caller said yes to a sheet (read and heard: “Voulez-vous cette feuille"
    assert said in capsys.readouterr().out
