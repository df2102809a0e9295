# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's page store: scanned pages on its own disk until the desk has them safe.
Used by the devices conversation.

Each page is two sealed files, `<page>.bytes` and, written last, `<page>.offer`:
a page without offer is no page. All calls touch the disk; the slow ones (`put`, `read`, `wipe`)
belong in a worker thread and may meet there.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from session.core.device_errors import ScanCancelled
from session.core.disk import flush_folder, write_durably
from session.core.errors import MessageMalformed
from session.kiosk.devices.page_encryption import OVERHEAD_BYTES, PageSeal, SealedPageDamaged
from session.protocol.codec import decode_plain, encode
from session.protocol.conversation.messages import PageOffered

log = logging.getLogger(__name__)

_FLUSHED_ABOVE = 3
"""The session's folder, the kiosk's runtime folder and what holds that:
made a moment ago, or at the first start. A folder whose own name is not flushed takes all its pages
with it when the power goes.
"""


class PageStore:
    """Pages of one session.

    Args:
        folder: the session's own, under the kiosk's temporary folder;
            made when missing, pages of an earlier run of the kiosk in it are found again.
        wrapping: see `session.kiosk.devices.page_encryption`.
    """

    def __init__(self, folder: Path, wrapping: bytes) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._is_open = True
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for above in folder.parents[:_FLUSHED_ABOVE]:
            flush_folder(above)
        self._seal = PageSeal(folder, wrapping)
        self._offers = self._found()

    def _found(self) -> dict[str, PageOffered]:
        offers = []
        for path in self._folder.glob("*.offer"):
            try:
                offer = decode_plain(PageOffered, self._seal.open(path.read_bytes(), path.name))
            except (MessageMalformed, SealedPageDamaged, OSError) as error:
                log.warning("a page of the page store is damaged: %s", type(error).__name__)
                continue
            data = self._folder / f"{offer.page_id}.bytes"
            if data.is_file() and data.stat().st_size == offer.size_bytes + OVERHEAD_BYTES:
                offers.append(offer)
        return {
            offer.page_id: offer for offer in sorted(offers, key=lambda offer: offer.taken_at_utc)
        }

    def __len__(self) -> int:
        return len(self._offers)

    def offers(self) -> list[PageOffered]:
        """Return what lies in the page store, oldest first."""
        return list(self._offers.values())

    def find(self, page_id: str) -> PageOffered | None:
        """The offer of a page, or None when it is not (any more) in the page store."""
        return self._offers.get(page_id)

    def put(self, offer: PageOffered, data: bytes) -> None:
        """Keeps a page; it survives a power cut when this returns.

        Raises:
            ScanCancelled: the page store was wiped meanwhile. OSError: the disk is full or broken.
        """
        with self._lock:
            if not self._is_open:
                raise ScanCancelled
            try:
                self._write(f"{offer.page_id}.bytes", data)
                self._write(f"{offer.page_id}.offer", encode(offer))
            except OSError:
                self._remove(offer.page_id)
                raise
            self._offers[offer.page_id] = offer

    def _write(self, name: str, data: bytes) -> None:
        write_durably(self._folder / name, self._seal.seal(data, name))

    def read(self, page_id: str) -> bytes:
        """The bytes of a page. Raises `KeyError`, `OSError`."""
        if page_id not in self._offers:
            raise KeyError(page_id)
        name = f"{page_id}.bytes"
        try:
            return self._seal.open((self._folder / name).read_bytes(), name)
        except SealedPageDamaged as error:
            raise OSError("a page of the page store was changed") from error

    def forget(self, page_id: str) -> bool:
        """Removes a page; False when it was not there."""
        with self._lock:
            if self._offers.pop(page_id, None) is None:
                return False
            self._remove(page_id)
            return True

    def _remove(self, page_id: str) -> None:
        for suffix in (".offer", ".bytes"):
            (self._folder / f"{page_id}{suffix}").unlink(missing_ok=True)

    def wipe(self) -> int:
        """Removes everything, half-written files too, and takes nothing any more;
        how many pages there were.
        """
        with self._lock:
            self._is_open = False
            self._seal.destroy()
            count, self._offers = len(self._offers), {}
            for path in self._folder.glob("*"):
                path.unlink(missing_ok=True)
            return count
