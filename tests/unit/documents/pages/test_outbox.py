# SPDX-License-Identifier: GPL-3.0-only
"""The outbox: what was received stays, whatever is killed when."""

from __future__ import annotations

import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from documents.hashes import sha256_of
from documents.imaging.edits import CropPage, Edits, TurnPage
from documents.pages.outbox import KeptPage, LeftoverReason, Outbox, PageState, QueuedDocument
from session.core.errors import DossierUnknown, PageDamaged

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HERE = Path(__file__).parents[4]
PDF = b"%PDF-1.7 a document"
TURNED = Edits().then(TurnPage(1))


def _keep(outbox: Outbox, page_id: str, data: bytes = b"", session_id: str = "s1") -> KeptPage:
    data = data or f"picture {page_id}".encode()
    return outbox.keep_page(_page(page_id, data, session_id=session_id), data)


def _page(page_id: str, data: bytes, session_id: str = "s1") -> KeptPage:
    return KeptPage(
        session_id=session_id,
        page_id=page_id,
        sha256=sha256_of(data),
        size_bytes=len(data),
        media_type="image/jpeg",
        width_px=2480,
        height_px=3508,
        dpi=300,
        taken_at_utc=NINE,
    )


def _queue(outbox: Outbox, upload_id: str = "u1", *page_ids: str) -> QueuedDocument:
    document = QueuedDocument(
        session_id="s1",
        upload_id=upload_id,
        organisation="caf31",
        dossier="2026-0042",
        piece_id="identity",
        name="Pièce d'identité",
        pages=2,
        size_bytes=len(PDF),
        sha256=sha256_of(PDF),
        queued_at_utc=NINE,
        page_ids=page_ids,
    )
    outbox.queue_document(document, PDF)
    return document


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox")


def _reopened(outbox: Outbox) -> Outbox:
    again = Outbox(outbox._folder)
    assert again.recover() == []
    return again


def test_a_kept_page_is_found_again_after_a_restart(outbox: Outbox) -> None:
    page = _keep(outbox, "p1")
    again = _reopened(outbox)
    assert again.pages("s1") == [page]
    assert again.page_bytes("s1", "p1") == b"picture p1"


def test_a_page_with_another_hash_is_not_kept(outbox: Outbox) -> None:
    with pytest.raises(PageDamaged):
        outbox.keep_page(_page("p1", b"y"), b"x")
    assert outbox.pages("s1") == []


def test_a_page_offered_again_keeps_its_edits_and_place(outbox: Outbox) -> None:
    _keep(outbox, "p1")
    _keep(outbox, "p2")
    edited = outbox.set_edits("s1", "p1", Edits().then(TurnPage(1)))
    assert _keep(outbox, "p1") == edited
    assert [page.page_id for page in outbox.pages("s1")] == ["p1", "p2"]


def test_edits_and_order_survive_a_restart(outbox: Outbox) -> None:
    for page_id in ("a", "b", "c"):
        _keep(outbox, page_id)
    edits = Edits().then(TurnPage(3)).then(CropPage(0.1, 0.2, 0.9, 0.8))
    outbox.set_edits("s1", "c", edits)
    outbox.set_order("s1", ["c", "a"])
    pages = _reopened(outbox).pages("s1")
    assert [page.page_id for page in pages] == ["c", "a", "b"]
    assert pages[0].edits == edits
    assert outbox.page_bytes("s1", "c") == b"picture c"


def test_sessions_are_apart(outbox: Outbox) -> None:
    _keep(outbox, "p1", session_id="s1")
    _keep(outbox, "p1", b"another", session_id="s2")
    assert outbox.page_bytes("s2", "p1") == b"another"
    outbox.remove_page("s1", "p1")
    assert (outbox.pages("s1"), len(outbox.pages("s2"))) == ([], 1)


def test_a_removed_page_is_gone(outbox: Outbox) -> None:
    _keep(outbox, "p1")
    outbox.remove_page("s1", "p1")
    outbox.remove_page("s1", "p1")
    assert _reopened(outbox).pages("s1") == []
    with pytest.raises(DossierUnknown):
        outbox.page_bytes("s1", "p1")
    with pytest.raises(DossierUnknown):
        outbox.set_edits("s1", "p1", Edits())


def test_a_queued_document_waits_until_it_is_filed_and_takes_its_pages_along(
    outbox: Outbox,
) -> None:
    for page_id in ("p1", "p2", "p3"):
        _keep(outbox, page_id)
    document = _queue(outbox, "u1", "p1", "p2")
    again = _reopened(outbox)
    assert again.documents() == [document]
    assert again.documents("other") == []
    assert again.document_bytes("u1") == PDF
    assert [page.state for page in again.pages("s1")] == [
        PageState.IN_DOCUMENT,
        PageState.IN_DOCUMENT,
        PageState.KEPT,
    ]
    again.mark_filed("u1")
    again.mark_filed("u1")
    assert again.documents() == []
    assert [page.page_id for page in again.pages("s1")] == ["p3"]


def test_a_withdrawn_document_gives_its_pages_back(outbox: Outbox) -> None:
    _keep(outbox, "p1")
    _queue(outbox, "u1", "p1")
    outbox.withdraw_document("u1")
    assert [page.state for page in outbox.pages("s1")] == [PageState.KEPT]


@pytest.mark.parametrize("bad", ["../x", "a/b", "", ".", "..", "x" * 41, "a\\b", "é"])
def test_an_id_never_leads_out_of_the_folder(outbox: Outbox, bad: str) -> None:
    with pytest.raises(ValueError, match="not an id"):
        _keep(outbox, bad)
    with pytest.raises(ValueError, match="not an id"):
        _keep(outbox, "p1", session_id=bad)


@pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
def test_only_the_owner_can_read_anything(outbox: Outbox, tmp_path: Path) -> None:
    _keep(outbox, "p1")
    _queue(outbox)
    for path in (tmp_path / "outbox").rglob("*"):
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path
    assert stat.S_IMODE((tmp_path / "outbox").stat().st_mode) == 0o700


def test_a_page_whose_file_rotted_is_moved_away_and_told(outbox: Outbox, tmp_path: Path) -> None:
    _keep(outbox, "good")
    _keep(outbox, "bad")
    (tmp_path / "outbox" / "pages" / "s1" / "bad.page").write_bytes(b"rot")
    with pytest.raises(PageDamaged):
        outbox.page_bytes("s1", "bad")
    again = Outbox(tmp_path / "outbox")
    leftovers = again.recover()
    assert {leftover.path.name for leftover in leftovers} == {"bad.page", "bad.json"}
    assert {leftover.reason for leftover in leftovers} == {LeftoverReason.DAMAGED}
    assert (tmp_path / "outbox" / "damaged" / "bad.page").read_bytes() == b"rot"
    assert [page.page_id for page in again.pages("s1")] == ["good"]
    assert again.recover() == []


@pytest.mark.parametrize("facts", [b"", b"{", b'{"page_id": 5}', b"\xff\xfe"])
def test_a_page_with_unreadable_facts_is_moved_away_not_deleted(
    outbox: Outbox, tmp_path: Path, facts: bytes
) -> None:
    _keep(outbox, "p1")
    (tmp_path / "outbox" / "pages" / "s1" / "p1.json").write_bytes(facts)
    again = Outbox(tmp_path / "outbox")
    assert {leftover.path.name for leftover in again.recover()} == {"p1.page", "p1.json"}
    assert (tmp_path / "outbox" / "damaged" / "p1.page").read_bytes() == b"picture p1"
    assert again.pages("s1") == []


def test_a_foreign_file_is_moved_away(outbox: Outbox, tmp_path: Path) -> None:
    (tmp_path / "outbox" / "documents" / "readme (1).txt").write_text("x")
    (leftover,) = Outbox(tmp_path / "outbox").recover()
    assert leftover.reason is LeftoverReason.DAMAGED
    assert leftover.path.read_text() == "x"


def test_damaged_files_of_the_same_name_are_all_kept(outbox: Outbox, tmp_path: Path) -> None:
    for text in ("one", "two", "three"):
        (tmp_path / "outbox" / "documents" / "readme (1).txt").write_text(text)
        outbox.recover()
    texts = {path.read_text() for path in (tmp_path / "outbox" / "damaged").iterdir()}
    assert texts == {"one", "two", "three"}


def test_a_full_disk_keeps_nothing_and_says_so(
    outbox: Outbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("session.core.disk.os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            _keep(outbox, "p1")
    assert outbox.pages("s1") == []
    assert not list(tmp_path.rglob("*.part"))
    assert _keep(outbox, "p1").page_id == "p1"


_KILLED = """
import os, signal, sys
from pathlib import Path
from tests.unit.documents.pages import test_outbox as tale

def act(name, outbox):
    if name == "keep":
        yield
        tale._keep(outbox, "p1")
    elif name == "edit":
        tale._keep(outbox, "p1")
        yield
        outbox.set_edits("s1", "p1", tale.TURNED)
    elif name == "file":
        tale._keep(outbox, "p1")
        tale._keep(outbox, "p2")
        tale._queue(outbox, "u1", "p1")
        yield
        outbox.mark_filed("u1")

def arm(steps):
    # Kills before the step of that number: every state between two steps is left behind once.
    left = [steps]
    def armed(real):
        def step(*args, **named):
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return real(*args, **named)
        return step
    for name in ("open", "fsync"):
        setattr(os, name, armed(getattr(os, name)))
    for name in ("replace", "unlink", "rmdir", "mkdir"):
        setattr(Path, name, armed(getattr(Path, name)))

for steps in range(60):
    child = os.fork()
    if not child:
        doing = act(sys.argv[2], tale.Outbox(Path(sys.argv[1]) / str(steps)))
        next(doing)
        arm(steps)
        next(doing, None)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert status in (0, signal.SIGKILL), status
    if status == 0:
        print(steps)
        break
"""


def _kill_at_every_step(folder: Path, act: str) -> int:
    """Leaves behind one outbox per step at which the act was killed;
    answers the number of steps it needs.
    """
    child = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _KILLED, str(folder), act],
        cwd=HERE,
        timeout=60,
        check=True,
        stdout=subprocess.PIPE,
    )
    steps = int(child.stdout)
    assert steps > 3
    return steps


def _recovered(folder: Path) -> Outbox:
    outbox = Outbox(folder)
    leftovers = outbox.recover()
    assert {leftover.reason for leftover in leftovers} <= {LeftoverReason.INTERRUPTED}
    assert outbox.recover() == []
    for page in outbox.pages("s1"):
        assert outbox.page_bytes("s1", page.page_id) == f"picture {page.page_id}".encode()
    return outbox


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_killed_while_keeping_a_page_the_page_is_whole_or_not_there(tmp_path: Path) -> None:
    steps = _kill_at_every_step(tmp_path, "keep")
    for step in range(steps + 1):
        outbox = _recovered(tmp_path / str(step))
        assert step < steps or [page.page_id for page in outbox.pages("s1")] == ["p1"]
        page = _keep(outbox, "p1")
        assert outbox.pages("s1") == [page]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_killed_while_changing_edits_the_page_has_the_old_or_the_new_ones(tmp_path: Path) -> None:
    steps = _kill_at_every_step(tmp_path, "edit")
    seen = [_recovered(tmp_path / str(step)).pages("s1")[0].edits for step in range(steps + 1)]
    assert seen[0] == Edits()
    assert seen[-1] == TURNED
    assert set(seen) == {Edits(), TURNED}


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_killed_while_marking_a_document_filed_its_pages_never_look_unfiled(tmp_path: Path) -> None:
    steps = _kill_at_every_step(tmp_path, "file")
    for step in range(steps + 1):
        outbox = _recovered(tmp_path / str(step))
        states = {page.page_id: page.state for page in outbox.pages("s1")}
        assert states["p2"] is PageState.KEPT
        assert states.get("p1") in (None, PageState.IN_DOCUMENT)
        outbox.mark_filed("u1")
        assert [page.page_id for page in outbox.pages("s1")] == ["p2"]
        assert outbox.documents() == []
