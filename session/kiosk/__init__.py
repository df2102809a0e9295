# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's end of everything between a caller and the agent, without Qt.

Whoever builds a kiosk in Python starts with `hub.client.KioskClient` over `session.bus.client`,
then `session.KioskSession`: one conversation with its parts, to the wipe (see docs/examples).
Importing these loads no Qt, numpy or aiortc. Parts: `call` (consent, video call), `cobrowse` (the
shared page), `devices`, `drivers`, `web_proxy` (the browser's only way out) and `hub` (what the
kiosk asks the hub). The other end of most modules has the same name in `session.desk`. Imports
`bus`, `log`, `media`, `protocol` and `core` of `session`, never `desk` or `hub`.
"""
