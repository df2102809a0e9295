# SPDX-License-Identifier: GPL-3.0-only
"""The installer for Windows, installed under wine and used: `python -m tests.windows`.

What wine shows is no Windows: docs/windows.md says what that leaves open. Begin with `wine.py`.
"""
