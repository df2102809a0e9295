# SPDX-License-Identifier: GPL-3.0-only
"""Finds numbers of people and accounts in text, however they are written.

One normaliser and one set of patterns, for what leaves the kiosk (`session.kiosk.cobrowse`), for
what is kept (`session.log`) and for what is exported. Begin with `find` and `mask` in `numbers`.

It imports nothing of the product.
"""
