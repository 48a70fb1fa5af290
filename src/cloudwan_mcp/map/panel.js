// The panel beside the view: one thing at a time, with a way back, a way out, and words for what failed.

import { ask } from "./bridge.js";
import { markCell } from "./grid.js";
import { beside } from "./keyboard.js";
import { at, el, note, plain, press, put } from "./text.js";

let trail = []; // of what was there before
let current = null;
let leave;

export const closePanel = () => {
  const panel = at("panel");
  const origin = document.querySelector(".map [aria-selected]") ?? document.querySelector(".map td[tabindex='0']") ?? at("search");
  if (panel.contains(document.activeElement)) origin.focus();
  leave?.();
  leave = null;
  current = null;
  panel.hidden = true;
  put(panel);
  markCell();
};

// `show(body)` fills the panel, may give back what is to be done when it is left, and is called again on Back.
export const openPanel = (sheet, deeper) => {
  trail = deeper && current ? [...trail, current] : [];
  showSheet(sheet);
};

const showSheet = (sheet) => {
  leave?.();
  current = sheet;
  const panel = at("panel");
  const body = el("div.body");
  const heading = el("h2", { tabindex: "-1", id: "panel-title" }, plain(sheet.title, 60));
  const icon = (name, sign, act) => el("button.icon", { type: "button", "aria-label": name, click: act }, sign);
  panel.hidden = false;
  panel.style.setProperty("--lane", sheet.hue ?? "var(--accent)");
  put(panel,
    el("div.panel-head", trail.length > 0 && icon("Back", "‹", () => showSheet(trail.pop())),
      el("div", heading, el("small", sheet.kind)), icon("Close", "×", closePanel)),
    body, el("div.actions", sheet.actions));
  leave = sheet.show(body);
  heading.focus({ preventScroll: true });
};

// Ask, and put into `place` what is made of the answer, or what went wrong and a way to try again. Of an
// answer that comes when something else is asked already, nothing is made.
export const fetchInto = async (place, name, given, make) => {
  const turn = (place.turn = (place.turn ?? 0) + 1);
  const show = (...content) => turn === place.turn && put(place, content);
  if (!place.firstChild) put(place, note("Asking …"));
  try {
    show(make(await ask(name, given)));
  } catch (error) {
    show(failure(error, () => fetchInto(place, name, given, make)));
  }
};

export const failure = (error, again) =>
  el("div.failure", { role: "alert" }, el("p", error.message), press("Try again", again));

let tabs = 0;
// Tabs: [[label, show(body) -> what ends it], …].
export const tabbed = (body, entries) => {
  const id = `tabs${++tabs}`;
  const sheet = el("div", { role: "tabpanel", id });
  let end;
  const pick = (index) => {
    end?.();
    buttons.forEach((each, place) => {
      each.setAttribute("aria-selected", place === index);
      each.tabIndex = place === index ? 0 : -1;
    });
    put(sheet).setAttribute("aria-label", entries[index][0]);
    end = entries[index][1](sheet);
  };
  const buttons = entries.map(([name], index) => {
    const made = press(name, () => pick(index));
    made.setAttribute("role", "tab");
    made.setAttribute("aria-controls", id);
    return made;
  });
  const step = (event) => {
    const next = beside(event, buttons);
    next?.click();
    next?.focus();
  };
  body.append(el("div.tabs", { role: "tablist", "aria-label": "Of this", keydown: step }, buttons), sheet);
  pick(0);
  return () => end?.();
};
