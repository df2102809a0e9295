# SPDX-License-Identifier: GPL-3.0-only
"""The connector of each kind that the hub's settings may name; only those in use are loaded."""

from __future__ import annotations

from expert_app.ged.connector import Connector
from expert_app.runtime.store_settings import GedSettings


def make_connector(settings: GedSettings, secret: str) -> Connector:
    """The connector of a kind.

    Args:
        secret: token or password; "" where none is needed.
    """
    if settings.kind == "folder":
        from expert_app.ged.folder_drop import FolderDrop

        return FolderDrop(settings)
    if settings.kind == "paperless":
        from expert_app.ged.paperless import Paperless

        return Paperless(settings, secret)
    from expert_app.ged.cmis import Cmis

    return Cmis(settings, secret)
