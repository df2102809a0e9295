# SPDX-License-Identifier: GPL-3.0-only
"""Builds the windows of supervisor, site host and operator and connects them with the jobs.

Entry points: `program.BoardProgram`, `site.HostProgram`. The only part of `expert_app.board` that
knows Qt; it may import `views`, the jobs beside it and `expert_app.runtime`.
"""
