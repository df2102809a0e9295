# SPDX-License-Identifier: GPL-3.0-only
"""The commands of `expert-app` besides running a program: `doctor`, `verify`, `replay`, the
commands of `hub` and `kiosk`, and the writer of the JSON schemas.

Entry points: the functions that the table of `expert_app.__main__` names; their parameters are
what the command line takes (`expert_app.runtime.command_line`). Commands print in the person's
language and return an exit code. They may import every program's package; only `replay`, which
opens a window, knows Qt.
"""
