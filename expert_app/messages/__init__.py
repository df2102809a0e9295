# SPDX-License-Identifier: GPL-3.0-only
"""Messages to people about their appointments: by the organisation's mail server, and by a gateway
for SMS.

Entry point: `senders.open_senders`. `texts` says a message in the person's language, with the
`calendar` file; `mail` and `sms` send it. May import `expert_app.ged` and `documents.printed`.
"""
