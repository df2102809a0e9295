# SPDX-License-Identifier: GPL-3.0-only
"""One helpdesk's window for one folder: `expert-app open` beside a running one hands it the address
and ends. Used by the helpdesk's program and by `__main__`.

A socket of this person's own in the program's folder; it takes an address and nothing else.
"""

from __future__ import annotations

import hashlib
import logging
import sys
from pathlib import Path

from PyQt6.QtCore import QCoreApplication, QObject, pyqtSignal
from PyQt6.QtNetwork import QLocalServer, QLocalSocket

from expert_app.helpdesk.address import LONGEST, read_address

log = logging.getLogger(__name__)

WAIT_MS = 2000
LONGEST_PATH = 100
"""A Unix socket's path has at most 107 bytes."""

TAKEN = b"taken\n"


def door_name(folder: Path) -> str:
    """Return the name at which a window of this folder listens."""
    path = str(folder / "open.socket")
    if sys.platform != "win32" and len(path.encode()) <= LONGEST_PATH:
        return path
    digest = hashlib.blake2b(str(folder).encode(), digest_size=12).hexdigest()
    return f"poste-expert-{digest}"


class AddressDoor(QObject):
    """Takes addresses from other programs of this person.

    Signals:
        opened(object): the `SessionAddress` that is wanted in this window.
    """

    opened = pyqtSignal(object)

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.setMaxPendingConnections(4)
        self._server.newConnection.connect(self._on_connection)
        name = door_name(folder)
        QLocalServer.removeServer(name)  # of a program that was killed: the folder is ours now
        if not self._server.listen(name):
            log.warning(
                "no address of another program can be taken: %s", self._server.errorString()
            )

    def close(self) -> None:
        """Takes none any more."""
        self._server.close()

    def _on_connection(self) -> None:
        socket = self._server.nextPendingConnection()
        if socket is None:
            return
        socket.setReadBufferSize(LONGEST + 1)
        socket.disconnected.connect(socket.deleteLater)
        socket.readyRead.connect(self._on_words)
        if socket.canReadLine():
            self._read(socket)

    def _on_words(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > LONGEST:
                socket.abort()
            return
        address = read_address(socket.readLine().data().decode(errors="replace"))
        if address is None:
            socket.abort()
            return
        socket.write(TAKEN)
        socket.flush()
        socket.disconnectFromServer()
        self.opened.emit(address)


def hand_over(folder: Path, address: str) -> bool:
    """Gives an address to the window that runs on this folder; False when none takes it. For a
    program that has no window itself.
    """
    application = QCoreApplication.instance() or QCoreApplication(sys.argv[:1])
    socket = QLocalSocket()
    socket.connectToServer(door_name(folder))
    if not socket.waitForConnected(WAIT_MS):
        return False
    socket.write(address.encode()[:LONGEST] + b"\n")
    has_reply = socket.waitForBytesWritten(WAIT_MS) and socket.waitForReadyRead(WAIT_MS)
    reply = socket.readAll().data()
    socket.abort()
    del application
    return has_reply and reply == TAKEN
