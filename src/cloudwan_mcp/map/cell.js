// One cell: what stands there by type, its attachments, and the route table of its segment at its edge.

import { askButton, quoted, sayContext } from "./context.js";
import { cellCsv, cellPage, fileButton } from "./download.js";
import { openElement } from "./element.js";
import { markCell } from "./grid.js";
import { cellOf, state, troubleWords, typesOf, typeWords } from "./model.js";
import { closePanel, openPanel, tabbed } from "./panel.js";
import { routeTable } from "./routes.js";
import { longList } from "./rows.js";
import { announce, colourOf, count, dotted, el, laneName, many, named, plain, put, stateName, typeName } from "./text.js";
import { tiles } from "./tiles.js";

export const stateNode = (name, words = stateName(name)) => {
  const kind = /^(FAILED|REJECTED)/.test(name) ? "bad" : name.startsWith("PENDING") ? "wait" : "good";
  return el(`span.${kind}`, { title: stateName(name) }, words);
};

const fillAttachment = ([first, kind, owner, condition], row) => {
  const [id, name, type, account, word] = row ?? ["", "…", "", "", ""];
  put(first, named("b", name || id, 40), el("code", { title: id }, id.replace("attachment-", "")));
  put(kind, type && typeName(type));
  put(owner, account && `…${account.slice(-4)}`);
  owner.title = plain(account);
  put(condition, word && stateNode(word, stateName(word).split(" ")[0]));
};

const attachments = (place) => (body) =>
  longList(body, {
    label: `Attachments of ${laneName(place.segment)} at ${place.edge}`,
    heads: ["Attachment", "Type", "Account", "State"],
    load: (cursor, limit) => cellPage(place, cursor, limit),
    fill: fillAttachment,
    open: ([id, name]) => openElement(id, name, true),
  });

const facts = (model, cell) => {
  const counts = typesOf(model, cell);
  return [
    el("ul.counts", counts.map(([type, value]) => el("li", el("i.key", { css: { background: colourOf(type) } }), typeName(type), el("b", count(value))))),
    cell.states.length > 0 && el("p.trouble", el("b", "Needs attention: "), troubleWords(model, cell)),
    ...tiles(counts.map(([type, value]) => [colourOf(type), value]), typeWords(model, cell)),
  ];
};

export const openCell = (lane, edge) => {
  const { model } = state;
  const cell = cellOf(model, lane, edge);
  const title = `${laneName(lane.name)} · ${plain(edge.name, 40)}`;
  const place = { segment: lane.name, edge: edge.name };
  if (!cell.count) {
    closePanel();
    return announce(`${title}: no attachments`);
  }
  const about = `segment ${quoted(lane.name)} at edge ${quoted(edge.name)}: ${many(cell.count, "attachment")}`
    + ` (${typeWords(model, cell)}), ${troubleWords(model, cell) || "none that needs attention"}.`;
  openPanel({
    title,
    hue: lane.hue,
    kind: dotted(many(cell.count, "attachment"), lane.isolated && "isolated", plain(lane.note, 48)),
    actions: [askButton(`Tell me about ${about} What stands out, and is anything wrong?`),
      fileButton(() => `${lane.name}-${edge.name}`, "csv", (report) => cellCsv(place, report))],
    show: (body) => {
      markCell(lane.name, edge.name);
      sayContext(`The map shows ${about}`);
      put(body, facts(model, cell));
      return tabbed(body, [["Attachments", attachments(place)], ["Route table", routeTable(place)]]);
    },
  });
};
