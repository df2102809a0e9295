# SPDX-License-Identifier: GPL-3.0-only
"""Whom this machine believes for each organisation's sealing keys.
Used by desk and kiosk, before anything is sealed.

The settings name the key that signs an organisation's convention; where they do not, the first one
seen is kept, and another one is refused from then on, as is a conversation that is not sealed any
more. So whoever runs the hub can at most deceive a machine that has never met the organisation and
whose settings do not name its key.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import msgspec

from session.bus.sealing.certificates import valid_keys
from session.core.clock import Clock
from session.core.disk import write_durably
from session.core.errors import SealKeyRefused
from session.protocol.hub.seal_keys import SealCard, SealKey

log = logging.getLogger(__name__)


class PinnedKeys:
    """The signers that are known.

    Args:
        path: file for those that were seen first.
        settings: organisation -> signing key, as the administrator wrote them; they win.

    Raises:
        SealKeyRefused: the file is there and cannot be read.
    """

    def __init__(self, path: Path, settings: Mapping[str, str], *, clock: Clock) -> None:
        self._path = path
        self.clock = clock
        self._settings = dict(settings)
        self._seen = self._load()

    def signer(self, organisation: str) -> str:
        """Return who must have signed this organisation's keys; "" when nobody is known."""
        return self._settings.get(organisation) or self._seen.get(organisation, "")

    def accept(self, organisation: str, card: SealCard | None) -> list[SealKey]:
        """The organisation's keys that hold now, the newest first; none where it does not seal.

        Raises:
            SealKeyRefused: not by the known signer, changed, or missing where it was there before.
            SealKeyOld: all have expired.
        """
        signer = self.signer(organisation)
        if card is None:
            if signer:
                raise SealKeyRefused(organisation=organisation, why="missing")
            return []
        keys = valid_keys(organisation, card, signer or card.keys[0].signer, self.clock.utc_now())
        if not signer:
            self._keep(organisation, card.keys[0].signer)
        return keys

    def _load(self) -> dict[str, str]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, str])
        except FileNotFoundError:
            return {}
        except (
            OSError,
            msgspec.MsgspecError,
        ) as error:  # believing anybody again would be the attack
            raise SealKeyRefused(organisation=self._path.name, why="unreadable") from error

    def _keep(self, organisation: str, signer: str) -> None:
        self._seen[organisation] = signer
        write_durably(self._path, msgspec.json.encode(self._seen))
        log.warning(
            "the sealing of %s is believed from now on by its signer %s", organisation, signer
        )
