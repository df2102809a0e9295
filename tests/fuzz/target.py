# SPDX-License-Identifier: GPL-3.0-only
"""What a target is; used by `targets`, `ends` and `files`."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(tempfile.mkdtemp(prefix="poste-expert-fuzz-"))


@dataclasses.dataclass(frozen=True)
class FuzzTarget:
    """What reads bytes of others.

    Attributes:
        read: reads them.
        seeds: good examples; others are made from them.
        expected: errors that say properly what is wrong.
    """

    name: str
    read: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    expected: tuple[type[Exception], ...] = ()

    def try_it(self, data: bytes) -> None:
        """Reads `data`; raises what nobody expects."""
        try:
            self.read(data)
        except self.expected:
            return


def file_of(data: bytes) -> Path:
    """A file that holds these bytes, until the next one."""
    path = FOLDER / "example"
    path.write_bytes(data)
    return path
