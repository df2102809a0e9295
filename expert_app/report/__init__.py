# SPDX-License-Identifier: GPL-3.0-only
"""What the operator's activity report and the board's share: figures become the chapters of
`documents.printed.report`.

Entry points: `chapters.chapter`; `journeys.travel_of` for what conversations spare;
`periods.period_of` for what a person types. The reader of the stores is
`expert_app.stores.report_facts`. No Qt. May import `expert_app.runtime`.
"""
