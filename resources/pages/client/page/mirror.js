// SPDX-License-Identifier: GPL-3.0-only
// The stream of the shared page (docs/protocol.md, "The shared page"): arrays of rrweb events, in one zstd stream, cut in
// parts that let the voice through.
import { utf8 } from "../core/ids.js";
import { rawPiece } from "../core/zstd.js";

const PART_BYTES = 2048;
export const MAX_EVENTS_BYTES = 8 * 1024 * 1024;

/**
 * @param {string} events a JSON array of rrweb events
 * @param {{epoch: number, seq: number, start: boolean}} place
 * @returns {{payload: Uint8Array, headers: Record<string, string>}[]} what is sent, in order
 */
export function partsOf(events, { epoch, seq, start }) {
  const bytes = rawPiece(utf8(events), start);
  const count = Math.max(1, Math.ceil(bytes.length / PART_BYTES));
  return Array.from({ length: count }, (_, part) => ({
    payload: bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES),
    headers: {
      Frame: count === 1 ? `${epoch} ${seq}` : `${epoch} ${seq} ${part} ${count}`,
      ...(start ? { Start: "1" } : {}),
    },
  }));
}
