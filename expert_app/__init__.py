# SPDX-License-Identifier: GPL-3.0-only
"""The programs: each puts packages of `session`, `documents` and `views` together and runs them.

The entry point is `__main__`, which reads the command line; each program has a package (`desk`,
`kiosk`, `hub`, `board`, `vault`), smaller tools are in `commands`. What programs share is in
`runtime`. Only the `wiring` packages and what opens a window know Qt. May import everything.
"""
