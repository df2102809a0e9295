# SPDX-License-Identifier: GPL-3.0-only
"""A hub that has something to save, for tests."""

from __future__ import annotations

import io
import tarfile

import msgspec

from expert_app.backup.archive import (
    LIST,
    SIGNATURE,
    signature_of,
)


def resigned(whole: bytes, seed: bytes | None, **changed: object) -> bytes:
    """The same parts, with these fields of the list, signed with `seed`; None: not signed. What
    somebody makes of a backup who can write to the folder.
    """
    made = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(whole)) as tar,
        tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as out,
    ):
        for member in tar.getmembers():
            file = tar.extractfile(member)
            assert file is not None
            content = file.read()
            if member.name.startswith(f"{LIST}."):
                continue
            if member.name == LIST:
                listed = msgspec.json.decode(content)
                content = msgspec.json.encode({**listed, **changed}) if changed else content
                signed = content
            member.size = len(content)
            out.addfile(member, io.BytesIO(content))
        if seed is not None:
            data = msgspec.json.encode(signature_of(signed, seed))
            entry = tarfile.TarInfo(SIGNATURE)
            entry.size = len(data)
            out.addfile(entry, io.BytesIO(data))
    return made.getvalue()
