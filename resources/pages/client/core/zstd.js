// SPDX-License-Identifier: GPL-3.0-only
// Zstandard (RFC 8878) as far as a kiosk needs it: reads a packed message, never more of it than it may hold, and writes
// frames of raw blocks, which every reader takes, without a compressor.
import { Decompress } from "../../../vendor/fzstd.mjs";
import { Refused } from "./errors.js";

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
const SLICE_BYTES = 64; // few bytes can unfold to a block of 128 KiB: so much at most between two looks
const MOST_WINDOW_BYTES = 8 << 20;
const BLOCK_BYTES = 128 << 10;
// RFC 8878, section 3.1.1.1.2: a window of 4 MiB, as the mirror's streams have it
const WINDOW_OF_4_MIB = 12 << 3;

/**
 * @param {Uint8Array} bytes
 * @returns {boolean}
 */
export const isPacked = (bytes) => MAGIC.every((one, index) => bytes[index] === one);

/**
 * What a frame's header claims that its reader needs: its window, or its whole content (RFC 8878, section 3.1.1.1).
 * @param {Uint8Array} bytes
 * @returns {number}
 */
function claimedBytes(bytes) {
  const descriptor = bytes[4];
  const single = (descriptor & 32) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3];
  if (!single) {
    const window = bytes[5];
    const base = 2 ** (10 + (window >> 3));
    return base + (base / 8) * (window & 7);
  }
  const size = [1, 2, 4, 8][descriptor >> 6];
  let claimed = 0;
  for (let at = size - 1; at >= 0; at--) claimed = claimed * 256 + bytes[5 + dictionary + at];
  return size === 2 ? claimed + 256 : claimed;
}

/**
 * @param {Uint8Array} bytes one whole frame
 * @param {number} limit
 * @returns {Uint8Array}
 */
export function unpack(bytes, limit) {
  if (bytes.length < 7) throw new Refused("message_malformed", { why: "zstd frame too short" });
  const claimed = claimedBytes(bytes);
  if (!(claimed <= (bytes[4] & 32 ? limit : MOST_WINDOW_BYTES))) {
    throw new Refused("message_too_large", { size_bytes: claimed, limit_bytes: limit });
  }
  /** @type {Uint8Array[]} */
  const parts = [];
  let size = 0;
  const stream = new Decompress((part) => {
    size += part.length;
    parts.push(part.slice());
  });
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    try {
      stream.push(bytes.subarray(at, at + SLICE_BYTES), at + SLICE_BYTES >= bytes.length);
    } catch (error) {
      throw new Refused("message_malformed", { why: `zstd: ${String(error).slice(0, 100)}` });
    }
    if (size > limit) throw new Refused("message_too_large", { size_bytes: size, limit_bytes: limit });
  }
  return joined(parts);
}

/**
 * @param {Uint8Array[]} parts
 * @returns {Uint8Array}
 */
export function joined(parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * The next piece of a stream of raw blocks (RFC 8878, section 3.1.1.2). No block is the last: the stream goes on.
 * @param {Uint8Array} bytes
 * @param {boolean} start a new frame begins
 * @returns {Uint8Array}
 */
export function rawPiece(bytes, start) {
  /** @type {Uint8Array[]} */
  const parts = start ? [new Uint8Array([...MAGIC, 0, WINDOW_OF_4_MIB])] : [];
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const block = bytes.subarray(at, at + BLOCK_BYTES);
    const head = block.length << 3; // not the last, raw
    parts.push(new Uint8Array([head & 255, (head >> 8) & 255, head >> 16]), block);
  }
  return joined(parts);
}
