# SPDX-License-Identifier: GPL-3.0-only
"""The loop that a window and its hub live in."""

from __future__ import annotations

from tests.support.qt_loop import qt_loop

__all__ = ["qt_loop"]
