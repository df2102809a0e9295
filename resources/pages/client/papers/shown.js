// SPDX-License-Identifier: GPL-3.0-only
// A document that the agent shows to the caller: its pages as pictures, in memory, gone with the conversation (topic "show";
// docs/protocol.md, "A shown document").
import { Refused } from "../core/errors.js";
import { Signals } from "../core/signals.js";

const TOPIC = "show";
const AGAIN_MS = 3000; // a page that is asked for and not offered is asked for again
const TICK_MS = 500;
const [MOST_PAGES, MOST_MARKS, MOST_CLOSED] = [50, 40, 20];
const MOST_PICTURE_BYTES = 400 * 1024;

/**
 * @typedef {object} Mark fractions (0..1) of the page, x and y by turns
 * @property {"arrow" | "frame" | "line"} kind
 * @property {number[]} points
 */

/**
 * Signals: "opened" ({title, pages}); "waiting" (page: nothing of it is here yet); "picture" ({page, bytes, marks}: a WebP
 * to show; call `painted()` once it is on the screen); "marks" (marks of the page in view; call `painted()` then);
 * "pointer" ({x, y} or null); "closed" ({byCaller}).
 */
export class ShownDocument extends Signals {
  /**
   * @param {import("../hub/channel.js").Channel} channel
   * @param {import("./chunks.js").Arrivals} arrivals
   */
  constructor(channel, arrivals) {
    super();
    this.channel = channel;
    this.arrivals = arrivals;
    this.id = "";
    this.pages = this.page = 0;
    /** @type {Map<number, Uint8Array>} */
    this.pictures = new Map();
    /** @type {Map<number, Mark[]>} */
    this.drawn = new Map();
    /** @type {Map<number, number>} when each page was asked for */
    this.asked = new Map();
    /** @type {Map<number, string>} pages that are on their way, and their items */
    this.coming = new Map();
    /** @type {Set<string>} documents that the caller has closed */
    this.closedOnes = new Set();
    channel.onMessage(TOPIC, (message) => this.receive(message));
    this.ticking = window.setInterval(() => this.tick(), TICK_MS);
  }

  // ---- what the page says

  /** The page in view is on the screen, with its marks and, if it is there, the pointer. */
  painted(pointer = false) {
    if (!this.id || !this.pictures.has(this.page)) return;
    const marks = (this.drawn.get(this.page) || []).length;
    this.channel.trySend(TOPIC, "ShownPagePainted", { show_id: this.id, page: this.page, marks, pointer });
    this.ask(this.page + 1);
  }

  /** The caller closes it. */
  closeByCaller() {
    if (!this.id) return;
    this.closedOnes.add(this.id);
    if (this.closedOnes.size > MOST_CLOSED) this.closedOnes.delete([...this.closedOnes][0]);
    this.channel.trySend(TOPIC, "ShowEnded", { show_id: this.id, by_caller: true });
    this.forget(true);
  }

  // ---- what the desk says

  /** @param {import("../hub/codec.js").Message} message */
  receive(message) {
    const { type, show_id: id = "" } = message;
    if (type === "ShowStarted") this.start(message);
    else if (type === "ShowEnded") {
      if (this.id && (!id || id === this.id)) this.forget(false);
    } else if (!["ShownPageTurned", "ShownPageOffered", "ShownPageMarked", "ShowPointerMoved"].includes(type)) return false;
    else if (id === this.id) this.follow(message);
    return true;
  }

  /** @param {Record<string, any>} started */
  start({ show_id: id, title, pages, page = 0 }) {
    if (this.closedOnes.has(id)) {
      this.channel.trySend(TOPIC, "ShowEnded", { show_id: id, by_caller: true });
      return;
    }
    if (id === this.id) {
      this.painted();
      this.turn(page);
      return;
    }
    if (!Number.isInteger(pages) || pages < 1 || pages > MOST_PAGES) throw new Error(`pages: ${pages}`);
    if (this.id) this.forget(false);
    [this.id, this.pages, this.page] = [id, pages, Math.min(page, pages - 1)];
    this.emit("opened", { title: String(title), pages });
    this.show();
  }

  /** @param {Record<string, any>} message */
  follow(message) {
    if (message.type === "ShownPageTurned") this.turn(message.page);
    else if (message.type === "ShownPageOffered") this.expect(message);
    else if (message.type === "ShownPageMarked") this.mark(message);
    else {
      const { page, x, y, visible = true } = message;
      const stands = visible && page === this.page && this.pictures.has(page);
      this.emit("pointer", stands ? { x, y } : null);
      this.painted(stands);
    }
  }

  /** @param {number} page */
  turn(page) {
    const wanted = Math.min(Math.max(0, Number(page)), this.pages - 1);
    if (wanted === this.page) return;
    for (const [other, item] of this.coming) if (other !== wanted) this.drop(other, item);
    this.page = wanted;
    this.emit("pointer", null);
    this.show();
  }

  /** @param {Record<string, any>} marked marks that come after the first `after` */
  mark({ page, after = 0, marks }) {
    const before = (this.drawn.get(page) || []).slice(0, after);
    this.drawn.set(page, [...before, ...marks].slice(-MOST_MARKS));
    if (page === this.page && this.pictures.has(page)) this.emit("marks", this.drawn.get(page));
  }

  // ---- pictures

  show() {
    const bytes = this.pictures.get(this.page);
    if (bytes) this.emit("picture", { page: this.page, bytes, marks: this.drawn.get(this.page) || [] });
    else {
      this.emit("waiting", this.page);
      this.asked.delete(this.page);
      this.ask(this.page);
    }
  }

  /** @param {number} page */
  ask(page) {
    if (page >= this.pages || this.pictures.has(page) || this.coming.has(page) || this.asked.has(page)) return;
    this.asked.set(page, performance.now());
    this.channel.trySend(TOPIC, "ShownPageRequested", { show_id: this.id, page });
  }

  /** @param {Record<string, any>} offer */
  expect(offer) {
    const { page, item_id: item, size_bytes: size, sha256, chunks } = offer;
    if (this.pictures.has(page) || this.coming.has(page) || !this.asked.has(page)) return;
    if (size > MOST_PICTURE_BYTES) throw new Refused("message_too_large", { size_bytes: size, limit_bytes: MOST_PICTURE_BYTES });
    this.coming.set(page, item);
    this.arrivals.expect(item, { size_bytes: size, sha256, chunks }, {
      whole: (bytes) => this.take(page, bytes),
      failed: () => this.drop(page, item), // asked for again while it is in view
      ask: (missing) => this.channel.trySend(TOPIC, "ShownChunksRequested", { show_id: this.id, item_id: item, missing }),
    });
  }

  /**
   * @param {number} page
   * @param {Uint8Array} bytes
   */
  take(page, bytes) {
    this.coming.delete(page);
    this.asked.delete(page);
    this.pictures.set(page, bytes);
    if (page === this.page) this.show();
  }

  /**
   * @param {number} page
   * @param {string} item
   */
  drop(page, item) {
    this.arrivals.forget(item);
    this.coming.delete(page);
    this.asked.delete(page);
  }

  tick() {
    if (!this.id || this.pictures.has(this.page) || this.coming.has(this.page)) return;
    if (performance.now() - (this.asked.get(this.page) || 0) < AGAIN_MS) return;
    this.asked.delete(this.page);
    this.ask(this.page);
  }

  /** @param {boolean} byCaller */
  forget(byCaller) {
    for (const [page, item] of this.coming) this.drop(page, item);
    const was = this.id;
    this.id = "";
    this.pages = this.page = 0;
    for (const kept of [this.pictures, this.drawn, this.asked, this.coming]) kept.clear();
    if (was) this.emit("closed", { byCaller });
  }

  /** The conversation is over. */
  close() {
    clearInterval(this.ticking);
    this.forget(false);
  }
}
