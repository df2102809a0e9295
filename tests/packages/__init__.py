# SPDX-License-Identifier: GPL-3.0-only
"""The Debian packages, installed into an empty Debian 13 and used there: `make test-packages`.

Entry point: `python -m tests.packages`, as root. It imports nothing of the product.
"""
