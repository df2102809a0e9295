// SPDX-License-Identifier: GPL-3.0-only
// A common key of two fresh X25519 keys (RFC 7748): HKDF-SHA-256 (RFC 5869) and ChaCha20-Poly1305 (RFC 8439). Each
// direction counts its messages from 1; a number opens once (docs/protocol-seal.md).
import { chacha20poly1305 } from "../../../vendor/noble-ciphers.mjs";
import { Refused } from "../core/errors.js";
import { base64, fromBase64, sha256, utf8 } from "../core/ids.js";

const WINDOW = 4096;
const STAMP = /^([0-9a-f]{12})\.(\d{1,15})$/;
const EMPTY = new Uint8Array(0);

/** @param {string} why */
const broken = (why) => new Refused("seal_broken", { why });

/** One X25519 key. */
export class Exchange {
  /**
   * @param {CryptoKey} secret
   * @param {string} text the public half, base64
   */
  constructor(secret, text) {
    this.secret = secret;
    this.public = text;
  }

  /** @returns {Promise<Exchange>} a fresh one */
  static async make() {
    const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"]));
    return new Exchange(pair.privateKey, base64(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey))));
  }

  /**
   * @param {Uint8Array} secret 32 bytes
   * @param {string} text its public half, base64
   */
  static async of(secret, text) {
    const [d, x] = [secret, fromBase64(text)].map((one) => base64(one).replaceAll("+", "-").replaceAll("/", "_").replace(/={1,2}$/, ""));
    const key = await crypto.subtle.importKey("jwk", { kty: "OKP", crv: "X25519", d, x }, { name: "X25519" }, false, ["deriveBits"]);
    return new Exchange(key, text);
  }

  /**
   * @param {string} theirs the other's public half, base64
   * @returns {Promise<Uint8Array>} what both ends compute
   */
  async shared(theirs) {
    try {
      const key = await crypto.subtle.importKey("raw", new Uint8Array(fromBase64(theirs)), { name: "X25519" }, false, []);
      const bits = new Uint8Array(await crypto.subtle.deriveBits({ name: "X25519", public: key }, this.secret, 256));
      if (bits.some((one) => one)) return bits; // RFC 7748, section 6.1: zeros come from a bad key
    } catch (error) {
      throw broken("key");
    }
    throw broken("key");
  }
}

/**
 * @param {Uint8Array} secret
 * @param {Uint8Array} salt
 * @param {Uint8Array} info
 * @param {number} length in bytes
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function derived(secret, salt, info, length) {
  const key = await crypto.subtle.importKey("raw", new Uint8Array(secret), "HKDF", false, ["deriveBits"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(salt), info: new Uint8Array(info) };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, length * 8));
}

/**
 * @param {Uint8Array} key
 * @param {number} number
 * @param {Uint8Array} bound
 */
function cipher(key, number, bound) {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setBigUint64(4, BigInt(number));
  return chacha20poly1305(key, nonce, bound);
}

/** One end of a common key. */
export class SealBox {
  /**
   * @param {string} epoch
   * @param {Uint8Array} outgoing
   * @param {Uint8Array} incoming
   * @param {number} used numbers that are taken already
   */
  constructor(epoch, outgoing, incoming, used) {
    this.epoch = epoch;
    this.outgoing = outgoing;
    this.incoming = incoming;
    this.number = used;
    this.highest = 0;
    /** @type {Set<number>} */
    this.seen = new Set();
  }

  /**
   * @param {Uint8Array} secret what the key agreement gave
   * @param {string} keys the public keys it came from, joined by line feeds
   * @param {object} use
   * @param {string} use.purpose what this key is for
   * @param {boolean} use.opensFirst this end began
   * @param {number} [use.used]
   */
  static async of(secret, keys, { purpose, opensFirst, used = 0 }) {
    const salt = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(utf8(keys))));
    const whole = await derived(secret, salt, utf8(`poste-expert seal 1\n${purpose}`), 64);
    const named = new Uint8Array([...salt, ...utf8(purpose)]);
    const [there, back] = [whole.slice(0, 32), whole.slice(32)];
    const epoch = (await sha256(named)).slice(0, 12);
    return new SealBox(epoch, opensFirst ? there : back, opensFirst ? back : there, used);
  }

  /**
   * @param {string} subject what it is for
   * @param {Uint8Array} payload
   * @param {number} [number] of the question that this answers
   * @returns {{stamp: string, sealed: Uint8Array}}
   */
  seal(subject, payload, number = ++this.number) {
    const stamp = `${this.epoch}.${number}`;
    return { stamp, sealed: cipher(this.outgoing, number, utf8(`${subject}\n${stamp}`)).encrypt(payload) };
  }

  /**
   * @param {string} subject
   * @param {string} stamp the header `Seal`
   * @param {Uint8Array} sealed
   * @returns {Uint8Array} throws `seal_broken`: changed, for something else, or twice
   */
  open(subject, stamp, sealed) {
    const { number } = readStamp(stamp);
    if (number < 1 || number <= this.highest - WINDOW || this.seen.has(number)) throw broken("twice");
    let payload = EMPTY;
    try {
      payload = cipher(this.incoming, number, utf8(`${subject}\n${stamp}`)).decrypt(sealed);
    } catch (error) {
      throw broken("changed");
    }
    this.seen.add(number);
    this.highest = Math.max(this.highest, number);
    if (this.seen.size > 2 * WINDOW) for (const one of this.seen) if (one <= this.highest - WINDOW) this.seen.delete(one);
    return payload;
  }
}

/**
 * @param {string} stamp
 * @returns {{epoch: string, number: number}}
 */
export function readStamp(stamp) {
  const found = STAMP.exec(stamp || "");
  if (!found) throw broken("stamp");
  return { epoch: found[1], number: Number(found[2]) };
}

/**
 * Headers are as private as the rest: two bytes of length, their JSON, the payload.
 * @param {Uint8Array} payload
 * @param {Record<string, string>} headers
 */
export function packed(payload, headers) {
  const text = Object.keys(headers).length ? utf8(JSON.stringify(headers)) : EMPTY;
  const whole = new Uint8Array(2 + text.length + payload.length);
  new DataView(whole.buffer).setUint16(0, text.length);
  whole.set(text, 2);
  whole.set(payload, 2 + text.length);
  return whole;
}

/**
 * @param {Uint8Array} whole
 * @returns {{payload: Uint8Array, headers: Map<string, string>}}
 */
export function unpacked(whole) {
  if (whole.length < 2) throw broken("short");
  const end = 2 + new DataView(whole.buffer, whole.byteOffset).getUint16(0);
  if (end > whole.length) throw broken("short");
  const names = end > 2 ? JSON.parse(new TextDecoder().decode(whole.subarray(2, end))) : {};
  return { payload: whole.subarray(end), headers: new Map(Object.entries(names)) };
}
