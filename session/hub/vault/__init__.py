# SPDX-License-Identifier: GPL-3.0-only
"""An organisation's vault: a program of its own that keeps dossiers and logs which the hub must not
read.

Entry points: `server.VaultDoor` answers sealed requests; `handlers` and the dossier service are its
rules; `sessions.VaultSessions` asks the hub whose session is whose. May import `access`,
`convention`, `opening_hours` and `storage`.
"""
