// SPDX-License-Identifier: GPL-3.0-only
// The door: bytes to messages and back. What is wrong is refused here, once (docs/protocol.md, "The bus").
import { Refused } from "../core/errors.js";
import { utf8 } from "../core/ids.js";
import { isPacked, unpack } from "../core/zstd.js";

/** @typedef {{type: string, v: number} & Record<string, any>} Message */

export const VERSION = 1;
export const MAX_CONTROL_BYTES = 256 * 1024;
const MAX_ANSWER_BYTES = 1_000_000;

/**
 * @param {string} type
 * @param {Record<string, any>} [fields]
 * @returns {Uint8Array}
 */
export function encode(type, fields = {}) {
  const bytes = utf8(JSON.stringify({ type, v: VERSION, ...fields }));
  if (bytes.length > MAX_CONTROL_BYTES) {
    throw new Refused("message_too_large", { size_bytes: bytes.length, limit_bytes: MAX_CONTROL_BYTES });
  }
  return bytes;
}

/**
 * @param {Uint8Array} bytes
 * @param {number} [limit]
 * @returns {Message}
 */
function decode(bytes, limit = MAX_CONTROL_BYTES) {
  if (bytes.length > limit) {
    throw new Refused("message_too_large", { size_bytes: bytes.length, limit_bytes: limit });
  }
  let message;
  try {
    message = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new Refused("message_malformed", { why: "not JSON" });
  }
  if (typeof message !== "object" || message === null || Array.isArray(message)) {
    throw new Refused("message_malformed", { why: "not an object" });
  }
  if (!Number.isInteger(message.v)) throw new Refused("message_malformed", { why: "v is missing" });
  if (message.v !== VERSION) {
    throw new Refused("protocol_version_unknown", { theirs: message.v, ours: VERSION });
  }
  if (typeof message.type !== "string") throw new Refused("message_malformed", { why: "type is missing" });
  return message;
}

/**
 * What the other end of a session says, packed or not.
 * @param {Uint8Array} bytes
 * @returns {Message}
 */
export const decodeSession = (bytes) => decode(isPacked(bytes) ? unpack(bytes, MAX_CONTROL_BYTES) : bytes);

/**
 * What the hub says unasked.
 * @param {Uint8Array} bytes
 * @returns {Message}
 */
export const decodeEvent = (bytes) => decode(bytes);

/**
 * What the hub answers; its `Refusal` is thrown.
 * @param {Uint8Array} bytes
 * @param {string} wanted the answer's type
 * @returns {Message}
 */
export function decodeAnswer(bytes, wanted) {
  const answer = decode(bytes, MAX_ANSWER_BYTES);
  if (answer.type === "Refusal") throw new Refused(String(answer.code), answer.detail || {});
  if (answer.type !== wanted) throw new Refused("message_malformed", { why: `${answer.type} instead of ${wanted}` });
  return answer;
}

/**
 * The type that a message which is not taken says it has, as far as that can be read.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function typeOf(bytes) {
  try {
    const { type } = JSON.parse(new TextDecoder().decode(bytes));
    return typeof type === "string" ? type.slice(0, 60) : "";
  } catch (error) {
    return "";
  }
}
