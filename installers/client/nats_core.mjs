// SPDX-License-Identifier: GPL-3.0-only
// What of nats-core, which is CommonJS on npm, the client uses; bundled into resources/vendor/nats-core.mjs by
// installers/hatch_build.py.
export { createInbox, errors, headers, nkeyAuthenticator, nkeys, wsconnect } from "@nats-io/nats-core";
