// One element: its facts, what it is connected with, and a small drawing of what stands around it.

import { stateNode } from "./cell.js";
import { askButton, quoted, sayContext } from "./context.js";
import { markCell } from "./grid.js";
import { fetchInto, openPanel, tabbed } from "./panel.js";
import { link, routeTable } from "./routes.js";
import { count, dotted, el, many, named, plain, put, stateName } from "./text.js";

const DRAWN = 7;
const LINE = 30;
const SAID = /^(Tags|CoreNetworkArn|CoreNetworkId|SegmentName|EdgeLocation|State|OwnerAccountId|AttachmentId)$/;

const fact = (name, value) => value && [el("dt", plain(name, 40).replace(/(?<=[a-z])(?=[A-Z])/g, " ")), el("dd", value)];

const factsOf = ({ id, segment, edge, account, state: condition, attributes = {} }) => {
  const { Tags: tags } = attributes;
  const others = Object.entries(attributes).filter(([name]) => !SAID.test(name)).slice(0, 40);
  return [
    el("dl.facts", fact("Id", id), fact("Segment", segment), fact("Edge", edge), fact("Account", account),
      fact("State", condition && stateNode(condition)),
      others.map(([name, value]) => fact(name, plain(typeof value === "object" ? JSON.stringify(value) : value, 200)))),
    Array.isArray(tags) && el("ul.chips", tags.slice(0, 30).map(({ Key, Value }) =>
      named("li.chip", Value ? `${Key}=${Value}` : Key, 40))),
  ];
};

// This element, what it is connected with, and how much of each type stands behind that.
const neighbourhood = ({ element, connections, near = [] }) => {
  const close = connections.slice(0, DRAWN);
  const behind = {};
  for (const { hops, type } of near) if (hops > 1) behind[type] = (behind[type] ?? 0) + 1;
  const far = Object.entries(behind).sort((one, other) => other[1] - one[1]).slice(0, DRAWN);
  const height = Math.max(close.length, far.length) * LINE + 4;
  const y = (index, all) => height / 2 + (index - (all.length - 1) / 2) * LINE;
  const curve = (left, from, right, to) => el("@path", { d: `M${left} ${from}C${left + 9} ${from} ${right - 9} ${to} ${right} ${to}` });
  const box = (x, middle, width, above, below) => [
    el("@rect", { x, y: middle - 12, width, height: 24, rx: 5 }),
    el("@text", { x: x + 5, y: middle - 1 }, plain(above, 17)), el("@text.small", { x: x + 5, y: middle + 8 }, plain(below, 22)),
  ];
  return el("@svg.around", { viewBox: `0 0 300 ${height}`, role: "img", "aria-label": "What it is connected with; listed below" },
    close.map((_, index) => curve(88, height / 2, 106, y(index, close))),
    far.map((_, index) => curve(208, height / 2, 222, y(index, far))),
    box(0, height / 2, 88, element.name || element.id, element.type),
    close.map((each, index) => box(106, y(index, close), 102, each.name || each.id, each.type)),
    far.map(([type, value], index) => box(222, y(index, far), 78, count(value), type)));
};

const overview = (answer) => (body) => {
  const { element, connections, complete } = answer;
  put(body, connections.length > 0 && neighbourhood(answer), factsOf(element),
    el("h3", `${many(connections.length, "connection")}${complete ? "" : ", not all"}`),
    el("ul.links", connections.slice(0, 60).map((each) => el("li", link(each),
      el("small", dotted(each.connection, each.type, each.state && stateName(each.state)))))));
};

export const openElement = (id, name, deeper) =>
  openPanel({
    title: name || id,
    kind: id,
    actions: askButton(`Tell me about ${quoted(id)}, named ${quoted(name)}: where does it stand, what does it reach, and is anything wrong?`),
    show: (body) => {
      fetchInto(body, "describe", { id, hops: 2 }, (answer) => {
        const { segment, edge, type } = answer.element;
        markCell(segment, edge);
        sayContext(`The map shows ${quoted(type)} ${quoted(id)}, named ${quoted(name)}.`);
        const place = el("div.body");
        if (segment && edge) tabbed(place, [["Overview", overview(answer)], ["Route table", routeTable({ segment, edge })]]);
        else overview(answer)(place);
        return place;
      });
    },
  }, deeper);
