# SPDX-License-Identifier: GPL-3.0-only
"""The caller's browser's only way out: an HTTP proxy on loopback, in a process of its own.

Start with `process.WebProxy`, the browser's side: it starts the process, tells it the session's
list and ends it. `server.ProxyServer` is the process's inside: who may ask, what is asked, what
is passed on; `dialler.Dialler` looks names up and connects to the very address that it checked.
The rules are in `session.kiosk.cobrowse.reach`. Imports nothing else of `session.kiosk`.
"""
