# SPDX-License-Identifier: GPL-3.0-only
"""The desk's end of one conversation, without Qt. The kiosk's end is `session.kiosk`; modules of
the same name are the two ends of one thing.

Entry points: `session.DeskSession`, made by `expert_app.desk.session_opener` for each conversation,
and `hub.client.DeskLink`, the desk's way to the hub, made once.
May import `session.protocol`, `session.bus`, `session.media`, `session.log` and `session.core`.
"""
