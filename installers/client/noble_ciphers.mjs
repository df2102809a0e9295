// SPDX-License-Identifier: GPL-3.0-only
// ChaCha20-Poly1305, which browsers do not have, bundled into resources/vendor/noble-ciphers.mjs by
// installers/hatch_build.py.
export { chacha20poly1305 } from "@noble/ciphers/chacha.js";
