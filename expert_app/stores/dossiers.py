# SPDX-License-Identifier: GPL-3.0-only
"""Opens the dossiers' store as the hub's settings say it: which database, and where documents lie.
No Qt.

Used by hub, vault, backup and restore.
"""

from __future__ import annotations

from documents.store.blobs import Blobs, BlobStore
from documents.store.copy import FILES, StoreCopy
from documents.store.dossier_store import DossierStore
from documents.store.index_marks import LookAtPdf, facts_of
from documents.store.remote_blobs import RemoteBlobs, s3_blobs, webdav_blobs
from expert_app.ged.courier import DeliveryTarget, targets_of
from expert_app.ged.kinds import make_connector
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import Paths
from expert_app.stores.jetstream import documents_folder
from expert_app.stores.messages import ways_of
from expert_app.stores.passwords import DOCUMENTS, check_authority, ged_name, load_secret
from resources.texts import _
from session.core.errors import DocumentNotFiled


class ExtraMissing(Exception):
    """An optional part is not installed. `extra`: its name."""

    def __init__(self, extra: str) -> None:
        super().__init__(extra)
        self.extra = extra


def open_blobs(settings: HubSettings, paths: Paths) -> BlobStore:
    """Open the place where documents lie. Nothing is asked of a far store yet: it may be away
    when the hub starts.

    Raises:
        ExtraMissing, KeyMissing.
    """
    place = settings.documents
    if place.kind == "folder":
        return Blobs(documents_folder(settings, paths, "dossiers") / FILES)
    if place.user:
        secret = load_secret(DOCUMENTS, place.secret_file)
    else:
        secret = ""
    try:
        if place.kind == "s3":
            return s3_blobs(
                place.bucket,
                place.prefix,
                address=place.address,
                region=place.region,
                user=place.user,
                secret=secret,
                ca_file=place.ca_file,
            )
        return webdav_blobs(
            place.address, place.prefix, user=place.user, secret=secret, ca_file=place.ca_file
        )
    except ImportError as error:
        raise ExtraMissing(place.kind) from error


def open_store(
    settings: HubSettings,
    paths: Paths,
    blobs: BlobStore | None = None,
    *,
    look_at: LookAtPdf = facts_of,
) -> DossierStore:
    """The store; `blobs` are what `open_blobs` gave, or opened here.
    Raises as `open_blobs`, and `SessionError`.
    """
    folder = documents_folder(settings, paths, "dossiers")
    blobs = blobs or open_blobs(settings, paths)
    return DossierStore(
        folder,
        settings.database or None,
        blobs=blobs,
        targets=targets_of(settings.ged),
        ways=ways_of(settings),
        look_at=look_at,
    )


def open_rows(settings: HubSettings, paths: Paths) -> DossierStore | None:
    """Open the store to ask it for figures; no document can be read. None where there is none yet.

    Raises:
        StoreUnreachable: the database cannot be read.
    """
    folder = documents_folder(settings, paths, "dossiers")
    if not settings.database and not (folder / "dossiers.sqlite").exists():
        return None
    return DossierStore(folder, settings.database or None, blobs=Blobs(folder / FILES))


def open_targets(settings: HubSettings) -> list[DeliveryTarget]:
    """The agencies' document systems; nothing is asked of them yet. Raises `KeyMissing`."""
    targets = []
    for system in settings.ged:
        wants_secret = system.kind == "paperless" or bool(system.user)
        if wants_secret:
            secret = load_secret(ged_name(system.name), system.secret_file)
        else:
            secret = ""
        check_authority(ged_name(system.name), system.ca_file)
        targets.append(DeliveryTarget(system, make_connector(system, secret)))
    return targets


def open_copy(settings: HubSettings, paths: Paths) -> StoreCopy:
    """Its tables and files for a backup; makes the tables, or brings them up to date.
    Raises as `open_store`.
    """
    open_store(settings, paths).close()
    folder = documents_folder(settings, paths, "dossiers")
    return StoreCopy(folder, settings.database or None, blobs=open_blobs(settings, paths))


def try_documents(settings: HubSettings, paths: Paths) -> int:
    """Writes, reads back and removes a small file where documents lie, and says how that went;
    the exit code.
    """
    blobs = open_blobs(settings, paths)
    try:
        if isinstance(blobs, RemoteBlobs):
            blobs.check()
    except (OSError, DocumentNotFiled) as error:
        print(away_words(error))
        return 1
    finally:
        blobs.close()
    print(_("The documents' store takes, gives back and removes a file: all is well."))
    return 0


def away_words(error: Exception) -> str:
    """Why a far store cannot be used now, and what becomes of documents meanwhile."""
    return _(
        "The documents' store does not answer ({why}). Nothing is filed meanwhile: desks keep "
        "documents in their "
        "outbox and give the caller a registration receipt; they file them by themselves when it "
        "is back."
    ).format(why=error)


def extra_words(error: ExtraMissing) -> str:
    """Return what to install."""
    words = _("This store needs a part that is not installed: install expert-app[{extra}].")
    return words.format(extra=error.extra)
