// Segments by edges: lanes and columns, tinted by the logarithm of what stands there.

import { rove } from "./keyboard.js";
import { cellOf, state, troubleWords, typesOf, typeWords } from "./model.js";
import { brief, colourOf, dotted, el, laneName, many, named, plain, put } from "./text.js";

let drawn = { shape: "", cells: [] };

// "ap-", "southeast-", "1": its geography stands first.
const edgeLines = (name) => {
  const [, first, rest] = /^([^-]+-)(.+)$/.exec(name) ?? [null, name, ""];
  return [first, ...(rest.length > 9 ? rest.split(/(?<=-)(?=[^-]*$)/) : [rest])].map((part) => el("span", part));
};

const edgeHead = (edge) =>
  el("th.edge", { scope: "col", title: dotted(edge.name, edge.note) },
    edge.badge && el("em.badge", { title: "A network function group is deployed here" }, "inspection"),
    el("b", edgeLines(plain(edge.name, 40))), el("small", plain(edge.note, 24)));

const areaHeads = (edges) => {
  const heads = [];
  edges.forEach((edge, index) => {
    if (index && edges[index - 1].area === edge.area) heads.at(-1).colSpan += 1;
    else heads.push(el(`${edge.area ? "th" : "td"}.area`, { scope: edge.area ? "colgroup" : false }, el("span", edge.area)));
  });
  return heads;
};

export const laneHead = (lane) =>
  el(lane.again ? "th.lane.again" : "th.lane", { scope: "row" }, named("b", laneName(lane.name), 26),
    el("small", lane.isolated && el("em.bad", "isolated"), lane.isolated && lane.note && " · ",
      dotted(lane.group && "network function group", plain(lane.note, 48))));

export const cellNode = (...content) => el("td", { tabindex: "-1" }, content);

const build = (model) => {
  const cells = [];
  const rows = model.lanes.map((lane) => el("tr", { css: { "--lane": lane.hue } }, laneHead(lane),
    model.edges.map((edge, column) => {
      const td = cellNode(el("b"), el("i"));
      cells.push({ td, lane: lane.index, column });
      return td;
    }), el("th.total")));
  const table = el("table.map", { role: "grid", css: { "--n": model.edges.length }, "aria-label": "Attachments by segment and edge" },
    el("thead", el("tr.areas", el("td.corner"), areaHeads(model.edges), el("td")),
      el("tr", el("th.corner", { scope: "col" }, "segment \\ edge"), model.edges.map(edgeHead), el("th.total", { scope: "col" }, "total"))),
    el("tbody", rows),
    el("tfoot", el("tr", el("th.lane", { scope: "row" }, "total"), model.edges.map(() => el("th.total")), el("th.total.sum"))));
  return { table, cells };
};

const bar = (model, cell) => {
  let from = 0;
  const parts = typesOf(model, cell).map(([type, value]) => {
    const start = from;
    from += (value / cell.count) * 100;
    return `${colourOf(type)} ${start.toFixed(1)}% ${from.toFixed(1)}%`;
  });
  return `linear-gradient(90deg, ${parts})`;
};

const fillCell = (td, model, lane, edge) => {
  const cell = cellOf(model, lane, edge);
  const key = JSON.stringify([cell, model.most]);
  if (td.shown === key) return;
  td.shown = key;
  const words = [cell.count ? many(cell.count, "attachment", brief) : "none", troubleWords(model, cell)].filter(Boolean).join(", ");
  td.setAttribute("aria-label", `${laneName(lane.name)}, ${plain(edge.name, 40)}: ${words}`);
  td.className = cell.count ? "" : "empty";
  td.title = cell.count ? `${words}\n${typeWords(model, cell)}` : "";
  td.style.setProperty("--t", cell.count && Math.log1p(cell.count) / Math.log1p(model.most));
  put(td.children[0], cell.count ? brief(cell.count) : "");
  td.children[1].style.background = cell.count ? bar(model, cell) : "";
  td.children[2]?.remove();
  if (cell.states.length) td.append(el("em.alarm", { "data-n": brief(cell.states.reduce((sum, [, value]) => sum + value, 0)) }));
};

// The same lanes and edges keep their nodes, so that focus and scrolling stay while a discovery grows.
export const drawGrid = (root, model, open) => {
  const shape = JSON.stringify([model.grid.lanes, model.grid.edges]);
  if (drawn.shape !== shape || !root.contains(drawn.table)) {
    drawn = { shape, ...build(model) };
    put(root, drawn.table);
    rove(drawn.table, (td) => {
      const { lane, column } = drawn.cells.find((each) => each.td === td);
      open(state.model.lanes[lane], state.model.edges[column]);
    });
  }
  for (const { td, lane, column } of drawn.cells) fillCell(td, model, model.lanes[lane], model.edges[column]);
  const sums = [...model.lanes, ...model.edges, model].map((each) => brief(each.total));
  drawn.table.querySelectorAll("tbody .total, tfoot .total").forEach((each, index) => put(each, sums[index]));
};

// Show which cell is meant; none without a segment.
export const markCell = (segment, edge) => {
  for (const { td, lane, column } of drawn.cells) {
    const meant = state.model.lanes[lane]?.name === segment && state.model.edges[column]?.name === edge;
    td.toggleAttribute("aria-selected", false);
    if (meant) td.setAttribute("aria-selected", "true");
  }
};
