// SPDX-License-Identifier: GPL-3.0-only
// One call: this end offers, the other answers (RFC 8829). With the agent on the topic "call", with a third person on
// "third". Says what really arrived, offers again what was never answered, and begins a second call when nothing arrives.
import { checksumOf, countsOf, levelBetween, lineBetween } from "./counts.js";
import { needBoolean, needOptions } from "../core/arguments.js";
import { newId } from "../core/ids.js";
import { gathered, isBearable, withoutLocalNames } from "./sdp.js";
import { Signals, sleep } from "../core/signals.js";

const TICK_MS = 500;
const SEEN_MS = 2000;
const ANSWER_MS = 6000;
const MOST_WAIT_MS = 30_000;
const BETWEEN_OFFERS_MS = 1000;
const FRESH_MS = 2000; // an offer that was made just now answers a request for one
const SILENT_MS = 3000;

/**
 * @typedef {object} Media what is sent and where it is shown
 * @property {() => Promise<MediaStream>} open camera and microphone; may lack one, or both
 * @property {HTMLVideoElement} remote shows the other end
 * @property {boolean} [simulated] the picture is drawn, not filmed
 */

/** @typedef {{urls: string[], username: string, credential: string, relay_only: boolean}} IceRules */

/**
 * @param {IceRules | null | undefined} rules of `SessionFacts.ice`
 * @returns {RTCConfiguration}
 */
export function wayOf(rules) {
  if (!rules) return {};
  const { urls = [], username = "", credential = "" } = rules;
  return {
    iceServers: urls.length ? [{ urls, username, credential }] : [],
    iceTransportPolicy: rules.relay_only ? "relay" : "all",
  };
}

/**
 * Signals: "state" ("new", "connecting", "connected", "disconnected", "failed", "held", "closed"); "seen" (`MediaSeen`);
 * "line" (`LineSeen`); "peer_seen" (what the other end received); "peer_camera" ({camera_on, microphone_on, ...});
 * "offered"; "device_missing" ("video" or "audio").
 */
export class Call extends Signals {
  /**
   * @param {import("../hub/channel.js").Channel} channel
   * @param {object} options
   * @param {string} options.topic
   * @param {Media} options.media
   * @param {IceRules | null} [options.ice]
   */
  constructor(channel, { topic, media, ice = null }) {
    super();
    this.channel = channel;
    this.topic = topic;
    this.media = media;
    this.way = wayOf(ice);
    this.state = "new";
    this.callId = "";
    this.answered = this.held = this.isPrivate = this.closed = false;
    this.switches = { camera: true, microphone: true };
    this.there = { camera: true, microphone: true };
    /** @type {RTCPeerConnection | null} the present call */
    this.connection = null;
    /** @type {RTCPeerConnection | null} the one before, until the present one has brought something */
    this.retired = null;
    /** @type {MediaStream | null} */
    this.own = null;
    this.acceptedAt = performance.now();
    /** @type {number | null} */
    this.firstFrameMs = null;
    this.attempts = 0;
    this.offeredAt = -Infinity;
    this.seenAt = 0;
    this.receivedAt = performance.now();
    /** @type {import("./counts.js").Counts | null} */
    this.before = null;
    /** @type {import("./counts.js").Counts | null} */
    this.lineBefore = null;
    this.offering = false;
    this.ticking = 0;
    channel.onMessage(topic, (message) => this.receive(message));
  }

  /** @param {boolean} [held] the caller is on hold already */
  start(held = false) {
    this.held = held;
    this.ticking = window.setInterval(() => this.tick(), TICK_MS);
    if (held) this.setState("held");
    else this.offer();
  }

  // ---- what the caller does

  /**
   * Switches the caller's camera and microphone, and tells the other end.
   * @param {{camera: boolean, microphone: boolean}} on
   */
  setOwn(on) {
    needOptions("session.call.setOwn", on, ["camera", "microphone"]);
    needBoolean("session.call.setOwn", "camera", on.camera);
    needBoolean("session.call.setOwn", "microphone", on.microphone);
    this.switches = on;
    this.applyTracks();
    this.sendSwitches();
  }

  /** @param {boolean} on no face is sent or shown for a moment; the voice goes on */
  setPrivate(on) {
    this.isPrivate = on;
    this.media.remote.style.visibility = on ? "hidden" : "";
    this.applyTracks();
  }

  applyTracks() {
    if (!this.own) return;
    for (const track of this.own.getVideoTracks()) track.enabled = this.switches.camera && !this.isPrivate;
    for (const track of this.own.getAudioTracks()) track.enabled = this.switches.microphone;
  }

  sendSwitches() {
    this.channel.trySend(this.topic, "CameraChanged", {
      camera_on: this.switches.camera,
      microphone_on: this.switches.microphone,
      camera_there: this.there.camera,
      microphone_there: this.there.microphone,
    });
  }

  /** @param {boolean} held on hold nothing travels, and camera and microphone are given back */
  setHeld(held) {
    if (held === this.held) return;
    this.held = held;
    if (held) {
      this.callId = "";
      this.release();
      this.setState("held");
    } else {
      this.attempts = 0;
      this.setState("new");
      this.offer();
    }
  }

  /** Ends the call: camera and microphone are off when this returns. */
  hangUp() {
    this.closed = true;
    clearInterval(this.ticking);
    this.callId = "";
    this.release();
    this.setState("closed");
  }

  release() {
    for (const connection of [this.connection, this.retired]) if (connection) connection.close();
    this.connection = this.retired = null;
    if (this.own) for (const track of this.own.getTracks()) track.stop();
    this.own = null;
    this.media.remote.srcObject = null;
  }

  // ---- offering

  justOffered() {
    return performance.now() - this.offeredAt < FRESH_MS && !this.answered && this.callId !== "";
  }

  async offer() {
    if (this.held || this.closed || this.offering) return;
    this.offering = true;
    try {
      const wait = this.offeredAt + BETWEEN_OFFERS_MS - performance.now();
      if (wait > 0) await sleep(wait);
      if (!this.held && !this.closed) await this.offerNow();
    } finally {
      this.offering = false;
    }
  }

  async offerNow() {
    const callId = newId();
    this.callId = callId;
    this.answered = false;
    this.offeredAt = performance.now();
    this.attempts++;
    /** @type {RTCPeerConnection | null} */
    let made = null;
    try {
      const own = await this.openOwn();
      made = this.connect(own);
      await made.setLocalDescription(await made.createOffer());
      await gathered(made);
    } catch (error) {
      if (made) made.close();
      if (callId === this.callId) this.channel.trySend(this.topic, "CallFailed", { call_id: callId, code: "call_lost" });
      return;
    }
    if (this.held || this.closed || callId !== this.callId) {
      made.close();
      return;
    }
    this.begin(made);
    this.offeredAt = performance.now();
    const sdp = withoutLocalNames(/** @type {RTCSessionDescription} */ (made.localDescription).sdp);
    this.emit("offered", { call_id: callId, simulated_camera: Boolean(this.media.simulated) });
    while (callId === this.callId && !this.closed) {
      const fields = { call_id: callId, sdp, simulated_camera: Boolean(this.media.simulated) };
      if (this.channel.trySend(this.topic, "CallOffered", fields)) break;
      await sleep(250);
    }
  }

  /** A call goes on without a camera, or without a microphone: what is missing is told. */
  async openOwn() {
    if (!this.own) {
      this.own = await this.media.open().catch(() => new MediaStream());
      this.there = { camera: this.own.getVideoTracks().length > 0, microphone: this.own.getAudioTracks().length > 0 };
      if (!this.there.camera) this.emit("device_missing", "video");
      if (!this.there.microphone) this.emit("device_missing", "audio");
    }
    this.applyTracks();
    return this.own;
  }

  /** @param {MediaStream} own */
  connect(own) {
    const made = new RTCPeerConnection(this.way);
    for (const kind of ["audio", "video"]) {
      const track = own.getTracks().find((one) => one.kind === kind);
      made.addTransceiver(track || kind, { direction: "sendrecv", streams: [own] });
    }
    const arrived = new MediaStream();
    made.ontrack = (event) => {
      arrived.addTrack(event.track);
      if (made === this.connection && !this.retired) this.show(arrived);
      else event.track.addEventListener("unmute", () => made === this.connection && this.show(arrived), { once: true });
    };
    made.onconnectionstatechange = () => {
      if (made === this.connection && !this.held && !this.closed) this.setState(made.connectionState);
    };
    return made;
  }

  /** @param {MediaStream} arrived */
  show(arrived) {
    if (this.media.remote.srcObject !== arrived) this.media.remote.srcObject = arrived;
    this.media.remote.play().catch(() => {}); // a page may need a touch first; the picture is there all the same
  }

  /** @param {RTCPeerConnection} made a call that has its answer goes on until the new one has brought something */
  begin(made) {
    const { connection } = this;
    if (connection && connection.signalingState === "stable" && !this.retired) this.retired = connection;
    else if (connection) connection.close();
    this.connection = made;
    this.before = this.lineBefore = null;
  }

  // ---- receiving

  /** @param {import("../hub/codec.js").Message} message */
  receive(message) {
    if (this.closed) return true;
    switch (message.type) {
      case "CallAnswered":
        if (message.call_id === this.callId && !this.answered) this.accept(message);
        return true;
      case "CallRequested":
        if (!this.justOffered()) this.offer();
        return true;
      case "CallFailed":
        if (message.call_id === this.callId) this.setState("failed");
        return true;
      case "MediaSeen":
        if (message.call_id === this.callId) this.emit("peer_seen", message);
        return true;
      case "CameraChanged":
        this.emit("peer_camera", message);
        return true;
      case "LineGoverned": // on "third" only: by which rule the other sends
        return true;
      default:
        return false;
    }
  }

  /** @param {import("../hub/codec.js").Message} answer */
  async accept(answer) {
    const { connection } = this;
    if (!connection) return;
    this.answered = true;
    this.receivedAt = performance.now();
    try {
      if (!isBearable(answer.sdp)) throw new Error("not a description that a desk sends");
      await connection.setRemoteDescription({ type: "answer", sdp: answer.sdp });
      if (!this.there.camera || !this.there.microphone) this.sendSwitches();
    } catch (error) {
      this.answered = false;
      this.channel.trySend(this.topic, "CallFailed", { call_id: answer.call_id, code: "call_lost" });
    }
  }

  /** @param {string} state */
  setState(state) {
    if (state === this.state) return;
    this.state = state;
    if (state === "connected") this.attempts = 0;
    this.emit("state", state);
    if (state === "failed") this.offer();
  }

  // ---- watching

  async tick() {
    if (this.held || this.closed) return;
    const now = performance.now();
    if (!this.answered) {
      if (now - this.offeredAt > Math.min(MOST_WAIT_MS, ANSWER_MS * 2 ** Math.min(Math.max(this.attempts - 1, 0), 8))) this.offer();
      return;
    }
    if (now - this.seenAt >= SEEN_MS || this.firstFrameMs === null) await this.report();
    if (performance.now() - this.receivedAt > SILENT_MS && !this.justOffered()) {
      this.receivedAt = performance.now();
      this.offer();
    }
  }

  /** Tells the other end, and the listeners here, what really arrived. */
  async report() {
    const { connection, callId } = this;
    if (!connection) return;
    const counts = await countsOf(connection);
    if (connection !== this.connection) return;
    const before = this.before || counts;
    this.before = counts;
    if (counts.packets > before.packets || (counts.packets && !this.lineBefore)) this.receivedAt = counts.at;
    if (counts.packets && this.retired) {
      this.retired.close();
      this.retired = null;
      const tracks = connection.getReceivers().map((receiver) => receiver.track);
      this.show(new MediaStream(tracks));
    }
    if (this.firstFrameMs === null && counts.frames) this.firstFrameMs = counts.at - this.acceptedAt;
    if (counts.at - this.seenAt < SEEN_MS && !(counts.frames && !before.frames)) return;
    this.seenAt = counts.at;
    const seen = {
      call_id: callId, first_frame_ms: this.firstFrameMs, frames: counts.frames, width_px: counts.width,
      height_px: counts.height, checksum: checksumOf(this.media.remote), audio_packets: counts.audioPackets,
      audio_level: levelBetween(before, counts),
    };
    if (this.firstFrameMs !== null || counts.audioPackets) {
      this.emit("seen", seen);
      this.channel.trySend(this.topic, "MediaSeen", seen);
    }
    if (this.lineBefore) this.emit("line", lineBetween(this.lineBefore, counts));
    this.lineBefore = counts;
  }
}
