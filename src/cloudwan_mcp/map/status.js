// What stands around the view: which network, how much, how old, what is missing, what is filtered.

const STATES = { growing: "◔", complete: "●", interrupted: "■", stale: "▲" };

export const hintOf = (answer) => answer.hint && el("p", { class: "note" }, plain(answer.hint, 600));

const ageOf = (model) => (model.grid.snapshot?.age_s ?? 0) + (Date.now() - model.at) / 1000;

const freshness = (model) => {
  const { state: condition, stale } = model.grid.snapshot ?? {};
  const { attachments, expected } = model.grid.totals ?? {};
  if (condition === "growing") return ["growing", `growing: ${count(attachments)}${expected ? ` of ${count(expected)} elements` : ""} so far`];
  if (condition === "interrupted") return ["interrupted", `interrupted, ${duration(ageOf(model))} ago`];
  return stale ? ["stale", `stale: ${duration(ageOf(model))} old`] : ["complete", `snapshot ${duration(ageOf(model))} old`];
};

export const showAge = () => {
  if (!state.model) return;
  const [kind, words] = freshness(state.model);
  const place = at("age");
  place.dataset.state = kind;
  if (place.lastChild?.data !== words) place.replaceChildren(el("i", { "aria-hidden": "true" }, STATES[kind]), words);
};

const gapWords = (gap) => [gap.operation, gap.scope, gap.code, gap.action && `needs ${gap.action}`].filter(Boolean).map((each) => plain(each, 120)).join(" · ");

const gapNode = ({ gaps = [], gaps_omitted: omitted = 0 }) =>
  gaps.length > 0 && el("details", { class: "gaps" },
    el("summary", {}, `▲ ${many(gaps.length + omitted, "part")} of the network could not be read`),
    el("ul", {}, gaps.map((gap) => el("li", {}, gapWords(gap)))));

const networks = (grid) => {
  const known = grid.networks ?? [];
  const place = at("networks");
  const shown = grid.core_network;
  const title = (id, name) => plain(name || id, 32);
  if (known.length < 2) return place.replaceChildren(shown ? named("span", { class: "pill", title: plain(shown.id) }, shown.name || shown.id, 32) : "");
  const key = JSON.stringify([known, shown?.id]);
  if (place.shown === key) return undefined;
  place.shown = key;
  return place.replaceChildren(el("select", { class: "pill", "aria-label": "Core network", onchange: (event) => setNetwork(event.target.value) },
    known.map(([id, name]) => el("option", { value: id, selected: id === shown?.id }, title(id, name)))));
};

const chip = (label, on, act, kind = "") =>
  el("button", { type: "button", class: `chip ${kind}`, "aria-pressed": String(on), onclick: act }, label);

const filterChips = ({ grid }) => {
  const { filters } = state;
  const toggle = (name, value) => () => setFilter(name, filters[name] === value ? "" : value);
  const types = new Set([...(grid.types ?? []), filters.type].filter(Boolean));
  const states = new Set([...(grid.states ?? []), filters.state].filter(Boolean));
  return [
    ...(types.size > 1 || filters.type ? [...types].slice(0, 8) : []).map((type) => chip(typeName(type), filters.type === type, toggle("type", type))),
    ...[...states].slice(0, 6).map((each) => chip(`▲ ${stateName(each)}`, filters.state === each, toggle("state", each), "warn")),
    ...["account", "tag"].filter((name) => filters[name]).map((name) => chip(`${name} ${plain(filters[name], 40)} ×`, true, toggle(name, filters[name]))),
  ];
};

export const showFilters = (model) => {
  const place = at("filters");
  const key = JSON.stringify([model.grid.types, model.grid.states, state.filters]);
  if (place.shown === key) return;
  const held = [...place.children].indexOf(document.activeElement);
  place.shown = key;
  place.replaceChildren(...filterChips(model));
  if (held >= 0) place.children[Math.min(held, place.children.length - 1)]?.focus();
};

export const showStatus = (model) => {
  const { grid } = model;
  const { totals = {} } = grid;
  networks(grid);
  at("totals").textContent = `${brief(totals.elements ?? 0)} elements · ${brief(totals.connections ?? 0)} links`;
  at("totals").title = `${count(totals.elements)} elements, ${count(totals.connections)} connections, ${count(totals.attachments)} attachments`
    + `${grid.core_network?.policy_version ? `, policy version ${count(grid.core_network.policy_version)}` : ""}`;
  at("account").textContent = [grid.identity?.alias, grid.identity?.account].filter(Boolean).map((each) => plain(each, 40)).join(" · ");
  at("demo").hidden = !/^Demonstration data/.test(grid.hint ?? "") && grid.identity?.alias !== "demo";
  const folded = Object.entries(grid.folded ?? {}).filter(([, value]) => value).map(([name, value]) => many(value, name.replace(/s$/, "")));
  const words = [gapNode(grid), folded.length > 0 && el("p", { class: "note" }, `Folded into (others): ${folded.join(", ")}.`)].filter(Boolean);
  if (at("words").childElementCount !== words.length || !at("words").querySelector("[open]")) at("words").replaceChildren(...words);
  showFilters(model);
  showAge();
};

export const showLegend = (grid) => {
  const items = (grid.types ?? []).slice(0, 8).map((type) => el("li", {}, el("i", { class: "key", css: { background: colourOf(type) } }),
    kindOf(type) === "VPC" ? "VPC (lane colour)" : typeName(type)));
  at("legend").replaceChildren(...items, el("li", {}, el("em", { class: "alarm" }, "n"), "needs attention"),
    el("li", {}, el("span", { class: "ramp" }), "tint = log(attachments)"));
};
