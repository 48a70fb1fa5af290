// Segments by segments: who reaches whom by policy, and why; beside it, what is installed.

import { askButton, quoted, sayContext } from "./context.js";
import { cellNode, laneHead } from "./grid.js";
import { onEnter, rove } from "./keyboard.js";
import { network, NOWHERE, state } from "./model.js";
import { fetchInto, openPanel, tabbed } from "./panel.js";
import { hintOf } from "./status.js";
import { el, note, plain, press } from "./text.js";

const VERDICTS = {
  open: ["open", "open"], via: ["via NFG", "via"], "shared-and-inspected": ["open + NFG", "via"], isolated: ["isolated", "bad"],
  "no-route": ["–", "none"],
};
const LETTERS = { ".": "no-route", "-": "isolated", O: "open", V: "via", B: "shared-and-inspected" };
const spoken = (verdict) => (verdict === "no-route" ? "no route" : VERDICTS[verdict]?.[0] ?? plain(verdict, 40));

const spelt = (names, every, but = []) => {
  if (Array.isArray(names)) return names;
  const missing = [...but, ...(names?.except ?? [])];
  return every.filter((each) => !missing.includes(each));
};

// Verdicts by JSON of [from, to], out of letters or of pairs told in few words.
const readMatrix = ({ grid, own = {}, pairs = [] }, lanes) => {
  const found = new Map();
  const set = (from, to, verdict, via = []) => found.set(JSON.stringify([from, to]), { verdict, via });
  const said = [...Object.values(own), ...pairs.flatMap((row) => [row.among, row.between, row.and])].flatMap((names) => names?.except ?? names ?? []);
  const every = grid ? Object.keys(grid) : [...new Set([...lanes, ...said])].filter((each) => each !== "*");
  for (const from in grid) [...grid[from]].forEach((letter, index) => set(from, every[index], LETTERS[letter]));
  for (const verdict in own) for (const name of spelt(own[verdict], every)) set(name, name, verdict.split(",")[0]);
  for (const { among, between, and, verdict, via } of pairs) {
    const ones = spelt(among ?? between, every);
    for (const one of ones) {
      for (const other of among ? ones : spelt(and, every, ones)) {
        if (one === other) continue;
        set(one, other, verdict, via);
        set(other, one, verdict, via);
      }
    }
  }
  return { every, found };
};

const through = (via = []) => (via.length ? ` through ${plain(via.join(", "), 90)}` : "");

const matrixCell = (from, to, { verdict, via } = { verdict: "no-route", via: [] }) => {
  const [word, style] = VERDICTS[verdict] ?? [spoken(verdict), "none"];
  const td = cellNode(word);
  td.pair = [from, to];
  td.className = style;
  td.title = `${plain(from, 40)} to ${plain(to, 40)}: ${spoken(verdict)}${through(via)}`;
  td.setAttribute("aria-label", td.title);
  return td;
};

const drawMatrix = (answer) => {
  const lanes = new Map(state.model.lanes.filter((lane) => !lane.group && !NOWHERE.test(lane.name)).map((lane) => [lane.name, lane]));
  const { every, found } = readMatrix(answer, [...lanes.keys()]);
  if (!every.length) return [el("p.calm", "The policy has no segments that can be read."), hintOf(answer)];
  const lane = (name) => lanes.get(name) ?? { name, hue: "#7d8694" };
  const css = (name) => ({ css: { "--lane": lane(name).hue } });
  const table = el("table.map.matrix", { role: "grid", "aria-label": "Segments that reach each other, by policy" },
    el("thead", el("tr", el("th.corner", { scope: "col" }, "from \\ to"), every.map((name) => el("th.to", { scope: "col", title: name, ...css(name) }, plain(name, 16))))),
    el("tbody", every.map((from) => el("tr", css(from), laneHead(lane(from)),
      every.map((to) => matrixCell(from, to, found.get(JSON.stringify([from, to]))))))));
  rove(table, ({ pair }) => openPair(...pair, lane(pair[0]).hue));
  const { alias = "", version } = answer.policy ?? {};
  return [table, (answer.egress ?? []).map(({ segments, group, basis, edges = [] }) =>
    note(`Egress of ${plain([segments].flat().join(", "), 120)}${through([group])}: ${plain(basis)} ${plain(edges.join(", "), 300)}`)),
  note(`By the ${plain(alias, 20)} policy${version ? ", version " + version : ""}. A cell tells why.`)];
};

const because = ({ from, to, verdict, via, mode, because: reasons = [], by = [] }) =>
  el("section.why", el("h3", `${plain(from, 40)} → ${plain([to].flat().join(", "), 80)}`),
    el("p", el("b", spoken(verdict)), through(via), mode && ` (${mode})`),
    el("ul", [...reasons, ...by].slice(0, 12).map((each) => el("li", each))));

const side = (label, verdict, ...reasons) => el("div", el("small", label), el("b", verdict), reasons.flat().slice(0, 4).map((each) => each && el("p", each)));

const way = (label, leg) =>
  leg && el("section.why", el("h3", label), el("div.versus", side("By policy", leg.intent, leg.because ?? []),
    side("Installed", leg.installed?.verdict, leg.installed?.because, leg.installed?.route?.prefix)),
  leg.difference && el("p.trouble", leg.difference));

const ends = (from, to) => (body) => {
  const found = el("div");
  const [source, destination] = [["From", from], ["To", to]].map(([label, value]) => el("input", { "aria-label": label, value, maxlength: "200" }));
  const look = () => {
    fetchInto(found, "check_reachability", { source: source.value, destination: destination.value, ...network() }, (answer) =>
      [way("There", answer.forward), way("Back", answer.back), answer.asymmetry && note(answer.asymmetry), hintOf(answer)]);
  };
  body.append(el("div.look", { keydown: onEnter(look) }, source, "→", destination, press("Check", look)),
    note("A segment, segment@edge, attachment, VPC, address or CIDR."), found);
  look();
};

const openPair = (from, to, hue) =>
  openPanel({
    title: `${plain(from, 28)} → ${plain(to, 28)}`,
    hue,
    kind: "segment to segment",
    actions: askButton(`Does segment ${quoted(from)} reach segment ${quoted(to)}, and back? Explain by policy and by installed routes.`),
    show: (body) => {
      sayContext(`The map shows whether segment ${quoted(from)} reaches ${quoted(to)}.`);
      const why = (place) => fetchInto(place, "segment_matrix", { segment: from, other: to, ...network() },
        (answer) => (answer.cells ?? []).map(because));
      return tabbed(body, [["Why", (place) => void why(place)], ["Policy and routes", ends(from, to)]]);
    },
  });

export const showMatrix = (root) => fetchInto(root, "segment_matrix", network(), drawMatrix);
