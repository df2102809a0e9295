# SPDX-License-Identifier: GPL-3.0-only
"""An S3 service (moto) and a WebDAV share (wsgidav) on this machine, which can be stopped.
For tests of the store.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECRET = "un-secret-pour-les-essais"
USER, BUCKET = "hub", "dossiers"


@dataclass(frozen=True)
class Share:
    """A WebDAV share and the folder behind it."""

    address: str
    folder: Path


@contextmanager
def s3_service() -> Iterator[str]:
    """The address of a service with one empty bucket."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        address = f"http://{host}:{port}"
        keys = {
            "aws_access_key_id": USER,
            "aws_secret_access_key": SECRET,
            "region_name": "us-east-1",
        }
        make: Any = boto3.client
        client = make("s3", endpoint_url=address, **keys)
        client.create_bucket(Bucket=BUCKET)
        client.close()
        yield address
    finally:
        server.stop()


@contextmanager
def webdav_share(folder: Path) -> Iterator[Share]:
    """A share of `folder` that wants a password."""
    from cheroot import wsgi
    from wsgidav.wsgidav_app import WsgiDAVApp

    make: Any = WsgiDAVApp
    config = {
        "provider_mapping": {"/": str(folder)},
        "simple_dc": {"user_mapping": {"*": {USER: {"password": SECRET}}}},
        "http_authenticator": {
            "accept_basic": True,
            "accept_digest": False,
            "default_to_digest": False,
        },
        "verbose": 0,
        "logging": {"enable": False},
    }
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = wsgi.Server(("127.0.0.1", port), make(config))
    server.shutdown_timeout = 0
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield Share(f"http://127.0.0.1:{port}", folder)
    finally:
        server.stop()
        thread.join(10)
