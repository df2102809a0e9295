# SPDX-License-Identifier: GPL-3.0-only
"""The protocol: messages, verbs, topics and subjects, the same for hub, desk, kiosk and vault.

Entry points: `verbs.ALL_VERBS` (every request to the hub: who may send it, what it asks, what comes
back), `topics` (what the two ends of a session send), `codec` (JSON and back, with clear refusals).
`docs/protocol.md` tells it to somebody who writes another client; `docs/schemas` is made from here.
May import `session.core` only.
"""
