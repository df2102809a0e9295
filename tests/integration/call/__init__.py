# SPDX-License-Identifier: GPL-3.0-only
"""Both ends of a call: voice, picture, line quality, third parties."""
