// SPDX-License-Identifier: GPL-3.0-only
// A whole kiosk in a page: its identity, the bus, one caller's ticket, and the conversation that runs. The entry point of
// the client; docs/javascript.md shows how a page uses it.
import { needOptions, needText } from "./core/arguments.js";
import { Bus } from "./hub/bus.js";
import { enrol } from "./hub/enrol.js";
import { codeOf, Refused } from "./core/errors.js";
import { indexedStore, Key } from "./hub/keys.js";
import { Session } from "./session.js";
import { Signals, sleep } from "./core/signals.js";
import { Organisations } from "./sealing/organisations.js";
import { Ticket } from "./hub/ticket.js";

const EQUIPMENT = ["media", "thirdMedia", "scanner", "files", "printer", "share", "shows", "pageKbps", "textVersion", "wipe"];
const FLUSH_MS = 5000;
const [PAUSE_MS, LONGEST_PAUSE_MS] = [1000, 15_000];

/**
 * Signals: "connected" and "disconnected"; "unreachable" (code: it tries on); "ticket" ({ticket, position, wait_s,
 * wait_most_s}); "session" (a `Session` that begins); "ended" ({session, reason, by}: the caller's things are removed);
 * "presence" (PeerPresence: the desk is silent, or back); "services" (ask for them again); "trouble" (code).
 */
export class Kiosk extends Signals {
  /**
   * @param {object} options
   * @param {string[]} options.servers "wss://hub.example"
   * @param {import("./session.js").Equipment} options.equipment
   * @param {import("./hub/keys.js").Store} [options.store]
   * @param {string} [options.program] name and version of the vendor's program, at most 40 letters
   */
  constructor(options) {
    super();
    needOptions("new Kiosk", options, ["servers", "equipment", "store", "program"]);
    const { servers, equipment, store = indexedStore(), program = "" } = options;
    if (!Array.isArray(servers) || !servers.length) throw new TypeError('new Kiosk: servers must be a list such as ["wss://hub.example"]');
    for (const server of servers) needText("new Kiosk", "each of servers", server);
    needOptions("new Kiosk, equipment", equipment, EQUIPMENT);
    if (typeof equipment.media?.open !== "function") throw new TypeError("new Kiosk: equipment.media.open must be a function");
    this.servers = servers;
    this.equipment = equipment;
    this.store = store;
    this.program = program;
    /** @type {Bus | null} */
    this.bus = null;
    /** @type {Ticket | null} */
    this.ticket = null;
    /** @type {Session | null} */
    this.session = null;
    /** @type {Key | null} */
    this.key = null;
    /** @type {Organisations | null} */
    this.organisations = null;
    /** @type {Date | undefined} */
    this.pressedAt = undefined;
    this.resuming = false;
    this.stopped = false;
  }

  /** @returns {Promise<import("./hub/enrol.js").Identity | undefined>} who this kiosk is, as it was enrolled */
  identity() {
    return this.store.get("identity");
  }

  /**
   * The one-time code makes this page a kiosk of the network, for good.
   * @param {string} code
   */
  async enrol(code) {
    needText("kiosk.enrol", "code", code);
    return enrol({ servers: this.servers, code, store: this.store });
  }

  /** Connects, and tries until it is connected; goes on with a caller who waited before the page was loaded anew. */
  async start() {
    const identity = await this.identity();
    if (!identity) throw new Refused("enrolment_refused", { why: "not enrolled" });
    this.key = new Key(identity.seed);
    const bus = new Bus({ servers: this.servers, seed: identity.seed, user: identity.user, program: this.program });
    this.bus = bus;
    const { organisation: home, user } = identity;
    this.organisations = new Organisations(bus, { store: this.store, key: this.key, home, user });
    await this.organisations.load();
    const ticket = new Ticket(bus, this.store, this.organisations);
    this.ticket = ticket;
    for (const name of ["connected", "disconnected"]) bus.on(name, () => this.emit(name));
    for (const name of ["presence", "services"]) ticket.on(name, (fact) => this.emit(name, fact));
    ticket.on("changed", (change) => this.onTicket(change));
    ticket.on("opened", (facts) => this.onOpened(facts));
    ticket.on("ended", (ended) => this.onEnded(ended));
    await this.connect(bus);
    this.resuming = true;
    const answer = await ticket.resume();
    this.resuming = false;
    if (answer) this.emit("ticket", answer);
  }

  /** @param {Bus} bus a hub that has just taken the key up refuses it for a moment; one that is away comes back */
  async connect(bus) {
    for (let pause = PAUSE_MS; !this.stopped; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
      try {
        await bus.connect();
        return;
      } catch (error) {
        if (codeOf(error) === "bus_not_safe") throw error;
        this.emit("unreachable", codeOf(error));
        await sleep(pause);
      }
    }
  }

  // ---- what the caller does

  /** @returns {Ticket} */
  get line() {
    if (!this.ticket) throw new Refused("bus_unreachable");
    return this.ticket;
  }

  /** @returns {Promise<Record<string, any>>} `ServicesAnswer`: what this site offers now */
  services() {
    return this.line.services();
  }

  /**
   * The caller presses a service's button.
   * @param {string} service
   * @param {{number?: string, requestId?: string}} [options]
   */
  async press(service, options = {}) {
    needText("kiosk.press", "service", service);
    needOptions("kiosk.press", options, ["number", "requestId"]);
    if (options.number) needText("kiosk.press", "number", options.number);
    if (options.requestId !== undefined) needText("kiosk.press", "requestId", options.requestId);
    this.pressedAt = new Date();
    const answer = await this.line.call(service, options);
    this.emit("ticket", answer);
    return answer;
  }

  /** The caller leaves the queue, or ends the conversation. */
  async leave() {
    if (this.session) await this.hangUp();
    else {
      try {
        await this.line.leave();
      } catch (error) {
        if (codeOf(error) !== "ticket_taken") throw error;
        await this.line.poll(); // an agent has just accepted
        await this.hangUp();
      }
    }
  }

  async hangUp() {
    const { session } = this;
    if (session) await this.line.hangUp(session.id, "caller");
  }

  /** Ends everything, e.g. when the page is closed. */
  async stop() {
    this.stopped = true;
    const { session } = this;
    if (session) {
      await session.end();
      await session.log.flush(FLUSH_MS);
    }
    if (this.ticket) this.ticket.close();
    if (this.bus) await this.bus.close();
  }

  // ---- what the hub says

  /** @param {Record<string, any>} change */
  onTicket(change) {
    if (this.session) this.session.third.onTicket(change.ticket);
    this.emit("ticket", change);
  }

  /** @param {Record<string, any>} facts */
  onOpened(facts) {
    if (!this.bus || !this.key || !this.ticket || !this.organisations) return;
    let keys = [];
    try {
      keys = this.organisations.take(facts.organisation, facts.seal);
    } catch (error) {
      // an organisation that wants it sealed is not talked to in clear
      this.emit("trouble", codeOf(error));
      this.line.hangUp(facts.id, "seal").catch(() => {});
      return;
    }
    if (this.session) this.session.end();
    const vault = keys.length ? this.organisations.logOf(facts.organisation) : null;
    const session = new Session(facts, this.bus, this.key, this.equipment, { keys, vault });
    this.session = session;
    this.emit("session", session);
    session.start({ ticket: this.ticket.current, resumed: this.resuming, pressedAt: this.pressedAt });
  }

  /** @param {Record<string, any>} ended */
  async onEnded(ended) {
    const { session } = this;
    if (!session || session.id !== ended.session_id) return;
    this.session = null;
    const wiped = await session.end();
    this.emit("ended", { session: session.id, reason: ended.reason, by: ended.by, wiped });
  }
}
