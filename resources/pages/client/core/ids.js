// SPDX-License-Identifier: GPL-3.0-only
// Opaque names, hashes and base64, as they stand in messages.

const ID = /^[A-Za-z0-9_-]{1,40}$/;

/**
 * @param {unknown} text
 * @returns {boolean} whether it may stand in a subject
 */
export const isId = (text) => typeof text === "string" && ID.test(text);

/** @returns {string} a fresh opaque name of 96 bits */
export const newId = () => base64(crypto.getRandomValues(new Uint8Array(12))).replaceAll("+", "_").replaceAll("/", "_");

/**
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/**
 * @param {string} text
 * @returns {Uint8Array}
 */
export const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/**
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");

/**
 * @param {Uint8Array} bytes
 * @returns {Promise<string>} SHA-256 in hex
 */
export async function sha256(bytes) {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes))));
}

/**
 * @param {string} text
 * @returns {Uint8Array}
 */
export const utf8 = (text) => new TextEncoder().encode(text);
