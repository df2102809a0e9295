// SPDX-License-Identifier: GPL-3.0-only
// Beside voice and page: the chat, for callers who hear badly, and the privacy pause (topic "beside").
import { needBoolean, needText } from "./core/arguments.js";
import { newId } from "./core/ids.js";
import { Signals } from "./core/signals.js";

const TOPIC = "beside";
const MOST_LETTERS = 400;

/**
 * The written conversation: in memory only, gone with the session.
 *
 * Signals: "received" ({id, text}): call `shown(id)` once it stands on the screen; "shown" (id): ours stands on the agent's;
 * "sent" (id).
 */
export class Chat extends Signals {
  /** @param {import("./hub/channel.js").Channel} channel */
  constructor(channel) {
    super();
    this.channel = channel;
    this.known = new Set();
    channel.onMessage(TOPIC, (message) => this.receive(message));
  }

  /**
   * @param {string} text
   * @returns {string} the id by which "shown" names it, "" when nothing was sent
   */
  send(text) {
    if (text !== "") needText("session.chat.send", "text", text);
    const words = text.split(/\s+/).filter(Boolean).join(" ").slice(0, MOST_LETTERS);
    const id = newId();
    if (!words || !this.channel.trySend(TOPIC, "WordsSaid", { words_id: id, text: words })) return "";
    this.emit("sent", id);
    return id;
  }

  /** @param {string} id words of the agent that stand on this screen */
  shown(id) {
    needText("session.chat.shown", "id", id);
    this.channel.trySend(TOPIC, "WordsShown", { words_id: id });
  }

  /** @param {import("./hub/codec.js").Message} message */
  receive({ type, words_id: id, text }) {
    if (type === "WordsShown") this.emit("shown", id);
    else if (type !== "WordsSaid") return false;
    else if (!this.known.has(id)) {
      this.known.add(id);
      this.emit("received", { id, text: String(text).slice(0, MOST_LETTERS) });
    }
    return true;
  }
}

/**
 * Neither face nor page is shown or sent for a moment; the voice goes on. A pause lasts until everybody who began one has
 * ended it.
 *
 * Signals: "changed" (on).
 */
export class Privacy extends Signals {
  /**
   * @param {import("./hub/channel.js").Channel} channel
   * @param {(on: boolean) => Promise<void> | void} follow hides pictures and page here, and stops sending them
   */
  constructor(channel, follow) {
    super();
    this.channel = channel;
    this.follow = follow;
    this.hidden = this.agent = this.caller = false;
    channel.onMessage(TOPIC, (message) => this.receive(message));
    channel.onMessage("grant", (message) => {
      if (message.type !== "GrantsRequested") return false;
      if (this.hidden) this.tell(); // a desk that was restarted asks how things are
      return true;
    });
  }

  /** @param {boolean} on the caller's own pause */
  set(on) {
    needBoolean("session.privacy.set", "on", on);
    this.caller = on;
    return this.apply();
  }

  /** @param {import("./hub/codec.js").Message} message */
  receive(message) {
    if (message.type !== "PrivacyAsked") return false;
    this.agent = message.on === true;
    this.apply();
    return true;
  }

  async apply() {
    const on = this.agent || this.caller;
    if (on !== this.hidden) {
      this.hidden = on;
      this.emit("changed", on);
      await this.follow(on);
      if (on !== this.hidden) return;
    }
    this.tell();
  }

  tell() {
    this.channel.trySend(TOPIC, "PrivacyShown", { on: this.hidden, agent: this.agent, caller: this.caller });
  }
}
