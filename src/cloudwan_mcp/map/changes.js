// What came, went and changed between two snapshots: counted by type, by segment and edge, then one by one.

import { ask } from "./bridge.js";
import { failure, fetchInto } from "./panel.js";
import { link, plainTable } from "./routes.js";
import { brief, count, dotted, duration, el, named, note, plain, press, put } from "./text.js";

const PAGES = 5; // counted by segment and edge without being asked for more
const MOST_SHOWN = 1000;
const KINDS_OF_CHANGE = ["added", "removed", "changed"];
const sign = (kind) => ({ added: "+", removed: "−", changed: "~" })[kind] ?? "";
const figures = (counts) => KINDS_OF_CHANGE.map((kind) => el(`td.${kind}`, counts[kind] > 0 && sign(kind) + count(counts[kind])));

const choice = (label, items, chosen) =>
  el("label", label, el("select", items.map(({ snapshot, elements }, index) => el("option", { value: snapshot.id, selected: index === chosen },
    `${duration(snapshot.age_s)} ago · ${brief(elements)} elements`))));

const counters = (summary) =>
  el("ul.counters", [...KINDS_OF_CHANGE, "same", "unread"].filter((kind) => kind !== "unread" || summary.unread)
    .map((kind) => el(`li.${kind}`, el("b", sign(kind) + count(summary[kind])), kind)));

const places = (items) => {
  const found = {};
  for (const { segment = "(none)", edge = "(none)", change } of items) {
    const counts = (found[JSON.stringify([segment, edge])] ??= {});
    counts[change] = (counts[change] ?? 0) + 1;
  }
  const sum = ([, counts]) => Object.values(counts).reduce((all, value) => all + value, 0);
  const rows = Object.entries(found).sort((one, other) => sum(other) - sum(one)).slice(0, 40);
  return rows.map(([key, counts]) => el("tr", JSON.parse(key).map((each) => named("td", each, 32)), figures(counts)));
};

const shownValue = (value) => plain(typeof value === "string" ? value : JSON.stringify(value), 60);

const changeRow = ({ change, id, name, type, segment, edge, fields = {} }) =>
  el("li", el(`b.${change}`, `${sign(change)} ${change} `), link({ id, name }, false), el("small", dotted(type, segment, edge)),
    Object.entries(fields).slice(0, 6).map(([member, [before, after]]) =>
      el("small", `${plain(member, 40)}: `, el("del", shownValue(before)), " → ", el("ins", shownValue(after)))));

const drawDiff = (first) => {
  const { summary } = first;
  const items = [];
  const [list, byPlace, foot] = [el("ul.changes"), el("div"), el("div")];
  let cursor;
  const take = (answer) => {
    cursor = answer.next_cursor;
    items.push(...answer.items);
    list.append(...answer.items.map(changeRow));
    while (list.childElementCount > MOST_SHOWN) list.firstChild.remove();
    put(byPlace, items.length > 0 && plainTable(["Segment", "Edge", ...KINDS_OF_CHANGE], places(items)), cursor && note(`Of the first ${count(items.length)} changes.`));
    put(foot, cursor && press(`More after ${count(items.length)}`, () => more(1)));
  };
  const more = async (pages) => {
    try {
      for (let page = 0; page < pages && cursor && list.isConnected; page += 1) take(await ask("diff_snapshots", { cursor }));
    } catch (error) {
      put(foot, failure(error, () => more(1)));
    }
  };
  take(first);
  queueMicrotask(() => more(PAGES - 1));
  return [counters(summary), el("div.split", plainTable(["Type", ...KINDS_OF_CHANGE],
    summary.by_type.slice(0, 12).map((each) => el("tr", named("td", each.type), figures(each)))), byPlace), list, foot];
};

const drawChoice = ({ items }) => {
  const complete = items.filter((each) => each.snapshot.state === "complete");
  if (complete.length < 2) {
    return el("p.calm", `${complete.length ? "Only one" : "No"} complete snapshot is kept. Changes are told between two: read the network once more, and come back.`);
  }
  const found = el("div");
  const chosen = el("div.choice", choice("Before", complete, 1), choice("After", complete, 0));
  const look = () => {
    const [before, after] = [...chosen.querySelectorAll("select")].map((each) => each.value);
    fetchInto(put(found), "diff_snapshots", { before, after, limit: 100 }, drawDiff);
  };
  chosen.addEventListener("change", look);
  look();
  return [chosen, found];
};

export const showChanges = (root) => fetchInto(root, "list_snapshots", { limit: 20 }, drawChoice);
