# SPDX-License-Identifier: GPL-3.0-only
"""Everything a hub keeps in one file, and back.

Entry points: `save.back_up` and `restore.restore`; `archive` is the file, `table_rows` the rows of
the databases in it, `folder` where a timer keeps them, `watch` how old the newest is. Used by the
operator's commands, before an upgrade and by health. No Qt.
May import `expert_app.stores`, `ged` and `runtime`.
"""
