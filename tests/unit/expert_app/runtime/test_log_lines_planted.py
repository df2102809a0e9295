# SPDX-License-Identifier: GPL-3.0-only
"""Whatever was raised with somebody's data: nothing of it is in a line of the developers' log, in
the report of a crash, in what the helpdesk reads from afar or in the file for the help desk.
"""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from documents.store.tables import open_engine
from expert_app.commands.doctor.support import write_support
from expert_app.runtime.crash import reports
from expert_app.runtime.log_lines import JsonLines, RecentLines, log_in_files
from expert_app.runtime.paths import LOG_FOLDER, Paths
from session.core.errors import DossierUnknown
from session.hub.history import tables as history
from tests.end2end.planted_page import KINDS, found_in

log = logging.getLogger("expert_app.planted")


def _raise(error: BaseException) -> None:
    raise error


RAISED: dict[str, Callable[[str], None]] = {
    "key": lambda value: _raise(KeyError(value)),
    "number": lambda value: _raise(
        ValueError(f"invalid literal for int() with base 10: {value!r}")
    ),
    "file": lambda value: _raise(FileNotFoundError(2, "No such file", f"/media/usb/{value}")),
    "ours": lambda value: _raise(DossierUnknown(number=value)),
    "two lines": lambda value: _raise(
        RuntimeError(f'wrong:\n  value "{value}"\n    {value!r}\nDETAIL:  ({value})')
    ),
    "in another": lambda value: _in_another(value),
}


def _in_another(value: str) -> None:
    try:
        raise LookupError(f"{value!r} is not there")
    except LookupError as error:
        raise RuntimeError("cannot go on") from error


@pytest.mark.parametrize("how", RAISED)
def test_nothing_of_what_was_raised_is_kept(tmp_path: Path, how: str) -> None:
    paths = Paths(config=tmp_path / "desk.toml", data=tmp_path, runtime=tmp_path)
    folder = tmp_path / LOG_FOLDER
    folder.mkdir()
    afar, machine = RecentLines(1000), logging.FileHandler(tmp_path / "json.log", encoding="utf-8")
    machine.setFormatter(JsonLines())
    for handler in (afar, machine):
        log.addHandler(handler)
    try:
        with log_in_files(folder, "desk"):
            for value in KINDS.values():
                try:
                    RAISED[how](value)
                except Exception:
                    log.critical("uncaught", exc_info=True)
    finally:
        for handler in (afar, machine):
            log.removeHandler(handler)
            handler.close()
    kept = reports(folder)
    assert kept
    assert write_support(tmp_path / "support.zip", {"desk": paths}, []) is not None
    with zipfile.ZipFile(tmp_path / "support.zip") as file:
        for_helpdesk = b"".join(file.read(name) for name in file.namelist())
    files = [folder / "desk.log", tmp_path / "json.log", *kept]
    whole = b"".join(one.read_bytes() for one in files) + "\n".join(afar.lines()).encode()
    assert b"Traceback" in whole
    assert b"Traceback" in for_helpdesk
    assert found_in(whole + for_helpdesk) == []


@pytest.mark.parametrize("store", ["dossiers", "history"])
def test_an_error_of_a_database_tells_nobodys_data(tmp_path: Path, store: str) -> None:
    engine = (
        open_engine(tmp_path, None) if store == "dossiers" else history.open_engine(tmp_path, "")
    )
    with pytest.raises(SQLAlchemyError) as caught, engine.begin() as connection:
        connection.execute(text("INSERT INTO nothing VALUES (:name)"), {"name": KINDS["name"]})
    engine.dispose()
    assert found_in(str(caught.value).encode()) == []
