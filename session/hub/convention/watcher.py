# SPDX-License-Identifier: GPL-3.0-only
"""Keeps the convention that the hub works with:
looks at its files, takes what is right, keeps the last good one.

A part that is wrong is replaced by the last good one of the same name, so that an organisation's
mistake stays its own; when the parts do not fit together, the whole stays as it was. The last good
files lie in the hub's folder too, so that a hub that starts beside a wrong file goes on with what
it had.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import msgspec

from session.core.disk import write_durably
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.files import ConventionPart, Files, read_files
from session.hub.convention.loading import Reading, read
from session.hub.convention.problems import CatalogueWrong, Problem, grave

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ConventionState:
    """The convention that a hub works with.

    Attributes:
        version: `Catalogue.version`; the same at all hubs when all have the same.
        problems: why something that lies in the files was not taken; empty when all of it was.
    """

    version: str
    problems: tuple[Problem, ...] = ()


class _Kept(msgspec.Struct, frozen=True):
    """The file of the last good convention: (name, file, text, signature) of each part."""

    parts: list[tuple[str, str, bytes, bytes]]
    whole: bool


class ConventionWatcher:
    """Reads the files at `path`.

    Args:
        operator_key: whose signature the operator's part must have; "" asks for none.
        kept_path: file for the last good convention, in the hub's own folder.
    """

    def __init__(self, path: Path, operator_key: str, *, kept_path: Path) -> None:
        self._path = path
        self._operator_key = operator_key
        self._kept = kept_path
        self._mark = self._settling = ""
        self._given = ""
        self._editions: dict[str, int] = {}
        self._good: Files | None = None
        self.state = ConventionState("")

    def start(self) -> Catalogue:
        """The convention to begin with.

        Raises:
            CatalogueWrong: it cannot be used, and there is no earlier one.
        """
        self._good = self._load_kept()
        if self._good is not None:
            self._editions = read(self._good, self._operator_key).editions
        problems: list[Problem] = []
        try:
            files = read_files(self._path)
        except CatalogueWrong as error:
            problems = error.problems
        else:
            self._mark = files.mark
            reading = self._best(files)
            if reading.catalogue is not None:
                return self._took(reading.catalogue, reading.problems)
            problems = reading.problems
        if self._good is not None:
            earlier = read(self._good, self._operator_key).catalogue
        else:
            earlier = None
        if earlier is None:
            raise CatalogueWrong(problems)
        return self._took(earlier, problems)

    def poll(self) -> Catalogue | None:
        """The new convention when the files have changed and can be used; None otherwise.

        Files are taken when two polls find the same content, so that a half-written file takes
        nobody's rights away.
        """
        try:
            files = read_files(self._path)
        except CatalogueWrong as error:
            self._refuse(error.problems)
            return None
        settling, self._settling = self._settling, files.mark
        if files.mark == self._mark or files.mark != settling:
            return None
        self._mark = files.mark
        reading = self._best(files)
        if reading.catalogue is None:
            self._refuse(reading.problems)
            return None
        previous, self._given = self._given, reading.catalogue.version
        self._took(reading.catalogue, reading.problems)
        if self._given != previous:
            return reading.catalogue
        return None

    @property
    def is_settling(self) -> bool:
        """Something has changed, and the next poll says whether it stays."""
        return self._settling not in ("", self._mark)

    def again(self) -> None:
        """Let the next poll give once more what `poll` gave and could not be taken."""
        self._mark = self._given = ""

    # ---- the last good one

    def _best(self, files: Files) -> Reading:
        """The files as they are, or with the last good parts in place of bad ones."""
        reading = read(files, self._operator_key, self._editions)
        problems = list(reading.problems)
        bad = set(reading.bad)
        for _ in range(2):  # bad parts first; then those that do not fit what the others say
            if (
                reading.catalogue is not None
                or self._good is None
                or self._good.whole != files.whole
            ):
                break
            bad |= {problem.where.partition(".toml")[0] for problem in grave(reading.problems)}
            good = {name: part for name, part in self._good.parts.items() if name in bad}
            files = Files({**files.parts, **good}, files.whole)
            reading = read(files, self._operator_key, self._editions)
            problems += reading.problems
        self._remember(files, reading)
        return Reading(reading.catalogue, reading.bad, problems)

    def _remember(self, files: Files, reading: Reading) -> None:
        if reading.catalogue is None:
            return
        self._good = files
        self._editions = reading.editions
        rows = [(part.name, part.file, part.text, part.signature) for part in files.parts.values()]
        try:
            write_durably(self._kept, msgspec.msgpack.encode(_Kept(rows, files.whole)))
        except OSError as error:
            log.warning("the convention cannot be kept for the next start: %s", error.strerror)

    def _load_kept(self) -> Files | None:
        try:
            stored = msgspec.msgpack.decode(self._kept.read_bytes(), type=_Kept)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            log.warning("the convention that was kept cannot be read: %s", type(error).__name__)
            return None
        return Files({row[0]: ConventionPart(*row) for row in stored.parts}, stored.whole)

    def _took(self, catalogue: Catalogue, problems: list[Problem]) -> Catalogue:
        self._given = catalogue.version
        self._refuse(problems, catalogue.version)
        return catalogue

    def _refuse(self, problems: list[Problem], version: str = "") -> None:
        lines = tuple(dict.fromkeys(map(str, grave(problems))))
        if lines != tuple(map(str, self.state.problems)):
            for line in lines:
                log.error("of the convention, not taken: %s", line)
        unique = {str(problem): problem for problem in grave(problems)}
        self.state = ConventionState(version or self.state.version, tuple(unique.values()))
