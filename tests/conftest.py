# SPDX-License-Identifier: GPL-3.0-only
"""Settings every test needs: no screen, no sandbox as root, French off unless asked, no keyring of
the person.
"""

from __future__ import annotations

import functools
import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from resources import texts
from tests.support.waiting import LONGEST_S

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault(
    "QTWEBENGINE_CHROMIUM_FLAGS",
    "--disable-gpu --disable-logging --log-level=3 --autoplay-policy=no-user-gesture-required"
    # as the programs do
    " --force-webrtc-ip-handling-policy=default_public_and_private_interfaces",
)
if hasattr(os, "geteuid") and os.geteuid() == 0:
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")

# Windows and signals, too, are waited for as long as a busy machine may take;
# the plugin's own five seconds were too few.
for _wait in ("waitUntil", "waitSignal", "waitSignals", "waitExposed", "waitActive"):
    _patient = functools.partialmethod(getattr(QtBot, _wait), timeout=int(1000 * LONGEST_S))
    setattr(QtBot, _wait, _patient)


@pytest.fixture(autouse=True)
def _leaves_nothing() -> Iterator[None]:
    """The next test begins in English and without this one's windows.

    A command that a test calls speaks French from then on.
    A closed window is deleted by the event loop, which a test seldom runs: thousands of them would
    wait, and every change of the theme would dress them all.
    Garbage goes between two tests, as a program's does between two events: a window that is part of
    a cycle must not be destroyed while Qt goes through its windows
    (`expert_app.runtime.window_program.GarbageCollection`).
    """
    active, spoken = list(texts._active), list(texts._language)
    has_windows = QCoreApplication.instance() is not None
    if has_windows:
        gc.disable()
    yield
    texts._active[:], texts._language[:] = active, spoken
    if QCoreApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    if has_windows:
        gc.enable()


IN_REAL_TIME = {
    "programs": ("tests/end2end/",),
    "calls": (
        "tests/integration/call/",
        "tests/end2end/test_walk.py",  # the longest stories: neither kind shall be last alone
        "tests/end2end/test_vault.py",
    ),
    "installation": (
        "tests/end2end/test_pilot.py",
        "tests/faults/",
        "tests/integration/javascript/",
        "tests/conformance/",
    ),
}
"""What waits as long as it works, because its time is that of lines, people and devices."""

ONE_WORKER = ("tests/integration/drivers/",)
"""Their printers announce themselves by Avahi, and a machine runs one Avahi."""


MOST_TRIED_AGAIN = 10
"""Failed tests that may be the machine's fault; more are a fault of the product."""


def _kind(nodeid: str) -> str:
    """The kind in `IN_REAL_TIME` that the test is of, the last one that fits, or ""."""
    return [
        "",
        *(kind for kind, places in IN_REAL_TIME.items() if nodeid.startswith(places)),
    ][-1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--nothing-skipped",
        action="store_true",
        help="a skipped test fails the run: everything it needs is installed",
    )
    parser.addoption(
        "--failed-to",
        type=Path,
        metavar="FILE",
        help="write failed tests into FILE and succeed: they are tried again (tests/second_try.py)",
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while the tests are imported, and never among what they brought.

    Modules and tests are 800,000 objects that live as long as the run: each search through all of
    them would take half a second.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start what takes longest by the clock first."""
    items.sort(key=lambda item: (not _kind(item.nodeid), item.nodeid.startswith("tests/unit/")))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput"):
        return
    failed_to: Path | None = config.getoption("--failed-to")
    if failed_to is not None and session.exitstatus == pytest.ExitCode.TESTS_FAILED:
        failures = [*reporter.stats.get("failed", []), *reporter.stats.get("error", [])]
        failed = dict.fromkeys(report.nodeid for report in failures)
        if 0 < len(failed) <= MOST_TRIED_AGAIN:
            failed_to.write_text("".join(f"{nodeid}\n" for nodeid in failed), encoding="utf-8")
            session.exitstatus = pytest.ExitCode.OK
    skipped = len(reporter.stats.get("skipped", []))
    if (
        config.getoption("--nothing-skipped")
        and skipped
        and session.exitstatus == pytest.ExitCode.OK
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print(f"\n{skipped} skipped, and on this machine nothing may be: see the reasons below")


class OneInRealTime(LoadScopeScheduling):
    """`--dist loadscope`: one worker has all whole programs, one all calls, one installations and
    foreign kiosks; these, when they are through, and any others have the rest, file by file.
    Never two of the same kind at once: each is judged in real time.
    """

    def _split_scope(self, nodeid: str) -> str:
        folder = next((place for place in ONE_WORKER if nodeid.startswith(place)), "")
        return _kind(nodeid) or folder or nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(
    config: pytest.Config, log: Producer | None
) -> OneInRealTime | None:
    """Ours for `--dist loadscope`; the plugin's own otherwise."""
    if config.getvalue("dist") != "loadscope":
        return None
    config.option.loadscopereorder = False  # the order is that of the items
    return OneInRealTime(config, log)
