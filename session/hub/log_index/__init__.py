# SPDX-License-Identifier: GPL-3.0-only
"""The list of conversations at whoever keeps their logs: one row each, without a personal value.

Entry points: `indexer.LogIndexer` follows the keeper and writes rows, batched; `rows.LogRows` has
the tables, in the history's database or a vault's own file; `find` answers; `service` is the verb.
What is lost is made again from the logs. May import `history`, `dossier` and what stands below.
"""
