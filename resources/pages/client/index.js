// SPDX-License-Identifier: GPL-3.0-only
// The client of Poste Expert for pages: what a vendor imports (docs/javascript.md).
export { Bus } from "./hub/bus.js";
export { enrol, readInvitation, tidyCode } from "./hub/enrol.js";
export { codeOf, Refused } from "./core/errors.js";
export { indexedStore, Key, memoryStore } from "./hub/keys.js";
export { Kiosk } from "./kiosk.js";
export { Powers, LASTS_S } from "./powers.js";
export { Session } from "./session.js";
export { pageWords, printBinding, signedTime } from "./papers/signing.js";
