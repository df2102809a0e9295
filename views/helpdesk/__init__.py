# SPDX-License-Identifier: GPL-3.0-only
"""The helpdesk's window: the list of conversations, one of them with its summary beside the replay.

Entry point: `window.HelpdeskView`, which shows what it is given and emits `..._requested`.
May import `views.replay`, `views.widgets` and `views.words`.
"""
