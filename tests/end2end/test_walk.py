# SPDX-License-Identifier: GPL-3.0-only
"""The demo as README.md says: one command does the whole job, every step really observed.

Only here: the report, one picture per end and step, and that no program outlives its demo. The
other stories of this folder are about accidents that the walk has not; `test_vault` has the other
engine, `test_pilot` a real installation.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.simulated_devices import invented_pages

pytestmark = pytest.mark.timeout(480)

STEPS = [
    "call_requested",
    "ticket_visible",
    "accepted",
    "first_video_at_desk",
    "first_video_at_kiosk",
    "audio_both_ways",
    "page_shared",
    "pointer_shown",
    "command_refused",
    "form_filled",
    "page_scanned",
    "page_cleaned",
    "second_page_scanned",
    "document_filed",
    "piece_filed",
    "third_page_scanned",
    "second_document_filed",
    "filed_once",
    "printed",
    "receipt_printed",
    "hung_up",
    "kiosk_wiped",
    "log_complete",
    "replayed",
]


def _command(folder: Path, *more: str) -> list[str]:
    folder.mkdir()
    invented_pages(folder / "pages")
    return [
        sys.executable,
        "-m",
        "expert_app",
        "demo",
        "--script",
        "walk",
        "--folder",
        str(folder),
        *more,
    ]


async def test_one_command_does_the_whole_job_and_proves_every_step(tmp_path: Path) -> None:
    folder, engine = tmp_path, "browser"
    report, shots = folder / "report.json", folder / "shots"
    paths = ("--report", str(report), "--shots", str(shots))
    command = _command(folder / "demo", "--engine", engine, *paths)
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=STDOUT)
    said, _ = await asyncio.wait_for(process.communicate(), 420)

    assert process.returncode == 0, said.decode()
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["ok"] is True
    assert [step["name"] for step in told["steps"]] == STEPS
    evidence: dict[str, dict[str, Any]] = {step["name"]: step["evidence"] for step in told["steps"]}
    assert all(step["ok"] and step["evidence"] and step["seconds"] >= 0 for step in told["steps"])
    assert evidence["first_video_at_desk"]["engine"] == engine
    assert evidence["first_video_at_desk"]["checksum"]
    assert evidence["printed"]["final_state"] == "completed"
    assert evidence["printed"]["sha256"] == evidence["document_filed"]["sha256"]
    accidents = [evidence[name]["on_the_way"] for name in STEPS if "on_the_way" in evidence[name]]
    assert [accident.split(" at ")[0].split(",")[0] for accident in accidents] == [
        "paper jam",
        "bus cut",
        "desk killed",
        "hub killed and started again",
    ]
    assert len(set(evidence["filed_once"]["scans"])) == 3
    assert evidence["receipt_printed"]["genuine"] is True
    assert evidence["document_filed"]["path"].endswith(
        f"{evidence['document_filed']['sha256']}.pdf"
    )
    assert evidence["replayed"]["at_end"] is True
    for number, name in enumerate(STEPS, 1):
        for end in ("desk", "kiosk"):
            picture = shots / f"{number:02}-{name}-{end}.png"
            assert picture.read_bytes().startswith(b"\x89PNG"), picture.name
    assert not _programs_of(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
async def test_no_program_outlives_a_demo_that_was_killed(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *_command(tmp_path / "demo"), stdout=PIPE, stderr=STDOUT
    )
    assert process.stdout is not None
    async with asyncio.timeout(120):
        while b"accepted" not in await process.stdout.readline():
            assert process.returncode is None
    running = _programs_of(tmp_path)
    assert {"hub", "kiosk", "desk", "nats-server", "escl_scanner", "ipp_printer"} <= {
        _name(one) for one in running
    }
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    await process.wait()
    _gone, alive = await asyncio.to_thread(psutil.wait_procs, family, timeout=15)
    assert [_name(one) for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []
    assert not _programs_of(tmp_path)


def _programs_of(folder: Path) -> list[psutil.Process]:
    """Programs whose command line names something below `folder`."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and str(folder) in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:  # it ended meanwhile
            continue
    return found


def _name(process: psutil.Process) -> str:
    """What our programs call it: the word after `-m expert_app`, the simulator's module, or the
    binary.
    """
    try:
        words = process.cmdline()
    except psutil.Error:
        return f"process {process.pid}"
    if "-m" in words:
        module = words[words.index("-m") + 1]
        return words[words.index("-m") + 2] if module == "expert_app" else module.rpartition(".")[2]
    return Path(words[0]).name if words else f"process {process.pid}"
