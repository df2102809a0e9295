# SPDX-License-Identifier: GPL-3.0-only
"""The program `expert-app hub`: queue, dossiers and log, and the operator's commands on them.

Entry point: `program.run`. `dossiers.open_dossiers` builds the store's part (also for a vault),
`own_server.OwnServer` the nats-server, `session.hub.composition.Hub` the rules; `monitor` and
`metrics` tell how it is. No Qt. May import `expert_app.backup`, `stores`, `ged` and `runtime`.
"""
