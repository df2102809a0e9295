// SPDX-License-Identifier: GPL-3.0-only
// One call in a browser's own WebRTC: offers or answers, shows the other's picture, counts what really arrives.
// The kiosk runs it in call.html, and so does a desk whose engine is the browser; call_own.js has what calls share,
// call_words.js what their descriptions say, call_line.js what the line does to a call.
"use strict";

// Nobody is left with "connecting": after a while it is said that it takes long, then what can be done.
const SLOW_MS = 10000, LONG_MS = 60000;
function connectingWords(waitedMs) {
  if (waitedMs >= LONG_MS) return TEXTS.connectingLong;
  return waitedMs >= SLOW_MS ? TEXTS.connectingSlow : TEXTS.connecting;
}

// One call of this page: `name` is that of its tile and of its events.
function makeCall(name) {
  const ARRIVING_MS = 40, STRAIN_MS = 1000, FIRST_MS = 100, FIRST_LOOKS = 12, PAUSE_MS = 500;
  const UNSEEN_FRAMES = 25;
  const FRESH_MS = 60000;
  const tile = document.getElementById(name);
  const remote = tile.querySelector("video");
  const message = tile.querySelector(".message");
  const label = tile.querySelector(".simulated");
  const probe = Object.assign(document.createElement("canvas"), { width: 64, height: 36 });
  const probePen = probe.getContext("2d", { willReadFrequently: true });

  let link = null;             // the present call: {connection, arrived, senders}
  let retired = null;          // the call before, until this one is answered
  let prepared = null;         // an offer made before anybody accepted: {key, link, madeAt}
  let limit = { max_kbps: 0, sharers: 1 };
  let startedAt = 0;           // performance.now() of the accept
  let firstFrameMs = null;
  let energy = { total: 0, duration: 0, level: 0 };
  let peerCameraOn = true, peerMicrophoneOn = true;

  const governed = makeGoverned(() => link && link.senders.video);

  const emit = (event, detail) => host.emit(event, { ...detail, peer: name });

  // ---- what the caller sees ----------------------------------------------------------------------------------------

  function showText(text, beside) {
    message.hidden = !text;
    message.textContent = text || "";
    message.classList.toggle("beside", Boolean(beside));
  }

  function showState(state) {
    const frozen = state === "disconnected" || state === "failed";
    remote.classList.toggle("frozen", frozen);
    if (frozen) showText(TEXTS.unstable, true);
    else if (firstFrameMs === null && (peerCameraOn || state !== "connected")) showText(name === "call" ? connectingWords(performance.now() - startedAt) : TEXTS.connectingThird,
      !remote.classList.contains("waiting"));
    else if (!peerCameraOn) showText(TEXTS.agentCameraOff);
    else showText(peerMicrophoneOn ? "" : TEXTS.agentMicrophoneOff, true);   // beside: the face is never covered
  }

  function showStateLater(made) {
    for (const after of [SLOW_MS, LONG_MS]) {
      const left = startedAt + after - performance.now();
      if (left > 0) setTimeout(() => made === link && showState(made.connection.connectionState), left);
    }
  }

  // The picture fills the pane unless that would cut away more than 60 % of it: a face is in the middle.
  function fit() {
    const pane = tile.clientWidth / (tile.clientHeight || 1);
    const picture = remote.videoWidth / (remote.videoHeight || 1) || pane;
    remote.classList.toggle("whole", Math.min(pane / picture, picture / pane) < 0.4);
  }
  // As large as in the room: the whole picture would be `share` of the screen's width wide; its eyes near the top.
  let lifeShare = 0;
  function lifeSize(share) {
    lifeShare = share;
    fitLife();
    return true;
  }

  // While a question stands the face is whole, its mouth too, and the caller's own picture is away.
  function showAsking(on) {
    document.body.classList.toggle("asking", on);
    fitLife();
    return true;
  }

  function fitLife() {
    const width = lifeShare * screen.width, height = width * (remote.videoHeight / (remote.videoWidth || 1) || 9 / 16);
    const useful = lifeShare > 0 && name === "call" && !document.body.classList.contains("asking") && (width >= tile.clientWidth * 0.3 || height >= tile.clientHeight * 0.3);
    const top = Math.min(0, Math.max(tile.clientHeight - height, 0.3 * tile.clientHeight - 0.4 * height));
    Object.assign(remote.style, useful
      ? { width: `${width}px`, height: `${height}px`, left: `${(tile.clientWidth - width) / 2}px`, right: "auto",
        top: `${height < tile.clientHeight ? 0 : top}px`, bottom: "auto" }
      : { width: "", height: "", left: "", right: "", top: "", bottom: "" });
  }
  function fitBoth() {
    fitLife();
    fit();
  }
  new ResizeObserver(fitBoth).observe(tile);     // of another size, also when the caller's own picture comes
  remote.addEventListener("resize", fitBoth);

  // ---- the connection ----------------------------------------------------------------------------------------------

  // A connection that is not ours yet. Its senders get their tracks when camera and microphone are open: nobody waits.
  function connect(options) {
    const made = { connection: new RTCPeerConnection(wayOf(options)), arrived: new MediaStream(), senders: {},
      limiting: Promise.resolve() };
    made.connection.onconnectionstatechange = () => {
      if (made !== link) return;
      showState(made.connection.connectionState);
      emit("state", { state: made.connection.connectionState });
    };
    made.connection.ontrack = (event) => {
      made.arrived.addTrack(event.track);
      if (made === link && !retired) showArrived();
    };
    return made;
  }

  // The first packet of the present call: the one before, if it still goes on, has done its work. Chromium's "unmute"
  // comes with the description, before any packet, and at who answers before the call is the present one.
  function awaitPackets(made) {
    if (made !== link) return;
    if (!made.connection.getReceivers().some((receiver) => receiver.getSynchronizationSources().length)) {
      setTimeout(() => awaitPackets(made), ARRIVING_MS);
      return;
    }
    showArrived();
    endRetired();
  }

  function showArrived() {
    const shown = link;
    if (remote.srcObject === shown.arrived) return;
    remote.srcObject = shown.arrived;
    remote.requestVideoFrameCallback((now) => onFirstFrame(shown, now));
  }

  function closeLink(old) {
    if (!old) return;
    old.connection.onconnectionstatechange = old.connection.ontrack = null;
    old.connection.close();
  }

  // A call that has its answer goes on until the next one has its own: the other end sees no break.
  function retireLink() {
    if (!link) return;
    if (link.connection.signalingState === "stable") {
      closeLink(retired);
      retired = link;
    } else {
      closeLink(link);
    }
    link = null;
  }

  function endRetired() {
    closeLink(retired);
    retired = null;
  }

  // One after the other: a sender's settings are read, amended and set.
  async function limitPicture(maxKbps) {
    const made = link;
    if (!made) return;
    made.limiting = made.limiting.catch(() => {}).then(() => (made === link ? limitNow(maxKbps) : null));
    await made.limiting;
  }

  // Life-size beats smooth: at a narrow line fewer pictures a second, never smaller ones; unless hands talk.
  async function limitNow(maxKbps) {
    const sender = link && link.senders.video;
    if (!sender) return;
    const parameters = sender.getParameters();
    if (!parameters.encodings.length) return;
    const kbps = governed.rateOf(maxKbps);
    const equal = limit.sharers > 1 && !governed.bound() ? "balanced" : "maintain-resolution";
    parameters.degradationPreference = governed.motion() ? "maintain-framerate" : equal;
    parameters.encodings.forEach((encoding) => { encoding.maxBitrate = Math.round(kbps * 1000); });
    governed.shape(parameters, sender);
    await sender.setParameters(parameters);
  }

  // The other end has not even heard of the call when this is done: nobody waits for it.
  const limitSoon = () => limitPicture(startKbps()).catch((error) => host.emit("settings_refused", { why: error.name }));

  // Another change of the same sender may be under way: a picture must not stay away.
  const limitSurely = (made) => {
    if (made === link) limitPicture(startKbps()).catch(() => setTimeout(() => limitSurely(made), ARRIVING_MS));
  };

  // Is the encoder's least still more than the line takes? Its first pictures tell soonest, later ones once a second.
  async function watchStrain(made, before, looks = 0) {
    const first = looks < FIRST_LOOKS;
    await new Promise((resolve) => setTimeout(resolve, first ? FIRST_MS : STRAIN_MS));
    if (made !== link) return;
    const now = await sentPictures(made.senders.video);
    if (made !== link) return;
    if (now && first) {
      if (governed.flood(now)) await pausePicture(made);
    } else if (before && now && now.target_kbps && now.frames >= before.frames) {
      const fps = (now.frames - before.frames) * 1000 / (now.at - before.at);
      const share = now.target_kbps / governed.rateOf(startKbps());
      const over = (now.bytes - before.bytes) * 8 / (now.at - before.at) / Math.max(before.target_kbps, now.target_kbps);
      if (governed.strain({ fps, filmed: now.filmed, share, over })) await limitPicture(startKbps()).catch(() => {});
    }
    watchStrain(made, now, looks + (now ? 1 : 0));
  }

  // A picture too large for the line is on its way. The next one would still be of that size, and find the line's queue
  // full: for a moment none is made.
  async function pausePicture(made) {
    limitSurely(made);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    governed.goOn();
    limitSurely(made);
  }

  // What the line carries now, as Chromium estimates it; the most we may send when it does not know yet.
  async function lineKbps() {
    let bps = 0;
    if (link) (await link.connection.getStats()).forEach((report) => {
      if (report.type === "candidate-pair" && report.nominated) bps = Math.max(bps, report.availableOutgoingBitrate || 0);
    });
    return bps ? Math.min(bps / 1000, limit.max_kbps) : limit.max_kbps;
  }

  // Several calls share the line up: the picture takes an equal part, the voice keeps its own.
  async function share(sharers) {
    limit.sharers = sharers;
    if (!link || !link.senders.video) return 0;
    const kbps = sharers > 1 ? Math.max(MIN_PICTURE_KBPS, (await lineKbps()) / sharers) : limit.max_kbps;
    await limitPicture(kbps);
    sharedKbps = sharers > 1 ? kbps : 0;
    return Math.round(kbps);
  }

  // The governor's limits; 0 is no bound. Gives whether photos are sent now.
  async function govern(limits) {
    await governed.set(limits);
    await limitPicture(startKbps());
    return governed.photos();
  }

  const startKbps = () => (limit.sharers > 1 && sharedKbps && !governed.bound() ? sharedKbps : limit.max_kbps);

  // A relay that does not answer is said: without it nobody would know why some calls find no way.
  function checkRelay(connection, options) {
    const wanted = options.relay_only || options.ice_servers.some((server) => /^turns?:/.test(server.urls));
    if (!wanted || / typ relay /.test(connection.localDescription.sdp)) return;
    emit("relay_failed", {});
    if (options.relay_only) throw new Error("no relay");
  }

  function onFirstFrame(shown, now) {
    if (shown !== link || firstFrameMs !== null) return;
    firstFrameMs = now - startedAt;
    remote.classList.remove("waiting");
    fit();
    showState(shown.connection.connectionState);
    emit("first_frame", { ms: firstFrameMs, ago_ms: Math.max(0, performance.now() - now),
      width: remote.videoWidth, height: remote.videoHeight });
  }

  async function attach(made, trackOf) {
    await governed.end();
    await Promise.all(["audio", "video"].map((kind) => {
      const sender = made.senders[kind];
      return sender && sender.track !== trackOf(kind) ? sender.replaceTrack(trackOf(kind)) : null;
    }));
    await governed.again();
  }

  // Camera and microphone are opened while the two ends agree.
  function openOwn(options, made) {
    own.open(name, options, (trackOf) => attach(made, trackOf).catch((error) => host.emit("track_refused", { why: error.name })));
    return options.camera === "simulated";
  }

  function begin(made, options) {
    link = made;
    startedAt = performance.now() - options.since_accept_ms;
    firstFrameMs = null;
    energy = { total: 0, duration: 0, level: 0 };
    peerCameraOn = peerMicrophoneOn = true;
    remote.classList.remove("dark");
    limit = { max_kbps: options.max_kbps, sharers: options.sharers };
    tile.hidden = false;
    arrange();
    showState("new");
    showStateLater(made);
    speakTo(options.speaker);
    awaitPackets(made);
    governed.begin();
    watchStrain(made, null);
    watchSilence(made, (one) => one === link, (silent) => {
      governed.setSilent(silent);
      limitSurely(made);
    });
  }

  async function speakTo(label) {
    const found = await shelf.find("speaker", label);
    if (remote.setSinkId) await remote.setSinkId(found ? found.deviceId : "").catch(() => {});
    return true;
  }

  async function makeOffer(options, hurry = true) {
    const made = connect(options);
    for (const kind of ["audio", "video"]) {
      const transceiver = made.connection.addTransceiver(kind, { direction: "sendrecv" });
      preferCodecs(transceiver, kind, options.codecs);
      made.senders[kind] = transceiver.sender;
    }
    await made.connection.setLocalDescription(await made.connection.createOffer());
    await gathered(made.connection, options, hurry);
    try {
      checkRelay(made.connection, options);
    } catch (error) {
      closeLink(made);
      throw error;
    }
    return made;
  }

  const keyOf = (options) => JSON.stringify([options.ice_servers, options.relay_only, options.codecs]);

  // Makes the next offer before it is needed: what takes time is done when the call begins.
  async function prepare(options) {
    if (link || (prepared && prepared.key === keyOf(options) && performance.now() - prepared.madeAt < FRESH_MS / 2)) return false;
    const made = await makeOffer(options, false);
    if (options.camera === "simulated") simulatedPerson.warm(options.width, options.height);
    unprepare();
    prepared = { key: keyOf(options), link: made, madeAt: performance.now() };
    return true;
  }

  function unprepare() {
    if (prepared) closeLink(prepared.link);
    prepared = null;
    return true;
  }

  async function freshOffer(options) {
    const ready = prepared;
    prepared = null;
    if (ready && ready.key === keyOf(options) && performance.now() - ready.madeAt < FRESH_MS) return ready.link;
    if (ready) closeLink(ready.link);
    return makeOffer(options);
  }

  // Gives {sdp, simulated}. Options: camera, microphone, speaker, width, height, fps, max_kbps, sharers, ice_servers,
  // since_accept_ms, codecs.
  async function offer(options) {
    retireLink();
    const made = await freshOffer(options);
    retireLink();              // another offer may have been made meanwhile
    begin(made, options);
    const simulated = openOwn(options, made);
    limitSoon();
    return { sdp: withoutLocalNames(made.connection.localDescription.sdp), simulated };
  }

  async function accept(sdp, peerSimulated) {
    if (!link) throw new Error("no call");
    await link.connection.setRemoteDescription({ type: "answer", sdp });
    showSimulated(peerSimulated);
    return true;
  }

  // The other way round: an offer in, {sdp, simulated} out. A bad one leaves the present call as it is.
  async function answer(sdp, options) {
    const made = connect(options);
    try {
      await made.connection.setRemoteDescription({ type: "offer", sdp });
      for (const transceiver of made.connection.getTransceivers()) {
        const kind = transceiver.receiver.track.kind;
        if (made.senders[kind]) continue;
        transceiver.direction = "sendrecv";
        preferCodecs(transceiver, kind, options.codecs);
        made.senders[kind] = transceiver.sender;
      }
      await made.connection.setLocalDescription(await made.connection.createAnswer());
      await gathered(made.connection, options);
      checkRelay(made.connection, options);
    } catch (error) {
      closeLink(made);
      throw error;
    }
    retireLink();
    begin(made, options);
    if (!retired) showArrived();
    const simulated = openOwn(options, made);
    limitSoon();
    return { sdp: withoutLocalNames(made.connection.localDescription.sdp), simulated };
  }

  function showSimulated(peerSimulated) {
    label.hidden = !peerSimulated;
    label.textContent = TEXTS.simulated;
  }

  function stopMedia() {
    governed.end();
    closeLink(link);
    endRetired();
    unprepare();
    link = null;
    own.release(name);
    remote.srcObject = null;
    remote.classList.add("waiting");
    label.hidden = true;
    showText("");
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
    showState(link ? link.connection.connectionState : "closed");
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

  // What lineCounts leaves out: codecs, freezes, how long a voice waits to be heard.
  function addFaces(reports, result) {
    const codecOf = (report) => ((reports.get(report.codecId) || {}).mimeType || "").replace("video/", "").toLowerCase();
    reports.forEach((report) => {
      const isPicture = report.kind === "video";
      if (report.type === "inbound-rtp" && isPicture) {
        result.codec = codecOf(report);
        result.freezes = report.freezeCount || 0;
        result.frozen_s = report.totalFreezesDuration || 0;
      } else if (report.type === "inbound-rtp") {
        result.audio_level = levelOf(report);
        result.voice_delay_ms = 1000 * (report.jitterBufferDelay || 0) / (report.jitterBufferEmittedCount || 1);
      } else if (report.type === "outbound-rtp" && isPicture) {
        result.sent_codec = codecOf(report);
        result.target_kbps = Math.round((report.targetBitrate || 0) / 1000);
      }
    });
  }

  async function seen() {
    const counted = link;
    const connection = counted && counted.connection;
    const result = { ...await lineCounts(connection), checksum: checksum(), audio_level: 0, codec: "", freezes: 0, frozen_s: 0,
      voice_delay_ms: 0, sent_codec: "", target_kbps: 0, state: connection ? connection.connectionState : "closed" };
    if (connection) addFaces(await connection.getStats(), result);
    // A pane that nobody sees paints nothing; its pictures count all the same.
    if (counted && firstFrameMs === null && result.frames > UNSEEN_FRAMES) onFirstFrame(counted, performance.now());
    return { ...result, first_frame_ms: firstFrameMs };
  }

  return { prepare, unprepare, offer, accept, answer, hangUp, hold, share, govern, setOwn, setPeer, speakTo, seen, lifeSize, showAsking,
    line: () => lineCounts(link && link.connection), sample: (width) => sampled(remote, width) };
}

const MIN_PICTURE_KBPS = 60;
let sharedKbps = 0;            // each call's part of the line while several share it, 0 for no bound

function arrange() {
  document.body.classList.toggle("three", !document.getElementById("third").hidden);
  dispatchEvent(new Event("resize"));
}

const call = makeCall("call");     // with the agent
const third = makeCall("third");   // with a third person

host.emit("ready");
