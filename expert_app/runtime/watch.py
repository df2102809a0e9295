# SPDX-License-Identifier: GPL-3.0-only
"""Lets a script watch a program without a window. Used by hub, vault and the command line."""

from __future__ import annotations

from collections.abc import Callable

WatchService = Callable[[object, Callable[[], None]], Callable[[str], None]]
"""Given the program and what stops it; returns what is called with its address once it is ready."""
