// SPDX-License-Identifier: GPL-3.0-only
// What really arrived in a call: from the engine's own counts (getStats), and a checksum of the picture that is on the
// screen. Said to the desk as `MediaSeen` and `LineSeen`.

const [WIDTH, HEIGHT] = [64, 36];
const CRC = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/**
 * CRC-32 (RFC 1952, section 8) of a small copy of the picture, hex: it changes only when the picture does.
 * @param {HTMLVideoElement} video
 * @returns {string}
 */
export function checksumOf(video) {
  if (!video.videoWidth) return "";
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (!pen) return "";
  pen.drawImage(video, 0, 0, WIDTH, HEIGHT);
  let crc = 0xffffffff;
  for (const byte of pen.getImageData(0, 0, WIDTH, HEIGHT).data) crc = CRC[(crc ^ byte) & 255] ^ (crc >>> 8);
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
}

/**
 * @typedef {object} Counts totals since the call began
 * @property {number} at performance.now()
 * @property {number} frames
 * @property {number} width
 * @property {number} height
 * @property {number} freezes
 * @property {number} bytes
 * @property {number} packets
 * @property {number} audioPackets
 * @property {number} lost
 * @property {number} energy
 * @property {number} soundS
 * @property {number} samples
 * @property {number} concealed
 * @property {number | null} rttMs
 */

/**
 * @param {RTCPeerConnection} connection
 * @returns {Promise<Counts>}
 */
export async function countsOf(connection) {
  const found = {
    at: performance.now(), frames: 0, width: 0, height: 0, freezes: 0, bytes: 0, packets: 0, audioPackets: 0, lost: 0,
    energy: 0, soundS: 0, samples: 0, concealed: 0, rttMs: /** @type {number | null} */ (null),
  };
  (await connection.getStats()).forEach((report) => {
    if (report.type === "candidate-pair" && report.nominated && report.currentRoundTripTime !== undefined) {
      found.rttMs = report.currentRoundTripTime * 1000;
    }
    if (report.type !== "inbound-rtp") return;
    found.bytes += report.bytesReceived || 0;
    found.packets += report.packetsReceived || 0;
    found.lost += Math.max(0, report.packetsLost || 0);
    if (report.kind === "video") {
      found.frames += report.framesDecoded || 0;
      found.width = report.frameWidth || found.width;
      found.height = report.frameHeight || found.height;
      found.freezes += report.freezeCount || 0;
    } else {
      found.audioPackets += report.packetsReceived || 0;
      found.energy += report.totalAudioEnergy || 0;
      found.soundS += report.totalSamplesDuration || 0;
      found.samples += report.totalSamplesReceived || 0;
      found.concealed += report.concealedSamples || 0;
    }
  });
  return found;
}

/**
 * RMS of the sound between two counts, 0..1.
 * @param {Counts} before
 * @param {Counts} now
 */
export function levelBetween(before, now) {
  const seconds = now.soundS - before.soundS;
  return seconds > 0 ? Math.min(1, Math.sqrt(Math.max(0, now.energy - before.energy) / seconds)) : 0;
}

/**
 * `LineSeen`: what was received between two counts.
 * @param {Counts} before
 * @param {Counts} now
 */
export function lineBetween(before, now) {
  const seconds = Math.max(0.001, (now.at - before.at) / 1000);
  const packets = now.packets - before.packets;
  const lost = Math.max(0, now.lost - before.lost);
  const samples = now.samples - before.samples;
  const percent = (/** @type {number} */ part, /** @type {number} */ whole) =>
    whole > 0 ? Math.min(100, Math.max(0, (100 * part) / whole)) : 0;
  return {
    kbps: Math.max(0, ((now.bytes - before.bytes) * 8) / seconds / 1000),
    loss_percent: percent(lost, packets + lost),
    rtt_ms: now.rttMs,
    height_px: now.height,
    fps: Math.min(240, Math.max(0, (now.frames - before.frames) / seconds)),
    freezes: Math.max(0, now.freezes - before.freezes),
    concealed_percent: percent(now.concealed - before.concealed, samples),
  };
}
