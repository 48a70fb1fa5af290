// The map comes up: what the host hands over is shown, and followed while it grows.

import { ask, connect, hear, told } from "./bridge.js";
import { openCell } from "./cell.js";
import { showChanges } from "./changes.js";
import { applyContext, enlarge, watchSize } from "./context.js";
import { drawing, fileButton, gridCsv, tableCsv } from "./download.js";
import { drawGrid } from "./grid.js";
import { beside } from "./keyboard.js";
import { showMatrix } from "./matrix.js";
import { readGrid, state } from "./model.js";
import { closePanel, failure } from "./panel.js";
import { startSearch } from "./search.js";
import { hintOf, showAge, showFilters, showStatus } from "./status.js";
import { announce, at, el, press, put } from "./text.js";

const POLL_MS = 2000;
const AGE_MS = 15000;
const VIEWS = { grid: "Segments × edges", matrix: "Segment matrix", changes: "Changes" };
let polling = 0;
let ageing = 0;
let frame = 0;

const show = (grid) => {
  state.model = readGrid(grid);
  frame = frame || requestAnimationFrame(paint);
  clearTimeout(polling);
  if (!grid.cells) poll();
  else if (grid.snapshot?.state === "growing") polling = setTimeout(poll, POLL_MS);
};

const paint = () => {
  frame = 0;
  const { model } = state;
  if (!model || state.stopped) return;
  const { grid } = model;
  showStatus(model);
  put(at("start"));
  if (state.view !== "grid" || !grid.cells) return;
  if (grid.core_network && model.lanes.length && model.edges.length) return drawGrid(at("view"), model, openCell);
  put(at("view"), el("div.calm", el("p", grid.core_network ? "Nothing is known of this core network yet." : "No core network is seen with these credentials."),
    hintOf(grid), press("Read it again", () => load("show_topology", { refresh: "always" }))));
};

const asked = () => ({ core_network_id: state.network, ...state.filters });

// One question at a time; an unseen page asks nothing.
const poll = async () => {
  let after = POLL_MS;
  try {
    if (!document.hidden) return show(await ask("map_grid", asked()));
  } catch {
    after *= 3;
  }
  if (!state.stopped) polling = setTimeout(poll, after);
};

const load = async (tool, given = asked()) => {
  clearTimeout(polling);
  put(at("start"), el("p", { role: "status" }, "Reading the network …"));
  try {
    show(await ask(tool, given));
    announce("The grid shows what matches.");
  } catch (error) {
    fail(error, tool, given);
  }
};

const fail = (error, tool, given) => put(at("start"), failure(error, () => load(tool, given)));

export const setFilter = (name, value) => {
  state.filters = { ...state.filters, [name]: value || undefined };
  if (state.view === "grid") closePanel();
  else pick("grid");
  showFilters(state.model.grid);
  load("map_grid");
};

export const setNetwork = async (id) => {
  state.network = id;
  closePanel();
  await load("map_grid");
  if (state.view !== "grid") pick(state.view);
};

const pick = (view) => {
  state.view = view;
  closePanel();
  document.body.dataset.view = view;
  for (const each of at("views").children) {
    each.setAttribute("aria-selected", each.value === view);
    each.tabIndex = each.value === view ? 0 : -1;
  }
  const root = put(at("view"));
  root.setAttribute("aria-label", VIEWS[view]);
  if (view === "grid") paint();
  else (view === "matrix" ? showMatrix : showChanges)(root);
};

const files = () => {
  const name = () => `${state.model?.grid.core_network?.name || "network"}-${state.view}`;
  const table = () => {
    const found = at("view").querySelector("table");
    if (!found) throw new Error("There is no table to keep.");
    return found;
  };
  return [fileButton(name, "csv", () => (state.view === "grid" ? gridCsv(state.model) : tableCsv(table()))),
    fileButton(name, "svg", (report) => drawing(state.view === "matrix" ? "svg-matrix" : "svg", report))];
};

const stop = () => {
  state.stopped = true;
  clearTimeout(polling);
  clearInterval(ageing);
  closePanel();
};

const listen = () => {
  hear("ui/notifications/tool-result", (result) => {
    try {
      show(told(result));
    } catch (error) {
      fail(error, "show_topology");
    }
  });
  hear("ui/notifications/tool-input", ({ arguments: given }) => { state.network = given?.core_network_id ?? ""; });
  hear("ui/notifications/tool-cancelled", () => fail(new Error("The call was cancelled."), "show_topology"));
  hear("ui/notifications/host-context-changed", applyContext);
  hear("ui/resource-teardown", stop);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => applyContext());
  addEventListener("keydown", (event) => event.key === "Escape" && closePanel());
  at("larger").addEventListener("click", enlarge);
  at("views").addEventListener("click", ({ target }) => target.value && pick(target.value));
  at("views").addEventListener("keydown", (event) => {
    const next = beside(event, [...at("views").children]);
    if (next) pick(next.value);
    next?.focus();
  });
};

const start = async () => {
  applyContext();
  listen();
  startSearch();
  await connect({ name: "cloudwan-map", version: document.documentElement.dataset.version });
  applyContext();
  put(at("files"), files());
  watchSize();
  ageing = setInterval(showAge, AGE_MS);
};

start();
