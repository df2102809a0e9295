# SPDX-License-Identifier: GPL-3.0-only
"""Everything that is said and done between kiosk, hub and desk,
without Qt and without paper.

`desk`, `kiosk` and `hub` are the three ends (entry points `desk.session`, `kiosk.session`,
`hub.composition`); they stand on `bus` (NATS), `media` (WebRTC) and `log` (what happened),
which speak `protocol` (the messages) and use `core` (clock, tasks, signals, errors). May import
nothing of `documents`, `views` or `expert_app`.
"""
