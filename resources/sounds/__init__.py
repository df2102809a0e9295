# SPDX-License-Identifier: GPL-3.0-only
"""The sounds that programs play: `ring.wav`, for a caller who waits.

Read through `resources.resource_path("sounds/ring.wav")`. `make_ring` made it, and is run only by
who wants another one; nothing imports this package.
"""
