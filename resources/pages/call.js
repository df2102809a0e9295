// SPDX-License-Identifier: GPL-3.0-only
// One call in a browser's own WebRTC: offers, applies the answer, shows both pictures, counts what really arrives.
// The kiosk runs it in call.html; its host calls `reply(id, promise)` and hears {kind, name, ...} through `host.tell`.
"use strict";

const host = (() => {
  const waiting = [];
  let bridge = null;
  const send = (message) => {
    const text = JSON.stringify(message);
    if (bridge) bridge.tell(text);
    else waiting.push(text);
  };
  new QWebChannel(qt.webChannelTransport, (channel) => {
    bridge = channel.objects.bridge;
    waiting.splice(0).forEach((text) => bridge.tell(text));
  });
  return { tell: (name, detail) => send({ kind: "event", name, detail: detail || {} }), send };
})();

// The host's way to await what a script gives.
async function reply(id, work) {
  try {
    const value = await work();
    host.send({ kind: "reply", id, value: value === undefined ? null : value });
  } catch (error) {
    host.send({ kind: "reply", id, error: String(error).slice(0, 300) });
  }
}

// Camera and microphone, and our own small picture: one for all calls.
const own = (() => {
  const box = document.getElementById("own");
  const video = box.querySelector("video");
  let devices = [];            // what must be stopped at the end: {track, stop()}
  let simulated = false;
  let opening = Promise.resolve();
  let on = { video: true, audio: true };
  const users = new Set();     // the calls that need them

  async function device(kind, options) {
    try {
      const picture = { width: options.width, height: options.height, frameRate: options.fps };
      const sound = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
      const stream = await navigator.mediaDevices.getUserMedia(kind === "video" ? { video: picture } : { audio: sound });
      const track = stream.getTracks()[0];
      return { track, stop: () => track.stop() };
    } catch (error) {
      host.tell("device_missing", { kind, why: error.name });
      return null;
    }
  }

  async function reopen(options) {
    const live = devices.length && devices.every((d) => d.track.readyState === "live");
    if (live && simulated === options.simulated) return;
    close();
    simulated = options.simulated;
    const opened = simulated
      ? [simulatedCaller.camera(options.width, options.height, options.fps), simulatedCaller.microphone()]
      : await Promise.all([device("video", options), device("audio", options)]);
    devices = opened.filter(Boolean);
    const picture = devices.find((d) => d.track.kind === "video");
    box.hidden = !picture;
    video.srcObject = picture ? new MediaStream([picture.track]) : null;
    video.classList.toggle("mirrored", !simulated);
    box.querySelector("p").textContent = simulated ? TEXTS.youSimulated : TEXTS.you;
    set(on.video, on.audio);
  }

  // One opening after the other: two calls that begin together share what the first has opened.
  async function open(user, options) {
    users.add(user);
    opening = opening.then(() => reopen(options));
    await opening;
    return { devices, simulated };
  }

  function close() {
    devices.splice(0).forEach((d) => d.stop());
    video.srcObject = null;
    box.hidden = true;
  }

  function release(user) {
    users.delete(user);
    if (!users.size) {
      on = { video: true, audio: true };
      close();
    }
  }

  function set(cameraOn, microphoneOn) {
    on = { video: cameraOn, audio: microphoneOn };
    devices.forEach((d) => { d.track.enabled = on[d.track.kind]; });
    video.style.visibility = cameraOn ? "visible" : "hidden";
  }

  return { open, release, set };
})();

// A few soft notes while the caller waits: made here, note by note.
const music = (() => {
  const NOTES_HZ = [392, 493.9, 587.3, 493.9, 440, 523.3, 659.3, 523.3];
  const EVERY_S = 1.1, LENGTH_S = 2.0, LOUDNESS = 0.035;
  let context = null, timer = 0, step = 0;

  function note() {
    const begin = context.currentTime + 0.05;
    const tone = new OscillatorNode(context, { type: "sine", frequency: NOTES_HZ[step++ % NOTES_HZ.length] });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(LOUDNESS, begin + 0.25);
    gain.gain.exponentialRampToValueAtTime(0.0005, begin + LENGTH_S);
    tone.connect(gain).connect(context.destination);
    tone.start(begin);
    tone.stop(begin + LENGTH_S);
  }

  function play() {
    if (context) return;
    context = new AudioContext();
    step = 0;
    note();
    timer = setInterval(note, EVERY_S * 1000);
  }

  function stop() {
    clearInterval(timer);
    if (context) context.close();
    context = null;
  }

  return { play, stop, playing: () => context !== null };
})();

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

// One call of this page: `name` is that of its tile and of its events.
function makeCall(name) {
  const GATHER_MS = 1500;
  const UNSEEN_FRAMES = 25;
  const tile = document.getElementById(name);
  const remote = tile.querySelector("video");
  const message = tile.querySelector(".message");
  const label = tile.querySelector(".simulated");
  const probe = Object.assign(document.createElement("canvas"), { width: 64, height: 36 });
  const probePen = probe.getContext("2d", { willReadFrequently: true });

  let pc = null;
  let retired = null;          // the call before, until this one is answered
  let pictureSender = null;
  let limit = { max_kbps: 0, sharers: 1 };
  let startedAt = 0;           // performance.now() of the accept
  let firstFrameMs = null;
  let energy = { total: 0, duration: 0, level: 0 };
  let peerCameraOn = true, peerMicrophoneOn = true;
  const governed = makeGoverned(() => pictureSender);

  const tell = (event, detail) => host.tell(event, { ...detail, peer: name });

  // ---- what the caller sees ----------------------------------------------------------------------------------------

  function say(text, beside) {
    message.hidden = !text;
    message.textContent = text || "";
    message.classList.toggle("beside", Boolean(beside));
  }

  function showState(state) {
    const frozen = state === "disconnected" || state === "failed";
    remote.classList.toggle("frozen", frozen);
    if (frozen) say(TEXTS.unstable, true);
    else if (firstFrameMs === null) say(name === "call" ? TEXTS.connecting : TEXTS.connectingThird,
      !remote.classList.contains("waiting"));
    else if (!peerCameraOn) say(TEXTS.agentCameraOff);
    else say(peerMicrophoneOn ? "" : TEXTS.agentMicrophoneOff);
  }

  // The picture fills the pane unless that would cut away more than 60 % of it: a face is in the middle.
  function fit() {
    const pane = tile.clientWidth / (tile.clientHeight || 1);
    const picture = remote.videoWidth / (remote.videoHeight || 1) || pane;
    remote.classList.toggle("whole", Math.min(pane / picture, picture / pane) < 0.4);
  }
  addEventListener("resize", fit);
  remote.addEventListener("resize", fit);

  // ---- the connection ----------------------------------------------------------------------------------------------

  function closeConnection(connection) {
    if (!connection) return;
    connection.onconnectionstatechange = connection.ontrack = null;
    connection.close();
  }

  // A call that has its answer goes on until the next one has its own: the desk sees no break.
  function retireConnection() {
    if (!pc) return;
    pc.onconnectionstatechange = pc.ontrack = null;
    if (pc.signalingState === "stable") {
      closeConnection(retired);
      retired = pc;
    } else {
      closeConnection(pc);
    }
    pc = null;
  }

  function preferCodec(transceiver, codec) {
    const all = RTCRtpSender.getCapabilities("video").codecs;
    const wanted = all.filter((c) => c.mimeType.toLowerCase() === `video/${codec}`);
    const around = all.filter((c) => /\/(rtx|red|ulpfec)$/i.test(c.mimeType));
    if (wanted.length) transceiver.setCodecPreferences([...wanted, ...around]);
  }

  // Life-size beats smooth: at a narrow line fewer pictures a second, never smaller ones.
  async function limitPicture(maxKbps) {
    const parameters = pictureSender.getParameters();
    const kbps = governed.rateOf(maxKbps, limit.sharers);
    parameters.degradationPreference = limit.sharers > 1 ? "balanced" : "maintain-resolution";
    parameters.encodings.forEach((encoding) => { encoding.maxBitrate = Math.round(kbps * 1000); });
    governed.shape(parameters, pictureSender);
    await pictureSender.setParameters(parameters);
  }

  // What the line carries now, as Chromium estimates it; the most we may send when it does not know yet.
  async function lineKbps() {
    let bps = 0;
    if (pc) (await pc.getStats()).forEach((report) => {
      if (report.type === "candidate-pair" && report.nominated) bps = Math.max(bps, report.availableOutgoingBitrate || 0);
    });
    return bps ? Math.min(bps / 1000, limit.max_kbps) : limit.max_kbps;
  }

  // Several calls share the line up: the picture takes an equal part, the voice keeps its own.
  async function share(sharers) {
    limit.sharers = sharers;
    if (!pictureSender) return 0;
    const kbps = sharers > 1 ? Math.max(MIN_PICTURE_KBPS, (await lineKbps()) / sharers) : limit.max_kbps;
    await limitPicture(kbps);
    sharedKbps = sharers > 1 ? kbps : 0;
    return Math.round(kbps);
  }

  // The governor's limits; 0 is no bound. Gives whether photos are sent now.
  async function govern(limits) {
    await governed.set(limits);
    if (pictureSender) await limitPicture(limit.sharers > 1 && sharedKbps ? sharedKbps : limit.max_kbps);
    return governed.photos();
  }

  function gathered(connection) {
    return new Promise((resolve) => {
      const done = () => connection.iceGatheringState === "complete" && resolve();
      connection.addEventListener("icegatheringstatechange", done);
      setTimeout(resolve, GATHER_MS);
      done();
    });
  }

  function onFirstFrame(connection, now) {
    if (connection !== pc || firstFrameMs !== null) return;
    firstFrameMs = now - startedAt;
    remote.classList.remove("waiting");
    fit();
    showState(connection.connectionState);
    tell("first_frame", { ms: firstFrameMs });
  }

  // Opens camera and microphone and gives {sdp, simulated}. Options: simulated, width, height, fps, max_kbps, sharers,
  // ice_servers, since_accept_ms, codec.
  async function offer(options) {
    retireConnection();
    tile.hidden = false;
    arrange();
    const { devices, simulated } = await own.open(name, options);
    const connection = new RTCPeerConnection({ iceServers: options.ice_servers });
    pc = connection;
    startedAt = performance.now() - options.since_accept_ms;
    firstFrameMs = null;
    energy = { total: 0, duration: 0, level: 0 };
    peerCameraOn = peerMicrophoneOn = true;
    remote.classList.remove("dark");
    showState("new");
    connection.onconnectionstatechange = () => {
      showState(connection.connectionState);
      tell("state", { state: connection.connectionState });
    };
    const arrived = new MediaStream();
    connection.ontrack = (event) => {
      arrived.addTrack(event.track);
      remote.srcObject = arrived;
      if (event.track.kind === "video") remote.requestVideoFrameCallback((now) => onFirstFrame(connection, now));
    };
    limit = { max_kbps: options.max_kbps, sharers: options.sharers };
    for (const kind of ["audio", "video"]) {
      const found = devices.find((d) => d.track.kind === kind);
      const transceiver = connection.addTransceiver(found ? found.track : kind, { direction: found ? "sendrecv" : "recvonly" });
      if (kind === "video") {
        preferCodec(transceiver, options.codec);
        pictureSender = found ? transceiver.sender : null;
        if (found) await limitPicture(options.sharers > 1 && sharedKbps ? sharedKbps : options.max_kbps);
      }
    }
    await governed.again();
    await connection.setLocalDescription(await connection.createOffer());
    await gathered(connection);
    return { sdp: connection.localDescription.sdp, simulated };
  }

  async function accept(sdp, peerSimulated) {
    if (!pc) throw new Error("no call");
    await pc.setRemoteDescription({ type: "answer", sdp });
    closeConnection(retired);
    retired = null;
    label.hidden = !peerSimulated;
    label.textContent = TEXTS.simulated;
    return true;
  }

  function stopMedia() {
    governed.end();
    closeConnection(pc);
    closeConnection(retired);
    pc = retired = pictureSender = null;
    own.release(name);
    remote.srcObject = null;
    remote.classList.add("waiting");
    label.hidden = true;
    say("");
  }

  function hangUp() {
    stopMedia();
    held(false);
    tile.hidden = name !== "call";
    arrange();
    return true;
  }

  // ---- hold --------------------------------------------------------------------------------------------------------

  function held(on) {
    if (name !== "call") return;
    document.getElementById("hold").hidden = !on;
    if (on) music.play();
    else music.stop();
  }

  // Camera and microphone are given back and nothing is sent or received; the next offer begins anew.
  function hold(on) {
    if (on) stopMedia();
    held(on);
    return true;
  }

  // ---- switches and counts -----------------------------------------------------------------------------------------

  function setOwn(cameraOn, microphoneOn) {
    own.set(cameraOn, microphoneOn);
    return true;
  }

  function setPeer(cameraOn, microphoneOn) {
    peerCameraOn = cameraOn;
    peerMicrophoneOn = microphoneOn;
    remote.classList.toggle("dark", !cameraOn);
    showState(pc ? pc.connectionState : "closed");
    return true;
  }

  // CRC-32 of a small readback of what is on the screen: changes only when the picture does.
  function checksum() {
    if (firstFrameMs === null) return "";
    probePen.drawImage(remote, 0, 0, probe.width, probe.height);
    const bytes = probePen.getImageData(0, 0, probe.width, probe.height).data;
    let crc = 0xffffffff;
    for (let i = 0; i < bytes.length; i++) crc = CRC[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
    return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
  }

  // RMS of the decoded sound since the last time we asked.
  function levelOf(report) {
    const total = report.totalAudioEnergy || 0;
    const duration = report.totalSamplesDuration || 0;
    if (duration > energy.duration) {
      energy = { total, duration, level: Math.sqrt(Math.max(0, total - energy.total) / (duration - energy.duration)) };
    }
    return Math.min(1, energy.level);
  }

  async function seen() {
    const result = { frames: 0, width_px: 0, height_px: 0, checksum: checksum(),
      audio_packets: 0, audio_level: 0, state: pc ? pc.connectionState : "closed" };
    const connection = pc;
    const reports = connection ? await connection.getStats() : new Map();
    reports.forEach((report) => {
      if (report.type !== "inbound-rtp") return;
      if (report.kind === "video") {
        result.frames = report.framesDecoded || 0;
        result.width_px = report.frameWidth || 0;
        result.height_px = report.frameHeight || 0;
      } else {
        result.audio_packets = report.packetsReceived || 0;
        result.audio_level = levelOf(report);
      }
    });
    // A pane that nobody sees paints nothing; its pictures count all the same.
    if (firstFrameMs === null && result.frames > UNSEEN_FRAMES) onFirstFrame(connection, performance.now());
    return { ...result, first_frame_ms: firstFrameMs };
  }

  return { offer, accept, hangUp, hold, share, setOwn, setPeer, seen, govern, line: () => lineCounts(pc) };
}

const MIN_PICTURE_KBPS = 60;
let sharedKbps = 0;            // each call's part of the line while several share it, 0 for no bound

function arrange() {
  document.body.classList.toggle("three", !document.getElementById("third").hidden);
  dispatchEvent(new Event("resize"));
}

// Who is who, while there are two faces.
function showNames(agent, thirdPerson) {
  for (const [id, text] of [["call", thirdPerson ? agent : ""], ["third", thirdPerson]]) {
    const place = document.querySelector(`#${id} .name`);
    place.hidden = !text;
    place.textContent = text;
  }
  return true;
}

const call = makeCall("call");     // with the agent
const third = makeCall("third");   // with a third person

host.tell("ready");
