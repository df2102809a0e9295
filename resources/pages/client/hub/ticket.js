// SPDX-License-Identifier: GPL-3.0-only
// From the button to the agent: the services of this site, one caller's ticket, and what the hub says of it.
import { codeOf } from "../core/errors.js";
import { newId } from "../core/ids.js";
import { Signals } from "../core/signals.js";

const POLL_MS = 10_000; // notifications may get lost, questions do not
const OPEN = new Set(["waiting", "offered", "in_session"]);
/** Reasons of a session's end after which the ticket goes on: it waits again, or somebody else has it. */
export const WAITS_AGAIN = new Set(["desk_lost", "passed_on"]);

/**
 * Signals: "changed" ({ticket, position, wait_s, wait_most_s}); "opened" (SessionFacts, once each); "ended" (SessionEnded,
 * once each); "presence" (PeerPresence); "services" (ask for them again).
 */
export class Ticket extends Signals {
  /**
   * @param {import("./bus.js").Bus} bus
   * @param {import("./keys.js").Store} store remembers the ticket, should the page be loaded anew
   * @param {import("../sealing/organisations.js").Organisations} organisations those with a vault
   */
  constructor(bus, store, organisations) {
    super();
    this.bus = bus;
    this.store = store;
    this.organisations = organisations;
    /** @type {Record<string, any> | null} the open ticket, as the hub told it last */
    this.current = null;
    this.session = "";
    /** @type {Record<string, any> | null} an agent may be faster than the answer to our call */
    this.early = null;
    this.opened = new Set();
    this.ended = new Set();
    this.events = 0;
    this.stops = [bus.on("event", (event) => this.receive(event)), bus.on("connected", () => this.poll())];
    this.polling = window.setInterval(() => this.poll(), POLL_MS);
  }

  close() {
    clearInterval(this.polling);
    for (const stop of this.stops) stop();
  }

  // ---- asking

  /**
   * What this site offers, without the services of organisations whose seal is not believed.
   * @returns {Promise<Record<string, any>>} `ServicesAnswer`
   */
  async services() {
    const answer = await this.bus.ask("services", "ServicesRequest", {}, "ServicesAnswer");
    const names = new Set(answer.services.map((/** @type {any} */ { organisation = "" }) => organisation));
    for (const organisation of names) {
      try {
        await this.organisations.keysOf(organisation || this.organisations.home);
      } catch (error) {
        if (!["seal_key_refused", "seal_key_old"].includes(codeOf(error))) throw error;
        names.delete(organisation);
      }
    }
    return { ...answer, services: answer.services.filter((/** @type {any} */ { organisation = "" }) => names.has(organisation)) };
  }

  /**
   * Asks for an agent. The same `requestId` is the same ticket, however often it is sent.
   * @param {string} service
   * @param {{number?: string, requestId?: string}} [options] `number`: what the caller typed
   * @returns {Promise<Record<string, any>>} `TicketAnswer`
   */
  async call(service, { number = "", requestId = newId() } = {}) {
    const owner = service.includes("/") ? service.split("/")[0] : this.organisations.home;
    const fields = { request_id: requestId, service, ...(await this.organisations.numberFor(owner, number)) };
    const answer = await this.bus.ask("call", "TicketRequested", fields, "TicketAnswer");
    await this.store.set("ticket", answer.ticket.id);
    this.take(answer);
    return answer;
  }

  /**
   * Goes on with the ticket of before, when the page was loaded anew; null when there is none.
   * @returns {Promise<Record<string, any> | null>}
   */
  async resume() {
    const id = await this.store.get("ticket");
    if (!id) return null;
    try {
      const answer = await this.bus.ask("status", "StatusRequest", { ticket_id: id }, "TicketAnswer");
      this.take(answer);
      if (!this.current) await this.store.remove("ticket");
      return this.current && answer;
    } catch (error) {
      if (codeOf(error) !== "ticket_unknown") throw error;
      await this.store.remove("ticket");
      return null;
    }
  }

  /** The caller leaves the queue. `ticket_taken`: an agent has just accepted; hang up instead. */
  async leave() {
    if (!this.current) return;
    await this.bus.ask("leave", "LeaveRequest", { ticket_id: this.current.id }, "Done");
    this.drop();
  }

  /**
   * @param {string} session
   * @param {string} [reason]
   */
  async hangUp(session, reason = "done") {
    await this.bus.ask("hang_up", "HangUpRequest", { session_id: session, reason }, "Done");
  }

  /** The caller has gone: what the hub still tells of the ticket concerns nobody here. */
  drop() {
    this.current = this.early = null;
    this.session = "";
    this.store.remove("ticket");
  }

  // ---- receiving

  /** @param {import("./codec.js").Message} event */
  receive(event) {
    this.events++;
    if (event.type === "TicketChanged") this.change(event);
    if (event.type === "SessionOpened") this.open(event.session);
    if (event.type === "SessionEnded") this.end(event);
    if (event.type === "PeerPresence") this.emit("presence", event);
    if (event.type === "ServicesChanged") this.emit("services");
  }

  /** @param {Record<string, any>} event */
  change(event) {
    const { ticket } = event;
    if (!this.current || ![ticket.id, ticket.moved_from].includes(this.current.id)) return;
    this.keep(ticket);
    if (ticket.state === "waiting") this.session = "";
    this.emit("changed", { ticket, position: event.position, wait_s: event.wait_s, wait_most_s: event.wait_most_s });
  }

  /** @param {Record<string, any>} ticket */
  keep(ticket) {
    const before = this.current && this.current.id;
    this.current = OPEN.has(ticket.state) ? ticket : null;
    if (!this.current) this.store.remove("ticket");
    else if (before && before !== ticket.id) this.store.set("ticket", ticket.id); // moved to another organisation
  }

  /** @param {Record<string, any>} facts */
  open(facts) {
    if (!this.current || facts.ticket_id !== this.current.id) {
      this.early = facts;
      return;
    }
    if (this.opened.has(facts.id)) return;
    this.opened.add(facts.id);
    this.session = facts.id;
    this.emit("opened", facts);
  }

  /** @param {Record<string, any>} event */
  end(event) {
    if (this.ended.has(event.session_id)) return;
    this.ended.add(event.session_id);
    if (this.session === event.session_id) this.session = "";
    const ours = this.current && event.session_id.startsWith(`${this.current.id}_`);
    if (ours && !WAITS_AGAIN.has(event.reason)) this.drop();
    this.emit("ended", event);
  }

  /** @param {Record<string, any>} answer */
  take(answer) {
    this.keep(answer.ticket);
    const { early } = this;
    this.early = null;
    for (const facts of [answer.session, early]) {
      if (facts && this.current && facts.ticket_id === this.current.id) this.open(facts);
    }
  }

  /** Compares what we know with what the hub says; an answer that a notification has overtaken is asked for again. */
  async poll() {
    for (let turn = 0; turn < 3 && this.current && this.bus.connected; turn++) {
      const { id } = this.current;
      const { events } = this;
      let answer = null;
      try {
        answer = await this.bus.request("status", "StatusRequest", { ticket_id: id }, "TicketAnswer");
      } catch (error) {
        if (codeOf(error) !== "ticket_unknown") return;
      }
      if (!this.current || this.current.id !== id) return; // another caller is here by now
      if (!answer) {
        this.drop();
        return;
      }
      if (events === this.events) {
        this.compare(answer);
        return;
      }
    }
  }

  /** @param {Record<string, any>} answer */
  compare(answer) {
    const before = JSON.stringify(this.current);
    const { ticket } = answer;
    if (this.session && (!OPEN.has(ticket.state) || ticket.session !== this.session)) {
      const by = ({ k: "kiosk", a: "agent" })[String(ticket.changed_by)[0]] || "hub";
      this.end({ session_id: this.session, by, reason: ticket.reason || "" });
    }
    this.take(answer);
    if (before !== JSON.stringify(ticket)) {
      const { position, wait_s, wait_most_s } = answer;
      this.emit("changed", { ticket, position, wait_s, wait_most_s });
    }
  }
}
