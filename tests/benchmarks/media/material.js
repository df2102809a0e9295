// SPDX-License-Identifier: GPL-3.0-only
// What a page of the bench films and notes: the given pictures with the time in each, and what is shown of the other's.
// Put into the application's own call page as well as into a plain one; `bench` is all that it adds.
"use strict";

globalThis.bench = (() => {
  const FIELDS = 26, ACROSS = 40, DOWN = 22, MODULUS = 1 << 20, EVERY_MS = 40;
  const wallMs = () => performance.timeOrigin + performance.now();
  let pictures = [], shown = [], beat = null, said = null;
  const connections = [];

  // The application keeps its connection to itself: the bench counts on the same one.
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...given) {
      super(...given);
      connections.push(this);
    }
  };

  function codeOf(nowMs) {
    const value = Math.floor(nowMs) % MODULUS;
    let check = 0;
    for (let shift = 0; shift < 20; shift += 4) check ^= (value >> shift) & 15;
    const bits = [1, 0];
    for (let bit = 19; bit >= 0; bit--) bits.push((value >> bit) & 1);
    for (let bit = 3; bit >= 0; bit--) bits.push((check >> bit) & 1);
    return bits;
  }

  // JPEGs in base64. A page that may make no request still may show a picture it brings.
  async function load(images) {
    pictures = await Promise.all(images.map(async (image) => {
      const picture = Object.assign(new Image(), { src: "data:image/jpeg;base64," + image });
      await picture.decode();
      return createImageBitmap(picture);
    }));
    said = said || speech(new OfflineAudioContext(1, 48000, 48000)); // now, not while a call begins
    return pictures.length;
  }

  function draw(pen, width, height) {
    const number = Math.floor(wallMs() / EVERY_MS) % (2 * pictures.length - 2);
    pen.drawImage(pictures[number < pictures.length ? number : 2 * pictures.length - 2 - number], 0, 0, width, height);
    codeOf(wallMs()).forEach((bit, index) => {
      const left = Math.round(index * width / ACROSS);
      pen.fillStyle = bit ? "#fff" : "#000";
      pen.fillRect(left, 0, Math.round((index + 1) * width / ACROSS) - left, Math.floor(height / DOWN) + 1);
    });
  }

  // A camera: {track, stop()}, as the application's simulated one.
  function camera(width, height) {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const pen = canvas.getContext("2d", { alpha: false });
    const track = canvas.captureStream(0).getVideoTracks()[0];
    const beginMs = performance.now();
    let count = 0, timer = 0;
    const next = () => {
      draw(pen, width, height);
      track.requestFrame();
      count += 1;
      timer = setTimeout(next, Math.max(0, beginMs + count * EVERY_MS - performance.now()));
    };
    next();
    return { track, stop: () => { clearTimeout(timer); track.stop(); } };
  }

  // Five seconds of what Opus takes for speech, the same sum as in voice.py; see there for the reason.
  function speech(context) {
    const rate = context.sampleRate, length = 5 * rate, pitch = 120, turn = 2 * Math.PI;
    const strengths = Array.from({ length: 29 }, (_none, index) =>
      [[600, 90], [1200, 130], [2500, 200]].reduce((sum, [middle, width]) =>
        sum + 1 / (1 + (((index + 1) * pitch - middle) / width) ** 2), 0) / Math.sqrt(index + 1));
    const buffer = context.createBuffer(1, length, rate), wave = buffer.getChannelData(0);
    let phase = 0, top = 0;
    for (let at = 0; at < length; at++) {
      const now = at / rate;
      phase += turn * pitch * (1 + 0.12 * Math.sin(turn * 0.6 * now) + 0.03 * Math.sin(turn * 5 * now)) / rate;
      wave[at] = strengths.reduce((sum, strength, index) => sum + strength * Math.sin((index + 1) * phase), 0);
      top = Math.max(top, Math.abs(wave[at]));
    }
    const noise = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(turn * Math.random());
    for (let at = 0; at < length; at++) {
      const syllable = Math.sin(turn * 3.6 * at / rate), breath = 0.05 * noise() * Math.max(0, -syllable);
      wave[at] = 0.25 * (wave[at] / top * Math.max(0.02, syllable) + breath);
    }
    return buffer;
  }

  // A microphone: {track, stop()}.
  function microphone() {
    const context = new AudioContext({ sampleRate: 48000 });
    said = said || speech(context);
    const source = new AudioBufferSourceNode(context, { buffer: said, loop: true });
    const out = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    source.connect(out);
    source.start();
    const track = out.stream.getAudioTracks()[0];
    return { track, stop: () => { track.stop(); context.close(); } };
  }

  const reading = Object.assign(document.createElement("canvas"), { width: FIELDS * 10, height: 8 });
  const readingPen = reading.getContext("2d", { willReadFrequently: true });

  function readTime(video, width, height) {
    readingPen.drawImage(video, 0, 0, width * FIELDS / ACROSS, height / DOWN, 0, 0, reading.width, reading.height);
    const row = readingPen.getImageData(0, 4, reading.width, 1).data;
    const bits = [];
    for (let index = 0; index < FIELDS; index++) bits.push(row[(index * 10 + 5) * 4 + 1] > 125 ? 1 : 0);
    const value = bits.slice(2, 22).reduce((sum, bit) => sum * 2 + bit, 0);
    let check = bits.slice(22).reduce((sum, bit) => sum * 2 + bit, 0);
    for (let shift = 0; shift < 20; shift += 4) check ^= (value >> shift) & 15;
    return bits[0] === 1 && bits[1] === 0 && check === 0 ? value : null;
  }

  function watch(video) {
    const note = (_now, facts) => {
      const nowMs = wallMs(), filmed = readTime(video, facts.width, facts.height);
      shown.push([nowMs, facts.width, facts.height, filmed === null ? null
        : (Math.floor(nowMs) % MODULUS - filmed + MODULUS) % MODULUS]);
      video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
    return true;
  }

  async function stats() {
    const found = { voice_s: 0, guessed_s: 0, video_octets: 0, sent_octets: 0, codec: "", sent: "" };
    const connection = connections.filter((made) => made.connectionState !== "closed").pop();
    const reports = connection ? await connection.getStats() : new Map();
    reports.forEach((report) => {
      if (report.type === "inbound-rtp" && report.kind === "audio") {
        found.voice_s = (report.totalSamplesReceived || 0) / 48000;
        found.guessed_s = ((report.concealedSamples || 0) - (report.silentConcealedSamples || 0)) / 48000;
        found.voice_delay_ms = 1000 * (report.jitterBufferDelay || 0) / (report.jitterBufferEmittedCount || 1);
        found.voice_lost = report.packetsLost;
        found.voice_late = report.packetsDiscarded;
        found.voice_events = report.concealmentEvents;
      } else if (report.type === "inbound-rtp") {
        found.video_octets = report.bytesReceived || 0;
        found.codec = ((reports.get(report.codecId) || {}).mimeType || "").split("/").pop().toLowerCase();
        found.keys = report.keyFramesDecoded;
        found.decoded = report.framesDecoded || 0;
      } else if (report.type === "outbound-rtp" && report.kind === "video") {
        found.sent_octets = report.bytesSent || 0;
        found.sent = `${report.frameHeight}p ${report.framesEncoded} ${report.qualityLimitationReason}`;
        found.sent_keys = report.keyFramesEncoded;
        found.target_kbps = Math.round((report.targetBitrate || 0) / 1000);
      }
    });
    return found;
  }

  return { load, camera, microphone, watch, stats, pop: () => shown.splice(0) };
})();
