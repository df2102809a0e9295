// SPDX-License-Identifier: GPL-3.0-only
// Shows shared-page events in a frame that can run no script: `mirror.feed(text, epoch, sheets)`, `mirror.place(left, top, scale)`, `mirror.clear()`, `mirror.facts()`.
// Called by views/desk/shared_page/mirror_engine.py and its neighbours and by nobody else; it calls nobody.
(function () {
  "use strict";
  const META = 4;
  const FULL_SNAPSHOT = 2;
  const INCREMENTAL = 3;
  const CUSTOM = 5;
  const SCROLL = 3; // a source of incremental events
  const stages = document.getElementById("stages");
  const facts = { events: 0, pictures: 0, warnings: 0, lastWarning: "" };
  let replayer = null; // where events go
  let visible = null; // {replayer, stage} that is seen
  let building = null; // {replayer, stage} that waits for its full picture
  let size = null;
  let placed = null; // left, top and scale that the pane gave
  let places = new Map(); // where the caller stands in what scrolls, by the node's number, in the newest picture
  let epoch = 0; // number of the web document that is fed
  let begun = 0; // pictures

  // ---- pictures come through the kiosk, never from the agent's machine -------------------------------------------------

  // A drawing that the page takes parts of has to come from where the page comes from (SVG 2, section 5.5); for each picture
  // from an address of its own: the engine would go on with one whose loading ended with the picture before.
  function resourceAddress(url, isPart) {
    const bytes = String.fromCharCode(...new TextEncoder().encode(url));
    return (isPart ? `cbshell://mirror/part/${begun}/` : "cbres://r/") + btoa(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/={1,2}$/, "");
  }

  // Style sheets by name, and what rrweb made of them: it reads each letter again otherwise, for every picture.
  let sheets = new Map();
  const sheetNamed = (name) => sheets.get(name);

  function buildSheet(node) {
    if (node.nodeName !== "STYLE" || !replayer) return;
    const { attributes } = replayer.getMirror().getMeta(node) || {};
    const sheet = attributes && sheets.get(attributes.rr_sheet);
    if (!sheet) return;
    if (sheet.built === null) sheet.built = node.textContent;
    else if (node.textContent !== sheet.built) node.textContent = sheet.built;
  }

  let checked = posteCheck(resourceAddress, sheetNamed);

  function note(event) {
    if (event.type === FULL_SNAPSHOT) {
      const { left, top } = event.data.initialOffset;
      takePlace({ id: event.data.node.id, x: left, y: top });
    }
    if (event.type === INCREMENTAL && event.data.source === SCROLL) rewriteScroll(event);
  }

  // ---- canvases: without scripts a <canvas> is laid out as its fallback content, so it gets a size and a background ----

  function layOutCanvas(node, { id }) {
    if (node.nodeName !== "CANVAS" || !node.style) return;
    const meta = replayer && replayer.getMirror().getMeta(node);
    const attributes = (meta && meta.attributes) || {};
    node.style.setProperty("display", "inline-block");
    if (!attributes.style || !/width/.test(attributes.style)) {
      node.style.width = `${attributes.width || 300}px`;
      node.style.height = `${attributes.height || 150}px`;
    }
    node.style.backgroundSize = "100% 100%";
  }

  function paintCanvas(payload) {
    const node = replayer.getMirror().getNode(payload.id);
    if (!node || node.nodeName !== "CANVAS") return;
    if (payload.width && payload.height) {
      node.style.display = payload.display === "inline" ? "inline-block" : payload.display;
      node.style.width = `${payload.width}px`;
      node.style.height = `${payload.height}px`;
    }
    if (payload.url) node.style.backgroundImage = `url("${payload.url}")`;
  }

  // ---- where the caller stands -----------------------------------------------------------------------------------------

  // rrweb would roll there smoothly: late, and a change of the page's size on the way ends it anywhere. It also tells of a
  // new size up to 200 ms later than of the scrolling that it caused. So each place is kept, and put back after a change.
  function rewriteScroll(event) {
    const { id, x, y } = event.data;
    event.type = CUSTOM;
    event.data = { tag: "place", payload: { id, x, y } };
  }

  function takePlace({ id, x, y }) {
    if (Number.isFinite(x) && Number.isFinite(y)) places.set(id, { x, y });
  }

  function takeBuiltPlace(node, { id }) {
    const { attributes } = (node.nodeType === Node.ELEMENT_NODE && replayer && replayer.getMirror().getMeta(node)) || {};
    if (!attributes || !(attributes.rr_scrollLeft || attributes.rr_scrollTop)) return;
    takePlace({ id, x: Number(attributes.rr_scrollLeft || 0), y: Number(attributes.rr_scrollTop || 0) });
  }

  function goTo(id) {
    const node = replayer && replayer.getMirror().getNode(id);
    const scroller = node && node.nodeType === Node.DOCUMENT_NODE ? node.scrollingElement : node;
    if (!scroller || !scroller.scrollTo) return;
    const { x, y } = places.get(id);
    if (scroller.scrollLeft !== x || scroller.scrollTop !== y) scroller.scrollTo({ left: x, top: y, behavior: "instant" });
  }

  function goBack() {
    for (const id of places.keys()) goTo(id);
  }

  // A picture, a font or a part that comes later makes the page as long as the kiosk's: only then the place exists.
  function keepPlaces(picture) {
    const inner = picture.replayer.iframe.contentDocument;
    picture.growth = new ResizeObserver(() => picture.replayer === replayer && goBack());
    for (const element of [inner.documentElement, inner.body]) if (element) picture.growth.observe(element);
    inner.addEventListener("load", () => picture.replayer === replayer && goBack(), true);
  }

  const ownPlugin = {
    onBuild(node, info) {
      layOutCanvas(node, info);
      takeBuiltPlace(node, info);
      buildSheet(node);
    },
    handler(event) {
      if (event.type !== CUSTOM) return;
      if (event.data.tag === "place") {
        takePlace(event.data.payload);
        goTo(event.data.payload.id);
      }
      if (event.data.tag === "canvas") paintCanvas(event.data.payload);
      if (event.data.tag === "select") showChoices(event.data.payload);
    },
  };

  // ---- the choices of a <select> while they are open at the kiosk: a window of the system there, a list here ------------

  function showChoices(payload) {
    const node = replayer.getMirror().getNode(payload.id);
    const stage = replayer.wrapper.parentNode;
    for (const old of stage.querySelectorAll(".choices")) old.remove();
    if (!payload.open || !node || node.nodeName !== "SELECT") return;
    const list = document.createElement("ul");
    list.className = "choices";
    payload.options.forEach((option, index) => {
      const line = document.createElement("li");
      line.textContent = option || "\u00a0";
      if (index === payload.index) line.className = "chosen";
      list.append(line);
    });
    placeBeside(list, node, stage);
    const chosen = list.querySelector(".chosen");
    if (chosen) list.scrollTop = chosen.offsetTop - list.clientHeight / 2;
  }

  function placeBeside(list, node, stage) {
    let [left, top, bottom] = [0, 0, 0];
    const box = node.getBoundingClientRect();
    for (let view = node.ownerDocument.defaultView; view && view !== window; view = view.parent) {
      if (view.parent === window) break;
      const frame = view.frameElement && view.frameElement.getBoundingClientRect();
      if (frame) [left, top] = [left + frame.left, top + frame.top];
    }
    left += box.left;
    bottom = top + box.bottom;
    top += box.top;
    list.style.left = `${left}px`;
    list.style.minWidth = `${box.width}px`;
    const room = [size ? size.height - bottom : 400, top];
    const below = room[0] >= Math.min(200, room[1]);
    list.style.maxHeight = `${Math.max(80, room[below ? 0 : 1] - 8)}px`;
    stage.append(list);
    list.style.top = below ? `${bottom}px` : `${top - list.offsetHeight}px`;
  }

  // ---- one replayer per full picture -----------------------------------------------------------------------------------

  function warn(...words) {
    facts.warnings += 1;
    facts.lastWarning = words.map((word) => (word && word.message) || String(word)).join(" ").slice(0, 300);
  }

  function dispose(picture) {
    if (!picture) return;
    try {
      if (picture.growth) picture.growth.disconnect();
      picture.replayer.timer.clear(); // destroy() alone leaves the timer of live mode running
      picture.replayer.destroy();
    } catch (error) {
      warn(error);
    }
    picture.stage.remove();
  }

  function begin() {
    const coming = document.createElement("div");
    coming.className = "stage coming";
    stages.append(coming);
    replayer = new rrweb.Replayer([], {
      root: coming,
      liveMode: true,
      useVirtualDom: false, // with it, changes of a kiosk whose clock is behind get lost
      mouseTail: false,
      triggerFocus: false,
      UNSAFE_replayCanvas: false,
      showWarning: true,
      logger: { log() {}, warn },
      insertStyleRules: [
        "a,button,input,select,textarea{cursor:default}",
        ":focus{outline:none!important}",
        "*{overflow-anchor:none!important}", // the kiosk's browser does that, and tells
      ],
      plugins: [ownPlugin],
    });
    checked = posteCheck(resourceAddress, sheetNamed);
    begun += 1;
    const picture = { replayer, stage: coming, epoch };
    if (building) dispose(building);
    building = picture;
    places = new Map();
    replayer.on("fullsnapshot-rebuilded", () => show(picture));
    replayer.on("resize", (dimensions) => {
      size = dimensions;
      fit();
      goBack();
    });
    replayer.startLive(Date.now() - 5);
  }

  // The old picture stays until the new one is built: no flash at each checkpoint.
  function show(picture) {
    if (picture !== building) return;
    building = null;
    facts.pictures += 1;
    picture.stage.classList.remove("coming");
    dispose(visible);
    visible = picture;
    takeNoFocus(picture.replayer.iframe.contentDocument);
    keepPlaces(picture);
    fit();
  }

  // A dialog that opens, or a field with autofocus, takes the focus in the copy too: its ring would stand where the
  // caller's is not.
  function takeNoFocus(inner) {
    const leave = (element) => element && element !== inner.body && element.blur && element.blur();
    inner.addEventListener("focusin", (event) => leave(event.target), true);
    leave(inner.activeElement);
  }

  function draw(left, top, scale) {
    const transform = `translate(${left}px, ${top}px) scale(${scale})`;
    for (const picture of [visible, building]) if (picture) picture.stage.style.transform = transform;
  }

  // Where the pane wants it, once it has said so.
  function place(left, top, scale) {
    placed = [left, top, scale];
    draw(...placed);
  }

  function fit() {
    if (placed) return draw(...placed);
    if (!size || !size.width || !size.height) return;
    // The same sum as Placement._drawn() in views/desk/shared_page/placement.py: as large as fits, never enlarged, in the middle.
    const scale = Math.min(innerWidth / size.width, innerHeight / size.height, 1);
    const left = Math.max(0, (innerWidth - size.width * scale) / 2);
    const top = Math.max(0, (innerHeight - size.height * scale) / 2);
    draw(left, top, scale);
  }
  addEventListener("resize", fit);

  function feed(text, ofEpoch = 0, given = {}) {
    epoch = ofEpoch;
    for (const [name, css] of Object.entries(given)) sheets.set(name, { text: css, built: null });
    for (const told of JSON.parse(text)) {
      try {
        const event = checked(told);
        if (!event) continue;
        note(event);
        if (event.type === META || !replayer) begin();
        replayer.addEvent(event);
        facts.events += 1;
      } catch (error) {
        warn(error);
      }
    }
  }

  function forgetSheets() {
    sheets = new Map();
  }

  function clear() {
    forgetSheets();
    dispose(visible);
    dispose(building);
    replayer = visible = building = size = null;
    stages.textContent = "";
  }

  window.mirror = {
    feed,
    place,
    clear,
    forgetSheets,
    facts: () => ({ ...facts, sandbox: replayer ? replayer.iframe.getAttribute("sandbox") : "" }),
    visible: () => visible,
    document: () => (replayer ? replayer.iframe.contentDocument : null),
  };
})();
