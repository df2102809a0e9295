// SPDX-License-Identifier: GPL-3.0-only
// A call's line in a browser's own WebRTC: what was counted, and the governor's limits of the picture.
// Used by call.js; the host governs (`session.media.line.governor`) and asks for the counts once a second.
"use strict";

// Counts of a connection since its beginning, with the names of `session.media.engine.MediaStats`.
async function lineCounts(connection) {
  const counts = { frames: 0, width_px: 0, height_px: 0, packets: 0, audio_packets: 0, bytes: 0, lost: 0, rtt_ms: null,
    voice_blocks: 0, voice_made_up: 0, sent_bytes: 0, sent_width_px: 0, sent_height_px: 0, sent_frames: 0,
    estimate_kbps: null, sent_packets: 0, sent_missed: 0 };
  if (!connection || connection.connectionState === "closed") return counts;
  const BLOCK = 960;           // samples of a block of 20 ms, as the desk counts its voice
  const sent = new Map();      // packets of each stream, by the id of its report
  const reports = [];
  const received = (report) => {
    counts.packets += report.packetsReceived || 0;
    counts.lost += Math.max(0, report.packetsLost || 0);
    if (report.kind === "video") {
      counts.frames = report.framesDecoded || 0;
      counts.width_px = report.frameWidth || 0;
      counts.height_px = report.frameHeight || 0;
    } else {
      counts.audio_packets = report.packetsReceived || 0;
      const guessed = (report.concealedSamples || 0) - (report.silentConcealedSamples || 0);
      counts.voice_blocks = Math.floor((report.totalSamplesReceived || 0) / BLOCK);
      counts.voice_made_up = Math.floor(Math.max(0, guessed) / BLOCK);
    }
  };
  (await connection.getStats()).forEach((report) => {
    if (report.type === "inbound-rtp") received(report);
    else if (report.type === "outbound-rtp") {
      sent.set(report.id, (report.packetsSent || 0) - (report.retransmittedPacketsSent || 0));
      if (report.kind !== "video") return;
      counts.sent_width_px = report.frameWidth || 0;
      counts.sent_height_px = report.frameHeight || 0;
      counts.sent_frames = report.framesEncoded || 0;
    } else if (report.type === "remote-inbound-rtp") {
      reports.push(report);
      if (report.roundTripTime !== undefined) counts.rtt_ms = report.roundTripTime * 1000;
    } else if (report.type === "candidate-pair" && report.nominated) {
      counts.bytes = Math.max(counts.bytes, report.bytesReceived || 0);
      counts.sent_bytes = Math.max(counts.sent_bytes, report.bytesSent || 0);
      if (report.availableOutgoingBitrate) counts.estimate_kbps = report.availableOutgoingBitrate / 1000;
      if (counts.rtt_ms === null && report.currentRoundTripTime) counts.rtt_ms = report.currentRoundTripTime * 1000;
    }
  });
  return Object.assign(counts, reportedOf(connection, reports, sent));
}

// Of our packets, those that the other end's reports speak of and those that it missed (RFC 3550, section 6.4.1). A
// report does not tell how many it speaks of: those that were sent when it was first seen.
const reported = new WeakMap();
function reportedOf(connection, reports, sent) {
  if (!reported.has(connection)) reported.set(connection, new Map());
  const known = reported.get(connection);
  for (const report of reports) {
    const before = known.get(report.id);
    if (before && before.at === report.timestamp) continue;
    known.set(report.id, { at: report.timestamp, packets: sent.get(report.localId) || 0, missed: Math.max(0, report.packetsLost || 0) });
  }
  const all = [...known.values()];
  return { sent_packets: all.reduce((sum, one) => sum + one.packets, 0), sent_missed: all.reduce((sum, one) => sum + one.missed, 0) };
}

// What a sender has sent of its picture and the rate its encoder is given now: {at, frames, bytes, target_kbps, filmed},
// or null. The rate is 0 while what the encoder made before waits to be sent.
async function sentPictures(sender) {
  let found = null, filmed = 0;
  if (sender) (await sender.getStats()).forEach((report) => {
    if (report.type === "media-source") filmed = report.framesPerSecond || 0;
    if (report.type === "outbound-rtp" && report.framesEncoded) {
      found = { at: report.timestamp, frames: report.framesEncoded, target_kbps: (report.targetBitrate || 0) / 1000,
        bytes: (report.bytesSent || 0) - (report.retransmittedBytesSent || 0) };
    }
  });
  return found && { ...found, filmed };
}

// Tells `changed(on)` when a connection hears nothing any more, and when it does again; ends when `made` is not present.
// The voice's packets come fifty times a second, two and a half times while nobody speaks (RFC 6716, section 2.1.9).
// Without a voice (no microphone there) a photo now and then is all that comes, and silence tells nothing.
function watchSilence(made, isPresent, changed) {
  const CHECK_MS = 100, SILENT_MS = 1200;
  const received = { audio: 0, video: 0 }, receivedAt = { audio: -Infinity, video: -Infinity };
  let silent = false;
  const check = () => {
    if (!isPresent(made)) return;
    for (const receiver of made.connection.getReceivers()) {
      const { kind } = receiver.track;
      const newest = Math.max(0, ...receiver.getSynchronizationSources().map((source) => source.timestamp));
      if (newest > received[kind]) [received[kind], receivedAt[kind]] = [newest, performance.now()];
    }
    const lastAt = Math.max(receivedAt.audio, receivedAt.video);
    const now = lastAt - receivedAt.audio <= SILENT_MS && performance.now() - lastAt > SILENT_MS;
    if (now !== silent) changed(silent = now);
    setTimeout(check, CHECK_MS);
  };
  check();
}

// The governor's limits on one call's picture. `senderOf()` gives the sender of the present connection, or null.
function makeGoverned(senderOf) {
  const PROBE_MS = 400;
  const HEIGHTS = [Infinity, 360, 180], STRAINED_S = 2, CALM_S = 12, SETTLE_S = 2;
  const SLOW_FPS = 6, LEAST_FPS = 9, LIVELY_FPS = 15;
  const FLOOD_S = 0.3, OVERRUN = 1.5, GROSS = 2, RELAPSE_S = 6, MOST_PATIENCE = 8;
  let limits = null;           // {kbps, height_px, fps, motion}; 0 is no bound
  let lower = 0;               // index in HEIGHTS: what the encoder cannot make small enough is made of fewer rows
  let strained = 0, calm = 0;  // seconds
  let settling = 0;            // looks that do not count
  let sinceRaise = Infinity, patience = 1;   // rows that came back in vain wait longer for the next time
  let paused = false;          // a picture too large is on its way
  let silent = false;          // nothing comes from the other end
  let photo = null;            // {sender, camera, canvas, track, timer}: a still photo now and then

  async function shoot(shot) {
    if (shot !== photo) return;
    const pen = shot.canvas.getContext("2d");
    if (shot.camera.enabled && shot.camera.readyState === "live") {
      try {
        const picture = await new ImageCapture(shot.camera).grabFrame();
        if (shot !== photo) return picture.close();
        const height = Math.min(limits.height_px || 270, picture.height);
        shot.canvas.height = height;
        shot.canvas.width = Math.round(picture.width * height / picture.height / 2) * 2;
        if (shot.camera.enabled) pen.drawImage(picture, 0, 0, shot.canvas.width, shot.canvas.height);
        picture.close();
      } catch (error) {
        return void setTimeout(() => shoot(shot), PROBE_MS);   // no picture at this moment
      }
    } else {
      pen.fillRect(0, 0, shot.canvas.width, shot.canvas.height);
    }
    shot.track.requestFrame();
  }

  async function startPhotos(sender) {
    const canvas = Object.assign(document.createElement("canvas"), { width: 480, height: 270 });
    canvas.getContext("2d");
    const track = canvas.captureStream(0).getVideoTracks()[0];
    photo = { sender, camera: sender.track, canvas, track, timer: 0 };
    const shot = photo;
    await sender.replaceTrack(track);
    const again = () => {
      shoot(shot);
      shot.timer = setTimeout(again, 1000 / limits.fps);
    };
    again();
    setTimeout(() => shoot(shot), PROBE_MS);   // the encoder swallows the first picture of a track now and then
  }

  async function endPhotos() {
    const shot = photo;
    photo = null;
    if (!shot) return;
    clearTimeout(shot.timer);
    shot.track.stop();
    if (shot.sender.track === shot.track) await shot.sender.replaceTrack(shot.camera).catch(() => {});
  }

  // Fits the rate to the limits, which know how many calls share the line; `maxKbps` is the call's own bound.
  const rateOf = (maxKbps) => (bound() ? Math.min(maxKbps, limits.kbps) : maxKbps);
  const bound = () => Boolean(limits && limits.kbps);
  const motion = () => Boolean(limits && limits.motion);

  function shape(parameters, sender) {
    const height = Math.min((limits && limits.height_px) || Infinity, HEIGHTS[lower]), fps = limits && limits.fps;
    const shot = photo && photo.sender === sender;
    const settings = sender.track && sender.track.getSettings ? sender.track.getSettings() : {};
    parameters.encodings.forEach((encoding) => {
      encoding.active = !silent && !paused;
      encoding.scaleResolutionDownBy = !shot && settings.height > height ? settings.height / height : 1;
      if (fps && fps >= 1) encoding.maxFramerate = fps;
      else delete encoding.maxFramerate;
    });
  }

  // Takes a look at the first pictures, {frames, bytes} since the beginning: is one so large that the line needs a third
  // of a second for it? Then the picture pauses until `goOn` and gets its fewest rows. The first whole picture of any
  // face is large too, but the next ones follow at once and are small; where everything moves, none is made meanwhile.
  function flood(sent) {
    if (!bound() || silent || lower > 0 || limits.fps < LIVELY_FPS) return false;
    if (sent.bytes * 8 / sent.frames < FLOOD_S * 1000 * limits.kbps) return false;
    lower = HEIGHTS.length - 1;
    settling = SETTLE_S;
    return paused = true;
  }

  function goOn() {
    paused = false;
  }

  // Takes a second's look at what is sent: {fps, filmed, share, over}, `share` being what the transport allows of our
  // bound, `over` what the encoder makes of that, `filmed` how many pictures the camera made. Gives whether the size
  // changed. A picture full of motion overruns a narrow line at any rate asked for, and the voice with it.
  function strain(picture) {
    if (!bound() || silent) return false;   // nobody governs, or there is nothing to judge by
    const few = limits.fps > 0 && limits.fps < LIVELY_FPS;
    const starved = picture.fps < SLOW_FPS && picture.share < 0.5, leavesOut = picture.fps < LEAST_FPS && picture.fps < picture.filmed / 2;
    const bad = (starved || leavesOut) && !few, good = picture.fps >= LIVELY_FPS && picture.share > 0.8;
    const overruns = picture.over > OVERRUN && !few;
    if (settling > 0) return settling-- < 0;   // what is sent now is of the size before
    strained = overruns ? STRAINED_S : bad ? strained + 1 : 0;
    calm = !overruns && (good || few) ? calm + 1 : 0;
    sinceRaise += 1;
    const before = lower;
    if (strained >= STRAINED_S && lower < HEIGHTS.length - 1) {
      lower = picture.over > GROSS ? HEIGHTS.length - 1 : lower + 1;
      settling = SETTLE_S;
      patience = sinceRaise <= RELAPSE_S ? Math.min(MOST_PATIENCE, patience * 2) : 1;
    } else if (calm >= CALM_S * patience && lower > 0) {
      lower -= 1;
      sinceRaise = 0;
    }
    if (lower !== before) strained = calm = 0;
    return lower !== before;
  }

  function begin() {
    lower = strained = calm = settling = 0;
    [sinceRaise, patience] = [Infinity, 1];
    silent = paused = false;
  }

  // Nothing comes: the line is cut. Pictures that are sent now are lost, and the other end would ask for each packet of
  // them before it looks at a new one; so none are sent, and the first one afterwards is whole.
  function setSilent(on) {
    silent = on;
    strained = calm = 0;
  }

  async function set(wanted) {
    limits = wanted;
    const sender = senderOf();
    const isPhoto = limits.fps > 0 && limits.fps < 1;
    if (photo && (!isPhoto || photo.sender !== sender)) await endPhotos();
    if (isPhoto && !photo && sender && sender.track) await startPhotos(sender);
  }

  return { set, rateOf, bound, motion, shape, flood, goOn, strain, begin, setSilent, again: () => (limits ? set(limits) : null), end: endPhotos,
    photos: () => photo !== null };
}
