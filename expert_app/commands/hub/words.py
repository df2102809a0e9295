# SPDX-License-Identifier: GPL-3.0-only
"""Counts and moments as the commands of a hub print them: one time zone, that of the settings.
Used by the commands of this folder and of its neighbours.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from expert_app.runtime.config import HubSettings
from resources.texts import ngettext


def local_time(at: datetime, settings: HubSettings, form: str = "%d/%m/%Y %H:%M") -> str:
    """The moment in the settings' time zone, whatever this machine's is."""
    return at.astimezone(ZoneInfo(settings.time_zone)).strftime(form)


def counted_dossiers(count: int) -> str:
    """Return words as in "1 dossier", "2 dossiers"."""
    return ngettext("{count} dossier", "{count} dossiers", count).format(count=count)


def counted_documents(count: int) -> str:
    """Return words as in "1 document", "2 documents"."""
    return ngettext("{count} document", "{count} documents", count).format(count=count)


def counted_conversations(count: int) -> str:
    """Return words as in "1 conversation", "2 conversations"."""
    return ngettext("{count} conversation", "{count} conversations", count).format(count=count)


def counted_records(count: int) -> str:
    """Return words as in "1 record", "2 records" of a log."""
    return ngettext("{count} record", "{count} records", count).format(count=count)


def counted_rows(count: int) -> str:
    """Return words as in "1 row of history", "2 rows of history"."""
    words = ngettext("{count} row of history", "{count} rows of history", count)
    return words.format(count=count)


def counted_streams(count: int) -> str:
    """Return words as in "1 stream", "2 streams" of messages."""
    return ngettext("{count} stream", "{count} streams", count).format(count=count)
