# SPDX-License-Identifier: GPL-3.0-only
"""A document system by CMIS 1.1, browser binding: JSON over HTTP (OASIS CMIS 1.1, section 5).
Not tried on a real one.

A folder per dossier below the folder of the settings;
the file's name ends in our document's id, so that a look by path tells whether the copy is there
already, and two at once cannot make two (name constraint, section 2.2.1.4.3).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from documents.store.deliveries import Parcel
from expert_app.ged.connector import CopyArrived, NotDelivered, Outcome, Reason, file_name, plain
from expert_app.ged.http import answer, client, decoded
from expert_app.runtime.store_settings import GedSettings

_SUCCINCT = {"succinct": "true"}
_EXCEPTIONS = {
    "permissionDenied": Reason.ACCESS,
    "storage": Reason.DISK,
    "runtime": Reason.BUSY,
    "updateConflict": Reason.BUSY,
    "notSupported": Reason.REFUSED,
}
"""Section 2.2.1.4.1 and .2; what is not here is a refusal of this document."""


class Cmis:
    """`Connector` of kind "cmis". `secret` is the password of `user` (HTTP Basic)."""

    def __init__(self, settings: GedSettings, secret: str) -> None:
        self._settings = settings
        self._root = ""
        if settings.user:
            auth = (settings.user, secret)
        else:
            auth = None
        self._http = client(settings.ca_file, {"Accept": "application/json"}, auth)

    async def close(self) -> None:
        """Ends its connections."""
        await self._http.aclose()

    async def find(self, parcel: Parcel) -> str:
        """Its object id, when the object of that path has as many bytes."""
        properties = await self._object(self._path(parcel, file_name(parcel)))
        if properties is None:
            return ""
        if int(properties.get("cmis:contentStreamLength") or 0) != parcel.document.size_bytes:
            raise NotDelivered(Reason.OTHER_FILE, file_name(parcel))
        return str(properties.get("cmis:objectId", ""))

    async def send(self, parcel: Parcel, data: bytes) -> Outcome:
        """Makes the folders that are missing, then the document with its content in one request."""
        await self._make_folders(parcel)
        name = file_name(parcel)
        properties = {
            "cmis:objectTypeId": "cmis:document",
            "cmis:name": name,
            "cmis:description": _description(parcel),
        }
        # One part of the form per field, the content last (section 5.4.4.3.4).
        form = {"cmisaction": "createDocument", **_SUCCINCT, **_properties(properties)}
        url = self._url(self._path(parcel))
        response = await answer(
            self._http, "POST", url, data=form, files={"content": (name, data, "application/pdf")}
        )
        if response.status_code == 409 and _exception(response) == "nameConstraintViolation":
            # somebody was quicker: another hub, or ourselves before a restart
            object_id = await self.find(parcel)
            if object_id:
                return CopyArrived(object_id)
        document = self._read(response, created=True)
        identity = str(document.get("cmis:objectId", ""))
        if not identity:
            raise NotDelivered(Reason.NOT_UNDERSTOOD, "createDocument")
        return CopyArrived(identity)

    async def ask(self, receipt: str) -> Outcome:
        """It is taken at once."""
        return CopyArrived(receipt)

    async def _make_folders(self, parcel: Parcel) -> None:
        if await self._object(self._path(parcel)) is not None:
            return
        parent = ""
        for name in [*self._settings.path.split("/")[1:], plain(parcel.dossier, 60)]:
            here = f"{parent}/{name}"
            if await self._object(here) is None:
                fields = _properties({"cmis:objectTypeId": "cmis:folder", "cmis:name": name})
                form = {"cmisaction": "createFolder", **_SUCCINCT, **fields}
                response = await answer(self._http, "POST", self._url(parent), data=form)
                if not (
                    response.status_code == 409
                    and _exception(response) == "nameConstraintViolation"
                ):
                    self._read(response, created=True)
            parent = here

    async def _object(self, path: str) -> dict[str, Any] | None:
        """The properties of an object by its path (section 5.3.2), None when there is none."""
        await self._find_root()
        query = {"cmisselector": "object", **_SUCCINCT}
        response = await answer(self._http, "GET", self._url(path), params=query)
        if response.status_code == 404:
            return None
        return self._read(response)

    def _read(self, response: httpx.Response, *, created: bool = False) -> dict[str, Any]:
        if response.status_code not in ((200, 201) if created else (200,)):
            reason = _EXCEPTIONS.get(_exception(response), Reason.REFUSED)
            raise NotDelivered(reason, _message(response))
        body = decoded(response)
        if isinstance(body, dict):
            properties = body.get("succinctProperties")
        else:
            properties = None
        if not isinstance(properties, dict):
            raise NotDelivered(Reason.NOT_UNDERSTOOD, "succinctProperties")
        return properties

    async def _find_root(self) -> None:
        if not self._root:
            settings = self._settings
            self._root = await repository_url(
                self._http, settings.address, settings.repository, root=True
            )

    def _path(self, parcel: Parcel, name: str = "") -> str:
        folder = f"{self._settings.path}/{plain(parcel.dossier, 60)}"
        if name:
            return f"{folder}/{name}"
        return folder

    def _url(self, path: str) -> str:
        return self._root + quote(path)


async def repository_url(
    http: httpx.AsyncClient, address: str, repository: str, *, root: bool = False
) -> str:
    """The repository's own address, or that of its root folder (section 5.3.1: the service address
    tells all repositories).

    Args:
        repository: its id; "" for the first.

    Raises:
        NotDelivered: it is not there, or is said to be at another host: documents and password go
            to the host of the settings, whatever the answer names.
    """
    response = await answer(http, "GET", address)
    if response.status_code != 200:
        raise NotDelivered(Reason.ADDRESS, f"HTTP {response.status_code}")
    body = decoded(response)
    if isinstance(body, dict):
        repositories = body
    else:
        repositories = {}
    if repository:
        facts = repositories.get(repository)
    else:
        facts = next(iter(repositories.values()), None)
    if root:
        name = "rootFolderUrl"
    else:
        name = "repositoryUrl"
    if isinstance(facts, dict):
        url = str(facts.get(name, ""))
    else:
        url = ""
    if not url:
        raise NotDelivered(Reason.ADDRESS, f"repository {repository}".strip())
    theirs, ours = httpx.URL(url), httpx.URL(address)
    if (theirs.scheme, theirs.host, theirs.port) != (ours.scheme, ours.host, ours.port):
        raise NotDelivered(Reason.ADDRESS, f"{theirs.scheme}://{theirs.host}")
    return url.rstrip("/")


def _properties(values: dict[str, str]) -> dict[str, str]:
    """Return these values as fields of a form (section 5.4.3)."""
    form = {}
    for place, (name, value) in enumerate(values.items()):
        form[f"propertyId[{place}]"], form[f"propertyValue[{place}]"] = name, value
    return form


def _description(parcel: Parcel) -> str:
    parts = (parcel.document.name, parcel.piece, parcel.procedure, parcel.caller_number)
    return (
        " · ".join(dict.fromkeys(part for part in parts if part))
        + f" · sha256:{parcel.document.sha256}"
    )


def _exception(response: httpx.Response) -> str:
    """Its name in the answer (section 5.2.10)."""
    try:
        body = response.json()
    except ValueError:
        return ""
    if isinstance(body, dict):
        return str(body.get("exception", ""))
    return ""


def _message(response: httpx.Response) -> str:
    try:
        body = response.json()
    except ValueError:
        return f"HTTP {response.status_code}"
    if isinstance(body, dict):
        words = body.get("message")
    else:
        words = ""
    return str(words or f"HTTP {response.status_code}")[:300]
