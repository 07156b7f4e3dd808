// The static page's stand-in for a widget manager: each box holds its traits as JSON and
// the picture that the build drew; this gives both to the module of the box.

class Model {
  constructor(traits) {
    this.traits = traits;
    this.listeners = {};
  }
  get(trait) {
    return this.traits[trait];
  }
  set(trait, value) {
    this.traits[trait] = value;
    for (const listener of this.listeners[`change:${trait}`] ?? []) listener();
  }
  on(event, listener) {
    (this.listeners[event] ??= []).push(listener);
  }
  save_changes() {}
}

export function host(interactives) {
  for (const box of document.querySelectorAll(".gd-interactive[data-name]")) {
    const traits = JSON.parse(box.querySelector("script").textContent);
    box.model = new Model(traits);
    interactives[box.dataset.name].render({ model: box.model, el: box });
  }
}
