# SPDX-License-Identifier: GPL-3.0-only
"""The desk's view of the dossier."""
