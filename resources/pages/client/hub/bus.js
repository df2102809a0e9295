// SPDX-License-Identifier: GPL-3.0-only
// One identity's connection to the bus (NATS over WebSocket): asks the hub, hears it, carries sessions, gives signs of
// life. It comes back by itself, also after the minute for which the hub shuts out who says too much.
import { errors, headers, nkeyAuthenticator, wsconnect } from "../../../vendor/nats-core.mjs";
import { decodeAnswer, decodeEvent, encode } from "./codec.js";
import { AGAIN, codeOf, Refused } from "../core/errors.js";
import { isId, utf8 } from "../core/ids.js";
import { Signals, sleep } from "../core/signals.js";

const BEAT_MS = 5000;
const SECOND_MS = 1500; // so long without an answer, and every hub is asked
const SECOND_BYTES = 4096; // a larger request is not sent twice
const PING_MS = 10_000;
const RECONNECT_MS = 1000;
const ASK_MS = 5000;
const PAUSE_MS = 500;
const LINE_MS = 15_000; // a request waits so long for a line that is away

/**
 * @typedef {object} Way how the bus is reached
 * @property {string[]} servers addresses, "wss://hub.example"; "ws://" on this machine alone
 * @property {string} seed the nkey's
 * @property {string} inbox prefix of the answers' subjects
 * @property {string} [name]
 */

/**
 * @param {string} address
 * @returns {boolean} whether nobody on the way can read along
 */
function isSafe(address) {
  const { protocol, hostname } = new URL(address);
  return protocol === "wss:" || (protocol === "ws:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname));
}

/**
 * One connection of nats-core, or why there is none.
 * @param {Way} way
 * @param {boolean} again whether it comes back by itself
 */
export async function connectTo(way, again) {
  if (!way.servers.length || !way.servers.every(isSafe)) throw new Refused("bus_not_safe", { address: way.servers.join() });
  try {
    return await wsconnect({
      servers: way.servers,
      authenticator: nkeyAuthenticator(utf8(way.seed)),
      inboxPrefix: way.inbox,
      name: way.name,
      reconnect: again,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_MS,
      reconnectJitter: RECONNECT_MS,
      // nats-core gives up for good after two refusals; a hub that takes keys up, or shuts one out, refuses for a moment
      ignoreAuthErrorAbort: true,
      pingInterval: PING_MS,
      maxPingOut: 2,
      timeout: 10_000,
    });
  } catch (error) {
    const refused = error instanceof errors.AuthorizationError || String(error).includes("Authorization");
    throw new Refused(refused ? "bus_refused_identity" : "bus_unreachable", { why: String(error).slice(0, 200) });
  }
}

/**
 * @param {any} error of nats-core
 * @returns {Refused}
 */
const unanswered = (error) => new Refused("hub_unreachable", { why: String(error && error.name) });

/**
 * Signals: "connected" and "disconnected"; "event" (a message of the hub); "session" ({session, topic, data, headers}).
 */
export class Bus extends Signals {
  /**
   * @param {object} identity
   * @param {string[]} identity.servers
   * @param {string} identity.seed
   * @param {string} identity.user what the enrolment answered
   * @param {string} [identity.role] the letter in subjects; "k" for a kiosk
   * @param {string} [identity.program] the version of the vendor's program, for the operator's list
   */
  constructor({ servers, seed, user, role = "k", program = "" }) {
    super();
    if (!isId(user)) throw new Error("not an id");
    this.servers = servers;
    this.seed = seed;
    this.me = `${role}.${user}`;
    this.program = program.slice(0, 40);
    this.connected = false;
    this.refusedMessages = 0;
    /** @type {import("../../../vendor/nats-core.mjs").NatsConnection | null} */
    this.connection = null;
    /** @type {Uint8Array} */
    this.sample = new Uint8Array(0);
    this.beating = 0;
  }

  /** Connects, listens, and gives signs of life. Throws `bus_unreachable` or `bus_refused_identity`. */
  async connect() {
    const { servers, seed } = this;
    const connection = await connectTo({ servers, seed, inbox: `_I.${this.me}`, name: this.me }, true);
    this.connection = connection;
    connection.subscribe(`evt.u.${this.me}.hub`, { callback: (_error, message) => this.receive(message) });
    connection.subscribe(`evt.u.${this.me}.ses.*.*`, { callback: (_error, message) => this.receive(message) });
    this.follow(connection);
    this.setConnected(true);
    clearInterval(this.beating);
    this.beating = window.setInterval(() => this.beat(), BEAT_MS);
    await connection.flush();
  }

  /** @param {import("../../../vendor/nats-core.mjs").NatsConnection} connection */
  async follow(connection) {
    for await (const status of connection.status()) {
      if (status.type === "disconnect") this.setConnected(false);
      if (status.type === "reconnect") this.setConnected(true);
    }
    this.setConnected(false);
    while (this.connection === connection) {
      // it gave up for a reason that nobody thought of: a fresh one
      await sleep(RECONNECT_MS);
      if (this.connection === connection) await this.connect().catch(() => {});
    }
  }

  /** @param {boolean} connected */
  setConnected(connected) {
    if (connected === this.connected) return;
    this.connected = connected;
    if (connected) this.beat();
    this.emit(connected ? "connected" : "disconnected");
  }

  /** Ends the connection for good. */
  async close() {
    clearInterval(this.beating);
    const { connection } = this;
    this.connection = null;
    if (connection) await connection.close();
    this.setConnected(false);
  }

  /** The network is another one than it was: connects anew at once. */
  reconnect() {
    if (this.connection) this.connection.reconnect().catch(() => {});
  }

  // ---- asking

  /**
   * Asks the hub once.
   * @param {string} verb
   * @param {string} type of the request
   * @param {Record<string, any>} fields
   * @param {string} wanted the answer's type
   * @param {number} [timeoutMs]
   * @returns {Promise<import("./codec.js").Message>}
   */
  async request(verb, type, fields, wanted, timeoutMs = ASK_MS) {
    const { connection } = this;
    if (!connection || !this.connected) throw new Refused("bus_unreachable");
    const bytes = encode(type, fields);
    const options = () => ({ timeout: timeoutMs, ...this.ownHeaders() });
    const first = connection.request(`svc.${this.me}.${verb}`, bytes, options());
    const answers = [first];
    if (bytes.length < SECOND_BYTES) {
      answers.push(this.second(first, () => connection.request(`all.${this.me}.${verb}`, bytes, options())));
    }
    let answer;
    try {
      answer = await Promise.any(answers);
    } catch (error) {
      throw unanswered(error instanceof AggregateError ? error.errors[0] : error);
    }
    return decodeAnswer(answer.data, wanted);
  }

  /**
   * Asks somebody else than the hub, once.
   * @param {string} subject
   * @param {Uint8Array} bytes
   * @param {Record<string, string>} names headers
   * @param {number} timeoutMs
   */
  async requestRaw(subject, bytes, names, timeoutMs) {
    const { connection } = this;
    if (!connection || !this.connected) throw new Refused("bus_unreachable");
    const own = headers();
    for (const [name, value] of Object.entries(names)) own.set(name, value);
    try {
      const { data, headers: back } = await connection.request(subject, bytes, { timeout: timeoutMs, headers: own });
      return { data, headers: back || headers() };
    } catch (error) {
      throw unanswered(error);
    }
  }

  /**
   * The hub that has the request may be cut off: all are asked when it is silent, and again when there was none.
   * @template T
   * @param {Promise<T>} first
   * @param {() => Promise<T>} ask
   * @returns {Promise<T>}
   */
  async second(first, ask) {
    const silent = Symbol("silent");
    const found = await Promise.race([first.catch(() => silent), sleep(SECOND_MS).then(() => silent)]);
    return found === silent ? ask() : /** @type {T} */ (found);
  }

  /**
   * Asks, and asks the same again while its outcome is unknown: the hub does it once.
   * @param {string} verb
   * @param {string} type
   * @param {Record<string, any>} fields
   * @param {string} wanted
   * @param {number} [tries]
   * @returns {Promise<import("./codec.js").Message>}
   */
  async ask(verb, type, fields, wanted, tries = 5) {
    for (let attempt = 1; attempt < tries; attempt++) {
      await this.untilConnected(LINE_MS);
      try {
        return await this.request(verb, type, fields, wanted);
      } catch (error) {
        if (!AGAIN.has(codeOf(error))) throw error;
        await sleep(PAUSE_MS * attempt);
      }
    }
    return this.request(verb, type, fields, wanted);
  }

  /**
   * A line that is away for a moment is waited for.
   * @param {number} timeoutMs
   */
  async untilConnected(timeoutMs) {
    if (this.connected || !this.connection) return;
    let stop = () => {};
    await Promise.race([sleep(timeoutMs), new Promise((resolve) => { stop = this.on("connected", () => resolve(null)); })]);
    stop();
  }

  /** @returns {{headers?: import("../../../vendor/nats-core.mjs").MsgHdrs}} */
  ownHeaders() {
    if (!this.program) return {};
    const own = headers();
    own.set("Program", this.program);
    return { headers: own };
  }

  // ---- sessions and signs of life

  /**
   * @param {string} session
   * @param {string} topic
   * @param {Uint8Array} bytes
   * @param {Record<string, string>} [names] headers
   */
  publish(session, topic, bytes, names = {}) {
    if (!this.connection || !this.connected) throw new Refused("bus_unreachable");
    const own = headers();
    for (const [name, value] of Object.entries(names)) own.set(name, value);
    this.connection.publish(`ses.${this.me}.${session}.${topic}`, bytes, Object.keys(names).length ? { headers: own } : {});
  }

  /**
   * What the next signs of life carry: a `LineSample`, or nothing.
   * @param {Record<string, any> | null} sample
   */
  setSample(sample) {
    this.sample = sample ? encode("LineSample", sample) : new Uint8Array(0);
  }

  beat() {
    if (this.connection && this.connected) this.connection.publish(`hb.${this.me}`, this.sample, this.ownHeaders());
  }

  // ---- receiving

  /** @param {import("../../../vendor/nats-core.mjs").Msg} message */
  receive(message) {
    // the server does not check reply subjects: only the hub's own header says that the hub speaks
    if (!message.headers || !message.headers.has("From-Hub")) {
      this.refusedMessages++;
      return;
    }
    const [, , , , kind, session, topic] = message.subject.split(".");
    if (kind === "ses") {
      this.emit("session", { session, topic, data: message.data, headers: message.headers });
      return;
    }
    try {
      this.emit("event", decodeEvent(message.data));
    } catch (error) {
      this.refusedMessages++;
    }
  }
}
