// Segments by edges: lanes and columns, tinted by the logarithm of what stands there.

let drawn = { shape: "", cells: new Map() };

// "ap-", "southeast-", "1": its geography stands first.
const edgeLines = (name) => {
  const [, first, rest] = /^([^-]+-)(.+)$/.exec(name) ?? [null, name, ""];
  const parts = rest.length > 9 ? rest.split(/(?<=-)(?=[^-]*$)/) : [rest];
  return [first, ...parts].flatMap((part, index) => (index && part ? [el("br"), part] : [part]));
};

const edgeHead = (edge) =>
  el("th", { scope: "col", role: "columnheader", class: "edge", title: plain(`${edge.name} ${edge.note}`) },
    edge.badge ? el("span", { class: "badge", title: "A network function group is deployed here" }, "inspection") : null,
    el("b", {}, edgeLines(plain(edge.name, 40))),
    el("small", {}, plain(edge.note, 24)));

const areaHeads = (edges) => {
  const heads = [];
  edges.forEach((edge, index) => {
    if (index && edges[index - 1].area === edge.area) heads.at(-1).colSpan += 1;
    else heads.push(el("th", { class: "area", scope: "colgroup", role: "columnheader" }, el("span", {}, edge.area)));
  });
  return heads;
};

const laneNote = (lane) => {
  const words = [];
  if (lane.isolated) words.push(el("em", { class: "bad" }, "isolated"));
  if (lane.group) words.push("network function group");
  if (lane.note) words.push(plain(lane.note, 48));
  return words.flatMap((each, index) => (index ? [" · ", each] : [each]));
};

export const laneHead = (lane) =>
  el("th", { scope: "row", role: "rowheader", class: lane.again ? "lane again" : "lane" },
    named("b", {}, lane.name.startsWith("nfg:") ? lane.name.slice(4) : lane.name, 26),
    el("small", {}, laneNote(lane)));

const build = (model) => {
  const cells = new Map();
  const rows = model.lanes.map((lane) => {
    const row = el("tr", { role: "row", css: { "--lane": lane.hue }, class: lane.group ? "group" : "" }, laneHead(lane));
    for (const edge of model.edges) {
      const cell = el("td", { role: "gridcell", tabindex: "-1" }, el("b"), el("i"));
      cells.set(cell, [lane.index, edge.index]);
      row.append(cell);
    }
    row.append(el("td", { class: "total", role: "cell" }));
    return row;
  });
  const table = el("table", { role: "grid", class: "map", "aria-label": "Attachments by segment and edge" },
    el("thead", { role: "rowgroup" },
      el("tr", { role: "row", class: "areas" }, el("td", { class: "corner", role: "cell" }), areaHeads(model.edges),
        el("td", { role: "cell" })),
      el("tr", { role: "row" }, el("th", { class: "corner", role: "columnheader" }, "segment \\ edge"),
        model.edges.map(edgeHead), el("th", { class: "total", role: "columnheader" }, "total"))),
    el("tbody", { role: "rowgroup" }, rows),
    el("tfoot", { role: "rowgroup" }, el("tr", { role: "row" }, el("th", { role: "rowheader", class: "lane" }, "total"),
      model.edges.map(() => el("td", { class: "total", role: "cell" })), el("td", { class: "total sum", role: "cell" }))));
  return { table, cells };
};

const bar = (model, cell) => {
  let from = 0;
  const parts = cell.types.map((value, index) => {
    const start = from;
    from += (value / cell.count) * 100;
    return value && `${colourOf(model.grid.types[index])} ${start.toFixed(1)}% ${from.toFixed(1)}%`;
  });
  return `linear-gradient(90deg, ${parts.filter(Boolean).join(", ")})`;
};

const fillCell = (td, model, lane, edge) => {
  const cell = cellOf(model, lane, edge);
  const key = JSON.stringify([cell, model.most]);
  if (td.shown === key) return;
  td.shown = key;
  const trouble = troubles(model, cell);
  const words = [many(cell.count, "attachment"), trouble ? troubleWords(model, cell) : ""].filter(Boolean).join(", ");
  td.setAttribute("aria-label", `${laneName(lane.name)}, ${plain(edge.name, 40)}: ${cell.count ? words : "none"}`);
  td.className = cell.count ? "" : "empty";
  td.title = cell.count ? `${words}\n${typeWords(model, cell)}` : "";
  td.style.setProperty("--t", cell.count ? Math.log1p(cell.count) / Math.log1p(model.most) : 0);
  td.children[0].textContent = cell.count ? brief(cell.count) : "";
  td.children[1].style.background = cell.count ? bar(model, cell) : "";
  td.children[2]?.remove();
  if (trouble) td.append(el("em", { class: "alarm" }, brief(trouble)));
};

// The same lanes and edges keep their nodes, so that focus and scrolling stay while a discovery grows.
export const drawGrid = (root, model, open) => {
  const shape = JSON.stringify([model.grid.lanes, model.grid.edges]);
  if (drawn.shape !== shape || !root.contains(drawn.table)) {
    drawn = { shape, ...build(model) };
    root.replaceChildren(drawn.table);
    rove(drawn.table, (td) => open(...drawn.cells.get(td)));
  }
  const edges = new Map(model.edges.map((edge) => [edge.index, edge]));
  for (const [td, [lane, edge]] of drawn.cells) fillCell(td, model, model.lanes[lane], edges.get(edge));
  model.lanes.forEach((lane, index) => {
    drawn.table.tBodies[0].rows[index].lastChild.textContent = brief(lane.total);
  });
  const sums = drawn.table.tFoot.rows[0].cells;
  model.edges.forEach((edge, index) => { sums[index + 1].textContent = brief(edge.total); });
  sums[model.edges.length + 1].textContent = brief(model.total);
};

export const markCell = (segment, edge) => {
  for (const td of drawn.table?.querySelectorAll("[aria-selected=true]") ?? []) td.removeAttribute("aria-selected");
  const found = state.model && segment !== undefined && findCell(state.model, segment, edge);
  if (!found) return null;
  for (const [td, [lane, column]] of drawn.cells) {
    if (lane === found[0].index && column === found[1].index) {
      td.setAttribute("aria-selected", "true");
      return td;
    }
  }
  return null;
};
