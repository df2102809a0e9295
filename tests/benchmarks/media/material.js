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
    if (pictures.length) planesOf(pictures[0].width, pictures[0].height); // now, not while a call begins
    said = said || speech(new OfflineAudioContext(1, 48000, 48000));
    return pictures.length;
  }

  // The pictures as a camera gives them: I420, BT.601. Made once; a canvas would convert each one anew in the page, and
  // take more of a processor than what is measured.
  let planes = { width: 0, height: 0, all: [] };
  function planesOf(width, height) {
    if (planes.width !== width || planes.height !== height) {
      const canvas = new OffscreenCanvas(width, height), pen = canvas.getContext("2d", { willReadFrequently: true });
      planes = { width, height, all: pictures.map((picture) => {
        pen.drawImage(picture, 0, 0, width, height);
        return i420(pen.getImageData(0, 0, width, height).data, width, height);
      }) };
    }
    return planes.all;
  }

  function i420(rgba, width, height) {
    const half = width / 2, luma = width * height, chroma = luma / 4, out = new Uint8ClampedArray(luma * 3 / 2);
    for (let at = 0; at < luma; at++) {
      const [r, g, b] = [rgba[4 * at], rgba[4 * at + 1], rgba[4 * at + 2]];
      out[at] = 16 + 0.257 * r + 0.504 * g + 0.098 * b;
      const row = Math.floor(at / width), column = at - row * width;
      if (row % 2 === 0 && column % 2 === 0) {
        const to = luma + (row / 2) * half + column / 2, isCode = row <= height / DOWN;
        out[to] = isCode ? 128 : 128 - 0.148 * r - 0.291 * g + 0.439 * b;
        out[to + chroma] = isCode ? 128 : 128 + 0.439 * r - 0.368 * g - 0.071 * b;
      }
    }
    return out;
  }

  function filmed(width, height, timestamp) {
    const all = planesOf(width, height), number = Math.floor(wallMs() / EVERY_MS) % (2 * all.length - 2);
    const data = all[number < all.length ? number : 2 * all.length - 2 - number];
    codeOf(wallMs()).forEach((bit, index) => {
      const left = Math.round(index * width / ACROSS), right = Math.round((index + 1) * width / ACROSS);
      for (let row = 0; row <= height / DOWN; row++) data.fill(bit ? 235 : 16, row * width + left, row * width + right);
    });
    return new VideoFrame(data, { format: "I420", codedWidth: width, codedHeight: height, timestamp });
  }

  // A camera: {track, stop()}, as the application's simulated one.
  function camera(width, height) {
    const track = new MediaStreamTrackGenerator({ kind: "video" }), writer = track.writable.getWriter();
    track.getSettings = () => ({ width, height, frameRate: 1000 / EVERY_MS }); // a device would say so
    const beginMs = performance.now();
    let count = 0, timer = 0;
    const next = () => {
      if (track.readyState !== "live") return;
      const frame = filmed(width, height, Math.round((performance.now() - beginMs) * 1000));
      writer.write(frame).catch(() => {}).finally(() => frame.close());
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

  // Of a shown picture only two rows are looked at: reading all of it would take more than showing it.
  async function readTime(video) {
    const frame = new VideoFrame(video);
    try {
      const { width, height } = frame.visibleRect;
      const rect = { x: 0, y: 2 * Math.floor(height / DOWN / 4), width: 2 * Math.floor(width * FIELDS / ACROSS / 2), height: 2 };
      const bytes = new Uint8Array(frame.allocationSize({ rect })), layout = await frame.copyTo(bytes, { rect });
      const bits = [];
      for (let index = 0; index < FIELDS; index++) {
        bits.push(bytes[layout[0].offset + Math.floor((index + 0.5) * width / ACROSS)] > 125 ? 1 : 0);
      }
      const value = bits.slice(2, 22).reduce((sum, bit) => sum * 2 + bit, 0);
      let check = bits.slice(22).reduce((sum, bit) => sum * 2 + bit, 0);
      for (let shift = 0; shift < 20; shift += 4) check ^= (value >> shift) & 15;
      return bits[0] === 1 && bits[1] === 0 && check === 0 ? value : null;
    } finally {
      frame.close();
    }
  }

  function watch(video) {
    const note = (_now, facts) => {
      const seen = [wallMs(), facts.width, facts.height, null];
      shown.push(seen);
      readTime(video).then((filmed) => {
        if (filmed !== null) seen[3] = (Math.floor(seen[0]) % MODULUS - filmed + MODULUS) % MODULUS;
      }).catch((error) => console.warn(`bench: ${error}`));
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
