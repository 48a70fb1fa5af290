// The map comes up: what the host hands over is shown, and followed while it grows.

const POLL_MS = 2000;
const AGE_MS = 15000;
const VIEWS = { grid: "Segments × edges", matrix: "Segment matrix", changes: "Changes" };
let polling = 0;
let frame = 0;
let asking = false;
let stopSize = () => {};
let ageing = 0;

const show = (grid) => {
  if (state.stopped) return;
  state.model = readGrid(grid);
  frame = frame || requestAnimationFrame(paint);
  clearTimeout(polling);
  if (grid.snapshot?.state === "growing" || !grid.cells) polling = setTimeout(poll, grid.cells ? POLL_MS : 0);
};

const paint = () => {
  frame = 0;
  const { model } = state;
  if (!model || state.stopped) return;
  showStatus(model);
  at("start").hidden = true;
  if (state.view === "grid" && model.grid.cells) paintGrid(model);
};

const paintGrid = (model) => {
  const root = at("view");
  const network = model.grid.core_network;
  if (!network || !model.lanes.length || !model.edges.length) {
    root.replaceChildren(el("div", { class: "empty-note" },
      el("p", {}, network ? "Nothing is known of this core network yet." : "No core network is seen with these credentials."), hintOf(model.grid),
      el("button", { type: "button", onclick: () => load("show_topology", { refresh: "always" }) }, "Read it again")));
    return;
  }
  drawGrid(root, model, (lane, edge) => openCell(state.model.lanes[lane], state.model.edges.find((each) => each.index === edge)));
  showLegend(model.grid);
  if (!model.total && Object.keys(state.filters).length) announce("No attachment matches these filters.");
};

// One question at a time; an unseen page asks nothing.
const poll = async () => {
  if (document.hidden || asking || state.stopped) {
    polling = setTimeout(poll, POLL_MS);
    return;
  }
  asking = true;
  try {
    show(await ask("map_grid", { core_network_id: state.network, ...state.filters }));
  } catch {
    polling = setTimeout(poll, POLL_MS * 2);
  } finally {
    asking = false;
  }
};

const load = async (tool, values = {}) => {
  at("start").hidden = false;
  at("start").replaceChildren(el("p", { role: "status" }, "Reading the network …"));
  try {
    show(await ask(tool, { core_network_id: state.network, ...values }));
  } catch (error) {
    at("start").replaceChildren(failure(error, () => load(tool, values)));
  }
};

const reload = async () => {
  clearTimeout(polling);
  at("view").setAttribute("aria-busy", "true");
  try {
    show(await ask("map_grid", { core_network_id: state.network, ...state.filters }));
    announce("The grid shows what matches.");
  } catch (error) {
    at("view").replaceChildren(failure(error, reload));
  } finally {
    at("view").removeAttribute("aria-busy");
  }
};

const setFilter = (name, value) => {
  state.filters = Object.fromEntries(Object.entries({ ...state.filters, [name]: value }).filter(([, each]) => each));
  closePanel();
  if (state.view !== "grid") pick("grid");
  showFilters(state.model);
  reload();
};

const setNetwork = async (id) => {
  state.network = id;
  closePanel();
  await reload();
  if (state.view !== "grid") pick(state.view);
};

const pick = (view) => {
  state.view = view;
  closePanel();
  document.body.dataset.view = view;
  for (const each of at("views").children) {
    each.setAttribute("aria-selected", String(each.dataset.view === view));
    each.tabIndex = each.dataset.view === view ? 0 : -1;
  }
  const root = at("view");
  root.replaceChildren();
  root.setAttribute("aria-label", VIEWS[view]);
  if (view === "grid") paint();
  else if (view === "matrix") showMatrix(root);
  else showChanges(root);
};

const fileTitle = () => {
  const { core_network: network, snapshot } = state.model.grid;
  return plain([VIEWS[state.view], network?.name, network?.id, network?.policy_version && `policy ${network.policy_version}`,
    snapshot?.id].filter(Boolean).join(" · "), 200);
};

const files = () => {
  const table = () => at("view").querySelector("table.map");
  const name = () => `${state.view}-${state.model?.grid.core_network?.name || "network"}`;
  const nothing = () => announce("There is nothing to keep yet.");
  const figures = () => (state.view === "grid" ? gridCsv(state.model) : tableCsv(at("view").querySelector("table")));
  const kept = (suffix, kind, make) => () =>
    (at("view").querySelector("table") ? keepFile(name(), suffix, kind, make()).catch((error) => announce(error.message)) : nothing());
  if (!host.can.downloadFile) return [];
  return [["CSV", kept("csv", "text/csv", figures)], ["SVG", () => (table() ? kept("svg", "image/svg+xml", () => picture(table(), fileTitle()))() : nothing())]];
};

const stop = () => {
  state.stopped = true;
  clearTimeout(polling);
  clearInterval(ageing);
  cancelAnimationFrame(frame);
  closePanel();
  stopSize();
};

const views = () =>
  Object.entries(VIEWS).map(([view, label]) =>
    el("button", { type: "button", role: "tab", "aria-controls": "view", "data-view": view, onclick: () => pick(view) }, label));

const listen = () => {
  hear("ui/notifications/tool-result", (result) => {
    try {
      show(told(result));
    } catch (error) {
      at("start").hidden = false;
      at("start").replaceChildren(failure(error, () => load("show_topology")));
    }
  });
  hear("ui/notifications/tool-input", ({ arguments: given }) => { state.network = given?.core_network_id ?? ""; });
  hear("ui/notifications/tool-cancelled", () => at("start").replaceChildren(
    failure(new Error("The call was cancelled before there was anything to show."), () => load("show_topology"))));
  hear("ui/notifications/host-context-changed", applyContext);
  hear("ui/resource-teardown", stop);
};

const start = async () => {
  at("views").append(...views());
  at("views").addEventListener("keydown", (event) => {
    const all = [...at("views").children];
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!move) return;
    const next = all[(all.indexOf(document.activeElement) + move + all.length) % all.length];
    pick(next.dataset.view);
    next.focus();
  });
  applyContext({});
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => applyContext({}));
  listen();
  pick("grid");
  startSearch();
  listenForEscape();
  at("larger").addEventListener("click", enlarge);
  await connect({ name: "cloudwan-map", version: document.documentElement.dataset.version });
  applyContext({});
  at("files").replaceChildren(...files().map(actionButton));
  stopSize = watchSize();
  ageing = setInterval(showAge, AGE_MS);
};

start();
