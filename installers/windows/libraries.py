# SPDX-License-Identifier: GPL-3.0-only
"""Which libraries a Windows program or library loads at its start, and which of them nobody has.
Used by `build.py`.

Read from the file itself ("PE Format", learn.microsoft.com): binutils' objdump stops at the first
name in libraries that delvewheel has renamed the libraries of, as numpy's.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

SYSTEM_LIBRARIES = frozenset(
    Path(__file__).with_name("system_libraries.txt").read_text(encoding="ascii").split()
)
_LONG_ADDRESSES = 0x20B  # PE32+
_SECTION_BYTES, _IMPORT_BYTES = 40, 20


def imports_of(data: bytes) -> dict[str, list[str]]:
    """The import table: names of libraries in small letters, and of what is taken from each.

    Raises:
        ValueError: this is no PE file.
    """
    (begin,) = struct.unpack_from("<I", data.ljust(64, b"\0"), 0x3C)
    if data[:2] != b"MZ" or data[begin : begin + 4] != b"PE\0\0":
        raise ValueError("no program of Windows")
    sections, optional_bytes = struct.unpack_from("<2xH12xH", data, begin + 4)
    optional = begin + 24
    (magic,) = struct.unpack_from("<H", data, optional)
    is_long = magic == _LONG_ADDRESSES
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

    def word(address: int) -> str:
        at = place(address)
        return data[at : data.index(b"\0", at)].decode("ascii")

    (imports,) = struct.unpack_from("<I", data, optional + (112 if is_long else 96) + 8)
    found: dict[str, list[str]] = {}
    at = place(imports) if imports else len(data)
    while at < len(data):
        names, library, addresses = struct.unpack_from("<I8xII", data, at)
        if not library:
            break
        entries = place(names or addresses)
        found[word(library).lower()] = [
            word(entry + 2) for entry in _entries(data, entries, is_long=is_long)
        ]
        at += _IMPORT_BYTES
    return found


def _entries(data: bytes, at: int, *, is_long: bool) -> Iterator[int]:
    """Addresses of the names of functions; one that is taken by its number has none."""
    form, size, by_number = ("<Q", 8, 1 << 63) if is_long else ("<I", 4, 1 << 31)
    while True:
        (entry,) = struct.unpack_from(form, data, at)
        if not entry:
            return
        if not entry & by_number:
            yield entry
        at += size


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
        for name in imports_of(file.read_bytes())
        if name not in ours and not is_of_windows(name)
    )
