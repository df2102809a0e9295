# SPDX-License-Identifier: GPL-3.0-only
"""The commands of `expert-app` besides running a program: `doctor`, `verify`, `replay`, the
commands of `hub` and `kiosk`, and the writer of the JSON schemas.

Entry points: one `run_...` or `verify_...` function per module, called by
`expert_app.__main__`; the hub's commands start in `hub.run_command`. Commands print in the
person's language and return an exit code. They may import every program's package; only
`replay`, which opens a window, knows Qt.
"""
