// What came, went and changed between two snapshots: counted by type, by segment and edge, then one by one.

const PAGES = 5; // counted by segment and edge without being asked for more
const SIGNS = { added: "+", removed: "−", changed: "~" };

const choice = (label, items, index) =>
  el("label", {}, label, el("select", {}, items.map((each, place) => el("option", { value: each.snapshot.id, selected: place === index },
    `${duration(each.snapshot.age_s)} ago · ${brief(each.elements)} elements`))));

const counters = ({ summary }) =>
  el("ul", { class: "counters" }, ["added", "removed", "changed", "same", "unread"].filter((name) => name !== "unread" || summary.unread)
    .map((name) => el("li", { class: name }, el("b", {}, `${SIGNS[name] ?? ""}${count(summary[name])}`), name === "same" ? "the same" : name)));

const typeTable = ({ summary }) =>
  summary.by_type.length > 0 && el("table", { class: "plain" }, el("thead", {}, el("tr", {}, ["Type", "Added", "Removed", "Changed"]
    .map((each) => el("th", { scope: "col" }, each)))), el("tbody", {}, summary.by_type.slice(0, 12).map((each) => el("tr", {},
    el("th", { scope: "row" }, plain(each.type, 48)), ["added", "removed", "changed"].map((name) => el("td", {}, each[name] ? count(each[name]) : ""))))));

const placeTable = (items, whole) => {
  const cells = new Map();
  for (const each of items) {
    const key = `${each.segment ?? "(none)"}\n${each.edge ?? "(none)"}`;
    const cell = cells.get(key) ?? { added: 0, removed: 0, changed: 0 };
    cell[each.change] = (cell[each.change] ?? 0) + 1;
    cells.set(key, cell);
  }
  const rows = [...cells].sort(([, one], [, other]) => sumOf(other) - sumOf(one)).slice(0, 40);
  return rows.length > 0 && el("section", {}, el("h3", {}, "By segment and edge"), whole ? null : el("p", { class: "note" },
    `Counted over the ${many(items.length, "change")} read so far.`),
  el("table", { class: "plain" }, el("tbody", {}, rows.map(([key, cell]) => el("tr", {}, key.split("\n").map((each) => named("th", { scope: "row" }, each, 32)),
    ["added", "removed", "changed"].map((name) => el("td", { class: name }, cell[name] ? `${SIGNS[name]}${count(cell[name])}` : "")))))));
};
const sumOf = (cell) => cell.added + cell.removed + cell.changed;

const shownValue = (value) => plain(typeof value === "string" ? value || "(empty)" : JSON.stringify(value), 60);

const changeRow = (each) =>
  el("li", {}, el("b", { class: each.change }, `${SIGNS[each.change] ?? ""} ${plain(each.change, 12)}`),
    el("button", { type: "button", class: "link", onclick: () => openElement(each.id, each.name) }, el("bdi", {}, plain(each.name || each.id, 48))),
    el("small", {}, plain([each.type, each.segment, each.edge].filter(Boolean).join(" · "), 120)),
    Object.entries(each.fields ?? {}).slice(0, 6).map(([name, [before, after]]) =>
      el("small", { class: "field" }, `${plain(name, 40)}: `, el("del", {}, shownValue(before)), " → ", el("ins", {}, shownValue(after)))));

const drawDiff = (values, first) => {
  const items = [...first.items];
  let cursor = first.next_cursor;
  const list = el("ul", { class: "changes" }, items.map(changeRow));
  const places = el("div");
  const foot = el("div");
  const show = () => {
    places.replaceChildren(placeTable(items, !cursor) || "");
    foot.replaceChildren(cursor ? el("button", { type: "button", onclick: () => more(1) }, `More (${count(items.length)} read so far)`) : "");
  };
  const more = async (pages) => {
    try {
      for (let page = 0; page < pages && cursor && list.isConnected; page += 1) {
        const answer = await ask("diff_snapshots", { ...values, cursor });
        cursor = answer.next_cursor;
        items.push(...answer.items);
        while (list.childElementCount + answer.items.length > 1000) list.firstChild.remove();
        list.append(...answer.items.map(changeRow));
      }
      show();
    } catch (error) {
      foot.replaceChildren(failure(error, () => more(1)));
    }
  };
  show();
  queueMicrotask(() => more(PAGES - 1));
  return [counters(first), el("div", { class: "split" }, typeTable(first), places),
    items.length ? el("h3", {}, "One by one") : el("p", { class: "note" }, "Nothing differs."), list, foot, hintOf(first)];
};

const drawChoice = (answer) => {
  const complete = answer.items.filter((each) => each.snapshot.state === "complete");
  if (complete.length < 2) {
    const kept = complete.length ? "Only one complete snapshot is kept" : "No complete snapshot is kept";
    return el("p", { class: "empty-note" }, `${kept}: changes are told between two. Read the network once more, and come back.`);
  }
  const [before, after] = [choice("Before", complete, 1), choice("After", complete, 0)];
  const found = el("div");
  const look = () => {
    const [older, newer] = [before, after].map((each) => each.querySelector("select").value);
    found.replaceChildren();
    fetchInto(found, "diff_snapshots", { before: older, after: newer, limit: 100 }, (reply) => drawDiff({ limit: 100 }, reply));
  };
  for (const each of [before, after]) each.addEventListener("change", look);
  queueMicrotask(look);
  return [el("form", { class: "choice" }, before, after), found];
};

export const showChanges = (root) => fetchInto(root, "list_snapshots", { limit: 20 }, drawChoice);
