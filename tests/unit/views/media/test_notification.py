# SPDX-License-Identifier: GPL-3.0-only
"""A notification on a real bus, at a desktop that presses its button at once."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SYSTEM_PYTHON = "/usr/bin/python3"
"""Debian's own, which has GLib's bindings; ours has none, and PyQt6 cannot serve an interface."""

DESKTOP = """
from gi.repository import Gio, GLib
NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
takes = "".join(f'<arg type="{one}" direction="in"/>' for one in "s u s s s as a{sv} i".split())
node = Gio.DBusNodeInfo.new_for_xml(
    f'<node><interface name="{NAME}"><method name="Notify">{takes}<arg type="u" direction="out"/>'
    '</method><method name="CloseNotification"><arg type="u" direction="in"/></method></interface>'
    '</node>'
)
loop = GLib.MainLoop()
def on_call(bus, sender, path, name, method, arguments, call):
    print(method, *arguments.unpack(), sep="|", flush=True)
    if method == "Notify":
        call.return_value(GLib.Variant("(u)", (7,)))
        pressed = GLib.Variant("(us)", (7, "act"))
        GLib.timeout_add(300, bus.emit_signal, None, PATH, NAME, "ActionInvoked", pressed)
    else:
        call.return_value(None)
        loop.quit()
Gio.bus_own_name(
    Gio.BusType.SESSION, NAME, 0,
    lambda bus, _name: bus.register_object(PATH, node.interfaces[0], on_call, None, None),
    lambda *_got: print("here", flush=True), None,
)
GLib.timeout_add(20_000, loop.quit)
loop.run()
"""

DESK = """
import subprocess, sys
from PyQt6.QtCore import QCoreApplication, QTimer
from views.media.notification import DesktopNotification
desktop = subprocess.Popen([sys.argv[1], "-c", sys.argv[2]], stdout=subprocess.PIPE, text=True)
assert desktop.stdout.readline() == "here\\n"
app = QCoreApplication([])
shown = DesktopNotification(app)
shown.acted.connect(lambda: (print("accepted", flush=True), QTimer.singleShot(0, app.quit)))
shown.show("A caller for you", "A033 · Bourg & <b>Val</b>", "Accept")
QTimer.singleShot(20_000, app.quit)
app.exec()
print(desktop.communicate(timeout=20)[0])
"""


def _has_desktop() -> bool:
    tried = [SYSTEM_PYTHON, "-c", "from gi.repository import Gio"]
    return (
        shutil.which("dbus-run-session") is not None
        and Path(SYSTEM_PYTHON).exists()
        and subprocess.run(tried, check=False, capture_output=True).returncode == 0
    )


@pytest.mark.skipif(not _has_desktop(), reason="needs dbus-run-session and python3-gi")
def test_the_button_of_a_notification_is_heard_and_the_notification_goes() -> None:
    words = ["dbus-run-session", "--", sys.executable, "-c", DESK, SYSTEM_PYTHON, DESKTOP]
    done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60)
    lines = done.stdout.split("\n")
    assert lines[0] == "accepted"
    notified = lines[1].split("|")
    assert notified[0] == "Notify"
    assert notified[4] == "A caller for you"
    assert notified[5] == "A033 · Bourg &amp; &lt;b&gt;Val&lt;/b&gt;"
    assert notified[6] == "['default', 'Accept', 'act', 'Accept']"
    assert lines[2] == "CloseNotification|7"
