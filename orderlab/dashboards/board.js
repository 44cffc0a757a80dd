// The board. The kernel sends a frame four times a second; everything between two frames is drawn
// here, so that it stays smooth however busy the kernel is, and can be replayed when it is gone.

const KEPT = 2400;          // ten minutes of frames
const MOST_DOTS = 240;      // more would be a smear; the numbers tell the rest
const TRAVEL = 1800;        // ms that a dot takes along an edge
const LOOK = 250;           // ms between two frames as they were taken
const SPEEDS = [[0.25, "quarter speed"], [0.5, "half speed"], [1, "real time"]];
const FIRST_SPEED = 0.5;
const ASK_AGAIN = 1500;     // ms until the kernel is asked again for the frames that it keeps
const SAMPLES = 48;         // points of an edge; measuring a path anew for each dot costs more
const SVG = "http://www.w3.org/2000/svg";

function make(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

function pathsOf(svg) {
  const paths = new Map();
  for (const group of svg.querySelectorAll("[data-source][data-target]")) {
    const path = group.querySelector("path, polyline, line");
    if (path && path.getTotalLength) {
      const key = `${group.dataset.source}|${group.dataset.target}`;
      const length = path.getTotalLength();
      paths.set(key, Array.from({ length: SAMPLES + 1 },
        (_, i) => path.getPointAtLength((length * i) / SAMPLES)));
    }
  }
  return paths;
}

// Dots move in a layer of their own above the picture, so that a frame does not draw the picture anew.
function layerOver(svg) {
  const layer = make("svg", { class: "moving", "aria-hidden": "true", viewBox: svg.getAttribute("viewBox"),
    width: svg.getAttribute("width"), height: svg.getAttribute("height") });
  layer.style.cssText = svg.style.cssText;
  return layer;
}

function badge(svg, layer, badges, node, kind, text) {
  const key = `${kind} ${node}`;
  let entry = badges.get(key);
  if (!entry) {
    const card = svg.querySelector(`[data-node="${node}"], #node-${CSS.escape(node)}, #${CSS.escape(node)}`);
    if (!card) return;
    const box = card.getBBox();
    const group = make("g", { class: `tally ${kind}` });
    const rect = make("rect", { height: 17, rx: 8 });
    const label = make("text", { "text-anchor": "middle", y: 12.5 });
    group.append(rect, label);
    const side = kind === "environments" ? 0 : 1;
    layer.append(group);
    entry = { group, rect, label, box, side };
    badges.set(key, entry);
  }
  if (entry.text === text) return;
  entry.text = text;
  entry.label.textContent = text;
  entry.group.style.display = text ? "" : "none";
  const width = 14 + text.length * 6.4;
  entry.rect.setAttribute("width", width);
  entry.label.setAttribute("x", width / 2);
  const x = entry.side ? entry.box.x + entry.box.width - width + 6 : entry.box.x - 6;
  const y = kind === "error" ? entry.box.y + entry.box.height - 8 : entry.box.y - 9;
  entry.group.setAttribute("transform", `translate(${x} ${y})`);
}

function render({ model, el }) {
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const root = document.createElement("div");
  root.className = "orderlab-board";
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "Live board");
  const stage = document.createElement("div");
  stage.className = "stage";
  stage.innerHTML = model.get("svg");
  const svg = stage.querySelector("svg");
  const controls = document.createElement("div");
  controls.className = "controls";
  const button = (text, label) => {
    const node = document.createElement("button");
    node.type = "button";
    node.className = "jp-mod-styled";
    node.textContent = text;
    node.setAttribute("aria-label", label);
    controls.append(node);
    return node;
  };
  const pause = button("Pause", "Pause the board");
  const step = button("Step", "Show the next frame");
  const replay = button("Replay", "Replay from the first frame");
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: 0, max: 0, value: 0 });
  slider.setAttribute("aria-label", "Moment shown");
  const speed = document.createElement("select");
  speed.setAttribute("aria-label", "Speed of the replay");
  for (const [value, name] of SPEEDS) {
    speed.append(new Option(name, value, value === FIRST_SPEED, value === FIRST_SPEED));
  }
  const words = document.createElement("span");
  words.setAttribute("role", "status");
  controls.append(slider, speed, words);
  const experiment = document.createElement("div");
  experiment.className = "experiment";
  experiment.setAttribute("aria-live", "polite");
  root.append(controls, experiment, stage);
  const folded = model.get("folded");
  if (folded.length) {
    const more = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = `Deployed too, but not on the path of an order: ${folded.length}`;
    const list = document.createElement("p");
    list.textContent = folded.join(", ");
    more.append(summary, list);
    root.append(more);
  }
  el.append(root);

  const dotLayer = layerOver(svg);
  const badgeLayer = make("g", { "aria-hidden": "true" });
  svg.append(badgeLayer);
  stage.append(dotLayer);
  const paths = pathsOf(svg);
  const badges = new Map();
  const frames = [];
  let shown = -1, following = true, playing = true, lastShown = 0, raf = 0, ended = false;
  let restored = false, asking = 0;
  let dots = [];
  root.frames_drawn = 0;

  function spawn(frame, now) {
    if (still) return;
    for (const [edge, count] of Object.entries(frame.moves)) {
      const way = paths.get(edge);
      if (!way) continue;
      const wanted = Math.min(count, 12, MOST_DOTS - dots.length);
      for (let i = 0; i < wanted; i += 1) {
        const node = make("circle", { class: "dot", r: 4 });
        dotLayer.append(node);
        dots.push({ node, way, start: now + (LOOK * i) / wanted });
      }
    }
  }
  function show(index, now) {
    const frame = frames[index];
    if (!frame) return;
    shown = index;
    slider.value = String(index);
    for (const [node, n] of Object.entries(frame.waiting)) {
      badge(svg, badgeLayer, badges, node, "waiting", n ? `${n} waiting` : "");
    }
    for (const [key, entry] of badges) {
      if (key.startsWith("environments ") && !(key.slice(13) in frame.environments)) {
        badge(svg, badgeLayer, badges, key.slice(13), "environments", "");
      }
      if (key.startsWith("error ") && !(key.slice(6) in frame.errors)) {
        badge(svg, badgeLayer, badges, key.slice(6), "error", "");
      }
    }
    for (const [node, n] of Object.entries(frame.environments)) {
      badge(svg, badgeLayer, badges, node, "environments", `${n} env`);
    }
    for (const [node, n] of Object.entries(frame.errors)) {
      badge(svg, badgeLayer, badges, node, "error", `${n} failed`);
    }
    const state = ended && index === frames.length - 1 ? "ended" : following ? "live" : playing ? "replay" : "paused";
    words.textContent =
      `${state}, ${frame.at.toFixed(1)} s, ${frame.orders} orders, $ ${frame.usd.toFixed(6)} metered`;
    const faults = (frame.faults || []).join(" \u00b7 ");
    if (experiment.textContent !== faults) experiment.textContent = faults;
    spawn(frame, now);
    wake();
  }
  function draw(now) {
    root.frames_drawn += 1;
    const keep = [];
    for (const dot of dots) {
      const share = Math.max(0, (now - dot.start) / TRAVEL);
      if (share >= 1) { dot.node.remove(); continue; }
      const before = Math.floor(share * SAMPLES), rest = share * SAMPLES - before;
      const a = dot.way[before], b = dot.way[before + 1];
      dot.node.setAttribute("cx", (a.x + (b.x - a.x) * rest).toFixed(1));
      dot.node.setAttribute("cy", (a.y + (b.y - a.y) * rest).toFixed(1));
      keep.push(dot);
    }
    dots = keep;
    if (playing && !following && now - lastShown > LOOK / Number(speed.value)) {
      lastShown = now;
      if (shown < frames.length - 1) show(shown + 1, now);
      else if (!ended) following = true;
      else setPlaying(false);
    }
    raf = 0;
    if (dots.length || (playing && !following)) wake();
  }
  // nothing is drawn while nothing moves
  function wake() {
    if (!raf) raf = requestAnimationFrame(draw);
  }
  function setPlaying(on) {
    playing = on;
    if (!on) following = false;
    pause.textContent = on ? "Pause" : "Play";
    pause.setAttribute("aria-label", on ? "Pause the board" : "Play on");
    wake();
  }
  // The kernel's frames, for a page that was loaded anew and has only what came since.
  function restore(message) {
    if (!message || !message.frames || restored) return;
    restored = true;
    const since = frames.length ? frames[0].at : Infinity;
    const earlier = message.frames.filter((frame) => frame.at < since);
    frames.unshift(...earlier);
    shown += earlier.length;
    slider.max = String(frames.length - 1);
    // a queue's badge is drawn when it is first heard of
    if (following || ended) show(frames.length - 1, performance.now());
    else slider.value = String(shown);
  }
  function receive() {
    const frame = model.get("frame");
    if (frame.at === undefined) return;
    if (frames.length && frames[frames.length - 1].at >= frame.at) return;
    frames.push(frame);
    if (frames.length > KEPT) { frames.shift(); shown -= 1; }
    slider.max = String(frames.length - 1);
    if (following) show(frames.length - 1, performance.now());
  }
  pause.addEventListener("click", () => setPlaying(!playing));
  step.addEventListener("click", () => {
    setPlaying(false);
    show(Math.min(shown + 1, frames.length - 1), performance.now());
  });
  replay.addEventListener("click", () => {
    following = false; shown = -1; setPlaying(true);
  });
  slider.addEventListener("input", () => {
    setPlaying(false);
    show(Number(slider.value), performance.now());
  });
  root.addEventListener("keydown", (event) => event.stopPropagation());
  const onRunning = () => {
    ended = !model.get("running");
    if (ended && frames.length) show(frames.length - 1, performance.now());
  };
  model.on("change:frame", receive);
  model.on("change:running", onRunning);
  model.on("msg:custom", restore);
  receive();
  onRunning();
  // a kernel that is being connected to may not hear the first call
  function ask(times) {
    if (restored || !times) return;
    model.send({ wanted: "frames" });
    asking = setTimeout(ask, ASK_AGAIN, times - 1);
  }
  ask(20);
  return () => {
    cancelAnimationFrame(raf);
    clearTimeout(asking);
    model.off("change:frame", receive);
    model.off("msg:custom", restore);
    model.off("change:running", onRunning);
  };
}

export default { render };
