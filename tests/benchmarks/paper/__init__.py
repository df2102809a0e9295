# SPDX-License-Identifier: GPL-3.0-only
"""Parts of `bench_paper`: pages, their cleaning, what is stored and found of them."""
