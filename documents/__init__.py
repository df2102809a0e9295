# SPDX-License-Identifier: GPL-3.0-only
"""Paper: pages, documents, dossiers.
Pure Python for the programs: no Qt, no network, no asyncio.
"""
