# SPDX-License-Identifier: GPL-3.0-only
"""A document that ends its reader is not filed, and the hub goes on filing others."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from documents.hashes import sha256_of
from expert_app.hub.dossiers import find_sources, open_dossiers
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import Paths
from session.core.clock import SystemClock
from session.core.dossier_model import NOBODY, NewDocument
from session.core.errors import DocumentNotFiled
from session.core.tasks import Tasks
from tests.data import PDF_THAT_ENDS_ITS_READER
from tests.unit.documents.store.filled_store import CALLER, ORG, PDF


def _document(data: bytes) -> NewDocument:
    digest = sha256_of(data)
    return NewDocument(piece_id="", name="Papier", pages=2, sha256=digest, upload_id=digest)


async def test_a_document_that_ends_its_reader_is_refused_and_the_next_one_filed(
    tmp_path: Path,
) -> None:
    settings, paths, tasks = HubSettings(), Paths(tmp_path, tmp_path, tmp_path), Tasks()
    async with contextlib.AsyncExitStack() as stack:
        dossiers = open_dossiers(
            settings,
            paths,
            find_sources(settings, paths),
            clock=SystemClock(),
            tasks=tasks,
            stack=stack,
        )
        dossiers.store.create_dossier(ORG, CALLER)
        hostile = PDF_THAT_ENDS_ITS_READER.read_bytes()
        with pytest.raises(DocumentNotFiled) as refused:
            await dossiers.adapter.file(
                ORG, CALLER.number, document=_document(hostile), data=hostile, who=NOBODY
            )
        assert refused.value.detail == {"why": "worker_died"}
        filed, _dossier = await dossiers.adapter.file(
            ORG, CALLER.number, document=_document(PDF), data=PDF, who=NOBODY
        )
        assert filed.sha256 == sha256_of(PDF)
        await tasks.close()
