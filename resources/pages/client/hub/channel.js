// SPDX-License-Identifier: GPL-3.0-only
// One session's way to its desk, through the hub: messages by topic, raw payloads, and what is not taken said to who said
// it (docs/protocol.md, "Refused messages").
import { decodeSession, encode, typeOf } from "./codec.js";
import { codeOf, Refused } from "../core/errors.js";
import { Signals, sleep } from "../core/signals.js";
import { isSealed, SessionSeal, TOPIC as SEAL } from "../sealing/session_seal.js";

/** @typedef {import("./codec.js").Message} Message */

const RAW = new Set(["chunk", "mirror"]);
/** What only kiosks say. */
const OF_KIOSKS = new Set(
  ("CallOffered GrantChanged AddressRefused PageShown SharingChanged PointerShown ResourceSent DevicesReported " +
    "ScanProgressed ScanEnded PageGlimpsed PageOffered PrintChanged KioskWiped PrivacyShown CommandAnswered ControlPaused " +
    "ZoomChanged DialogShown DialogClosed SealOffered SealNeeded ShownPageRequested ShownChunksRequested ShownPagePainted").split(" "),
);
const EARLY = 64; // messages of a topic that are kept until all parts listen
const [MOST, IN_MS] = [10, 10_000];
const [PAUSE_MS, LONGEST_PAUSE_MS, MOST_WAITING] = [250, 4000, 500];
export const MAX_CHUNK_BYTES = 48 * 1024;

/** Signals: "refused" (a `MessageRefused`: the desk, or the hub, did not take a message of ours). */
export class Channel extends Signals {
  /**
   * @param {import("./bus.js").Bus} bus
   * @param {string} session
   */
  constructor(bus, session) {
    super();
    this.bus = bus;
    this.session = session;
    /** @type {Map<string, ((message: any, headers: any) => void)[]>} */
    this.listeners = new Map();
    /** @type {Map<string, {data: Uint8Array, headers: any}[]>} */
    this.early = new Map();
    /** @type {number[]} */
    this.refusedAt = [];
    this.refusedMessages = 0;
    this.open = true;
    this.started = false;
    /** @type {SessionSeal | null} */
    this.seal = null;
  }

  /**
   * From now on nothing is sent or believed that is not sealed.
   * @param {Record<string, any>} facts `SessionFacts`
   * @param {Record<string, any>[]} keys the organisation's
   */
  protect(facts, keys) {
    this.seal = new SessionSeal(facts, keys, {
      publish: (topic, bytes, names) => this.bus.publish(this.session, topic, bytes, names),
      deliver: (topic, bytes, names) => this.take(topic, bytes, names),
      refuse: (topic, code, why) => this.refuse(topic, code, why, ""),
    });
  }

  /**
   * @param {string} topic
   * @param {Uint8Array} bytes
   * @param {Record<string, string>} [names] headers
   */
  publish(topic, bytes, names = {}) {
    if (this.seal && isSealed(topic)) this.seal.send(topic, bytes, names);
    else this.bus.publish(this.session, topic, bytes, names);
  }

  /** All parts listen now: what came before is handed out, each topic in its order. */
  start() {
    this.started = true;
    for (const [topic, waiting] of this.early) {
      for (const { data, headers } of waiting) this.deliver(topic, data, headers);
    }
    this.early.clear();
  }

  /**
   * @param {string} topic
   * @param {string} type
   * @param {Record<string, any>} [fields]
   */
  send(topic, type, fields = {}) {
    this.publish(topic, encode(type, fields));
  }

  /**
   * Sends what is worth nothing later: dropped while the line is away.
   * @param {string} topic
   * @param {string} type
   * @param {Record<string, any>} [fields]
   * @returns {boolean} whether the bus has it
   */
  trySend(topic, type, fields = {}) {
    try {
      this.send(topic, type, fields);
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return false;
    }
  }

  /**
   * @param {string} topic
   * @param {Uint8Array} bytes
   * @param {Record<string, string>} headers
   */
  sendRaw(topic, bytes, headers) {
    if (bytes.length > MAX_CHUNK_BYTES) {
      throw new Refused("message_too_large", { size_bytes: bytes.length, limit_bytes: MAX_CHUNK_BYTES });
    }
    this.publish(topic, bytes, headers);
  }

  /**
   * Calls `handler` for each message of `topic`. A handler that does not know the type answers false.
   * @param {string} topic
   * @param {(message: Message) => boolean | void} handler
   */
  onMessage(topic, handler) {
    this.listen(topic, (message) => handler(message));
  }

  /**
   * @param {string} topic
   * @param {(payload: Uint8Array, headers: {get(name: string): string}) => void} handler
   */
  onRaw(topic, handler) {
    this.listen(topic, handler);
  }

  /**
   * @param {string} topic
   * @param {(message: any, headers: any) => any} handler
   */
  listen(topic, handler) {
    this.listeners.set(topic, [...(this.listeners.get(topic) || []), handler]);
  }

  /**
   * Takes what the bus brought.
   * @param {string} topic
   * @param {Uint8Array} data
   * @param {any} headers
   */
  deliver(topic, data, headers) {
    if (!this.open) return;
    if (!this.started) {
      this.early.set(topic, [...(this.early.get(topic) || []), { data, headers }].slice(-EARLY));
      return;
    }
    if (this.seal && (isSealed(topic) || topic === SEAL)) this.seal.receive(topic, data, headers);
    else this.take(topic, data, headers);
  }

  /**
   * Hands out what came, opened where it was sealed.
   * @param {string} topic
   * @param {Uint8Array} data
   * @param {any} headers
   */
  take(topic, data, headers) {
    const listeners = this.listeners.get(topic) || [];
    if (RAW.has(topic)) {
      for (const listener of listeners) listener(data, headers);
      return;
    }
    let message;
    try {
      message = decodeSession(data);
    } catch (error) {
      const why = error instanceof Refused ? String(error.detail.why || "") : "";
      this.refuse(topic, codeOf(error), why, typeOf(data));
      return;
    }
    if (message.type === "MessageRefused") this.emit("refused", message);
    else if (!listeners.map((one) => this.handed(topic, one, message)).some((taken) => taken !== false)) {
      const ours = OF_KIOSKS.has(message.type);
      this.refuse(topic, ours ? "not_allowed" : "message_malformed", ours ? "not for a kiosk" : "unknown type", message.type);
    }
  }

  /**
   * @param {string} topic
   * @param {(message: any, headers: any) => any} listener
   * @param {Message} message
   */
  handed(topic, listener, message) {
    try {
      return listener(message, null);
    } catch (error) {
      // fields that are not what the type says
      this.refuse(topic, "message_malformed", String(error).slice(0, 200), message.type);
      return true;
    }
  }

  /**
   * Says that a message is not taken; at most ten times in ten seconds, and never of a refusal.
   * @param {string} topic
   * @param {string} code
   * @param {string} why
   * @param {string} of
   */
  refuse(topic, code, why, of) {
    this.refusedMessages++;
    const now = performance.now();
    this.refusedAt = this.refusedAt.filter((at) => now - at < IN_MS);
    if (of === "MessageRefused" || this.refusedAt.length >= MOST) return;
    this.refusedAt.push(now);
    this.trySend("end", "MessageRefused", { topic, code, why: why.slice(0, 200), of: of.slice(0, 60) });
  }

  close() {
    this.open = false;
    this.listeners.clear();
    this.early.clear();
  }
}

/** Sends messages of one topic in order; while the bus is away they wait. */
export class OrderedSender {
  /**
   * @param {Channel} channel
   * @param {string} topic
   */
  constructor(channel, topic) {
    this.channel = channel;
    this.topic = topic;
    /** @type {{type: string, fields: Record<string, any>, then: (() => void) | undefined}[]} */
    this.waiting = [];
    this.open = true;
    this.running = false;
  }

  /**
   * @param {string} type
   * @param {Record<string, any>} fields
   * @param {() => void} [then] called when the bus has it
   */
  send(type, fields, then) {
    if (!this.open) return;
    this.waiting = [...this.waiting, { type, fields, then }].slice(-MOST_WAITING);
    if (!this.running) this.run();
  }

  async run() {
    this.running = true;
    let pause = PAUSE_MS;
    while (this.open && this.waiting.length) {
      const [{ type, fields, then }] = this.waiting;
      if (this.channel.trySend(this.topic, type, fields)) {
        this.waiting.shift();
        pause = PAUSE_MS;
        if (then) then();
      } else {
        await sleep(pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    }
    this.running = false;
  }

  close() {
    this.open = false;
    this.waiting = [];
  }
}
