# SPDX-License-Identifier: GPL-3.0-only
"""Work in other processes: results and errors come back, a worker's death is survived, nothing
outlives the program.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import psutil
import pytest
from PIL import Image

from documents.pages.clean import clean_page
from documents.workers import Limits, WorkerLost, Workers
from session.core.errors import PageUnreadable
from tests.support import drawn_pages

WAIT_S = 100


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(limits=Limits(memory_mb=1000, task_cpu_s=2)) as workers:
        yield workers


def _die_once(marker: str) -> str:
    if not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "alive"


def _die_always() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _spin() -> None:
    while True:
        pass


def _allocate(megabytes: int) -> int:
    return len(bytearray(megabytes << 20))


def test_a_page_is_cleaned_in_another_process(workers: Workers) -> None:
    page = drawn_pages.jpeg(Image.new("RGB", (400, 600), "white"), dpi=75)
    assert workers.submit(clean_page, page, dpi=75).result(WAIT_S).blank
    assert workers.warm().result(WAIT_S) != os.getpid()


def test_an_error_comes_back_with_its_details(workers: Workers) -> None:
    with pytest.raises(PageUnreadable) as caught:
        workers.submit(clean_page, b"").result(WAIT_S)
    assert caught.value.detail == {"why": "empty"}


def test_a_task_is_tried_again_when_its_worker_dies(workers: Workers, tmp_path: Path) -> None:
    assert workers.submit(_die_once, str(tmp_path / "marker")).result(WAIT_S) == "alive"


def test_a_task_that_kills_two_workers_is_given_up_and_the_next_one_runs(workers: Workers) -> None:
    with pytest.raises(WorkerLost):
        workers.submit(_die_always).result(WAIT_S)
    assert workers.submit(_allocate, 1).result(WAIT_S) == 1 << 20


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_task_over_its_memory_gets_an_error_and_the_worker_lives(workers: Workers) -> None:
    before = workers.warm().result(WAIT_S)
    with pytest.raises(MemoryError):
        workers.submit(_allocate, 2000).result(WAIT_S)
    assert workers.warm().result(WAIT_S) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_task_that_never_ends_is_ended() -> None:
    with Workers(limits=Limits(task_cpu_s=1)) as own, pytest.raises(WorkerLost):
        own.submit(_spin).result(WAIT_S)


def test_a_cancelled_task_is_not_run(workers: Workers, tmp_path: Path) -> None:
    running = [workers.submit(time.sleep, 0.1) for _ in range(4)]
    last: Future[None] = workers.submit(Path(tmp_path / "ran").touch)
    assert last.cancel()
    for task in running:
        task.result(WAIT_S)
    workers.warm().result(WAIT_S)
    assert not (tmp_path / "ran").exists()


def test_nothing_is_accepted_after_closing() -> None:
    workers = Workers()
    workers.close()
    with pytest.raises(RuntimeError):
        workers.warm()


_PROGRAM = """
import sys, time
from documents.workers import WorkerLost, Workers
if __name__ == "__main__":
    workers = Workers()
    print(workers.warm().result(30), flush=True)
    time.sleep(60)
"""


def test_a_worker_does_not_outlive_a_killed_program(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(_PROGRAM, encoding="utf-8")
    here = str(Path(__file__).parents[3])
    with subprocess.Popen(
        [sys.executable, str(program)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": here},
    ) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        assert worker.is_running()
        parent.kill()
    worker.wait(timeout=30)
