# SPDX-License-Identifier: GPL-3.0-only
"""Places that keep files, for tests."""

from __future__ import annotations

from documents.store.remote_blobs import RemoteBlobs, s3_blobs, webdav_blobs
from tests.support.far_stores import BUCKET, SECRET, USER


def far_blobs(kind: str, address: str, secret: str = SECRET) -> RemoteBlobs:
    if kind == "s3":
        return s3_blobs(BUCKET, "x", address=address, region="us-east-1", user=USER, secret=secret)
    return webdav_blobs(address, "", user=USER, secret=secret)
