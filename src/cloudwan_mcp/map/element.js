// One element: its facts, what it is connected with, and a small drawing of what stands around it.

const DRAWN = 7;
const LINE = 30;
const HIDDEN = /^(Tags|CoreNetworkArn|CoreNetworkId|SegmentName|EdgeLocation|State|OwnerAccountId|AttachmentId)$/;

const words = (name) => plain(name, 40).replace(/(?<=[a-z])(?=[A-Z])/g, " ");

const fact = (name, value) =>
  value !== undefined && value !== null && value !== "" && [el("dt", {}, words(name)), named("dd", {}, value, 96)];

const attributeFacts = (attributes) =>
  Object.entries(attributes ?? {}).slice(0, 40).filter(([name]) => !HIDDEN.test(name))
    .map(([name, value]) => fact(name, typeof value === "object" ? JSON.stringify(value) : String(value)));

const tagList = (tags) =>
  Array.isArray(tags) && tags.length > 0 && el("ul", { class: "chips" }, tags.slice(0, 30).map((tag) =>
    named("li", { class: "chip" }, tag.Value ? `${tag.Key}=${tag.Value}` : tag.Key, 40)));

const factsOf = ({ element }) =>
  el("dl", { class: "facts" },
    [fact("Id", element.id), fact("Segment", element.segment), fact("Edge", element.edge), fact("Account", element.account),
      element.state && [el("dt", {}, "State"), el("dd", {}, stateNode(element.state))],
      attributeFacts(element.attributes)].flat(2).filter(Boolean));

// This element, what it is connected with, and how much of each type stands behind that.
const neighbourhood = (answer) => {
  const close = answer.connections.slice(0, DRAWN);
  const behind = new Map();
  for (const each of answer.near ?? []) if (each.hops > 1) behind.set(each.type, (behind.get(each.type) ?? 0) + 1);
  const far = [...behind].sort((one, other) => other[1] - one[1]).slice(0, DRAWN);
  const height = Math.max(close.length, far.length, 1) * LINE + 8;
  const middle = height / 2;
  const y = (index, all) => middle + (index - (all - 1) / 2) * LINE;
  const curve = (x1, y1, x2, y2, soft) => svg("path", { class: soft ? "soft" : "",
    d: `M${x1} ${y1}C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2} ${x2} ${y2}` });
  const box = (x, place, width, above, below, style = "") => [
    svg("rect", { x, y: place - 12, width, height: 24, rx: 5, class: style }),
    svg("text", { x: x + 5, y: place - 1 }, plain(above, 17)),
    svg("text", { x: x + 5, y: place + 8, class: "small" }, plain(below, 22)),
  ];
  return svg("svg", { class: "around", viewBox: `0 0 300 ${height}`, role: "img",
    "aria-label": `Connected with ${many(answer.connections.length, "element")}; listed below` },
  close.map((_, index) => curve(88, middle, 106, y(index, close.length))),
  far.map((_, index) => curve(208, y(Math.floor(close.length / 2), close.length), 222, y(index, far.length), true)),
  box(0, middle, 88, answer.element.name || answer.element.id, answer.element.type, "self"),
  close.map((each, index) => box(106, y(index, close.length), 102, each.name || each.id, each.type)),
  far.map(([type, value], index) => box(222, y(index, far.length), 78, count(value), type, "soft")));
};

const connection = (each) =>
  el("li", {}, el("button", { type: "button", class: "link", onclick: () => openElement(each.id, each.name, { deeper: true }) },
    el("bdi", {}, plain(each.name || each.id, 40))),
  el("small", {}, [each.connection, each.type, each.state && stateName(each.state)].filter(Boolean).map((word) =>
    plain(word, 40)).join(" · ")));

const overview = (answer) => [
  answer.connections.length > 0 && neighbourhood(answer),
  factsOf(answer),
  tagList(answer.element.attributes?.Tags),
  el("h3", {}, `${many(answer.connections.length, "connection")}${answer.complete ? "" : ", not all"}`),
  el("ul", { class: "links" }, answer.connections.slice(0, 60).map(connection)),
];

const sheetsOf = (answer) => {
  const { segment, edge } = answer.element;
  const about = (body) => void body.append(...overview(answer).filter(Boolean));
  if (!segment || !edge) return el("div", {}, overview(answer).filter(Boolean));
  const sheets = tabbed("Of this element", [["Overview", about], ["Route table", routeTable({ segment, edge })]]);
  const node = el("div", {}, sheets.nodes);
  queueMicrotask(sheets.start);
  return node;
};

export const openElement = (id, name, options) => {
  const title = name || id;
  openPanel({
    title,
    kind: plain(id, 64),
    actions: [askButton("Ask about this", `Tell me about ${quoted(id)}${name ? ` (${quoted(name)})` : ""}: where it stands in the network, what it reaches, and is anything wrong?`)],
    show: (body) => {
      const place = el("div");
      body.append(place);
      fetchInto(place, "describe", { id, hops: 2 }, (answer) => {
        markCell(answer.element.segment, answer.element.edge);
        sayContext(`The map shows ${plain(answer.element.type, 60)} ${quoted(id)}, named ${quoted(answer.element.name ?? "")}.`);
        return sheetsOf(answer);
      });
    },
  }, options);
};
