// SPDX-License-Identifier: GPL-3.0-only
// Pages and files in checked pieces: cut, put together again, and what to ask for once more (docs/protocol.md, "A page").
import { MAX_CHUNK_BYTES } from "../hub/channel.js";
import { Refused } from "../core/errors.js";
import { isId, sha256 } from "../core/ids.js";
import { sleep } from "../core/signals.js";
import { joined } from "../core/zstd.js";

export const MAX_ITEM_BYTES = 24 * 1024 * 1024;
const LEAST_CHUNK_BYTES = 1024;
const CHUNK_S = 0.15; // of the allowance: a larger chunk would hold up the voice
const [STALL_MS, MOST_ASKS, MOST_NAMED] = [2000, 5, 100];
const MOST_EARLY = 32;

/**
 * @param {number} kbps what pages may use of the line; 0: all
 * @returns {number} the size of a chunk
 */
export function chunkBytesFor(kbps) {
  if (!kbps) return MAX_CHUNK_BYTES;
  return Math.max(LEAST_CHUNK_BYTES, Math.min(MAX_CHUNK_BYTES, Math.floor(((kbps * 1000) / 8) * CHUNK_S)));
}

/**
 * @param {number} sizeBytes
 * @param {number} chunkBytes
 */
export const countChunks = (sizeBytes, chunkBytes) => Math.ceil(sizeBytes / chunkBytes);

/**
 * @param {Uint8Array} bytes
 * @param {number} chunks
 * @param {number} index from 0
 * @returns {Uint8Array} all have ceil(size / chunks) bytes but the last, which has the rest
 */
export function piece(bytes, chunks, index) {
  const length = Math.ceil(bytes.length / chunks);
  return bytes.subarray(index * length, (index + 1) * length);
}

/** Sends the chunks of items, one item after the other, at the pace that is allowed. */
export class ChunkSender {
  /**
   * @param {import("../hub/channel.js").Channel} channel
   * @param {number} kbps 0: no limit
   */
  constructor(channel, kbps) {
    this.channel = channel;
    this.kbps = kbps;
    /** @type {Map<string, {bytes: Uint8Array, chunks: number, indexes: number[]}>} */
    this.waiting = new Map();
    this.freeAt = 0;
    this.open = true;
    this.running = false;
  }

  get chunkBytes() {
    return chunkBytesFor(this.kbps);
  }

  /**
   * All chunks of an item, behind what waits; one that is on its way simply goes on.
   * @param {string} id
   * @param {Uint8Array} bytes
   * @param {number} chunks
   */
  send(id, bytes, chunks) {
    if (!this.waiting.has(id)) this.waiting.set(id, { bytes, chunks, indexes: Array.from({ length: chunks }, (_, i) => i) });
    this.start();
  }

  /**
   * These chunks, before anything else.
   * @param {string} id
   * @param {Uint8Array} bytes
   * @param {number} chunks
   * @param {number[]} asked
   */
  again(id, bytes, chunks, asked) {
    const before = this.waiting.get(id);
    this.waiting.delete(id);
    const known = asked.filter((index) => Number.isInteger(index) && index >= 0 && index < chunks);
    const indexes = [...new Set([...known, ...(before ? before.indexes : [])])];
    if (indexes.length) this.waiting = new Map([[id, { bytes, chunks, indexes }], ...this.waiting]);
    this.start();
  }

  /** @param {string} id nothing of it is to be sent any more */
  drop(id) {
    this.waiting.delete(id);
  }

  start() {
    if (this.open && !this.running) this.run();
  }

  async run() {
    this.running = true;
    for (;;) {
      const [next] = this.waiting;
      if (!next || !this.open) break;
      const [id, { bytes, chunks, indexes }] = next;
      const part = piece(bytes, chunks, indexes[0]);
      await sleep(this.pause(part.length));
      if (!this.open || !this.waiting.has(id)) continue;
      try {
        this.channel.sendRaw("chunk", part, { Item: id, Index: String(indexes[0]) });
      } catch (error) {
        await sleep(250); // the bus is away
        continue;
      }
      indexes.shift();
      if (!indexes.length) this.waiting.delete(id);
    }
    this.running = false;
  }

  /** @param {number} size */
  pause(size) {
    if (!this.kbps) return 0;
    const now = performance.now();
    const start = Math.max(this.freeAt, now);
    this.freeAt = start + (size * 8) / this.kbps;
    return start - now;
  }

  close() {
    this.open = false;
    this.waiting.clear();
  }
}

/** One item that is being put together. */
class Assembly {
  /**
   * @param {number} sizeBytes
   * @param {string} hash
   * @param {number} chunks
   */
  constructor(sizeBytes, hash, chunks) {
    if (sizeBytes > MAX_ITEM_BYTES) {
      throw new Refused("message_too_large", { size_bytes: sizeBytes, limit_bytes: MAX_ITEM_BYTES });
    }
    const length = Math.ceil(sizeBytes / chunks);
    const fits = sizeBytes >= 1 && chunks >= 1 && chunks <= sizeBytes && countChunks(sizeBytes, length) === chunks;
    if (!fits || length > MAX_CHUNK_BYTES) throw new Refused("message_malformed", { why: `${sizeBytes} bytes in ${chunks} chunks` });
    this.sizeBytes = sizeBytes;
    this.hash = hash;
    this.chunks = chunks;
    this.length = length;
    /** @type {Map<number, Uint8Array>} */
    this.parts = new Map();
    this.asked = 0;
    this.damaged = false;
  }

  /**
   * @param {number} index
   * @param {Uint8Array} bytes
   */
  add(index, bytes) {
    const last = index === this.chunks - 1;
    const wanted = last ? this.sizeBytes - this.length * (this.chunks - 1) : this.length;
    if (index >= 0 && index < this.chunks && bytes.length === wanted) this.parts.set(index, bytes.slice());
  }

  missing() {
    return Array.from({ length: this.chunks }, (_, index) => index).filter((index) => !this.parts.has(index));
  }

  async finish() {
    const bytes = joined(Array.from({ length: this.chunks }, (_, index) => /** @type {Uint8Array} */ (this.parts.get(index))));
    return (await sha256(bytes)) === this.hash ? bytes : null;
  }
}

/**
 * Items on their way to this end.
 *
 * @typedef {object} Wanted
 * @property {(bytes: Uint8Array) => void} whole
 * @property {(code: string) => void} failed
 * @property {(missing: number[]) => void} ask
 */
export class Arrivals {
  constructor() {
    /** @type {Map<string, {assembly: Assembly, wanted: Wanted}>} */
    this.awaited = new Map();
    /** @type {Map<string, Map<number, Uint8Array>>} */
    this.early = new Map();
    this.lastAt = performance.now();
    this.ticking = window.setInterval(() => this.tick(), 250);
  }

  /**
   * @param {string} id
   * @param {{size_bytes: number, sha256: string, chunks: number}} offer
   * @param {Wanted} wanted
   */
  expect(id, offer, wanted) {
    this.lastAt = performance.now();
    if (this.awaited.has(id)) return;
    const assembly = new Assembly(offer.size_bytes, offer.sha256, offer.chunks);
    this.awaited.set(id, { assembly, wanted });
    for (const [index, bytes] of this.early.get(id) || []) assembly.add(index, bytes);
    this.early.delete(id);
    this.settle(id);
  }

  /**
   * A chunk may overtake its announcement, which is on another topic: a few are kept for it.
   * @param {Uint8Array} bytes
   * @param {{get(name: string): string}} headers
   */
  take(bytes, headers) {
    const [id, index] = [headers.get("Item"), Number(headers.get("Index"))];
    if (!isId(id) || !Number.isInteger(index)) return;
    const awaited = this.awaited.get(id);
    if (!awaited) {
      const kept = this.early.get(id) || new Map();
      this.early.set(id, kept.set(index, bytes.slice()));
      while ([...this.early.values()].reduce((sum, one) => sum + one.size, 0) > MOST_EARLY) {
        this.early.delete([...this.early.keys()][0]);
      }
      return;
    }
    this.lastAt = performance.now();
    awaited.assembly.asked = 0;
    awaited.assembly.add(index, bytes);
    this.settle(id);
  }

  /** @param {string} id */
  async settle(id) {
    const awaited = this.awaited.get(id);
    if (!awaited || awaited.assembly.missing().length) return;
    const { assembly, wanted } = awaited;
    const bytes = await assembly.finish();
    if (this.awaited.get(id) !== awaited || assembly.missing().length) return;
    if (bytes || assembly.damaged) {
      this.awaited.delete(id);
      if (bytes) wanted.whole(bytes);
      else wanted.failed("page_damaged");
      return;
    }
    // the hash is wrong, and nobody knows which chunk it was: all again, once
    assembly.damaged = true;
    assembly.parts.clear();
    wanted.ask(assembly.missing().slice(0, MOST_NAMED));
  }

  tick() {
    if (performance.now() - this.lastAt < STALL_MS) return;
    this.lastAt = performance.now();
    for (const [id, { assembly, wanted }] of [...this.awaited]) {
      assembly.asked++;
      if (assembly.asked > MOST_ASKS) {
        this.awaited.delete(id);
        wanted.failed("transfer_interrupted");
      } else if (assembly.missing().length) wanted.ask(assembly.missing().slice(0, MOST_NAMED));
    }
  }

  /** @param {string} id */
  forget(id) {
    this.awaited.delete(id);
    this.early.delete(id);
  }

  close() {
    clearInterval(this.ticking);
    this.awaited.clear();
    this.early.clear();
  }
}
