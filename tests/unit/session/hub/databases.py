# SPDX-License-Identifier: GPL-3.0-only
"""The history's tests run on SQLite and, where it is installed, on PostgreSQL: our own instance on a socket."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from session.hub.history import History

OpenHistory = Callable[[], History]


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if found:
        return found[-1]
    program = shutil.which("postgres")
    return Path(program).parent if program else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a fresh server, without a database's name; the tests that ask are skipped when there is none."""
    home = _binaries()
    if home is None:
        pytest.skip("no PostgreSQL server on this machine")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True)))
        as_user: list[str] = []
        if os.geteuid() == 0:  # it refuses to run as root
            as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            shutil.chown(folder, "postgres")
        data = folder / "data"
        make = [*as_user, str(home / "initdb"), "-D", str(data), "-U", "bench", "-A", "trust", "--no-sync"]
        subprocess.run(make, check=True, capture_output=True, cwd=folder, timeout=60)
        options = ["-clisten_addresses=", f"-cunix_socket_directories={folder}", "-cfsync=off"]
        server = subprocess.Popen(
            [*as_user, str(home / "postgres"), "-D", str(data), *options],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(server.wait, 20)
        stack.callback(server.terminate)
        url = f"postgresql://bench@/{{name}}?host={folder}"
        _wait_for(url.format(name="postgres"))
        yield url


def _wait_for(url: str) -> None:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    for _try in range(200):
        try:
            engine.connect().close()
        except OperationalError:
            time.sleep(0.05)
        else:
            engine.dispose()
            return
    raise TimeoutError(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def open_history(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenHistory]:
    """Opens the same new history, as often as it is called; each is closed at the end."""
    url = ""
    if request.param == "postgresql":
        server: str = request.getfixturevalue("postgres")
        name = f"t{abs(hash(request.node.nodeid)):x}"
        admin = create_engine(server.format(name="postgres").replace("postgresql:", "postgresql+psycopg:"))
        with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
        admin.dispose()
        url = server.format(name=name)
    opened: list[History] = []

    def open_it() -> History:
        opened.append(History(tmp_path, url))
        return opened[-1]

    yield open_it
    for history in opened:
        history.close()


@pytest.fixture
def history(open_history: OpenHistory) -> History:
    """A new history."""
    return open_history()
