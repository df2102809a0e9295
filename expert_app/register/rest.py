# SPDX-License-Identifier: GPL-3.0-only
"""A register by REST: GET of an address that holds what is asked for, JSON as the answer."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from expert_app.ged.connector import NotDelivered, Reason
from expert_app.ged.http import answer, client, decoded
from expert_app.register.source import MOST_BYTES, RegisterQuestion, records_of
from expert_app.runtime.store_settings import RegisterSettings
from session.hub.dossier.register import RegisterRecord

_NONE = (204, 400, 404, 410, 422)
"""No dossier, or none could have this number."""


class RestRegister:
    """`RegisterSource` of kind "rest". `secret` goes into the header of the settings."""

    def __init__(self, settings: RegisterSettings, secret: str) -> None:
        self._settings = settings
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if settings.secret_header:
            headers[settings.secret_header] = f"{settings.secret_prefix}{secret}"
        limits = httpx.Timeout(settings.answer_s)
        self._http = client(settings.ca_file, headers, limits=limits)

    async def close(self) -> None:
        """Ends its connections."""
        await self._http.aclose()

    async def ask(self, question: RegisterQuestion) -> list[RegisterRecord]:
        """One request; a question without an address is answered by nobody."""
        template = self._template(question)
        if not template:
            return []
        response = await answer(
            self._http, "GET", _filled(template, question), most_bytes=MOST_BYTES
        )
        if response.status_code in _NONE:
            # what is not there is not there; but an address that asks by its query must be
            if response.status_code == 404 and "{" not in urlsplit(template).path:
                raise NotDelivered(Reason.ADDRESS, "HTTP 404")
            return []
        if response.status_code != 200:
            raise NotDelivered(Reason.REFUSED, f"HTTP {response.status_code}")
        return records_of([partial(self._field, item) for item in self._list(decoded(response))])

    def _template(self, question: RegisterQuestion) -> str:
        if question.number:
            return self._settings.by_number
        if question.caller_number:
            return self._settings.by_caller_number
        return self._settings.by_person

    def _list(self, body: Any) -> list[dict[str, Any]]:
        items = inside(body, self._settings.records)
        if items is None:
            return []
        if not isinstance(items, list):
            items = [items]
        if not all(isinstance(item, dict) for item in items):
            raise NotDelivered(Reason.NOT_UNDERSTOOD, "records")
        return items

    def _field(self, record: dict[str, Any], name: str) -> Any:
        fields: dict[Any, str] = self._settings.fields
        return inside(record, fields.get(name, name))


def _filled(template: str, question: RegisterQuestion) -> str:
    url = template
    for name, value in msgspec.structs.asdict(question).items():
        url = url.replace(f"{{{name}}}", quote(value, safe=""))
    return url


def inside(value: Any, path: str) -> Any:
    """Return what is at a path with dots, e.g. "person.birth.date"; None when it is not there."""
    for part in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(part)
        else:
            value = None
    return value
