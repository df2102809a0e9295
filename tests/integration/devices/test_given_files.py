# SPDX-License-Identifier: GPL-3.0-only
"""A caller gives a file from a stick:
chosen by hand, kept as it is, and refused in words when it cannot be taken.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from session.core.device_errors import FileRefused
from session.kiosk.devices.given_files import (
    MAX_FILE_BYTES,
    GivenFiles,
    OfferedFile,
    find_files,
    read_file,
)
from session.protocol.conversation.messages import Grant, ScanSource
from tests.support.device_ends import Talk, drawn_page, invented_pdf, settle
from tests.support.waiting import until


def _has_ended(talk: Talk, before: int) -> bool:
    return len(talk.desk.ended) > before


class Screen:
    """The kiosk's screen: notes what it is asked to show."""

    def __init__(self, files: GivenFiles) -> None:
        self.files: tuple[OfferedFile, ...] | None = None
        self.ended = 0
        files.asked.connect(self._on_asked)
        files.ended.connect(self._on_ended)

    def _on_asked(self, files: tuple[OfferedFile, ...]) -> None:
        self.files = files

    def _on_ended(self, _nothing: None) -> None:
        self.ended += 1


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "media" / "stick"
    (folder / "Papiers").mkdir(parents=True)
    (folder / "Papiers" / "attestation.pdf").write_bytes(invented_pdf(5000))
    (folder / "notes.txt").write_text("rien")
    (folder / ".caché.pdf").write_bytes(b"%PDF-")
    (folder / "ailleurs.pdf").symlink_to("/etc/passwd")
    return tmp_path / "media"


async def test_the_file_that_the_caller_chose_comes_as_it_is(talk: Talk, stick: Path) -> None:
    files = GivenFiles([stick], tick_s=0.01)
    screen = Screen(files)
    talk.kiosk.devices._scans._files = files
    await talk.give(Grant.SCAN)
    await talk.desk.devices.scan(source=ScanSource.FILE)
    await until(lambda: screen.files)
    assert screen.files is not None
    assert [(one.name, one.size_bytes) for one in screen.files] == [("attestation.pdf", 5009)]
    (stick / "photo.JPG").write_bytes(drawn_page())
    await until(lambda: len(screen.files or ()) == 2)
    chosen = next(one for one in screen.files if one.name == "attestation.pdf")
    files.answer(chosen.file_id)
    await until(lambda: talk.desk.pages and talk.desk.ended)
    page = talk.desk.pages[0]
    assert (page.offer.given, page.offer.media_type, page.data) == (
        True,
        "application/pdf",
        invented_pdf(5000),
    )
    assert "attestation" not in str(page.offer)
    assert (talk.desk.ended[0].code, screen.ended) == ("", 1)
    await settle()
    assert talk.stored_files == []


async def test_no_stop_and_silence_give_nothing(talk: Talk, stick: Path) -> None:
    files = GivenFiles([stick], choose_s=0.3, tick_s=0.01)
    screen = Screen(files)
    talk.kiosk.devices._scans._files = files
    await talk.give(Grant.SCAN)
    for told, (end, code) in enumerate(
        (("no", "file_not_given"), ("silence", "file_not_given"), ("stop", "grant_missing"))
    ):
        screen.files = None
        await talk.desk.devices.scan(source=ScanSource.FILE)
        await until(lambda: screen.files)
        if end == "no":
            files.answer("")
        elif end == "stop":
            talk.kiosk.grants.withdraw_all()
        await until(partial(_has_ended, talk, told))
        assert talk.desk.ended[-1].code == code
    assert talk.desk.pages == []
    assert screen.ended == 3


async def test_a_kiosk_without_such_disks_says_so(talk: Talk) -> None:
    await talk.give(Grant.SCAN)
    await talk.desk.devices.request_report()
    await until(lambda: talk.desk.reports)
    assert not talk.desk.reports[0].files
    await talk.desk.devices.scan(source=ScanSource.FILE)
    await until(lambda: talk.desk.ended)
    assert talk.desk.ended[0].code == "file_not_given"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "kind"),
        (b"MZ not a document", "kind"),
        (b"\xff\xd8\xff nothing", "read"),
        (b"%PDF-" * 4_000_000, "size"),
    ],
)
def test_what_cannot_be_taken_is_refused(tmp_path: Path, data: bytes, why: str) -> None:
    path = tmp_path / "piece.pdf"
    path.write_bytes(data)
    assert len(data) < MAX_FILE_BYTES or why == "size"
    with pytest.raises(FileRefused) as refused:
        read_file(path)
    assert refused.value.detail["why"] == why


def test_links_and_folders_are_no_documents(tmp_path: Path, stick: Path) -> None:
    with pytest.raises(FileRefused):
        read_file(stick / "stick" / "ailleurs.pdf")
    with pytest.raises(FileRefused):
        read_file(tmp_path)
    assert [path.name for path, _size in find_files([stick, tmp_path / "gone"])] == [
        "attestation.pdf"
    ]


def test_a_picture_of_a_telephone_fills_a_sheet(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(drawn_page())
    page = read_file(tmp_path / "photo.jpg")
    assert (page.width_px, page.height_px, page.dpi) == (310, 438, 50)
