# SPDX-License-Identifier: GPL-3.0-only
"""nats-server: its process as our child, its configuration, and who may do what on the bus.

Entry points: `process.BusServer` starts and watches it, `config.config_text` writes its file,
`permissions.rights_of` is the one table of rights. May import `jetstream`, `sealing` and
`transport`.
"""
