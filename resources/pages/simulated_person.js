// SPDX-License-Identifier: GPL-3.0-only
// Draws an invented person who breathes, blinks and talks, and hums a quiet tone: used by call.js where a machine has no
// camera and no microphone, and always labelled. An older caller at the kiosk, an agent at the desk. Lengths are in units
// of a 640 x 360 picture.
"use strict";

const simulatedPerson = (() => {
  const AT_DESK = document.body.classList.contains("desk");
  const HEAD = { left: 216, top: 24, width: 208, height: 248, neckX: 320, neckY: 262 };
  const MOUTHS = [0, 0.35, 0.7, 1];
  const CALLER = { skin: "#e6b896", shade: "#cf9c78", light: "#f2cdb0", cheek: "#dc9478", hair: "#c9c9c6", hairLight: "#e2e2df",
    coat: "#6b7f5a", coatShade: "#57694a", collar: "#efe9dc", lips: "#b4655c", inside: "#63292b", brow: "#9c9a95", glasses: "#3f3a44" };
  const AGENT = { ...CALLER, skin: "#c98f6b", shade: "#a9714f", light: "#dba684", cheek: "#b9714f", hair: "#332621",
    hairLight: "#4a3830", coat: "#2f4f6b", coatShade: "#243d54", lips: "#9c4f48", brow: "#2e2320", glasses: "" };
  const COLOURS = AT_DESK ? AGENT : CALLER;
  const PITCH_HZ = AT_DESK ? 220 : 294;

  function canvas(width, height) {
    const made = document.createElement("canvas");
    made.width = Math.round(width);
    made.height = Math.round(height);
    return made;
  }

  // A closed Catmull-Rom curve through the points.
  function shape(pen, points, colour, soft) {
    const n = points.length;
    pen.save();
    pen.filter = soft ? `blur(${soft * pen.unit}px)` : "none";
    pen.fillStyle = colour;
    pen.beginPath();
    pen.moveTo(...points[0]);
    for (let i = 0; i < n; i++) {
      const [a, b, c, d] = [-1, 0, 1, 2].map((k) => points[(i + k + n) % n]);
      pen.bezierCurveTo(b[0] + (c[0] - a[0]) / 6, b[1] + (c[1] - a[1]) / 6, c[0] - (d[0] - b[0]) / 6, c[1] - (d[1] - b[1]) / 6,
        c[0], c[1]);
    }
    pen.fill();
    pen.restore();
  }

  function ellipse(pen, x, y, rx, ry, colour, soft) {
    pen.save();
    pen.filter = soft ? `blur(${soft * pen.unit}px)` : "none";
    pen.fillStyle = colour;
    pen.beginPath();
    pen.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI);
    pen.fill();
    pen.restore();
  }

  function line(pen, width, colour, trace) {
    pen.lineWidth = width;
    pen.strokeStyle = colour;
    pen.lineCap = "round";
    pen.beginPath();
    trace(pen);
    pen.stroke();
  }

  function penOn(target, unit, left, top) {
    const pen = target.getContext("2d");
    pen.scale(unit, unit);
    pen.translate(-left, -top);
    pen.unit = unit;
    return pen;
  }

  // A booth in a town hall, out of focus: a warm wall, a door with daylight, a poster.
  function room(unit) {
    const sharp = canvas(640 * unit, 360 * unit);
    const pen = penOn(sharp, unit, 0, 0);
    const wall = pen.createLinearGradient(0, 0, 640, 360);
    wall.addColorStop(0, "#d9cdb9");
    wall.addColorStop(1, "#b3a48d");
    pen.fillStyle = wall;
    pen.fillRect(0, 0, 640, 360);
    const boxes = [["#9fb3c0", 500, 40, 110, 330], ["#dfeaf0", 512, 54, 86, 200], ["#f2efe6", 60, 60, 96, 128],
      ["#3f6d8e", 70, 70, 76, 46], ["#b9b3a6", 72, 128, 70, 6], ["#b9b3a6", 72, 142, 60, 6], ["#b9b3a6", 72, 156, 66, 6],
      ["#8c7a63", 0, 300, 640, 60]];
    for (const [colour, x, y, width, height] of boxes) {
      pen.fillStyle = colour;
      pen.fillRect(x, y, width, height);
    }
    const blurred = canvas(640 * unit, 360 * unit);
    const soft = blurred.getContext("2d");
    soft.drawImage(sharp, 0, 0);
    soft.filter = `blur(${6 * unit}px)`;
    soft.drawImage(sharp, 0, 0);
    return blurred;
  }

  function body(unit) {
    const made = canvas(640 * unit, 380 * unit);
    const pen = penOn(made, unit, 0, 0);
    const c = COLOURS;
    shape(pen, [[146, 420], [152, 356], [178, 318], [242, 292], [300, 276], [340, 276], [398, 292], [462, 318], [488, 356],
      [494, 420]], c.coat);
    shape(pen, [[146, 420], [154, 352], [188, 322], [200, 374], [206, 420]], c.coatShade, 5);
    shape(pen, [[494, 420], [486, 352], [452, 322], [440, 374], [434, 420]], c.coatShade, 5);
    shape(pen, [[290, 226], [350, 226], [352, 268], [344, 290], [320, 304], [296, 290], [288, 268]], c.skin);
    shape(pen, [[290, 226], [350, 226], [350, 248], [330, 266], [310, 266], [290, 248]], c.shade, 4);
    shape(pen, [[284, 272], [300, 292], [318, 308], [306, 330], [280, 304], [270, 284]], c.collar);
    shape(pen, [[356, 272], [340, 292], [322, 308], [334, 330], [360, 304], [370, 284]], c.collar);
    line(pen, 2, c.coatShade, (p) => { p.moveTo(320, 312); p.lineTo(320, 380); });
    for (const y of [332, 360]) ellipse(pen, 327, y, 3.4, 3.4, c.collar);
    return made;
  }

  function eyes(pen, open) {
    for (const x of [289, 351]) {
      line(pen, 4.5, COLOURS.brow, (p) => p.ellipse(x, 150, 17, 9, 0, 1.15 * Math.PI, 1.85 * Math.PI));
      const height = 8 * open;
      if (height > 1) {
        ellipse(pen, x, 164, 12.5, height, "#faf8f5");
        ellipse(pen, x, 164, 6.2, Math.min(height, 7), "#5c7891");
        ellipse(pen, x, 164, 3, Math.min(height, 3), "#1c1c1e");
        ellipse(pen, x + 2.2, 161.4, 1.5, Math.min(1.5, height / 3), "#fff");
        line(pen, 2.2, "#6f5344", (p) => p.ellipse(x, 165, 13.5, height + 1.5, 0, 1.1 * Math.PI, 1.9 * Math.PI));
      } else {
        line(pen, 2.2, "#6f5344", (p) => p.ellipse(x, 162, 13, 4, 0, 0.1 * Math.PI, 0.9 * Math.PI));
      }
      line(pen, 1.3, COLOURS.shade, (p) => p.ellipse(x, 168, 14, 10, 0, 0.25 * Math.PI, 0.75 * Math.PI));
      if (COLOURS.glasses) line(pen, 2.6, COLOURS.glasses, (p) => p.roundRect(x - 23, 146, 46, 36, 14));
    }
    if (!COLOURS.glasses) return;
    line(pen, 2.6, COLOURS.glasses, (p) => p.ellipse(320, 160, 8.5, 5, 0, 1.1 * Math.PI, 1.9 * Math.PI));
    line(pen, 2.6, COLOURS.glasses, (p) => { p.moveTo(266, 158); p.lineTo(250, 154); p.moveTo(374, 158); p.lineTo(390, 154); });
  }

  function mouth(pen, open) {
    const c = COLOURS;
    const drop = 10 * open;
    const wide = 23 - 4 * open;
    shape(pen, [[320 - wide, 220.5], [310, 220], [320, 221.5], [330, 220], [320 + wide, 220.5], [332, 228 + drop],
      [320, 230 + drop], [308, 228 + drop]], c.lips);
    if (open > 0.1) {
      shape(pen, [[325 - wide, 222], [320, 223.5], [315 + wide, 222], [330, 225 + drop], [320, 226 + drop], [310, 225 + drop]],
        c.inside);
      shape(pen, [[309, 223], [320, 223.6], [331, 223], [328, 225 + drop * 0.2], [312, 225 + drop * 0.2]], "#faf8f5");
    } else {
      shape(pen, [[300, 221.5], [320, 224.5], [340, 221.5], [320, 226]], c.inside);
    }
    for (const side of [-1, 1]) {
      line(pen, 1.6, c.shade, (p) => { p.moveTo(320 + side * 20, 200); p.quadraticCurveTo(320 + side * 32, 208, 320 + side * 31, 222); });
    }
  }

  function head(unit, open, lids) {
    const made = canvas(HEAD.width * unit, HEAD.height * unit);
    const pen = penOn(made, unit, HEAD.left, HEAD.top);
    const c = COLOURS;
    ellipse(pen, 320, 58, 34, 25, c.hair);
    ellipse(pen, 314, 52, 20, 12, c.hairLight, 4);
    shape(pen, [[320, 62], [372, 74], [398, 116], [398, 168], [386, 196], [254, 196], [242, 168], [242, 116], [268, 74]], c.hair);
    ellipse(pen, 250, 176, 10, 17, c.skin);
    ellipse(pen, 390, 176, 10, 17, c.skin);
    shape(pen, [[320, 84], [366, 98], [386, 142], [382, 192], [364, 230], [334, 252], [306, 252], [276, 230], [258, 192],
      [254, 142], [274, 98]], c.skin);
    shape(pen, [[386, 142], [382, 192], [364, 230], [334, 252], [322, 252], [356, 224], [370, 182]], c.shade, 6);
    ellipse(pen, 312, 118, 36, 14, c.light, 8);
    ellipse(pen, 280, 200, 15, 11, c.cheek, 6);
    ellipse(pen, 360, 200, 15, 11, c.cheek, 6);
    for (const y of AT_DESK ? [] : [118, 127]) line(pen, 1.2, c.shade, (p) => p.ellipse(320, y + 22, 42, 20, 0, 1.25 * Math.PI, 1.75 * Math.PI));
    shape(pen, [[320, 162], [327, 188], [334, 199], [320, 206], [306, 199], [313, 188]], c.shade, 2.5);
    ellipse(pen, 318, 197, 7, 5, c.light, 3);
    eyes(pen, lids);
    mouth(pen, open);
    shape(pen, [[320, 64], [370, 76], [394, 120], [393, 152], [378, 120], [352, 98], [320, 100], [288, 98], [262, 120],
      [247, 152], [246, 120], [270, 76]], c.hair);
    shape(pen, [[296, 70], [340, 72], [368, 96], [330, 86], [292, 90], [268, 106], [276, 82]], c.hairLight, 4);
    return made;
  }

  function mouthAt(t) {
    if (t % 8 < 3.4) return MOUTHS[0];
    const wave = 0.5 + 0.32 * Math.sin(t * 10.7) + 0.26 * Math.sin(t * 16.3 + 1);
    return MOUTHS[Math.max(0, Math.min(3, Math.floor(wave * 4)))];
  }

  function lidsAt(t) {
    const since = t % 3.7;
    return since > 0.16 ? 1 : since > 0.04 && since < 0.12 ? 0 : 0.45;
  }

  // The parts take some tenths of a second to draw: once per size, before a call where there is time.
  const drawn = new Map();
  function partsOf(unit) {
    if (!drawn.has(unit)) {
      const heads = new Map();
      const headOf = (open, lids) => {
        const key = `${open}/${lids}`;
        if (!heads.has(key)) heads.set(key, head(unit, open, lids));
        return heads.get(key);
      };
      drawn.set(unit, { behind: room(unit), shoulders: body(unit), headOf });
    }
    return drawn.get(unit);
  }

  function warm(width, height) {
    const { headOf } = partsOf(height / 360);
    for (const open of MOUTHS) headOf(open, 1);
  }

  // A camera: {track, stop()}. The drawing goes on until stop().
  function camera(width, height, fps) {
    const unit = height / 360;
    const picture = canvas(width, height);
    const pen = picture.getContext("2d", { alpha: false });
    const { behind, shoulders, headOf } = partsOf(unit);
    const stream = picture.captureStream(0);
    const track = stream.getVideoTracks()[0];
    const draw = () => {
      const t = performance.now() / 1000;
      const breath = 1.3 * Math.sin(t * 1.4);
      const sway = 5 * Math.sin(t * 0.5) + 1.5 * Math.sin(t * 1.21);
      const tilt = 0.03 * Math.sin(t * 0.63 + 1) + 0.012 * Math.sin(t * 2.1);
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.drawImage(behind, 0, 0);
      pen.drawImage(shoulders, sway * 0.35 * unit, breath * unit);
      pen.translate((HEAD.neckX + sway * 0.8) * unit, (HEAD.neckY + breath + 2 * Math.sin(t * 0.87)) * unit);
      pen.rotate(tilt);
      pen.drawImage(headOf(mouthAt(t), lidsAt(t)), (HEAD.left - HEAD.neckX) * unit, (HEAD.top - HEAD.neckY) * unit);
      track.requestFrame();
    };
    draw();
    const timer = setInterval(draw, 1000 / fps);
    return { track, stop: () => { clearInterval(timer); track.stop(); } };
  }

  // A microphone: {track, stop()}: a quiet tone that swells and fades.
  function microphone() {
    const audio = new AudioContext({ sampleRate: 48000 });
    const tone = new OscillatorNode(audio, { frequency: PITCH_HZ });
    const level = new GainNode(audio, { gain: 0.06 });
    const swell = new OscillatorNode(audio, { frequency: 2.5 });
    const depth = new GainNode(audio, { gain: 0.03 });
    const out = new MediaStreamAudioDestinationNode(audio, { channelCount: 1 });
    tone.connect(level).connect(out);
    swell.connect(depth).connect(level.gain);
    tone.start();
    swell.start();
    const track = out.stream.getAudioTracks()[0];
    return { track, stop: () => { track.stop(); audio.close(); } };
  }

  return { camera, microphone, warm };
})();
