# SPDX-License-Identifier: GPL-3.0-only
"""Which libraries a Windows program or library loads at its start, and which of them nobody has.
Used by `build.py`.

Read from the file itself ("PE Format", learn.microsoft.com): binutils' objdump stops at the first
name in libraries that delvewheel has renamed the libraries of, as numpy's.
"""

from __future__ import annotations

import struct
from pathlib import Path

SYSTEM_LIBRARIES = frozenset(
    Path(__file__).with_name("system_libraries.txt").read_text(encoding="ascii").split()
)
_LONG_ADDRESSES = 0x20B  # PE32+
_SECTION_BYTES, _IMPORT_BYTES = 40, 20


def libraries_of(data: bytes) -> list[str]:
    """The names in the import table, in small letters. Raises `ValueError` for no PE file."""
    (begin,) = struct.unpack_from("<I", data.ljust(64, b"\0"), 0x3C)
    if data[:2] != b"MZ" or data[begin : begin + 4] != b"PE\0\0":
        raise ValueError("no program of Windows")
    sections, optional_bytes = struct.unpack_from("<2xH12xH", data, begin + 4)
    optional = begin + 24
    (magic,) = struct.unpack_from("<H", data, optional)
    directories = optional + (112 if magic == _LONG_ADDRESSES else 96)
    first = optional + optional_bytes
    table = [
        struct.unpack_from("<8xIIII", data, first + _SECTION_BYTES * number)
        for number in range(sections)
    ]

    def place(address: int) -> int:
        for size, start, raw_size, raw in table:
            if start <= address < start + max(size, raw_size):
                return int(raw + address - start)
        raise ValueError(f"address {address:#x} is in no section")

    (imports,) = struct.unpack_from("<I", data, directories + 8)
    names: list[str] = []
    at = place(imports) if imports else 0
    while imports:
        (name,) = struct.unpack_from("<12xI", data, at)
        if not name:
            break
        where = place(name)
        names.append(data[where : data.index(b"\0", where)].decode("ascii").lower())
        at += _IMPORT_BYTES
    return names


def is_of_windows(name: str) -> bool:
    """A library that each Windows 10 has."""
    stem = name.rpartition(".")[0]
    return stem in SYSTEM_LIBRARIES or stem.startswith(("api-ms-win-", "ext-ms-"))


def missing_libraries(tree: Path) -> list[str]:
    """What would not load: "file: library" for each that neither the tree nor Windows has."""
    files = [file for file in tree.rglob("*") if file.suffix.lower() in (".dll", ".pyd", ".exe")]
    ours = {file.name.lower() for file in files}
    return sorted(
        f"{file.relative_to(tree).as_posix()}: {name}"
        for file in files
        for name in libraries_of(file.read_bytes())
        if name not in ours and not is_of_windows(name)
    )
