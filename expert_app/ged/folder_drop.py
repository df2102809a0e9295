# SPDX-License-Identifier: GPL-3.0-only
"""A folder that a document system watches: the PDF, then a file next to it that says what it is.
Whole or not there.

The sidecar comes last and by a rename: when it is there, the pair is complete.
A system that has taken the pair away has it; before it does, the same document is never dropped
twice.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from xml.etree import ElementTree

import msgspec

from documents.hashes import sha256_of
from documents.store.deliveries import Parcel
from expert_app.ged.connector import (
    CopyArrived,
    CopyMetadata,
    NotDelivered,
    Outcome,
    Reason,
    file_name,
    metadata_of,
)
from expert_app.runtime.store_settings import GedSettings
from session.core.disk import write_durably


class FolderDrop:
    """`Connector` of kind "folder"."""

    def __init__(self, settings: GedSettings) -> None:
        self._folder = Path(settings.folder)
        self._form = settings.sidecar

    async def find(self, parcel: Parcel) -> str:
        """Its name, when the pair lies there and is this document."""
        return await asyncio.to_thread(self._find, parcel)

    async def send(self, parcel: Parcel, data: bytes) -> Outcome:
        """Drops the pair."""
        return await asyncio.to_thread(self._drop, parcel, data)

    async def ask(self, receipt: str) -> Outcome:
        """A folder has taken it at once."""
        return CopyArrived(receipt)

    async def close(self) -> None:
        """Nothing is open."""

    def _find(self, parcel: Parcel) -> str:
        name = file_name(parcel)
        try:
            if not self._beside(name).is_file():
                return ""
            same = sha256_of((self._folder / name).read_bytes()) == parcel.document.sha256
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise _trouble(error) from error
        if not same:
            raise NotDelivered(Reason.OTHER_FILE, name)
        return name

    def _drop(self, parcel: Parcel, data: bytes) -> CopyArrived:
        name = file_name(parcel)
        try:
            # never made by us: it may be a share that is not mounted now
            if not self._folder.is_dir():
                raise NotDelivered(Reason.ADDRESS, str(self._folder))
            write_durably(self._folder / name, data)
            write_durably(self._beside(name), sidecar(metadata_of(parcel), self._form))
        except OSError as error:
            raise _trouble(error) from error
        return CopyArrived(name)

    def _beside(self, name: str) -> Path:
        return self._folder / f"{name.removesuffix('.pdf')}.{self._form}"


def _trouble(error: OSError) -> NotDelivered:
    if isinstance(error, PermissionError):
        reason = Reason.ACCESS
    else:
        reason = Reason.DISK
    return NotDelivered(reason, error.strerror or type(error).__name__)


def sidecar(facts: CopyMetadata, form: str) -> bytes:
    """The facts as JSON or XML, UTF-8."""
    values: dict[str, object] = msgspec.to_builtins(facts)
    if form == "json":
        return msgspec.json.format(msgspec.json.encode(values), indent=2) + b"\n"
    root = ElementTree.Element("document", {"format": str(values.pop("format"))})
    for name, value in values.items():
        ElementTree.SubElement(root, name).text = str(value)
    ElementTree.indent(root)
    xml: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return xml + b"\n"
