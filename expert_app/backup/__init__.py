# SPDX-License-Identifier: GPL-3.0-only
"""Everything a hub keeps in one file, and back.

Entry points: `save.back_up` and `restore.restore`; `archive` is the file, `table_rows` the rows of
the databases in it. Used by the operator's commands and before an upgrade. No Qt.
May import `expert_app.stores`, `ged` and `runtime`.
"""
