# SPDX-License-Identifier: GPL-3.0-only
"""The person of a dossier, as desk and board ask for it: a birth date, dossiers that may be the
same person's, and the form that corrects names and birth date.

Entry points: `person_form.PersonForm` and `hits.HitList`. May import `views.widgets` and
`views.words`.
"""
