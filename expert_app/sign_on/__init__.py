# SPDX-License-Identifier: GPL-3.0-only
"""Sign-on with an organisation's provider (OpenID Connect Core 1.0), as the hub sees it.

Entry point: `at_hub.open_sign_on`, which answers the door for newcomers. `provider.Provider` asks
the provider, `id_token` checks what it says, `roles` makes a person of it. No Qt. May import
`expert_app.ged` (requests with limits) and `expert_app.runtime`. The desk's side, with the browser,
is `expert_app.workplace.sign_on`.
"""
