// The panel beside the view: one thing at a time, with a way back, a way out, and words for what failed.

let trail = []; // of functions that show what was there before
let current = null;
let leave = () => {};

export const closePanel = () => {
  leave();
  leave = () => {};
  trail = [];
  current = null;
  const panel = at("panel");
  const inside = panel.contains(document.activeElement);
  const origin = document.querySelector(".map [aria-selected=true]");
  panel.hidden = true;
  panel.replaceChildren();
  markCell();
  if (inside) (origin ?? document.querySelector(".map [tabindex='0']") ?? at("search")).focus();
};

// `show(body)` fills the panel and may give back what is to be done when it is left. `again` shows it once
// more, which is what Back of the next one does.
export const openPanel = ({ title, hue, kind, actions = [], show }, { deeper = false } = {}) => {
  leave();
  leave = () => {};
  if (deeper && current) trail.push(current);
  if (!deeper) trail = [];
  current = { title, hue, kind, actions, show };
  paintPanel();
};

const back = () => {
  const before = trail.pop();
  if (!before) return closePanel();
  leave();
  current = before;
  return paintPanel();
};

const paintPanel = () => {
  const panel = at("panel");
  const body = el("div", { class: "body" });
  const heading = named("h2", { tabindex: "-1", id: "panel-title" }, current.title, 60);
  panel.hidden = false;
  panel.style.setProperty("--lane", current.hue ?? "var(--accent)");
  panel.replaceChildren(
    el("div", { class: "panel-head" },
      trail.length ? el("button", { type: "button", class: "icon", "aria-label": "Back", onclick: back }, "‹") : null,
      el("div", {}, heading, current.kind ? el("small", {}, current.kind) : null),
      el("button", { type: "button", class: "icon", "aria-label": "Close", onclick: closePanel }, "×")),
    body,
    el("div", { class: "actions" }, current.actions.filter(Boolean).map(actionButton)));
  leave = current.show(body) ?? (() => {});
  heading.focus({ preventScroll: true });
};

export const actionButton = ([text, act, style = ""]) =>
  act && el("button", { type: "button", class: style, onclick: act }, text);

export const listenForEscape = () => {
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !at("panel").hidden && event.target !== at("search")) closePanel();
  });
};

// Ask, and put into `place` what is made of the answer, or what went wrong and a way to try again. Of an
// answer that comes when something else is shown already, nothing is made.
export const fetchInto = async (place, name, values, make) => {
  const mine = (place.turn = (place.turn ?? 0) + 1);
  const here = () => place.isConnected && mine === place.turn;
  if (!place.childElementCount) place.replaceChildren(el("p", { class: "note", role: "status" }, "Asking …"));
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await ask(name, values);
    if (here()) place.replaceChildren(...[make(answer)].flat().filter(Boolean));
  } catch (error) {
    if (here()) place.replaceChildren(failure(error, () => fetchInto(place, name, values, make)));
  } finally {
    place.removeAttribute("aria-busy");
  }
};

export const failure = (error, again) =>
  el("div", { class: "failure", role: "alert" }, el("p", {}, plain(error.message, 600)),
    el("button", { type: "button", onclick: again }, "Try again"));

let tabs = 0;
// Tabs: [[label, show(body) -> what ends it], …].
export const tabbed = (label, entries) => {
  const id = `tabs${++tabs}`;
  const body = el("div", { role: "tabpanel", id, tabindex: "-1" });
  let end = () => {};
  const pick = (index, focus) => {
    end();
    buttons.forEach((each, place) => {
      each.setAttribute("aria-selected", String(place === index));
      each.tabIndex = place === index ? 0 : -1;
    });
    body.replaceChildren();
    body.setAttribute("aria-label", entries[index][0]);
    end = entries[index][1](body) ?? (() => {});
    if (focus) buttons[index].focus();
  };
  const buttons = entries.map(([name], index) =>
    el("button", { type: "button", role: "tab", "aria-controls": id, onclick: () => pick(index) }, name));
  const list = el("div", { role: "tablist", class: "tabs", "aria-label": label, onkeydown: (event) => {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const here = buttons.indexOf(document.activeElement);
    if (move && here >= 0) pick((here + move + buttons.length) % buttons.length, true);
  } }, buttons);
  return { nodes: [list, body], start: () => pick(0), stop: () => end() };
};
