
(() => {
  "use strict";
  const stage = document.querySelector(".stage");
  const panel = stage.querySelector(".panes");
  const panes = [...stage.querySelectorAll(".pane")];
  const divider = stage.querySelector(".divider");
  const readout = stage.querySelector(".zoom");
  const modes = ["split", "flip", "side", "difference"];
  const nearestAbove = 2; // of the finest picture's own pixels, as in the program's window
  const mostZoom = 16;
  const narrow = 640;
  const state = { mode: "split", left: 0, right: Math.min(1, panes.length - 1), view: "whole", zoom: 0, x: 0, y: 0, share: 0.5, held: false };

  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
  const planeOf = (pane) => pane.querySelector(`.plane[data-view="${state.view}"]`);
  const sizeOf = () => {
    const data = planeOf(panes[0]).dataset;
    return { width: +data.width, height: +data.height, finest: +data.finest };
  };
  const shownPanes = () => {
    if (state.mode === "side") return state.held ? [panes[0]] : panes;
    if (state.held) return [panes[0]];
    if (state.mode === "flip") return [panes[state.right]];
    return state.left === state.right ? [panes[state.right]] : [panes[state.left], panes[state.right]];
  };
  const boxOf = (pane) => pane.querySelector(".view").getBoundingClientRect();
  const fitZoom = (box) => {
    const size = sizeOf();
    return Math.max(1e-6, Math.min(box.width / size.width, box.height / size.height));
  };
  const zoomIn = (box) => state.zoom || fitZoom(box);

  function place(pane) {
    for (const plane of pane.querySelectorAll(".plane")) {
      plane.style.width = `${plane.dataset.width}px`;
      plane.style.height = `${plane.dataset.height}px`;
    }
    for (const image of pane.querySelectorAll(".plane img")) {
      const at = image.dataset;
      image.style.left = `${at.x}px`;
      image.style.top = `${at.y}px`;
      image.style.width = `${at.width}px`;
      image.style.height = `${at.height}px`;
    }
  }

  // The panes get the height that the pictures need, within the window; on a narrow screen they stand in one column.
  function arrange(count) {
    const size = sizeOf();
    const width = panel.clientWidth;
    const most = Math.max(240, window.innerHeight * 0.74);
    const needed = (across) => Math.ceil((across * size.height) / size.width);
    if (state.mode !== "side") {
      panel.style.height = `${clamp(needed(width), 200, most)}px`;
      return;
    }
    const caption = 34;
    let best = 1;
    if (width >= narrow) {
      const fits = (columns) => Math.min(width / columns / size.width, (most / Math.ceil(count / columns) - caption) / size.height);
      for (let columns = 2; columns <= count; columns += 1) if (fits(columns) > fits(best)) best = columns;
    }
    const rows = Math.ceil(count / best);
    const tallest = width < narrow ? most * 0.7 : most / rows;
    panel.style.gridTemplateColumns = `repeat(${best}, minmax(0, 1fr))`;
    panel.style.height = `${Math.round(rows * Math.min(tallest, needed(width / best) + caption))}px`;
  }

  function draw() {
    const shown = shownPanes();
    stage.dataset.mode = state.mode;
    arrange(shown.length);
    for (const pane of panes) {
      for (const plane of pane.querySelectorAll(".plane")) plane.hidden = plane.dataset.view !== state.view;
      pane.classList.toggle("off", !shown.includes(pane));
      pane.classList.toggle("second", shown.length === 2 && shown[1] === pane);
      pane.querySelector(".view").style.clipPath = "";
      pane.style.zIndex = String(shown.indexOf(pane) + 1);
    }
    const size = sizeOf();
    let zoom = 1;
    for (const pane of shown) {
      const box = boxOf(pane);
      zoom = zoomIn(box);
      const x = state.zoom ? state.x : size.width / 2;
      const y = state.zoom ? state.y : size.height / 2;
      planeOf(pane).style.transform = `translate(${box.width / 2 - x * zoom}px, ${box.height / 2 - y * zoom}px) scale(${zoom})`;
    }
    const splits = state.mode === "split" && shown.length === 2;
    divider.style.visibility = splits ? "visible" : "hidden";
    if (splits) {
      const percent = state.share * 100;
      divider.style.left = `${percent}%`;
      shown[1].querySelector(".view").style.clipPath = `inset(0 0 0 ${percent}%)`;
      divider.setAttribute("aria-valuenow", String(Math.round(percent)));
      divider.setAttribute("aria-valuetext", `${Math.round(percent)} %`);
    }
    panel.classList.toggle("nearest", (zoom * window.devicePixelRatio) / size.finest > nearestAbove);
    readout.textContent = readout.dataset.text.replace("{percent}", (zoom * 100).toFixed(zoom < 0.1 ? 1 : 0));
    for (const input of stage.querySelectorAll("input[name=mode]")) input.checked = input.value === state.mode;
    for (const input of stage.querySelectorAll("input[name=right]")) input.checked = +input.value === state.right;
    for (const input of stage.querySelectorAll("input[name=view]")) input.checked = input.value === state.view;
    const left = stage.querySelector("select");
    left.value = String(state.left);
    left.parentElement.style.display = state.mode === "split" || state.mode === "difference" ? "" : "none";
  }

  function moveTo(x, y) {
    const size = sizeOf();
    state.x = clamp(x, 0, size.width);
    state.y = clamp(y, 0, size.height);
  }

  function zoomAbout(factor, point, box) {
    const size = sizeOf();
    const before = zoomIn(box);
    const fits = fitZoom(box);
    const after = clamp(before * factor, fits, Math.max(fits, size.finest * mostZoom));
    const x = state.zoom ? state.x : size.width / 2;
    const y = state.zoom ? state.y : size.height / 2;
    const dx = point.x - box.left - box.width / 2;
    const dy = point.y - box.top - box.height / 2;
    if (after <= fits * 1.0001) {
      state.zoom = 0;
    } else {
      state.zoom = after;
      moveTo(x + dx / before - dx / after, y + dy / before - dy / after);
    }
    draw();
  }

  function middleOf(box) {
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  }

  function zoomStep(factor) {
    const box = boxOf(shownPanes()[0]);
    zoomAbout(factor, middleOf(box), box);
  }

  function panBy(dx, dy) {
    if (!state.zoom) return;
    moveTo(state.x - dx / state.zoom, state.y - dy / state.zoom);
    draw();
  }

  function slideTo(clientX) {
    const box = panel.getBoundingClientRect();
    state.share = clamp((clientX - box.left) / box.width, 0, 1);
    draw();
  }

  function boxUnder(point) {
    const found = shownPanes().map(boxOf);
    const inside = (box) => point.x >= box.left && point.x < box.right && point.y >= box.top && point.y < box.bottom;
    return found.find(inside) || found[0];
  }

  function choose(number) {
    if (number >= panes.length) return;
    state.right = number;
    if (state.left === number) state.left = 0;
    draw();
  }

  function hold(on) {
    if (state.held !== on) {
      state.held = on;
      draw();
    }
  }

  const pointers = new Map();
  let sliding = false;

  panel.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    panel.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    sliding = pointers.size === 1 && state.mode === "split" && (event.target === divider || !state.zoom);
    panel.classList.toggle("dragging", !sliding);
    (event.target === divider ? divider : panel).focus({ preventScroll: true });
    if (sliding) slideTo(event.clientX);
    event.preventDefault();
  });
  panel.addEventListener("pointermove", (event) => {
    const last = pointers.get(event.pointerId);
    if (!last) return;
    const now = { x: event.clientX, y: event.clientY };
    if (pointers.size === 1) {
      if (sliding) slideTo(now.x);
      else panBy(now.x - last.x, now.y - last.y);
      pointers.set(event.pointerId, now);
      return;
    }
    const others = [...pointers.entries()].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
    const other = others[0];
    const distance = (a, b) => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
    const middle = (a, b) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
    const [before, after] = [middle(last, other), middle(now, other)];
    sliding = false;
    zoomAbout(distance(now, other) / distance(last, other), after, boxUnder(after));
    panBy(after.x - before.x, after.y - before.y);
    pointers.set(event.pointerId, now);
  });
  const lift = (event) => {
    pointers.delete(event.pointerId);
    if (pointers.size === 0) {
      sliding = false;
      panel.classList.remove("dragging");
    }
  };
  panel.addEventListener("pointerup", lift);
  panel.addEventListener("pointercancel", lift);
  panel.addEventListener("wheel", (event) => {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    const point = { x: event.clientX, y: event.clientY };
    zoomAbout(Math.exp((-event.deltaY * lines) / 400), point, boxUnder(point));
  }, { passive: false });
  panel.addEventListener("dblclick", () => { state.zoom = 0; draw(); });

  divider.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? 0.1 : 0.02;
    const to = {
      ArrowLeft: state.share - step, ArrowDown: state.share - step, ArrowRight: state.share + step, ArrowUp: state.share + step,
      PageDown: state.share - 0.1, PageUp: state.share + 0.1, Home: 0, End: 1,
    }[event.key];
    if (to === undefined) return;
    state.share = clamp(to, 0, 1);
    draw();
    event.preventDefault();
    event.stopPropagation();
  });
  panel.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
    if (!move || event.ctrlKey || event.altKey || event.metaKey || !state.zoom) return;
    panBy(move[0], move[1]);
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.tagName === "SELECT") return;
    if (event.key === "0") hold(true);
    else if (/^[1-9]$/.test(event.key)) choose(+event.key);
    else if (event.key === "m" || event.key === "M") state.mode = modes[(modes.indexOf(state.mode) + 1) % modes.length];
    else if (event.key === "+" || event.key === "=") zoomStep(1.25);
    else if (event.key === "-") zoomStep(0.8);
    else if (event.key === "f" || event.key === "F") state.zoom = 0;
    else return;
    draw();
  });
  document.addEventListener("keyup", (event) => { if (event.key === "0") hold(false); });
  window.addEventListener("blur", () => hold(false));

  stage.addEventListener("change", (event) => {
    const { name, value } = event.target;
    if (name === "mode") state.mode = value;
    if (name === "right") choose(+value);
    if (name === "left") {
      state.left = +value;
      if (state.right === state.left) state.right = panes.findIndex((pane, n) => n !== state.left);
    }
    if (name === "view") {
      state.view = value;
      state.zoom = 0;
    }
    draw();
  });
  const held = stage.querySelector("button[name=hold]");
  held.addEventListener("pointerdown", () => hold(true));
  for (const end of ["pointerup", "pointercancel", "pointerleave", "blur"]) held.addEventListener(end, () => hold(false));
  held.addEventListener("contextmenu", (event) => event.preventDefault());
  held.addEventListener("keydown", (event) => { if (event.key === " " || event.key === "Enter") hold(true); });
  held.addEventListener("keyup", () => hold(false));
  stage.querySelector("button[name=out]").addEventListener("click", () => zoomStep(0.8));
  stage.querySelector("button[name=in]").addEventListener("click", () => zoomStep(1.25));
  stage.querySelector("button[name=fit]").addEventListener("click", () => { state.zoom = 0; draw(); });

  for (const pane of panes) place(pane);
  stage.classList.add("live");
  for (const part of stage.querySelectorAll(".tools, .keys")) part.hidden = false;
  window.addEventListener("resize", draw);
  draw();
})();
