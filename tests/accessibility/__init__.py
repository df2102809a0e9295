# SPDX-License-Identifier: GPL-3.0-only
"""Whether windows can be used without good eyes, without a mouse and by a screen reader.

`layout` and `contrast` look at any shown window and are used by its own tests, too; `bus` listens
on a real AT-SPI bus.
"""
