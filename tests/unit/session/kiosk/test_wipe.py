# SPDX-License-Identifier: GPL-3.0-only
"""The disk is looked at after each wipe: nothing of the caller may be there."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from session.kiosk.wipe import WEB_PREFIX, Swept, Wipe, open_session_folder, sweep


def fill(folder: Path) -> int:
    """Files as a session leaves them; returns how many."""
    (folder / "spool" / "deep").mkdir(parents=True)
    (folder / "page-1.jpg").write_bytes(b"page" * 1000)
    (folder / "spool" / "receipt.pdf").write_bytes(b"%PDF")
    (folder / "spool" / "deep" / ".hidden").write_bytes(b"x")
    return 3


def everything_below(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_session_folder_is_private(tmp_path: Path) -> None:
    folder = open_session_folder(tmp_path / "run", "s1")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


def test_nothing_is_left_after_a_wipe(tmp_path: Path) -> None:
    folder = open_session_folder(tmp_path, "s1")
    files = fill(folder)
    wiped = Wipe(folder).wipe(page_count=2, profile_removed=True)
    assert everything_below(tmp_path) == []
    assert (wiped.files_removed, wiped.pages_removed, wiped.left_over) == (files, 2, 0)
    assert wiped.profile_removed


def test_profile_that_stays_is_reported(tmp_path: Path) -> None:
    folder = open_session_folder(tmp_path, "s1")
    assert not Wipe(folder).wipe(page_count=0, profile_removed=False).profile_removed


def test_wiping_twice_is_harmless(tmp_path: Path) -> None:
    folder = open_session_folder(tmp_path, "s1")
    fill(folder)
    wipe = Wipe(folder)
    wipe.wipe(0, True)
    again = wipe.wipe(0, True)
    assert (again.files_removed, again.left_over) == (0, 0)


def test_read_only_files_are_removed_too(tmp_path: Path) -> None:
    folder = open_session_folder(tmp_path, "s1")
    files = fill(folder)
    (folder / "page-1.jpg").chmod(0o400)
    (folder / "spool").chmod(0o500)
    assert Wipe(folder).wipe(0, True).files_removed == files
    assert everything_below(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_what_a_link_points_to_is_not_touched(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "keep.txt").write_text("kept")
    folder = open_session_folder(tmp_path / "run", "s1")
    (folder / "link").symlink_to(outside, target_is_directory=True)
    assert Wipe(folder).wipe(0, True).files_removed == 1
    assert (outside / "keep.txt").read_text() == "kept"
    assert everything_below(tmp_path / "run") == []


def test_a_file_that_resists_is_counted_as_left_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = open_session_folder(tmp_path, "s1")
    fill(folder)
    real_unlink = os.unlink

    def unlink(path: str, *, dir_fd: int | None = None) -> None:
        if str(path).endswith("receipt.pdf"):
            raise PermissionError("held open by the spooler")
        real_unlink(path, dir_fd=dir_fd)

    wipe = Wipe(folder)
    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", unlink)
        resisting = wipe.wipe(0, True)
    assert everything_below(tmp_path) == [
        folder,
        folder / "spool",
        folder / "spool" / "receipt.pdf",
    ]
    assert (resisting.files_removed, resisting.left_over) == (2, 3)
    assert wipe.wipe(0, True).left_over == 0
    assert everything_below(tmp_path) == []


def test_start_sweeps_what_a_killed_kiosk_left(tmp_path: Path) -> None:
    files = fill(open_session_folder(tmp_path, "s1")) + fill(open_session_folder(tmp_path, "s2"))
    (tmp_path / "kiosk.toml").write_text("not a session")
    pictures = tmp_path / f"{WEB_PREFIX}0a1b"  # of a page of the caller, on their way to the desk
    pictures.mkdir()
    (pictures / "0c2d").write_bytes(b"a picture of the caller's own pages")
    assert sweep(tmp_path, but_of_ticket="t9") == Swept(files_removed=files + 1, left_over=0)
    assert everything_below(tmp_path) == [tmp_path / "kiosk.toml"]


def test_sweeping_where_nothing_was_finds_nothing(tmp_path: Path) -> None:
    assert sweep(tmp_path / "never_made") == Swept(files_removed=0, left_over=0)


def test_a_new_session_starts_with_an_empty_folder(tmp_path: Path) -> None:
    fill(open_session_folder(tmp_path, "s1"))
    assert everything_below(open_session_folder(tmp_path, "s1")) == []


def test_a_resumed_session_finds_its_pages_again(tmp_path: Path) -> None:
    fill(open_session_folder(tmp_path, "s1"))
    before = everything_below(tmp_path)
    open_session_folder(tmp_path, "s1", resumed=True)
    assert everything_below(tmp_path) == before


def test_sweeping_leaves_the_session_of_a_ticket_that_may_still_run(tmp_path: Path) -> None:
    fill(open_session_folder(tmp_path, "t1_aa"))
    fill(open_session_folder(tmp_path, "t2_bb"))
    sweep(tmp_path, but_of_ticket="t1")
    assert [path.name for path in tmp_path.iterdir()] == ["session-t1_aa"]
    sweep(tmp_path)
    assert everything_below(tmp_path) == []


def test_only_a_sessions_folder_may_be_wiped(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="session"):
        Wipe(tmp_path)
    with pytest.raises(ValueError, match="session"):
        open_session_folder(tmp_path, "../other")


def test_a_shown_document_that_stays_in_memory_is_something_left_over(tmp_path: Path) -> None:
    folder = open_session_folder(tmp_path, "s1")
    assert Wipe(folder).wipe(0, True, shown_left=1).left_over == 1
