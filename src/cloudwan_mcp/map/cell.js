// One cell: what stands there by type, its attachments, and the route table of its segment at its edge.

const HEADS = ["Attachment", "Type", "Account", "State"];

export const stateNode = (name, words) => {
  const kind = troubled(name) ? (name.startsWith("PENDING") ? "wait" : "bad") : "good";
  return el("span", { class: `state ${kind}`, title: stateName(name) }, words ?? stateName(name));
};

const write = (place, nodes) => place.replaceChildren(...nodes);

const fillAttachment = ([name, type, account, condition], row) => {
  if (!row) return [name, type, account, condition].forEach((each, index) => each.replaceChildren(index ? "" : "…"));
  write(name, [named("b", {}, row[1] || row[0], 40), el("code", {}, plain(row[0], 40))]);
  write(type, [typeName(row[2])]);
  write(account, [row[3] ? `…${plain(row[3], 12).slice(-4)}` : ""]);
  account.title = plain(row[3], 40);
  return write(condition, [stateNode(row[4] ?? "", stateName(row[4] ?? "").split(" ")[0])]);
};

const attachments = (place) => (body) => {
  const names = { ...scope(), ...state.filters, ...place };
  const list = longList({
    label: `Attachments of ${laneName(place.segment)} at ${plain(place.edge)}`,
    heads: HEADS,
    load: async (cursor, limit) => {
      const reply = await ask("map_cell", { ...names, cursor, limit });
      // Types and states are named by place within a page: each row takes its names along.
      const rows = reply.rows.map((row) => [...row.slice(0, 2), reply.types[row[2]], row[3], reply.states[row[4]]]);
      return { ...reply, rows };
    },
    fill: fillAttachment,
    open: (row) => openElement(row[0], row[1], { deeper: true }),
  });
  body.append(...list.nodes);
  list.start();
  return list.stop;
};

const facts = (model, lane, edge) => {
  const cell = cellOf(model, lane, edge);
  const counts = cell.types.map((value, index) => [model.grid.types[index], value]).filter(([, value]) => value);
  const trouble = troubleWords(model, cell);
  return [
    el("ul", { class: "counts" }, counts.map(([type, value]) => el("li", {},
      el("i", { class: "key", css: { background: colourOf(type) } }), typeName(type), el("b", {}, count(value))))),
    trouble && el("p", { class: "trouble" }, el("b", {}, "Needs attention: "), trouble),
    ...tiles(counts.map(([type, value]) => [colourOf(type), value]), typeWords(model, cell)),
  ].filter(Boolean);
};

export const openCell = (lane, edge) => {
  const model = state.model;
  const cell = cellOf(model, lane, edge);
  const where = `${laneName(lane.name)} · ${plain(edge.name, 40)}`;
  if (!cell.count) {
    closePanel();
    markCell(lane.name, edge.name);
    return announce(`${where}: no attachments`);
  }
  const place = { segment: lane.name, edge: edge.name };
  const about = `${quoted(lane.name)} at edge ${quoted(edge.name)}: ${many(cell.count, "attachment")}`
    + ` (${typeWords(model, cell)})${cell.states.length ? `; ${troubleWords(model, cell)}` : ""}`;
  openPanel({
    title: where,
    hue: lane.hue,
    kind: [many(cell.count, "attachment"), lane.isolated ? "isolated" : "", plain(lane.note, 48)].filter(Boolean).join(" · "),
    actions: [
      askButton("Ask about this cell", `Tell me about segment ${about}. What stands out, and is anything wrong?`),
      csvButton((report) => cellCsv(place, report), `${lane.name}-${edge.name}`),
    ],
    show: (body) => {
      markCell(lane.name, edge.name);
      sayContext(`The map shows segment ${about}.`);
      const sheets = tabbed("Of this cell", [["Attachments", attachments(place)], ["Route table", routeTable(place)]]);
      body.append(...facts(model, lane, edge), ...sheets.nodes);
      sheets.start();
      return sheets.stop;
    },
  });
};
