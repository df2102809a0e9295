// SPDX-License-Identifier: GPL-3.0-only
// This page, shared with the agent: as soon as, and only while, the caller allows it (docs/protocol.md, "The shared page").
import { sha256 } from "../core/ids.js";
import { masked, maskNumbers } from "./masking.js";
import { MAX_EVENTS_BYTES, partsOf } from "./mirror.js";
import { Recorder } from "./recorder.js";
import { Signals, sleep } from "../core/signals.js";

const TOPIC = "cobrowse";
const [META, FULL_PICTURE, CUSTOM] = [4, 2, 5];
const RESTART_MS = 60_000;
const BACKLOG_LETTERS = 1024 * 1024;
const OVERHEAD_BYTES = 120; // subject and headers of a message
const [RESOURCE_BYTES, RESOURCE_CHUNK_BYTES] = [2 * 1024 * 1024, 48 * 1024];

/** @param {string} address */
const withoutQuery = (address) => address.replace(/[?#].*/, "");

/** @typedef {{text: string, picture: boolean, epoch: number}} Waiting */

/** Signals: "sharing" (on); "pointer" ({x, y} in parts of the window, or null): paint it over the page. */
export class SharedPage extends Signals {
  /**
   * @param {import("../hub/channel.js").Channel} channel
   * @param {import("../powers.js").Powers} powers
   * @param {object} [options]
   * @param {Recorder} [options.recorder]
   * @param {number} [options.kbps]
   */
  constructor(channel, powers, { recorder = new Recorder(), kbps = 240 } = {}) {
    super();
    this.channel = channel;
    this.powers = powers;
    this.recorder = recorder;
    this.kbps = kbps;
    this.sharing = this.isPrivate = this.closed = false;
    this.document = this.address = "";
    this.epoch = this.seq = 0;
    /** @type {Waiting[]} */
    this.waiting = [];
    this.sending = this.starving = false;
    this.restartDue = true;
    this.restartedAt = -Infinity;
    this.generation = 0;
    /** @type {Map<string, Uint8Array>} */
    this.resources = new Map();
    this.stop = powers.on("changed", () => this.follow());
  }

  /** @param {boolean} on neither shown nor sent for a moment */
  setPrivate(on) {
    this.isPrivate = on;
    this.follow();
  }

  follow() {
    const sharing = this.powers.allowed("see_page") && !this.isPrivate && !this.closed;
    if (!this.powers.allowed("point")) this.emit("pointer", null);
    if (sharing === this.sharing) return;
    this.sharing = sharing;
    this.generation++;
    this.waiting = [];
    this.starving = false;
    this.restartDue = true;
    this.document = this.address = "";
    if (sharing) this.recorder.start((push) => this.take(push)).catch(() => this.unshareable());
    else this.recorder.stop();
    this.channel.trySend(TOPIC, "SharingChanged", { sharing });
    if (sharing) this.sendPage();
    this.emit("sharing", sharing);
  }

  unshareable() {
    this.channel.trySend(TOPIC, "AddressRefused", { address: withoutQuery(location.href), code: "page_not_shareable" });
  }

  sendPage() {
    this.channel.trySend(TOPIC, "PageShown", {
      epoch: this.epoch,
      address: maskNumbers(withoutQuery(location.href)).slice(0, 2000),
      title: maskNumbers(document.title).slice(0, 500),
      width_px: innerWidth,
      height_px: innerHeight,
    });
  }

  // ---- what the desk asks

  /** @param {import("../hub/codec.js").Message} message */
  receive(message) {
    switch (message.type) {
      case "SnapshotRequested":
        this.channel.trySend(TOPIC, "SharingChanged", { sharing: this.sharing });
        if (this.sharing) {
          this.sendPage();
          this.restartDue = true;
          this.recorder.snapshot();
        }
        return true;
      case "AddressRequested": // this page is shared, and no other
        this.channel.trySend(TOPIC, "AddressRefused", { address: withoutQuery(message.address), code: "address_not_allowed" });
        return true;
      case "PointerMoved":
        this.point(message);
        return true;
      case "ResourceRequested":
        this.sendResource(message.item_id, message.address);
        return true;
      case "ChunksRequested":
        this.sendChunks(message.item_id, message.missing);
        return true;
      case "MirrorReceived":
        return true;
      default:
        return false;
    }
  }

  /** @param {import("../hub/codec.js").Message} pointer */
  point({ visible = true, epoch, x, y }) {
    if (!visible) this.emit("pointer", null);
    else if (this.sharing && this.powers.allowed("point") && epoch === this.epoch) {
      this.emit("pointer", { x, y });
      const [x_px, y_px] = [Math.round(x * innerWidth), Math.round(y * innerHeight)];
      this.channel.trySend(TOPIC, "PointerShown", { epoch, x_px, y_px });
    }
  }

  // ---- events

  /** @param {{document: string, address: string, events: any[]}} push of the recorder */
  take(push) {
    if (!this.sharing) return;
    if (push.document !== this.document) {
      this.document = push.document;
      this.epoch++;
      this.sendPage();
    }
    const events = masked(push.events).filter((event) => [FULL_PICTURE, 3, META, CUSTOM].includes(event.type));
    for (const event of events) if (event.type === META) event.data.follows = true;
    if (events.length && push.address !== this.address) {
      this.address = push.address;
      const href = maskNumbers(withoutQuery(push.address));
      const address = { type: CUSTOM, data: { tag: "address", payload: { href } }, timestamp: events[0].timestamp };
      if (events[0].type === META) events.push(address);
      else events.unshift(address);
    }
    // each full picture begins a payload
    /** @type {any[][]} */
    const lists = [];
    for (const event of events) {
      if (!lists.length || event.type === META) lists.push([]);
      lists[lists.length - 1].push(event);
    }
    for (const list of lists) this.queue(list);
  }

  /** @param {any[]} events */
  queue(events) {
    const picture = events.length > 1 && events[0].type === META && events[1].type === FULL_PICTURE;
    if (picture) {
      this.waiting = []; // the picture holds what they would have told
      this.starving = false;
    } else if (this.starving) return;
    const backlog = this.waiting.reduce((sum, one) => sum + (one.picture ? 0 : one.text.length), 0);
    if (backlog > BACKLOG_LETTERS) {
      this.waiting = [];
      this.starving = true;
      this.recorder.snapshot();
      return;
    }
    const text = JSON.stringify(events);
    if (text.length > MAX_EVENTS_BYTES / 2) this.unshareable();
    else this.waiting.push({ text, picture, epoch: this.epoch });
    if (!this.sending) this.send();
  }

  async send() {
    this.sending = true;
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) await this.sendOne(next);
    this.sending = false;
  }

  /** @param {Waiting} entry */
  async sendOne({ text, picture, epoch }) {
    const { generation } = this;
    const start = picture && (this.restartDue || performance.now() - this.restartedAt > RESTART_MS);
    if (start) [this.restartDue, this.restartedAt] = [false, performance.now()];
    for (const { payload, headers } of partsOf(text, { epoch, seq: this.seq++, start })) {
      if (generation !== this.generation || this.closed) return;
      try {
        this.channel.sendRaw("mirror", payload, headers);
      } catch (error) {
        this.restartDue = true; // the number is used up: the desk notices the gap, and asks when the line is back
        return;
      }
      await sleep(((payload.length + OVERHEAD_BYTES) * 8) / this.kbps);
    }
  }

  // ---- pictures and fonts that the page itself loaded

  /**
   * @param {string} id
   * @param {string} address
   */
  async sendResource(id, address) {
    const seen = performance.getEntriesByType("resource").some((one) => withoutQuery(one.name) === withoutQuery(address));
    const mine = seen && new URL(address).origin === location.origin;
    const answer = this.sharing && mine ? await fetch(address).catch(() => null) : null;
    const bytes = answer && answer.ok ? new Uint8Array(await answer.arrayBuffer()) : new Uint8Array(0);
    const kept = bytes.length <= RESOURCE_BYTES ? bytes : new Uint8Array(0);
    this.resources.set(id, kept);
    if (this.resources.size > 12) this.resources.delete([...this.resources.keys()][0]);
    this.channel.trySend(TOPIC, "ResourceSent", {
      item_id: id,
      size_bytes: kept.length,
      sha256: kept.length ? await sha256(kept) : "",
      media_type: kept.length && answer ? (answer.headers.get("Content-Type") || "").slice(0, 100) : "",
    });
    this.sendChunks(id, Array.from({ length: Math.ceil(kept.length / RESOURCE_CHUNK_BYTES) }, (_, index) => index));
  }

  /**
   * @param {string} id
   * @param {number[]} indexes
   */
  async sendChunks(id, indexes) {
    const bytes = this.resources.get(id);
    for (const index of bytes ? indexes : []) {
      const part = /** @type {Uint8Array} */ (bytes).subarray(index * RESOURCE_CHUNK_BYTES, (index + 1) * RESOURCE_CHUNK_BYTES);
      if (!this.sharing || !part.length) return;
      try {
        this.channel.sendRaw("chunk", part, { Item: id, Index: String(index) });
      } catch (error) {
        return;
      }
      await sleep((part.length * 8) / this.kbps);
    }
  }

  close() {
    this.closed = true;
    this.stop();
    this.follow();
    this.waiting = [];
    this.resources.clear();
    this.emit("pointer", null);
  }
}
