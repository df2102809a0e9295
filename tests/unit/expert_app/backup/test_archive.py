# SPDX-License-Identifier: GPL-3.0-only
"""A file that claims to be a backup and wants to take the memory of whoever reads it."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import msgspec
import pytest

from expert_app.backup.archive import LIST, BackupDamaged, reading, writing
from session.bus.transport.nkeys import new_seed


class _Facts(msgspec.Struct):
    pass


def _sparse(name: str, claims: bytes) -> bytes:
    """A tar with one entry of holes, in the old GNU form (tar(5), "Old GNU archives")."""
    head = bytearray(512)
    for at, field in {
        0: name.encode(),
        100: b"0000600",
        124: b"00000001000",
        156: b"S",
        257: b"ustar  \0",
        386: b"000000000000",
        398: b"000000001000",
        483: claims,
        148: b"        ",
    }.items():
        head[at : at + len(field)] = field
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head) + bytes(512)


@pytest.mark.parametrize("name", [LIST, "a"])
def test_an_entry_of_holes_is_damage_and_takes_no_memory(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.backup"
    with writing(path, new_seed()) as backup:
        with backup.part("a") as write:
            write(b"1")
        backup.finish(_Facts())
    whole = path.read_bytes()
    made = io.BytesIO(_sparse(name, b"077777777777"))  # 8 GB
    made.seek(0, io.SEEK_END)
    with (
        tarfile.open(path) as tar,
        tarfile.open(fileobj=made, mode="w:", format=tarfile.PAX_FORMAT) as out,
    ):
        for member in tar.getmembers():
            if member.name != name:
                out.addfile(member, tar.extractfile(member))
    path.write_bytes(made.getvalue())
    with pytest.raises(BackupDamaged), reading(path):
        pytest.fail(name)
    path.write_bytes(whole)
    with reading(path) as backup:
        assert backup.names == ["a"]
