# SPDX-License-Identifier: GPL-3.0-only
"""One Qt loop for the tests with a real window."""

from __future__ import annotations

from tests.support.qt_loop import qt_loop

__all__ = ["qt_loop"]
