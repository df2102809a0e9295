// SPDX-License-Identifier: GPL-3.0-only
// Hold, and a third person in the conversation: followed as the ticket says (docs/protocol.md, "Hold, passing on, third
// people"). A third person is named on this screen first; only then does the hub let it in.
import { Call } from "./call.js";
import { codeOf } from "../core/errors.js";
import { Signals, sleep } from "../core/signals.js";

const AGAIN_MS = 1000;

/** @param {Record<string, any> | null | undefined} third */
const visitOf = (third) => (third ? `${third.role} ${third.user} ${third.at_utc}` : "");

/**
 * Signals: "held" ({held, reason}); "banner" ({name, by, signs} or null): name the third person on the screen for as long
 * as it stands, and call `bannerShown()` once it is painted; "call" (the `Call` with the third person, or null).
 */
export class ThirdParties extends Signals {
  /**
   * @param {import("../hub/channel.js").Channel} channel
   * @param {object} options
   * @param {Call} options.call with the agent
   * @param {import("../hub/bus.js").Bus} options.bus
   * @param {import("./call.js").Media | null} options.media for the third person; null: this kiosk shows none
   * @param {import("./call.js").IceRules | null} options.ice
   */
  constructor(channel, { call, bus, media, ice }) {
    super();
    this.channel = channel;
    this.call = call;
    this.bus = bus;
    this.media = media;
    this.ice = ice;
    /** @type {Record<string, any>} */
    this.talk = {};
    /** @type {Call | null} */
    this.thirdCall = null;
    this.acknowledged = "";
    if (!media) channel.onMessage("third", () => true);
  }

  /** @param {Record<string, any>} ticket as the hub has it now */
  onTicket(ticket) {
    const talk = ticket.talk || {};
    if (ticket.session !== this.channel.session || JSON.stringify(talk) === JSON.stringify(this.talk)) return;
    const before = this.talk;
    this.talk = talk;
    if (Boolean(talk.held) !== Boolean(before.held)) {
      this.call.setHeld(Boolean(talk.held));
      this.emit("held", { held: Boolean(talk.held), reason: talk.hold_reason || "" });
    }
    if (before.third && visitOf(before.third) !== visitOf(talk.third)) this.endThird();
    this.followThird();
    this.showNames();
  }

  async showNames() {
    const { third } = this.talk;
    if (!third || third.state === "called") {
      this.emit("banner", null);
      return;
    }
    try {
      const answer = await this.bus.ask("talk", "TalkRequest", { session_id: this.channel.session }, "TalkAnswer");
      if (visitOf(answer.talk.third) !== visitOf(this.talk.third)) return;
      this.emit("banner", { name: answer.third_name || "", by: answer.by_name || "", signs: Boolean(answer.signs) });
    } catch (error) {
      console.info("who has joined is not known yet:", codeOf(error));
    }
  }

  /** The screen names the third person: the hub may let it in. Said once for each visit, until it is heard. */
  async bannerShown() {
    const { third } = this.talk;
    const visit = visitOf(third);
    if (!third || third.state === "called" || this.acknowledged === visit) return;
    this.acknowledged = visit;
    const fields = { session_id: this.channel.session, role: third.role, user: third.user };
    while (this.acknowledged === visit) {
      try {
        await this.bus.ask("banner_shown", "BannerShown", fields, "Done");
        return;
      } catch (error) {
        if (codeOf(error) === "ticket_unknown") return;
        await sleep(AGAIN_MS);
      }
    }
  }

  followThird() {
    const { third, held } = this.talk;
    if (this.thirdCall) this.thirdCall.setHeld(Boolean(held));
    else if (third && third.state === "in" && this.media) {
      this.thirdCall = new Call(this.channel, { topic: "third", media: this.media, ice: this.ice });
      this.emit("call", this.thirdCall);
      this.thirdCall.start(Boolean(held));
    }
  }

  endThird() {
    this.acknowledged = "";
    if (!this.thirdCall) return;
    this.thirdCall.hangUp();
    this.thirdCall = null;
    this.emit("call", null);
  }

  close() {
    this.endThird();
  }
}
