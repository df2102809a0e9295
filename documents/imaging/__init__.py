# SPDX-License-Identifier: GPL-3.0-only
"""Pictures of pages: finds the sheet, straightens, lights, judges and codes it.

Used by `documents.pages`, in worker processes, and by the scanner's preview.
`pictures.open_picture` reads a page; `edits.Edits` are what an agent wants of one; `layers.Layers`
codes a page in 30 to 50 kB. May import Pillow, NumPy and the modules beside this package, nothing
of PDF or the store.
"""
