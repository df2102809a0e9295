# SPDX-License-Identifier: GPL-3.0-only
"""The convention: which organisations, services, sites, kiosks and people there are, and when it is
open.

Entry points: `loading.load` reads and checks the signed TOML files, `catalogue.Catalogue` answers
questions about what is in force, `watcher.ConventionWatcher` notices changed files.
`open_now.OpenNow` says whether a service is open at a kiosk. May import no other package of the hub
but `opening_hours` and `storage`.
"""
