# SPDX-License-Identifier: GPL-3.0-only
"""The desk's end of one conversation, without Qt. The kiosk's end is `session.kiosk`; modules of
the same name are the two ends of one thing.

Entry points, also for a desk that others build: `hub.client.DeskClient` over `session.bus.client`,
the desk's way to the hub, made once; `session.DeskSession` for each conversation, made here by
`expert_app.desk.session_opener`. Importing these loads no Qt, numpy or aiortc.
May import `session.protocol`, `session.bus`, `session.media`, `session.log` and `session.core`.
"""
