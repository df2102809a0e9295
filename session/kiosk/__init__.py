# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's end of everything between a caller and the agent, without Qt.

Start with `session.KioskSession`: one conversation with its parts, from the start to the wipe.
The packages hold the parts: `call` (consent and video call), `cobrowse` (the shared page),
`devices` (scanner and printer), `drivers` (how such devices are spoken to), `web_proxy` (the
browser's only way out) and `hub` (what the kiosk asks the hub, also while nobody talks).
The other end of most modules has the same name in `session.desk`. Imports `bus`, `log`,
`media`, `protocol` and `core` of `session`, never `desk` or `hub`.
"""
