# SPDX-License-Identifier: GPL-3.0-only
"""The former name of `expert_app.reference`. Used by scripts that know it under this one."""

from __future__ import annotations

import sys

from expert_app.reference.__main__ import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
