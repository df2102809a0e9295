# SPDX-License-Identifier: GPL-3.0-only
"""Our own PostgreSQL on a socket, where it is installed, and a new database in it.
For tests and benchmarks.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError


def programs() -> Path | None:
    """The folder of the server's programs; None when there is none."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name)
    )
    if found:
        return found[-1]
    program = shutil.which("postgres")
    return Path(program).parent if program else None


@contextmanager
def server(home: Path, *, durable: bool = False) -> Iterator[str]:
    """The address of a fresh server, with `{name}` for a database's name; it ends with the context.

    Args:
        durable: commits reach the disk; tests that only ask for answers are quicker without.
    """
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(
                tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True)
            )
        )
        as_user: list[str] = []
        if os.geteuid() == 0:  # it refuses to run as root
            as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            shutil.chown(folder, "postgres")
        data = folder / "data"
        make = [
            *as_user,
            str(home / "initdb"),
            "-D",
            str(data),
            "-U",
            "bench",
            "-A",
            "trust",
            "--no-sync",
            "-EUTF8",
        ]
        subprocess.run(make, check=True, capture_output=True, cwd=folder, timeout=60)
        options = [
            "-clisten_addresses=",
            f"-cunix_socket_directories={folder}",
            f"-cfsync={'on' if durable else 'off'}",
            "-cautovacuum=off",  # else one of a hundred small databases is swept every second
        ]
        started = subprocess.Popen(
            [*as_user, str(home / "postgres"), "-D", str(data), *options],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(started.wait, 20)
        stack.callback(started.terminate)
        url = f"postgresql://bench@/{{name}}?host={folder}"
        _wait_for(url.format(name="postgres"))
        yield url


def new_database(url: str, name: str) -> str:
    """Makes a database on that server; its address."""
    admin = create_engine(url.format(name="postgres").replace("postgresql:", "postgresql+psycopg:"))
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
    admin.dispose()
    return url.format(name=name)


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
