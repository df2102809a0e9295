# SPDX-License-Identifier: GPL-3.0-only
"""A hub's word on itself: `health.Health` (what is wrong) and `gauges.Gauges` (figures of this
moment).

Read by the monitor's pages in `expert_app.hub`; nobody is named. May import every package of
the hub but `network`, `supervision` and `transfers`.
"""
