# SPDX-License-Identifier: GPL-3.0-only
"""A desktop's password dialog that nobody answers. Used by `test_first_start`."""

from __future__ import annotations

SILENT_PROMPTER = """
from jeepney import HeaderFields, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

connection = open_dbus_connection()
connection.send_and_get_reply(message_bus.RequestName("org.gnome.keyring.SystemPrompter"))
print("ready", flush=True)
while True:
    message = connection.receive()
    if message.header.fields.get(HeaderFields.member) == "BeginPrompting":
        connection.send(new_method_return(message))
"""
"""A program of its own: it takes each question and says nothing more."""
