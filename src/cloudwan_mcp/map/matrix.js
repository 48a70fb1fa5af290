// Segments by segments: who reaches whom by policy, and why; beside it, what is installed.

const VERDICTS = {
  open: ["open", "open"],
  via: ["via NFG", "via"],
  "shared-and-inspected": ["open + NFG", "via"],
  isolated: ["isolated", "bad"],
  "no-route": ["–", ""],
};
const LETTERS = { ".": "no-route", "-": "isolated", O: "open", V: "via", B: "shared-and-inspected" };
const spoken = (verdict) => (verdict === "no-route" ? "no route" : VERDICTS[verdict]?.[0] ?? plain(verdict, 40));

const spelt = (names, every, beside = []) => {
  if (Array.isArray(names)) return names;
  const missing = new Set([...beside, ...(names?.except ?? [])]);
  return every.filter((each) => !missing.has(each));
};

// Verdicts by "from\nto", out of pairs told in few words or of letters.
export const readMatrix = (answer, lanes) => {
  const found = new Map();
  const put = (from, to, verdict, via) => found.set(`${from}\n${to}`, { verdict, via: via ?? [] });
  if (answer.grid) {
    const every = Object.keys(answer.grid);
    for (const from of every) [...answer.grid[from]].forEach((letter, index) => put(from, every[index], LETTERS[letter]));
    return { every, found };
  }
  const said = [...Object.values(answer.own ?? {}), ...(answer.pairs ?? []).flatMap((row) => [row.among, row.between, row.and])];
  const every = [...new Set([...lanes, ...said.flatMap((names) => (Array.isArray(names) ? names : names?.except ?? []))])];
  for (const [verdict, names] of Object.entries(answer.own ?? {})) {
    for (const name of spelt(names, every)) put(name, name, verdict.startsWith("open") ? "open" : verdict);
  }
  for (const row of answer.pairs ?? []) {
    const ones = spelt(row.among ?? row.between, every);
    for (const one of ones) {
      for (const other of row.among ? ones : spelt(row.and, every, ones)) {
        if (one === other) continue;
        put(one, other, row.verdict, row.via);
        put(other, one, row.verdict, row.via);
      }
    }
  }
  return { every, found };
};

const matrixCell = (from, to, cell) => {
  const verdict = cell?.verdict ?? "no-route";
  const [word, style] = VERDICTS[verdict] ?? [plain(verdict, 20), ""];
  const through = cell?.via?.length ? ` through ${cell.via.map((each) => plain(each, 30)).join(", ")}` : "";
  const words = `${plain(from, 40)} to ${plain(to, 40)}: ${spoken(verdict)}${through}`;
  const made = el("td", { role: "gridcell", tabindex: "-1", class: style, "aria-label": words, title: words }, word);
  made.pair = [from, to];
  return made;
};

const exits = (answer) =>
  (answer.egress ?? []).length > 0 && el("section", { class: "beside" }, el("h3", {}, "Egress"),
    el("ul", {}, answer.egress.map((each) => el("li", {}, `${plain([each.segments].flat().join(", "), 120)} → `,
      el("b", {}, plain(each.group ?? "", 40)), plain(` ${each.basis ?? ""} ${(each.edges ?? []).join(", ")}`, 300)))));

const drawMatrix = (answer) => {
  const lanes = state.model.lanes.filter((lane) => !lane.group && !lane.name.startsWith("("));
  const { every, found } = readMatrix(answer, lanes.map((lane) => lane.name));
  if (!every.length) return [el("p", { class: "empty-note" }, "The policy has no segments, or there is none that can be read."), hintOf(answer)];
  const hues = new Map(lanes.map((lane) => [lane.name, lane]));
  const lane = (name) => hues.get(name) ?? { name, hue: "#7d8694" };
  const table = el("table", { role: "grid", class: "map matrix", "aria-label": "Segments that reach each other, by policy" },
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, el("th", { class: "corner", role: "columnheader" }, "from \\ to"),
      every.map((name) => named("th", { class: "to", role: "columnheader", scope: "col", css: { "--lane": lane(name).hue } }, name, 16)))),
    el("tbody", { role: "rowgroup" }, every.map((from) => el("tr", { role: "row", css: { "--lane": lane(from).hue } },
      laneHead(lane(from)), every.map((to) => matrixCell(from, to, found.get(`${from}\n${to}`)))))));
  rove(table, (cell) => openPair(...cell.pair, lane(cell.pair[0]).hue));
  const version = answer.policy?.version;
  return [table, exits(answer), el("p", { class: "note" },
    `By the ${plain(answer.policy?.alias ?? "", 20)} policy${version ? `, version ${count(version)}` : ""}. A cell tells why.`)];
};

const because = (row) =>
  el("section", { class: "why" }, el("h3", {}, `${plain(row.from, 40)} → ${plain([row.to].flat().join(", "), 80)}`),
    el("p", {}, el("b", {}, spoken(row.verdict)), row.via?.length ? ` through ${plain(row.via.join(", "), 120)}` : "",
      row.mode ? ` (${plain(row.mode, 40)})` : ""),
    el("ul", {}, [...(row.because ?? []), ...(row.by ?? [])].slice(0, 12).map((each) => el("li", {}, plain(each, 300)))));

const way = (label, leg) =>
  leg && el("section", { class: "why" }, el("h3", {}, label),
    el("div", { class: "versus" },
      el("div", {}, el("small", {}, "By policy"), el("b", {}, plain(leg.intent, 40)), (leg.because ?? []).slice(0, 4).map((each) => el("p", {}, plain(each, 240)))),
      el("div", {}, el("small", {}, "Installed"), el("b", {}, plain(leg.installed?.verdict ?? "–", 40)),
        el("p", {}, plain(leg.installed?.because ?? "", 240)), leg.installed?.route && el("p", {}, el("code", {}, plain(leg.installed.route.prefix, 48))))),
    leg.difference && el("p", { class: "trouble" }, plain(leg.difference, 300)));

const ends = (from, to) => (body) => {
  const found = el("div");
  const field = (label, value) => el("input", { type: "text", "aria-label": label, value, maxlength: "200" });
  const [source, destination] = [field("From", from), field("To", to)];
  const look = () => fetchInto(found, "check_reachability",
    { source: source.value, destination: destination.value, core_network_id: scope().core_network_id },
    (answer) => [way("There", answer.forward), way("Back", answer.back), answer.asymmetry && el("p", { class: "note" }, plain(answer.asymmetry, 300)), hintOf(answer)]);
  body.append(el("form", { class: "look pair", onsubmit: (event) => { event.preventDefault(); look(); } }, source, "→", destination,
    el("button", {}, "Check")), el("p", { class: "note" }, "Segment, segment@edge, attachment, VPC, address or CIDR."), found);
  look();
};

const openPair = (from, to, hue) =>
  openPanel({
    title: `${plain(from, 40)} → ${plain(to, 40)}`,
    hue,
    kind: "segment to segment",
    actions: [askButton("Ask about this pair", `Does segment ${quoted(from)} reach segment ${quoted(to)}, and back? Explain by policy and by installed routes.`)],
    show: (body) => {
      sayContext(`The map shows whether segment ${quoted(from)} reaches ${quoted(to)}.`);
      const why = (place) => {
        const found = place.appendChild(el("div"));
        fetchInto(found, "segment_matrix", { segment: from, other: to, core_network_id: scope().core_network_id },
          (answer) => [...(answer.cells ?? []).map(because), hintOf(answer)]);
      };
      const sheets = tabbed("Of this pair", [["Why", why], ["Policy and routes", ends(from, to)]]);
      body.append(...sheets.nodes);
      sheets.start();
    },
  });

export const showMatrix = (root) =>
  fetchInto(root, "segment_matrix", { core_network_id: scope().core_network_id }, drawMatrix);
