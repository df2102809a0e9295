# SPDX-License-Identifier: GPL-3.0-only
"""Behaviour that is the same at both ends of a conversation.

`channel.SessionChannel` is the line to the other end as all parts see it. `sending` repeats
what must arrive and paces pages, `chunks` cuts and joins them. `chat.Chat` holds the written
conversation, `third_party_banner` tells the hub that the banner of a third person was painted.
May import `hub`, `conversation` and `wire` of `session.protocol`.
"""
