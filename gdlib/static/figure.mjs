// One mechanism for every interactive: what it draws, what it says, what can be moved.
//
// An interactive is a table (see descent.mjs): panels with layers, controls, a sentence.
// Everything that is seen is text made from the traits by pure functions. So the build
// writes the same picture into the page that the browser draws again when a trait
// changes, and a page without scripts has a still of it.

import { place, round } from "./drawing.mjs";

const of = (value, state) => (typeof value === "function" ? value(state) : value);
const escape = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const clamp = (value, [low, high]) => Math.max(low, Math.min(high, value));
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
let count = 0;

// ------------------------------------------------------------------------ controls
// Each kind: its HTML, and how it is wired. `control.trait` names what it sets.

// A slider stands at a number, or at the logarithm of one; it says what it stands at.
const position = (control, value) => (control.log ? Math.log10(value) : value);
const slider = {
  html(control, state) {
    const ends = of(control.range, state).map((end) => position(control, end));
    const step = control.step ?? (ends[1] - ends[0]) / 200;
    return `<label class="gd-control"><span>${control.label}</span>` +
      `<input type="range" min="${ends[0]}" max="${ends[1]}" step="${step}" ` +
      `value="${position(control, state[control.trait])}" data-trait="${control.trait}">` +
      `<span class="gd-value" aria-hidden="true"></span></label>`;
  },
  wire(control, state, root, set) {
    const input = root.querySelector(`input[data-trait="${control.trait}"]`);
    input.addEventListener("input", () => {
      const value = control.log ? 10 ** input.value : Number(input.value);
      set(control.trait, control.round ? control.round(value) : value);
    });
  },
  show(control, state, root) {
    const input = root.querySelector(`input[data-trait="${control.trait}"]`);
    const value = state[control.trait], text = control.say(value, state);
    const ends = of(control.range, state).map((end) => position(control, end));
    [input.min, input.max] = ends;
    if (document.activeElement !== input || still()) input.value = position(control, value);
    input.setAttribute("aria-valuetext", text);
    input.nextElementSibling.textContent = text;
  },
};

// One of several, by name; `also` gives what changes with it.
const choice = {
  html(control, state) {
    const options = of(control.options, state).map(([value, label]) =>
      `<option value="${escape(value)}"${value === state[control.trait] ? " selected" : ""}>${escape(label)}</option>`);
    return `<label class="gd-control"><span>${control.label}</span>` +
      `<select data-trait="${control.trait}">${options.join("")}</select></label>`;
  },
  wire(control, state, root, set) {
    const select = root.querySelector(`select[data-trait="${control.trait}"]`);
    select.addEventListener("change", () => {
      set(control.trait, select.value);
      for (const [trait, value] of Object.entries(control.also?.(state) ?? {})) set(trait, value);
    });
  },
  show(control, state, root) {
    root.querySelector(`select[data-trait="${control.trait}"]`).value = state[control.trait];
  },
};

// Any of several: the trait is the list of those that are on.
const toggles = {
  html(control, state) {
    const boxes = of(control.options, state).map(([value, label, color]) =>
      `<label style="--gd-own:var(--gd-${color ?? "ink"})"><input type="checkbox" value="${escape(value)}"` +
      `${state[control.trait].includes(value) ? " checked" : ""}><span>${escape(label)}</span></label>`);
    return `<fieldset class="gd-toggles" data-trait="${control.trait}">` +
      `<legend>${control.label}</legend>${boxes.join("")}</fieldset>`;
  },
  wire(control, state, root, set) {
    const boxes = [...root.querySelectorAll(`[data-trait="${control.trait}"] input`)];
    for (const box of boxes)
      box.addEventListener("change", () =>
        set(control.trait, boxes.filter((b) => b.checked).map((b) => b.value)));
  },
  show(control, state, root) {
    for (const box of root.querySelectorAll(`[data-trait="${control.trait}"] input`))
      box.checked = state[control.trait].includes(box.value);
  },
};

// A slider over the steps, with a button that lets time pass: `pace` steps a second.
const player = {
  html: (control, state) =>
    `<div class="gd-player"><button type="button" class="gd-play" data-plays="${control.trait}">` +
    `<span aria-hidden="true">▶</span> ${control.verb}</button>${slider.html({ ...control, step: 1 }, state)}</div>`,
  wire(control, state, root, set) {
    slider.wire(control, state, root, set);
    const button = root.querySelector(`[data-plays="${control.trait}"]`);
    let playing = 0;
    const stop = () => {
      cancelAnimationFrame(playing);
      playing = 0;
      button.innerHTML = `<span aria-hidden="true">▶</span> ${control.verb}`;
    };
    button.addEventListener("click", () => {
      if (playing) return stop();
      const last = of(control.range, state)[1];
      if (still()) return set(control.trait, state[control.trait] < last ? last : 0);
      const from = state[control.trait] < last ? state[control.trait] : 0;
      let begun;
      const tick = (now) => {
        begun ??= now;
        const step = Math.min(last, from + Math.floor(((now - begun) / 1000) * of(control.pace, state)));
        if (step !== state[control.trait]) set(control.trait, step);
        if (step >= last || !button.isConnected) return stop();
        playing = requestAnimationFrame(tick);
      };
      button.innerHTML = `<span aria-hidden="true">❚❚</span> Pause`;
      playing = requestAnimationFrame(tick);
    });
    root.querySelector(`input[data-trait="${control.trait}"]`).addEventListener("input", stop);
  },
  show: slider.show,
};

// A button that sets several traits at once.
const press = {
  html: ({ name, label }) => `<button type="button" data-press="${name}">${label}</button>`,
  wire({ name, sets }, state, root, set) {
    root.querySelector(`[data-press="${name}"]`).addEventListener("click", () => {
      for (const [trait, value] of Object.entries(sets(state))) set(trait, value);
    });
  },
  show() {},
};

const kinds = { slider, choice, toggles, player, press };
// -------------------------------------------------------------------------- handles
// A point of a panel that can be dragged, or moved with the arrow keys.

const handleHtml = (handle, state, a) => {
  const value = handle.get(state), [x, y] = place(a, value).split(" ");
  return `<g class="gd-handle" role="slider" tabindex="0" aria-label="${escape(handle.label)}" ` +
    `aria-valuemin="${a.domain[0][0]}" aria-valuemax="${a.domain[0][1]}" aria-valuenow="${value[0]}" ` +
    `aria-valuetext="${escape(handle.say(value))}" transform="translate(${x} ${y})">` +
    `<circle r="22" class="gd-reach"/><circle r="7" class="gd-ring"/></g>`;
};

function wireHandle(panel, svg, state, set) {
  const { handle } = panel, grip = svg.querySelector(".gd-handle");
  const move = (point) => {
    const { domain } = panel.axes(state);
    for (const [trait, value] of Object.entries(handle.set(point.map((v, i) => clamp(v, domain[i])), state)))
      set(trait, value);
  };
  const follow = (event) => {
    const a = panel.axes(state), box = svg.getBoundingClientRect(), scale = a.width / box.width;
    move(a.at([(event.clientX - box.left) * scale, (event.clientY - box.top) * scale]));
  };
  svg.addEventListener("pointerdown", (event) => {
    const onGrip = grip.contains(event.target);
    if (event.button || (event.pointerType === "touch" && !onGrip)) return;
    event.preventDefault();
    grip.focus({ preventScroll: true });
    svg.setPointerCapture(event.pointerId);
    svg.addEventListener("pointermove", follow);
    if (!onGrip) follow(event);
  });
  for (const end of ["pointerup", "pointercancel"])
    svg.addEventListener(end, () => svg.removeEventListener("pointermove", follow));
  grip.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!way) return;
    event.preventDefault();
    const { domain } = panel.axes(state), count = event.shiftKey ? 400 : 80;
    move(handle.get(state).map((v, i) => {
      const step = round((domain[i][1] - domain[i][0]) / count); // lands on round numbers
      return way[i] ? Number(((Math.round(v / step) + way[i]) * step).toPrecision(12)) : v;
    }));
  });
}

// A panel without a handle may be turned as a whole: `drag` takes how far, in its units.
function wireDrag(panel, svg, state, set) {
  let from = null;
  svg.addEventListener("pointerdown", (event) => {
    from = [event.clientX, event.clientY];
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    if (!from) return;
    const to = [event.clientX, event.clientY];
    for (const [trait, value] of Object.entries(panel.drag(to.map((v, i) => v - from[i]), state))) set(trait, value);
    from = to;
  });
  for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => (from = null));
}

// --------------------------------------------------------------------------- figure

export function figure({ panels, controls = [], say }) {
  const all = (state) => of(controls, state);

  function markup(state, id) {
    const pictures = panels.map((panel, p) => {
      const a = panel.axes(state);
      const layers = panel.layers.map((layer, l) => `<g data-layer="${p}.${l}">${layer.draw(state, a, `${id}-${p}-${l}`)}</g>`);
      const handle = panel.handle ? handleHtml(panel.handle, state, a) : "";
      return `<svg class="gd-panel${panel.drag ? " gd-turns" : ""}" viewBox="0 0 ${a.width} ${a.height}" role="group" ` +
        `aria-label="${escape(of(panel.label, state))}">${layers.join("")}${handle}</svg>`;
    });
    const bar = all(state).map((control) => kinds[control.kind].html(control, state));
    return `<div class="gd-panels">${pictures.join("")}</div>` +
      `<div class="gd-controls">${bar.join("")}</div>` +
      `<p class="gd-say" aria-live="polite">${escape(say(state))}</p>`;
  }

  function render({ model, el }) {
    const state = new Proxy({}, { get: (_, trait) => model.get(trait) });
    const id = `gd-live-${count++}`;
    // The build has drawn it already; a notebook has not.
    if (!el.querySelector(".gd-panels")) el.innerHTML = markup(state, id);
    el.classList.add("gd-interactive");
    // JupyterLab would take the arrow keys for itself.
    el.addEventListener("keydown", (event) => event.stopPropagation());

    const svgs = [...el.querySelectorAll(".gd-panel")], words = el.querySelector(".gd-say");
    const changed = new Set();
    let frame = 0, quiet = 0;

    const show = () => {
      frame = 0;
      panels.forEach((panel, p) => {
        const a = panel.axes(state);
        panel.layers.forEach((layer, l) => {
          if (!layer.on.some((trait) => changed.has(trait))) return;
          svgs[p].querySelector(`[data-layer="${p}.${l}"]`).innerHTML = layer.draw(state, a, `${id}-${p}-${l}`);
        });
        if (panel.handle) {
          const value = panel.handle.get(state), grip = svgs[p].querySelector(".gd-handle");
          grip.setAttribute("transform", `translate(${place(a, value)})`);
          grip.setAttribute("aria-valuenow", value[0]);
          grip.setAttribute("aria-valuetext", panel.handle.say(value));
        }
        svgs[p].setAttribute("aria-label", of(panel.label, state));
      });
      for (const control of all(state)) kinds[control.kind].show(control, state, el);
      // A reader that speaks waits until the figure has come to rest.
      words.setAttribute("aria-busy", "true");
      words.textContent = say(state);
      clearTimeout(quiet);
      quiet = setTimeout(() => words.removeAttribute("aria-busy"), 400);
      changed.clear();
    };
    const set = (trait, value) => {
      model.set(trait, value);
      model.save_changes();
    };

    panels.forEach((panel, p) => {
      if (panel.handle) wireHandle(panel, svgs[p], state, set);
      if (panel.drag) wireDrag(panel, svgs[p], state, set);
    });
    for (const control of all(state)) kinds[control.kind].wire(control, state, el, set);
    for (const control of all(state)) kinds[control.kind].show(control, state, el);
    const watched = new Set([
      ...panels.flatMap((panel) => panel.layers.flatMap((layer) => layer.on)),
      ...all(state).map((control) => control.trait).filter(Boolean),
    ]);
    for (const trait of watched)
      model.on(`change:${trait}`, () => {
        changed.add(trait);
        frame ||= requestAnimationFrame(show);
      });
  }

  return { markup, render };
}
