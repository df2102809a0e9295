# SPDX-License-Identifier: GPL-3.0-only
"""The history of what happened: every change of a ticket, counted by day, hour, site,
service and agent.

Entry points: `audit.Audit` is the stream of changes; `projection.Projection` plays it into the
SQL database of `database.History`; `statistics` and `trends` count from it. A lost database is
built again from the stream. May import `queue`, `dossier`, `vault` and what stands below them.
"""
