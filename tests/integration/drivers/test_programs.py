# SPDX-License-Identifier: GPL-3.0-only
"""The simulated devices as programs: ready line, faults by hand, and never an orphan."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest

from session.kiosk.devices.addresses import make_printer, make_scanner
from session.protocol.conversation.messages import ScannerState
from tests.support.simulated_devices import ROOT, plain_pages, running

STARTER = """
import subprocess, sys
arguments = [sys.executable, "-m", *sys.argv[1:]]
child = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
child.wait()
"""


@pytest.mark.parametrize("arguments", [("escl_scanner", "--pages"), ("ipp_printer", "--spool")])
def test_a_program_ends_when_its_starter_is_killed(
    arguments: tuple[str, str], tmp_path: Path
) -> None:
    program = [
        f"expert_app.simulated.{arguments[0]}",
        arguments[1],
        str(plain_pages(tmp_path / "folder")),
    ]
    command = [sys.executable, "-c", STARTER, *program]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        child = psutil.Process(int(starter.stdout.readline()))
        assert child.is_running()
        starter.send_signal(signal.SIGKILL)
        child.wait(timeout=10)


def test_a_program_ends_in_order_when_told(tmp_path: Path) -> None:
    with running("ipp_printer", "--spool", str(tmp_path)) as simulator:
        simulator.process.terminate()
        assert simulator.process.wait(timeout=10) == 0


async def test_the_ready_line_is_all_that_the_kiosk_needs(tmp_path: Path) -> None:
    with (
        running("escl_scanner", "--pages", str(plain_pages(tmp_path / "pages"))) as scanner_program,
        running("ipp_printer", "--spool", str(tmp_path / "spool")) as printer_program,
    ):
        scanner = make_scanner(scanner_program.address)
        printer = make_printer(printer_program.address)
        assert (await scanner.state()).state is ScannerState.READY
        assert (await printer.state()).state is ScannerState.READY
        await scanner.close()
        await printer.close()


def test_an_unknown_fault_is_refused(tmp_path: Path) -> None:
    with running("ipp_printer", "--spool", str(tmp_path)) as simulator:
        with pytest.raises(httpx.HTTPStatusError):
            simulator.orders(fault="on-fire")
        assert simulator.state() == {"fault": "", "jobs": []}
