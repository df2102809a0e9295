// SPDX-License-Identifier: GPL-3.0-only
// One end of a call in Chromium for the bench: films the given pictures with the time in each, notes what is shown.
// With `ours` it does what the kiosk's page does (codec, size before smoothness); else it is a browser with its defaults.
"use strict";

const FIELDS = 26, ACROSS = 40, DOWN = 22, MODULUS = 1 << 20;
const remote = document.getElementById("remote");
const wallMs = () => performance.timeOrigin + performance.now();
let wanted = null, pictures = [], own = null, pc = null, sender = null, shown = [];

function codeOf(nowMs) {
  const value = Math.floor(nowMs) % MODULUS;
  let check = 0;
  for (let shift = 0; shift < 20; shift += 4) check ^= (value >> shift) & 15;
  const bits = [1, 0];
  for (let bit = 19; bit >= 0; bit--) bits.push((value >> bit) & 1);
  for (let bit = 3; bit >= 0; bit--) bits.push((check >> bit) & 1);
  return bits;
}

async function film(options, images) {
  wanted = options;
  for (const image of images) {
    const blob = await (await fetch("data:image/jpeg;base64," + image)).blob();
    pictures.push(await createImageBitmap(blob));
  }
  const canvas = Object.assign(document.createElement("canvas"), { width: pictures[0].width, height: pictures[0].height });
  const pen = canvas.getContext("2d", { alpha: false });
  const stream = canvas.captureStream(0);
  const track = stream.getVideoTracks()[0];
  const { width, height } = canvas;
  const draw = () => {
    const number = Math.floor(wallMs() / 40) % (2 * pictures.length - 2);
    pen.drawImage(pictures[number < pictures.length ? number : 2 * pictures.length - 2 - number], 0, 0);
    codeOf(wallMs()).forEach((bit, index) => {
      const left = Math.round(index * width / ACROSS);
      pen.fillStyle = bit ? "#fff" : "#000";
      pen.fillRect(left, 0, Math.round((index + 1) * width / ACROSS) - left, Math.floor(height / DOWN) + 1);
    });
    track.requestFrame();
  };
  draw();
  // A worker's timer: a page that nobody looks at has its own slowed down.
  const beat = "let n = 0; const t = performance.now(); const f = () => { n++; postMessage(0);" +
    " setTimeout(f, Math.max(0, t + n * 40 - performance.now())); }; f();";
  new Worker(URL.createObjectURL(new Blob([beat]))).onmessage = draw;
  const context = new AudioContext();
  const tone = new OscillatorNode(context, { frequency: 220 });
  const swell = new OscillatorNode(context, { frequency: 3 });
  const depth = new GainNode(context, { gain: 0.03 }), loud = new GainNode(context, { gain: 0.06 });
  swell.connect(depth).connect(loud.gain);
  const out = context.createMediaStreamDestination();
  tone.connect(loud).connect(out);
  tone.start();
  swell.start();
  await context.resume();
  own = new MediaStream([track, ...out.stream.getAudioTracks()]);
  return context.state;
}

const reading = Object.assign(document.createElement("canvas"), { width: FIELDS * 10, height: 8 });
const readingPen = reading.getContext("2d", { willReadFrequently: true });

function readTime(width, height) {
  readingPen.drawImage(remote, 0, 0, width * FIELDS / ACROSS, height / DOWN, 0, 0, reading.width, reading.height);
  const row = readingPen.getImageData(0, 4, reading.width, 1).data;
  const bits = [];
  for (let index = 0; index < FIELDS; index++) bits.push(row[(index * 10 + 5) * 4 + 1] > 125 ? 1 : 0);
  const value = bits.slice(2, 22).reduce((sum, bit) => sum * 2 + bit, 0);
  let check = bits.slice(22).reduce((sum, bit) => sum * 2 + bit, 0);
  for (let shift = 0; shift < 20; shift += 4) check ^= (value >> shift) & 15;
  return bits[0] === 1 && bits[1] === 0 && check === 0 ? value : null;
}

function watch() {
  const note = (_now, facts) => {
    const nowMs = wallMs(), filmed = readTime(facts.width, facts.height);
    shown.push([nowMs, facts.width, facts.height, filmed === null ? null
      : (Math.floor(nowMs) % MODULUS - filmed + MODULUS) % MODULUS]);
    remote.requestVideoFrameCallback(note);
  };
  remote.requestVideoFrameCallback(note);
}
watch();

function prefer(codec) {
  const all = RTCRtpSender.getCapabilities("video").codecs;
  const named = (name) => all.filter((c) => c.mimeType.toLowerCase() === "video/" + name);
  const around = all.filter((c) => /\/(rtx|red|ulpfec)$/i.test(c.mimeType));
  for (const transceiver of pc.getTransceivers()) {
    if (transceiver.receiver.track.kind === "video") {
      transceiver.setCodecPreferences([...named(codec), ...named(codec === "av1" ? "vp8" : "av1"), ...around]);
    }
  }
}

function make() {
  if (pc) pc.close();
  pc = new RTCPeerConnection({ iceServers: [] });
  const arrived = new MediaStream();
  pc.ontrack = (event) => { arrived.addTrack(event.track); remote.srcObject = arrived; };
}

async function sendAll() {
  own.getTracks().forEach((track) => pc.addTrack(track, own));
  sender = pc.getSenders().find((s) => s.track && s.track.kind === "video");
  if (!wanted.ours) return;
  prefer(wanted.codec);
  await parameters(pictureKbps());
}

async function parameters(kbps) {
  const now = sender.getParameters();
  now.degradationPreference = "maintain-resolution";
  now.encodings.forEach((encoding) => { encoding.maxBitrate = Math.round(kbps * 1000); });
  await sender.setParameters(now);
}

// What our application writes into each description: the picture's part of the line, as a start and as a bound.
function hinted(sdp) {
  if (!wanted.ours) return sdp;
  const kbps = pictureKbps(), start = wanted.line_kbps ? kbps : Math.min(1500, kbps);
  return sdp.split(/^(?=m=)/m).map((section) => {
    if (!section.startsWith("m=video")) return section;
    const codecs = [...section.matchAll(/^a=rtpmap:(\d+) (AV1|VP8|VP9)\//gm)].map((found) => found[1]);
    const lines = section.split("\r\n").filter((line) => !line.startsWith("b="));
    lines.splice(lines.findIndex((line) => line.startsWith("c=")) + 1, 0, `b=AS:${kbps}`);
    for (const codec of codecs) {
      const at = lines.findIndex((line) => line.startsWith(`a=fmtp:${codec} `));
      if (at >= 0) lines[at] += `;x-google-start-bitrate=${start}`;
      else lines.splice(lines.findIndex((line) => line.startsWith(`a=rtpmap:${codec} `)) + 1, 0,
        `a=fmtp:${codec} x-google-start-bitrate=${start}`);
    }
    return lines.join("\r\n");
  }).join("");
}

function pictureKbps() {
  return wanted.line_kbps ? Math.round(Math.max(50, (wanted.line_kbps - 55) * 0.7)) : 2500;
}

async function gathered() {
  if (pc.iceGatheringState !== "complete") {
    await new Promise((done) => pc.addEventListener("icegatheringstatechange",
      () => pc.iceGatheringState === "complete" && done()));
  }
  return hinted(pc.localDescription.sdp);
}

const doing = {
  async offer() {
    make();
    await sendAll();
    await pc.setLocalDescription(await pc.createOffer());
    return gathered();
  },
  async answer({ sdp }) {
    make();
    await pc.setRemoteDescription({ type: "offer", sdp });
    await sendAll();
    await pc.setLocalDescription(await pc.createAnswer());
    return gathered();
  },
  async accept({ sdp }) { await pc.setRemoteDescription({ type: "answer", sdp }); return true; },
  async close() { if (pc) pc.close(); return true; },
  async pop() { return shown.splice(0); },
  async limit({ kbps }) { if (wanted.ours) await parameters(kbps); return true; },
  async stats() {
    const found = { voice_s: 0, guessed_s: 0, video_octets: 0, codec: "", sent: "" };
    const reports = await pc.getStats();
    reports.forEach((report) => {
      if (report.type === "inbound-rtp" && report.kind === "audio") {
        found.voice_s = (report.totalSamplesReceived || 0) / 48000;
        found.guessed_s = ((report.concealedSamples || 0) - (report.silentConcealedSamples || 0)) / 48000;
        found.voice_delay_ms = 1000 * (report.jitterBufferDelay || 0) / (report.jitterBufferEmittedCount || 1);
      } else if (report.type === "inbound-rtp") {
        found.video_octets = report.bytesReceived || 0;
        found.codec = ((reports.get(report.codecId) || {}).mimeType || "").split("/").pop().toLowerCase();
        found.keys = report.keyFramesDecoded;
        found.decoded = report.framesDecoded || 0;
      } else if (report.type === "outbound-rtp" && report.kind === "video") {
        found.sent_octets = report.bytesSent || 0;
        found.sent = `${report.frameHeight}p ${report.framesEncoded} ${report.qualityLimitationReason}`;
        found.target_kbps = Math.round((report.targetBitrate || 0) / 1000);
      }
    });
    return found;
  },
};

async function act(id, asked) {
  let said;
  try {
    said = { id, ok: await doing[asked.do](asked) };
  } catch (error) {
    said = { id, error: String(error) };
  }
  console.log("@@" + JSON.stringify(said));
}
