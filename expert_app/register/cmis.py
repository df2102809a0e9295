# SPDX-License-Identifier: GPL-3.0-only
"""A register by CMIS 1.1, browser binding: dossiers are objects of one type, found by a query over
their properties (OASIS CMIS 1.1, sections 2.1.14 and 5.4.2.7). Not tried on a real one.

A person is asked for by the birth date alone: a query compares letter by letter, accents and
capitals too, so names are compared here.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import httpx

from expert_app.ged.cmis import repository_url
from expert_app.ged.connector import NotDelivered, Reason
from expert_app.ged.http import answer, client, decoded
from expert_app.register.source import MOST_BYTES, MOST_RECORDS, RegisterQuestion, records_of
from expert_app.runtime.store_settings import RegisterSettings
from session.hub.dossier.register import RegisterRecord


class CmisRegister:
    """`RegisterSource` of kind "cmis". `secret` is the password of `user` (HTTP Basic)."""

    def __init__(self, settings: RegisterSettings, secret: str) -> None:
        self._settings = settings
        self._url = ""
        if settings.user:
            auth = (settings.user, secret)
        else:
            auth = None
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        limits = httpx.Timeout(settings.answer_s)
        self._http = client(settings.ca_file, headers, auth, limits=limits)

    async def close(self) -> None:
        """Ends its connections."""
        await self._http.aclose()

    async def ask(self, question: RegisterQuestion) -> list[RegisterRecord]:
        """One query; one for a property that the settings do not name finds nothing."""
        statement = self._statement(question)
        if not statement:
            return []
        if not self._url:
            settings = self._settings
            self._url = await repository_url(self._http, settings.address, settings.repository)
        query = {
            "cmisselector": "query",
            "q": statement,
            "maxItems": str(MOST_RECORDS),
            "succinct": "true",
        }
        response = await answer(self._http, "GET", self._url, params=query, most_bytes=MOST_BYTES)
        if response.status_code != 200:
            raise NotDelivered(Reason.REFUSED, f"HTTP {response.status_code}")
        return records_of([partial(self._field, item) for item in _objects(decoded(response))])

    def _statement(self, question: RegisterQuestion) -> str:
        values = {
            "number": question.number,
            "caller_number": question.caller_number,
            "born_on": question.born_on,
        }
        fields: dict[Any, str] = self._settings.fields
        name, value = next((name, value) for name, value in values.items() if value)
        if name not in fields:
            return ""
        columns = ", ".join(dict.fromkeys(fields.values()))
        return (
            f"SELECT {columns} FROM {self._settings.type} WHERE {fields[name]} = {literal(value)}"
        )

    def _field(self, properties: dict[str, Any], name: str) -> Any:
        fields: dict[Any, str] = self._settings.fields
        if name in fields:
            return properties.get(fields[name])
        return None


def literal(value: str) -> str:
    """A text in a query (section 2.1.14.2.1: a backslash before quotation mark and backslash)."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _objects(body: Any) -> list[dict[str, Any]]:
    """The properties of a query's results (section 5.2.11)."""
    if isinstance(body, dict):
        items = body.get("results")
    else:
        items = None
    if not isinstance(items, list):
        raise NotDelivered(Reason.NOT_UNDERSTOOD, "results")
    objects = [item.get("succinctProperties") if isinstance(item, dict) else None for item in items]
    if not all(isinstance(properties, dict) for properties in objects):
        raise NotDelivered(Reason.NOT_UNDERSTOOD, "succinctProperties")
    return [properties for properties in objects if isinstance(properties, dict)]
