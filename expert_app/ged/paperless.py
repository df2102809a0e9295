# SPDX-License-Identifier: GPL-3.0-only
"""Paperless-ngx by its REST API: post a document, follow the task that takes it in, keep the
document's number.

Written from its documentation (docs/api.md: "POSTing documents", "Authorization"); both forms of
the task list are understood, a plain list and pages of `results`. What is there already is found by
its original file name, which ends in our document's id. An identical file is refused by older
servers and taken with a warning by newer ones: where the refusal names the document that is there,
that one is it.
"""

from __future__ import annotations

import re
from typing import Any

from documents.store.deliveries import Parcel
from expert_app.ged.connector import (
    CopyArrived,
    NotDelivered,
    Outcome,
    Reason,
    UnderWay,
    file_name,
    plain,
)
from expert_app.ged.http import answer, client, decoded
from expert_app.runtime.store_settings import GedSettings

_TASK = re.compile(r"[0-9a-fA-F-]{8,64}")
_DUPLICATE = re.compile(r"duplicate of .*\(#(\d+)\)", re.IGNORECASE | re.DOTALL)
_WAITS = ("PENDING", "STARTED", "RETRY", "RECEIVED")


class Paperless:
    """`Connector` of kind "paperless". `secret` is an API token."""

    def __init__(self, settings: GedSettings, secret: str) -> None:
        self._base = settings.address.rstrip("/")
        headers = {"Accept": "application/json"} | (
            {"Authorization": f"Token {secret}"} if secret else {}
        )
        self._http = client(settings.ca_file, headers)

    async def close(self) -> None:
        """Ends its connections."""
        await self._http.aclose()

    async def find(self, parcel: Parcel) -> str:
        """The number of a document with our file's name."""
        ending = f"{plain(parcel.document.id, 40)}.pdf"
        query = {"original_filename__iendswith": ending, "page_size": "1"}
        response = await answer(self._http, "GET", f"{self._base}/api/documents/", params=query)
        if response.status_code != 200:
            raise NotDelivered(Reason.ADDRESS, f"HTTP {response.status_code}")
        # a server that does not know the filter lists anything
        for item in _list(decoded(response)):
            if (
                str(item.get("original_file_name", "")).lower().endswith(ending.lower())
                and "id" in item
            ):
                return str(item["id"])
        return ""

    async def send(self, parcel: Parcel, data: bytes) -> Outcome:
        """Posts it; Paperless answers with the id of a task."""
        document = parcel.document
        title = " · ".join(
            part for part in (parcel.piece or document.name, parcel.dossier) if part
        )[:127]
        fields = {"title": title, "created": document.filed_at_utc.date().isoformat()}
        file = {"document": (file_name(parcel), data, "application/pdf")}
        url = f"{self._base}/api/documents/post_document/"
        response = await answer(self._http, "POST", url, data=fields, files=file)
        if response.status_code == 404:
            raise NotDelivered(Reason.ADDRESS, "HTTP 404")
        if response.status_code != 200:
            raise NotDelivered(Reason.REFUSED, response.text[:300])
        task = decoded(response)
        if not isinstance(task, str) or not _TASK.fullmatch(task):
            raise NotDelivered(Reason.NOT_UNDERSTOOD, "post_document")
        return UnderWay(task)

    async def ask(self, receipt: str) -> Outcome:
        """Return how far the task is; one that Paperless forgot (a restart) may be posted again
        after a look.
        """
        url = f"{self._base}/api/tasks/"
        response = await answer(self._http, "GET", url, params={"task_id": receipt})
        if response.status_code != 200:
            raise NotDelivered(Reason.ADDRESS, f"HTTP {response.status_code}")
        tasks = _list(decoded(response))
        if not tasks:
            raise NotDelivered(Reason.BUSY, "task unknown")
        return _outcome(tasks[0], receipt)


def _outcome(task: dict[str, Any], receipt: str) -> Outcome:
    status = str(task.get("status", "")).upper()
    if status in _WAITS:
        return UnderWay(receipt)
    if status == "SUCCESS":
        related = task.get("related_document") or next(
            iter(task.get("related_document_ids") or ()), None
        )
        if related is None:
            raise NotDelivered(Reason.NOT_UNDERSTOOD, "no document")
        return CopyArrived(str(related))
    words = str(task.get("result") or task.get("result_message") or status)
    duplicate = _DUPLICATE.search(words)
    if duplicate is not None:
        return CopyArrived(duplicate[1])
    raise NotDelivered(Reason.REFUSED, words[:300])


def _list(body: Any) -> list[dict[str, Any]]:
    """Items of an answer, which may come in pages."""
    if isinstance(body, dict):
        items = body.get("results")
    else:
        items = body
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise NotDelivered(Reason.NOT_UNDERSTOOD, "list")
    return items
