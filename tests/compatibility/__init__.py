# SPDX-License-Identifier: GPL-3.0-only
"""What the last release and this one understand of each other.

`tests/data/protocol/RELEASE` holds what its programs said (`record.py` made it) and the schemas by
which they read; `test_last_release.py` replays it. `test_rolling_upgrade.py` runs programs of both
in one cluster. `last_release.py` says which release that is; docs/releasing.md, when it changes.
`hub_sample` unpacks what a hub of that release stored.
"""
