// SPDX-License-Identifier: GPL-3.0-only
// One conversation: its parts on one channel, and its end: the wipe. Made by `Kiosk` for each session.
import { Chat, Privacy } from "./chat_and_privacy.js";
import { Call } from "./media/call.js";
import { Channel, OrderedSender } from "./hub/channel.js";
import { Log } from "./hub/log.js";
import { Pages } from "./papers/pages.js";
import { Powers } from "./powers.js";
import { Prints } from "./papers/prints.js";
import { SharedPage } from "./page/shared_page.js";
import { ShownDocument } from "./papers/shown.js";
import { Signals } from "./core/signals.js";
import { ThirdParties } from "./media/third.js";

const NONE = { state: "none", name: "", code: "" };

/**
 * What a kiosk has, for all its sessions.
 * @typedef {object} Equipment
 * @property {import("./media/call.js").Media} media
 * @property {import("./media/call.js").Media} [thirdMedia] where a third person is shown
 * @property {import("./papers/pages.js").Scanner} [scanner]
 * @property {import("./papers/pages.js").Scanner} [files] asks the caller for a file
 * @property {import("./papers/prints.js").Printer} [printer]
 * @property {boolean} [share] this page may be shared with the agent
 * @property {boolean} [shows] documents that the agent shows are put on the screen
 * @property {number} [pageKbps] what pages may use of the line; 0: all of it
 * @property {(power: string) => string} [textVersion] which words the screen uses to ask for a power
 * @property {() => Promise<boolean>} [wipe] removes what the page itself keeps of the caller; true when nothing is left
 */

/** Signals: "ended" (`KioskWiped`); "refused" (`MessageRefused`: a message of ours was not taken). */
export class Session extends Signals {
  /**
   * @param {Record<string, any>} facts `SessionFacts`
   * @param {import("./hub/bus.js").Bus} bus
   * @param {import("./hub/keys.js").Key} key
   * @param {Equipment} has
   * @param {{keys: Record<string, any>[], vault: import("./sealing/organisations.js").VaultLine | null}} [sealing] what an
   *   organisation with a vault wants
   */
  constructor(facts, bus, key, has, { keys, vault } = { keys: [], vault: null }) {
    super();
    this.facts = facts;
    this.id = facts.id;
    this.bus = bus;
    this.key = key;
    this.has = has;
    this.closed = false;
    this.shownIn = this.receivedIn = "";
    this.channel = new Channel(bus, facts.id);
    if (keys.length) this.channel.protect(facts, keys);
    this.log = new Log(bus, facts.id, vault);
    this.powers = new Powers(this.channel, { textVersion: has.textVersion, possible: this.possible() });
    this.call = new Call(this.channel, { topic: "call", media: has.media, ice: facts.ice });
    const media = has.thirdMedia || null;
    this.third = new ThirdParties(this.channel, { call: this.call, bus, media, ice: facts.ice });
    this.chat = new Chat(this.channel);
    this.page = has.share ? new SharedPage(this.channel, this.powers) : null;
    this.privacy = new Privacy(this.channel, (on) => this.follow(on));
    this.sender = new OrderedSender(this.channel, "device");
    this.pages = this.buildPages();
    this.prints = this.buildPrints();
    this.shown = has.shows ? new ShownDocument(this.channel, this.prints.arrivals) : null;
    this.listen();
    this.writeLog();
    this.stops = [
      bus.on("connected", () => this.powers.repeatAll()),
      bus.on("session", ({ session, topic, data, headers }) => session === facts.id && this.channel.deliver(topic, data, headers)),
    ];
  }

  /** @returns {Set<string>} the powers that this kiosk can give at all */
  possible() {
    const { scanner, files, printer, share } = this.has;
    return new Set(["keep", ...(share ? ["see_page", "point"] : []), ...(scanner || files ? ["scan"] : []), ...(printer ? ["print"] : [])]);
  }

  buildPages() {
    const { scanner = null, files = null, pageKbps = 240 } = this.has;
    const { sender, powers, key } = this;
    return new Pages(this.channel, { sender, powers, key, scanner, files, kbps: pageKbps });
  }

  buildPrints() {
    const { sender, powers } = this;
    const { printer = null } = this.has;
    return new Prints(this.channel, { sender, powers, kioskKey: this.key.public, printer });
  }

  /** @param {boolean} on the privacy pause */
  follow(on) {
    this.call.setPrivate(on);
    if (this.third.thirdCall) this.third.thirdCall.setPrivate(on);
    if (this.page) this.page.setPrivate(on);
  }

  listen() {
    const { channel, pages, prints, page } = this;
    channel.onMessage("device", (message) => this.receiveDevice(message));
    channel.onRaw("chunk", (bytes, headers) => prints.arrivals.take(bytes, headers));
    channel.onMessage("line", (message) => ["LineSeen", "LineGoverned", "LinePriority", "Geometry"].includes(message.type));
    channel.onMessage("cobrowse", (message) => (page ? page.receive(message) : this.receiveWithoutPage(message)));
    channel.onMessage("control", (message) => this.refuseCommand(message));
    if (!this.shown) channel.onMessage("show", (message) => this.refuseShow(message));
    channel.onMessage("end", () => false);
    channel.on("refused", (refused) => {
      this.log.notTaken(refused.topic, refused.code);
      this.emit("refused", refused);
    });
    pages.on("refused", (refused) => this.emit("page_refused", refused));
  }

  /** @param {import("./hub/codec.js").Message} message */
  receiveDevice(message) {
    if (message.type === "DevicesRequested") this.reportDevices();
    else if (message.type === "ChunksRequested") this.pages.sendAgain(message);
    else return this.pages.receive(message) || this.prints.receive(message);
    return true;
  }

  async reportDevices() {
    const { scanner, files, printer } = this.has;
    const fault = (/** @type {string} */ code) => () => ({ state: "fault", name: "", code });
    const scans = scanner ? await scanner.state().catch(fault("scanner_gone")) : NONE;
    const prints = printer ? await printer.state().catch(fault("printer_gone")) : NONE;
    this.sender.send("DevicesReported", {
      scanner: scans.state, scanner_name: scans.name, scanner_code: scans.code,
      printer: prints.state, printer_name: prints.name, printer_code: prints.code,
      feeder: Boolean("feeder" in scans && scans.feeder), duplex: Boolean("duplex" in scans && scans.duplex),
      files: Boolean(files), kiosk_key: this.key.public,
    });
  }

  // ---- what this kiosk does not do is answered all the same

  /** @param {import("./hub/codec.js").Message} message */
  receiveWithoutPage(message) {
    if (message.type === "SnapshotRequested") this.channel.trySend("cobrowse", "SharingChanged", { sharing: false });
    else if (message.type === "AddressRequested") {
      this.channel.trySend("cobrowse", "AddressRefused", { address: message.address, code: "address_not_allowed" });
    }
    return true;
  }

  /** @param {import("./hub/codec.js").Message} command */
  refuseCommand(command) {
    if (!command.command_id) return false; // this kiosk does not let anybody act in its page
    this.channel.trySend("control", "CommandAnswered", { command_id: command.command_id, code: "grant_missing" });
    return true;
  }

  /** @param {import("./hub/codec.js").Message} message */
  refuseShow(message) {
    if (message.type === "ShowStarted") {
      this.channel.trySend("show", "ShowEnded", { show_id: message.show_id, code: "document_not_shown" });
    }
    return true;
  }

  // ---- the log

  writeLog() {
    const { log, powers, call, pages, prints } = this;
    powers.on("changed", (change) =>
      log.write("GrantChanged", {
        grant: change.grant, allowed: change.allowed, lasts_s: change.left_s, reason: change.reason, actor: change.actor,
        text_version: change.text_version,
      }));
    call.on("offered", ({ call_id, simulated_camera }) => log.write("CallOffered", { call_id, simulated_camera }));
    call.on("seen", (seen) => this.writeSeen(seen));
    call.on("line", (seen) => this.channel.trySend("line", "LineSeen", seen));
    pages.on("started", ({ scan_id }) => log.write("ScanStarted", { scan_id }));
    pages.on("ended", ({ scan_id, pages: count, code }) => log.write("ScanEnded", { scan_id, pages: count, code }));
    pages.on("offered", ({ page_id, scan_id, kind, sha256, size_bytes }) =>
      log.write("PageTaken", { page_id, scan_id, kind, sha256, size_bytes }));
    prints.on("changed", ({ print_id, state, job_id, code, sha256 }) =>
      log.write("PrintChanged", { print_id, state, job_id, code, sha256 }));
    if (this.page) this.page.on("sharing", (sharing) => log.write("SharingChanged", { sharing }));
    this.privacy.on("changed", (on) => log.write("PrivacyChanged", { on, by_caller: on && this.privacy.caller }));
    if (this.shown) {
      this.shown.on("opened", ({ pages: count }) => log.write("DocumentShown", { pages: count }));
      this.shown.on("closed", ({ byCaller }) => log.write("ShowEnded", { by_caller: byCaller }));
    }
    this.chat.on("sent", () => log.write("WordsSent", { by: "kiosk" }));
  }

  /** @param {Record<string, any>} seen the first picture and the first sound of each call */
  writeSeen(seen) {
    const { call_id: id, frames, width_px, height_px, audio_packets } = seen;
    if (frames && this.shownIn !== id) {
      this.shownIn = id;
      this.log.write("VideoSeen", { by: "kiosk", first_frame_ms: seen.first_frame_ms || 0, width_px, height_px });
    }
    if (audio_packets && this.receivedIn !== id) {
      this.receivedIn = id;
      this.log.write("AudioSeen", { by: "kiosk", packets: audio_packets });
    }
  }

  // ---- from its beginning to its end

  /**
   * @param {object} from
   * @param {Record<string, any> | null} from.ticket
   * @param {boolean} from.resumed the page was loaded anew in the middle
   * @param {Date} [from.pressedAt] when the caller pressed the button
   */
  start({ ticket, resumed, pressedAt }) {
    const { ticket_id, service } = this.facts;
    if (resumed) this.log.write("SessionResumed", { by: "kiosk" });
    else this.log.write("CallRequestedAtKiosk", { ticket_id, service }, pressedAt);
    this.channel.start();
    this.powers.repeatAll();
    const held = Boolean(ticket && ticket.talk && ticket.talk.held);
    this.call.start(held);
    if (ticket) this.third.onTicket(ticket);
  }

  /**
   * Stops everything, removes all that is the caller's, says so. The topics stay open for it after the end.
   * @returns {Promise<Record<string, any>>} `KioskWiped`
   */
  async end() {
    if (this.closed) return {};
    this.closed = true;
    for (const stop of this.stops) stop();
    if (this.page) this.page.close();
    this.third.close();
    this.call.setPrivate(false);
    this.call.hangUp();
    if (this.shown) this.shown.close();
    this.prints.close();
    const removed = this.pages.close();
    this.powers.close();
    this.sender.close();
    const { wipe } = this.has;
    const clean = wipe ? await wipe().catch(() => false) : true;
    const wiped = { pages_removed: removed, files_removed: 0, profile_removed: clean, left_over: clean ? 0 : 1 };
    this.log.write("KioskWiped", wiped);
    this.channel.trySend("end", "KioskWiped", wiped);
    this.channel.close();
    this.emit("ended", wiped);
    return wiped;
  }
}
