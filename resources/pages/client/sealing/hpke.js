// SPDX-License-Identifier: GPL-3.0-only
// HPKE (RFC 9180) in base mode for one message: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
import { fromBase64, utf8 } from "../core/ids.js";
import { derived } from "./box.js";

const VERSION = utf8("HPKE-v1");
const KEM = joined(utf8("KEM"), [0, 0x20]);
const SUITE = joined(utf8("HPKE"), [0, 0x20, 0, 1, 0, 2]);

/**
 * @param {ArrayLike<number>[]} parts
 * @returns {Uint8Array<ArrayBuffer>}
 */
function joined(...parts) {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}

/**
 * Section 4: each step's input begins with version, suite and label.
 * @param {Uint8Array} suite
 * @param {string} label
 * @param {ArrayLike<number>} [data]
 */
const labelled = (suite, label, data = []) => joined(VERSION, suite, utf8(label), data);

/**
 * LabeledExtract without salt.
 * @param {string} label
 * @param {ArrayLike<number>} [data]
 */
async function extracted(label, data) {
  const key = await crypto.subtle.importKey("raw", new Uint8Array(32), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, labelled(SUITE, label, data)));
}

/**
 * LabeledExtract and LabeledExpand at once, which is HKDF.
 * @param {Uint8Array} material
 * @param {Uint8Array} salt
 * @param {Uint8Array} info
 * @param {number} length in bytes
 */
const expanded = (material, salt, info, length) => derived(material, salt, joined([0, length], info), length);

/**
 * @param {Uint8Array<ArrayBuffer>} plain
 * @param {string} key of the receiver, base64
 * @param {Uint8Array} info what it is bound to
 * @param {import("./box.js").Exchange} mine a key that nobody had before
 * @returns {Promise<Uint8Array>} opens with `mine.public`
 */
export async function sealedFor(plain, key, info, mine) {
  const both = joined(fromBase64(mine.public), fromBase64(key));
  const agreed = labelled(KEM, "eae_prk", await mine.shared(key)); // section 4.1
  const secret = await expanded(agreed, joined(), labelled(KEM, "shared_secret", both), 32);
  const context = joined([0], await extracted("psk_id_hash"), await extracted("info_hash", info)); // section 5.1
  const start = labelled(SUITE, "secret");
  const bytes = await expanded(start, secret, labelled(SUITE, "key", context), 32);
  const iv = await expanded(start, secret, labelled(SUITE, "base_nonce", context), 12);
  const cipher = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt"]);
  return new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, cipher, plain));
}
